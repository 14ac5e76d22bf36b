"""What is written out? Entities as one view holds them, each with the facts that start at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thread.clock import BEGIN, END, Instant
from thread.facts import Fact
from thread.terms import IDENTIFIER, SCHEME, SCOPE, EntityId


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity of a view. Its kind is no fact here."""

    iri: EntityId
    kind: str
    """IRI of its kind."""
    label: str
    """Its label, else an identifier, else the end of its IRI."""
    facts: tuple[Fact, ...] = ()
    """Attributes and links in force whose subject it is, sorted by predicate, then by what they say."""
    exists_from: Instant = BEGIN
    exists_to: Instant = END
    stub: bool = False
    """It is only referred to: no source has described it."""

    def identifiers(self) -> list[tuple[str, str | None, str]]:
        """Its identifiers as (scheme, scope, value), sorted."""
        found = []
        for fact in self.facts:
            if fact.predicate == IDENTIFIER:
                held = dict(fact.qualifiers)
                scope = held.get(SCOPE)
                found.append((str(held.get(SCHEME, "")), None if scope is None else str(scope), str(fact.value)))
        return sorted(found, key=lambda one: (one[0], one[1] or "", one[2]))


Things = Iterable[Thing]
"""Sorted by IRI. Formats that need to know what comes before they write iterate it more than once."""


def attributes_of(thing: Thing) -> Sequence[Fact]:
    """The facts with a value."""
    return [fact for fact in thing.facts if fact.object is None]


def links_of(thing: Thing) -> Sequence[Fact]:
    """The facts with an object."""
    return [fact for fact in thing.facts if fact.object is not None]
