"""How does an export reach a file, whole or not at all? Streams, folders of CSV, folders of Parquet."""

import csv
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from thread.errors import InputError, StoreError
from thread.export.tables import MAPPING, Tables, csv_cell, plain_cell
from thread.facts import ValueType

_SUFFIX: Final = ".part"
_BUFFER: Final = 1 << 20
_PARQUET: Final = {
    ValueType.INTEGER: "BIGINT",
    ValueType.REAL: "DOUBLE",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.DECIMAL: "DOUBLE",
    ValueType.TIME: "TIMESTAMP",
}
"""Types of columns; what is not here is text. Times are UTC."""


def write_file(path: Path, texts: Iterable[str]) -> None:
    """Write a file as UTF-8 beside its place, then put it there: a reader never sees half of it.

    Raises:
        StoreError: ``store-failed``: it cannot be written; what was there before is as it was.
    """
    beside = path.with_name(path.name + _SUFFIX)
    try:
        with beside.open("w", encoding="utf-8", newline="", buffering=_BUFFER) as stream:
            stream.writelines(texts)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        beside.unlink(missing_ok=True)


def write_stdout(texts: Iterable[str]) -> None:
    """Write to standard output as UTF-8, whatever the terminal's encoding."""
    out = getattr(sys.stdout, "buffer", None)
    for text in texts:
        if out is None:  # a stream of text, as notebooks and tests put there
            sys.stdout.write(text)
        else:
            out.write(text.encode())
    sys.stdout.flush()


def write_csv(folder: Path, tables: Tables) -> None:
    """Write a folder with a CSV file a table, and the mapping that brings them back.

    Raises:
        InputError: the folder holds something already.
        StoreError: ``store-failed``.
    """
    with _new_folder(folder) as made:
        _write_tables(made, tables, csv_cell)
        (made / MAPPING).write_bytes(tables.mapping())


def write_parquet(folder: Path, tables: Tables) -> None:
    """Write a folder with a Parquet file a table. Decimals are doubles, times are UTC.

    Raises:
        InputError: ``bad-config``: the extra ``parquet`` is not installed; or as ``write_csv``.
        StoreError: ``store-failed``.
    """
    try:
        import duckdb
    except ImportError as error:
        raise InputError(
            "Parquet needs the extra `parquet`.", code="bad-config", hint='Say pip install "digital-thread[parquet]".'
        ) from error
    with _new_folder(folder) as made:
        _write_tables(made, tables, plain_cell)
        with duckdb.connect() as db:
            for stem, columns in tables.columns.items():
                _convert(db, made / f"{stem}.csv", columns)


def _convert(db: Any, path: Path, columns: Iterable[tuple[str, ValueType]]) -> None:
    types = ", ".join(f"{_sql(name)}: {_sql(_PARQUET.get(kind, 'VARCHAR'))}" for name, kind in columns)
    read = (
        f"read_csv({_sql(str(path))}, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"auto_detect = false, max_line_size = 16777216, columns = {{{types}}})"
    )
    to = _sql(str(path.with_suffix(".parquet")))
    db.execute(f"COPY (SELECT * FROM {read}) TO {to} (FORMAT parquet)")  # noqa: S608  all texts are quoted
    path.unlink()


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_tables(folder: Path, tables: Tables, cell: Callable[[Any], object]) -> None:
    with ExitStack() as files:
        writers = {}
        for stem, columns in tables.columns.items():
            stream = files.enter_context((folder / f"{stem}.csv").open("w", encoding="utf-8", newline=""))
            writers[stem] = csv.writer(stream, lineterminator="\r\n")
            writers[stem].writerow([name for name, _ in columns])
        for stem, row in tables.rows():
            writers[stem].writerow([cell(value) for value in row])


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the place, which is put there when all has been written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder.", hint="Name one that does not exist.")
    beside = folder.with_name(folder.name + _SUFFIX)
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        yield beside
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror}.", hint="Name another place.")
