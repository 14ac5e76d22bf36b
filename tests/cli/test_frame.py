"""Does every command start fast, say what is wrong in one line, and end as the table says?"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.rules import OWNERS
from tests.cli.conftest import Run
from thread import __version__
from thread.cli.app import app
from thread.cli.exits import Exit, exit_of
from thread.cli.frame import AsOf, ending, instant
from thread.errors import CODES, ConflictError, InputError, StoreError, ThreadError

COMMANDS = (
    "demo",
    "import",
    "export",
    "map",
    "retract",
    "sources",
    "audit",
    "show",
    "search",
    "lineage",
    "siblings",
    "structure",
    "where-used",
    "diff",
    "recall",
    "change",
    "coverage",
    "common-cause",
    "impact",
    "health",
    "explain",
    "whatif",
    "risk",
    "first",
    "query",
    "sparql",
    "serve",
    "check",
    "rebuild",
    "copy",
    "verify",
    "schema",
    "completion",
)
READING = ("show", "lineage", "impact")


def test_help_loads_no_heavy_package() -> None:
    heavy = sorted({*OWNERS, "pydantic", "numpy", "orjson", "asyncio"} - {"typer"})
    program = (
        "import sys; sys.argv = ['thread', '--help']\n"
        "from thread.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "impact" in done.stdout


def test_every_command_of_the_issue_is_there() -> None:
    assert tuple(info.name or info.callback.__name__ for info in app.registered_commands if info.callback) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert (done.exit, done.err) == (Exit.OK, "")
    assert "Usage:" in done.out


@pytest.mark.parametrize("command", READING)
def test_every_reading_command_takes_both_times_and_speaks_json(run: Run, command: str) -> None:
    told = run(command, "--help").out
    assert all(option in told for option in ("--at", "--known", "--json", "--store"))


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").out == f"thread {__version__}\n"


@pytest.mark.parametrize(
    "words", [("impct",), ("impact",), ("impact", "A", "--colour"), ("lineage", "A", "--depth", "x")]
)
def test_a_wrong_command_line_ends_with_usage(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.exit is Exit.USAGE
    assert done.out == ""
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "words", [("show", "A"), ("lineage", "A"), ("impact", "A"), ("verify",), ("impact", "A", "--json")]
)
def test_without_a_store_every_reader_says_how_to_get_one(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "--store", tmp_path / "none")
    assert done.exit is Exit.CONFIG
    assert done.err.startswith("bad-config: There is no store in ")
    assert "thread demo" in done.err
    assert not (tmp_path / "none").exists()


def test_every_error_code_ends_with_a_documented_exit() -> None:
    for code in CODES:
        assert exit_of(ThreadError("x", code=code)) not in (Exit.OK, Exit.USAGE, Exit.INTERRUPTED)


def test_kinds_of_errors_end_differently() -> None:
    ends = [exit_of(error) for error in (InputError("x"), ConflictError("x"), StoreError("x"), ThreadError("x"))]
    assert ends == [Exit.DATA, Exit.LOCKED, Exit.DISK, Exit.FAULT]


def test_an_error_is_one_line_with_code_sentence_and_hint(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise InputError("It is wrong.", hint="Make it right.")

    with pytest.raises(SystemExit) as ended:
        ending(fails)()
    assert ended.value.code == Exit.DATA
    assert capsys.readouterr().err == "invalid: It is wrong. Make it right.\n"


def test_a_fault_of_ours_shows_no_traceback_unless_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.delenv("THREAD_TRACE", raising=False)
    with pytest.raises(SystemExit) as ended:
        ending(breaks)()
    said = capsys.readouterr().err
    assert ended.value.code == Exit.FAULT
    assert said.startswith("fault: ZeroDivisionError: by zero")
    assert "Traceback" not in said
    monkeypatch.setenv("THREAD_TRACE", "1")
    with pytest.raises(SystemExit):
        ending(breaks)()
    assert "Traceback" in capsys.readouterr().err


def test_stopping_with_the_keyboard_is_not_a_fault() -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        ending(stopped)()
    assert ended.value.code == Exit.INTERRUPTED


def test_a_date_alone_is_its_first_moment_in_utc() -> None:
    assert instant("2026-03-02") == instant("2026-03-02T00:00:00Z") == instant("2026-03-02T01:00+01:00")


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-45", ""])
def test_a_time_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(InputError) as refused:
        AsOf(at=typed).instants()
    assert refused.value.code == "bad-time"


def test_both_times_travel_to_graphql_under_its_names() -> None:
    assert AsOf().as_input() is None
    assert AsOf(known="2026-03-02").as_input() == {"knownAt": "2026-03-02T00:00:00Z"}
