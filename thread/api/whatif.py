"""How is a scenario asked for and shown? Changes that are never written, and the same questions of the plant then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from thread.api.answers import checked_limit
from thread.api.first import MaintainFirst, first_answer
from thread.api.health import Health, health_answers
from thread.api.ids import At
from thread.api.impact import Impact, ImpactInput, WindowInput, impact_answer, query_of
from thread.api.lineage import Lineage, LineageInput, lineage_answer
from thread.api.problems import Problem, problem_of
from thread.api.risk import HORIZON, Risk, risk_answers
from thread.api.words import ID
from thread.errors import InputError
from thread.reasoning.whatif import ChangeKind
from thread.service.scenarios import Assume

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading, Scope
    from thread.reasoning.whatif import Laid, ScenarioImpact

    WorkOrder = Entity

_NO_LINEAGE: Final = LineageInput()
_NO_IMPACT: Final = ImpactInput()


class SwitchState(StrEnum):
    """State of an operated element."""

    OPEN = "OPEN"
    """A valve lets through, a switch interrupts."""
    CLOSED = "CLOSED"
    """A valve shuts off, a switch connects."""


@dataclass(frozen=True, slots=True)
class OperateInput:
    """Something is opened or closed."""

    id: ID
    """A valve, switch or other operated element."""
    state: SwitchState
    """The state that it is in then."""


@dataclass(frozen=True, slots=True)
class SetHealthInput:
    """The own health of something is taken for given."""

    id: ID
    """What."""
    score: float
    """0 failed to 1 as new; 0 is a failure."""


@dataclass(frozen=True, slots=True)
class WhatIfInstall:
    """A serial item comes into a position; what was there goes out."""

    component: ID
    """An item that is in no position then."""
    into: ID
    """The position."""


@dataclass(frozen=True, slots=True)
class WhatIfOrder:
    """A planned work order; it takes nothing out by itself, and may collide."""

    on: list[ID]
    """What is worked on."""
    window: WindowInput | None = None
    """When; by default from now on."""


@dataclass(frozen=True, slots=True)
class ChangeInput:
    """One assumption: exactly one field is given. References are opaque ids, IRIs or identifiers."""

    ONE_OF: ClassVar[bool] = True

    fail: ID | None = None
    """It fails, alone."""
    out_of_service: ID | None = None
    """It is taken out with its parts and the serials in them."""
    operate: OperateInput | None = None
    """It is opened or closed."""
    remove: ID | None = None
    """A serial item leaves its position, which stands empty."""
    replace: ID | None = None
    """It is new, with its parts: no failure of it holds, its age is 0."""
    set_health: SetHealthInput | None = None
    """Its own health is as said."""
    install: WhatIfInstall | None = None
    """A serial item comes into a position."""
    open_work_order: WhatIfOrder | None = None
    """There is one more work order."""


class HealthChange:
    """The health of something in the plant and in the scenario."""

    __slots__ = ("after", "before", "entity")

    entity: Entity
    """What does otherwise."""
    before: float
    """In the plant."""
    after: float
    """In the scenario."""

    def __init__(self, entity: Entity, before: float, after: float) -> None:
        self.entity, self.before, self.after = entity, before, after


class Scenario:
    """The plant as it would be; nothing of it is ever written. Ids of entities in it are its own."""

    __slots__ = ("_reading",)

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @property
    def name(self) -> str:
        """The same changes of the same plant have the same name."""
        return self._laid.name

    @property
    def problems(self) -> list[Problem]:
        """Changes that cannot be; path gives their place. The others hold."""
        found = self._laid.problems
        return [problem_of(error, self._reading, ("changes", str(place))) for place, error in found]

    @property
    def restored(self) -> list[Entity]:
        """What is down in the plant and lives in the scenario."""
        return self._reading.entities(self._impact(_NO_IMPACT).restored)

    @property
    def orders(self) -> list[WorkOrder]:
        """Work orders that are assumed."""
        return self._reading.entities(self._laid.orders)

    def impact(self, of: list[ID] | None = None, input_: ImpactInput = _NO_IMPACT) -> Impact:
        """What the changes do to the plant as it is; with of: what taking these out as well does to the plant as it would be. The plant is seen at the time of the scenario; a window says when orders collide."""  # noqa: E501  one paragraph is one description
        if of is None:
            return Impact(self._reading, self._impact(input_), [])
        nodes, missing = self._resolve(of)
        return impact_answer(self._reading, nodes, missing, input_)

    def lineage(self, from_: list[ID], input_: LineageInput = _NO_LINEAGE) -> Lineage:
        """Where things would have come from, or what would have come of them."""
        nodes, missing = self._resolve(from_)
        return lineage_answer(self._reading, nodes, missing, input_)

    def health(self, of: list[ID]) -> list[Health | None]:
        """How well things would do; order kept, null where a reference means nothing."""
        nodes = [self._resolve([each])[0] for each in of]
        found = iter(health_answers(self._reading, [node for some in nodes for node in some]))
        return [next(found) if some else None for some in nodes]

    def health_changes(self, min_delta: float = 0.01, limit: int = 100) -> list[HealthChange]:
        """What would do worse or better by so much, the worst changes first, then by IRI."""
        size = checked_limit(self._reading, limit)
        self._reading.scope.check_time()
        found = self._reading.scope.service.health_changes(self._reading.context, min_delta)
        nodes = self._reading.entities(node for node, _, _ in found[:size])
        pairs = ((before, after) for _, before, after in found[:size])
        return [HealthChange(node, *pair) for node, pair in zip(nodes, pairs, strict=True)]

    def risk(self, of: list[ID], horizon: str = HORIZON) -> list[Risk | None]:
        """How likely things would be down within a horizon; order kept, null where a reference means nothing."""
        return risk_answers(self._reading, of, horizon)

    def first(self, of: list[ID] | None = None, horizon: str = HORIZON) -> MaintainFirst:
        """What would be to maintain first."""
        return first_answer(self._reading, of, horizon)

    def entity(self, ref: ID) -> Entity | None:
        """Something as it would be; null where none or several carry the reference."""
        nodes, _ = self._reading.look_up(ref)
        return self._reading.entity(nodes[0]) if len(nodes) == 1 else None

    @property
    def _laid(self) -> Laid:
        scenario = self._reading.context.scenario
        assert scenario is not None
        return scenario

    def _impact(self, given: ImpactInput) -> ScenarioImpact:
        self._reading.scope.check_time()
        return self._reading.scope.service.scenario_impact(self._reading.context, query_of(given))

    def _resolve(self, references: Sequence[str]) -> tuple[list[int], list[str]]:
        _, nodes, missing = self._reading.scope.resolve(references, self._reading.at)
        return nodes, missing


def scenario_answer(scope: Scope, changes: Sequence[ChangeInput], at: At) -> Scenario:
    """The scenario of some changes over a view.

    Raises:
        InputError: too many changes.
    """
    return Scenario(scope.assuming(at, [_assume(scope, change) for change in changes]))


def _assume(scope: Scope, change: ChangeInput) -> Assume:
    """One change with references as the service takes them."""
    kinds = {
        ChangeKind.FAIL: change.fail,
        ChangeKind.OUT_OF_SERVICE: change.out_of_service,
        ChangeKind.REMOVE: change.remove,
        ChangeKind.REPLACE: change.replace,
    }
    for kind, reference in kinds.items():
        if reference is not None:
            return Assume(kind, (scope.iri_of(reference),))
    if (operate := change.operate) is not None:
        return Assume(ChangeKind.OPERATE, (scope.iri_of(operate.id),), state=str(operate.state))
    if (health := change.set_health) is not None:
        return Assume(ChangeKind.SET_HEALTH, (scope.iri_of(health.id),), score=health.score)
    if (install := change.install) is not None:
        return Assume(ChangeKind.INSTALL, (scope.iri_of(install.component),), into=scope.iri_of(install.into))
    order = change.open_work_order
    if order is None:
        raise InputError("A change says nothing.", hint="Give exactly one field.")
    window = None if order.window is None else (order.window.start, order.window.end)
    return Assume(ChangeKind.OPEN_WORK_ORDER, tuple(map(scope.iri_of, order.on)), window=window)


ENUMS: Final[tuple[Any, ...]] = (SwitchState,)
INPUTS: Final[tuple[type, ...]] = (OperateInput, SetHealthInput, WhatIfInstall, WhatIfOrder, ChangeInput)
OBJECTS: Final[tuple[type, ...]] = (HealthChange, Scenario)
