"""Searching over GraphQL: pages that stay as they were, as-of, kinds and values, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.api.changing import Client, open_client
from thread.api.ids import decode_id, encode_cursor

PAGE = """query($t: String!, $k: [EntityKind!], $w: [AttributeFilter!], $at: AsOfInput,
  $first: Int, $after: String, $last: Int, $before: String) {
  search(text: $t, kinds: $k, where: $w, at: $at, first: $first, after: $after, last: $last, before: $before) {
    totalCount withTypos revision pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor score matched node { id iri label kind } } } }"""


@pytest.fixture
def client() -> Iterator[Client]:
    made = open_client("memory:")
    yield made
    made.service.close()


def search(client: Client, text: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.ask(PAGE, t=text, **given)["search"]
    return found


def iris(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["iri"].removeprefix("urn:t:") for edge in page["edges"]]


def refused(client: Client, text: str, **given: Any) -> dict[str, Any]:
    answer = client.send("POST", json={"query": PAGE, "variables": {"t": text, **given}}).json()
    found: dict[str, Any] = answer["errors"][0]
    return found


def more_motors(client: Client, count: int, first: int = 0) -> None:
    entities = [
        {"iri": f"urn:t:x{n}", "kind": "COMPONENT", "label": f"Motor X{n}"} for n in range(first, first + count)
    ]
    assert client.do("upsert", "... on UpsertPayload { committed }", requestId=f"m{first}", entities=entities)[
        "committed"
    ]


def test_names_come_best_first_with_what_matched(client: Client) -> None:
    found = search(client, "motor")
    assert iris(found) == ["motor", "m1", "m2", "w1", "motor-a"]
    assert [edge["score"] for edge in found["edges"]] == [1.0, 0.99, 0.99, 0.99, 0.98]
    assert found["edges"][1]["matched"] == ["Motor 1"]
    assert (found["totalCount"], found["withTypos"]) == (5, False)


def test_every_bearer_of_an_ambiguous_identifier_is_listed(client: Client) -> None:
    assert iris(search(client, "DUP")) == iris(search(client, "tag:DUP")) == ["m1", "m2"]


@pytest.mark.parametrize("text", ["serial:M-1", "urn:t:m1", "M-1", "motor 1", "m1", "MOTOR-1"])
def test_a_thing_is_found_by_each_of_its_names(client: Client, text: str) -> None:
    assert iris(search(client, text))[0] == "m1"


def test_typos_are_taken_only_where_nothing_is_written_so(client: Client) -> None:
    found = search(client, "virbation")
    assert (iris(found), found["withTypos"], found["edges"][0]["score"]) == (["s1"], True, 0.6)
    assert search(client, "vibration")["withTypos"] is False
    assert search(client, "qqqqqqqq") | {"revision": ""} == {
        "totalCount": 0,
        "withTypos": False,
        "revision": "",
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        "edges": [],
    }


def test_kinds_and_values_narrow_a_search_and_stand_alone(client: Client) -> None:
    assert iris(search(client, "motor", k=["COMPONENT"])) == ["m1", "m2"]
    assert iris(search(client, "mtor", k=["BATCH"])) == []
    assert iris(search(client, "", k=["SUPPLIER", "BATCH"])) == ["acme", "b1"]
    assert iris(search(client, "", w=[{"name": "status", "op": "IN", "values": ["COMPLETED", "PLANNED"]}])) == ["w1"]
    assert iris(search(client, "line", w=[{"name": "age", "op": "EQ", "values": ["7.5"]}])) == ["line"]
    assert (
        search(client, "")["totalCount"]
        == client.ask('{ search(text: "", first: 0) { totalCount } }')["search"]["totalCount"]
    )


def test_a_search_of_the_past_finds_what_was_there_by_its_name_of_then(client: Client) -> None:
    entity = {"iri": "urn:t:line", "label": "Rebuilt line", "validFrom": "2026-03-01T00:00:00Z"}
    client.do("upsert", "__typename", entities=[entity])
    assert iris(search(client, "rebuilt")) == ["line"]
    assert iris(search(client, "rebuilt", at={"validAt": "2026-02-01T00:00:00Z"})) == []
    assert iris(search(client, "line 1", at={"validAt": "2026-02-01T00:00:00Z"})) == ["line"]
    assert iris(search(client, "f1", at={"validAt": "2020-01-01T00:00:00Z"})) == []
    known = {"knownAt": "2026-03-02T05:59:30Z"}
    assert (iris(search(client, "rebuilt", at=known)), iris(search(client, "line 1", at=known))) == ([], ["line"])


@given(st.integers(1, 4), st.integers(0, 9), st.booleans())
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_pages_are_the_list_of_the_first_page_whatever_is_committed_between(size: int, new: int, back: bool) -> None:
    client = open_client("memory:")
    more_motors(client, 7)
    whole = iris(search(client, "motor", first=500))
    seen, given, number = [], {"last": size} if back else {"first": size}, 0
    while len(seen) <= len(whole):
        page = search(client, "motor", **given)
        seen = iris(page) + seen if back else seen + iris(page)
        assert page["totalCount"] == len(whole)
        assert {decode_id(edge["node"]["id"])[1].live for edge in page["edges"]} == {True}  # type: ignore[index]
        if not page["pageInfo"]["hasPreviousPage" if back else "hasNextPage"]:
            break
        more_motors(client, new, first=100 + 20 * number)
        client.do("end", "__typename", requestId=f"e{number}", of=f"urn:t:x{number}", at="2026-03-02T05:59:00Z")
        number += 1
        given = {"last": size, "before": page["pageInfo"]["startCursor"]} if back else {
            "first": size, "after": page["pageInfo"]["endCursor"]
        }  # fmt: skip
    assert seen == whole
    client.service.close()


def test_a_search_over_all_time_finds_what_was_there_once(client: Client) -> None:
    client.do("end", "__typename", of="urn:t:s1", at="2026-01-01T00:00:00Z")
    assert iris(search(client, "vibration")) == []
    assert iris(search(client, "vibration", at={"ever": True})) == ["s1"]


def test_a_cursor_of_another_list_is_refused(client: Client) -> None:
    page = search(client, "motor", first=1)
    at = {"validAt": "2020-01-01T00:00:00Z"}
    strays = [
        encode_cursor((99, "urn:t:m1", 77, 0)),
        encode_cursor((99, "urn:t:nobody", 1, 0)),
        encode_cursor((99, "urn:t:m1", -1, 0)),
        encode_cursor((2**62, "urn:t:m1", 1, 0)),
        encode_cursor((-5, "urn:t:m1", 1, 0)),
        encode_cursor((99, "urn:t:m1", 1, 2**63 - 1)),
        "x",
        encode_cursor((1, "a")),
    ]
    for pages in [*({"after": stray} for stray in strays), {"after": page["edges"][0]["cursor"], "at": at}]:
        assert refused(client, "motor", **pages)["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"t": "y" * 201}, "TOO_LARGE"),
        ({"t": "?!"}, "INVALID"),
        ({"t": "a", "first": 501}, "TOO_LARGE"),
        ({"t": "a", "first": 1, "last": 1}, "INVALID"),
        ({"t": "a", "w": [{"name": "colour", "values": ["red"]}]}, "UNKNOWN_ATTRIBUTE"),
        ({"t": "a", "w": [{"name": "age", "op": "LT", "values": ["old"]}]}, "BAD_VALUE"),
        ({"t": "a", "w": [{"name": "age", "values": ["1"]}] * 21}, "TOO_LARGE"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_a_code(client: Client, given: dict[str, Any], code: str) -> None:
    assert refused(client, given.pop("t"), **given)["extensions"]["code"] == code
