"""What stops, what loses its redundancy, what goes dark, if these are taken out? Each with its reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from thread.clock import Instant
from thread.projection.view import View
from thread.reasoning.answers import Budget, Completeness, PathAnswer
from thread.reasoning.orders import Collision
from thread.reasoning.structure import Structure


class TargetMode(StrEnum):
    """OUT_OF_SERVICE takes the target, its parts and the serials in them; FAIL the target only."""

    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    FAIL = "FAIL"


class EffectKind(StrEnum):
    """What happens to an entity; each is in at most one list, in this order."""

    STOPS = "STOPS"
    LOSES_REDUNDANCY = "LOSES_REDUNDANCY"
    DEGRADES = "DEGRADES"
    """Comes with health; never in a Boolean answer."""
    GOES_DARK = "GOES_DARK"


class DarkReason(StrEnum):
    """Why a sensor goes dark."""

    SENSOR_DOWN = "SENSOR_DOWN"
    TARGET_OUT = "TARGET_OUT"


@dataclass(frozen=True, slots=True)
class GateLoss:
    """A gate or group that lost support: ``required`` of its alternatives, ``remaining`` after."""

    medium: str | None
    """IRI; None for needs that do not flow."""
    group: int | None
    required: int
    remaining: int
    exhausted: bool
    """The surplus is now 0 (or below)."""
    shared_point: int | None = None
    """The nearest node on which all that remains rests (immediate dominator in the medium), unless none."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one entity. ``because`` runs from a target to the entity."""

    node: int
    effect: EffectKind
    degree: int
    because: PathAnswer
    before: float
    after: float
    gates: tuple[GateLoss, ...] = ()
    dark: DarkReason | None = None


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """A node that now dominates ``count`` live things in a medium that it did not dominate before."""

    node: int
    medium: str
    count: int


@dataclass(frozen=True, slots=True)
class ImpactQuery:
    """What is taken out, and how far to look."""

    mode: TargetMode = TargetMode.OUT_OF_SERVICE
    window: tuple[Instant, Instant] | None = None
    """Half-open; the view is at its start. None: from the view's instant on."""
    max_depth: int | None = None
    """Effects beyond this degree are left out, and said to be. None: all."""
    min_delta: float = 0.01
    """For DEGRADES."""


def impact_of(
    view: View, structure: Structure, targets: Sequence[int], query: ImpactQuery, budget: Budget | None = None
) -> "Impact":
    """What happens if the targets are taken out; lists, reasons and collisions are made when asked for.

    ``structure`` is ``compile_structure`` of the same view, cached by the caller. Cost: O(cone).
    """
    raise NotImplementedError


class Impact:
    """The answer to one impact question; made by ``impact_of``."""

    targets: tuple[int, ...]
    scope: tuple[int, ...]
    """Targets, their parts and serials (``OUT_OF_SERVICE``), by IRI."""

    def effects(
        self, kinds: Collection[EffectKind] | None = None, start: int = 0, stop: int = 100
    ) -> list[Effect]:
        """A page of effects, ordered (kind, degree, IRI)."""
        raise NotImplementedError

    def total(self, kinds: Collection[EffectKind] | None = None) -> int:
        """Number of effects of the kinds."""
        raise NotImplementedError

    def position(self, effect: EffectKind, degree: int, iri: str, kinds: Collection[EffectKind] | None = None) -> int:
        """Position of the first effect after this one: where a page after that cursor starts."""
        raise NotImplementedError

    def counts(self) -> tuple[tuple[EffectKind, int, int], ...]:
        """(effect, kind ordinal of the entity, count), sorted; no entity is read for it."""
        raise NotImplementedError

    def collisions(self) -> tuple[Collision, ...]:
        """Orders that collide with the outage or, in what it touches, with each other."""
        raise NotImplementedError

    def undated_orders(self) -> tuple[int, ...]:
        """Open orders in what the outage touches that have no start, by IRI."""
        raise NotImplementedError

    def already_down(self) -> tuple[int, ...]:
        """What the outage would touch and was down before, by IRI."""
        raise NotImplementedError

    def held_up_by_loop(self) -> tuple[int, ...]:
        """What the outage touches, that stays up, and could not come up again from all-off, by IRI."""
        raise NotImplementedError

    def observed_by_nothing(self) -> tuple[int, ...]:
        """Live things that had a delivering sensor for a property or failure mode and now have none, by IRI."""
        raise NotImplementedError

    def new_single_points(self) -> tuple[SinglePoint, ...]:
        """Dominators after that were none before, with how many they now dominate; largest first."""
        raise NotImplementedError

    @property
    def completeness(self) -> Completeness:
        raise NotImplementedError
