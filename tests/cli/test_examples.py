"""The commands in the note of each example run from a fresh checkout."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.resources import resource

NOTES = sorted(
    path for path in resource("examples").glob("*/README.md") if "tables:" in (path.parent / "mapping.yaml").read_text()
)


def commands(note: Path) -> list[list[str]]:
    return [line.split()[1:] for line in note.read_text("utf-8").splitlines() if line.startswith("thread ")]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.parent.name)
def test_the_commands_of_a_note_run_and_refuse_nothing(
    run: Run, note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(resource("examples").parent)
    assert commands(note) != []
    for words in commands(note):
        done = run(*words, "--store", tmp_path / "store")
        assert done.exit is Exit.OK, done.err + done.out


def test_a_proposed_mapping_can_be_imported_as_it_is(run: Run, tmp_path: Path) -> None:
    tables = sorted((resource("examples") / "isa95").glob("*.csv"))
    proposed = run("map", *tables, "--source", "first try")
    assert proposed.exit is Exit.OK
    assert '\nsource: "first try"' in proposed.out
    (tmp_path / "mapping.yaml").write_text(proposed.out)
    done = run("import", tmp_path / "mapping.yaml", tables[0].parent, "--store", tmp_path / "store")
    assert done.exit is Exit.OK
    assert "revision 1" in done.out


def test_a_file_that_cannot_be_read_is_said(run: Run, tmp_path: Path) -> None:
    done = run("map", tmp_path / "absent.csv")
    assert (done.exit, done.out) == (Exit.DATA, "")
    assert "absent.csv" in done.err


def test_refused_rows_are_mended_in_the_quarantine_and_come_in(run: Run, tmp_path: Path) -> None:
    folder, store, waiting = tmp_path / "tables", tmp_path / "store", tmp_path / "waiting"
    shutil.copytree(resource("examples") / "isa95", folder)
    orders = folder / "isa_work_order.csv"
    right = orders.read_text("utf-8")
    orders.write_text(right.replace("2024-02-12T08:00:00Z", "someday"), "utf-8")
    done = run("import", folder / "mapping.yaml", "--store", store, "--quarantine", waiting)
    assert (done.exit, str(waiting / "mapping.yaml") in done.out) == (Exit.NO, True)
    mended = waiting / "isa_work_order.csv"
    assert len(mended.read_text("utf-8").splitlines()) == 2
    mended.write_text(mended.read_text("utf-8").replace("someday", "2024-02-12T08:00:00Z"), "utf-8")
    assert run("import", waiting / "mapping.yaml", "--store", store).exit is Exit.OK
    orders.write_text(right, "utf-8")
    again = run("import", folder / "mapping.yaml", "--store", store)
    assert "nothing new" in again.out
