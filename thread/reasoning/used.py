"""Where is a design used? Every design above it with quantity and path, and every item that was made to it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from thread.projection.view import Ints, View
from thread.reasoning.answers import (
    Completeness,
    IncompleteCode,
    IncompleteReason,
    LinkRef,
    PathAnswer,
    completeness_of,
)
from thread.reasoning.bom import ONE, REVISION_OF, Bill, Built, Line, bill_of, is_design, reckoned
from thread.reasoning.places import Places, places_of, subjects_ever
from thread.reasoning.siblings import MADE_TO
from thread.terms import UpperKind


@dataclass(frozen=True, slots=True)
class Use:
    """A design that has the one asked for in it, at some level."""

    node: int
    level: int
    """The least number of bill lines between them."""
    quantity: Decimal | None
    """How many of it are in one of the node, over all paths; None in a loop or above one."""


def used_of(view: View, design: int, built: Built | None = None) -> "Used":
    """Where a design (all its revisions) or one revision is used; every line counts unless it is told for what.

    Cost: O(bill lines above it) and the items made to it.
    """
    return Used(view, design, built)


class Used:
    """The answer to one where-used question; made by ``used_of``."""

    def __init__(self, view: View, design: int, built: Built | None) -> None:
        self.view, self.design, self.built = view, design, built

    @cached_property
    def revisions(self) -> list[int]:
        """The revisions that are meant where the node is a design."""
        if self.design < 0 or self.view.kind(self.design) not in self.view.ontology.subkinds(UpperKind.PRODUCT_DESIGN):
            return []
        relations = self.view.ontology.subrelations(REVISION_OF)
        return sorted(set(self.view.links_to(self.design, relations).subject.tolist()))

    @cached_property
    def bill(self) -> Bill:
        """The lines above. A design is passed to all its revisions first, so that none of them is missed."""
        if self.design < 0 or not is_design(self.view, self.design):
            return Bill()
        found = bill_of(self.view, [self.design, *self.revisions], self.built, up=True)
        if self.revisions:
            own = set(self.revisions)
            found.lines = [line for line in found.lines if line.counts or line.child not in own]
            rows = self.view.links_to(self.design, self.view.ontology.subrelations(REVISION_OF))
            found.lines += [
                Line(revision, self.design, -1, self.design, ONE, None, row, counts=False)
                for revision, row in zip(rows.subject.tolist(), rows.row.tolist(), strict=True)
            ]
        return found

    @cached_property
    def _reckoned(self) -> tuple[dict[int, int], dict[int, Decimal | None], list[int]]:
        return reckoned([self.design] if self.design >= 0 else [], self.bill.lines, up=True)

    @cached_property
    def uses(self) -> list[Use]:
        """Every design above by (level, IRI); its own revisions are not uses."""
        level, quantities, _ = self._reckoned
        own = set(self.revisions)
        nodes = [node for node in quantities if node not in own]
        iris = dict(zip(nodes, self.view.iris(nodes), strict=True))
        nodes.sort(key=lambda node: (level[node], iris[node]))
        return [Use(node, level[node], quantities[node]) for node in nodes]

    @cached_property
    def _before(self) -> dict[int, Line]:
        """The line by which each design is reached first, by IRI and find number."""
        level = self._reckoned[0]
        found: dict[int, Line] = {}
        iri = self.view.iri
        for line in self.bill.lines:
            if level.get(line.parent, -1) == level.get(line.child, -9) + line.counts and line.parent != self.design:
                known = found.get(line.parent)
                if known is None or (iri(line.child), line.row) < (iri(known.child), known.row):
                    found[line.parent] = line
        return found

    def path(self, node: int) -> PathAnswer:
        """A shortest way from the design up to one that uses it."""
        nodes, links, length = [node], list[LinkRef](), 0
        seen: set[int] = set()
        relations = self.view.ontology.relation
        while nodes[-1] != self.design and nodes[-1] in self._before and nodes[-1] not in seen:
            seen.add(nodes[-1])
            line = self._before[nodes[-1]]
            said = self.view.link(line.row)
            ends = (
                (line.parent, line.child) if self.view.find(said.subject) == line.parent else (line.child, line.parent)
            )
            links.append(LinkRef(*ends, relations[said.predicate].ordinal, line.row))
            length += line.counts
            nodes.append(line.child)
        return PathAnswer(tuple(reversed(nodes)), tuple(reversed(links)), length)

    @cached_property
    def units(self) -> Places:
        """Items made to it, at whatever time: where they are now."""
        made = subjects_ever(self.view, [self.design, *self.revisions], MADE_TO) if self.design >= 0 else _NONE
        return places_of(self.view, items_among(self.view, made))

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless there is a loop, or lines of which nobody can tell whether they hold."""
        loops = tuple(self._reckoned[2])
        reasons = []
        if loops:
            reasons.append(IncompleteReason(IncompleteCode.CYCLE, IN_A_LOOP, len(loops), loops))
        if self.design >= 0 and not is_design(self.view, self.design):
            reasons.append(IncompleteReason(IncompleteCode.NO_DESIGN, "It is not a design.", 1, (self.design,)))
        level = max(self._reckoned[0].values(), default=0)
        visited = len(self.bill.lines) + len(self.bill.undetermined)
        return completeness_of(
            self.view, reasons, exhausted_to_depth=level, visited_nodes=self.bill.visited, visited_links=visited
        )


IN_A_LOOP = "These bills contain themselves: quantities in the loop and beyond it are not defined."
_NONE: Ints = np.empty(0, np.int32)


def items_among(view: View, nodes: Ints) -> Ints:
    """Those of some nodes that are items: components and assets of the view."""
    wanted = np.zeros(len(view.ontology.kinds) + 1, np.bool_)  # the last one is -1: absent
    wanted[list(view.ontology.subkinds(UpperKind.COMPONENT, UpperKind.ASSET))] = True
    kept: Ints = nodes[wanted[view.kinds_of(nodes)]]
    return kept


__all__ = ["IN_A_LOOP", "Use", "Used", "items_among", "used_of"]
