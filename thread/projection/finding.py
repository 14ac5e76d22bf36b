"""Who carries an identifier? A sorted index of identifier values, and a dict of those that came after it."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from thread.projection.words import Words
from thread.terms import IDENTIFIER

Numbers = npt.NDArray[np.int32]


class Bearers:
    """Rows of identifiers by the text of their value; rows that are no longer believed stay in."""

    def __init__(self, words: Words) -> None:
        self.base: tuple[Numbers, Numbers] = (np.empty(0, np.int32), np.empty(0, np.int32))
        self._predicate = words.numbers.get(IDENTIFIER, -2)
        self._late: dict[int, list[int]] = defaultdict(list)

    def add(self, claims: npt.NDArray[np.void], rows: npt.NDArray[np.void], first: int, last: int) -> None:
        """Take in rows ``first`` to ``last``."""
        some = claims[rows["claim"][first:last]]
        chosen = np.flatnonzero(some["predicate"] == self._predicate)
        if len(chosen) > _MANY:
            late_texts, late_rows = self._late_columns()
            texts = np.concatenate([self.base[0], late_texts, some["value"][chosen].astype(np.int32)])
            numbers = np.concatenate([self.base[1], late_rows, (chosen + first).astype(np.int32)])
            self._settle(texts, numbers)
        else:
            for text, row in zip(some["value"][chosen].tolist(), (chosen + first).tolist(), strict=True):
                self._late[text].append(row)

    def merge(self) -> None:
        """Bring what came late into the sorted index."""
        if self._late:
            texts, rows = self._late_columns()
            self._settle(np.concatenate([self.base[0], texts]), np.concatenate([self.base[1], rows]))

    def rows(self, text: int) -> list[int]:
        """Rows whose identifier has this text as its value."""
        late = list(self._late.get(text, ()))  # before the base: a merge moves them there
        texts, rows = self.base
        low, high = np.searchsorted(texts, [text, text + 1])
        return sorted({*rows[low:high].tolist(), *late})

    def kept(self) -> tuple[Numbers, Numbers]:
        """What has to be saved: the sorted index with all that came late in it."""
        self.merge()
        return self.base

    def restore(self, texts: Numbers, rows: Numbers) -> None:
        """Go on from what was saved."""
        self.base = texts, rows

    def _late_columns(self) -> tuple[Numbers, Numbers]:
        pairs = [(text, row) for text, rows in self._late.items() for row in rows]
        columns = np.array(pairs, np.int32).reshape(-1, 2)
        return columns[:, 0], columns[:, 1]

    def _settle(self, texts: Numbers, rows: Numbers) -> None:
        order = np.argsort(texts, kind="stable")
        self.base = texts[order], rows[order]
        self._late = defaultdict(list)


_MANY = 2_000
