"""What is known of each thing by itself, before anything it needs? Findings: caps of health, each with its evidence."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant
from thread.ontology.model import Indicator
from thread.projection.view import Ints, View
from thread.reasoning.live import is_in
from thread.reasoning.needs import INSTALLED_IN
from thread.reasoning.orders import OPEN_STATUS, PERFORMED_ON
from thread.reasoning.own import (
    ENDED_AT,
    PLANNED_END,
    PLANNED_START,
    STATUS,
    Instants,
    Mask,
    failures_of,
    orders_done,
    vacated,
)
from thread.terms import THR, UpperKind

Reals = npt.NDArray[np.float64]
FAILURE, EMPTY, CRITICAL, MAJOR, MINOR, OVERDUE, AGE, INDICATED, DONE, ASSUMED = range(10)
RULES = tuple(
    THR + name
    for name in (
        "OpenFailure", "EmptyPosition", "CriticalOrder", "MajorOrder", "MinorOrder", "OverdueMaintenance",
        "AgeCollar", "Indicated", "WorkDone", "Assumed",
    )
)  # fmt: skip
"""IRIs of the rules by ordinal."""
STEPS = 1000
"""Time moves health in steps: a thousandth of the interval or life. Between two steps it stands still."""
ORDER_TYPE, SEVERITY = THR + "orderType", THR + "severity"
DUE, INTERVAL, LIFE, YEARS = (
    THR + "maintenanceDue",
    THR + "maintenanceIntervalHours",
    THR + "expectedLifeHours",
    THR + "age",
)
MADE_TO, REVISION_OF = THR + "madeTo", THR + "revisionOf"
_HOUR = 3_600_000_000
_YEAR_HOURS = 8766


@dataclass(frozen=True)
class Findings:
    """Caps of own health as parallel arrays, sorted by node: the least of a node's caps is its own health."""

    size: int
    node: Ints
    rule: npt.NDArray[np.int8]
    cap: Reals
    evidence: Ints
    """The event or order that says so, else -1."""
    stale: Mask
    """It tells of the past only: the low end falls to the prior."""
    until: Instants
    """The next instant at which time alone changes the cap; END: none."""

    @classmethod
    def of_columns(cls, size: int, *columns: npt.NDArray[Any]) -> "Findings":
        """From columns in any order."""
        node, rule, cap, evidence, stale, until = columns
        order = np.lexsort((evidence, rule, cap, node))
        return cls(size, node[order], rule[order], cap[order], evidence[order], stale[order], until[order])

    @property
    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """The parallel arrays."""
        return self.node, self.rule, self.cap, self.evidence, self.stale, self.until

    @property
    def holds_until(self) -> Instant:
        """The next instant at which time alone changes a cap."""
        return int(self.until.min(initial=END))

    def changing(self, until: Instant) -> Ints:
        """Nodes of which time alone has changed a cap by an instant, ascending."""
        return np.unique(self.node[self.until <= until])

    def with_anew(self, size: int, nodes: Ints, found: "Findings") -> "Findings":
        """The same with what is found anew of some nodes, ascending, in place of what was known of them."""
        keep = ~is_in(self.node, nodes)
        pairs = zip(self.columns, found.columns, strict=True)
        return Findings.of_columns(size, *(np.concatenate((old[keep], new)) for old, new in pairs))

    def of(self, node: int) -> slice:
        """Rows of one node."""
        low, high = np.searchsorted(self.node, [node, node + 1])
        return slice(int(low), int(high))

    @cached_property
    def own(self) -> Reals:
        """Own health of every node, 1 where nothing is known."""
        own = np.ones(self.size)
        np.minimum.at(own, self.node, self.cap)
        return own

    @cached_property
    def known(self) -> Mask:
        """Nodes of which something is known."""
        known = np.zeros(self.size, bool)
        known[self.node] = True
        return known

    def low(self, prior: float) -> Reals:
        """Low end of own health: where nothing is known, or only something stale, it is not above the prior."""
        fresh = np.zeros(self.size, bool)
        fresh[self.node[~self.stale]] = True
        return np.where(fresh, self.own, np.minimum(self.own, prior))


_TYPES: Final = (np.int32, np.int8, np.float64, np.int32, np.bool_, np.int64)


class _Rows:
    """Findings as they are collected."""

    def __init__(self) -> None:
        self.parts: list[tuple[npt.NDArray[Any], ...]] = []

    def add(
        self,
        node: Ints,
        rule: int | npt.NDArray[np.int8],
        cap: float | Reals = 1.0,
        evidence: int | Ints = -1,
        stale: bool | Mask = False,
        until: int | Instants = END,
    ) -> None:
        said = zip((node, rule, cap, evidence, stale, until), _TYPES, strict=True)
        self.parts.append(tuple(np.broadcast_to(np.asarray(value, kind), len(node)) for value, kind in said))

    def done(self, size: int) -> Findings:
        return Findings.of_columns(size, *(np.concatenate(each) for each in zip(*self.parts, strict=True)))


def findings_of(view: View, kinds: npt.NDArray[np.int16]) -> Findings:
    """Everything that tells of a thing by itself, of one view.

    Cost: O(failure events + orders + installations + attributes that tell), as whole columns.
    """
    rows = _Rows()
    _failures(view, kinds, rows)
    done = orders_done(view)
    work = view.links(view.ontology.subrelations(PERFORMED_ON))
    _orders(view, done, work.subject, work.object, rows)
    _maintenance(view, done, work.subject, work.object, rows)
    _ages(view, kinds, rows)
    _indicators(view, rows)
    return _assumed(view, rows.done(len(kinds)))


def _assumed(view: View, found: Findings) -> Findings:
    """The same with what the overlay of the view takes for given, in place of what is recorded."""
    laid = view.overlay
    if laid is None:
        return found
    given = {**dict.fromkeys(laid.down, 0.0), **laid.health}
    past = (found.rule == AGE) | (found.rule == OVERDUE)
    keep = ~np.isin(found.node, [*laid.up, *given]) & ~(past & np.isin(found.node, list(laid.renewed)))
    rows = _Rows()
    rows.add(*(column[keep] for column in found.columns))
    rows.add(np.array([*given], np.int32), ASSUMED, np.array([*given.values()], float))
    return rows.done(found.size)


def _failures(view: View, kinds: npt.NDArray[np.int16], rows: _Rows) -> None:
    failures = failures_of(view, kinds)
    is_open = failures.open
    rows.add(failures.node[is_open], FAILURE, 0.0, failures.event[is_open])
    rows.add(failures.node[~is_open], DONE, 1.0, failures.event[~is_open])
    rows.add(vacated(view), EMPTY, 0.0)


def _marked(view: View, attribute: str, *values: str) -> Mask:
    """Per node: an attribute has one of the values."""
    marks = np.zeros(view.size, bool)
    nodes, found = view.column(attribute)
    marks[nodes[[value in values for value in found]]] = True
    return marks


def _orders(view: View, done: Mask, order: Ints, thing: Ints, rows: _Rows) -> None:
    """Open corrective orders by severity, on what they are performed on; what is completed is evidence."""
    caps = view.ontology.health
    standing = _marked(view, STATUS, *OPEN_STATUS) & _marked(view, ORDER_TYPE, "CORRECTIVE")
    nodes, severities = view.column(SEVERITY)
    for rule, name, cap in (
        (CRITICAL, "CRITICAL", caps.critical),
        (MAJOR, "MAJOR", caps.major),
        (MINOR, "MINOR", caps.minor),
    ):
        marks = np.zeros(view.size, bool)
        marks[nodes[[value == name for value in severities]]] = True
        chosen = (standing & marks)[order]
        rows.add(thing[chosen], rule, cap, order[chosen])
    rows.add(thing[done[order]], DONE, 1.0, order[done[order]])


def _numbers(view: View, attribute: str) -> tuple[Reals, Mask]:
    """A number attribute by node, and where there is one."""
    held, known = np.zeros(view.size), np.zeros(view.size, bool)
    nodes, values = view.column(attribute)
    held[nodes] = [float(value) if isinstance(value, int | float | Decimal) else np.nan for value in values]
    known[nodes] = True
    return held, known


def _times(view: View, attribute: str) -> Instants:
    """A time attribute by node; END where there is none."""
    held = np.full(view.size, END, np.int64)
    nodes, values = view.instants(attribute)
    np.minimum.at(held, nodes, values)
    return held


def _maintenance(view: View, done: Mask, order: Ints, thing: Ints, rows: _Rows) -> None:
    """Overdue maintenance: what is stated to be due, or the last preventive order plus the interval, or one that waits.

    An order that was done after the stated time answers it.
    """
    interval, has_interval = _numbers(view, INTERVAL)
    if not has_interval.any():
        return
    preventive = _marked(view, ORDER_TYPE, "PREVENTIVE")
    ended, planned_end = _times(view, ENDED_AT), _times(view, PLANNED_END)
    ended = np.where(ended < END, ended, planned_end)
    span = _microseconds(np.where(has_interval, interval, 0.0))
    last = np.full(view.size, np.iinfo(np.int64).min)
    did = (preventive & done & (ended < END))[order]
    np.maximum.at(last, thing[did], ended[order[did]])
    said = _times(view, DUE)
    due = np.where((last >= said) | (said == END), END, said)
    seen = last > np.iinfo(np.int64).min
    due[seen] = np.minimum(due[seen], last[seen] + span[seen])
    waiting = (preventive & _marked(view, STATUS, *OPEN_STATUS))[order]
    planned = np.where(planned_end < END, planned_end, _times(view, PLANNED_START))
    np.minimum.at(due, thing[waiting], planned[order[waiting]])
    told = np.flatnonzero(has_interval & (due < END)).astype(np.int32)
    late, span = view.valid_at - due[told], np.maximum(span[told], STEPS)
    share, following = _stepped(late, span)
    cap = 1.0 - (1.0 - view.ontology.health.overdue) * share
    rows.add(told, OVERDUE, cap, until=np.where(following < END, due[told] + following, END))


def _stepped(passed: Instants, whole: Instants) -> tuple[Reals, Instants]:
    """Share of a stretch of time that has passed, in whole steps, 0 to 1; and how much has passed at the next step."""
    width = whole // STEPS
    step = np.clip(passed // width, 0, STEPS)
    return step / STEPS, np.where(step < STEPS, (step + 1) * width, END)


def _microseconds(hours: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Hours as a span of time, none longer than thirty thousand years."""
    return np.minimum(hours * _HOUR, 2.0**60).astype(np.int64)


def _ages(view: View, kinds: npt.NDArray[np.int16], rows: _Rows) -> None:
    """Age against expected life: time in a position, else the age that is stated of an asset."""
    life, told = _numbers(view, LIFE)
    if not told.any():
        return
    ontology = view.ontology
    for relation in (REVISION_OF, MADE_TO):  # a design's life is that of its revisions, and of what is made to them
        links = view.links(ontology.subrelations(relation))
        heirs = ~told[links.subject] & told[links.object]
        life[links.subject[heirs]] = life[links.object[heirs]]
        told[links.subject[heirs]] = True
    hours, aged = _numbers(view, YEARS)
    hours *= _YEAR_HOURS
    parts = np.isin(kinds, list(ontology.subkinds(UpperKind.COMPONENT)))
    table, since, until = view.ever(ontology.subrelations(INSTALLED_IN))
    begun = since <= view.valid_at
    served, running = np.zeros(view.size, np.int64), np.zeros(view.size, bool)
    stay = np.minimum(until[begun], view.valid_at) - np.maximum(since[begun], -(2**61))
    np.add.at(served, table.subject[begun], np.minimum(stay, 2**60))
    running[table.subject[begun & (until > view.valid_at)]] = True
    kept = parts & np.isin(np.arange(view.size), table.subject[begun])
    kept[table.subject[begun & (since <= BEGIN)]] = False  # nobody says since when: nothing is known of its age
    known = np.flatnonzero(told & (kept | (aged & ~parts)))
    whole = np.maximum(_microseconds(life[known]), STEPS)
    passed = np.where(kept[known], served[known], _microseconds(hours[known]))
    share, following = _stepped(passed, whole)
    moving = running[known] & (following < END)
    until = np.where(moving, following - passed + view.valid_at, END)
    rows.add(known.astype(np.int32), AGE, 1.0 - (1.0 - ontology.health.collar) * share, until=until)


def banded(indicator: Indicator, value: float) -> float:
    """Health by the bands of an indicator: 1, 0.7, 0.4, 0 at its four values, straight lines between."""
    if value != value:
        return 0.0  # what is not a number tells of nothing good
    return float(np.interp(value, indicator.bands, (1.0, 0.7, 0.4, 0.0)))


def _indicators(view: View, rows: _Rows) -> None:
    """Indicators that are attributes: the lower median of each mode; stale ones count, and widen."""
    told: dict[tuple[int, str], list[tuple[float, bool, Instant]]] = {}
    for attribute in view.ontology.attributes:
        indicator = attribute.indicator
        if indicator is None:
            continue
        nodes, values = view.column(attribute.iri)
        for node, value in zip(nodes.tolist(), values, strict=True):
            if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                until = _fresh_until(view, node, attribute.iri, indicator)
                said = banded(indicator, float(value)), until <= view.valid_at, until
                told.setdefault((node, indicator.mode or attribute.iri), []).append(said)
    if told:
        found = [(node, *sorted(some)[(len(some) - 1) // 2]) for (node, _), some in sorted(told.items())]
        ends = [min((s[2] for s in some if not s[1]), default=END) for _, some in sorted(told.items())]
        node, cap, stale, _ = (np.array(column) for column in zip(*found, strict=True))
        rows.add(node, INDICATED, cap, -1, stale, np.array(ends, np.int64))


def _fresh_until(view: View, node: int, attribute: str, indicator: Indicator) -> Instant:
    """When the value in force stops telling the present."""
    if indicator.stale_after is None:
        return END
    now = view.valid_at
    since = max((s.valid_from for s in view.history(node, attribute) if s.valid_from <= now < s.valid_to), default=now)
    return min(since + indicator.stale_after, END)


__all__ = ["RULES", "Findings", "banded", "findings_of"]
