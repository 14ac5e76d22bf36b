"""A report lists the first rows of what it has to say, and counts all of it."""

import csv
import io
import json
import random
from pathlib import Path

from tests.ingest.helpers import reading_of
from thread.ingest.report import Collector, Finding

MAPPING = 'source: s\ntables: {t: {file: t.csv, entities: {a: {kind: Asset, id: "{T}", attributes: {age: "{A}"}}}}}'


def finding(row: int) -> Finding:
    return Finding("a.csv", row, row + 1, "bad-value", "A", "x", "is wrong.", "Mend it.")


def test_the_listing_is_limited_and_sorted_the_counts_are_complete() -> None:
    collector, rows = Collector(kept=10), list(range(1, 101))
    random.Random(4).shuffle(rows)
    for row in rows:
        collector.reject(finding(row))
    report = collector.report(())
    assert [one.row for one in report.rejected] == list(range(1, 11))
    assert report.rules == {"bad-value": 100}
    assert "and 90 more" in report.to_table()


def test_a_report_is_read_back_from_json(tmp_path: Path) -> None:
    report = reading_of(tmp_path, MAPPING, {"t.csv": "T,A\nP,1\nQ,x\n"}).report
    read = json.loads(report.to_json())
    assert read["counts"] == [
        {"table": "t", "file": "t.csv", "read": 2, "accepted": 1, "rejected": 1, "skipped": 0, "facts": 2}
    ]
    assert read["rejected"][0]["row"] == 2
    assert read["rejected"][0]["line"] == 3
    assert read["rejected"][0]["column"] == "A"
    assert read["rejected"][0]["value"] == "x"


def test_no_cell_of_the_csv_can_be_taken_for_a_formula(tmp_path: Path) -> None:
    report = reading_of(tmp_path, MAPPING, {"t.csv": 'T,A\nP,=1+1\nQ,@x\nR,"a\nb"\n'}).report
    values = [row["value"] for row in csv.DictReader(io.StringIO(report.to_csv()))]
    assert values == ["'=1+1", "'@x", "a\\nb"]


def test_a_finding_names_file_row_line_value_and_the_way_out(tmp_path: Path) -> None:
    report = reading_of(tmp_path, MAPPING, {"t.csv": 'T,A\n"P\nQ",1\nR,NaN\n'}).report
    hidden, number = (one.sentence() for one in report.rejected)
    place, hint = "bad-value: row 1 of t.csv (line 2): ", "Remove it from the cell."
    assert hidden == place + "a key holds the character U+000A, which cannot be seen. " + hint
    place, hint = "bad-value: row 2 of t.csv (line 4): ", 'Write 2.5, for example. The decimal mark is ".".'
    assert number == place + '"NaN" is not a decimal number, as age needs. ' + hint
