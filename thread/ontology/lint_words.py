"""Are the words right? Spelling, uniqueness, labels, superkinds, and where a word of the language may stand."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from thread.ontology import language as say
from thread.ontology.graph import Literal, Node
from thread.ontology.problems import Problem, Rules, near, short
from thread.terms import OWL, SH, THR, local_name, upper_snake

RESERVED: Final = frozenset(
    [
        "id",
        "iri",
        "kind",
        "label",
        "version",
        "identifiers",
        "conflicts",
        "asOf",
        "validFrom",
        "validTo",
        "relations",
        "lineage",
        "health",
    ]
)
"""Fields that every entity has in the API."""
_ROOTS: Final = frozenset(["Query", "Mutation", "Subscription", "Node"])
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_FLAGS: Final[set[Node]] = {Literal("true", say.BOOLEAN), Literal("false", say.BOOLEAN)}


class _Place(NamedTuple):
    """Where a word of the language may stand, with which values, and how often."""

    what: str
    allowed: Callable[["WordRules"], Collection[str]]
    values: Collection[Node] | None
    several: bool = False


class WordRules(Rules):
    """Spelling, uniqueness, labels, superkinds, places."""

    def check(self) -> Iterator[Problem]:
        yield from self._terms()
        yield from self._names()
        yield from self._clashes()
        yield from self._notes()
        yield from self._kinds()
        yield from self._inherited()
        yield from self._cycles()
        yield from self._places()
        yield from self._unread()

    def _terms(self) -> Iterator[Problem]:
        graph = self.graph
        ours = {s for s in graph.all_subjects() if s.startswith(THR)}
        known = {s for s in ours if not graph.core or graph.file_of(s, say.TYPE) in graph.core}
        for subject, predicate, value in graph:
            for word in (subject, predicate, value):
                if isinstance(word, Literal) or word.startswith("_:"):
                    continue
                if word.startswith(THR) and word not in known:
                    message = f"{short(word)} is not a word of the ontology."
                    hint = near(word, known, "words") + " New words need a namespace of your own."
                    yield self.fault(subject, "unknown-term", message, hint, predicate, value)
                for namespace, words in say.KNOWN_WORDS.items():
                    if word.startswith(namespace) and local_name(word) not in words | {""}:
                        hint = near(word, [namespace + each for each in words], "words")
                        message = f"{short(word)} is not a word that is read here."
                        yield self.fault(subject, "unknown-term", message, hint, predicate, value)

    def _names(self) -> Iterator[Problem]:
        reading = self.reading
        for iri, what in self._named():
            name = local_name(iri)
            upper = what == "kind"
            if not _NAME.fullmatch(name) or name[0].isupper() != upper:
                form = "UpperCamel" if upper else "lowerCamel"
                message = f'The name "{name}" of this {what} is not one that every view can carry.'
                yield self.fault(iri, "bad-name", message, f"Write {form}: letters and digits, a letter first.")
            elif (name in _ROOTS) if upper else (name in RESERVED and iri != say.LABEL):
                yield self.fault(iri, "reserved-name", f'The API uses "{name}" itself.', "Choose another name.")
        others = {f"Other{local_name(iri)}": iri for iri in reading.kinds}
        for iri in reading.kinds:
            name = local_name(iri)
            if name in others:
                message = f'The API names direct instances of {short(others[name])} "{name}".'
                yield self.fault(iri, "reserved-name", message, "Choose another name.")

    def _named(self) -> list[tuple[str, str]]:
        reading = self.reading
        return [
            *((iri, "kind") for iri in reading.kinds),
            *((iri, "relation") for iri in reading.relations),
            *((iri, "attribute") for iri in reading.attributes),
            *((iri, "inverse name") for iri in reading.inverses),
        ]

    def _clashes(self) -> Iterator[Problem]:
        said = [(local_name(iri), iri, iri, what) for iri, what in self._named()]
        said += [
            (f"{local_name(iri)}Of", iri, iri, "inverse name")
            for iri in self.reading.relations
            if iri not in self.reading.inverse_of and not self.reading.is_symmetric(iri)
        ]
        said.sort(key=lambda each: self.graph.file_of(each[2]) not in self.graph.core)  # blame the user's word
        seen: dict[str, tuple[str, str, str]] = {}
        for name, iri, subject, what in said:
            spelled = upper_snake(name)
            first, of, first_what = seen.setdefault(spelled, (iri, name, what))
            if (first, first_what) != (iri, what):
                message = f'This {what} is spelled "{name}" like the {first_what} "{of}" of {short(first)}.'
                hint = f"In Neo4j and GraphQL both would be {spelled}: rename one."
                yield self.fault(subject, "name-clash", message, hint)

    def _notes(self) -> Iterator[Problem]:
        graph, reading = self.graph, self.reading
        for iri, what in self._named():
            if iri == say.LABEL or graph.file_of(iri, say.TYPE) not in graph.core:
                continue
            for predicate, rule in ((say.LABEL, "missing-label"), (say.COMMENT, "missing-comment")):
                if not graph.text(iri, predicate):
                    yield self.fault(iri, rule, f"This {what} has no {short(predicate)}.", "Say what it is.")
            if what == "relation" and iri not in reading.inverse_of and not reading.is_symmetric(iri):
                message = "This relation has no inverse name."
                yield self.fault(iri, "missing-inverse", message, "Name it by owl:inverseOf.")

    def _kinds(self) -> Iterator[Problem]:
        reading, graph = self.reading, self.graph
        for iri in sorted(reading.classes - {say.ENTITY, say.TERM}):
            below = (iri in reading.kinds) + (iri in reading.terms)
            if below == 2:
                message = "This is both a kind and a word of the language."
                yield self.fault(iri, "wrong-place", message, "Put it below thr:Entity or below thr:Term.")
            unknown = [p for p in graph.iris(iri, say.SUBCLASS) if p not in reading.kinds and p not in reading.terms]
            for parent in unknown:
                message = f"{short(parent)} is not a kind."
                hint = near(parent, reading.kinds, "kinds") + " Align foreign classes by rdfs:seeAlso."
                yield self.fault(iri, "unknown-kind", message, hint, say.SUBCLASS, parent)
            if not below and not unknown:
                message = "This class is below no kind."
                yield self.fault(
                    iri, "unknown-kind", message, "Say what it is: rdfs:subClassOf thr:Asset, for example."
                )

    def _inherited(self) -> Iterator[Problem]:
        for iri in self.reading.kinds:
            for word in (say.FEEDS, say.CONDUCTS_WHEN, say.CARRIES):
                values = self.reading.nearest(iri, word)
                if len(values) > 1 and not self.graph.values(iri, word):
                    message = (
                        f"It inherits several values of {short(word)}: {' and '.join(sorted(map(short, values)))}."
                    )
                    yield self.fault(iri, "ambiguous-inheritance", message, "State its own.")

    def _cycles(self) -> Iterator[Problem]:
        for parents, what in ((self.reading.kinds, "kind"), (self.reading.relations, "relation")):
            for iri in parents:
                above = [each for each in self.reading.ancestors(iri) if iri in parents.get(each, ())]
                if above:
                    message = f"This {what} is above and below {short(above[0])}."
                    yield self.fault(iri, "cycle", message, "Take one of the two statements out.")

    def _places(self) -> Iterator[Problem]:
        for word, place in _PLACES.items():
            allowed = place.allowed(self)
            for subject in sorted({s for s, p, _ in self.graph if p == word}):
                values = self.graph.values(subject, word)
                if subject not in allowed:
                    message = f"{short(word)} is said here, but this is not {place.what}."
                    yield self.fault(subject, "wrong-place", message, f"Say it of {place.what}.", word)
                if len(values) > 1 and not place.several:
                    listed = " and ".join(sorted(map(short, values)))
                    message = f"{short(word)} has several values: {listed}."
                    yield self.fault(subject, "several-values", message, "Keep one.", word, values[1])
                for value in values:
                    if place.values is not None and value not in place.values:
                        known = ", ".join(sorted(map(short, place.values)))
                        message = f"{short(value)} is not a value of {short(word)}."
                        yield self.fault(subject, "unknown-value", message, f"Known: {known}.", word, value)

    def _unread(self) -> Iterator[Problem]:
        reading, graph = self.reading, self.graph
        read = {
            *reading.kinds,
            *reading.terms,
            *reading.properties,
            *reading.media,
            *reading.inverses,
            *reading.classes,
        }
        for subject in graph.all_subjects():
            types = graph.iris(subject, say.TYPE)
            if subject in read or subject.startswith(("_:", THR)) or OWL + "Ontology" in types:
                continue
            if any(each in reading.terms or each.startswith((OWL, SH)) for each in types):
                continue
            if any(each in reading.kinds for each in types):
                message, hint = "This is a thing of the plant, not a word.", "Import it as data."
            else:
                message, hint = (
                    "Nothing here is read.",
                    "Say what it is: rdfs:subClassOf, rdfs:subPropertyOf or a type.",
                )
            yield self.fault(subject, "unread-subject", message, hint)


def _kind_iris(rules: WordRules) -> Collection[str]:
    return rules.reading.kinds.keys()


def _relation_iris(rules: WordRules) -> Collection[str]:
    return rules.reading.relations.keys()


def _carriers(rules: WordRules) -> Collection[str]:
    return rules.reading.relations.keys() | rules.reading.kinds.keys()


def _property_iris(rules: WordRules) -> Collection[str]:
    return rules.reading.properties


def _media_iris(rules: WordRules) -> Collection[str]:
    return rules.reading.media


def _supplies(rules: WordRules) -> Collection[str]:
    roots = {THR + "suppliedWith", THR + "connectedTo"}
    return {iri for iri in rules.reading.relations if roots & set(rules.reading.ancestors(iri))}


_PLACES: Final = {
    say.ROLE: _Place("a relation", _relation_iris, say.ROLES.keys()),
    say.UPSTREAM: _Place("a relation", _relation_iris, say.ENDS.keys()),
    say.CARRIES: _Place("a relation or kind", _carriers, None),
    say.COMMON_CAUSE: _Place("a kind", _kind_iris, None),
    say.CARRIES_TO: _Place("a relation", _relation_iris, say.ENDS.keys()),
    say.OBSERVES: _Place("a relation", _relation_iris, _FLAGS),
    say.MEDIUM: _Place("a sub-property of thr:suppliedWith or thr:connectedTo", _supplies, None),
    say.QUALIFIER: _Place("a relation or attribute", _property_iris, None, several=True),
    say.CRITICALITY: _Place("a kind", _kind_iris, say.CRITICALITIES.keys()),
    say.CONDUCTS: _Place("a kind", _kind_iris, _FLAGS),
    say.CONDUCTS_WHEN: _Place("a kind", _kind_iris, say.STATES.keys()),
    say.FEEDS: _Place("a kind", _kind_iris, None),
    say.PRODUCES: _Place("a kind", _kind_iris, None, several=True),
    say.INTERCHANGEABLE: _Place("a medium", _media_iris, _FLAGS),
    say.GROUNDED_WITH: _Place("a medium", _media_iris, None),
}
