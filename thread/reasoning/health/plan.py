"""In which order and from which arrays is health computed? A structure, renumbered once so that passes are fast."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.structure import Bytes

Reals = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
_GATE_START, _OUT_START, _RING_OF = 0, 9, 17
_HANDS = (1, 2, 3, 4, 5, 7, 8, 9, 10)
"""Places in ``Plan.arrays``."""


@dataclass(frozen=True)
class Wiring:
    """Gates of nodes with everything that health asks of them: hard ones, and those that only degrade."""

    size: int
    owner: Ints
    """Ascending."""
    k: Ints
    start: Ints
    """Inputs of gate g are ``start[g] : start[g + 1]``."""
    supplier: Ints
    flow: Bytes
    """Per gate: something flows, so that an operated element in the wrong state gives nothing."""
    law: Bytes
    """Per input: ordinal of its law, 0: hard."""
    laws: Reals
    """Floor, slack and mix of each law."""
    loop: Ints
    """Per gate: the loop of its grounding class that it is in, -1: none."""
    inside: Bytes
    """Per input: the supplier is in that loop."""
    operated: npt.NDArray[np.bool_]
    """Per node: its kind conducts in one state only."""
    relation: Ints
    """Per input: relation ordinal and row of the link behind it."""
    row: Ints

    @cached_property
    def of_start(self) -> Ints:
        """Gates of node v are ``of_start[v] : of_start[v + 1]``."""
        return np.concatenate(([0], np.cumsum(np.bincount(self.owner, minlength=self.size)))).astype(np.int32)

    def widened(self, more: int) -> "Wiring":
        """The same with more nodes at the end, which need nothing."""
        return replace(self, size=self.size + more, operated=np.append(self.operated, np.zeros(more, bool)))

    @cached_property
    def outward(self) -> tuple[Ints, Ints]:
        """Gates that node u supplies are ``gates[start[u] : start[u + 1]]``: start, gates."""
        of_gate = np.repeat(np.arange(len(self.owner), dtype=np.int32), np.diff(self.start))
        return _outward(self.supplier, of_gate, self.size)


@dataclass(frozen=True)
class Plan:
    """Arrays over positions: nodes sorted by (level, shape, degree), suppliers before consumers."""

    node: Ints
    """Node of each position."""
    position: Ints
    """Position of each node."""
    runs: Ints
    """(first, last, shape, degree) of stretches of equal nodes, flat."""
    arrays: tuple[npt.NDArray[np.generic], ...]
    """As the kernels take them."""
    inputs: int
    rings: int
    """Number of cycles."""
    largest_ring: int
    largest_gate: int
    loop_count: int

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.node)

    @property
    def hands(self) -> tuple[npt.NDArray[np.generic], ...]:
        """The arrays that tell who hands what on."""
        return tuple(self.arrays[at] for at in _HANDS)

    def widened(self, more: int) -> "Plan":
        """The same with more nodes at the end, which need nothing. Cost: copies of a few columns."""
        if not more:
            return self
        from thread.reasoning.health.kernels import LEAF

        n = self.size
        added = np.arange(n, n + more, dtype=np.int32)
        run = np.array([n, n + more, LEAF, 0], np.int32)
        arrays = list(self.arrays)
        for at in (_GATE_START, _OUT_START):
            arrays[at] = np.append(arrays[at], np.repeat(arrays[at][-1:], more))
        arrays[_RING_OF] = np.append(arrays[_RING_OF], np.full(more, -1, np.int32))
        return replace(
            self,
            node=np.append(self.node, added),
            position=np.append(self.position, added),
            runs=np.append(self.runs, run),
            arrays=tuple(arrays),
        )


class Space:
    """Scratch arrays of one running pass; clean between passes."""

    def __init__(self, plan: Plan) -> None:
        ring = plan.largest_ring
        room = (plan.inputs + 2 * ring if ring else 0) + 4
        gates = len(plan.arrays[2])
        self.arrays = (
            np.empty(room), np.empty(room, np.int32), np.empty(ring + 1, np.int32), np.zeros(gates + 1, np.int32),
            np.zeros(ring + 1, np.int32), np.zeros(plan.size if ring else 1, np.uint8),
            np.empty(ring + plan.largest_gate + 1), np.zeros(plan.loop_count + 1, np.uint8),
        )  # fmt: skip
        self.queue, self.queued = np.empty(plan.size + 1, np.int32), np.zeros(plan.size + 1, np.uint8)
        self.log, self.was = np.empty(plan.size + 1, np.int32), np.empty(plan.size + 1)


def compile_plan(wiring: Wiring) -> Plan:
    """The plan of a wiring. Cost: O(n + m) and one sort of the nodes."""
    from thread.reasoning.health.kernels import LEAF, MIXED, PURE, RING

    n, gates = wiring.size, len(wiring.owner)
    width = np.diff(wiring.start)
    of_gate = np.repeat(np.arange(gates, dtype=np.int32), width)
    out_start, out_gate = _outward(wiring.supplier, of_gate, n)
    ring = _rings(wiring, out_start, out_gate)
    whole = wiring.k == width
    plain = (wiring.law != 0) | ((wiring.flow[of_gate] != 0) & wiring.operated[wiring.supplier])
    whole[of_gate[plain]] = False
    shape = np.full(n, LEAF, np.int64)
    shape[wiring.owner] = PURE
    shape[wiring.owner[~whole]] = MIXED
    shape[ring >= 0] = RING
    degree = np.bincount(wiring.owner, weights=width, minlength=n).astype(np.int64)
    degree[ring >= 0] = ring[ring >= 0]
    level = _levels(wiring, ring, out_start, out_gate)
    order = np.argsort((level.astype(np.int64) * 4 + shape) << 32 | degree, kind="stable").astype(np.int32)
    position = np.empty(n, np.int32)
    position[order] = np.arange(n, dtype=np.int32)
    return _numbered(wiring, order, position, shape[order], degree[order], level[order], ring[order])


def _outward(supplier: Ints, of_gate: Ints, n: int) -> tuple[Ints, Ints]:
    start = np.concatenate(([0], np.cumsum(np.bincount(supplier, minlength=n)))).astype(np.int32)
    return start, of_gate[np.argsort(supplier, kind="stable")]


def _rings(wiring: Wiring, out_start: Ints, out_gate: Ints) -> Ints:
    """Number of the cycle of each node, -1: in none."""
    from thread.reasoning.kernels import strong

    ring = np.full(wiring.size, -1, np.int32)
    owners = wiring.owner[np.flatnonzero(np.diff(wiring.owner, prepend=-1))]
    cls = np.zeros(len(wiring.owner), np.int32)
    strong(owners, -1, ring.copy(), out_start, out_gate, wiring.owner, cls, ring)
    return ring


def _levels(wiring: Wiring, ring: Ints, out_start: Ints, out_gate: Ints) -> Ints:
    from thread.reasoning.health.kernels import levels

    n = wiring.size
    rings = int(ring.max(initial=-1)) + 1
    alone = ring < 0
    unit = np.where(alone, rings + np.cumsum(alone) - 1, ring).astype(np.int32)
    units = rings + int(alone.sum())
    members = np.argsort(unit, kind="stable").astype(np.int32)
    start = np.concatenate(([0], np.cumsum(np.bincount(unit, minlength=units)))).astype(np.int32)
    level, pend, queue = np.zeros(units, np.int32), np.zeros(units, np.int32), np.empty(units, np.int32)
    done = levels(unit, members, start, out_start, wiring.owner[out_gate], level, pend, queue)
    assert done == units
    return level[unit] if n else level


def _numbered(
    wiring: Wiring, order: Ints, position: Ints, shape: Longs, degree: Longs, level: Ints, ring: Ints
) -> Plan:  # the arrays of the plan, from those of the wiring
    from thread.reasoning.health.kernels import PURE

    n, width = wiring.size, np.diff(wiring.start)
    gates = np.argsort(position[wiring.owner], kind="stable")
    owner = position[wiring.owner[gates]]
    sizes = width[gates]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    pick = np.repeat(wiring.start[gates] - starts[:-1], sizes) + np.arange(starts[-1])
    keep = np.ones(len(gates), bool)
    keep[1:] = (owner[1:] != owner[:-1]) | (shape[owner[1:]] != PURE)
    at = np.flatnonzero(keep)
    in_start = np.append(starts[at], starts[-1]).astype(np.int32)
    owner = owner[at]
    k = np.where(shape[owner] == PURE, np.diff(in_start), wiring.k[gates][at]).astype(np.int32)
    inp = position[wiring.supplier[pick]]
    of_gate = np.repeat(np.arange(len(at), dtype=np.int32), np.diff(in_start))
    out_start, out_gate = _outward(inp, of_gate, n)
    gate_start = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=n)))).astype(np.int32)
    changes = (np.diff(level, prepend=-1) != 0) | (np.diff(shape, prepend=-1) != 0)
    changes |= (np.diff(degree, prepend=-1) != 0) & (shape != 3)
    first = np.flatnonzero(changes)
    runs = np.column_stack((first, np.append(first, n)[1:], shape[first], degree[first])).astype(np.int32)
    inside = np.flatnonzero(np.diff(ring, prepend=-1) * (ring >= 0) != 0)
    ring_start = inside.astype(np.int32)
    ring_of = np.full(n, -1, np.int32)
    members = np.flatnonzero(ring >= 0)
    ring_of[members] = np.searchsorted(ring_start, members, side="right") - 1
    ring_end = (ring_start + np.bincount(ring_of[members], minlength=len(ring_start))).astype(np.int32)
    gate_loop, within, loop_start, loop_nodes, ring_loops = _loops(
        wiring.loop[gates][at], wiring.inside[pick], owner, inp, of_gate, ring_of, len(ring_start)
    )
    arrays = (
        gate_start, in_start, k, wiring.flow[gates][at], inp, wiring.law[pick], within,
        wiring.laws, owner.astype(np.int32), out_start, out_gate, gate_loop, loop_start, loop_nodes,
        ring_start, ring_end, ring_loops, ring_of,
    )  # fmt: skip
    return Plan(
        order, position, np.ascontiguousarray(runs.ravel()), tuple(np.ascontiguousarray(each) for each in arrays),
        len(inp), len(ring_start), int((ring_end - ring_start).max(initial=0)), int(sizes.max(initial=0)),
        len(loop_start) - 1,
    )  # fmt: skip


def _loops(
    loop: Ints, inside: Bytes, owner: Ints, inp: Ints, of_gate: Ints, ring_of: Ints, rings: int
) -> tuple[Ints, Bytes, Ints, Ints, Ints]:
    """Loops within cycles: their gates, the inputs that are inside, their members, and which loops each cycle has.

    Outside of cycles there is nothing to ground: what a loop of a larger plant leaves there is an ordinary gate.
    """
    ring = ring_of[owner]
    of = np.flatnonzero((loop >= 0) & (ring >= 0))
    width = int(loop.max(initial=0)) + 1
    keys, number = np.unique(ring[of].astype(np.int64) * width + loop[of], return_inverse=True)
    gate_loop = np.full(len(loop), -1, np.int32)
    gate_loop[of] = number.reshape(-1)
    members = np.unique(gate_loop[of].astype(np.int64) << 32 | owner[of])
    within = np.zeros(len(inp), np.uint8)
    at = np.flatnonzero((inside != 0) & (gate_loop[of_gate] >= 0))
    within[at] = np.isin(gate_loop[of_gate[at]].astype(np.int64) << 32 | inp[at], members)  # and not an entry by now
    start = np.searchsorted(members >> 32, np.arange(len(keys) + 1)).astype(np.int32)
    ring_loops = np.searchsorted(keys // width, np.arange(rings + 1)).astype(np.int32)
    return gate_loop, within, start, (members & 0xFFFFFFFF).astype(np.int32), ring_loops
