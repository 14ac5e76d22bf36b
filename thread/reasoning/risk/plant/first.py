"""What is to be maintained first? Criticality x Birnbaum x what renewing changes / what renewing costs.

priority_i = sum over tops of C_top * B_top,i * (q_i - q_i after) / cost_i: the expected loss within the horizon that
one unit of cost takes away, to first order.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thread.projection.view import View
from thread.reasoning.answers import Budget, Completeness, IncompleteCode, IncompleteReason, completeness_of
from thread.reasoning.risk.plant.answer import EventRisk, Risk
from thread.reasoning.risk.plant.causes import Cause
from thread.reasoning.risk.plant.life import MADE_TO
from thread.reasoning.structure import Structure
from thread.terms import THR, UpperKind

WEIGHT, COST = THR + "criticalityWeight", THR + "maintenanceCost"
DEFAULT = 1.0
"""Of a weight and of a cost that nobody says; the answer names where it was taken."""
MOST_TOPS = 20


@dataclass(frozen=True, slots=True)
class TopShare:
    """What renewing something does to one top."""

    top: int
    weight: float
    birnbaum: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be renewed."""

    node: int
    priority: float
    """Expected loss that a unit of cost takes away."""
    before: float
    """That it fails by itself within the horizon, as it is."""
    after: float
    """The same of a new one."""
    cost: float
    tops: tuple[TopShare, ...]
    """Where it matters, the most first."""
    event: EventRisk
    """Its event under the first of them: law, age, chain."""


class First:
    """The answer to one question; made by ``first_of``."""

    def __init__(self, structure: Structure, risks: Sequence[Risk], chosen: str) -> None:
        self.structure, self.view, self.risks, self.chosen = structure, structure.view, tuple(risks), chosen
        self._columns = {attribute: _numbers(self.view, attribute) for attribute in (WEIGHT, COST)}

    @property
    def tops(self) -> tuple[tuple[int, float], ...]:
        """What is asked about, with its weight."""
        return tuple((risk.top, self._weight(risk.top)) for risk in self.risks)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """What takes away risk when it is renewed, the most for its cost first, then by IRI. One reverse pass a top.

        Raises:
            LimitError: ``too-costly``: a top does not fit into the budget.
        """
        found: dict[int, list[tuple[TopShare, EventRisk]]] = defaultdict(list)
        for risk in self.risks:
            for each in risk.events:
                if each.event.cause is Cause.OWN:
                    share = TopShare(risk.top, self._weight(risk.top), each.importance.birnbaum)
                    found[each.event.node].append((share, each))
        made = (self._candidate(node, shares) for node, shares in found.items())
        kept = [candidate for candidate in made if candidate.priority > 0.0]
        return tuple(sorted(kept, key=lambda one: (-one.priority, self.view.iri(one.node))))

    def _candidate(self, node: int, shares: Sequence[tuple[TopShare, EventRisk]]) -> Candidate:
        ranked = sorted(shares, key=lambda one: (-one[0].weight * one[0].birnbaum, self.view.iri(one[0].top)))
        event, hours, cost = ranked[0][1], self.risks[0].hours, self.cost_of(node) or DEFAULT
        before = event.importance.probability
        after = event.life.renewed(hours) if event.life is not None else before
        gain = sum(share.weight * share.birnbaum for share, _ in ranked) * (before - after)
        return Candidate(node, gain / cost, before, after, cost, tuple(share for share, _ in ranked), event)

    def _weight(self, top: int) -> float:
        return self._columns[WEIGHT].get(top, DEFAULT)

    def cost_of(self, node: int) -> float | None:
        """What renewing a thing costs: its own, else that of its design; None: nobody says."""
        costs = self._columns[COST]
        if node in costs:
            return costs[node]
        designs = self.view.links_from(node, self.view.ontology.subrelations(MADE_TO)).object.tolist()
        return next((costs[design] for design in designs if design in costs), None)

    @cached_property
    def completeness(self) -> Completeness:
        """What the ranking rests on that nobody says, over all tops."""
        found: dict[IncompleteCode, tuple[str, set[int], int]] = {}
        for risk in self.risks:
            for reason in risk.completeness.reasons:
                _, nodes, count = found.get(reason.code, ("", set(), 0))
                found[reason.code] = (reason.message, nodes | set(reason.nodes), max(count, reason.count))
        assumed = {one.node for one in self.candidates if self.cost_of(one.node) is None}
        assumed |= {top for top, _ in self.tops if top not in self._columns[WEIGHT]}
        if assumed:
            message = "Nobody says their maintenanceCost or criticalityWeight: 1 is taken."
            found[IncompleteCode.ASSUMED_COST] = (message, assumed, len(assumed))
        reasons = [
            IncompleteReason(code, message, max(count, len(nodes)), tuple(sorted(nodes, key=self.view.iri)))
            for code, (message, nodes, count) in found.items()
        ]
        parts = [risk.completeness for risk in self.risks]
        return completeness_of(
            self.view,
            reasons,
            exhausted_to_depth=max((part.exhausted_to_depth for part in parts), default=0),
            visited_nodes=sum(part.visited_nodes for part in parts),
            visited_links=sum(part.visited_links for part in parts),
        )


def first_of(structure: Structure, tops: Sequence[int], hours: float, budget: Budget | None = None) -> First:
    """What to maintain first for some tops; without any, for those that have a weight, else for what nothing needs.

    At most 20 tops are taken where none is named: the heaviest, then by IRI.
    """
    chosen, how = (list(dict.fromkeys(tops)), "asked") if tops else _tops(structure)
    return First(structure, [Risk(structure, top, hours, budget) for top in chosen], how)


def _tops(structure: Structure) -> tuple[list[int], str]:
    view = structure.view
    weights = {n: w for n, w in _numbers(view, WEIGHT).items() if w > 0.0 and int(structure.kinds[n]) >= 0}
    if weights:
        ranked = sorted(weights, key=lambda node: (-weights[node], view.iri(node)))
        return ranked[:MOST_TOPS], "weighted"
    gates = structure.gates
    needs = gates.of_start[1:] > gates.of_start[:-1]
    needed = gates.out_start[1:] > gates.out_start[:-1]
    assets = np.isin(structure.kinds, list(view.ontology.subkinds(UpperKind.ASSET)))
    found = np.flatnonzero(needs & ~needed & assets).tolist()
    size = gates.of_start[1:] - gates.of_start[:-1]
    ranked = sorted(found, key=lambda node: (-int(size[node]), view.iri(node)))
    return ranked[:MOST_TOPS], "unneeded"


def _numbers(view: View, attribute: str) -> Mapping[int, float]:
    nodes, values = view.column(attribute)
    pairs = zip(nodes.tolist(), values, strict=True)
    return {node: float(value) for node, value in pairs if isinstance(value, int | float)}
