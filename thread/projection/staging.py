"""What would a change set do? Its facts as pending claims, folded into the columns so that they can be taken back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from thread.facts import ChangeSet, FactPart, Op, ValueType
from thread.projection.layout import ACTOR, CLAIM, OPEN, ROW, SPAN, Column
from thread.projection.texts import Interner, packed
from thread.projection.words import TEXTUAL, Words, pack_qualifiers

_SPANS_AT_ONCE = 65_536
_INTERNERS = ("iris", "texts", "notes")
COUNTS = ("added", "supported", "repeated", "ended", "retracted", "unmatched")


@dataclass(slots=True)
class Staged:
    """What a change set would do; nobody sees it until it is published."""

    ordinal: int
    effective: bool
    added: int
    supported: int
    repeated: int
    ended: int
    retracted: int
    unmatched: int
    """Ends and retractions of nothing, and facts whose words the ontology does not know."""
    closed_rows: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32), repr=False)
    marks: tuple[int, ...] = field(default=(), repr=False)

    def counts(self) -> dict[str, int]:
        """How many facts met which fate."""
        return {name: getattr(self, name) for name in COUNTS}


class Book:
    """All claims and the rows they come to: append-only columns, and hashes that find a slot or a span.

    What a stage writes carries the ordinal of the revision to come, so that no reader counts it.
    """

    def __init__(self, words: Words, ranks: dict[str, int]) -> None:
        self.words, self.ranks = words, ranks
        self.iris, self.texts, self.notes = Interner(), Interner(), Interner()
        self.claims, self.rows, self.spans = Column.empty(CLAIM), Column.empty(ROW), Column.empty(SPAN)
        self.actors, self.heads = Column.empty(ACTOR), Column.empty(np.int32)
        self.slot_table, self.span_table = np.full(64, -1, np.int64), np.full(64, -1, np.int64)
        self.sources: list[str] = []

    # -- the fold

    def stage(self, change_set: ChangeSet, ordinal: int) -> Staged:
        """Fold a change set into the columns; without effect nothing is left of it."""
        marks = self._marks()
        actor = self._actor(change_set.source, change_set.run_id)
        closed, touched = Column.empty(np.int32, 256), Column.empty(np.int32, 256)
        totals = np.zeros(6, np.int64)
        if change_set.withdraws:
            totals += self._withdraw(change_set.withdraws, closed, touched, ordinal)
        for part in change_set.parts:
            if part.size:
                totals += self._fold(*self._pending(part, actor), closed, touched, marks[0], ordinal)
        effective = self._changed(closed, marks[0], ordinal)
        closed_rows = self._resolve(touched, ordinal) if effective else np.empty(0, np.int32)
        undo = (closed.used.copy(), touched.used.copy())
        counts: dict[str, Any] = dict(zip(COUNTS, totals.tolist(), strict=True))
        staged = Staged(ordinal, effective, **counts, closed_rows=closed_rows, marks=marks)
        self._undo = undo
        if not effective:
            self.forget(staged)
        return staged

    def forget(self, staged: Staged) -> None:
        """Take back what a stage has written."""
        from thread.projection.kernels.claims import forget_claims
        from thread.projection.kernels.rows import forget_rows

        closed, touched = self._undo
        claims, slots, rows, spans, iris, texts, notes, actors, sources = staged.marks
        forget_rows(
            self.claims.data,
            self.rows.data,
            self.spans.data,
            self.span_table,
            staged.closed_rows,
            rows,
            self.rows.size,
            spans,
            self.spans.size,
        )
        forget_claims(
            self.claims.data,
            self.heads.data,
            self.slot_table,
            closed,
            touched,
            self.words.singles,
            claims,
            slots,
            self.heads.size,
        )
        self.claims.size, self.heads.size, self.rows.size, self.spans.size = claims, slots, rows, spans
        self.iris.forget(iris)
        self.texts.forget(texts)
        self.notes.forget(notes)
        self.actors.size = actors
        del self.sources[sources:]

    def source_ranks(self) -> npt.NDArray[np.int64]:
        """Rank by source."""
        return np.array([self.ranks.get(source, 0) for source in self.sources], np.int64)

    def _marks(self) -> tuple[int, ...]:
        columns = (self.claims, self.heads, self.rows, self.spans, self.iris, self.texts, self.notes, self.actors)
        return (*(column.size for column in columns), len(self.sources))

    def _actor(self, source: str, run: str) -> int:
        if source not in self.sources:
            self.sources.append(source)
        speaker = (self.sources.index(source), self.texts.intern([run])[0])
        actors = self.actors.used
        known = np.flatnonzero((actors["run"] == speaker[1]) & (actors["source"] == speaker[0]))
        return int(known[0]) if len(known) else self.actors.append(*speaker)

    def _actor_sources(self) -> npt.NDArray[np.int32]:
        return np.ascontiguousarray(self.actors.used["source"])

    # -- keeping

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """What has to be kept."""
        found: dict[str, npt.NDArray[Any]] = {
            "claims": self.claims.used,
            "rows": self.rows.used,
            "spans": self.spans.used,
            "actors": self.actors.used,
            "heads": self.heads.used,
            "slot_table": self.slot_table,
            "span_table": self.span_table,
        }
        for name in _INTERNERS:
            found |= {f"{name}_{part}": column for part, column in getattr(self, name).columns()}
        return found

    def restore(self, column: Callable[[str, npt.DTypeLike], Column], sources: list[str]) -> None:
        """Go on from what was kept."""
        self.claims, self.rows, self.spans = column("claims", CLAIM), column("rows", ROW), column("spans", SPAN)
        self.actors, self.heads = column("actors", ACTOR), column("heads", np.int32)
        self.slot_table, self.span_table = column("slot_table", np.int64).used, column("span_table", np.int64).used
        self.sources = list(sources)
        for name in _INTERNERS:
            heap, ends = column(f"{name}_heap", np.uint8), column(f"{name}_ends", np.int64)
            setattr(self, name, Interner.restored(heap, ends, column(f"{name}_table", np.int64).used))

    # -- facts as pending claims

    def _pending(self, part: FactPart, actor: int) -> tuple[npt.NDArray[np.void], npt.NDArray[np.uint8]]:
        table, strings, words = part.table, part.strings, self.words
        ops, kinds = np.ascontiguousarray(table["op"]), table["type"]
        predicates = words.known_predicates(strings, table["predicate"])[table["predicate"]]
        values = table["value"].copy()
        linked, typed = kinds == ValueType.LINK, predicates == words.kind_at
        good = (predicates >= 0) & (linked == (predicates < words.relations))
        good &= ~typed | (kinds == ValueType.IRI)
        typed &= good
        if typed.any():
            values[typed] = words.known_kinds(strings, values[typed])[values[typed]]
            good &= ~typed | (values >= 0)
        made = good & (ops == Op.ASSERT)
        text, bounds = packed(strings)

        def intern(interner: Interner, *columns: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
            wanted = np.zeros(len(strings), np.uint8)
            for level, chosen in ((1, good), (2, made)):
                for column, rows in zip(columns[::2], columns[1::2], strict=True):
                    wanted[column[rows & chosen]] = level
            return interner.intern_packed(text, bounds, wanted)

        always = np.ones(len(table), np.bool_)
        nodes = intern(self.iris, table["subject"], always, table["value"], linked)
        textual = np.isin(kinds, TEXTUAL) & ~typed
        texts = intern(self.texts, table["value"], textual)
        wanted = np.zeros(len(strings), np.uint8)
        wanted[table["origin"][good]] = 2
        origins = self.texts.intern_packed(text, bounds, wanted)
        links, worded = linked & good, textual & good
        values[links] = nodes[table["value"][links]]
        values[worded] = texts[table["value"][worded]]
        subjects = nodes[table["subject"]]
        good &= (subjects >= 0) & (~linked | (values >= 0))
        notes = np.array([*self.notes.intern([pack_qualifiers(q) for q in part.qualifiers]), -1], np.int32)

        pending = np.empty(len(table), CLAIM)
        pending["value"], pending["type"] = values, kinds
        pending["valid_from"], pending["valid_to"] = table["valid_from"], table["valid_to"]
        pending["subject"], pending["predicate"] = subjects, np.where(good, predicates, -1)
        pending["qualifiers"] = notes[table["qualifiers"]]
        pending["actor"], pending["origin"] = actor, np.maximum(origins[table["origin"]], 0)
        pending["row"], pending["spare"] = table["row"], 0
        return pending, ops

    # -- compiled steps, with room made where they ask for it

    def _withdraw(self, runs: tuple[str, ...], closed: Column, touched: Column, ordinal: int) -> npt.NDArray[np.int64]:
        from thread.projection.kernels.claims import CLAIMS, CLOSED, NEED, TOUCHED, withdraw_runs

        texts = self.texts.reader()
        wanted = [number for number in map(texts.find, runs) if number >= 0]
        withdrawn = np.isin(self.actors.used["run"], wanted).astype(np.uint8)
        cursor = np.zeros(12, np.int64)
        cursor[CLAIMS] = self.claims.size
        while withdraw_runs(
            self.claims.data,
            self.heads.data,
            self.slot_table,
            self.words.singles,
            withdrawn,
            closed.data,
            touched.data,
            cursor,
            ordinal,
        ):
            closed.size, touched.size = int(cursor[CLOSED]), int(cursor[TOUCHED])
            closed.reserve(int(cursor[NEED]))
            touched.reserve(int(cursor[NEED]))
        closed.size, touched.size = int(cursor[CLOSED]), int(cursor[TOUCHED])
        return cursor[6:]

    def _fold(
        self,
        pending: npt.NDArray[np.void],
        ops: npt.NDArray[np.uint8],
        closed: Column,
        touched: Column,
        first: int,
        ordinal: int,
    ) -> npt.NDArray[np.int64]:
        from thread.projection.kernels.claims import CLAIMS, CLOSED, NEED, POSITION, SLOTS, TOUCHED, fold_claims

        cursor = np.zeros(12, np.int64)
        need = len(pending) + 32
        ranks, sources = self.source_ranks(), self._actor_sources()
        while True:
            for column in (self.claims, closed, touched, self.heads):
                column.reserve(need)
            self._slots_room(need)
            cursor[CLAIMS], cursor[SLOTS] = self.claims.size, self.heads.size
            cursor[CLOSED], cursor[TOUCHED] = closed.size, touched.size
            more = fold_claims(
                pending,
                ops,
                self.claims.data,
                self.heads.data,
                self.slot_table,
                closed.data,
                touched.data,
                self.words.singles,
                sources,
                ranks,
                cursor,
                first,
                ordinal,
            )
            self.claims.size, self.heads.size = int(cursor[CLAIMS]), int(cursor[SLOTS])
            closed.size, touched.size = int(cursor[CLOSED]), int(cursor[TOUCHED])
            if not more:
                return cursor[6:]
            need = int(cursor[NEED]) + len(pending) - int(cursor[POSITION]) + 32

    def _slots_room(self, more: int) -> None:
        self.slot_table = roomy(self.slot_table, self.heads.size + more)

    def _changed(self, closed: Column, first: int, ordinal: int) -> bool:
        from thread.projection.kernels.claims import net_changes

        return bool(net_changes(self.claims.used, closed.used, first, ordinal))

    def _resolve(self, touched: Column, ordinal: int) -> npt.NDArray[np.int32]:
        from thread.projection.kernels.rows import CLOSED, NEED, POSITION, ROWS, SPANS, resolve_slots

        closed = Column.empty(np.int32, 256)
        cursor = np.zeros(5, np.int64)
        ranks, sources = self.source_ranks(), self._actor_sources()
        rows = touched.size + 1
        while True:
            some = min(rows, _SPANS_AT_ONCE) + int(cursor[NEED])
            self.rows.reserve(rows + int(cursor[NEED]))
            self.spans.reserve(some + 1)  # one more for a stub
            closed.reserve(some)
            self.span_table = roomy(self.span_table, self.spans.size + some + 1)
            cursor[ROWS], cursor[SPANS], cursor[CLOSED] = self.rows.size, self.spans.size, closed.size
            more = resolve_slots(
                self.claims.data,
                self.rows.data,
                self.spans.data[: self.spans.size + some],
                self.span_table,
                self.heads.data,
                touched.used,
                self.words.singles,
                sources,
                ranks,
                closed.data,
                cursor,
                ordinal,
            )
            self.rows.size, self.spans.size, closed.size = (int(cursor[at]) for at in (ROWS, SPANS, CLOSED))
            if not more:
                return closed.used.copy()
            rows = touched.size - int(cursor[POSITION]) + 1


def roomy(table: npt.NDArray[np.int64], entries: int) -> npt.NDArray[np.int64]:
    """The hash table, or a larger one with the same entries, so that it is at most 70 % full."""
    from thread.projection.kernels.text import rehash

    capacity = len(table)
    while entries > 0.7 * capacity:
        capacity *= 2
    if capacity == len(table):
        return table
    grown = np.full(capacity, -1, np.int64)
    rehash(table, grown)
    return grown


__all__ = ["COUNTS", "OPEN", "Book", "Staged", "roomy"]
