"""What is a fact, and what is a change? Values, facts, change sets, revisions; no storage, no meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING

from thread.clock import BEGIN, END, Instant
from thread.terms import TYPE, EntityId, Iri

if TYPE_CHECKING:
    from thread.facts.columns import FactPart

Value = Iri | str | bool | int | float | Decimal | datetime
"""What an attribute holds. Times are aware; decimals are exact; an ``Iri`` names an individual."""
Qualifiers = tuple[tuple[str, Value], ...]
"""Sorted (attribute IRI, value) pairs that are part of a fact's identity."""


class ValueType(IntEnum):
    """How a value is held in columns; LINK marks facts whose object is an entity."""

    LINK = 0
    TEXT = 1
    INTEGER = 2
    REAL = 3
    BOOLEAN = 4
    DECIMAL = 5
    TIME = 6
    IRI = 7


class Op(IntEnum):
    """What a change says of a fact."""

    ASSERT = 0
    """It holds over ``[valid_from, valid_to)``: this source supports it."""
    END = 1
    """It stopped being so at ``valid_to``: the fact in force then is closed in valid time."""
    RETRACT = 2
    """It was never so: this source's support is closed in recorded time."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement with its valid time. Identity: all but ``valid_to``, ``origin`` and ``row``.

    A link has ``object`` and no ``value``; an attribute has ``value`` and no ``object``. A kind fact is an
    attribute with predicate ``TYPE`` and an ``Iri`` value.
    """

    subject: EntityId
    predicate: str
    object: EntityId | None = None
    value: Value | None = None
    valid_from: Instant = BEGIN
    valid_to: Instant = END
    qualifiers: Qualifiers = ()
    origin: str = ""
    """File, request or stream that says so."""
    row: int = 0
    """Row within the origin, 1 for the first data row; 0 where rows have no meaning."""

    @property
    def key(self) -> tuple[str, str, str | None, Value | None, Qualifiers, Instant]:
        """The identity of the fact."""
        return (self.subject, self.predicate, self.object, self.value, self.qualifiers, self.valid_from)


def kind_fact(subject: EntityId, kind: str, valid_from: Instant = BEGIN, origin: str = "", row: int = 0) -> Fact:
    """The fact that an entity is of a kind."""
    return Fact(subject, TYPE, value=Iri(kind), valid_from=valid_from, origin=origin, row=row)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one commit says: exactly one revision, or nothing.

    ``source`` names who says so (its rank settles disagreements, its repeats are nothing); ``run`` names the
    import or request, for ``retract``. ``withdraws`` lists runs whose support this change set withdraws.
    """

    request_id: str
    source: str
    parts: Sequence["FactPart"]
    actor: str = ""
    reason: str = ""
    run: str = ""
    """Empty: the request id is the run."""
    withdraws: tuple[str, ...] = ()
    content: str = ""
    """Digest of what was asked, before no-ops were dropped, so that a repeated request is known as the same;
    empty: the digest of this change set (``thread.stores.digest.content_digest``)."""

    @property
    def run_id(self) -> str:
        """The run that this change set belongs to."""
        return self.run or self.request_id

    @property
    def size(self) -> int:
        """Number of facts in all parts."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True, order=True)
class Revision:
    """One step of the log. ``ordinal`` counts from 1; 0 is the empty store. Recorded times rise strictly."""

    ordinal: int
    recorded_at: Instant
    digest: str = ""
    """Hex of the hash chain up to here."""


EMPTY = Revision(0, BEGIN, "")


@dataclass(frozen=True, slots=True)
class Commit:
    """A change set with the revision that the store gave it."""

    revision: Revision
    change_set: ChangeSet
    repeated: bool = False
    """True where ``append`` met a known request id and applied nothing."""


@dataclass(frozen=True, slots=True)
class Triple:
    """One plain triple of the current state; ``qualifiers`` go onto the relationship where a graph has room."""

    subject: EntityId
    predicate: str
    object: EntityId | None = None
    value: Value | None = None
    qualifiers: Qualifiers = ()


@dataclass(frozen=True, slots=True)
class GraphDelta:
    """How the current-state graph moves from one (revision, instant) to the next."""

    removed: tuple[Triple, ...]
    added: tuple[Triple, ...]
