"""A CSV file is read row by row; a bad row costs only itself, a bad file is refused with the way out."""

from pathlib import Path

import pytest

from thread.errors import InputError
from thread.ingest.csvfile import open_csv
from thread.ingest.rows import RowFault

Found = tuple[list[tuple[int, int, list[object]]], list[tuple[int, int, str]]]


def found(folder: Path, content: bytes, needed: tuple[str, ...] = ("a", "b"), **how: object) -> Found:
    """Rows and faults of a file."""
    (folder / "x.csv").write_bytes(content)
    faults: list[tuple[int, int, str]] = []

    def on_fault(number: int, line: int, fault: RowFault) -> None:
        faults.append((number, line, fault.rule))

    file = open_csv(folder / "x.csv", needed, **how)  # type: ignore[arg-type]  # each test says what it tries
    return [(row.number, row.line, list(row.cells)) for row in file.rows(on_fault)], faults


def refused(folder: Path, content: bytes, **how: object) -> InputError:
    with pytest.raises(InputError) as caught:
        found(folder, content, **how)  # type: ignore[arg-type]  # as above
    assert caught.value.code == "bad-file"
    return caught.value


ROWS = [(1, 2, ["1", "x"]), (2, 3, ["2", None])]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x\n2,\n",
        b"a,b\r\n1,x\r\n2,\r\n",
        b"a,b\r1,x\r2,\r",
        b"a,b\n1,x\n2,",
        b"\xef\xbb\xbfa,b\n1,x\n2,\n",
        b"a;b\n1;x\n2;\n",
        b"a\tb\n1\tx\n2\t\n",
        b"a|b\n1|x\n2|\n",
        b' a , b \n 1 , x \n"2",""\n',
        b'"a","b"\n"1","x"\n"2","  "\n',
    ],
)
def test_the_usual_dialects_give_the_same_rows(tmp_path: Path, content: bytes) -> None:
    assert found(tmp_path, content) == (ROWS, [])


def test_the_delimiter_is_the_one_under_which_the_named_columns_stand_there(tmp_path: Path) -> None:
    rows, _ = found(tmp_path, b"a;b,c,d,e\n1;2,3,4,5\n", needed=("b,c,d,e",))
    assert rows == [(1, 2, ["1", "2,3,4,5"])]


def test_a_cell_with_newlines_counts_as_one_row_on_several_lines(tmp_path: Path) -> None:
    rows, _ = found(tmp_path, b'a,b\n1,"x\ny\n\nz"\n2,w\n')
    assert rows == [(1, 2, ["1", "x\ny\n\nz"]), (2, 6, ["2", "w"])]


def test_blank_lines_are_no_rows_and_rows_of_empty_cells_are_passed_over(tmp_path: Path) -> None:
    assert found(tmp_path, b"\n\na,b\n\n1,x\n,\n\n2,y\n")[0] == [(1, 5, ["1", "x"]), (3, 8, ["2", "y"])]


def test_text_is_nfc_whatever_the_file_has(tmp_path: Path) -> None:
    rows, _ = found(tmp_path, "a,b\nu\u0308,\u00fc\n".encode())
    assert rows == [(1, 2, ["\u00fc", "\u00fc"])]


def test_bytes_that_are_not_of_the_encoding_cost_their_row_only(tmp_path: Path) -> None:
    rows, faults = found(tmp_path, b"a,b\n1,\xfcber\n2,y\n3,\xff\xfe\n4,z\n")
    assert [cells for _, _, cells in rows] == [["2", "y"], ["4", "z"]]
    assert faults == [(1, 2, "bad-file"), (3, 4, "bad-file")]


def test_a_declared_encoding_is_read(tmp_path: Path) -> None:
    assert found(tmp_path, "a;b\n1;Öl\n".encode("cp1252"), encoding="cp1252")[0] == [(1, 2, ["1", "Öl"])]
    assert found(tmp_path, "a;b\n1;Öl\n".encode("utf-16"), encoding="utf-16")[0] == [(1, 2, ["1", "Öl"])]


def test_ragged_and_misquoted_rows_are_refused_one_by_one(tmp_path: Path) -> None:
    rows, faults = found(tmp_path, b'a,b\n1\n1,2,3\n"x"y,2\n4,"five"\n')
    assert rows == [(4, 5, ["4", "five"])]
    assert faults == [(1, 2, "bad-file"), (2, 3, "bad-file"), (3, 4, "bad-file")]


def test_a_quote_left_open_at_the_end_is_refused_not_taken_for_a_cell(tmp_path: Path) -> None:
    assert found(tmp_path, b'a,b\n1,x\n2,"yyy\n') == ([(1, 2, ["1", "x"])], [(2, 3, "bad-file")])


def test_a_giant_cell_or_line_is_refused_and_the_next_row_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    giant = b"x" * 140_000
    rows, faults = found(tmp_path, b"a,b\n1," + giant + b"\n2,y\n")
    assert (rows, faults) == ([(2, 3, ["2", "y"])], [(1, 2, "too-large")])
    monkeypatch.setattr("thread.ingest.csvfile.LONGEST_LINE", 1000)
    rows, faults = found(tmp_path, b"a,b\n1," + giant + b"\n2,y\n")
    assert (rows, faults) == ([(2, 3, ["2", "y"])], [(1, 2, "too-large")])


def test_empty_markers_mean_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, b"a,b\nNULL,x\n", empty=("NULL",))[0] == [(1, 2, [None, "x"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"a,b,a\n1,2,3\n", '"a" 2 times'),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,\xff\n1,2\n", "encoding"),
    ],
)
def test_a_file_that_cannot_be_read_rightly_is_refused_with_the_way_out(
    tmp_path: Path, content: bytes, words: str
) -> None:
    assert words in str(refused(tmp_path, content))


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv"):
        open_csv(tmp_path / "none.csv", ())


def test_progress_ends_no_further_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"a,b\n" + b"1,2\n" * 5000)
    file = open_csv(tmp_path / "x.csv", ("a", "b"))
    seen: list[int] = []
    assert sum(1 for _ in file.rows(lambda *_: None, seen.append)) == 5000
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= file.size
