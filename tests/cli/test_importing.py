"""Do tables come in from a terminal, say what was refused, and go out again?"""

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.resources import resource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resource("examples/azure-pdm"), tmp_path / "tables"))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def import_json(run: Run, folder: Path, store: Path, *more: str) -> tuple[Exit, dict[str, object]]:
    done = run("import", folder / "mapping.yaml", "--store", store, "--json", *more)
    return done.exit, json.loads(done.out)


def spoil(folder: Path) -> None:
    """One row of the machines with an age that is no number."""
    path = folder / "PdM_machines.csv"
    rows = path.read_text("utf-8").splitlines()
    rows[2] = rows[2].rsplit(",", 1)[0] + ",old"
    path.write_text("\n".join(rows) + "\n", "utf-8")


def test_a_plan_changes_nothing_and_makes_no_store(run: Run, folder: Path, store: Path) -> None:
    done = run("import", folder / "mapping.yaml", "--store", store, "--plan")
    assert done.exit is Exit.OK
    assert "planned only, nothing was changed" in done.out
    assert not store.exists()


def test_the_plan_says_what_the_import_then_does(run: Run, folder: Path, store: Path) -> None:
    _, planned = import_json(run, folder, store, "--plan")
    _, done = import_json(run, folder, store)
    assert planned["facts"] == done["facts"]
    assert (planned["committed"], done["committed"]) == (False, True)


def test_importing_again_changes_nothing(run: Run, folder: Path, store: Path) -> None:
    _, first = import_json(run, folder, store)
    ended, again = import_json(run, folder, store)
    assert (ended, again["committed"], again["revision"]) == (Exit.OK, False, first["revision"])


def test_a_bad_row_is_refused_with_its_place_and_the_good_ones_enter(run: Run, folder: Path, store: Path) -> None:
    spoil(folder)
    report = store.with_suffix(".csv")
    done = run("import", folder / "mapping.yaml", "--store", store, "--report", report)
    assert done.exit is Exit.NO
    assert "revision 1" in done.out
    assert "row 2 of PdM_machines.csv (line 3)" in done.out
    with report.open(newline="", encoding="utf-8") as lines:
        refused = [row for row in csv.DictReader(lines) if row["what"] == "rejected"]
    assert [(row["file"], row["row"], row["value"]) for row in refused] == [("PdM_machines.csv", "2", "old")]


def test_strict_brings_in_nothing_where_a_row_is_refused(run: Run, folder: Path, store: Path) -> None:
    spoil(folder)
    ended, done = import_json(run, folder, store, "--strict")
    assert (ended, done["committed"], done["revision"]) == (Exit.NO, False, None)


def test_a_run_is_taken_back_whole(run: Run, folder: Path, store: Path) -> None:
    _, done = import_json(run, folder, store)
    assert run("show", "machine:1", "--store", store).exit is Exit.OK
    back = run("retract", done["run"], "--store", store)
    assert (back.exit, back.err) == (Exit.OK, "")
    assert "revision 2" in back.out
    assert run("show", "machine:1", "--store", store).exit is Exit.NO
    assert run("verify", "--store", store).exit is Exit.OK


def test_what_a_retracted_run_said_is_still_known_as_it_was(
    run: Run, folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREAD_CLOCK", "2026-06-15T06:00:00Z")
    _, done = import_json(run, folder, store)
    monkeypatch.setenv("THREAD_CLOCK", "2026-06-16T06:00:00Z")
    run("retract", done["run"], "--store", store)
    assert run("show", "machine:1", "--store", store).exit is Exit.NO
    assert run("show", "machine:1", "--store", store, "--known", "2026-06-15T12:00Z").exit is Exit.OK


def test_an_unknown_run_is_a_no(run: Run, folder: Path, store: Path) -> None:
    import_json(run, folder, store)
    done = run("retract", "no-such-run", "--store", store)
    assert done.exit is Exit.NO
    assert done.err.startswith("not-found: ")


@pytest.mark.parametrize("name", ["nowhere.yaml", "PdM_machines.csv"])
def test_a_mapping_that_is_none_is_refused(run: Run, folder: Path, store: Path, name: str) -> None:
    done = run("import", folder / name, "--store", store)
    assert done.exit is Exit.DATA
    assert done.err.startswith("bad-mapping: ")


def test_a_report_that_cannot_be_written_is_said_so(run: Run, folder: Path, store: Path) -> None:
    done = run("import", folder / "mapping.yaml", "--store", store, "--report", folder / "no" / "such.csv")
    assert done.exit is Exit.DISK
    assert "such.csv" in done.err
