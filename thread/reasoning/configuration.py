"""What does something consist of: as designed, as built, as maintained? Lines and parts, with quantities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.clock import BEGIN, END
from thread.facts import Qualifiers
from thread.projection.view import Ints, LinkTable, View
from thread.reasoning.answers import Completeness, IncompleteCode, IncompleteReason, completeness_of
from thread.reasoning.bom import (
    EXACT,
    QUANTITY,
    Built,
    Line,
    bill_of,
    find_of,
    is_design,
    quantity_of,
    reckoned,
)
from thread.reasoning.needs import INSTALLED_IN, PART_OF
from thread.reasoning.places import Instants, objects_ever
from thread.reasoning.siblings import FROM_BATCH, MADE_TO
from thread.reasoning.used import IN_A_LOOP
from thread.terms import TYPE, UpperKind


class StructureView(StrEnum):
    """Which structure of a thing is meant."""

    AS_DESIGNED = "AS_DESIGNED"
    AS_BUILT = "AS_BUILT"
    AS_MAINTAINED = "AS_MAINTAINED"


@dataclass(frozen=True, slots=True)
class Part:
    """Something in a structure, once, however many ways lead to it."""

    node: int
    level: int
    quantity: Decimal | None
    """Per root, summed over all paths; None in a loop or below one."""


def structure_of(view: View, root: int, kind: StructureView, built: Built | None = None) -> "Configuration":
    """What a thing consists of.

    AS_DESIGNED: the lines of the bill that hold for the unit (``built``; by default what the record says of it: when
    it was made, its serial and lots; of a design, what would be built at the view's instant). AS_BUILT: the first
    serial of each position, and the first whole of each part. AS_MAINTAINED: what is in force.

    Cost: O(lines), level by level.
    """
    return Configuration(view, root, kind, built)


class Configuration:
    """One structure; made by ``structure_of``."""

    def __init__(self, view: View, root: int, kind: StructureView, built: Built | None) -> None:
        self.view, self.root, self.kind, self._built = view, root, kind, built

    @cached_property
    def design(self) -> int:
        """The design that is read: the thing itself, or what it was made to; -1 where nobody knows."""
        if self.root < 0 or is_design(self.view, self.root):
            return self.root
        made = objects_ever(self.view, [self.root], MADE_TO)
        return min(made.tolist(), key=self.view.iri, default=-1)

    @cached_property
    def built(self) -> Built:
        """What the bill is read for."""
        found = built_of(self.view, self.root)
        if self._built is None:
            return found
        given = self._built
        return Built(
            found.date if given.date is None else given.date,
            given.serials or found.serials,
            given.lots or found.lots,
            given.unit or found.unit,
        )

    @cached_property
    def _found(self) -> tuple[list[Line], list[Line], list[int]]:
        """Lines, undetermined lines, designs without a current revision."""
        if self.root < 0:
            return [], [], []
        if self.kind is StructureView.AS_DESIGNED:
            if self.design < 0:
                return [], [], []
            bill = bill_of(self.view, [self.design], self.built)
            return bill.lines, bill.undetermined, bill.unresolved
        if is_design(self.view, self.root):
            return [], [], []
        return fitted_lines(self.view, self.root, first=self.kind is StructureView.AS_BUILT), [], []

    @property
    def lines(self) -> list[Line]:
        """Every line, level by level."""
        return self._found[0]

    @property
    def undetermined(self) -> list[Line]:
        """Lines of the bill of which nobody can tell whether they hold for the unit."""
        return self._found[1]

    @cached_property
    def _reckoned(self) -> tuple[dict[int, int], dict[int, Decimal | None], list[int]]:
        top = self.design if self.kind is StructureView.AS_DESIGNED else self.root
        return reckoned([top] if top >= 0 else [], self.lines)

    @cached_property
    def parts(self) -> list[Part]:
        """Everything in it by (level, IRI)."""
        level, quantities, _ = self._reckoned
        nodes = list(quantities)
        iris = dict(zip(nodes, self.view.iris(nodes), strict=True))
        nodes.sort(key=lambda node: (level[node], iris[node]))
        return [Part(node, level[node], quantities[node]) for node in nodes]

    def level(self, node: int) -> int:
        """How many lines below the root a node is."""
        return self._reckoned[0].get(node, 0)

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless there is no design, a loop, or a line that may or may not hold."""
        level, _, loops = self._reckoned
        reasons = list(self._gaps())
        if loops:
            reasons.append(IncompleteReason(IncompleteCode.CYCLE, IN_A_LOOP, len(loops), tuple(loops)))
        seen = len(self.lines) + len(self.undetermined)
        return completeness_of(
            self.view,
            reasons,
            exhausted_to_depth=max(level.values(), default=0),
            visited_nodes=len(level),
            visited_links=seen,
        )

    def _gaps(self) -> Iterable[IncompleteReason]:
        designed = self.kind is StructureView.AS_DESIGNED
        if self.root >= 0 and designed and self.design < 0:
            yield IncompleteReason(
                IncompleteCode.NO_DESIGN, "No design is recorded to which it was made.", 1, (self.root,)
            )
        if self.root >= 0 and not designed and is_design(self.view, self.root):
            said = "A design is not built or maintained; ask of an item that was made to it."
            yield IncompleteReason(IncompleteCode.NO_DESIGN, said, 1, (self.root,))
        if self.undetermined:
            lines = tuple(dict.fromkeys(line.child for line in self.undetermined))
            said = "Lines hold for some serials, lots or units, and which of them this is, is not known."
            yield IncompleteReason(IncompleteCode.GAP, said, len(self.undetermined), lines)
        unresolved = tuple(self._found[2])
        if unresolved:
            said = "Several revisions of these designs are current: which is meant cannot be told."
            yield IncompleteReason(IncompleteCode.GAP, said, len(unresolved), unresolved)


def built_of(view: View, node: int) -> Built:
    """What the record says of an item: made at (the start of its presence), serials, lots; of a design, now."""
    if node < 0 or is_design(view, node):
        return Built(date=view.valid_at)
    made = min((s.valid_from for s in view.history(node, TYPE)), default=BEGIN)
    lots: set[str] = set()
    for batch in objects_ever(view, [node], FROM_BATCH).tolist():
        lots |= {view.iri(batch), *(each.value for each in view.identifiers(batch))}
    serials = frozenset(each.value for each in view.identifiers(node) if each.scheme == "serial")
    return Built(None if made == BEGIN else made, serials, frozenset(lots), None)


def fitted_lines(view: View, root: int, *, first: bool) -> list[Line]:
    """What is in a thing by its positions and parts, all levels; ``first``: what came first, else what is in force.

    A position within a position belongs to the thing around both. A position without a serial makes a line without
    child.
    """
    reader = _First(view) if first else _Now(view)
    rows: list[_Row] = []
    seen, frontier = {root}, {root: root}
    while frontier:
        table = reader.parts(np.array(sorted(frontier), np.int32))
        slots, items = _apart(view, table)
        parts, wholes, links = table.subject.tolist(), table.object.tolist(), table.row.tolist()
        said = view.qualifiers(table.row)
        found: list[_Row] = [(frontier[wholes[at]], parts[at], -1, said[at], links[at]) for at in items]
        fitted = reader.holders(np.unique(table.subject[slots]))
        holders: dict[int, list[tuple[int, int]]] = {}
        columns = (fitted.subject.tolist(), fitted.object.tolist(), fitted.row.tolist())
        for item, position, row in zip(*columns, strict=True):
            holders.setdefault(position, []).append((item, row))
        empty = [(-1, -1)]
        for at in slots:
            parent, position, qualifiers = frontier[wholes[at]], parts[at], said[at]
            for item, row in holders.get(position, empty):
                found.append((parent, item, position, qualifiers, row))
        rows += found
        ahead = {row[1]: row[1] for row in found if row[1] >= 0 and row[1] not in seen}
        ahead |= {parts[at]: frontier[wholes[at]] for at in slots if parts[at] not in seen}
        seen |= ahead.keys()
        frontier = ahead
    return _as_lines(view, rows)


_Row = tuple[int, int, int, Qualifiers, int]
"""Parent, child, position, qualifiers of the part's link, row of what fills it."""


def _apart(view: View, table: LinkTable) -> tuple[list[int], list[int]]:
    """Which rows of a table of parts are positions, and which are items."""
    kinds, ontology = view.kinds_of(table.subject), view.ontology
    slots, items = (np.zeros(len(ontology.kinds) + 1, np.bool_) for _ in range(2))  # the last one is -1: absent
    slots[list(ontology.subkinds(UpperKind.POSITION))] = True
    items[list(ontology.subkinds(UpperKind.COMPONENT, UpperKind.ASSET))] = True
    return np.flatnonzero(slots[kinds]).tolist(), np.flatnonzero(items[kinds]).tolist()


def _as_lines(view: View, rows: Sequence[_Row]) -> list[Line]:
    """Lines with what each item was made to, and with the pieces that an item stands for in their quantity."""
    items = np.unique(np.array([row[1] for row in rows if row[1] >= 0], np.int32))
    table, _, _ = view.ever_of(items, view.ontology.subrelations(MADE_TO))
    made = {-1: -1}
    for item, design in zip(table.subject.tolist(), table.object.tolist(), strict=True):
        known = made.setdefault(item, design)
        if known != design:
            made[item] = min(known, design, key=view.iri)
    pieces = {
        item: Decimal(str(held[0]))
        for item, held in zip(items.tolist(), view.column_of(items, QUANTITY), strict=True)
        if held
    }
    said = {qualifiers: (quantity_of(qualifiers), find_of(qualifiers)) for qualifiers in {row[3] for row in rows}}
    lines = []
    for parent, child, position, qualifiers, row in rows:
        quantity, find = said[qualifiers]
        if child in pieces:
            quantity = EXACT.multiply(quantity, pieces[child])
        lines.append(Line(parent, child, position, made.get(child, -1), quantity, find, row))
    return lines


class _Now:
    """What is in force in the view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.part_of = view.ontology.subrelations(PART_OF)
        self.installed = view.ontology.subrelations(INSTALLED_IN)

    def parts(self, wholes: Ints) -> LinkTable:
        return self.view.links_of(wholes, self.part_of, into=True)

    def holders(self, positions: Ints) -> LinkTable:
        return self.view.links_of(positions, self.installed, into=True)


class _First(_Now):
    """What came first: the earliest holder of a position, the earliest whole of a part."""

    def parts(self, wholes: Ints) -> LinkTable:
        table, since, _ = self.view.ever_of(wholes, self.part_of, into=True)
        every, starts, _ = self.view.ever_of(np.unique(table.subject), self.part_of)
        return _earliest(table, table.subject, since, every.subject, starts)

    def holders(self, positions: Ints) -> LinkTable:
        table, since, _ = self.view.ever_of(positions, self.installed, into=True)
        return _earliest(table, table.object, since, table.object, since)


def _earliest(table: LinkTable, of: Ints, since: Instants, every: Ints, starts: Instants) -> LinkTable:
    """Rows of a table that begin when the first of all rows of their node does."""
    nodes, place = np.unique(every, return_inverse=True)
    first = np.full(len(nodes), END, np.int64)
    np.minimum.at(first, place, starts)
    keep = since == first[np.searchsorted(nodes, of)]
    return LinkTable(table.subject[keep], table.object[keep], table.relation[keep], table.row[keep])


__all__ = ["Configuration", "Part", "StructureView", "built_of", "fitted_lines", "structure_of"]
