"""How does a view read the columns? The contract of ``view.View`` over one snapshot."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant
from thread.facts import Qualifiers, Value, ValueType
from thread.projection.names import Asked
from thread.projection.ordering import by_time, identifier_of, noted, order_of, sorted_values
from thread.projection.periods import walk_over
from thread.projection.state import State
from thread.projection.tables import FACTS, INTO, OUT, Edges
from thread.projection.view import Identifier, Ints, LinkTable, Statement, View, Walk, WalkSpec
from thread.projection.walking import walk
from thread.terms import IDENTIFIER, LABEL, EntityId, local_name

if TYPE_CHECKING:
    from thread.projection.projection import Projection

_ANYBODY, _BOTH, _THIS = range(3)
_NO_MARKS: Final = np.empty(0, np.uint8)
EVER: Final = (BEGIN - 1, END)
"""The window that everything overlaps."""
Found = tuple[Ints, Ints, npt.NDArray[np.int16], Ints]


class ColumnView(View):
    """One (valid, known) reading of a snapshot."""

    def __init__(
        self,
        projection: "Projection",
        state: State,
        valid_at: Instant,
        known: int,
        period: tuple[Instant, Instant] | None = None,
    ) -> None:
        self.ontology, self.valid_at, self.known = projection.ontology, valid_at, known
        self.period = period
        self._window = (valid_at, valid_at + 1) if period is None else period
        self.state, self._projection = state, projection
        self.size = int(state.steps["nodes"][known])

    # identity
    def find(self, iri: str) -> int:
        node = self.state.iris.find(iri)
        return node if node < self.size else -1

    def iri(self, node: int) -> EntityId:
        return EntityId(self.state.iris.text(node))

    def iris(self, nodes: Sequence[int] | Ints) -> list[EntityId]:
        return self.state.iris.texts(nodes)  # type: ignore[return-value]  # an EntityId is a str

    def bearers(self, value: str, scheme: str | None = None) -> list[int]:
        found = [i for i in self._carried(value) if scheme is None or i[1].scheme == scheme]
        nodes = sorted({node for node, _ in found})
        return [node for _, node in sorted(zip(self.iris(nodes), nodes, strict=True))]

    def _carried(self, value: str) -> list[tuple[int, Identifier]]:
        """Present nodes and the identifiers with this value that they carry."""
        state = self.state
        text = state.texts.find(value)
        limit = state.rows_until(self.known)
        rows = np.array([r for r in self._projection.bearer_rows(text) if r < limit], np.int32)
        some = state.rows[rows]
        spans = state.spans[some["span"]]
        rows = rows[(some["recorded_to"] > self.known) & (spans["valid_from"] <= self.valid_at)
                    & (spans["valid_to"] > self.valid_at)]  # fmt: skip
        claims = state.claim_of(rows)
        pairs = zip(claims["subject"].tolist(), claims["qualifiers"].tolist(), claims["type"].tolist(), strict=True)
        return [
            (node, identifier_of(value, state.qualifiers(note)))
            for node, note, kind in pairs
            if kind == 1 and self.kind(node) >= 0
        ]

    def named(self, asked: Sequence[Asked], *, typos: bool = False) -> tuple[Ints, Ints]:
        index, s, at = self._projection.names.follow(self.state), self.state, self.valid_at
        nodes, worth = np.empty(0, np.int32), np.empty(0, np.int32)
        for number, word in enumerate(asked):
            found, each = index.bearers(word, s, at, self.known, self.size, typos=typos)
            totals = np.zeros(self.size, np.int32)
            totals[found] = each
            if number:
                nodes, worth = (nodes[totals[nodes] > 0], worth[totals[nodes] > 0])
                worth = worth + totals[nodes]
            else:
                nodes = np.sort(found)
                worth = totals[nodes]
        present = self.kinds_of(nodes) >= 0
        return nodes[present], worth[present] // max(len(asked), 1)

    # presence and kind
    def kind(self, node: int) -> int:
        from thread.projection.kernels.scan import kind_of

        s = self.state
        if not 0 <= node < self.size:
            return -1
        return int(kind_of(s.spans, s.nodes, s.more, node, *self._window, self.known))

    def kinds_of(self, nodes: Ints) -> npt.NDArray[np.int16]:
        from thread.projection.kernels.scan import some_kinds

        s, kinds = self.state, np.empty(len(nodes), np.int16)
        chosen = np.ascontiguousarray(nodes, np.int32)
        some_kinds(s.spans, s.nodes, s.more, chosen, *self._window, self.known, kinds, np.empty(len(nodes), np.uint8))
        return kinds

    @cached_property
    def _all_kinds(self) -> npt.NDArray[np.int16]:
        from thread.projection.kernels.scan import all_kinds

        s, kinds = self.state, np.empty(self.size, np.int16)
        all_kinds(s.spans, s.nodes, s.more, *self._window, self.known, kinds)
        kinds.setflags(write=False)
        return kinds

    def kinds(self) -> npt.NDArray[np.int16]:
        return self._all_kinds

    def is_stub(self, node: int) -> bool:
        from thread.projection.kernels.scan import stub_of

        s = self.state
        return 0 <= node < self.size and bool(stub_of(s.spans, s.nodes, s.more, node, self.known))

    def of_kind(self, *kinds: str) -> Ints:
        wanted = np.zeros(len(self.ontology.kinds) + 1, np.bool_)  # the last one is -1: absent
        wanted[list(self.ontology.subkinds(*kinds))] = True
        return np.flatnonzero(wanted[self.kinds()]).astype(np.int32)

    # links
    def links(self, relations: Collection[int] | None = None) -> LinkTable:
        return self._links(OUT, np.arange(self.size, dtype=np.int32), relations)

    def links_from(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._links(OUT, np.array([node], np.int32), relations)

    def links_to(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._links(INTO, np.array([node], np.int32), relations)

    def links_of(self, nodes: Ints, relations: Collection[int] | None = None, *, into: bool = False) -> LinkTable:
        return self._links(INTO if into else OUT, np.ascontiguousarray(nodes, np.int32), relations)

    def links_among(self, nodes: Ints, relations: Collection[int] | None = None) -> LinkTable:
        chosen = np.unique(np.asarray(nodes, np.int32))
        chosen = chosen[(chosen >= 0) & (chosen < self.size)]
        scratch = self._projection.scratch.take(self.size, 0)
        scratch.marks[chosen] = 1
        table = self._links(OUT, chosen, relations, scratch.marks)
        scratch.marks[chosen] = 0
        self._projection.scratch.give_back(scratch)
        return table

    def _links(
        self, table: int, nodes: Ints, relations: Collection[int] | None, marks: npt.NDArray[np.uint8] = _NO_MARKS
    ) -> LinkTable:
        words = self.state.words
        wanted = np.ones(words.relations, np.uint8)
        if relations is not None:
            wanted[:] = 0
            wanted[[r for r in relations if 0 <= r < words.relations]] = 1
        if len(nodes) == 1 and not 0 <= nodes[0] < self.size:
            nodes = nodes[:0]
        found, others, kinds, rows = self._scan(table, nodes, wanted, _BOTH, marks=marks)
        return LinkTable(found, others, kinds, rows) if table == OUT else LinkTable(others, found, kinds, rows)

    def _scan(
        self,
        table: int,
        nodes: Ints,
        wanted: npt.NDArray[np.uint8],
        presence: int,
        *,
        ever: bool = False,
        marks: npt.NDArray[np.uint8] = _NO_MARKS,
    ) -> Found:
        """Edges of nodes: the nodes, other ends, relations and rows; ``ever``: whatever their valid time."""
        from thread.projection.kernels.scan import degree_sum, scan

        s, e, at = self.state, self.state.tables[table], self.valid_at
        room = len(e.edges) + len(e.late) if len(nodes) == self.size else 0
        if not room or len(nodes) < 64:
            room = int(degree_sum(e.starts, e.heads, e.late, nodes))
        lo, hi = EVER if ever else (at, at + 1) if table == FACTS else self._window
        window = np.array([lo, hi, self.known, presence, table], np.int64)
        found, others, rows = (np.empty(room, np.int32) for _ in range(3))
        relations = np.empty(room, np.int16)
        count = scan(
            s.spans, s.nodes, s.more, e.starts, e.edges, e.row_of, e.heads, e.late, nodes, wanted, marks, window,
            found, others, relations, rows,
        )  # fmt: skip
        return found[:count], others[:count], relations[:count], rows[:count]

    def link(self, row: int) -> Statement:
        return self.state.statements([row], self.known)[0]

    def qualifiers(self, rows: Ints) -> list[Qualifiers]:
        numbers = self.state.claim_of(np.asarray(rows, np.int32))["qualifiers"].tolist()
        noted = {number: self.state.qualifiers(number) for number in set(numbers)}
        return [noted[number] for number in numbers]

    def qualified(self, rows: Ints) -> npt.NDArray[np.intp]:
        numbers = self.state.claims["qualifiers"][self.state.rows["claim"][np.asarray(rows, np.int32)]]
        return np.flatnonzero(numbers >= 0)

    # attributes
    def _facts(self, nodes: Ints, predicate: str | None, presence: int, *, ever: bool = False) -> Found:
        words = self.state.words
        wanted = np.zeros(words.kind_at + 1, np.uint8)
        if predicate is None:
            wanted[:] = 1
        elif predicate in words.numbers:
            wanted[words.numbers[predicate]] = 1
        return self._scan(FACTS, nodes, wanted, presence, ever=ever)

    def _of(self, node: int, attribute: str) -> Ints:
        """Claims of an attribute of one node that are in force."""
        if not 0 <= node < self.size:
            return np.empty(0, np.int32)
        return self._facts(np.array([node], np.int32), attribute, _ANYBODY)[1]

    def value(self, node: int, attribute: str) -> Value | None:
        return next(iter(self.values(node, attribute)), None)

    def values(self, node: int, attribute: str) -> tuple[Value, ...]:
        claims = self._of(node, attribute)
        return sorted_values(self.state.values(self.state.claims[claims])) if len(claims) else ()

    def attributes(self, node: int) -> list[Statement]:
        if not 0 <= node < self.size:
            return []
        _, _, predicates, rows = self._facts(np.array([node], np.int32), None, _ANYBODY)
        found = self.state.statements(rows[predicates != self.state.words.kind_at], self.known)
        return sorted(found, key=lambda s: (s.predicate, order_of(s.value), noted(s.qualifiers), s.valid_from))

    def column(self, attribute: str) -> tuple[Ints, list[Value]]:
        nodes, claims, _, _ = self._facts(np.arange(self.size, dtype=np.int32), attribute, _THIS)
        values = self.state.values(self.state.claims[claims])
        if len(nodes) < 2 or (np.diff(nodes) > 0).all():
            return nodes.copy(), values
        pairs: list[tuple[int, Value]] = []
        starts = np.flatnonzero(np.diff(nodes, prepend=-1)).tolist()
        for low, high in zip(starts, [*starts[1:], len(nodes)], strict=True):
            pairs += [(int(nodes[low]), value) for value in sorted_values(values[low:high])]
        return np.array([node for node, _ in pairs], np.int32), [value for _, value in pairs]

    def column_of(self, nodes: Ints, attribute: str) -> list[tuple[Value, ...]]:
        chosen = np.ascontiguousarray(nodes, np.int32)
        places, claims, _, _ = self._facts(chosen, attribute, _ANYBODY)
        if len(places) == len(chosen) and (places == chosen).all():  # one each, as nearly always
            return [(value,) for value in self.state.values(self.state.claims[claims])]
        held: dict[int, list[Value]] = {}
        values = self.state.values(self.state.claims[claims])
        for node, value in zip(places.tolist(), values, strict=True):
            held.setdefault(node, []).append(value)
        return [sorted_values(held[node]) if node in held else () for node in chosen.tolist()]

    def instants(self, attribute: str) -> tuple[Ints, npt.NDArray[np.int64]]:
        nodes, claims, _, _ = self._facts(np.arange(self.size, dtype=np.int32), attribute, _THIS)
        found = self.state.claims[claims]
        timed = found["type"] == ValueType.TIME
        order = np.lexsort((found["value"][timed], nodes[timed]))
        return nodes[timed][order], found["value"][timed][order].astype(np.int64)

    def next_time(self, after: Instant) -> Instant | None:
        ahead = []
        for attribute in self.ontology.attributes:
            if attribute.type is ValueType.TIME:
                held = self.instants(attribute.iri)[1]
                ahead += [int(later.min()) for later in (held[held > after],) if later.size]
        return min(ahead, default=None)

    def label(self, node: int) -> str:
        label = self.value(node, LABEL)
        if label is not None:
            return str(label)
        return next((i[2] for i in sorted(self._named(node))), local_name(self.iri(node)))

    def labels(self, nodes: Ints) -> list[str]:
        chosen = np.ascontiguousarray(nodes, np.int32)
        places, claims, _, _ = self._facts(chosen, LABEL, _ANYBODY)
        if len(places) == len(chosen) and (places == chosen).all():  # one each, as nearly always
            return [str(value) for value in self.state.values(self.state.claims[claims])]
        return [self.label(node) for node in chosen.tolist()]

    def _named(self, node: int) -> list[tuple[str, str, str, Identifier]]:
        claims = self.state.claims[self._of(node, IDENTIFIER)]
        values, notes = self.state.values(claims), claims["qualifiers"].tolist()
        named = {identifier_of(str(v), self.state.qualifiers(n)) for v, n in zip(values, notes, strict=True)}
        return [(i.scheme, i.scope or "", i.value, i) for i in named]

    def identifiers(self, node: int) -> list[Identifier]:
        found = []
        for *_, one in sorted(self._named(node), key=lambda named: named[:3]):
            others = {bearer for bearer, other in self._carried(one.value) if other == one} - {node}
            found.append(Identifier(one.scheme, one.scope, one.value, bool(others)))
        return found

    # rows, for the plain graph
    def rows_in_force(self, nodes: Ints, table: int) -> Ints:
        """Rows of some nodes in a table that are in force between present nodes."""
        if table == FACTS:
            return self._facts(nodes, None, _THIS)[3]
        return self._scan(table, nodes, np.ones(self.state.words.relations, np.uint8), _BOTH)[3]

    def rows_around(self, nodes: Ints) -> Ints:
        """Rows of some nodes in all tables that are in force, whoever is present."""
        nodes = nodes[nodes < self.size]
        every = np.ones(self.state.words.relations, np.uint8)
        found = [self._scan(table, nodes, every, _ANYBODY)[3] for table in (OUT, INTO)]
        return np.concatenate([self._facts(nodes, None, _ANYBODY)[3], *found])

    def rows_beside(self, rows: Ints) -> Ints:
        """All rows that say the same as some rows, or compete with them."""
        return self._projection.rows_beside(self.state, rows)

    # history
    def history(self, node: int, predicate: str | None = None) -> list[Statement]:
        if not 0 <= node < self.size:
            return []
        words, chosen = self.state.words, np.array([node], np.int32)
        number = -1 if predicate is None else words.numbers.get(predicate, -2)
        if number == -2:
            return []
        rows = []
        if number < 0 or number >= words.relations:
            rows.append(self._facts(chosen, predicate, _ANYBODY, ever=True)[3])
        if number < words.relations:
            wanted = np.full(words.relations, number < 0, np.uint8)
            wanted[max(number, 0)] = 1
            rows.append(self._scan(OUT, chosen, wanted, _ANYBODY, ever=True)[3])
        return by_time(self.state.statements(np.concatenate(rows), self.known))

    def history_to(self, node: int, relation: str) -> list[Statement]:
        words = self.state.words
        number = words.numbers.get(relation, -1)
        if not 0 <= node < self.size or not 0 <= number < words.relations:
            return []
        wanted = np.zeros(words.relations, np.uint8)
        wanted[number] = 1
        rows = self._scan(INTO, np.array([node], np.int32), wanted, _ANYBODY, ever=True)[3]
        return by_time(self.state.statements(rows, self.known))

    def ever(self, relations: Collection[int]) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return self.ever_of(np.arange(self.size, dtype=np.int32), relations)

    def ever_of(
        self, nodes: Ints, relations: Collection[int], *, into: bool = False
    ) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        wanted = np.zeros(self.state.words.relations, np.uint8)
        wanted[[r for r in relations if 0 <= r < len(wanted)]] = 1
        chosen = np.ascontiguousarray(nodes, np.int32)
        found, others, kinds, rows = self._scan(INTO if into else OUT, chosen, wanted, _ANYBODY, ever=True)
        table = LinkTable(others, found, kinds, rows) if into else LinkTable(found, others, kinds, rows)
        spans = self.state.spans[self.state.rows["span"][table.row]]
        return table, spans["valid_from"].astype(np.int64), spans["valid_to"].astype(np.int64)

    def said_until(self, rows: Ints) -> npt.NDArray[np.int64]:
        return self.state.claim_of(np.asarray(rows, np.int32))["valid_to"].astype(np.int64)

    def conflicts(self, node: int) -> list[Statement]:
        if not 0 <= node < self.size:
            return []
        losers = self._projection.losing_claims(self.state, node, self.valid_at, self.known)
        return by_time(self.state.claim_statements(losers, self.known))

    def version(self, node: int) -> int:
        from thread.projection.kernels.scan import last_change

        if not 0 <= node < self.size:
            return 0

        def latest(e: Edges) -> int:
            s = self.state
            return int(last_change(s.spans, s.rows, e.starts, e.row_of, e.heads, e.late, node, self.known))

        return max(latest(self.state.tables[OUT]), latest(self.state.tables[FACTS]))

    def versions(self, nodes: Ints) -> list[int]:
        from thread.projection.kernels.scan import last_changes

        s, found, chosen = self.state, np.zeros(len(nodes), np.int64), np.ascontiguousarray(nodes, np.int32)
        for e in (s.tables[OUT], s.tables[FACTS]):
            last_changes(s.spans, s.rows, e.starts, e.row_of, e.heads, e.late, chosen, self.known, found)
        return list(found.tolist())

    # traversal
    def walk(self, roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
        pool, state = self._projection.scratch, self.state
        if self.period is not None:
            return walk_over(pool, state, self.period, self.known, self.size, roots, spec)
        return walk(pool, state, self.valid_at, self.known, self.size, roots, spec)
