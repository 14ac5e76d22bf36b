"""How is a CSV file read, row by row, so that a bad row costs only itself?"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from thread.errors import InputError, known_near
from thread.facts.cells import bared
from thread.ingest.report import shown
from thread.ingest.rows import Row, RowFault

DELIMITERS: Final = ",;\t|"
LONGEST_LINE: Final = 8 * 1024 * 1024
"""Characters in a physical line; the longest cell is csv.field_size_limit(), 131,072 by default."""
_UNDECODED = re.compile("[\ud800-\udfff]")
_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OnFault = Callable[[int, int, RowFault], None]
"""Called with the number and line of a row that cannot be read."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose header has been read. Iterate ``rows`` as often as needed; each time reads the file again."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    empty: frozenset[str]
    """Cells that mean nothing, beside the empty one."""
    guarded: bool = False
    """An export of ours: texts are guarded against formulas, and taken to the last blank."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def rows(self, on_fault: OnFault, on_progress: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """The data rows, cells stripped and in NFC, empty cells None; rows of empty cells only are left out.

        Args:
            on_progress: called now and then with the bytes that have been read.
        """
        width = len(self.header)
        with open_text(self.path, self.encoding) as stream:
            lines = Lines(stream)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            while not any(next(reader)):  # the header, which was found after the same blank lines
                pass
            number = 0
            while True:
                line, lines.ascii, lines.giant = reader.line_num + 1, True, False
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    number += 1
                    on_fault(number, line, _csv_fault(error))
                    continue
                except UnicodeError as error:
                    raise undecodable(self.path, self.encoding, error) from error
                if not cells and not lines.giant:
                    continue
                number += 1
                if number % 1024 == 0:
                    on_progress(stream.buffer.tell())
                try:
                    checked = self._checked(cells, width, lines)
                except RowFault as fault:
                    on_fault(number, line, fault)
                    continue
                if any(checked):
                    yield Row(number, line, checked)  # type: ignore[arg-type]  # list of str | None is a list of cells

    def _checked(self, cells: list[str], width: int, lines: "Lines") -> list[str | None]:
        if lines.giant:
            raise RowFault("too-large", f"a line is longer than {LONGEST_LINE:,} characters.")
        if not lines.ascii:
            cells = [cell if cell.isascii() else unicodedata.normalize("NFC", cell) for cell in cells]
            for name, cell in zip(self.header, cells, strict=False):
                if _UNDECODED.search(cell):
                    raise RowFault(
                        "bad-file",
                        f"the bytes of a cell are not {self.encoding}.",
                        column=name,
                        value=shown(cell),
                        hint='Save the file in that encoding, or declare its own: "read: {encoding: latin-1}".',
                    )
        if len(cells) != width:
            if not any(cells):
                return []
            raise RowFault(
                "bad-file",
                f"the row has {len(cells)} cells, the header {width}.",
                value=shown(self.delimiter.join(cells)),
                hint="Quote cells that hold the delimiter.",
            )
        empty = self.empty
        if self.guarded:
            return [bared(cell) or None for cell in cells]
        if empty:
            return [None if (text := cell.strip()) in empty else text or None for cell in cells]
        return [cell.strip() or None for cell in cells]


class Lines:
    """Physical lines; remembers whether any since the last reset was not ASCII, or far too long."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.ascii, self.giant = True, False

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            self.giant = True
            while (rest := self._stream.readline(LONGEST_LINE)) and rest[-1] not in "\r\n":
                pass
            return "\n"
        if not line.isascii():
            self.ascii = False
        return line


def open_csv(
    path: Path,
    needed: Collection[str],
    encoding: str = "utf-8",
    delimiter: str | None = None,
    empty: Collection[str] = (),
    *,
    guarded: bool = False,
) -> CsvFile:
    """A CSV file with its header read.

    Args:
        needed: columns that the mapping names; they decide the delimiter where none is declared.
        delimiter: None: the one of ``DELIMITERS`` under which the header holds most of the needed columns.
        guarded: whether texts were guarded against formulas, as ``thread export`` does.
    Raises:
        InputError: ``bad-file``: absent, empty, of another encoding, or a column name stands there twice.
    """
    try:
        with path.open("rb") as binary:
            mark = binary.read(4)
    except OSError as error:
        hint = "It must lie in the folder that is imported."
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", code="bad-file", hint=hint) from error
    if encoding.replace("_", "-").lower() in ("utf-8", "utf8") and mark.startswith(_MARKS):
        hint = 'Declare it: "read: {encoding: utf-16}".'
        raise InputError(f"{path.name} is UTF-16 or UTF-32, not UTF-8.", code="bad-file", hint=hint)
    first = _first_record_lines(path, encoding)
    if not first:
        raise InputError(f"{path.name} is empty.", code="bad-file", hint="Its first line must name the columns.")
    chosen = delimiter or max(DELIMITERS, key=lambda d: _fit(first, d, needed))
    header = _header(first, chosen)
    check_header(path, header)
    return CsvFile(path, encoding, chosen, header, frozenset(empty) - {""}, guarded)


def open_text(path: Path, encoding: str) -> TextIO:
    """A text file whose bytes never stop its reading, without its byte order mark."""
    # Bytes that do not decode become surrogates, so that only their row is refused; utf-8-sig takes the mark away.
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    return path.open(encoding=name, errors="surrogateescape", newline="")


def _first_record_lines(path: Path, encoding: str) -> list[str]:
    """The physical lines of the header: more than one where a quoted name spans lines."""
    lines: list[str] = []
    try:
        with open_text(path, encoding) as stream:
            for _ in range(100):
                line = stream.readline(LONGEST_LINE)
                if not line or len(line) == LONGEST_LINE:
                    break
                lines.append(line)
                if "".join(lines).count('"') % 2 == 0 and line.strip():
                    break
    except UnicodeError as error:
        raise undecodable(path, encoding, error) from error
    return lines if any(line.strip() for line in lines) else []


def _header(lines: list[str], delimiter: str) -> tuple[str, ...]:
    for cells in csv.reader(lines, delimiter=delimiter):
        if any(cells):
            return tuple(unicodedata.normalize("NFC", cell.strip()) for cell in cells)
    return ()


def _fit(lines: list[str], delimiter: str, needed: Collection[str]) -> tuple[int, int]:
    try:
        header = _header(lines, delimiter)
    except csv.Error:
        return 0, 0
    return len(set(header) & set(needed)), len(header)


def check_header(path: Path, header: tuple[str, ...]) -> None:
    """Refuse a header that names a column twice, or that is not of the declared encoding."""
    named = [name for name in header if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise InputError(
            f'{path.name} has the column "{shown(twice[0])}" {named.count(twice[0])} times.',
            code="bad-file",
            hint="Each column needs a name of its own.",
            column=twice[0],
        )
    if any(_UNDECODED.search(name) for name in named):
        raise InputError(f"{path.name}: the header is not of the declared encoding.", code="bad-file")


def check_encoding(name: str) -> str:
    """The name, if it is a text encoding.

    Raises:
        ValueError: it is not.
    """
    try:
        "".encode(name)
    except (LookupError, UnicodeError) as error:
        hint = known_near(name, ("utf-8", "utf-16", "latin-1", "cp1252", "ascii"), "encodings")
        raise ValueError(f'"{name}" is not a text encoding. {hint}') from error
    return name


def _csv_fault(error: csv.Error) -> RowFault:
    if "field larger" in str(error):
        return RowFault(
            "too-large", f"a cell has more than {csv.field_size_limit():,} characters.", hint="Is a quote left open?"
        )
    hint = (
        "A quote inside a quoted cell is written twice." if "expected after" in str(error) else "Is a quote left open?"
    )
    return RowFault("bad-file", f"the row is not CSV: {error}.", hint=hint)


def undecodable(path: Path, encoding: str, error: UnicodeError) -> InputError:
    """What to raise where a whole file cannot be decoded."""
    return InputError(
        f"{path.name} is not {encoding}: {error}.", code="bad-file", hint="Declare the encoding that it has."
    )
