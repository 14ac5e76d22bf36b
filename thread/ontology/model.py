"""What does the ontology say? Kinds, relations, attributes and media as frozen values with stable ordinals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from thread.facts import ValueType


class Role(StrEnum):
    """What a relation is for."""

    LINEAGE = "lineage"
    STRUCTURE = "structure"
    DEPENDENCY = "dependency"
    OBSERVATION = "observation"
    EVENT = "event"
    DOCUMENT = "document"
    CONTEXT = "context"
    """locatedIn, appliesTo: walked only when named."""


class Upstream(StrEnum):
    """Which end of a relation is upstream."""

    OBJECT = "object"
    SUBJECT = "subject"
    BOTH = "both"
    NONE = "none"


class Law(StrEnum):
    """How degradation d passes an edge; only HARD carries a stop."""

    HARD = "hard"
    CAP = "cap"
    SLACK = "slack"
    MIX = "mix"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Carries:
    """Law and weight of an edge; the end that suffers is ``Relation.carries_to``."""

    law: Law
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Indicator:
    """How the values of an attribute tell health."""

    bands: tuple[float, float, float, float]
    """Growing values at which health is 1, 0.7, 0.4 and 0; straight lines between."""
    mode: str | None
    """IRI of the failure mode; indicators of one mode are taken together."""
    stale_after: int | None
    """Microseconds after which a value does not tell the present any more."""


@dataclass(frozen=True, slots=True)
class HealthRules:
    """Caps of own health, 0 failed to 1 as new, and the stretches of the grades; from ``ontology/health.ttl``."""

    critical: float = 0.3
    major: float = 0.6
    minor: float = 0.9
    """Open corrective orders by severity."""
    overdue: float = 0.5
    """Maintenance that is overdue by its interval or more."""
    collar: float = 0.5
    """At the end of its expected life: age alone never goes below."""
    prior: float = 0.5
    """Low end where nothing is known."""
    poor: float = 0.4
    watch: float = 0.7
    """Up to here the grade is POOR, WATCH; GOOD beyond."""


@dataclass(frozen=True, slots=True)
class Medium:
    """Something that flows: power at a voltage, cooling water, control."""

    iri: str
    name: str
    interchangeable: bool
    """Inputs of one consumer in this medium are alternatives."""
    grounding: str
    """IRI of the grounding class: media converted into each other share one. Its own IRI where none is said."""


@dataclass(frozen=True, slots=True)
class CommonCause:
    """What things of a kind share and may fail by together (``thr:commonCause``)."""

    by: str
    """IRI of the relation to what they share: a batch, a supplier, a design revision."""
    beta: float
    """Share of the probability of failing that takes all of them at once, 0 to 1."""
    bad_share: float = 0.0
    """How many of what they share are of a worse class, before anything is known of them, 0 to 1."""
    bad_hazard: float = 1.0
    """Hazard of the worse class over that of the better, 1 or more."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of entities."""

    iri: str
    name: str
    ordinal: int
    label: str
    comment: str
    parents: tuple[str, ...]
    """IRIs of direct superkinds, sorted."""
    ancestors: frozenset[str]
    """IRIs of all superkinds and the kind itself."""
    children: tuple[str, ...]
    """IRIs of direct subkinds, sorted; empty: a leaf."""
    essential: bool
    """A part of this kind stops its whole (``thr:criticality``; inherited, a subkind may override)."""
    produces: frozenset[str]
    """Media that every instance produces, inherited."""
    conducts: bool
    """Passes a medium on from one connected neighbour to another."""
    conducts_when: str | None
    """``OPEN`` or ``CLOSED``: the state in which an operated element conducts; None: not operated."""
    feeds: str | None
    """Medium that the kind names for links without one."""
    carries: Carries | None = None
    """Law of what things of this kind carry, in place of the relation's; inherited. None: the relation's."""
    common_causes: tuple[CommonCause, ...] = ()
    """What things of this kind share, by relation; inherited."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A kind of link."""

    iri: str
    name: str
    ordinal: int
    label: str
    comment: str
    inverse: str
    """Name of the inverse reading, e.g. ``holds`` for ``installedIn``."""
    domain: frozenset[str]
    """Kind IRIs at which it may start; with their subkinds."""
    range: frozenset[str]
    single: bool
    """At most one object in force per subject: a new one closes the old."""
    role: Role
    upstream: Upstream
    symmetric: bool
    ancestors: frozenset[str]
    """IRIs of all super-relations and the relation itself."""
    medium: str | None
    carries: Carries
    carries_to: Upstream | None
    """Which end receives a failure: SUBJECT (``dependsOn``), OBJECT (``partOf``, ``installedIn``), BOTH, None."""
    observes: bool
    """The subject observes the object: it goes dark, it does not sicken."""
    qualifiers: tuple[str, ...]
    """IRIs of attributes that a link of this relation may carry."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A kind of value."""

    iri: str
    name: str
    ordinal: int
    label: str
    comment: str
    type: ValueType
    domain: frozenset[str]
    """Kind IRIs that may carry it, with their subkinds; empty: a qualifier only."""
    single: bool
    required: bool
    enum: tuple[str, ...] = ()
    """Allowed values, in the order of the ontology; empty: any."""
    pattern: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str | None = None
    """UCUM code of the unit in which the value is kept, e.g. ``h``, ``mm/s``."""
    above: Decimal | None = None
    """The value must be greater than this."""
    below: Decimal | None = None
    """The value must be less than this."""
    required_of: frozenset[str] = frozenset()
    """Kind IRIs that must have it, with their subkinds; ``required`` says that this is the whole domain."""
    qualifiers: tuple[str, ...] = ()
    """IRIs of attributes that a value of this attribute may carry, as ``identifier`` does."""
    of_medium: bool = False
    """The value is the IRI of a medium."""
    indicator: Indicator | None = None
    """How its values tell health; None: they do not."""


@dataclass(frozen=True, repr=False)
class Ontology:
    """Everything that was read at start. Ordinals are dense, from 0, sorted by IRI within each table.

    ``thr:kind`` facts use predicate ``terms.TYPE``; ``LABEL``, ``IDENTIFIER`` and ``STUB`` are attributes here
    like any other.
    """

    kinds: tuple[Kind, ...]
    relations: tuple[Relation, ...]
    attributes: tuple[Attribute, ...]
    media: Mapping[str, Medium]
    fingerprint: str
    """Hex digest of all of it: equal fingerprints mean equal ordinals."""
    health: HealthRules = field(default=HealthRules(), compare=False)
    """Caps and grades of health."""
    sources: tuple[str, ...] = field(default=(), compare=False)
    """Files that were read, for messages."""

    def __repr__(self) -> str:
        counts = f"{len(self.kinds)} kinds, {len(self.relations)} relations, {len(self.attributes)} attributes"
        return f"<Ontology {self.fingerprint[:12]}: {counts}>"

    @cached_property
    def kind(self) -> Mapping[str, Kind]:
        """Kinds by IRI."""
        return {kind.iri: kind for kind in self.kinds}

    @cached_property
    def relation(self) -> Mapping[str, Relation]:
        """Relations by IRI."""
        return {relation.iri: relation for relation in self.relations}

    @cached_property
    def attribute(self) -> Mapping[str, Attribute]:
        """Attributes by IRI."""
        return {attribute.iri: attribute for attribute in self.attributes}

    @cached_property
    def by_name(self) -> Mapping[str, Kind | Relation | Attribute]:
        """Kinds, relations and attributes by local name; names are unique across all three (linted)."""
        return {item.name: item for table in (self.kinds, self.relations, self.attributes) for item in table}

    def is_a(self, kind: str, ancestor: str) -> bool:
        """True if a kind IRI is the ancestor or below it; False for unknown kinds."""
        found = self.kind.get(kind)
        return found is not None and ancestor in found.ancestors

    def subkinds(self, *ancestors: str) -> frozenset[int]:
        """Ordinals of all kinds at or below any of the given IRIs."""
        wanted = set(ancestors)
        return frozenset(kind.ordinal for kind in self.kinds if wanted & kind.ancestors)

    def subrelations(self, *ancestors: str) -> frozenset[int]:
        """Ordinals of all relations at or below any of the given IRIs."""
        wanted = set(ancestors)
        return frozenset(relation.ordinal for relation in self.relations if wanted & relation.ancestors)
