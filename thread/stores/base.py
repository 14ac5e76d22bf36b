"""What does every store promise? The log of change sets, and a current-state graph that follows it."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from thread.clock import Instant
from thread.facts import ChangeSet, Commit, GraphDelta, Revision, Triple

if TYPE_CHECKING:
    from thread.ontology.model import Ontology


class Capability(StrEnum):
    """What a store can do beyond the contract's core."""

    DURABLE = "durable"
    """What was acknowledged is there after a kill and a reopen."""
    SPARQL = "sparql"
    """The graph is a ``CopiedGraph``, read by the process that answers SPARQL."""
    CYPHER = "cypher"
    SHARED = "shared"
    """Several processes may follow the log at once."""
    ATOMIC_GRAPH = "atomic-graph"
    """A delta given to ``append`` moves the graph in the transaction of the log."""


class CurrentGraph(Protocol):
    """The current state as a plain graph for SPARQL or Cypher; may lag, may be dropped and rebuilt."""

    @property
    def applied(self) -> tuple[int, Instant]:
        """Ordinal of the revision and the instant that the graph shows; (0, BEGIN) when empty."""

    def apply(self, delta: GraphDelta, ordinal: int, instant: Instant) -> None:
        """Move to a later revision or instant, atomically with its marker."""

    def replace(self, triples: Iterable[Triple], ordinal: int, instant: Instant) -> None:
        """Drop everything and show these triples."""

    def triples(self) -> Iterator[Triple]:
        """All triples, in no order; for ``verify``. Values keep their type."""


@runtime_checkable
class CopiedGraph(Protocol):
    """A graph in files, of which another process can be given a copy; what ``Capability.SPARQL`` asks for."""

    def checkpoint(self, target: Path, more: Iterable[Triple] = ()) -> tuple[int, Instant]:
        """Make a copy with more triples in a new directory while writing goes on; what it shows, and when."""


class Store(Protocol):
    """The durable log. One writer calls it from one thread; it knows nothing of what facts mean."""

    @property
    def revision(self) -> Revision:
        """The last revision; ``EMPTY`` at the start."""

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    @property
    def graph(self) -> CurrentGraph: ...

    def append(
        self, change_set: ChangeSet, expected_revision: int | None = None, delta: GraphDelta | None = None
    ) -> Commit:
        """Write one revision, synced before this returns.

        The recorded time is max(clock, last + 1 microsecond). A known request id with the same content gives
        the commit of then, ``repeated``; parts become visible together or not at all. ``delta`` is applied by
        stores that keep log and graph in one transaction; others leave the graph to ``graph.apply``.

        Raises:
            ConflictError: ``conflict``: ``expected_revision`` is not the head; ``request-reused``: other content.
            StoreError: ``store-full``, ``store-failed``; nothing was written.
        """

    def changes(self, since: int = 0) -> Iterator[Commit]:
        """Commits after an ordinal, in order, parts decoded as they are read."""

    def find(self, request_id: str) -> Revision | None:
        """The revision that answered this request id, or None."""

    def close(self) -> None:
        """Release files and locks; calling it twice is harmless."""


@runtime_checkable
class Learns(Protocol):
    """A store that shows kinds by name: whoever opens it tells it the ontology before the graph moves."""

    def learn(self, ontology: "Ontology") -> None:
        """Take labels and indexes from the ontology."""
