"""Taking back over HTTP: single facts end or were never so, whole runs, of one source, once, also after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.api.changing import Client, open_client, stores
from tests.api.plant import NOW, open_demo
from thread.api.app import create_app
from thread.clock import FixedClock
from thread.config import Settings
from thread.service import open_service

ENDED = "... on EndPayload { repeated revision stillHeld entity { iri asOf } impact { targets { iri } } }"
RETRACTED = "... on RetractPayload { repeated revision run entity { iri } }"
AT = "2026-03-01T00:00:00Z"
SEEN = """query($t: DateTime, $k: DateTime) { entity(iri: "urn:t:m2", at: {validAt: $t, knownAt: $k}) {
  label identifiers { scheme value } relations(direction: BOTH) { edges { relation node { iri } } } } }"""


@pytest.fixture
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    made = open_client(stores(tmp_path)[getattr(request, "param", "memory")])
    yield made
    made.service.close()


def seen(client: Client, valid_at: str | None = None, known_at: str | None = None) -> dict[str, Any]:
    found = client.ask(SEEN, t=valid_at, k=known_at)["entity"]
    return {
        "label": found["label"],
        "names": {(one["scheme"], one["value"]) for one in found["identifiers"]},
        "links": {(edge["relation"], edge["node"]["iri"]) for edge in found["relations"]["edges"]},
    }


BATCH = {"links": [{"relation": "FROM_BATCH", "target": "urn:t:b1"}]}
SERIAL = {"identifiers": [{"scheme": "tag", "value": "DUP"}]}
LABEL = {"attributes": [{"name": "label"}]}


def test_single_facts_end_and_their_past_stays(client: Client) -> None:
    done = client.do("end", ENDED, of="M-2", at=AT, **BATCH, **SERIAL, **LABEL)
    assert (done["stillHeld"], done["entity"]["iri"], done["impact"]) == (False, "urn:t:m2", None)
    now, before = seen(client), seen(client, "2026-02-28T00:00:00Z")
    assert before["links"] - now["links"] == {("FROM_BATCH", "urn:t:b1")}
    assert before["names"] - now["names"] == {("tag", "DUP")}
    assert (before["label"], now["label"]) == ("Motor 2", "M-2")
    assert client.do("end", ENDED, of="M-2", at=AT, **BATCH, **SERIAL, **LABEL) == {**done, "repeated": True}


def test_the_end_of_an_entity_tells_what_its_going_does(client: Client) -> None:
    assert client.do("end", ENDED, of="M-2", at=AT)["impact"] == {"targets": [{"iri": "urn:t:m2"}]}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"links": [{"relation": "FROM_BATCH", "target": "urn:t:hall"}]}, "NOT_FOUND", ["links", "0"]),
        ({"links": [{"relation": "FROM_BATCH", "target": "nobody"}]}, "NOT_FOUND", ["links", "0", "target"]),
        ({"attributes": [{"name": "age"}]}, "NOT_FOUND", ["attributes", "0"]),
        ({"attributes": [{"name": "colour"}]}, "INVALID", ["attributes", "0"]),
        ({"attributes": [{"name": "quantity", "value": "many"}]}, "INVALID", ["attributes", "0"]),
        ({"identifiers": [{"scheme": "tag", "value": "M-2"}]}, "NOT_FOUND", ["identifiers", "0"]),
        ({**BATCH, "ifVersion": "9"}, "CONFLICT", ["ifVersion"]),
    ],
)
def test_what_was_never_said_can_neither_end_nor_be_retracted(
    client: Client, given: dict[str, Any], code: str, path: list[str]
) -> None:
    for field in ("end", "retract"):
        found = client.do(field, "__typename", of="M-2", at=AT, **given)
        assert (field, found["code"], found["path"]) == (field, code, ["input", *path])
    assert client.revision == 1


def test_a_fact_ends_only_at_a_time_at_which_it_was_so(client: Client) -> None:
    stay = {"links": [{"relation": "INSTALLED_IN", "target": "urn:t:drive"}]}
    for at in ("2026-01-01T00:00:00Z", "2026-02-01T10:00:00Z"):
        found = client.do("end", "__typename", of="M-2", at=at, **stay)
        assert (found["code"], found["path"], found["current"]["iri"]) == (
            "OUT_OF_ORDER",
            ["input", "links", "0"],
            "urn:t:m2",
        )


@pytest.mark.parametrize("client", ["memory", "embedded"], indirect=True)
def test_what_was_never_so_is_gone_at_every_time_and_known_as_of_before(client: Client) -> None:
    done = client.do("retract", RETRACTED, of="M-2", source="tests", **BATCH, **SERIAL)
    assert (done["repeated"], done["run"], done["entity"]) == (False, None, {"iri": "urn:t:m2"})
    for at in (None, "2026-02-15T00:00:00Z", "2020-01-01T00:00:00Z"):
        assert ("FROM_BATCH", "urn:t:b1") not in seen(client, at)["links"]
        assert ("tag", "DUP") not in seen(client, at)["names"]
    known = seen(client, None, "2026-03-02T05:59:30Z")
    assert ("FROM_BATCH", "urn:t:b1") in known["links"]
    assert ("tag", "DUP") in known["names"]
    assert client.do("retract", RETRACTED, of="M-2", source="tests", **BATCH, **SERIAL) == {**done, "repeated": True}
    assert client.revision == 2


def test_the_word_of_others_stands_and_they_are_named(client: Client) -> None:
    found = client.do("retract", RETRACTED, of="M-2", **BATCH)
    assert (found["__typename"], found["code"], found["path"]) == ("Conflict", "CONFLICT", ["input", "source"])
    hint = client.ask("""mutation { retract(input: {requestId: "h", of: "M-2",
      links: [{relation: FROM_BATCH, target: "urn:t:b1"}]}) { ... on Problem { hint } } }""")["retract"]["hint"]
    assert "tests" in hint
    link = {"source": "urn:t:m2", "relation": "FROM_BATCH", "target": "urn:t:b1", "validFrom": "2026-01-01T00:00:00Z"}
    client.do("upsert", "__typename", requestId="also", entities=[], links=[link])
    client.do("retract", RETRACTED, requestId="theirs", of="M-2", source="tests", **BATCH)
    assert ("FROM_BATCH", "urn:t:b1") not in seen(client, "2020-01-01T00:00:00Z")["links"]


def test_an_entity_that_was_never_there_leaves_nothing(client: Client) -> None:
    spare = {"iri": "urn:t:spare", "kind": "COMPONENT", "label": "Spare"}
    link = {"source": "urn:t:spare", "relation": "FROM_BATCH", "target": "urn:t:b1"}
    client.do("upsert", "__typename", requestId="made", entities=[spare], links=[link])
    assert client.do("retract", RETRACTED, of="urn:t:spare")["entity"] is None
    assert client.ask('{ search(text: "spare") { totalCount } }') == {"search": {"totalCount": 0}}


@pytest.mark.parametrize("client", ["memory", "embedded"], indirect=True)
def test_a_run_is_taken_back_as_a_whole_and_once(client: Client) -> None:
    line = {"iri": "urn:t:line", "label": "Wrong", "attributes": [{"name": "age", "value": "99"}]}
    client.do("upsert", "__typename", requestId="mistake", entities=[line])
    document = '{ asset(key: "urn:t:line") { label age } }'
    assert client.ask(document)["asset"] == {"label": "Wrong", "age": "99"}
    done = client.do("retract", RETRACTED, requestId="back", run="mistake", reason="typed wrong")
    assert (done["run"], done["revision"]) == ("mistake", "3")
    assert client.ask(document)["asset"] == {"label": "Line 1", "age": "7.50"}
    assert client.do("retract", RETRACTED, requestId="back", run="mistake", reason="typed wrong") == {
        **done,
        "repeated": True,
    }
    again = client.do("retract", RETRACTED, requestId="again", run="mistake")
    assert (again["code"], again["path"]) == ("CONFLICT", ["input", "run"])
    assert client.do("retract", RETRACTED, requestId="none", run="nobody")["code"] == "NOT_FOUND"


@pytest.mark.parametrize("given", [{}, {"of": "M-2", "run": "plant"}, {"run": "plant", **BATCH}])
def test_what_is_to_be_retracted_must_be_plain(client: Client, given: dict[str, Any]) -> None:
    found = client.do("retract", RETRACTED, **given)
    assert (found["__typename"], client.revision) == ("Invalid", 1)


@pytest.mark.parametrize(
    ("field", "given", "changed"),
    [
        ("retract", {"of": "M-2", "source": "tests", **BATCH}, {"of": "M-1"}),
        ("end", {"of": "M-2", "at": AT, **BATCH}, {"of": "M-1"}),
        ("installComponent", {"component": "M-1", "into": "urn:t:drive", "at": AT}, {"component": "M-2"}),
        ("removeComponent", {"component": "M-2", "at": AT, "disposition": "REPAIR"}, {"disposition": "STOCK"}),
        ("recordFailure", {"component": "M-2", "at": AT, "mode": "E1"}, {"mode": "E2"}),
        (
            "openWorkOrder",
            {"on": ["M-2"], "title": "t", "window": {"start": AT, "end": "2026-03-03T00:00:00Z"}},
            {"title": "u"},
        ),
        ("upsert", {"entities": [{"iri": "urn:t:new", "kind": "ASSET"}]}, {"entities": []}),
    ],
)
def test_a_request_is_answered_again_after_a_restart_and_refused_with_other_content(
    tmp_path: Path, field: str, given: dict[str, Any], changed: dict[str, Any]
) -> None:
    client = open_client(str(tmp_path / "store"))
    payload = field[0].upper() + field[1:] + "Payload"
    selection = f"... on {payload} {{ repeated revision }}"
    done = client.do(field, selection, **given)
    client.service.close()
    service = open_service(Settings.load(store=str(tmp_path / "store")), clock=FixedClock(NOW + 9_000_000))
    later = Client(service, create_app(service))
    assert later.do(field, selection, **given) == {**done, "repeated": True}
    assert later.revision == 2
    other = later.do(field, selection, **{**given, **changed})
    assert (other["__typename"], other["code"], later.revision) == ("Conflict", "REQUEST_REUSED", 2)
    service.close()


ACTS = st.lists(st.tuples(st.sampled_from(["say", "end", "retract"]), st.integers(1, 3)), min_size=1, max_size=6)


@given(ACTS)
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_saying_ending_and_retracting_come_to_what_a_plain_model_says(acts: list[tuple[str, int]]) -> None:
    client, stretches = open_client("memory:"), dict[int, int]()
    fact = {"links": [{"relation": "PART_OF", "target": "urn:t:line"}]}
    for number, (act, day) in enumerate(acts):
        at, request = f"2026-02-{2 * day:02}T00:00:00Z", f"a{number}"
        covered = [start for start, end in stretches.items() if start <= 2 * day < end]
        ending = [start for start, end in stretches.items() if start < 2 * day <= end]
        if act == "say" and not covered:
            link = {"source": "urn:t:hall2", "relation": "PART_OF", "target": "urn:t:line", "validFrom": at}
            hall = {"iri": "urn:t:hall2", "kind": "ASSET", "validFrom": "2026-01-01T00:00:00Z"}
            client.do("upsert", "__typename", requestId=request, entities=[hall], links=[link])
            stretches[2 * day] = 99
        elif act == "end" and ending:
            client.do("end", "__typename", requestId=request, of="urn:t:hall2", at=at, **fact)
            stretches |= dict.fromkeys(ending, 2 * day)
        elif act == "retract" and covered:
            client.do("retract", "__typename", requestId=request, of="urn:t:hall2", at=at, **fact)
            for start in covered:
                del stretches[start]
    document = """query($t: DateTime!) { asset(key: "urn:t:line", at: {validAt: $t}) {
      relations(direction: BOTH, relations: [PART_OF]) { edges { node { iri } } } } }"""
    for day in range(1, 9):
        edges = client.ask(document, t=f"2026-02-{day:02}T00:00:00Z")["asset"]["relations"]["edges"]
        held = any(edge["node"]["iri"] == "urn:t:hall2" for edge in edges)
        assert held == any(start <= day < end for start, end in stretches.items()), (day, stretches)
    client.service.close()


def test_an_end_that_a_higher_source_denies_is_told() -> None:
    service = open_demo(ranks={"tests": 5})
    client = Client(service, create_app(service))
    done = client.do("end", ENDED, of="M-2", at=AT, **BATCH)
    assert done["stillHeld"] is True
    assert ("FROM_BATCH", "urn:t:b1") in seen(client)["links"]
    service.close()
