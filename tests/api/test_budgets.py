"""What one request may cost: budgets and deadlines give partial answers that say so, never a fault."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from tests.api.plant import NOW, Plant, open_demo
from thread.api.engine import Engine
from thread.api.impact import impact_answer
from thread.api.lineage import lineage_answer
from thread.api.scope import Scope
from thread.clock import FixedClock
from thread.config import Settings
from thread.errors import LimitError
from thread.service import Service, open_service

CHAIN = """{ lineage(from: ["urn:t:m1"], input: {relations: [MADE_TO, FROM_BATCH, REVISION_OF, SUPPLIED_BY]}) {
  hits { totalCount } completeness { complete reasons { code } } } }"""
EXTENSION = """
@prefix my: <urn:mine#> . @prefix thr: <urn:thread:ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
my:Press a owl:Class ; rdfs:subClassOf thr:Asset ; rdfs:label "press"@en ; rdfs:comment "Forms sheets."@en ;
  sh:property [ sh:path my:cycles ; sh:maxCount 1 ] .
my:cycles a owl:DatatypeProperty ; rdfs:domain my:Press ; rdfs:range xsd:integer ; rdfs:label "cycles"@en ;
  rdfs:comment "How often it has run."@en .
"""


def partial(service: Service) -> tuple[bool, list[str], int]:
    result = Engine(service).execute(CHAIN)
    service.close()
    assert result.errors is None
    assert result.data is not None
    found = result.data["lineage"]
    reasons = [each["code"] for each in found["completeness"]["reasons"]]
    return found["completeness"]["complete"], reasons, found["hits"]["totalCount"]


def test_an_answer_over_its_node_budget_is_partial_and_says_so() -> None:
    complete, reasons, hits = partial(open_demo(node_budget=2))
    assert (complete, reasons) == (False, ["NODE_BUDGET"])
    assert hits < 4


def test_an_answer_over_its_link_budget_is_partial_and_says_so() -> None:
    complete, reasons, hits = partial(open_demo(link_budget=1))
    assert (complete, reasons) == (False, ["LINK_BUDGET"])
    assert hits < 4


def test_an_answer_within_its_budget_is_complete() -> None:
    assert partial(open_demo()) == (True, [], 4)


def test_a_request_past_its_deadline_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    service = open_demo()
    late = Scope.check_time

    def as_if_late(self: Scope) -> None:
        object.__setattr__(self._live.budget, "deadline", 0.0)
        late(self)

    monkeypatch.setattr(Scope, "check_time", as_if_late)
    result = Engine(service).execute('{ asset(key: "urn:t:line") { relations(direction: BOTH) { edges { cursor } } } }')
    service.close()
    assert result.errors is not None
    assert result.errors[0].formatted["extensions"]["code"] == "TIMEOUT"


LAZY = {
    "impact": ("counts { count }", "collisions { __typename }", "undatedOrders { iri }", "alreadyDown { iri }",
               "heldUpByLoop { iri }", "observedByNothing { iri }", "newSinglePoints { count }",
               "effects { totalCount }", "effects { edges { degree } }"),
    "lineage": ("counts { total }", "hits { totalCount }", "hits { edges { degree } }", "graph { truncated }",
                'paths(to: "urn:t:b1") { hasMore }'),
}  # fmt: skip


@pytest.mark.parametrize("question", [(root, field) for root, fields in LAZY.items() for field in fields])
def test_a_part_of_an_answer_that_begins_past_the_deadline_is_told_at_its_place(
    question: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered in time stays; what is made when it is asked for looks at the clock first."""
    root, field = question
    service = open_demo(compiled_selections=False)
    argument = "of" if root == "impact" else "from"
    made = {"impact": "thread.api.queries.impact_answer", "lineage": "thread.api.queries.lineage_answer"}[root]
    before = {"impact": impact_answer, "lineage": lineage_answer}[root]

    def then_late(reading: Any, *rest: Any) -> Any:
        answer = before(reading, *rest)
        object.__setattr__(reading.context.budget, "deadline", 0.0)
        return answer

    monkeypatch.setattr(made, then_late)
    result = Engine(service).execute(f'{{ service {{ backend }} {root}({argument}: ["urn:t:m2"]) {{ {field} }} }}')
    service.close()
    assert result.errors is not None
    found = result.errors[0].formatted
    assert found["extensions"]["code"] == "TIMEOUT"
    assert found["path"][:2] == [root, field.split()[0].split("(")[0]]


def test_a_walk_that_met_the_deadline_is_shown_as_far_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    service = open_demo(deadline_ms=600_000)

    def late(reading: Any, *rest: Any) -> Any:
        object.__setattr__(reading.context.budget, "deadline", time.monotonic())
        return lineage_answer(reading, *rest)

    monkeypatch.setattr("thread.api.queries.lineage_answer", late)
    monkeypatch.setattr("thread.projection.walking._SLICE", 1)  # the clock is looked at between slices
    complete, reasons, _ = partial(service)
    assert (complete, reasons) == (False, ["DEADLINE"])


def test_list_entries_of_one_request_are_bounded() -> None:
    service = open_demo()
    scope = Scope(service, Engine(service).vocabulary)
    scope.spend(20_000)
    with pytest.raises(LimitError) as caught:
        scope.spend(1)
    service.close()
    assert caught.value.code == "too-costly"


def test_a_star_is_counted_without_loading_and_paged() -> None:
    service = open_service(Settings.load(store="memory:"), clock=FixedClock(NOW))
    plant = Plant()
    plant.thing("lot", "Batch")
    for number in range(1_200):
        plant.thing(f"c{number:05}", "Component")
        plant.link(f"c{number:05}", "fromBatch", "lot")
    service.commit(plant.change())
    engine = Engine(service)
    document = """query($after: String) { batch(key: "urn:t:lot") { relations(direction: DOWNSTREAM, first: 500,
      after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { iri } } } } }"""
    seen: list[str] = []
    after = None
    while True:
        result = engine.execute(document, {"after": after})
        assert result.data is not None
        page: Any = result.data["batch"]["relations"]
        assert page["totalCount"] == 1_200
        seen += [edge["node"]["iri"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    service.close()
    assert seen == [f"urn:t:c{number:05}" for number in range(1_200)]


def test_numbers_that_graphql_cannot_carry_are_said_to_be_so(tmp_path: Any) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(EXTENSION)
    service = open_service(Settings.load(store="memory:", extensions=(path,)), clock=FixedClock(NOW))
    plant = Plant()
    for name, cycles in (("small", 2**31 - 1), ("large", 2**31)):
        plant.thing(name, "urn:mine#Press", age=Decimal("1"))
        plant.builder.attribute(f"urn:t:{name}", "urn:mine#cycles", cycles)
    service.commit(plant.change())
    engine = Engine(service)
    fits = engine.execute('{ asset(key: "urn:t:small") { ... on Press { cycles } } }')
    assert (fits.data, fits.errors) == ({"asset": {"cycles": 2**31 - 1}}, None)
    over = engine.execute('{ asset(key: "urn:t:large") { age ... on Press { cycles } } }')
    service.close()
    assert over.data == {"asset": {"cycles": None, "age": "1"}}
    assert over.errors is not None
    assert over.errors[0].formatted["extensions"]["code"] == "BAD_VALUE"
