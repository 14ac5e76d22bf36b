"""How is a sheet of an Excel file read? As a table of text; needs the extra ``excel``."""

import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from thread.errors import InputError, known_near
from thread.ingest.csvfile import OnFault, check_header
from thread.ingest.report import shown
from thread.ingest.rows import Row, RowFault

LARGEST: Final = 67_108_864
"""Bytes in an Excel file, which is read as one."""


@dataclass(frozen=True, slots=True)
class ExcelFile:
    """One sheet, whose first row that is not empty names the columns."""

    path: Path
    header: tuple[str, ...]
    empty: frozenset[str]
    cells: list[list[Any]]
    """The rows below the header."""
    first: int
    """Number of the first of them in the sheet."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def rows(self, on_fault: OnFault, on_progress: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """The data rows, cells stripped and in NFC, empty cells None; the line is the number in the sheet."""
        width = len(self.header)
        number = 0
        for line, given in enumerate(self.cells, start=self.first):
            cells = [self._text(cell) for cell in given]
            if not any(cells):
                continue
            number += 1
            if any(cells[width:]):
                said = next(cell for cell in cells[width:] if cell)
                on_fault(number, line, RowFault("bad-file", "a cell stands beside the columns.", value=shown(said)))
                continue
            yield Row(number, line, [*cells[:width], *[None] * (width - len(cells))])
        on_progress(self.size)

    def _text(self, cell: Any) -> str | None:
        if isinstance(cell, float):
            text = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        elif isinstance(cell, bool):
            text = "true" if cell else "false"
        elif isinstance(cell, (datetime, date, time)):
            text = cell.isoformat()
        elif isinstance(cell, timedelta):
            text = str(cell.total_seconds())
        else:
            text = unicodedata.normalize("NFC", str(cell)).strip()
        return None if not text or text in self.empty else text


def open_excel(path: Path, sheet: str | None, empty: Collection[str]) -> ExcelFile:
    """A sheet of an Excel file; without a name the first.

    Raises:
        InputError: ``bad-file``: absent, not Excel, too large, no such sheet, a column name stands there twice,
            or the package that reads it is not installed.
    """
    try:
        import python_calamine
    except ImportError as error:
        hint = "Install it: pip install 'digital-thread[excel]'. Or save the sheet as CSV."
        raise InputError(f"{path.name} needs the extra excel.", code="bad-file", hint=hint) from error
    try:
        if path.stat().st_size > LARGEST:
            hint = "Save the sheet as CSV."
            raise InputError(f"{path.name} has more than {LARGEST:,} bytes.", code="bad-file", hint=hint)
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if not names or (sheet is not None and sheet not in names):
            hint = known_near(sheet or "", names, "sheets")
            raise InputError(f'{path.name} has no sheet "{sheet or ""}".', code="bad-file", hint=hint)
        rows = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except OSError as error:
        hint = "It must lie in the folder that is imported."
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", code="bad-file", hint=hint) from error
    except python_calamine.CalamineError as error:
        raise InputError(f"{path.name} is not an Excel file: {error}.", code="bad-file") from error
    start = next((i for i, row in enumerate(rows) if any(str(cell).strip() for cell in row)), None)
    if start is None:
        raise InputError(f"{path.name} is empty.", code="bad-file", hint="Its first row must name the columns.")
    header = tuple(unicodedata.normalize("NFC", str(cell).strip()) for cell in rows[start])
    while header and not header[-1]:
        header = header[:-1]
    check_header(path, header)
    return ExcelFile(path, header, frozenset(empty) - {""}, rows[start + 1 :], start + 2)
