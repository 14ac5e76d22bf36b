"""Which records caused a difference? The links behind it, the orders that moved parts, the documents that allow it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from thread.clock import END, Instant
from thread.projection.view import View
from thread.reasoning.answers import LinkRef
from thread.reasoning.bom import Line
from thread.reasoning.configuration import StructureView
from thread.reasoning.differing import Difference, DifferenceKind, Differences
from thread.reasoning.needs import INSTALLED_IN
from thread.reasoning.own import ENDED_AT, STARTED_AT, instant_of
from thread.reasoning.replacing import Replacements
from thread.terms import THR

INSTALLS, REMOVES = THR + "installs", THR + "removes"


@dataclass(frozen=True, slots=True)
class Cause:
    """A record: a link, or an entity that speaks for itself (a work order, a document)."""

    link: LinkRef | None
    node: int | None


def causes_of(found: Differences, entry: Difference) -> list[Cause]:
    """The records that one difference comes from, in the order in which they tell it, each once."""
    return list(dict.fromkeys(_causes(found, entry)))


def _causes(found: Differences, entry: Difference) -> Iterator[Cause]:
    left, right = entry.left, entry.right
    if left is not None:
        yield from _behind(found.left.view, found.left.kind, left)
    if right is not None:
        yield from _behind(found.right.view, found.right.kind, right)
    if entry.kind is DifferenceKind.SUBSTITUTED and left is not None and right is not None:
        way = Replacements(found.view).way(right.design, left.design)
        yield from (Cause(link, None) for link in (way.links if way else ()))
    if entry.kind is DifferenceKind.MISSING and right is not None and right.position >= 0:
        yield from _gone(found.right.view, right.position)
    yield from (Cause(None, document) for document in entry.concessions)


def _behind(view: View, kind: StructureView, line: Line) -> Iterator[Cause]:
    """The link of a line, and the order that put the item in."""
    if line.row >= 0:
        yield Cause(_link(view, line.row), None)
    if kind is not StructureView.AS_DESIGNED and line.child >= 0 and line.row >= 0:
        since = view.link(line.row).valid_from
        yield from (Cause(None, order) for order in orders_moving(view, line.child, INSTALLS, since))


def _gone(view: View, position: int) -> Iterator[Cause]:
    """The last stay in an empty position, and the order that took the item out."""
    relations = view.ontology.subrelations(INSTALLED_IN)
    table, _, until = view.ever_of(np.array([position], np.int32), relations, into=True)
    past = [(int(end), int(row), int(item)) for end, row, item in zip(until, table.row, table.subject, strict=True)]
    past = [each for each in past if each[0] <= view.valid_at]
    if past:
        end, row, item = max(past)
        yield Cause(_link(view, row), None)
        yield from (Cause(None, order) for order in orders_moving(view, item, REMOVES, end))


def orders_moving(view: View, item: int, relation: str, at: Instant) -> list[int]:
    """Orders that put an item in or take it out at an instant: by the link's time, else the order's own times.

    Where no order says when, and there is but one, it is that one.
    """
    relations = view.ontology.subrelations(relation)
    table, since, _ = view.ever_of(np.array([item], np.int32), relations, into=True)
    orders = dict(zip(table.subject.tolist(), since.tolist(), strict=True))
    exact = [order for order, start in orders.items() if start == at]
    if not exact and at != END:
        exact = [
            order for order in orders if at in (instant_of(view, order, ENDED_AT), instant_of(view, order, STARTED_AT))
        ]
    if not exact and len(orders) == 1:
        exact = list(orders)
    return sorted(exact, key=view.iri)


def _link(view: View, row: int) -> LinkRef:
    said = view.link(row)
    relation = view.ontology.relation[said.predicate].ordinal
    return LinkRef(view.find(said.subject), view.find(str(said.object)), relation, row)


__all__ = ["Cause", "causes_of", "orders_moving"]
