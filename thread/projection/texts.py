"""Which text has which id? Texts in one heap of bytes, found by a hash that can be mapped from a file."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thread.projection.layout import Column

_FULLEST: Final = 0.7
Bytes = npt.NDArray[np.uint8]


def packed(texts: Sequence[str]) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """All texts as UTF-8, one after the other, and the n + 1 bounds between them."""
    joined = "".join(texts)
    if joined.isascii():
        raw, lengths = joined.encode(), map(len, texts)
    else:
        each = [text.encode() for text in texts]
        raw, lengths = b"".join(each), map(len, each)
    bounds = np.fromiter(accumulate(lengths, initial=0), np.int64, len(texts) + 1)
    return np.frombuffer(raw, np.uint8), bounds


class Texts:
    """The texts up to some id, as a reader sees them; never changes."""

    __slots__ = ("_ends", "_heap", "_table", "size")

    def __init__(self, heap: Bytes, ends: npt.NDArray[np.int64], table: npt.NDArray[np.int64], size: int) -> None:
        self._heap, self._ends, self._table, self.size = heap, ends, table, size

    def raw(self) -> tuple[Bytes, npt.NDArray[np.int64]]:
        """All texts as UTF-8, and the bounds between them; for kernels."""
        return self._heap, self._ends

    def find(self, text: str) -> int:
        """The id of a text, -1 if it is not there."""
        from thread.projection.kernels.text import find_text

        raw = np.frombuffer(text.encode(errors="surrogatepass"), np.uint8)  # half a character is nowhere
        return int(find_text(raw, self._heap, self._ends, self._table, self.size))

    def find_all(self, texts: Sequence[str]) -> npt.NDArray[np.int32]:
        """The ids of many texts, -1 where one is not there, in one call of a kernel."""
        from thread.projection.kernels.text import find_texts

        found = np.full(len(texts), -1, np.int32)
        try:
            raw, bounds = packed(texts)
        except UnicodeEncodeError:  # half a character is nowhere
            return np.array([self.find(text) for text in texts], np.int32)
        find_texts(raw, bounds, found, self._heap, self._ends, self._table, self.size)
        return found

    def text(self, number: int) -> str:
        """The text of an id."""
        ends = self._ends
        return self._heap[ends[number] : ends[number + 1]].tobytes().decode()

    def texts(self, numbers: npt.NDArray[np.integer] | Sequence[int]) -> list[str]:
        """Texts of many ids, a third of a microsecond each."""
        chosen = np.asarray(numbers, dtype=np.int64)
        starts, ends = self._ends[chosen].tolist(), self._ends[chosen + 1].tolist()
        heap = memoryview(self._heap)  # type: ignore[arg-type]  # numpy arrays are buffers
        return [str(heap[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]


class Interner:
    """Gives each new text the next id. One writer; readers hold ``reader()`` of some moment."""

    __slots__ = ("ends", "heap", "size", "table")

    def __init__(self) -> None:
        self.heap, self.ends = Column.empty(np.uint8, 1024), Column.empty(np.int64, 64)
        self.ends.append(0)
        self.table = np.full(64, -1, np.int64)
        self.size = 0

    def reader(self) -> Texts:
        """All texts that there are now."""
        return Texts(self.heap.data, self.ends.data, self.table, self.size)

    def intern(self, texts: Sequence[str]) -> list[int]:
        """Ids of some texts, new ones where there are none."""
        if not texts:
            return []
        return list(self.intern_packed(*packed(texts), np.full(len(texts), 2, np.uint8)).tolist())

    def intern_packed(
        self, text: Bytes, bounds: npt.NDArray[np.int64], wanted: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.int32]:
        """Ids of packed texts: wanted 2 makes a new id, 1 gives -1 where there is none, 0 is left out."""
        from thread.projection.kernels.text import intern_texts

        new = int(np.count_nonzero(wanted == 2))
        if new:
            self.heap.reserve(len(text))
            self.ends.reserve(new)
            self._make_room(new)
        ids = np.full(len(wanted), -1, np.int32)
        self.size = int(intern_texts(text, bounds, wanted, ids, self.heap.data, self.ends.data, self.table, self.size))
        self.ends.size = self.size + 1
        self.heap.size = int(self.ends.data[self.size])
        return ids

    def forget(self, size: int) -> None:
        """Back to the first ``size`` texts."""
        from thread.projection.kernels.text import forget_texts

        if size < self.size:
            forget_texts(self.table, self.heap.data, self.ends.data, size, self.size)
            self.size, self.ends.size = size, size + 1
            self.heap.size = int(self.ends.data[size])

    def _make_room(self, more: int) -> None:
        from thread.projection.kernels.text import rehash

        capacity = len(self.table)
        while self.size + more > _FULLEST * capacity:
            capacity *= 2
        if capacity > len(self.table):
            table = np.full(capacity, -1, np.int64)
            rehash(self.table, table)
            self.table = table

    def columns(self) -> Iterable[tuple[str, npt.NDArray[Any]]]:
        """What has to be kept."""
        return (("heap", self.heap.used), ("ends", self.ends.used), ("table", self.table))

    @classmethod
    def restored(cls, heap: Column, ends: Column, table: npt.NDArray[np.int64]) -> "Interner":
        """An interner over columns that were kept."""
        found = cls()
        found.heap, found.ends, found.table, found.size = heap, ends, table, ends.size - 1
        return found
