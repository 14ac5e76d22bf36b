"""If a revision is replaced from a serial or date on: which units, spares and orders are affected, which not?"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.clock import BEGIN, Instant
from thread.projection.view import View
from thread.reasoning.answers import Completeness, IncompleteCode, IncompleteReason, PathAnswer, completeness_of
from thread.reasoning.bom import is_design
from thread.reasoning.orders import OPEN_STATUS, window_of
from thread.reasoning.own import STATUS
from thread.reasoning.places import Places, Whereabouts, places_of, subjects_ever
from thread.reasoning.ranges import within
from thread.reasoning.replacing import Replacements
from thread.reasoning.siblings import MADE_TO
from thread.reasoning.used import items_among, used_of
from thread.terms import THR, TYPE, UpperKind

REQUIRES, INSTALLS = THR + "requires", THR + "installs"


class Verdict(StrEnum):
    """What a change means for something."""

    AFFECTED = "AFFECTED"
    NOT_AFFECTED = "NOT_AFFECTED"
    UNDETERMINED = "UNDETERMINED"


class ChangeRole(StrEnum):
    """What something is to a change."""

    BUILT = "BUILT"
    """A unit that is installed."""
    SPARE = "SPARE"
    """A unit in stock, in repair or somewhere unknown."""
    GONE = "GONE"
    """A unit that is scrapped."""
    PLANNED = "PLANNED"
    """A unit that is to come."""
    WORK_ORDER = "WORK_ORDER"
    """An open order that needs it."""
    DESIGN = "DESIGN"
    """A design that has it in its bill."""


@dataclass(frozen=True, slots=True)
class Effectivity:
    """From where a change holds: a serial number (included), a date (included), or both."""

    from_serial: str | None = None
    from_date: Instant | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Something that a change may affect, with the reason of its verdict."""

    node: int
    role: ChangeRole
    verdict: Verdict
    why: str


def change_of(view: View, ever: View, old: int, new: int, effectivity: Effectivity) -> "Change":
    """What replacing one revision by another from a serial or date on affects.

    Args:
        ever: the same knowledge over all time, for units that are to come.
        new: -1 where it is not there yet.
    Cost: O(units of the revision, open orders that need it, designs above it).
    """
    return Change(view, ever, old, new, effectivity)


class Change:
    """The answer to one question about a change; made by ``change_of``."""

    def __init__(self, view: View, ever: View, old: int, new: int, effectivity: Effectivity) -> None:
        self.view, self.ever, self.old, self.new, self.effectivity = view, ever, old, new, effectivity
        self._known = Replacements(view)

    @cached_property
    def way(self) -> PathAnswer | None:
        """Why the new one may be fitted where the old one is asked for; None where nothing says so."""
        return self._known.way(self.new, self.old)

    @cached_property
    def rows(self) -> list[ChangeRow]:
        """Everything that may be affected by (role, verdict, IRI)."""
        if self.old < 0 or not is_design(self.view, self.old):
            return []
        found = [*self._units(), *self._orders(), *self._designs()]
        roles, verdicts = list(ChangeRole), list(Verdict)
        return sorted(
            found, key=lambda row: (roles.index(row.role), verdicts.index(row.verdict), self.view.iri(row.node))
        )

    def _units(self) -> Iterator[ChangeRow]:
        exact = items_among(self.ever, subjects_ever(self.ever, [self.old], MADE_TO))
        family = self._known.family(self.old)
        loose = np.setdiff1d(items_among(self.ever, subjects_ever(self.ever, [family], MADE_TO)), exact)
        places = places_of(self.view, np.concatenate([exact, loose]).astype(np.int32))
        present = self.view.kinds_of(places.nodes).tolist()
        unknown = set(loose.tolist()) if family != self.old else set[int]()
        for at, node in enumerate(places.nodes.tolist()):
            if present[at] < 0 and min((s.valid_from for s in self.view.history(node, TYPE)), default=0) <= (
                self.view.valid_at
            ):
                continue  # it was, and is no more
            role = ChangeRole.PLANNED if present[at] < 0 else _role(places, at)
            if role is ChangeRole.GONE:
                yield ChangeRow(node, role, Verdict.NOT_AFFECTED, "It is scrapped.")
                continue
            verdict, why = self._judge_unit(node)
            if node in unknown and verdict is Verdict.AFFECTED:
                verdict, why = Verdict.UNDETERMINED, "It was made to the design; to which revision is not recorded."
            yield ChangeRow(node, role, verdict, why)

    def _judge_unit(self, node: int) -> tuple[Verdict, str]:
        told: list[tuple[bool | None, str]] = []
        serial, date = self.effectivity.from_serial, self.effectivity.from_date
        if serial is not None:
            own = sorted(each.value for each in self.view.identifiers(node) if each.scheme == "serial")
            found = [within(each, serial, None) for each in own]
            said = True if True in found else False if False in found else None
            named = ", ".join(own)
            told.append(
                (
                    said,
                    {
                        True: f"Serial {named} is {serial} or later.",
                        False: f"Serial {named} is before {serial}.",
                        None: f"Serial {named} cannot be compared with {serial}."
                        if own
                        else "It has no serial number.",
                    }[said],
                )
            )
        if date is not None:
            made = min((s.valid_from for s in self.view.history(node, TYPE)), default=BEGIN)
            if made == BEGIN:
                told.append((None, "When it was made is not recorded."))
            else:
                late = made >= date
                told.append((late, "It was made from then on." if late else "It was made before."))
        return _verdict(told)

    def _orders(self) -> Iterator[ChangeRow]:
        wanted = np.unique(np.array([self.old, self._known.family(self.old)], np.int32))
        table = self.view.links_of(wanted, self.view.ontology.subrelations(REQUIRES), into=True)
        work = self.view.ontology.subkinds(UpperKind.WORK_ORDER)
        for order in np.unique(table.subject).tolist():
            if self.view.kind(order) not in work or self.view.value(order, STATUS) not in OPEN_STATUS:
                continue
            told: list[tuple[bool | None, str]] = []
            if self.effectivity.from_date is not None:
                start, _ = window_of(self.view, order)
                if start is None:
                    told.append((None, "It has no date yet."))
                else:
                    late = start >= self.effectivity.from_date
                    told.append((late, "It begins from then on." if late else "It begins before."))
            if self.effectivity.from_serial is not None:
                told.append(self._fitted(order))
            yield ChangeRow(order, ChangeRole.WORK_ORDER, *_verdict(told))

    def _fitted(self, order: int) -> tuple[bool | None, str]:
        """What is known of the serials that an order is to put in."""
        named = self.view.links_from(order, self.view.ontology.subrelations(INSTALLS)).object.tolist()
        judged = [self._judge_unit(node)[0] for node in named]
        if Verdict.AFFECTED in judged:
            return True, "A serial that it puts in is affected."
        if judged and all(each is Verdict.NOT_AFFECTED for each in judged):
            return False, "No serial that it puts in is affected."
        return None, "Which serials it will put in is not known."

    def _designs(self) -> Iterator[ChangeRow]:
        for use in used_of(self.view, self.old).uses:
            yield ChangeRow(use.node, ChangeRole.DESIGN, Verdict.AFFECTED, "Its bill has the revision in it.")

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless some verdict could not be reached, or it is no design."""
        reasons = []
        if self.old >= 0 and not is_design(self.view, self.old):
            reasons.append(IncompleteReason(IncompleteCode.NO_DESIGN, "It is not a design.", 1, (self.old,)))
        open_ = tuple(row.node for row in self.rows if row.verdict is Verdict.UNDETERMINED)
        if open_:
            said = "Whether these are affected cannot be told from the record."
            reasons.append(IncompleteReason(IncompleteCode.GAP, said, len(open_), open_))
        seen = len(self.rows)
        return completeness_of(self.view, reasons, exhausted_to_depth=0, visited_nodes=seen, visited_links=seen)


def _role(places: Places, at: int) -> ChangeRole:
    where = Whereabouts(int(places.where[at]))
    if where is Whereabouts.INSTALLED:
        return ChangeRole.BUILT
    return ChangeRole.GONE if where is Whereabouts.SCRAPPED else ChangeRole.SPARE


def _verdict(told: list[tuple[bool | None, str]]) -> tuple[Verdict, str]:
    """All conditions must hold; one that fails decides, else one that is not known."""
    for outcome, verdict in ((False, Verdict.NOT_AFFECTED), (None, Verdict.UNDETERMINED)):
        found = [why for said, why in told if said is outcome]
        if found:
            return verdict, found[0]
    return Verdict.AFFECTED, " ".join(why for _, why in told)


__all__ = ["Change", "ChangeRole", "ChangeRow", "Effectivity", "Verdict", "change_of"]
