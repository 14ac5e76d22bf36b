"""Who changed what is said of a thing, when, from which source, replacing what? One entry for each time it was told.

What was told is a claim: a source says that a fact holds, that it ended, or that it was never so. What it came to is
read off the rows that its revision closed and opened in the same slot.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from thread.facts import Value
from thread.facts.columns import value_type
from thread.projection import Statement, View
from thread.projection.claimed import Slot, slots_of

Content = tuple[object, ...]


class ChangeKind(StrEnum):
    """What a source told."""

    STATED = "STATED"
    """That it holds."""
    ENDED = "ENDED"
    """That it holds up to another time than was known: it stopped being so, or went on."""
    WITHDRAWN = "WITHDRAWN"
    """That it was never so: a retraction, or the withdrawal of a run."""


class Effect(StrEnum):
    """What became of it."""

    ANSWERS = "ANSWERS"
    """What is answered changed."""
    SUPPORTS = "SUPPORTS"
    """Another source had said so: it has one more support, answers are as they were."""
    OUTVOTED = "OUTVOTED"
    """A source of a higher rank says otherwise, or a later one of the same: it stands in the conflicts."""
    NONE = "NONE"
    """It was not what was answered, or another source still says so."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was told, in one revision."""

    revision: int
    kind: ChangeKind
    effect: Effect
    claim: Statement
    """The fact, its valid time as this source has it, its source, run, file and row. For a withdrawal, the claim that
    was withdrawn; who withdrew it is told by the revision."""
    replaced: tuple[Statement, ...]
    """What was answered before, in whole or in part, and is not any more."""
    instead: tuple[Statement, ...]
    """Of what was withdrawn, what is answered since; of what was outvoted, what is answered over its time."""


def audit_of(
    view: View, node: int, predicates: Collection[str] | None = None, *, incoming: bool = False
) -> list[Change]:
    """Everything that was ever told of a thing up to a view's revision, whatever its valid time, oldest first.

    Args:
        predicates: IRIs of relations and attributes; None: all.
        incoming: also of links that lead to it.
    Cost: O(k log k) for k claims in the slots of the thing; nothing elsewhere is read.
    """
    changes = [
        change for slot in slots_of(view, node, predicates, incoming=incoming) for change in _changes(slot, view.known)
    ]
    return sorted(changes, key=_order)


def _changes(slot: Slot, known: int) -> Iterator[Change]:
    """The history of one slot."""
    for place, claim in enumerate(slot.claims):
        made, closed = claim.recorded_from, claim.recorded_to
        if made == closed:  # taken back by the revision that told it: nobody ever saw it
            continue
        moved = any(
            c.recorded_from < made <= c.recorded_to
            for c in slot.claims[:place]
            if _identity(c) == _identity(claim) and c.valid_to != claim.valid_to
        )
        yield _change(slot, claim, made, ChangeKind.ENDED if moved else ChangeKind.STATED)
        if closed <= known and not _told_again(slot, place):
            yield _change(slot, claim, closed, ChangeKind.WITHDRAWN)


def _told_again(slot: Slot, place: int) -> bool:
    """Whether the revision that closed a claim holds what the same run says in its place."""
    claim = slot.claims[place]
    return any(
        c.recorded_from == claim.recorded_to and _identity(c) == _identity(claim) and c.source == claim.source
        for c in slot.claims[place + 1 :]
    )


def _change(slot: Slot, claim: Statement, revision: int, kind: ChangeKind) -> Change:
    closed = [row for row in slot.rows if row.recorded_to == revision and _meets(row, claim)]
    opened = [row for row in slot.rows if row.recorded_from == revision]
    own = [row for row in opened if _content(row) == _content(claim)]
    instead = [row for row in opened if _content(row) != _content(claim) and any(_meets(row, old) for old in closed)]
    if kind is ChangeKind.WITHDRAWN:
        effect = Effect.ANSWERS if closed else Effect.NONE
        return Change(revision, kind, effect, claim, tuple(closed), (*own, *instead))
    if own or (kind is ChangeKind.ENDED and closed):
        return Change(revision, kind, Effect.ANSWERS, claim, tuple(row for row in closed if row not in own), ())
    believed = [row for row in slot.rows if row.recorded_from <= revision < row.recorded_to and _meets(row, claim)]
    if any(_says(row, claim, kind) for row in believed):
        return Change(revision, kind, Effect.SUPPORTS, claim, (), ())
    return Change(revision, kind, Effect.OUTVOTED, claim, (), tuple(believed))


def _says(row: Statement, claim: Statement, kind: ChangeKind) -> bool:
    """Whether what is answered is what a claim says: of an end that it is then, else that it holds when it begins."""
    if _content(row) != _content(claim):
        return False
    return row.valid_to == claim.valid_to if kind is ChangeKind.ENDED else row.valid_from <= claim.valid_from


def _meets(one: Statement, other: Statement) -> bool:
    return one.valid_from < other.valid_to and other.valid_from < one.valid_to


def _exact(value: Value | None) -> tuple[str, str]:
    if value is None:
        return "", ""
    return value_type(value).name, value.hex() if isinstance(value, float) else str(value)


def _content(s: Statement) -> Content:
    return s.object, _exact(s.value), tuple((name, _exact(value)) for name, value in s.qualifiers)


def _identity(s: Statement) -> Content:
    return (*_content(s), s.valid_from)


def _order(change: Change) -> tuple[object, ...]:
    claim = change.claim
    withdrawn = change.kind is ChangeKind.WITHDRAWN
    return (
        change.revision, withdrawn, claim.subject, claim.predicate, claim.valid_from, str(claim.object),
        _exact(claim.value), claim.source, claim.run,
    )  # fmt: skip
