"""What do all answers share? Budgets, paths, links, and how complete an answer is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from thread.projection.view import Ints, View


class IncompleteCode(StrEnum):
    """Why an answer may lack something."""

    MAX_DEPTH = "MAX_DEPTH"
    NODE_BUDGET = "NODE_BUDGET"
    LINK_BUDGET = "LINK_BUDGET"
    DEADLINE = "DEADLINE"
    ACCESS_DENIED = "ACCESS_DENIED"
    UNGROUNDED_SUPPLY = "UNGROUNDED_SUPPLY"
    ASSUMED_SOURCE = "ASSUMED_SOURCE"
    UNKNOWN_INTERVAL = "UNKNOWN_INTERVAL"
    NO_DESIGN = "NO_DESIGN"
    CYCLE = "CYCLE"
    GAP = "GAP"
    NO_LIFE_DATA = "NO_LIFE_DATA"
    UNKNOWN_AGE = "UNKNOWN_AGE"
    ASSUMED_COST = "ASSUMED_COST"


@dataclass(frozen=True, slots=True)
class IncompleteReason:
    """One reason, with the nodes it is about (``count`` may exceed the nodes that are listed)."""

    code: IncompleteCode
    message: str
    count: int
    nodes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """An empty answer proves absence only when ``complete`` is true."""

    complete: bool
    exhausted_to_depth: int
    reasons: tuple[IncompleteReason, ...]
    visited_nodes: int
    visited_links: int
    revision: int
    """Ordinal of the revision that was read."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one answer may cost. ``deadline`` is ``time.monotonic()`` seconds."""

    nodes: int = 2_000_000
    links: int = 20_000_000
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class LinkRef:
    """A link of an answer: its ends as the statement has them, and the row behind it (``View.link``).

    A link that a redundancy group stands for has the group as its end and the row of a link it replaces.
    """

    subject: int
    object: int
    relation: int
    row: int


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """A chain of nodes; ``links[i]`` joins ``nodes[i]`` and ``nodes[i + 1]``, in whichever direction it reads."""

    nodes: tuple[int, ...]
    links: tuple[LinkRef, ...]
    length: int
    """Links that count: a pass-through link adds nothing."""


class Ranked:
    """Nodes in (rank, IRI) order, of which only the pages that are asked for are ever sorted.

    Ranks are small integers (degrees). IRIs are read only for the ranks that a page touches.
    """

    __slots__ = ("_buckets", "_starts", "_view", "ranks", "size")

    def __init__(self, view: View, nodes: Ints, ranks: Ints) -> None:
        self._view = view
        order = np.argsort(ranks, kind="stable")
        found, starts = np.unique(ranks[order], return_index=True)
        self.ranks = found
        self.size = len(nodes)
        self._starts = np.append(starts, self.size)
        self._buckets: list[Ints | tuple[Sequence[str], Ints]] = list(np.split(nodes[order], starts[1:]))

    def _bucket(self, index: int) -> tuple[Sequence[str], Ints]:
        bucket = self._buckets[index]
        if isinstance(bucket, tuple):
            return bucket
        iris = self._view.iris(bucket)
        order = sorted(range(len(iris)), key=iris.__getitem__)
        ready = ([iris[at] for at in order], bucket[order])
        self._buckets[index] = ready
        return ready

    def page(self, start: int, stop: int) -> list[tuple[int, int]]:
        """(node, rank) of the positions ``start`` to ``stop``."""
        start, stop = max(start, 0), min(stop, self.size)
        out: list[tuple[int, int]] = []
        index = int(np.searchsorted(self._starts, start, side="right")) - 1
        while start < stop:
            low, high = int(self._starts[index]), int(self._starts[index + 1])
            nodes = self._bucket(index)[1][start - low : stop - low]
            rank = int(self.ranks[index])
            out.extend((int(node), rank) for node in nodes)
            start, index = high, index + 1
        return out

    def position(self, rank: int, iri: str) -> int:
        """Position of the first entry after (rank, iri): where a page after that cursor starts."""
        from bisect import bisect_right

        index = int(np.searchsorted(self.ranks, rank))
        if index == len(self.ranks) or self.ranks[index] != rank:
            return int(self._starts[index])
        return int(self._starts[index]) + bisect_right(self._bucket(index)[0], iri)


def completeness_of(
    view: View,
    reasons: Iterable[IncompleteReason],
    *,
    exhausted_to_depth: int,
    visited_nodes: int,
    visited_links: int,
) -> Completeness:
    """Completeness with its reasons in the order of their codes."""
    found = tuple(sorted(reasons, key=lambda reason: list(IncompleteCode).index(reason.code)))
    return Completeness(not found, exhausted_to_depth, found, visited_nodes, visited_links, view.known)


__all__ = [
    "Budget",
    "Completeness",
    "IncompleteCode",
    "IncompleteReason",
    "LinkRef",
    "PathAnswer",
    "Ranked",
    "completeness_of",
]
