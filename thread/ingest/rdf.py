"""What do RDF files say in our words? Facts by the ontology and alignments, and a report of what does not enter."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from thread.facts import Qualifiers
from thread.ingest import model
from thread.ingest.alignment import Alignment, Meaning, alignment_of
from thread.ingest.identity import Nothing, Resolver
from thread.ingest.pausing import collector_paused
from thread.ingest.rdffile import Parse, Progress, RdfSource, alignment_path, open_source, stated
from thread.ingest.rdfholding import REIFIES, Holding, Qualified, Said
from thread.ingest.rdfkinds import Kinds
from thread.ingest.rdfmodel import RdfFile
from thread.ingest.rdfvalues import literal_value
from thread.ingest.reading import Reading
from thread.ingest.report import Collector, shown
from thread.ingest.rows import RowFault
from thread.ingest.statements import Literal, Named, Quoted
from thread.ontology.model import Attribute, Ontology, Relation
from thread.terms import IDENTIFIER, PREFIXES, SCHEME, TYPE, Iri, local_name


def read_rdf(
    mapping: model.Mapping,
    folder: Path,
    ontology: Ontology,
    parse: Parse,
    resolve: Resolver | None = None,
    progress: Progress | None = None,
) -> Reading:
    """The facts of all statements of a mapping's RDF files, and a report of those that do not enter.

    Args:
        folder: where the files lie, alignments of one's own too.
        parse: what reads a file; never in this process where the file is a stranger's.
        resolve: what the thread knows already; None: nothing.
        progress: called with bytes done (as far as they can be told) and bytes in all.
    Raises:
        InputError: ``bad-file`` with the line; ``bad-mapping``, ``unknown-kind`` of an alignment.
        LimitError: ``timeout``, ``too-large``.
    Cost: the statements as numbers and each distinct term, in memory; one pass.
    """
    with collector_paused():
        return _Reader(mapping, folder, ontology, parse, resolve or Nothing(), progress).run()


class _Reader:
    def __init__(
        self,
        mapping: model.Mapping,
        folder: Path,
        ontology: Ontology,
        parse: Parse,
        resolver: Resolver,
        progress: Progress | None,
    ) -> None:
        self._mapping, self._folder, self._ontology = mapping, folder, ontology
        self._parse, self._resolver, self._progress = parse, resolver, progress
        self._findings = Collector()
        self._sources: dict[str, RdfSource] = {}
        self._alignments: dict[tuple[str, ...], Alignment] = {}
        self._kinds = Kinds(ontology, resolver)
        self._holding = Holding(ontology)
        self._ends: dict[str, tuple[RdfSource, int, str]] = {}

    def run(self) -> Reading:
        self._open()
        sources, kinds = list(self._sources.values()), self._kinds
        for source in sources:
            kinds.classify(source, self._alignments[source.spec.align])
        kinds.choose(self._alignments, {**PREFIXES, **self._mapping.prefixes})
        for name, held in kinds.described.items():
            for said in kinds.said(name, self._alignments[held.source.spec.align]):
                self._holding.add(said)
        for source in sources:
            self._speak(source, self._alignments[source.spec.align])
        parts, saids = self._holding.facts(self._other_holds, self._refuse, self._resolver.kinds)
        for said in saids:
            self._sources[said.file].facts += 1
        self._note_dangling()
        report = self._findings.report([source.count() for source in sources])
        return Reading(parts, report, tuple(source.scope() for source in sources), len(kinds.described))

    def _open(self) -> None:
        for name, spec in self._mapping.rdf.items():
            if spec.optional and not (self._folder / spec.file).exists():
                continue
            if spec.align not in self._alignments:
                paths = [alignment_path(each, self._folder) for each in spec.align]
                files = [(path.name, stated(path, RdfFile(file=path.name), self._parse)) for path in paths]
                self._alignments[spec.align] = alignment_of(self._ontology, files)
            namespace, findings = self._mapping.namespace, self._findings
            self._sources[name] = open_source(
                name, spec, self._folder, namespace, findings, self._parse, self._progress
            )

    def _speak(self, source: RdfSource, alignment: Alignment) -> None:
        statements, tokens = source.statements, source.statements.tokens
        subjects, predicates, objects, graphs, rows = (statements.column(i) for i in range(5))
        qualified = Qualified(statements, self._ontology)
        source.accepted |= qualified.rows
        unknown: dict[str, int] = {}
        for predicate in np.unique(predicates[source.used]).tolist():
            term = statements.term(predicate)
            at = np.flatnonzero(source.used & (predicates == predicate))
            if not isinstance(term, Named) or term.iri in (TYPE, REIFIES):
                continue
            meanings = alignment.meanings_of(term.iri)
            if not meanings:
                number = len(set(rows[at].tolist()) - source.accepted)
                if number and not alignment.is_ignored(term.iri):
                    unknown[term.iri] = number
                continue
            columns = (column[at].tolist() for column in (subjects, objects, graphs, rows))
            for subject, value, graph, row in zip(*columns, strict=True):
                if subject in qualified.reifiers:
                    continue
                try:
                    for qualifiers in qualified.of(tokens[subject], tokens[predicate], tokens[value]):
                        self._state(source, alignment, meanings, subject, value, graph, row, qualifiers)
                except RowFault as fault:
                    source.reject(row, fault, source.named(subject, value))
        self._note_unknown(source, alignment, unknown)

    def _state(
        self,
        source: RdfSource,
        alignment: Alignment,
        meanings: list[Meaning],
        subject: int,
        value: int,
        graph: int,
        row: int,
        qualifiers: Qualifiers,
    ) -> None:
        """Say what one statement means, if its subject and object are ours."""
        term = source.statements.term(value)
        near = source.names.entity(subject)
        if not self._kinds.may_enter(near):
            return
        origin = source.names.origin(source.spec.file, graph)
        if isinstance(term, Literal) or meanings[0].word in self._ontology.attribute:
            attribute = next(
                (self._ontology.attribute[m.word] for m in meanings if m.word in self._ontology.attribute), None
            )
            if attribute is None:
                name = local_name(meanings[0].word)
                hint = "A relation leads to a thing with an IRI."
                raise RowFault("bad-value", f"{name} leads to a text.", value=getattr(term, "text", ""), hint=hint)
            scheme = next((m.scheme for m in meanings if m.scheme), None)
            if attribute.iri == IDENTIFIER and scheme and not qualifiers:
                qualifiers = ((SCHEME, scheme),)
            self._attribute(source, alignment, attribute, near, term, row, origin, qualifiers)
            return
        if term is None or isinstance(term, Quoted):
            raise RowFault("bad-value", "the object is no thing.", hint="Expected an IRI.")
        far = source.names.entity(value)
        if not self._kinds.may_enter(far):
            return
        relation, backward = self._meant(meanings, near, far)
        start, end = (far, near) if backward else (near, far)
        for one in (start, end):
            if one not in self._kinds.described:
                self._ends.setdefault(one, (source, row, relation.name))
        self._holding.add(Said(start, relation.iri, Iri(end), True, qualifiers, origin, row, source.name))
        source.accepted.add(row)

    def _meant(self, meanings: list[Meaning], near: str, far: str) -> tuple[Relation, bool]:
        """The first meaning that fits the kinds of both ends; what is known of neither fits all."""
        kinds, ontology = (self._kinds.of(near), self._kinds.of(far)), self._ontology
        for meaning in meanings:
            relation = ontology.relation.get(meaning.word)
            if relation is None or not all(
                wanted is None or (kind is not None and ontology.is_a(kind, wanted))
                for kind, wanted in zip(kinds, (meaning.source, meaning.target), strict=True)
            ):
                continue
            start, end = kinds[::-1] if meaning.backward else kinds
            if all(
                kind is None or (allowed & ontology.kind[kind].ancestors)
                for kind, allowed in ((start, relation.domain), (end, relation.range))
            ):
                return relation, meaning.backward
        said = [local_name(kind) if kind else "something unknown" for kind in kinds]
        names = ", ".join(dict.fromkeys(local_name(meaning.word) for meaning in meanings))
        raise RowFault(
            "wrong-domain",
            f"{names} does not lead from {said[0]} to {said[1]}.",
            value=near,
            hint="An align:Reading may say what it means between these kinds.",
        )

    def _attribute(
        self,
        source: RdfSource,
        alignment: Alignment,
        attribute: Attribute,
        near: str,
        term: object,
        row: int,
        origin: str,
        qualifiers: Qualifiers,
    ) -> None:
        kind = self._kinds.of(near)
        if kind is not None and not attribute.domain & self._ontology.kind[kind].ancestors:
            message = f"a {local_name(kind)} has no {attribute.name}."
            raise RowFault("wrong-domain", message, column=attribute.name, value=near, hint="Align it otherwise.")
        value = literal_value(attribute, term, alignment.texts, self._ontology)
        if kind is None:
            self._ends.setdefault(near, (source, row, attribute.name))
        language = term.language if isinstance(term, Literal) else ""
        self._holding.add(Said(near, attribute.iri, value, False, qualifiers, origin, row, source.name, language))
        source.accepted.add(row)

    # -- report

    def _other_holds(self, said: Said, fault: RowFault) -> None:
        self._sources[said.file].note(said.row, fault)

    def _refuse(self, said: Said, fault: RowFault) -> None:
        """The ontology refuses a fact; an entity whose kind is refused does not enter."""
        source = self._sources[said.file]
        if said.predicate == TYPE:
            self._kinds.described.pop(said.subject, None)
        source.reject(said.row, fault, [said.subject])

    def _note_unknown(self, source: RdfSource, alignment: Alignment, properties: Mapping[str, int]) -> None:
        """One note a word that means nothing here, with how often it stands there."""
        classes: Mapping[str, int] = self._kinds.unknown.get(source.name, {})
        for rule, found, what in (
            ("unknown-kind", classes, "things are"),
            ("unknown-relation", properties, "statements use"),
        ):
            for iri, count in sorted(found.items()):
                message = f"{count:,} {what} {shown(iri)}, which means nothing here."
                hint = alignment.hint_for(iri)
                source.note(0, RowFault(rule, message, column=local_name(iri), value=iri, hint=hint))
        for iri, better in sorted(source.names.mended.items()):
            message = f"{shown(iri)} is no IRI; {shown(better)} was read."
            source.note(0, RowFault("bad-iri", message, value=iri, hint="Correct it in the source."))

    def _note_dangling(self) -> None:
        for iri, (source, row, column) in self._ends.items():
            if iri not in self._kinds.described and not self._kinds.of(iri) and not self._resolver.find(iri):
                message = f"{shown(iri)} is referred to, but no source describes it."
                hint = "A stub stands for it until some source describes it."
                source.note(row, RowFault("dangling-reference", message, column=column, value=iri, hint=hint))


def mapping_of_file(path: Path, align: tuple[str, ...], *, lenient: bool) -> model.Mapping:
    """The mapping that ``thread import FILE --as NAME`` stands for: the file is its own source."""
    spec = RdfFile(file=path.name, align=align, lenient=lenient)
    return model.Mapping(source=path.name, rdf={path.stem: spec})
