"""What goes out with a thing? Its parts and the serials in them, and how each belongs to it."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints, View, WalkSpec
from thread.reasoning.answers import Budget, LinkRef
from thread.reasoning.needs import INSTALLED_IN, PART_OF

_ALL_DEPTHS = 1_000_000


class Scope:
    """Targets with everything that goes out with them."""

    def __init__(self, view: View, targets: Sequence[int], *, parts: bool, budget: Budget | None = None) -> None:
        budget = budget or Budget()
        self.view = view
        self.targets = tuple(dict.fromkeys(int(node) for node in targets if node >= 0 and view.kind(node) >= 0))
        self.relations = view.ontology.subrelations(PART_OF, INSTALLED_IN)
        self.stopped: str | None = None
        self._level = dict.fromkeys(self.targets, 0)
        if parts and self.targets:
            spec = WalkSpec(
                backward=self.relations,
                max_depth=_ALL_DEPTHS,
                node_budget=budget.nodes,
                link_budget=budget.links,
                deadline=budget.deadline,
            )
            walk = view.walk(self.targets, spec)
            self.stopped = walk.stopped
            for node, degree in zip(walk.nodes.tolist(), walk.degree.tolist(), strict=True):
                self._level.setdefault(node, degree)

    @property
    def nodes(self) -> Ints:
        """Everything in scope, ascending."""
        return np.array(sorted(self._level), np.int32)

    def __contains__(self, node: int) -> bool:
        return node in self._level

    def chain(self, node: int) -> tuple[list[int], list[LinkRef]]:
        """From a target down to a node in scope, by the shortest containment, the first IRIs where several are."""
        nodes, links = [node], []
        while self._level[nodes[-1]] > 0:
            at = nodes[-1]
            table = self.view.links_from(at, self.relations)
            rows = zip(*(column.tolist() for column in table), strict=True)
            ahead = [LinkRef(*row) for row in rows if self._level.get(row[1], _ALL_DEPTHS) < self._level[at]]
            link = min(
                ahead, key=lambda ref: (self._level[ref.object], self.view.iri(ref.object), ref.relation, ref.row)
            )
            nodes.append(link.object)
            links.append(link)
        return nodes[::-1], links[::-1]


def containers(view: View, kinds: npt.NDArray[np.int16], wanted: Collection[int]) -> Ints:
    """Of each node the nearest whole of the wanted kinds, itself included; -1: none. Of several the first by IRI.

    Cost: the links of containment, once per round of nesting.
    """
    roots = np.flatnonzero(np.isin(kinds, list(wanted))).astype(np.int32)
    order = sorted(range(len(roots)), key=view.iris(roots).__getitem__)
    found = np.full(len(kinds), len(roots), np.int32)
    found[roots[order]] = np.arange(len(roots))
    table = view.links(view.ontology.subrelations(PART_OF, INSTALLED_IN))
    open_ = np.ones(len(table.row), bool)
    while True:
        open_ &= found[table.subject] == len(roots)
        ready = open_ & (found[table.object] < len(roots))
        if not ready.any():
            break
        np.minimum.at(found, table.subject[ready], found[table.object[ready]])
    return np.append(roots[order], -1)[found].astype(np.int32)
