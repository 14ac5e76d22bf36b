"""Is what an answer rests on declared? Loops that nothing feeds, and suppliers that are taken for sources."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.answers import IncompleteCode, IncompleteReason
from thread.reasoning.live import Live
from thread.reasoning.structure import Bytes, Structure


class Grounding:
    """Suppliers without declared ground, over the whole structure, and what rests on them."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure

    @cached_property
    def assumed(self) -> Ints:
        """Suppliers in some class that receive nothing in it and produce nothing of it, ascending."""
        structure, gates, classes = self.structure, self.structure.gates, len(self.structure.media.classes)
        gate_of = np.repeat(np.arange(gates.size, dtype=np.int32), np.diff(gates.start))
        flows = gates.cls[gate_of] >= 0
        supplies = np.unique(gates.supplier[flows].astype(np.int64) * classes + gates.cls[gate_of[flows]])
        fed = np.unique(gates.owner[gates.cls >= 0].astype(np.int64) * classes + gates.cls[gates.cls >= 0])
        bare = np.setdiff1d(supplies, fed, assume_unique=True)
        declared = self._declared(classes)
        node, cls = bare // classes, bare % classes
        by_kind = declared[structure.kinds[node], cls]
        grounding = structure.media.grounding
        said = np.array(sorted({v * classes + int(grounding[m]) for v, m in structure.conduction.produces}), np.int64)
        return np.unique(node[~by_kind & ~np.isin(bare, said)]).astype(np.int32)

    def _declared(self, classes: int) -> npt.NDArray[np.bool_]:
        kinds = self.structure.conduction.kind_produces
        table = np.zeros((len(kinds) + 1, classes), bool)
        for kind, media in enumerate(kinds):
            table[kind, self.structure.media.grounding[list(media)]] = True
        return table

    @cached_property
    def ungrounded(self) -> Ints:
        """Members of loops that nothing feeds, with everything healthy and conducting, ascending."""
        structure = self.structure
        if not structure.loops.size:
            return np.empty(0, np.int32)
        dead = Live(structure.ideal).state.dead
        return np.intersect1d(structure.loops.nodes, np.flatnonzero(dead)).astype(np.int32)

    @cached_property
    def resting(self) -> Bytes:
        """1 for every node that needs, directly or not, something without declared ground."""
        from thread.reasoning.flows import spread

        mark = np.zeros(self.structure.size, np.uint8)
        seeds = np.union1d(self.assumed, self.ungrounded).astype(np.int32)
        if len(seeds):
            gates = self.structure.gates
            found = np.empty(self.structure.size, np.int32)
            spread(seeds, mark, found, gates.owner, gates.out_start, gates.out_gate)
        return mark

    def reasons(self, nodes: Ints) -> list[IncompleteReason]:
        """Why an answer about the nodes is not complete. Cost: O(what they rest on without ground)."""
        from thread.reasoning.flows import gather

        if not len(nodes) or not self.resting[nodes].any():
            return []
        gates = self.structure.gates
        found = np.empty(self.structure.size, np.int32)
        mark = np.zeros(self.structure.size, np.uint8)
        count = gather(nodes, self.resting, mark, found, gates.start, gates.supplier, gates.of_start)
        reached = found[:count]
        reasons = []
        for code, roots, message in (
            (IncompleteCode.UNGROUNDED_SUPPLY, self.ungrounded, "Supply runs in a loop that no source feeds."),
            (IncompleteCode.ASSUMED_SOURCE, self.assumed, "A supplier without input is taken for a source."),
        ):
            rests = np.intersect1d(reached, roots)
            if len(rests):
                hint = " Declare thr:produces on a source, or the link that feeds it."
                reasons.append(IncompleteReason(code, message + hint, len(rests), tuple(rests.tolist())))
        return reasons
