"""What does GraphQL say of one entity? Identity, times, what disagrees, its links; attributes come by the ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from thread.api.health import Health, health_answers
from thread.api.ids import encode_cursor, encode_id
from thread.api.lineage import Lineage, LineageInput, lineage_answer
from thread.api.pages import Key, PageInfo, PageRequest, cut_keys, info_of
from thread.api.rows import numbered
from thread.api.words import ID, IRI, DateTime, Direction, EntityKind, RelationKind, moment
from thread.clock import Instant
from thread.facts import Value
from thread.ontology.model import Upstream
from thread.terms import TYPE, local_name

if TYPE_CHECKING:
    from thread.api.scope import Reading
    from thread.projection.view import Statement

_NO_LINEAGE: Final = LineageInput()


class Node:
    """Anything that can be read again by its id."""

    __slots__ = ()

    @property
    def id(self) -> ID:
        """Opaque: the entity and the view it was read in. A live view and an as-of view never share an id."""
        raise NotImplementedError


class Entity(Node):
    """A thing of the plant: a design, an asset, a part, an order, an event."""

    __slots__ = ("_iri", "_kind", "_node", "_reading")

    def __init__(self, reading: Reading, node: int, kind: int, iri: str) -> None:
        self._reading, self._node, self._kind, self._iri = reading, node, kind, iri

    @property
    def id(self) -> ID:
        """Opaque: the entity and the view it was read in. A live view and an as-of view never share an id."""
        return ID(encode_id(self._iri, self._reading.at))

    @property
    def iri(self) -> IRI:
        """Stable in every view and store."""
        return IRI(self._iri)

    @property
    def kind(self) -> EntityKind:
        """The most specific kind."""
        return self._reading.vocabulary.kind_names[self._kind]

    @property
    def label(self) -> str:
        """Its name; where none is known an identifier, else the end of the IRI."""
        return self._reading.view.label(self._node)

    @property
    def version(self) -> str:
        """The revision that last changed the entity or a link that starts at it."""
        return str(self._reading.view.version(self._node))

    @property
    def identifiers(self) -> list[Identifier]:
        """Names by which systems and people know it."""
        found = self._reading.view.identifiers(self._node)
        return [Identifier(item.scheme, item.scope, item.value, item.ambiguous) for item in found]

    @property
    def conflicts(self) -> list[FactConflict]:
        """What sources say that lost to a higher-ranked or later source."""
        return [
            FactConflict(local_name(s.predicate), _text(s), s.source, str(s.recorded_from))
            for s in self._reading.view.conflicts(self._node)
        ]

    @property
    def as_of(self) -> DateTime | None:
        """The instant at which the plant is seen; null: live."""
        return None if self._reading.at.live else DateTime(self._reading.context.valid_at)

    @property
    def known_at(self) -> DateTime | None:
        """The instant whose knowledge is used; null: the latest."""
        known = self._reading.at.known_at
        return None if known is None else DateTime(known)

    @property
    def valid_from(self) -> DateTime | None:
        """Since when it is there; null: since before anything was recorded. For an event: when it happened."""
        present = self._presence()
        return None if present is None else moment(present[0])

    @property
    def valid_to(self) -> DateTime | None:
        """Until when it is there; null: until further notice."""
        present = self._presence()
        return None if present is None else moment(present[1])

    def relations(
        self,
        direction: Direction = Direction.DOWNSTREAM,
        relations: list[RelationKind] | None = None,
        kinds: list[EntityKind] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> RelationConnection:
        """Links of this entity, ordered by relation and IRI. Relations and kinds include those below them. Relations without a direction (locatedIn, appliesTo) come when they are named or the direction is BOTH. 50 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        self._reading.scope.check_time()
        request = PageRequest.of(first, after, last, before, self._reading.scope.max_page)
        words = self._reading.vocabulary
        return RelationConnection(self, direction, words.relations(relations), words.kinds(kinds), request)

    def lineage(self, input_: LineageInput = _NO_LINEAGE) -> Lineage:
        """Where it came from (upstream) or what came of it (downstream), in the same view."""
        return lineage_answer(self._reading, [self._node], [], input_)

    @property
    def health(self) -> Health | None:
        """How well it does, with everything that it needs counted, and why; in the same view."""
        return health_answers(self._reading, [self._node])[0]

    def _presence(self) -> tuple[Instant, Instant] | None:
        view = self._reading.view
        start, end = view.period or (view.valid_at, view.valid_at + 1)
        for statement in view.history(self._node, TYPE):
            if statement.valid_from < end and statement.valid_to > start:
                return statement.valid_from, statement.valid_to
        return None

    @property
    def _type_name(self) -> str:
        return self._reading.vocabulary.type_names[self._kind]

    def __getattr__(self, name: str) -> Any:
        reader = self._reading.vocabulary.readers.get(name)
        if reader is None:
            raise AttributeError(name)
        return reader(self._reading.view, self._node)


class Identifier:
    """A name by which a system or people know an entity."""

    __slots__ = ("ambiguous", "scheme", "scope", "value")

    scheme: str
    """Which system or practice gives it, e.g. serial, tag, sap."""
    scope: str | None
    """Within what it is unique, e.g. the design or maker of a serial."""
    value: str
    """The name itself."""
    ambiguous: bool
    """True if several entities carry it."""

    def __init__(self, scheme: str, scope: str | None, value: str, ambiguous: bool) -> None:
        self.scheme, self.scope, self.value, self.ambiguous = scheme, scope, value, ambiguous


class FactConflict:
    """A claim that another source outranks."""

    __slots__ = ("predicate", "revision", "source", "value")

    predicate: str
    """Relation or attribute."""
    value: str
    """What this source says, as text."""
    source: str
    """Who says so."""
    revision: str
    """The revision at which we learned it."""

    def __init__(self, predicate: str, value: str, source: str, revision: str) -> None:
        self.predicate, self.value, self.source, self.revision = predicate, value, source, revision


class Qualifier:
    """A value that belongs to a link, such as the quantity of a BOM line."""

    __slots__ = ("name", "value")

    name: str
    """Attribute of the ontology."""
    value: str
    """Its value as text; numbers are exact."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value


class RelationConnection:
    """A page of links of one entity."""

    __slots__ = ("_kinds", "_page", "_request", "_rows", "_source", "_wanted")

    def __init__(
        self,
        source: Entity,
        direction: Direction,
        relations: frozenset[int] | None,
        kinds: frozenset[int] | None,
        request: PageRequest,
    ) -> None:
        self._source, self._kinds, self._request = source, kinds, request
        self._wanted = _both_ways(source._reading.vocabulary.ontology.relations, direction, relations)
        self._rows: list[tuple[int, int, int, int]] | None = None
        self._page: tuple[list[RelationEdge], PageInfo] | None = None

    @property
    def edges(self) -> list[RelationEdge]:
        """The links of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Links over all pages; counted without loading an entity."""
        return len(self._links())

    def _links(self) -> list[tuple[int, int, int, int]]:
        """(relation, 0 as subject or 1 as object, other node, row) of every link that is asked for."""
        if self._rows is None:
            self._source._reading.scope.check_time()
            view, node = self._source._reading.view, self._source._node
            forward, backward = self._wanted
            rows = []
            if forward:
                out = view.links_from(node, forward)
                rows += [(int(r), 0, int(o), int(i)) for r, o, i in zip(out.relation, out.object, out.row, strict=True)]
            if backward:
                into = view.links_to(node, backward)
                ends = zip(into.relation, into.subject, into.row, strict=True)
                rows += [(int(r), 1, int(s), int(i)) for r, s, i in ends]
            if self._kinds is not None:
                rows = [row for row in rows if view.kind(row[2]) in self._kinds]
            self._rows = rows
        return self._rows

    def _cut(self) -> tuple[list[RelationEdge], PageInfo]:
        if self._page is None:
            reading, rows = self._source._reading, self._links()
            iris = reading.view.iris([row[2] for row in rows])
            names = reading.vocabulary.relation_names
            order = sorted((names[r], end, iri, row, o) for (r, end, o, row), iri in zip(rows, iris, strict=True))
            keys = numbered([(name, end, iri) for name, end, iri, _, _ in order])
            low, high = cut_keys(keys, self._request, (str, int, str, int))
            page = order[low:high]
            others = reading.entities([o for *_, o in page], [iri for _, _, iri, _, _ in page])
            edges = [
                RelationEdge(reading, key, other, end, row)
                for key, other, (_, end, _, row, _) in zip(keys[low:high], others, page, strict=True)
            ]
            self._page = edges, info_of(keys[low:high], low, high, len(keys))
        return self._page


class RelationEdge:
    """One link, seen from the entity that was asked."""

    __slots__ = ("_key", "_reading", "_row", "inverse", "node", "relation")

    node: Entity
    """The entity at the other end."""
    relation: RelationKind
    """What the link says, read from subject to object."""
    inverse: bool
    """True if the entity that was asked is the object of the link."""

    def __init__(self, reading: Reading, key: Key, node: Entity, end: int, row: int) -> None:
        self._reading, self._key, self._row = reading, key, row
        self.node, self.relation, self.inverse = node, RelationKind(str(key[0])), end == 1

    @property
    def cursor(self) -> str:
        """Position in the list; it stays valid when the list changes."""
        return encode_cursor(self._key)

    @property
    def _statement(self) -> Statement:
        return self._reading.view.link(self._row)

    @property
    def name(self) -> str:
        """The link as it reads from the entity that was asked: installedIn one way, its inverse the other."""
        relation = self._reading.vocabulary.ontology.relation[self._statement.predicate]
        return relation.inverse if self.inverse and not relation.symmetric else relation.name

    @property
    def direction(self) -> Direction:
        """Where the other end lies; BOTH for relations that have no upstream end."""
        upstream = self._reading.vocabulary.ontology.relation[self._statement.predicate].upstream
        if upstream in (Upstream.BOTH, Upstream.NONE):
            return Direction.BOTH
        return Direction.UPSTREAM if (upstream is Upstream.SUBJECT) == self.inverse else Direction.DOWNSTREAM

    @property
    def valid_from(self) -> DateTime | None:
        """Since when; null: since before anything was recorded."""
        return moment(self._statement.valid_from)

    @property
    def valid_to(self) -> DateTime | None:
        """Until when; null: until further notice."""
        return moment(self._statement.valid_to)

    @property
    def qualifiers(self) -> list[Qualifier]:
        """Values that belong to the link."""
        return [Qualifier(local_name(name), show_value(value)) for name, value in self._statement.qualifiers]


def show_value(value: Value) -> str:
    """A value as text: times in ISO 8601, numbers exact, truth as true or false."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)


def _text(statement: Statement) -> str:
    if statement.object is not None:
        return statement.object
    return "" if statement.value is None else show_value(statement.value)


def _both_ways(
    relations: Any, direction: Direction, named: frozenset[int] | None
) -> tuple[frozenset[int], frozenset[int]]:
    """Ordinals of relations to follow from subject to object, and from object to subject."""
    forward, backward = set(), set()
    for relation in relations:
        if named is not None and relation.ordinal not in named:
            continue
        upstream, up, down = relation.upstream, direction != "DOWNSTREAM", direction != "UPSTREAM"
        if upstream is Upstream.BOTH or (upstream is Upstream.NONE and (named is not None or (up and down))):
            up = down = True
        elif upstream is Upstream.NONE:
            continue
        if up if upstream is Upstream.OBJECT else down:
            forward.add(relation.ordinal)
        if down if upstream is Upstream.OBJECT else up:
            backward.add(relation.ordinal)
    return frozenset(forward), frozenset(backward)
