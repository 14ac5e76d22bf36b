"""Which facts hold of all that RDF files say? Repetitions united, one value where one may be, the ontology obeyed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from thread.clock import BEGIN, END, to_instant
from thread.facts import FactPart, PartBuilder, Qualifiers, Value
from thread.ingest.rdfvalues import literal_value
from thread.ingest.report import shown
from thread.ingest.rows import RowFault
from thread.ingest.statements import Column, Named, Quoted, Statements
from thread.ontology.model import Ontology
from thread.ontology.shapes import Checker, KindsOf
from thread.terms import RDF, THR, TYPE, UpperKind, local_name

REIFIES: Final = RDF + "reifies"
_REIFICATION: Final = (RDF + "subject", RDF + "predicate", RDF + "object")
_OCCURRED: Final = THR + "occurredAt"
Note = Callable[["Said", RowFault], None]
Columns = tuple[Column, ...]
"""Subjects, predicates, objects, graphs and rows of the statements of a file."""


class Said(NamedTuple):
    """One fact that a statement gives."""

    subject: str
    predicate: str
    value: Value
    linked: bool
    """The value is the IRI of an entity."""
    qualifiers: Qualifiers
    origin: str
    row: int
    file: str
    """Name of the file in the mapping."""
    language: str = ""


@dataclass(slots=True)
class Holding:
    """Gathers what is said; ``facts`` gives what holds."""

    ontology: Ontology
    _single: dict[tuple[str, str], list[Said]] = field(default_factory=dict)
    _many: dict[tuple[object, ...], Said] = field(default_factory=dict)

    def add(self, said: Said) -> None:
        """Take a fact in."""
        item = self.ontology.relation.get(said.predicate) or self.ontology.attribute.get(said.predicate)
        if said.predicate == TYPE or (item is not None and item.single):
            self._single.setdefault((said.subject, said.predicate), []).append(said)
        else:
            self._many.setdefault((said.subject, said.predicate, said.value, type(said.value), said.qualifiers), said)

    def facts(self, conflict: Note, refuse: Note, kinds_of: KindsOf) -> tuple[tuple[FactPart, ...], list[Said]]:
        """What holds and the ontology lets in, as parts and one by one.

        Of several values where one may be, text without a language comes first, then English, then the last by its
        text: the order of the file is no matter.

        Args:
            conflict: called for each that does not hold because another does.
            refuse: called for each that the ontology refuses.
            kinds_of: kinds of entities that are not described here.
        """
        saids = [*self._chosen(conflict), *self._many.values()]
        checker = Checker(self.ontology)
        while True:
            parts = self._built(saids)
            violations = checker.check(parts, kinds_of)
            if not violations:
                return tuple(part for part in parts if part.size), saids
            starts = np.cumsum([0, *(part.size for part in parts)]).tolist()
            gone: set[int] = set()
            spoilt: set[str] = set()
            for violation in violations:
                index = starts[violation.part] + violation.index
                gone.add(index)
                if saids[index].predicate == TYPE:
                    spoilt.add(saids[index].subject)
                message = violation.message.removeprefix(f"Row {violation.row} of {violation.origin}: ")
                refuse(saids[index], RowFault(violation.code, message, value=violation.value, hint=violation.hint))
            saids = [said for i, said in enumerate(saids) if i not in gone and said.subject not in spoilt]

    def _chosen(self, conflict: Note) -> Iterator[Said]:
        for several in self._single.values():
            best = several[0] if len(several) == 1 else max(several, key=_preference)
            for other in several:
                if other.value != best.value and other.language == best.language:
                    conflict(other, _other_holds(other, best))
            yield best

    def _built(self, saids: Sequence[Said]) -> tuple[FactPart, ...]:
        happened = {
            said.subject: to_instant(said.value)
            for said in saids
            if said.predicate == _OCCURRED and isinstance(said.value, datetime)
        }
        builder = PartBuilder()
        for said in saids:
            start = BEGIN
            if said.predicate == TYPE and self.ontology.is_a(str(said.value), UpperKind.EVENT):
                start = happened.get(said.subject, BEGIN)
            tail = (start, END, said.qualifiers, said.origin, said.row)
            if said.linked:
                builder.link(said.subject, said.predicate, str(said.value), *tail)
            else:
                builder.attribute(said.subject, said.predicate, said.value, *tail)
        return tuple(builder.parts())


class Qualified:
    """Qualifiers that nodes give to the statements of one file: reifiers of RDF 1.2 (``rdf:reifies``), and nodes that
    name a statement by ``rdf:subject``, ``rdf:predicate`` and ``rdf:object``, as ``thread export`` writes them."""

    def __init__(self, statements: Statements, ontology: Ontology) -> None:
        self.reifiers: set[int] = set()
        """Numbers of the nodes that stand for statements."""
        self.rows: set[int] = set()
        """Statements that only qualify others."""
        self._of: dict[bytes, list[Qualifiers]] = {}
        columns = tuple(statements.column(index) for index in range(5))
        about = self._quoted(statements, columns) | self._named(statements, columns)
        if about:
            self._read(statements, columns, ontology, about)

    def _quoted(self, statements: Statements, columns: Columns) -> dict[int, bytes]:
        """Reifiers, each with the statement that it stands for."""
        number = statements.find(f"<{REIFIES}>".encode())
        if number is None:
            return {}
        subjects, predicates, objects, _, rows = columns
        at = np.flatnonzero(predicates == number)
        self.rows.update(rows[at].tolist())
        self.reifiers.update(subjects[at].tolist())
        found = {}
        for reifier, value in zip(subjects[at].tolist(), objects[at].tolist(), strict=True):
            term = statements.term(value)
            if isinstance(term, Quoted):
                found[reifier] = b" ".join(term)
        return found

    def _named(self, statements: Statements, columns: Columns) -> dict[int, bytes]:
        """Nodes that name a statement in full, each with it."""
        subjects, predicates, objects, _, rows = columns
        numbers = [number for word in _REIFICATION if (number := statements.find(f"<{word}>".encode()))]
        if len(numbers) < len(_REIFICATION):
            return {}
        named = []
        for number in numbers:
            at = np.flatnonzero(predicates == number)
            named.append(dict(zip(subjects[at].tolist(), objects[at].tolist(), strict=True)))
        whole = named[0].keys() & named[1].keys() & named[2].keys()
        at = np.flatnonzero(np.isin(predicates, numbers) & np.isin(subjects, list(whole)))
        self.rows.update(rows[at].tolist())
        self.reifiers |= whole
        return {node: b" ".join(statements.tokens[each[node]] for each in named) for node in whole}

    def _read(self, statements: Statements, columns: Columns, ontology: Ontology, about: dict[int, bytes]) -> None:
        words = {iri for one in ontology.relations for iri in one.qualifiers}
        words |= {iri for other in ontology.attributes for iri in other.qualifiers}
        subjects, predicates, objects, _, rows = columns
        own = {number for word in (REIFIES, *_REIFICATION) if (number := statements.find(f"<{word}>".encode()))}
        given: dict[int, list[tuple[str, Value]]] = {reifier: [] for reifier in about}
        further: set[int] = set()
        for index in np.flatnonzero(np.isin(subjects, list(about))).tolist():
            if int(predicates[index]) in own:
                continue
            further.add(int(subjects[index]))
            word, value = statements.term(int(predicates[index])), statements.term(int(objects[index]))
            if isinstance(word, Named) and word.iri in words and word.iri in ontology.attribute:
                attribute = ontology.attribute[word.iri]
                given[int(subjects[index])].append((word.iri, literal_value(attribute, value, {}, ontology)))
                self.rows.add(int(rows[index]))
        for reifier, statement in about.items():
            if given[reifier] or reifier not in further:  # a bare one: it holds without qualifiers as well
                held = tuple(sorted(given[reifier], key=lambda pair: pair[0]))
                self._of.setdefault(statement, []).append(held)

    def of(self, subject: bytes, predicate: bytes, value: bytes) -> Sequence[Qualifiers]:
        """The qualifiers with which a statement holds; none are said: once, without any."""
        return self._of.get(b" ".join((subject, predicate, value)), _PLAINLY)


_PLAINLY: Final[Sequence[Qualifiers]] = ((),)


def _preference(said: Said) -> tuple[bool, bool, str]:
    return said.language == "", said.language.startswith("en"), str(said.value)


def _other_holds(other: Said, best: Said) -> RowFault:
    message = (
        f"says {local_name(other.predicate)} of {shown(other.subject)} is {shown(str(other.value))}, row {best.row} of "
        f"{best.origin} says {shown(str(best.value))}; that holds."
    )
    return RowFault("repeated-key", message, value=str(other.value), hint="Correct one of them.")
