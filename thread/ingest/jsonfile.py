"""How are JSON and JSON Lines read, record by record, so that a bad record costs only itself?"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from thread.errors import InputError
from thread.ingest.csvfile import LONGEST_LINE, Lines, OnFault, open_text, undecodable
from thread.ingest.paths import Chain, compile_path, depth_of, parse_path, records
from thread.ingest.paths import Path as JsonPath
from thread.ingest.rows import Cells, Row, RowFault

LARGEST: Final = 268_435_456
"""Bytes in a JSON file, which is read as one; JSON Lines may be of any size."""
DEEPEST: Final = 200
"""Records and lists within each other."""
_UNDECODED = re.compile("[\ud800-\udfff]")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_PER_PROGRESS: Final = 1024
Documents = dict[tuple[Path, str], Any]
"""Whole files, by path and encoding."""


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A JSON file as a table: a column is a path in a record. Numbers are kept as they are written."""

    path: Path
    encoding: str
    header: tuple[str, ...]
    empty: frozenset[str]
    documents: Callable[[Callable[[int], None]], Iterator[tuple[int, Any]]]
    """The documents of the file, each with its line; a ``RowFault`` where a line holds none."""
    at: JsonPath | None
    """Where the records lie in a document."""
    getters: tuple[Callable[[Chain], str | None], ...]
    unfilled: set[int]
    """Columns of which no record that was read has a value."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def rows(self, on_fault: OnFault, on_progress: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """The records as rows, cells stripped and in NFC, empty cells None; records of empty cells are left out."""
        number = 0
        for line, document in self.documents(on_progress):
            if isinstance(document, RowFault):
                number += 1
                on_fault(number, line, document)
                continue
            for chain in records(document, self.at):
                number += 1
                try:
                    cells = self._cells(chain)
                except RowFault as fault:
                    on_fault(number, line, fault)
                    continue
                if self.unfilled:
                    self.unfilled.difference_update([i for i in self.unfilled if cells[i] is not None])
                if any(cells):
                    yield Row(number, line, cells)

    def chains(self) -> Iterator[tuple[int, Chain | None, Any]]:
        """Number, records and document of each row; None and no document where there is none."""
        number = 0
        for _, document in self.documents(lambda _: None):
            if isinstance(document, RowFault):
                number += 1
                yield number, None, None
                continue
            for chain in records(document, self.at):
                number += 1
                yield number, chain, document

    def _cells(self, chain: Chain) -> Cells:
        cells: Cells = []
        for get in self.getters:
            text = get(chain)
            if text is not None:
                if not text.isascii():
                    text = self._decoded(text)
                text = text.strip() or None
                if text in self.empty:
                    text = None
            cells.append(text)
        return cells

    def _decoded(self, text: str) -> str:
        if _UNDECODED.search(text):
            hint = "Is the file of another encoding, or is this half of a pair of escapes?"
            raise RowFault("bad-file", f"a value is not {self.encoding}.", hint=hint)
        return unicodedata.normalize("NFC", text)


def open_json(
    path: Path,
    columns: Collection[str],
    known: Documents,
    *,
    lines: bool,
    rows: str | None = None,
    fields: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    empty: Collection[str] = (),
    place: str = "rows",
) -> JsonFile:
    """A JSON file with the paths of its columns ready.

    Args:
        columns: names of ``fields``, or paths.
        known: files that were read whole before; this one is put there.
        lines: whether each line is a document of its own.
        rows: path of the records.
    Raises:
        InputError: ``bad-file``: absent, not JSON (with line and column), too large, nested too deeply;
            ``bad-mapping``: a path is not well formed, or asks for a record further out than there are.
    """
    try:
        size = path.stat().st_size
        documents = _of_lines(path, encoding) if lines else _of_whole(path, encoding, size, known)
    except OSError as error:
        hint = "It must lie in the folder that is imported."
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", code="bad-file", hint=hint) from error
    at = None if rows is None else parse_path(rows, f"{place}.rows")
    listed = not lines and isinstance(next(documents(lambda _: None))[1], list)
    depth = depth_of(at, listed=listed)
    getters = []
    for column in columns:
        parsed = parse_path((fields or {}).get(column, column), f"{place}.{column}")
        if parsed.out >= depth:
            hint = f"A record here lies in {depth - 1} others: at most {'^' * (depth - 1) or 'no ^'}."
            raise InputError(f'{place}: "{parsed.text}" leads out of the file.', code="bad-mapping", hint=hint)
        getters.append(compile_path(parsed, column))
    return JsonFile(
        path, encoding, tuple(columns), frozenset(empty) - {""}, documents, at, tuple(getters), {*range(len(columns))}
    )


def _of_whole(
    path: Path, encoding: str, size: int, known: Documents
) -> Callable[[Callable[[int], None]], Iterator[tuple[int, Any]]]:
    if size > LARGEST:
        hint = "Write it as JSON Lines, a record on each line: that may be of any size."
        raise InputError(f"{path.name} has more than {LARGEST:,} bytes.", code="bad-file", hint=hint)
    if (path, encoding) not in known:
        with open_text(path, encoding) as stream:
            try:
                known[path, encoding] = _parsed(stream.read())
            except UnicodeError as error:
                raise undecodable(path, encoding, error) from error
            except RowFault as fault:
                raise InputError(f"{path.name}: {fault.message}", code="bad-file", hint=fault.hint) from fault
    document = known[path, encoding]

    def documents(on_progress: Callable[[int], None]) -> Iterator[tuple[int, Any]]:
        yield 0, document
        on_progress(size)

    return documents


def _of_lines(path: Path, encoding: str) -> Callable[[Callable[[int], None]], Iterator[tuple[int, Any]]]:
    path.open("rb").close()

    def documents(on_progress: Callable[[int], None]) -> Iterator[tuple[int, Any]]:
        with open_text(path, encoding) as stream:
            lines = Lines(stream)
            try:
                for number, line in enumerate(lines, start=1):
                    if number % _PER_PROGRESS == 0:
                        on_progress(stream.buffer.tell())
                    if lines.giant:
                        lines.giant = False
                        yield number, RowFault("too-large", f"a line is longer than {LONGEST_LINE:,} characters.")
                    elif line.strip():
                        try:
                            yield number, _parsed(line.rstrip("\r\n"))
                        except RowFault as fault:
                            yield number, fault
            except UnicodeError as error:
                raise undecodable(path, encoding, error) from error

    return documents


def _parsed(text: str) -> Any:
    """A document; numbers as they are written.

    Raises:
        RowFault: ``bad-file``, with line and column.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if "\n" in text.rstrip() else f"column {error.colno}"
        ended = not text[error.pos :].strip() or error.msg.startswith("Unterminated")
        hint = "It ends too early: is it cut off?" if ended else "Check it with a JSON tool."
        raise RowFault("bad-file", f"it is not JSON: {error.msg.removesuffix(' at')} at {place}.", hint=hint) from error
    except _Refused as refused:
        raise RowFault("bad-file", f"it is not JSON: {refused}.", hint="Correct it at its source.") from refused
    except RecursionError as error:
        message = f"it nests more than {DEEPEST} records and lists, at character {_too_deep(text) + 1:,}."
        raise RowFault("too-large", message, hint="Flatten it.") from error


def _too_deep(text: str) -> int:
    """Where a document nests too deeply."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += (found.group() in "[{") - (found.group() in "]}")
        if depth > DEEPEST:
            return found.start()
    return 0


class _Refused(ValueError):
    """What the parser takes, and JSON has not."""


def _constant(name: str) -> Any:
    raise _Refused(f"{name} is no number")


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f'a record has the key "{twice[:60]}" twice')
    return record


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_record, parse_int=str, parse_float=str, parse_constant=_constant)
