"""What was never so? Facts that one source has said are taken back, or all that one run has said."""

from __future__ import annotations

from dataclasses import dataclass

from thread.clock import Instant
from thread.errors import ConflictError, InputError, NotFound
from thread.facts import Op, PartBuilder
from thread.projection import Statement
from thread.service.commands.choosing import ALL, Choice, chosen, write
from thread.service.commands.frame import Frame, Planned, plan
from thread.service.commands.model import SOURCE, Command


@dataclass(frozen=True, slots=True)
class Retract(Command):
    """Facts of an entity, or a whole run, were never so."""

    of: str | None = None
    run: str | None = None
    choice: Choice = ALL
    """Empty: all that the source has said of the entity, links to it included."""
    source: str = SOURCE
    """Whose word is taken back; others that say the same still do."""
    at: Instant | None = None
    """Only facts that hold then; None: whenever they hold."""
    reason: str = ""
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class Retracted:
    """What was taken back."""

    iri: str | None
    run: str | None
    facts: tuple[Statement, ...] = ()


@plan.register
def plan_retract(command: Retract, frame: Frame) -> Planned:
    """What retracting would do.

    Raises:
        InputError: neither or both of an entity and a run. NotFound: no such entity, fact or run.
        ConflictError: the source has said nothing like this; nothing is left of the run; ``conflict``.
    """
    if (command.of is None) == (command.run is None):
        raise InputError(
            "Expected either an entity or a run.", hint="Give of or run.", code="missing-value", place=("input", "of")
        )
    reason = f"retract: {command.reason}" if command.reason else "retract"
    if command.run is not None:
        return _plan_run(command, command.run, frame, reason)
    assert command.of is not None
    node = frame.find(command.of, ("input", "of"))
    frame.expect_version(node, command.if_version, ("input", "ifVersion"))
    view, iri, at = frame.view, frame.view.iri(node), command.at
    if command.choice.empty:
        facts = view.history(node)
        for relation in view.ontology.relations:
            facts += view.history_to(node, relation.iri)
    else:
        facts = [one for each in chosen(command.choice, node, frame) for one in each.statements]
    facts = [one for one in facts if at is None or one.valid_from <= at < one.valid_to]
    builder = PartBuilder()
    for fact in facts:
        write(builder, fact, Op.RETRACT, fact.valid_from)
    for fact in facts if at is None else ():
        # whatever it said since other instants: first what it said since ever, then all else (see ``Op.RETRACT``)
        write(builder, fact, Op.RETRACT)
        write(builder, fact, Op.RETRACT)
    speakers = sorted({one.source for one in facts} - {command.source})
    nothing = ConflictError(
        f"{command.source} has not said that of {iri}.",
        hint=f"Give source: {', '.join(speakers[:5])} say it." if speakers else "Read it again.",
        current=iri,
        place=("input", "source"),
    )
    result = Retracted(iri, None, tuple(facts))
    return Planned(builder.parts(), result, reason, source=command.source, otherwise=nothing)


def _plan_run(command: Retract, run: str, frame: Frame, reason: str) -> Planned:
    if not command.choice.empty or command.at is not None:
        raise InputError(
            "A run is taken back as a whole.", hint="Give of instead of run to choose facts.", place=("input", "run")
        )
    source = frame.source_of(run)
    if source is None:
        raise NotFound(
            f'No run "{run[:60]}" in this store.', hint="A request's id is its run.", ref=run, place=("input", "run")
        )
    nothing = ConflictError(f'Nothing of run "{run[:60]}" is left.', hint="Read again.", place=("input", "run"))
    return Planned((), Retracted(None, run), reason, (run,), source=source, otherwise=nothing)
