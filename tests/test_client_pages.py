"""Do the pages for clients tell the truth? Every command of them runs against a server over the sample plant.

``console`` blocks are compared as those of README.md are. ``THREAD_GOLDEN=write`` writes outputs again.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.test_readme import DEFAULT_ADDRESS, ROOT, Shell, blocks, matches, steps, writing

PAGES: Final = ("search.md", "sparql.md", "clients/excel.md", "clients/curl.md")
"""In this order: the last one changes the plant."""
CHECKED: Final = {"console"}
SHOWN: Final = {"powerquery"}
"""What only the other program can run; its query and its headers are those of a command of the same page."""


class Desk(Shell):
    """A folder with the sample plant in ``.demo``, and a server over it, which pages call by the usual address."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environment |= {"THREAD_SPARQL": "true"}
        super().run("thread demo --load-only --store .demo")
        server = subprocess.Popen(
            [sys.executable, "-m", "thread", "serve", "--store", ".demo"],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.servers.append(server)
        assert server.stdout is not None
        told = ""
        for line in server.stdout:
            told += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert found, told + str(server.wait(30))
        self.address = found[0]

    def run(self, command: str) -> str:
        """What a command prints, with the address as the pages have it."""
        return super().run(command.replace(DEFAULT_ADDRESS, self.address)).replace(self.address, DEFAULT_ADDRESS)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("desk"))
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_each_command_prints_what_the_page_says(desk: Desk, page: str) -> None:
    path = ROOT / "docs" / page
    text = path.read_text("utf-8")
    for block in blocks(text):
        if block.kind not in CHECKED:
            continue
        told = ""
        for step in steps(block):
            printed = desk.run(step.command)
            right = matches(step.expected, printed)
            assert right or writing(), f"{page}:{step.line}: $ {step.command}\n{printed}\n--- the page\n{step.expected}"
            told += f"$ {step.typed}\n{step.expected if right and step.expected.strip() != '...' else printed}"
        text = text.replace(block.text, told)
    if writing():
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_block_that_nothing_checks(page: str) -> None:
    kinds = {block.kind for block in blocks((ROOT / "docs" / page).read_text("utf-8"))}
    assert kinds <= CHECKED | SHOWN


def test_the_query_that_excel_sends_is_the_one_that_is_run() -> None:
    text = (ROOT / "docs" / "clients" / "excel.md").read_text("utf-8")
    found = re.search(r'Query = "(SELECT [^"]+)"', text)
    assert found
    assert f'"query={found[1]} LIMIT 3"' in text
    assert 'Accept = "text/csv"' in text
    assert 'Accept: text/csv"' in text
