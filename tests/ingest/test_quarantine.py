"""Refused rows wait in the form of their file; mended and imported, it is as if they had never been wrong."""

from pathlib import Path

import pytest
import yaml

from tests.ingest.helpers import ONTOLOGY, Known, facts_of, line, lines
from thread.errors import InputError
from thread.facts import Op
from thread.ingest import Reading, load_mapping, read, settle
from thread.ingest.quarantine import write_quarantine
from thread.ingest.snapshots import claims_of_part
from thread.terms import IDENTIFIER, SCHEME, SCOPE, TYPE

GOLDEN = Path(__file__).parent / "golden"


def imported(folder: Path, mapping: str, files: dict[str, str | bytes]) -> tuple[Path, Reading]:
    folder.mkdir()
    (folder / "mapping.yaml").write_text(mapping)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder, read(load_mapping(folder / "mapping.yaml", ONTOLOGY), folder, ONTOLOGY)


def what_is_known(reading: Reading) -> Known:
    """A thread in which a reading has been sealed."""
    facts = facts_of(reading.parts)
    named = [
        (scheme, scope, str(fact.value), str(fact.subject))
        for fact in facts
        if fact.predicate == IDENTIFIER
        for scheme, scope in [(str(dict(fact.qualifiers)[SCHEME]), dict(fact.qualifiers).get(SCOPE))]
    ]
    kinds = {str(fact.subject): str(fact.value) for fact in facts if fact.predicate == TYPE}
    return Known(*[(a, None if b is None else str(b), c, d) for a, b, c, d in named], kinds=kinds)


def quarantined(folder: Path, reading: Reading, to: Path) -> list[str]:
    mapping = load_mapping(folder / "mapping.yaml", ONTOLOGY)
    return [p.name for p in write_quarantine(mapping, folder / "mapping.yaml", folder, reading.refused, to)]


PLAIN = """
source: s
tables:
  t: {file: t.csv, entities: {e: {kind: Asset, id: "{T}", label: "{L}", attributes: {age: "{A}"}}}}
  u: {file: u.jsonl, entities: {e: {kind: Component, id: "{T}"}}}
"""


def test_only_refused_rows_wait_in_the_form_of_their_file(tmp_path: Path) -> None:
    csv = 'T;L;A\r\na;"two\r\nlines";1\r\nb;"two\r\nwrong";x\r\n;;\r\nc;é;2\r\nd;e;f;g\r\n'.encode("latin-1")
    mapping = PLAIN.replace("file: t.csv,", "file: t.csv, read: {encoding: latin-1},")
    folder, reading = imported(tmp_path / "in", mapping, {"t.csv": csv, "u.jsonl": '{"T": "x"}\n{"T": \n{"T": "y"}\n'})
    assert quarantined(folder, reading, tmp_path / "out") == ["mapping.yaml", "t.csv", "u.jsonl"]
    assert (tmp_path / "out" / "t.csv").read_bytes() == b'T;L;A\r\nb;"two\r\nwrong";x\r\n;;\r\nd;e;f;g\r\n'
    assert (tmp_path / "out" / "u.jsonl").read_text() == '{"T": \n'
    tables = yaml.safe_load((tmp_path / "out" / "mapping.yaml").read_text())["tables"]
    assert {table["vanished"] for table in tables.values()} == {"keep"}


def test_mended_rows_give_what_the_right_file_would_have_given(tmp_path: Path) -> None:
    good = "T,L,A\na,one,1\nb,two,2\nc,three,3\n"
    files: dict[str, str | bytes] = {"t.csv": good.replace("two,2", "two,x"), "u.jsonl": '{"T": "z"}\n'}
    folder, reading = imported(tmp_path / "in", PLAIN, files)
    assert quarantined(folder, reading, tmp_path / "out") == ["mapping.yaml", "t.csv"]
    (tmp_path / "out" / "t.csv").write_text((tmp_path / "out" / "t.csv").read_text().replace("two,x", "two,2"))
    known = what_is_known(reading)
    mended = read(load_mapping(tmp_path / "out" / "mapping.yaml", ONTOLOGY), tmp_path / "out", ONTOLOGY, known)
    before = [claim for part in reading.parts for claim in claims_of_part(part)]
    settled = settle(mended, before, 1_800_000_000_000_000, ONTOLOGY)
    said = [(op, line(fact, places=False)) for part in settled.parts for op, fact in part.facts()]
    assert {op for op, _ in said} == {Op.ASSERT}
    _, whole = imported(tmp_path / "right", PLAIN, {**files, "t.csv": good})
    assert sorted([*lines(reading), *(text for _, text in said)]) == lines(whole)


@pytest.mark.parametrize("case", sorted(path.name for path in GOLDEN.iterdir() if path.is_dir()))
def test_a_quarantine_can_be_imported_and_refuses_the_same_rows(case: str, tmp_path: Path) -> None:
    mapping = load_mapping(GOLDEN / case / "mapping.yaml", ONTOLOGY)
    reading = read(mapping, GOLDEN / case / "broken", ONTOLOGY)
    to = tmp_path / "out"
    assert write_quarantine(mapping, GOLDEN / case / "mapping.yaml", GOLDEN / case / "broken", reading.refused, to)
    again = read(load_mapping(to / "mapping.yaml", ONTOLOGY), to, ONTOLOGY, what_is_known(reading))
    assert again.report.rejected_rows == reading.report.rejected_rows
    assert again.report.rules == reading.report.rules


def test_nothing_is_written_where_nothing_was_refused_or_something_lies_there(tmp_path: Path) -> None:
    folder, reading = imported(tmp_path / "in", PLAIN, {"t.csv": "T,L,A\na,b,1\n", "u.jsonl": ""})
    assert quarantined(folder, reading, tmp_path / "out") == []
    assert not (tmp_path / "out").exists()
    (folder / "t.csv").write_text("T,L,A\na,b,x\n")
    reading = read(load_mapping(folder / "mapping.yaml", ONTOLOGY), folder, ONTOLOGY)
    with pytest.raises(InputError, match="there already"):
        quarantined(folder, reading, folder)
