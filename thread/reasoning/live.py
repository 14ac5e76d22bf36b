"""What lives, and what falls when these are taken out? The greatest X = T(X), and outages as changes to it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.answers import Budget, IncompleteCode
from thread.reasoning.structure import Bytes, Loops, Structure

if TYPE_CHECKING:
    from thread.reasoning.points import Alternatives

_CHUNK = 4_000_000
"""Links between two looks at the clock: about 20 ms."""


@dataclass(frozen=True)
class State:
    """One fixpoint: what is down in it and how many live suppliers each gate has."""

    loops: Loops
    dead: Bytes
    count: Ints


@dataclass(frozen=True)
class Outage:
    """What falls if the scope is taken out of a state: all of it, and nothing else is touched."""

    scope: Ints
    """What was taken out."""
    down: Ints
    """What fell with it or was in scope, newly down, by degree."""
    degree: Ints
    """Length of the shortest chain through failed gates, per ``down``; 0 in scope."""
    touched: Ints
    """Gates that lost a supplier, their owners fallen or not."""
    left: Ints
    """Live suppliers left, per ``touched``."""
    evaluated: Ints
    """Loops that were reached again."""
    visited_links: int
    stopped: IncompleteCode | None
    """LINK_BUDGET, NODE_BUDGET or DEADLINE: what is said to be down is, more may be."""
    switched: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    """What was operated and carries nothing that flows any more, though it may live."""

    @cached_property
    def ascending(self) -> Ints:
        """The nodes of ``down``, ascending."""
        return np.sort(self.down)

    @cached_property
    def out(self) -> Ints:
        """Scope and ``down``, ascending."""
        return np.union1d(self.scope, self.down).astype(np.int32)

    @cached_property
    def fallen(self) -> frozenset[int]:
        """The nodes of ``down`` as a set."""
        return frozenset(self.down.tolist())

    @cached_property
    def degrees(self) -> dict[int, int]:
        """Degree by node of ``down``; 0 for what was operated."""
        found = dict(zip(self.down.tolist(), self.degree.tolist(), strict=True))
        return {**dict.fromkeys(self.switched.tolist(), 0), **found}

    def carries(self, node: int, *, flows: bool) -> bool:
        """Whether a node still hands on: it did not fall and, for what flows, was not shut."""
        return node not in self.fallen and not (flows and node in self._shut)

    @cached_property
    def _shut(self) -> frozenset[int]:
        return frozenset(self.switched.tolist())

    @cached_property
    def remaining(self) -> dict[int, int]:
        """Live suppliers left by touched gate."""
        return dict(zip(self.touched.tolist(), self.left.tolist(), strict=True))


class _Workspace:
    """Scratch arrays of one running question; clean between questions, so that each costs what it reaches."""

    def __init__(self, structure: Structure, state: State) -> None:
        n, g, loops = structure.size, structure.gates.size, state.loops.size
        self.dead, self.count = state.dead.copy(), state.count.copy()
        self.queue, self.stack, self.pend = (np.empty(n, np.int32) for _ in range(3))
        self.degree = np.full(n, -2, np.int32)
        self.reached = np.zeros(n, np.uint8)
        self.touched, self.rem = np.empty(g, np.int32), np.empty(g, np.int32)
        self.gate_mark = np.zeros(g, np.uint8)
        self.dirty, self.evaluated = np.empty(loops + 1, np.int32), np.empty(loops + 1, np.int32)
        self.loop_mark = np.zeros(loops, np.uint8)
        self.meta = np.zeros(6, np.int64)


class Live:
    """The live state of a structure and the outages asked of it; safe in any thread."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._pools: dict[bool, list[_Workspace]] = {False: [], True: []}
        self._alternatives: dict[int, Alternatives] = {}
        self._lock = threading.Lock()

    @cached_property
    def state(self) -> State:
        """The greatest X = T(X), with grounded supply."""
        return self._fixpoint(self.structure.loops)

    @cached_property
    def cold_start(self) -> State:
        """The least fixpoint: what can come up from all-off."""
        return self._fixpoint(self.structure.all_loops)

    @cached_property
    def held_up_by_loop(self) -> Ints:
        """Nodes that live and could not come up again from all-off, ascending."""
        return np.flatnonzero((self.state.dead == 0) & (self.cold_start.dead != 0)).astype(np.int32)

    def _fixpoint(self, loops: Loops) -> State:
        """Kill from everything live: what is down by itself, what is shut, and loops that nothing feeds."""
        structure = self.structure
        gates, shut = structure.gates, structure.conduction.shut
        start = State(loops, structure.own.copy(), np.diff(gates.start).astype(np.int32))
        space = _Workspace(structure, start)
        closed = shut[gates.supplier] != 0
        if closed.any():
            at = np.flatnonzero(closed)
            gate = np.searchsorted(gates.start, at, side="right") - 1
            np.subtract.at(space.count, gate[gates.cls[gate] >= 0], 1)
        failed = gates.owner[(space.count < gates.k) & (space.dead[gates.owner] == 0)]
        space.dead[failed] = 1
        seeds = np.flatnonzero(space.dead).astype(np.int32)
        space.queue[: len(seeds)] = seeds
        space.dirty[: loops.size] = np.arange(loops.size)
        space.loop_mark[:] = 1
        space.meta[:] = (0, len(seeds), loops.size, 0, 0, 0)
        self._run(space, loops, 2**62)
        return State(loops, space.dead, space.count)

    def _run(self, space: _Workspace, loops: Loops, limit: int) -> bool:
        from thread.reasoning.kernels import kill

        gates = self.structure.gates
        return bool(
            kill(
                space.dead, space.count, space.queue, space.meta, space.touched, space.gate_mark, space.dirty,
                space.loop_mark, space.evaluated, space.rem, space.pend, space.reached, space.stack,
                gates.start, gates.supplier, gates.owner, gates.k, gates.cls, gates.of_start, gates.out_start,
                gates.out_gate, self.structure.conduction.shut, loops.of_gate, loops.inside, loops.start,
                loops.nodes, limit,
            )
        )  # fmt: skip

    def without(self, scope: Sequence[int] | Ints, budget: Budget | None = None, *, cold: bool = False) -> Outage:
        """What falls if the nodes of ``scope`` are down as well; ``cold``: what could no longer start from off.

        Cost: O(what falls and its links); a loop that lost an entry is reached again in O(its links).
        """
        budget = budget or Budget()
        state = self.cold_start if cold else self.state
        with self._lock:
            pool = self._pools[cold]
            space = pool.pop() if pool else None
        if space is None:
            space = _Workspace(self.structure, state)
        try:
            return self._without(space, state, np.asarray(scope, np.int32), budget)
        finally:
            with self._lock:
                pool.append(space)

    def _without(self, space: _Workspace, state: State, scope: Ints, budget: Budget) -> Outage:
        from thread.reasoning.kernels import EVALUATED, LINKS, TAIL, TOUCHED, settle, start_from

        gates, meta = self.structure.gates, space.meta
        seeds = start_from(scope, space.dead, space.queue, meta)
        stopped = None
        while stopped is None:
            if self._run(space, state.loops, min(int(meta[LINKS]) + _CHUNK, budget.links)):
                break
            if int(meta[LINKS]) > budget.links:
                stopped = IncompleteCode.LINK_BUDGET
            elif int(meta[TAIL]) > budget.nodes:
                stopped = IncompleteCode.NODE_BUDGET
            elif budget.deadline is not None and time.monotonic() > budget.deadline:
                stopped = IncompleteCode.DEADLINE
        reached = settle(
            seeds, space.queue, meta, space.touched, space.evaluated, space.dirty, space.dead, space.count,
            space.gate_mark, space.loop_mark, space.degree, space.stack, space.pend, space.rem, state.count,
            gates.k, gates.cls, gates.owner, gates.out_start, gates.out_gate, self.structure.conduction.shut,
        )  # fmt: skip
        touched = int(meta[TOUCHED])
        return Outage(
            scope, space.stack[:reached].copy(), space.pend[:reached].copy(), space.touched[:touched].copy(),
            space.rem[:touched].copy(), space.evaluated[: int(meta[EVALUATED])].copy(), int(meta[LINKS]), stopped,
        )  # fmt: skip

    def alternatives(self, loop: int) -> "Alternatives":
        """Alternatives of the gates of a loop in the live state; kept."""
        from thread.reasoning.points import alternatives_in

        if loop not in self._alternatives:
            self._alternatives[loop] = alternatives_in(self.structure, self.state, self.state.dead, loop)
        return self._alternatives[loop]

    def dead_after(self, outage: Outage) -> Bytes:
        """Down in the state or by the outage, over all nodes. Cost: O(n) copy."""
        dead = self.state.dead.copy()
        dead[outage.down] = 1
        return dead


def is_in(nodes: Ints, ascending: Ints) -> npt.NDArray[np.bool_]:
    """Which nodes are in an ascending array. Cost: O(nodes log ascending)."""
    if not len(ascending):
        return np.zeros(len(nodes), bool)
    at = np.minimum(np.searchsorted(ascending, nodes), len(ascending) - 1)
    found: npt.NDArray[np.bool_] = ascending[at] == nodes
    return found
