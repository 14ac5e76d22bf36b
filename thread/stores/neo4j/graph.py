"""How is the current state shown as plain nodes and relationships, and how does it move?

Every change begins with the write lock on a head node of its own and then reads the mark, so that several
processes never move the graph twice or back: who finds another mark than it started from leaves the graph alone.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import uuid4

from thread.clock import BEGIN, Instant
from thread.facts import GraphDelta, Triple
from thread.stores.neo4j.connection import Connection, Work
from thread.stores.neo4j.picture import (
    Held,
    LabelsOf,
    drawn,
    held,
    is_link,
    link_properties,
    quoted,
    read_back,
    triple_of,
    type_of,
)
from thread.stores.plain import Plain

Mark = tuple[int, Instant]
Step = Callable[[Work], object]
ATOMIC: Final = 10_000
"""Triples that move in one transaction; a larger change goes in steps, and the mark says (0, BEGIN) meanwhile."""
_CHUNK: Final = 5_000
_STEP_SECONDS: Final = 60.0
_PAGE: Final = 5_000
_LOOK_SECONDS: Final = 0.2
_STALE_MILLISECONDS: Final = 15_000
"""After so long without a step, a builder is taken for dead, and another may begin anew."""

_LOCK: Final = "MATCH (h:ThreadHead {name: 'graph'}) SET h.held = $held"
_MARK: Final = (
    "MATCH (h:ThreadHead {name: 'graph'}) "
    "RETURN h.ordinal AS ordinal, h.instant AS instant, h.building AS building, "
    "timestamp() - h.touched AS idle"
)
_TOUCH: Final = "MATCH (h:ThreadHead {name: 'graph'}) SET h.touched = timestamp()"
_SET_MARK: Final = (
    "MATCH (h:ThreadHead {name: 'graph'}) "
    "SET h.ordinal = $ordinal, h.instant = $instant, h.building = $building, "
    "h.touched = timestamp()"
)


class Neo4jGraph:
    """The current state in the same database as the log."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: Mark | None = None
        self.labels_of: LabelsOf = lambda _: ()
        """Superkinds by kind, as the opener's ontology has them; only labels come from it."""

    @property
    def applied(self) -> Mark:
        """Revision and instant that the graph shows; (0, BEGIN) when empty or left half changed."""
        self._seen = self._connection.read(mark_of)
        return self._seen

    def apply(self, delta: GraphDelta, ordinal: int, instant: Instant) -> None:
        """Move to a later revision or instant, atomically with its marker; nothing where another process has moved it.

        Raises:
            StoreError: ``unavailable``, ``store-failed``; the graph shows what it showed, or is to be replaced.
        """
        start = self.applied if self._seen is None else self._seen
        goal, size = (ordinal, instant), len(delta.removed) + len(delta.added)
        if size > ATOMIC:
            return self._in_steps(delta, start, goal)
        more = size / 500
        moved = self._connection.write(lambda work: self._follow(work, delta, start, goal), more)
        self._seen = goal if moved else None
        return None

    def replace(self, triples: Iterable[Triple], ordinal: int, instant: Instant) -> None:
        """Drop everything and show these triples; in steps, the mark says (0, BEGIN) meanwhile.

        Where another process is building the graph, it is waited for, and what it shows stays.
        """
        token = str(uuid4())
        while not self._connection.write(lambda work: self._begin(work, token)):
            time.sleep(_LOOK_SECONDS)
            if self.applied[0]:
                return
        while self._step(token, _drop_some):
            pass
        source = iter(triples)
        while chunk := tuple(islice(source, _CHUNK)):
            self._step(token, lambda work, some=chunk: self.move(work, GraphDelta((), some)))  # type: ignore[misc]
        self._finish(token, (ordinal, instant))

    def triples(self) -> Iterator[Triple]:
        """All triples in their plain form, with their qualifiers, page by page."""
        yield from self._pages(
            "MATCH (n:Entity) WHERE n.iri > $after WITH n ORDER BY n.iri LIMIT $page "
            "RETURN n.iri AS iri, n{.*} AS node",
            lambda row: (triple_of(one) for one in read_back(row["node"])),
        )
        yield from self._pages(
            "MATCH (n:Entity) WHERE n.iri > $after WITH n ORDER BY n.iri LIMIT $page "
            "RETURN n.iri AS iri, [(n)-[r]->(m:Entity) WHERE r.predicate IS NOT NULL "
            "| [r.predicate, m.iri, r.qualifiers]] AS links",
            lambda row: (
                triple_of((Plain(row["iri"], predicate, "iri", target), note), link=True)
                for predicate, target, note in row["links"]
            ),
        )

    def move(self, work: Work, delta: GraphDelta) -> None:
        """Show a change, within a transaction that holds the head."""
        gone, come = {held(t) for t in delta.removed if is_link(t)}, {held(t) for t in delta.added if is_link(t)}
        _unlink(work, gone - come)
        less = {held(t) for t in delta.removed if not is_link(t)}
        more = {held(t) for t in delta.added if not is_link(t)}
        self._redraw(work, less, more)
        _link(work, come)
        ends = {end for one, _ in gone for end in (one.subject, one.value)} | {one.subject for one, _ in less}
        if ends:
            work.run(
                "UNWIND $iris AS iri MATCH (n:Entity {iri: iri}) "
                "WHERE size(keys(n)) = 1 AND NOT EXISTS { (n)--() } DELETE n",
                iris=sorted(ends),
            )

    def show(self, work: Work, delta: GraphDelta, before: int, goal: Mark) -> bool:
        """Move within the transaction of an append; False where the graph does not show the revision before."""
        work.run(_LOCK, held=str(uuid4()))  # after the head of the log: always in this order
        row = work.run(_MARK)[0]
        if row["ordinal"] != before or row["building"] or len(delta.removed) + len(delta.added) > ATOMIC:
            return False
        self.move(work, delta)
        _set_mark(work, goal)
        return True

    def _follow(self, work: Work, delta: GraphDelta, start: Mark, goal: Mark) -> bool:
        work.run(_LOCK, held=str(uuid4()))
        if mark_of(work) != start:
            return False
        self.move(work, delta)
        _set_mark(work, goal)
        return True

    def _in_steps(self, delta: GraphDelta, start: Mark, goal: Mark) -> None:
        token = str(uuid4())
        if not self._connection.write(lambda work: self._begin(work, token, start)):
            return
        # What is both removed and added stays: the later steps must not take away what the earlier have brought.
        added = {held(t) for t in delta.added}
        removed = tuple(t for t in delta.removed if held(t) not in added)
        for first in range(0, len(removed), _CHUNK):
            part = GraphDelta(removed[first : first + _CHUNK], ())
            self._step(token, lambda work, some=part: self.move(work, some))  # type: ignore[misc]
        for first in range(0, len(delta.added), _CHUNK):
            part = GraphDelta((), delta.added[first : first + _CHUNK])
            self._step(token, lambda work, some=part: self.move(work, some))  # type: ignore[misc]
        self._finish(token, goal)

    def _begin(self, work: Work, token: str, start: Mark | None = None) -> bool:
        """Take the graph for steps to come; False where another process is at it, or has moved it."""
        work.run(_LOCK, held=token)
        row = work.run(_MARK)[0]
        mine = row["building"] == token  # the answer of an earlier try was lost
        busy = row["building"] is not None and row["idle"] < _STALE_MILLISECONDS
        if not mine and (busy or (start is not None and mark_of(work) != start)):
            return False
        _set_mark(work, (0, BEGIN), token)
        return True

    def _step(self, token: str, step: Step) -> object:
        def run(work: Work) -> object:
            work.run(_LOCK, held=token)
            if work.run(_MARK)[0]["building"] != token:
                return None  # Another process took it over.
            work.run(_TOUCH)
            return step(work)

        return self._connection.write(run, _STEP_SECONDS)

    def _finish(self, token: str, goal: Mark) -> None:
        self._step(token, lambda work: _set_mark(work, goal))
        self._seen = None

    def _pages(self, statement: str, read: Callable[[dict[str, Any]], Iterable[Triple]]) -> Iterator[Triple]:
        after = ""
        while rows := self._connection.read(
            lambda work, last=after: work.run(statement, after=last, page=_PAGE),  # type: ignore[misc]
            _STEP_SECONDS,
        ):
            for row in rows:
                yield from read(row)
            after = rows[-1]["iri"]

    def _redraw(self, work: Work, less: set[Held], more: set[Held]) -> None:
        """Write anew the nodes whose attributes or kinds change."""
        iris = sorted({one.subject for one, _ in less | more})
        if not iris:
            return
        found = work.run(
            "UNWIND $iris AS iri MATCH (n:Entity {iri: iri}) RETURN n{.*} AS node, labels(n) AS labels", iris=iris
        )
        before = {row["node"]["iri"]: (frozenset(row["labels"]), read_back(row["node"])) for row in found}
        news: dict[str, tuple[set[Held], set[Held]]] = {iri: (set(), set()) for iri in iris}
        for place, held_ones in enumerate((less, more)):
            for one in held_ones:
                news[one[0].subject][place].add(one)
        rows = []
        for iri, (gone, come) in news.items():
            old, said = before.get(iri, (frozenset(), set()))
            if iri in before or come:
                labels, properties = drawn(iri, (said - gone) | come, self.labels_of)
                changes = {"new": sorted(labels - old), "old": sorted(old - labels)}
                rows.append({"iri": iri, "properties": properties, **changes})
        # Labels as values: a statement per set of labels would be planned anew for each, 50-100 ms the first time.
        work.run(
            "UNWIND $rows AS row MERGE (n:Entity {iri: row.iri}) SET n = row.properties "
            "SET n:$(row.new) REMOVE n:$(row.old)",
            rows=rows,
        )


def mark_of(work: Work) -> Mark:
    """The mark as it is in the database; (0, BEGIN) before the first."""
    rows = work.run(_MARK)
    if not rows or rows[0]["ordinal"] is None:
        return (0, BEGIN)
    return int(rows[0]["ordinal"]), int(rows[0]["instant"])


def _set_mark(work: Work, goal: Mark, building: str | None = None) -> None:
    work.run(_SET_MARK, ordinal=goal[0], instant=goal[1], building=building)


def _drop_some(work: Work) -> int:
    rows = work.run("MATCH (n:Entity) WITH n LIMIT $page DETACH DELETE n RETURN count(*) AS gone", page=_CHUNK)
    return int(rows[0]["gone"])


def _unlink(work: Work, gone: set[Held]) -> None:
    for predicate, rows in _by_predicate(gone).items():
        work.run(
            f"UNWIND $rows AS row MATCH (:Entity {{iri: row.from}})"
            f"-[r:{quoted(type_of(predicate))} {{predicate: $predicate, qualifiers: row.note}}]->"
            "(:Entity {iri: row.to}) DELETE r",
            rows=rows,
            predicate=predicate,
        )


def _link(work: Work, come: set[Held]) -> None:
    ends = sorted({end for one, _ in come for end in (one.subject, one.value)})
    if ends:
        # Sorted, and before the relationships: MERGE on the unique iri locks each node once, in one order.
        work.run("UNWIND $iris AS iri MERGE (:Entity {iri: iri})", iris=ends)
    for predicate, rows in _by_predicate(come).items():
        work.run(
            "UNWIND $rows AS row MATCH (a:Entity {iri: row.from}) MATCH (b:Entity {iri: row.to}) "
            f"MERGE (a)-[r:{quoted(type_of(predicate))} {{predicate: $predicate, qualifiers: row.note}}]->(b) "
            "SET r += row.shown",
            rows=rows,
            predicate=predicate,
        )


def _by_predicate(links: set[Held]) -> dict[str, list[dict[str, object]]]:
    groups: dict[str, list[dict[str, object]]] = {}
    for one, note in sorted(links):
        row: dict[str, object] = {"from": one.subject, "to": one.value, "note": note, "shown": link_properties(note)}
        groups.setdefault(one.predicate, []).append(row)
    return groups
