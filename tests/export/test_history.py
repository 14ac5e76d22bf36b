"""An exported history imports back to an equal store: every claim, every revision, every pair of times."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cli.conftest import Run, run  # noqa: F401  the fixture
from tests.export.helpers import as_quads, kept, projected, said
from tests.projection.agreement import INSTANTS, ONTOLOGY, everything
from thread.cli.exits import Exit
from thread.clock import FixedClock, parse_instant, to_text
from thread.errors import ConflictError, InputError
from thread.export.history import WORDS, nodes_of_log
from thread.export.rdf import jsonld, nquads, turtle, words_of
from thread.facts import ChangeSet, Commit
from thread.facts.history import NS
from thread.ingest.history import commits_in
from thread.samples import Sample, generate
from thread.service.restoring import restore
from thread.stores import open_store
from thread.stores.base import Store
from thread.testing import fact_strategies, strategies
from thread.testing.reference import ReferenceProjection
from thread.testing.strategies import RANKS


def written(store: Store, form: str) -> str:
    nodes = nodes_of_log(store.changes(), store.revision.ordinal)
    match form:
        case "ttl":
            return "".join(turtle(nodes, {"hist": NS}))
        case "nq":
            return "".join(nquads(nodes))
        case _:
            return "".join(jsonld(nodes, words_of(ONTOLOGY, WORDS)))


def read_back(text: str, form: str = "nq") -> list[Commit]:
    return list(commits_in(as_quads(text, form), f"history.{form}"))


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("demo")


@pytest.fixture(scope="module")
def plant(sample: Sample) -> Store:
    return kept(sample.change_sets, sample.committed_at)


@pytest.mark.parametrize("form", ["nq", "ttl", "jsonld"])
def test_every_revision_of_the_sample_comes_back_as_it_was(plant: Store, form: str) -> None:
    back = read_back(written(plant, form), form)
    assert [said(commit) for commit in plant.changes()] == [said(commit) for commit in back]
    assert [commit.revision for commit in plant.changes()] == [commit.revision for commit in back]


@given(fact_strategies.change_sets(), fact_strategies.change_sets())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_change_set_comes_back_to_the_last_bit(first: ChangeSet, second: ChangeSet) -> None:
    both = [first] if first.request_id == second.request_id else [first, second]
    store = kept(both)
    for form in ("nq", "ttl", "jsonld"):
        back = read_back(written(store, form), form)
        assert [said(commit) for commit in store.changes()] == [said(commit) for commit in back]


@pytest.mark.slow
@given(strategies.histories(largest=5))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_restored_history_answers_alike_at_every_pair_of_times(history: list[ChangeSet]) -> None:
    store = kept(history)
    back = read_back(written(store, "nq"))
    projections = projected(store.changes(), ONTOLOGY, RANKS), projected(back, ONTOLOGY, RANKS)
    twin = ReferenceProjection(ONTOLOGY, RANKS)
    for commit in back:
        twin.publish(twin.stage(commit.change_set), commit.revision)
    for known in range(store.revision.ordinal + 1):
        for valid_at in INSTANTS:
            ours, theirs, plain = (p.view(valid_at, known) for p in (*projections, twin))
            assert everything(ours) == everything(theirs) == everything(plain)


def test_a_restored_store_has_the_digests_of_the_first(tmp_path: Path, sample: Sample, plant: Store) -> None:
    file, target = tmp_path / "plant.nq", str(tmp_path / "store")
    file.write_text(written(plant, "nq"))
    done = restore(file, target)
    assert (done.revision, done.same_digests, done.already) == (plant.revision, True, 0)
    assert done.facts == sum(change_set.size for change_set in sample.change_sets)


def test_a_history_is_taken_up_where_it_was_left(tmp_path: Path, plant: Store) -> None:
    early, late, target = tmp_path / "early.nq", tmp_path / "late.nq", str(tmp_path / "store")
    early.write_text("".join(nquads(nodes_of_log(plant.changes(), 5))))
    late.write_text(written(plant, "nq"))
    assert restore(early, target).revision.ordinal == 5
    assert (restore(late, target).already, restore(late, target).already) == (5, plant.revision.ordinal)
    assert restore(early, target).already == plant.revision.ordinal


def test_another_history_is_refused_and_nothing_is_written(tmp_path: Path, plant: Store) -> None:
    file, target = tmp_path / "plant.nq", str(tmp_path / "store")
    file.write_text(written(plant, "nq"))
    other = kept([ChangeSet("other", "hand", ())], address=target)
    revision = other.revision
    other.close()
    with pytest.raises(ConflictError, match="another revision 1"):
        restore(file, target)
    store = open_store(target, FixedClock(0))
    assert store.revision == revision
    store.close()


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_shuffled_lines_are_refused_and_sorted_ones_are_read(plant: Store) -> None:
    text = written(plant, "nq")
    with pytest.raises(InputError, match=r"no whole history.*Sort its lines"):
        read_back("".join(reversed(_lines(text))))
    in_order = read_back("".join(sorted(_lines(text))))
    assert [said(commit) for commit in plant.changes()] == [said(commit) for commit in in_order]


BROKEN: dict[str, Callable[[list[str]], list[str]]] = {
    "a cut at the end": lambda lines: lines[:-1],
    "a cut in a revision": lambda lines: lines[:-40],
    "a property taken out": lambda lines: [*lines[:-3], *lines[-2:]],
    "a cut between revisions": lambda lines: lines[: _last_header(lines)],
    "a fact taken out": lambda lines: [line for line in lines if "0000000001_00000002>" not in line],
    "a word taken out": lambda lines: [
        line for line in lines if "00000002_00000001> <urn:thread:history#says" not in line
    ],
    "another saying": lambda lines: [line.replace('"holds"', '"maybe"', 1) for line in lines],
    "a revision taken out": lambda lines: [line for line in lines if ":0000000003" not in line],
    "something else in it": lambda lines: ["<urn:a> <urn:b> <urn:c> .\n", *lines],
    "no recorded time": lambda lines: [line for line in lines if "#recordedAt" not in line],
    "nothing": lambda lines: [],
}


def _last_header(lines: list[str]) -> int:
    return max(at for at, line in enumerate(lines) if "#recordedAt" in line)


@pytest.mark.parametrize("damage", BROKEN)
def test_a_history_that_is_not_whole_is_refused(plant: Store, damage: str) -> None:
    with pytest.raises(InputError, match="is no whole history") as refused:
        read_back("".join(BROKEN[damage](_lines(written(plant, "nq")))))
    assert refused.value.code == "bad-file"


def test_a_history_up_to_a_known_time_ends_there(plant: Store) -> None:
    some = list(commits_in(as_quads("".join(nquads(nodes_of_log(plant.changes(), 7))), "nq"), "some.nq"))
    assert [commit.revision for commit in some] == [commit.revision for commit in plant.changes()][:7]


def test_the_commands_bring_a_store_out_and_in(run: Run, sample: Sample, tmp_path: Path) -> None:  # noqa: F811
    from tests.export.stores import copied_settings
    from thread.service import load_sample

    source, target, file = tmp_path / "a", tmp_path / "b", tmp_path / "all.ttl"
    load_sample(sample, source)
    copied_settings(source, target)
    assert run("export", file, "--history", "--store", source).exit is Exit.OK
    count = len(sample.change_sets)
    assert f"{count} revisions" in run("import", file, "--plan", "--store", target).out
    assert "the digests agree" in run("import", file, "--store", target).out
    assert f"0 revisions restored from a history, {count} were there" in run("import", file, "--store", target).out
    times = [sample.committed_at[at] for at in (0, 9, 20, -1)]
    for known in (to_text(instant) for instant in times):
        for at in ("2025-01-01", "2026-01-14T12:00Z", to_text(parse_instant("2026-06-15T06:00:00Z"))):
            shown = [
                run("export", "-f", "nq", "--at", at, "--known", known, "--store", s).out for s in (source, target)
            ]
            assert shown[0] == shown[1]
    assert run("verify", "--store", target).exit is Exit.OK
