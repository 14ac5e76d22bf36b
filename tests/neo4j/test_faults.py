"""Connections that break at the worst moment lose nothing and do nothing twice; nor does a server that is killed."""

import threading
from collections.abc import Iterator

import pytest

from tests.neo4j.proxy import Fault, Proxy
from tests.neo4j.running import wipe
from tests.stores.backends import START
from thread.api.engine import Engine
from thread.api.errors import STATUS
from thread.clock import FixedClock
from thread.config import Settings
from thread.errors import StoreError
from thread.facts import ChangeSet, kind_fact, parts_of
from thread.service import open_service
from thread.stores.memory import MemoryGraph
from thread.stores.neo4j import Neo4jStore
from thread.stores.neo4j.connection import Address, Patience
from thread.stores.plain import plain
from thread.terms import EntityId, UpperKind
from thread.testing.store_contract import many_parts, note
from thread.testing.writer import change_of, graph_of, same
from tools.neo4j.server import Server

FEW, MANY = 5, 50
PATIENT = Patience()
IMPATIENT = Patience(work=1.5, lost=1.0, away=0.5)
QUICK = [fault for fault in Fault if fault not in (Fault.NONE, Fault.STALL)]


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    wipe(server)
    made = Proxy(server.port)
    yield made
    made.close()


def opened(port: int, patience: Patience = PATIENT) -> Neo4jStore:
    return Neo4jStore(Address.read(f"bolt://127.0.0.1:{port}"), FixedClock(START), patience=patience)


def until_acknowledged(store: Neo4jStore, number: int) -> int:
    """The ordinal that a client gets for a change set that it sends until it is answered, as the hint says."""
    while True:
        try:
            return store.append(change_of(number), delta=graph_of(number)).revision.ordinal
        except StoreError as error:
            assert error.code == "unavailable"  # noqa: PT017  anything else is raised at once


def assert_whole(server: Server, count: int) -> None:
    """Each change set is in the log once, in order, the chain holds, and the graph shows all of them."""
    store, model = opened(server.port), MemoryGraph()
    commits = list(store.changes())
    assert [commit.revision.ordinal for commit in commits] == list(range(1, count + 1))
    assert all(same(change_of(number), commit.change_set) for number, commit in enumerate(commits, start=1))
    for number in range(store.graph.applied[0] + 1, count + 1):
        raise AssertionError(f"the graph lacks {number}")
    for number in range(1, count + 1):
        model.apply(graph_of(number), number, number)
    assert {plain(each) for each in store.graph.triples()} == {plain(each) for each in model.triples()}
    store.close()


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.soak)])
@pytest.mark.parametrize("fault", QUICK)
def test_a_broken_connection_loses_nothing_and_does_nothing_twice(
    server: Server, proxy: Proxy, fault: Fault, count: int
) -> None:
    store, answers = opened(proxy.port), []
    for number in range(1, count + 1):
        proxy.arm(fault)
        answers.append(until_acknowledged(store, number))
    store.close()
    assert (answers, proxy.fired) == (list(range(1, count + 1)), count)
    assert_whole(server, count)


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.soak)])
def test_an_answer_that_never_comes_loses_nothing_and_does_nothing_twice(
    server: Server, proxy: Proxy, count: int
) -> None:
    store, answers = opened(proxy.port, IMPATIENT), []
    for number in range(1, count + 1):
        proxy.arm(Fault.STALL)
        answers.append(until_acknowledged(store, number))
    store.close()
    assert answers == list(range(1, count + 1))
    assert_whole(server, count)


@pytest.mark.parametrize("fault", [Fault.AFTER_COMMIT, Fault.MID_TRANSACTION])
def test_an_import_whose_seal_breaks_off_is_one_revision(server: Server, proxy: Proxy, fault: Fault) -> None:
    store = opened(proxy.port)
    proxy.arm(fault)
    first = store.append(many_parts("run", 4))
    proxy.arm(fault)
    assert (first.revision.ordinal, store.append(note("next")).revision.ordinal) == (1, 2)
    assert [len(commit.change_set.parts) for commit in store.changes()] == [4, 1]
    store.close()


def test_a_server_that_is_killed_and_started_again_has_all_that_it_acknowledged(server: Server) -> None:
    wipe(server)
    store, acknowledged, enough = opened(server.port, IMPATIENT), [], threading.Event()

    def write() -> None:
        for number in range(1, 4 * FEW + 1):
            acknowledged.append(until_acknowledged(store, number))
            if number == FEW:
                enough.set()

    writing = threading.Thread(target=write)
    writing.start()
    assert enough.wait(60)
    server.kill()
    server.start()
    writing.join(120)
    store.close()
    assert acknowledged == list(range(1, 4 * FEW + 1))
    assert_whole(server, 4 * FEW)


def test_while_the_server_is_away_reads_go_on_writes_say_so_and_all_recovers(server: Server) -> None:
    wipe(server)
    service = open_service(Settings.load(store=server.url), clock=FixedClock(START))
    service.commit(asset("r1", "P-101"))
    server.stop()
    with pytest.raises(StoreError) as caught:
        service.commit(asset("r2", "P-102"))
    refused = caught.value
    assert (refused.code, STATUS[refused.code], refused.hint is not None) == ("unavailable", 503, True)
    found = service.lookup(service.context(), "urn:thread:id:P-101")
    answer = Engine(service).execute("{ service { revision } }")
    assert (len(found.nodes), answer.data) == (1, {"service": {"revision": "1"}})
    server.start()
    again = service.commit(asset("r2", "P-102"))
    assert (again.revision.ordinal, service.lag().revisions) == (2, 0)
    assert service.verify().differences == ()
    service.close()


def asset(request_id: str, name: str) -> ChangeSet:
    """A change set that says that an asset is there."""
    subject = EntityId(f"urn:thread:id:{name}")
    return ChangeSet(request_id, "test", parts_of([kind_fact(subject, UpperKind.ASSET)]))
