"""What is in a store after a crash? One written by ``thread.testing.writer``, compared with what was acknowledged."""

import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from thread.clock import SystemClock
from thread.errors import StoreError
from thread.stores.embedded import EmbeddedStore
from thread.stores.memory import MemoryGraph
from thread.stores.plain import Plain, plain
from thread.testing.writer import change_of, graph_of, same


@cache
def state_at(ordinal: int) -> frozenset[Plain]:
    """What the graph shows at a revision; a model that reads the deltas one by one."""
    graph = MemoryGraph()
    for number in range(1, ordinal + 1):
        graph.apply(graph_of(number), number, 0)
    return frozenset(map(plain, graph.triples()))


def run_writer(directory: Path, *options: str, acknowledged: int = 0, patience: float | None = None) -> list[str]:
    """What a writing process said until it was killed: by itself, or ``patience`` seconds after some answers."""
    command = [sys.executable, "-m", "thread.testing.writer", str(directory), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = []
        if patience is not None:
            said = [process.stdout.readline() for _ in range(acknowledged)]
            try:
                process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (-signal.SIGKILL, "")
    return [line.strip() for line in said if line.endswith("\n")]


def survey(directory: Path, acknowledged: list[str]) -> list[str]:
    """The whole log after a crash, once it is shown that no acknowledged change set is lost and none is half there."""
    store = EmbeddedStore(directory, SystemClock())
    try:
        log = []
        for number, commit in enumerate(store.changes(), start=1):
            assert same(change_of(number), commit.change_set), f"revision {number} is not whole"
            log.append(f"{commit.revision.ordinal} {commit.revision.digest}")
        assert acknowledged == log[: len(acknowledged)]
        assert len(log) <= len(acknowledged) + 1
        assert store.verify() == len(log)
        applied = store.graph.applied[0]
        assert applied <= len(log)
        assert state_at(applied) == {plain(triple) for triple in store.graph.triples()}
        return log
    finally:
        store.close()


def written(directory: Path, revisions: int) -> None:
    """Leave a store as a killed process leaves it: some revisions in the file, some in the write-ahead log."""
    half = revisions // 2
    program = (
        "import os, signal, sys\n"
        "from thread.clock import SystemClock\n"
        "from thread.stores import open_store\n"
        "from thread.testing.writer import write\n"
        "for last in (False, True):\n"
        "    store = open_store(sys.argv[1], SystemClock())\n"
        "    write(store, int(sys.argv[2 + last]), True, lambda text: None)\n"
        "    last or store.close()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", program, str(directory), str(half), str(revisions - half)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


def outcome(directory: Path, revisions: int) -> str:
    """What a store says of itself after damage; fails where it answers with less than what was acknowledged."""
    try:
        store = EmbeddedStore(directory, SystemClock())
    except StoreError as error:
        return f"refused: {error.code}"
    try:
        assert store.revision.ordinal == revisions, "acknowledged revisions are silently gone"
        commits = list(store.changes())
        assert all(same(change_of(n), commit.change_set) for n, commit in enumerate(commits, start=1))
        assert len(commits) == revisions
        assert all(store.find(f"request-{number}") for number in range(1, revisions + 1))
    except StoreError as error:
        assert _named(store), "a full check finds what a reader met"
        return f"refused when read: {error.code}"
    finally:
        store.close()
    return "whole"


def _named(store: EmbeddedStore) -> bool:
    try:
        store.verify()
    except StoreError as error:
        return error.code == "store-damaged"
    return False


def bytes_of(directory: Path) -> dict[str, bytes]:
    """What the files of the log hold; the index of the write-ahead log (-shm) is scratch, the lock is not data."""
    names = ("journal.sqlite", "journal.sqlite-wal", "head")
    held = {name: (directory / name).read_bytes() for name in names if (directory / name).exists()}
    return {name: data for name, data in held.items() if data}
