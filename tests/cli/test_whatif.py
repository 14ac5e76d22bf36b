"""Scenarios on the command line: a few words each, side by side, told like an impact."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.cli.whatif import parsed
from thread.errors import InputError
from thread.samples import Sample


def test_scenarios_are_told_one_below_the_other(run: Run, plant: Path) -> None:
    done = run("whatif", "fail P-1", "vs", "operate V-20 closed", "--store", plant)
    assert (done.exit, done.err) == (Exit.OK, "")
    assert "What if fail P-1?" in done.out
    assert "What if operate V-20 closed?" in done.out
    assert done.out.index("lose") < done.out.index("V-20 →")


def test_what_came_back_is_told(run: Run, plant: Path, sample: Sample) -> None:
    failed = sample.answers.failed_part
    then = failed["failed_at"]
    done = run("whatif", f"replace {failed['serial']}", "--store", plant, "--at", then)
    assert done.exit == Exit.OK
    assert "live again" in done.out
    assert "R-210" in done.out


def test_a_change_that_cannot_be_ends_with_no_and_the_others_are_told(run: Run, plant: Path) -> None:
    done = run("whatif", "operate P-1 open", "fail P-40", "--store", plant)
    assert done.exit == Exit.NO
    assert "P-1 Cooling pump" in done.err
    assert "(change 1)" in done.err
    assert "stop" in done.out


def test_for_programs_it_is_what_graphql_says(run: Run, plant: Path) -> None:
    one = json.loads(run("whatif", "fail P-1", "--store", plant, "--json").out)
    both = json.loads(run("whatif", "fail P-1", "vs", "health P-1 0", "--store", plant, "--json").out)
    assert one == both[0]
    told = [[edge["node"]["iri"] for edge in each["impact"]["effects"]["edges"]] for each in both]
    assert told[0] == told[1]
    assert one["problems"] == []


@pytest.mark.parametrize(
    "text",
    ["fail P-1", "out P-1", "outOfService P-1", "operate V-1 closed", "open V-1", "close V-1", "remove S",
     "replace S", "health P-1 0.4", "set health P-1 to 0.4", "install S into urn:a/b",
     "order on A, B from 2026-01-01 to 2026-02-01"],
)  # fmt: skip
def test_every_form_is_understood(text: str) -> None:
    assert parsed(text).refs


def test_an_order_names_its_things_and_its_window() -> None:
    found = parsed("order on A 1, B from 2026-01-01 to 2026-02-01")
    assert found.refs == ("A 1", "B")
    assert found.window is not None
    assert found.window[0] < found.window[1]


def test_words_that_say_nothing_are_refused_with_those_that_do() -> None:
    with pytest.raises(InputError, match="no change that is known") as error:
        parsed("explode P-1")
    assert "fail X" in str(error.value)
