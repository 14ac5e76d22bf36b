"""Installing, removing and failing over HTTP: order of times, occupied positions, each request once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.api.changing import Client, open_client, stores
from thread.api.ids import encode_id

DAY = "2026-02-{:02}T00:00:00Z"
IN = "... on InstallComponentPayload { repeated revision component { iri } position { iri } replaced { iri } }"
OUT = "... on RemoveComponentPayload { repeated revision component { iri } position { iri } }"
FAILED = """... on RecordFailurePayload { repeated revision failure { iri label validFrom code
  relations(direction: BOTH) { edges { relation node { iri } } } } impact { targets { iri } } }"""
HOLDS = """query($t: DateTime) { position(key: "urn:t:drive", at: {validAt: $t}) {
  relations(direction: BOTH, relations: [INSTALLED_IN]) { edges { node { iri } } } } }"""


@pytest.fixture(params=["memory"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    made = open_client(stores(tmp_path)[request.param])
    yield made
    made.service.close()


def holds(client: Client, at: str | None = None) -> list[str]:
    edges = client.ask(HOLDS, t=at)["position"]["relations"]["edges"]
    return [edge["node"]["iri"] for edge in edges]


@pytest.mark.parametrize("client", ["memory", "embedded"], indirect=True)
def test_a_component_replaces_the_one_before_at_the_same_instant_once_for_each_request(client: Client) -> None:
    given = {"component": "M-1", "into": encode_id("urn:t:drive"), "at": DAY.format(20)}
    done = client.do("installComponent", IN, **given)
    assert done == {
        "repeated": False,
        "revision": "2",
        "component": {"iri": "urn:t:m1"},
        "position": {"iri": "urn:t:drive"},
        "replaced": {"iri": "urn:t:m2"},
    }
    assert (holds(client), holds(client, DAY.format(20)), holds(client, DAY.format(19))) == (
        ["urn:t:m1"],
        ["urn:t:m1"],
        ["urn:t:m2"],
    )
    assert client.do("installComponent", IN, **given) == {**done, "repeated": True}
    assert client.revision == 2


def test_a_component_that_sits_somewhere_is_already_installed(client: Client) -> None:
    found = client.do("installComponent", IN, component="M-2", into="urn:t:drive", at=DAY.format(20))
    assert (found["__typename"], found["code"]) == ("Conflict", "ALREADY_INSTALLED")
    assert (found["current"]["iri"], client.revision) == ("urn:t:m2", 1)


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00Z", "2026-02-01T10:00:00Z"])
def test_a_time_before_the_last_known_change_is_out_of_order(client: Client, at: str) -> None:
    came = client.do("installComponent", IN, component="M-1", into="urn:t:drive", at=at)
    left = client.do("removeComponent", OUT, component="M-2", at=at)
    assert [came["code"], left["code"]] == ["OUT_OF_ORDER", "OUT_OF_ORDER"]
    assert (came["path"], client.revision) == (["input", "at"], 1)


def test_a_removed_component_leaves_its_position_empty_and_the_answer_says_what_that_does(client: Client) -> None:
    selection = f"{OUT} ... on RemoveComponentPayload {{ impact {{ targets {{ iri }} counts {{ count }} }} }}"
    done = client.do("removeComponent", selection, component="M-2", at=DAY.format(20), reason="worn")
    assert (done["component"]["iri"], done["position"]["iri"]) == ("urn:t:m2", "urn:t:drive")
    assert done["impact"]["targets"] == [{"iri": "urn:t:m2"}]
    assert done["impact"]["counts"]
    assert (holds(client), holds(client, DAY.format(19))) == ([], ["urn:t:m2"])
    again = client.do("removeComponent", OUT, requestId="r2", component="M-2", at=DAY.format(21))
    assert again["code"] == "NOT_INSTALLED"


def test_references_that_mean_nothing_or_too_much_are_told_with_their_place(client: Client) -> None:
    missing = client.do("installComponent", IN, component="nobody", into="urn:t:drive", at=DAY.format(20))
    assert (missing["code"], missing["missing"], missing["path"]) == ("NOT_FOUND", "nobody", ["input", "component"])
    many = client.do("installComponent", IN, component="DUP", into="urn:t:drive", at=DAY.format(20))
    assert (many["code"], many["path"]) == ("AMBIGUOUS_REFERENCE", ["input", "component"])


def test_a_component_goes_into_positions_only(client: Client) -> None:
    found = client.do("installComponent", IN, component="M-1", into="urn:t:hall", at=DAY.format(20))
    assert (found["__typename"], found["shape"]) == ("Invalid", "urn:thread:ns#installedIn")


@pytest.mark.parametrize("field", ["installComponent", "removeComponent"])
def test_a_component_that_changed_since_it_was_read_is_a_conflict(client: Client, field: str) -> None:
    into = {"into": "urn:t:drive"} if field == "installComponent" else {}
    found = client.do(field, "__typename", component="M-2", at=DAY.format(20), ifVersion="7", **into)
    assert (found["code"], found["current"]) == ("CONFLICT", {"iri": "urn:t:m2", "version": "1"})


def test_a_failure_is_an_event_of_what_failed_with_its_causes_and_impact(client: Client) -> None:
    mode = {"iri": "urn:t:wear", "kind": "FAILURE_MODE", "identifiers": [{"scheme": "fm", "value": "WEAR"}]}
    client.do("upsert", "__typename", requestId="mode", entities=[mode])
    given = {"component": "M-2", "at": DAY.format(25), "mode": "fm:WEAR", "causedBy": ["urn:t:b1"]}
    done = client.do("recordFailure", FAILED, **given)
    links = [(edge["relation"], edge["node"]["iri"]) for edge in done["failure"]["relations"]["edges"]]
    assert links == [("CAUSED_BY", "urn:t:b1"), ("FAILURE_OF", "urn:t:m2"), ("HAS_MODE", "urn:t:wear")]
    assert (done["failure"]["validFrom"], done["failure"]["label"]) == (DAY.format(25), "Failure of Motor 2")
    assert done["impact"]["targets"] == [{"iri": "urn:t:m2"}]
    assert client.do("recordFailure", FAILED, **given) == {**done, "repeated": True}
    other = client.do("recordFailure", FAILED, requestId="x", **given)
    assert (other["code"], other["current"]["iri"]) == ("DUPLICATE", done["failure"]["iri"])
    assert client.revision == 3


def test_a_mode_that_nothing_names_is_kept_as_code_and_the_future_is_refused(client: Client) -> None:
    done = client.do("recordFailure", FAILED, component="urn:t:drive", at=DAY.format(25), mode="E77")
    assert done["failure"]["code"] == "E77"
    late = client.do("recordFailure", FAILED, requestId="f", component="M-2", at="2026-03-02T06:00:01Z")
    assert (late["code"], late["path"]) == ("INVALID", ["input", "at"])


def disposition(client: Client, name: str, at: str | None = None) -> str | None:
    found = client.ask(
        "query($k: String!, $t: DateTime) { component(key: $k, at: {validAt: $t}) { disposition } }", k=name, t=at
    )
    value: str | None = found["component"]["disposition"]
    return value


def lay(client: Client, name: str, where: str, since: str) -> None:
    entity = {"iri": name, "attributes": [{"name": "disposition", "value": where}], "validFrom": since}
    client.do("upsert", "__typename", requestId=f"lay {name} {where}", entities=[entity])


@pytest.mark.parametrize("where", ["STOCK", "REPAIR"])
def test_what_comes_into_a_position_lies_in_stock_no_more(client: Client, where: str) -> None:
    lay(client, "urn:t:m1", where, DAY.format(5))
    client.do("installComponent", IN, component="M-1", into="urn:t:drive", at=DAY.format(20))
    assert disposition(client, "M-1", DAY.format(19)) == where
    assert (disposition(client, "M-1", DAY.format(20)), disposition(client, "M-1")) == (None, None)


def test_a_scrapped_component_is_not_installed(client: Client) -> None:
    lay(client, "urn:t:m1", "SCRAPPED", DAY.format(5))
    given = {"component": "M-1", "into": "urn:t:drive"}
    found = client.do("installComponent", IN, at=DAY.format(20), **given)
    assert (found["__typename"], found["code"], found["path"]) == ("Conflict", "CONFLICT", ["input", "component"])
    assert (found["current"]["iri"], holds(client)) == ("urn:t:m1", ["urn:t:m2"])
    lay(client, "urn:t:m1", "REPAIR", DAY.format(10))
    assert "code" not in client.do("installComponent", IN, requestId="mended", at=DAY.format(20), **given)


def test_a_removed_component_lies_where_it_was_laid(client: Client) -> None:
    given = {"component": "M-2", "at": DAY.format(20), "reason": "worn", "disposition": "SCRAPPED"}
    assert "code" not in client.do("removeComponent", OUT, **given)
    assert (disposition(client, "M-2", DAY.format(19)), disposition(client, "M-2")) == (None, "SCRAPPED")


def test_what_moves_or_fails_must_be_there_then(client: Client) -> None:
    late = {"kind": "COMPONENT", "validFrom": DAY.format(10)}
    client.do("upsert", "__typename", requestId="late", entities=[{"iri": "urn:t:late", **late}])
    came = client.do("installComponent", IN, component="urn:t:late", into="urn:t:drive", at=DAY.format(9))
    failed = client.do("recordFailure", FAILED, component="urn:t:late", at=DAY.format(9))
    assert [(one["code"], one["path"]) for one in (came, failed)] == [("OUT_OF_ORDER", ["input", "component"])] * 2
    assert came["current"]["iri"] == "urn:t:late"


def test_answers_carry_what_the_change_does_and_the_siblings_of_the_part(client: Client) -> None:
    siblings = "siblings { of { iri } hits { edges { node { iri } } } }"
    fields = f"impact {{ targets {{ iri }} }} {siblings}"
    expected = {"of": {"iri": "urn:t:m1"}, "hits": {"edges": [{"node": {"iri": "urn:t:m2"}}]}}
    came = client.do(
        "installComponent", f"... on InstallComponentPayload {{ {fields} }}",
        component="M-1", into="urn:t:drive", at=DAY.format(20),
    )  # fmt: skip
    assert (came["siblings"], came["impact"]) == (expected, {"targets": [{"iri": "urn:t:drive"}]})
    given = {"component": "M-1", "at": DAY.format(21)}
    failed = client.do("recordFailure", f"... on RecordFailurePayload {{ {fields} }}", requestId="f", **given)
    left = client.do("removeComponent", f"... on RemoveComponentPayload {{ {siblings} }}", requestId="l", **given)
    assert (failed["siblings"], left["siblings"]) == (expected, expected)


STEPS = st.tuples(st.sampled_from(["m1", "m2"]), st.booleans(), st.integers(0, 2))


@given(st.lists(STEPS, max_size=8))
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_any_moves_leave_the_position_as_a_plain_model_says(steps: list[tuple[str, bool, int]]) -> None:
    client = open_client("memory:")
    held: str | None = "m2"
    day = 2
    changed = {"m1": 1, "m2": 1, "drive": 1}
    for number, (name, comes, later) in enumerate(steps):
        day += later
        at, request = DAY.format(day), {"requestId": f"s{number}", "component": f"urn:t:{name}", "at": DAY.format(day)}
        touched = (name, "drive") if comes else (name,)
        if comes:
            done = client.do("installComponent", IN, into="urn:t:drive", **request)
        else:
            done = client.do("removeComponent", OUT, **request)
        if any(changed[one] > day or (changed[one] == day and one == name == held) for one in touched):
            assert done["code"] in {"OUT_OF_ORDER", "ALREADY_INSTALLED"}
        elif comes and held == name:
            assert done["code"] == "ALREADY_INSTALLED"
        elif not comes and held != name:
            assert done["code"] == "NOT_INSTALLED"
        elif comes and held is not None and changed[held] == day:
            assert done["code"] == "OUT_OF_ORDER"  # what came at this very instant cannot go at it
        else:
            assert "code" not in done, done
            if comes:
                assert done["replaced"] == (None if held is None else {"iri": f"urn:t:{held}"})
                changed |= {name: day, "drive": day} | ({held: day} if held else {})
            else:
                changed |= {name: day, "drive": day}
            held = name if comes else None
        assert holds(client, at) == ([] if held is None else [f"urn:t:{held}"])
    client.service.close()
