"""A JSON path leads where it says; files that are cut off, too deep or too large are refused with their place."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.helpers import lines, notes, reading_of, rules
from thread.errors import InputError
from thread.ingest import jsonfile
from thread.ingest.paths import SEPARATOR, Level, compile_path, parse_path, records

RECORD: dict[str, Any] = {
    "a": "1",
    "b.c": {"d": ["x", "y"]},
    'q"': "quote",
    "list": [{"key": "tag", "value": "T"}, {"key": "n o", "value": "N"}, {"value": "none"}],
    "many": [["1", "2"], ["3"], None, []],
    "yes": True,
}


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("a", "1"),
        ('"a"', "1"),
        ('"b.c".d[0]', "x"),
        ('"b.c".d[-1]', "y"),
        ('"b.c".d[2]', None),
        ('"b.c"."d"[]', f"x{SEPARATOR}y"),
        ('"q\\""', "quote"),
        ("list[key=tag].value", "T"),
        ('list["key"="n o"].value', "N"),
        ("list[key=other].value", None),
        ("list[].value", f"T{SEPARATOR}N{SEPARATOR}none"),
        ("many[][]", f"1{SEPARATOR}2{SEPARATOR}3"),
        ("yes", "true"),
        ("absent.further[0]", None),
        ("^.a", "outer"),
        ("^^.a", "outermost"),
        ("#", "3"),
        ("^#", "2"),
    ],
)
def test_a_path_leads_to_a_cell(path: str, cell: str | None) -> None:
    chain = (Level({"a": "outermost"}, 1), Level({"a": "outer"}, 2), Level(RECORD, 3))
    assert compile_path(parse_path(path, "here"), path)(chain) == cell


@pytest.mark.parametrize("path", ["a.", ".", "a..b", "a[", '"a', "a^", "#a", "a]", "a b[", "[x=", 'a"b"'])
def test_what_is_no_path_is_refused_with_its_place_in_the_mapping(path: str) -> None:
    if path == ".":
        assert parse_path(path, "here").steps == ()
        return
    with pytest.raises(InputError, match="here"):
        parse_path(path, "here")


@settings(deadline=None)
@given(st.lists(st.lists(st.lists(st.integers(0, 99).map(str), max_size=3), max_size=3), max_size=3))
def test_nested_records_are_those_of_nested_loops(document: list[list[list[str]]]) -> None:
    expected = [
        (i, j, k, cell)
        for i, one in enumerate(document, 1)
        for j, two in enumerate(one, 1)
        for k, cell in enumerate(two, 1)
    ]
    found = [
        (*(level.number for level in chain[1:]), chain[-1].record)
        for chain in records(document, parse_path("[][][]", "here"))
    ]
    assert found == expected


def mapping(more: str = "", file: str = "t.json", entity: str = 'kind: Asset, id: "{T}"') -> str:
    return f"source: s\ntables:\n  t:\n    file: {file}\n{more}    entities: {{e: {{{entity}}}}}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[{"T": "x"}, {"T": ', "line 1, column|column 20"),
        ('[\n{"T": "x"},\n{"T": "y}\n]', "line 3, column 10"),
        ('[{"T": "x", "T": "y"}]', '"T" twice'),
        ('[{"T": Infinity}]', "Infinity"),
        ("", "column 1"),
        ("[" * 100_000, "character 201"),
        ('{"a":' * 100_000, "character"),
        ('[{"T": "x"}] trailing', "Extra data"),
    ],
)
def test_a_file_that_is_not_json_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(InputError, match=place) as caught:
        reading_of(tmp_path, mapping(), {"t.json": text})
    assert caught.value.code == "bad-file"
    assert "t.json" in caught.value.message


def test_a_file_that_is_too_large_is_refused_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonfile, "LARGEST", 10)
    with pytest.raises(InputError, match="10 bytes") as caught:
        reading_of(tmp_path, mapping(), {"t.json": '[{"T": "x"}]'})
    assert "JSON Lines" in (caught.value.hint or "")


def test_a_line_of_json_lines_that_is_too_long_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thread.ingest.csvfile.LONGEST_LINE", 30)
    text = '{"T": "x"}\n{"T": "' + "y" * 100 + '"}\n{"T": "z"}\n'
    reading = reading_of(tmp_path, mapping(file="t.jsonl"), {"t.jsonl": text})
    assert (lines(reading), rules(reading)) == (["x type Asset", "z type Asset"], [(2, "too-large")])


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("TUV"), st.text("ab", min_size=1, max_size=2)), max_size=6))
def test_json_json_lines_and_csv_with_the_same_cells_say_the_same(rows: list[dict[str, str]]) -> None:
    import tempfile

    entity = 'kind: Asset, id: "{T}", label: "{U} {V}"'
    csv = "T,U,V\n" + "".join(f"{r.get('T', '')},{r.get('U', '')},{r.get('V', '')}\n" for r in rows)
    files = {
        "t.csv": csv,
        "t.tsv": csv.replace(",", "\t"),
        "t.json": json.dumps(rows),
        "t.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
    }
    said = set()
    for name, text in files.items():
        with tempfile.TemporaryDirectory() as folder:
            reading = reading_of(Path(folder), mapping(file=name, entity=entity), {name: text})
            said.add((tuple(lines(reading)), tuple(rule for _, rule in rules(reading))))
    assert len(said) == 1


def test_a_path_that_leads_nowhere_in_all_of_a_file_is_noted(tmp_path: Path) -> None:
    entity = 'kind: Asset, id: "{T}", label: "{Nmae}"'
    reading = reading_of(tmp_path, mapping(entity=entity), {"t.json": '[{"T": "x", "Name": "n"}]'})
    assert notes(reading) == [(0, "unknown-column")]
    assert "Nmae" in reading.report.notes[0].message


def test_a_path_may_not_lead_out_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leads out of the file"):
        reading_of(tmp_path, mapping('    fields: {T: "^^.id"}\n'), {"t.json": '[{"T": "x"}]'})


def test_a_list_is_refused_where_it_is_not_split(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="several values"):
        reading_of(tmp_path, mapping(entity='kind: Asset, id: "{T[]}"'), {"t.json": '[{"T": ["x"]}]'})


def test_the_settings_of_json_are_refused_for_csv(tmp_path: Path) -> None:
    for more in ('    rows: "a[]"\n', "    fields: {U: T}\n"):
        with pytest.raises(InputError, match=r"has no (rows|fields)"):
            reading_of(tmp_path, mapping(more, file="t.csv"), {"t.csv": "T\nx\n"})


def test_the_format_may_be_said(tmp_path: Path) -> None:
    more = "    read: {format: jsonl}\n"
    assert lines(reading_of(tmp_path, mapping(more, file="t.log"), {"t.log": '{"T": "x"}'})) == ["x type Asset"]


def test_the_tables_of_one_file_are_told_apart(tmp_path: Path) -> None:
    text = """
source: s
tables:
  a: {file: t.json, rows: "a[]", vanished: keep, entities: {e: {kind: Asset, id: "{T}"}}}
  b: {file: t.json, rows: "b[]", vanished: retract, entities: {e: {kind: Component, id: "{T}", label: "{L}"}}}
"""
    reading = reading_of(tmp_path, text, {"t.json": '{"a": [{"T": "x"}], "b": [{"L": "no key"}, {"T": "y"}]}'})
    assert lines(reading, places=True) == ["x type Asset <- t.json#a[]:1", "y type Component <- t.json#b[]:2"]
    assert [(scope.origin, scope.unnamed) for scope in reading.scope] == [("t.json#a[]", 0), ("t.json#b[]", 1)]


# -- several values in a cell, joins


def test_a_row_is_said_once_for_each_of_its_values(tmp_path: Path) -> None:
    more = '    columns: {u: {split: {of: U, by: "|"}}, v: {split: {of: V, by: ";"}}}\n'
    entity = 'kind: Asset, id: "{T}", links: [{relation: locatedIn, to: {id: "{u}-{v}"}}]'
    reading = reading_of(
        tmp_path,
        mapping(more, "t.csv", entity).replace("locatedIn", "partOf"),
        {"t.csv": "T,U,V\nx,a | b|a|,1;2\ny,,3\n"},
    )
    assert lines(reading) == sorted(
        ["x type Asset", "y type Asset", *(f"x partOf {u}-{v}" for u in "ab" for v in "12")]
    )
    assert (reading.report.counts[0].read, reading.report.counts[0].accepted) == (2, 2)


@pytest.mark.parametrize("held", [False, True])
def test_a_row_of_which_one_value_is_wrong_says_nothing(tmp_path: Path, held: bool) -> None:
    more = '    columns: {u: {split: {of: U, by: "|"}}, n: {map: {of: u, values: {a: "1", b: "2"}}}}\n'
    if held:
        more = more.replace("}}}}\n", "}}}, again: {lookup: {table: t, where: {T: T}, take: T}}}\n")
    entity = 'kind: Asset, id: "{T}{n}"'
    reading = reading_of(tmp_path, mapping(more, "t.csv", entity), {"t.csv": "T,U\nx,a|c|b\ny,a|b\n"})
    assert lines(reading) == ["y1 type Asset", "y2 type Asset"]
    assert rules(reading) == [(1, "bad-value")]
    assert reading.scope[0].protected >= {"urn:thread:id:x1"} or reading.scope[0].unnamed


def test_a_row_that_stands_for_too_many_is_refused(tmp_path: Path) -> None:
    many = "|".join(map(str, range(101)))
    more = '    columns: {u: {split: {of: U, by: "|"}}, v: {split: {of: U, by: "|"}}}\n'
    reading = reading_of(
        tmp_path, mapping(more, "t.csv", 'kind: Asset, id: "{T}{u}{v}"'), {"t.csv": f"T,U\nx,{many}\ny,1\n"}
    )
    assert (lines(reading), rules(reading)) == (["y11 type Asset"], [(1, "too-large")])


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123")), max_size=8))
def test_a_join_through_another_table_is_the_one_of_nested_loops(ends: list[tuple[str, str]]) -> None:
    import tempfile

    text = """
source: s
tables:
  t:
    file: t.csv
    columns:
      mate: {lookup: {table: t, where: {node: node}, take: T, all: true}}
    entities: {e: {kind: Asset, id: "{T}", links: [{relation: connectedTo, to: {id: "{mate}"}}]}}
"""
    with tempfile.TemporaryDirectory() as folder:
        reading = reading_of(Path(folder), text, {"t.csv": "T,node\n" + "".join(f"{t},{n}\n" for t, n in ends)})
    expected = {f"{a} connectedTo {b}" for a, n in ends for b, m in ends if n == m and a != b}
    assert {said for said in lines(reading) if "connectedTo" in said} == expected


def test_a_sequence_says_each_row_once(tmp_path: Path) -> None:
    more = '    times: [At]\n    sequence: {by: [T], order: At}\n    columns: {u: {split: {of: U, by: "|"}}}\n'
    with pytest.raises(InputError, match="sequence"):
        reading_of(tmp_path, mapping(more, "t.csv"), {"t.csv": "T,U,At\n"})


# -- several rows for one thing


def test_a_row_that_does_not_say_since_when_a_thing_exists_yields_to_one_that_does(tmp_path: Path) -> None:
    text = """
source: s
read: {zone: UTC}
tables:
  made: {file: a.csv, entities: {e: {kind: Asset, id: "{T}", valid: {from: At}}}}
  used: {file: b.csv, entities: {e: {kind: Asset, id: "{T}", links: [{relation: partOf, to: {id: "{U}"}}]}}}
"""
    reading = reading_of(tmp_path, text, {"a.csv": "T,At\nx,2024-01-01\n", "b.csv": "T,U\nx,x2\ny,x\n"})
    assert lines(reading) == [
        "x partOf x2",
        "x type Asset [2024-01-01T00:00:00Z, -)",
        "y partOf x",
        "y type Asset",
    ]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
def test_circles_are_told_where_a_walk_comes_back(links: list[tuple[int, int]]) -> None:
    import tempfile

    import networkx as nx

    text = mapping(file="t.csv", entity='kind: Asset, id: "{T}", links: [{relation: partOf, to: {id: "{U}"}}]')
    with tempfile.TemporaryDirectory() as folder:
        reading = reading_of(Path(folder), text, {"t.csv": "T,U\n" + "".join(f"{a},{b}\n" for a, b in links)})
    graph = nx.DiGraph(links)
    told = [finding.message for finding in reading.report.notes if finding.rule == "circle"]
    assert bool(told) == (not nx.is_directed_acyclic_graph(graph))
    for message in told:
        members = [int(iri.strip(".").rpartition(":")[2]) for iri in message.partition(": ")[2].split(" -> ")]
        if "between" not in message:
            assert all(graph.has_edge(a, b) for a, b in pairwise(members))


def test_empty_cells_join_nothing(tmp_path: Path) -> None:
    more = "    columns: {mate: {lookup: {table: t, where: {node: node}, take: T, all: true}}}\n"
    entity = 'kind: Asset, id: "{T}", links: [{relation: connectedTo, to: {id: "{mate}"}}]'
    reading = reading_of(tmp_path, mapping(more, "t.csv", entity), {"t.csv": "T,node\na,\nb,\n"})
    assert lines(reading) == ["a type Asset", "b type Asset"]


def test_text_in_two_forms_of_unicode_is_one(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, mapping(), {"t.json": '[{"T": "Sa\\u0308ge"}, {"T": "S\\u00e4ge"}]'})
    assert lines(reading) == ["S\u00e4ge type Asset"]
