"""What is asked for, and what came of it? Commands and their results as plain values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thread.clock import Instant
from thread.errors import ThreadError

SOURCE: Final = "api"
"""Who says what a command says; ``ranks`` settles how it stands against other sources."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to change, at most once for each request id."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Identified:
    """A name that a system gives an entity."""

    scheme: str
    value: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What shall hold of one entity."""

    iri: str
    kind: str | None = None
    """IRI; needed of an entity that nothing has described."""
    label: str | None = None
    attributes: tuple[tuple[str, str | None], ...] = ()
    """Names with values as text; None: it has no value from then on."""
    identifiers: tuple[Identified, ...] = ()
    since: Instant | None = None
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """A link that shall hold."""

    source: str
    relation: str
    """IRI."""
    target: str
    since: Instant | None = None
    until: Instant | None = None
    qualifiers: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Upsert(Command):
    """Make these entities and links so: new ones are described, others changed where they differ."""

    entities: tuple[Claims, ...] = ()
    links: tuple[LinkClaim, ...] = ()
    atomic: bool = True
    """One item that is refused refuses all."""


class ItemStatus(StrEnum):
    """What came of one item."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of one entity or link, by its place in the command."""

    index: int
    iri: str
    """The entity, or where the link starts."""
    status: ItemStatus
    problem: ThreadError | None = None


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an ``Upsert`` did."""

    entities: tuple[ItemResult, ...]
    links: tuple[ItemResult, ...]
    refused: bool
    """Nothing was written, because an item was refused and the command is atomic."""
