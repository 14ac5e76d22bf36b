"""How does a view leave? Its entities in order, a few thousand at a time, into whatever format is asked for."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from thread.clock import BEGIN, END
from thread.errors import InputError, known_near
from thread.export import Thing, Things
from thread.facts import Commit, Fact, Value
from thread.facts.columns import value_type
from thread.ontology.model import Kind, Ontology
from thread.projection import Statement, View
from thread.projection.listing import facts_in_force
from thread.projection.view import Ints
from thread.terms import LABEL, TYPE, UpperKind

if TYPE_CHECKING:
    import networkx as nx

    from thread.export.rdf import Node
    from thread.export.tables import Tables

_AT_ONCE: Final = 2_000
Progress = Callable[[int, int], None]
"""Called with entities written and entities in all."""


class ViewThings:
    """The entities of a view, sorted by IRI; of some kinds only where that is asked, with the links among them.

    Iterated anew it gives the same again. Memory: the nodes in order, and some thousand entities.
    """

    def __init__(self, view: View, kinds: Collection[str] = (), progress: Progress | None = None) -> None:
        """Args:
        kinds: IRIs; with their subkinds. None: all, stubs too.
        """
        self._view, self._progress = view, progress
        present = view.of_kind(*kinds) if kinds else np.flatnonzero(view.kinds() >= 0).astype(np.int32)
        self._chosen: Ints | None = np.sort(present) if kinds else None
        iris = view.iris(present)
        self._nodes = present[sorted(range(len(present)), key=iris.__getitem__)]

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Thing]:
        view, kinds = self._view, self._view.ontology.kinds
        ordinals = view.kinds()
        for first in range(0, len(self._nodes), _AT_ONCE):
            nodes = self._nodes[first : first + _AT_ONCE]
            for node, statements in facts_in_force(view, nodes):
                yield self._thing(node, kinds[int(ordinals[node])], statements)
            if self._progress is not None:
                self._progress(min(first + _AT_ONCE, len(self._nodes)), len(self._nodes))

    def _thing(self, node: int, kind: Kind, statements: Sequence[Statement]) -> Thing:
        view = self._view
        said = [s for s in statements if s.predicate == TYPE]
        facts = [_fact(s) for s in statements if s.predicate != TYPE and self._shown(s)]
        labels = [str(fact.value) for fact in facts if fact.predicate == LABEL]
        return Thing(
            iri=view.iri(node),
            kind=kind.iri,
            label=labels[0] if labels else view.label(node),
            facts=tuple(sorted(facts, key=order_of)),
            exists_from=said[0].valid_from if said else BEGIN,
            exists_to=said[0].valid_to if said else END,
            stub=kind.iri == UpperKind.ENTITY and view.is_stub(node),
        )

    def _shown(self, statement: Statement) -> bool:
        if self._chosen is None or statement.object is None:
            return True
        node = self._view.find(statement.object)
        place = int(np.searchsorted(self._chosen, node))
        return place < len(self._chosen) and int(self._chosen[place]) == node


def _fact(s: Statement) -> Fact:
    return Fact(s.subject, s.predicate, s.object, s.value, s.valid_from, s.valid_to, s.qualifiers, s.origin, s.row)


def order_of(fact: Fact) -> tuple[object, ...]:
    """By predicate, then by what is said, then by qualifiers and start."""
    noted = tuple((name, *_exact(value)) for name, value in fact.qualifiers)
    said = _exact(fact.value) if fact.value is not None else ("", "")
    return fact.predicate, fact.object or "", said, noted, fact.valid_from


def _exact(value: Value) -> tuple[str, str]:
    return value_type(value).name, value.hex() if isinstance(value, float) else str(value)


def kinds_named(ontology: Ontology, names: Collection[str]) -> tuple[str, ...]:
    """The IRIs of kinds that are given by name or IRI.

    Raises:
        InputError: ``unknown-kind``.
    """
    found = []
    for name in names:
        kind = ontology.kind.get(name) or ontology.by_name.get(name)
        if not isinstance(kind, Kind):
            hint = known_near(name, (each.name for each in ontology.kinds), "kinds")
            raise InputError(f'There is no kind "{name[:60]}".', code="unknown-kind", hint=hint)
        found.append(kind.iri)
    return tuple(found)


def texts_of(view: View, form: str, kinds: Collection[str] = (), progress: Progress | None = None) -> Iterator[str]:
    """A view as a text in pieces; see ``Service.export``.

    Cost: some 30 microseconds a fact; in memory the order of the entities, and some thousand of them.
    """
    from thread.export import graph, rdf

    ontology = view.ontology
    things = ViewThings(view, kinds_named(ontology, kinds), progress)
    match form:
        case "graphml":
            return graph.graphml(things, ontology)
        case "json":
            return graph.node_link(things, ontology)
        case _:
            return _written(rdf.nodes_of(things), form, ontology, {})


def history_texts(commits: Iterable[Commit], last: int, form: str, ontology: Ontology) -> Iterator[str]:
    """A log up to a revision as RDF in pieces; see ``Service.export_history``."""
    from thread.export.history import WORDS, nodes_of_log

    return _written(nodes_of_log(commits, last), form, ontology, WORDS)


def _written(
    nodes: "Iterable[Node]", form: str, ontology: Ontology, further: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    from thread.export import rdf
    from thread.facts.history import NS

    match form:
        case "ttl":
            return rdf.turtle(nodes, {"hist": NS} if further else {})
        case "nq":
            return rdf.nquads(nodes)
        case "jsonld":
            return rdf.jsonld(nodes, rdf.words_of(ontology, further))
    raise InputError(f'"{form[:20]}" is no format.', hint="Known: ttl, nq, jsonld, graphml, json.")


def tables_of(view: View, kinds: Collection[str] = ()) -> "Tables":
    """A view as tables; see ``Service.export_tables``. Cost: one pass for the columns, one for each use."""
    from thread.export.tables import Tables

    return Tables(ViewThings(view, kinds_named(view.ontology, kinds)), view.ontology)


def networkx_of(view: View, kinds: Collection[str] = ()) -> "nx.MultiDiGraph[str]":
    """A view as a networkx graph, for notebooks: nodes by IRI with kind, label and attributes, links by relation.

    Args:
        kinds: names or IRIs; none: all.
    """
    from thread.export.graph import to_networkx

    things: Things = ViewThings(view, kinds_named(view.ontology, kinds))
    return to_networkx(things, view.ontology)
