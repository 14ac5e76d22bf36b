"""How does one process keep a durable log in a directory, and a graph that follows it? Journal, head, lock, graph."""

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from thread.clock import Clock, FixedClock
from thread.errors import StoreError
from thread.facts import ChangeSet, Commit, GraphDelta, Revision
from thread.stores.base import Capability
from thread.stores.digest import content_digest, refuse_conflict, refuse_reuse
from thread.stores.head import HeadFile
from thread.stores.journal import Journal, inspect
from thread.stores.lock import Lock, Owner, owner
from thread.stores.reading import NAME, Reader, damaged

if TYPE_CHECKING:
    from thread.stores.oxigraph import OxigraphGraph

__all__ = ["EmbeddedStore", "Owner", "open_embedded", "owner", "salvage"]


class EmbeddedStore:
    """The log of one directory: ``journal.sqlite``, ``head``, ``lock`` and the derived ``graph/``.

    Args:
        directory: made where it is not there, unless ``read_only``.
        clock: gives the recorded times.
        read_only: read beside a running writer, without a lock; ``append`` is refused.
    Raises:
        StoreError: ``store-locked``, ``store-damaged``, ``store-newer``, ``store-full``, ``store-failed``. What is
            damaged is never changed by opening it.
    """

    def __init__(self, directory: Path, clock: Clock, *, read_only: bool = False) -> None:
        self.directory, self.read_only = directory, read_only
        self.found: tuple[str, ...] = ()
        """What opening met and settled, in sentences for the log: parts never sealed, a graph made anew."""
        self._clock = clock
        self._guard, self._graph_guard = threading.Lock(), threading.Lock()
        self._graph: OxigraphGraph | None = None
        self._journal: Journal | None = None
        self._open = True
        if read_only:
            self.lock: Lock | None = None
            self._open_reading()
        else:
            with _system_errors(directory):
                directory.mkdir(parents=True, exist_ok=True)
                self.lock = Lock(directory)
            try:
                with _system_errors(directory):
                    self._open_writing()
            except BaseException:
                self.lock.release()
                raise

    def _open_reading(self) -> None:
        if not (self.directory / NAME).exists() and not HeadFile(self.directory).read():
            raise StoreError(f"{self.directory} holds no store.", hint="Give the directory that holds journal.sqlite.")
        inspect(self.directory, HeadFile(self.directory))
        self._reader = Reader(self.directory)

    def _open_writing(self) -> None:
        head = HeadFile(self.directory)
        inspect(self.directory, head)
        self._journal = Journal(self.directory, head)
        self._reader = Reader(self.directory)
        if self._journal.dropped:
            self._say(f"{self._journal.dropped} parts of a change set that was never sealed were dropped.")

    @property
    def revision(self) -> Revision:
        """The last revision; of a store that is open for reading, the last that its writer has made by now."""
        return self._journal.head if self._journal else self._reader.last()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Durable, with SPARQL over the graph."""
        return frozenset({Capability.DURABLE, Capability.SPARQL})

    @property
    def graph(self) -> "OxigraphGraph":
        """The current state, opened at first use; ``graph.fault`` says what was broken and dropped.

        Raises:
            StoreError: ``store-locked``: the store is open for reading and its writer has the graph.
        """
        self._refuse_closed()
        with self._graph_guard:  # The follower's thread and a reader's may both be the first.
            if self._graph is None:
                self._graph = self._open_graph()
            return self._graph

    def _open_graph(self) -> "OxigraphGraph":
        from thread.stores import oxigraph

        writer = owner(self.directory) if self.read_only else None
        if writer is not None:
            raise StoreError(
                f"Process {writer.pid} writes to the graph of {self.directory}.",
                code="store-locked",
                hint=f"Send the query to {writer.address}." if writer.address else "Stop that process first.",
                pid=writer.pid,
                address=writer.address,
            )
        graph = oxigraph.OxigraphGraph(self.directory / oxigraph.NAME, read_only=self.read_only)
        if graph.fault:
            self._say(f"The graph was broken and is made anew: {graph.fault}")
        return graph

    def append(
        self,
        change_set: ChangeSet,
        expected_revision: int | None = None,
        delta: GraphDelta | None = None,  # noqa: ARG002  the graph follows by graph.apply
    ) -> Commit:
        """Write one revision, synced before this returns; see ``Store.append``."""
        self._refuse_closed()
        if self._journal is None:
            raise StoreError(f"{self.directory} is open for reading only.", hint="Open the store for writing.")
        with self._guard:
            known = self._reader.find(change_set.request_id)
            if known is not None:
                refuse_reuse(change_set.request_id, content_digest(change_set), known.content, known.ordinal)
                return replace(self._commit(known.ordinal), repeated=True)
            refuse_conflict(change_set, self._journal.head, expected_revision)
            return Commit(self._journal.append(change_set, self._clock), change_set)

    def changes(self, since: int = 0) -> Iterator[Commit]:
        """Commits after an ordinal, as of the call; parts of imports are read when they are asked for."""
        self._refuse_closed()
        return self._reader.commits(since, self.revision.ordinal)

    def find(self, request_id: str) -> Revision | None:
        """The revision that answered this request id."""
        self._refuse_closed()
        row = self._reader.find(request_id)
        return row.revision if row else None

    def verify(self) -> int:
        """Number of revisions, after every one and every part was proved against the chain. Cost: reads all.

        Raises:
            StoreError: ``store-damaged``: names the first bad revision.
        """
        self._refuse_closed()
        count = 0
        for count, commit in enumerate(self.changes(), start=1):  # noqa: B007  the count is the answer
            for _ in commit.change_set.parts:
                pass
        self._reader.check("integrity_check")
        return count

    def close(self) -> None:
        """Release files and the lock; calling it twice is harmless."""
        if not self._open:
            return
        self._open = False
        try:
            if self._graph is not None:
                self._graph.close()
        finally:
            self._reader.close()
            if self._journal is not None:
                self._journal.close()
            if self.lock is not None:
                self.lock.release()

    def _commit(self, ordinal: int) -> Commit:
        for commit in self._reader.commits(ordinal - 1, ordinal):
            return commit
        raise damaged(self.directory / NAME, ordinal, "is missing")

    def _say(self, sentence: str) -> None:
        self.found = (*self.found, sentence)

    def _refuse_closed(self) -> None:
        if not self._open:
            raise StoreError("The store is closed.", hint="Open it again.")


def salvage(directory: Path, target: Path) -> int:
    """Number of revisions copied to a new directory: those before the first that is damaged.

    The way out where there is no backup. What came later is lost, so it is never done by itself.

    Raises:
        StoreError: the journal cannot be read at all, or the target holds a store.
    """
    reader = Reader(directory)
    copied = 0
    try:
        store = EmbeddedStore(target, FixedClock(0))
        if store.revision.ordinal:
            store.close()
            raise StoreError(f"{target} holds a store already.", hint="Give a directory that does not exist.")
        try:
            for commit in reader.commits():
                store._clock = FixedClock(commit.revision.recorded_at)
                store.append(commit.change_set)
                copied += 1
        except StoreError as error:
            if error.code != "store-damaged":
                raise
        finally:
            store.close()
    finally:
        reader.close()
    return copied


@contextmanager
def _system_errors(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise StoreError(
            f"{directory} could not be opened: {error.strerror}.",
            code="store-full" if full else "store-failed",
            hint="Make room, then try again." if full else "Check that the directory can be written to.",
        ) from error


def open_embedded(address: str, clock: Clock, read_only: bool = False, /) -> EmbeddedStore:
    """The store of a directory; the address is its path, or ``embedded:`` and its path."""
    return EmbeddedStore(Path(address.removeprefix("embedded:")).expanduser(), clock, read_only=read_only)
