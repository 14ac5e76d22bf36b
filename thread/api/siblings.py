"""How are siblings shown? What is shared, each item with its place, ranked, page by page."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness
from thread.api.ids import decode_cursor, encode_cursor
from thread.api.pages import PageInfo, PageRequest, cut
from thread.api.places import Place, Sharing, Whereabouts, WhereaboutsCount, known_sharing, known_where
from thread.api.words import ID
from thread.reasoning import siblings as found

if TYPE_CHECKING:
    from collections.abc import Collection

    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.reasoning.places import Whereabouts as KnownWhere

_SHAPE: Final = (int, float, int, str)


class SharedOrigin:
    """What the item has that siblings share."""

    __slots__ = ("_nodes", "_reading", "by")

    by: Sharing
    """How it is shared."""

    def __init__(self, reading: Reading, by: found.Sharing, nodes: list[int]) -> None:
        self._reading, self.by, self._nodes = reading, Sharing(by.value), nodes

    @property
    def origins(self) -> list[Entity]:
        """The batches, suppliers, revisions or process steps."""
        view = self._reading.view
        present = sorted((node for node in self._nodes if view.kind(node) >= 0), key=view.iri)
        return self._reading.entities(present)


class SiblingEdge:
    """One item that shares an origin."""

    __slots__ = ("cursor", "node", "place", "sharing")

    cursor: str
    """Position in the list."""
    node: Entity
    """The item."""
    sharing: list[Sharing]
    """All that it shares, of what was asked for."""
    place: Place
    """Where it is now, and how long it was in service."""

    def __init__(self, node: Entity, one: found.Sibling, place: Place, cursor: str) -> None:
        self.node, self.place, self.cursor = node, place, cursor
        self.sharing = [Sharing(each.value) for each in one.sharing]


class SiblingConnection:
    """A page of siblings: installed, in stock, in repair, scrapped, unknown; the longest in service first; by IRI."""

    __slots__ = ("_answer", "_page", "_reading", "_request", "_where")

    def __init__(
        self, reading: Reading, answer: found.Siblings, where: Collection[KnownWhere] | None, request: PageRequest
    ) -> None:
        self._reading, self._answer, self._where, self._request = reading, answer, where, request
        self._page: tuple[list[SiblingEdge], PageInfo] | None = None

    @property
    def edges(self) -> list[SiblingEdge]:
        """The siblings of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Siblings over all pages; counted without loading an entity."""
        return self._answer.ranked(self._where).size

    def _cut(self) -> tuple[list[SiblingEdge], PageInfo]:
        if self._page is None:
            low, high = cut(self.total_count, self._request, self._behind, self._at)
            hits = self._answer.hits(low, high, self._where)
            nodes = self._reading.entities(one.node for one, _ in hits)
            keys = self._answer.keys
            edges = [
                SiblingEdge(
                    node,
                    one,
                    Place(self._reading, self._answer.places, one.at),
                    encode_cursor((*keys[rank], node.iri)),  # type: ignore[arg-type]  # a float is a number too
                )
                for node, (one, rank) in zip(nodes, hits, strict=True)
            ]
            ends = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
            self._page = edges, PageInfo(high < self.total_count, low > 0, *ends)
        return self._page

    def _behind(self, cursor: str) -> int:
        *key, iri = decode_cursor(cursor, _SHAPE)
        rank = bisect_left(self._answer.keys, tuple(key))
        known = rank < len(self._answer.keys) and self._answer.keys[rank] == tuple(key)
        return self._answer.ranked(self._where).position(rank, str(iri) if known else "")

    def _at(self, cursor: str) -> int:
        end = self._behind(cursor)
        last = self._answer.hits(end - 1, end, self._where) if end else []
        iri = decode_cursor(cursor, _SHAPE)[-1]
        return end - 1 if last and self._reading.view.iri(last[0][0].node) == iri else end


class Siblings:
    """Items that share an origin with one; what was swapped since is among them."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """The reference, where it means nothing in this view."""

    def __init__(self, reading: Reading, answer: found.Siblings, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def of(self) -> Entity | None:
        """The item; null where there is none."""
        return None if self._answer.node < 0 else self._reading.entity(self._answer.node)

    @property
    def shared(self) -> list[SharedOrigin]:
        """What is shared, by how."""
        origins = self._answer.origins
        return [SharedOrigin(self._reading, by, nodes.tolist()) for by, nodes in origins.items()]

    def hits(
        self,
        where: list[Whereabouts] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> SiblingConnection:
        """The siblings, ranked, optionally only those that are somewhere. 100 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        self._reading.scope.check_time()
        request = PageRequest.of(first, after, last, before, self._reading.scope.max_page, default=100)
        return SiblingConnection(self._reading, self._answer, known_where(where), request)

    @property
    def counts(self) -> list[WhereaboutsCount]:
        """How many are where."""
        return [WhereaboutsCount(*each) for each in self._answer.counts()]

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is; GAP where the item has no such origin on record."""
        return Completeness(self._reading, self._answer.completeness)


def siblings_answer(reading: Reading, nodes: list[int], missing: list[str], sharing: list[Sharing]) -> Siblings:
    """The answer to a question about siblings."""
    node = nodes[0] if nodes else -1
    answer = reading.scope.service.siblings(reading.context, node, known_sharing(sharing))
    return Siblings(reading, answer, missing)


OBJECTS: Final[tuple[Any, ...]] = (SharedOrigin, SiblingEdge, SiblingConnection, Siblings)
