"""Are relations and media whole? Ends, role, what is inherited, laws, media and their grounding classes."""

from collections.abc import Iterator
from typing import Final

from thread.ontology import language as say
from thread.ontology.graph import Literal, Node
from thread.ontology.problems import Problem, Rules, near, short

_WEIGHED: Final = frozenset({"Cap", "Slack", "Mix"})


class RelationRules(Rules):
    """Ends, role, inheritance, laws, media."""

    def check(self) -> Iterator[Problem]:
        for iri in self.reading.relations:
            yield from self._supers(iri)
            yield from self._end(iri, say.DOMAIN, "domain")
            yield from self._end(iri, say.RANGE, "range")
            yield from self._inherited(iri)
            yield from self._carries(iri)
            yield from self._qualifiers(iri)
            yield from self._members(iri)
        for iri in self.reading.kinds:
            for value in self.graph.values(iri, say.CARRIES):
                yield from self._law(iri, value)
        yield from self._inverses()
        yield from self._media()

    def _supers(self, iri: str) -> Iterator[Problem]:
        relations = self.reading.relations
        for parent in relations[iri]:
            if parent not in relations:
                message = f"{short(parent)} is not a relation."
                hint = near(parent, relations, "relations")
                if parent in self.reading.inverses:
                    hint = f"Facts are written forward: use {short(self.reading.inverses[parent])}."
                yield self.fault(iri, "unknown-relation", message, hint, say.SUBPROPERTY, parent)
        if (iri, say.TYPE, say.OBJECT_PROPERTY) not in self.graph and not relations[iri]:
            message = "This is neither declared as owl:ObjectProperty nor below a relation."
            yield self.fault(iri, "unknown-relation", message, "Declare it, or say rdfs:subPropertyOf.")

    def _end(self, iri: str, predicate: str, what: str) -> Iterator[Problem]:
        reading, kinds = self.reading, self.reading.kinds
        stated = self.graph.values(iri, predicate)
        if len(stated) > 1:
            message = f"This relation has several {what}s, which together mean: all of them at once."
            yield self.fault(iri, "several-values", message, "Join them by owl:unionOf.", predicate, stated[1])
        classes = reading.nearest_classes(iri, predicate)
        if not classes:
            message = f"This relation has no {what}."
            hint = f"Say rdfs:{what}, or make it a sub-property of one that has it."
            yield self.fault(iri, f"missing-{what}", message, hint)
        for each in classes:
            if each not in kinds and stated:
                message = f"Its {what} {short(each)} is not a kind."
                yield self.fault(iri, "unknown-kind", message, near(each, kinds, "kinds"), predicate)
        for parent in reading.relations[iri] if stated else ():
            wide = set(reading.nearest_classes(parent, predicate)) if parent in reading.relations else set()
            for each in classes:
                if wide and each in kinds and not wide & set(reading.ancestors(each)):
                    allowed = ", ".join(short(kind) for kind in sorted(wide))
                    message = f"Its {what} {short(each)} is outside that of {short(parent)}."
                    yield self.fault(iri, "wider-than-super", message, f"Stay within {allowed}.", predicate)

    def _inherited(self, iri: str) -> Iterator[Problem]:
        for predicate, name in ((say.ROLE, "role"), (say.UPSTREAM, "upstream end")):
            if not self.reading.nearest(iri, predicate):
                rule = f"missing-{name.split()[0]}"
                yield self.fault(iri, rule, f"This relation has no {name}.", f"Say {short(predicate)}.")
        for predicate in (say.ROLE, say.UPSTREAM, say.CARRIES, say.CARRIES_TO, say.OBSERVES, say.MEDIUM):
            values = self.reading.nearest(iri, predicate)
            if len(values) > 1 and not self.graph.values(iri, predicate):
                message = f"It inherits several values of {short(predicate)}."
                yield self.fault(iri, "ambiguous-inheritance", message, "State its own.")
        for predicate in (say.DOMAIN, say.RANGE):
            if self.graph.values(iri, predicate):
                continue
            ends = {tuple(self.reading.nearest_classes(parent, predicate)) for parent in self.reading.relations[iri]}
            if len(ends) > 1:
                message = f"It inherits several values of {short(predicate)}."
                yield self.fault(iri, "ambiguous-inheritance", message, "State its own.")

    def _carries(self, iri: str) -> Iterator[Problem]:
        for value in self.graph.values(iri, say.CARRIES):
            yield from self._law(iri, value)
        carried = self.reading.nearest(iri, say.CARRIES)
        if carried and carried[0] != say.NOTHING and not self.reading.nearest(iri, say.CARRIES_TO):
            message = "It carries degradation, but not said to which end."
            yield self.fault(iri, "missing-carries-to", message, "Say thr:carriesTo thr:SubjectEnd or thr:ObjectEnd.")

    def _members(self, iri: str) -> Iterator[Problem]:
        if say.MEMBER_OF in self.reading.ancestors(iri) and iri != say.MEMBER_OF:
            for value in self.graph.values(iri, say.CARRIES):
                message = "A member of a group counts or does not: its law is hard."
                hint = "Say the law on the link to the group."
                yield self.fault(iri, "unknown-law", message, hint, say.CARRIES, value)

    def _law(self, iri: str, value: Node) -> Iterator[Problem]:
        graph = self.graph
        held = value if isinstance(value, str) else ""
        laws = graph.iris(held, say.LAW) if held.startswith("_:") else [value]
        law = laws[0] if laws else None
        if len(laws) > 1 or law not in say.LAWS:
            message = f"{short(law) if law else 'No law'} is not one law on the list."
            known = ", ".join(sorted(map(short, say.LAWS)))
            yield self.fault(iri, "unknown-law", message, f"Known: {known}.", say.CARRIES, value)
            return
        weights = graph.values(held, say.WEIGHT)
        for weight in weights:
            number = _number(weight)
            if len(weights) > 1 or number is None or not 0 <= number <= 1:
                message = f"Its weight {short(weight)} is not one number in [0, 1]."
                yield self.fault(iri, "bad-weight", message, "Write 0.8, for example.", say.CARRIES, value)
        needs = short(law).removeprefix("thr:") in _WEIGHED if law else False
        if needs != bool(weights):
            message = f"{short(law or '')} {'needs a' if needs else 'takes no'} thr:weight."
            yield self.fault(iri, "bad-weight", message, "Cap, Slack and Mix have one.", say.CARRIES, value)

    def _qualifiers(self, iri: str) -> Iterator[Problem]:
        for value in self.graph.values(iri, say.QUALIFIER):
            if value not in self.reading.attributes:
                message = f"Its qualifier {short(value)} is not an attribute."
                hint = near(value, self.reading.attributes, "attributes")
                yield self.fault(iri, "unknown-attribute", message, hint, say.QUALIFIER, value)

    def _inverses(self) -> Iterator[Problem]:
        reading, graph = self.reading, self.graph
        for inverse, relation in sorted(reading.inverses.items()):
            if relation not in reading.relations:
                message = f"It is the inverse of {short(relation)}, which is not a relation."
                hint = near(relation, reading.relations, "relations")
                yield self.fault(inverse, "unknown-relation", message, hint)
            said = [p for p in (say.DOMAIN, say.RANGE, say.ROLE, say.UPSTREAM, say.CARRIES) if graph.values(inverse, p)]
            if said:
                message = f"It is only the inverse name of {short(relation)}, but says {short(said[0])}."
                yield self.fault(inverse, "wrong-place", message, f"Say it of {short(relation)}.", said[0])
        names: dict[str, list[str]] = {}
        for inverse, relation in sorted(reading.inverses.items()):
            names.setdefault(relation, []).append(inverse)
        for relation, several in names.items():
            if len(several) > 1:
                listed = " and ".join(map(short, several))
                message = f"This relation has several inverse names: {listed}."
                yield self.fault(relation, "several-values", message, "Keep one.", say.INVERSE)

    def _media(self) -> Iterator[Problem]:
        reading, graph = self.reading, self.graph
        classes = set(graph.subjects(say.TYPE, say.GROUNDING_CLASS))
        for predicate in (say.MEDIUM, say.FEEDS, say.PRODUCES):
            for subject, said, value in graph:
                if said == predicate and isinstance(value, Literal):
                    message = f"{short(value)} is text, not a medium."
                    yield self.fault(subject, "unknown-medium", message, "Write its IRI.", predicate, value)
        for iri in reading.media:
            for value in graph.values(iri, say.GROUNDED_WITH):
                if value not in classes:
                    message = f"{short(value)} is not a grounding class."
                    hint = near(value, classes, "grounding classes") + " Declare it: a thr:GroundingClass."
                    yield self.fault(iri, "unknown-grounding", message, hint, say.GROUNDED_WITH, value)
            if iri in reading.kinds or iri in reading.properties or iri in classes:
                message = "This is a medium and something else."
                yield self.fault(iri, "name-clash", message, "Give the medium an IRI of its own.")


def _number(node: Node) -> float | None:
    try:
        return float(node.text) if isinstance(node, Literal) else None
    except ValueError:
        return None
