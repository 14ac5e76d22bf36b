"""What is down by itself? Open failure events, and positions whose serial was removed and not replaced."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant, to_instant
from thread.projection.view import Statement, View
from thread.reasoning.needs import INSTALLED_IN
from thread.terms import THR, UpperKind

OCCURRED_ON, FAILURE_OF, ADDRESSES = THR + "occurredOn", THR + "failureOf", THR + "addresses"
OCCURRED_AT, RESTORED_AT, STATUS = THR + "occurredAt", THR + "restoredAt", THR + "status"
PLANNED_START, PLANNED_END = THR + "plannedStart", THR + "plannedEnd"
STARTED_AT, ENDED_AT = THR + "startedAt", THR + "endedAt"


def own_down(view: View, kinds: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """1 for each node that an open failure event or an empty position takes down, before any dependency.

    Cost: O(failure events + vacant positions) look-ups.
    """
    down = np.zeros(len(kinds), np.uint8)
    for event in view.of_kind(UpperKind.FAILURE_EVENT).tolist():
        failed = failed_by(view, event)
        if failed and is_open(view, event, failed):
            down[list(failed)] = 1
    down[vacated(view)] = 1
    return down


def vacated(view: View) -> list[int]:
    """Positions that once held a serial and hold none now."""
    relations = view.ontology.subrelations(INSTALLED_IN)
    filled = np.zeros(view.size, bool)
    filled[view.links(relations).object] = True
    positions = view.of_kind(UpperKind.POSITION)
    empty = positions[~filled[positions]]
    return [
        position for position in empty.tolist() if any(s.valid_from <= view.valid_at for s in _stays_in(view, position))
    ]


def failed_by(view: View, event: int) -> tuple[int, ...]:
    """What an event says has failed: its ``failureOf``, else everything that it ``occurredOn``."""
    ontology = view.ontology
    for relation in (FAILURE_OF, OCCURRED_ON):
        if relation in ontology.relation:
            found = view.links_from(event, ontology.subrelations(relation)).object
            if len(found):
                return tuple(sorted(set(found.tolist())))
    return ()


def occurred_at(view: View, event: int) -> Instant:
    """When an event happened: its ``occurredAt``, else the start of its kind fact, else ever."""
    said = instant_of(view, event, OCCURRED_AT)
    if said is not None:
        return said
    from thread.terms import TYPE

    return min((s.valid_from for s in view.history(event, TYPE)), default=BEGIN)


def is_open(view: View, event: int, failed: Iterable[int]) -> bool:
    """True from the failure until it is restored, an order that addresses it is completed, or the serial leaves."""
    now, since = view.valid_at, occurred_at(view, event)
    if since > now:
        return False
    restored = instant_of(view, event, RESTORED_AT)
    if restored is not None and restored <= now:
        return False
    orders = view.links_to(event, view.ontology.subrelations(ADDRESSES)).subject.tolist()
    if any(is_completed(view, order) for order in orders):
        return False
    return not any(end <= now for node in failed for end in _leaves(view, node, since))


def is_completed(view: View, order: int) -> bool:
    """True for an order whose status is COMPLETED and whose end, where it has one, has come."""
    end = instant_of(view, order, ENDED_AT)
    if end is None:
        end = instant_of(view, order, PLANNED_END)
    return view.value(order, STATUS) == "COMPLETED" and (end is None or end <= view.valid_at)


def _leaves(view: View, node: int, since: Instant) -> list[Instant]:
    """When the serial that failed at ``since`` leaves its position, ``END`` while it has not.

    The state just before counts, ``from < t <= to``: where a replacement carries the time of the failure, the
    serial that it removes is the one that failed.
    """
    ontology = view.ontology
    kind = ontology.kinds[view.kind(node)].iri
    if ontology.is_a(kind, UpperKind.COMPONENT):
        stays = [
            stay
            for relation in sorted(ontology.subrelations(INSTALLED_IN))
            for stay in view.history(node, ontology.relations[relation].iri)
        ]
    elif ontology.is_a(kind, UpperKind.POSITION):
        stays = _stays_in(view, node)
    else:
        return []
    before = [stay.valid_to for stay in stays if stay.valid_from < since <= stay.valid_to]
    return before or [stay.valid_to for stay in stays if stay.valid_from <= since < stay.valid_to]


def _stays_in(view: View, position: int) -> list[Statement]:
    """Every stay of a serial in a position, past and present."""
    ontology = view.ontology
    relations = sorted(ontology.subrelations(INSTALLED_IN))
    return [s for relation in relations for s in view.history_to(position, ontology.relations[relation].iri)]


def instant_of(view: View, node: int, attribute: str) -> Instant | None:
    """A time attribute as an instant; None where it is absent."""
    from datetime import datetime

    value = view.value(node, attribute)
    return to_instant(value) if isinstance(value, datetime) else None


__all__ = ["END", "failed_by", "instant_of", "is_completed", "is_open", "occurred_at", "own_down", "vacated"]
