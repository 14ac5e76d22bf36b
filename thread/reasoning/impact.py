"""What stops, what loses its redundancy, what goes dark, if these are taken out? Each with its reason."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.clock import END, Instant, to_text
from thread.errors import InputError
from thread.projection.view import Ints, View
from thread.reasoning.answers import (
    Budget,
    Completeness,
    IncompleteCode,
    IncompleteReason,
    PathAnswer,
    Ranked,
    completeness_of,
)
from thread.reasoning.because import Because
from thread.reasoning.dark import blinded, unobserved
from thread.reasoning.health.moves import HealthMoves
from thread.reasoning.live import Outage, is_in
from thread.reasoning.losses import Losses
from thread.reasoning.orders import Collision, Job, collisions_among, job_of, within
from thread.reasoning.points import new_dominators, shared_points
from thread.reasoning.scope import Scope, containers
from thread.reasoning.structure import GROUP, Structure


class TargetMode(StrEnum):
    """OUT_OF_SERVICE takes the target, its parts and the serials in them; FAIL the target only."""

    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    FAIL = "FAIL"


class EffectKind(StrEnum):
    """What happens to an entity; each is in at most one list, in this order."""

    STOPS = "STOPS"
    LOSES_REDUNDANCY = "LOSES_REDUNDANCY"
    DEGRADES = "DEGRADES"
    """Works after, in worse health."""
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
    """The nearest node on which all its alternatives rested before (immediate dominator in the medium), unless none:
    two feeders on one source are redundancy of the feeders, not of the source."""


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

    def __post_init__(self) -> None:
        """Raises ``InputError`` (``order-of-times``) for a window that ends before it starts."""
        if self.window is not None and self.window[0] >= self.window[1]:
            start, end = map(to_text, self.window)
            raise InputError(
                f"The window ends at {end}, not after its start {start}.",
                code="order-of-times",
                hint="Swap start and end.",
            )


def impact_of(
    view: View, structure: Structure, targets: Sequence[int], query: ImpactQuery, budget: Budget | None = None
) -> "Impact":
    """What happens if the targets are taken out; lists, reasons and collisions are made when asked for.

    ``structure`` is ``compile_structure`` of the same view, cached by the caller. Cost: O(cone); a supply loop
    that loses an entry costs O(its links).
    """
    budget = budget or Budget()
    scope = Scope(view, targets, parts=query.mode is TargetMode.OUT_OF_SERVICE, budget=budget)
    return Impact(structure, query, budget, scope, structure.live.without(scope.nodes, budget))


class Impact:
    """The answer to one impact question; made by ``impact_of``."""

    def __init__(self, structure: Structure, query: ImpactQuery, budget: Budget, scope: Scope, outage: Outage) -> None:
        self.view, self.structure, self.query, self._budget = structure.view, structure, query, budget
        self.targets = scope.targets
        self._scope, self._outage = scope, outage
        self._losses = Losses(structure.live, outage)
        self._because = Because(scope, self._losses)
        self._pages: dict[EffectKind, Ranked] = {}

    @cached_property
    def scope(self) -> tuple[int, ...]:
        """Targets, their parts and serials (``OUT_OF_SERVICE``), by IRI."""
        return self._named(self._scope.nodes.tolist())

    def _named(self, nodes: Iterable[int]) -> tuple[int, ...]:
        chosen = list(nodes)
        return tuple(node for _, node in sorted(zip(self.view.iris(chosen), chosen, strict=True)))

    @cached_property
    def _dark(self) -> tuple[Ints, Ints, Ints]:
        return blinded(self.structure.monitoring, self.structure.live.state, self._outage)

    @cached_property
    def _moves(self) -> HealthMoves:
        """Health before and after. Cost: what moves; a full pass where health was never asked of the structure."""
        high, scope = self.structure.health.high, self._scope.nodes
        with high.supposing(scope, np.zeros(len(scope))) as (after, _):
            return HealthMoves(self.structure, scope, high.h, after.h.copy(), high.shut)

    def _health(self, node: int) -> tuple[float, float]:
        """Health of a node before and after."""
        at = np.array([node], np.int32)
        return float(self._moves.before(at)[0]), float(self._moves.after(at)[0])

    def _degrades(self, losing: Sequence[int]) -> tuple[Ints, Ints]:
        """Nodes that get worse and are in no list before, with their degrees."""
        nodes, degrees = self._moves.degraded(self.query.min_delta)
        others = np.union1d(np.sort(self._scope.nodes), np.array(losing, np.int32))
        keep = (
            ~self.structure.monitoring.is_sensor[nodes] & ~is_in(nodes, others) & ~is_in(nodes, self._outage.ascending)
        )
        return nodes[keep], degrees[keep]

    @cached_property
    def _found(self) -> dict[EffectKind, tuple[Ints, Ints]]:
        """Nodes and degrees of each effect, cut at the depth that was asked for, and what was cut."""
        is_sensor, outage = self.structure.monitoring.is_sensor, self._outage
        stops = ~is_sensor[outage.down] & ~is_in(outage.down, np.sort(outage.scope))
        losing = [node for node in self._losses.by_consumer if not is_sensor[node] and node not in self._scope]
        down, blind, near = self._dark
        dark = [*zip(down.tolist(), (outage.degrees[node] for node in down.tolist()), strict=True)]
        dark += zip(blind.tolist(), near.tolist(), strict=True)
        return {
            EffectKind.STOPS: (outage.down[stops], outage.degree[stops]),
            EffectKind.LOSES_REDUNDANCY: _columns((node, self._because.degree_of_loss(node)) for node in losing),
            EffectKind.DEGRADES: self._degrades(losing),
            EffectKind.GOES_DARK: _columns(dark),
        }

    def _shown(self, effect: EffectKind) -> Ranked:
        if effect not in self._pages:
            nodes, degrees = self._found[effect]
            if self.query.max_depth is not None:
                near = degrees <= self.query.max_depth
                nodes, degrees = nodes[near], degrees[near]
            self._pages[effect] = Ranked(self.view, nodes, degrees)
        return self._pages[effect]

    @property
    def _cut(self) -> int:
        """Number of effects beyond the depth that was asked for."""
        if self.query.max_depth is None:
            return 0
        return sum(int((degrees > self.query.max_depth).sum()) for _, degrees in self._found.values())

    def effects(self, kinds: Collection[EffectKind] | None = None, start: int = 0, stop: int = 100) -> list[Effect]:
        """A page of effects, ordered (kind, degree, IRI)."""
        rows: list[tuple[EffectKind, int, int]] = []
        for effect in _chosen(kinds):
            ranked = self._shown(effect)
            rows.extend((effect, *entry) for entry in ranked.page(start, stop))
            start, stop = max(start - ranked.size, 0), stop - ranked.size
            if stop <= 0:
                break
        return self._explained(rows)

    def total(self, kinds: Collection[EffectKind] | None = None) -> int:
        """Number of effects of the kinds."""
        return sum(self._shown(effect).size for effect in _chosen(kinds))

    def position(self, effect: EffectKind, degree: int, iri: str, kinds: Collection[EffectKind] | None = None) -> int:
        """Position of the first effect after this one: where a page after that cursor starts."""
        before = [each for each in _chosen(kinds) if _ORDER.index(each) < _ORDER.index(effect)]
        base = sum(self._shown(each).size for each in before)
        return base + (self._shown(effect).position(degree, iri) if effect in _chosen(kinds) else 0)

    def counts(self) -> tuple[tuple[EffectKind, int, int], ...]:
        """(effect, kind ordinal of the entity, count), sorted; no entity is read for it."""
        out: list[tuple[EffectKind, int, int]] = []
        for effect in EffectKind:
            nodes, degrees = self._found[effect]
            if self.query.max_depth is not None:
                nodes = nodes[degrees <= self.query.max_depth]
            found = Counter(self.structure.kinds[nodes].tolist())
            out.extend((effect, kind, count) for kind, count in sorted(found.items()))
        return tuple(out)

    def groups(self, kinds: Collection[int]) -> tuple[tuple[int | None, EffectKind, int], ...]:
        """(nearest whole of the kinds that an entity is part of or in, effect, count), by IRI; None: of no such whole.

        Cost: the links of containment of the view, once per round of nesting.
        """
        whole = containers(self.view, self.structure.kinds, kinds)
        found: Counter[tuple[int, EffectKind]] = Counter()
        for effect in EffectKind:
            nodes, degrees = self._found[effect]
            if self.query.max_depth is not None:
                nodes = nodes[degrees <= self.query.max_depth]
            found.update((node, effect) for node in whole[nodes].tolist())
        named = sorted({node for node, _ in found if node >= 0})
        iris = dict(zip(named, self.view.iris(named), strict=True))
        order = sorted(found, key=lambda key: (key[0] < 0, iris.get(key[0], ""), _ORDER.index(key[1])))
        return tuple((None if node < 0 else node, effect, found[node, effect]) for node, effect in order)

    def _explained(self, rows: Sequence[tuple[EffectKind, int, int]]) -> list[Effect]:
        """The rows of one page with gates, shared points and reasons."""
        losing = [node for effect, node, _ in rows if effect is EffectKind.LOSES_REDUNDANCY]
        gates = {loss.gate for node in losing for loss in self._losses.by_consumer[node]}
        had = {gate: self._losses.had_suppliers(gate) for gate in sorted(gates)}
        points = shared_points(self.structure, self.structure.live.state.dead, had) if had else {}
        out = []
        for effect, node, degree in rows:
            before, after = self._health(node)
            match effect:
                case EffectKind.STOPS:
                    path, failed = self._because.falls(node)
                    out.append(Effect(node, effect, degree, path, before, after, self._failed(failed)))
                case EffectKind.LOSES_REDUNDANCY:
                    path = self._because.loses(node)
                    out.append(Effect(node, effect, degree, path, before, after, self._lost(node, points)))
                case EffectKind.DEGRADES:
                    out.append(Effect(node, effect, degree, self._worsened(node, degree), before, after))
                case _ if node in self._outage.fallen:
                    path, failed = self._because.falls(node)
                    reason = DarkReason.SENSOR_DOWN
                    out.append(Effect(node, effect, degree, path, before, after, self._failed(failed), reason))
                case _:
                    path = self._because.blind(node)
                    out.append(Effect(node, effect, degree, path, before, after, (), DarkReason.TARGET_OUT))
        return out

    def _worsened(self, node: int, degree: int) -> PathAnswer:
        """The chain to something that gets worse: within the scope, then through what hands on less."""
        nodes, links = self._moves.chain(node)
        head, inner = self._scope.chain(nodes[0])
        return PathAnswer((*head, *nodes[1:]), (*inner, *links), degree)

    def _lost(self, node: int, points: dict[int, int]) -> tuple[GateLoss, ...]:
        losses = self._losses.by_consumer[node]
        return tuple(self._gate(loss.gate, loss.medium, loss.after, points.get(loss.gate)) for loss in losses)

    def _failed(self, gates: Sequence[int]) -> tuple[GateLoss, ...]:
        medium = self.structure.gates.medium
        return tuple(self._gate(gate, int(medium[gate]), self._outage.remaining[gate], None) for gate in gates)

    def _gate(self, gate: int, medium: int, remaining: int, point: int | None) -> GateLoss:
        gates = self.structure.gates
        required = int(gates.k[gate])
        return GateLoss(
            medium=self.structure.media.iris[medium] if medium >= 0 else None,
            group=int(gates.owner[gate]) if gates.medium[gate] == GROUP else None,
            required=required,
            remaining=remaining,
            exhausted=remaining <= required,
            shared_point=point,
        )

    @cached_property
    def _job(self) -> Job:
        start = self.view.valid_at if self.query.window is None else self.query.window[0]
        end = END if self.query.window is None else self.query.window[1]
        return job_of(None, (start, end), self._losses)

    def collisions(self) -> tuple[Collision, ...]:
        """Orders that collide with the outage or, in what it touches, with each other."""
        job = self._job
        return collisions_among(self.structure, [*self.structure.orders.near(job), job], job.window)

    @cached_property
    def _region(self) -> Ints:
        return self._outage.out

    def undated_orders(self) -> tuple[int, ...]:
        """Open orders in what the outage takes or stops that have no start, by IRI."""
        return tuple(within(self.structure.orders.undated, self.structure.orders, self._region))

    @cached_property
    def _already(self) -> list[int]:
        """What was down before: in scope, and whatever the outage would reach next."""
        gates, dead = self.structure.gates, self.structure.live.state.dead
        down = set(self._scope.nodes[dead[self._scope.nodes] != 0].tolist())
        owners = gates.owner[self._outage.touched]
        stack = [*down, *owners[dead[owners] != 0].tolist()]
        down.update(stack)
        while stack:
            node = stack.pop()
            for gate in gates.out_gate[gates.out_start[node] : gates.out_start[node + 1]].tolist():
                owner = int(gates.owner[gate])
                if dead[owner] != 0 and owner not in down:
                    down.add(owner)
                    stack.append(owner)
        return sorted(down)

    def already_down(self) -> tuple[int, ...]:
        """What the outage takes, or would reach, and was down before, by IRI."""
        return self._named(self._already)

    def held_up_by_loop(self) -> tuple[int, ...]:
        """What the outage touches, that stays up, and could not come up again from all-off, by IRI."""
        live = self.structure.live
        cold = live.without(self._scope.nodes, self._budget, cold=True)
        owners = np.unique(self.structure.gates.owner[np.union1d(self._outage.touched, cold.touched)])
        touched = np.union1d(cold.down, owners[live.cold_start.dead[owners] != 0]).astype(np.int32)
        held = touched[(live.state.dead[touched] == 0) & ~is_in(touched, self._region)]
        return self._named(held.tolist())

    def observed_by_nothing(self) -> tuple[int, ...]:
        """Live things that had a delivering sensor for a property or failure mode and now have none, by IRI."""
        structure = self.structure
        return self._named(unobserved(structure.monitoring, structure.live.state, self._outage, self._dark[0]))

    def new_single_points(self) -> tuple[SinglePoint, ...]:
        """Dominators after that were none before, with how many they now dominate; largest first."""
        touched = self._outage.touched
        if not len(touched):
            return ()
        found = new_dominators(self.structure, self.structure.live.state.dead, self._losses.closed, touched)
        points = [SinglePoint(node, self.structure.media.iris[medium], count) for node, medium, count in found]
        return tuple(sorted(points, key=lambda point: (-point.count, self.view.iri(point.node), point.medium)))

    @cached_property
    def completeness(self) -> Completeness:
        """Whether everything was looked at, and whether what it rests on is declared."""
        outage, book = self._outage, self.structure.orders
        reasons = []
        stopped = self._scope.stopped or outage.stopped
        if stopped is not None:
            message = "The answer was cut short: what it lists is so, more may be."
            reasons.append(IncompleteReason(IncompleteCode(stopped), message, 1))
        elif not self._losses.exact:
            message = "A supply loop is too large to test every removal; its alternatives are counted by dominators."
            reasons.append(IncompleteReason(IncompleteCode.LINK_BUDGET, message, 1))
        if self._cut:
            message = f"Effects beyond degree {self.query.max_depth} are left out."
            reasons.append(IncompleteReason(IncompleteCode.MAX_DEPTH, message, self._cut))
        owners = np.unique(self.structure.gates.owner[outage.touched])
        reasons += self.structure.grounding.reasons(owners[~is_in(owners, np.sort(outage.scope))])
        unknown = within(book.unknown, book, self._region)
        if unknown:
            message = "Open orders that end before they start are left out of the collisions."
            reasons.append(IncompleteReason(IncompleteCode.UNKNOWN_INTERVAL, message, len(unknown), tuple(unknown)))
        return completeness_of(
            self.view,
            reasons,
            exhausted_to_depth=self.query.max_depth
            if self._cut and self.query.max_depth is not None
            else int(outage.degree.max(initial=0)),
            visited_nodes=len(np.union1d(owners, self._region)),
            visited_links=outage.visited_links,
        )


_ORDER = list(EffectKind)


def _chosen(kinds: Collection[EffectKind] | None) -> list[EffectKind]:
    return [effect for effect in _ORDER if kinds is None or effect in kinds]


def _columns(rows: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    table = np.array(list(rows), np.int32).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])
