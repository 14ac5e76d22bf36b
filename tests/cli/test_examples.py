"""The commands in the note of each example run from a fresh checkout."""

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
