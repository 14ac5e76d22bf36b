"""Lineage through GraphQL: diamonds, cycles, missing ids, pages, paths, and completeness."""

from typing import Any

from tests.api.conftest import Ask
from thread.api.ids import encode_id

ORIGIN = """query($from: [ID!]!, $input: LineageInput! = {}, $first: Int, $after: String) {
  lineage(from: $from, input: $input) {
    roots { iri } missing
    hits(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      edges { degree via hasMore node { iri } } }
    counts { total byKind { kind count } byDegree { degree count } }
    graph { truncated nodes { iri } links { source target relation } }
    completeness { complete exhaustedToDepth visitedNodes reasons { code message } revision } } }"""
CHAIN = {"relations": ["MADE_TO", "FROM_BATCH", "REVISION_OF", "SUPPLIED_BY"]}


def reached(answer: dict[str, Any]) -> list[tuple[int, str]]:
    return [(edge["degree"], edge["node"]["iri"].removeprefix("urn:t:")) for edge in answer["hits"]["edges"]]


def test_a_failed_serial_came_from_batch_revision_design_and_supplier(ask: Ask) -> None:
    found = ask(ORIGIN, **{"from": ["M-1"], "input": CHAIN})["lineage"]
    assert reached(found) == [(1, "b1"), (1, "motor-a"), (2, "acme"), (2, "motor")]
    assert found["completeness"]["complete"] is True
    assert found["missing"] == []


def test_a_diamond_is_one_hit_and_two_paths(ask: Ask) -> None:
    document = """query($to: ID!) { component(key: "M-1") { lineage(input: {relations: [MADE_TO, FROM_BATCH]}) {
      counts { total }
      all: paths(to: $to, shortestOnly: false) { hasMore paths { length nodes { iri } links { relation } } }
      shortest: paths(to: $to) { paths { length } } } } }"""
    found = ask(document, to="urn:t:motor-a")["component"]["lineage"]
    assert found["counts"]["total"] == 2
    assert found["shortest"]["paths"] == [{"length": 1}]
    assert [[node["iri"][6:] for node in path["nodes"]] for path in found["all"]["paths"]] == [
        ["m1", "motor-a"],
        ["m1", "b1", "motor-a"],
    ]


def test_the_graph_holds_all_links_among_its_nodes(ask: Ask) -> None:
    found = ask(ORIGIN, **{"from": ["M-1"], "input": CHAIN})["lineage"]["graph"]
    links = {(link["relation"], link["source"], link["target"]) for link in found["links"]}
    assert ("MADE_TO", encode_id("urn:t:b1"), encode_id("urn:t:motor-a")) in links
    assert len(found["nodes"]) == 5


def test_a_cycle_ends_and_the_root_is_never_its_own_hit(ask: Ask) -> None:
    found = ask(ORIGIN, **{"from": ["urn:t:plc-a"], "input": {"relations": ["DEPENDS_ON"]}})["lineage"]
    assert reached(found) == [(1, "plc-b")]
    assert found["completeness"]["complete"] is True


def test_unknown_ids_are_data(ask: Ask) -> None:
    found = ask(ORIGIN, **{"from": ["urn:t:none", "M-1", "nobody"], "input": CHAIN})["lineage"]
    assert found["missing"] == ["urn:t:none", "nobody"]
    assert found["roots"] == [{"iri": "urn:t:m1"}]


def test_an_ambiguous_root_is_refused_with_its_candidates(refuse: Ask) -> None:
    found = refuse(ORIGIN, **{"from": ["DUP"]})
    assert found["extensions"]["code"] == "AMBIGUOUS_REFERENCE"
    assert "urn:t:m1, urn:t:m2" in found["message"]


def test_an_answer_cut_by_depth_says_so(ask: Ask) -> None:
    found = ask(ORIGIN, **{"from": ["M-1"], "input": {**CHAIN, "maxDepth": 1}})["lineage"]
    assert reached(found) == [(1, "b1"), (1, "motor-a")]
    assert [edge["hasMore"] for edge in found["hits"]["edges"]] == [True, True]
    assert found["completeness"]["complete"] is False
    assert [reason["code"] for reason in found["completeness"]["reasons"]] == ["MAX_DEPTH"]


def test_pages_of_hits_give_each_hit_once_in_order(ask: Ask) -> None:
    seen: list[tuple[int, str]] = []
    after = None
    while True:
        found = ask(ORIGIN, **{"from": ["M-1"], "input": CHAIN, "first": 1, "after": after})["lineage"]
        seen += reached(found)
        if not found["hits"]["pageInfo"]["hasNextPage"]:
            break
        after = found["hits"]["pageInfo"]["endCursor"]
    assert seen == [(1, "b1"), (1, "motor-a"), (2, "acme"), (2, "motor")]


def test_the_last_page_can_be_asked_for(ask: Ask) -> None:
    document = """query($before: String) { component(key: "M-1") { lineage(
      input: {relations: [MADE_TO, FROM_BATCH, REVISION_OF, SUPPLIED_BY]}) { hits(last: 2, before: $before) {
        pageInfo { hasPreviousPage startCursor } edges { node { iri } } } } } }"""
    last = ask(document)["component"]["lineage"]["hits"]
    before = ask(document, before=last["pageInfo"]["startCursor"])["component"]["lineage"]["hits"]
    assert [edge["node"]["iri"] for edge in last["edges"]] == ["urn:t:acme", "urn:t:motor"]
    assert [edge["node"]["iri"] for edge in before["edges"]] == ["urn:t:b1", "urn:t:motor-a"]
    assert [last["pageInfo"]["hasPreviousPage"], before["pageInfo"]["hasPreviousPage"]] == [True, False]


def test_relations_that_are_passed_through_cost_nothing(ask: Ask) -> None:
    found = ask(ORIGIN, **{"from": ["M-1"], "input": {**CHAIN, "passThrough": ["REVISION_OF"]}})["lineage"]
    assert (1, "motor") in reached(found)


def test_downstream_of_a_batch_are_its_parts(ask: Ask) -> None:
    given = {"direction": "DOWNSTREAM", "relations": ["FROM_BATCH"], "report": ["COMPONENT"]}
    found = ask(ORIGIN, **{"from": ["urn:t:b1"], "input": given})["lineage"]
    assert reached(found) == [(1, "m1"), (1, "m2")]
    assert found["counts"]["byKind"] == [{"kind": "COMPONENT", "count": 2}]


def test_hits_can_be_kept_to_attribute_values(ask: Ask) -> None:
    where = [{"name": "orderType", "values": ["CORRECTIVE"]}]
    given = {"direction": "DOWNSTREAM", "relations": ["REMOVES"], "where": where}
    assert reached(ask(ORIGIN, **{"from": ["M-1"], "input": given})["lineage"]) == [(1, "w1")]
    none = {**given, "where": [{"name": "orderType", "values": ["INSPECTION"]}]}
    assert reached(ask(ORIGIN, **{"from": ["M-1"], "input": none})["lineage"]) == []


def test_an_unknown_attribute_in_a_filter_is_refused_with_those_near_it(refuse: Ask) -> None:
    found = refuse(ORIGIN, **{"from": ["M-1"], "input": {"where": [{"name": "statsu", "values": ["X"]}]}})
    assert found["extensions"]["code"] == "UNKNOWN_ATTRIBUTE"
    assert "status" in found["extensions"]["hint"]


def test_a_depth_outside_its_range_is_refused(refuse: Ask) -> None:
    assert refuse(ORIGIN, **{"from": ["M-1"], "input": {"maxDepth": 65}})["extensions"]["hint"] == "Expected 1 to 64."


def test_ids_of_different_views_need_an_at(ask: Ask, refuse: Ask) -> None:
    document = 'query($t: DateTime!) { entity(iri: "urn:t:m1", at: {validAt: $t}) { id } }'
    one, other = (ask(document, t=f"2026-01-1{day}T00:00:00Z")["entity"]["id"] for day in (1, 2))
    assert "different views" in refuse(ORIGIN, **{"from": [one, other]})["message"]


def test_the_view_of_the_ids_is_the_view_of_the_answer(ask: Ask) -> None:
    then = ask('{ entity(iri: "urn:t:m1", at: {validAt: "2026-01-15T00:00:00Z"}) { id } }')["entity"]["id"]
    document = "query($i: [ID!]!) { lineage(from: $i, input: {direction: DOWNSTREAM}) { roots { asOf id } } }"
    assert ask(document, i=[then])["lineage"]["roots"] == [{"asOf": "2026-01-15T00:00:00Z", "id": then}]
