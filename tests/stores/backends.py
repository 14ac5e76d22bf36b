"""The stores under test: memory, embedded, embedded reopened between operations, embedded with a rebuilt graph."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from thread.clock import FixedClock, Instant
from thread.facts import ChangeSet, Commit, GraphDelta, Revision, Triple
from thread.stores import Capability, CurrentGraph, Store, open_store
from thread.stores.memory import MemoryGraph

START = 1_700_000_000_000_000


class Opened:
    """A store of an address, opened at first use."""

    def __init__(self, address: str) -> None:
        self.clock, self.address = FixedClock(START), address
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = self._open()
        return self._store

    def reopen(self) -> Store:
        self.close()
        self._store = None
        return self.store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def _open(self) -> Store:
        return open_store(self.address, self.clock)


class InMemory(Opened):
    """Memory has nothing to reopen."""

    def reopen(self) -> Store:
        return self.store


class Reopening(Opened):
    """Closed and opened again before each operation."""

    def _open(self) -> Store:
        return ReopeningStore(self.address, self.clock)


class Rebuilding(Opened):
    """The graph's directory is deleted and the graph replaced after each change."""

    def _open(self) -> Store:
        return RebuildingStore(self.address, self.clock)


class ReopeningStore:
    """A store that is closed and opened again before each operation."""

    def __init__(self, address: str, clock: FixedClock) -> None:
        self._address, self._clock, self._closed = address, clock, False
        self._inner = open_store(address, clock)

    def _fresh(self) -> Store:
        if not self._closed:
            self._inner.close()
            self._inner = open_store(self._address, self._clock)
        return self._inner

    @property
    def revision(self) -> Revision:
        return self._fresh().revision

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._inner.capabilities

    @property
    def graph(self) -> CurrentGraph:
        return ReopeningGraph(self._fresh)

    def append(
        self, change_set: ChangeSet, expected_revision: int | None = None, delta: GraphDelta | None = None
    ) -> Commit:
        return self._fresh().append(change_set, expected_revision, delta)

    def changes(self, since: int = 0) -> Iterator[Commit]:
        # Read at once: an iterator lives no longer than its store.
        found = list(self._fresh().changes(since))
        return iter([replace(c, change_set=replace(c.change_set, parts=tuple(c.change_set.parts))) for c in found])

    def find(self, request_id: str) -> Revision | None:
        return self._fresh().find(request_id)

    def close(self) -> None:
        self._closed = True
        self._inner.close()


class ReopeningGraph:
    """The graph of a store that is opened again before each operation."""

    def __init__(self, fresh: object) -> None:
        self._fresh = fresh

    def _graph(self) -> CurrentGraph:
        assert callable(self._fresh)
        store: Store = self._fresh()
        return store.graph

    @property
    def applied(self) -> tuple[int, Instant]:
        return self._graph().applied

    def apply(self, delta: GraphDelta, ordinal: int, instant: Instant) -> None:
        self._graph().apply(delta, ordinal, instant)

    def replace(self, triples: Iterable[Triple], ordinal: int, instant: Instant) -> None:
        self._graph().replace(triples, ordinal, instant)

    def triples(self) -> Iterator[Triple]:
        return iter(list(self._graph().triples()))


class RebuildingStore(ReopeningStore):
    """A store whose graph is thrown away and brought back after each change."""

    def __init__(self, address: str, clock: FixedClock) -> None:
        super().__init__(address, clock)
        self._graph = RebuildingGraph(self, Path(address))

    def _fresh(self) -> Store:
        return self._inner

    def reopen_without_graph(self, directory: Path) -> CurrentGraph:
        self._inner.close()
        shutil.rmtree(directory / "graph")
        self._inner = open_store(self._address, self._clock)
        return self._inner.graph

    @property
    def graph(self) -> "RebuildingGraph":
        return self._graph


class RebuildingGraph:
    """Follows a model in memory, and is rebuilt from it after each change."""

    def __init__(self, store: RebuildingStore, directory: Path) -> None:
        self._store, self._directory, self._model = store, directory, MemoryGraph()

    @property
    def applied(self) -> tuple[int, Instant]:
        return self._store._fresh().graph.applied

    def apply(self, delta: GraphDelta, ordinal: int, instant: Instant) -> None:
        self._model.apply(delta, ordinal, instant)
        self._store._fresh().graph.apply(delta, ordinal, instant)
        self._rebuild()

    def replace(self, triples: Iterable[Triple], ordinal: int, instant: Instant) -> None:
        self._model.replace(triples, ordinal, instant)
        self._store._fresh().graph.replace(self._model.triples(), ordinal, instant)
        self._rebuild()

    def triples(self) -> Iterator[Triple]:
        return self._store._fresh().graph.triples()

    def _rebuild(self) -> None:
        empty = self._store.reopen_without_graph(self._directory)
        assert empty.applied[0] == 0
        empty.replace(self._model.triples(), *self._model.applied)
