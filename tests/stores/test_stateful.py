"""The embedded store does what the memory store does, whatever is done to it and in whatever order."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.stores.backends import START
from thread.clock import FixedClock
from thread.errors import ThreadError
from thread.facts import ChangeSet, Commit, GraphDelta, Revision, Triple
from thread.stores.embedded import EmbeddedStore
from thread.stores.memory import MemoryStore
from thread.stores.plain import plain
from thread.testing import fact_strategies as strategies
from thread.testing.store_contract import BreakingParts, many_parts, said

REQUESTS = st.sampled_from(["a", "b", "c", "ä", "a\0", ""])


class StoreMachine(RuleBasedStateMachine):
    """Two stores, the same operations."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(START)
        self.directory = Path(tempfile.mkdtemp())
        self.model, self.store = MemoryStore(self.clock), EmbeddedStore(self.directory, self.clock)

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.directory)

    def both(self, use: Callable[[MemoryStore | EmbeddedStore], object]) -> None:
        assert attempt(use, self.model) == attempt(use, self.store)

    @rule(seconds=st.integers(-5, 5))
    def pass_time(self, seconds: int) -> None:
        self.clock.move(seconds)

    @rule(change_set=strategies.change_sets(REQUESTS), expected=st.none() | st.integers(0, 4))
    def append(self, change_set: ChangeSet, expected: int | None) -> None:
        self.both(lambda store: store.append(change_set, expected))

    @rule(request_id=REQUESTS)
    def find(self, request_id: str) -> None:
        self.both(lambda store: store.find(request_id))

    @rule(parts=st.integers(2, 5))
    def append_an_import(self, parts: int) -> None:
        self.both(lambda store: store.append(many_parts(f"import-{parts}", parts)))

    @rule()
    def break_off_an_import(self) -> None:
        whole = many_parts("broken", 5)
        broken = ChangeSet("broken", "import", BreakingParts(whole.parts))
        self.both(lambda store: store.append(broken))

    @rule(since=st.integers(0, 6))
    def read(self, since: int) -> None:
        self.both(lambda store: [(c.revision, said(c.change_set)) for c in store.changes(since)])

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = EmbeddedStore(self.directory, self.clock)

    @rule(removed=st.lists(strategies.triples(), max_size=3), added=st.lists(strategies.triples(), max_size=3))
    def move_the_graph(self, removed: list[Triple], added: list[Triple]) -> None:
        held = list(self.model.graph.triples())[:2]
        delta = GraphDelta((*removed, *held), tuple(added))
        self.both(lambda store: store.graph.apply(delta, store.revision.ordinal, self.clock.now()))

    @rule()
    def drop_and_rebuild_the_graph(self) -> None:
        self.store.close()
        shutil.rmtree(self.directory / "graph", ignore_errors=True)
        self.store = EmbeddedStore(self.directory, self.clock)
        self.store.graph.replace(self.model.graph.triples(), *self.model.graph.applied)

    @invariant()
    def they_agree(self) -> None:
        assert self.model.revision == self.store.revision
        assert self.model.graph.applied == self.store.graph.applied
        assert set(map(plain, self.model.graph.triples())) == set(map(plain, self.store.graph.triples()))


def attempt(use: Callable[[MemoryStore | EmbeddedStore], object], store: MemoryStore | EmbeddedStore) -> object:
    """What an operation gives, or the code of its error."""
    try:
        given = use(store)
    except ThreadError as error:
        return error.code
    except RuntimeError as error:
        return str(error)
    match given:
        case Commit():
            return given.revision, given.repeated, said(given.change_set)
        case Revision() | None | list():
            return given
        case _:
            raise TypeError(given)


@pytest.mark.slow
def test_the_embedded_store_does_what_the_memory_store_does() -> None:
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
