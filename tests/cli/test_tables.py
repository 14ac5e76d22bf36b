"""Do answers fit on a terminal?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.cli.tables import cells, emphasis, plural, table

WORD = st.text("abcdefg", min_size=1, max_size=9)
CELL = st.lists(WORD, max_size=20).map(" ".join)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.integers(60, 200))
def test_a_table_fits_and_loses_no_word(rows: list[tuple[str, str, str]], room: int) -> None:
    printed = table(rows, indent="  ", room=room)
    assert all(cells(line) <= room for line in printed)
    assert sorted("\n".join(printed).split()) == sorted(" ".join(cell for row in rows for cell in row).split())


def test_narrow_columns_keep_their_width_and_wide_ones_are_folded() -> None:
    printed = table([("P-101", "because " * 12), ("P-2", "x")], room=40)
    assert printed[0] == "P-101  because because because because"
    assert all(line.startswith("       because") for line in printed[1:-1])
    assert printed[-1] == "P-2    x"


def test_wide_signs_take_two_columns() -> None:
    assert table([("泵", "a"), ("pump", "b")]) == ["泵    a", "pump  b"]


def test_no_rows_print_nothing() -> None:
    assert table([]) == []
    assert table([], ("what",)) == ["what"]


def test_a_word_longer_than_its_column_is_kept_whole() -> None:
    assert "x" * 90 in "\n".join(table([("a", "x" * 90)], room=40))


@pytest.mark.parametrize(("count", "said"), [(0, "0 sensors"), (1, "1 sensor"), (1200, "1,200 sensors")])
def test_numbers_agree_with_their_noun(count: int, said: str) -> None:
    assert plural(count, "sensor") == said


def test_nothing_is_coloured_outside_a_terminal() -> None:
    assert emphasis("STOPS") == "STOPS"
    assert emphasis("STOPS", on=True) == "\x1b[1mSTOPS\x1b[0m"
