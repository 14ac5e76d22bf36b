"""Which work is planned, and which is done? Work orders opened and closed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from thread.clock import Instant, to_datetime, to_instant, to_text
from thread.errors import ConflictError, InputError
from thread.facts import PartBuilder
from thread.ontology.model import Ontology
from thread.service.commands.frame import Frame, Place, Planned, plan
from thread.service.commands.model import Command, Identified
from thread.service.commands.parts import refuse_absent, refuse_misfits
from thread.service.commands.upsert import identifier_of
from thread.terms import IDENTIFIER, LABEL, THR, TYPE, Iri, UpperKind, local_name

PERFORMED_ON, ADDRESSES, STATUS = THR + "performedOn", THR + "addresses", THR + "status"
PLANNED_START, PLANNED_END = THR + "plannedStart", THR + "plannedEnd"
ORDER_TYPE, SEVERITY = THR + "orderType", THR + "severity"
REQUIRES, QUANTITY = THR + "requires", THR + "quantity"
STARTED_AT, ENDED_AT = THR + "startedAt", THR + "endedAt"
COMPLETED: Final = "COMPLETED"
CLOSED: Final = (COMPLETED, "CANCELLED")
_ORDER: Final[Place] = ("input", "order")
_AT: Final[Place] = ("input", "at")


@dataclass(frozen=True, slots=True)
class Required:
    """A spare, document, crew, skill or tool that the work needs."""

    resource: str
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OpenOrder(Command):
    """Work is planned."""

    on: tuple[str, ...]
    title: str
    start: Instant
    end: Instant
    addresses: tuple[str, ...] = ()
    kind: str = UpperKind.WORK_ORDER
    """IRI of ``WorkOrder`` or of a kind below it."""
    order_type: str | None = None
    severity: str | None = None
    requires: tuple[Required, ...] = ()
    identifiers: tuple[Identified, ...] = ()


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
    """The order that was closed, and what it was performed on."""

    order: str
    on: tuple[str, ...]
    at: Instant


@plan.register
def plan_open(command: OpenOrder, frame: Frame) -> Planned:
    """What opening an order would do.

    Raises:
        InputError: it works on nothing, or ends before it starts; it has no title, or a kind that is no order.
        NotFound: it works on, requires or addresses what is not there.
    """
    view = frame.view
    _refuse_unfit(command, view.ontology)
    scope = view.iris([frame.find(ref, ("input", "on", str(i))) for i, ref in enumerate(command.on)])
    for number, iri in enumerate(scope):
        refuse_absent(view, view.find(iri), command.start, ("input", "on", str(number)))
    needs = [
        (view.iri(frame.find(one.resource, ("input", "requires", str(i), "resource"))), one.quantity)
        for i, one in enumerate(command.requires)
    ]
    events = [frame.find(ref, ("input", "addresses", str(i))) for i, ref in enumerate(command.addresses)]
    order = "urn:thread:order:" + sha256(command.request_id.encode()).hexdigest()[:24]
    since = min(view.valid_at, command.start)
    builder = PartBuilder()
    _describe(builder, command, order, since)
    for target in dict.fromkeys(scope):
        builder.link(order, PERFORMED_ON, target, since)
    for resource, quantity in dict.fromkeys(needs):
        builder.link(order, REQUIRES, resource, since, qualifiers=() if quantity is None else ((QUANTITY, quantity),))
    for event in dict.fromkeys(view.iris(events)):
        builder.link(order, ADDRESSES, event, since)
    refuse_misfits(frame, parts := builder.parts())
    return Planned(parts, Opened(order, tuple(scope), command.start, command.end), "open work order")


def _describe(builder: PartBuilder, command: OpenOrder, order: str, since: Instant) -> None:
    builder.attribute(order, TYPE, Iri(command.kind), since)
    builder.attribute(order, LABEL, unicodedata.normalize("NFC", command.title), since)
    builder.attribute(order, STATUS, "PLANNED", since)
    for name, value in ((ORDER_TYPE, command.order_type), (SEVERITY, command.severity)):
        if value is not None:
            builder.attribute(order, name, value, since)
    for one in command.identifiers:
        said = identifier_of(one)
        builder.attribute(order, IDENTIFIER, said[0], since, qualifiers=said[1])
    for name, instant in ((PLANNED_START, command.start), (PLANNED_END, command.end)):
        _time(builder, order, name, instant)


def _refuse_unfit(command: OpenOrder, ontology: Ontology) -> None:
    if command.start >= command.end:
        place = ("input", "window")
        raise InputError("The window does not end after it starts.", code="order-of-times", place=place)
    if not command.title.strip():
        raise InputError("The order has no title.", code="missing-value", place=("input", "title"))
    if not ontology.is_a(command.kind, UpperKind.WORK_ORDER):
        raise InputError(
            f"{local_name(command.kind)} is no kind of work order.", code="unknown-kind", place=("input", "kind")
        )
    if not command.on:
        raise InputError("The order works on nothing.", code="missing-value", place=("input", "on"))


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
    scope = view.links_from(node, view.ontology.subrelations(PERFORMED_ON)).object
    return Planned(parts, Closed(order, tuple(view.iris(scope)), at), "close work order")


def _time(builder: PartBuilder, order: str, name: str, instant: Instant) -> None:
    moment = to_datetime(instant)
    assert moment is not None
    builder.attribute(order, name, moment)
