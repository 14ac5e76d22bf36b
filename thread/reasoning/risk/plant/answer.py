"""How likely does a thing stop within a horizon, and why? Probability, importances, shares, cut sets, common causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.answers import (
    Budget,
    Completeness,
    IncompleteCode,
    IncompleteReason,
    LinkRef,
    PathAnswer,
    completeness_of,
)
from thread.reasoning.because import link_of
from thread.reasoning.risk.bdd import OverBudget
from thread.reasoning.risk.cutsets import CutSets, cut_sets_of
from thread.reasoning.risk.importance import Importance, importances_of, shares_of
from thread.reasoning.risk.plant.causes import (
    FROM_BATCH,
    MADE_TO,
    SUPPLIED_BY,
    Belief,
    Cause,
    Event,
    Leaves,
    Shared,
    Together,
    leaves_of,
)
from thread.reasoning.risk.plant.cone import FaultTree, Wiring, fails_by_itself, fault_tree, wiring_of
from thread.reasoning.risk.plant.life import Life, Lives
from thread.reasoning.risk.plant.throws import thrown
from thread.reasoning.risk.probability import Method, Probability, probability_of
from thread.reasoning.risk.solving import BUDGET
from thread.reasoning.risk.tree import Tree, compile_tree
from thread.reasoning.structure import Structure
from thread.terms import THR

RULES: Mapping[Cause, str] = {
    Cause.OWN: THR + "weibullShape",
    Cause.SHARED: THR + "beta",
    Cause.WORSE_CLASS: THR + "badHazard",
}
"""What in the ontology says how an event comes about."""


class RiskModel:
    """What all questions of risk to one structure share."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.lives = Lives(structure)
        self.shared = Shared(structure, self.lives)

    @cached_property
    def could(self) -> npt.NDArray[np.bool_]:
        """Per node: it can fail by itself."""
        return fails_by_itself(self.structure)


@dataclass(frozen=True, slots=True)
class EventRisk:
    """One event that can stop the thing, with what it matters and why."""

    event: Event
    importance: Importance
    share: float
    """Its part of the probability; all parts sum to it."""
    rule: str
    life: Life | None
    """Of an ``OWN`` event: the law, age and hazard ratio behind its probability."""


class Risk:
    """The answer to one question; what is costly is worked out when it is asked for."""

    def __init__(
        self, structure: Structure, top: int, hours: float, budget: Budget | None = None, *, tables: int = BUDGET
    ) -> None:
        self.structure, self.view, self.top, self.hours = structure, structure.view, top, hours
        self._budget, self._tables = budget or Budget(), tables

    @cached_property
    def wiring(self) -> Wiring:
        """The cone of the thing."""
        return wiring_of(self.structure, self.top, self._budget)

    @property
    def _model(self) -> RiskModel:
        return self.structure.risk

    @cached_property
    def _failing(self) -> tuple[int, ...]:
        could = self._model.could
        return tuple(node for node in self.wiring.nodes if could[node])

    @cached_property
    def leaves(self) -> Leaves:
        """Every event of the cone with its probability."""
        return leaves_of(self.structure, self._model.shared, self._failing, self.hours)

    @cached_property
    def tree(self) -> Tree | bool | None:
        """The cone as a fault tree; True: it is down whatever happens, False: it cannot stop, None: over budget."""
        return self._compiled(self._model.could)

    @cached_property
    def _lean(self) -> Tree | bool | None:
        """The same without what never fails: for a number, a smaller diagram says as much."""
        could, chances = self._model.could.copy(), self.leaves.probabilities
        could[[node for node in self._failing if chances.get(f"o{node}") == 0.0]] = False
        return self._compiled(could)

    def _compiled(self, could: npt.NDArray[np.bool_]) -> Tree | bool | None:
        try:
            found = fault_tree(self.wiring, could, budget=self._tables)
        except OverBudget:
            return None
        if isinstance(found.top, bool):
            return found.top
        return compile_tree(found.top, found.gates | self.leaves.gates, self.leaves.probabilities)

    @property
    def down_now(self) -> bool:
        """It is down already."""
        return bool(self.structure.live.state.dead[self.top])

    @cached_property
    def probability(self) -> Probability:
        """That it is down at some time within the horizon, with bounds and how they were reached."""
        if self.down_now:
            return Probability(1.0, 1.0, 1.0, Method.EXACT, 0)
        tree = self._lean
        if tree is None:
            return thrown(self.structure, self.top, self.leaves, self._budget)
        if isinstance(tree, bool):
            return Probability(float(tree), float(tree), float(tree), Method.EXACT, 0)
        return probability_of(tree, budget=self._tables)

    @cached_property
    def events(self) -> tuple[EventRisk, ...]:
        """Every event that the probability depends on, the most critical first, then by IRI.

        Raises:
            LimitError: ``too-costly``: the tree does not fit into the budget; a ranking from bounds would be a guess.
        """
        if not isinstance(self._exact, Tree):
            return ()
        shares = shares_of(self._exact, budget=self._tables)
        found = [self._event(item, shares[item.name]) for item in importances_of(self._exact, budget=self._tables)]
        return tuple(sorted(found, key=self._rank))

    @property
    def by_share(self) -> tuple[EventRisk, ...]:
        """The same, the largest share first: why the probability is what it is."""
        return tuple(sorted(self.events, key=lambda found: (-found.share, self._rank(found))))

    @property
    def _exact(self) -> Tree | bool:
        if self.tree is None:
            from thread.errors import LimitError

            raise LimitError(
                f"{self.view.label(self.top)} rests on a loop that takes more than {self._tables} table entries.",
                code="too-costly",
                hint="Ask for something inside the loop, or for single points, which need no diagram.",
            )
        return self.tree

    def _event(self, item: Importance, share: float) -> EventRisk:
        event = self.leaves.events[item.name]
        life = self._model.lives.of(event.node) if event.cause is Cause.OWN else None
        return EventRisk(event, item, share, RULES[event.cause], life)

    def _rank(self, found: EventRisk) -> tuple[float, float, str, str]:
        item = found.importance
        return -(item.criticality or 0.0), -item.birnbaum, self.view.iri(found.event.node), found.event.cause

    def cut_sets(self, order: int = 2) -> tuple[CutSets, tuple[tuple[Event, ...], ...]]:
        """Minimal sets of things that stop it by failing, up to an order: what is down now is taken as it is.

        Returns:
            How many there are of every order, and those up to ``order``, smallest first, then by IRIs.
        Raises:
            LimitError: ``too-costly``, ``too-large``.
        """
        tree = self._folded
        if tree is None:
            return CutSets((1,) if self.down_now else (0,), ()), ()
        found = cut_sets_of(tree, order, budget=self._tables)
        events = [tuple(Event(int(name[1:]), Cause.OWN, None, (int(name[1:]),)) for name in s) for s in found.sets]
        named = [tuple(sorted(each, key=lambda event: self.view.iri(event.node))) for each in events]
        named.sort(key=lambda each: (len(each), [self.view.iri(event.node) for event in each]))
        return found, tuple(named)

    @cached_property
    def _folded(self) -> Tree | None:
        _ = self._exact
        found: FaultTree = fault_tree(self.wiring, self._model.could, folded=True, budget=self._tables)
        if isinstance(found.top, bool):
            return None
        return compile_tree(found.top, found.gates, dict.fromkeys(found.leaves, 0.5))

    @cached_property
    def single_points(self) -> tuple[int, ...]:
        """Things whose failing alone stops it, by IRI; by the live set, so that no budget of diagrams limits it."""
        if self.down_now:
            return ()
        live, dead = self.structure.live, self.structure.live.state.dead
        found = [node for node in self._failing if not dead[node] and self.top in live.without([node]).fallen]
        return tuple(sorted(found, key=self.view.iri))

    def common_causes(self, relations: Sequence[str] = (FROM_BATCH, SUPPLIED_BY, MADE_TO)) -> tuple[Together, ...]:
        """What is shared by things none of which stops it alone, and that stop it together; by relation, then IRI."""
        alone, live = set(self.single_points), self.structure.live
        several = [node for node in self._failing if node not in alone and not live.state.dead[node]]
        found = [
            each
            for each in self._model.shared.together(several, relations)
            if self.top in live.without(list(each.members)).fallen
        ]
        return tuple(sorted(found, key=lambda each: (relations.index(each.by), self.view.iri(each.node))))

    @property
    def beliefs(self) -> tuple[Belief, ...]:
        """What is believed of batches (or whatever is shared) that may be of a worse class, by IRI."""
        shared = self._model.shared
        found = {
            (event.by, event.node): shared.belief(event.node, rule)
            for event in self.leaves.events.values()
            if event.cause is Cause.WORSE_CLASS and event.node not in event.members
            for rule in shared.rules_of(event.members[0])
            if rule.by == event.by
        }
        return tuple(sorted(found.values(), key=lambda belief: (self.view.iri(belief.node), belief.by)))

    def path(self, event: Event) -> PathAnswer:
        """The shortest chain of needs from what fails to the thing."""
        before = self._before
        start = min(event.members, key=lambda node: (before.get(node, (9**9, -1, -1))[0], self.view.iri(node)))
        if start not in before:
            return PathAnswer((start,), (), 0)
        nodes, links = [start], list[LinkRef]()
        while before[nodes[-1]][0] > 0:
            _, consumer, index = before[nodes[-1]]
            links.append(link_of(self.structure, index, nodes[-1], consumer))
            nodes.append(consumer)
        return PathAnswer(tuple(nodes), tuple(links), len(links))

    @cached_property
    def _before(self) -> Mapping[int, tuple[int, int, int]]:
        """Of each node of the cone: steps to the top, the consumer that is next, and the input that leads there."""
        gates = self.structure.gates
        found, queue = {self.top: (0, -1, -1)}, [self.top]
        for node in queue:  # it grows
            first, last = int(gates.of_start[node]), int(gates.of_start[node + 1])
            if first == last:
                continue
            for index in range(int(gates.start[first]), int(gates.start[last])):
                supplier = int(gates.supplier[index])
                if supplier not in found:
                    found[supplier] = (found[node][0] + 1, node, index)
                    queue.append(supplier)
        return found

    @cached_property
    def completeness(self) -> Completeness:
        """Whether all that the answer rests on is known."""
        leaves, reasons = self.leaves, list[IncompleteReason]()
        if self.wiring.stopped:
            message = "The cone was cut at the budget; what lies beyond never fails, in the answer."
            reasons.append(IncompleteReason(IncompleteCode.NODE_BUDGET, message, 1))
        for code, nodes, message in (
            (IncompleteCode.NO_LIFE_DATA, leaves.missing,
             "Nobody says how these fail (weibullShape, weibullScaleHours): they never do; the risk is at least this."),
            (IncompleteCode.UNKNOWN_AGE, leaves.ageless,
             "These wear and nobody says their running hours: they are taken for new."),
        ):  # fmt: skip
            if nodes:
                named = tuple(sorted(nodes, key=self.view.iri))
                reasons.append(IncompleteReason(code, message, len(named), named))
        owners: Ints = np.array(sorted(self.wiring.nodes), np.int32)
        reasons += self.structure.grounding.reasons(owners)
        steps = max((steps for steps, _, _ in self._before.values()), default=0)
        return completeness_of(
            self.view,
            reasons,
            exhausted_to_depth=steps,
            visited_nodes=len(self.wiring.nodes),
            visited_links=self.wiring.inputs,
        )

    @property
    def surviving(self) -> float:
        """That nothing in the cone fails: a lower bound of its working."""
        return prod(1.0 - q for q in self.leaves.probabilities.values())


def risks_of(structure: Structure, nodes: Sequence[int], hours: float, budget: Budget | None = None) -> list[Risk]:
    """The risk of some things over a horizon, in their order."""
    return [Risk(structure, node, hours, budget) for node in nodes]


__all__ = ["EventRisk", "Risk", "RiskModel", "risks_of"]
