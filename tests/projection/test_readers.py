"""Do readers in other threads see one consistent revision while the writer goes on?"""

import sys
import threading
from collections.abc import Iterator

import pytest

from tests.projection.agreement import ONTOLOGY, commit
from thread.facts import ChangeSet, Op, PartBuilder
from thread.projection import Projection, View, WalkSpec
from thread.terms import IDENTIFIER, SCHEME, TYPE, Iri, UpperKind
from thread.testing.strategies import MANY_RELATION, SINGLE_VALUE

COMMITS = 2_500
SPEC = WalkSpec(forward=frozenset(range(3)))


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns a hundred times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(before)


def told(number: int) -> ChangeSet:
    """Revision n: one more link of the hub to a new entity, another value, and the end of an older link's life."""
    builder = PartBuilder()
    builder.attribute(f"urn:n:{number}", TYPE, Iri(UpperKind.ASSET))
    builder.attribute(f"urn:n:{number}", IDENTIFIER, f"S{number % 50}", qualifiers=((SCHEME, "serial"),))
    builder.attribute("urn:hub", SINGLE_VALUE, f"value {number}")
    builder.link("urn:hub", MANY_RELATION, f"urn:n:{number}")
    if number % 2 == 0:
        builder.link("urn:hub", MANY_RELATION, f"urn:n:{number // 2}", op=Op.RETRACT)
    return ChangeSet(f"r{number}", "s", builder.parts())


def consistent(view: View) -> None:
    hub, links = view.find("urn:hub"), view.known - view.known // 2
    assert view.value(hub, SINGLE_VALUE) == f"value {view.known}"
    assert len(view.links_from(hub).row) == links
    assert len(view.walk([hub], SPEC).nodes) == links
    assert (view.kinds() >= 0).sum() == view.known + 1  # the hub is a stub
    assert (view.find(f"urn:n:{view.known}") >= 0, view.find(f"urn:n:{view.known + 1}")) == (True, -1)
    assert len(view.bearers(f"S{view.known % 50}")) == (view.known - view.known % 50) // 50 + (view.known % 50 > 0)
    assert view.conflicts(hub) == []
    assert view.version(hub) == view.known


def test_every_view_is_consistent_while_the_writer_goes_on(hasty: None) -> None:
    projection = Projection(ONTOLOGY)
    commit(told(1), projection)
    faults: list[BaseException] = []
    done = threading.Event()
    kept = projection.view(0)

    def read() -> None:
        try:
            while not done.is_set():
                head = projection.view(0)
                consistent(head)
                consistent(projection.view(0, max(1, head.known // 2)))
                consistent(kept)
                projection.next_boundary(0)
                projection.delta((max(0, head.known - 1), 0), (head.known, 0))
        except BaseException as fault:
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(2, COMMITS):
        commit(told(number), projection)
        if faults:
            break
    done.set()
    for reader in readers:
        reader.join()
    for fault in faults:
        raise fault
    consistent(kept)
    consistent(projection.view(0))
