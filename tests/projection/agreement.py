"""Do two readings of the thread say the same? Every question of a view, asked of both."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from thread.clock import BEGIN, END
from thread.facts import ChangeSet, Qualifiers, Revision, Triple
from thread.projection.view import Ints, LinkTable, Statement, View, WalkSpec, joined
from thread.terms import TYPE, UpperKind
from thread.testing.reference import triple_key
from thread.testing.strategies import IDENTIFIER, LABEL, MANY_VALUE, SINGLE_VALUE, toy_ontology

ONTOLOGY = toy_ontology()
INSTANTS = (BEGIN, 0, 3, 6, 7, 11, END - 1)
RELATIONS = frozenset(range(len(ONTOLOGY.relations)))
SPECS = (
    WalkSpec(forward=RELATIONS),
    WalkSpec(backward=RELATIONS),
    WalkSpec(forward=frozenset({0}), backward=frozenset({1, 2}), free=frozenset({1})),
    WalkSpec(forward=RELATIONS, backward=RELATIONS, free=frozenset({2}), max_depth=1),
    WalkSpec(forward=RELATIONS, stop=ONTOLOGY.subkinds(UpperKind.ASSET), max_depth=2),
)


def commit(change_set: ChangeSet, *projections: Any) -> bool:
    """Fold a change set into projections that must agree about what it does."""
    staged = [p.stage(change_set) for p in projections]
    assert len({(s.effective, *s.counts().items()) for s in staged}) == 1, [s.counts() for s in staged]
    for projection, one in zip(projections, staged, strict=True):
        if not one.effective:
            projection.discard(one)
        else:
            ordinal = projection.revision.ordinal + 1
            projection.publish(one, Revision(ordinal, 10 * ordinal, f"digest{ordinal}"))
    return staged[0].effective


def exact(value: object) -> tuple[str, str]:
    return type(value).__name__, value.hex() if isinstance(value, float) else str(value)


def said(statements: Iterable[Statement]) -> list[tuple[object, ...]]:
    return [
        (s.subject, s.predicate, s.object, exact(s.value), tuple((n, exact(v)) for n, v in s.qualifiers), *times(s))
        for s in statements
    ]


def times(s: Statement) -> tuple[object, ...]:
    return (s.valid_from, s.valid_to, s.recorded_from, s.recorded_to, s.source, s.run, s.origin, s.row)


def linked(view: View, table: LinkTable) -> list[tuple[object, ...]]:
    rows = zip(view.iris(table.subject), view.iris(table.object), table.relation.tolist(), strict=True)
    statements = [said([view.link(int(row))])[0] for row in table.row]
    return sorted((*ends, *map(str, statement)) for ends, statement in zip(rows, statements, strict=True))


def triples(found: Iterable[Triple]) -> set[tuple[object, ...]]:
    return {triple_key(triple) for triple in found}


def all_triples(projection: Any, mark: tuple[int, int]) -> set[tuple[object, ...]]:
    return triples(projection.triples(*mark))


def ordered(table: LinkTable) -> bool:
    keys = list(zip(table.subject.tolist(), table.relation.tolist(), table.object.tolist(), strict=True))
    return keys == sorted(keys)


def everything(view: View) -> dict[str, object]:
    """All that a view says, in words that do not depend on how nodes and rows are numbered."""
    nodes = sorted(range(view.size), key=view.iri)
    found: dict[str, object] = {"entities": [view.iri(node) for node in nodes]}
    kinds = view.kinds()
    assert [view.kind(node) for node in range(view.size)] == kinds.tolist()
    assert [view.find(view.iri(node)) for node in nodes] == nodes
    found["kinds"] = [(view.kind(node), view.is_stub(node)) for node in nodes]
    table, since, until = view.ever(RELATIONS)
    spoken = [view.link(int(row)) for row in table.row]
    assert [(s.valid_from, s.valid_to) for s in spoken] == list(zip(since.tolist(), until.tolist(), strict=True))
    found["ever"] = linked(view, table)
    ends = zip(said(spoken), view.said_until(table.row).tolist(), strict=True)
    found["said until"] = sorted(ends, key=str)
    found["next time"] = [view.next_time(instant) for instant in INSTANTS]
    found["of kind"] = sorted(view.iris(view.of_kind(UpperKind.ASSET, UpperKind.EVENT)))
    for name, table in (
        ("links", view.links()),
        ("some links", view.links({0, 2})),
        ("links among", view.links_among(np.array(nodes[::2], np.int32))),
    ):
        assert ordered(table)
        found[name] = linked(view, table)
    for node in nodes:
        iri = view.iri(node)
        assert ordered(view.links_from(node))
        found[iri] = [
            linked(view, view.links_from(node)),
            linked(view, view.links_to(node, {0, 1})),
            [exact(v) for v in view.values(node, MANY_VALUE)],
            exact(view.value(node, SINGLE_VALUE)),
            said(view.attributes(node)),
            view.label(node),
            view.identifiers(node),
            said(view.history(node)),
            said(view.history(node, TYPE)),
            said(view.history(node, ONTOLOGY.relations[0].iri)),
            said(view.history_to(node, ONTOLOGY.relations[0].iri)),
            said(view.conflicts(node)),
            view.version(node),
        ]
    many_at_once(view, np.array(nodes[1:] + nodes[:1], np.int32))
    for attribute in (MANY_VALUE, SINGLE_VALUE, LABEL, IDENTIFIER):
        held, values = view.column(attribute)
        assert (held[1:] >= held[:-1]).all()
        pairs = sorted((view.iri(int(n)), exact(v)) for n, v in zip(held, values, strict=True))
        found[attribute] = pairs
    found["bearers"] = [view.iris(view.bearers(v, s)) for v in ("S1", "S2", "none") for s in (None, "tag")]
    for number, spec in enumerate(SPECS):
        for roots in ([node] for node in nodes):
            found[f"walk {number} {view.iri(roots[0])}"] = walked(view, roots, spec)
        found[f"walk {number}"] = walked(view, nodes[:3], spec)
    return found


def many_at_once(view: View, nodes: Ints) -> None:
    """What is read of many nodes at once is what is read of each."""
    assert view.kinds_of(nodes).tolist() == [view.kind(int(node)) for node in nodes]
    held = [[exact(v) for v in values] for values in view.column_of(nodes, MANY_VALUE)]
    assert held == [[exact(v) for v in view.values(int(node), MANY_VALUE)] for node in nodes]
    table, since, until = view.ever(RELATIONS)
    whole = sorted(zip(*(column.tolist() for column in (*table, since, until)), strict=True))
    for into in (False, True):
        parts = [view.links_to(int(n)) if into else view.links_from(int(n)) for n in nodes]
        assert [c.tolist() for c in view.links_of(nodes, into=into)] == [c.tolist() for c in joined(parts)]
        found = view.ever_of(nodes, RELATIONS, into=into)
        assert sorted(zip(*(column.tolist() for column in (*found[0], *found[1:])), strict=True)) == whole
    assert [said_of(q) for q in view.qualifiers(table.row)] == [
        said_of(view.link(int(r)).qualifiers) for r in table.row
    ]


def said_of(qualifiers: Qualifiers) -> list[tuple[str, tuple[str, str]]]:
    return [(name, exact(value)) for name, value in qualifiers]


def over_period(view: View) -> dict[str, object]:
    """What a view over a period says, in words that do not depend on how nodes and rows are numbered."""
    nodes = sorted(range(view.size), key=view.iri)
    found: dict[str, object] = {
        "present": [view.iri(node) for node in nodes if view.kind(node) >= 0],
        "links": linked(view, view.links()),
        "among": linked(view, view.links_among(np.array(nodes[::2], np.int32))),
    }
    for node in nodes:
        found[view.iri(node)] = [linked(view, view.links_from(node)), linked(view, view.links_to(node, {0, 1}))]
    for number, spec in enumerate(spec for spec in SPECS if not spec.stop):
        for roots in (*([node] for node in nodes), nodes[:3]):
            found[f"walk {number} {view.iris(roots)}"] = walked(view, roots, spec)
    return found


def walked(view: View, roots: Sequence[int], spec: WalkSpec) -> tuple[object, ...]:
    walk = view.walk(roots, spec)
    assert (walk.degree[1:] >= walk.degree[:-1]).all()
    hits = sorted(zip(view.iris(walk.nodes), walk.degree.tolist(), strict=True))
    return hits, walk.visited_nodes, walk.visited_links, walk.deepest, walk.stopped
