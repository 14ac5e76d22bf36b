"""What would be true if this were so? A view with a few changes laid over it; nothing is copied, nothing written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.clock import END, Instant, to_instant
from thread.facts import Value
from thread.projection.ordering import by_time
from thread.projection.view import Identifier, Ints, LinkTable, Statement, View, Walk, WalkSpec
from thread.projection.walking import walk_slowly
from thread.terms import LABEL, TYPE, EntityId, Iri, local_name

SOURCE = "what-if"
"""Source of what an overlay says."""
_FIRST_ROW = -2
"""Rows of added links count down from here: no row of the projection is negative."""


@dataclass(frozen=True, slots=True)
class NewNode:
    """A node that only the overlay has; its number follows those of the view."""

    iri: EntityId
    kind: int
    """Ordinal of the ontology."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """Changes over a view, from an instant on. Compared by identity: it is a key of what was worked out with it."""

    since: Instant
    nodes: tuple[NewNode, ...] = ()
    links: tuple[tuple[int, int, int], ...] = ()
    """(subject, relation ordinal, object) that are added."""
    ended: frozenset[int] = frozenset()
    """Rows of links that are in force no more."""
    values: Mapping[tuple[int, str], Value] = field(default_factory=dict)
    """Values by (node, attribute), in place of what was there."""
    down: frozenset[int] = frozenset()
    """Taken for down, whatever is recorded."""
    up: frozenset[int] = frozenset()
    """Taken for whole: no failure that is recorded holds."""
    renewed: frozenset[int] = frozenset()
    """New from the overlay's instant on: of age 0."""
    health: Mapping[int, float] = field(default_factory=dict)
    """Own health that is taken for given."""

    @property
    def moves_links(self) -> bool:
        """Whether anything is linked otherwise than it was."""
        return bool(self.links or self.ended)


class OverlayView(View):
    """A view with an overlay. Cost: that of the view, and the size of the overlay."""

    def __init__(self, base: View, overlay: Overlay) -> None:
        self.base, self._laid, self.overlay = base, overlay, overlay
        self.ontology, self.valid_at, self.known = base.ontology, base.valid_at, base.known
        self.size = base.size + len(overlay.nodes)
        self._numbers = {node.iri: base.size + at for at, node in enumerate(overlay.nodes)}
        rows = [(node, other, relation, _FIRST_ROW - at) for at, (node, relation, other) in enumerate(overlay.links)]
        columns = np.array(rows, np.int32).reshape(-1, 4).T
        self._links = LinkTable(columns[0], columns[1], columns[2].astype(np.int16), columns[3])

    # identity
    def find(self, iri: str) -> int:
        return self._numbers.get(EntityId(iri), self.base.find(iri))

    def iri(self, node: int) -> EntityId:
        return self.base.iri(node) if node < self.base.size else self._laid.nodes[node - self.base.size].iri

    def iris(self, nodes: Sequence[int] | Ints) -> list[EntityId]:
        if not self._laid.nodes:
            return self.base.iris(nodes)
        return [self.iri(int(node)) for node in nodes]

    def bearers(self, value: str, scheme: str | None = None) -> list[int]:
        return self.base.bearers(value, scheme)

    # presence and kind
    def kind(self, node: int) -> int:
        if self.base.size <= node < self.size:
            return self._laid.nodes[node - self.base.size].kind
        return self.base.kind(node)

    def kinds(self) -> npt.NDArray[np.int16]:
        return self._kinds

    @cached_property
    def _kinds(self) -> npt.NDArray[np.int16]:
        base = self.base.kinds()
        if not self._laid.nodes:
            return base
        return np.concatenate((base, np.array([node.kind for node in self._laid.nodes], np.int16)))

    def is_stub(self, node: int) -> bool:
        return node < self.base.size and self.base.is_stub(node)

    def of_kind(self, *kinds: str) -> Ints:
        wanted = self.ontology.subkinds(*kinds)
        own = [self.base.size + at for at, node in enumerate(self._laid.nodes) if node.kind in wanted]
        return np.concatenate((self.base.of_kind(*kinds), np.array(own, np.int32)))

    # links
    def links(self, relations: Collection[int] | None = None) -> LinkTable:
        return self._with(self.base.links(relations), relations, np.ones(len(self._links.row), np.bool_))

    def own_links(self, rows: Iterable[int]) -> frozenset[int]:
        """Places, in ``Overlay.links``, of rows that only the overlay has."""
        return frozenset(_FIRST_ROW - row for row in rows)

    def links_from(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._with(self.base.links_from(node, relations), relations, self._links.subject == node)

    def links_to(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._with(self.base.links_to(node, relations), relations, self._links.object == node)

    def links_among(self, nodes: Ints, relations: Collection[int] | None = None) -> LinkTable:
        both = np.isin(self._links.subject, nodes) & np.isin(self._links.object, nodes)
        return self._with(self.base.links_among(nodes, relations), relations, both)

    def _with(self, table: LinkTable, relations: Collection[int] | None, chosen: npt.NDArray[np.bool_]) -> LinkTable:
        """The links of the view without those that are ended, and those of the overlay that are chosen."""
        if not self._laid.moves_links:
            return table
        if relations is not None:
            chosen = chosen & np.isin(self._links.relation, list(relations))
        kept = ~np.isin(table.row, list(self._laid.ended))
        return _sorted(_picked(table, kept), _picked(self._links, chosen))[0]

    def link(self, row: int) -> Statement:
        if row > _FIRST_ROW:
            found = self.base.link(row)
            return replace(found, valid_to=self._laid.since) if row in self._laid.ended else found
        subject, relation, target = self._laid.links[_FIRST_ROW - row]
        predicate = self.ontology.relations[relation].iri
        return self._said(subject, predicate, target=self.iri(target))

    def qualified(self, rows: Ints) -> npt.NDArray[np.intp]:
        recorded = np.flatnonzero(rows > _FIRST_ROW)
        return recorded[self.base.qualified(rows[recorded])]

    def _said(self, node: int, predicate: str, target: EntityId | None = None, value: Value | None = None) -> Statement:
        since, recorded = self._laid.since, 2**31 - 1
        return Statement(
            self.iri(node), predicate, target, value, (), since, END, self.known, recorded, SOURCE, "", "", 0
        )

    # attributes
    def value(self, node: int, attribute: str) -> Value | None:
        return next(iter(self.values(node, attribute)), None)

    def values(self, node: int, attribute: str) -> tuple[Value, ...]:
        said = self._laid.values.get((node, attribute))
        return (said,) if said is not None else self.base.values(node, attribute)

    def attributes(self, node: int) -> list[Statement]:
        said = {name: value for (of, name), value in self._laid.values.items() if of == node}
        kept = [found for found in self.base.attributes(node) if found.predicate not in said]
        found = kept + [self._said(node, name, value=value) for name, value in said.items()]
        return sorted(found, key=lambda statement: statement.predicate)

    def column(self, attribute: str) -> tuple[Ints, list[Value]]:
        nodes, values = self.base.column(attribute)
        said = {node: value for (node, name), value in self._laid.values.items() if name == attribute}
        if not said:
            return nodes, values
        pairs = [(node, value) for node, value in zip(nodes.tolist(), values, strict=True) if node not in said]
        pairs = sorted([*pairs, *said.items()], key=lambda pair: pair[0])
        return np.array([node for node, _ in pairs], np.int32), [value for _, value in pairs]

    def instants(self, attribute: str) -> tuple[Ints, npt.NDArray[np.int64]]:
        nodes, times = self.base.instants(attribute)
        said = {node: time for node, name, time in self._times() if name == attribute}
        if not said:
            return nodes, times
        kept = ~np.isin(nodes, list(said))
        node = np.concatenate((nodes[kept], np.array(list(said), np.int32)))
        time = np.concatenate((times[kept], np.array(list(said.values()), np.int64)))
        order = np.lexsort((time, node))
        return node[order], time[order]

    def _times(self) -> list[tuple[int, str, Instant]]:
        said = self._laid.values.items()
        return [(node, name, to_instant(value)) for (node, name), value in said if isinstance(value, datetime)]

    def next_time(self, after: Instant) -> Instant | None:
        ahead = [time for _, _, time in self._times() if time > after]
        base = self.base.next_time(after)
        return min([*ahead, *([] if base is None else [base])], default=None)

    def label(self, node: int) -> str:
        said = self._laid.values.get((node, LABEL))
        if said is not None:
            return str(said)
        return self.base.label(node) if node < self.base.size else local_name(self.iri(node))

    def identifiers(self, node: int) -> list[Identifier]:
        return self.base.identifiers(node) if node < self.base.size else []

    # history
    def history(self, node: int, predicate: str | None = None) -> list[Statement]:
        found = [self._ended(statement) for statement in self.base.history(node, predicate)]
        found = [self._replaced(statement) for statement in found]
        for (of, name), value in self._laid.values.items():
            if of == node and predicate in (None, name):
                found.append(self._said(node, name, value=value))
        if node >= self.base.size and predicate in (None, TYPE):
            found.append(self._said(node, TYPE, value=Iri(self.ontology.kinds[self.kind(node)].iri)))
        found += [
            self.link(row)
            for row, subject, relation in zip(
                self._links.row.tolist(), self._links.subject.tolist(), self._links.relation.tolist(), strict=True
            )
            if subject == node and predicate in (None, self.ontology.relations[relation].iri)
        ]
        return by_time(found)

    def history_to(self, node: int, relation: str) -> list[Statement]:
        found = [self._ended(statement) for statement in self.base.history_to(node, relation)]
        number = self.ontology.relation.get(relation)
        added = self._links.row[
            (self._links.object == node) & (self._links.relation == (-1 if number is None else number.ordinal))
        ]
        return by_time([*found, *(self.link(row) for row in added.tolist())])

    def _ended(self, statement: Statement) -> Statement:
        """A statement of history, over from the overlay's instant on where the overlay ends it."""
        if statement.object is None or not self._laid.ended:
            return statement
        said = (statement.subject, statement.predicate, statement.object, statement.valid_from)
        return replace(statement, valid_to=self._laid.since) if said in self._over else statement

    @cached_property
    def _over(self) -> frozenset[tuple[str, str, str | None, Instant]]:
        ended = [self.base.link(row) for row in self._laid.ended]
        return frozenset((each.subject, each.predicate, each.object, each.valid_from) for each in ended)

    def _replaced(self, statement: Statement) -> Statement:
        """A statement of history, over where the overlay says another value from its instant on."""
        since = self._laid.since
        if not statement.valid_from <= since < statement.valid_to:
            return statement
        node = self.find(statement.subject)
        return replace(statement, valid_to=since) if (node, statement.predicate) in self._laid.values else statement

    def ever(self, relations: Collection[int]) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        table, since, until = self.base.ever(relations)
        if not self._laid.moves_links:
            return table, since, until
        until = np.where(np.isin(table.row, list(self._laid.ended)), self._laid.since, until)
        new = np.isin(self._links.relation, list(relations))
        found, order = _sorted(table, _picked(self._links, new))
        times = np.full(int(new.sum()), self._laid.since, np.int64)
        ends = np.concatenate((until, np.full(len(times), END, np.int64)))
        return found, np.concatenate((since, times))[order], ends[order]

    def conflicts(self, node: int) -> list[Statement]:
        return self.base.conflicts(node) if node < self.base.size else []

    def version(self, node: int) -> int:
        return self.base.version(node) if node < self.base.size else self.known

    # traversal
    def walk(self, roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
        followed = spec.forward | spec.backward
        moved = {relation for _, relation, _ in self._laid.links} | self._ended_relations
        if not moved & followed:
            own = [root for root in roots if self.base.size <= root < self.size]
            if not own:
                return self.base.walk(roots, spec)
        return walk_slowly(self, roots, spec)

    @cached_property
    def _ended_relations(self) -> set[int]:
        return {self.ontology.relation[self.base.link(row).predicate].ordinal for row in self._laid.ended}


def _picked(table: LinkTable, chosen: npt.NDArray[np.bool_]) -> LinkTable:
    return LinkTable(table.subject[chosen], table.object[chosen], table.relation[chosen], table.row[chosen])


def _sorted(table: LinkTable, more: LinkTable) -> tuple[LinkTable, npt.NDArray[np.intp]]:
    """Links of both by (subject, relation, object), and the order in which they were taken."""
    subject = np.concatenate((table.subject, more.subject))
    other = np.concatenate((table.object, more.object))
    relation = np.concatenate((table.relation, more.relation))
    row = np.concatenate((table.row, more.row))
    order = np.lexsort((other, relation, subject))
    return LinkTable(subject[order], other[order], relation[order], row[order]), order
