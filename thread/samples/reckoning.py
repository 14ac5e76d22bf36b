"""What would an outage do? The planting's own little model, worked out without any code under test.

It knows the supply as it was planted: gates with their alternatives in the direction of flow, and what stops its
whole. Loops that are open in normal service are left out, so that a plain closure is exact.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from thread.terms import EntityId


@dataclass(frozen=True, slots=True)
class Gate:
    """A need of a consumer: k of these suppliers. ``via`` is the medium or the group; None: no redundancy counts."""

    consumer: EntityId
    suppliers: tuple[EntityId, ...]
    via: str | None = None
    k: int = 1
    shared: EntityId | None = None
    """What all the alternatives come from, where it is not a source of its own to each."""
    group: EntityId | None = None
    """The redundancy group, where ``via`` is one."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A gate that lost alternatives and still holds."""

    consumer: EntityId
    via: str
    required: int
    remaining: int
    exhausted: bool
    shared_point: EntityId | None


@dataclass(frozen=True, slots=True)
class Outage:
    """What a planted outage must give; all sorted."""

    targets: tuple[EntityId, ...]
    scope: tuple[EntityId, ...]
    """Targets with parts and serials: out, but no effects."""
    stops: tuple[EntityId, ...]
    groups: tuple[EntityId, ...]
    """Redundancy groups that fall below k."""
    losses: tuple[Loss, ...]
    dark: tuple[tuple[EntityId, str], ...]
    """Sensors with SENSOR_DOWN or TARGET_OUT."""
    observed_by_nothing: tuple[EntityId, ...]
    already_down: tuple[EntityId, ...]
    """What the outage would stop had it not been down before."""


@dataclass(slots=True)
class Grid:
    """Needs, parts and watchers of the plant at the reference time."""

    gates: list[Gate] = field(default_factory=list)
    parts: dict[EntityId, list[EntityId]] = field(default_factory=dict)
    stops_with: dict[EntityId, list[EntityId]] = field(default_factory=dict)
    """Part or serial -> what stops with it."""
    watches: dict[EntityId, list[EntityId]] = field(default_factory=dict)
    """Sensor -> what it monitors now."""
    already: set[EntityId] = field(default_factory=set)
    """Failed at the reference time."""

    def need(self, consumer: EntityId, *suppliers: EntityId, **more: object) -> None:
        """Plant a gate."""
        self.gates.append(Gate(consumer, suppliers, **more))  # type: ignore[arg-type]  # passed through as given

    def part(self, part: EntityId, whole: EntityId, essential: bool) -> None:
        """Plant a part of a whole, or a serial in its position."""
        self.parts.setdefault(whole, []).append(part)
        if essential:
            self.stops_with.setdefault(part, []).append(whole)

    def scope(self, targets: Iterable[EntityId]) -> set[EntityId]:
        """Targets, their parts and the serials in them."""
        found: set[EntityId] = set()
        queue = list(targets)
        while queue:
            each = queue.pop()
            if each not in found:
                found.add(each)
                queue += self.parts.get(each, [])
        return found

    def down(self, out: Collection[EntityId]) -> set[EntityId]:
        """Everything that does not run while ``out`` is out."""
        down = set(out)
        while True:
            more = {gate.consumer for gate in self.gates if sum(s not in down for s in gate.suppliers) < gate.k}
            more |= {whole for part in down for whole in self.stops_with.get(part, [])}
            if more <= down:
                return down
            down |= more

    def outage(self, *targets: EntityId) -> Outage:
        """What stops, loses redundancy and goes dark when the targets are taken out of service."""
        scope = self.scope(targets)
        down_before = self.down(self.already)
        down = self.down(scope | self.already)
        sensors = set(self.watches)
        dark = {}
        for sensor, watched in self.watches.items():
            if sensor in down:
                dark[sensor] = "SENSOR_DOWN"
            elif watched and all(target in down for target in watched):
                dark[sensor] = "TARGET_OUT"
        watched_before = {target for watched in self.watches.values() for target in watched}
        watched_after = {target for sensor, watched in self.watches.items() if sensor not in dark for target in watched}
        return Outage(
            targets=tuple(sorted(targets)),
            scope=tuple(sorted(scope)),
            stops=tuple(sorted(down - scope - sensors - down_before)),
            groups=self._groups(down),
            losses=self._losses(down),
            dark=tuple(sorted(dark.items())),
            observed_by_nothing=tuple(sorted(watched_before - watched_after - down)),
            already_down=tuple(sorted(down_before & self.down(scope))),
        )

    def _groups(self, down: set[EntityId]) -> tuple[EntityId, ...]:
        below = (gate for gate in self.gates if sum(supplier not in down for supplier in gate.suppliers) < gate.k)
        return tuple(sorted(gate.group for gate in below if gate.group is not None))

    def _losses(self, down: set[EntityId]) -> tuple[Loss, ...]:
        found = []
        for gate in self.gates:
            left = sum(supplier not in down for supplier in gate.suppliers)
            if gate.via is not None and gate.consumer not in down and left < len(gate.suppliers):
                found.append(Loss(gate.consumer, gate.via, gate.k, left, left == gate.k, gate.shared))
        return tuple(sorted(found, key=lambda loss: (loss.consumer, loss.via)))
