"""What is the current state as a plain graph, how does it move, and when does it move by itself?"""

import threading
from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant
from thread.facts import GraphDelta, Triple, ValueType
from thread.facts.columns import value_type
from thread.projection.layout import OPEN
from thread.projection.state import State
from thread.projection.tables import FACTS, OUT
from thread.terms import STUB, TYPE, EntityId, Iri, UpperKind

if TYPE_CHECKING:
    from thread.projection.reading import ColumnView

Numbers = npt.NDArray[np.int32]
_CHUNK: Final = 4096
_FEW: Final = 5_000


class Key(NamedTuple):
    """A plain triple in numbers."""

    subject: int
    predicate: int
    type: int
    value: int


Shown = dict[Key, tuple[int, int]]
"""Per plain triple the qualifiers that it shows and a row that says so; -1 for a stub."""


class Boundaries:
    """All starts and ends of rows in order of time; rows are taken in when somebody asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times, self._rows = np.empty(0, np.int64), np.empty(0, np.int32)
        self._late: list[tuple[int, int]] = []
        self._seen = 0

    def next_after(self, state: State, after: Instant) -> Instant | None:
        """The next start or end, after an instant, of a row that is believed."""
        with self._lock:
            self._catch_up(state)
            limit, best = state.rows_until(state.ordinal), None
            place = int(np.searchsorted(self._times, after, side="right"))
            while place < len(self._times) and best is None:
                rows = self._rows[place : place + _CHUNK]
                here = np.flatnonzero(rows < limit)  # another reader may have taken in what came later
                held = here[state.rows["recorded_to"][rows[here]] == OPEN]
                best = int(self._times[place + held[0]]) if len(held) else None
                place += _CHUNK
            for time, row in self._late[bisect_right(self._late, (after, OPEN)) :]:
                if best is not None and time >= best:
                    break
                if row < limit and state.rows["recorded_to"][row] == OPEN:
                    return time
            return best

    def between(self, state: State, after: Instant, until: Instant) -> Numbers:
        """Rows that start or end after one instant and until another."""
        with self._lock:
            self._catch_up(state)
            low, high = np.searchsorted(self._times, [after, until], side="right")
            start, end = (bisect_right(self._late, (time, OPEN)) for time in (after, until))
            late = np.array([row for _, row in self._late[start:end]], np.int32)
            rows = np.unique(np.concatenate([self._rows[low:high], late]))
            return rows[rows < state.rows_until(state.ordinal)]

    def _catch_up(self, state: State) -> None:
        first, last = self._seen, state.rows_until(state.ordinal)
        if last <= first:
            return
        spans = state.spans[state.rows["span"][first:last]]
        rows = np.arange(first, last, dtype=np.int32)
        starts, ends = spans["valid_from"] > BEGIN, spans["valid_to"] < END
        times = np.concatenate([spans["valid_from"][starts], spans["valid_to"][ends]])
        rows = np.concatenate([rows[starts], rows[ends]])
        self._seen = last
        if len(times) + len(self._late) <= _FEW:
            for time, row in zip(times.tolist(), rows.tolist(), strict=True):
                insort(self._late, (time, row))
            return
        late = np.array(self._late, np.int64).reshape(-1, 2)
        times = np.concatenate([self._times, late[:, 0], times])
        rows = np.concatenate([self._rows, late[:, 1].astype(np.int32), rows])
        order = np.argsort(times, kind="stable")
        self._times, self._rows, self._late = times[order], rows[order], []


def triples_at(view: "ColumnView") -> Iterator[Triple]:
    """All plain triples of a view, node by node."""
    for first in range(0, view.size, _CHUNK):
        nodes = np.arange(first, min(first + _CHUNK, view.size), dtype=np.int32)
        rows = np.concatenate([view.rows_in_force(nodes, FACTS), view.rows_in_force(nodes, OUT)])
        shown = _shown(view.state, rows)
        kinds, stubs = _kinds(view, nodes)
        _show_stubs(view.state, shown, nodes[(kinds >= 0) & (stubs == 1)])
        yield from _triples(view.state, shown)


def delta_between(start: "ColumnView", end: "ColumnView", boundaries: Boundaries) -> GraphDelta:
    """What leaves and what enters between two views of one projection."""
    state = end.state
    rows = _touched(state, start, end, boundaries)
    claims = state.claim_of(rows)
    links = claims["type"] == ValueType.LINK
    nodes = np.unique(np.concatenate([claims["subject"], claims["value"][links].astype(np.int32)]))
    marks = [_kinds(view, nodes) for view in (start, end)]
    flipped = nodes[(marks[0][0] >= 0) != (marks[1][0] >= 0)]
    around = [view.rows_around(flipped) for view in (start, end)] if len(flipped) else []
    rows = end.rows_beside(np.unique(np.concatenate([rows, *around])))
    shown = []
    for view, (kinds, stubs) in zip((start, end), marks, strict=True):
        one = _shown(state, rows[_active(view, rows)])
        _show_stubs(state, one, nodes[(kinds >= 0) & (stubs == 1)])
        shown.append(one)
    before, after = shown
    return GraphDelta(
        tuple(_triples(state, {k: v for k, v in before.items() if k not in after or after[k][0] != v[0]})),
        tuple(_triples(state, {k: v for k, v in after.items() if k not in before or before[k][0] != v[0]})),
    )


class Said(NamedTuple):
    """Of what, and by which words, something was said."""

    nodes: Numbers
    predicates: frozenset[str]


def said_between(start: "ColumnView", end: "ColumnView", boundaries: Boundaries) -> Said:
    """Subjects and objects, and predicates, of every fact that began or ended between two views, in force or not."""
    state = end.state
    claims = state.claim_of(_touched(state, start, end, boundaries))
    links = claims["type"] == ValueType.LINK
    nodes = np.unique(np.concatenate([claims["subject"], claims["value"][links].astype(np.int32)])).astype(np.int32)
    return Said(nodes, frozenset(state.words.iris[number] for number in np.unique(claims["predicate"]).tolist()))


def _touched(state: State, start: "ColumnView", end: "ColumnView", boundaries: Boundaries) -> Numbers:
    low, high = sorted((start.known, end.known))
    closed = state.closures[state.steps["closures"][low] : state.steps["closures"][high]]
    made = np.arange(state.rows_until(low), state.rows_until(high), dtype=np.int32)
    times = sorted((start.valid_at, end.valid_at))
    return np.unique(np.concatenate([made, closed, boundaries.between(state, times[0], times[1])]))


def _kinds(view: "ColumnView", nodes: Numbers) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    from thread.projection.kernels.scan import some_kinds

    s, at = view.state, view.valid_at
    kinds, stubs = np.empty(len(nodes), np.int16), np.empty(len(nodes), np.uint8)
    some_kinds(s.spans, s.nodes, s.more, nodes, at, at + 1, view.known, kinds, stubs)
    return kinds, stubs


def _active(view: "ColumnView", rows: Numbers) -> npt.NDArray[np.bool_]:
    """Which rows show a triple in the view."""
    state = view.state
    some = state.rows[rows]
    spans, claims = state.spans[some["span"]], state.claims[some["claim"]]
    active: npt.NDArray[np.bool_] = (some["recorded_to"] > view.known) & (spans["recorded_from"] <= view.known)
    active &= (spans["valid_from"] <= view.valid_at) & (spans["valid_to"] > view.valid_at)
    links = claims["type"] == ValueType.LINK
    objects = np.where(links, claims["value"], claims["subject"]).astype(np.int32)
    for ends in (np.ascontiguousarray(claims["subject"]), objects):
        active &= _kinds(view, ends)[0] >= 0
    return active


def _shown(state: State, rows: Numbers) -> Shown:
    """Per plain triple of some rows the least qualifiers."""
    claims = state.claim_of(rows)
    shown: Shown = {}
    columns = [claims[name].tolist() for name in ("subject", "predicate", "type", "value", "qualifiers")]
    for *plain, note, row in zip(*columns, rows.tolist(), strict=True):
        key = Key(*plain)
        other = shown.get(key)
        if other is None or (other[0] != note and _noted(state, note) < _noted(state, other[0])):
            shown[key] = note, row
    return shown


def _noted(state: State, note: int) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name, value_type(value).name, value.hex() if isinstance(value, float) else str(value))
        for name, value in state.qualifiers(note)
    )


def _show_stubs(state: State, shown: Shown, nodes: Numbers) -> None:
    words = state.words
    stub_at = words.numbers.get(STUB, -1)
    for node in nodes.tolist():
        shown.setdefault(Key(node, words.kind_at, int(ValueType.IRI), words.entity), (-1, -1))
        shown.setdefault(Key(node, stub_at, int(ValueType.BOOLEAN), 1), (-1, -1))


def _triples(state: State, shown: Shown) -> Iterator[Triple]:
    subjects = state.iris.texts([key.subject for key in shown])
    links = [key.type == ValueType.LINK for key in shown]
    objects = iter(state.iris.texts([key.value for key in shown if key.type == ValueType.LINK]))
    said = np.array(
        [row for (_, row), link in zip(shown.values(), links, strict=True) if row >= 0 and not link], np.int32
    )
    values = iter(state.values(state.claim_of(said)))
    iris, kind_at = state.words.iris, state.words.kind_at
    for subject, link, (key, (note, row)) in zip(subjects, links, shown.items(), strict=True):
        entity = EntityId(subject)
        if link:
            yield Triple(entity, iris[key.predicate], EntityId(next(objects)), None, state.qualifiers(note))
        elif row >= 0:
            yield Triple(entity, iris[key.predicate], None, next(values), state.qualifiers(note))
        elif key.predicate == kind_at:
            yield Triple(entity, TYPE, None, Iri(UpperKind.ENTITY))
        else:
            yield Triple(entity, STUB, None, True)
