"""Every block of docs/mapping.md runs: fragments are laid over the first mapping and give the facts that follow."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ingest.helpers import lines, reading_of
from thread.ingest.loading import words_of_language
from thread.ingest.templates import FUNCTIONS
from thread.resources import resource

PAGE = (resource("docs") / "mapping.md").read_text()
BLOCKS = re.findall(r"(?:\*\*(\S+)\*\*\n)?```(\w+)\n(.*?)```", PAGE, re.DOTALL)
FILES: dict[str, str | bytes] = {name: text for name, kind, text in BLOCKS if kind in ("csv", "json")}
MAPPINGS = [text for _, kind, text in BLOCKS if kind == "yaml"]
FACTS = [text.splitlines() for _, kind, text in BLOCKS if kind == "facts"]


def laid_over(base: Any, other: Any) -> Any:
    """A mapping with the words of a fragment put in."""
    if not (isinstance(base, dict) and isinstance(other, dict)):
        return other
    return base | {key: laid_over(base.get(key), value) for key, value in other.items()}


@pytest.mark.parametrize("number", range(len(MAPPINGS)))
def test_each_mapping_of_the_page_gives_the_facts_that_follow_it(number: int, tmp_path: Path) -> None:
    first, this = (yaml.safe_load(text) for text in (MAPPINGS[0], MAPPINGS[number]))
    reading = reading_of(tmp_path, yaml.safe_dump(laid_over(first, this)), FILES)
    assert reading.report.rejected == ()
    assert set(map(str.strip, FACTS[number])) <= set(lines(reading))


def test_every_block_of_the_page_is_run() -> None:
    assert PAGE.count("```") == 2 * len(BLOCKS)
    assert {kind for _, kind, _ in BLOCKS} == {"csv", "json", "yaml", "facts"}
    assert len(MAPPINGS) == len(FACTS)


def test_the_page_names_every_word_of_the_language_and_every_function() -> None:
    said = set(re.findall(r"[\w-]+", PAGE))
    assert [word for word in (*words_of_language(), *FUNCTIONS) if word not in said] == []


def test_the_page_is_one_page() -> None:
    assert len(PAGE.splitlines()) < 240
