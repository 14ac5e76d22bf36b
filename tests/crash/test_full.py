"""A full disk is a clear error: nothing is lost, nothing half applied, and it goes on when there is room again."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from thread.clock import SystemClock
from thread.errors import StoreError
from thread.facts import GraphDelta, Triple
from thread.stores.embedded import EmbeddedStore
from thread.stores.head import HeadFile
from thread.terms import LABEL, EntityId
from thread.testing.store_contract import many_parts, note
from thread.testing.writer import change_of, same


def fill(store: EmbeddedStore) -> StoreError:
    """Append until it is refused."""
    try:
        for number in range(store.revision.ordinal + 1, 100_000):
            store.append(change_of(number))
    except StoreError as error:
        return error
    raise AssertionError("the disk never filled")


def whole(store: EmbeddedStore, revisions: int) -> bool:
    """Whether the log holds so many revisions, each as it was written."""
    commits = list(store.changes())
    return len(commits) == revisions == store.verify() and all(
        same(change_of(number), commit.change_set) for number, commit in enumerate(commits, start=1)
    )


def test_a_journal_that_may_not_grow_refuses_and_goes_on_when_it_may(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path, SystemClock())
    assert store._journal is not None
    store._journal._db.execute("PRAGMA max_page_count = 40")
    error = fill(store)
    reached = store.revision.ordinal
    assert (error.code, "Make room" in str(error)) == ("store-full", True)
    assert whole(store, reached)
    with pytest.raises(StoreError):
        store.append(many_parts("import", 40))
    assert whole(store, reached)
    store._journal._db.execute("PRAGMA max_page_count = 1000000")
    store.append(change_of(reached + 1))
    assert whole(store, reached + 1)
    store.close()


def test_a_file_that_the_system_may_not_lengthen_refuses_and_goes_on_when_it_may(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path, SystemClock())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        assert fill(store).code in ("store-full", "store-failed")
        reached = store.revision.ordinal
        assert whole(store, reached)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    store.append(change_of(reached + 1))
    assert whole(store, reached + 1)
    store.close()


def test_a_head_that_cannot_be_written_stops_the_store_until_it_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddedStore(tmp_path, SystemClock())
    store.append(change_of(1))

    def refuse(*_: object) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(HeadFile, "write", refuse)
        with pytest.raises(StoreError, match="could not be confirmed"):
            store.append(change_of(2))
    with pytest.raises(StoreError, match="open it again"):
        store.append(change_of(3))
    store.close()
    store = EmbeddedStore(tmp_path, SystemClock())
    assert store.append(change_of(2)).repeated
    assert whole(store, 2)
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if not shutil.which("mount") or os.geteuid() or subprocess.run(command, check=False).returncode:
        pytest.skip("needs the right to mount a small file system; the tests above need none")
    yield place
    subprocess.run(["umount", place], check=True)


def grow(place: Path) -> None:
    """Give the small disk room."""
    subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_and_works_again(small_disk: Path) -> None:
    store = EmbeddedStore(small_disk / "store", SystemClock())
    assert fill(store).code == "store-full"
    reached = store.revision.ordinal
    with pytest.raises(StoreError):
        store.append(many_parts("import", 300))
    store.close()
    assert reached > 10
    grow(small_disk)
    store = EmbeddedStore(small_disk / "store", SystemClock())
    assert whole(store, reached)
    store.append(change_of(reached + 1))
    assert whole(store, reached + 1)
    store.close()


@pytest.mark.slow
def test_a_full_disk_stops_the_graph_and_not_the_log(small_disk: Path) -> None:
    store = EmbeddedStore(small_disk / "store", SystemClock())
    store.append(note("r1"))
    triples = [Triple(EntityId(f"urn:{n}"), LABEL, value=f"{n}" * 20) for n in range(40_000)]
    refused = []
    for ordinal in range(1, 9):
        try:
            store.graph.apply(GraphDelta((), tuple(triples[: 5_000 * ordinal])), ordinal, 0)
        except StoreError as error:
            refused.append(error)
    assert {error.code for error in refused} == {"store-full"}
    grow(small_disk)
    store.graph.replace(triples, 9, 0)
    assert (store.graph.applied, sum(1 for _ in store.graph.triples())) == ((9, 0), len(triples))
    assert store.append(note("r2")).revision.ordinal == 2
    store.close()


def test_other_troubles_of_the_file_are_told_from_a_full_disk(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path, SystemClock())
    other = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store._journal is not None
    store._journal._db.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(StoreError) as caught:
        store.append(note("r1"))
    other.close()
    assert caught.value.code == "store-failed"
    assert store.append(note("r1")).revision.ordinal == 1
    store.close()


@pytest.mark.slow
def test_a_store_on_a_disk_that_is_read_only_can_be_read(small_disk: Path) -> None:
    store = EmbeddedStore(small_disk / "store", SystemClock())
    for number in range(1, 7):
        store.append(change_of(number))
    store.graph.replace([Triple(EntityId("urn:a"), LABEL, value="a")], 6, 0)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreError, match="could not be opened"):
        EmbeddedStore(small_disk / "store", SystemClock())
    reader = EmbeddedStore(small_disk / "store", SystemClock(), read_only=True)
    assert whole(reader, 6)
    assert [triple.value for triple in reader.graph.triples()] == ["a"]
    reader.close()
