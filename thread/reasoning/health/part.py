"""What is known anew of a few things? A view of just them and what tells of them, in numbers of its own."""

from collections.abc import Collection
from datetime import datetime

import numpy as np
import numpy.typing as npt

from thread.clock import to_instant
from thread.facts import Value
from thread.projection.view import Ints, LinkTable, Statement, View
from thread.reasoning.health.own import MADE_TO, REVISION_OF, Findings, findings_of
from thread.reasoning.needs import INSTALLED_IN
from thread.reasoning.orders import PERFORMED_ON
from thread.reasoning.own import ADDRESSES, FAILURE_OF, OCCURRED_ON


class PartView(View):
    """A view of some nodes only, ascending; numbered from 0."""

    def __init__(self, view: View, nodes: Ints) -> None:
        self.view, self.nodes = view, nodes
        self.ontology, self.valid_at, self.known, self.size = view.ontology, view.valid_at, view.known, len(nodes)

    def kinds(self) -> npt.NDArray[np.int16]:
        return self.view.kinds_of(self.nodes)

    def kind(self, node: int) -> int:
        return self.view.kind(int(self.nodes[node]))

    def of_kind(self, *kinds: str) -> Ints:
        wanted = list(self.ontology.subkinds(*kinds))
        return np.flatnonzero(np.isin(self.kinds(), wanted)).astype(np.int32)

    def _within(self, table: LinkTable) -> tuple[LinkTable, npt.NDArray[np.bool_]]:
        ends = [np.searchsorted(self.nodes, end).astype(np.int32) for end in (table.subject, table.object)]
        last = len(self.nodes) - 1
        pairs = zip(ends, (table.subject, table.object), strict=True)
        keep = np.logical_and(*[self.nodes[np.minimum(at, last)] == end for at, end in pairs])
        return LinkTable(ends[0][keep], ends[1][keep], table.relation[keep], table.row[keep]), keep

    def links(self, relations: Collection[int] | None = None) -> LinkTable:
        return self._within(self.view.links_of(self.nodes, relations))[0]

    def ever(self, relations: Collection[int]) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        table, since, until = self.view.ever_of(self.nodes, relations)
        within, keep = self._within(table)
        return within, since[keep], until[keep]

    def column(self, attribute: str) -> tuple[Ints, list[Value]]:
        found = self.view.column_of(self.nodes, attribute)
        present = self.kinds() >= 0
        pairs = [(at, value) for at, values in enumerate(found) if present[at] for value in values]
        return np.array([at for at, _ in pairs], np.int32), [value for _, value in pairs]

    def instants(self, attribute: str) -> tuple[Ints, npt.NDArray[np.int64]]:
        nodes, values = self.column(attribute)
        pairs = zip(nodes.tolist(), values, strict=True)
        timed = [(at, to_instant(value)) for at, value in pairs if isinstance(value, datetime)]
        return np.array([at for at, _ in timed], np.int32), np.array([v for _, v in timed], np.int64)

    def history(self, node: int, predicate: str | None = None) -> list[Statement]:
        return self.view.history(int(self.nodes[node]), predicate)


def telling(view: View, nodes: Ints) -> Ints:
    """The nodes with everything that tells of them: events, orders, positions and serials, designs; ascending."""
    relations = view.ontology.subrelations
    events = view.links_of(nodes, relations(FAILURE_OF) | relations(OCCURRED_ON), into=True).subject
    orders = view.links_of(nodes, relations(PERFORMED_ON), into=True).subject
    answers = view.links_of(np.unique(events), relations(ADDRESSES), into=True).subject
    exact = view.links_of(np.unique(events), relations(FAILURE_OF) | relations(OCCURRED_ON)).object
    stayed = np.unique(np.concatenate((nodes, exact)))  # an event on two things is over when one of them has left
    held = view.ever_of(stayed, relations(INSTALLED_IN))[0].object
    holding = view.ever_of(stayed, relations(INSTALLED_IN), into=True)[0].subject
    made = view.links_of(nodes, relations(MADE_TO)).object
    designs = view.links_of(np.unique(np.concatenate((nodes, made))), relations(REVISION_OF)).object
    some = (nodes, events, orders, answers, exact, held, holding, made, designs)
    return np.unique(np.concatenate(some)).astype(np.int32)


def findings_about(view: View, nodes: Ints, size: int) -> Findings:
    """What ``findings_of`` knows of a few nodes, ascending. Cost: their events, orders, stays and designs."""
    part = PartView(view, telling(view, nodes))
    found = findings_of(part, part.kinds())
    node, *rest = found.columns
    at = part.nodes[node]
    evidence = np.where(found.evidence >= 0, part.nodes[found.evidence], -1)
    mine = np.isin(at, nodes)
    rule, cap, _, stale, until = rest
    return Findings.of_columns(size, *(column[mine] for column in (at, rule, cap, evidence, stale, until)))


def touched_by(view: View, nodes: Ints) -> Ints:
    """The things of which something is told by changed nodes: themselves, what events and orders are about."""
    relations = view.ontology.subrelations
    nodes = nodes[nodes < view.size]
    about = relations(FAILURE_OF) | relations(OCCURRED_ON)
    addressed = view.ever_of(nodes, relations(ADDRESSES))[0].object
    failed = view.ever_of(np.unique(np.concatenate((nodes, addressed))), about)[0].object
    worked = view.ever_of(nodes, relations(PERFORMED_ON))[0].object
    return np.unique(np.concatenate((nodes, failed, worked))).astype(np.int32)


__all__ = ["PartView", "findings_about", "telling", "touched_by"]
