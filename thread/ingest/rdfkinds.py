"""Which things do RDF files describe, and of which kind is each? By its classes, else by the properties it has."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from thread.ingest.alignment import Alignment, readable
from thread.ingest.identity import Resolver
from thread.ingest.rdffile import RdfSource
from thread.ingest.rdfholding import Said
from thread.ingest.report import shown
from thread.ingest.rows import RowFault
from thread.ingest.statements import Named
from thread.ontology.model import Ontology
from thread.terms import TYPE, Iri, local_name


class Shown(NamedTuple):
    """A kind, and where it is shown."""

    kind: str
    source: RdfSource
    origin: str
    row: int


class Kinds:
    """The kinds of the entities of one reading. ``classify`` every file first, then ``choose``; then ask."""

    def __init__(self, ontology: Ontology, resolver: Resolver) -> None:
        self._ontology, self._resolver = ontology, resolver
        self.described: dict[str, Shown] = {}
        """Entities that enter with a kind."""
        self._implied: dict[str, Shown] = {}
        self._classes: dict[str, set[str]] = {}
        self._known: dict[str, str | None] = {}
        self._left_out: set[str] = set()
        self.unknown: dict[str, Counter[str]] = {}
        """Name of a file: classes that mean nothing here, with how many things are said to be of them."""

    def classify(self, source: RdfSource, alignment: Alignment) -> None:
        """Find out what one file shows."""
        statements = source.statements
        subjects, predicates, objects, graphs, rows = (statements.column(index) for index in range(5))
        for predicate in np.unique(predicates[source.used]).tolist():
            term = statements.term(predicate)
            at = np.flatnonzero(source.used & (predicates == predicate))
            if isinstance(term, Named) and term.iri == TYPE:
                columns = (column[at].tolist() for column in (subjects, objects, graphs, rows))
                self._read_classes(source, alignment, list(zip(*columns, strict=True)))
            elif isinstance(term, Named):
                for column, is_subject in ((subjects, True), (objects, False)):
                    kind = alignment.end_kind(term.iri, subject=is_subject)
                    pairs = zip(column[at].tolist(), graphs[at].tolist(), rows[at].tolist(), strict=True)
                    for number, graph, row in pairs if kind is not None else ():
                        name, origin = source.names.get(number), source.names.origin(source.spec.file, graph)
                        if name is not None and kind is not None:
                            self._narrow(self._implied, name, Shown(kind, source, origin, row))

    def _read_classes(self, source: RdfSource, alignment: Alignment, said: list[tuple[int, int, int, int]]) -> None:
        kinds: dict[int, tuple[str, str | None]] = {}
        for subject, value, graph, row in said:
            if value not in kinds:
                term = source.statements.term(value)
                iri = term.iri if isinstance(term, Named) else ""
                kinds[value] = (iri, alignment.kind_of(iri))
            iri, kind = kinds[value]
            try:
                name = source.names.entity(subject)
            except RowFault as fault:
                source.reject(row, fault)
                continue
            self._classes.setdefault(name, set()).add(alignment.spelled(iri))
            if kind is not None:
                source.accepted.add(row)
                shows = Shown(kind, source, source.names.origin(source.spec.file, graph), row)
                self._narrow(self.described, name, shows)
            elif not alignment.is_ignored(iri):
                self.unknown.setdefault(source.name, Counter())[iri] += 1

    def _narrow(self, table: dict[str, Shown], name: str, new: Shown) -> None:
        """Keep the narrower of two kinds; of two of which none is the other, the first by IRI, with a note."""
        old = table.get(name)
        if old is None or (old.kind != new.kind and self._ontology.is_a(new.kind, old.kind)):
            table[name] = new
        elif not self._ontology.is_a(old.kind, new.kind):
            kept = min(old.kind, new.kind)
            if table is self.described:
                message = f"{shown(name)} is of two kinds, {local_name(old.kind)} and {local_name(new.kind)}."
                hint = f"{local_name(kept)} was kept."
                new.source.note(new.row, RowFault("repeated-key", message, value=name, hint=hint))
            if kept == new.kind:
                table[name] = new

    def choose(self, alignments: dict[tuple[str, ...], Alignment], prefixes: dict[str, str]) -> None:
        """Keep the entities that the selection of their file lets in."""
        for name, held in self._implied.items():
            self.described.setdefault(name, held)
        for name, (kind, source, _, _) in list(self.described.items()):
            spec = source.spec
            chosen = not spec.namespaces or name.startswith(spec.namespaces)
            if chosen and spec.classes:
                wanted = {alignments[spec.align].spelled(_expanded(word, prefixes)) for word in spec.classes}
                chosen = bool(wanted & (self._classes.get(name, set()) | self._ontology.kind[kind].ancestors))
            if not chosen:
                del self.described[name]
                self._left_out.add(name)

    def said(self, name: str, alignment: Alignment) -> list[Said]:
        """The kind of an entity as a fact, and the name of its class where an attribute keeps it."""
        kind, source, origin, row = self.described[name]
        facts = [Said(name, TYPE, Iri(kind), False, (), origin, row, source.name)]
        for iri in sorted(self._classes.get(name, ())):
            attribute = self._ontology.attribute.get(alignment.keeps_name_in(iri) or "")
            if attribute is not None and attribute.domain & self._ontology.kind[kind].ancestors:
                return [*facts, Said(name, attribute.iri, readable(iri), False, (), origin, row, source.name)]
        return facts

    def of(self, name: str) -> str | None:
        """The kind of an entity: as it is described, else as the thread knows it."""
        held = self.described.get(name)
        if held is not None:
            return held.kind
        if name not in self._known:
            self._known[name] = self._resolver.kinds([name])[0]
        return self._known[name]

    def may_enter(self, name: str) -> bool:
        """Whether an entity is described, known, or of no class at all (a stub)."""
        if name in self.described:
            return True
        return name not in self._left_out and (name not in self._classes or self.of(name) is not None)


def _expanded(word: str, prefixes: dict[str, str]) -> str:
    prefix, colon, name = word.partition(":")
    return prefixes[prefix] + name if colon and prefix in prefixes else word
