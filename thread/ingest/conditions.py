"""Does a row count? Conditions on columns, compiled once."""

from collections.abc import Callable, Mapping

from thread.ingest.model import Condition
from thread.ingest.rows import Cells, CellType, Layout
from thread.ingest.times import cell_text

Test = Callable[[Cells], bool]


def compile_when(when: Mapping[str, Condition], layout: Layout, place: str) -> Test | None:
    """A test of a row's cells; None where nothing is asked.

    Raises:
        InputError: ``unknown-column``.
    """
    tests = [_one(layout.index(name, place), condition, layout.type_of(name)) for name, condition in when.items()]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda cells: all(test(cells) for test in tests)


def _one(index: int, condition: Condition, kind: CellType) -> Test:
    one_of, none_of, present = condition.equals, condition.differs, condition.present

    def test(cells: Cells) -> bool:
        cell = cells[index]
        if present is not None and (cell is not None) != present:
            return False
        if one_of is not None and cell_text(cell, kind) not in one_of:
            return False
        return none_of is None or cell_text(cell, kind) not in none_of

    return test
