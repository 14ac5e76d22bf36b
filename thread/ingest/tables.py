"""Which rows does each table give, with its derived columns? Files, times, sequences, look-ups."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from thread.errors import InputError
from thread.ingest import model
from thread.ingest.columns import SEQUENCE, columns_named, in_order
from thread.ingest.conditions import compile_when
from thread.ingest.lookups import compile_lookup
from thread.ingest.paths import SEPARATOR
from thread.ingest.rows import Cell, Cells, CellType, Layout, Row, RowFault
from thread.ingest.sequences import merge_keys, ordered, with_row_zero
from thread.ingest.sources import Documents, Source, open_source
from thread.ingest.templates import compile_template
from thread.ingest.times import cell_text, time_reader, zone_of

OnFault = Callable[[str, int, int, RowFault, Cells | None], None]
"""Called with table, row number, line, the fault, and the cells where they could be read."""
OnNote = Callable[[str, Row, RowFault], None]
Progress = Callable[[int, int], None]
"""Called with (done, total) bytes."""
_MOST_VARIANTS: Final = 10_000
"""Times that a row is said at most."""


@dataclass(slots=True)
class TableData:
    """One table while it is read."""

    name: str
    spec: model.Table
    read: model.Read
    """The settings that hold, all said."""
    file: Source
    layout: Layout
    held: list[Row] | None = None
    """All rows, where a sequence or a look-up needs them at once; None: they stream."""
    runs: list[list[Row]] = field(default_factory=list)
    """Rows of one key in order, where there is a sequence."""
    derive: list[Callable[[Cells], Cell]] = field(default_factory=list)
    """Makes the derived columns of a row that streams, in the order of the layout."""
    splits: list[bool] = field(default_factory=list)
    """Which of ``derive`` give several values."""
    faulted: set[int] = field(default_factory=set)
    """Identities of the cells of held rows that were refused."""
    read_rows: int = 0
    skipped: int = 0


class Tables:
    """The tables of one import. Held tables are in memory after this; the others stream each time."""

    def __init__(self, mapping: model.Mapping, folder: Path, on_fault: OnFault, on_note: OnNote) -> None:
        self._on_fault, self._on_note = on_fault, on_note
        self.data: dict[str, TableData] = {}
        self.absent: list[str] = []
        looked_at = {c.lookup.table for t in mapping.tables.values() for c in t.columns.values() if c.lookup}
        documents: Documents = {}
        for name, spec in mapping.tables.items():
            if spec.optional and not (folder / spec.file).exists():
                self.absent.append(name)
                continue
            self.data[name] = _opened(name, spec, mapping, folder, documents)
        for table in self.data.values():
            if table.spec.sequence is not None or table.name in looked_at:
                table.held = self._loaded(table)
        for name, column in in_order(mapping.tables, self.data):
            self._derive(self.data[name], column)
        for table in self.data.values():
            if table.held is not None:
                table.held = [row for row in table.held if id(row.cells) not in table.faulted]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(table.file.size for table in self.data.values())

    def rows(self, name: str, on_fault: OnFault | None, on_progress: Callable[[int], None]) -> Iterator[Row]:
        """The rows of a table with all columns.

        Args:
            on_fault: called for each row that cannot be read; those of held tables were reported before.
        """
        table = self.data[name]
        if table.held is not None:
            yield from table.held
            return
        derive = table.derive
        if any(table.splits):
            yield from self._each(table, on_fault, on_progress)
            return
        for row in self._raw(table, on_fault, on_progress):
            cells = row.cells
            try:
                for make in derive:
                    cells.append(make(cells))
            except RowFault as fault:
                if on_fault:
                    on_fault(name, row.number, row.line, fault, cells)
                continue
            yield row

    def _each(self, table: TableData, on_fault: OnFault | None, on_progress: Callable[[int], None]) -> Iterator[Row]:
        """The rows of a table that streams, each as often as it has values in the columns that split."""
        for row in self._raw(table, on_fault, on_progress):
            variants = [row.cells]
            try:
                for make, many in zip(table.derive, table.splits, strict=True):
                    if many:
                        variants = [[*cells, value] for cells in variants for value in _values(make(cells))]
                        if len(variants) > _MOST_VARIANTS:
                            raise _too_many()
                    else:
                        for cells in variants:
                            cells.append(make(cells))
            except RowFault as fault:
                if on_fault:
                    on_fault(table.name, row.number, row.line, fault, row.cells)
                continue
            for cells in variants:
                yield Row(row.number, row.line, cells)

    def _loaded(self, table: TableData) -> list[Row]:
        rows = list(self._raw(table, self._on_fault, lambda _: None))
        if table.spec.key:
            return merge_keys(
                rows, table.layout, table.spec.key, lambda row, fault: self._on_note(table.name, row, fault)
            )
        return rows

    def _raw(self, table: TableData, on_fault: OnFault | None, on_progress: Callable[[int], None]) -> Iterator[Row]:
        """The rows with their times read, those that the table's ``when`` passes over left out."""
        names = table.layout.names[: len(table.file.header)]
        when = compile_when(table.spec.when, Layout(table.name, table.spec.file, names), f"tables.{table.name}.when")
        prepare = _preparer(table, names)
        table.read_rows = table.skipped = 0

        def refused(number: int, line: int, fault: RowFault) -> None:
            table.read_rows += 1
            if on_fault:
                on_fault(table.name, number, line, fault, None)

        for row in table.file.rows(refused, on_progress):
            table.read_rows += 1
            if when is not None and not when(row.cells):
                table.skipped += 1
                continue
            try:
                prepare(row.cells)
            except RowFault as fault:
                if on_fault:
                    on_fault(table.name, row.number, row.line, fault, row.cells)
                continue
            yield row

    def _derive(self, table: TableData, column: str) -> None:
        if column == SEQUENCE:
            self._put_in_order(table)
            return
        spec = table.spec.columns[column]
        place = f"tables.{table.name}.columns.{column}"
        if spec.previous or spec.next:
            self._from_neighbours(table, column, spec, place)
            return
        make, kind = self._row_local(table, spec, place)
        table.layout.add(column, kind)
        if table.held is None:
            table.derive.append(make)
            table.splits.append(spec.many)
            return
        if spec.many:
            self._say_each(table, make)
            return
        for row in table.held:
            cell: Cell = None
            try:
                cell = make(row.cells)
            except RowFault as fault:
                self._refuse(table, row, fault)
            row.cells.append(cell)

    def _row_local(self, table: TableData, spec: model.Column, place: str) -> tuple[Callable[[Cells], Cell], CellType]:
        if spec.text is not None:
            compiled = compile_template(spec.text, table.layout, place)
            return compiled.get, compiled.type
        if spec.split is not None:
            return _splitter(spec.split, table.layout, place), CellType.TEXT
        if spec.map is not None:
            return _mapper(spec.map, table.layout, place), CellType.TEXT
        assert spec.lookup is not None
        other = self.data.get(spec.lookup.table)
        if other is None:  # an optional file that is absent
            return (lambda _: None), CellType.TEXT
        assert other.held is not None
        order = other.spec.sequence.order if other.spec.sequence else None
        make, kind = compile_lookup(spec.lookup, table.layout, other.layout, other.held, other.runs, order, place)
        return make, CellType.TEXT if spec.lookup.all else kind

    def _say_each(self, table: TableData, make: Callable[[Cells], Cell]) -> None:
        """Put a row for each of the values that it has in a new column."""
        assert table.held is not None
        rows, counted = [], Counter[int]()
        for row in table.held:
            try:
                values = _values(make(row.cells))
                counted[row.number] += len(values)
                if counted[row.number] > _MOST_VARIANTS:
                    raise _too_many()
            except RowFault as fault:
                self._refuse(table, row, fault)
                values = [None]
            others = [Row(row.number, row.line, [*row.cells, value]) for value in values[1:]]
            row.cells.append(values[0])
            rows += [row, *others]
        table.held = rows

    def _put_in_order(self, table: TableData) -> None:
        sequence = table.spec.sequence
        assert sequence is not None
        assert table.held is not None
        place = f"tables.{table.name}.sequence"
        by = [table.layout.index(name, place) for name in sequence.by]
        order = table.layout.index(sequence.order, place)
        if table.layout.type_of(sequence.order) is not CellType.TIME:
            raise InputError(
                f'{place}: "{sequence.order}" is not a time.', code="bad-mapping", hint="Name it under times:."
            )
        whole = []
        for row in table.held:
            missing = next(
                (n for n, i in [*zip(sequence.by, by, strict=True), (sequence.order, order)] if row.cells[i] is None),
                None,
            )
            if missing is None:
                whole.append(row)
            else:
                hint = "Without it the row has no place in its sequence."
                self._refuse(table, row, RowFault("missing-value", f'"{missing}" is empty.', column=missing, hint=hint))
        table.runs = ordered(whole, by, order)
        if sequence.before_first:
            table.runs = [with_row_zero(run, by, len(table.layout.names)) for run in table.runs]
        if sequence.number is not None:
            table.layout.add(sequence.number, CellType.NUMBER)
            for run in table.runs:
                for number, row in enumerate(run, start=0 if sequence.before_first else 1):
                    row.cells.append(number)
        table.held = sorted((row for run in table.runs for row in run), key=lambda row: row.number)

    def _from_neighbours(self, table: TableData, column: str, spec: model.Column, place: str) -> None:
        taken = spec.previous or spec.next
        assert taken is not None
        index = table.layout.index(taken, place)
        table.layout.add(column, table.layout.type_of(taken))
        for run in table.runs:
            cells = [row.cells[index] for row in run]
            shifted = [None, *cells[:-1]] if spec.previous else [*cells[1:], None]
            for row, cell in zip(run, shifted, strict=True):
                row.cells.append(cell)

    def _refuse(self, table: TableData, row: Row, fault: RowFault) -> None:
        if id(row.cells) not in table.faulted:
            table.faulted.add(id(row.cells))
            self._on_fault(table.name, row.number, row.line, fault, row.cells)


def _opened(name: str, spec: model.Table, mapping: model.Mapping, folder: Path, documents: Documents) -> TableData:
    read = spec.read.over(mapping.read).over(model.DEFAULTS)
    made = {*spec.columns, *([spec.sequence.number] if spec.sequence and spec.sequence.number else [])}
    needed = columns_needed(spec, f"tables.{name}")
    file = open_source(folder / spec.file, name, spec, read, needed, _asked(name, mapping.tables), documents)
    clash = sorted(made & set(file.header))
    if clash:
        raise InputError(
            f'tables.{name} makes the column "{clash[0]}", which {spec.file} has already.',
            code="bad-mapping",
            hint="Give it another name.",
        )
    layout = Layout(name, spec.file, list(file.header), dict.fromkeys(spec.times, CellType.TIME))
    for part, columns in (("key", spec.key), ("times", spec.times)):
        for column in columns:
            layout.index(column, f"tables.{name}.{part}")
    for column in sorted(needed):
        layout.index(column, f"tables.{name}")
    return TableData(name, spec, read, file, layout)


def columns_needed(spec: model.Table, place: str) -> set[str]:
    """The columns of its file that a table's part of a mapping names."""
    made = {*spec.columns, *([spec.sequence.number] if spec.sequence and spec.sequence.number else [])}
    return columns_named(spec, place) - made


def _asked(name: str, tables: Mapping[str, model.Table]) -> set[str]:
    """The columns of a table that look-ups of others name."""
    lookups = [c.lookup for t in tables.values() for c in t.columns.values() if c.lookup and c.lookup.table == name]
    sequence = tables[name].sequence
    made = {*tables[name].columns, *([sequence.number] if sequence and sequence.number else [])}
    return {column for one in lookups for column in (*one.where, one.take)} - made


def _splitter(spec: model.Split, layout: Layout, place: str) -> Callable[[Cells], Cell]:
    index, kind = layout.index(spec.of, place), layout.type_of(spec.of)

    def split(cells: Cells) -> Cell:
        text = cell_text(cells[index], kind)
        if text is None or spec.by is None:
            return text
        if SEPARATOR in text:
            raise RowFault("bad-value", "the cell holds the character U+001F.", column=spec.of, value=text)
        return text.replace(spec.by, SEPARATOR)

    return split


def _values(cell: Cell) -> list[Cell]:
    """The values of a cell that holds several, each once; nothing where there are none."""
    parts = str(cell or "").split(SEPARATOR)
    return list(dict.fromkeys(part for each in parts if (part := each.strip()))) or [None]


def _too_many() -> RowFault:
    return RowFault(
        "too-large", f"the row stands for more than {_MOST_VARIANTS:,}.", hint="Give it a table of its own."
    )


def _mapper(spec: model.ValueMap, layout: Layout, place: str) -> Callable[[Cells], Cell]:
    index, kind, values = layout.index(spec.of, place), layout.type_of(spec.of), spec.values

    def mapped(cells: Cells) -> Cell:
        text = cell_text(cells[index], kind)
        if text is None:
            return spec.absent
        found = values.get(text, spec.otherwise)
        if found is None:
            known = ", ".join(sorted(values)[:8])
            raise RowFault(
                "bad-value", f'"{text}" is not mapped.', column=spec.of, value=text, hint=f"Mapped: {known}."
            )
        return found

    return mapped


def _preparer(table: TableData, names: list[str]) -> Callable[[Cells], None]:
    """What looks for the key of a row and reads its times, in place."""
    zone, form = zone_of(table.read.zone), table.read.time or "iso"
    key = [(names.index(column), column) for column in table.spec.key]
    times = [(names.index(c), time_reader(own or form, zone, c)) for c, own in table.spec.times.items()]

    def prepare(cells: Cells) -> None:
        for index, column in key:
            if cells[index] is None:
                raise missing_key(column)
        for index, read in times:
            cell = cells[index]
            if isinstance(cell, str):
                cells[index] = None  # a wrong time is no time, should the row be asked for its other cells
                cells[index] = read(cell)

    return prepare


def missing_key(column: str) -> RowFault:
    """Why a row without its key does not enter."""
    hint = "Without it the row names nothing."
    return RowFault("missing-value", f'the key "{column}" is empty.', column=column, hint=hint)
