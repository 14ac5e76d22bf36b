"""What is down by itself? Open failure events, and positions whose serial was removed and not replaced."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant, to_instant
from thread.projection.view import Ints, View
from thread.reasoning.needs import INSTALLED_IN
from thread.terms import THR, TYPE, UpperKind

OCCURRED_ON, FAILURE_OF, ADDRESSES = THR + "occurredOn", THR + "failureOf", THR + "addresses"
OCCURRED_AT, RESTORED_AT, STATUS = THR + "occurredAt", THR + "restoredAt", THR + "status"
PLANNED_START, PLANNED_END = THR + "plannedStart", THR + "plannedEnd"
STARTED_AT, ENDED_AT = THR + "startedAt", THR + "endedAt"

Instants = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Stays:
    """Every stay of a serial in a position, past and present; sorted by the end that is asked of."""

    node: Ints
    since: Instants
    until: Instants


def own_down(view: View, kinds: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """1 for each node that an open failure event or an empty position takes down, before any dependency.

    A failure is open from its time until it is restored, an order that addresses it is completed, or the serial
    that failed leaves its position.

    Cost: O(failure events + orders + installations), as whole columns.
    """
    down = np.zeros(len(kinds), np.uint8)
    down[vacated(view)] = 1
    failures = failures_of(view, kinds)
    down[failures.node[failures.open]] = 1
    return assumed(view, down)


class Failures(NamedTuple):
    """What failed in which event up to now, as parallel arrays, and whether it still is."""

    event: Ints
    node: Ints
    open: Mask


def failures_of(view: View, kinds: npt.NDArray[np.int16]) -> Failures:
    """Every failure that has happened. Cost: O(failure events + orders + installations), as whole columns."""
    table, since, until = view.ever(view.ontology.subrelations(INSTALLED_IN))
    events = view.of_kind(UpperKind.FAILURE_EVENT)
    occurred = _occurred(view, events)
    open_ = ~_restored(view, events) & ~_addressed(view, events)
    of_event, node = _failed(view, events[occurred <= view.valid_at])
    moment = occurred[np.searchsorted(events, of_event)]
    left = np.zeros(len(node), bool)
    for kind, end in ((UpperKind.COMPONENT, table.subject), (UpperKind.POSITION, table.object)):
        chosen = np.isin(kinds[node], list(view.ontology.subkinds(kind)))
        left[chosen] = _has_left(node[chosen], moment[chosen], _sorted(end, since, until), view.valid_at)
    still = open_[np.searchsorted(events, of_event)] & ~np.isin(of_event, of_event[left])
    return Failures(of_event, node, still)


def assumed(view: View, down: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The same with what the overlay of the view takes for down or for up; for as many nodes as the view has."""
    if view.overlay is None:
        return down
    taken = np.zeros(view.size, np.uint8)
    taken[: len(down)] = down
    taken[sorted(view.overlay.up)] = 0
    taken[sorted(view.overlay.down)] = 1
    return taken


def vacated(view: View) -> Ints:
    """Positions that once held a serial and hold none now."""
    table, since, _ = view.ever(view.ontology.subrelations(INSTALLED_IN))
    held, filled = np.zeros(view.size, bool), np.zeros(view.size, bool)
    held[table.object[since <= view.valid_at]] = True
    filled[view.links(view.ontology.subrelations(INSTALLED_IN)).object] = True
    positions = view.of_kind(UpperKind.POSITION)
    return positions[held[positions] & ~filled[positions]]


def _occurred(view: View, events: Ints) -> Instants:
    """When each event happened: its ``occurredAt``, else the start of its kind fact, else ever."""
    said, known = _first(view, OCCURRED_AT)
    found = said[events]
    for at in np.flatnonzero(~known[events]).tolist():
        found[at] = min((s.valid_from for s in view.history(int(events[at]), TYPE)), default=BEGIN)
    return found


def _first(view: View, attribute: str) -> tuple[Instants, Mask]:
    """The (earliest) instant of a time attribute by node, and where there is one."""
    instants, known = np.full(view.size, END, np.int64), np.zeros(view.size, bool)
    nodes, values = view.instants(attribute)
    np.minimum.at(instants, nodes, values)
    known[nodes] = True
    return instants, known


def _restored(view: View, events: Ints) -> Mask:
    instants, known = _first(view, RESTORED_AT)
    return np.asarray(known[events] & (instants[events] <= view.valid_at))


def orders_done(view: View) -> Mask:
    """Per node: an order that is completed: its status says so, and its end, if any, has come."""
    done = np.zeros(view.size, bool)
    nodes, values = view.column(STATUS)
    done[nodes[[value == "COMPLETED" for value in values]]] = True
    ended, known = _first(view, ENDED_AT)
    planned, _ = _first(view, PLANNED_END)
    ends = np.where(known, ended, planned)
    done &= (ends <= view.valid_at) | (ends == END)
    return done


def _addressed(view: View, events: Ints) -> Mask:
    """Where an order that addresses the event is completed."""
    done = orders_done(view)
    links = view.links(view.ontology.subrelations(ADDRESSES))
    addressed = np.zeros(view.size, bool)
    addressed[links.object[done[links.subject]]] = True
    return addressed[events]


def _failed(view: View, events: Ints) -> tuple[Ints, Ints]:
    """(event, what failed) pairs: its ``failureOf``, else everything that it ``occurredOn``."""
    chosen, said = np.zeros(view.size, bool), np.zeros(view.size, bool)
    chosen[events] = True
    exact = view.links(view.ontology.subrelations(FAILURE_OF))
    said[exact.subject] = True
    loose = view.links(view.ontology.subrelations(OCCURRED_ON))
    first, second = chosen[exact.subject], chosen[loose.subject] & ~said[loose.subject]
    return (
        np.concatenate([exact.subject[first], loose.subject[second]]),
        np.concatenate([exact.object[first], loose.object[second]]),
    )


def _sorted(node: Ints, since: Instants, until: Instants) -> _Stays:
    order = np.argsort(node, kind="stable")
    return _Stays(node[order], since[order], until[order])


def _has_left(node: Ints, moment: Instants, stays: _Stays, now: Instant) -> Mask:
    """Where the serial that failed at a moment has left its position by now.

    The state just before counts, ``from < t <= to``: where a replacement carries the time of the failure, the
    serial that it removes is the one that failed. Where nothing was there just before, the state at the moment counts.
    """
    first, last = (np.searchsorted(stays.node, node, side=side) for side in ("left", "right"))
    count = last - first
    pair = np.repeat(np.arange(len(node)), count)
    stay = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    since, until, at = stays.since[stay], stays.until[stay], moment[pair]
    before, during = (since < at) & (at <= until), (since <= at) & (at < until)
    has_before = np.zeros(len(node), bool)
    has_before[pair[before]] = True
    gone = (before | (during & ~has_before[pair])) & (until <= now)
    left = np.zeros(len(node), bool)
    left[pair[gone]] = True
    return left


def instant_of(view: View, node: int, attribute: str) -> Instant | None:
    """A time attribute as an instant; None where it is absent."""
    from datetime import datetime

    value = view.value(node, attribute)
    return to_instant(value) if isinstance(value, datetime) else None
