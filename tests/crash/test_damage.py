"""Cut and flipped bytes are found and said; an answer never silently misses what was acknowledged."""

import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.crash.looking import bytes_of, outcome, state_at, written
from thread.clock import SystemClock
from thread.errors import StoreError
from thread.facts import GraphDelta
from thread.stores.embedded import EmbeddedStore, salvage
from thread.stores.plain import plain
from thread.testing.writer import change_of, graph_of, same

REVISIONS = 24
LOG_FILES = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "head")
# Files of the projection join this list in tests/projection, beside the code that reads them.


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as a killed process left it."""
    directory = tmp_path_factory.mktemp("killed") / "store"
    written(directory, REVISIONS)
    return directory


@pytest.fixture
def store(killed: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copytree(killed, tmp_path / "copy"))


def damage(file: Path, random: Random) -> str:
    """Flip a bit, change a byte, or cut a file at a random place."""
    data = bytearray(file.read_bytes())
    kind, at = random.choice(("bit", "byte", "cut")), random.randrange(len(data))
    if kind == "cut":
        del data[at:]
    else:
        data[at] ^= 1 << random.randrange(8) if kind == "bit" else random.randrange(1, 256)
    file.write_bytes(data)
    return kind


def damage_many(killed: Path, place: Path, seed: int, times: int) -> Counter[str]:
    """What came of so many copies with one damage each."""
    random, seen = Random(seed), Counter[str]()
    for _ in range(times):
        copy = Path(shutil.copytree(killed, place / "damaged", ignore=shutil.ignore_patterns("graph")))
        file = copy / random.choice(LOG_FILES)
        kind = damage(file, random)
        before = bytes_of(copy)
        result = outcome(copy, REVISIONS)
        if result.startswith("refused:"):
            assert before == bytes_of(copy), "what is refused is left as it is"
        seen[f"{file.name} {kind} {result}"] += 1
        shutil.rmtree(copy)
    return seen


@pytest.mark.slow
def test_damage_anywhere_in_the_log_is_found_or_harmless(killed: Path, tmp_path: Path) -> None:
    seen = damage_many(killed, tmp_path, seed=1, times=100)
    assert any("refused: store-damaged" in result for result in seen)
    # A write-ahead log without an end that can be proved is always refused: SQLite itself would say nothing.
    assert {result.split(" ", 2)[2] for result in seen if "-wal" in result} == {"refused: store-damaged"}


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
def test_damage_at_five_hundred_places_is_found_or_harmless(killed: Path, tmp_path: Path, seed: int) -> None:
    assert damage_many(killed, tmp_path, seed, times=500).total() == 500


def graph_outcome(directory: Path) -> str:
    """What a damaged graph says of itself, and that it shows nothing but the state it claims, and can be replaced."""
    store = EmbeddedStore(directory, SystemClock())
    try:
        graph = store.graph
        applied = graph.applied[0]
        if graph.fault:
            assert (applied, list(graph.triples())) == (0, [])
            assert any("made anew" in sentence for sentence in store.found)
            result = "dropped"
        else:
            result = _claimed(store, applied)
        graph.replace([], 0, 0)
        for number in range(1, REVISIONS + 1):
            graph.apply(graph_of(number), number, 0)
        assert state_at(REVISIONS) == set(map(plain, graph.triples()))
        return result
    finally:
        store.close()


def _claimed(store: EmbeddedStore, applied: int) -> str:
    try:
        assert state_at(applied) == set(map(plain, store.graph.triples()))
        store.graph.apply(GraphDelta((), ()), applied, 1)
    except StoreError as error:
        return f"refused when read: {error.code}"
    return "whole" if applied == REVISIONS else "behind"


def damage_graphs(killed: Path, place: Path, seed: int, times: int) -> Counter[str]:
    """What came of so many copies with one damage each in a file of the graph."""
    random, seen = Random(seed), Counter[str]()
    names = sorted(f.name for f in (killed / "graph").iterdir() if f.stat().st_size and not f.name.startswith("LOG"))
    for _ in range(times):
        copy = Path(shutil.copytree(killed, place / "damaged"))
        damage(copy / "graph" / random.choice(names), random)
        seen[graph_outcome(copy)] += 1
        shutil.rmtree(copy)
    return seen


@pytest.mark.slow
def test_damage_anywhere_in_the_graph_is_found_and_mended(killed: Path, tmp_path: Path) -> None:
    seen = damage_graphs(killed, tmp_path, seed=1, times=40)
    assert set(seen) <= {"whole", "behind", "dropped", "refused when read: store-damaged"}
    assert seen["dropped"] > 0


@pytest.mark.slow
@pytest.mark.soak
def test_damage_at_two_hundred_places_of_the_graph_is_found_and_mended(killed: Path, tmp_path: Path) -> None:
    assert damage_graphs(killed, tmp_path, seed=2, times=200).total() == 200


def refusal(directory: Path, read_only: bool = False) -> StoreError:
    """The error with which a store is refused; what is on disk stays as it is."""
    before = bytes_of(directory)
    with pytest.raises(StoreError) as caught:
        EmbeddedStore(directory, SystemClock(), read_only=read_only)
    assert before == bytes_of(directory)
    return caught.value


@pytest.mark.parametrize("read_only", [False, True])
def test_a_write_ahead_log_that_is_gone_is_a_loss_that_is_named(store: Path, read_only: bool) -> None:
    (store / "journal.sqlite-wal").unlink()
    error = refusal(store, read_only)
    assert (error.code, error.fields["ordinal"]) == ("store-damaged", REVISIONS // 2 + 1)
    assert "backup" in str(error)


def test_a_journal_that_is_gone_is_refused_not_begun_anew(store: Path) -> None:
    for file in store.glob("journal*"):
        file.unlink()
    assert f"revision {REVISIONS} was acknowledged" in str(refusal(store))
    assert not (store / "journal.sqlite").exists()


def test_a_head_that_is_gone_or_unreadable_is_refused(store: Path) -> None:
    (store / "head").write_bytes(b"\0" * 1024)
    assert refusal(store).code == "store-damaged"
    (store / "head").unlink()
    assert "head" in str(refusal(store))


def test_one_torn_slot_of_the_head_is_not_damage(store: Path) -> None:
    data = (store / "head").read_bytes()
    for torn in (b"\0" * 512 + data[512:], data[:512] + b"\0" * 512, data[:512], data[:700]):
        (store / "head").write_bytes(torn)
        assert outcome(store, REVISIONS) == "whole"


def test_a_head_one_behind_is_what_a_kill_between_commit_and_head_leaves(store: Path) -> None:
    before = (store / "head").read_bytes()
    opened = EmbeddedStore(store, SystemClock())
    opened.append(change_of(REVISIONS + 1))
    opened.close()
    (store / "head").write_bytes(before)
    assert outcome(store, REVISIONS + 1) == "whole"


def tamper(directory: Path, *statements: str) -> None:
    """Change the journal as SQLite allows it: its structure stays whole."""
    with sqlite3.connect(directory / "journal.sqlite") as db:
        for statement in statements:
            db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE revision SET recorded_at = recorded_at + 1 WHERE ordinal = 7", 7),
        ("UPDATE revision SET source = 'other' WHERE ordinal = 7", 7),
        ("UPDATE revision SET content = '' WHERE ordinal = 7", 7),
        ("UPDATE revision SET withdraws = 'x' WHERE ordinal = 7", 7),
        ("UPDATE revision SET digest = 'x' || substr(digest, 2) WHERE ordinal = 7", 7),
        ("DELETE FROM revision WHERE ordinal = 7", 7),
        ("DELETE FROM part WHERE id = 7 << 24", 7),
        ("DELETE FROM part WHERE id = (10 << 24) + 5", 10),
        ("INSERT INTO part SELECT (7 << 24) + 1, digest, facts FROM part WHERE id = 8 << 24", 7),
        ("UPDATE part SET facts = (SELECT facts FROM part WHERE id = 8 << 24) WHERE id = 7 << 24", 7),
        ("UPDATE part SET facts = (SELECT facts FROM part WHERE id = 8 << 24) WHERE id = (10 << 24) + 2", 10),
        ("UPDATE part SET facts = x'00' WHERE id = (10 << 24) + 2", 10),
    ],
)
def test_a_full_check_names_the_first_revision_that_was_tampered_with(
    store: Path, statement: str, first_bad: int
) -> None:
    tamper(store, statement)
    opened = EmbeddedStore(store, SystemClock())
    try:
        for use in (opened.verify, lambda: [c.change_set.size for c in opened.changes()]):
            with pytest.raises(StoreError) as caught:
                use()
            assert (caught.value.code, caught.value.fields["ordinal"]) == ("store-damaged", first_bad)
    finally:
        opened.close()


def test_a_request_id_that_is_damaged_in_table_or_index_is_refused_so_that_none_is_applied_twice(store: Path) -> None:
    EmbeddedStore(store, SystemClock()).close()
    data = (store / "journal.sqlite").read_bytes()
    places = [at for at in range(len(data)) if data.startswith(b"request-7", at)]
    assert len(places) >= 2
    for at in places:
        (store / "journal.sqlite").write_bytes(data[:at] + b"R" + data[at + 1 :])
        assert outcome(store, REVISIONS) == "refused: store-damaged"


def test_a_part_and_its_digest_exchanged_together_break_the_chain(store: Path) -> None:
    taken = "(SELECT digest, facts FROM part WHERE id = 8 << 24)"
    tamper(store, f"UPDATE part SET (digest, facts) = {taken} WHERE id = 7 << 24")
    assert outcome(store, REVISIONS) == "refused when read: store-damaged"


def test_a_log_cut_at_its_end_in_good_order_is_refused(store: Path) -> None:
    last = REVISIONS
    tamper(store, f"DELETE FROM revision WHERE ordinal = {last}", f"DELETE FROM part WHERE id >= {last} << 24")
    assert refusal(store).fields["ordinal"] == last


def test_another_history_of_the_same_length_is_refused(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    written(other, REVISIONS)
    shutil.copy(other / "head", store / "head")
    assert "not the one that was acknowledged" in str(refusal(store))


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_format_is_refused_with_the_way_out(store: Path, read_only: bool) -> None:
    tamper(store, "PRAGMA user_version = 2")
    error = refusal(store, read_only)
    assert (error.code, error.fields["found"], error.fields["known"]) == ("store-newer", 2, 1)
    assert "Install the version" in str(error)


def test_a_file_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a database at all" * 100)
    assert refusal(tmp_path).code == "store-damaged"
    (tmp_path / "journal.sqlite").unlink()
    tamper(tmp_path, "CREATE TABLE things (a)")
    assert "not a journal of this program" in str(refusal(tmp_path))


def test_what_is_whole_before_the_damage_can_be_saved(store: Path, tmp_path: Path) -> None:
    twin = EmbeddedStore(Path(shutil.copytree(store, tmp_path / "twin")), SystemClock())
    revisions = [commit.revision for commit in twin.changes()]
    twin.close()
    tamper(store, "UPDATE revision SET source = 'other' WHERE ordinal = 12")
    saved = tmp_path / "saved"
    assert salvage(store, saved) == 11
    opened = EmbeddedStore(saved, SystemClock())
    commits = list(opened.changes())
    assert all(same(change_of(n), commit.change_set) for n, commit in enumerate(commits, start=1))
    assert [commit.revision for commit in commits] == revisions[:11]
    opened.close()
    with pytest.raises(StoreError):
        salvage(store, saved)


def test_a_graph_ahead_of_the_log_says_so(store: Path) -> None:
    opened = EmbeddedStore(store, SystemClock())
    opened.graph.apply(GraphDelta((), ()), REVISIONS + 1, 0)
    assert opened.graph.applied[0] > opened.revision.ordinal
    opened.close()
