"""How does an ontology come to be? The shipped files and the user's own, read, linted and frozen."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from thread.errors import InputError
from thread.facts import ValueType
from thread.ontology import language as say
from thread.ontology.graph import Graph, Literal, Node, read_graph
from thread.ontology.healthwords import health_rules, indicator_of
from thread.ontology.lint import lint
from thread.ontology.model import Attribute, Carries, Kind, Law, Medium, Ontology, Relation, Role, Upstream
from thread.ontology.reading import Reading
from thread.ontology.riskwords import common_causes
from thread.resources import resource
from thread.terms import local_name, upper_snake

SHIPPED: Final = ("ontology/thread.ttl", "ontology/health.ttl")
"""What every ontology starts from."""


def load_ontology(extensions: Sequence[Path] = ()) -> Ontology:
    """The shipped ontology with the user's own files, ready for use.

    Args:
        extensions: Turtle files with kinds, relations, attributes, media; their order does not matter.
    Raises:
        InputError: ``bad-ontology``: not Turtle (file and line), or not well formed (file, subject, and in
            ``problems`` all that is wrong).
    Cost: some 10 ms for the shipped files, 30 ms with a hundred kinds more; nothing is cached.
    >>> load_ontology().is_a("urn:thread:ns#FailureEvent", "urn:thread:ns#Event")
    True
    """
    graph = read_graph(map(resource, SHIPPED), extensions)
    problems = lint(graph)
    if problems:
        first = problems[0]
        more = f" {len(problems) - 1} more problems follow." if len(problems) > 1 else ""
        raise InputError(
            f"{first.file}: {first.subject}: {first.message}{more}",
            code="bad-ontology",
            hint=first.hint,
            file=first.file,
            subject=first.subject,
            rule=first.rule,
            problems=tuple(problems),
        )
    return build(graph)


def build(graph: Graph) -> Ontology:
    """The frozen ontology of a graph in which ``lint`` finds nothing."""
    reading = Reading(graph)
    kinds = tuple(_kind(reading, iri, ordinal) for ordinal, iri in enumerate(reading.kinds))
    relations = tuple(_relation(reading, iri, ordinal) for ordinal, iri in enumerate(reading.relations))
    attributes = tuple(_attribute(reading, iri, ordinal) for ordinal, iri in enumerate(reading.attributes))
    media = {iri: _medium(graph, iri) for iri in reading.media}
    fingerprint = _fingerprint((*kinds, *relations, *attributes, *media.values()))
    return Ontology(kinds, relations, attributes, media, fingerprint, health_rules(graph), tuple(graph.files))


def _kind(reading: Reading, iri: str, ordinal: int) -> Kind:
    graph, ancestors = reading.graph, reading.ancestors(iri)
    critical = [say.CRITICALITIES[v] for v in reading.nearest(iri, say.CRITICALITY) if isinstance(v, str)]
    states = [say.STATES[v] for v in reading.nearest(iri, say.CONDUCTS_WHEN) if isinstance(v, str)]
    conducts = [value == Literal("true", say.BOOLEAN) for value in reading.nearest(iri, say.CONDUCTS)]
    feeds = [value for value in reading.nearest(iri, say.FEEDS) if isinstance(value, str)]
    return Kind(
        iri=iri,
        name=local_name(iri),
        ordinal=ordinal,
        label=_label(graph, iri),
        comment=graph.text(iri, say.COMMENT) or "",
        parents=reading.kinds[iri],
        ancestors=frozenset(ancestors),
        children=tuple(
            sorted(each for each in graph.subjects(say.SUBCLASS, iri) if iri in reading.kinds.get(each, ()))
        ),
        essential=any(critical),
        produces=frozenset(medium for each in ancestors for medium in graph.iris(each, say.PRODUCES)),
        conducts=any(conducts) if conducts else bool(states),
        conducts_when=states[0] if states else None,
        feeds=feeds[0] if feeds else None,
        carries=_carries(graph, law[0]) if (law := reading.nearest(iri, say.CARRIES)) else None,
        common_causes=common_causes(reading, iri),
    )


def _relation(reading: Reading, iri: str, ordinal: int) -> Relation:
    graph, symmetric = reading.graph, reading.is_symmetric(iri)
    name = local_name(iri)
    inverse = reading.inverse_of.get(iri)
    carries = _carries(graph, next(iter(reading.nearest(iri, say.CARRIES)), None))
    carries_to = say.ENDS[_only(reading, iri, say.CARRIES_TO) or say.NO_END]
    medium = next((value for value in reading.nearest(iri, say.MEDIUM) if isinstance(value, str)), None)
    qualifiers = {value for each in reading.ancestors(iri) for value in graph.iris(each, say.QUALIFIER)}
    return Relation(
        iri=iri,
        name=name,
        ordinal=ordinal,
        label=_label(graph, iri),
        comment=graph.text(iri, say.COMMENT) or "",
        inverse=name if symmetric else local_name(inverse) if inverse else f"{name}Of",
        domain=frozenset(reading.nearest_classes(iri, say.DOMAIN)),
        range=frozenset(reading.nearest_classes(iri, say.RANGE)),
        single=reading.is_functional(iri),
        role=say.ROLES.get(_only(reading, iri, say.ROLE) or "", Role.CONTEXT),
        upstream=say.ENDS.get(_only(reading, iri, say.UPSTREAM) or "", Upstream.NONE),
        symmetric=symmetric,
        ancestors=frozenset(reading.ancestors(iri)),
        medium=medium,
        carries=carries,
        carries_to=None if carries.law is Law.NOTHING else carries_to,
        observes=Literal("true", say.BOOLEAN) in reading.nearest(iri, say.OBSERVES),
        qualifiers=tuple(sorted(qualifiers)),
    )


def _attribute(reading: Reading, iri: str, ordinal: int) -> Attribute:
    graph, pairs = reading.graph, reading.shapes.get(iri, ())
    shapes = [shape for _, shape in pairs]
    domain = {kind for kind, _ in pairs} | set(reading.expand(graph.iris(iri, say.DOMAIN)))
    required = {kind for kind, shape in pairs if (graph.text(shape, say.MIN_COUNT) or "0") != "0"}
    functional = (iri, say.TYPE, say.FUNCTIONAL) in graph
    of_medium = say.MEDIUM_CLASS in graph.iris(iri, say.RANGE)
    datatype = next(iter(_across(graph, iri, shapes, say.DATATYPE, say.RANGE)), say.MEDIUM_CLASS)
    lists = [graph.members(head) for shape in shapes for head in graph.iris(shape, say.ENUM)]
    allowed = lists[0] if lists else []
    return Attribute(
        iri=iri,
        name=local_name(iri),
        ordinal=ordinal,
        label=_label(graph, iri, shapes),
        comment=graph.text(iri, say.COMMENT) or _first(graph, shapes, say.NOTE) or "",
        type=say.DATATYPES.get(str(datatype), ValueType.IRI),
        domain=frozenset(domain),
        single=functional or _first(graph, shapes, say.MAX_COUNT) == "1",
        required=bool(required) and all(required & set(reading.ancestors(kind)) for kind in domain),
        enum=tuple(value.text if isinstance(value, Literal) else value for value in allowed),
        pattern=_first(graph, shapes, say.PATTERN),
        minimum=_number(_first(graph, shapes, say.MINIMUM)),
        maximum=_number(_first(graph, shapes, say.MAXIMUM)),
        unit=graph.text(iri, say.UNIT),
        above=_number(_first(graph, shapes, say.ABOVE)),
        below=_number(_first(graph, shapes, say.BELOW)),
        required_of=frozenset(required),
        qualifiers=tuple(sorted(graph.iris(iri, say.QUALIFIER))),
        of_medium=of_medium,
        indicator=indicator_of(graph, iri),
    )


def _medium(graph: Graph, iri: str) -> Medium:
    interchangeable = Literal("true", say.BOOLEAN) in graph.values(iri, say.INTERCHANGEABLE)
    return Medium(iri, local_name(iri), interchangeable, graph.iri(iri, say.GROUNDED_WITH) or iri)


def _carries(graph: Graph, said: Node | None) -> Carries:
    if not isinstance(said, str):
        return Carries(Law.NOTHING)
    law, weight = say.LAWS[graph.iri(said, say.LAW) or said], float(graph.text(said, say.WEIGHT) or 1.0)
    whole = weight == (0.0 if law is Law.SLACK else 1.0)
    return Carries(Law.HARD if whole and law is not Law.NOTHING else law, 1.0 if whole else weight)


def _only(reading: Reading, iri: str, predicate: str) -> str | None:
    return next((value for value in reading.nearest(iri, predicate) if isinstance(value, str)), None)


def _label(graph: Graph, iri: str, shapes: Sequence[str] = ()) -> str:
    return (
        graph.text(iri, say.LABEL)
        or _first(graph, shapes, say.NAME)
        or upper_snake(local_name(iri)).replace("_", " ").lower()
    )


def _first(graph: Graph, shapes: Sequence[str], predicate: str) -> str | None:
    return next((text for shape in shapes if (text := graph.text(shape, predicate)) is not None), None)


def _across(graph: Graph, iri: str, shapes: Sequence[str], facet: str, stated: str) -> list[Node]:
    return [*(value for shape in shapes for value in graph.values(shape, facet)), *graph.values(iri, stated)]


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _fingerprint(items: Sequence[Kind | Relation | Attribute | Medium]) -> str:
    digest = hashlib.sha256()
    for item in items:
        for field in fields(item):
            value = getattr(item, field.name)
            said = sorted(value) if isinstance(value, frozenset) else value
            digest.update(f"{field.name}={said!r}\n".encode())
    return digest.hexdigest()
