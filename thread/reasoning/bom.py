"""What does a bill of materials say for this unit? Lines with effectivity, all levels, quantities summed over paths."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal
from typing import Final, NamedTuple

import numpy as np

from thread.clock import Instant, to_instant
from thread.facts import Qualifiers, Value
from thread.projection.view import Ints, View
from thread.reasoning.ranges import within
from thread.terms import THR, UpperKind

USES_DESIGN, REVISION_OF, SUPERSEDES = (THR + name for name in ("usesDesign", "revisionOf", "supersedes"))
QUANTITY, FIND_NUMBER = THR + "quantity", THR + "findNumber"
EFFECTIVE_FROM, EFFECTIVE_TO = THR + "effectiveFrom", THR + "effectiveTo"
SERIALS: Final = (THR + "effectiveFromSerial", THR + "effectiveToSerial")
UNITS: Final = (THR + "effectiveFromUnit", THR + "effectiveToUnit")
LOT: Final = THR + "effectiveLot"
ONE: Final = Decimal(1)
EXACT: Final = Context(prec=100_000)
"""Quantities multiply and add without rounding; only the digits that there are cost anything."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a bill is read for: a unit built at a date, with serials, from lots, as a unit of an end product."""

    date: Instant | None = None
    serials: frozenset[str] = frozenset()
    lots: frozenset[str] = frozenset()
    unit: str | None = None


class Line(NamedTuple):
    """One line of a structure: a parent has a quantity of a child. A tuple: there may be many."""

    parent: int
    child: int
    """A design, or the item that is fitted; -1 where a position is empty."""
    position: int
    """The position that it fills; -1 in bills and where a part has none."""
    design: int
    """What the child is or was made to; -1 where nobody knows."""
    quantity: Decimal
    find: str | None
    row: int
    """The link behind it; -1 where none is in force."""
    counts: bool = True
    """False between a design and the revision that stands for it: no level of its own."""


@dataclass
class Bill:
    """The lines below (or above) some roots, and those of which nobody can tell whether they hold."""

    lines: list[Line] = field(default_factory=list)
    undetermined: list[Line] = field(default_factory=list)
    unresolved: list[int] = field(default_factory=list)
    """Designs named in lines of which no one revision is the current one."""
    visited: int = 0


def effective(qualifiers: Qualifiers, built: Built) -> bool | None:
    """Whether a line holds for what is built; None where a condition asks what is not known.

    Dates are half open, serials and units include both ends.
    """
    held = dict(qualifiers)
    told: list[bool | None] = []
    start, end = (_instant(held.get(name)) for name in (EFFECTIVE_FROM, EFFECTIVE_TO))
    if start is not None:
        told.append(None if built.date is None else built.date >= start)
    if end is not None:
        told.append(None if built.date is None else built.date < end)
    for names, values in ((SERIALS, built.serials), (UNITS, frozenset({built.unit} - {None}))):
        low, high = (held.get(name) for name in names)
        if low is not None or high is not None:
            bounds = (None if low is None else str(low), None if high is None else str(high))
            told.append(_any(within(str(value), *bounds) for value in values))
    if LOT in held:
        told.append(str(held[LOT]) in built.lots if built.lots else None)
    if False in told:
        return False
    return None if None in told else True


def _any(told: Iterable[bool | None]) -> bool | None:
    found = list(told)
    if True in found:
        return True
    return False if False in found else None


def _instant(value: Value | None) -> Instant | None:
    return to_instant(value) if isinstance(value, datetime) else None


def quantity_of(qualifiers: Qualifiers) -> Decimal:
    """The quantity of a line, 1 where none is said."""
    said = dict(qualifiers).get(QUANTITY)
    return Decimal(str(said)) if isinstance(said, int | float | Decimal) and not isinstance(said, bool) else ONE


def bill_of(view: View, roots: Sequence[int], built: Built | None, *, up: bool = False) -> Bill:
    """All lines below the roots, level by level; ``up``: above them. Each line once, loops included.

    A line that names a design stands for the current revision of it: the one that no other present revision of the
    design supersedes. Without ``built`` every line counts, whatever its effectivity.

    Cost: the lines of the cone.
    """
    found, relations = Bill(), view.ontology.subrelations(USES_DESIGN)
    said: dict[Qualifiers, tuple[bool | None, Decimal, str | None]] = {}
    seen = dict.fromkeys(int(root) for root in roots)
    frontier = list(seen)
    while frontier:
        nodes = np.array(frontier, np.int32)
        ahead: dict[int, None] = {}
        table = view.links_of(nodes, relations, into=up)
        columns = (table.subject.tolist(), table.object.tolist(), table.row.tolist(), view.qualifiers(table.row))
        for parent, child, row, qualifiers in zip(*columns, strict=True):
            if qualifiers not in said:
                said[qualifiers] = _read(qualifiers, built)
            holds, quantity, find = said[qualifiers]
            if holds is False:
                continue
            line = Line(parent, child, -1, child, quantity, find, row)
            (found.lines if holds else found.undetermined).append(line)
            if holds:
                ahead[parent if up else child] = None
        for line in _revisions(view, nodes, found, up=up):
            found.lines.append(line)
            ahead[line.parent if up else line.child] = None
        frontier = [node for node in ahead if node not in seen]
        seen |= dict.fromkeys(frontier)
    found.visited = len(seen)
    return found


def _read(qualifiers: Qualifiers, built: Built | None) -> tuple[bool | None, Decimal, str | None]:
    """Whether a line holds, its quantity, its find number."""
    return True if built is None else effective(qualifiers, built), quantity_of(qualifiers), find_of(qualifiers)


def find_of(qualifiers: Qualifiers) -> str | None:
    """The find number of a line."""
    found = dict(qualifiers).get(FIND_NUMBER)
    return None if found is None else str(found)


def _revisions(view: View, nodes: Ints, found: Bill, *, up: bool) -> list[Line]:
    """Lines from designs to the revisions that stand for them; ``up``: among the nodes are the revisions."""
    relations = view.ontology.subrelations(REVISION_OF)
    table = view.links_of(nodes, relations, into=not up)
    if not len(table.row):
        return []
    lines = []
    current = current_revisions(view, np.unique(table.object))
    named = set(table.object.tolist())
    if up:  # a design matters only where a line names it
        uses = view.links_of(np.unique(table.object), view.ontology.subrelations(USES_DESIGN), into=True)
        named = set(uses.object.tolist())
    for revision, design, row in zip(table.subject.tolist(), table.object.tolist(), table.row.tolist(), strict=True):
        if current.get(design) == revision and design in named:
            lines.append(Line(design, revision, -1, revision, ONE, None, row, counts=False))
    if not up:
        found.unresolved += [design for design in np.unique(table.object).tolist() if current.get(design) is None]
    return lines


def current_revisions(view: View, designs: Ints) -> Mapping[int, int | None]:
    """The one revision of each design that no other revision of it supersedes; None where several are."""
    table = view.links_of(designs, view.ontology.subrelations(REVISION_OF), into=True)
    of: dict[int, list[int]] = defaultdict(list)
    for revision, design in zip(table.subject.tolist(), table.object.tolist(), strict=True):
        of[design].append(revision)
    newer = view.links_of(np.unique(table.subject), view.ontology.subrelations(SUPERSEDES), into=True)
    home = dict(zip(table.subject.tolist(), table.object.tolist(), strict=True))
    old = {
        before
        for after, before in zip(newer.subject.tolist(), newer.object.tolist(), strict=True)
        if home.get(after) == home.get(before) and after != before
    }
    left = {design: [each for each in revisions if each not in old] for design, revisions in of.items()}
    return {design: (revisions[0] if len(revisions) == 1 else None) for design, revisions in left.items()}


def reckoned(
    roots: Sequence[int], lines: Iterable[Line], *, up: bool = False
) -> tuple[dict[int, int], dict[int, Decimal | None], list[int]]:
    """Level and quantity per root of every node, and the nodes in loops.

    The level is the least number of lines; the quantity is the sum over paths of the product of the quantities, exact;
    None in a loop and in what a loop feeds. Roots have level 0 and are left out of the quantities.

    Cost: O(lines).
    """
    ahead: dict[int, list[tuple[int, Decimal, int]]] = defaultdict(list)
    entering: dict[int, int] = defaultdict(int)
    for line in lines:
        start, end = (line.child, line.parent) if up else (line.parent, line.child)
        if end >= 0:
            ahead[start].append((end, line.quantity, int(line.counts)))
            entering[end] += 1
    level = _levels(roots, ahead)
    total: dict[int, Decimal] = defaultdict(Decimal)
    ready = deque(node for node in level if not entering[node])
    for root in dict.fromkeys(roots):
        total[root] = ONE
    settled, top = set[int](), set(roots)
    while ready:
        node = ready.popleft()
        settled.add(node)
        for other, quantity, _ in ahead.get(node, ()):
            total[other] = EXACT.add(total[other], EXACT.multiply(total[node], quantity))
            entering[other] -= 1
            if not entering[other]:
                ready.append(other)
    quantities = {node: total[node] if node in settled else None for node in level if node not in top}
    return level, quantities, _in_loops(set(level) - settled, ahead)


def _levels(roots: Sequence[int], ahead: Mapping[int, list[tuple[int, Decimal, int]]]) -> dict[int, int]:
    level = dict.fromkeys(roots, 0)
    waiting = deque(level)
    while waiting:  # 0-1 breadth first
        node = waiting.popleft()
        for other, _, step in ahead.get(node, ()):
            far = level[node] + step
            if far < level.get(other, far + 1):
                level[other] = far
                if step:
                    waiting.append(other)
                else:
                    waiting.appendleft(other)
    return level


def _in_loops(unsettled: set[int], ahead: Mapping[int, list[tuple[int, Decimal, int]]]) -> list[int]:
    """Of what never became ready, that which is in a loop and not only behind one: peeled from the far end."""
    leaving = {node: sum(other in unsettled for other, _, _ in ahead.get(node, ())) for node in unsettled}
    before: dict[int, list[int]] = defaultdict(list)
    for node in unsettled:
        for other, _, _ in ahead.get(node, ()):
            if other in unsettled:
                before[other].append(node)
    waiting = [node for node, count in leaving.items() if not count]
    left = set(unsettled)
    while waiting:
        node = waiting.pop()
        left.discard(node)
        for other in before[node]:
            leaving[other] -= 1
            if not leaving[other]:
                waiting.append(other)
    return sorted(left)


def is_design(view: View, node: int) -> bool:
    """Whether a node is a design or a revision of one."""
    return view.kind(node) in view.ontology.subkinds(UpperKind.PRODUCT_DESIGN, UpperKind.DESIGN_REVISION)


__all__ = [
    "Bill",
    "Built",
    "Line",
    "bill_of",
    "current_revisions",
    "effective",
    "find_of",
    "is_design",
    "quantity_of",
    "reckoned",
]
