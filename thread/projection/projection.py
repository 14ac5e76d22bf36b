"""Which facts are believed, and over which times? Change sets in, snapshots out; one writer, any number of readers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thread.clock import Instant
from thread.facts import EMPTY, ChangeSet, GraphDelta, Revision, Triple
from thread.ontology.model import Ontology
from thread.projection.current import Boundaries, Said, delta_between, said_between, triples_at
from thread.projection.finding import Bearers
from thread.projection.layout import NODE, STEP, Column
from thread.projection.names import Names
from thread.projection.reading import ColumnView
from thread.projection.saving import Absent, Mapped, Outdated, Unusable, write_columns
from thread.projection.scratch import ScratchPool
from thread.projection.staging import Book, Staged
from thread.projection.state import State
from thread.projection.tables import FACTS, INTO, OUT, EdgeTable
from thread.projection.view import View
from thread.projection.words import Words

_MANY_CLOSED: Final = 1_000
"""So many closed rows are cheaper to mark by merging than by looking for their edges."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """How large the projection is: nodes ever named, links and attributes that are believed, bytes of the columns."""

    nodes: int
    links: int
    attributes: int
    bytes: int


class Projection:
    """The fold of a log of change sets, current to a revision.

    ``stage`` and ``publish`` are called by one writer; ``view`` and all that reads by any thread, without locks.
    """

    def __init__(self, ontology: Ontology, ranks: Mapping[str, int] | None = None) -> None:
        """An empty projection.

        Args:
            ranks: rank by source; where sources disagree the higher one answers. Unknown sources rank 0.
        """
        self.ontology, self.ranks = ontology, dict(ranks or {})
        self._words = Words(ontology)
        self._book = Book(self._words, self.ranks)
        self._nodes, self._more = Column(np.zeros(64, NODE), 0), Column.empty(NODE)
        self._nodes.data["span"] = -1
        self._mentions, self._kinds = np.zeros(64, np.int32), np.zeros(64, np.int32)
        self._steps, self._closures = Column.empty(STEP), Column.empty(np.int32)
        self._tables = (EdgeTable(OUT), EdgeTable(INTO), EdgeTable(FACTS))
        self._merged = 0
        self._counts: tuple[int, ...] = (0, 0)
        self._bearers = Bearers(self._words)
        self.names = Names(self._words)
        self._boundaries = Boundaries()
        self.scratch = ScratchPool(self._words)
        self._staged: Staged | None = None
        self._step(EMPTY)
        self._state = self._snapshot(EMPTY)
        self._revision = EMPTY

    # -- writing

    @property
    def revision(self) -> Revision:
        """The last revision that is published."""
        return self._revision

    def stage(self, change_set: ChangeSet) -> Staged:
        """What a change set would do. No reader sees it until it is published; one is staged at a time.

        Cost: a few microseconds a fact.
        """
        if self._staged is not None:
            raise RuntimeError("a change set is staged already: publish or discard it first")
        staged = self._book.stage(change_set, self.revision.ordinal + 1)
        if staged.effective:
            self._staged = staged
        return staged

    def discard(self, staged: Staged) -> None:
        """Forget what was staged."""
        if self._staged is staged:
            self._book.forget(staged)
            self._staged = None

    def publish(self, staged: Staged, revision: Revision) -> None:
        """Make what was staged visible to views that are made from now on."""
        if revision.ordinal != self.revision.ordinal + 1 or staged.ordinal != revision.ordinal:
            raise ValueError(f"revision {revision.ordinal} does not follow {self.revision.ordinal}")
        if staged.effective and self._staged is not staged:
            raise RuntimeError("this change set is not staged any more")
        first = int(self._steps.data["rows"][self.revision.ordinal])
        if staged.effective:
            self._apply(staged, first)
        self._closures.reserve(len(staged.closed_rows))
        self._closures.data[self._closures.size : self._closures.size + len(staged.closed_rows)] = staged.closed_rows
        self._closures.size += len(staged.closed_rows)
        self._step(revision)
        self._state = self._snapshot(revision)
        self._revision = revision
        self._staged = None

    def _apply(self, staged: Staged, first: int) -> None:
        from thread.projection.kernels.edges import apply_kinds, kinds_needed

        book, closed = self._book, staged.closed_rows
        claims, rows, last = book.claims.data, book.rows.data, book.rows.size
        self._make_room(book.iris.size)
        need = int(kinds_needed(claims, rows, closed, first, last, self._words.kind_at))
        need = min(need, book.iris.size + last - first + len(closed))
        if self._more.size + need > len(self._more.data):
            self._more.reserve(need)
            self._nodes.data = self._nodes.data.copy()  # readers keep the nodes that fit their further kinds
        cursor = np.zeros(5, np.int64)
        cursor[2] = book.spans.size
        self._more.size = int(
            apply_kinds(
                claims, rows, book.spans.data, book.span_table, cursor, self._nodes.data, self._more.data,
                self._mentions, self._kinds, closed, self._more.size, first, last, staged.ordinal,
                self._words.kind_at, self._words.entity,
            )
        )  # fmt: skip
        book.spans.size = int(cursor[2])
        self._bearers.add(claims, rows, first, last)
        self._count(claims["type"][rows["claim"][first:last]], claims["type"][rows["claim"][closed]])
        if len(closed) <= _MANY_CLOSED and all(table.takes(last - first) for table in self._tables):
            for table in self._tables:
                table.add(claims, rows, first, last)
                table.close(claims, rows, closed)
        else:
            self._merge()

    def _count(self, made: npt.NDArray[np.uint8], closed: npt.NDArray[np.uint8]) -> None:
        links = int(np.count_nonzero(made == 0)) - int(np.count_nonzero(closed == 0))
        self._counts = self._counts[0] + links, self._counts[1] + len(made) - len(closed) - links

    def _merge(self) -> None:
        book = self._book
        for table in self._tables:
            table.merge(book.claims.data, book.rows.data, self._merged, book.rows.size, book.iris.size)
        self._merged = book.rows.size
        self._bearers.merge()

    def _make_room(self, nodes: int) -> None:
        capacity = len(self._nodes.data)
        if nodes > capacity:
            capacity = nodes + nodes // 4 + 64
            grown = np.zeros(capacity, NODE)
            grown["span"] = -1
            grown[: self._nodes.size] = self._nodes.used
            self._nodes.data = grown
            self._mentions = _longer(self._mentions, capacity)
            self._kinds = _longer(self._kinds, capacity)
            for table in self._tables:
                table.make_room(capacity)
        self._nodes.size = nodes

    def _step(self, revision: Revision) -> None:
        book = self._book
        digest = book.texts.intern([revision.digest])[0]
        self._steps.append(revision.recorded_at, digest, book.iris.size, book.rows.size, self._closures.size)

    def _snapshot(self, revision: Revision) -> State:
        book = self._book
        return State(
            self._words,
            revision.ordinal,
            book.iris.reader(),
            book.texts.reader(),
            book.notes.reader(),
            book.claims.used,
            book.rows.used,
            book.spans.used,  # what lies behind may be another array's: a column that grew leaves its tail unwritten
            self._nodes.data,
            self._more.data,
            book.actors.data,
            tuple(book.sources),
            self._steps.used,
            self._closures.used,
            (self._tables[0].edges, self._tables[1].edges, self._tables[2].edges),
        )

    # -- reading

    def view(self, valid_at: Instant, known: int | None = None, period: tuple[Instant, Instant] | None = None) -> View:
        """What was true at an instant, or over a period, as known at a revision (its ordinal; by default the last)."""
        state = self._state
        return self._view(valid_at, state.ordinal if known is None else known, state, period)

    def known_at(self, recorded: Instant) -> int:
        """Ordinal of the last revision recorded at or before an instant."""
        return int(np.searchsorted(self._state.steps["recorded_at"], recorded, side="right")) - 1

    def revision_at(self, ordinal: int) -> Revision:
        """The revision with this ordinal."""
        state = self._state
        if not 0 <= ordinal <= state.ordinal:
            raise ValueError(f"there is no revision {ordinal}; the last is {state.ordinal}")
        step = state.steps[ordinal]
        return Revision(ordinal, int(step["recorded_at"]), state.texts.text(int(step["digest"])))

    def rows_between(self, start: int, end: int) -> int:
        """How many facts begin or end to be believed between two revisions."""
        return sum(int(self._state.steps[name][end] - self._state.steps[name][start]) for name in ("rows", "closures"))

    def said_between(self, start: tuple[int, Instant], end: tuple[int, Instant]) -> Said:
        """Of what and by which words facts began or ended between two marks (ordinal, instant), in force or not."""
        return said_between(*self._marked(start, end), self._boundaries)

    def triples(self, ordinal: int, instant: Instant) -> Iterator[Triple]:
        """The current state at a mark as plain triples: one per subject, predicate and object or value."""
        return triples_at(self._view(instant, ordinal, self._state))

    def delta(self, start: tuple[int, Instant], end: tuple[int, Instant]) -> GraphDelta:
        """What leaves and enters the current state between two marks. Cost: what changed or crossed a boundary."""
        return delta_between(*self._marked(start, end), self._boundaries)

    def _marked(self, start: tuple[int, Instant], end: tuple[int, Instant]) -> tuple[ColumnView, ColumnView]:
        state = self._state  # one for both: rows of a later one name nodes that an earlier one has no room for
        return self._view(start[1], start[0], state), self._view(end[1], end[0], state)

    def next_boundary(self, after: Instant) -> Instant | None:
        """The next instant at which something that is believed begins or ends."""
        return self._boundaries.next_after(self._state, after)

    def statistics(self) -> Statistics:
        """How large the projection is."""
        state = self._state
        columns = (state.claims, state.rows, state.spans, state.nodes, state.more)
        held = [*(column for table in state.tables for column in table), *columns]
        size = sum(column.nbytes for column in held)
        size += sum(column.nbytes for texts in (self._book.iris, self._book.texts) for _, column in texts.columns())
        return Statistics(state.iris.size, self._counts[0], self._counts[1], size)

    def source_of(self, run: str) -> str | None:
        """Who spoke in a run; None: there was no such run up to the last revision."""
        state = self._state
        speakers = state.actors[: self._book.actors.size]
        speakers = speakers[speakers["run"] == state.texts.find(run)]
        return state.sources[int(speakers["source"][0])] if len(speakers) else None

    def bearer_rows(self, text: int) -> list[int]:
        """Rows, believed or not, of identifiers whose value is this text."""
        return self._bearers.rows(text) if text >= 0 else []

    def rows_beside(self, state: State, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """All rows in the slots of some rows, up to the state's revision."""
        from thread.projection.kernels.scan import rows_beside

        book, limit, room = self._book, state.rows_until(state.ordinal), 4 * len(rows) + 16
        while True:
            found = np.empty(room, np.int32)
            table, heads, claims = book.slot_table, book.heads.data, book.claims.data
            count = int(
                rows_beside(claims, book.rows.data, heads, table, self._words.singles, rows, len(claims), limit, found)
            )
            if 0 <= count <= room:
                return np.unique(np.concatenate([rows, found[:count]]))
            room = max(room, count)

    def losing_claims(self, state: State, node: int, instant: Instant, known: int) -> list[int]:
        """Claims about a node that their sources hold to be in force, and that do not answer."""
        from thread.projection.losing import losing_claims

        while True:
            try:
                return losing_claims(self._book, state, node, instant, known)
            except IndexError:  # the writer has made longer columns meanwhile
                continue

    def _view(
        self, instant: Instant, ordinal: int, state: State, period: tuple[Instant, Instant] | None = None
    ) -> ColumnView:
        if not 0 <= ordinal <= state.ordinal:
            raise ValueError(f"there is no revision {ordinal}; the last is {state.ordinal}")
        return ColumnView(self, state, instant, ordinal, period)

    # -- keeping

    def save(self, directory: Path) -> None:
        """Write the columns so that ``load`` can map them; whole or not at all.

        Nothing depends on it: where the disk refuses, that is logged, and the next start folds the log instead.
        Called by the writer, never while something is staged.
        """
        if self._staged is not None:
            raise RuntimeError("a change set is staged: publish or discard it first")
        try:
            write_columns(directory, self._facts(), self._columns())
        except OSError as error:
            _log().warning("the projection was not saved", directory=str(directory), reason=error.strerror)

    @classmethod
    def load(cls, directory: Path, ontology: Ontology, ranks: Mapping[str, int] | None = None) -> "Projection | None":
        """The projection that was saved; None where it is absent, damaged, or of another ontology or ranks.

        Why it cannot be used is logged. Every byte that is used is checked. Cost: reading the file once.
        """
        try:
            return cls._mapped(directory, ontology, ranks)
        except Absent:
            return None
        except Outdated as reason:
            _log().info("the saved projection is not used", directory=str(directory), reason=str(reason))
            return None
        except Unusable as reason:
            _log().warning("the saved projection is not used", directory=str(directory), reason=str(reason))
            return None

    @classmethod
    def fault(cls, directory: Path, ontology: Ontology, ranks: Mapping[str, int] | None = None) -> str | None:
        """What is damaged in the projection that was saved; None where it is whole, outdated or not there."""
        try:
            cls._mapped(directory, ontology, ranks)
        except (Absent, Outdated):
            return None
        except Unusable as reason:
            return str(reason)
        return None

    @classmethod
    def _mapped(cls, directory: Path, ontology: Ontology, ranks: Mapping[str, int] | None) -> "Projection":
        found, mapped = cls(ontology, ranks), Mapped(directory)
        for name, here in (("fingerprint", ontology.fingerprint), ("ranks", found.ranks)):
            if mapped.facts.get(name) != here:
                raise Outdated(f"it was folded with other {'ranks' if name == 'ranks' else 'words'}")
        found._restore(mapped)
        return found

    def _facts(self) -> dict[str, object]:
        revision = self._revision
        return {
            "fingerprint": self.ontology.fingerprint,
            "ranks": self.ranks,
            "revision": [revision.ordinal, revision.recorded_at, revision.digest],
            "sources": self._book.sources,
            "merged": self._merged,
            "counts": self._counts,
        }

    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        found: dict[str, npt.NDArray[Any]] = {
            "nodes": self._nodes.data,
            "node_count": np.array([self._nodes.size]),
            "mentions": self._mentions,
            "kinds": self._kinds,
            "more": self._more.used,
            "steps": self._steps.used,
            "closures": self._closures.used,
            "bearer_texts": self._bearers.kept()[0],
            "bearer_rows": self._bearers.kept()[1],
        }
        found |= self._book.columns()
        found |= self.names.columns(self._state)
        for number, table in enumerate(self._tables):
            found |= {f"table{number}_{name}": column for name, column in table.columns()}
        return found

    def _restore(self, mapped: Mapped) -> None:
        def column(name: str, dtype: npt.DTypeLike) -> Column:
            return Column(*mapped.column(name, dtype))

        self._nodes = column("nodes", NODE)
        self._nodes.data, self._nodes.size = self._nodes.used, int(column("node_count", np.int64).used[0])
        self._mentions, self._kinds = column("mentions", np.int32).used, column("kinds", np.int32).used
        self._more, self._steps = column("more", NODE), column("steps", STEP)
        self._closures = column("closures", np.int32)
        self._book.restore(column, mapped.facts["sources"])
        for number, table in enumerate(self._tables):
            table.restore(lambda name, dtype, at=number: column(f"table{at}_{name}", dtype))  # type: ignore[misc]
        self._bearers.restore(column("bearer_texts", np.int32).used, column("bearer_rows", np.int32).used)
        if mapped.holds("names_done"):  # saved by a version that had no such index: made when it is first asked
            self.names.restore(column)
        self._merged, self._counts = mapped.facts["merged"], tuple(mapped.facts["counts"])
        self._revision = Revision(*mapped.facts["revision"])
        self._state = self._snapshot(self._revision)


def _log() -> Any:
    from thread.logs import log_of

    return log_of(__name__)


def _longer(column: npt.NDArray[np.int32], capacity: int) -> npt.NDArray[np.int32]:
    grown = np.zeros(capacity, np.int32)
    grown[: len(column)] = column
    return grown
