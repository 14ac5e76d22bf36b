"""Where is each item now, and how long was it in service? Whereabouts, stays and exposure of many items at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant
from thread.projection.view import Ints, View
from thread.reasoning.needs import INSTALLED_IN
from thread.terms import THR

DISPOSITION = THR + "disposition"
Instants = npt.NDArray[np.int64]


class Whereabouts(IntEnum):
    """Where an item is, in the order in which siblings are ranked."""

    INSTALLED = 0
    STOCK = 1
    REPAIR = 2
    SCRAPPED = 3
    UNKNOWN = 4
    """Neither installed nor said to be anywhere."""


@dataclass(frozen=True, slots=True)
class Stay:
    """An item in a position for a while, ``[since, until)``."""

    position: int
    since: Instant
    until: Instant
    said_until: Instant
    """The end that the source gave; later than ``until`` where another stay began before it."""
    row: int

    @property
    def overlaps(self) -> bool:
        """The record has the item in two positions at once: a fault of the data."""
        return END > self.said_until > self.until


@dataclass(frozen=True)
class Places:
    """Whereabouts of items at the view's instant; parallel arrays."""

    nodes: Ints
    where: npt.NDArray[np.int8]
    """Ordinals of ``Whereabouts``."""
    position: Ints
    """-1 where it is not installed."""
    exposure: Instants
    """Microseconds in any position up to the view's instant."""
    at_least: npt.NDArray[np.bool_]
    """Some stay has no recorded start: the exposure is a lower bound, that stay counting nothing."""


def places_of(view: View, nodes: Ints) -> Places:
    """Where items are and how long they were in service. Cost: their stays, as arrays.

    Installed is derived from the stays; the disposition counts only for what is not installed. Stays that overlap
    count once.
    """
    nodes = np.unique(np.asarray(nodes, np.int32))
    table, since, until = view.ever_of(nodes, view.ontology.subrelations(INSTALLED_IN))
    item = np.searchsorted(nodes, table.subject)
    here = (since <= view.valid_at) & (until > view.valid_at)
    position = np.full(len(nodes), -1, np.int32)
    order = np.lexsort((table.object[here], since[here], item[here]))  # of several, the latest that came
    position[item[here][order]] = table.object[here][order]
    where = np.full(len(nodes), Whereabouts.UNKNOWN, np.int8)
    away = np.flatnonzero(position < 0)
    for at, held in zip(away.tolist(), view.column_of(nodes[away], DISPOSITION), strict=True):
        if held and str(held[0]) in Whereabouts.__members__:
            where[at] = Whereabouts[str(held[0])]
    where[position >= 0] = Whereabouts.INSTALLED
    at_least = np.zeros(len(nodes), np.bool_)
    at_least[item[(since == BEGIN) & (until > since)]] = True
    known = since != BEGIN
    exposure = _covered(len(nodes), item[known], since[known], np.minimum(until[known], view.valid_at))
    return Places(nodes, where, position, exposure, at_least)


def _covered(count: int, item: npt.NDArray[np.int64], since: Instants, until: Instants) -> Instants:
    """Total length of the union of intervals per item."""
    total = np.zeros(count, np.int64)
    kept = until > since
    item, since, until = item[kept], since[kept], until[kept]
    if not len(item):
        return total
    order = np.lexsort((since, item))
    item, since, until = item[order], since[order], until[order]
    first = np.flatnonzero(np.diff(item, prepend=-1))
    last, ends = until.copy(), np.append(first[1:], len(item))
    for low, high in zip(first[ends - first > 1].tolist(), ends[ends - first > 1].tolist(), strict=True):
        last[low:high] = np.maximum.accumulate(until[low:high])
    before = np.concatenate([[since[0]], last[:-1]])
    before[first] = since[first]
    np.add.at(total, item, np.maximum(0, until - np.maximum(since, before)))
    return total


def stays_of(view: View, node: int) -> list[Stay]:
    """Every stay of an item that is known, in force or not, by time."""
    table, since, until = view.ever_of(np.array([node], np.int32), view.ontology.subrelations(INSTALLED_IN))
    said = view.said_until(table.row)
    rows = zip(*(c.tolist() for c in (table.object, since, until, said, table.row)), strict=True)
    return sorted((Stay(*row) for row in rows), key=lambda s: (s.since, s.until, view.iri(s.position)))


def hours(microseconds: int) -> float:
    """Microseconds as hours."""
    return microseconds / 3_600_000_000


def objects_ever(view: View, nodes: Sequence[int] | Ints, relation: str) -> Ints:
    """What nodes are linked to by a relation and those below it, at whatever time; ascending."""
    table, _, _ = view.ever_of(np.asarray(nodes, np.int32), view.ontology.subrelations(relation))
    return np.unique(table.object)


def subjects_ever(view: View, nodes: Sequence[int] | Ints, relation: str) -> Ints:
    """What is linked to nodes by a relation and those below it, at whatever time; ascending."""
    table, _, _ = view.ever_of(np.asarray(nodes, np.int32), view.ontology.subrelations(relation), into=True)
    return np.unique(table.subject)


__all__ = ["Places", "Stay", "Whereabouts", "hours", "objects_ever", "places_of", "stays_of", "subjects_ever"]
