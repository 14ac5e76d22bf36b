"""A thread moves between stores both ways without losing a bit, and goes on where it was broken off."""

from pathlib import Path

import pytest

from tests.neo4j.running import wipe
from tests.stores.backends import START
from thread.clock import FixedClock
from thread.errors import ConflictError
from thread.service.copying import copy_log
from thread.stores import open_store
from thread.testing.store_contract import many_parts, note, said
from tools.neo4j.server import Server


def filled(address: str, count: int = 6) -> None:
    clock = FixedClock(START)
    store = open_store(address, clock)
    for number in range(count):
        clock.move(number)
        store.append(many_parts(f"run-{number}") if number % 3 == 2 else note(f"r{number}", f"ä{number}"))
    store.close()


def history(address: str) -> list[object]:
    store = open_store(address, FixedClock(START))
    found: list[object] = [(commit.revision, said(commit.change_set)) for commit in store.changes()]
    store.close()
    return found


@pytest.fixture
def embedded(tmp_path: Path) -> str:
    filled(str(tmp_path / "one"))
    return str(tmp_path / "one")


def test_a_copy_to_neo4j_and_back_is_the_same_history(server: Server, embedded: str, tmp_path: Path) -> None:
    wipe(server)
    steps: list[tuple[int, int]] = []
    there = copy_log(embedded, server.url, lambda done, total: steps.append((done, total)))
    back = copy_log(server.url, str(tmp_path / "two"))
    assert steps == [(number, 6) for number in range(1, 7)]
    assert history(embedded) == history(server.url) == history(str(tmp_path / "two"))
    assert there.revision == back.revision


def test_a_copy_that_broke_off_goes_on_where_it_was(embedded: str, tmp_path: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_log(embedded, str(tmp_path / "two"), stop)
    again = copy_log(embedded, str(tmp_path / "two"))
    once_more = copy_log(embedded, str(tmp_path / "two"))
    assert (again.already, again.copied, once_more.copied) == (4, 2, 0)
    assert history(embedded) == history(str(tmp_path / "two"))


def test_a_target_with_another_history_is_left_alone(embedded: str, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "two"), FixedClock(START))
    store.append(note("other"))
    store.close()
    before = history(str(tmp_path / "two"))
    with pytest.raises(ConflictError):
        copy_log(embedded, str(tmp_path / "two"))
    assert history(str(tmp_path / "two")) == before
