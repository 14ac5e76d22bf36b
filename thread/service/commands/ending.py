"""What is no more? An entity with all that it has, or single links, values and identifiers of it."""

from __future__ import annotations

from dataclasses import dataclass

from thread.clock import END, Instant, to_text
from thread.errors import ConflictError, InputError
from thread.facts import Op, PartBuilder
from thread.projection import Statement
from thread.service.commands.choosing import ALL, Choice, Chosen, chosen, write
from thread.service.commands.frame import Frame, Place, Planned, plan
from thread.service.commands.model import Command
from thread.terms import TYPE

_AT: Place = ("input", "at")


@dataclass(frozen=True, slots=True)
class EndFacts(Command):
    """From an instant on an entity is no more, or facts of it are so no more."""

    of: str
    at: Instant
    if_version: str | None = None
    choice: Choice = ALL
    """Empty: the entity itself, and with it every link that it has."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended."""

    iri: str
    at: Instant
    facts: tuple[Statement, ...]
    whole: bool
    """The entity itself."""


@plan.register
def plan_end(command: EndFacts, frame: Frame) -> Planned:
    """What ending would do.

    Raises:
        ConflictError: ``out-of-order``: it began later, or is known to end already; ``conflict``.
        InputError: nothing describes the entity, so there is nothing to end.
        NotFound: no such fact is known.
    """
    node = frame.find(command.of, ("input", "of"))
    frame.expect_version(node, command.if_version, ("input", "ifVersion"))
    iri = frame.view.iri(node)
    facts: tuple[Statement, ...]
    if command.choice.empty:
        facts = (_kind(node, frame, command.at),)
    else:
        facts = tuple(one for each in chosen(command.choice, node, frame) for one in _in_force(each, command.at, iri))
    builder = PartBuilder()
    for fact in facts:
        write(builder, fact, Op.END, until=command.at)
    return Planned(builder.parts(), Ended(iri, command.at, facts, command.choice.empty), "end")


def _kind(node: int, frame: Frame, at: Instant) -> Statement:
    iri, kinds = frame.view.iri(node), frame.view.history(node, TYPE)
    if not kinds:
        raise InputError(f"{iri} is only referred to: nothing describes it.", place=("input", "of"))
    last = kinds[-1]
    if last.valid_from >= at or last.valid_to < END:
        raise _known_later(iri, last.valid_to if last.valid_to < END else last.valid_from, _AT)
    return last


def _in_force(found: Chosen, at: Instant, iri: str) -> list[Statement]:
    """The statements that end: those that were so just before."""
    held = [one for one in found.statements if one.valid_from < at <= one.valid_to]
    if not held:
        first = min(found.statements, key=lambda one: abs(one.valid_from - at))
        raise ConflictError(
            f"{iri} had no {found.said} just before {to_text(at)}; it had from {to_text(first.valid_from)} "
            f"to {to_text(first.valid_to)}.",
            code="out-of-order",
            hint="Give a time at which it was so; retract what was never so.",
            current=iri,
            place=found.place,
        )
    return held


def _known_later(iri: str, when: Instant, place: Place) -> ConflictError:
    return ConflictError(
        f"A change of {iri} at {to_text(when)} is known already.",
        code="out-of-order",
        hint="Retract what was wrong first.",
        current=iri,
        place=place,
    )
