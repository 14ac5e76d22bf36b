"""Questions over a period and over all time, on the demo sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.demo import open_sample
from thread.api.engine import Engine
from thread.samples import generate

GUN = "urn:thread:id:G-210"
FAILED = "urn:thread:id:WT-1030"


@pytest.fixture(scope="module")
def demo() -> Iterator[Engine]:
    service = open_sample(generate("demo"), "memory:")
    yield Engine(service)
    service.close()


def ask(demo: Engine, document: str, **variables: Any) -> dict[str, Any]:
    result = demo.execute(document, variables)
    assert result.errors is None, [error.formatted for error in result.errors or ()]
    assert result.data is not None
    return result.data


HELD = """query($at: AsOfInput) { position(key: "urn:thread:id:G-210/transformer", at: $at) { id
  holds: relations(direction: BOTH, relations: [INSTALLED_IN]) { edges { validFrom node { iri } } } } }"""


def held(demo: Engine, at: dict[str, Any] | None) -> list[str]:
    found = ask(demo, HELD, at=at)["position"]
    return [edge["node"]["iri"] for edge in found["holds"]["edges"]]


def test_ever_lists_every_serial_that_a_position_held(demo: Engine) -> None:
    assert len(held(demo, None)) == 1
    assert FAILED not in held(demo, None)
    ever = held(demo, {"ever": True})
    assert FAILED in ever
    assert set(held(demo, None)) < set(ever)


def test_during_counts_what_held_at_some_instant_of_it(demo: Engine) -> None:
    window = {"start": "2026-05-28T00:00:00Z", "end": "2026-05-30T00:00:00Z"}
    both = held(demo, {"during": window})
    assert len(both) == 2
    assert set(both) == {FAILED, *held(demo, None)}


def test_the_recall_of_all_time_finds_where_each_serial_ever_was(demo: Engine) -> None:
    planted: Any = generate("demo").answers.bad_batch
    document = """query($lot: String!) { batch(key: $lot, at: { ever: true }) {
      lineage(input: { direction: DOWNSTREAM, relations: [FROM_BATCH, INSTALLED_IN], report: [POSITION] }) {
        hits { edges { degree via node { iri } } } completeness { complete } } } }"""
    found = ask(demo, document, lot=planted["batch"])["batch"]["lineage"]
    was_in = {position for serial in planted["serials"] for position in serial["was_in"]}
    assert {edge["node"]["iri"] for edge in found["hits"]["edges"]} == was_in
    assert {tuple(edge["via"]) for edge in found["hits"]["edges"]} == {("INSTALLED_IN",)}


def test_an_id_read_over_a_period_is_read_over_it_again(demo: Engine) -> None:
    for at in ({"ever": True}, {"during": {"start": "2026-05-28T00:00:00Z", "end": "2026-05-30T00:00:00Z"}}):
        id_ = ask(demo, HELD, at=at)["position"]["id"]
        document = """query($id: ID!) { node(id: $id) { ... on Position {
          relations(direction: BOTH, relations: [INSTALLED_IN]) { edges { node { iri } } } } } }"""
        edges = ask(demo, document, id=id_)["node"]["relations"]["edges"]
        assert [edge["node"]["iri"] for edge in edges] == held(demo, at)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ({"ever": True, "during": {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}}, "both"),
        ({"during": {"start": "2026-02-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}}, "before it starts"),
    ],
)
def test_a_period_that_is_none_is_refused(demo: Engine, at: dict[str, Any], said: str) -> None:
    result = demo.execute(HELD, {"at": at})
    assert result.errors is not None
    assert said in result.errors[0].message


@pytest.mark.parametrize(
    "document",
    [
        """{ impact(of: ["P-1"], at: {ever: true}) { targets { iri } } }""",
        """{ structure(of: "G-210", view: AS_MAINTAINED, at: {ever: true}) { of { iri } } }""",
        """{ health(of: ["P-1"], at: {ever: true}) { score } }""",
    ],
)
def test_a_question_about_a_state_is_not_asked_of_a_period(demo: Engine, document: str) -> None:
    result = demo.execute(document, {})
    assert result.errors is not None
    assert "asked of one instant" in result.errors[0].message


def test_siblings_over_all_time_are_placed_at_now(demo: Engine) -> None:
    document = """query($at: AsOfInput) { siblings(of: "WT-1030", at: $at) {
      hits(first: 100) { edges { node { iri } place { where exposureHours } } } } }"""
    assert ask(demo, document, at={"ever": True}) == ask(demo, document, at=None)
