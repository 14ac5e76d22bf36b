"""How is the log kept in one SQLite file? Revisions, their parts, the chain of digests, the seal."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from thread.clock import Clock
from thread.errors import StoreError
from thread.facts import EMPTY, ChangeSet, Revision
from thread.facts.columns import compress_payload
from thread.stores.digest import chain_digest, content_digest, part_digest
from thread.stores.head import HeadFile, sync_directory
from thread.stores.reading import LAST, NAME, PART_BITS, Reader, Row, damaged, foreign_errors, typed

APPLICATION_ID: Final = 0x54485244
"""``THRD`` in the header of the file."""
FORMAT: Final = 1
"""Number of the format, ``user_version`` in the header; raised when an older program could not read it."""
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS revision (
        ordinal INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, request_id TEXT NOT NULL UNIQUE,
        source TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, run TEXT NOT NULL,
        withdraws TEXT NOT NULL, content TEXT NOT NULL, parts INTEGER NOT NULL, digest TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS part (id INTEGER PRIMARY KEY, digest BLOB NOT NULL, facts BLOB NOT NULL)""",
)
# The table decides, not what this process believes: an interrupt may strike between COMMIT and the next line.
_DROP_UNSEALED: Final = (
    f"DELETE FROM part WHERE id >= ((SELECT coalesce(max(ordinal), 0) FROM revision) + 1) << {PART_BITS}"  # noqa: S608
)


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
                held = [(ordinal << PART_BITS | number, digests[-1], compress_payload(payload))]
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
            found = self._db.execute(LAST).fetchone()
        return typed(found).revision if found else EMPTY

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


def _row(revision: Revision, change_set: ChangeSet, content: str) -> Row:
    withdraws = orjson.dumps(change_set.withdraws).decode()
    said = (change_set.request_id, change_set.source, change_set.actor, change_set.reason, change_set.run)
    count = len(change_set.parts)
    return Row(revision.ordinal, revision.recorded_at, *said, withdraws, content, count, revision.digest)
