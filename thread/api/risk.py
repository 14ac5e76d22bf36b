"""How is risk shown? How likely something stops, with bounds, what accounts for it, what stops it alone or together."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Path, checked_limit
from thread.api.words import IRI
from thread.errors import InputError
from thread.reasoning.risk.plant.causes import FROM_BATCH, MADE_TO, SUPPLIED_BY
from thread.service.risks import DEFAULT_HORIZON, horizon_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.reasoning.risk.plant import answer as reasoning
    from thread.reasoning.risk.plant.causes import Belief, Event, Together
    from thread.reasoning.risk.plant.life import Law

MOST_ORDER: Final = 6


class RiskMethod(StrEnum):
    """How a probability was reached."""

    EXACT = "EXACT"
    """By decision diagrams; low and high are the same."""
    BOUNDED = "BOUNDED"
    """Certainly between low and high; the probability is their middle."""
    SAMPLED = "SAMPLED"
    """By throws; between low and high with 99 % confidence."""


class RiskCause(StrEnum):
    """What an event is that can stop something."""

    OWN = "OWN"
    """Something fails by itself."""
    SHARED = "SHARED"
    """All that share something fail at once."""
    WORSE_CLASS = "WORSE_CLASS"
    """What is shared is of a worse class, and things fail because of it."""


class LifeLaw:
    """A Weibull law that was read, not fitted."""

    __slots__ = ("_law", "_reading")

    def __init__(self, reading: Reading, law: Law) -> None:
        self._reading, self._law = reading, law

    @property
    def said_by(self) -> Entity:
        """The design revision or failure mode that carries it."""
        return self._reading.entity(self._law.said_by)

    @property
    def shape(self) -> float:
        """Shape; above 1 it wears out."""
        return self._law.shape

    @property
    def scale_hours(self) -> float:
        """Scale in running hours."""
        return self._law.scale_hours


class RiskContribution:
    """One event that can stop the thing: how likely, how much it matters, its share, and why."""

    __slots__ = ("_found", "_reading", "_risk")

    def __init__(self, reading: Reading, risk: reasoning.Risk, found: reasoning.EventRisk) -> None:
        self._reading, self._risk, self._found = reading, risk, found

    @property
    def entity(self) -> Entity:
        """What fails; of a shared cause, what is shared."""
        return self._reading.entity(self._found.event.node)

    @property
    def cause(self) -> RiskCause:
        """What sort of event it is."""
        return RiskCause(self._found.event.cause.value)

    @property
    def members(self) -> list[Entity]:
        """What fails with it."""
        return self._reading.entities(self._found.event.members)

    @property
    def probability(self) -> float:
        """That it happens within the horizon."""
        return self._found.importance.probability

    @property
    def share(self) -> float:
        """Its part of the probability of the thing (Aumann and Shapley); all parts sum to it."""
        return self._found.share

    @property
    def birnbaum(self) -> float:
        """How the probability of the thing grows with its own."""
        return self._found.importance.birnbaum

    @property
    def criticality(self) -> float | None:
        """Share of the stops that mending it would end; null where nothing can happen."""
        return self._found.importance.criticality

    @property
    def diagnostic(self) -> float | None:
        """That it has happened, given that the thing has stopped."""
        return self._found.importance.diagnostic

    @property
    def achievement(self) -> float | None:
        """How many times the risk would be if it had happened (RAW)."""
        return self._found.importance.achievement

    @property
    def reduction(self) -> float | None:
        """How many times less the risk would be if it could not happen (RRW); null: nothing would be left."""
        return self._found.importance.reduction

    @property
    def rule(self) -> IRI:
        """The word of the ontology that says how it comes about."""
        return IRI(self._found.rule)

    @property
    def laws(self) -> list[LifeLaw]:
        """Laws of life behind its probability; their hazards add up."""
        life = self._found.life
        return [] if life is None else [LifeLaw(self._reading, law) for law in life.laws]

    @property
    def age_hours(self) -> float | None:
        """Running hours so far; null where nobody says, or it is no thing's own failure."""
        return None if self._found.life is None else self._found.life.age_hours

    @property
    def hazard_ratio(self) -> float | None:
        """By its own health now, 1 where nothing tells against it; a convention, not calibrated."""
        return None if self._found.life is None else self._found.life.hazard

    @property
    def path(self) -> Path:
        """The shortest chain of needs from it to the thing."""
        return Path(self._reading, self._risk.path(self._found.event))


class CutSet:
    """Things that stop it by failing, none of which could be left out."""

    __slots__ = ("_events", "_reading")

    def __init__(self, reading: Reading, events: Sequence[Event]) -> None:
        self._reading, self._events = reading, events

    @property
    def order(self) -> int:
        """How many things."""
        return len(self._events)

    @property
    def entities(self) -> list[Entity]:
        """The things, by IRI."""
        return self._reading.entities(event.node for event in self._events)


class CutSets:
    """Minimal cut sets of a thing as the plant is now: what is down is taken as it is."""

    __slots__ = ("_found", "_limit", "_reading")

    def __init__(self, reading: Reading, found: Any, limit: int) -> None:
        self._reading, self._found, self._limit = reading, found, limit

    @property
    def counts(self) -> list[int]:
        """How many there are of order 0, 1, 2, and so on; all orders."""
        return list(self._found[0].counts)

    @property
    def sets(self) -> list[CutSet]:
        """Those up to the order that was asked for, smallest first."""
        return [CutSet(self._reading, events) for events in self._found[1][: self._limit]]


class SharedCause:
    """Things none of which stops it alone, that share something and stop it together."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: Together) -> None:
        self._reading, self._found = reading, found

    @property
    def entity(self) -> Entity:
        """What they share: a batch, a supplier, a design revision."""
        return self._reading.entity(self._found.node)

    @property
    def by(self) -> IRI:
        """The relation by which they share it."""
        return IRI(self._found.by)

    @property
    def members(self) -> list[Entity]:
        """Those that share it, in the cone."""
        return self._reading.entities(self._found.members)

    @property
    def beta(self) -> float | None:
        """Share of their failures that takes all at once; null: nobody says, and it is not in the probability."""
        return self._found.beta


class ClassBelief:
    """How likely something shared is of a worse class, given what failed."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: Belief) -> None:
        self._reading, self._found = reading, found

    @property
    def entity(self) -> Entity:
        """What is shared."""
        return self._reading.entity(self._found.node)

    @property
    def members(self) -> int:
        """How many things share it, wherever they are."""
        return self._found.members

    @property
    def prior(self) -> float:
        """Before any failure."""
        return self._found.prior

    @property
    def failures(self) -> int:
        """Failures of its members up to now."""
        return self._found.failures

    @property
    def expected(self) -> float:
        """Failures that the laws of the better class expect up to now."""
        return self._found.expected

    @property
    def posterior(self) -> float:
        """After them."""
        return self._found.posterior


class Risk:
    """How likely something is down within a horizon if nothing is repaired, and because of what."""

    __slots__ = ("_answer", "_reading")

    def __init__(self, reading: Reading, answer: reasoning.Risk) -> None:
        self._reading, self._answer = reading, answer

    @property
    def entity(self) -> Entity:
        """What is asked about."""
        return self._reading.entity(self._answer.top)

    @property
    def horizon_hours(self) -> float:
        """How far ahead."""
        return self._answer.hours

    @property
    def probability(self) -> float:
        """That it is down by then."""
        return self._answer.probability.value

    @property
    def low(self) -> float:
        """Not less than this."""
        return self._answer.probability.low

    @property
    def high(self) -> float:
        """Not more than this."""
        return self._answer.probability.high

    @property
    def method(self) -> RiskMethod:
        """How it was reached."""
        return RiskMethod(self._answer.probability.method.value.upper())

    @property
    def down_now(self) -> bool:
        """It is down already."""
        return self._answer.down_now

    @property
    def uncalibrated(self) -> bool:
        """Health has raised a hazard by a ratio that is a convention."""
        return self._answer.leaves.uncalibrated

    def contributions(self, limit: int = 20) -> list[RiskContribution]:
        """Why it is so likely: what can stop it, the largest share first."""
        return self._shown(limit, by_share=True)

    def _shown(self, limit: int, *, by_share: bool) -> list[RiskContribution]:
        size = checked_limit(self._reading, limit)
        self._reading.scope.check_time()
        found = self._answer.by_share if by_share else self._answer.events
        return [RiskContribution(self._reading, self._answer, each) for each in found[:size]]

    def importance(self, limit: int = 20) -> list[RiskContribution]:
        """What matters: what can stop it, the most critical first."""
        return self._shown(limit, by_share=False)

    def cut_sets(self, order: int = 2, limit: int = 100) -> CutSets:
        """Minimal sets of things that stop it, up to an order of 6."""
        if not 1 <= order <= MOST_ORDER:
            raise InputError(f"order is {order}.", hint=f"Expected 1 to {MOST_ORDER}.")
        size = checked_limit(self._reading, limit)
        self._reading.scope.check_time()
        return CutSets(self._reading, self._answer.cut_sets(order), size)

    @property
    def single_points(self) -> list[Entity]:
        """Things whose failing alone stops it, by IRI."""
        return self._reading.entities(self._answer.single_points)

    def common_causes(self, by: list[IRI] | None = None) -> list[SharedCause]:
        """What breaks its redundancy: shared batches, suppliers and design revisions, or what the relations (IRIs) name."""  # noqa: E501  one paragraph is one description
        relations = [str(each) for each in by] if by is not None else [FROM_BATCH, SUPPLIED_BY, MADE_TO]
        unknown = [each for each in relations if each not in self._reading.vocabulary.ontology.relation]
        if unknown:
            raise InputError(f"{unknown[0][:80]} is no relation.", code="unknown-relation")
        return [SharedCause(self._reading, found) for found in self._answer.common_causes(relations)]

    @property
    def beliefs(self) -> list[ClassBelief]:
        """What is believed of batches, or whatever is shared, that may be of a worse class."""
        return [ClassBelief(self._reading, found) for found in self._answer.beliefs]

    @property
    def completeness(self) -> Completeness:
        """Whether all that it rests on is known."""
        return Completeness(self._reading, self._answer.completeness)


def risk_answers(reading: Reading, references: Sequence[str], horizon: str) -> list[Risk | None]:
    """The risk of each reference, order kept; None where it means nothing.

    Raises:
        InputError: ``bad-time``: no horizon; ``ambiguous-reference``.
    """
    hours = horizon_hours(horizon)
    nodes = [reading.scope.resolve([each], reading.at)[1] for each in references]
    wanted = [node for some in nodes for node in some]
    reading.scope.spend(len(wanted))
    found = iter(reading.scope.service.risk(reading.context, wanted, hours))
    return [Risk(reading, next(found)) if some else None for some in nodes]


HORIZON: Final = DEFAULT_HORIZON
ENUMS: Final[tuple[Any, ...]] = (RiskMethod, RiskCause)
OBJECTS: Final[tuple[type, ...]] = (
    LifeLaw,
    RiskContribution,
    CutSet,
    CutSets,
    SharedCause,
    ClassBelief,
    Risk,
)
