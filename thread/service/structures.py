"""Which structure does a view have? Compiled once, moved on with what changes, compiled anew where links change."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from thread.clock import END, Instant, to_instant
from thread.facts import Triple, ValueType
from thread.projection import Projection, View
from thread.projection.view import Ints
from thread.reasoning.moving import carrying, moved, stands
from thread.reasoning.structure import Structure, compile_structure

_KEPT: Final = 4
_MANY_ROWS: Final = 20_000
"""So many changed facts are cheaper to compile than to look through."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A structure, and the stretch of time for which it holds."""

    structure: Structure
    known: int
    start: Instant
    until: Instant
    next_time: Instant
    """The next instant that a value of the view holds, or an earlier one."""

    @property
    def ends(self) -> Instant:
        """Where the stretch ends; earlier where health has been worked out, which time alone may change."""
        plant = self.structure.__dict__.get("health")
        return self.until if plant is None else min(self.until, plant.findings.holds_until)


@dataclass(slots=True)
class Counts:
    """What was done so far: guards of speed count work."""

    compiled: int = 0
    moved: int = 0


class Structures:
    """Structures of the last few views; safe in any thread."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._kept: list[_Kept] = []
        self._lock = threading.Lock()
        self.counts = Counts()

    def of(self, view: View) -> Structure:
        """The structure of a view, for all its revision and stretch of time.

        Cost: nothing where it is kept; where facts that carry nothing have come, what they touch and copies of some
        columns; else compiling.
        """
        with self._lock:
            for at, kept in enumerate(self._kept):
                if kept.known == view.known and kept.start <= view.valid_at < kept.ends:
                    self._kept.append(self._kept.pop(at))
                    return kept.structure
            made = self._moved(view) or self._compiled(view)
            self._kept = [*self._kept[-_KEPT + 1 :], made]
            return made.structure

    def with_health(self, view: View) -> Structure:
        """The same, with health worked out."""
        found = self.of(view)
        while found.health.findings.holds_until <= view.valid_at:  # it was kept for longer than its health holds
            found = self.of(view)
        return found

    def at(self, view: View) -> Structure:
        """The same, seen from the very instant of the view: what runs on with time, as ages do, is read then."""
        found = self.with_health(view)
        return found if found.view.valid_at == view.valid_at else found.seen_at(view)

    def holds_until(self, view: View) -> Instant:
        """Until when the structure and health of a view hold if nothing more is told."""
        self.with_health(view)
        with self._lock:
            ends = [k.ends for k in self._kept if k.known == view.known and k.start <= view.valid_at < k.ends]
        return min(ends, default=view.valid_at + 1)

    def _compiled(self, view: View) -> _Kept:
        self.counts.compiled += 1
        next_time = view.next_time(view.valid_at)
        return self._keep(compile_structure(view), END if next_time is None else next_time)

    def _keep(self, structure: Structure, next_time: Instant) -> _Kept:
        view = structure.view
        ahead = self._projection.next_boundary(view.valid_at)
        until = min(next_time, END if ahead is None else ahead)
        return _Kept(structure, view.known, view.valid_at, until, next_time)

    def _moved(self, view: View) -> _Kept | None:
        """From the latest structure before the view; None where there is none that stands."""
        before = [kept for kept in self._kept if kept.known <= view.known and kept.start <= view.valid_at]
        if not before:
            return None
        base = max(before, key=lambda kept: (kept.known, kept.start))
        if self._projection.rows_between(base.known, view.known) > _MANY_ROWS:
            return None
        marks = (base.known, base.start), (view.known, view.valid_at)
        said = self._projection.said_between(*marks)
        if said.predicates & carrying(view.ontology):  # also of the past: a stay that was, is told by what was
            return None
        delta = self._projection.delta(*marks)
        changed = [*delta.removed, *delta.added]
        nodes = stands(base.structure, view, changed)
        if nodes is None:
            return None
        next_time = _next_time(base, view, changed)
        if base.next_time <= view.valid_at:
            nodes = np.union1d(nodes, _timed(view, base.start)).astype(np.int32)
            found = view.next_time(view.valid_at)
            next_time = END if found is None else found
        nodes = np.union1d(nodes, said.nodes[said.nodes < view.size]).astype(np.int32)  # said again: measured again
        self.counts.moved += 1
        return self._keep(moved(base.structure, view, nodes), next_time)


def _next_time(base: _Kept, view: View, changed: list[Triple]) -> Instant:
    """The next instant that a value holds: one that was known, or has just been told."""
    told = [to_instant(triple.value) for triple in changed if isinstance(triple.value, datetime)]
    return min([base.next_time, *(instant for instant in told if instant > view.valid_at)])


def _timed(view: View, since: Instant) -> Ints:
    """Nodes with a time that has come since an instant."""
    found = []
    for attribute in view.ontology.attributes:
        if attribute.type is ValueType.TIME:
            nodes, instants = view.instants(attribute.iri)
            found.append(nodes[(instants > since) & (instants <= view.valid_at)])
    return np.unique(np.concatenate(found)).astype(np.int32)
