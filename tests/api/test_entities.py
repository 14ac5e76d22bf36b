"""Entities through GraphQL: identity, times, links, roots, and what is absent."""

from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.api.plant import SWAP
from thread.api.ids import At, decode_id, encode_id

LIVE_M1 = encode_id("urn:t:m1")
BEFORE = "2026-01-15T00:00:00Z"


def ends(edges: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(edge["relation"], edge["node"]["iri"]) for edge in edges]


def test_a_serial_finds_its_component(ask: Ask) -> None:
    found = ask('{ component(key: "M-1") { __typename iri label kind identifiers { scheme scope value ambiguous } } }')
    assert found["component"] == {
        "__typename": "Component",
        "iri": "urn:t:m1",
        "label": "Motor 1",
        "kind": "COMPONENT",
        "identifiers": [
            {"scheme": "serial", "scope": "urn:t:motor-a", "value": "M-1", "ambiguous": False},
            {"scheme": "tag", "scope": None, "value": "DUP", "ambiguous": True},
        ],
    }


@pytest.mark.parametrize("key", ["M-1", "serial:M-1", "urn:t:m1", LIVE_M1])
def test_a_typed_root_takes_every_form_of_reference(ask: Ask, key: str) -> None:
    assert ask("query($k: String!) { component(key: $k) { iri } }", k=key) == {"component": {"iri": "urn:t:m1"}}


@pytest.mark.parametrize("key", ["DUP", "nobody", "", "urn:t:drive", "urn:t:nowhere", "\x00"])
def test_a_typed_root_is_null_for_an_ambiguous_unknown_or_other_key(ask: Ask, key: str) -> None:
    assert ask("query($k: String!) { component(key: $k) { iri } }", k=key) == {"component": None}


def test_lookup_lists_all_bearers_of_an_ambiguous_identifier_with_the_problem(ask: Ask) -> None:
    found = ask('{ lookup(ref: "DUP") { totalCount entities { iri } problem { code path hint } } }')["lookup"]
    assert found == {
        "totalCount": 2,
        "entities": [{"iri": "urn:t:m1"}, {"iri": "urn:t:m2"}],
        "problem": {"code": "AMBIGUOUS_REFERENCE", "path": ["ref"], "hint": "Name one of them by its IRI."},
    }


def test_lookup_of_an_unknown_reference_is_data(ask: Ask) -> None:
    found = ask('{ lookup(ref: "nobody") { entities { iri } problem { code } } }')["lookup"]
    assert found == {"entities": [], "problem": {"code": "NOT_FOUND"}}


def test_lookup_takes_an_opaque_id(ask: Ask) -> None:
    found = ask("query($r: String!) { lookup(ref: $r) { entities { iri } problem { code } } }", r=LIVE_M1)["lookup"]
    assert found == {"entities": [{"iri": "urn:t:m1"}], "problem": None}


def test_a_node_is_read_again_by_its_id(ask: Ask) -> None:
    id_ = ask('{ component(key: "M-1") { id } }')["component"]["id"]
    assert ask("query($i: ID!) { node(id: $i) { id ... on Component { iri } } }", i=id_) == {
        "node": {"id": id_, "iri": "urn:t:m1"}
    }


def test_nodes_keep_order_and_are_null_where_unknown(ask: Ask) -> None:
    ids = [encode_id("urn:t:line"), "junk", encode_id("urn:t:none"), LIVE_M1]
    found = ask("query($i: [ID!]!) { nodes(ids: $i) { ... on Entity { iri } } }", i=ids)
    assert found["nodes"] == [{"iri": "urn:t:line"}, None, None, {"iri": "urn:t:m1"}]


def test_an_entity_that_is_only_referred_to_is_an_other_entity(ask: Ask) -> None:
    assert ask('{ entity(iri: "urn:t:ghost") { __typename kind iri } }')["entity"] == {
        "__typename": "OtherEntity",
        "kind": "ENTITY",
        "iri": "urn:t:ghost",
    }


def test_an_as_of_view_never_shares_an_id_with_the_live_one(ask: Ask) -> None:
    found = ask(
        'query($t: DateTime!) { live: entity(iri: "urn:t:m1") { id asOf } '
        'then: entity(iri: "urn:t:m1", at: {validAt: $t}) { id asOf } }',
        t=BEFORE,
    )
    assert found["live"]["id"] != found["then"]["id"]
    assert (found["live"]["asOf"], found["then"]["asOf"]) == (None, BEFORE)


def test_the_view_of_an_id_is_inherited_by_all_that_is_nested_in_it(ask: Ask) -> None:
    then = ask('query($t: DateTime!) { asset(key: "urn:t:cell", at: {validAt: $t}) { id } }', t=BEFORE)["asset"]["id"]
    document = """query($i: ID!) { node(id: $i) { ... on Entity {
      asOf lineage(input: {direction: UPSTREAM, report: [COMPONENT], relations: [PART_OF, INSTALLED_IN]}) {
        roots { id } hits { edges { node { iri asOf } } } } } } }"""
    found = ask(document, i=then)["node"]
    assert found["lineage"]["roots"] == [{"id": then}]
    assert found["lineage"]["hits"]["edges"] == [{"node": {"iri": "urn:t:m1", "asOf": BEFORE}}]


def test_a_position_holds_the_serial_of_the_time_that_is_asked(ask: Ask) -> None:
    document = """query($t: DateTime) { position(key: "urn:t:drive", at: {validAt: $t}) {
      relations(direction: BOTH, relations: [INSTALLED_IN]) { edges { name node { iri } } } } }"""
    now = ask(document)["position"]["relations"]["edges"]
    then = ask(document, t=BEFORE)["position"]["relations"]["edges"]
    assert [now, then] == [[{"name": "holds", "node": {"iri": f"urn:t:{m}"}}] for m in ("m2", "m1")]


def test_an_event_is_absent_before_it_happened(ask: Ask) -> None:
    document = 'query($t: DateTime) { failureEvent(key: "urn:t:f1", at: {validAt: $t}) { validFrom occurredAt } }'
    happened = "2026-02-01T10:00:00Z"
    assert ask(document, t=BEFORE) == {"failureEvent": None}
    assert ask(document) == {"failureEvent": {"validFrom": happened, "occurredAt": happened}}


def test_nothing_is_known_before_it_was_recorded(ask: Ask) -> None:
    assert ask('{ entity(iri: "urn:t:m1", at: {knownAt: "2020-01-01T00:00:00Z"}) { iri } }') == {"entity": None}


def test_links_are_listed_by_direction_with_their_names_and_ends(ask: Ask) -> None:
    document = """{ up: asset(key: "urn:t:cell") { relations(direction: UPSTREAM) { edges { ...e } } }
      down: asset(key: "urn:t:cell") { relations(direction: DOWNSTREAM) { edges { ...e } } } }
      fragment e on RelationEdge { relation name direction inverse node { iri } }"""
    found = ask(document)
    up, down = found["up"]["relations"]["edges"], found["down"]["relations"]["edges"]
    assert [(e["name"], e["node"]["iri"], e["inverse"]) for e in up] == [("hasPart", "urn:t:drive", True)]
    assert [(e["name"], e["node"]["iri"], e["inverse"]) for e in down] == [("partOf", "urn:t:line", False)]
    assert {e["direction"] for e in up} == {"UPSTREAM"}
    assert {e["direction"] for e in down} == {"DOWNSTREAM"}


def test_a_relation_without_direction_comes_when_it_is_named(ask: Ask) -> None:
    document = """query($r: [RelationKind!]) { asset(key: "urn:t:line") {
      relations(direction: UPSTREAM, relations: $r) { edges { relation direction node { iri } } } } }"""
    assert ends(ask(document)["asset"]["relations"]["edges"]) == [("PART_OF", "urn:t:cell")]
    named = ask(document, r=["LOCATED_IN"])["asset"]["relations"]["edges"]
    assert named == [{"relation": "LOCATED_IN", "direction": "BOTH", "node": {"iri": "urn:t:hall"}}]


def test_links_can_be_kept_to_kinds_and_counted(ask: Ask) -> None:
    document = """{ batch(key: "urn:t:b1") { relations(direction: BOTH, kinds: [COMPONENT, SUPPLIER]) {
      totalCount edges { relation node { iri } } } } }"""
    found = ask(document)["batch"]["relations"]
    expected = [("FROM_BATCH", "urn:t:m1"), ("FROM_BATCH", "urn:t:m2"), ("SUPPLIED_BY", "urn:t:acme")]
    assert (found["totalCount"], ends(found["edges"])) == (3, expected)


def test_the_quantity_of_a_bom_line_belongs_to_the_link(ask: Ask) -> None:
    document = """{ designRevision(key: "urn:t:motor-a") { relations(direction: UPSTREAM, relations: [USES_DESIGN]) {
      edges { node { iri } qualifiers { name value } } } } }"""
    assert ask(document)["designRevision"]["relations"]["edges"] == [
        {
            "node": {"iri": "urn:t:screw"},
            "qualifiers": [{"name": "findNumber", "value": "10"}, {"name": "quantity", "value": "12"}],
        }
    ]


def test_pages_of_links_give_each_link_once(ask: Ask) -> None:
    document = """query($after: String) { component(key: "M-2") { relations(direction: BOTH, first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { relation node { iri } } } } }"""
    seen: list[tuple[str, str]] = []
    after = None
    while True:
        page = ask(document, after=after)["component"]["relations"]
        seen += ends(page["edges"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == page["totalCount"] == len(set(seen))
    assert seen == sorted(seen)


def test_attributes_come_in_their_types(ask: Ask) -> None:
    found = ask(
        '{ workOrder(key: "urn:t:w1") { status orderType severity startedAt } asset(key: "urn:t:line") { age } }'
    )
    assert found["workOrder"] == {
        "status": "COMPLETED",
        "orderType": "CORRECTIVE",
        "severity": None,
        "startedAt": "2026-02-01T10:00:00Z",
    }
    assert float(found["asset"]["age"]) == 7.5
    assert isinstance(found["asset"]["age"], str)


def test_fragments_reach_fields_of_a_kind_through_an_interface(ask: Ask) -> None:
    document = (
        '{ lookup(ref: "urn:t:w1") { entities { __typename ... on WorkOrder { status } ... on Asset { age } } } }'
    )
    assert ask(document)["lookup"]["entities"] == [{"__typename": "WorkOrder", "status": "COMPLETED"}]


def test_the_version_is_the_revision_that_last_changed_an_entity(ask: Ask) -> None:
    assert ask('{ asset(key: "urn:t:line") { version } service { revision } }') == {
        "asset": {"version": "1"},
        "service": {"revision": "1"},
    }


def test_an_id_holds_nothing_but_the_entity_and_its_view(ask: Ask) -> None:
    then = ask('{ entity(iri: "urn:t:f1", at: {validAt: "2026-02-01T10:00:00Z"}) { id } }')["entity"]["id"]
    assert decode_id(then) == ("urn:t:f1", At(valid_at=SWAP))


def test_lookup_of_an_as_of_id_stays_in_its_view(ask: Ask) -> None:
    then = encode_id("urn:t:m1", At(valid_at=SWAP - 1))
    document = "query($r: String!) { lookup(ref: $r) { entities { id } } component(key: $r) { id } }"
    assert ask(document, r=then) == {"lookup": {"entities": [{"id": then}]}, "component": {"id": then}}
