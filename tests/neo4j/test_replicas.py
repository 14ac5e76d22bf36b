"""Several services on one database: what one commits the others answer, and who is behind says so."""

import threading
from collections.abc import Iterator

import pytest

from tests.api.test_app import send
from tests.neo4j.running import ask, wipe
from tests.stores.backends import START
from thread.api.app import create_app
from thread.api.engine import Engine
from thread.clock import FixedClock
from thread.config import Settings
from thread.errors import ConflictError, StoreError
from thread.facts import ChangeSet, kind_fact, parts_of
from thread.service import Service, open_service
from thread.stores.neo4j import Neo4jStore
from thread.stores.neo4j.connection import Address
from thread.stores.neo4j.log import Log
from thread.terms import EntityId, UpperKind
from thread.testing.store_contract import note
from tools.neo4j.server import Server


@pytest.fixture
def replicas(server: Server) -> Iterator[tuple[Service, Service]]:
    wipe(server)
    made = [open_service(Settings.load(store=server.url), clock=FixedClock(START)) for _ in range(2)]
    yield made[0], made[1]
    for each in made:
        each.close()


def asset(name: str) -> ChangeSet:
    subject = EntityId(f"urn:thread:id:{name}")
    return ChangeSet(name, "test", parts_of([kind_fact(subject, UpperKind.ASSET)]))


def test_a_commit_through_one_is_seen_through_the_other(replicas: tuple[Service, Service]) -> None:
    one, other = replicas
    ordinal = one.commit(asset("P-101")).revision.ordinal
    assert other.wait_for(ordinal, 30)
    assert other.lookup(other.context(), "urn:thread:id:P-101").problem is None
    assert Engine(other).execute("{ service { revision } }").data == {"service": {"revision": str(ordinal)}}


def test_a_revision_that_does_not_come_is_not_waited_for_longer_than_asked(replicas: tuple[Service, Service]) -> None:
    assert not replicas[0].wait_for(1, 0.01)


def test_writers_in_turn_see_what_the_other_said_before(replicas: tuple[Service, Service]) -> None:
    made = [replicas[number % 2].commit(asset(f"A-{number}")).revision.ordinal for number in range(8)]
    again = replicas[1].commit(asset("A-0"))
    assert (made, again.repeated, again.revision.ordinal) == (list(range(1, 9)), True, 1)


def test_writers_at_once_lose_nothing_and_agree(replicas: tuple[Service, Service]) -> None:
    def write(service: Service, name: str) -> None:
        for number in range(10):
            service.commit(asset(f"{name}-{number}"))

    writing = [threading.Thread(target=write, args=each) for each in zip(replicas, "ab", strict=True)]
    for thread in writing:
        thread.start()
    for thread in writing:
        thread.join(120)
    assert all(service.wait_for(20, 30) for service in replicas)
    assert [service.info().entities for service in replicas] == [20, 20]
    assert replicas[0].info().revision == replicas[1].info().revision
    assert replicas[1].verify().differences == ()


def test_a_replica_that_cannot_read_the_log_says_that_it_is_behind_and_why(
    replicas: tuple[Service, Service], server: Server
) -> None:
    one, _ = replicas
    one.commit(asset("P-101"))
    assert (one.lag().revisions, one.lag().reason) == (0, "")
    server.stop()
    told = threading.Event()
    while not one.lag().reason:
        told.wait(0.05)
    assert one.lag().reason.startswith("unavailable")
    while not one.lag().behind:
        told.wait(0.05)
    answer = send(create_app(one), "POST", "/graphql", json={"query": "{ service { revision } }"})
    assert answer.json()["data"] == {"service": {"revision": "1"}}
    assert answer.json()["extensions"]["lag"]["seconds"] > 0
    server.start()


class Unlocked(Log):
    """Planted: the write lock of the head is not taken."""

    @staticmethod
    def take_lock(work: object) -> None:
        """Nothing."""


class Forgetful(Log):
    """Planted: nobody looks for the request id."""

    @staticmethod
    def known(work: object, request_id: str) -> None:
        """Nothing is known."""


def planted(server: Server, log: type[Log]) -> Neo4jStore:
    store = Neo4jStore(Address.read(server.url), FixedClock(START))
    store._log = log(store._connection)
    return store


def append_at_once(server: Server, log: type[Log], count: int = 12) -> list[str]:
    """Codes of the errors of four stores that append at once, none of them naming the revision it expects."""
    wipe(server)
    stores, failed = [planted(server, log) for _ in range(4)], list[str]()

    def write(number: int) -> None:
        for turn in range(count):
            try:
                stores[number].append(note(f"{number}-{turn}"))
            except StoreError as error:
                failed.append(error.code)

    writing = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in writing:
        thread.start()
    for thread in writing:
        thread.join(120)
    for store in stores:
        store.close()
    return failed


def test_stores_that_append_at_once_keep_one_order(server: Server) -> None:
    assert append_at_once(server, Log) == []
    store = planted(server, Log)
    assert [commit.revision.ordinal for commit in store.changes()] == list(range(1, 49))
    store.close()


def test_without_the_lock_the_same_is_caught(server: Server) -> None:
    assert append_at_once(server, Unlocked) != []


def test_without_the_request_id_a_repeat_is_caught(server: Server) -> None:
    wipe(server)
    store = planted(server, Forgetful)
    store.append(note("r1"))
    with pytest.raises(StoreError):  # the constraint stands behind the look-up
        store.append(note("r1"))
    assert store.revision.ordinal == 1
    store.close()


def test_a_log_in_another_order_is_caught(server: Server) -> None:
    wipe(server)
    store = planted(server, Log)
    for number in range(3):
        store.append(note(f"r{number}", str(number)))
    swap = "MATCH (a:ChangeSet {ordinal: 1}), (b:ChangeSet {ordinal: 2}) SET a.ordinal = -1 SET b.ordinal = 1"
    ask(server, swap)
    ask(server, "MATCH (a:ChangeSet {ordinal: -1}) SET a.ordinal = 2")
    with pytest.raises(StoreError) as caught:
        list(store.changes())
    assert (caught.value.code, caught.value.fields["ordinal"]) == ("store-damaged", 1)
    store.close()


@pytest.mark.parametrize(
    "damage",
    [
        "MATCH (p:ChangeSetPart) WITH p LIMIT 1 SET p.facts = p.digest",
        "MATCH (p:ChangeSetPart) WITH p LIMIT 1 DETACH DELETE p",
        "MATCH (c:ChangeSet {ordinal: 2}) SET c.source = 'other'",
        "MATCH (c:ChangeSet {ordinal: 2}) DETACH DELETE c",
        "MATCH (c:ChangeSet {ordinal: 2}) SET c.recorded_at = c.recorded_at + 1",
    ],
)
def test_a_log_that_others_changed_is_refused(server: Server, damage: str) -> None:
    wipe(server)
    store = planted(server, Log)
    for number in range(3):
        store.append(note(f"r{number}", str(number)))
    ask(server, damage)
    with pytest.raises(StoreError) as caught:
        store.verify()
    assert caught.value.code == "store-damaged"
    store.close()


def test_a_writer_that_expects_another_revision_is_refused(server: Server) -> None:
    wipe(server)
    one, other = planted(server, Log), planted(server, Log)
    one.append(note("r1"), expected_revision=0)
    with pytest.raises(ConflictError):
        other.append(note("r2"), expected_revision=0)
    for store in (one, other):
        store.close()
