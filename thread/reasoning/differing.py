"""What differs between two structures? Missing, extra, substituted, deviated, each with the records that say why."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.projection.view import View
from thread.reasoning.answers import Completeness, IncompleteCode, IncompleteReason, completeness_of
from thread.reasoning.bom import Line
from thread.reasoning.configuration import Configuration, StructureView
from thread.reasoning.replacing import Replacements
from thread.terms import THR

CONCEDES = THR + "concedes"
_DESIGNED = StructureView.AS_DESIGNED
_NONE = Decimal(0)


class DifferenceKind(StrEnum):
    """How two structures differ in one place."""

    MISSING = "MISSING"
    """The left one has it, the right one has not."""
    EXTRA = "EXTRA"
    """The right one has it, the left one has not."""
    SUBSTITUTED = "SUBSTITUTED"
    """The right one has another in its place, which may stand for it."""
    DEVIATED = "DEVIATED"
    """The right one has what does not conform: another that may not stand for it, or one under a concession."""


@dataclass(frozen=True)
class Difference:
    """One place where two structures differ."""

    kind: DifferenceKind
    left: Line | None
    right: Line | None
    quantity: Decimal
    """How many pieces it is about."""
    concessions: tuple[int, ...] = ()
    """Documents that allow it, by IRI."""


@dataclass
class _Asked:
    """One line of the left with what is still open of its quantity."""

    line: Line
    left: Decimal
    taken: list[Line] = field(default_factory=list)


def differences_of(left: Configuration, right: Configuration) -> "Differences":
    """What the right structure has otherwise than the left one.

    Lines are matched by position where both are of one thing; else by design, find number, and what may stand for
    what, in this order. What matches is compared further down. Cost: O(lines of both).
    """
    return Differences(left, right)


class Differences:
    """The answer to one comparison; made by ``differences_of``. Judged by the record that the right one is read in."""

    def __init__(self, left: Configuration, right: Configuration) -> None:
        self.left, self.right = left, right
        self.view: View = right.view
        self._replacements = Replacements(right.view)

    @cached_property
    def entries(self) -> list[Difference]:
        """Every difference by kind, then by what it is about."""
        found = list(self._walk())
        conceded = self._concessions([d.right.child for d in found if d.right is not None])
        entries = [
            d
            if d.right is None or d.kind is not DifferenceKind.DEVIATED
            else Difference(d.kind, d.left, d.right, d.quantity, conceded.get(d.right.child, ()))
            for d in found
        ]
        names: dict[int, str] = {}

        def name(node: int) -> str:
            if node not in names:
                names[node] = self.view.iri(node) if node >= 0 else ""
            return names[node]

        def key(entry: Difference) -> tuple[object, ...]:
            line = entry.right or entry.left
            assert line is not None
            asked = entry.left.child if entry.left is not None else -1
            return (
                list(DifferenceKind).index(entry.kind),
                name(line.parent),
                name(line.position),
                name(line.child),
                name(asked),
                line.find or "",
            )

        return sorted(entries, key=key)

    def counts(self) -> list[tuple[DifferenceKind, int]]:
        """How many differences of each kind there are; kinds of none are left out."""
        found = [entry.kind for entry in self.entries]
        return [(kind, found.count(kind)) for kind in DifferenceKind if kind in found]

    # -- walking both

    def _walk(self) -> Iterator[Difference]:
        lefts, rights = _by_parent(self.left), _by_parent(self.right)
        tops = (_top(self.left), _top(self.right))
        if -1 in tops:
            return
        waiting, seen = [tops], {tops}
        while waiting:
            pair = waiting.pop()
            ours, theirs = lefts.get(pair[0], []), rights.get(pair[1], [])
            same = pair[0] == pair[1] and _DESIGNED not in (self.left.kind, self.right.kind)
            found, matched = self._by_position(ours, theirs) if same else self._by_design(ours, theirs)
            yield from found
            for ahead in matched:
                if ahead[0] in lefts and ahead[1] in rights and ahead not in seen:
                    seen.add(ahead)
                    waiting.append(ahead)

    def _by_position(
        self, ours: Sequence[Line], theirs: Sequence[Line]
    ) -> tuple[list[Difference], list[tuple[int, int]]]:
        """Two readings of one thing: what each position (or part) held, and holds."""
        before, after = ({(line.position, line.child): line for line in lines} for lines in (ours, theirs))
        kept = before.keys() & after.keys()
        gone = _by_slot([line for key, line in before.items() if key not in kept and line.child >= 0])
        come = _by_slot([line for key, line in after.items() if key not in kept and line.child >= 0])
        empty = {position: line for (position, child), line in after.items() if child < 0}
        found = []
        for slot in dict.fromkeys([*gone, *come]):
            olds, news = gone.get(slot, []), come.get(slot, [])
            for old, new in zip(olds, news, strict=False):
                found.append(Difference(self._judged(new.design, old.design), old, new, new.quantity))
            hole = empty.get(slot[0])
            found += [Difference(DifferenceKind.MISSING, old, hole, old.quantity) for old in olds[len(news) :]]
            found += [Difference(DifferenceKind.EXTRA, None, new, new.quantity) for new in news[len(olds) :]]
        return found, [(child, child) for _, child in kept]

    def _judged(self, fitted: int, asked: int) -> DifferenceKind:
        alike = fitted == asked or self._replacements.way(fitted, asked) is not None
        return DifferenceKind.SUBSTITUTED if alike else DifferenceKind.DEVIATED

    def _by_design(
        self, ours: Sequence[Line], theirs: Sequence[Line]
    ) -> tuple[list[Difference], list[tuple[int, int]]]:
        """Lines of a bill (or of another thing) against lines of a thing (or another bill)."""
        book = _Book(ours, self._replacements)
        left_over = [line for line in theirs if line.child >= 0]
        found, matched = list[Difference](), list[tuple[int, int]]()
        conceded = self._concessions([line.child for line in left_over])
        self._replacements.prefetch(line.design for line in left_over)
        for grade in range(5):
            waiting, left_over = left_over, []
            for line in waiting:
                asked = book.take(line, grade)
                if asked is None:
                    left_over.append(line)
                    continue
                if grade < 3:
                    matched.append((asked.child, line.child))
                if grade >= 3 or line.child in conceded:
                    found.append(Difference(DifferenceKind.DEVIATED, asked, line, line.quantity))
                elif grade == 2:
                    found.append(Difference(DifferenceKind.SUBSTITUTED, asked, line, line.quantity))
        empty = [line for line in theirs if line.child < 0]
        for one in book.open():
            hole = next((line for line in empty if line.find is not None and line.find == one.line.find), None)
            found.append(Difference(DifferenceKind.MISSING, one.line, hole, one.left))
        for line, over in book.over():
            found.append(Difference(DifferenceKind.EXTRA, None, line, over))
        found += [Difference(DifferenceKind.EXTRA, None, line, line.quantity) for line in left_over]
        return found, matched

    def _concessions(self, items: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Documents in force that concede something about an item, by item."""
        nodes = np.unique(np.array([item for item in items if item >= 0], np.int32))
        table = self.view.links_of(nodes, self.view.ontology.subrelations(CONCEDES), into=True)
        found: dict[int, list[int]] = defaultdict(list)
        for document, item in zip(table.subject.tolist(), table.object.tolist(), strict=True):
            found[item].append(document)
        return {item: tuple(sorted(documents, key=self.view.iri)) for item, documents in found.items()}

    @cached_property
    def completeness(self) -> Completeness:
        """Complete where both structures are, and every part says what it was made to."""
        reasons = list(dict.fromkeys((*self.left.completeness.reasons, *self.right.completeness.reasons)))
        if _DESIGNED in (self.left.kind, self.right.kind):
            lines = [*self.left.lines, *self.right.lines]
            unknown = tuple(dict.fromkeys(line.child for line in lines if line.child >= 0 and line.design < 0))
            if unknown:
                said = "Nobody says to which design these were made."
                reasons.append(IncompleteReason(IncompleteCode.NO_DESIGN, said, len(unknown), unknown))
        sides = (self.left.completeness, self.right.completeness)
        return completeness_of(
            self.view,
            reasons,
            exhausted_to_depth=max(side.exhausted_to_depth for side in sides),
            visited_nodes=sum(side.visited_nodes for side in sides),
            visited_links=sum(side.visited_links for side in sides),
        )


class _Book:
    """Lines that ask for something, found by what they ask for; each is served up to its quantity."""

    def __init__(self, lines: Sequence[Line], replacements: Replacements) -> None:
        self._known = replacements
        self._asked = [_Asked(line, line.quantity) for line in lines if line.child >= 0]
        replacements.prefetch(one.line.design for one in self._asked)
        self._of_design: dict[int, list[_Asked]] = defaultdict(list)
        self._of_family: dict[int, list[_Asked]] = defaultdict(list)
        self._of_find: dict[str, list[_Asked]] = defaultdict(list)
        for one in self._asked:
            self._of_design[one.line.design].append(one)
            self._of_family[replacements.family(one.line.design)].append(one)
            if one.line.find is not None:
                self._of_find[one.line.find].append(one)

    def take(self, line: Line, grade: int) -> Line | None:
        """The line that something serves, by the first way in which it can: exact, of a design whose revision nobody
        knows, as a substitute, by its find number, as another revision."""
        for one in self._candidates(line, grade):
            apart = line.find is not None and one.line.find is not None and line.find != one.line.find
            if one.left > _NONE and (not apart or grade == 4):
                one.left -= line.quantity
                one.taken.append(line)
                return one.line
        return None

    def _candidates(self, line: Line, grade: int) -> Iterator[_Asked]:
        design, family = line.design, self._known.family(line.design)
        if grade == 3:
            yield from self._of_find.get(line.find or "", ())
        if design < 0:
            return
        if grade == 0:
            yield from self._of_design.get(design, ())
            if family != design:
                yield from self._of_design.get(family, ())
        elif grade == 1 and family == design:
            yield from self._of_family.get(design, ())
        elif grade == 2:
            for other in self._known.reach(design):
                yield from self._of_design.get(other, ())
            for other in self._known.reach(family):
                yield from self._of_family.get(other, ())
        elif grade == 4:
            yield from self._of_family.get(family, ())

    def open(self) -> list[_Asked]:
        """Lines that are not served in full."""
        return [one for one in self._asked if one.left > _NONE]

    def over(self) -> Iterator[tuple[Line, Decimal]]:
        """What serves a line with more pieces than it asks for, and by how many."""
        for one in self._asked:
            if one.left < _NONE:
                yield one.taken[-1], -one.left


def _by_parent(of: Configuration) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for line in of.lines:
        if line.counts:
            found[line.parent].append(line)
        else:  # a design and the revision that stands for it
            found.setdefault(line.parent, [])
    for line in of.lines:
        if not line.counts:
            found[line.parent] = found.get(line.child, [])
    return dict(found)


def _top(of: Configuration) -> int:
    return of.design if of.kind is _DESIGNED else of.root


def _by_slot(lines: Sequence[Line]) -> dict[tuple[int, int], list[Line]]:
    """Lines by position; parts without one by themselves."""
    found: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        found[(line.position, -1) if line.position >= 0 else (-1, line.child)].append(line)
    return found


__all__ = ["Difference", "DifferenceKind", "Differences", "differences_of"]
