"""How do things look as a graph of nodes and links? GraphML, node-link JSON, and a networkx object for notebooks.

A node carries its kind, label, identifiers and attributes by name, a link its relation, its valid time where it has
an end, and its qualifiers. Decimals are floats here, instants are texts: these formats are for looking and computing;
RDF and CSV keep every value as it is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import orjson

from thread.clock import BEGIN, END, to_instant, to_text
from thread.export.model import Thing, Things, attributes_of, links_of
from thread.facts import Fact, Qualifiers, Value, ValueType
from thread.ontology.model import Ontology
from thread.terms import IDENTIFIER, LABEL, Iri, local_name

if TYPE_CHECKING:
    import networkx as nx

Scalar = str | bool | int | float
Data = dict[str, Scalar | list[Scalar]]
_OWN: Final = {"kind": "string", "label": "string", "identifiers": "string", "stub": "boolean"}
_OF_LINK: Final = {"relation": "string", "validFrom": "string", "validTo": "string"}
_TYPES: Final = {ValueType.INTEGER: "long", ValueType.REAL: "double", ValueType.DECIMAL: "double"}
_NOT_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")
"""XML has no way to write these."""


class _Words:
    """The names of attributes among the data of nodes and links: the word's own, its IRI where that is taken."""

    def __init__(self, ontology: Ontology) -> None:
        self.attributes = {attribute.iri: attribute for attribute in ontology.attributes}
        self._kinds = {kind.iri: kind.name for kind in ontology.kinds}
        self._relations = {relation.iri: relation.name for relation in ontology.relations}

    def node(self, iri: str) -> str:
        return self._free(iri, _OWN)

    def link(self, iri: str) -> str:
        return self._free(iri, {*_OF_LINK, "source", "target", "key", "id"})

    def kind(self, iri: str) -> str:
        return self._kinds.get(iri, iri)

    def relation(self, iri: str) -> str:
        return self._relations.get(iri, iri)

    def _free(self, iri: str, taken: Iterable[str]) -> str:
        found = self.attributes.get(iri)
        return found.name if found is not None and found.name not in {*taken, "id"} else iri

    def single(self, iri: str) -> bool:
        found = self.attributes.get(iri)
        return found is None or found.single


def node_data(thing: Thing, words: _Words) -> Data:
    """What a graph says of an entity; of a many-valued attribute a list."""
    data: Data = {"kind": words.kind(thing.kind), "label": thing.label}
    named = thing.identifiers()
    if named:
        data["identifiers"] = [f"{scheme}:{value}" if scheme else value for scheme, _, value in named]
    if thing.stub:
        data["stub"] = True
    several: dict[str, list[Scalar]] = {}
    for fact in attributes_of(thing):
        if fact.predicate not in (LABEL, IDENTIFIER) and fact.value is not None:
            several.setdefault(fact.predicate, []).append(_scalar(fact.value))
    for iri, values in several.items():
        data[words.node(iri)] = values[0] if words.single(iri) else values
    return data


def link_data(fact: Fact, words: _Words) -> Data:
    """What a graph says of a link."""
    data: Data = {"relation": words.relation(fact.predicate)}
    if fact.valid_from != BEGIN:
        data["validFrom"] = to_text(fact.valid_from)
    if fact.valid_to != END:
        data["validTo"] = to_text(fact.valid_to)
    return data | _qualified(fact.qualifiers, words)


def _qualified(qualifiers: Qualifiers, words: _Words) -> Data:
    return {words.link(name): _scalar(value) for name, value in qualifiers}


def _scalar(value: Value) -> Scalar:
    match value:
        case Decimal():
            return float(value)
        case datetime():
            return to_text(to_instant(value))
        case Iri():
            return local_name(value)
        case _:
            return value


def _links(thing: Thing, words: _Words) -> Iterator[tuple[Fact, str, Data]]:
    """The links of a thing, each with a key of its own among those to the same object."""
    seen: Counter[tuple[str | None, str]] = Counter()
    for fact in links_of(thing):
        name = words.relation(fact.predicate)
        seen[fact.object, name] += 1
        count = seen[fact.object, name]
        yield fact, name if count == 1 else f"{name} {count}", link_data(fact, words)


def to_networkx(things: Things, ontology: Ontology) -> "nx.MultiDiGraph[str]":
    """The things as a graph: nodes by IRI, links by relation. Cost: all of it in memory, some kB a node."""
    import networkx as nx

    words = _Words(ontology)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for thing in things:
        graph.add_node(str(thing.iri), **node_data(thing, words))
        for fact, key, data in _links(thing, words):
            graph.add_edge(str(fact.subject), str(fact.object), key, **data)
    return graph


def node_link(things: Things, ontology: Ontology) -> Iterator[str]:
    """Node-link JSON, as ``networkx.node_link_graph`` reads it, a line a node and a link. Iterates the things twice."""
    words = _Words(ontology)
    yield '{"directed": true, "multigraph": true, "graph": {}, "nodes": ['
    yield from _listed({"id": str(thing.iri), **node_data(thing, words)} for thing in things)
    yield '],\n"edges": ['
    yield from _listed(
        {"source": str(fact.subject), "target": str(fact.object), "key": key, **data}
        for thing in things
        for fact, key, data in _links(thing, words)
    )
    yield "]}\n"


def _listed(items: Iterable[Mapping[str, object]]) -> Iterator[str]:
    between = "\n"
    for item in items:
        yield between + orjson.dumps(item).decode()
        between = ",\n"
    yield "\n"


# -- GraphML


def graphml(things: Things, ontology: Ontology) -> Iterator[str]:
    """GraphML; a many-valued attribute is a JSON list in a text. Iterates the things twice."""
    words = _Words(ontology)
    kept = [attribute for attribute in ontology.attributes if attribute.iri not in (LABEL, IDENTIFIER)]
    of_node = dict(_OWN)
    of_node |= {words.node(a.iri): _type(a.type) if a.single else "string" for a in kept if a.domain}
    qualifying = {iri for relation in ontology.relations for iri in relation.qualifiers}
    of_link = dict(_OF_LINK)
    of_link |= {words.link(a.iri): _type(a.type) for a in ontology.attributes if a.iri in qualifying}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    keys: dict[tuple[str, str], str] = {}
    for what, table in (("node", of_node), ("edge", of_link)):
        for name, kind in table.items():
            keys[what, name] = f"d{len(keys)}"
            yield (f'  <key id="{keys[what, name]}" for="{what}" attr.name={quoteattr(name)} attr.type="{kind}"/>\n')
    yield '  <graph edgedefault="directed">\n'
    for thing in things:
        data = _data(node_data(thing, words), "node", keys)
        yield f"    <node id={_attribute(thing.iri)}>{data}</node>\n"
    for thing in things:
        for fact, key, said in _links(thing, words):
            ends = f"source={_attribute(fact.subject)} target={_attribute(str(fact.object))}"
            yield f"    <edge id={_attribute(key)} {ends}>{_data(said, 'edge', keys)}</edge>\n"
    yield "  </graph>\n</graphml>\n"


def _type(kind: ValueType) -> str:
    return "boolean" if kind is ValueType.BOOLEAN else _TYPES.get(kind, "string")


def _data(data: Data, what: str, keys: Mapping[tuple[str, str], str]) -> str:
    written = []
    for name, value in data.items():
        key = keys.get((what, name))
        if key is not None:
            text = orjson.dumps(value).decode() if isinstance(value, list) else _said(value)
            written.append(f'<data key="{key}">{escape(text.translate(_NOT_XML), {chr(13): "&#13;"})}</data>')
    return "".join(written)


def _said(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attribute(text: str) -> str:
    return quoteattr(text.translate(_NOT_XML))
