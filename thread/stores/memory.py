"""What is the plainest store that keeps every promise but durability? Lists and dicts; the reference for tests."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from thread.clock import BEGIN, Clock, Instant
from thread.errors import StoreError
from thread.facts import EMPTY, ChangeSet, Commit, GraphDelta, Revision, Triple
from thread.facts.columns import decode_payload
from thread.stores.base import Capability
from thread.stores.digest import chain_digest, content_digest, part_digest, refuse_conflict, refuse_reuse
from thread.stores.plain import Plain, plain, qualifiers_key

__all__ = ["MemoryGraph", "MemoryStore", "open_memory"]


class MemoryGraph:
    """The current state in a dict; the model that other graphs are tested against."""

    def __init__(self) -> None:
        self._applied: tuple[int, Instant] = (0, BEGIN)
        self._held: dict[tuple[Plain, str], Triple] = {}

    @property
    def applied(self) -> tuple[int, Instant]:
        """The revision and instant that the graph shows."""
        return self._applied

    def apply(self, delta: GraphDelta, ordinal: int, instant: Instant) -> None:
        """Move to a later revision or instant."""
        for triple in delta.removed:
            self._held.pop((plain(triple), qualifiers_key(triple)), None)
        for triple in delta.added:
            self._held[plain(triple), qualifiers_key(triple)] = triple
        self._applied = (ordinal, instant)

    def replace(self, triples: Iterable[Triple], ordinal: int, instant: Instant) -> None:
        """Drop everything and show these triples."""
        self._held = {(plain(triple), qualifiers_key(triple)): triple for triple in triples}
        self._applied = (ordinal, instant)

    def triples(self) -> Iterator[Triple]:
        """All triples, with their qualifiers."""
        return iter(list(self._held.values()))


class MemoryStore:
    """A log in a list. Nothing survives the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._commits: list[Commit] = []
        self._requests: dict[str, tuple[int, str]] = {}
        self._graph = MemoryGraph()
        self._open = True

    @property
    def revision(self) -> Revision:
        """The last revision."""
        return self._commits[-1].revision if self._commits else EMPTY

    @property
    def capabilities(self) -> frozenset[Capability]:
        """None: a list is not durable."""
        return frozenset()

    @property
    def graph(self) -> MemoryGraph:
        """The current state."""
        return self._graph

    def append(
        self,
        change_set: ChangeSet,
        expected_revision: int | None = None,
        delta: GraphDelta | None = None,  # noqa: ARG002  the graph follows by graph.apply
    ) -> Commit:
        """Add one revision; see ``Store.append``."""
        self._refuse_closed()
        payloads = [part.payload() for part in change_set.parts]
        digests = [part_digest(payload) for payload in payloads]
        content = content_digest(change_set, digests)
        if change_set.request_id in self._requests:
            ordinal, known = self._requests[change_set.request_id]
            refuse_reuse(change_set.request_id, content, known, ordinal)
            return replace(self._commits[ordinal - 1], repeated=True)
        head = self.revision
        refuse_conflict(change_set, head, expected_revision)
        ordinal, recorded_at = head.ordinal + 1, max(self._clock.now(), head.recorded_at + 1)
        digest = chain_digest(head.digest, ordinal, recorded_at, change_set, content, digests)
        kept = replace(change_set, parts=tuple(map(decode_payload, payloads)), content=content)
        self._commits.append(Commit(Revision(ordinal, recorded_at, digest), kept))
        self._requests[change_set.request_id] = (ordinal, content)
        return self._commits[-1]

    def changes(self, since: int = 0) -> Iterator[Commit]:
        """Commits after an ordinal, as of the call."""
        self._refuse_closed()
        return iter(self._commits[since:])

    def find(self, request_id: str) -> Revision | None:
        """The revision that answered this request id."""
        self._refuse_closed()
        found = self._requests.get(request_id)
        return self._commits[found[0] - 1].revision if found else None

    def close(self) -> None:
        """Refuse further use."""
        self._open = False

    def _refuse_closed(self) -> None:
        if not self._open:
            raise StoreError("The store is closed.", hint="Open it again.")


def open_memory(_address: str, clock: Clock, _read_only: bool = False) -> MemoryStore:
    """A new store in memory; the rest of the address is not read."""
    return MemoryStore(clock)
