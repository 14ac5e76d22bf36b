"""How are structures shown? Lines and parts, with quantities and the records behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Link
from thread.api.ids import encode_cursor
from thread.api.pages import PageInfo, PageRequest
from thread.api.rows import Key, Rows, numbered
from thread.api.words import ID, DateTime, Decimal
from thread.reasoning import configuration
from thread.reasoning.answers import LinkRef
from thread.reasoning.bom import Built, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading


class StructureView(StrEnum):
    """Which structure of a thing is meant."""

    AS_DESIGNED = "AS_DESIGNED"
    """What its bill of materials asks for, by the lines that hold for it."""
    AS_BUILT = "AS_BUILT"
    """What it consisted of first: the first serial of each position, the first whole of each part."""
    AS_MAINTAINED = "AS_MAINTAINED"
    """What it consists of at the instant of the view."""


@dataclass(frozen=True, slots=True)
class BuiltInput:
    """For which unit a bill of materials is read. By default what the record says of the item; of a design, now."""

    date: DateTime | None = None
    """When it is built."""
    serial: str | None = None
    """Its serial number."""
    lot: str | None = None
    """Its lot: a number or IRI."""
    unit: str | None = None
    """The unit of the end product that it is for."""


def built_of(given: BuiltInput | None) -> Built | None:
    """For which unit, as reasoning takes it."""
    if given is None:
        return None
    serials, lots = (frozenset() if one is None else frozenset({one}) for one in (given.serial, given.lot))
    return Built(given.date, serials, lots, given.unit)


class StructureLine:
    """One line: a parent has a quantity of something."""

    __slots__ = ("_line", "_reading")

    def __init__(self, reading: Reading, line: Line) -> None:
        self._reading, self._line = reading, line

    def _entity(self, node: int) -> Entity | None:
        return None if node < 0 else self._reading.entity(node)

    @property
    def parent(self) -> Entity:
        """What has it."""
        return self._reading.entity(self._line.parent)

    @property
    def child(self) -> Entity | None:
        """The design or item; null where the position is empty."""
        return self._entity(self._line.child)

    @property
    def position(self) -> Entity | None:
        """The position that it fills."""
        return self._entity(self._line.position)

    @property
    def design(self) -> Entity | None:
        """What it is, or was made to; null where nobody knows."""
        return self._entity(self._line.design)

    @property
    def quantity(self) -> Decimal:
        """Pieces per parent, exact."""
        return Decimal(format(self._line.quantity, "f"))

    @property
    def find_number(self) -> str | None:
        """Number of the line in the bill, or of the place on the drawing."""
        return self._line.find

    @property
    def link(self) -> Link | None:
        """The record behind it, with its times, effectivity and source."""
        return link_of_row(self._reading, self._line.row)


class StructurePart:
    """Something in a structure, once, however many ways lead to it."""

    __slots__ = ("_part", "cursor", "node")

    cursor: str
    """Position in the list."""
    node: Entity
    """The design or item."""

    def __init__(self, node: Entity, part: configuration.Part, cursor: str) -> None:
        self.node, self._part, self.cursor = node, part, cursor

    @property
    def level(self) -> int:
        """Lines between it and the root, at least."""
        return self._part.level

    @property
    def quantity(self) -> Decimal | None:
        """Pieces per root, summed over all ways, exact; null in a loop or below one."""
        return None if self._part.quantity is None else Decimal(format(self._part.quantity, "f"))


class StructurePartConnection(Rows[StructurePart]):
    """A page of parts by level and IRI."""

    __slots__ = ()

    @property
    def edges(self) -> list[StructurePart]:
        """The parts of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Parts over all pages."""
        return self._total


class StructureLineEdge:
    """One line in a list of lines."""

    __slots__ = ("cursor", "node")

    cursor: str
    """Position in the list."""
    node: StructureLine
    """The line."""

    def __init__(self, node: StructureLine, cursor: str) -> None:
        self.node, self.cursor = node, cursor


class StructureLineConnection(Rows[StructureLineEdge]):
    """A page of lines by level, parent, find number and child."""

    __slots__ = ()

    @property
    def edges(self) -> list[StructureLineEdge]:
        """The lines of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Lines over all pages."""
        return self._total


class PartsOf:
    """What something consists of."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """The reference, where it means nothing in this view."""

    def __init__(self, reading: Reading, answer: configuration.Configuration, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def of(self) -> Entity | None:
        """The thing; null where there is none."""
        return None if self._answer.root < 0 else self._reading.entity(self._answer.root)

    @property
    def design(self) -> Entity | None:
        """The design that it was made to, or is."""
        return None if self._answer.design < 0 else self._reading.entity(self._answer.design)

    def parts(
        self, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> StructurePartConnection:
        """Everything in it, each once, with its quantity over all ways. 100 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        parts, reading = self._answer.parts, self._reading
        iris = reading.view.iris([part.node for part in parts])
        keys: list[Key] = [(part.level, iri) for part, iri in zip(parts, iris, strict=True)]
        request = PageRequest.of(first, after, last, before, reading.scope.max_page, default=100)

        def make(low: int, high: int) -> list[StructurePart]:
            nodes = reading.entities([part.node for part in parts[low:high]], iris[low:high])
            rows = zip(nodes, parts[low:high], keys[low:high], strict=True)
            return [StructurePart(node, part, encode_cursor(key)) for node, part, key in rows]

        return StructurePartConnection(keys, (int, str), request, make)

    def lines(
        self, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> StructureLineConnection:
        """Every line of it, once. 100 where neither first nor last is given, at most 500."""
        request = PageRequest.of(first, after, last, before, self._reading.scope.max_page, default=100)
        return _lines(self._reading, self._answer, self._answer.lines, request)

    @property
    def undetermined(self) -> list[StructureLine]:
        """Lines of the bill of which nobody can tell whether they hold for this unit; at most 500."""
        lines = self._answer.undetermined[: self._reading.scope.max_page]
        self._reading.scope.spend(len(lines))
        return [StructureLine(self._reading, line) for line in lines]

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is."""
        return Completeness(self._reading, self._answer.completeness)


def _lines(
    reading: Reading, answer: configuration.Configuration, lines: Sequence[Line], request: PageRequest
) -> StructureLineConnection:
    view = reading.view
    nodes = sorted({node for line in lines for node in (line.parent, line.child, line.position) if node >= 0})
    names = dict(zip(nodes, view.iris(nodes), strict=True)) | {-1: ""}
    keyed = sorted(
        (
            (answer.level(line.parent), names[line.parent], line.find or "", names[line.position], names[line.child]),
            line.row,
            at,
        )
        for at, line in enumerate(lines)
    )
    keys = numbered([key for key, _, _ in keyed])

    def make(low: int, high: int) -> list[StructureLineEdge]:
        reading.scope.spend(high - low)
        chosen = [lines[at] for _, _, at in keyed[low:high]]
        return [
            StructureLineEdge(StructureLine(reading, line), encode_cursor(key))
            for line, key in zip(chosen, keys[low:high], strict=True)
        ]

    return StructureLineConnection(keys, (int, str, str, str, str, int), request, make)


def link_of_row(reading: Reading, row: int) -> Link | None:
    """The link of a row; None where there is none."""
    if row < 0:
        return None
    said = reading.view.link(row)
    relation = reading.vocabulary.ontology.relation[said.predicate].ordinal
    ends = (reading.view.find(said.subject), reading.view.find(str(said.object)))
    return Link(reading, LinkRef(*ends, relation, row))


ENUMS: Final[tuple[Any, ...]] = (StructureView,)
INPUTS: Final[tuple[type, ...]] = (BuiltInput,)
OBJECTS: Final[tuple[type, ...]] = (
    StructureLine,
    StructurePart,
    StructurePartConnection,
    StructureLineEdge,
    StructureLineConnection,
    PartsOf,
)
