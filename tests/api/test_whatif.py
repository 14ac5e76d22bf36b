"""Scenarios through GraphQL: the same questions, several side by side, and nothing written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.demo import open_sample
from thread.api.engine import Engine
from thread.clock import FixedClock, parse_instant, to_text
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.samples import Sample, generate
from thread.service import Service
from thread.terms import THR, EntityId, UpperKind

EFFECTS = "effects { edges { effect degree node { iri } because { nodes { iri } } } }"
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whatif") / "demo"


@pytest.fixture(scope="module")
def service(sample: Sample, folder: Path) -> Iterator[Service]:
    made = open_sample(sample, str(folder))
    made._writer.follower.close()  # the graph has caught up, and nothing writes behind the tests' back
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


def scenario(demo: Engine, fields: str, *changes: Answer) -> Answer:
    document = f"query ($changes: [ChangeInput!]!) {{ whatIf(changes: $changes) {{ {fields} }} }}"
    found: Answer = ask(demo, document, changes=list(changes))["whatIf"]
    return found


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file of a store."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_scenario_writes_nothing(demo: Engine, service: Service, folder: Path) -> None:
    before, revision, size = contents(folder), service.info().revision, service.info().entities
    found = scenario(
        demo, f"problems {{ code }} impact {{ {EFFECTS} collisions {{ kind }} }} restored {{ iri }}",
        {"fail": "P-1"}, {"operate": {"id": "V-20", "state": "CLOSED"}}, {"remove": "WT-1024"},
        {"install": {"component": "WT-1029", "into": "urn:thread:id:G-210/transformer"}},
        {"openWorkOrder": {"on": ["P-1"]}}, {"setHealth": {"id": "P-2", "score": 0}}, {"replace": "P-3"},
    )  # fmt: skip
    assert found["problems"] == []
    assert contents(folder) == before
    assert (service.info().revision, service.info().entities) == (revision, size)


def test_no_change_is_the_plant_as_it_is(demo: Engine) -> None:
    found = scenario(demo, f"problems {{ code }} restored {{ iri }} impact {{ {EFFECTS} completeness {{ complete }} }}")
    assert found == {
        "problems": [], "restored": [], "impact": {"effects": {"edges": []}, "completeness": {"complete": True}},
    }  # fmt: skip
    asked = 'impact(of: ["P-1"], input: {mode: FAIL}) { ' + EFFECTS + " }"
    assert scenario(demo, asked)["impact"] == ask(demo, f"{{ {asked} }}")["impact"]


def test_an_outage_that_is_assumed_is_the_planted_one(demo: Engine, sample: Sample) -> None:
    truth = sample.answers.outages["shared-pump"]
    found = scenario(demo, f"impact {{ {EFFECTS} targets {{ iri }} }}", {"outOfService": truth["targets"][0]})
    effects = found["impact"]["effects"]["edges"]
    stops = {edge["node"]["iri"] for edge in effects if edge["effect"] == "STOPS"}
    assert stops == {*truth["stops"], *truth["groups"]}
    assert [each["iri"] for each in found["impact"]["targets"]] == truth["targets"]


def test_scenarios_stand_side_by_side_in_one_request(demo: Engine) -> None:
    fields = "name impact { effects { totalCount } }"
    found = ask(
        demo,
        f'{{ one: whatIf(changes: [{{fail: "P-1"}}]) {{ {fields} }} '
        f'two: whatIf(changes: [{{fail: "P-1"}}, {{fail: "P-2"}}]) {{ {fields} }} '
        f'again: whatIf(changes: [{{fail: "P-1"}}]) {{ {fields} }} }}',
    )
    assert found["one"] == found["again"]
    assert found["one"]["name"] != found["two"]["name"]
    assert found["one"]["impact"]["effects"]["totalCount"] < found["two"]["impact"]["effects"]["totalCount"]


def test_what_cannot_be_is_data_with_its_place(demo: Engine) -> None:
    found = scenario(
        demo, f"problems {{ __typename code path message }} impact {{ {EFFECTS} }}",
        {"fail": "nothing"}, {"operate": {"id": "P-1", "state": "OPEN"}}, {"remove": "P-1"}, {"outOfService": "P-40"},
        {"install": {"component": "WT-1024", "into": "urn:thread:id:G-210/transformer"}},
    )  # fmt: skip
    told = [(each["__typename"], each["code"], each["path"]) for each in found["problems"]]
    assert told == [
        ("NotFound", "NOT_FOUND", ["changes", "0"]),
        ("Invalid", "INVALID", ["changes", "1"]),
        ("Invalid", "INVALID", ["changes", "2"]),
        ("Conflict", "ALREADY_INSTALLED", ["changes", "4"]),
    ]
    assert found["impact"]["effects"]["edges"], "what can be holds"


def test_a_change_says_exactly_one_thing(demo: Engine) -> None:
    result = demo.execute('{ whatIf(changes: [{fail: "P-1", remove: "WT-1024"}]) { name } }')
    assert result.errors
    assert result.data is None


def test_an_entity_of_a_scenario_has_an_id_of_its_own(demo: Engine) -> None:
    fields = 'entity(ref: "V-20") { id iri ... on ShutoffValve { state } }'
    found = scenario(demo, fields, {"operate": {"id": "V-20", "state": "CLOSED"}})["entity"]
    live = ask(demo, '{ lookup(ref: "V-20") { entities { id iri ... on ShutoffValve { state } } } }')
    (there,) = live["lookup"]["entities"]
    assert (found["state"], there["state"]) == ("CLOSED", "OPEN")
    assert found["iri"] == there["iri"]
    assert found["id"] != there["id"]
    document = "query ($id: ID!, $ref: String!) { node(id: $id) { id } lookup(ref: $ref) { entities { id } } }"
    again = ask(demo, document, id=found["id"], ref=found["id"])
    assert again == {"node": None, "lookup": {"entities": [{"id": there["id"]}]}}


def test_lineage_in_a_scenario_goes_its_ways(demo: Engine) -> None:
    place = "urn:thread:id:G-210/transformer"
    fields = (
        'lineage(from: ["WT-1029"], input: {direction: DOWNSTREAM, relations: [INSTALLED_IN]}) '
        "{ hits { edges { node { iri } } } }"
    )
    swap = [{"remove": "WT-1024"}, {"install": {"component": "WT-1029", "into": place}}]
    found = scenario(demo, fields, *swap)["lineage"]["hits"]["edges"]
    assert [edge["node"]["iri"] for edge in found] == [place]
    assert scenario(demo, fields)["lineage"]["hits"]["edges"] == []


def test_a_scenario_at_a_later_time_is_of_that_time(demo: Engine) -> None:
    fields = "impact { collisions { kind overlapStart orders { iri } } }"
    document = f'query ($at: AsOfInput) {{ whatIf(changes: [{{outOfService: "P-1"}}], at: $at) {{ {fields} }} }}'
    later = ask(demo, document, at={"validAt": "2026-06-18T07:00:00Z"})["whatIf"]["impact"]["collisions"]
    far = ask(demo, document, at={"validAt": "2027-06-18T07:00:00Z"})["whatIf"]["impact"]["collisions"]
    assert later[0]["overlapStart"] == "2026-06-18T07:00:00Z"
    assert far == []


def test_a_scenario_of_the_past_is_the_same_whatever_was_learnt_since(sample: Sample) -> None:
    service = open_sample(sample, "memory:")
    try:
        demo, clock = Engine(service), service.clock
        fields = (
            f'name impact {{ {EFFECTS} collisions {{ kind orders {{ iri }} }} }} risk(of: ["H-1"]) {{ probability }}'
        )
        document = f'query ($at: AsOfInput) {{ whatIf(changes: [{{fail: "P-1"}}], at: $at) {{ {fields} }} }}'
        now = to_text(clock.now())
        before = ask(demo, document, at={"validAt": now, "knownAt": now})
        assert isinstance(clock, FixedClock)
        clock.move(3600)
        event, since = EntityId("urn:thread:id:FE-late"), parse_instant("2026-01-01T00:00Z")
        failed = Fact(event, THR + "failureOf", object=EntityId("urn:thread:id:P-3"), valid_from=since)
        facts = [kind_fact(event, UpperKind.FAILURE_EVENT, valid_from=since), failed]
        service.commit(ChangeSet("later", "test", parts_of(facts)))
        live = ask(demo, document, at={"validAt": now})
        again = ask(demo, document, at={"validAt": now, "knownAt": now})
        assert again == before
        assert live["whatIf"]["impact"] != before["whatIf"]["impact"]
    finally:
        service.close()
