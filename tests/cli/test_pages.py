"""The commands of docs/sources.md print what the page shows, on the sample plant (``make golden`` writes it again)."""

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT
from tests.cli.conftest import Run

PAGE = ROOT / "docs/sources.md"
WRITING = os.environ.get("THREAD_GOLDEN") == "write"
COMMANDS = re.findall(r"```console\n\$ thread (.*?)\n", PAGE.read_text("utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_prints_what_stands_there(run: Run, plant: Path, command: str) -> None:
    words = [str(plant) if word == ".demo" else word for word in shlex.split(command)]
    printed, text = run(*words).out, PAGE.read_text("utf-8")
    start = f"```console\n$ thread {command}\n"
    before, _, rest = text.partition(start)
    expected, fence, after = rest.partition("```")
    if WRITING:
        PAGE.write_text(before + start + printed + fence + after, "utf-8")
    else:
        assert printed == expected
