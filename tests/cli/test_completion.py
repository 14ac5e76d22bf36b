"""Does a shell complete commands, options and words, and without loading anything heavy?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.completion import VARIABLE, Shell
from thread.cli.exits import Exit

BIN = Path(sys.executable).parent
MOST_MODULES = 200
"""Modules of an answer to --help: 156 when this was written, of which 33 belong to the bare interpreter."""


def environment(**more: str) -> dict[str, str]:
    return {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **more}


def asked(shell: Shell, words: str, **more: str) -> str:
    """What a script is told when it asks for the words after these."""
    variables = {
        VARIABLE: f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(
        ["thread"],
        env=environment(**variables, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", Shell)
@pytest.mark.parametrize(
    ("words", "expected", "absent"),
    [
        ("thread im", ["import", "impact"], ["demo"]),
        ("thread lineage --d", ["--down", "--depth"], ["--kind"]),
        ("thread schema rel", ["relations"], ["kinds"]),
        ("thread sparql x --format t", ["table", "tsv", "turtle"], ["json"]),
        ("thread completion f", ["fish"], ["bash"]),
    ],
)
def test_every_shell_is_told_the_words_that_may_come_next(
    shell: Shell, words: str, expected: list[str], absent: list[str]
) -> None:
    told = asked(shell, words)
    assert [word for word in expected if word not in told] == []
    assert [word for word in absent if word in told] == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here to run its script")
def test_the_script_of_bash_completes_in_bash() -> None:
    typed = "source <(thread completion bash); COMP_WORDS=(thread ver); COMP_CWORD=1; _thread_completion thread; "
    done = subprocess.run(
        ["bash", "-c", typed + 'echo "${COMPREPLY[@]}"; complete -p thread'],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0] == "verify"
    assert "_thread_completion" in done.stdout.splitlines()[1]


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here to run its script")
def test_the_script_of_fish_completes_in_fish() -> None:
    typed = "thread completion fish | source; complete -C 'thread ver'"
    done = subprocess.run(["fish", "-c", typed], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split("\t")[0] == "verify"


@pytest.mark.parametrize("shell", Shell)
def test_every_shell_has_its_script(run: Run, shell: Shell) -> None:
    done = run("completion", shell.value)
    assert done.exit is Exit.OK
    assert f"complete_{shell}" in done.out


def test_another_shell_is_refused_with_those_that_there_are(run: Run) -> None:
    done = run("completion", "tcsh")
    assert done.exit is Exit.USAGE
    assert all(shell.value in done.err for shell in Shell)


def test_help_loads_few_modules() -> None:
    program = (
        "import sys; sys.argv = ['thread', '--help']\n"
        "from thread.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(len(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stderr) <= MOST_MODULES
