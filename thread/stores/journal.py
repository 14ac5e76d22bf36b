"""How is the log kept in one SQLite file? Revisions, their parts, the chain of digests, the seal."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, overload

import orjson

from thread.clock import Clock
from thread.errors import StoreError
from thread.facts import EMPTY, ChangeSet, Commit, FactPart, Revision
from thread.facts.columns import compress_payload, decode_payload, decompress_payload
from thread.stores.digest import chain_digest, content_digest, part_digest
from thread.stores.head import HeadFile, sync_directory

NAME: Final = "journal.sqlite"
APPLICATION_ID: Final = 0x54485244
"""``THRD`` in the header of the file."""
FORMAT: Final = 1
"""Number of the format, ``user_version`` in the header; raised when an older program could not read it."""
_PART_BITS: Final = 24
"""A part's key is (ordinal << 24) | number: one tree, in the order in which it is written and read."""
_RESTORE: Final = (
    "Nothing was changed. Restore the directory from a backup; "
    "thread.stores.embedded.salvage copies the revisions that are whole to a new directory."
)
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS revision (
        ordinal INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, request_id TEXT NOT NULL UNIQUE,
        source TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, run TEXT NOT NULL,
        withdraws TEXT NOT NULL, content TEXT NOT NULL, parts INTEGER NOT NULL, digest TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS part (id INTEGER PRIMARY KEY, digest BLOB NOT NULL, facts BLOB NOT NULL)""",
)
# The table decides, not what this process believes: an interrupt may strike between COMMIT and the next line.
_DROP_UNSEALED: Final = (
    f"DELETE FROM part WHERE id >= ((SELECT coalesce(max(ordinal), 0) FROM revision) + 1) << {_PART_BITS}"  # noqa: S608
)
_COLUMNS: Final = "ordinal, recorded_at, request_id, source, actor, reason, run, withdraws, content, parts, digest"
_LAST: Final = f"SELECT {_COLUMNS} FROM revision ORDER BY ordinal DESC LIMIT 1"  # noqa: S608  our own constants


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
        self._db: sqlite3.Connection | None = _connect_for_reading(self._path)

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
        found = self.query(_LAST)
        return _typed(found[0]).revision if found else EMPTY

    def rows(self, tail: str, values: tuple[object, ...] = ()) -> list[Row]:
        """Rows of ``revision``."""
        found = self.query(f"SELECT {_COLUMNS} FROM revision {tail}", values)  # noqa: S608  our own constants
        return [_typed(row) for row in found]

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
        first, beyond = row.ordinal << _PART_BITS, (row.ordinal + 1) << _PART_BITS
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
        found = self.query("SELECT facts FROM part WHERE id = ?", (ordinal << _PART_BITS | number,))
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


class Journal:
    """Writes the log. One at a time per directory: the caller holds the lock; errors leave it as it was."""

    def __init__(self, directory: Path, head_file: HeadFile) -> None:
        self._path, self._head_file = directory / NAME, head_file
        self._broken = self._untidy = False
        with foreign_errors(self._path):
            self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            self.dropped = self._begin(directory)
            """Parts of change sets that were never sealed, dropped at the start."""
        except BaseException:
            self._db.close()
            raise

    def _begin(self, directory: Path) -> int:
        with foreign_errors(self._path):
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
        if self._head_file.read() is None:
            self._create(directory)
        self.head = self._last()
        self._head_file.create(self.head.ordinal, self.head.digest)
        return self._drop_unsealed()

    def append(self, change_set: ChangeSet, clock: Clock) -> Revision:
        """Write one revision; synced when this returns. The caller has settled conflicts and repeats."""
        if self._broken:
            raise StoreError("The head of the log could not be written.", hint="Close the store and open it again.")
        if self._untidy:
            self._drop_unsealed()
            self._untidy = False
        ordinal = self.head.ordinal + 1
        held: list[tuple[int, bytes, bytes]] = []
        digests: list[bytes] = []
        sealed = len(change_set.parts) <= 1
        try:
            for number, part in enumerate(change_set.parts):
                payload = part.payload()
                digests.append(part_digest(payload))
                held = [(ordinal << _PART_BITS | number, digests[-1], compress_payload(payload))]
                if not sealed:
                    self._write(held, None)
            content = content_digest(change_set, digests)
            recorded_at = max(clock.now(), self.head.recorded_at + 1)
            digest = chain_digest(self.head.digest, ordinal, recorded_at, change_set, content, digests)
            row = _row(Revision(ordinal, recorded_at, digest), change_set, content)
            self._write(held if sealed else [], row)
            self._acknowledge(row.revision)
        except BaseException:
            self._tidy()
            raise
        return row.revision

    def close(self) -> None:
        """Write the log back into the file and release it; calling it twice is harmless."""
        self._db.close()
        self._head_file.close()

    def _write(self, parts: list[tuple[int, bytes, bytes]], row: Row | None) -> None:
        with self._transaction():
            if parts:
                self._db.executemany("INSERT INTO part VALUES (?, ?, ?)", parts)
            if row is not None:
                self._db.execute("INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with foreign_errors(self._path):
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _acknowledge(self, revision: Revision) -> None:
        self.head = revision
        try:
            self._head_file.write(revision)
        except OSError as error:
            self._broken = True
            raise StoreError(
                f"Revision {revision.ordinal} was written, but could not be confirmed: {error}.",
                hint="Close the store, open it again and send the same request once more.",
            ) from error

    def _tidy(self) -> None:
        try:
            self._drop_unsealed()
            self.head = self._last()
        except StoreError:
            self._untidy = True  # The disk may still be full: they stay invisible, and go before the next append.

    def _last(self) -> Revision:
        with foreign_errors(self._path):
            found = self._db.execute(_LAST).fetchone()
        return _typed(found).revision if found else EMPTY

    def _drop_unsealed(self) -> int:
        with self._transaction():
            return max(self._db.execute(_DROP_UNSEALED).rowcount, 0)

    def _create(self, directory: Path) -> None:
        with self._transaction():
            for statement in _SCHEMA:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT}")
        sync_directory(directory)


def inspect(directory: Path, head_file: HeadFile) -> None:
    """Refuse a journal that cannot be ours, or whole, without changing a byte of it; cheap.

    Looks at the header, the structure of the table of revisions with its index, the last revision and its link
    to the one before, and at the head file. Parts are proved when they are read, all of them by ``verify``.

    Raises:
        StoreError: ``store-newer``, ``store-damaged``.
    """
    path = directory / NAME
    known = head_file.read()  # Before the journal: a running writer moves the journal first.
    if not path.exists() or path.stat().st_size == 0:
        if known is not None:
            raise damaged(path, None, f"is gone, but revision {known[0]} was acknowledged")
        return
    reader = Reader(directory)
    try:
        if _refuse_header(reader, path, known):
            return
        reader.check("integrity_check(revision)")
        _refuse_loss(reader, path, known)
    finally:
        reader.close()


def _refuse_header(reader: Reader, path: Path, known: tuple[int, str] | None) -> bool:
    """True where the file was only just being made when its process died."""
    ((application,),), ((version,),) = reader.query("PRAGMA application_id"), reader.query("PRAGMA user_version")
    tables = reader.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
    if known is None and not tables:
        return True
    if application != APPLICATION_ID or not isinstance(version, int) or version < 1:
        raise damaged(path, None, "is not a journal of this program")
    if version > FORMAT:
        raise StoreError(
            f"{path} has format {version}, this program reads up to {FORMAT}.",
            code="store-newer",
            hint="Install the version of digital-thread that wrote it, or a later one. Nothing was changed.",
            found=version,
            known=FORMAT,
        )
    return False


def _refuse_loss(reader: Reader, path: Path, known: tuple[int, str] | None) -> None:
    last = reader.last()
    if known is None:
        if last.ordinal:
            raise damaged(path, None, "has revisions, but the file `head` that proves them is gone")
        return
    ordinal, digest = known
    if ordinal > last.ordinal:
        raise damaged(path, last.ordinal + 1, f"is missing: revisions up to {ordinal} were acknowledged")
    for start in {max(ordinal - 1, 0), max(last.ordinal - 1, 0)}:
        for commit in reader.commits(start, start + 1 if last.ordinal else 0):
            if commit.revision.ordinal == ordinal and commit.revision.digest != digest:
                raise damaged(path, ordinal, "is not the one that was acknowledged")


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


def _connect_for_reading(path: Path) -> sqlite3.Connection:
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


def _row(revision: Revision, change_set: ChangeSet, content: str) -> Row:
    withdraws = orjson.dumps(change_set.withdraws).decode()
    said = (change_set.request_id, change_set.source, change_set.actor, change_set.reason, change_set.run)
    count = len(change_set.parts)
    return Row(revision.ordinal, revision.recorded_at, *said, withdraws, content, count, revision.digest)


def _typed(values: Sequence[object]) -> Row:
    row = Row(*values)  # type: ignore[arg-type]  # checked in the next line
    if all(isinstance(value, kind) for value, kind in zip(row, Row.__annotations__.values(), strict=True)):
        return row
    raise StoreError("A revision of the journal holds values of other types.", code="store-damaged", hint=_RESTORE)
