"""Risk and priorities on the command line."""

import json
from pathlib import Path

from tests.cli.conftest import Run
from thread.cli.exits import Exit


def test_a_risk_says_its_number_what_accounts_for_it_and_what_nobody_says(run: Run, plant: Path) -> None:
    done = run("risk", "H-1", "--horizon", "30d", "--store", plant)
    assert (done.exit, done.err) == (Exit.OK, "")
    assert "is down within 30d with" in done.out
    assert "that stop it alone" in done.out
    assert "LOT-PM-1" in done.out
    assert "NO_LIFE_DATA" in done.out


def test_what_is_down_is_said_to_be_down(run: Run, plant: Path) -> None:
    assert "TD-30 Tip dresser is down now." in run("risk", "TD-30", "--store", plant).out


def test_a_ranking_for_programs_is_that_for_people(run: Run, plant: Path) -> None:
    told = run("first", "--of", "H-1", "--store", plant).out
    answer = json.loads(run("first", "--of", "H-1", "--store", plant, "--json").out)
    best = answer["candidates"][0]["entity"]["label"]
    assert best in told
    assert told.index(best) < told.index(answer["candidates"][-1]["entity"]["label"])


def test_a_horizon_that_is_none_is_refused(run: Run, plant: Path) -> None:
    done = run("risk", "H-1", "--horizon", "tomorrow", "--store", plant)
    assert done.exit != Exit.OK
    assert "is no horizon" in done.err


def test_a_risk_for_programs_is_one_document(run: Run, plant: Path) -> None:
    found = json.loads(run("risk", "H-1", "--store", plant, "--json").out)
    assert found["method"] == "EXACT"
    assert found["cutSets"]["counts"]
