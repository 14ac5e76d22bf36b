"""A proposed mapping loads, refuses nothing of the files that it was made from, and finds what is plain to see."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.helpers import ONTOLOGY, about
from thread.errors import InputError
from thread.ingest import Reading, parse_mapping, read
from thread.ingest.proposing import propose
from thread.resources import resource


def proposed(folder: Path, **files: str) -> tuple[dict[str, object], Reading]:
    """The tables of the proposal for some files, and what it reads in them."""
    paths = []
    for name, text in files.items():
        paths.append(folder / name.replace("__", "."))
        paths[-1].write_text(text)
    text = propose(paths, ONTOLOGY)
    return yaml.safe_load(text)["tables"], read(parse_mapping(text, ONTOLOGY), folder, ONTOLOGY)


def test_keys_references_times_names_makers_and_attributes_are_found(tmp_path: Path) -> None:
    tables, reading = proposed(
        tmp_path,
        machines__csv="Tag,Name,Parent,Manufacturer,Model,Age\nM-1,Press,,Acme,X,1.5\nM-2,Saw,M-1,Acme,Y,\nM-3,,M-1,B,Y,2\n",
        failures__csv="no,machine,when\n1,M-1,01.02.2024 08:00\n2,M-9,03.02.2024 09:00\n3,M-2,03.02.2024 10:00",
        readings__jsonl='{"id": "a", "meta": {"machine": "M-2"}}\n{"id": "b", "meta": {"machine": "M-3"}}\n',
    )
    assert {name: table["entities"]["it"]["kind"] for name, table in tables.items()} == {  # type: ignore[index]
        "machines": "Asset",
        "failures": "FailureEvent",
        "readings": "Asset",
    }
    assert about(reading, "machines/M-2") == [
        'identifier "M-2" {scheme="machines"}',
        'label "Saw"',
        "madeTo design/Y",
        "partOf machines/M-1",
        "suppliedBy maker/Acme",
        "type Asset",
    ]
    assert "age 2" in about(reading, "machines/M-3")
    assert "occurredAt 2024-02-01 08:00:00+00:00" in about(reading, "failures/1")
    assert reading.report.rejected == ()


def test_several_columns_are_the_key_where_none_is_alone(tmp_path: Path) -> None:
    tables, reading = proposed(tmp_path, t__csv="a,b\nx,1\nx,2\ny,1\n")
    assert tables["t"]["entities"]["it"]["id"] == "t/{a}/{b}"  # type: ignore[index]
    assert (reading.entities, reading.report.noted) == (3, {})


def test_records_in_a_document_are_found(tmp_path: Path) -> None:
    text = json.dumps({"version": "1", "the.parts": [{"id": "a", "x y": {"n.m": "1"}}, {"id": "b"}]})
    tables, reading = proposed(tmp_path, parts__json=text)
    assert tables["parts"]["rows"] == '"the.parts"[]'  # type: ignore[index]
    assert reading.entities == 2


def test_files_without_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No file has rows"):
        proposed(tmp_path, t__csv="a,b\n")


@pytest.mark.parametrize("name", ["azure-pdm", "cfihos", "isa95", "catenax", "aas", "distribution-grid"])
def test_a_proposal_for_an_example_loads_and_refuses_nothing(name: str) -> None:
    files = [path for path in sorted((resource("examples") / name).iterdir()) if path.suffix not in (".md", ".yaml")]
    text = propose(files, ONTOLOGY)
    reading = read(parse_mapping(text, ONTOLOGY), files[0].parent, ONTOLOGY)
    assert reading.report.rejected == ()
    assert reading.entities > 0


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
CELLS = st.text(st.sampled_from("ab1.-:/{}|\"'é"), max_size=4)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(NAMES, min_size=1, max_size=4, unique=True), st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=6)
)
def test_whatever_the_headers_and_cells_a_proposal_loads(header: list[str], rows: list[list[str]]) -> None:
    import tempfile

    out = io.StringIO()
    csv.writer(out).writerows([header, *(row[: len(header)] for row in rows)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(out.getvalue())
        try:
            text = propose([path], ONTOLOGY)
        except InputError:
            return  # a header that no table may have, or no rows
        read(parse_mapping(text, ONTOLOGY), Path(folder), ONTOLOGY)
