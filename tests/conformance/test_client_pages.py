"""Do the pages for Relay and Apollo tell the truth? Their files are written down, compiled and run against a server.

The first line of a block names its file. ``THREAD_GOLDEN=write`` writes what commands print again.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_client_pages import Desk
from tests.test_readme import ROOT, blocks, matches, steps, writing

pytestmark = pytest.mark.slow
FILE = re.compile(r"// (\S+)\n")


@pytest.mark.parametrize("page", ["relay.md", "apollo.md"])
def test_each_file_of_a_page_runs_and_prints_what_the_page_says(judges: Path, tmp_path: Path, page: str) -> None:
    path = ROOT / "docs" / "clients" / page
    text = path.read_text("utf-8")
    desk = Desk(tmp_path)
    try:
        desk.environment |= {"THREAD_ADDRESS": desk.address, "npm_config_loglevel": "error"}
        (tmp_path / "node_modules").symlink_to(judges / "node_modules")
        (tmp_path / "artifacts").mkdir()
        for block in blocks(text):
            if block.kind != "console":
                named = FILE.match(block.text)
                assert named, f"{page}:{block.line}: a block begins with the name of its file"
                body = block.text[named.end() :] if block.kind == "json" else block.text
                (tmp_path / named[1]).write_text(body, "utf-8")
                continue
            told = ""
            for step in steps(block):
                printed = desk.run(step.command)
                right = matches(step.expected, printed) and step.expected.strip() != "..."
                assert right or writing(), (
                    f"{page}:{step.line}: $ {step.command}\n{printed}--- the page\n{step.expected}"
                )
                told += f"$ {step.typed}\n{step.expected if right else printed}"
            text = text.replace(block.text, told)
    finally:
        desk.close()
    if writing():
        path.write_text(text, "utf-8")
