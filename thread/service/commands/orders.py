"""Which work is planned, and which is done? Work orders opened and closed."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from thread.clock import Instant, to_datetime, to_instant, to_text
from thread.errors import ConflictError, InputError
from thread.facts import PartBuilder
from thread.service.commands.frame import Frame, Place, Planned, plan
from thread.service.commands.model import Command
from thread.service.commands.parts import refuse_misfits
from thread.terms import LABEL, THR, TYPE, Iri, UpperKind

PERFORMED_ON, ADDRESSES, STATUS = THR + "performedOn", THR + "addresses", THR + "status"
PLANNED_START, PLANNED_END = THR + "plannedStart", THR + "plannedEnd"
STARTED_AT, ENDED_AT = THR + "startedAt", THR + "endedAt"
COMPLETED: Final = "COMPLETED"
CLOSED: Final = (COMPLETED, "CANCELLED")
_ORDER: Final[Place] = ("input", "order")
_AT: Final[Place] = ("input", "at")


@dataclass(frozen=True, slots=True)
class OpenOrder(Command):
    """Work is planned."""

    on: tuple[str, ...]
    title: str
    start: Instant
    end: Instant
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseOrder(Command):
    """Work is done, or will not be."""

    order: str
    at: Instant
    status: str = COMPLETED
    started: Instant | None = None
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The order, and what it is performed on."""

    order: str
    on: tuple[str, ...]
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True)
class Closed:
    """The order that was closed."""

    order: str


@plan.register
def plan_open(command: OpenOrder, frame: Frame) -> Planned:
    """What opening an order would do.

    Raises:
        InputError: it works on nothing, or ends before it starts.
    """
    view = frame.view
    if command.start >= command.end:
        place = ("input", "window")
        raise InputError("The window does not end after it starts.", code="order-of-times", place=place)
    if not command.on:
        raise InputError("The order works on nothing.", code="missing-value", place=("input", "on"))
    scope = view.iris([frame.find(ref, ("input", "on", str(i))) for i, ref in enumerate(command.on)])
    events = [frame.find(ref, ("input", "addresses", str(i))) for i, ref in enumerate(command.addresses)]
    order = "urn:thread:order:" + sha256(command.request_id.encode()).hexdigest()[:24]
    since = min(view.valid_at, command.start)
    builder = PartBuilder()
    builder.attribute(order, TYPE, Iri(UpperKind.WORK_ORDER), since)
    builder.attribute(order, LABEL, command.title, since)
    builder.attribute(order, STATUS, "PLANNED", since)
    for name, instant in ((PLANNED_START, command.start), (PLANNED_END, command.end)):
        _time(builder, order, name, instant)
    for target in dict.fromkeys(scope):
        builder.link(order, PERFORMED_ON, target, since)
    for event in dict.fromkeys(view.iris(events)):
        builder.link(order, ADDRESSES, event, since)
    refuse_misfits(frame, parts := builder.parts())
    return Planned(parts, Opened(order, tuple(scope), command.start, command.end), "open work order")


@plan.register
def plan_close(command: CloseOrder, frame: Frame) -> Planned:
    """What closing an order would do.

    Raises:
        ConflictError: ``conflict``: it is closed already; ``out-of-order``: it changed or began later.
        InputError: it is no order, or began after its end.
    """
    view, at = frame.view, command.at
    node = frame.find(command.order, _ORDER)
    frame.expect_version(node, command.if_version, ("input", "ifVersion"))
    order = view.iri(node)
    states = view.history(node, STATUS)
    if closed := [state for state in states if state.value in CLOSED]:
        raise ConflictError(
            f"{order} is {str(closed[-1].value).lower()} already.", current=order, place=_ORDER, hint="Read it again."
        )
    began = view.value(node, STARTED_AT)
    known = to_instant(began) if began is not None and command.started is None else None  # type: ignore[arg-type]
    if any(state.valid_from > at for state in states) or (known is not None and known > at):
        raise ConflictError(
            f"{order} changed after {to_text(at)}.",
            code="out-of-order",
            current=order,
            place=_AT,
            hint="Read it again.",
        )
    if command.started is not None and command.started > at:
        raise InputError("The work ended before it started.", code="order-of-times", place=("input", "startedAt"))
    builder = PartBuilder()
    builder.attribute(order, STATUS, command.status, at)
    if command.status == COMPLETED:
        _time(builder, order, ENDED_AT, at)
    if command.started is not None:
        _time(builder, order, STARTED_AT, command.started)
    refuse_misfits(frame, parts := builder.parts())
    return Planned(parts, Closed(order), "close work order")


def _time(builder: PartBuilder, order: str, name: str, instant: Instant) -> None:
    moment = to_datetime(instant)
    assert moment is not None
    builder.attribute(order, name, moment)
