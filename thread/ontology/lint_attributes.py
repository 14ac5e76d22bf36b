"""Are attributes and their property shapes whole? Datatype, limits that agree, only what a commit can check."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from thread.facts import ValueType
from thread.ontology import language as say
from thread.ontology.graph import Literal, Node
from thread.ontology.problems import Problem, Rules, near, short
from thread.terms import SH, local_name

_NUMERIC: Final = frozenset({ValueType.INTEGER, ValueType.REAL, ValueType.DECIMAL})
_LIMITS: Final = (say.MINIMUM, say.MAXIMUM, say.ABOVE, say.BELOW)
_FACETS: Final = (say.DATATYPE, say.MAX_COUNT, say.PATTERN, say.ENUM, *_LIMITS)
_NODE_WORDS: Final = frozenset({say.PROPERTY, SH + "targetClass", say.NAME, say.NOTE, SH + "message"})


class AttributeRules(Rules):
    """Datatypes, property shapes, qualifiers."""

    def check(self) -> Iterator[Problem]:
        for iri in self.reading.attributes:
            yield from self._datatype(iri)
            yield from self._domain(iri)
            yield from self._facets(iri)
            yield from self._used(iri)
        yield from self._shapes()

    def _datatype(self, iri: str) -> Iterator[Problem]:
        graph = self.graph
        shapes = [shape for _, shape in self.reading.shapes.get(iri, ())]
        stated: dict[Node, str] = dict.fromkeys(graph.values(iri, say.RANGE), say.RANGE)
        stated |= {value: say.DATATYPE for shape in shapes for value in graph.values(shape, say.DATATYPE)}
        if not stated:
            yield self.fault(iri, "missing-datatype", "This attribute has no datatype.", "Say rdfs:range xsd:string.")
        if len(stated) > 1:
            message = f"It has several datatypes: {' and '.join(sorted(map(short, stated)))}."
            yield self.fault(iri, "shapes-disagree", message, "Keep one.")
        for value, predicate in stated.items():
            if value not in say.DATATYPES and value != say.MEDIUM_CLASS:
                known = ", ".join(map(short, say.DATATYPES))
                message = f"{short(value)} is not a datatype that is kept."
                yield self.fault(iri, "unknown-datatype", message, f"Known: {known}.", predicate, value)
        if graph.values(iri, say.SUBPROPERTY):
            message = "An attribute has no super-property here."
            yield self.fault(iri, "unsupported-shape", message, "Leave rdfs:subPropertyOf out.", say.SUBPROPERTY)

    def _domain(self, iri: str) -> Iterator[Problem]:
        kinds = self.reading.kinds
        stated = self.graph.iris(iri, say.DOMAIN)
        if len(stated) > 1:
            message = "This attribute has several domains, which together mean: all of them at once."
            yield self.fault(iri, "several-values", message, "Join them by owl:unionOf.", say.DOMAIN, stated[1])
        for each in self.reading.expand(stated):
            if each not in kinds:
                message = f"Its domain {short(each)} is not a kind."
                yield self.fault(iri, "unknown-kind", message, near(each, kinds, "kinds"), say.DOMAIN)

    def _facets(self, iri: str) -> Iterator[Problem]:
        shapes = list(dict.fromkeys(shape for _, shape in self.reading.shapes.get(iri, ())))
        for facet in _FACETS:
            said = {self._facet(shape, facet) for shape in shapes}
            if len(said) > 1 and not (facet == say.DATATYPE and len(said - {()}) == 1):
                message = f"Its property shapes disagree in {short(facet)}: a limit holds for every kind that has it."
                yield self.fault(
                    iri, "shapes-disagree", message, "Share one shape, or declare an attribute of its own."
                )
        for shape in shapes:
            yield from self._limits(iri, shape)
            yield from self._pattern(iri, shape)

    def _facet(self, shape: str, facet: str) -> tuple[Node, ...]:
        values = self.graph.values(shape, facet)
        if facet == say.ENUM:
            return tuple(member for head in values if isinstance(head, str) for member in self.graph.members(head))
        return tuple(values)

    def _limits(self, iri: str, shape: str) -> Iterator[Problem]:
        graph = self.graph
        stated = [*graph.iris(shape, say.DATATYPE), *graph.iris(iri, say.RANGE), ""]
        kind = say.DATATYPES.get(stated[0], ValueType.IRI)
        numbers: dict[str, Decimal] = {}
        for limit in _LIMITS:
            for value in graph.values(shape, limit):
                number = _decimal(value)
                if number is None or kind not in _NUMERIC:
                    message = f"{short(limit)} {short(value)} limits nothing that is a number."
                    yield self.fault(iri, "bad-limit", message, "Limits go with xsd:decimal, xsd:double, xsd:integer.")
                else:
                    numbers[limit] = number
        low = max((numbers[each] for each in (say.MINIMUM, say.ABOVE) if each in numbers), default=None)
        high = min((numbers[each] for each in (say.MAXIMUM, say.BELOW) if each in numbers), default=None)
        if low is not None and high is not None and low > high:
            yield self.fault(iri, "bad-limit", f"No number is at least {low} and at most {high}.", "Swap them.")
        for count, allowed in ((say.MIN_COUNT, ("0", "1")), (say.MAX_COUNT, ("1",))):
            for value in graph.values(shape, count):
                if not isinstance(value, Literal) or value.text not in allowed:
                    message = f"{short(count)} {short(value)} is not checked at a commit."
                    hint = f"Here it is {' or '.join(allowed)}; other counts are rules of ontology/shapes.ttl."
                    yield self.fault(iri, "unsupported-shape", message, hint)
        for value in self._facet(shape, say.ENUM):
            if not isinstance(value, Literal) or kind is not ValueType.TEXT:
                message = f"{short(value)} in sh:in is not a text value."
                yield self.fault(iri, "bad-limit", message, "List strings, of an attribute with xsd:string.")

    def _pattern(self, iri: str, shape: str) -> Iterator[Problem]:
        for value in self.graph.values(shape, say.PATTERN):
            text = value.text if isinstance(value, Literal) else ""
            try:
                re.compile(text)
            except re.error as error:
                message = f'Its pattern "{text}" is not a regular expression: {error}.'
                yield self.fault(iri, "bad-pattern", message, "Mend the pattern.")

    def _used(self, iri: str) -> Iterator[Problem]:
        graph, reading = self.graph, self.reading
        used = graph.values(iri, say.DOMAIN) or iri in reading.shapes or graph.subjects(say.QUALIFIER, iri)
        if not used:
            message = "No kind carries this attribute and no relation has it as a qualifier."
            yield self.fault(iri, "unused-attribute", message, "Say rdfs:domain, or put it into a property shape.")
        for value in graph.values(iri, say.QUALIFIER):
            if value not in reading.attributes:
                message = f"Its qualifier {short(value)} is not an attribute."
                hint = near(value, reading.attributes, "attributes")
                yield self.fault(iri, "unknown-attribute", message, hint, say.QUALIFIER, value)

    def _shapes(self) -> Iterator[Problem]:
        graph, reading = self.graph, self.reading
        for subject, predicate, shape in list(graph):
            if predicate.startswith(SH) and not subject.startswith("_:") and predicate not in _NODE_WORDS:
                message = f"{short(predicate)} is not checked at a commit."
                hint = "Put rules over several entities into a file for thread check."
                yield self.fault(subject, "unsupported-shape", message, hint, predicate)
            if predicate != say.PROPERTY:
                continue
            if subject not in reading.kinds:
                message = "It has a property shape but is not a kind."
                yield self.fault(subject, "unknown-kind", message, near(subject, reading.kinds, "kinds"), predicate)
            held = shape if isinstance(shape, str) else ""
            path = graph.iri(held, say.PATH)
            if path is None or path.startswith("_:") or path not in reading.attributes:
                named = short(path) if path and not path.startswith("_:") else "nothing"
                message = f"A property shape has a sh:path to {named}, which is not an attribute."
                hint = "Relations have a domain and range; counts of links are rules of ontology/shapes.ttl."
                yield self.fault(subject, "unsupported-shape", message, hint, predicate, shape)
            for word in graph.predicates(held):
                if word not in say.SHAPE_WORDS and word != say.TYPE:
                    name = f" of {local_name(path)}" if path else ""
                    message = f"{short(word)} in the property shape{name} is not checked at a commit."
                    known = ", ".join(sorted(map(short, say.SHAPE_WORDS)))
                    yield self.fault(subject, "unsupported-shape", message, f"Known: {known}.", predicate, shape)


def _decimal(node: Node) -> Decimal | None:
    try:
        number = Decimal(node.text) if isinstance(node, Literal) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
