"""How is it said what shall hold of entities and links, and what came of each?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.problems import Problem, problem_of
from thread.api.words import ID, IRI, DateTime, EntityKind, RelationKind
from thread.service.commands import Claims, Identified, LinkClaim, Upsert, Upserted

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.api.vocabulary import Vocabulary
    from thread.service import Outcome
    from thread.service.commands import ItemResult


@dataclass(frozen=True, slots=True)
class AttributeInput:
    """An attribute or qualifier and its value."""

    name: str
    """Name or IRI in the ontology."""
    value: str | None = None
    """As text: times in ISO 8601 with an offset, numbers with a point; null: it has no value from then on."""


@dataclass(frozen=True, slots=True)
class IdentifierInput:
    """A name by which a system or people know an entity."""

    scheme: str
    """Which system or practice gives it, e.g. serial, tag, sap."""
    value: str
    """The name itself."""
    scope: str | None = None
    """Within what it is unique, e.g. the design or maker of a serial."""


@dataclass(frozen=True, slots=True)
class EntityInput:
    """What shall hold of one entity; what is left out stays as it is."""

    iri: IRI
    """Which entity; it is made where it is not known."""
    kind: EntityKind | None = None
    """The most specific kind; needed of a new entity."""
    label: str | None = None
    """Its name."""
    identifiers: list[IdentifierInput] | None = None
    """Names that it has too."""
    attributes: list[AttributeInput] | None = None
    """Values. A single-valued attribute has the new value instead, others have it too."""
    valid_from: DateTime | None = None
    """Since when; by default since ever for what is new (an event: since it occurred), else from now on."""
    if_version: str | None = None
    """Refuse where the entity has another version by now; 0: where it exists."""


@dataclass(frozen=True, slots=True)
class LinkInput:
    """A link that shall hold."""

    source: IRI
    """Where it starts."""
    relation: RelationKind
    """What it says, read from source to target."""
    target: IRI
    """Where it ends; an entity that nothing describes is only referred to."""
    valid_from: DateTime | None = None
    """Since when; by default since ever where the source is new, else from now on."""
    valid_to: DateTime | None = None
    """Until when; by default until further notice."""
    qualifiers: list[AttributeInput] | None = None
    """Values that belong to the link."""


@dataclass(frozen=True, slots=True)
class UpsertInput:
    """Entities and links that shall hold; at most 5,000 together."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    entities: list[EntityInput]
    """Each entity once."""
    links: list[LinkInput] | None = None
    """Links between entities of this request or of the store."""
    atomic: bool = True
    """One item that is refused refuses all; else the others are written."""


class UpsertStatus(StrEnum):
    """What came of one item."""

    CREATED = "CREATED"
    """It was not there."""
    UPDATED = "UPDATED"
    """It was there and differed."""
    UNCHANGED = "UNCHANGED"
    """It was so already."""
    REJECTED = "REJECTED"
    """It was refused, see its problem."""


class UpsertItem:
    """What came of one entity or link."""

    __slots__ = ("_found", "_reading", "index", "iri", "status")

    index: int
    """Its place in the request, from 0."""
    iri: IRI
    """The entity; of a link the one where it starts."""
    status: UpsertStatus
    """What came of it. Where `committed` is false nothing was written, whatever stands here."""

    def __init__(self, reading: Reading, found: ItemResult) -> None:
        self._reading, self._found = reading, found
        self.index, self.iri, self.status = found.index, IRI(found.iri), UpsertStatus(found.status.value)

    @property
    def entity(self) -> Entity | None:
        """The entity as it is now."""
        node = self._reading.find(self._found.iri)
        return None if node < 0 else self._reading.entity(node)

    @property
    def problem(self) -> Problem | None:
        """Why it was refused."""
        return None if self._found.problem is None else problem_of(self._found.problem, self._reading)


class UpsertPayload:
    """What an upsert did, item by item."""

    __slots__ = ("_items", "_outcome", "_reading", "_result", "committed", "repeated", "revision")

    committed: bool
    """False: nothing was written, because an item was refused."""
    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made; where nothing was new the last one."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Upserted) -> None:
        self._outcome = outcome
        self._reading, self._result, self._items = reading, result, (*result.entities, *result.links)
        self.committed, self.repeated = not result.refused, outcome.repeated
        self.revision = str(outcome.revision.ordinal)

    @property
    def created(self) -> int:
        """How many items were not there."""
        return self._count(UpsertStatus.CREATED)

    @property
    def updated(self) -> int:
        """How many items differed."""
        return self._count(UpsertStatus.UPDATED)

    @property
    def unchanged(self) -> int:
        """How many items were so already."""
        return self._count(UpsertStatus.UNCHANGED)

    @property
    def rejected(self) -> int:
        """How many items were refused."""
        return self._count(UpsertStatus.REJECTED)

    @property
    def entities(self) -> list[UpsertItem]:
        """What came of each entity, in the order of the request."""
        return self._shown(self._result.entities)

    @property
    def links(self) -> list[UpsertItem]:
        """What came of each link, in the order of the request."""
        return self._shown(self._result.links)

    def _shown(self, items: tuple[ItemResult, ...]) -> list[UpsertItem]:
        self._reading.scope.spend(len(items))
        return [UpsertItem(self._reading, item) for item in items]

    def _count(self, status: UpsertStatus) -> int:
        return sum(item.status == status.value for item in self._items)


def upsert_command(given: UpsertInput, words: Vocabulary) -> Upsert:
    """The command of an input."""
    kinds = dict(zip(words.kind_names, (kind.iri for kind in words.ontology.kinds), strict=True))
    relations = dict(zip(words.relation_names, (relation.iri for relation in words.ontology.relations), strict=True))
    return Upsert(
        str(given.request_id),
        tuple(
            Claims(
                iri=str(one.iri),
                kind=None if one.kind is None else kinds[one.kind],
                label=one.label,
                attributes=tuple((each.name, each.value) for each in one.attributes or ()),
                identifiers=tuple(Identified(each.scheme, each.value, each.scope) for each in one.identifiers or ()),
                since=one.valid_from,
                if_version=one.if_version,
            )
            for one in given.entities
        ),
        tuple(
            LinkClaim(
                source=str(one.source),
                relation=relations[one.relation],
                target=str(one.target),
                since=one.valid_from,
                until=one.valid_to,
                qualifiers=tuple((each.name, each.value) for each in one.qualifiers or ()),
            )
            for one in given.links or ()
        ),
        given.atomic,
    )


ENUMS: Final[tuple[Any, ...]] = (UpsertStatus,)
INPUTS: Final[tuple[type, ...]] = (AttributeInput, IdentifierInput, EntityInput, LinkInput, UpsertInput)
OBJECTS: Final[tuple[type, ...]] = (UpsertItem, UpsertPayload)
