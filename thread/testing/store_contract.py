"""Does a store keep what every store promises? The suite for authors of stores.

Give a fixture ``backend`` (a ``Backend``) and derive ``class TestMyStore(StoreContract)``; for a store that
outlives its process also ``DurableStoreContract``.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thread.clock import BEGIN, FixedClock
from thread.errors import ConflictError, InputError, StoreError
from thread.facts import EMPTY, ChangeSet, Fact, FactPart, GraphDelta, PartBuilder, Triple, Value, parts_of
from thread.stores import Store
from thread.stores.memory import MemoryStore
from thread.stores.plain import Plain, plain
from thread.terms import IDENTIFIER, LABEL, SCHEME, THR, TYPE, EntityId, Iri
from thread.testing import fact_strategies as strategies
from thread.testing.writer import IMPORT_EVERY, change_of, same

__all__ = ["Backend", "DurableStoreContract", "StoreContract", "exact", "note", "said"]


class Backend(Protocol):
    """One store under test, with the means to close and open it."""

    clock: FixedClock
    address: str
    """What ``open_store`` opens, in this and in another process."""

    @property
    def store(self) -> Store:
        """The open store."""

    def reopen(self) -> Store:
        """Close the store and open it again; a store that is not durable stays as it is."""


A, B, C = (EntityId(f"urn:thread:id:{name}") for name in "abc")
PROPERTY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def note(request_id: str, text: str = "x", subject: EntityId = A) -> ChangeSet:
    """A change set of one fact."""
    return ChangeSet(request_id, "test", parts_of([Fact(subject, LABEL, value=text)]))


def exact(fact: Fact) -> str:
    """A fact to the last bit: ``-0.0`` is not ``0.0``, ``1.50`` not ``1.5``, an ``Iri`` not a text."""
    pairs = [(predicate, type(value).__name__, repr(value)) for predicate, value in fact.qualifiers]
    return repr((replace(fact, qualifiers=()), type(fact.value).__name__, pairs))


def said(change_set: ChangeSet) -> tuple[object, ...]:
    """All that a change set says, to compare with what came back."""
    facts = [(op, exact(fact)) for part in change_set.parts for op, fact in part.facts()]
    header = (change_set.request_id, change_set.source, change_set.actor, change_set.reason, change_set.run)
    return (*header, change_set.withdraws, facts)


def shown(store: Store) -> set[Plain]:
    """What the graph shows."""
    return {plain(triple) for triple in store.graph.triples()}


class BreakingParts(Sequence[FactPart]):
    """Parts whose source fails after some: the fourth cannot be read."""

    def __init__(self, parts: Sequence[FactPart]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, index: int) -> FactPart:  # type: ignore[override]  # slices are not needed
        if index == 3:
            raise RuntimeError("the source broke off")
        return self._parts[index]


def many_parts(request_id: str, count: int = 6) -> ChangeSet:
    """A change set of several small parts."""
    builder = PartBuilder(limit=10)
    for index in range(10 * count):
        builder.attribute(A, THR + "note", f"{request_id}-{index}", row=index)
    return ChangeSet(request_id, "import", builder.parts())


class StoreContract:
    """What every store promises."""

    def test_a_new_store_is_empty(self, backend: Backend) -> None:
        store = backend.store
        assert (store.revision, list(store.changes()), store.graph.applied) == (EMPTY, [], (0, BEGIN))

    def test_revisions_count_from_one_and_recorded_times_rise_though_the_clock_stands_or_goes_back(
        self, backend: Backend
    ) -> None:
        made = []
        for number, seconds in enumerate((0, 0, -60, 5, -1)):
            backend.clock.move(seconds)
            made.append(backend.store.append(note(f"r{number}")).revision)
        assert [revision.ordinal for revision in made] == [1, 2, 3, 4, 5]
        times = [revision.recorded_at for revision in made]
        assert times == sorted(set(times))
        assert made == [commit.revision for commit in backend.store.changes()]
        assert made[-1] == backend.store.revision

    def test_a_clock_ahead_gives_the_recorded_time(self, backend: Backend) -> None:
        backend.store.append(note("r1"))
        backend.clock.move(60)
        assert backend.clock.now() == backend.store.append(note("r2")).revision.recorded_at

    def test_stores_with_one_history_agree_on_its_digest_and_others_differ(self, backend: Backend) -> None:
        same, other = MemoryStore(backend.clock), MemoryStore(backend.clock)
        other.append(note("r0", "another beginning"))
        digests = []
        for store in (backend.store, same):
            store.append(note("r0"))
        for store in (backend.store, same, other):
            store.append(many_parts("r1"))
            digests.append(store.append(note("r2")).revision.digest)
        assert digests[0] == digests[1] != digests[2]

    def test_a_repeated_request_is_answered_not_applied(self, backend: Backend) -> None:
        first = backend.store.append(note("r1"))
        backend.store.append(note("r2"))
        again = backend.store.append(note("r1"), expected_revision=0)
        assert (True, first.revision, said(first.change_set)) == (
            again.repeated,
            again.revision,
            said(again.change_set),
        )
        assert backend.store.revision.ordinal == 2
        assert not first.repeated

    def test_a_repeated_import_is_answered_after_a_reopen(self, backend: Backend) -> None:
        first = backend.store.append(many_parts("run"))
        again = backend.reopen().append(many_parts("run"))
        assert (True, first.revision, said(first.change_set)) == (
            again.repeated,
            again.revision,
            said(again.change_set),
        )

    def test_a_request_id_with_other_content_is_refused(self, backend: Backend) -> None:
        backend.store.append(note("r1"))
        others = [note("r1", "y"), replace(note("r1"), source="other"), replace(note("r1"), withdraws=("r0",))]
        for other in others:
            with pytest.raises(ConflictError) as caught:
                backend.store.append(other)
            assert caught.value.code == "request-reused"
        assert backend.store.revision.ordinal == 1

    def test_a_request_is_known_by_what_was_asked_where_no_ops_were_dropped(self, backend: Backend) -> None:
        backend.store.append(replace(note("r1", "what was left"), content="digest of what was asked"))
        again = backend.store.append(replace(note("r1", "all"), content="digest of what was asked"))
        assert (again.repeated, again.revision.ordinal) == (True, 1)

    def test_a_request_is_found_by_its_id(self, backend: Backend) -> None:
        revision = backend.store.append(note("r1")).revision
        assert (revision, None) == (backend.store.find("r1"), backend.store.find("r2"))

    def test_a_change_set_without_a_request_id_is_refused(self, backend: Backend) -> None:
        with pytest.raises(InputError):
            backend.store.append(note(""))

    def test_a_change_against_another_revision_is_refused_and_writes_nothing(self, backend: Backend) -> None:
        backend.store.append(note("r1"), expected_revision=0)
        for expected in (0, 2):
            with pytest.raises(ConflictError) as caught:
                backend.store.append(note("r2"), expected_revision=expected)
            assert caught.value.code == "conflict"
        assert (backend.store.revision.ordinal, backend.store.find("r2")) == (1, None)
        assert backend.store.append(note("r2"), expected_revision=1).revision.ordinal == 2

    def test_many_parts_are_one_revision_in_their_order(self, backend: Backend) -> None:
        asked = many_parts("run", 12)
        backend.store.append(asked)
        found = list(backend.reopen().changes())
        assert [said(asked)] == [said(commit.change_set) for commit in found]
        assert len(found[0].change_set.parts) == 12

    def test_parts_are_read_again_by_index_from_the_end_and_by_slice(self, backend: Backend) -> None:
        backend.store.append(many_parts("run", 4))
        parts = next(iter(backend.store.changes())).change_set.parts
        first, last = (parts[index].fact_at(0)[1].value for index in (0, -1))
        assert (first, last, len(parts[1:3])) == ("run-0", "run-30", 2)
        with pytest.raises(IndexError):
            parts[4]

    def test_an_import_that_breaks_off_leaves_nothing(self, backend: Backend) -> None:
        backend.store.append(note("r1"))
        broken = replace(many_parts("run"), parts=BreakingParts(many_parts("run").parts))
        with pytest.raises(RuntimeError):
            backend.store.append(broken)
        assert (backend.store.revision.ordinal, backend.store.find("run")) == (1, None)
        assert len(list(backend.store.changes())) == 1
        backend.store.append(many_parts("run", 2))
        assert [len(commit.change_set.parts) for commit in backend.reopen().changes()] == [1, 2]

    def test_a_change_set_that_only_withdraws_is_a_revision(self, backend: Backend) -> None:
        backend.store.append(ChangeSet("r1", "test", (), withdraws=("run-1", "run-2")))
        (commit,) = backend.reopen().changes()
        assert (commit.change_set.withdraws, commit.change_set.size) == (("run-1", "run-2"), 0)

    def test_readers_see_the_log_as_of_their_call(self, backend: Backend) -> None:
        for number in range(3):
            backend.store.append(note(f"r{number}"))
        begun, reading = backend.store.changes(), backend.store.changes()
        first = next(begun)
        backend.store.append(note("later"))
        assert [commit.revision.ordinal for commit in reading] == [1, 2, 3]
        assert [first.revision.ordinal, *(commit.revision.ordinal for commit in begun)] == [1, 2, 3]
        assert len(list(backend.store.changes())) == 4

    def test_changes_start_after_the_revision_that_is_named(self, backend: Backend) -> None:
        for number in range(4):
            backend.store.append(note(f"r{number}"))
        assert [commit.revision.ordinal for commit in backend.store.changes(since=2)] == [3, 4]
        assert list(backend.store.changes(since=4)) == []
        assert list(backend.store.changes(since=9)) == []

    def test_a_store_that_is_opened_again_goes_on_where_it_was(self, backend: Backend) -> None:
        made = [backend.store.append(note(f"r{number}", str(number))) for number in range(3)]
        store = backend.reopen()
        assert [said(c.change_set) for c in made] == [said(c.change_set) for c in store.changes()]
        assert made[-1].revision == store.revision
        assert store.append(note("r3")).revision.ordinal == 4

    def test_two_replays_are_the_same(self, backend: Backend) -> None:
        for number in range(1, 8):
            backend.store.append(change_of(number))
        first = [said(commit.change_set) for commit in backend.store.changes()]
        assert first == [said(commit.change_set) for commit in backend.reopen().changes()]
        assert all(same(change_of(n), c.change_set) for n, c in enumerate(backend.store.changes(), start=1))

    @PROPERTY
    @given(asked=strategies.change_sets())
    def test_every_fact_comes_back_to_the_last_bit(self, backend: Backend, asked: ChangeSet) -> None:
        since = backend.store.revision.ordinal
        change_set = replace(asked, request_id=f"{since}{asked.request_id}")
        backend.store.append(change_set)
        (found,) = backend.store.changes(since)
        assert said(change_set) == said(found.change_set)

    def test_qualifiers_that_are_equal_in_python_stay_apart(self, backend: Backend) -> None:
        values: list[Value] = [1, True, 1.0, Decimal(1), "urn:x:1", Iri("urn:x:1")]
        asked = [Fact(A, LABEL, value="x", qualifiers=((THR + "quantity", value),)) for value in values]
        backend.store.append(ChangeSet("r1", "test", parts_of(asked)))
        (commit,) = backend.store.changes()
        assert list(map(exact, asked)) == [exact(fact) for part in commit.change_set.parts for _, fact in part.facts()]

    def test_a_deep_change_set_of_a_long_chain_comes_back(self, backend: Backend) -> None:
        builder = PartBuilder()
        for index in range(25_000):
            builder.link(f"urn:thread:id:{index}", THR + "dependsOn", f"urn:thread:id:{index + 1}", row=index)
        backend.store.append(ChangeSet("deep", "test", builder.parts()))
        (commit,) = backend.store.changes()
        assert (commit.change_set.size, len(commit.change_set.parts)) == (25_000, 3)
        op_and_fact = commit.change_set.parts[2].fact_at(4_999)
        assert op_and_fact[1].object == "urn:thread:id:25000"

    def test_the_graph_follows_with_its_marker(self, backend: Backend) -> None:
        one, two = Triple(A, LABEL, value="one"), Triple(A, LABEL, value="two")
        link = Triple(A, THR + "partOf", object=B)
        backend.store.graph.apply(GraphDelta((), (one, link)), 1, 10)
        assert ({plain(one), plain(link)}, (1, 10)) == (shown(backend.store), backend.store.graph.applied)
        backend.store.graph.apply(GraphDelta((one,), (two,)), 2, 20)
        assert ({plain(two), plain(link)}, (2, 20)) == (shown(backend.store), backend.store.graph.applied)

    def test_the_graph_moves_in_time_without_a_revision(self, backend: Backend) -> None:
        backend.store.graph.apply(GraphDelta((), ()), 1, 10)
        backend.store.graph.apply(GraphDelta((), ()), 1, 20)
        assert backend.store.graph.applied == (1, 20)

    def test_the_graph_can_be_replaced(self, backend: Backend) -> None:
        backend.store.graph.apply(GraphDelta((), (Triple(A, LABEL, value="old"),)), 1, 10)
        fresh = Triple(B, TYPE, value=Iri(THR + "Asset"))
        backend.store.graph.replace(iter([fresh]), 7, 70)
        assert ({plain(fresh)}, (7, 70)) == (shown(backend.store), backend.store.graph.applied)
        backend.store.graph.replace([], 8, 80)
        assert (set(), (8, 80)) == (shown(backend.store), backend.store.graph.applied)

    def test_what_is_taken_away_twice_or_was_never_there_does_no_harm(self, backend: Backend) -> None:
        one, two = Triple(A, LABEL, value="one"), Triple(B, LABEL, value="two")
        backend.store.graph.apply(GraphDelta((), (one, one)), 1, 1)
        backend.store.graph.apply(GraphDelta((two, two), ()), 2, 2)
        assert {plain(one)} == shown(backend.store)

    def test_a_triple_stays_while_one_set_of_qualifiers_holds_it(self, backend: Backend) -> None:
        graph = backend.store.graph
        sap, tag = (Triple(A, IDENTIFIER, value="0042", qualifiers=((SCHEME, scheme),)) for scheme in ("sap", "tag"))
        bare = Triple(A, IDENTIFIER, value="0042")
        steps = [((), (sap, bare)), ((bare,), (tag,)), ((sap,), (bare,)), ((tag,), ()), ((bare,), ())]
        sizes = []
        for ordinal, (removed, added) in enumerate(steps, start=1):
            graph.apply(GraphDelta(removed, added), ordinal, 0)
            sizes.append(len(shown(backend.store)))
        assert sizes == [1, 1, 1, 1, 0]

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
    def test_a_replaced_graph_knows_which_qualifiers_hold_a_triple(
        self, backend: Backend, order: tuple[int, ...]
    ) -> None:
        sap, tag = (Triple(A, IDENTIFIER, value="7", qualifiers=((SCHEME, scheme),)) for scheme in ("sap", "tag"))
        held = (sap, tag, Triple(A, IDENTIFIER, value="7"))
        backend.store.graph.replace([held[index] for index in order], 1, 0)
        sizes = []
        for ordinal, triple in enumerate(held, start=2):
            backend.store.graph.apply(GraphDelta((triple,), ()), ordinal, 0)
            sizes.append(len(shown(backend.store)))
        assert sizes == [1, 1, 0]

    def test_the_graph_keeps_types_apart(self, backend: Backend) -> None:
        values: list[Value] = [
            "1",
            1,
            1.0,
            True,
            Decimal("1.0"),
            datetime(1970, 1, 1, tzinfo=UTC),
            Iri("urn:x:1"),
            "0042",
            "true",
        ]
        wanted = [Triple(A, THR + "note", value=value) for value in values]
        backend.store.graph.apply(GraphDelta((), tuple(wanted)), 1, 0)
        assert set(map(plain, wanted)) == shown(backend.store)
        assert len(values) == len(shown(backend.store))

    @PROPERTY
    @given(held=st.lists(strategies.triples(), max_size=8), later=st.lists(strategies.triples(), max_size=8))
    def test_every_triple_comes_back_in_its_plain_form(
        self, backend: Backend, held: list[Triple], later: list[Triple]
    ) -> None:
        backend.store.graph.replace(held, 1, 0)
        assert set(map(plain, held)) == shown(backend.store)
        backend.store.graph.apply(GraphDelta(tuple(held), tuple(later)), 2, 0)
        assert set(map(plain, later)) == shown(backend.store)

    def test_a_change_of_the_graph_larger_than_one_update_is_whole(self, backend: Backend) -> None:
        many = tuple(_labels(25_000))
        backend.store.graph.apply(GraphDelta((), many), 1, 0)
        assert (len(shown(backend.store)), backend.store.graph.applied) == (25_000, (1, 0))
        backend.store.graph.apply(GraphDelta(many[1:], ()), 2, 0)
        assert ({plain(many[0])}, (2, 0)) == (shown(backend.store), backend.store.graph.applied)

    def test_a_closed_store_refuses_and_can_be_closed_again(self, backend: Backend) -> None:
        store = backend.store
        store.append(note("r1"))
        store.close()
        store.close()
        uses = (lambda: store.append(note("r2")), lambda: list(store.changes()), lambda: store.find("r1"))
        for use in uses:
            with pytest.raises(StoreError):
                use()


class DurableStoreContract:
    """What a store with ``Capability.DURABLE`` promises besides."""

    def test_the_graph_is_there_after_a_reopen(self, backend: Backend) -> None:
        backend.store.graph.apply(GraphDelta((), (Triple(A, LABEL, value="a"),)), 3, 30)
        store = backend.reopen()
        assert ({plain(Triple(A, LABEL, value="a"))}, (3, 30)) == (shown(store), store.graph.applied)

    @pytest.mark.slow
    @pytest.mark.parametrize("acknowledged", [1, IMPORT_EVERY - 1, 2 * IMPORT_EVERY])
    def test_a_killed_writer_loses_nothing_and_leaves_nothing_half_done(
        self, backend: Backend, acknowledged: int
    ) -> None:
        backend.store.close()
        known = list(killed_after(backend.address, acknowledged))
        commits = list(backend.reopen().changes())
        assert known == [f"{c.revision.ordinal} {c.revision.digest}" for c in commits[: len(known)]]
        assert len(commits) <= len(known) + 1
        assert all(same(change_of(n), commit.change_set) for n, commit in enumerate(commits, start=1))


def killed_after(address: str, acknowledged: int) -> Iterator[str]:
    """What a writing process said before it was killed, once so many change sets were acknowledged."""
    command = [sys.executable, "-m", "thread.testing.writer", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(acknowledged):
            yield process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
        yield from (line.strip() for line in process.stdout if line.endswith("\n"))


def _labels(count: int) -> Iterable[Triple]:
    return (Triple(EntityId(f"urn:thread:id:{n}"), LABEL, value=str(n)) for n in range(count))
