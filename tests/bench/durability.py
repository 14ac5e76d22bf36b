"""What does it cost to prove that acknowledged commits are there? Ways to keep the journal, and the store as it is.

Run as ``python -m tests.bench.durability``; the decision is docs/decisions/0007.
"""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from tests.bench.table import RUNS, measured, shown
from thread.clock import SystemClock
from thread.facts import ChangeSet, Fact, PartBuilder, parts_of
from thread.stores.embedded import EmbeddedStore
from thread.terms import LABEL, THR, EntityId

COMMITS = 500
FACTS = 1_000_000


def way(directory: Path, mode: str, after: Callable[[sqlite3.Connection, int, int], object]) -> Callable[[], None]:
    """A loop of commits in one journal mode, with something done after each."""
    db = sqlite3.connect(directory / f"{uuid4()}.sqlite", isolation_level=None)
    db.execute(f"PRAGMA journal_mode = {mode}")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE revision (ordinal INTEGER PRIMARY KEY, request TEXT UNIQUE, digest TEXT)")
    db.execute("CREATE TABLE part (id INTEGER PRIMARY KEY, digest BLOB, facts BLOB)")
    head = os.open(directory / f"{uuid4()}.head", os.O_RDWR | os.O_CREAT)
    os.pwrite(head, b" " * 1024, 0)
    facts = os.urandom(260)

    def commits() -> None:
        for number in range(COMMITS):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO part (digest, facts) VALUES (?, ?)", (facts[:32], facts))
            db.execute("INSERT INTO revision (request, digest) VALUES (?, ?)", (str(uuid4()), "f" * 64))
            db.execute("COMMIT")
            after(db, head, number)

    return commits


def head_written(_: sqlite3.Connection, head: int, number: int) -> None:
    """The head without a sync."""
    os.pwrite(head, b"%0128d" % number, number % 2 * 512)


def head_synced(db: sqlite3.Connection, head: int, number: int) -> None:
    """The head with a sync: what the store does."""
    head_written(db, head, number)
    os.fdatasync(head)


def written_back(db: sqlite3.Connection, _: int, __: int) -> None:
    """The write-ahead log folded into the file after each commit, so that it can lose nothing."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def store_commits(directory: Path) -> Callable[[], None]:
    """The embedded store, one fact a commit."""
    store = EmbeddedStore(directory / "store", SystemClock())
    parts = parts_of([Fact(EntityId("urn:thread:id:p-101"), LABEL, value="P-101")])

    def commits() -> None:
        for _ in range(COMMITS):
            store.append(ChangeSet(str(uuid4()), "bench", parts))

    return commits


def store_import(directory: Path) -> Callable[[], None]:
    """The embedded store, an import of 100 parts of 10,000 facts."""
    store = EmbeddedStore(directory / "import", SystemClock())
    builder = PartBuilder()
    for number in range(FACTS):
        builder.attribute(f"urn:thread:id:{number // 5}", f"{THR}a{number % 5}", f"{number % 977}", row=number)
    parts = builder.parts()
    return lambda: void(store.append(ChangeSet(str(uuid4()), "bench", parts)))


def void(_: object) -> None:
    """Forget a value."""


def main() -> None:
    """Print commits a second of each way, and the size and speed of an import."""
    directory = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    ways = {
        "WAL": way(directory, "wal", lambda *_: None),
        "WAL, head written": way(directory, "wal", head_written),
        "WAL, head synced": way(directory, "wal", head_synced),
        "WAL, written back each time": way(directory, "wal", written_back),
        "rollback journal, deleted": way(directory, "delete", lambda *_: None),
        "rollback journal, kept": way(directory, "persist", lambda *_: None),
        "EmbeddedStore.append, 1 fact": store_commits(directory),
    }
    for name, commits in ways.items():
        timing = measured(commits)
        per_second = [f"{COMMITS / seconds:,.0f}" for seconds in (timing.median, timing.most, timing.least)]
        sys.stdout.write(f"{name:32} {per_second[0]:>8} commits/s  ({per_second[1]} to {per_second[2]})\n")
    timing = measured(store_import(directory))
    size = sum(file.stat().st_size for file in (directory / "import").glob("journal*")) / (RUNS + 1)
    sys.stdout.write(
        f"import of {FACTS:,} facts in 100 parts: {shown(timing.median)}, {FACTS / timing.median:,.0f} facts/s, "
        f"{size / 1e6:.1f} MB\n"
    )
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
