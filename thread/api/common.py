"""How is it shown what failures have in common? Suspects, likeliest first, each with its evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, checked_limit
from thread.api.recalls import EntityList, listed
from thread.api.words import ID, DateTime, moment
from thread.reasoning import common as found

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading


class SharedBy(StrEnum):
    """How failures come to share something."""

    ORIGIN = "ORIGIN"
    """What failed came from it: design, batch, charge, supplier, process step, at any remove."""
    FEED = "FEED"
    """What failed sat in it, or in something that needs it."""


class CommonFailure:
    """One failure that is asked about."""

    __slots__ = ("_failure", "_reading")

    def __init__(self, reading: Reading, failure: found.Failure) -> None:
        self._reading, self._failure = reading, failure

    @property
    def event(self) -> Entity:
        """The failure event."""
        return self._reading.entity(self._failure.event)

    @property
    def item(self) -> Entity:
        """What failed."""
        return self._reading.entity(self._failure.item)

    @property
    def occurred_at(self) -> DateTime | None:
        """When; null where the record does not say."""
        return moment(self._failure.at)


class Suspect:
    """Something that failures share; counts are of items."""

    __slots__ = ("_reading", "_suspect")

    def __init__(self, reading: Reading, suspect: found.Suspect) -> None:
        self._reading, self._suspect = reading, suspect

    @property
    def entity(self) -> Entity:
        """What they share."""
        return self._reading.entity(self._suspect.node)

    @property
    def by(self) -> SharedBy:
        """How they share it."""
        return SharedBy(self._suspect.by.value)

    @property
    def support(self) -> int:
        """How many of the failed items have it."""
        return len(self._suspect.failed)

    def failed(self, first: int = 20) -> EntityList:
        """The failed items that have it, by IRI."""
        return listed(self._reading, self._suspect.failed, first)

    def without(self, first: int = 20) -> EntityList:
        """The failed items that do not have it, by IRI: this speaks against it."""
        return listed(self._reading, self._suspect.without, first)

    @property
    def exposed(self) -> int:
        """Comparable items that have it."""
        return self._suspect.exposed

    @property
    def unharmed(self) -> int:
        """Those of them without any failure in the period: this speaks against it."""
        return self._suspect.unharmed

    @property
    def chance(self) -> float:
        """Probability that so many of the failed have it by chance (Fisher 1922): the smaller, the likelier a cause."""
        return self._suspect.chance


class CommonCause:
    """What failures have in common."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """References that mean nothing in this view."""

    def __init__(self, reading: Reading, answer: found.CommonCause, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def failures(self) -> list[CommonFailure]:
        """The failures that are asked about, by time; at most 500."""
        shown = self._answer.failures[: self._reading.scope.max_page]
        self._reading.scope.spend(len(shown))
        return [CommonFailure(self._reading, failure) for failure in shown]

    @property
    def comparable(self) -> int:
        """How many items are made to the same designs, whatever their revision; the failed ones among them."""
        return len(self._answer.comparable)

    def suspects(self, limit: int = 20) -> list[Suspect]:
        """What at least two of the failed items share (all that it has, of a single one), likeliest first."""
        shown = self._answer.suspects[: checked_limit(self._reading, limit, "limit")]
        self._reading.scope.spend(len(shown))
        return [Suspect(self._reading, suspect) for suspect in shown]

    @property
    def completeness(self) -> Completeness:
        """Whether everything was looked at; GAP where something has no failure, or no origin is recorded."""
        return Completeness(self._reading, self._answer.completeness)


ENUMS: Final[tuple[Any, ...]] = (SharedBy,)
OBJECTS: Final[tuple[Any, ...]] = (CommonFailure, Suspect, CommonCause)
