"""A process that is killed while it writes loses no acknowledged change set and leaves none half done."""

from pathlib import Path
from random import Random

import pytest

from tests.crash.looking import run_writer, survey
from thread.clock import SystemClock
from thread.stores import open_store
from thread.testing.writer import IMPORT_EVERY, write

pytestmark = pytest.mark.slow


def kill_and_look(directory: Path, seed: int, kills: int) -> int:
    """Number of revisions after so many kills of processes that go on where the one before died."""
    random, log = Random(seed), list[str]()
    for kill in range(kills):
        if kill % 2:
            # Dies by itself after so many lines of the store's code: within a commit or a step of the graph.
            said = run_writer(directory, "--graph", "--die-at", str(random.randint(480, 4_000)))
        else:
            said = run_writer(directory, "--graph", acknowledged=random.randint(1, 9), patience=random.random() / 50)
        log = survey(directory, log + said)
    return len(log)


def test_twelve_kills_lose_nothing(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path / "store", seed=1, kills=12) > 12


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 5))
def test_twenty_kills_of_each_seed_lose_nothing(tmp_path: Path, seed: int) -> None:
    assert kill_and_look(tmp_path / "store", seed=seed, kills=20) > 20


@pytest.mark.parametrize("lines", range(320, 480, 20))
def test_a_kill_while_a_store_is_made_leaves_one_that_opens(tmp_path: Path, lines: int) -> None:
    directory = tmp_path / "store"
    assert survey(directory, run_writer(directory, "--die-at", str(lines))) == []


@pytest.mark.parametrize("lines", range(470, 680, 26))
def test_a_kill_within_an_import_leaves_all_or_nothing_of_it(tmp_path: Path, lines: int) -> None:
    directory = tmp_path / "store"
    store = open_store(str(directory), SystemClock())
    before = list[str]()
    write(store, IMPORT_EVERY - 1, False, before.append)
    store.close()
    said = run_writer(directory, "--die-at", str(lines))
    assert len(survey(directory, before + said)) >= IMPORT_EVERY - 1
