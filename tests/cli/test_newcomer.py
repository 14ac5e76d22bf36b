"""Would somebody who sees `thread` for the first time understand what it says?"""

import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_frame import COMMANDS
from thread.cli.exits import Exit
from thread.cli.helping import plain
from thread.cli.remote import ask
from thread.errors import StoreError


@pytest.mark.parametrize("command", COMMANDS)
def test_help_speaks_of_no_types_of_the_program(run: Run, command: str) -> None:
    told = run(command, "--help").out
    assert re.findall(r"<\w+[^>]*>|list\[|\bstr\b|x<=|\{[A-Z]", told) == []
    assert f" {command} [OPTIONS]" in told.splitlines()[0]


def test_help_stays_in_its_columns() -> None:
    typed = (
        "--first <int range>  Entities.  [default: 9; x>=1]\n--kind <list[str]>   Only this kind.\nREF <str>  An IRI."
    )
    assert plain(typed) == (
        "--first N            Entities.  [default: 9; from 1]\n--kind NAME          Only this kind.\nREF        An IRI."
    )


def test_what_is_missing_is_named_as_in_the_help(run: Run) -> None:
    done = run("show")
    assert done.exit is Exit.USAGE
    assert " show [OPTIONS] REF\n" in done.err


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("WO-9102", "no failure is carried from a work order, only from assets, positions, parts and sensors. Ask for"),
        ("LOT-WH-B1", "thread lineage LOT-WH-B1 --down"),
    ],
)
def test_what_can_fail_nobody_is_told_with_what_to_ask_instead(run: Run, plant: Path, ref: str, said: str) -> None:
    done = run("impact", ref, "--store", plant)
    assert done.exit is Exit.OK
    assert said in " ".join(done.out.split())
    assert "Nothing else stops" not in done.out


def test_what_to_ask_instead_of_an_order_is_an_answer(run: Run, plant: Path) -> None:
    told = " ".join(run("impact", "WO-9102", "--store", plant).out.split())
    found = re.search(r"thread impact (\S+)", told)
    assert found
    assert run("impact", found[1], "--store", plant).exit is Exit.OK


def test_after_the_demo_a_command_without_a_store_says_where_it_is(
    run: Run, plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "thread demo" in run("show", "P-1").err
    shutil.copytree(plant, tmp_path / ".demo")
    done = run("show", "P-1")
    assert (done.exit, "--store .demo" in done.err) == (Exit.CONFIG, True)
    assert run("show", "P-1", "--store", ".demo").exit is Exit.OK


def test_a_report_is_json_by_its_ending_and_the_help_says_so(run: Run) -> None:
    assert "CSV, or JSON by its" in run("import", "--help").out


def test_a_server_that_dies_while_it_works_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def die() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=die)
        thread.start()
        with pytest.raises(StoreError) as failed:
            ask(f"http://127.0.0.1:{server.getsockname()[1]}/graphql", "{ x }", {})
        thread.join()
    assert failed.value.code == "unavailable"
    assert "ended before it answered" in failed.value.message
    assert "not done twice" in (failed.value.hint or "")


def test_notes_of_the_service_are_not_printed_among_the_answers_of_who_uses_it() -> None:
    program = "from thread.logs import log_of; log_of('x').warning('noted', code=1); print('answer')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "answer\n"
    assert "noted" in done.stderr


def test_who_configures_notes_gets_them_as_configured() -> None:
    program = (
        "import structlog; from thread.logs import log_of; log = log_of('x')\n"
        "structlog.configure(processors=[structlog.processors.JSONRenderer()])\n"
        "log.info('noted', code=1)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == '{"code": 1, "event": "noted"}\n'
