"""How does the projection lie in memory? The records of its columns, and columns that grow."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

OPEN: Final = 2**31 - 1
"""``recorded_to`` of what is still believed."""

CLAIM: Final = np.dtype(
    [
        ("value", "<i8"),
        ("valid_from", "<i8"),
        ("valid_to", "<i8"),
        ("subject", "<i4"),
        ("qualifiers", "<i4"),
        ("actor", "<i4"),
        ("origin", "<i4"),
        ("row", "<i4"),
        ("recorded_from", "<i4"),
        ("recorded_to", "<i4"),
        ("older", "<i4"),
        ("rows", "<i4"),
        ("predicate", "<i2"),
        ("type", "u1"),
        ("spare", "u1"),
    ]
)
"""What one source says of one fact in one run, 64 bytes. ``value`` is a node for links, a kind ordinal for kind
facts, a text for textual types, else the number itself. ``older`` is the claim before it in its slot, ``rows`` the
newest row that names it; -1 for none."""

ROW: Final = np.dtype([("claim", "<i4"), ("span", "<i4"), ("recorded_to", "<i4"), ("older", "<i4")])
"""A resolved fact. ``older`` is the row before it that names the same claim."""

SPAN: Final = np.dtype([("valid_from", "<i8"), ("valid_to", "<i8"), ("recorded_from", "<i4"), ("spare", "<i4")])
"""Times that many rows share; interned. A span, once written, never changes."""

EDGE: Final = np.dtype(
    [("other", "<i4"), ("span", "<i4"), ("recorded_to", "<i4"), ("relation", "<i2"), ("spare", "<i2")]
)
"""One row as it is met at a node, 16 bytes. In the attribute table ``other`` is the claim and ``relation`` the
predicate."""

LATE: Final = np.dtype(
    [
        ("other", "<i4"),
        ("span", "<i4"),
        ("recorded_to", "<i4"),
        ("relation", "<i2"),
        ("spare", "<i2"),
        ("row", "<i4"),
        ("older", "<i4"),
    ]
)
"""An edge that came after the base: a chain per node, newest first."""

NODE: Final = np.dtype([("span", "<i4"), ("recorded_to", "<i4"), ("more", "<i4"), ("kind", "<i2"), ("stub", "<i2")])
"""A kind that a node has over a span; ``span`` is -1 where there is none, ``more`` the next one, -1 at the end."""

ACTOR: Final = np.dtype([("source", "<i4"), ("run", "<i4")])
"""Who speaks: a source (index) in a run (text)."""

STEP: Final = np.dtype(
    [("recorded_at", "<i8"), ("digest", "<i4"), ("nodes", "<i4"), ("rows", "<i4"), ("closures", "<i4")]
)
"""One revision: its digest (text), and how many nodes, rows and closures there were after it."""


class Column:
    """Records that grow at the end. Readers keep ``data`` as they found it; growing replaces it."""

    __slots__ = ("data", "size")

    def __init__(self, data: npt.NDArray[Any], size: int | None = None) -> None:
        self.data = data
        self.size = len(data) if size is None else size

    @classmethod
    def empty(cls, dtype: npt.DTypeLike, capacity: int = 64) -> "Column":
        """A column without records."""
        return cls(np.empty(capacity, dtype), 0)

    @property
    def used(self) -> npt.NDArray[Any]:
        """The records that are there."""
        return self.data[: self.size]

    def reserve(self, more: int) -> None:
        """Make room for some more records."""
        need = self.size + more
        if need > len(self.data):
            grown = np.empty(max(need, 2 * len(self.data)), self.data.dtype)
            grown[: self.size] = self.data[: self.size]
            self.data = grown

    def append(self, *record: Any) -> int:
        """Add one record; its index."""
        self.reserve(1)
        self.data[self.size] = record if len(record) > 1 else record[0]
        self.size += 1
        return self.size - 1
