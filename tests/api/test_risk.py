"""Risk through GraphQL, and question 6 against trying every single thing and every pair by the definition."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from tests.api.demo import open_sample
from tests.api.test_questions import QUESTIONS
from thread.api.engine import Engine
from thread.samples import generate
from thread.service import Service
from thread.terms import THR
from thread.testing.reference_reasoning import ReferenceStructure

Answer = dict[str, Any]
SHOWN = "probability low high method downNow contributions(limit: 500) { share probability birnbaum entity { iri } }"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    made = open_sample(generate("demo"), "memory:")
    yield made
    made.close()


@pytest.fixture(scope="module")
def demo(service: Service) -> Engine:
    return Engine(service)


def ask(demo: Engine, document: str, **variables: Any) -> Answer:
    result = demo.execute(document, variables)
    assert result.errors is None, [error.formatted for error in result.errors or ()]
    assert result.data is not None
    return result.data


@pytest.mark.slow
def test_single_points_and_pairs_are_those_found_by_trying_all(demo: Engine, service: Service) -> None:
    import json

    question = QUESTIONS["06-single-points-and-common-cause"]
    (found,) = ask(demo, question["query"], **json.loads(question["variables"]))["risk"]
    view = service.view(service.context())
    twin, top = ReferenceStructure(view), view.find(found["entity"]["iri"])
    cone, stack = {top}, [top]
    while stack:
        for gate in twin.gates_of[stack.pop()]:
            stack += set(gate.suppliers) - cone
            cone |= set(gate.suppliers)
    filled = {
        row.object for row in (view.link(r) for r in view.links().row.tolist()) if row.predicate == THR + "installedIn"
    }
    kinds = view.ontology.subkinds(THR + "Asset", THR + "Component", THR + "Sensor", THR + "Position")
    could = [n for n in cone if view.kind(n) in kinds and view.iri(n) not in filled]
    alone = {n for n in could if top not in twin.live([n])}
    pairs = {frozenset(p) for p in combinations(set(could) - alone, 2) if top not in twin.live(p)}
    assert {each["iri"] for each in found["singlePoints"]} == {view.iri(n) for n in alone}
    sets = [frozenset(one["iri"] for one in each["entities"]) for each in found["cutSets"]["sets"]]
    assert {each for each in sets if len(each) == 2} == {frozenset(view.iri(n) for n in pair) for pair in pairs}
    assert found["cutSets"]["counts"][1:3] == [len(alone), len(pairs)]
    for cause in found["commonCauses"]:
        members = [view.find(one["iri"]) for one in cause["members"]]
        assert top not in twin.live(members)
        assert not alone & set(members)


def test_shares_sum_to_the_probability_and_bounds_hold_it(demo: Engine) -> None:
    (found,) = ask(demo, f'{{ risk(of: ["BIW1"], horizon: "7d") {{ {SHOWN} }} }}')["risk"]
    assert found["method"] == "EXACT"
    assert found["low"] == found["probability"] == found["high"]
    assert sum(each["share"] for each in found["contributions"]) == pytest.approx(found["probability"], rel=1e-9)
    shares = [each["share"] for each in found["contributions"]]
    assert shares == sorted(shares, reverse=True)


def test_a_longer_horizon_is_a_larger_risk(demo: Engine) -> None:
    found = ask(
        demo,
        '{ a: risk(of: ["H-1"], horizon: "12h") { probability } b: risk(of: ["H-1"], horizon: "P1W") { probability } }',
    )
    assert 0.0 < found["a"][0]["probability"] < found["b"][0]["probability"]


def test_importance_is_ranked_by_criticality(demo: Engine) -> None:
    found = ask(demo, '{ importance(of: "H-1", limit: 500) { criticality birnbaum reduction achievement diagnostic } }')
    ranks = [each["criticality"] for each in found["importance"]]
    assert ranks == sorted(ranks, reverse=True)
    assert all(each["achievement"] >= 1.0 for each in found["importance"])


def test_unknown_references_are_null_in_their_places_and_bad_horizons_are_told(demo: Engine) -> None:
    found = ask(demo, '{ risk(of: ["nothing", "H-1"]) { entity { iri } } }')["risk"]
    assert found[0] is None
    assert found[1]["entity"]["iri"] == "urn:thread:id:H-1"
    result = demo.execute('{ risk(of: ["H-1"], horizon: "soon") { probability } }')
    assert result.errors
    assert result.errors[0].formatted["extensions"]["code"] == "BAD_TIME"


def test_the_risk_of_a_scenario_stands_beside_that_of_the_plant(demo: Engine) -> None:
    found = ask(
        demo,
        f'{{ risk(of: ["H-1"]) {{ {SHOWN} }} none: whatIf(changes: []) {{ risk(of: ["H-1"]) {{ {SHOWN} }} }} '
        f'less: whatIf(changes: [{{fail: "P-1"}}]) {{ risk(of: ["H-1"]) {{ {SHOWN} }} }} '
        f'new: whatIf(changes: [{{replace: "P-1"}}, {{replace: "P-3"}}]) {{ risk(of: ["H-1"]) {{ {SHOWN} }} }} }}',
    )
    assert found["none"]["risk"] == found["risk"]
    now, less, new = (each["risk"][0]["probability"] for each in (found, found["less"], found["new"]))
    assert new < now < less


def test_what_to_maintain_first_says_what_it_took_for_given(demo: Engine) -> None:
    found = ask(
        demo,
        '{ first(of: ["H-1"], horizon: "30d") { totalCount tops { weight entity { iri } } '
        "candidates(limit: 2) { entity { iri } priority before after cost path { nodes { iri } } "
        "mattersTo { birnbaum } } "
        "completeness { reasons { code } } } }",
    )["first"]
    assert found["tops"] == [{"weight": 1.0, "entity": {"iri": "urn:thread:id:H-1"}}]
    best = found["candidates"][0]
    assert best["priority"] == pytest.approx(best["mattersTo"][0]["birnbaum"] * (best["before"] - best["after"]))
    assert best["path"]["nodes"][-1]["iri"] == "urn:thread:id:H-1"
    assert "ASSUMED_COST" in {reason["code"] for reason in found["completeness"]["reasons"]}
