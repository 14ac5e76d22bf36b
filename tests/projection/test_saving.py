"""Is a saved projection whole or not used at all?"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.projection.agreement import ONTOLOGY, commit, everything
from thread.facts import ChangeSet, Op, PartBuilder
from thread.projection import Projection
from thread.projection.saving import FILE
from thread.terms import LABEL, TYPE, Iri, UpperKind
from thread.testing.strategies import MANY_RELATION


@pytest.fixture
def projection() -> Projection:
    found = Projection(ONTOLOGY, {"s": 1})
    for number in range(3):
        builder = PartBuilder()
        for node in range(5):
            builder.attribute(f"urn:n:{node}", TYPE, Iri(UpperKind.ASSET))
            builder.attribute(f"urn:n:{node}", LABEL, f"name {number}", valid_from=number)
            builder.link(f"urn:n:{node}", MANY_RELATION, f"urn:n:{node + number}", valid_from=number)
        builder.link("urn:n:0", MANY_RELATION, "urn:n:0", valid_to=2, op=Op.END)
        commit(ChangeSet(f"r{number}", "s", builder.parts()), found)
    return found


def test_a_file_that_is_absent_or_of_other_words_or_ranks_is_not_used(projection: Projection, tmp_path: Path) -> None:
    assert Projection.load(tmp_path, ONTOLOGY, {"s": 1}) is None
    projection.save(tmp_path)
    assert Projection.load(tmp_path, ONTOLOGY, {"s": 1}) is not None
    assert Projection.load(tmp_path, ONTOLOGY, {"s": 2}) is None
    assert Projection.load(tmp_path, replace(ONTOLOGY, fingerprint="other"), {"s": 1}) is None


def test_a_flipped_bit_is_noticed_or_lies_where_nothing_is_read(projection: Projection, tmp_path: Path) -> None:
    projection.save(tmp_path)
    whole, expected = (tmp_path / FILE).read_bytes(), everything(projection.view(3))
    noticed = 0
    for at in [*range(0, 4096, 131), *range(4096, len(whole), 19_997)]:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        (tmp_path / FILE).write_bytes(damaged)
        loaded = Projection.load(tmp_path, ONTOLOGY, {"s": 1})
        noticed += loaded is None
        assert loaded is None or everything(loaded.view(3)) == expected
    assert noticed


def test_every_bit_of_every_column_counts(projection: Projection, tmp_path: Path) -> None:
    from thread.projection.saving import Mapped

    projection.save(tmp_path)
    mapped, whole = Mapped(tmp_path), (tmp_path / FILE).read_bytes()
    for name, column in projection._columns().items():
        if not column.nbytes:
            continue
        at = mapped._start + mapped.facts["columns"][name][0]
        for place in (at, at + column.nbytes // 2, at + column.nbytes - 1):
            damaged = bytearray(whole)
            damaged[place] ^= 0x80
            (tmp_path / FILE).write_bytes(damaged)
            assert Projection.load(tmp_path, ONTOLOGY, {"s": 1}) is None, name


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9])
def test_a_file_that_is_cut_short_is_not_used(projection: Projection, tmp_path: Path, share: float) -> None:
    projection.save(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: int(share * len(whole))])
    assert Projection.load(tmp_path, ONTOLOGY, {"s": 1}) is None


def test_a_newer_format_is_not_used(projection: Projection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thread.projection.saving.FORMAT", 2)
    projection.save(tmp_path)
    monkeypatch.undo()
    assert Projection.load(tmp_path, ONTOLOGY, {"s": 1}) is None


def test_a_disk_that_refuses_leaves_the_file_of_before(
    projection: Projection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.save(tmp_path)
    before = (tmp_path / FILE).read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        projection.save(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / FILE]


def test_changes_after_loading_do_not_write_into_the_file(projection: Projection, tmp_path: Path) -> None:
    projection.save(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    loaded = Projection.load(tmp_path, ONTOLOGY, {"s": 1})
    assert loaded is not None
    builder = PartBuilder()
    builder.link("urn:n:0", MANY_RELATION, "urn:n:1", valid_from=1, valid_to=3, op=Op.END)
    builder.link("urn:n:0", MANY_RELATION, "urn:n:77")
    assert commit(ChangeSet("later", "s", builder.parts()), loaded)
    assert (tmp_path / FILE).read_bytes() == before
