"""How is shown what to maintain first? What must not stop, and what renewing which thing takes away for its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Path, checked_limit
from thread.errors import NotFound
from thread.service.risks import horizon_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.reasoning.risk.plant.first import Candidate, First, TopShare


class FirstTop:
    """Something that a ranking is made for."""

    __slots__ = ("entity", "weight")

    entity: Entity
    """What must not stop."""
    weight: float
    """What its stop costs."""

    def __init__(self, entity: Entity, weight: float) -> None:
        self.entity, self.weight = entity, weight


class MattersTo:
    """Where renewing something matters."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: TopShare) -> None:
        self._reading, self._found = reading, found

    @property
    def entity(self) -> Entity:
        """What must not stop."""
        return self._reading.entity(self._found.top)

    @property
    def birnbaum(self) -> float:
        """How the probability of its stop grows with that of the candidate."""
        return self._found.birnbaum


class MaintenanceCandidate:
    """Something that could be renewed, and what that takes away."""

    __slots__ = ("_answer", "_found", "_reading")

    def __init__(self, reading: Reading, answer: First, found: Candidate) -> None:
        self._reading, self._answer, self._found = reading, answer, found

    @property
    def entity(self) -> Entity:
        """What would be renewed."""
        return self._reading.entity(self._found.node)

    @property
    def priority(self) -> float:
        """Expected loss within the horizon that one unit of cost takes away."""
        return self._found.priority

    @property
    def before(self) -> float:
        """That it fails by itself within the horizon, as it is."""
        return self._found.before

    @property
    def after(self) -> float:
        """The same of a new one."""
        return self._found.after

    @property
    def cost(self) -> float:
        """What renewing it costs; 1 where nobody says."""
        return self._found.cost

    @property
    def age_hours(self) -> float | None:
        """Running hours so far."""
        return None if self._found.event.life is None else self._found.event.life.age_hours

    @property
    def matters_to(self) -> list[MattersTo]:
        """Where it matters, the most first."""
        return [MattersTo(self._reading, each) for each in self._found.tops]

    @property
    def path(self) -> Path:
        """The shortest chain of needs to where it matters most."""
        risk = next(risk for risk in self._answer.risks if risk.top == self._found.tops[0].top)
        return Path(self._reading, risk.path(self._found.event.event))


class MaintainFirst:
    """What to maintain first: criticality x Birnbaum importance x what renewing changes / what it costs."""

    __slots__ = ("_answer", "_reading")

    def __init__(self, reading: Reading, answer: First) -> None:
        self._reading, self._answer = reading, answer

    @property
    def tops(self) -> list[FirstTop]:
        """What must not stop: what was asked for, else what has a criticalityWeight, else assets that nothing needs."""
        return [FirstTop(self._reading.entity(top), weight) for top, weight in self._answer.tops]

    def candidates(self, limit: int = 20) -> list[MaintenanceCandidate]:
        """What to renew, the most for its cost first."""
        size = checked_limit(self._reading, limit)
        self._reading.scope.check_time()
        return [MaintenanceCandidate(self._reading, self._answer, one) for one in self._answer.candidates[:size]]

    @property
    def total_count(self) -> int:
        """How many candidates there are."""
        return len(self._answer.candidates)

    @property
    def completeness(self) -> Completeness:
        """Whether all that it rests on is known."""
        return Completeness(self._reading, self._answer.completeness)


def first_answer(reading: Reading, references: Sequence[str] | None, horizon: str) -> MaintainFirst:
    """What to maintain first.

    Raises:
        InputError: as ``risk_answers``; NotFound: a reference means nothing.
    """
    hours = horizon_hours(horizon)
    _, nodes, missing = reading.scope.resolve(references or [], reading.at)
    if missing:
        raise NotFound(f'No entity has the id, IRI or identifier "{missing[0][:200]}".', ref=missing[0])
    return MaintainFirst(reading, reading.scope.service.first(reading.context, nodes, hours))


OBJECTS: Final[tuple[type[Any], ...]] = (FirstTop, MattersTo, MaintenanceCandidate, MaintainFirst)
