"""One process writes to a directory; others read beside it and are told where to send what they would write."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from thread.clock import FixedClock, SystemClock
from thread.errors import InputError, StoreError
from thread.facts import FactPart, GraphDelta, Triple
from thread.stores import Capability, open_store
from thread.stores.embedded import EmbeddedStore, Owner, owner
from thread.stores.head import HeadFile
from thread.stores.journal import Journal
from thread.stores.lock import Lock
from thread.terms import LABEL, EntityId
from thread.testing.store_contract import killed_after, many_parts, note


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store", SystemClock())


def test_a_second_writer_is_refused_with_the_pid_of_the_first(store: EmbeddedStore) -> None:
    with pytest.raises(StoreError) as caught:
        EmbeddedStore(store.directory, SystemClock())
    assert (caught.value.code, caught.value.fields["pid"]) == ("store-locked", os.getpid())
    assert str(os.getpid()) in str(caught.value)
    store.close()
    EmbeddedStore(store.directory, SystemClock()).close()


@pytest.mark.slow
def test_a_second_process_is_refused_with_the_pid_of_the_first(store: EmbeddedStore) -> None:
    command = [sys.executable, "-m", "thread.testing.writer", str(store.directory)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert f"written by process {os.getpid()}" in refused.stderr
    store.close()


@pytest.mark.slow
def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    list(killed_after(str(directory), 1))
    assert (directory / "lock").read_bytes().strip()
    assert owner(directory) is None
    EmbeddedStore(directory, SystemClock()).close()


def test_a_server_is_found_by_its_announcement(store: EmbeddedStore) -> None:
    assert owner(store.directory) == Owner(os.getpid())
    assert store.lock is not None
    store.lock.announce("http://127.0.0.1:8400", "secret")
    assert owner(store.directory) == Owner(os.getpid(), "http://127.0.0.1:8400", "secret")
    with pytest.raises(StoreError, match="8400"):
        EmbeddedStore(store.directory, SystemClock())
    store.close()
    assert owner(store.directory) is None


def test_only_the_user_may_read_the_token(store: EmbeddedStore) -> None:
    assert (store.directory / "lock").stat().st_mode & 0o077 == 0
    store.close()


def test_an_announcement_after_release_is_refused(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    lock.release()
    lock.release()
    with pytest.raises(StoreError):
        lock.announce("http://127.0.0.1:1")
    assert owner(tmp_path / "nowhere") is None


def test_a_reader_beside_a_writer_sees_what_is_committed_and_no_unsealed_part(store: EmbeddedStore) -> None:
    store.append(note("r1"))
    reader = EmbeddedStore(store.directory, SystemClock(), read_only=True)
    assert reader.revision == store.revision
    store.append(many_parts("import"))
    assert [len(commit.change_set.parts) for commit in reader.changes()] == [1, 6]
    assert reader.revision == store.revision
    store.close()
    assert reader.find("import") == reader.revision
    assert reader.verify() == 2
    reader.close()


def test_a_reader_neither_writes_nor_locks(store: EmbeddedStore) -> None:
    store.append(note("r1"))
    store.graph.apply(GraphDelta((), (Triple(EntityId("urn:a"), LABEL, value="a"),)), 1, 0)
    store.close()
    reader = EmbeddedStore(store.directory, SystemClock(), read_only=True)
    writer = EmbeddedStore(store.directory, SystemClock())
    writer.close()
    with pytest.raises(StoreError, match="reading only"):
        reader.append(note("r2"))
    assert [reader.graph.applied, len(list(reader.graph.triples()))] == [(1, 0), 1]
    with pytest.raises(StoreError, match="reading only"):
        reader.graph.apply(GraphDelta((), ()), 2, 0)
    reader.close()


def test_the_graph_of_a_running_writer_is_asked_at_its_server(store: EmbeddedStore) -> None:
    store.append(note("r1"))
    assert store.lock is not None
    store.lock.announce("http://127.0.0.1:8400")
    reader = EmbeddedStore(store.directory, SystemClock(), read_only=True)
    with pytest.raises(StoreError) as caught:
        reader.graph  # noqa: B018
    assert (caught.value.code, "8400" in str(caught.value)) == ("store-locked", True)
    reader.close()
    store.close()


def test_a_reader_of_nothing_is_told_so_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no store"):
        EmbeddedStore(tmp_path / "nowhere", SystemClock(), read_only=True)
    assert not (tmp_path / "nowhere").exists()


def test_unsealed_parts_of_a_killed_import_are_dropped_and_said(store: EmbeddedStore) -> None:
    store.append(note("r1"))
    assert store._journal is not None
    store._journal._write([((2 << 24) + number, b"", b"") for number in range(3)], None)
    store.close()
    again = EmbeddedStore(store.directory, SystemClock())
    assert again.found == ("3 parts of a change set that was never sealed were dropped.",)
    assert again._reader.query("SELECT count(*) FROM part") == [(1,)]
    again.close()


def test_a_change_set_of_many_parts_is_durable_in_steps_and_visible_at_once(store: EmbeddedStore) -> None:
    store.append(note("r1"))
    reader = EmbeddedStore(store.directory, SystemClock(), read_only=True)
    seen = []

    class Watched(tuple[FactPart, ...]):
        """Parts whose reader looks at the log between any two of them."""

        def __iter__(self) -> Iterator[FactPart]:
            for part in super().__iter__():
                seen.append((reader.revision.ordinal, len(list(reader.changes()))))
                yield part

    asked = many_parts("import", 5)
    store.append(replace(asked, parts=Watched(asked.parts)))
    assert set(seen) == {(1, 1)}
    assert [len(commit.change_set.parts) for commit in reader.changes()] == [1, 5]
    reader.close()
    store.close()


def test_two_stores_with_one_history_have_one_digest(tmp_path: Path) -> None:
    clock = FixedClock(1_700_000_000_000_000)
    stores = [open_store(address, clock) for address in ("memory:", str(tmp_path / "a"), f"embedded:{tmp_path}/b")]
    made = {tuple(store.append(change).revision for change in (note("r1"), many_parts("r2"))) for store in stores}
    assert len(made) == 1
    assert [Capability.DURABLE in store.capabilities for store in stores] == [False, True, True]
    for store in stores:
        store.close()


def test_a_scheme_that_no_store_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"embedded, memory"):
        open_store("floppy+s://localhost", SystemClock())


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be opened"):
        EmbeddedStore(tmp_path / "file" / "store", SystemClock())


@pytest.mark.parametrize("step", ["_write", "_acknowledge"])
def test_an_interrupt_after_a_step_of_a_commit_leaves_a_store_that_goes_on(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store.append(note("r1"))
    done = getattr(Journal, step)

    def interrupted(*values: object) -> None:
        done(*values)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Journal, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.append(note("r2"))
    assert store.append(note("r2")).repeated
    assert store.append(note("r3")).revision.ordinal == 3
    assert store.verify() == 3
    store.close()
    EmbeddedStore(store.directory, SystemClock()).close()


def test_each_acknowledged_revision_is_synced_and_named_in_the_head(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store._journal is not None
    modes = [store._journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2]
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    for number, change in enumerate((note("r1"), many_parts("import"), note("r2")), start=1):
        revision = store.append(change).revision
        assert (HeadFile(store.directory).read(), len(synced)) == ((revision.ordinal, revision.digest), number)
    store.close()
