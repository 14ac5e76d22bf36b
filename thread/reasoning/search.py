"""What do a few words mean? Entities by names and identifiers, best first, optionally of some kinds and values."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.errors import InputError, LimitError
from thread.projection.names import Asked, asked_words, words_of
from thread.projection.view import Ints, View
from thread.reasoning.filters import AttributeFilter, matching
from thread.terms import LABEL

LONGEST: Final = 200
"""Characters of a search text."""
MOST_WORDS: Final = 12
BEST: Final = 100


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for."""

    text: str
    """Words; all of them must be met. Without words everything is met that is of the kinds and has the values."""
    kinds: frozenset[int] | None = None
    """Kind ordinals, those below them included; None: all."""
    where: tuple[AttributeFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One entity that was found."""

    node: int
    worth: int
    """1 to 100: 100 for a name that is what was asked for, less for beginnings, longer names and typos."""


class Search:
    """What was found, ordered by (worth, best first; node), cut into pages before any entity is read."""

    def __init__(self, view: View, query: SearchQuery, nodes: Ints, worth: Ints, asked: Sequence[Asked], typos: bool):
        self.view, self.query, self.asked = view, query, asked
        self.typos = typos
        """Found with typos only."""
        self._nodes, self._worth = nodes, worth

    @property
    def total(self) -> int:
        """How many were found."""
        return len(self._nodes)

    @cached_property
    def _keys(self) -> npt.NDArray[np.int64]:
        """(100 - worth, node) as sorted numbers: equally good ones in the order in which the thread learnt of them."""
        keys = (BEST - self._worth.astype(np.int64)) << 32 | self._nodes.astype(np.int64)
        keys.sort()
        return keys

    def page(self, start: int, stop: int) -> list[SearchHit]:
        """The hits from one position to another."""
        keys = self._keys[max(start, 0) : stop].tolist()
        return [SearchHit(key & 0xFFFFFFFF, BEST - (key >> 32)) for key in keys]

    def position(self, worth: int, node: int, *, behind: bool) -> int:
        """Where a hit is, or would be; ``behind``: the position after it."""
        key = (BEST - worth) << 32 | node
        return int(np.searchsorted(self._keys, key, side="right" if behind else "left"))

    def matched(self, node: int) -> tuple[str, ...]:
        """Names of a hit that have a word of the question, as they are written; identifiers as ``scheme:value``."""
        names = [(str(s.value), str(s.value)) for s in self.view.attributes(node) if s.predicate == LABEL]
        names += [(f"{one.scheme}:{one.value}", one.value) for one in self.view.identifiers(node)]
        return tuple(shown for shown, name in names if any(_meets(word, name, self.typos) for word in self.asked))


def search_of(view: View, query: SearchQuery, exact: Sequence[int] = ()) -> Search:
    """The entities that a question finds.

    Every word must be met by a word of some label or identifier in force, as it is or as its beginning. Where that
    finds nothing, words with an edit (from four signs on) or two (from eight signs on) are taken as well.

    Args:
        exact: nodes that the text names as a reference; they are found too, first.
    Raises:
        InputError: a filter on an attribute or value that is not one. LimitError: the text is too long.
    Cost: a scan over all distinct words, some ms at 10^6 entities, and over what is found.
    """
    asked = _asked(query.text)
    if not asked and not exact and query.text.strip():
        raise InputError(
            f'"{query.text[:60]}" has no letter or digit.', hint="Give a word of a name, or an identifier."
        )
    sure = np.array(sorted(exact), np.int32)
    nodes, worth, typos = np.empty(0, np.int32), np.empty(0, np.int32), False
    for typos in (False, True) if asked else (False,):
        nodes, worth = view.named(asked, typos=typos) if asked else _all(view, query)
        if len(sure):
            kept = ~np.isin(nodes, sure)
            nodes = np.concatenate([sure, nodes[kept]])
            worth = np.concatenate([np.full(len(sure), BEST, np.int32), worth[kept]])
        nodes, worth = _filtered(view, query, nodes, worth)
        if len(nodes):
            break
    return Search(view, query, nodes, worth, asked, typos)


def _asked(text: str) -> tuple[Asked, ...]:
    if len(text) > LONGEST:
        raise LimitError(f"The text has {len(text)} characters; at most {LONGEST} are taken.", hint="Give a few words.")
    asked = asked_words(text)
    if len(asked) > MOST_WORDS:
        raise LimitError(f"The text has {len(asked)} words; at most {MOST_WORDS} are taken.", hint="Give fewer words.")
    return asked


def _all(view: View, query: SearchQuery) -> tuple[Ints, Ints]:
    if query.text.strip():
        return np.empty(0, np.int32), np.empty(0, np.int32)
    nodes = np.flatnonzero(view.kinds() >= 0).astype(np.int32)
    return nodes, np.full(len(nodes), BEST, np.int32)


def _filtered(view: View, query: SearchQuery, nodes: Ints, worth: Ints) -> tuple[Ints, Ints]:
    if query.kinds is not None:
        wanted = np.zeros(len(view.ontology.kinds) + 1, np.bool_)  # the last one is -1: absent
        wanted[list(query.kinds)] = True
        kept = wanted[view.kinds_of(nodes)]
        nodes, worth = nodes[kept], worth[kept]
    if query.where:
        kept = matching(view, nodes, query.where)
        nodes, worth = nodes[kept], worth[kept]
    return nodes, worth


def _meets(asked: Asked, name: str, typos: bool) -> bool:
    words = words_of(name)[0]
    if asked.parts and any(part in words for part in asked.parts):
        return True
    return any(_alike(spelling, word, typos) for spelling in asked.spellings for word in words)


def _alike(asked: str, word: str, typos: bool) -> bool:
    if word.startswith(asked):
        return True
    edits = (0 if len(asked) < 4 else 1 if len(asked) < 8 else 2) if typos else 0
    return edits > 0 and abs(len(asked) - len(word)) <= edits and _distance(asked, word) <= edits


def _distance(one: str, other: str) -> int:
    """Edits between two short words: insert, delete, replace, swap neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            found = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                found = min(found, older[j - 2] + 1)
            row.append(found)
    return row[-1]


__all__ = ["BEST", "Search", "SearchHit", "SearchQuery", "search_of"]
