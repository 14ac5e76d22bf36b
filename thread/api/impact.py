"""How is an impact shown? Effects page by page with their reasons, collisions of orders, and what is blind after."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Path
from thread.api.collisions import WorkOrderCollision
from thread.api.ids import decode_cursor, encode_cursor
from thread.api.pages import Key, PageInfo, PageRequest, cut, info_of
from thread.api.words import ID, IRI, DateTime, EntityKind
from thread.errors import InputError
from thread.reasoning import impact as reasoning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading

    WorkOrder = Entity
    """The ontology's kind; in Python every entity is an ``Entity``."""


class TargetMode(StrEnum):
    """What happens to the targets."""

    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    """Planned: the target, all its parts and the serials in them."""
    FAIL = "FAIL"
    """The target only."""


class EffectKind(StrEnum):
    """What happens to an entity; each is in at most one list, in this order."""

    STOPS = "STOPS"
    """Works before, not after."""
    LOSES_REDUNDANCY = "LOSES_REDUNDANCY"
    """Still works; some need of it has fewer alternatives than before."""
    DEGRADES = "DEGRADES"
    """Still works, in worse health."""
    GOES_DARK = "GOES_DARK"
    """A sensor that delivered and now does not, or has nothing left to observe."""


class DarkReason(StrEnum):
    """Why a sensor goes dark."""

    SENSOR_DOWN = "SENSOR_DOWN"
    """It, its host, supply or network is out."""
    TARGET_OUT = "TARGET_OUT"
    """It delivers, but everything it observes is out."""


@dataclass(frozen=True, slots=True)
class WindowInput:
    """A stretch of time; its end is not part of it."""

    start: DateTime
    """Where it begins."""
    end: DateTime
    """Where it ends; later than the start."""


@dataclass(frozen=True, slots=True)
class ImpactInput:
    """What happens to the targets, and how far to look."""

    mode: TargetMode = TargetMode.OUT_OF_SERVICE
    """Planned outage or failure."""
    window: WindowInput | None = None
    """When; the plant is seen at its start unless `at` says otherwise. By default from now on."""
    max_depth: int | None = None
    """Effects beyond this degree are left out, and said to be; by default none are."""
    min_delta: float = 0.01
    """Health that something loses at least to be said to degrade."""
    group_by: EntityKind | None = None
    """Count effects by the nearest whole of this kind as well: by line, say."""


class GateLoss:
    """A need that lost support."""

    __slots__ = ("_loss", "_reading")

    def __init__(self, reading: Reading, loss: reasoning.GateLoss) -> None:
        self._reading, self._loss = reading, loss

    @property
    def medium(self) -> IRI | None:
        """What flows; null for needs that do not flow."""
        return None if self._loss.medium is None else IRI(self._loss.medium)

    @property
    def group(self) -> Entity | None:
        """The redundancy group, where there is one."""
        return None if self._loss.group is None else self._reading.entity(self._loss.group)

    @property
    def required(self) -> int:
        """How many alternatives are needed."""
        return self._loss.required

    @property
    def remaining(self) -> int:
        """How many are left."""
        return self._loss.remaining

    @property
    def exhausted(self) -> bool:
        """True if none is left to lose."""
        return self._loss.exhausted

    @property
    def shared_point(self) -> Entity | None:
        """What all that remains rests on, where there is such a thing."""
        return None if self._loss.shared_point is None else self._reading.entity(self._loss.shared_point)


class EffectEdge:
    """What happens to one entity, and why."""

    __slots__ = ("_effect", "_key", "_reading", "node")

    node: Entity
    """The entity."""

    def __init__(self, reading: Reading, effect: reasoning.Effect, key: Key, node: Entity) -> None:
        self._reading, self._effect, self._key, self.node = reading, effect, key, node

    @property
    def cursor(self) -> str:
        """Position in the list; it stays valid when the list changes."""
        return encode_cursor(self._key)

    @property
    def effect(self) -> EffectKind:
        """What happens."""
        return EffectKind(self._effect.effect.value)

    @property
    def degree(self) -> int:
        """Length of the shortest failing chain."""
        return self._effect.degree

    @property
    def because(self) -> Path:
        """The chain from a target to the entity."""
        return Path(self._reading, self._effect.because)

    @property
    def before(self) -> float:
        """Health before, 0 failed to 1 as new."""
        return self._effect.before

    @property
    def after(self) -> float:
        """Health after."""
        return self._effect.after

    @property
    def gates(self) -> list[GateLoss]:
        """Needs that lost support."""
        return [GateLoss(self._reading, loss) for loss in self._effect.gates]

    @property
    def dark(self) -> DarkReason | None:
        """Why a sensor goes dark."""
        return None if self._effect.dark is None else DarkReason(self._effect.dark.value)


class EffectConnection:
    """A page of effects, ordered by effect, degree and IRI."""

    __slots__ = ("_answer", "_kinds", "_page", "_reading", "_request")

    def __init__(
        self,
        reading: Reading,
        answer: reasoning.Impact,
        kinds: frozenset[reasoning.EffectKind] | None,
        request: PageRequest,
    ) -> None:
        self._reading, self._answer, self._kinds, self._request = reading, answer, kinds, request
        self._page: tuple[list[EffectEdge], PageInfo] | None = None

    @property
    def edges(self) -> list[EffectEdge]:
        """The effects of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Effects over all pages; counted without loading an entity."""
        self._reading.scope.check_time()
        return self._answer.total(self._kinds)

    def _cut(self) -> tuple[list[EffectEdge], PageInfo]:
        if self._page is None:
            self._reading.scope.check_time()
            total = self.total_count
            low, high = cut(total, self._request, lambda c: self._place(c, 0), lambda c: self._place(c, 1))
            effects = self._answer.effects(self._kinds, low, high)
            nodes = self._reading.entities(effect.node for effect in effects)
            keys = [self._key(effect) for effect in effects]
            edges = [EffectEdge(self._reading, *each) for each in zip(effects, keys, nodes, strict=True)]
            self._page = edges, info_of(keys, low, high, total)
        return self._page

    def _key(self, effect: reasoning.Effect) -> tuple[str, int, str]:
        return effect.effect.value, effect.degree, self._reading.view.iri(effect.node)

    def _place(self, cursor: str, before: int) -> int:
        """Position after the cursor's effect, or of that effect itself."""
        key = decode_cursor(cursor, (str, int, str))
        try:
            kind = reasoning.EffectKind(str(key[0]))
        except ValueError as error:
            raise InputError(f'"{cursor[:60]}" is not a cursor of this list.') from error
        end = self._answer.position(kind, int(key[1]), str(key[2]), self._kinds)
        last = self._answer.effects(self._kinds, end - 1, end) if before and end else []
        return end - 1 if last and self._key(last[0]) == key else end


class EffectCount:
    """How many entities of one kind suffer one effect."""

    __slots__ = ("count", "entity_kind", "kind")

    kind: EffectKind
    """The effect."""
    entity_kind: EntityKind
    """The most specific kind of the entities."""
    count: int
    """How many."""

    def __init__(self, kind: EffectKind, entity_kind: EntityKind, count: int) -> None:
        self.kind, self.entity_kind, self.count = kind, entity_kind, count


class EffectGroup:
    """How many entities within one whole suffer one effect."""

    __slots__ = ("count", "kind", "whole")

    whole: Entity | None
    """The nearest whole of the kind that was asked for; null for what is in none."""
    kind: EffectKind
    """The effect."""
    count: int
    """How many."""

    def __init__(self, whole: Entity | None, kind: EffectKind, count: int) -> None:
        self.whole, self.kind, self.count = whole, kind, count


class SinglePoint:
    """Something on which others rest alone, and did not before."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: reasoning.SinglePoint) -> None:
        self._reading, self._found = reading, found

    @property
    def node(self) -> Entity:
        """What they rest on."""
        return self._reading.entity(self._found.node)

    @property
    def medium(self) -> IRI | None:
        """What flows."""
        return IRI(self._found.medium)

    @property
    def count(self) -> int:
        """How many now rest on it alone."""
        return self._found.count


class Impact:
    """What taking things out does to the plant."""

    __slots__ = ("_answer", "_group_by", "_reading", "missing")

    missing: list[ID]
    """References that mean nothing in this view; unknown ids are data, not errors."""

    def __init__(
        self, reading: Reading, answer: reasoning.Impact, missing: list[str], group_by: EntityKind | None = None
    ) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]
        self._group_by = group_by

    @property
    def targets(self) -> list[Entity]:
        """What is taken out; targets and their parts are never effects, except sensors that go dark."""
        return self._reading.entities(self._answer.targets)

    def effects(
        self,
        kinds: list[EffectKind] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> EffectConnection:
        """What stops, loses redundancy, degrades or goes dark, each with its reason. 100 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        self._reading.scope.check_time()
        request = PageRequest.of(first, after, last, before, self._reading.scope.max_page, default=100)
        wanted = None if kinds is None else frozenset(reasoning.EffectKind(kind) for kind in kinds)
        return EffectConnection(self._reading, self._answer, wanted, request)

    @property
    def counts(self) -> list[EffectCount]:
        """How many entities of each kind suffer each effect; counted without loading an entity."""
        self._reading.scope.check_time()
        names = self._reading.vocabulary.kind_names
        return [EffectCount(EffectKind(e.value), names[kind], count) for e, kind, count in self._answer.counts()]

    @property
    def groups(self) -> list[EffectGroup]:
        """Effects counted by the nearest whole of the kind in groupBy, by IRI; empty where none was asked for."""
        if self._group_by is None:
            return []
        self._reading.scope.check_time()
        found = self._answer.groups(self._reading.vocabulary.kinds([self._group_by]) or ())
        self._reading.scope.spend(len(found))
        entity = self._reading.entity
        return [EffectGroup(None if n is None else entity(n), EffectKind(e.value), c) for n, e, c in found]

    @property
    def collisions(self) -> list[WorkOrderCollision]:
        """Orders that collide with the outage, or with each other in what it touches."""
        self._reading.scope.check_time()
        found = self._answer.collisions()
        self._reading.scope.spend(len(found))
        return [WorkOrderCollision(self._reading, one) for one in found]

    @property
    def undated_orders(self) -> list[WorkOrder]:
        """Open orders without a start in what the outage touches: they may collide too."""
        self._reading.scope.check_time()
        return self._some(self._answer.undated_orders())

    @property
    def already_down(self) -> list[Entity]:
        """What the outage would touch and was down before."""
        self._reading.scope.check_time()
        return self._some(self._answer.already_down())

    @property
    def held_up_by_loop(self) -> list[Entity]:
        """What stays up, and could not come up again once everything were off."""
        self._reading.scope.check_time()
        return self._some(self._answer.held_up_by_loop())

    @property
    def observed_by_nothing(self) -> list[Entity]:
        """Live things that had a delivering sensor for a property or failure mode and now have none."""
        self._reading.scope.check_time()
        return self._some(self._answer.observed_by_nothing())

    @property
    def new_single_points(self) -> list[SinglePoint]:
        """What others rest on alone, and did not before; those with most dependents first."""
        self._reading.scope.check_time()
        found = self._answer.new_single_points()
        self._reading.scope.spend(len(found))
        return [SinglePoint(self._reading, one) for one in found]

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is."""
        return Completeness(self._reading, self._answer.completeness)

    def _some(self, nodes: Sequence[int]) -> list[Entity]:
        return self._reading.entities(nodes)


def window_of(given: ImpactInput) -> tuple[int, int] | None:
    """The window of a question; ``ImpactQuery`` refuses one that does not end after it starts."""
    return None if given.window is None else (given.window.start, given.window.end)


def impact_answer(reading: Reading, targets: list[int], missing: list[str], given: ImpactInput) -> Impact:
    """The answer to an impact question.

    Raises:
        InputError: a window that ends before it starts, a negative depth.
    """
    reading.scope.check_time()
    answer = reading.scope.service.impact(reading.context, targets, query_of(given))
    return Impact(reading, answer, missing, given.group_by)


def query_of(given: ImpactInput) -> reasoning.ImpactQuery:
    """An impact question as reasoning takes it.

    Raises:
        InputError: a window that ends before it starts, a negative depth.
    """
    if given.max_depth is not None and given.max_depth < 0:
        raise InputError(f"maxDepth is {given.max_depth}.", hint="Expected 0 or more.")
    if not 0 < given.min_delta <= 1:
        raise InputError(f"minDelta is {given.min_delta}.", hint="Expected more than 0, at most 1.")
    return reasoning.ImpactQuery(
        mode=reasoning.TargetMode(given.mode),
        window=window_of(given),
        max_depth=given.max_depth,
        min_delta=given.min_delta,
    )


ENUMS: Final[tuple[Any, ...]] = (TargetMode, EffectKind, DarkReason)
INPUTS: Final[tuple[type, ...]] = (WindowInput, ImpactInput)
OBJECTS: Final[tuple[type, ...]] = (
    GateLoss,
    EffectEdge,
    EffectConnection,
    EffectCount,
    EffectGroup,
    SinglePoint,
    Impact,
)
