"""Which edges does a node have? A sorted base and late chains for links out, links in, and attributes."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.projection.layout import EDGE, LATE, Column

OUT, INTO, FACTS = range(3)
_LEAST_LATE: Final = 1024
_SHARE_LATE: Final = 32
"""The base takes the late edges in when they are more than one in so many (lessons.md: 2-5 %)."""


class Edges(NamedTuple):
    """One table as a reader sees it. Late edges of later revisions may appear in it; their spans tell."""

    starts: npt.NDArray[np.int32]
    edges: npt.NDArray[np.void]
    row_of: npt.NDArray[np.int32]
    heads: npt.NDArray[np.int32]
    late: npt.NDArray[np.void]


class EdgeTable:
    """One of the three tables, as the writer keeps it."""

    __slots__ = ("edges", "late_size", "number")

    def __init__(self, number: int) -> None:
        self.number, self.late_size = number, 0
        self.edges = Edges(
            np.zeros(1, np.int32),
            np.empty(0, EDGE),
            np.empty(0, np.int32),
            np.full(64, -1, np.int32),
            np.empty(_LEAST_LATE, LATE),
        )

    def make_room(self, capacity: int) -> None:
        """Let there be heads for so many nodes."""
        heads = self.edges.heads
        if capacity > len(heads):
            grown = np.full(capacity, -1, np.int32)
            grown[: len(heads)] = heads
            self.edges = self.edges._replace(heads=grown)

    def takes(self, more: int) -> bool:
        """Is there room for so many late edges?"""
        return self.late_size + more <= len(self.edges.late)

    def add(self, claims: npt.NDArray[np.void], rows: npt.NDArray[np.void], first: int, last: int) -> None:
        """Chain some rows to their nodes."""
        from thread.projection.kernels.edges import add_late

        e = self.edges
        self.late_size = int(add_late(claims, rows, e.heads, e.late, self.late_size, self.number, first, last))

    def close(self, claims: npt.NDArray[np.void], rows: npt.NDArray[np.void], closed: npt.NDArray[np.int32]) -> None:
        """Mark edges of rows that are no longer believed."""
        from thread.projection.kernels.edges import close_edges

        e = self.edges
        close_edges(claims, rows, e.starts, e.edges, e.row_of, e.heads, e.late, closed, self.number)

    def merge(
        self, claims: npt.NDArray[np.void], rows: npt.NDArray[np.void], first: int, last: int, nodes: int
    ) -> None:
        """A new base that holds the old one and rows ``first`` to ``last``; no late edges."""
        from thread.projection.kernels.edges import merge_edges, merged_index

        e = self.edges
        index = np.empty(nodes + 1, np.int32)
        merged_index(claims, rows, e.starts, index, self.number, first, last)
        edges, row_of = np.empty(int(index[-1]), EDGE), np.empty(int(index[-1]), np.int32)
        merge_edges(claims, rows, e.starts, e.edges, e.row_of, index, edges, row_of, self.number, first, last)
        self.late_size = 0
        heads = np.full(len(e.heads), -1, np.int32)
        late = np.empty(max(_LEAST_LATE, len(edges) // _SHARE_LATE), LATE)
        self.edges = Edges(index, edges, row_of, heads, late)

    def columns(self) -> Iterable[tuple[str, npt.NDArray[Any]]]:
        """What has to be kept."""
        e = self.edges
        return (
            ("starts", e.starts),
            ("edges", e.edges),
            ("row_of", e.row_of),
            ("heads", e.heads),
            ("late", e.late[: self.late_size]),
        )

    def restore(self, column: Callable[[str, npt.DTypeLike], Column]) -> None:
        """Go on from what was kept."""
        late = column("late", LATE)
        self.late_size = late.size
        self.edges = Edges(
            column("starts", np.int32).used,
            column("edges", EDGE).used,
            column("row_of", np.int32).used,
            column("heads", np.int32).used,
            late.data,
        )
        if len(late.data) < self._late_room():
            grown = np.empty(self._late_room(), LATE)
            grown[: self.late_size] = late.used
            self.edges = self.edges._replace(late=grown)

    def _late_room(self) -> int:
        return max(_LEAST_LATE, len(self.edges.edges) // _SHARE_LATE)
