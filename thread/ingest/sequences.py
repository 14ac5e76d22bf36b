"""What order do the rows of one key have? Merging of repeated keys, runs ordered by time, the row before the first."""

from collections.abc import Callable, Sequence

from thread.ingest.report import shown
from thread.ingest.rows import Cell, Layout, Row, RowFault


def merge_keys(
    rows: list[Row], layout: Layout, key: Sequence[str], on_note: Callable[[Row, RowFault], None]
) -> list[Row]:
    """Rows of one key as one: filled beats empty, of two values the later row's; each merger is noted."""
    indices = [layout.index(name, f"tables.{layout.table}.key") for name in key]
    kept: dict[tuple[Cell, ...], Row] = {}
    merged = []
    for row in rows:
        values = tuple(row.cells[i] for i in indices)
        first = kept.setdefault(values, row)
        if first is row or None in values:
            merged.append(row)
            continue
        on_note(row, _merge_into(first, row, layout, key))
    return merged


def _merge_into(first: Row, row: Row, layout: Layout, key: Sequence[str]) -> RowFault:
    differing = []
    for index, cell in enumerate(row.cells):
        if cell is not None:
            if first.cells[index] not in (None, cell):
                differing.append(layout.names[index])
            first.cells[index] = cell
    return repeated(first.number, key[0], row.cells[layout.names.index(key[0])], differing)


def repeated(first: int, column: str, value: Cell, differing: Sequence[str]) -> RowFault:
    """The note that a row repeats the key of an earlier one."""
    what = f" and differs in {', '.join(differing)}" if differing else ""
    hint = "Filled cells beat empty ones, later rows beat earlier ones."
    message = f"has the key of row {first}{what}; the rows were merged."
    return RowFault("repeated-key", message, column=column, value=shown(value), hint=hint)


def ordered(rows: list[Row], by: Sequence[int], order: int) -> list[list[Row]]:
    """Rows by key, each run in the order of a time; ties by content, so that the order of the file is no matter."""
    runs: dict[tuple[Cell, ...], list[Row]] = {}
    for row in rows:
        runs.setdefault(tuple(row.cells[i] for i in by), []).append(row)
    for run in runs.values():
        run.sort(key=lambda row: (row.cells[order], tuple("" if c is None else str(c) for c in row.cells)))
    return list(runs.values())


def with_row_zero(run: list[Row], by: Sequence[int], width: int) -> list[Row]:
    """The run with a row before its first: the cells of the key and nothing else."""
    first = run[0]
    kept = set(by)
    return [Row(first.number, first.line, [first.cells[i] if i in kept else None for i in range(width)]), *run]
