"""What does RDF say of things? Nodes with their properties, the same for every syntax; and each syntax's text.

A plain triple has no room for the qualifiers of a link or an identifier. They lie on a node beside it that names the
triple by ``rdf:subject``, ``rdf:predicate`` and ``rdf:object``, which every tool reads and JSON-LD can say; the import
reads them back (docs/decisions/0010).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from typing import Any, Final, NamedTuple

import orjson

from thread.clock import to_instant, to_text
from thread.export.model import Thing, Things
from thread.facts import Fact, Value, ValueType
from thread.facts.history import DECIMAL
from thread.ontology.model import Ontology
from thread.terms import PREFIXES, RDF, TYPE, XSD, Iri, spelled

STATEMENT: Final = "urn:thread:statement:"
"""Before the name of a node that carries the qualifiers of a triple: a digest of all it says."""
SUBJECT: Final = RDF + "subject"
PREDICATE: Final = RDF + "predicate"
OBJECT: Final = RDF + "object"
_STRING: Final = XSD + "string"
_SHORT: Final = {name: PREFIXES[name] for name in ("thr", "rdf", "rdfs", "xsd")}
_ESCAPED: Final = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DATATYPES: Final = {
    ValueType.TEXT: _STRING,
    ValueType.INTEGER: XSD + "integer",
    ValueType.REAL: XSD + "double",
    ValueType.BOOLEAN: XSD + "boolean",
    ValueType.DECIMAL: XSD + "decimal",
    ValueType.TIME: XSD + "dateTime",
}


class Term(NamedTuple):
    """An IRI (no datatype) or a literal."""

    text: str
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An IRI with its properties, in the order in which they are written."""

    iri: str
    pairs: Sequence[tuple[str, Term]]


def value_term(value: Value) -> Term:
    """A value as RDF writes it; nothing of it is lost.

    >>> value_term(Decimal("1.50")).text, value_term(Decimal("1E+3")).datatype
    ('1.50', 'urn:thread:history#decimal')
    """
    match value:
        case Iri():
            return Term(spelled(value))
        case str():
            return Term(value, _STRING)
        case bool():
            return Term(str(value).lower(), XSD + "boolean")
        case int():
            return Term(str(value), XSD + "integer")
        case float():
            return Term(repr(value), XSD + "double")
        case Decimal():
            exact = str(value)
            return Term(exact, XSD + "decimal" if f"{value:f}" == exact else DECIMAL)
        case datetime():
            return Term(to_text(to_instant(value)), XSD + "dateTime")


def nodes_of(things: Things) -> Iterator[Node]:
    """Each thing as a node, followed by the nodes of its qualified statements. Stubs are named by links alone."""
    for thing in things:
        if thing.stub and not thing.facts:
            continue
        pairs = [] if thing.stub else [(TYPE, Term(spelled(thing.kind)))]
        pairs += dict.fromkeys((fact.predicate, _object(fact)) for fact in thing.facts)
        yield Node(spelled(thing.iri), pairs)
        yield from _statements(thing)


def _object(fact: Fact) -> Term:
    if fact.object is not None:
        return Term(spelled(fact.object))
    assert fact.value is not None
    term = value_term(fact.value)
    if isinstance(fact.value, Decimal):  # the import keeps the number, not the way it was written
        return Term(f"{fact.value:f}", XSD + "decimal")
    return term


def _statements(thing: Thing) -> Iterator[Node]:
    """Qualifiers as nodes; also a bare one for what holds with and without them."""
    for said, same in groupby(thing.facts, lambda fact: (fact.predicate, _object(fact))):
        held = sorted({tuple((name, value_term(value)) for name, value in fact.qualifiers) for fact in same})
        if held == [()]:
            continue
        for qualifiers in held:
            about = [(SUBJECT, Term(spelled(thing.iri))), (PREDICATE, Term(said[0])), (OBJECT, said[1])]
            pairs = [*about, *((name, _plain(term)) for name, term in qualifiers)]
            yield Node(STATEMENT + sha256(repr(pairs).encode()).hexdigest()[:32], pairs)


def _plain(term: Term) -> Term:
    return Term(f"{Decimal(term.text):f}", XSD + "decimal") if term.datatype == DECIMAL else term


# -- N-Quads


def nquads(nodes: Iterable[Node]) -> Iterator[str]:
    """The nodes as N-Quads, a line a statement; sorting the lines keeps the nodes together."""
    for node in nodes:
        subject = f"<{node.iri}>"
        yield "".join(f"{subject} <{spelled(name)}> {_quad(term)} .\n" for name, term in node.pairs)


def _quad(term: Term) -> str:
    if not term.datatype:
        return f"<{term.text}>"
    return _quoted(term.text) + ("" if term.datatype == _STRING else f"^^<{term.datatype}>")


def _quoted(text: str) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), text) + '"'


def _escape(sign: str) -> str:
    return _ESCAPES.get(sign) or f"\\u{ord(sign):04X}"


# -- Turtle


def turtle(nodes: Iterable[Node], prefixes: Mapping[str, str] | None = None) -> Iterator[str]:
    """The nodes as Turtle, a paragraph a node."""
    known = {**_SHORT, **(prefixes or {})}
    yield "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in known.items())
    short: dict[str, str] = {}

    def shortened(iri: str) -> str:
        found = short.get(iri)
        if found is None:
            found = short[iri] = _shortened(iri, known)
        return found

    for node in nodes:
        said = []
        for name, pairs in groupby(node.pairs, lambda pair: pair[0]):
            objects = (_turtle(term, shortened) for _, term in pairs)
            said.append(f"{'a' if name == TYPE else shortened(spelled(name))} {', '.join(objects)}")
        yield f"\n<{node.iri}>\n    " + " ;\n    ".join(said) + " .\n"


def _shortened(iri: str, prefixes: Mapping[str, str]) -> str:
    for name, start in prefixes.items():
        if iri.startswith(start) and _NAME.fullmatch(iri[len(start) :]):
            return f"{name}:{iri[len(start) :]}"
    return f"<{iri}>"


def _turtle(term: Term, shortened: Any) -> str:
    if not term.datatype:
        words = any(term.text.startswith(start) for start in _SHORT.values())
        return str(shortened(term.text)) if words else f"<{term.text}>"
    return _quoted(term.text) + ("" if term.datatype == _STRING else f"^^{shortened(term.datatype)}")


# -- JSON-LD


def jsonld(nodes: Iterable[Node], words: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """The nodes as one JSON-LD document with its context, a line a node.

    Args:
        words: IRI of each property: its name in the document, and the datatype its values have (``@id``: IRIs; none:
            texts).
    """
    context = {name: {"@id": iri, **({"@type": kind} if kind else {})} for iri, (name, kind) in words.items()}
    yield '{"@context": ' + orjson.dumps(context, option=orjson.OPT_INDENT_2).decode() + ',\n"@graph": ['
    between = "\n"
    for node in nodes:
        found: dict[str, list[Any]] = {}
        for name, term in node.pairs:
            if name == TYPE:
                found.setdefault("@type", []).append(term.text)
                continue
            key, kind = words.get(name, (spelled(name), ""))
            found.setdefault(key, []).append(_json(term, kind))
        body = {key: several[0] if len(several) == 1 else several for key, several in found.items()}
        yield between + orjson.dumps({"@id": node.iri, **body}).decode()
        between = ",\n"
    yield "\n]}\n"


def _json(term: Term, kind: str) -> Any:
    if not term.datatype:
        return term.text if kind == "@id" else {"@id": term.text}
    if term.datatype != (kind or _STRING):
        return {"@value": term.text, "@type": term.datatype}
    return term.text == "true" if kind == XSD + "boolean" else term.text


def words_of(ontology: Ontology, further: Mapping[str, tuple[str, str]] | None = None) -> dict[str, tuple[str, str]]:
    """The context of a JSON-LD document: the ontology's words by their names."""
    found = {**(further or {}), SUBJECT: ("subject", "@id"), PREDICATE: ("predicate", "@id"), OBJECT: ("object", "")}
    taken = {name for name, _ in found.values()}  # a word of the ontology with a name of ours goes by its IRI
    own = [(relation.iri, (relation.name, "@id")) for relation in ontology.relations]
    own += [
        (attribute.iri, (attribute.name, _DATATYPES.get(attribute.type, "@id"))) for attribute in ontology.attributes
    ]
    return found | {iri: word for iri, word in own if word[0] not in taken}
