"""How is a lineage shown? Hits page by page, the graph among them, paths, counts: each made when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Link, Path, checked_limit, links_of
from thread.api.ids import decode_cursor, decode_id, encode_cursor
from thread.api.pages import PageInfo, PageRequest, cut, info_of
from thread.api.tables import Edges, as_list, iris_of
from thread.api.words import ID, Direction, EntityKind, RelationKind
from thread.errors import InputError
from thread.reasoning import lineage as reasoning

if TYPE_CHECKING:
    from collections.abc import Callable

    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.api.vocabulary import Vocabulary

MAX_GRAPH: Final = 2_000
MAX_PATHS: Final = 100


class FilterOp(StrEnum):
    """How an attribute is compared with the values."""

    EQ = "EQ"
    """Equal to the value."""
    NE = "NE"
    """Not equal to the value, or absent."""
    IN = "IN"
    """Equal to one of the values."""
    LT = "LT"
    """Less than the value."""
    LTE = "LTE"
    """Less than or equal to the value."""
    GT = "GT"
    """Greater than the value."""
    GTE = "GTE"
    """Greater than or equal to the value."""
    PREFIX = "PREFIX"
    """Begins with the value, in any case."""
    CONTAINS = "CONTAINS"
    """Contains the value, in any case."""
    EXISTS = "EXISTS"
    """Has a value; with "false": has none."""


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """A condition on one attribute; of several values in force one must match."""

    name: str
    """Name of the attribute, as its field is called."""
    values: list[str]
    """What to compare with, as text; numbers compare as numbers, times as times (UTC where they name no offset)."""
    op: FilterOp = FilterOp.EQ
    """How to compare."""


@dataclass(frozen=True, slots=True)
class LineageInput:
    """What to walk and what to report. Relations and kinds include those below them."""

    direction: Direction = Direction.UPSTREAM
    """Upstream: where it came from, what it relies on. Downstream: what came of it, what relies on it."""
    relations: list[RelationKind] | None = None
    """Relations to walk; by default those of lineage, structure and events."""
    max_depth: int = 8
    """Greatest degree, 1 to 64."""
    pass_through: list[RelationKind] | None = None
    """Relations that are crossed at degree 0, such as REVISION_OF."""
    report: list[EntityKind] | None = None
    """Kinds that are reported; others are walked through. By default all."""
    stop_at: list[EntityKind] | None = None
    """Kinds that are reported and not walked past. By default suppliers, locations and failure modes."""
    where: list[AttributeFilter] | None = None
    """What must hold of a reported entity; others are walked through."""


class LineageHitEdge:
    """One entity that the walk reached."""

    __slots__ = ("_found", "_read", "_reading", "degree", "node")

    node: Entity
    """The entity."""
    degree: int
    """Links from the nearest root, passed-through ones not counted."""

    def __init__(self, reading: Reading, node: Entity, degree: int, read: Callable[[], reasoning.LineageHit]) -> None:
        self._reading, self.node, self.degree, self._read = reading, node, degree, read
        self._found: reasoning.LineageHit | None = None

    @property
    def cursor(self) -> str:
        """Position in the list; it stays valid when the list changes."""
        return encode_cursor((self.degree, self.node.iri))

    @property
    def _hit(self) -> reasoning.LineageHit:
        if self._found is None:  # its neighbours are looked at only if someone asks for what they tell
            self._found = self._read()
        return self._found

    @property
    def via(self) -> list[RelationKind]:
        """Relations of the last links of its shortest walks."""
        names = self._reading.vocabulary.relation_names
        return [names[relation] for relation in self._hit.via]

    @property
    def has_more(self) -> bool:
        """True if links lead on from here that were not followed."""
        return self._hit.has_more


class LineageHitConnection:
    """A page of what the walk reached, ordered by degree and IRI."""

    __slots__ = ("_answer", "_degree", "_kinds", "_page", "_reading", "_request")

    def __init__(
        self,
        reading: Reading,
        answer: reasoning.Lineage,
        degree: list[int] | None,
        kinds: frozenset[int] | None,
        request: PageRequest,
    ) -> None:
        self._reading, self._answer, self._degree, self._kinds = reading, answer, degree, kinds
        self._request = request
        self._page: tuple[list[LineageHitEdge], PageInfo] | None = None

    @property
    def edges(self) -> list[LineageHitEdge]:
        """The entities of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Hits over all pages; counted without loading an entity."""
        self._reading.scope.check_time()
        return self._answer.ranked(self._degree, self._kinds).size

    def _cut(self) -> tuple[list[LineageHitEdge], PageInfo]:
        if self._page is None:
            self._reading.scope.check_time()
            total = self.total_count
            low, high = cut(total, self._request, self._after, self._before)
            found = self._answer.ranked(self._degree, self._kinds).page(low, high)
            nodes, degrees = self._reading.entities(node for node, _ in found), [degree for _, degree in found]
            places = [*zip(degrees, iris_of(nodes), strict=True)]

            def edge(at: int) -> LineageHitEdge:
                return LineageHitEdge(self._reading, nodes[at], degrees[at], partial(self._hit_at, low + at))

            columns: dict[str, Callable[[], list[Any]]] = {
                "degree": lambda: degrees,
                "cursor": lambda: [encode_cursor(place) for place in places],
            }
            self._page = as_list(Edges(nodes, columns, edge)), info_of(places, low, high, total)
        return self._page

    def _hit_at(self, position: int) -> reasoning.LineageHit:
        return self._answer.hits(position, position + 1, self._degree, self._kinds)[0]

    def _after(self, cursor: str) -> int:
        degree, iri = decode_cursor(cursor, (int, str))
        return self._answer.ranked(self._degree, self._kinds).position(int(degree), str(iri))

    def _before(self, cursor: str) -> int:
        degree, iri = decode_cursor(cursor, (int, str))
        ranked = self._answer.ranked(self._degree, self._kinds)
        end = ranked.position(int(degree), str(iri))
        last = ranked.page(end - 1, end) if end else []
        return end - 1 if last and (last[0][1], self._reading.view.iri(last[0][0])) == (degree, iri) else end


class Subgraph:
    """The roots, the nearest of what was reached, and all links among them."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: reasoning.LineageGraph) -> None:
        self._reading, self._found = reading, found

    @property
    def nodes(self) -> list[Entity]:
        """Roots first, then by degree and IRI."""
        return self._reading.entities(self._found.nodes)

    @property
    def links(self) -> list[Link]:
        """Every link among the nodes, not only those of the walk."""
        return links_of(self._reading, self._found.links)

    @property
    def truncated(self) -> bool:
        """True if more was reached than is shown."""
        return self._found.truncated


class PathList:
    """Paths from the roots to one entity, shortest first."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: reasoning.LineagePaths) -> None:
        self._reading, self._found = reading, found

    @property
    def paths(self) -> list[Path]:
        """The paths, ordered by length and IRIs."""
        return [Path(self._reading, path) for path in self._found.paths]

    @property
    def has_more(self) -> bool:
        """True if there are more paths than were asked for, or the deadline came first."""
        return self._found.has_more


class KindCount:
    """How many of one kind."""

    __slots__ = ("count", "kind")

    kind: EntityKind
    """The most specific kind."""
    count: int
    """How many."""

    def __init__(self, kind: EntityKind, count: int) -> None:
        self.kind, self.count = kind, count


class DegreeCount:
    """How many at one degree."""

    __slots__ = ("count", "degree")

    degree: int
    """The degree."""
    count: int
    """How many."""

    def __init__(self, degree: int, count: int) -> None:
        self.degree, self.count = degree, count


class TraversalCounts:
    """How much was reached; counted without loading an entity."""

    __slots__ = ("_counts", "_reading")

    def __init__(self, reading: Reading, counts: reasoning.LineageCounts) -> None:
        self._reading, self._counts = reading, counts

    @property
    def total(self) -> int:
        """All hits."""
        return self._counts.total

    @property
    def by_kind(self) -> list[KindCount]:
        """Hits of each kind, by name."""
        names = self._reading.vocabulary.kind_names
        return [KindCount(*each) for each in sorted((names[kind], count) for kind, count in self._counts.by_kind)]

    @property
    def by_degree(self) -> list[DegreeCount]:
        """Hits at each degree."""
        return [DegreeCount(degree, count) for degree, count in self._counts.by_degree]


class Lineage:
    """What a walk along the thread reached."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """References that mean nothing in this view; unknown ids are data, not errors."""

    def __init__(self, reading: Reading, answer: reasoning.Lineage, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def roots(self) -> list[Entity]:
        """Where the walk began; a root is never its own hit."""
        return self._reading.entities(self._answer.roots)

    def hits(
        self,
        degree: list[int] | None = None,
        kinds: list[EntityKind] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> LineageHitConnection:
        """What was reached, ordered by degree and IRI, optionally of some degrees and kinds. 100 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        self._reading.scope.check_time()
        request = PageRequest.of(first, after, last, before, self._reading.scope.max_page, default=100)
        known = self._reading.vocabulary.kinds(kinds)
        return LineageHitConnection(self._reading, self._answer, degree, known, request)

    def graph(self, max_nodes: int = 200) -> Subgraph:
        """The roots, the nearest of what was reached, and all links among them; at most 2000 nodes."""
        self._reading.scope.check_time()
        return Subgraph(
            self._reading, self._answer.graph(checked_limit(self._reading, max_nodes, "maxNodes", MAX_GRAPH))
        )

    def paths(self, to: ID, limit: int = 10, shortest_only: bool = True) -> PathList:
        """Simple paths from the roots to one entity, shortest first; at most 100."""
        self._reading.scope.check_time()
        found = decode_id(to)
        node = self._reading.find(found[0]) if found is not None else self._reading.look_up_one(to)
        most = checked_limit(self._reading, limit, cap=MAX_PATHS)
        return PathList(self._reading, self._answer.paths(node, most, shortest_only))

    @property
    def counts(self) -> TraversalCounts:
        """How much was reached, in all, by kind and by degree."""
        self._reading.scope.check_time()
        return TraversalCounts(self._reading, self._answer.counts())

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is."""
        return Completeness(self._reading, self._answer.completeness)


def filters_of(given: list[AttributeFilter] | None, words: Vocabulary) -> tuple[reasoning.AttributeFilter, ...]:
    """Conditions of a request; an attribute is named as its field, or as the ontology does."""
    found = []
    for one in given or ():
        field = words.attribute_fields.get(one.name)
        name = one.name if field is None else field.attribute.name
        found.append(reasoning.AttributeFilter(name, reasoning.FilterOp(one.op), tuple(one.values)))
    return tuple(found)


def lineage_answer(reading: Reading, roots: list[int], missing: list[str], given: LineageInput) -> Lineage:
    """The answer to a lineage question.

    Raises:
        InputError: ``maxDepth`` outside 1 to the limit; a filter on an attribute that is not there.
    """
    words, most = reading.vocabulary, reading.scope.service.settings.max_depth
    if not 1 <= given.max_depth <= most:
        raise InputError(f"maxDepth is {given.max_depth}.", hint=f"Expected 1 to {most}.")
    reading.scope.check_time()
    where = filters_of(given.where, words)
    query = reasoning.LineageQuery(
        direction=reasoning.Direction(given.direction),
        relations=words.relations(given.relations),
        max_depth=given.max_depth,
        pass_through=words.relations(given.pass_through) or frozenset(),
        report=words.kinds(given.report),
        stop_at=words.kinds(given.stop_at),
        where=where,
    )
    return Lineage(reading, reading.scope.service.lineage(reading.context, roots, query), missing)


ENUMS: Final[tuple[Any, ...]] = (FilterOp,)
INPUTS: Final[tuple[type, ...]] = (AttributeFilter, LineageInput)
OBJECTS: Final[tuple[type, ...]] = (
    LineageHitEdge,
    LineageHitConnection,
    Subgraph,
    PathList,
    KindCount,
    DegreeCount,
    TraversalCounts,
    Lineage,
)
