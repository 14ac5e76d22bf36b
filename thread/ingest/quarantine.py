"""Where can refused rows be mended? A folder with them in the form of their files, and a mapping that imports it."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from thread.errors import InputError
from thread.ingest import model
from thread.ingest.csvfile import open_text
from thread.ingest.loading import raw_mapping
from thread.ingest.rows import RowFault
from thread.ingest.sources import open_source
from thread.ingest.tables import columns_needed

MAPPING: Final = "mapping.yaml"
_HEAD: Final = """\
# Rows that an import refused, in the form of their files. Mend them, then import this folder; what it leaves out stays.
"""


def write_quarantine(
    mapping: model.Mapping, path: Path, folder: Path, refused: Mapping[str, Collection[int]], to: Path
) -> list[Path]:
    """Write refused rows to a new folder; the files that were written, the mapping first.

    Of CSV, TSV and JSON Lines only the refused rows; other files, and those whose rows mean something only together
    (sequences, look-ups), are copied whole.

    Args:
        path: the mapping's own file.
        refused: numbers of rows by the origin of their facts.
    Raises:
        InputError: the folder exists and is not empty, or cannot be written.
    """
    tables = {name: table for name, table in mapping.tables.items() if refused.get(table.origin)}
    if not tables:
        return []
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise InputError(f"{to.name} is there already.", hint="Name a folder that is new or empty.")
    whole = _whole(mapping, tables)
    try:
        to.mkdir(parents=True, exist_ok=True)
        written = [to / MAPPING]
        written[0].write_text(_HEAD + _mapping(path, {*tables, *whole}), "utf-8")
        for file in dict.fromkeys(mapping.tables[name].file for name in (*tables, *whole)):
            of_file = [name for name, table in mapping.tables.items() if table.file == file]
            (to / file).parent.mkdir(parents=True, exist_ok=True)
            name, table = of_file[0], mapping.tables[of_file[0]]
            if len(of_file) == 1 and name not in whole:
                read = table.read.over(mapping.read).over(model.DEFAULTS)
                _write_rows(name, table, read, folder / file, to / file, refused[table.origin])
            else:
                shutil.copyfile(folder / file, to / file)
            written.append(to / file)
    except OSError as error:
        raise InputError(f"{to.name} cannot be written: {error.strerror}.", hint="Name another folder.") from error
    return written


def _whole(mapping: model.Mapping, refused: Collection[str]) -> list[str]:
    """The tables whose files are needed whole: of other forms, in sequences, and all that look-ups tie together."""
    needed, waiting = [], list(refused)
    while waiting:
        name = waiting.pop()
        table = mapping.tables[name]
        form = table.read.over(mapping.read).format or table.format
        looked = [column.lookup.table for column in table.columns.values() if column.lookup]
        by = [n for n, t in mapping.tables.items() for c in t.columns.values() if c.lookup and c.lookup.table == name]
        alone = form in ("csv", "tsv", "jsonl") and not table.sequence and not by
        if name not in needed and (not alone or name not in refused):
            needed.append(name)
            waiting += by if name in refused else []
        waiting += [other for other in looked if other not in needed and other not in waiting]
    return needed


def _mapping(path: Path, names: Collection[str]) -> str:
    """The mapping with the tables that are written; nothing vanishes by what they leave out."""
    raw: dict[str, Any] = raw_mapping(path.read_bytes(), path.name)
    raw["tables"] = {name: {**table, "vanished": "keep"} for name, table in raw["tables"].items() if name in names}
    return yaml.safe_dump(raw, sort_keys=False, allow_unicode=True, width=120)


def _write_rows(name: str, table: model.Table, read: model.Read, source: Path, to: Path, rows: Collection[int]) -> None:
    """Write the lines before the first row, and those of some rows."""
    lines: dict[int, int] = {}

    def unreadable(number: int, line: int, _: RowFault) -> None:
        lines[number] = line

    file = open_source(source, name, table, read, columns_needed(table, f"tables.{name}"), set(), {})
    for row in file.rows(unreadable):
        lines[row.number] = row.line
    starts = sorted(set(lines.values()))
    wanted = {lines[number] for number in rows if number in lines}
    encoding, keep, position = read.encoding or "utf-8", True, 0
    with (
        open_text(source, encoding) as stream,
        to.open("w", encoding=encoding, errors="surrogateescape", newline="") as out,
    ):
        for at, text in enumerate(stream, start=1):
            if position < len(starts) and at == starts[position]:
                keep = at in wanted
                position += 1
            if keep:
                out.write(text)
