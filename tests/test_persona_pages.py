"""Do the pages for the people who ask tell the truth? Every command of them runs on the sample plant.

``THREAD_GOLDEN=write`` writes outputs again.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.test_readme import ROOT, Shell, blocks, matches, steps, writing

FOLDER: Final = ROOT / "docs" / "personas"
PAGES: Final = sorted(path.name for path in FOLDER.glob("*.md"))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(tmp_path_factory.mktemp("personas"))
    made.run("thread demo --load-only --store .demo")
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_each_command_prints_what_the_page_says(shell: Shell, page: str) -> None:
    path = FOLDER / page
    text = path.read_text("utf-8")
    for block in blocks(text):
        told = ""
        for step in steps(block):
            printed = shell.run(step.command)
            right = matches(step.expected, printed) and step.expected.strip() != "..."
            assert right or writing(), f"{page}:{step.line}: $ {step.command}\n{printed}\n--- says\n{step.expected}"
            told += f"$ {step.typed}\n{step.expected if right else printed}"
        text = text.replace(block.text, told)
    if writing():
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_block_that_nothing_checks(page: str) -> None:
    assert {block.kind for block in blocks((FOLDER / page).read_text("utf-8"))} == {"console"}


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        targets = re.findall(r"\]\((?!http|#)([^)#]+)", (FOLDER / page).read_text("utf-8"))
        assert [target for target in targets if not (FOLDER / target).exists()] == []
