"""Does a person find things on the command line by half a name, a typo, a value?"""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.samples import Sample


def test_a_serial_is_found_though_it_is_typed_without_its_sign(run: Run, plant: Path, sample: Sample) -> None:
    serial = str(sample.answers.failed_part["serial"])
    done = run("search", serial.split(":")[-1].replace("-", ""), "--store", plant)
    assert (done.exit, done.err) == (Exit.OK, "")
    assert serial.split(":")[-1] in done.out.splitlines()[3]


def test_a_typo_is_told(run: Run, plant: Path) -> None:
    done = run("search", "robto", "--store", plant)
    assert "obot" in done.out
    assert done.out.endswith("nothing is written like this, so words with a typo were taken\n")


def test_values_and_kinds_narrow_what_is_found_as_a_program_sees_it(run: Run, plant: Path) -> None:
    words = (
        "search",
        "",
        "--kind",
        "WorkOrder",
        "--where",
        "status=PLANNED",
        "--where",
        "plannedStart>2026-06-01",
    )
    printed, answer = run(*words, "--store", plant).out, json.loads(run(*words, "--store", plant, "--json").out)
    assert answer["totalCount"] == len(answer["edges"]) > 0
    assert {edge["node"]["kind"] for edge in answer["edges"]} == {"WORK_ORDER"}
    assert all(edge["node"]["label"] in printed for edge in answer["edges"])


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_nothing_found_is_a_no(run: Run, plant: Path, more: tuple[str, ...]) -> None:
    assert run("search", "zzzzzzzzzzzz", "--store", plant, *more).exit is Exit.NO


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("?",), "invalid"),
        (("x", "--where", "age?7"), "invalid"),
        (("x", "--where", "agge=7"), "unknown-attribute"),
        (("x", "--kind", "Pmup"), "unknown-kind"),
    ],
)
def test_what_cannot_be_searched_is_said(run: Run, plant: Path, words: tuple[str, ...], code: str) -> None:
    done = run("search", *words, "--store", plant)
    assert (done.exit, done.err.split(":")[0]) == (Exit.DATA, code)
