"""What of the plant could explain one health? The degraded part of what a thing needs, as a little plan of its own."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.health.plan import Wiring, compile_plan
from thread.reasoning.health.state import Scores
from thread.reasoning.points import spans
from thread.reasoning.structure import Bytes

Reals = npt.NDArray[np.float64]


def needed_by(wiring: Wiring, node: int, within: Bytes | None = None) -> Ints:
    """Everything that a node needs, directly or not, itself first; ``within``: over marked nodes only."""
    from thread.reasoning.flows import gather

    marked = np.ones(wiring.size, np.uint8) if within is None else within
    mark, found = np.zeros(wiring.size, np.uint8), np.empty(wiring.size, np.int32)
    seeds = np.array([node], np.int32)
    count = gather(seeds, marked, mark, found, wiring.start, wiring.supplier, wiring.of_start)
    return found[:count]


@dataclass(frozen=True)
class Cone:
    """The degraded part of what a node needs. Players are what could explain it; the rest is healthy whatever they do.

    Local nodes are those of ``nodes`` and then, per operated element in the wrong state, one that stands for its
    state: it lies between the element and what it feeds.
    """

    top: int
    """Local number of the node that is asked about."""
    nodes: Ints
    """Node of each local one; for a state, its element."""
    real: int
    """Local nodes below this are the nodes themselves, from here on states."""
    wiring: Wiring
    own: Reals
    """Own health of each local node."""

    @cached_property
    def scores(self) -> Scores:
        """Health with nobody degraded by itself."""
        n = self.wiring.size
        return Scores.whole(compile_plan(self.wiring), np.ones(n), np.zeros(n, np.uint8))

    @cached_property
    def players(self) -> Ints:
        """Local nodes that are degraded by themselves, ascending."""
        return np.flatnonzero(self.own < 1.0).astype(np.int32)

    def value(self, coalition: Ints) -> float:
        """Health of the top with only these degraded by themselves."""
        with self.scores.trial(coalition, self.own[coalition]):
            return self.scores.of(self.top)

    def values(self, coalition: Ints) -> Reals:
        """Health of every local node with only these degraded by themselves."""
        with self.scores.trial(coalition, self.own[coalition]):
            return self.scores.by_node

    def handed(self, index: int, health: float) -> float:
        """What an input sees of a supplier's health."""
        law = int(self.wiring.law[index])
        if law == 0:
            return health
        floor, slack, mix = self.wiring.laws[3 * law : 3 * law + 3].tolist()
        seen = (1.0 - mix * (1.0 - health) if mix < 1.0 else health) + slack
        return float(max(min(seen, 1.0), floor, health))

    @cached_property
    def series(self) -> "Cone":
        """The same where every gate needs all: what a player can do at most, along its worst path."""
        wiring = self.wiring
        strict = replace(
            wiring,
            k=np.diff(wiring.start).astype(np.int32),
            loop=np.full(len(wiring.owner), -1, np.int32),
            inside=np.zeros(len(wiring.supplier), np.uint8),
        )
        return Cone(self.top, self.nodes, self.real, strict, self.own)


def cone_of(wiring: Wiring, high: Scores, own: Reals, shut: Bytes, node: int) -> Cone:
    """The degraded part of what a node needs.

    Cost: O(n) to find what is degraded, then the links of that part.
    """
    degraded = (high.by_node < 1.0).astype(np.uint8)
    nodes = np.sort(needed_by(wiring, node, degraded)) if degraded[node] else np.array([node], np.int32)
    gates = spans(wiring.of_start[nodes], wiring.of_start[nodes + 1])
    width = wiring.start[gates + 1] - wiring.start[gates]
    inputs = spans(wiring.start[gates], wiring.start[gates + 1])
    of = np.repeat(np.arange(len(gates)), width)
    supplier, flows = wiring.supplier[inputs], wiring.flow[gates][of] != 0
    wrong = flows & (shut[supplier] != 0)
    local = np.searchsorted(nodes, supplier).astype(np.int32)
    active = (local < len(nodes)) & (nodes[np.minimum(local, len(nodes) - 1)] == supplier)
    healthy = ~active & ~wrong
    k = wiring.k[gates] - np.bincount(of[healthy], minlength=len(gates))
    keep = (k > 0)[of] & ~healthy
    return _wired(wiring, nodes, gates, k, of[keep], inputs[keep], local[keep], active[keep], wrong[keep], own, node)


def _wired(
    wiring: Wiring, nodes: Ints, gates: Ints, k: Ints, of: Ints, inputs: Ints, local: Ints,
    active: npt.NDArray[np.bool_], wrong: npt.NDArray[np.bool_], own: Reals, node: int,
) -> Cone:  # fmt: skip
    """The little wiring: what remains of the gates, and a node and a gate of its own per state."""
    real, width = len(nodes), int(wiring.loop.max(initial=-1)) + 2
    inside = (wiring.inside[inputs] != 0) & active
    loop = wiring.loop[gates]
    key = wiring.supplier[inputs[wrong]].astype(np.int64) * width + np.where(inside, loop[of], -1)[wrong] + 1
    states, which = np.unique(key, return_inverse=True)  # one per element and loop that it feeds within
    element, state_loop = (states // width).astype(np.int32), (states % width - 1).astype(np.int32)
    supplier = local.copy()
    supplier[wrong] = real + which.reshape(-1)
    at = np.minimum(np.searchsorted(nodes, element), real - 1).astype(np.int32)
    fed = nodes[at] == element  # a state rests on its element where that is degraded
    count = np.bincount(of, minlength=len(gates))
    kept, more = np.flatnonzero(count > 0), int(fed.sum())
    owner = np.searchsorted(nodes, wiring.owner[gates[kept]])
    member = np.concatenate((nodes, element)).astype(np.int32)
    sizes = np.concatenate((count[kept], np.ones(more, np.int64)))
    little = Wiring(
        size=len(member),
        owner=np.concatenate((owner, real + np.flatnonzero(fed))).astype(np.int32),
        k=np.concatenate((k[kept], np.ones(more, np.int64))).astype(np.int32),
        start=np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        supplier=np.concatenate((supplier, at[fed])).astype(np.int32),
        flow=np.zeros(len(kept) + more, np.uint8),
        law=np.concatenate((wiring.law[inputs], np.zeros(more, np.uint8))),
        laws=wiring.laws,
        loop=np.concatenate((loop[kept], state_loop[fed])).astype(np.int32),
        inside=np.concatenate((inside, state_loop[fed] >= 0)).astype(np.uint8),
        operated=np.zeros(len(member), bool),
        relation=np.empty(0, np.int32),
        row=np.empty(0, np.int32),
    )
    top = int(np.searchsorted(nodes, node))
    return Cone(top, member, real, little, np.concatenate((own[nodes], np.zeros(len(element)))))
