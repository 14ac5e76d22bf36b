"""Upserts over HTTP: what is new, what differs, what is refused, and each request once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.api.changing import Client, open_client, stores

ITEM = "index iri status problem { __typename code message path ... on Invalid { shape } }"
DONE = f"""... on UpsertPayload {{ committed repeated revision created updated unchanged rejected
  entities {{ {ITEM} entity {{ label kind version }} }} links {{ {ITEM} }} }}"""
PUMP = {"iri": "urn:t:pump", "kind": "ASSET", "label": "Pump", "attributes": [{"name": "age", "value": "3.5"}]}
ORDER = {
    "iri": "urn:t:w9",
    "kind": "WORK_ORDER",
    "attributes": [{"name": "status", "value": "PLANNED"}, {"name": "plannedStart", "value": "2026-04-01T00:00:00Z"}],
}


BOTH_STORES = pytest.mark.parametrize("client", ["memory", "embedded"], indirect=True)


@pytest.fixture
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    made = open_client(stores(tmp_path)[getattr(request, "param", "memory")])
    yield made
    made.service.close()


def statuses(answer: dict[str, Any], key: str = "entities") -> list[str]:
    return [item["status"] for item in answer[key]]


@BOTH_STORES
def test_an_upsert_describes_what_is_new_and_answers_with_it(client: Client) -> None:
    link = {"source": "urn:t:pump", "relation": "PART_OF", "target": "urn:t:line"}
    done = client.do("upsert", DONE, entities=[PUMP], links=[link])
    assert (done["committed"], done["repeated"], done["revision"]) == (True, False, "2")
    assert (done["created"], done["updated"], done["unchanged"], done["rejected"]) == (2, 0, 0, 0)
    assert done["entities"][0]["entity"] == {"label": "Pump", "kind": "ASSET", "version": "2"}
    found = client.ask("""{ asset(key: "urn:t:pump") { age validFrom
      relations(relations: [PART_OF]) { edges { node { iri } validFrom } } } }""")["asset"]
    assert found == {
        "age": "3.5",
        "validFrom": None,
        "relations": {"edges": [{"node": {"iri": "urn:t:line"}, "validFrom": None}]},
    }


def test_what_is_so_already_is_not_said_again(client: Client) -> None:
    client.do("upsert", DONE, requestId="one", entities=[PUMP])
    again = client.do("upsert", DONE, requestId="two", entities=[PUMP])
    assert statuses(again) == ["UNCHANGED"]
    assert (again["revision"], client.revision) == ("2", 2)


def test_a_change_holds_from_now_on_and_the_past_stays(client: Client) -> None:
    changed = {"iri": "urn:t:line", "label": "Line One", "attributes": [{"name": "age", "value": "8"}]}
    assert statuses(client.do("upsert", DONE, entities=[changed])) == ["UPDATED"]
    document = """{ now: asset(key: "urn:t:line") { label age }
      then: asset(key: "urn:t:line", at: {validAt: "2026-03-01T00:00:00Z"}) { label age } }"""
    assert client.ask(document) == {
        "now": {"label": "Line One", "age": "8"},
        "then": {"label": "Line 1", "age": "7.50"},
    }


def test_a_null_value_ends_an_attribute(client: Client) -> None:
    gone = {"iri": "urn:t:line", "attributes": [{"name": "age", "value": None}]}
    assert statuses(client.do("upsert", DONE, entities=[gone])) == ["UPDATED"]
    assert client.ask('{ asset(key: "urn:t:line") { age label } }')["asset"] == {"age": None, "label": "Line 1"}


def test_a_value_can_be_said_of_the_past(client: Client) -> None:
    said = {
        "iri": "urn:t:cell",
        "validFrom": "2026-01-01T00:00:00Z",
        "attributes": [{"name": "description", "value": "Moved"}],
    }
    client.do("upsert", DONE, entities=[said])
    document = """query($t: DateTime) { asset(key: "urn:t:cell", at: {validAt: $t}) { description } }"""
    assert client.ask(document, t="2026-01-01T00:00:00Z")["asset"] == {"description": "Moved"}
    assert client.ask(document, t="2025-12-31T23:59:59Z")["asset"] == {"description": None}


def test_an_event_is_there_since_it_occurred(client: Client) -> None:
    time = {"name": "occurredAt", "value": "2026-02-20T00:00:00Z"}
    event = {"iri": "urn:t:e9", "kind": "FAILURE_EVENT", "label": "Trip", "attributes": [time]}
    assert statuses(client.do("upsert", DONE, entities=[event])) == ["CREATED"]
    assert client.ask('{ failureEvent(key: "urn:t:e9") { validFrom label } }')["failureEvent"] == {
        "validFrom": "2026-02-20T00:00:00Z",
        "label": "Trip",
    }


def test_identifiers_find_the_entity(client: Client) -> None:
    named = {**PUMP, "identifiers": [{"scheme": "tag", "value": "P-7"}, {"scheme": "sap", "scope": "x", "value": "9"}]}
    client.do("upsert", DONE, entities=[named])
    assert client.ask('{ a: asset(key: "tag:P-7") { iri } b: asset(key: "9") { iri } }') == {
        "a": {"iri": "urn:t:pump"},
        "b": {"iri": "urn:t:pump"},
    }


def test_one_refused_item_refuses_all_of_an_atomic_upsert(client: Client) -> None:
    wrong = {"iri": "urn:t:x", "kind": "ASSET", "attributes": [{"name": "status", "value": "PLANNED"}]}
    done = client.do("upsert", DONE, entities=[PUMP, wrong])
    assert (done["committed"], statuses(done), client.revision) == (False, ["CREATED", "REJECTED"], 1)
    problem = done["entities"][1]["problem"]
    assert (problem["__typename"], problem["code"]) == ("Invalid", "INVALID")
    assert (problem["path"], problem["shape"]) == (["input", "entities", "1"], "urn:thread:ns#status")
    assert client.ask('{ entity(iri: "urn:t:pump") { iri } }')["entity"] is None


def test_an_upsert_that_is_not_atomic_writes_what_is_right(client: Client) -> None:
    wrong = {"iri": "urn:t:x", "kind": "LOCATION", "attributes": [{"name": "age", "value": "1"}]}
    links = [
        {"source": "urn:t:pump", "relation": "PART_OF", "target": "urn:t:line"},
        {"source": "urn:t:hall", "relation": "PART_OF", "target": "urn:t:line"},
    ]
    done = client.do("upsert", DONE, atomic=False, entities=[PUMP, wrong], links=links)
    assert (done["committed"], statuses(done)) == (True, ["CREATED", "REJECTED"])
    assert statuses(done, "links") == ["CREATED", "REJECTED"]
    assert done["links"][1]["problem"]["path"] == ["input", "links", "1"]
    assert client.ask('{ a: entity(iri: "urn:t:pump") { iri } b: entity(iri: "urn:t:x") { iri } }') == {
        "a": {"iri": "urn:t:pump"},
        "b": None,
    }


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        ({"iri": "urn:t:new", "label": "New"}, ["kind"]),
        ({**PUMP, "attributes": [{"name": "agee", "value": "1"}]}, ["attributes", "0"]),
        ({**PUMP, "attributes": [{"name": "age", "value": "old"}]}, ["attributes", "0"]),
        ({**ORDER, "attributes": [{"name": "status", "value": "MAYBE"}]}, []),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_place(client: Client, entity: Any, path: list[str]) -> None:
    done = client.do("upsert", DONE, entities=[entity])
    problem = done["entities"][0]["problem"]
    assert (problem["code"], problem["path"]) == ("INVALID", ["input", "entities", "0", *path])
    assert client.revision == 1


def test_an_entity_given_twice_is_refused(client: Client) -> None:
    done = client.do("upsert", DONE, entities=[PUMP, {**PUMP, "label": "Other"}])
    assert statuses(done) == ["CREATED", "REJECTED"]
    assert not done["committed"]


def test_an_entity_that_has_changed_since_it_was_read_is_a_conflict_with_what_it_is(client: Client) -> None:
    client.do("upsert", DONE, requestId="a", entities=[{"iri": "urn:t:line", "label": "A", "ifVersion": "1"}])
    current = "problem { ... on Conflict { current { version } } }"
    item = f"... on UpsertPayload {{ committed entities {{ {ITEM} {current} }} }}"
    late = client.do("upsert", item, requestId="b", entities=[{"iri": "urn:t:line", "label": "B", "ifVersion": "1"}])
    problem = late["entities"][0]["problem"]
    assert (late["committed"], problem["code"], problem["current"]) == (False, "CONFLICT", {"version": "2"})


@BOTH_STORES
def test_a_request_that_is_sent_again_answers_the_same_and_makes_no_revision(client: Client) -> None:
    link = {"source": "urn:t:pump", "relation": "PART_OF", "target": "urn:t:line"}
    given = {"entities": [PUMP, {"iri": "urn:t:line", "label": "L"}, {"iri": "urn:t:cell"}], "links": [link]}
    first = client.do("upsert", DONE, **given)
    client.do("upsert", DONE, requestId="between", entities=[{"iri": "urn:t:pump", "label": "Renamed"}])
    again = client.do("upsert", DONE, **given)
    assert (statuses(first), statuses(again)) == (["CREATED", "UPDATED", "UNCHANGED"],) * 2
    assert {**again, "entities": 0} == {**first, "entities": 0, "repeated": True}
    assert client.revision == 3


@BOTH_STORES
def test_a_request_id_with_other_content_is_refused(client: Client) -> None:
    client.do("upsert", DONE, entities=[PUMP])
    other = client.do("upsert", DONE, entities=[{**PUMP, "label": "Other"}])
    assert (other["__typename"], other["code"]) == ("Conflict", "REQUEST_REUSED")


@pytest.mark.parametrize("request_id", ["", "x" * 201, "a\nb"])
def test_a_request_id_is_a_word(client: Client, request_id: str) -> None:
    found = client.do("upsert", DONE, requestId=request_id, entities=[PUMP])
    assert (found["__typename"], found["path"]) == ("Invalid", ["input", "requestId"])


def test_the_end_of_a_link_can_be_told_later(client: Client) -> None:
    link = {"source": "urn:t:cell", "relation": "PART_OF", "target": "urn:t:line"}
    done = client.do("upsert", DONE, entities=[], links=[{**link, "validTo": "2026-03-01T00:00:00Z"}])
    assert statuses(done, "links") == ["UPDATED"]
    document = """query($t: DateTime) { asset(key: "urn:t:cell", at: {validAt: $t}) {
      relations(relations: [PART_OF]) { totalCount } } }"""
    counts = [client.ask(document, t=t)["asset"]["relations"]["totalCount"] for t in (None, "2026-02-28T00:00:00Z")]
    assert counts == [0, 1]


def test_changes_come_by_post_only(client: Client) -> None:
    document = 'mutation { upsert(input: {requestId: "g", entities: []}) { __typename } }'
    answer = client.send("GET", params={"query": document})
    assert (answer.status_code, client.revision) == (405, 1)


def test_fields_of_one_request_see_what_those_before_them_did(client: Client) -> None:
    document = """mutation($a: UpsertInput!, $b: UpsertInput!) {
      a: upsert(input: $a) { ... on UpsertPayload { revision } }
      b: upsert(input: $b) { ... on UpsertPayload { revision entities { status } } } }"""
    done = client.ask(document, a={"requestId": "a", "entities": [PUMP]}, b={"requestId": "b", "entities": [PUMP]})
    assert done == {"a": {"revision": "2"}, "b": {"revision": "2", "entities": [{"status": "UNCHANGED"}]}}


LABELS = st.dictionaries(st.sampled_from(["a", "b", "c", "line"]), st.sampled_from(["x", "y", "z"]), min_size=1)


@example([{"line": "x"}, {"line": "y"}, {"line": "x"}])
@given(st.lists(LABELS, min_size=1, max_size=5))
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_after_any_upserts_each_entity_has_its_last_label_and_a_repeat_is_nothing(steps: list[dict[str, str]]) -> None:
    client = open_client("memory:")
    plain = {"line": "Line 1"}
    for number, step in enumerate(steps):
        entities = [{"iri": f"urn:t:{name}", "kind": "ASSET", "label": label} for name, label in step.items()]
        changes = {name for name, label in step.items() if plain.get(name) != label}
        before = client.revision
        done = client.do("upsert", DONE, requestId=f"s{number}", entities=entities)
        assert client.revision == before + bool(changes)
        assert done["created"] == len(set(step) - set(plain))
        assert done["updated"] == len(changes & set(plain))
        plain |= step
        client.do("upsert", DONE, requestId=f"s{number}", entities=entities)
        assert client.revision == before + bool(changes)
    for name, label in plain.items():
        assert client.ask(f'{{ asset(key: "urn:t:{name}") {{ label }} }}') == {"asset": {"label": label}}
    client.service.close()


REFUSED = """... on UpsertPayload { entities { problem { __typename code message path } }
  links { problem { code path ... on Conflict { current { iri } } } } }"""


def refusals(client: Client, **given: Any) -> list[dict[str, Any]]:
    done = client.do("upsert", REFUSED, **{"entities": [], **given})
    return [item["problem"] for item in (*done["entities"], *done["links"]) if item["problem"]]


def test_a_kind_under_which_links_would_be_wrong_is_refused_unless_they_go_too(client: Client) -> None:
    hall = {"iri": "urn:t:drive", "kind": "LOCATION"}
    problem = refusals(client, entities=[hall])[0]
    assert (problem["code"], problem["path"]) == ("INVALID", ["input", "entities", "0"])
    assert ("partOf" in problem["message"] or "installedIn" in problem["message"], client.revision) == (True, 1)
    free = {"iri": "urn:t:free", "kind": "POSITION"}
    client.do("upsert", "__typename", requestId="free", entities=[free])
    assert refusals(client, requestId="r2", entities=[{"iri": "urn:t:free", "kind": "LOCATION"}]) == []


def test_a_kind_whose_values_would_be_wrong_is_refused(client: Client) -> None:
    problem = refusals(client, entities=[{"iri": "urn:t:line", "kind": "LOCATION"}])[0]
    assert problem["code"] == "INVALID"
    subkind = {
        "iri": "urn:t:e",
        "kind": "EVENT",
        "attributes": [{"name": "occurredAt", "value": "2026-02-01T00:00:00Z"}],
    }
    client.do("upsert", "__typename", requestId="e", entities=[subkind])
    assert refusals(client, requestId="r2", entities=[{"iri": "urn:t:e", "kind": "FAILURE_EVENT"}]) == []


def test_nothing_is_linked_to_itself(client: Client) -> None:
    link = {"source": "urn:t:line", "relation": "PART_OF", "target": "urn:t:line"}
    assert refusals(client, links=[link]) == [{"code": "INVALID", "path": ["input", "links", "0", "target"]}]


def test_two_components_are_in_one_position_at_a_time_only_where_one_goes(client: Client) -> None:
    link = {"source": "urn:t:m1", "relation": "INSTALLED_IN", "target": "urn:t:drive"}
    found = refusals(client, links=[link])
    assert found == [
        {"code": "ALREADY_INSTALLED", "path": ["input", "links", "0", "target"], "current": {"iri": "urn:t:m2"}}
    ]
    place = {"iri": "urn:t:drive2", "kind": "POSITION"}
    swap = [link, {"source": "urn:t:m2", "relation": "INSTALLED_IN", "target": "urn:t:drive2"}]
    assert refusals(client, requestId="r2", entities=[place], links=swap) == []


def test_an_entity_may_be_told_to_have_been_there_before(client: Client) -> None:
    new = {"iri": "urn:t:new", "kind": "ASSET", "validFrom": "2026-02-01T00:00:00Z"}
    client.do("upsert", "__typename", requestId="1", entities=[new])
    client.do("upsert", "__typename", requestId="2", entities=[{**new, "validFrom": "2026-01-01T00:00:00Z"}])
    document = """query($t: DateTime) { entity(iri: "urn:t:new", at: {validAt: $t}) { iri } }"""
    there = [client.ask(document, t=f"{day}T00:00:00Z")["entity"] for day in ("2025-12-31", "2026-01-01", "2026-02-01")]
    assert there == [None, {"iri": "urn:t:new"}, {"iri": "urn:t:new"}]


def test_a_planned_event_is_not_there_now_because_its_kind_is_said_again(client: Client) -> None:
    time = {"name": "occurredAt", "value": "2026-06-01T00:00:00Z"}
    event = {"iri": "urn:t:e9", "kind": "EVENT", "attributes": [time]}
    client.do("upsert", "__typename", requestId="1", entities=[event])
    client.do("upsert", "__typename", requestId="2", entities=[{**event, "label": "Planned"}])
    assert client.ask('{ entity(iri: "urn:t:e9") { iri } }')["entity"] is None


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        ({"label": "x" * 2001}, ["label"]),
        ({"iri": "urn:" + "x" * 1997}, ["iri"]),
        ({"identifiers": [{"scheme": "tag", "value": "y" * 2001}]}, ["identifiers", "0", "value"]),
        ({"attributes": [{"name": "description", "value": "y" * 100_001}]}, ["attributes", "0", "value"]),
        ({"attributes": [{"name": "description", "value": "y"}] * 501}, ["attributes"]),
        ({"identifiers": [{"scheme": "tag", "value": "y"}] * 501}, ["identifiers"]),
    ],
)
def test_texts_and_lists_have_limits_that_the_service_tells(
    client: Client, entity: dict[str, Any], path: list[str]
) -> None:
    found = client.do("upsert", "__typename", entities=[{**PUMP, **entity}])
    assert (found["__typename"], found["code"], found["path"]) == (
        "Invalid",
        "TOO_LARGE",
        ["input", "entities", "0", *path],
    )
    limits = client.ask("{ service { limits { maxItems maxListLength maxNameLength maxTextLength } } }")["service"][
        "limits"
    ]
    assert limits == {"maxItems": 5000, "maxListLength": 500, "maxNameLength": 2000, "maxTextLength": 100_000}
    assert client.revision == 1


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        ({"label": "  "}, ["label"]),
        ({"attributes": [{"name": "description", "value": ""}]}, ["attributes", "0"]),
        ({"identifiers": [{"scheme": "", "value": "y"}]}, ["identifiers", "0", "scheme"]),
        ({"identifiers": [{"scheme": "tag", "value": " "}]}, ["identifiers", "0", "value"]),
    ],
)
def test_empty_words_are_no_values(client: Client, entity: dict[str, Any], path: list[str]) -> None:
    assert refusals(client, entities=[{**PUMP, **entity}])[0]["path"] == ["input", "entities", "0", *path]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1492-10-12T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_every_time_that_can_be_told_can_be_asked(client: Client, at: str) -> None:
    client.do("upsert", "__typename", requestId="1", entities=[{"iri": "urn:t:old", "kind": "ASSET", "validFrom": at}])
    document = """query($t: DateTime) { entity(iri: "urn:t:old", at: {validAt: $t}) { validFrom asOf } }"""
    assert client.ask(document, t=at)["entity"] == {"validFrom": at, "asOf": at}
    gone = client.do("end", "... on EndPayload { entity { iri } }", requestId="2", of="urn:t:line", at=at)
    assert "entity" in gone
