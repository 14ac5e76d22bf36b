"""How is the log read? Rows of the journal, proved against the chain of digests before they are given."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, overload

import orjson

from thread.errors import StoreError
from thread.facts import EMPTY, ChangeSet, Commit, FactPart, Revision
from thread.facts.columns import decode_payload, decompress_payload
from thread.stores.digest import chain_digest, part_digest

NAME: Final = "journal.sqlite"
PART_BITS: Final = 24
"""A part's key is (ordinal << 24) | number: one tree, in the order in which it is written and read."""
_RESTORE: Final = (
    "Nothing was changed. Restore the directory from a backup; "
    "thread.stores.embedded.salvage copies the revisions that are whole to a new directory."
)
_COLUMNS: Final = "ordinal, recorded_at, request_id, source, actor, reason, run, withdraws, content, parts, digest"
LAST: Final = f"SELECT {_COLUMNS} FROM revision ORDER BY ordinal DESC LIMIT 1"  # noqa: S608  our own constants


class Row(NamedTuple):
    """A row of ``revision``."""

    ordinal: int
    recorded_at: int
    request_id: str
    source: str
    actor: str
    reason: str
    run: str
    withdraws: str
    content: str
    parts: int
    digest: str

    @property
    def revision(self) -> Revision:
        """The revision of the row."""
        return Revision(self.ordinal, self.recorded_at, self.digest)

    def change_set(self, parts: Sequence[FactPart]) -> ChangeSet:
        """The change set of the row with its parts."""
        withdraws = tuple(orjson.loads(self.withdraws))
        return ChangeSet(
            self.request_id, self.source, parts, self.actor, self.reason, self.run, withdraws, self.content
        )


class Reader:
    """Reads the log of a directory, beside a running writer or alone; its own connection, any thread."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._guard = threading.Lock()
        self._db: sqlite3.Connection | None = connect_for_reading(self._path)

    def close(self) -> None:
        """Release the connection; calling it twice is harmless."""
        with self._guard:
            if self._db is not None:
                self._db.close()
                self._db = None

    def query(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """All rows of a short statement."""
        with self._guard, foreign_errors(self._path):
            if self._db is None:
                raise StoreError("The store is closed.", hint="Open it again.")
            return self._db.execute(sql, values).fetchall()

    def last(self) -> Revision:
        """The last revision of the journal; ``EMPTY`` where there is none."""
        found = self.query(LAST)
        return typed(found[0]).revision if found else EMPTY

    def rows(self, tail: str, values: tuple[object, ...] = ()) -> list[Row]:
        """Rows of ``revision``."""
        found = self.query(f"SELECT {_COLUMNS} FROM revision {tail}", values)  # noqa: S608  our own constants
        return [typed(row) for row in found]

    def find(self, request_id: str) -> Row | None:
        """The row of a request id."""
        rows = self.rows("WHERE request_id = ?", (request_id,))
        return rows[0] if rows else None

    def commits(self, since: int = 0, until: int | None = None) -> Iterator[Commit]:
        """Commits after an ordinal, each proved against the chain before it is given.

        Raises:
            StoreError: ``store-damaged``: names the first revision that is not what was written.
        """
        last = self.last().ordinal if until is None else until
        previous = ""
        if 0 < since <= last:
            before = self.rows("WHERE ordinal = ?", (since,))
            if not before:
                raise damaged(self._path, since, "is missing")
            previous = before[0].digest
        for start in range(since, last, 256):
            stop = min(start + 256, last)
            rows = self.rows("WHERE ordinal > ? AND ordinal <= ? ORDER BY ordinal", (start, stop))
            for expected in range(start + 1, stop + 1):
                index = expected - start - 1
                if index >= len(rows) or rows[index].ordinal != expected:
                    raise damaged(self._path, expected, "is missing")
                yield self.commit(rows[index], previous)
                previous = rows[index].digest

    def commit(self, row: Row, previous: str) -> Commit:
        """The commit of a row, its header proved against the digest before it; one part is read at once."""
        first, beyond = row.ordinal << PART_BITS, (row.ordinal + 1) << PART_BITS
        found = self.query("SELECT id, digest FROM part WHERE id >= ? AND id < ? ORDER BY id", (first, beyond))
        digests = tuple(digest for _, digest in found if isinstance(digest, bytes))
        if [key for key, _ in found] != list(range(first, first + row.parts)) or len(digests) != row.parts:
            raise damaged(self._path, row.ordinal, "has not all its parts")
        parts: Sequence[FactPart] = StoredParts(self, row.ordinal, digests)
        try:
            change_set = row.change_set(parts)
        except ValueError as error:
            raise damaged(self._path, row.ordinal, "cannot be read") from error
        if chain_digest(previous, row.ordinal, row.recorded_at, change_set, row.content, digests) != row.digest:
            raise damaged(self._path, row.ordinal, "is not what was written")
        if row.parts == 1:
            change_set = row.change_set((parts[0],))
        return Commit(row.revision, change_set)

    def part(self, ordinal: int, number: int, digest: bytes) -> FactPart:
        """One part, proved against its digest."""
        found = self.query("SELECT facts FROM part WHERE id = ?", (ordinal << PART_BITS | number,))
        if not found or not isinstance(found[0][0], bytes):
            raise damaged(self._path, ordinal, "has not all its parts")
        try:
            payload = decompress_payload(found[0][0])
            if part_digest(payload) == digest:
                return decode_payload(payload)
        except StoreError as error:
            raise damaged(self._path, ordinal, "has a part that cannot be decoded") from error
        raise damaged(self._path, ordinal, "has a part that is not what was written")

    def check(self, pragma: str) -> None:
        """Run ``quick_check`` or ``integrity_check``, and refuse what it finds."""
        found = self.query(f"PRAGMA {pragma}")
        if found != [("ok",)]:
            said = "; ".join(str(row[0]) for row in found[:3])
            raise damaged(self._path, None, f"has a broken structure ({said})")


class StoredParts(Sequence[FactPart]):
    """Parts of a revision, read and proved when they are asked for, so that an import need not fit in memory."""

    def __init__(self, reader: Reader, ordinal: int, digests: tuple[bytes, ...]) -> None:
        self._reader, self._ordinal, self._digests = reader, ordinal, digests

    def __len__(self) -> int:
        return len(self._digests)

    @overload
    def __getitem__(self, index: int) -> FactPart: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[FactPart]: ...
    def __getitem__(self, index: int | slice) -> FactPart | Sequence[FactPart]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return self._reader.part(self._ordinal, number, self._digests[number])


def damaged(path: Path, ordinal: int | None, what: str) -> StoreError:
    """The error that names the first bad revision of a journal."""
    if ordinal is None:
        return StoreError(f"{path} {what}.", code="store-damaged", hint=_RESTORE)
    return StoreError(f"Revision {ordinal} of {path} {what}.", code="store-damaged", hint=_RESTORE, ordinal=ordinal)


@contextmanager
def foreign_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        raise StoreError("The store is closed.", hint="Open it again.") from error
    except sqlite3.Error as error:
        raise _ours(path, error) from error


def _ours(path: Path, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT):
        return damaged(path, None, f"cannot be read ({error})")
    full = code == sqlite3.SQLITE_FULL
    if code == sqlite3.SQLITE_IOERR:  # Some writes meet a full disk as an I/O error.
        full = shutil.disk_usage(path.parent).free < 1 << 20
    if full:
        return StoreError(
            f"The disk of {path} is full; nothing was written.",
            code="store-full",
            hint="Make room, then send the same request again.",
        )
    return StoreError(f"{path} could not be read or written: {error}.", hint="See the system's log; then try again.")


def connect_for_reading(path: Path) -> sqlite3.Connection:
    # mode=ro: closing it never writes the log back, so evidence of damage stays as it is.
    address = f"{path.absolute().as_uri()}?mode=ro"
    with foreign_errors(path):
        try:
            return _connected(address)
        except sqlite3.OperationalError as error:
            # On a disk that cannot be written to SQLite needs to be told that nobody else can either.
            rest = path.with_name(path.name + "-wal")
            if error.sqlite_errorcode != sqlite3.SQLITE_CANTOPEN or (rest.exists() and rest.stat().st_size):
                raise
            return _connected(address + "&immutable=1")


def _connected(address: str) -> sqlite3.Connection:
    db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        db.execute("SELECT 1 FROM sqlite_schema")
    except BaseException:
        db.close()
        raise
    return db


def typed(values: Sequence[object]) -> Row:
    row = Row(*values)  # type: ignore[arg-type]  # checked in the next line
    if all(isinstance(value, kind) for value, kind in zip(row, Row.__annotations__.values(), strict=True)):
        return row
    raise StoreError("A revision of the journal holds values of other types.", code="store-damaged", hint=_RESTORE)
