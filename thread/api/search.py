"""How is it shown what a few words find? Pages, best first; a cursor keeps the view of its first page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from thread.api.ids import decode_cursor, encode_cursor
from thread.api.lineage import AttributeFilter, filters_of
from thread.api.pages import PageInfo, PageRequest, cut
from thread.api.scope import Reading
from thread.clock import FIRST, LAST
from thread.errors import InputError
from thread.reasoning.search import BEST, Search, SearchQuery

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.ids import At
    from thread.api.scope import Scope
    from thread.api.words import EntityKind

DEFAULT_PAGE: Final = 25
_SHAPE: Final = (int, str, int, int)


class SearchEdge:
    """One entity that was found."""

    __slots__ = ("_connection", "_worth", "node", "score")

    node: Entity
    """The entity."""
    score: float
    """0 to 1: 1 for a name or identifier that is what was asked for; less for beginnings, longer names, typos."""

    def __init__(self, connection: SearchConnection, node: Entity, worth: int) -> None:
        self._connection, self.node, self._worth, self.score = connection, node, worth, worth / BEST

    @property
    def cursor(self) -> str:
        """Position in the list as it was when the first page was made."""
        return self._connection._cursor(self._worth, self.node.iri)

    @property
    def matched(self) -> list[str]:
        """Its names that have a word of the text; identifiers as scheme:value."""
        return list(self._connection._found.matched(self.node._node))


class SearchConnection:
    """A page of what was found."""

    __slots__ = ("_found", "_page", "_reading", "_request")

    def __init__(self, reading: Reading, found: Search, request: PageRequest) -> None:
        self._reading, self._found, self._request = reading, found, request
        self._page: tuple[list[SearchEdge], PageInfo] | None = None

    @property
    def edges(self) -> list[SearchEdge]:
        """What was found, best first."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """How many were found over all pages; counted without loading an entity."""
        return self._found.total

    @property
    def with_typos(self) -> bool:
        """True if nothing was found as it was written, and words with an edit or two were taken as well."""
        return self._found.typos and self._found.total > 0

    @property
    def revision(self) -> str:
        """The revision that all pages of this list are of."""
        return str(self._reading.context.known)

    def _cut(self) -> tuple[list[SearchEdge], PageInfo]:
        if self._page is None:
            total = self._found.total
            low, high = cut(
                total,
                self._request,
                lambda cursor: self._position(cursor, behind=True),
                lambda cursor: self._position(cursor, behind=False),
            )
            hits = self._found.page(low, high)
            nodes = self._reading.entities(hit.node for hit in hits)
            edges = [SearchEdge(self, node, hit.worth) for node, hit in zip(nodes, hits, strict=True)]
            ends = [self._cursor(hits[at].worth, nodes[at].iri) for at in (0, -1)] if hits else [None, None]
            self._page = edges, PageInfo(high < total, low > 0, *ends)
        return self._page

    def _position(self, cursor: str, *, behind: bool) -> int:
        worth, iri, _, _ = decode_cursor(cursor, _SHAPE)
        node = self._reading.view.find(str(iri))
        if node < 0:
            raise _stray(cursor)
        return self._found.position(int(worth), node, behind=behind)

    def _cursor(self, worth: int, iri: str) -> str:
        context = self._reading.context
        return encode_cursor((worth, iri, context.known, context.valid_at))


def search_answer(
    scope: Scope,
    at: At,
    text: str,
    kinds: list[EntityKind] | None,
    where: list[AttributeFilter] | None,
    request: PageRequest,
) -> SearchConnection:
    """What a text finds, in the view of the cursor where one is given, else in the one that is asked for.

    Raises:
        InputError: a cursor of another list; a filter or text that is none.
    """
    reading = _pinned(scope.reading(at), request)
    reading.scope.check_time()
    words = reading.vocabulary
    query = SearchQuery(text, words.kinds(kinds), filters_of(where, words))
    return SearchConnection(reading, scope.service.search(reading.context, query), request)


def _pinned(reading: Reading, request: PageRequest) -> Reading:
    """The view that a cursor was given in, under the ids of the view that is asked for."""
    given, pins = reading.context, set[tuple[int, int]]()
    for cursor in filter(None, (request.after, request.before)):
        worth, _, known, valid_at = decode_cursor(cursor, _SHAPE)
        pins.add((int(known), int(valid_at)))
        there = 0 <= int(known) <= given.known and FIRST <= int(valid_at) <= LAST and 0 < int(worth) <= BEST
        if not there or len(pins) > 1 or reading.at.valid_at not in (None, valid_at):
            raise _stray(cursor)
    for known, valid_at in pins:
        return Reading(reading.scope, reading.at, replace(given, known=known, valid_at=valid_at))
    return reading


def _stray(cursor: str) -> InputError:
    return InputError(f'"{cursor[:60]}" is a cursor of another list.', hint="Pass it with the arguments of its page.")


OBJECTS: Final[tuple[type, ...]] = (SearchEdge, SearchConnection)
__all__ = ["DEFAULT_PAGE", "OBJECTS", "SearchConnection", "SearchEdge", "search_answer"]
