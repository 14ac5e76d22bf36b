"""How is it shown what differs between two structures? Each place with both sides and the records behind it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Link
from thread.api.ids import encode_cursor
from thread.api.pages import PageInfo, PageRequest
from thread.api.rows import Key, Rows
from thread.api.structures import StructureLine
from thread.api.words import ID, Decimal
from thread.reasoning import differing
from thread.reasoning.causes import causes_of

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading


class DifferenceKind(StrEnum):
    """How two structures differ in one place."""

    MISSING = "MISSING"
    """The left one has it, the right one has not."""
    EXTRA = "EXTRA"
    """The right one has it, the left one has not."""
    SUBSTITUTED = "SUBSTITUTED"
    """The right one has another in its place, which may stand for it: the same design, an alternate, a successor."""
    DEVIATED = "DEVIATED"
    """The right one has what does not conform: another that may not stand for it, or one under a concession."""


class Cause:
    """A record behind a difference: a link, or an order or document that speaks for itself."""

    __slots__ = ("link", "node")

    link: Link | None
    """The link, with its times and source."""
    node: Entity | None
    """The work order that moved a part, or the document that allows it."""

    def __init__(self, link: Link | None, node: Entity | None) -> None:
        self.link, self.node = link, node


class Difference:
    """One place where two structures differ."""

    __slots__ = ("_answer", "_entry", "_readings", "cursor")

    cursor: str
    """Position in the list."""

    def __init__(
        self,
        readings: tuple[Reading, Reading],
        answer: differing.Differences,
        entry: differing.Difference,
        cursor: str,
    ) -> None:
        self._readings, self._answer, self._entry, self.cursor = readings, answer, entry, cursor

    @property
    def kind(self) -> DifferenceKind:
        """How they differ."""
        return DifferenceKind(self._entry.kind.value)

    @property
    def left(self) -> StructureLine | None:
        """What the left one has; null for what is extra."""
        return None if self._entry.left is None else StructureLine(self._readings[0], self._entry.left)

    @property
    def right(self) -> StructureLine | None:
        """What the right one has, or its empty position; null for what is missing altogether."""
        return None if self._entry.right is None else StructureLine(self._readings[1], self._entry.right)

    @property
    def quantity(self) -> Decimal:
        """Pieces that it is about."""
        return Decimal(format(self._entry.quantity, "f"))

    @property
    def concessions(self) -> list[Entity]:
        """Documents in force that allow it."""
        return self._readings[1].entities(self._entry.concessions)

    @property
    def causes(self) -> list[Cause]:
        """The records that it comes from: bill lines and installations, orders that moved parts, documents."""
        reading, found = self._readings[1], causes_of(self._answer, self._entry)
        reading.scope.spend(len(found))
        return [
            Cause(
                None if cause.link is None else Link(reading, cause.link),
                None if cause.node is None else reading.entity(cause.node),
            )
            for cause in found
        ]


class DifferenceConnection(Rows[Difference]):
    """A page of differences by kind, then by what they are about."""

    __slots__ = ()

    @property
    def edges(self) -> list[Difference]:
        """The differences of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Differences over all pages."""
        return self._total


class DifferenceCount:
    """How many differences of one kind there are."""

    __slots__ = ("count", "kind")

    kind: DifferenceKind
    """The kind."""
    count: int
    """How many."""

    def __init__(self, kind: differing.DifferenceKind, count: int) -> None:
        self.kind, self.count = DifferenceKind(kind.value), count


class Differences:
    """What the right structure has otherwise than the left one."""

    __slots__ = ("_answer", "_readings", "missing")

    missing: list[ID]
    """References that mean nothing in their view."""

    def __init__(self, readings: tuple[Reading, Reading], answer: differing.Differences, missing: list[str]) -> None:
        self._readings, self._answer, self.missing = readings, answer, [ID(text) for text in missing]

    @property
    def left(self) -> Entity | None:
        """What is compared."""
        root = self._answer.left.root
        return None if root < 0 else self._readings[0].entity(root)

    @property
    def right(self) -> Entity | None:
        """With what it is compared."""
        root = self._answer.right.root
        return None if root < 0 else self._readings[1].entity(root)

    def entries(
        self,
        kinds: list[DifferenceKind] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> DifferenceConnection:
        """The differences, optionally of some kinds. 100 where neither first nor last is given, at most 500."""
        scope = self._readings[1].scope
        request = PageRequest.of(first, after, last, before, scope.max_page, default=100)
        wanted = None if kinds is None else {str(kind) for kind in kinds}
        found = [e for e in self._answer.entries if wanted is None or e.kind.value in wanted]
        keys: list[Key] = [(at,) for at in range(len(found))]

        def make(low: int, high: int) -> list[Difference]:
            scope.spend(high - low)
            return [
                Difference(self._readings, self._answer, found[at], encode_cursor((at,))) for at in range(low, high)
            ]

        return DifferenceConnection(keys, (int,), request, make)

    @property
    def counts(self) -> list[DifferenceCount]:
        """How many of each kind."""
        return [DifferenceCount(*each) for each in self._answer.counts()]

    @property
    def completeness(self) -> Completeness:
        """Whether both structures are all there is."""
        return Completeness(self._readings[1], self._answer.completeness)


ENUMS: Final[tuple[Any, ...]] = (DifferenceKind,)
OBJECTS: Final[tuple[Any, ...]] = (Cause, Difference, DifferenceConnection, DifferenceCount, Differences)
