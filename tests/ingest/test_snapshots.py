"""A later snapshot of a source: what it repeats is nothing, what changed changes then, what vanished has ended."""

from pathlib import Path

import pytest

from tests.ingest.helpers import ONTOLOGY, line, reading_of
from thread.clock import BEGIN, END, parse_instant
from thread.facts import ChangeSet, Commit, Op, Revision
from thread.ingest import Settlement, claim_of, settle, standing_claims

MAPPING = """
source: plant
read: {zone: UTC}
tables:
  pumps:
    file: pumps.csv
    vanished: end
    times: [From, To]
    entities:
      pump:
        kind: Asset
        id: "{Tag}"
        attributes: {age: "{Age}"}
        links:
          - {relation: memberOf, to: {id: "{Group}"}}
          - {relation: locatedIn, to: {id: "{Hall}"}, valid: {from: From, to: To}}
  groups:
    file: groups.csv
    entities:
      group: {kind: RedundancyGroup, id: "{Group}", attributes: {k: 1}}
"""
T1, T2, T3 = (parse_instant(f"2024-0{month}-01T00:00:00Z") for month in (1, 2, 3))
FIRST = "P-1,5,G,,,\nP-2,6,G,,,\n"


class Source:
    """A source that sends one snapshot after the other to a log."""

    def __init__(self, folder: Path, vanished: str = "end") -> None:
        self._folder, self._mapping = folder, MAPPING.replace("vanished: end", f"vanished: {vanished}")
        self.commits: list[Commit] = []

    def send(self, pumps: str, at: int) -> list[str]:
        """What a snapshot changes, as lines; it is committed."""
        files: dict[str, str | bytes] = {
            "pumps.csv": "Tag,Age,Group,Hall,From,To\n" + pumps,
            "groups.csv": "Group\nG\n",
        }
        reading = reading_of(self._folder, self._mapping, files)
        settled = settle(reading, standing_claims(self.commits, "plant"), at, ONTOLOGY)
        number = len(self.commits) + 1
        self.commits.append(Commit(Revision(number, number), ChangeSet(f"run-{number}", "plant", settled.parts)))
        return changes(settled)


def changes(settled: Settlement) -> list[str]:
    """The operations of a settlement, sorted."""
    ops = [(op, fact) for part in settled.parts for op, fact in part.facts()]
    return sorted(f"{'' if op is Op.ASSERT else op.name + ' '}{line(fact, places=False)}" for op, fact in ops)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    source = Source(tmp_path)
    source.send(FIRST, T1)
    return source


def test_the_same_snapshot_again_changes_nothing(source: Source) -> None:
    assert source.send(FIRST, T2) == []


def test_the_order_of_the_rows_is_no_change(source: Source) -> None:
    assert source.send("P-2,6,G,,,\nP-1,5,G,,,\n", T2) == []


def test_a_new_row_holds_since_ever(source: Source) -> None:
    assert source.send(FIRST + "P-3,7,,,,\n", T2) == ["P-3 age 7", "P-3 type Asset"]


def test_a_changed_value_holds_from_the_snapshot_on(source: Source) -> None:
    assert source.send("P-1,5.5,G,,,\nP-2,6,G,,,\n", T2) == ["P-1 age 5.5 [2024-02-01T00:00:00Z, -)"]
    assert source.send("P-1,5.5,G,,,\nP-2,6,G,,,\n", T3) == []


def test_a_value_that_changes_back_is_a_change(source: Source) -> None:
    source.send("P-1,5.5,G,,,\nP-2,6,G,,,\n", T2)
    assert source.send(FIRST, T3) == ["P-1 age 5 [2024-03-01T00:00:00Z, -)"]
    assert source.send(FIRST, T3 + 1) == []


def test_a_vanished_row_ends_at_the_snapshot(source: Source) -> None:
    assert source.send("P-1,5,G,,,\n", T2) == [
        "END P-2 age 6 [-, 2024-02-01T00:00:00Z)",
        "END P-2 memberOf G [-, 2024-02-01T00:00:00Z)",
        "END P-2 type Asset [-, 2024-02-01T00:00:00Z)",
    ]
    assert source.send("P-1,5,G,,,\n", T3) == []


def test_a_vanished_link_of_a_row_that_stays_ends(source: Source) -> None:
    assert source.send("P-1,5,,,,\nP-2,6,G,,,\n", T2) == ["END P-1 memberOf G [-, 2024-02-01T00:00:00Z)"]


def test_a_row_that_comes_back_holds_from_then_on(source: Source) -> None:
    source.send("P-1,5,G,,,\n", T2)
    assert source.send("P-1,5,G,,,\nP-2,8,G,,,\n", T3) == [
        "P-2 age 8 [2024-03-01T00:00:00Z, -)",
        "P-2 memberOf G [2024-03-01T00:00:00Z, -)",
        "P-2 type Asset [2024-03-01T00:00:00Z, -)",
    ]


def test_a_rejected_row_has_not_vanished(source: Source) -> None:
    assert source.send("P-1,5,G,,,\nP-2,old,G,,,\n", T2) == []


def test_while_a_rejected_row_cannot_be_named_nothing_vanishes(source: Source) -> None:
    assert source.send("P-1,5,G,,,\nragged\n", T2) == []


def test_a_vanished_row_is_withdrawn_where_the_mapping_says_retract(tmp_path: Path) -> None:
    source = Source(tmp_path, "retract")
    source.send(FIRST, T1)
    assert source.send("P-1,5.5,G,,,\n", T2) == [
        "P-1 age 5.5",
        "RETRACT P-1 age 5",
        "RETRACT P-2 age 6",
        "RETRACT P-2 memberOf G",
        "RETRACT P-2 type Asset",
    ]
    assert source.send("P-1,5.5,G,,,\n", T3) == []


def test_a_vanished_row_stays_where_the_mapping_says_keep(tmp_path: Path) -> None:
    source = Source(tmp_path, "keep")
    source.send(FIRST, T1)
    assert source.send("P-1,5.5,G,,,\n", T2) == ["P-1 age 5.5 [2024-02-01T00:00:00Z, -)"]


def test_a_dated_fact_gets_its_new_end_and_what_ended_before_stays(source: Source) -> None:
    dated = "P-1,5,G,H1,2024-01-05T00:00,\nP-2,6,G,,,\n"
    source.send(dated, T2)
    closed = dated.replace("2024-01-05T00:00,", "2024-01-05T00:00,2024-01-20T00:00")
    assert source.send(closed, T2) == ["P-1 locatedIn H1 [2024-01-05T00:00:00Z, 2024-01-20T00:00:00Z)"]
    assert source.send(FIRST, T3) == []


def test_a_dated_fact_that_is_dated_anew_withdraws_the_old_one(source: Source) -> None:
    source.send("P-1,5,G,H1,2024-01-05T00:00,\nP-2,6,G,,,\n", T2)
    assert source.send("P-1,5,G,H1,2024-01-06T00:00,\nP-2,6,G,,,\n", T3) == [
        "P-1 locatedIn H1 [2024-01-06T00:00:00Z, -)",
        "RETRACT P-1 locatedIn H1 [2024-01-05T00:00:00Z, -)",
    ]


def test_what_would_have_begun_after_the_snapshot_is_withdrawn(source: Source) -> None:
    source.send("P-1,5,G,H1,2030-01-01T00:00,\nP-2,6,G,,,\n", T2)
    assert source.send(FIRST, T3) == ["RETRACT P-1 locatedIn H1 [2030-01-01T00:00:00Z, -)"]


def test_a_withdrawn_run_is_said_anew(source: Source) -> None:
    source.commits.append(Commit(Revision(9, 9), ChangeSet("r", "plant", (), withdraws=("run-1",))))
    assert len(source.send(FIRST, T2)) == 8


def test_other_sources_stand_for_nothing_here(source: Source) -> None:
    parts = source.commits[0].change_set.parts
    other = Commit(Revision(1, 1), ChangeSet("x", "other", parts))
    assert standing_claims([other], "plant") == []
    assert len(standing_claims([other, *source.commits], "plant")) == 8


def test_a_claim_of_a_fact_equals_the_claim_of_its_column(source: Source) -> None:
    part = source.commits[0].change_set.parts[0]
    assert [claim_of(fact) for _, fact in part.facts()] == standing_claims(source.commits, "plant")
    assert {(claim.start, claim.end) for claim in standing_claims(source.commits, "plant")} == {(BEGIN, END)}
