"""How is health shown? Score, low end, how much is known, and why: contributions, certificate, repairs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Path
from thread.api.words import IRI, DateTime, RelationKind
from thread.reasoning.health import answer as found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading


class HealthGrade(StrEnum):
    """A word for a stretch of health."""

    GOOD = "GOOD"
    """Above watch."""
    WATCH = "WATCH"
    """Above poor, up to 0.7."""
    POOR = "POOR"
    """Above 0, up to 0.4."""
    FAILED = "FAILED"
    """0: it does not work."""
    UNKNOWN = "UNKNOWN"
    """Nothing is known of anything that it rests on."""


class Contribution:
    """What one source takes from the health of an entity."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, one: found.Contribution) -> None:
        self._reading, self._found = reading, one

    @property
    def source(self) -> Entity:
        """What is degraded by itself; the entity itself where it is its own evidence."""
        return self._reading.entity(self._found.source)

    @property
    def relation(self) -> RelationKind | None:
        """The last link on its way; null for the entity's own."""
        at = self._found.relation
        return None if at is None else self._reading.vocabulary.relation_names[at]

    @property
    def weight(self) -> float:
        """What it would take alone."""
        return self._found.weight

    @property
    def delta(self) -> float:
        """Its share: all of them sum to 1 - score."""
        return self._found.delta

    @property
    def rule(self) -> IRI:
        """The health rule that caps the source."""
        return IRI(self._found.rule)

    @property
    def path(self) -> Path:
        """The way of its degradation, from the source to the entity."""
        return Path(self._reading, self._found.path)

    @property
    def evidence(self) -> list[Entity]:
        """Failure events and work orders behind it."""
        return self._reading.entities(self._found.evidence)


class RepairStep:
    """One more thing restored, and the health after it."""

    __slots__ = ("node", "score")

    node: Entity
    """What is restored, beside the steps before."""
    score: float
    """Health of the entity then."""

    def __init__(self, node: Entity, score: float) -> None:
        self.node, self.score = node, score


class Health:
    """How well something does, 0 failed to 1 as new, with everything that it needs counted."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, one: found.Health) -> None:
        self._reading, self._found = reading, one

    @property
    def entity(self) -> Entity:
        """Of what."""
        return self._reading.entity(self._found.node)

    @property
    def score(self) -> float | None:
        """The upper end: what nothing is known of degrades nothing. Null only where nothing is known of anything that it rests on."""  # noqa: E501  one paragraph is one description
        return self._found.score

    @property
    def low(self) -> float | None:
        """The lower end: what nothing fresh is known of may be as low as its prior."""
        return self._found.low

    @property
    def known(self) -> float | None:
        """Leaves with evidence over leaves of what it rests on."""
        return self._found.known

    @property
    def own(self) -> float | None:
        """Health by itself, before anything that it needs; null where nothing is known of it."""
        return self._found.own

    @property
    def grade(self) -> HealthGrade:
        """The score as a word."""
        return HealthGrade(self._found.grade.value)

    @property
    def at(self) -> DateTime:
        """The instant that is told."""
        return DateTime(self._reading.view.valid_at)

    @property
    def stale(self) -> bool:
        """Whether some of the evidence is older than it may be."""
        return self._found.stale

    @property
    def model(self) -> str:
        """Calculus and configuration: equal names, equal numbers."""
        return self._found.model

    @property
    def exact(self) -> bool:
        """Whether the contributions are exact; otherwise they are means over random orders."""
        return self._found.shares.exact

    def contributions(self, limit: int = 20) -> list[Contribution]:
        """Who takes how much, the largest first; all of them sum to 1 - score."""
        self._reading.scope.check_time()
        some = self._found.contributions(min(max(limit, 0), self._reading.scope.max_page))
        self._reading.scope.spend(len(some))
        return [Contribution(self._reading, one) for one in some]

    @property
    def certificate(self) -> list[Path]:
        """Chains from things that alone hold the score where it is, none of which can be left out."""
        self._reading.scope.check_time()
        return [Path(self._reading, path) for path in self._found.certificate()]

    def repairs(self, limit: int = 5) -> list[RepairStep]:
        """What to restore one after the other, and the health after each."""
        self._reading.scope.check_time()
        steps = self._found.ladder(min(max(limit, 0), 50))
        return [RepairStep(self._reading.entity(step.node), step.score) for step in steps]

    def missing_evidence(self, limit: int = 20) -> list[Entity]:
        """What it rests on and nothing is known of, by IRI."""
        self._reading.scope.check_time()
        return self._reading.entities(self._found.missing[: min(max(limit, 0), self._reading.scope.max_page)])


def health_answers(reading: Reading, nodes: Sequence[int]) -> list[Health]:
    """The health of entities, in order."""
    reading.scope.check_time()
    return [Health(reading, one) for one in reading.scope.service.health(reading.context, nodes)]


ENUMS: Final[tuple[Any, ...]] = (HealthGrade,)
OBJECTS: Final[tuple[type, ...]] = (Contribution, RepairStep, Health)
