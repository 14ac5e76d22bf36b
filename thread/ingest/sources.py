"""Which reader opens a file? By its format: CSV and TSV, JSON and JSON Lines, spreadsheets."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from thread.errors import InputError
from thread.ingest import model
from thread.ingest.columns import columns_named
from thread.ingest.csvfile import OnFault, open_csv
from thread.ingest.jsonfile import Documents, open_json
from thread.ingest.paths import parse_path
from thread.ingest.rows import Row

__all__ = ["Documents", "Source", "open_source"]


class Source(Protocol):
    """A file as rows of cells. ``rows`` may be asked for as often as needed."""

    @property
    def name(self) -> str: ...

    @property
    def header(self) -> tuple[str, ...]: ...

    @property
    def size(self) -> int: ...

    def rows(self, on_fault: OnFault, on_progress: Callable[[int], None] = ...) -> Iterator[Row]:
        """The data rows, cells stripped and in NFC, empty cells None."""


def open_source(
    path: Path,
    table: str,
    spec: model.Table,
    read: model.Read,
    needed: set[str],
    asked: set[str],
    documents: Documents,
) -> Source:
    """The file of a table.

    Args:
        needed: columns that the table's part of the mapping names.
        asked: columns that look-ups of other tables name.
        documents: JSON files that were read already, for tables that lie in the same one.
    Raises:
        InputError: ``bad-file``, ``bad-mapping``.
    """
    form, encoding, empty = read.format or spec.format, read.encoding or "utf-8", read.empty or ()
    place = f"tables.{table}"
    if form in ("json", "jsonl"):
        columns = [*sorted(needed | asked)]
        _check_lists(spec, columns, place)
        return open_json(
            path,
            columns,
            documents,
            lines=form == "jsonl",
            rows=spec.rows,
            fields=spec.fields,
            encoding=encoding,
            empty=empty,
            place=place,
        )
    for word, given in (("rows", spec.rows), ("fields", spec.fields)):
        if given:
            hint = "They are for JSON."
            raise InputError(f"{place}: {spec.file} has no {word}.", code="bad-mapping", hint=hint)
    if form == "xlsx":
        from thread.ingest.excel import open_excel

        return open_excel(path, spec.sheet, empty)
    delimiter = read.delimiter or ("\t" if form == "tsv" else None)
    return open_csv(path, needed, encoding, delimiter, empty, guarded=bool(read.guarded))


def _check_lists(spec: model.Table, columns: list[str], place: str) -> None:
    """Lists are for ``split`` only."""
    whole = {name: column for name, column in spec.columns.items() if column.split is None or column.split.by}
    for column in sorted(columns_named(spec.model_copy(update={"columns": whole}), place) & set(columns)):
        if parse_path(spec.fields.get(column, column), f"{place}.{column}").many:
            hint = f'Make a column of its values: {{split: {{of: "{column}"}}}}.'
            raise InputError(f'{place}: "{column}" holds several values.', code="bad-mapping", hint=hint)
