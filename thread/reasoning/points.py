"""What does a supply rest on? Alternatives that count, shared points and new single points, by dominators.

A node d dominates w in a class where every way from a root (a producer, a source) to w leads over d.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.live import State
from thread.reasoning.structure import GROUP, Bytes, Structure

REMOVAL_LIMIT = 50_000_000
"""Links of one removal test of a loop; beyond it the dominators are taken, which see one gate per node."""


@dataclass(frozen=True)
class Alternatives:
    """The gates of one loop with their inputs; ``counts`` says which inputs are alternatives."""

    gates: Ints
    inputs: Ints
    gate_of: Ints
    counts: npt.NDArray[np.bool_]
    exact: bool

    def inputs_of(self, gate: int) -> slice:
        """Where the inputs of a gate stand in ``inputs`` and ``counts``."""
        return slice(*np.searchsorted(self.gate_of, (gate, gate + 1)).tolist())

    def totals(self) -> dict[int, int]:
        """Number of alternatives by gate."""
        number = np.bincount(np.searchsorted(self.gates, self.gate_of[self.counts]), minlength=len(self.gates))
        return dict(zip(self.gates.tolist(), number.tolist(), strict=True))


def spans(starts: npt.NDArray[Any], ends: npt.NDArray[Any]) -> Ints:
    """All positions of the half-open spans, in order."""
    lengths = ends - starts
    shift = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    positions: Ints = (np.arange(lengths.sum()) + shift).astype(np.int32)
    return positions


def alternatives_in(structure: Structure, state: State, dead: Bytes, loop: int) -> Alternatives:
    """A(v, m) of every gate in a loop: live conducting suppliers that the owner does not dominate.

    One k = 1 gate per member: dominators, near-linear. Else the removal test: is the supplier reached without v?
    """
    gates, loops = structure.gates, state.loops
    members = loops.nodes[loops.start[loop] : loops.start[loop + 1]]
    owned = spans(gates.of_start[members], gates.of_start[members + 1])
    chosen = owned[loops.of_gate[owned] == loop]
    inputs = spans(gates.start[chosen], gates.start[chosen + 1])
    gate_of = np.repeat(chosen, gates.start[chosen + 1] - gates.start[chosen])
    supplier, owner = gates.supplier[inputs], gates.owner[gate_of]
    passing = (dead[supplier] == 0) & ((structure.conduction.shut[supplier] == 0) | (gates.cls[gate_of] < 0))
    inner = loops.inside[inputs] != 0
    simple = bool((gates.k[chosen] == 1).all()) and len(chosen) == len(members)
    exact = simple or len(members) * len(inputs) <= REMOVAL_LIMIT
    if exact and not simple:
        return Alternatives(chosen, inputs, gate_of, by_removal(structure, state, dead, loop)[inputs], True)
    a, b = np.searchsorted(members, supplier) + 1, np.searchsorted(members, owner) + 1
    held = passing & (dead[owner] == 0)
    entries = np.unique(b[held & ~inner])
    arcs = held & inner
    tail = np.concatenate((np.zeros(len(entries), np.int64), a[arcs]))
    target = np.concatenate((entries, b[arcs]))
    number, size = _tree_of(len(members) + 1, tail, target)
    at, over = np.minimum(a, len(members)), b
    dominated = inner & (number[over] >= 0) & (number[at] >= number[over]) & (number[at] < number[over] + size[over])
    return Alternatives(chosen, inputs, gate_of, passing & ~dominated, exact)


def by_removal(structure: Structure, state: State, dead: Bytes, loop: int) -> npt.NDArray[np.bool_]:
    from thread.reasoning.kernels import removal

    gates, loops, n = structure.gates, state.loops, structure.size
    counts = np.zeros(len(gates.supplier), np.uint8)
    removal(
        loop, dead, np.empty(gates.size, np.int32), np.empty(n, np.int32), np.zeros(n, np.uint8),
        np.empty(n, np.int32), counts, gates.start, gates.supplier, gates.owner, gates.k, gates.cls, gates.of_start,
        gates.out_start, gates.out_gate, structure.conduction.shut, loops.of_gate, loops.inside, loops.start,
        loops.nodes,
    )  # fmt: skip
    found: npt.NDArray[np.bool_] = counts != 0
    return found


def _idoms_of(size: int, tail: npt.NDArray[np.int64], target: npt.NDArray[np.int64]) -> Ints:
    from thread.reasoning.flows import idoms

    order = np.argsort(tail, kind="stable")
    start = np.concatenate(([0], np.cumsum(np.bincount(tail, minlength=size)))).astype(np.int32)
    found: Ints = idoms(size, start, target[order].astype(np.int32))
    return found


def _tree_of(size: int, tail: npt.NDArray[np.int64], target: npt.NDArray[np.int64]) -> tuple[Ints, Ints]:
    from thread.reasoning.flows import tree

    found: tuple[Ints, Ints] = tree(_idoms_of(size, tail, target))
    return found


@dataclass(frozen=True)
class _Flow:
    """The live flow graph of a class among some nodes: local 0 is the root, ``nodes[i - 1]`` is local i."""

    nodes: Ints
    tail: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]


def _flow(structure: Structure, dead: Bytes, cls: int, nodes: Ints) -> _Flow:
    """Links of a class among ascending nodes that hold all their live feeders; what nothing feeds hangs on the root."""
    gates = structure.gates
    alive = nodes[dead[nodes] == 0]
    owned = spans(gates.of_start[alive], gates.of_start[alive + 1])
    chosen = owned[gates.cls[owned] == cls]
    inputs = spans(gates.start[chosen], gates.start[chosen + 1])
    owner = gates.owner[np.repeat(chosen, gates.start[chosen + 1] - gates.start[chosen])]
    supplier = gates.supplier[inputs]
    passing = (dead[supplier] == 0) & (structure.conduction.shut[supplier] == 0)
    tail = np.searchsorted(nodes, supplier[passing]) + 1
    target = np.searchsorted(nodes, owner[passing]) + 1
    roots = np.setdiff1d(np.searchsorted(nodes, alive) + 1, target)
    return _Flow(nodes, np.concatenate((np.zeros(len(roots), np.int64), tail)), np.concatenate((roots, target)))


def _feeders(structure: Structure, dead: Bytes, cls: int, seeds: Ints) -> Ints:
    """The seeds and all that feeds them in a class, ascending."""
    from thread.reasoning.flows import upstream

    gates, found = structure.gates, np.empty(structure.size, np.int32)
    mark = np.zeros(structure.size, np.uint8)
    count = upstream(
        seeds, cls, mark, found, dead, structure.conduction.shut, gates.start, gates.supplier, gates.cls, gates.of_start
    )
    return np.sort(found[:count])


def shared_points(structure: Structure, dead: Bytes, feeds: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Nearest node on which all given suppliers of a gate rest, by gate; gates without one are absent.

    ``feeds``: gate -> its alternatives. A redundancy group is no such node: it is passed over.
    """
    by_class: dict[int, list[int]] = {}
    for gate, suppliers in feeds.items():
        if suppliers and structure.gates.cls[gate] >= 0:
            by_class.setdefault(int(structure.gates.cls[gate]), []).append(gate)
    found: dict[int, int] = {}
    required = structure.groups.required
    for cls, gates in by_class.items():
        seeds = np.unique(np.array([node for gate in gates for node in feeds[gate]], np.int32))
        flow = _flow(structure, dead, cls, _feeders(structure, dead, cls, seeds))
        first = len(flow.nodes) + 1
        tails = [np.searchsorted(flow.nodes, np.array(feeds[gate], np.int32)) + 1 for gate in gates]
        targets = [np.full(len(tail), first + at, np.int64) for at, tail in enumerate(tails)]
        idom = _idoms_of(
            first + len(gates), np.concatenate((flow.tail, *tails)), np.concatenate((flow.target, *targets))
        )
        for at, gate in enumerate(gates):
            point = int(idom[first + at])
            while point > 0 and int(flow.nodes[point - 1]) in required:
                point = int(idom[point])
            if point > 0:
                found[gate] = int(flow.nodes[point - 1])
    return found


def new_dominators(structure: Structure, before: Bytes, after: Bytes, touched: Ints) -> list[tuple[int, int, int]]:
    """(node, medium ordinal, number of live nodes that it dominates after and did not before), unordered.

    Looks at what the owners of the touched gates feed, directly or not, and at all that feeds that.
    """
    from thread.reasoning.flows import downstream

    gates = structure.gates
    out: list[tuple[int, int, int]] = []
    for cls in np.unique(gates.cls[touched]).tolist():
        if cls < 0:
            continue
        owners = gates.owner[touched[gates.cls[touched] == cls]]
        seeds = np.unique(owners[after[owners] == 0])
        found, mark = np.empty(structure.size, np.int32), np.zeros(structure.size, np.uint8)
        count = downstream(
            seeds, cls, mark, found, after, structure.conduction.shut,
            gates.owner, gates.cls, gates.out_start, gates.out_gate,
        )  # fmt: skip
        region = np.sort(found[:count])
        nodes = _feeders(structure, before, cls, region)
        trees = []
        for dead in (before, after):
            flow = _flow(structure, dead, cls, nodes)
            trees.append(_tree_of(len(nodes) + 1, flow.tail, flow.target))
        out.extend(_grown(structure, cls, nodes, region, trees, after))
    return out


def _grown(
    structure: Structure, cls: int, nodes: Ints, region: Ints, trees: list[tuple[Ints, Ints]], after: Bytes
) -> list[tuple[int, int, int]]:
    """Nodes whose subtree of the region has grown, per medium: what dominated before dominates still."""
    gates = structure.gates
    owned = spans(gates.of_start[region], gates.of_start[region + 1])
    owned = owned[(gates.cls[owned] == cls) & (gates.medium[owned] != GROUP)]
    live = (after[nodes] == 0) & ~np.isin(nodes, np.array(sorted(structure.groups.required), np.int32))
    out: list[tuple[int, int, int]] = []
    for medium in np.unique(gates.medium[owned]).tolist():
        weight = np.zeros(len(nodes) + 1, np.int64)
        weight[np.searchsorted(nodes, gates.owner[owned[gates.medium[owned] == medium]]) + 1] = 1
        totals = []
        for number, size in trees:
            held = np.flatnonzero(number >= 0)
            line = np.zeros(len(held) + 1, np.int64)
            line[number[held] + 1] = weight[held]
            line = np.cumsum(line)
            total = np.zeros(len(number), np.int64)
            total[held] = line[number[held] + size[held]] - line[number[held] + 1]
            totals.append(total)
        grown = (totals[1] - totals[0])[1:]
        out.extend((int(nodes[at]), medium, int(grown[at])) for at in np.flatnonzero((grown > 0) & live).tolist())
    return out
