"""Whatever the order of the rows, the facts are the same; reading twice gives the same."""

import string
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.helpers import Known, lines, reading_of

MAPPING = """
source: shop
read: {zone: UTC}
tables:
  moves:
    file: moves.csv
    times: [When]
    sequence: {by: [Slot], order: When, number: n, before_first: true}
    columns:
      serial: "{Slot}-{n}"
      removed: {previous: serial}
      until: {next: When}
    entities:
      part:
        kind: Component
        id: "part/{serial}"
        label: "{serial} of {Machine}"
        identifiers: [{scheme: serial, value: "{serial}"}]
        links: [{relation: installedIn, to: slot, valid: {from: When, to: until}}]
      slot:
        kind: Position
        id: "slot/{Slot}"
        links: [{relation: partOf, to: {ref: "{Machine}", scheme: machine}}]
      order:
        kind: WorkOrder
        when: {When: {present: true}}
        id: "order/{Slot}/{n}"
        attributes: {startedAt: "{When}"}
        links: [{relation: installs, to: part}, {relation: removes, to: {id: "part/{removed}"}}]
  machines:
    file: machines.csv
    entities:
      machine:
        kind: Asset
        identifiers: [{scheme: machine, value: "{Machine}"}]
        attributes: {age: {value: "{Age}", unit: mo}}
"""
slots = st.sampled_from("ABC")
hours = st.integers(0, 40).map(lambda hour: f"2024-01-{1 + hour // 24:02d}T{hour % 24:02d}:00")
moves = st.lists(st.tuples(slots, hours, st.sampled_from(["M1", "M2", "M9", ""])), min_size=1, max_size=25)
machines = st.dictionaries(
    st.sampled_from(["M1", "M2", "M3"]), st.sampled_from(["", "1", "1.50", "-2", "x", "NaN"]), min_size=1
)


def _csv(header: str, rows: list[tuple[str, ...]]) -> str:
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def _facts(moved: list[tuple[str, str, str]], owned: list[tuple[str, str]]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, str | bytes] = {
            "moves.csv": _csv("Slot,When,Machine", list(moved)),
            "machines.csv": _csv("Machine,Age", list(owned)),
        }
        return lines(reading_of(Path(folder), MAPPING, files, Known(("machine", None, "M2", "urn:known:m2"))))


@settings(max_examples=60, deadline=None)
@given(moves, machines, st.randoms(use_true_random=False))
def test_shuffled_rows_say_the_same(moved: list[tuple[str, str, str]], owned: dict[str, str], dice: object) -> None:
    shuffled, turned = list(moved), list(owned.items())
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    dice.shuffle(turned)  # type: ignore[attr-defined]  # as above
    assert _facts(moved, list(owned.items())) == _facts(shuffled, turned)


@settings(max_examples=25, deadline=None)
@given(moves, machines)
def test_reading_twice_says_the_same(moved: list[tuple[str, str, str]], owned: dict[str, str]) -> None:
    assert _facts(moved, list(owned.items())) == _facts(moved, list(owned.items()))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(string.printable + "äß\u202e\u0308\udc80;\ufeff", max_size=12), min_size=3, max_size=30))
def test_no_content_of_a_file_is_a_crash(cells: list[str]) -> None:
    text = "Machine,Age\n" + "\n".join(",".join(cells[i : i + 2]) for i in range(0, len(cells), 2))
    mapping = MAPPING[: MAPPING.index("  moves:")] + MAPPING[MAPPING.index("  machines:") :]
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, str | bytes] = {"machines.csv": text.encode("utf-8", "surrogatepass")}
        report = reading_of(Path(folder), mapping, files).report
        count = report.counts[0]
        assert count.read == count.accepted + count.rejected
