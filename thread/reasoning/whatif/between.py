"""What do the changes do to the plant? The outage between the state before and the state after, and its impact."""

from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection import OverlayView, View
from thread.projection.view import Ints
from thread.reasoning.answers import Budget
from thread.reasoning.health.moves import HealthMoves
from thread.reasoning.impact import EffectKind, Impact, ImpactQuery
from thread.reasoning.live import Outage, State, is_in
from thread.reasoning.orders import Collision, collisions_among
from thread.reasoning.scope import Scope
from thread.reasoning.structure import GROUP, Bytes, Gates, Structure
from thread.reasoning.whatif.changes import Laid


class ScenarioImpact(Impact):
    """What a scenario does, against the plant as it is; made by ``impact_between``."""

    base: Structure
    after: Structure
    laid: Laid
    came_up: Ints

    @cached_property
    def restored(self) -> tuple[int, ...]:
        """What was down and lives in the scenario, by IRI."""
        return self._named(self.came_up.tolist())

    @cached_property
    def _moves(self) -> HealthMoves:
        """Health of the plant as it is, and of the plant as it would be."""
        after = self.after
        before = np.append(self.base.health.high.by_node, np.ones(after.size - self.base.size))
        seeds = np.union1d(self._scope.nodes, np.array(sorted(self.laid.switched), np.int32)).astype(np.int32)
        return HealthMoves(after, seeds, before[after.plan.node], after.health.high.h, after.health.high.shut)

    @cached_property
    def _found(self) -> dict[EffectKind, tuple[Ints, Ints]]:
        """What is operated and falls by something else is a target still, and no effect."""
        found: dict[EffectKind, tuple[Ints, Ints]] = dict(Impact._found.func(self))  # type: ignore[attr-defined]
        targets = np.array(sorted(self.targets), np.int32)
        for effect in (EffectKind.STOPS, EffectKind.DEGRADES):
            nodes, degrees = found[effect]
            kept = ~is_in(nodes, targets)
            found[effect] = nodes[kept], degrees[kept]
        return found

    def collisions(self) -> tuple[Collision, ...]:
        """Orders that collide with what goes out or, in what it touches, with each other; assumed ones with any."""
        book, job = self.structure.orders, self._job
        mine = [book.jobs[order] for order in self.laid.orders if order in book.jobs]
        found = {each.order: each for one in (job, *mine) for each in book.near(one)}
        found |= {each.order: each for each in mine}
        return collisions_among(self.structure, [*found.values(), job], job.window)

    def held_up_by_loop(self) -> tuple[int, ...]:
        """What the changes touch, that stays up, and could not come up again from all-off, by IRI."""
        owners = np.unique(self.structure.gates.owner[self._outage.touched])
        return self._named(np.intersect1d(owners, self.after.live.held_up_by_loop).tolist())


def impact_between(
    base: Structure, after: Structure, laid: Laid, query: ImpactQuery, budget: Budget | None = None
) -> ScenarioImpact:
    """What the changes stop, weaken, darken and bring back, and which orders collide.

    Args:
        base: the structure without the changes.
        after: the structure with them (``overlaid``).
        query: its mode is not read: the changes say what goes out, and how.
    Cost: the live set of ``after``, and what differs.
    """
    budget = budget or Budget()
    before = _before(base, after)
    scope = _LaidScope(after.view, laid, budget)
    outage = _outage(before, after, scope, laid)
    impact = ScenarioImpact(before, query, budget, scope, outage)
    dead, lives = before.live.state.dead, after.live.state.dead == 0
    impact.base, impact.after, impact.laid = base, after, laid
    impact.came_up = np.flatnonzero((dead != 0) & lives & (after.kinds >= 0)).astype(np.int32)
    return impact


class _LaidScope(Scope):
    """What the changes take out, with how each belongs to a target; what is operated is a target and stays."""

    def __init__(self, view: View, laid: Laid, budget: Budget) -> None:
        super().__init__(view, laid.taken_out, parts=True, budget=budget)
        self._level |= dict.fromkeys(laid.failed, 0)
        self._out = np.array(sorted(self._level), np.int32)
        self._level = {**dict.fromkeys((*laid.targets, *laid.switched), 0), **self._level}
        self.targets = laid.targets

    @property
    def nodes(self) -> Ints:
        """Everything that goes out, ascending."""
        return self._out

    def also(self, nodes: Ints) -> None:
        """Count more nodes as going out by themselves."""
        self._level |= dict.fromkeys(nodes.tolist(), 0)
        self._out = np.union1d(self._out, nodes).astype(np.int32)


def _before(base: Structure, after: Structure) -> Structure:
    """The plant as it is, told by the gates that it has afterwards: same nodes, same gates, another state."""
    view = after.view
    assert isinstance(view, OverlayView)
    more = after.size - base.size
    own = np.append(base.own, np.zeros(more, np.uint8))
    shut = np.append(base.conduction.shut, np.zeros(more, np.uint8))
    before = replace(after, own=own, conduction=replace(after.conduction, shut=shut))
    before.__dict__["loops"] = after.loops
    state = base.live.state
    dead = np.append(state.dead, np.zeros(more, np.uint8))
    count = state.count if _same(base.gates, after.gates) else _counted(base, after, dead, shut)
    before.live.__dict__["state"] = State(after.loops, dead, count)
    return before


def _same(left: Gates, right: Gates) -> bool:
    return left.owner is right.owner


def _counted(base: Structure, after: Structure, dead: Bytes, shut: Bytes) -> Ints:
    """Suppliers of each gate that lived and fed before the changes, also of gates that were not there."""
    gates, known = after.gates, _keys(base)
    keys = _keys(after)
    at = np.searchsorted(known, keys)
    found = np.append(known, -1)[at] == keys
    count = np.append(base.live.state.count, np.int32(0))[at]
    for gate in np.flatnonzero(~found).tolist():
        suppliers = gates.supplier[gates.start[gate] : gates.start[gate + 1]]
        count[gate] = int(((dead[suppliers] == 0) & ((shut[suppliers] == 0) | (gates.cls[gate] < 0))).sum())
    return count.astype(np.int32)


def _keys(structure: Structure) -> npt.NDArray[np.int64]:
    """Gates by owner, medium and class: unique, ascending as the gates are."""
    gates, flows = structure.gates, len(structure.media.iris)
    slot = np.where(gates.medium == GROUP, flows + 1 + gates.cls, gates.medium).astype(np.int64) + 1
    return gates.owner.astype(np.int64) * (flows + len(structure.media.classes) + 3) + slot


def _outage(before: Structure, after: Structure, scope: _LaidScope, laid: Laid) -> Outage:
    """What fell between two states, by degree; what no failed gate explains is in scope."""
    gates, old, new = before.gates, before.live.state, after.live.state
    fallen = np.flatnonzero((old.dead == 0) & (new.dead != 0)).astype(np.int32)
    switched = np.array(sorted(node for node in laid.switched if _shuts(before, after, node)), np.int32)
    touched = np.flatnonzero(new.count < old.count).astype(np.int32)
    falling = set(fallen.tolist())
    begins = (*scope.nodes.tolist(), *switched.tolist())
    degree = dict.fromkeys((node for node in begins if node in falling), 0)
    queue = [*degree, *(node for node in switched.tolist() if node not in degree)]
    steps = dict.fromkeys(queue, 0)
    for node in queue:  # it grows
        flows_only = node not in degree
        for gate in gates.out_gate[gates.out_start[node] : gates.out_start[node + 1]].tolist():
            owner = int(gates.owner[gate])
            blocked = gates.cls[gate] >= 0 and before.conduction.shut[node] != 0
            if owner not in falling or owner in degree or blocked or (flows_only and gates.cls[gate] < 0):
                continue
            if new.count[gate] < gates.k[gate]:
                degree[owner] = steps[owner] = steps[node] + 1
                queue.append(owner)
    alone = np.array(sorted(falling - degree.keys()), np.int32)
    scope.also(alone)
    degree = {**dict.fromkeys(alone.tolist(), 0), **degree}
    order = sorted(degree, key=lambda node: degree[node])
    loops = np.unique(old.loops.of_gate[touched])
    return Outage(
        scope=scope.nodes,
        down=np.array(order, np.int32),
        degree=np.array([degree[node] for node in order], np.int32),
        touched=touched,
        left=new.count[touched],
        evaluated=loops[loops >= 0].astype(np.int32),
        visited_links=int(np.diff(gates.out_start)[fallen].sum()),
        stopped=None,
        switched=switched,
    )


def _shuts(before: Structure, after: Structure, node: int) -> bool:
    return bool(before.conduction.shut[node] == 0 and after.conduction.shut[node] != 0)


def changes_between(base: Structure, after: Structure, least: float) -> list[tuple[int, float, float]]:
    """What does worse or better than before by so much: node, health before and after; worst first, then by IRI.

    Cost: the health of both, and O(n).
    """
    was, now = base.health.high.by_node, after.health.high.by_node[: base.size]
    moved = np.flatnonzero((np.abs(now - was) >= least) & (base.kinds >= 0))
    found = [(int(node), float(was[node]), float(now[node])) for node in moved]
    return sorted(found, key=lambda each: (each[2] - each[1], after.view.iri(each[0])))
