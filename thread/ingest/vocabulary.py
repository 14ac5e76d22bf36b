"""Which kind, relation or attribute does a word in a mapping mean? Names, prefixed names and IRIs."""

from collections.abc import Mapping as Table
from typing import TypeVar

from thread.errors import InputError, known_near
from thread.ingest.rows import RowFault
from thread.ingest.text import checked_iri
from thread.ontology.model import Attribute, Kind, Ontology, Relation
from thread.terms import PREFIXES, Iri

T = TypeVar("T", Kind, Relation, Attribute)


class Vocabulary:
    """The words of an ontology, with the prefixes of a mapping."""

    def __init__(self, ontology: Ontology, prefixes: Table[str, str]) -> None:
        self.ontology = ontology
        self._prefixes = {**PREFIXES, **prefixes}

    def kind(self, word: str, place: str) -> Kind:
        """The kind that a word means.

        Raises:
            InputError: ``unknown-kind``: names the place and the kinds near the word.
        """
        return self._find(word, self.ontology.kind, Kind, "kind", place)

    def relation(self, word: str, place: str) -> Relation:
        """The relation that a word means.

        Raises:
            InputError: ``unknown-relation``.
        """
        return self._find(word, self.ontology.relation, Relation, "relation", place)

    def attribute(self, word: str, place: str) -> Attribute:
        """The attribute that a word means.

        Raises:
            InputError: ``unknown-attribute``.
        """
        return self._find(word, self.ontology.attribute, Attribute, "attribute", place)

    def individual(self, text: str, column: str) -> Iri:
        """The IRI of an individual (a medium): by its name, a prefixed name, or absolute.

        Raises:
            RowFault: ``bad-iri``: none of these.
        """
        for medium in self.ontology.media.values():
            if medium.name == text:
                return Iri(medium.iri)
        return Iri(checked_iri(self._expanded(text), column))

    def individual_or_raise(self, text: str, place: str) -> Iri:
        """As ``individual``, for a constant of the mapping.

        Raises:
            InputError: ``bad-mapping``.
        """
        try:
            return self.individual(text, place)
        except RowFault as fault:
            names = [medium.name for medium in self.ontology.media.values()]
            hint = known_near(text, names, "media")
            raise InputError(f"{place}: {fault.message}", code="bad-mapping", hint=hint) from fault

    def _expanded(self, word: str) -> str:
        prefix, colon, name = word.partition(":")
        return self._prefixes[prefix] + name if colon and prefix in self._prefixes else word

    def _find(self, word: str, table: Table[str, T], wanted: type[T], noun: str, place: str) -> T:
        named = self.ontology.by_name.get(word)
        if isinstance(named, wanted):
            return named
        found = table.get(self._expanded(word))
        if found is not None:
            return found
        names = [item.name for item in table.values()]
        raise InputError(
            f'{place} has the {noun} "{word}", which the ontology has not.',
            code=f"unknown-{noun}",
            hint=f"{known_near(word, names, noun + 's')} Or add it in an ontology file of your own.",
            place=place,
            word=word,
        )
