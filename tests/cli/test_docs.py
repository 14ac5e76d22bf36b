"""The commands that docs/risk.md and docs/what-if.md show run as they are shown."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = [
    (name, line) for name in ("risk.md", "what-if.md")
    for line in re.findall(r"^\$ thread (.*)$", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE)
]  # fmt: skip


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 3


@pytest.mark.parametrize(("name", "line"), COMMANDS)
def test_a_command_of_the_documentation_answers(run: Run, plant: Path, name: str, line: str) -> None:
    words = [str(plant) if word == ".demo" else word for word in shlex.split(line)]
    done = run(*words)
    assert (done.exit, done.err) == (Exit.OK, ""), name
    assert done.out
