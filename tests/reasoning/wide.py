"""Large plants as arrays: a view made of columns, for chains, stars and the bench; only what reasoning reads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tests.reasoning.plants import NOW, Seen, ontology, word
from thread.clock import BEGIN, END, to_instant
from thread.facts import Value
from thread.ontology import Ontology
from thread.projection.view import Ints, LinkTable, Statement, View, Walk, WalkSpec
from thread.terms import EntityId


class ArrayView(View):
    """A view over given arrays; nothing has a history."""

    def __init__(
        self,
        words: Ontology,
        kinds: npt.NDArray[np.int16],
        links: LinkTable,
        columns: dict[str, tuple[Ints, list[Value]]],
    ) -> None:
        self.ontology, self.valid_at, self.known, self.size = words, NOW, 1, len(kinds)
        self._kinds, self._columns = kinds, columns
        order = np.lexsort((links.object, links.relation, links.subject))
        self._links = LinkTable(*(column[order] for column in links))
        back = np.argsort(self._links.object, kind="stable")
        self._back = LinkTable(*(column[back] for column in self._links))

    def qualified(self, rows: Ints) -> npt.NDArray[np.intp]:
        return np.empty(0, np.intp)

    def iri(self, node: int) -> EntityId:
        return EntityId(f"urn:n:{node:08d}")

    def iris(self, nodes: Sequence[int] | Ints) -> list[EntityId]:
        return [self.iri(int(node)) for node in nodes]

    def kind(self, node: int) -> int:
        return int(self._kinds[node])

    def kinds(self) -> npt.NDArray[np.int16]:
        return self._kinds

    def of_kind(self, *kinds: str) -> Ints:
        return np.flatnonzero(np.isin(self._kinds, list(self.ontology.subkinds(*kinds)))).astype(np.int32)

    def _only(self, table: LinkTable, relations: Collection[int] | None) -> LinkTable:
        if relations is None:
            return table
        wanted = np.zeros(len(self.ontology.relations), bool)
        wanted[list(relations)] = True
        keep = wanted[table.relation]
        return LinkTable(*(column[keep] for column in table))

    def links(self, relations: Collection[int] | None = None) -> LinkTable:
        return self._only(self._links, relations)

    def _cut(self, table: LinkTable, keys: Ints, node: int, relations: Collection[int] | None) -> LinkTable:
        span = slice(*np.searchsorted(keys, (node, node + 1)).tolist())
        return self._only(LinkTable(*(column[span] for column in table)), relations)

    def links_from(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._cut(self._links, self._links.subject, node, relations)

    def links_to(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._cut(self._back, self._back.object, node, relations)

    def column(self, attribute: str) -> tuple[Ints, list[Value]]:
        return self._columns.get(attribute, (np.empty(0, np.int32), []))

    def instants(self, attribute: str) -> tuple[Ints, npt.NDArray[np.int64]]:
        nodes, values = self.column(attribute)
        return nodes, np.array([to_instant(value) for value in values if isinstance(value, datetime)], np.int64)

    def ever(self, relations: Collection[int]) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        table = self.links(relations)
        return table, np.full(len(table.row), BEGIN, np.int64), np.full(len(table.row), END, np.int64)

    @cached_property
    def _values(self) -> dict[str, dict[int, Value]]:
        return {a: dict(zip(nodes.tolist(), values, strict=True)) for a, (nodes, values) in self._columns.items()}

    def value(self, node: int, attribute: str) -> Value | None:
        return self._values.get(attribute, {}).get(node)

    def values(self, node: int, attribute: str) -> tuple[Value, ...]:
        found = self.value(node, attribute)
        return () if found is None else (found,)

    def history(self, node: int, predicate: str | None = None) -> list[Statement]:
        return []

    def history_to(self, node: int, relation: str) -> list[Statement]:
        return []

    def walk(self, roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
        """Backward only: what ``Scope`` asks."""
        degree = dict.fromkeys(map(int, roots), 0)
        todo = list(degree)
        for node in todo:
            for other in self.links_to(node, spec.backward).subject.tolist():
                if other not in degree:
                    degree[other] = degree[node] + 1
                    todo.append(other)
        found = [node for node in todo if degree[node] > 0]
        columns = (np.array(found, np.int32), np.array([degree[node] for node in found], np.int32))
        return Walk(*columns, len(found), len(found), 64, None)


class Wide:
    """A source with a chain (closed: the last feeds the first) or a star of consumers."""

    def __init__(self, *, chain: int = 0, star: int = 0, closed: bool = False) -> None:
        words = ontology()
        size = 1 + chain + star
        kinds = np.full(size, words.kind[word("Bus")].ordinal, np.int16)
        kinds[0] = words.kind[word("Source")].ordinal
        subject = np.arange(1, size, dtype=np.int32)
        obj = subject - 1 if chain else np.zeros(star, np.int32)
        if closed:
            subject, obj = np.append(subject, 1).astype(np.int32), np.append(obj, size - 1).astype(np.int32)
        relation = np.full(len(subject), words.relation[word("poweredBy")].ordinal, np.int16)
        links = LinkTable(subject, obj.astype(np.int32), relation, np.arange(len(subject), dtype=np.int32))
        self.view = ArrayView(words, kinds, links, {})

    def seen(self) -> Seen:
        return Seen(self.view)
