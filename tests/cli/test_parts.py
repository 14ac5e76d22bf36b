"""Commands about designs and parts: each says in words what GraphQL says, and what the planting knows."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.samples import Sample


def short(iri: str) -> str:
    return iri.rpartition(":")[2]


def test_siblings_are_listed_with_where_they_are(run: Run, plant: Path, sample: Sample) -> None:
    planted: Any = sample.answers.siblings["BATCH"]
    said = run("siblings", "WT-1030", "--sharing", "batch", "--store", plant).out
    for each in planted:
        assert short(each["iri"]) in said
    assert f"{len(planted)} siblings" in said


def test_an_unknown_way_of_sharing_is_refused_with_those_that_are_known(run: Run, plant: Path) -> None:
    done = run("siblings", "WT-1030", "--sharing", "colour", "--store", plant)
    assert done.exit is Exit.DATA
    assert "batch, supplier, revision, process-step" in done.err


def test_where_used_lists_designs_and_serials(run: Run, plant: Path, sample: Sample) -> None:
    revision, above = next(iter(sample.answers.where_used.items()))
    said = run("where-used", revision, "--store", plant).out
    assert all(short(each) in said for each in above)
    assert "complete: " in said


@pytest.mark.parametrize("view", ["designed", "built", "maintained"])
def test_a_structure_is_printed_in_each_view(run: Run, plant: Path, view: str) -> None:
    done = run("structure", "G-210", "--view", view, "--store", plant)
    assert (done.exit, done.err) == (Exit.OK, "")
    assert "EC" in done.out


def test_an_unknown_view_is_refused(run: Run, plant: Path) -> None:
    done = run("structure", "G-210", "--view", "dreamt", "--store", plant)
    assert done.exit is Exit.DATA
    assert "designed, built, maintained" in done.err


def test_a_difference_is_printed_with_the_documents_and_orders_behind_it(run: Run, plant: Path, sample: Sample) -> None:
    for gun, planted in sample.answers.gun_differences.items():
        said = run("diff", gun, "--store", plant).out
        rows: Any = planted
        for each in rows:
            assert each["kind"].lower() in said
            assert all(short(document) in said for document in each["concessions"])
    swaps: Any = sample.answers.swaps
    said = run("diff", swaps["asset"], "--left", "built", "--store", plant).out
    assert all(short(swap["order"]) in said for swap in swaps["swaps"])


def test_a_difference_between_two_times_is_the_exchange_in_between(run: Run, plant: Path) -> None:
    said = run("diff", "G-210", "--left", "maintained@2026-05-28", "--right", "maintained", "--store", plant).out
    assert "WT-1030" in said


def test_a_recall_says_what_to_do_with_each_serial(run: Run, plant: Path, sample: Sample) -> None:
    planted: Any = sample.answers.bad_batch
    said = run("recall", planted["batch"], "--store", plant).out
    assert all(short(serial["iri"]) in said for serial in planted["serials"])
    assert "quarantine" in said


def test_a_trace_says_where_it_breaks(run: Run, plant: Path, sample: Sample) -> None:
    planted: Any = sample.answers.trace["gap"]
    said = run("recall", "--back", planted["serial"], "--store", plant).out
    assert "where the trace breaks" in said
    assert short(planted["broken_at"]) in said.split("where the trace breaks")[1]


def test_a_change_lists_what_is_affected(run: Run, plant: Path, sample: Sample) -> None:
    planted: Any = sample.answers.change
    said = run("change", planted["revision"], "--from-date", planted["from"], "--store", plant).out
    lines = [line for line in said.splitlines() if line.strip().startswith("affected")]
    assert all(any(short(unit) in line for line in lines) for unit in planted["affected"])


def test_a_change_needs_to_hold_from_somewhere(run: Run, plant: Path) -> None:
    done = run("change", "part:WH/B", "--store", plant)
    assert done.exit is Exit.DATA
    assert "--from-serial" in done.err


def test_coverage_says_what_an_outage_takes(run: Run, plant: Path) -> None:
    assert "nothing any more: WM-210" in run("coverage", "G-210", "--out", "PLC-20", "--store", plant).out
    assert "nothing any more" not in run("coverage", "G-210", "--store", plant).out


def test_failures_share_the_planted_cause(run: Run, plant: Path, sample: Sample) -> None:
    planted: Any = sample.answers.common_cause
    said = run("common-cause", *planted["failures"], "--store", plant).out.splitlines()
    assert sorted(line.split()[0] for line in said[2:5]) == sorted(map(short, planted["cause"]))
    assert "3 of 3" in said[2]


@pytest.mark.parametrize(
    "command",
    [["structure"], ["where-used"], ["diff"], ["recall"], ["recall", "--back"], ["coverage"], ["siblings"],
     ["common-cause"],
     ["change", "--from-serial", "1"]],
)  # fmt: skip
def test_an_unknown_name_is_a_no_for_people_and_data_for_programs(run: Run, plant: Path, command: list[str]) -> None:
    done = run(command[0], "NO-SUCH-THING", *command[1:], "--store", plant)
    assert (done.exit, done.out) == (Exit.NO, "")
    assert done.err.startswith("not-found: ")
    done = run(command[0], "NO-SUCH-THING", *command[1:], "--store", plant, "--json")
    assert done.exit is Exit.NO
    assert "NO-SUCH-THING" in json.loads(done.out)["missing"]
