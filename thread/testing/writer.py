"""What does a process do that is killed while it writes? Appends numbered change sets, and says which are in.

Run as ``python -m thread.testing.writer ADDRESS`` and killed from outside, or by itself at ``--die-at`` lines of
the store's own code. ``change_of(n)`` is the same in the process that looks afterwards.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from random import Random
from types import FrameType
from typing import Any, Final

from thread.clock import SystemClock
from thread.facts import ChangeSet, Fact, GraphDelta, PartBuilder, Triple
from thread.stores import Store, open_store
from thread.terms import LABEL, THR, EntityId

IMPORT_EVERY: Final = 5
"""Every fifth change set has several parts, as an import has."""


def change_of(number: int) -> ChangeSet:
    """The change set with a number: 1 to 3 facts, or an import of 6 parts."""
    random = Random(number)
    imported = number % IMPORT_EVERY == 0
    builder = PartBuilder(limit=100 if imported else 10)
    for index in range(600 if imported else random.randint(1, 3)):
        text = f"{number}-{index}-{random.random()}"
        builder.attribute(f"urn:thread:id:{number}", THR + "note", text, row=index + 1, origin="writer")
    return ChangeSet(f"request-{number}", "writer", builder.parts(), actor="test")


def graph_of(number: int) -> GraphDelta:
    """How the graph moves with a change set: the label of one entity that all share, and a link of its own."""
    shared, own = EntityId("urn:thread:id:shared"), EntityId(f"urn:thread:id:{number}")
    before = (Triple(shared, LABEL, value=str(number - 1)),) if number > 1 else ()
    return GraphDelta(before, (Triple(shared, LABEL, value=str(number)), Triple(own, THR + "partOf", object=shared)))


def same(one: ChangeSet, other: ChangeSet) -> bool:
    """Whether two change sets say the same, fact by fact."""

    def said(change_set: ChangeSet) -> tuple[object, ...]:
        facts: list[tuple[int, Fact]] = [fact for part in change_set.parts for fact in part.facts()]
        return change_set.request_id, change_set.source, change_set.actor, facts

    return said(one) == said(other)


def write(store: Store, count: int, with_graph: bool, say: Callable[[str], object]) -> None:
    """Append the next change sets, and say each as it is acknowledged."""
    start = store.revision.ordinal + 1
    if with_graph:  # A process that was killed may have left the graph behind the log.
        for number in range(store.graph.applied[0] + 1, start):
            store.graph.apply(graph_of(number), number, number)
    for number in range(start, start + count):
        commit = store.append(change_of(number))
        say(f"{commit.revision.ordinal} {commit.revision.digest}")
        if with_graph:
            store.graph.apply(graph_of(number), commit.revision.ordinal, number)


def die_at(lines: int) -> None:
    """Kill this process, without any clean-up, when it has run so many lines of ``thread/stores``."""
    left = lines

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # Any: the type of sys.settrace
        nonlocal left
        if f"{os.sep}stores{os.sep}" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def main() -> None:
    """Write until killed, or until the count is reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--graph", action="store_true")
    options = parser.parse_args()
    if options.die_at:
        die_at(options.die_at)
    store = open_store(options.address, SystemClock())
    write(store, options.count, options.graph, lambda text: os.write(1, f"{text}\n".encode()))
    store.close()


if __name__ == "__main__":
    main()
