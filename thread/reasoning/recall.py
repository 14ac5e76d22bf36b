"""What has this in it, and what was it made of? Recall forwards over all time, trace backwards with its gaps."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints, View, WalkSpec
from thread.reasoning.answers import Budget, Completeness, IncompleteCode, IncompleteReason, completeness_of
from thread.reasoning.bom import REVISION_OF
from thread.reasoning.needs import INSTALLED_IN, PART_OF
from thread.reasoning.own import FAILURE_OF
from thread.reasoning.places import Places, Whereabouts, objects_ever, places_of
from thread.reasoning.siblings import FROM_BATCH, MADE_TO, PROCESSED_BY, SUPPLIED_BY
from thread.terms import THR, UpperKind

DERIVED_FROM, FULFILS = THR + "derivedFrom", THR + "fulfils"
_WORK = tuple(THR + name for name in ("installs", "removes", "performedOn"))
_ORIGINS = (FROM_BATCH, DERIVED_FROM, MADE_TO, PROCESSED_BY, SUPPLIED_BY, REVISION_OF)
_DEEP = 1_000_000
_DESIGNS = (UpperKind.PRODUCT_DESIGN, UpperKind.DESIGN_REVISION)
_MATERIAL = (UpperKind.BATCH, UpperKind.COMPONENT, UpperKind.ASSET)


class Action(StrEnum):
    """What is to be done with a recalled item."""

    REPLACE = "REPLACE"
    """It is installed."""
    QUARANTINE = "QUARANTINE"
    """It is in stock, in repair, or nobody knows where."""
    NONE = "NONE"
    """It is scrapped."""


def action_of(where: Whereabouts) -> Action:
    """What is to be done with an item that is somewhere."""
    if where is Whereabouts.INSTALLED:
        return Action.REPLACE
    return Action.NONE if where is Whereabouts.SCRAPPED else Action.QUARANTINE


def recall_of(view: View, ever: View, root: int, budget: Budget | None = None) -> "Recall":
    """Everything that came of a lot, supplier, revision, process step or item, and all that ever had it in it.

    Args:
        view: the instant at which items are placed.
        ever: the same over all time, by which origins and containment count.
    Cost: O(what came of it).
    """
    return Recall(view, ever, root, budget or Budget())


class Recall:
    """The answer to one recall; made by ``recall_of``."""

    def __init__(self, view: View, ever: View, root: int, budget: Budget) -> None:
        self.view, self.ever, self.root, self.budget = view, ever, root, budget
        self._stopped: str | None = None

    @cached_property
    def _came_of_it(self) -> Ints:
        """The root and what came of it by origin: batches, components, assets; designs only to get there."""
        if self.root < 0:
            return np.empty(0, np.int32)
        relations = self.view.ontology.subrelations(*_ORIGINS)
        material = self._of(_MATERIAL)
        designs = self._of(_DESIGNS)
        derived = self.view.ontology.subrelations(DERIVED_FROM)
        found = frontier = np.array([self.root], np.int32)
        while len(frontier):
            table, _, _ = self.ever.ever_of(frontier, relations, into=True)
            kinds = self.ever.kinds_of(table.subject)
            keep = material[kinds] | (designs[kinds] & ~np.isin(table.relation, list(derived)))
            frontier = np.setdiff1d(table.subject[keep], found).astype(np.int32)
            found = np.union1d(found, frontier).astype(np.int32)
        return found

    def _of(self, kinds: Sequence[str]) -> npt.NDArray[np.bool_]:
        wanted = np.zeros(len(self.view.ontology.kinds) + 1, np.bool_)  # the last one is -1: absent
        wanted[list(self.view.ontology.subkinds(*kinds))] = True
        return wanted

    def _pick(self, nodes: Ints, *kinds: str) -> Ints:
        kept: Ints = nodes[self._of(kinds)[self.ever.kinds_of(nodes)]]
        return kept

    @cached_property
    def _around(self) -> Ints:
        """What ever had one of the items in it, and what came of that."""
        within = self.view.ontology.subrelations(INSTALLED_IN, PART_OF)
        spec = WalkSpec(
            forward=within,
            backward=self.view.ontology.subrelations(FROM_BATCH, DERIVED_FROM),
            max_depth=_DEEP,
            node_budget=self.budget.nodes,
            link_budget=self.budget.links,
        )
        items = self._pick(self._came_of_it, UpperKind.COMPONENT, UpperKind.ASSET)
        if not len(items):
            return np.empty(0, np.int32)
        walk = self.ever.walk(items, spec)
        self._stopped = walk.stopped
        return np.setdiff1d(walk.nodes, self._came_of_it).astype(np.int32)

    @cached_property
    def batches(self) -> list[int]:
        """Lots of it and made of it, the lot itself among them, by IRI."""
        return self._named(self._pick(self._came_of_it, UpperKind.BATCH))

    @cached_property
    def items(self) -> Places:
        """Serials and assets that came of it, where they are now."""
        return places_of(self.view, self._pick(self._came_of_it, UpperKind.COMPONENT, UpperKind.ASSET))

    @cached_property
    def products(self) -> list[int]:
        """What ever had one of them in it, or came of such: assets and components, by IRI."""
        return self._named(self._pick(self._around, UpperKind.COMPONENT, UpperKind.ASSET))

    @cached_property
    def outermost(self) -> frozenset[int]:
        """Items and products that were never in anything."""
        nodes = np.union1d(self.items.nodes, np.array(self.products, np.int32)).astype(np.int32)
        within = self.view.ontology.subrelations(INSTALLED_IN, PART_OF)
        table, _, _ = self.ever.ever_of(nodes, within)
        return frozenset(np.setdiff1d(nodes, table.subject).tolist())

    @cached_property
    def orders(self) -> list[int]:
        """Customer and production orders that an item or product was made for or served, by IRI."""
        nodes = [*self.items.nodes.tolist(), *self.products]
        return self._named(self._pick(objects_ever(self.ever, nodes, FULFILS), UpperKind.ORDER))

    @cached_property
    def work_orders(self) -> list[int]:
        """Orders that put an item in, took it out or worked on it, by IRI."""
        relations = self.view.ontology.subrelations(*_WORK)
        table, _, _ = self.ever.ever_of(self.items.nodes, relations, into=True)
        return self._named(self._pick(np.unique(table.subject), UpperKind.WORK_ORDER))

    @cached_property
    def failures(self) -> list[int]:
        """Failures of the items, by IRI."""
        relations = self.view.ontology.subrelations(FAILURE_OF)
        table, _, _ = self.ever.ever_of(self.items.nodes, relations, into=True)
        return self._named(self._pick(np.unique(table.subject), UpperKind.FAILURE_EVENT))

    def _named(self, nodes: Ints) -> list[int]:
        return sorted(nodes.tolist(), key=self.view.iri)

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless a lot is known of which nothing came, or a budget ended the walk."""
        reasons = []
        lots = np.array(self.batches, np.int32)
        table, _, _ = self.ever.ever_of(lots, self.view.ontology.subrelations(FROM_BATCH, DERIVED_FROM), into=True)
        barren = self._named(np.setdiff1d(lots, table.object).astype(np.int32))
        if barren:
            said = "Nobody says what was made of these lots."
            reasons.append(IncompleteReason(IncompleteCode.GAP, said, len(barren), tuple(barren)))
        seen = len(self._came_of_it) + len(self._around)
        if self._stopped is not None:
            said = "The budget ended the walk: what had the items in it is not complete."
            reasons.append(IncompleteReason(IncompleteCode(self._stopped), said, 1))
        return completeness_of(self.view, reasons, exhausted_to_depth=0, visited_nodes=seen, visited_links=seen)


def trace_of(view: View, ever: View, root: int, budget: Budget | None = None) -> "Trace":
    """What an item was made of: its parts at any time, their lots, the raw lots behind them, the suppliers."""
    return Trace(view, ever, root, budget or Budget())


class Trace:
    """The answer to one trace backwards; made by ``trace_of``."""

    def __init__(self, view: View, ever: View, root: int, budget: Budget) -> None:
        self.view, self.ever, self.root, self.budget = view, ever, root, budget
        ontology = view.ontology
        self._origins = ontology.subrelations(FROM_BATCH, DERIVED_FROM, SUPPLIED_BY, PROCESSED_BY)
        self.spec = WalkSpec(
            forward=self._origins,
            backward=ontology.subrelations(INSTALLED_IN, PART_OF),
            stop=ontology.subkinds(UpperKind.SUPPLIER, UpperKind.PROCESS_STEP),
            max_depth=_DEEP,
            node_budget=budget.nodes,
            link_budget=budget.links,
        )

    @cached_property
    def _walk(self) -> tuple[Ints, Ints, str | None]:
        if self.root < 0:
            return np.empty(0, np.int32), np.empty(0, np.int32), None
        walk = self.ever.walk([self.root], self.spec)
        return walk.nodes, walk.degree, walk.stopped

    def of_kind(self, *kinds: str) -> list[tuple[int, int]]:
        """(node, degree) of what was reached of some kinds, by (degree, IRI)."""
        nodes, degrees, _ = self._walk
        wanted = self.view.ontology.subkinds(*kinds)
        kept = zip(nodes.tolist(), degrees.tolist(), self.ever.kinds_of(nodes).tolist(), strict=True)
        found = [(node, degree) for node, degree, kind in kept if kind in wanted]
        return sorted(found, key=lambda hit: (hit[1], self.view.iri(hit[0])))

    @cached_property
    def gaps(self) -> list[tuple[int, str]]:
        """Where the trace breaks: an item or lot, and what is not known of it; by IRI."""
        nodes = np.append(self._walk[0], self.root).astype(np.int32) if self.root >= 0 else self._walk[0]
        kinds = self.ever.kinds_of(nodes).tolist()
        ends = self.view.ontology.subrelations(FROM_BATCH, DERIVED_FROM, SUPPLIED_BY)
        table, _, _ = self.ever.ever_of(nodes, ends)
        told = set(table.subject.tolist())
        items, lots = (self.view.ontology.subkinds(kind) for kind in (UpperKind.COMPONENT, UpperKind.BATCH))
        found: dict[int, str] = {}
        for node, kind in zip(nodes.tolist(), kinds, strict=True):
            if self.ever.is_stub(node):
                found[node] = "No source describes it."
            elif node not in told and kind in items:
                found[node] = "Neither its lot nor what it was made of is recorded."
            elif node not in told and kind in lots:
                found[node] = "Neither its supplier nor what it was made of is recorded."
        return sorted(found.items(), key=lambda gap: self.view.iri(gap[0]))

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless the trace breaks somewhere."""
        reasons = list(self._reasons())
        nodes, degrees, _ = self._walk
        deepest = int(degrees[-1]) if len(degrees) else 0
        return completeness_of(
            self.view, reasons, exhausted_to_depth=deepest, visited_nodes=len(nodes), visited_links=len(nodes)
        )

    def _reasons(self) -> Iterable[IncompleteReason]:
        if self.gaps:
            nodes = tuple(node for node, _ in self.gaps)
            yield IncompleteReason(IncompleteCode.GAP, "The trace breaks at these.", len(nodes), nodes)
        if self._walk[2] is not None:
            yield IncompleteReason(IncompleteCode(self._walk[2]), "The budget ended the walk.", 1)


__all__ = ["Action", "Recall", "Trace", "action_of", "recall_of", "trace_of"]
