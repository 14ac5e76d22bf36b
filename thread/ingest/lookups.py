"""What does another table say of this row? Look-ups by equal cells, and as of a time."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Final

from thread.clock import BEGIN
from thread.errors import InputError
from thread.ingest.model import Lookup
from thread.ingest.paths import SEPARATOR
from thread.ingest.rows import Cell, Cells, CellType, Layout, Row, RowFault
from thread.ingest.times import cell_text

Key = tuple[Cell, ...]
_LISTED: Final = 5


def compile_lookup(
    spec: Lookup, layout: Layout, other: Layout, rows: list[Row], runs: list[list[Row]], order: str | None, place: str
) -> tuple[Callable[[Cells], Cell], CellType]:
    """A look-up as a function of a row, and the type of what it gives; nothing where no row matches.

    Args:
        runs, order: the other table's sequence and the column that orders it, where it has one.
    Raises:
        InputError: ``unknown-column``; ``bad-mapping``: columns of different types, or no sequence to look along.
    Cost: one index of the other table, made here.
    """
    theirs = [other.index(name, f"{place}.where") for name in spec.where]
    ours = [layout.index(name, f"{place}.where") for name in spec.where.values()]
    for their_name, our_name in spec.where.items():
        if other.type_of(their_name) is not layout.type_of(our_name):
            raise InputError(
                f'{place} compares "{their_name}" ({other.type_of(their_name)}) with "{our_name}" '
                f"({layout.type_of(our_name)}).",
                code="bad-mapping",
                hint="Name the times of both tables under times:.",
            )
    take, kind = other.index(spec.take, f"{place}.take"), other.type_of(spec.take)
    moment = spec.before or spec.at
    if moment is None:
        index = _index(rows, theirs, take)
        return (_all(index, ours, other.type_of(spec.take)) if spec.all else _exact(index, ours, spec)), kind
    if order is None:
        raise InputError(f"{place} looks along a time.", code="bad-mapping", hint=f"Give {spec.table} a sequence.")
    when = layout.index(moment, place)
    if layout.type_of(moment) is not CellType.TIME:
        raise InputError(f'{place}: "{moment}" is not a time.', code="bad-mapping", hint="Name it under times:.")
    timeline = _timeline(runs, other.index(order, place), theirs, take)
    return _as_of(timeline, ours, when, strict=spec.before is not None), kind


def _index(rows: list[Row], theirs: list[int], take: int) -> dict[Key, list[Cell]]:
    found: dict[Key, list[Cell]] = {}
    for row in rows:
        cell = row.cells[take]
        if cell is not None:
            cells = found.setdefault(tuple(row.cells[i] for i in theirs), [])
            if cell not in cells:
                cells.append(cell)
    return found


def _all(index: dict[Key, list[Cell]], ours: list[int], kind: CellType) -> Callable[[Cells], Cell]:
    def get(cells: Cells) -> Cell:
        key = tuple(cells[i] for i in ours)
        found = () if None in key else index.get(key, ())
        return SEPARATOR.join(cell_text(cell, kind) or "" for cell in found) or None

    return get


def _exact(index: dict[Key, list[Cell]], ours: list[int], spec: Lookup) -> Callable[[Cells], Cell]:
    def get(cells: Cells) -> Cell:
        key = tuple(cells[i] for i in ours)
        found = None if None in key else index.get(key)
        if not found:
            return None
        if len(found) > 1:
            candidates = ", ".join(sorted(str(cell) for cell in found)[:_LISTED])
            column = next(iter(spec.where.values()))
            raise RowFault(
                "ambiguous-reference",
                f'{len(found)} rows of {spec.table} match, with different "{spec.take}": {candidates}.',
                column=column,
                value=cells[ours[0]] or "",
                hint="Compare further columns in where:.",
            )
        return found[0]

    return get


def _timeline(
    runs: list[list[Row]], order: int, theirs: list[int], take: int
) -> dict[Key, tuple[list[int], list[Cell]]]:
    """Times and wanted cells by key, in the order of time; the row before the first stands at the beginning."""
    gathered: dict[Key, list[tuple[int, int, Cell]]] = {}
    for run in runs:
        for number, row in enumerate(run):
            time = row.cells[order]
            at = time if isinstance(time, int) else BEGIN
            gathered.setdefault(tuple(row.cells[i] for i in theirs), []).append((at, number, row.cells[take]))
    timelines = {}
    for key, entries in gathered.items():
        entries.sort(key=lambda entry: entry[:2])
        timelines[key] = ([entry[0] for entry in entries], [entry[2] for entry in entries])
    return timelines


def _as_of(
    timelines: dict[Key, tuple[list[int], list[Cell]]], ours: list[int], when: int, *, strict: bool
) -> Callable[[Cells], Cell]:
    bisect = bisect_left if strict else bisect_right

    def get(cells: Cells) -> Cell:
        timeline, moment = timelines.get(tuple(cells[i] for i in ours)), cells[when]
        if timeline is None or not isinstance(moment, int):
            return None
        place = bisect(timeline[0], moment)
        return timeline[1][place - 1] if place else None

    return get
