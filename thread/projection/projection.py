"""Which facts are believed, and over which times? The fold of change sets into rows that views read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thread.clock import Instant
from thread.facts import ChangeSet, GraphDelta, Revision, Triple
from thread.ontology.model import Ontology
from thread.projection.view import View


@dataclass(frozen=True, slots=True)
class Statistics:
    """How large the projection is; links and attributes are believed rows."""

    nodes: int
    links: int
    attributes: int
    bytes: int


class Projection:
    """Interim: delegates to the slow twin."""

    def __init__(self, ontology: Ontology, ranks: Mapping[str, int] | None = None) -> None:
        from thread.testing.reference import ReferenceProjection

        self.ontology, self.ranks = ontology, dict(ranks or {})
        self._twin: Any = ReferenceProjection(ontology, ranks)

    @property
    def revision(self) -> Revision:
        return self._twin.revision

    def stage(self, change_set: ChangeSet) -> Any:
        return self._twin.stage(change_set)

    def publish(self, staged: Any, revision: Revision) -> None:
        self._twin.publish(staged, revision)

    def discard(self, staged: Any) -> None:
        self._twin.discard(staged)

    def view(self, valid_at: Instant, known: int | None = None) -> View:
        return self._twin.view(valid_at, known)

    def known_at(self, recorded: Instant) -> int:
        return self._twin.known_at(recorded)

    def revision_at(self, ordinal: int) -> Revision:
        return self._twin.revision_at(ordinal)

    def delta(self, start: tuple[int, Instant], end: tuple[int, Instant]) -> GraphDelta:
        return self._twin.delta(start, end)

    def triples(self, ordinal: int, instant: Instant) -> Iterator[Triple]:
        return self._twin.triples(ordinal, instant)

    def next_boundary(self, after: Instant) -> Instant | None:
        return self._twin.next_boundary(after)

    def statistics(self) -> Statistics:
        rows = [b.row.claim.fact for b in self._twin.rows if b.recorded_to == 2**31 - 1]
        links = sum(fact.object is not None for fact in rows)
        return Statistics(len(self._twin.iris), links, len(rows) - links, 0)

    def save(self, directory: Path) -> None:
        pass

    @classmethod
    def load(cls, directory: Path, ontology: Ontology, ranks: Mapping[str, int] | None = None) -> "Projection | None":
        return None
