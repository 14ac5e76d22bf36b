"""What gets worse with an outage, how far from it, and by which chain? Health before and after, over one plan."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.answers import LinkRef
from thread.reasoning.health.answer import link_between
from thread.reasoning.structure import Bytes, Structure

Reals = npt.NDArray[np.float64]


class HealthMoves:
    """Health before and after, by position of the plan of ``structure``, and what lies between."""

    def __init__(self, structure: Structure, seeds: Ints, before: Reals, after: Reals, shut: Bytes) -> None:
        """``seeds``: nodes that are taken out; ``before``, ``after`` and ``shut`` are by position."""
        self.structure, self._seeds = structure, seeds
        self._plan, self._before, self._after, self._shut = structure.plan, before, after, shut

    def before(self, nodes: Ints) -> Reals:
        """Health of nodes before."""
        found: Reals = self._before[self._plan.position[nodes]]
        return found

    def after(self, nodes: Ints) -> Reals:
        """Health of nodes after."""
        found: Reals = self._after[self._plan.position[nodes]]
        return found

    @cached_property
    def reached(self) -> tuple[Ints, Ints]:
        """What gets worse by a chain from the seeds, seeds included, nearest first, and how far it is."""
        plan = self._plan
        degree, queue = np.full(plan.size, -1, np.int32), np.empty(plan.size, np.int32)
        count = self._fallout(plan.position[self._seeds], degree, queue)
        at = queue[:count]
        return plan.node[at], degree[at]

    @cached_property
    def degrees(self) -> dict[int, int]:
        """How far from the seeds, by node."""
        nodes, degrees = self.reached
        return dict(zip(nodes.tolist(), degrees.tolist(), strict=True))

    def degraded(self, least: float) -> tuple[Ints, Ints]:
        """Nodes that work after, and lose at least so much; and how far they are."""
        nodes, degree = self.reached
        before, after = self.before(nodes), self.after(nodes)
        chosen = (degree > 0) & (after > 0) & (before - after >= least - 1e-12)
        return nodes[chosen], degree[chosen]

    def chain(self, node: int) -> tuple[list[int], list[LinkRef]]:
        """From a seed to a node that gets worse: the shortest way, the first IRIs where several are."""
        wiring, view = self.structure.wiring, self.structure.view
        nodes, links = [node], list[LinkRef]()
        while self.degrees[nodes[-1]] > 0:
            at = nodes[-1]
            near = self._nearer(at)
            supplier = min(near, key=view.iri)
            links.append(link_between(self.structure, wiring, supplier, at))
            nodes.append(supplier)
        return nodes[::-1], links[::-1]

    def _nearer(self, node: int) -> Sequence[int]:
        """Suppliers one step nearer to a seed by which the node gets worse."""
        plan, wiring = self._plan, self.structure.wiring
        inputs = wiring.supplier[wiring.start[wiring.of_start[node]] : wiring.start[wiring.of_start[node + 1]]]
        wanted = self.degrees[node] - 1
        near = sorted({u for u in inputs.tolist() if self.degrees.get(u) == wanted})
        if len(near) < 2:
            return near
        degree, queue = np.zeros(plan.size, np.int32), np.empty(plan.size, np.int32)
        found = []
        for supplier in near:  # alone, with the node as the only one that is not reached yet
            at = plan.position[[supplier, node]]
            degree[at] = -1
            if self._fallout(at[:1], degree, queue) > 1:
                found.append(supplier)
            degree[at] = 0
        return found

    def _fallout(self, seeds: Ints, degree: Ints, queue: Ints) -> int:
        from thread.reasoning.health.kernels import fallout

        scratch = np.empty(self._plan.largest_gate + 1)
        return int(fallout(seeds, self._before, self._after, self._shut, degree, queue, scratch, *self._plan.hands))
