"""What do the words of a foreign vocabulary mean here? Alignment files, closed over what they say of each other.

An alignment is Turtle. ``rdfs:subClassOf`` and ``owl:equivalentClass`` make a foreign class a kind;
``rdfs:subPropertyOf``, ``owl:equivalentProperty`` and ``owl:inverseOf`` make a foreign property a relation, read
forward or backward, or an attribute; ``skos:closeMatch`` and a kind of ours that is narrower than a foreign class say
that words are near, and import nothing. Words of ``urn:thread:align#`` say what RDFS cannot (ontology/README.md).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from thread.errors import InputError, known_near
from thread.ingest.statements import Blank, Literal, Named, Statements, Term
from thread.ontology.model import Ontology
from thread.terms import OWL, RDF, RDFS, SKOS, THR, local_name

ALIGN: Final = "urn:thread:align#"
_SAME_CLASS: Final = (RDFS + "subClassOf", OWL + "equivalentClass", SKOS + "exactMatch")
_SAME_PROPERTY: Final = (RDFS + "subPropertyOf", OWL + "equivalentProperty", SKOS + "exactMatch")
_BACK: Final = frozenset({OWL + "equivalentClass", OWL + "equivalentProperty", SKOS + "exactMatch", OWL + "inverseOf"})
_NEAR: Final = (SKOS + "closeMatch", SKOS + "relatedMatch", SKOS + "broadMatch", SKOS + "narrowMatch")
_PATTERN: Final = 300


class Meaning(NamedTuple):
    """What a foreign property says here."""

    word: str
    """IRI of a relation or an attribute."""
    backward: bool = False
    """It is read from object to subject."""
    source: str | None = None
    """Only where the foreign subject is of this kind."""
    target: str | None = None
    """Only where the foreign object is of this kind."""
    scheme: str | None = None
    """Scheme of the identifier that it gives."""


class _Pattern(NamedTuple):
    namespace: str
    matches: re.Pattern[str]
    kind: str


@dataclass(slots=True)
class Alignment:
    """Foreign words with what they mean; ``kind_of`` and ``meanings_of`` ask it."""

    ontology: Ontology
    above: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Class or property: those that it is a case of, in the order of the files."""
    opposite: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    near: dict[str, str] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    domains: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Foreign individual: the text that stands for it, e.g. a unit's code."""
    naming: dict[str, str] = field(default_factory=dict)
    """Foreign class: the attribute that keeps its name."""
    schemes: dict[str, str] = field(default_factory=dict)
    readings: dict[str, list[Meaning]] = field(default_factory=lambda: defaultdict(list))
    spellings: list[tuple[str, str]] = field(default_factory=list)
    patterns: list[_Pattern] = field(default_factory=list)
    inverses: dict[str, str] = field(default_factory=dict)
    """Inverse name of a relation of ours: the relation."""

    def spelled(self, iri: str) -> str:
        """An IRI in the spelling that the alignment uses."""
        for old, new in self.spellings:
            if iri.startswith(old):
                return new + iri[len(old) :]
        return iri

    def kind_of(self, iri: str) -> str | None:
        """The kind that a class means: its own or the nearest above it, else by the pattern of its name."""
        iri = self.spelled(iri)
        for each in self._upward(iri):
            if each in self.ontology.kind:
                return each
        for pattern in self.patterns:
            if iri.startswith(pattern.namespace) and pattern.matches.search(iri[len(pattern.namespace) :]):
                return pattern.kind
        return None

    def keeps_name_in(self, iri: str) -> str | None:
        """The attribute in which the name of a class is kept."""
        iri = self.spelled(iri)
        kind = self.kind_of(iri)
        return next((self.naming[each] for each in (*self._upward(iri), kind or "") if each in self.naming), None)

    def meanings_of(self, iri: str) -> list[Meaning]:
        """What a property may say here, the narrowest first; the first that fits both ends is meant."""
        iri = self.spelled(iri)
        read = [reading for each in self._upward(iri) for reading in self.readings.get(each, ())]
        return list(dict.fromkeys([*read, *self._plainly(iri, set())]))

    def _plainly(self, iri: str, seen: set[str]) -> list[Meaning]:
        """What a property, those above it and the opposites of all of them say, whatever the kinds."""
        found: list[Meaning] = []
        for each in self._upward(iri):
            if each in seen:
                continue
            seen.add(each)
            found += self._own(each, self.schemes.get(iri, self.schemes.get(each)))
            for other in self.opposite.get(each, ()):
                found += [Meaning(m.word, not m.backward) for m in self._plainly(other, seen)]
        return found

    def is_ignored(self, iri: str) -> bool:
        """Whether a word is known and left out on purpose."""
        return any(each in self.ignored for each in self._upward(self.spelled(iri)))

    def hint_for(self, iri: str) -> str:
        """What to do about a word that means nothing here."""
        near = self.near.get(self.spelled(iri))
        if near:
            return f"{local_name(near)} is near it, but not the same; an alignment of your own may say that it is."
        return "Say in an alignment what it means, or that it is an align:Ignored."

    def end_kind(self, iri: str, *, subject: bool) -> str | None:
        """The kind that a property shows its subject, or its object, to be."""
        table = self.domains if subject else self.ranges
        found = next((table[each] for each in self._upward(self.spelled(iri)) if each in table), None)
        return None if found is None else self.kind_of(found)

    def _own(self, iri: str, scheme: str | None) -> Iterator[Meaning]:
        if iri in self.ontology.relation or iri in self.ontology.attribute:
            yield Meaning(iri, scheme=scheme)
        elif iri in self.inverses:
            yield Meaning(self.inverses[iri], backward=True)

    def _upward(self, iri: str) -> list[str]:
        """A word and all above it, nearest first."""
        found, level = [iri], [iri]
        while level:
            level = [up for each in level for up in self.above.get(each, ())]
            level = [up for up in dict.fromkeys(level) if up not in found]
            found += level
        return found


def alignment_of(ontology: Ontology, files: Iterable[tuple[str, Statements]]) -> Alignment:
    """The alignment that some files say, and our own words as themselves.

    Raises:
        InputError: ``bad-mapping``: a kind, relation or attribute is named that the ontology has not; a pattern that
            is none.
    """
    made = Alignment(ontology)
    made.inverses = {
        relation.iri.removesuffix(relation.name) + relation.inverse: relation.iri
        for relation in ontology.relations
        if not relation.symmetric
    }
    for name, statements in files:
        _File(made, name).take(statements)
    made.spellings.sort(key=lambda pair: -len(pair[0]))
    return made


class _File:
    """What one alignment file adds."""

    def __init__(self, made: Alignment, name: str) -> None:
        self._made, self._name = made, name
        self._records: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))

    def take(self, statements: Statements) -> None:
        for subject, predicate, value in statements:
            if isinstance(predicate, Named) and isinstance(subject, Named | Blank) and value is not None:
                key = subject.iri if isinstance(subject, Named) else "_:" + subject.label
                if isinstance(value, Named):
                    self._said(key, predicate.iri, value.iri)
                self._records[key][predicate.iri].append(value)
        for key, record in self._records.items():
            types = {value.iri for value in record.get(RDF + "type", ()) if isinstance(value, Named)}
            if ALIGN + "Spelling" in types:
                self._made.spellings.append((self._text(key, record, "old"), self._text(key, record, "new")))
            if ALIGN + "Pattern" in types:
                self._pattern(key, record)
            if ALIGN + "Reading" in types:
                self._reading(key, record)
            for word, table in (("text", self._made.texts), ("scheme", self._made.schemes)):
                if record.get(ALIGN + word):
                    table[key] = self._text(key, record, word)

    def _said(self, subject: str, predicate: str, value: str) -> None:
        made = self._made
        if predicate in _SAME_CLASS or predicate in _SAME_PROPERTY:
            self._known(value)
            made.above[subject].append(value)
            if predicate in _BACK:
                made.above[value].append(subject)
        elif predicate == OWL + "inverseOf":
            self._known(value)
            made.opposite[subject].append(value)
            made.opposite[value].append(subject)
        elif predicate in _NEAR:
            made.near.setdefault(subject, value)
            made.near.setdefault(value, subject)
        elif predicate == RDFS + "domain":
            made.domains.setdefault(subject, value)
        elif predicate == RDFS + "range":
            made.ranges.setdefault(subject, value)
        elif predicate == ALIGN + "className":
            self._known(value)
            made.naming[subject] = value
        elif predicate == RDF + "type" and value == ALIGN + "Ignored":
            made.ignored.add(subject)

    def _known(self, iri: str) -> None:
        """Refuse a word of ours that the ontology has not."""
        ontology = self._made.ontology
        if not iri.startswith(THR) or iri in self._made.inverses:
            return
        if not any(iri in table for table in (ontology.kind, ontology.relation, ontology.attribute)):
            hint = known_near(local_name(iri), ontology.by_name, "words")
            raise InputError(
                f"{self._name} aligns to {iri}, which the ontology has not.", code="bad-mapping", hint=hint
            )

    def _pattern(self, key: str, record: dict[str, list[Term]]) -> None:
        text, kind = self._text(key, record, "matches"), self._iri(key, record, "kind")
        try:
            if len(text) > _PATTERN:
                raise re.error("it is too long")
            made = re.compile(text)
        except re.error as error:
            raise self._bad(f"the pattern {text[:60]} is none: {error}") from error
        self._need_kind(kind)
        self._made.patterns.append(_Pattern(self._text(key, record, "namespace"), made, kind))

    def _reading(self, key: str, record: dict[str, list[Term]]) -> None:
        ends: list[str | None] = []
        for word in ("from", "to"):
            end = self._iri(key, record, word) if record.get(ALIGN + word) else None
            if end is not None:
                self._need_kind(end)
            ends.append(end)
        backward = not record.get(ALIGN + "as")
        word = self._iri(key, record, "inverseOf" if backward else "as")
        if word not in self._made.ontology.relation:
            raise self._bad(f"{word} is no relation")
        self._made.readings[self._iri(key, record, "of")].append(Meaning(word, backward, ends[0], ends[1]))

    def _need_kind(self, iri: str) -> None:
        kinds = self._made.ontology.kind
        if iri not in kinds:
            near = known_near(local_name(iri), [kind.name for kind in kinds.values()], "kinds")
            raise InputError(
                f"{self._name} names the kind {iri}, which the ontology has not.",
                code="unknown-kind",
                hint=f"{near} Is its ontology file among the extensions?",
            )

    def _text(self, key: str, record: dict[str, list[Term]], word: str) -> str:
        found = record.get(ALIGN + word, [])
        if len(found) != 1 or not isinstance(found[0], Literal):
            raise self._bad(f"{key} needs one text align:{word}")
        return found[0].text

    def _iri(self, key: str, record: dict[str, list[Term]], word: str) -> str:
        found = record.get(ALIGN + word, [])
        if len(found) != 1 or not isinstance(found[0], Named):
            raise self._bad(f"{key} needs one align:{word}")
        return found[0].iri

    def _bad(self, message: str) -> InputError:
        return InputError(f"{self._name}: {message}.", code="bad-mapping", hint="ontology/README.md shows the words.")


@lru_cache(4096)
def readable(name: str) -> str:
    """The local name of a class as words.

    >>> readable("https://brickschema.org/schema/Brick#Zone_Air_Temperature_Sensor")
    'Zone Air Temperature Sensor'
    """
    return " ".join(local_name(name).replace("_", " ").split())
