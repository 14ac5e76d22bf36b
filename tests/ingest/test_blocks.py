"""Said in blocks or row by row: the same facts, the same report, whatever is in the rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.helpers import ONTOLOGY, Known, facts_of, line
from thread.ingest import Reading, load_mapping, parse_mapping, read
from thread.ingest import reading as reading_module
from thread.terms import THR

GOLDEN = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/mapping.yaml"))
MAPPING = """
source: shop
read: {zone: UTC}
tables:
  parts:
    file: parts.csv
    times: [From, To]
    entities:
      part:
        kind: Component
        id: "{Serial}"
        identifiers:
          - {scheme: serial, value: "{Serial}", scope: "{Maker}"}
          - {scheme: tag, value: "{Tag}"}
        label: "Part {Serial}"
        attributes: {quantity: "{Pieces}", description: {value: "of {Maker}", when: {Pieces: {present: true}}}}
        links:
          - {relation: fromBatch, to: lot}
          - {relation: suppliedBy, to: {ref: "{Maker}", scheme: maker}}
          - {relation: installedIn, to: {id: "slot/{Slot}"}, valid: {from: From, to: To}, required: false}
          - {relation: partOf, from: {id: "{Inner}"}}
          - {relation: connectedTo, to: {id: "{Other}"}, when: {Pieces: {not: "2"}}}
      lot: {kind: Batch, when: {Maker: {not: none}}, identifiers: [{scheme: lot, value: "{Lot}"}]}
      order: {kind: WorkOrder, id: "order/{Serial}", attributes: {plannedStart: "{From}", plannedEnd: "{To}"}}
"""
HEADER = "Serial,Maker,Tag,Pieces,Lot,Slot,From,To,Inner,Other"
serials = st.sampled_from(["", *(f"S{n}" for n in range(9)), "a b"])
days = st.sampled_from(["", "2024-01-01", "2024-02-01", "2024-03-01", "never"])
rows = st.lists(
    st.tuples(
        serials,
        st.sampled_from(["", "ACME", "none", "Müller"]),
        st.sampled_from(["", "", "T1", "T2", "T3", "T\u202e"]),
        st.sampled_from(["", "1", "2", "x"]),
        st.sampled_from(["", "L1", "L2"]),
        st.sampled_from(["", "A/1", "B"]),
        days,
        days,
        serials,
        serials,
    ),
    max_size=30,
)


def _said(reading: Reading) -> tuple[list[str], str, object, object]:
    report = reading.report.to_table()
    return sorted(line(fact) for fact in facts_of(reading.parts)), report, reading.scope, reading.refused


@pytest.fixture(autouse=True)
def _fewest() -> Iterator[None]:
    kept = reading_module.FEWEST
    yield None
    reading_module.FEWEST = kept


def _both(folder: Path, mapping: str) -> tuple[Reading, Reading]:
    """The reading in blocks down to two rows, and row by row."""
    declared = parse_mapping(mapping, ONTOLOGY)
    known = Known(
        ("tag", None, "T2", "urn:known:t2"),
        ("maker", None, "ACME", "urn:known:acme"),
        kinds={"urn:known:t2": THR + "Asset"},
    )
    readings = []
    for fewest in (2, 10**9):
        reading_module.FEWEST = fewest
        readings.append(read(declared, folder, ONTOLOGY, known))
    return readings[0], readings[1]


@settings(max_examples=200, deadline=None)
@given(rows)
def test_blocks_say_what_their_rows_say(tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, ...]]) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    (folder / "parts.csv").write_text("\n".join([HEADER, *(",".join(row) for row in cells)]) + "\n")
    blocks, alone = map(_said, _both(folder, MAPPING))
    assert alone == blocks


@pytest.mark.parametrize("which", ["good", "broken"])
@pytest.mark.parametrize("case", GOLDEN, ids=lambda path: path.name)
def test_golden_files_are_the_same_in_blocks(case: Path, which: str) -> None:
    declared = load_mapping(case / "mapping.yaml", ONTOLOGY)
    readings = []
    for fewest in (1, 10**9):
        reading_module.FEWEST = fewest
        readings.append(_said(read(declared, case / which, ONTOLOGY)))
    assert readings[1] == readings[0]


def test_a_wrong_row_among_thousands_costs_only_itself(tmp_path: Path) -> None:
    good = [f"S{n},ACME,,1,L{n % 7},B,2024-01-01,,," for n in range(3_000)]
    good[1_234] = "S1234,ACME,,x,L1,B,2024-01-01,,,"
    (tmp_path / "parts.csv").write_text("\n".join([HEADER, *good]) + "\n")
    reading = read(parse_mapping(MAPPING, ONTOLOGY), tmp_path, ONTOLOGY)
    assert [(finding.row, finding.value) for finding in reading.report.rejected] == [(1_235, "x")]
    assert reading.report.counts[0].accepted == 2_999
