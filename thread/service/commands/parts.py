"""Which part sits where, and which failed? Installing, removing, recording a failure: each at an instant of its own."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from thread.clock import END, Instant, to_datetime, to_text
from thread.errors import ConflictError, InputError
from thread.facts import FactPart, Op, PartBuilder
from thread.projection import Statement, View
from thread.service.commands.frame import Frame, Place, Planned, plan
from thread.service.commands.model import Command
from thread.terms import LABEL, THR, TYPE, Iri, UpperKind

INSTALLED_IN: Final = THR + "installedIn"
FAILURE_OF, HAS_MODE, CAUSED_BY = THR + "failureOf", THR + "hasMode", THR + "causedBy"
DISPOSITION: Final = THR + "disposition"
SCRAPPED: Final = "SCRAPPED"
OCCURRED_AT, CODE = THR + "occurredAt", THR + "code"
_COMPONENT: Final[Place] = ("input", "component")
_AT: Final[Place] = ("input", "at")


@dataclass(frozen=True, slots=True)
class Install(Command):
    """A component comes into a position; what was there goes out at the same instant."""

    component: str
    into: str
    at: Instant
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class Remove(Command):
    """A component leaves its position."""

    component: str
    at: Instant
    reason: str = ""
    disposition: str | None = None
    """Where it is from then on; None: unknown."""
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class RecordFailure(Command):
    """Something failed."""

    component: str
    at: Instant
    mode: str | None = None
    """A failure mode; a word that names none is kept as the event's code."""
    caused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """Which component came or went, where, and which one it replaced."""

    component: str
    position: str
    at: Instant
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The event, and what failed."""

    event: str
    component: str
    at: Instant


@plan.register
def plan_install(command: Install, frame: Frame) -> Planned:
    """What installing would do.

    Raises:
        ConflictError: ``already-installed``, ``out-of-order``, ``conflict``: it is scrapped, or at another version.
    """
    view, at = frame.view, command.at
    node, place = frame.find(command.component, _COMPONENT), frame.find(command.into, ("input", "into"))
    frame.expect_version(node, command.if_version, ("input", "ifVersion"))
    component, position = view.iri(node), view.iri(place)
    refuse_absent(view, node, at, _COMPONENT)
    refuse_absent(view, place, at, ("input", "into"))
    laid = _held(view.history(node, DISPOSITION), at)
    if any(one.value == SCRAPPED for one in laid):
        raise ConflictError(
            f"{component} is scrapped since {to_text(laid[0].valid_from)}.",
            hint="Install another, or correct its disposition first.",
            current=component,
            place=_COMPONENT,
        )
    stays = view.history(node, INSTALLED_IN)
    _refuse_later(stays, at, component)
    if sits := _held(stays, at):
        raise ConflictError(
            f"{component} is in {sits[0].object} then.",
            code="already-installed",
            hint="Remove it first.",
            current=component,
            place=_COMPONENT,
        )
    there = view.history_to(place, INSTALLED_IN)
    _refuse_later(there, at, position)
    builder = PartBuilder()
    before = _held(there, at)
    for stay in before:
        _end(builder, stay, at)
    for one in laid:  # what fills a position is neither in stock nor in repair
        assert one.value is not None
        builder.attribute(component, DISPOSITION, one.value, valid_to=at, op=Op.END)
    builder.link(component, INSTALLED_IN, position, at)
    refuse_misfits(frame, parts := builder.parts())
    return Planned(parts, Moved(component, position, at, before[0].subject if before else None), "install")


@plan.register
def plan_remove(command: Remove, frame: Frame) -> Planned:
    """What removing would do.

    Raises:
        ConflictError: ``not-installed``, ``out-of-order``, ``conflict``.
    """
    view, at = frame.view, command.at
    node = frame.find(command.component, _COMPONENT)
    frame.expect_version(node, command.if_version, ("input", "ifVersion"))
    component = view.iri(node)
    stays = view.history(node, INSTALLED_IN)
    _refuse_later(stays, at, component)
    held = _held(stays, at)
    if not held:
        raise ConflictError(
            f"{component} is in no position then.", code="not-installed", current=component, place=_COMPONENT
        )
    builder = PartBuilder()
    _end(builder, held[0], at)
    if command.disposition is not None:
        builder.attribute(component, DISPOSITION, command.disposition, at)
    refuse_misfits(frame, parts := builder.parts())
    reason = f"remove: {command.reason}" if command.reason else "remove"
    return Planned(parts, Moved(component, str(held[0].object), at), reason)


@plan.register
def plan_failure(command: RecordFailure, frame: Frame) -> Planned:
    """What recording a failure would do.

    Raises:
        ConflictError: ``duplicate``: it failed at that very instant already.
        InputError: it has yet to happen.
    """
    view, at = frame.view, command.at
    if at > view.valid_at:
        raise InputError(f"{to_text(at)} has yet to come.", code="bad-time", hint="A failure has happened.", place=_AT)
    node = frame.find(command.component, _COMPONENT)
    component = view.iri(node)
    refuse_absent(view, node, at, _COMPONENT)
    _refuse_duplicate(view, node, at)
    causes = [frame.find(ref, ("input", "causedBy", str(i))) for i, ref in enumerate(command.caused_by)]
    event = "urn:thread:failure:" + sha256(command.request_id.encode()).hexdigest()[:24]
    moment = to_datetime(at)
    assert moment is not None
    builder = PartBuilder()
    builder.attribute(event, TYPE, Iri(UpperKind.FAILURE_EVENT), at)
    builder.attribute(event, LABEL, f"Failure of {view.label(node)}", at)
    builder.attribute(event, OCCURRED_AT, moment, at)
    builder.link(event, FAILURE_OF, component, at)
    if command.mode is not None:
        mode = _mode(frame, command.mode)
        if mode is None:
            builder.attribute(event, CODE, command.mode, at)
        else:
            builder.link(event, HAS_MODE, mode, at)
    for cause in view.iris(causes):
        builder.link(event, CAUSED_BY, cause, at)
    refuse_misfits(frame, parts := builder.parts())
    return Planned(parts, Failed(event, component, at), "record failure")


def _mode(frame: Frame, ref: str) -> str | None:
    """The failure mode that a word names; None: it names none."""
    from thread.service.finding import find

    view = frame.view
    modes = view.ontology.subkinds(UpperKind.FAILURE_MODE)
    found = [node for node in find(view, ref).nodes if view.kind(node) in modes]
    return view.iri(found[0]) if len(found) == 1 else None


def _refuse_duplicate(view: View, node: int, at: Instant) -> None:
    for stated in view.history_to(node, FAILURE_OF):
        event = view.find(stated.subject)
        if any(s.value == to_datetime(at) for s in view.history(event, OCCURRED_AT)):
            raise ConflictError(
                f"{stated.subject} says that it failed then.", code="duplicate", current=stated.subject, place=_AT
            )


def refuse_absent(view: View, node: int, at: Instant, place: Place) -> None:
    """Refuse what is told of a time at which a thing was not there yet, or no more.

    Raises:
        ConflictError: ``out-of-order``.
    """
    kinds = view.history(node, TYPE)
    if kinds and not _held(kinds, at):
        first, last = kinds[0].valid_from, kinds[-1].valid_to
        known = f"before {to_text(last)}" if at >= last else f"since {to_text(first)}" if at < first else "at times"
        iri = view.iri(node)
        raise ConflictError(
            f"{iri} is not there at {to_text(at)}, but {known}.",
            code="out-of-order",
            hint="Give another time, or say by upsert since when it is there.",
            current=iri,
            place=place,
        )


def _held(stays: list[Statement], at: Instant) -> list[Statement]:
    return [stay for stay in stays if stay.valid_from <= at < stay.valid_to]


def _refuse_later(stays: list[Statement], at: Instant, iri: str) -> None:
    """Refuse where something is known at or after the instant: a stay that starts, or one that ends after it."""
    later = [s for s in stays if s.valid_from >= at or at < s.valid_to < END]
    if later:
        last = max(max(s.valid_from, s.valid_to if s.valid_to < END else s.valid_from) for s in later)
        raise ConflictError(
            f"A change of {iri} at {to_text(last)} is known already.",
            code="out-of-order",
            hint="Tell changes in their order; retract what was wrong first.",
            current=iri,
            place=_AT,
        )


def _end(builder: PartBuilder, stay: Statement, at: Instant) -> None:
    assert stay.object is not None
    builder.link(stay.subject, INSTALLED_IN, stay.object, valid_to=at, qualifiers=stay.qualifiers, op=Op.END)


def refuse_misfits(frame: Frame, parts: tuple[FactPart, ...]) -> None:
    """Refuse facts that do not fit the ontology, with the relation or attribute."""
    for violation in frame.check(parts):
        part = parts[violation.part]
        shape = part.strings[int(part.table["predicate"][violation.index])]
        raise InputError(violation.message, code=violation.code, hint=violation.hint, place=("input",), shape=shape)
