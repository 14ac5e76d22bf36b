"""Where do the words of names lie? A mapped index of words that follows the rows; who asks brings it up to date."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.facts import ValueType
from thread.projection.layout import Column
from thread.projection.names.folding import LONGEST, READ, Asked, words_of
from thread.projection.state import State
from thread.projection.texts import Interner, packed
from thread.projection.words import Words
from thread.terms import IDENTIFIER, LABEL

_AT_ONCE: Final = 65_536
_LEAST_LATE: Final = 8_192
_SHARE_LATE: Final = 32
_OTHER_SIGNS: Final = 255
Ints = npt.NDArray[np.int32]
Octets = npt.NDArray[np.uint8]


class Bearings(NamedTuple):
    """Who carries each word: rows and nodes by word, and how many words the name has."""

    firsts: Ints
    rows: Ints
    nodes: Ints
    counts: Octets


class Index(NamedTuple):
    """The index up to some row, as a reader sees it; never changes."""

    heap: Octets
    ends: npt.NDArray[np.int64]
    sketches: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.uint64]
    sizes: Octets
    words: int
    base: Bearings
    late_words: Ints
    late_rows: Ints
    late_nodes: Ints
    late_counts: Octets
    late: int
    done: int
    """Rows of the projection that are in it."""

    def bearers(
        self, asked: Asked, state: State, at: int, known: int, nodes: int, *, typos: bool
    ) -> tuple[Ints, npt.NDArray[np.int32]]:
        """Nodes that carry a word in force then, and what each is worth, 1 to 100.

        Without ``typos`` words that are the same or begin so; with them also those within one edit (from four signs
        on) or two (from eight signs on). Cost: a scan over all words, 1 to 5 ns each, and over what carries them.
        """
        found, worth = self._carriers(
            [(spelling, True, typos) for spelling in asked.spellings], state, at, known, nodes
        )
        if asked.parts:
            all_parts = [self._carriers([(part, False, False)], state, at, known, nodes) for part in asked.parts]
            together = np.bincount(
                np.concatenate([one for one, _ in all_parts]), minlength=0 if len(found) == 0 else int(found.max()) + 1
            )
            whole = np.flatnonzero(together == len(all_parts)).astype(np.int32)
            if len(whole):
                totals = np.zeros(max(len(together), int(whole.max()) + 1), np.int32)
                for one, each in all_parts:
                    totals[one] += each
                best = np.zeros(len(totals), np.int32)
                best[found] = worth
                best[whole] = np.maximum(best[whole], totals[whole] // len(all_parts))
                found = np.flatnonzero(best).astype(np.int32)
                worth = best[found]
        return found, worth

    def _carriers(
        self, wanted: Iterable[tuple[str, bool, bool]], state: State, at: int, known: int, nodes: int
    ) -> tuple[Ints, npt.NDArray[np.int32]]:
        from thread.projection.names.kernels import bearers_of, match_words

        quality, words = np.zeros(self.words, np.uint8), np.empty(self.words, np.int32)
        met = 0
        for word, begins, typos in wanted:
            edits = (0 if len(word) < 4 else 1 if len(word) < 8 else 2) if typos else 0
            asked = np.frombuffer(word.encode(errors="replace"), np.uint8)
            if len(asked):
                met = match_words(
                    asked, edits, int(begins), self.heap, self.ends, self.sketches, self.starts, self.sizes,
                    self.words, quality, words, met,
                )  # fmt: skip
        best, found = np.zeros(nodes, np.uint8), np.empty(nodes, np.int32)
        window = np.array([at, known, state.rows_until(known), nodes], np.int64)
        b = self.base
        count = bearers_of(
            quality, np.sort(words[:met]), b.firsts, b.rows, b.nodes, b.counts, self.late_words, self.late_rows,
            self.late_nodes, self.late_counts, self.late, state.rows, state.spans, window, best, found,
        )  # fmt: skip
        chosen = found[:count].copy()
        return chosen, best[chosen].astype(np.int32)


def _extend(column: Column, more: npt.NDArray[Any]) -> None:
    column.reserve(len(more))
    column.data[column.size : column.size + len(more)] = more
    column.size += len(more)


class Names:
    """Follows the projection: whoever asks brings it up to date."""

    def __init__(self, words: Words) -> None:
        wanted = np.zeros(words.kind_at + 1, np.bool_)
        wanted[[words.numbers[name] for name in (LABEL, IDENTIFIER) if name in words.numbers]] = True
        self._wanted = wanted
        self._lock = threading.Lock()
        self._texts = Interner()
        self._sketches, self._starts = Column.empty(np.uint64), Column.empty(np.uint64)
        self._sizes = Column.empty(np.uint8)
        empty = np.empty(0, np.int32)
        self._base = Bearings(np.zeros(1, np.int32), empty, empty, np.empty(0, np.uint8))
        self._late = [Column.empty(np.int32), Column.empty(np.int32), Column.empty(np.int32), Column.empty(np.uint8)]
        self._done = 0
        self._index = self._snapshot()

    def follow(self, state: State) -> Index:
        """The index with all rows of a state in it. Cost: about a microsecond a new name."""
        last = state.rows_until(state.ordinal)
        if self._index.done < last:
            with self._lock:
                while self._done < last:
                    self._take_in(state, min(self._done + _AT_ONCE, last))
                if self._late[0].size > max(_LEAST_LATE, len(self._base.rows) // _SHARE_LATE):
                    self._merge()
                self._index = self._snapshot()
        return self._index

    def _take_in(self, state: State, last: int) -> None:
        rows = np.arange(self._done, last, dtype=np.int32)
        claims = state.claim_of(rows)
        chosen = self._wanted[claims["predicate"]] & (claims["type"] == ValueType.TEXT)
        rows, nodes = rows[chosen], np.ascontiguousarray(claims["subject"][chosen])
        texts, of_row = np.unique(claims["value"][chosen].astype(np.int32), return_inverse=True)
        numbers, owners, counts = self._words_of(state, texts)
        # each row has the words of its text
        order = np.argsort(owners, kind="stable")
        numbers, per_text = numbers[order], np.bincount(owners, minlength=len(texts))
        ends = np.cumsum(per_text)
        lengths = per_text[of_row]
        at = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        at += np.repeat((ends - per_text)[of_row], lengths)
        added = (numbers[at], np.repeat(rows, lengths), np.repeat(nodes, lengths), np.repeat(counts[of_row], lengths))
        for column, more in zip(self._late, added, strict=True):
            _extend(column, more)
        self._done = last

    def _words_of(self, state: State, texts: Ints) -> tuple[Ints, npt.NDArray[np.int64], Octets]:
        """Numbers of words, which text each is of, and how many words each text has as it is written."""
        from thread.projection.names.kernels import ascii_words

        heap, ends = state.texts.raw()
        lengths = np.minimum(ends[texts + 1] - ends[texts], READ)
        room = int(lengths.sum())
        out, bounds = np.empty(2 * room + 1, np.uint8), np.empty(2 * room + 2, np.int64)
        owners, counts = np.empty(2 * room + 1, np.int32), np.zeros(len(texts), np.uint8)
        found = ascii_words(heap, ends, texts, READ, LONGEST, out, bounds, owners, counts)
        numbers = [self._intern(out[: bounds[found]], bounds[: found + 1])]
        of_text = [owners[:found].astype(np.int64)]
        others = np.flatnonzero(counts == _OTHER_SIGNS)
        for text, index in zip(state.texts.texts(texts[others]), others.tolist(), strict=True):
            words, count = words_of(text)
            counts[index] = min(count, _OTHER_SIGNS - 1)
            if words:
                numbers.append(self._intern(*packed(words)))
                of_text.append(np.full(len(words), index, np.int64))
        return np.concatenate(numbers), np.concatenate(of_text), counts

    def _intern(self, raw: Octets, bounds: npt.NDArray[np.int64]) -> Ints:
        from thread.projection.names.kernels import sketch_words

        before, interner = self._texts.size, self._texts
        numbers = interner.intern_packed(raw, bounds, np.full(len(bounds) - 1, 2, np.uint8))
        new = interner.size - before
        for column in (self._sketches, self._starts, self._sizes):
            column.reserve(new)
            column.size += new
        heap, ends = interner.heap.data, interner.ends.data
        sketch_words(heap, ends, before, interner.size, self._sketches.data, self._starts.data, self._sizes.data)
        return numbers

    def _merge(self) -> None:
        from thread.projection.names.kernels import merge_words

        late = [column.used for column in self._late]
        size = len(self._base.rows) + len(late[0])
        b = self._base
        merged = Bearings(
            np.zeros(self._texts.size + 1, np.int32),
            np.empty(size, np.int32),
            np.empty(size, np.int32),
            np.empty(size, np.uint8),
        )
        merge_words(b.firsts, b.rows, b.nodes, b.counts, *late, *merged)
        self._base = merged
        self._late = [Column.empty(column.data.dtype) for column in self._late]

    def _snapshot(self) -> Index:
        words, rows, nodes, counts = (column.data for column in self._late)
        return Index(
            self._texts.heap.data, self._texts.ends.data, self._sketches.data, self._starts.data, self._sizes.data,
            self._texts.size, self._base, words, rows, nodes, counts, self._late[0].size, self._done,
        )  # fmt: skip

    @property
    def bytes(self) -> int:
        """What the index holds in memory or maps."""
        return sum(column.nbytes for column in self._kept().values())

    # -- keeping

    def columns(self, state: State) -> dict[str, npt.NDArray[Any]]:
        """What has to be kept, with all rows of a state in it."""
        self.follow(state)
        with self._lock:
            if self._late[0].size:
                self._merge()
                self._index = self._snapshot()
            return self._kept()

    def _kept(self) -> dict[str, npt.NDArray[Any]]:
        found: dict[str, npt.NDArray[Any]] = {f"names_{name}": column for name, column in self._texts.columns()}
        found |= {f"names_base_{name}": column for name, column in self._base._asdict().items()}
        found |= {
            "names_sketches": self._sketches.used,
            "names_starts": self._starts.used,
            "names_sizes": self._sizes.used,
            "names_done": np.array([self._done]),
        }
        return found

    def restore(self, column: Callable[[str, npt.DTypeLike], Column]) -> None:
        """Go on from what was kept."""
        heap, ends = column("names_heap", np.uint8), column("names_ends", np.int64)
        self._texts = Interner.restored(heap, ends, column("names_table", np.int64).used)
        self._sketches, self._starts = column("names_sketches", np.uint64), column("names_starts", np.uint64)
        self._sizes = column("names_sizes", np.uint8)
        firsts, rows, nodes = (column(f"names_base_{name}", np.int32).used for name in ("firsts", "rows", "nodes"))
        self._base = Bearings(firsts, rows, nodes, column("names_base_counts", np.uint8).used)
        self._done = int(column("names_done", np.int64).used[0])
        self._index = self._snapshot()
