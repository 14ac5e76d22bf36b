"""What is a row on its way from a file to facts? Cells with typed columns, and the fault that rejects a row."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from thread.clock import Instant
from thread.errors import InputError, known_near

Cell = str | int | None
"""Text in NFC, an instant or a row number; None where the cell is empty."""
Cells = list[Cell]


class CellType(StrEnum):
    """How the cells of a column are to be read."""

    TEXT = "text"
    TIME = "time"
    """An ``Instant``."""
    NUMBER = "number"


class Row(NamedTuple):
    """One data row: its number from 1, the physical line it starts on, its cells."""

    number: int
    line: int
    cells: Cells


class RowFault(Exception):
    """Why one row does not enter; the other rows do."""

    def __init__(self, rule: str, message: str, *, column: str = "", value: object = "", hint: str = "") -> None:
        super().__init__(message)
        self.rule, self.message, self.column, self.value, self.hint = rule, message, column, value, hint


@dataclass(slots=True)
class Layout:
    """The columns of one table: where each lies and how it is read. Derived columns are added at the end."""

    table: str
    file: str
    names: list[str]
    types: dict[str, CellType] = field(default_factory=dict)

    def add(self, name: str, kind: CellType) -> int:
        """A further column; its index."""
        self.names.append(name)
        self.types[name] = kind
        return len(self.names) - 1

    def index(self, name: str, place: str) -> int:
        """Where a column lies.

        Raises:
            InputError: ``unknown-column``: names the place in the mapping, the file and the columns near it.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise InputError(
                f'{place} names the column "{name}", which {self.file} has not.',
                code="unknown-column",
                hint=known_near(name, [known for known in self.names if known], "columns"),
                place=place,
                column=name,
                file=self.file,
            ) from None

    def type_of(self, name: str) -> CellType:
        return self.types.get(name, CellType.TEXT)


class Interval(NamedTuple):
    """Valid time ``[start, end)`` of what a row says."""

    start: Instant
    end: Instant
