"""Columns made from columns, times, units, conditions, links both ways: each word of the language does what it says."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.helpers import about, facts_of, lines, notes, reading_of, rules
from thread.errors import InputError
from thread.ingest import Reading
from thread.ingest.units import UNITS, conversion, convert


def table(rest: str, entity: str = 'kind: Asset, id: "{T}"') -> str:
    """A mapping of one table with one entity."""
    return f"source: s\ntables:\n  t:\n    file: t.csv\n    entities: {{e: {{{entity}}}}}\n{rest}"


def label(template: str, header: str, row: str, more: str = "") -> str | None:
    """What a template says for a row."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        mapping = table(more, f"kind: Asset, id: x, label: '{template}'")
        reading = reading_of(Path(folder), mapping, {"t.csv": f"{header}\n{row}\n"})
        found = [said for said in about(reading, "x") if said.startswith("label")]
    return found[0].removeprefix('label "').removesuffix('"') if found else None


@pytest.mark.parametrize(
    ("template", "cell", "text"),
    [
        ("{a}", " x ", "x"),
        ("<{a}>", "x", "<x>"),
        ("<{a}>", "", None),
        ("{a|upper}", "aé", "AÉ"),
        ("{a|lower}", "ABC", "abc"),
        ("{a|slug}", "Pump No. 7/B", "pump-no-7-b"),
        ("{a|slug}", "--", None),
        ("{a|number}", "007", "7"),
        ("{a|number}", "7.0", "7"),
        ("{a|number}", "-0.50", "-0.5"),
        ("{a|number}", "7a", "7a"),
        ("{a|pad:4}", "7", "0007"),
        ("{a|before:-}", "A-1-2", "A"),
        ("{a|after:-}", "A-1-2", "1-2"),
        ("{a|after:-}", "A", None),
        ("{a|before:-|lower}", "A-1", "a"),
    ],
)
def test_template_functions(template: str, cell: str, text: str | None) -> None:
    assert label(template, "a,b", f"{cell},1") == text


@pytest.mark.parametrize(
    ("form", "zone", "cell", "text"),
    [
        ("iso", "UTC", "2024-02-29 06:00", "2024-02-29T06:00:00Z"),
        ("iso", None, "2024-02-29T06:00+02:00", "2024-02-29T04:00:00Z"),
        ("iso", "Europe/Berlin", "2024-07-01", "2024-06-30T22:00:00Z"),
        ("unix", None, "0", "1970-01-01T00:00:00Z"),
        ("unix-ms", None, "1500", "1970-01-01T00:00:01.500000Z"),
        ("%d.%m.%Y %H:%M", "UTC", "29.02.2024 06:00", "2024-02-29T06:00:00Z"),
        ("%d/%m/%y %H:%M %z", None, "29/02/24 06:00 -0100", "2024-02-29T07:00:00Z"),
    ],
)
def test_times_are_read_by_format_and_zone(form: str, zone: str | None, cell: str, text: str) -> None:
    read = f"    read: {{zone: {zone}}}\n" if zone else ""
    assert label("{a}", "a,b", f"{cell},1", f'    times: {{a: "{form}"}}\n{read}') == text
    assert label("{a|date}", "a,b", f"{cell},1", f'    times: {{a: "{form}"}}\n{read}') == text[:10]


@pytest.mark.parametrize("cell", ["2026-13-45", "2023-02-29", "24:00", "yesterday", "1e400", "2024-01-01T00:00"])
def test_what_is_no_time_or_has_no_zone_rejects_the_row(tmp_path: Path, cell: str) -> None:
    reading = reading_of(tmp_path, table("    times: [a]\n"), {"t.csv": f"T,a\nx,{cell}\ny,\n"})
    assert (rules(reading), lines(reading)) == ([(1, "bad-time")], ["y type Asset"])
    assert (reading.report.rejected[0].column, reading.report.rejected[0].value) == ("a", cell)


def test_an_unknown_column_refuses_the_table_and_names_those_near(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        reading_of(tmp_path, table("", 'kind: Asset, id: "{Tagg}"'), {"t.csv": "Tag,Name\nx,y\n"})
    assert caught.value.code == "unknown-column"
    assert [word for word in ("tables.t", "Tagg", "t.csv", "Tag") if word not in str(caught.value)] == []


def test_a_new_column_may_not_hide_one_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has already"):
        reading_of(tmp_path, table("    columns: {T: x}\n"), {"t.csv": "T\nx\n"})


def test_columns_made_from_each_other_are_refused(tmp_path: Path) -> None:
    mapping = table("    columns: {a: '{b}', b: '{a}'}\n")
    with pytest.raises(InputError, match=r"t\.[ab] -> t\.[ab]"):
        reading_of(tmp_path, mapping, {"t.csv": "T\nx\n"})


def test_columns_may_be_made_in_any_order(tmp_path: Path) -> None:
    mapping = table("    columns: {c: '{b}!', b: '{T}?'}\n", 'kind: Asset, id: "{T}", label: "{c}"')
    assert 'label "x?!"' in about(reading_of(tmp_path, mapping, {"t.csv": "T\nx\n"}), "x")


def test_rows_that_a_table_passes_over_are_counted_not_rejected(tmp_path: Path) -> None:
    mapping = table("    when: {a: [run, stop], b: {not: x}}\n")
    reading = reading_of(tmp_path, mapping, {"t.csv": "T,a,b\n1,run,\n2,run,x\n3,idle,\n4,stop,y\n"})
    count = reading.report.counts[0]
    assert (count.read, count.accepted, count.rejected, count.skipped) == (4, 2, 0, 2)
    assert lines(reading) == ["1 type Asset", "4 type Asset"]


def test_an_optional_file_may_be_absent_and_look_ups_in_it_find_nothing(tmp_path: Path) -> None:
    mapping = table(
        "    columns: {n: {lookup: {table: names, where: {T: T}, take: Name}}}\n"
        '  names: {file: names.csv, optional: true, entities: {e: {kind: Asset, id: "{T}"}}}\n',
        'kind: Asset, id: "{T}", label: "{n}"',
    )
    files: dict[str, str | bytes] = {"t.csv": "T\nx\n"}
    assert lines(reading_of(tmp_path, mapping, files)) == ["x type Asset"]
    files["names.csv"] = "T,Name\nx,Pump\n"
    assert 'x label "Pump"' in lines(reading_of(tmp_path, mapping, files))
    with pytest.raises(InputError, match=r"names\.csv"):
        reading_of(tmp_path / "..", mapping.replace("optional: true, ", "").replace("names.csv", "no-names.csv"), files)


def test_a_look_up_compares_times_with_times_only(tmp_path: Path) -> None:
    mapping = table(
        "    columns: {n: {lookup: {table: u, where: {W: W}, take: T}}}\n"
        '  u: {file: u.csv, times: [W], read: {zone: UTC}, entities: {e: {kind: Asset, id: "{T}"}}}\n'
    )
    with pytest.raises(InputError, match="under times"):
        reading_of(tmp_path, mapping, {"t.csv": "T,W\nx,2024-01-01\n", "u.csv": "T,W\ny,2024-01-01\n"})


AS_OF = """
source: s
read: {zone: UTC}
tables:
  moves:
    file: moves.csv
    times: [At]
    sequence: {by: [Slot], order: At}
    entities: {e: {kind: Asset, id: "{Slot}/{Part}"}}
  questions:
    file: questions.csv
    times: [At]
    columns: {part: {lookup: {table: moves, where: {Slot: Slot}, WORD: At, take: Part}}}
    entities: {e: {kind: Asset, id: "q/{N}", label: "{part}"}}
"""


@pytest.mark.parametrize(
    ("word", "answers"), [("before", ["", "", "P1", "P1", "P2"]), ("at", ["", "P1", "P1", "P2", "P2"])]
)
def test_a_look_up_along_a_time_takes_the_last_row_before_or_at_it(
    tmp_path: Path, word: str, answers: list[str]
) -> None:
    asked = "N,Slot,At\n" + "".join(f"{n},A,2024-01-0{n}\n" for n in range(1, 6))
    files: dict[str, str | bytes] = {
        "moves.csv": "Slot,Part,At\nA,P2,2024-01-04\nA,P1,2024-01-02\nB,P9,2024-01-01\n",
        "questions.csv": asked,
    }
    reading = reading_of(tmp_path, AS_OF.replace("WORD", word), files)
    found = [about(reading, f"q/{n}")[0].removeprefix('label "').rstrip('"') for n in range(1, 6)]
    assert [text if text != "type Asset" else "" for text in found] == answers


def test_a_link_may_end_at_the_entity_of_the_row(tmp_path: Path) -> None:
    mapping = table("", 'kind: Asset, id: "{T}", links: [{relation: partOf, from: {id: "{P}"}}]')
    assert "p partOf t" in lines(reading_of(tmp_path, mapping, {"t.csv": "T,P\nt,p\n"}))


def test_rows_that_say_the_same_link_of_another_entity_say_it_once(tmp_path: Path) -> None:
    mapping = table("", 'kind: Asset, id: "{T|upper}", links: [{relation: partOf, from: {id: p}}]')
    reading = reading_of(tmp_path, mapping, {"t.csv": "T\nt\nT\n"})
    assert lines(reading) == ["T type Asset", "p partOf T"]
    mapping = mapping.replace("from: {id: p}}", "from: {id: p}}, {relation: partOf, from: {id: p}}")
    assert lines(reading_of(tmp_path, mapping, {"t.csv": "T\nt\n"})) == ["T type Asset", "p partOf T"]


NUMBERED = """
source: s
read: {zone: UTC}
tables:
  moves:
    file: moves.csv
    key: [Slot, At]
    times: [At]
    columns: {group: "{Slot|upper}", name: "slot {Slot}"}
    sequence: {by: [group, Slot], order: At, number: n, before_first: true}
    entities: {e: {kind: Asset, id: "{name}/{n}", label: "{Note}"}}
"""


def test_a_row_before_the_first_has_the_columns_that_are_made_from_its_key(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, NUMBERED, {"moves.csv": "Slot,At,Note\na,2024-01-01,x\n"})
    assert lines(reading) == ["slot%20a/0 type Asset", 'slot%20a/1 label "x"', "slot%20a/1 type Asset"]


def test_rows_with_one_key_are_one_row_in_a_sequence_filled_beats_empty(tmp_path: Path) -> None:
    rows = "Slot,At,Note\na,2024-01-01,first\na,2024-01-02,\na,2024-01-01,\na,2024-01-02,second\n"
    reading = reading_of(tmp_path, NUMBERED, {"moves.csv": rows})
    assert [said for said in lines(reading) if "label" in said] == [
        'slot%20a/1 label "first"',
        'slot%20a/2 label "second"',
    ]
    assert notes(reading) == [(3, "repeated-key"), (4, "repeated-key")]


def test_the_first_second_of_1970_is_a_time_like_any_other(tmp_path: Path) -> None:
    mapping = table("    times: {a: unix}\n", 'kind: Asset, id: "{T}", valid: {from: a}')
    reading = reading_of(tmp_path, mapping, {"t.csv": "T,a\nx,0\n"})
    assert lines(reading) == ["x type Asset [1970-01-01T00:00:00Z, -)"]


def test_an_interval_that_ends_before_it_starts_is_left_out_and_noted(tmp_path: Path) -> None:
    entity = 'kind: Asset, id: "{T}", links: [{relation: locatedIn, to: {id: hall}, valid: {from: a, to: b}}]'
    mapping = table("    times: [a, b]\n    read: {zone: UTC}\n", entity)
    reading = reading_of(tmp_path, mapping, {"t.csv": "T,a,b\nx,2024-02-01,2024-01-01\ny,2024-01-01,2024-02-01\n"})
    assert (rules(reading), notes(reading)) == ([], [(1, "order-of-times"), (2, "dangling-reference")])
    assert [said for said in lines(reading) if "locatedIn" in said] == [
        "y locatedIn hall [2024-01-01T00:00:00Z, 2024-02-01T00:00:00Z)"
    ]


@pytest.mark.parametrize("cell", ["1_000", "0x10", "1,5", "\u0661", "1e9999", "--1", "nan", "Infinity", "1 000"])
def test_a_number_is_plain_digits_with_the_declared_mark(tmp_path: Path, cell: str) -> None:
    mapping = table("", 'kind: Asset, id: "{T}", attributes: {age: "{a}"}')
    assert rules(reading_of(tmp_path, mapping, {"t.csv": f'T,a\nx,"{cell}"\n'})) == [(1, "bad-value")]


def test_one_number_written_in_several_ways_is_one_value(tmp_path: Path) -> None:
    mapping = table("", 'kind: Asset, id: "{T}", attributes: {age: "{a}"}')
    reading = reading_of(tmp_path, mapping, {"t.csv": "T,a\na,1.5\nb,1.50\nc,15e-1\nd,+01.5\n"})
    values = {repr(fact.value) for fact in facts_of(reading.parts) if fact.predicate.endswith("age")}
    assert values == {"Decimal('1.5')"}


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.decimals(-10_000, 10_000, places=4))
def test_a_unit_converted_there_and_back_is_the_same(one: str, other: str, value: Decimal) -> None:
    if UNITS[one].dimension != UNITS[other].dimension:
        with pytest.raises(InputError):
            conversion(one, other)
        return
    there, back = conversion(one, other), conversion(other, one)
    if there is None or back is None:
        assert one == other
        return
    assert (Fraction(value) * there[0] + there[1]) * back[0] + back[1] == Fraction(value)
    assert convert(value, there).is_finite()


@pytest.mark.parametrize(
    ("value", "one", "other", "expected"),
    [
        ("100", "Cel", "[degF]", "212"),
        ("0", "K", "Cel", "-273.15"),
        ("3600", "/h", "Hz", "1"),
        ("90", "min", "h", "1.5"),
        ("1", "[in_i]", "mm", "25.4"),
        ("36", "km/h", "m/s", "10"),
        ("1", "bar", "kPa", "100"),
        ("18", "mo", "a", "1.5"),
    ],
)
def test_units_convert_as_their_definitions_say(value: str, one: str, other: str, expected: str) -> None:
    by = conversion(one, other)
    assert by is not None
    assert convert(Decimal(value), by) == Decimal(expected)


def test_progress_rises_to_the_bytes_of_both_passes(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    (tmp_path / "t.csv").write_text("T\n" + "".join(f"{n}\n" for n in range(5000)))
    reading = _read_with_progress(tmp_path, seen)
    assert reading.entities == 5000
    assert seen == sorted(seen)
    assert all(0 < done <= total for done, total in seen)


def _read_with_progress(folder: Path, seen: list[tuple[int, int]]) -> Reading:
    from tests.ingest.helpers import ONTOLOGY
    from thread.ingest import parse_mapping, read

    return read(parse_mapping(table(""), ONTOLOGY), folder, ONTOLOGY, None, lambda *step: seen.append(step))
