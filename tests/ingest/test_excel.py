"""A sheet of an Excel file says what the same table says as CSV."""

import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.ingest.helpers import lines, reading_of, rules
from thread.errors import InputError

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Cell = str | float | bool | None


def write_xlsx(path: Path, sheets: dict[str, list[list[Cell]]]) -> None:
    """A spreadsheet as the format's standard says, in as few parts as it may have."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {NS} xmlns:r="{REL}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
    }
    for number, rows in enumerate(sheets.values(), 1):
        body = "".join(
            f'<row r="{r}">{"".join(_cell(cell, f"{chr(64 + c)}{r}") for c, cell in enumerate(row, 1))}</row>'
            for r, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = f"<worksheet {NS}><sheetData>{body}</sheetData></worksheet>"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)


def _cell(cell: Cell, place: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{cell:d}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


MAPPING = """
source: s
tables:
  t:
    file: t.xlsx
    entities: {e: {kind: Asset, id: "{T}", label: "{Name}", attributes: {age: "{Age}"}}}
"""


def test_a_sheet_says_what_its_cells_show(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [],
        ["T", "Name", "Age"],
        [7.0, " Säge ", 1.5],
        [],
        ["x", True, None],
        ["y", None, None, "z"],
    ]
    write_xlsx(tmp_path / "t.xlsx", {"first": rows, "second": [["T", "Name", "Age"], ["other", None, None]]})
    reading = reading_of(tmp_path, MAPPING, {})
    assert lines(reading, places=True) == [
        "7 age 1.5 <- t.xlsx:1",
        '7 label "Säge" <- t.xlsx:1',
        "7 type Asset <- t.xlsx:1",
        'x label "true" <- t.xlsx:2',
        "x type Asset <- t.xlsx:2",
    ]
    assert rules(reading) == [(3, "bad-file")]
    assert reading.report.rejected[0].line == 6
    other = reading_of(tmp_path, MAPPING.replace("t.xlsx", "t.xlsx\n    sheet: second"), {})
    assert lines(other, places=True) == ["other type Asset <- t.xlsx#second:1"]


def test_a_file_that_is_no_spreadsheet_or_has_no_such_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an Excel file"):
        reading_of(tmp_path, MAPPING, {"t.xlsx": "T,Name\n"})
    write_xlsx(tmp_path / "t.xlsx", {"first": [["T", "T"]]})
    with pytest.raises(InputError, match='"T" 2 times'):
        reading_of(tmp_path, MAPPING, {})
    with pytest.raises(InputError, match="frist") as caught:
        reading_of(tmp_path, MAPPING.replace("t.xlsx", "t.xlsx\n    sheet: frist"), {})
    assert "first" in (caught.value.hint or "")
    write_xlsx(tmp_path / "t.xlsx", {"first": []})
    with pytest.raises(InputError, match="is empty"):
        reading_of(tmp_path, MAPPING, {})


def test_without_the_package_the_error_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError) as caught:
        reading_of(tmp_path, MAPPING, {"t.xlsx": ""})
    assert "digital-thread[excel]" in (caught.value.hint or "")
