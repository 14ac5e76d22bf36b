"""Does a list of an answer become the table that a person would make of it, and is nothing left out in silence?"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.cli.flat import BOM, cut, lists_of, to_csv
from thread.errors import InputError
from thread.facts.cells import bared

ANSWER: dict[str, Any] = {
    "batch": {
        "label": "Lot 1",
        "parts": {
            "hits": {
                "edges": [
                    {"degree": 1, "node": {"label": "=1+1", "orders": {"edges": []}, "ok": True}},
                    {"degree": 2, "node": {"label": "hose", "orders": {"edges": [{"node": {"label": "A"}}]}}},
                    {"degree": 3, "node": {"label": None, "orders": {"edges": [{"node": {"label": "B, C"}}] * 2}}},
                ]
            }
        },
    },
    "none": [],
}  # fmt: skip


def read(text: str) -> list[list[str]]:
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


def test_a_row_is_one_thing_with_what_lies_below_it() -> None:
    assert read(to_csv(ANSWER)) == [
        ["degree", "label", "orders.label", "ok"],
        ["1", "'=1+1", "", "true"],
        ["2", "hose", "A", ""],
        ["3", "", "B, C | B, C", ""],
    ]


def test_a_list_is_chosen_by_its_name_and_a_wrong_name_is_told_those_that_there_are() -> None:
    assert read(to_csv(ANSWER, "batch.parts.hits")) == read(to_csv(ANSWER))
    assert read(to_csv(ANSWER, "none")) == [[]]
    with pytest.raises(InputError) as refused:
        to_csv(ANSWER, "batch.parts.hit")
    assert "batch.parts.hits" in (refused.value.hint or "")
    with pytest.raises(InputError):
        to_csv({"part": {"label": "x"}})


def test_what_the_answer_says_of_being_cut_is_found_wherever_it_stands() -> None:
    assert list(cut({"a": [{"completeness": {"complete": True}, "pageInfo": {"hasNextPage": False}}]})) == []
    partial = {"completeness": {"complete": False, "reasons": [{"message": "It was too deep."}]}}
    assert list(cut({"a": [partial]})) == ["The answer is partial. It was too deep."]
    assert ["another page" in each for each in cut({"a": {"pageInfo": {"hasNextPage": True}}})] == [True]


rows = st.lists(st.fixed_dictionaries({"a": st.text() | st.none(), "b": st.integers()}), min_size=1, max_size=5)


@given(rows)
def test_every_text_comes_back(given_rows: list[dict[str, Any]]) -> None:
    heads, *lines = read(to_csv({"rows": given_rows}))
    back = [dict(zip(heads, line, strict=True)) for line in lines]
    assert [bared(row.get("a", "")) for row in back] == [row["a"] or "" for row in given_rows]
    assert [int(row["b"]) for row in back] == [row["b"] for row in given_rows]


@given(rows)
def test_no_cell_begins_as_a_formula_does(given_rows: list[dict[str, Any]]) -> None:
    for line in read(to_csv({"rows": [{"a": row["a"]} for row in given_rows]}))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)


def test_lists_within_lists_are_columns_not_tables() -> None:
    assert [name for name, _ in lists_of(ANSWER)] == ["batch.parts.hits", "none"]


def test_a_question_is_printed_as_csv(run: Run, plant: Path, tmp_path: Path) -> None:
    document = tmp_path / "q.graphql"
    document.write_text(
        '{ asset(key: "P-1") { relations(first: 2) { edges { relation node { label } } pageInfo { hasNextPage } } } }'
    )
    done = run("query", document, "--csv", "--store", plant)
    assert read(done.out)[0] == ["relation", "label"]
    assert len(read(done.out)) == 3
    assert (done.exit, "another page" in done.err) == (Exit.NO, True)
    wrong = run("query", document, "--rows", "nothing", "--store", plant)
    assert (wrong.exit, wrong.out) == (Exit.DATA, "")
    refused = run("query", "-", "--csv", "--store", plant, stdin="{ nothing }")
    assert (refused.exit, refused.out) == (Exit.DATA, "")
    assert json.loads(run("query", document, "--store", plant).out)["data"]["asset"]
