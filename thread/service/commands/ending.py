"""What is no more, and what was never so? Entities that end, and requests and imports that are taken back."""

from __future__ import annotations

from dataclasses import dataclass

from thread.clock import END, Instant, to_text
from thread.errors import ConflictError, InputError
from thread.facts import Op, PartBuilder
from thread.service.commands.frame import Frame, Planned, plan
from thread.service.commands.model import Command
from thread.terms import TYPE


@dataclass(frozen=True, slots=True)
class EndEntity(Command):
    """An entity is no more from an instant on, and with it every link that it has."""

    of: str
    at: Instant
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The entity that ended."""

    iri: str
    at: Instant


@plan.register
def plan_end(command: EndEntity, frame: Frame) -> Planned:
    """What ending an entity would do.

    Raises:
        ConflictError: ``out-of-order``: it began later, or is known to end already; ``conflict``.
        InputError: nothing describes it, so there is nothing to end.
    """
    view, at = frame.view, command.at
    node = frame.find(command.of, ("input", "of"))
    frame.expect_version(node, command.if_version, ("input", "ifVersion"))
    iri = view.iri(node)
    kinds = view.history(node, TYPE)
    if not kinds:
        raise InputError(f"{iri} is only referred to: nothing describes it.", place=("input", "of"))
    last = kinds[-1]
    if last.valid_from >= at or last.valid_to < END:
        when = last.valid_to if last.valid_to < END else last.valid_from
        raise ConflictError(
            f"A change of {iri} at {to_text(when)} is known already.",
            code="out-of-order",
            hint="Retract what was wrong first.",
            current=iri,
            place=("input", "at"),
        )
    assert last.value is not None
    builder = PartBuilder()
    builder.attribute(iri, TYPE, last.value, valid_to=at, qualifiers=last.qualifiers, op=Op.END)
    return Planned(builder.parts(), Ended(iri, at), "end")
