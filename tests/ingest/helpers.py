"""Arrange a reading in a few lines, and write facts as lines that a person can check."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from thread.clock import to_text
from thread.facts import Fact, FactPart, Op
from thread.ingest import Reading, Resolver, parse_mapping, read
from thread.ingest.identity import Triple
from thread.ontology import load_ontology
from thread.terms import ENTITY, EntityId, local_name

ONTOLOGY = load_ontology()


def reading_of(folder: Path, mapping: str, files: dict[str, str | bytes], resolve: Resolver | None = None) -> Reading:
    """Write files to a folder and read them by a mapping."""
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(parse_mapping(mapping, ONTOLOGY), folder, ONTOLOGY, resolve)


def facts_of(parts: Iterable[FactPart]) -> list[Fact]:
    """The facts that parts assert, in order."""
    return [fact for part in parts for op, fact in part.facts() if op is Op.ASSERT]


def line(fact: Fact, places: bool = True) -> str:
    """A fact as one line: ``subject predicate value [from, to) {qualifiers} <- file:row``."""
    value = short(fact.object) if fact.object is not None else _value(fact.value)
    said = f"{short(fact.subject)} {local_name(fact.predicate)} {value}"
    start, end = to_text(fact.valid_from), to_text(fact.valid_to)
    said += f" [{start}, {end})" if (start, end) != ("-", "-") else ""
    if fact.qualifiers:
        said += " {" + ", ".join(f"{local_name(name)}={_value(value)}" for name, value in fact.qualifiers) + "}"
    return said + (f" <- {fact.origin}:{fact.row}" if places else "")


def lines(reading: Reading, places: bool = False) -> list[str]:
    """All facts of a reading as sorted lines."""
    return sorted(line(fact, places) for fact in facts_of(reading.parts))


def about(reading: Reading, subject: str) -> list[str]:
    """What a reading says of one entity, without its name."""
    return [said.partition(" ")[2] for said in lines(reading) if said.startswith(subject + " ")]


def rules(reading: Reading) -> list[tuple[int, str]]:
    """Row and rule of each rejected row."""
    return [(finding.row, finding.rule) for finding in reading.report.rejected]


def notes(reading: Reading) -> list[tuple[int, str]]:
    """Row and rule of each note."""
    return [(finding.row, finding.rule) for finding in reading.report.notes]


def short(iri: str | None) -> str:
    """An IRI without the default namespace."""
    return str(iri).removeprefix(ENTITY)


def _value(value: object) -> str:
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    return local_name(value) if isinstance(value, str) else str(value)


class Known:
    """A thread that knows some identifiers and IRIs."""

    def __init__(self, *bearers: tuple[str, str | None, str, str], kinds: dict[str, str] | None = None) -> None:
        self._bearers = bearers
        self._kinds = kinds or {}

    def find(self, iri: str) -> bool:
        return iri in self._kinds or any(iri == bearer for *_, bearer in self._bearers)

    def bearers(self, scheme: str | None, scope: str | None, value: str) -> Sequence[EntityId]:
        return [
            EntityId(bearer)
            for known_scheme, known_scope, known, bearer in self._bearers
            if known == value and scheme in (None, known_scheme) and scope in (None, known_scope)
        ]

    def found(self, iris: Sequence[str]) -> Sequence[bool]:
        return [self.find(iri) for iri in iris]

    def carried(self, identifiers: Sequence[Triple]) -> Mapping[Triple, Sequence[EntityId]]:
        return {each: bearers for each in identifiers if (bearers := self.bearers(*each))}

    def kinds(self, iris: Sequence[str]) -> Sequence[str | None]:
        return [self._kinds.get(iri) for iri in iris]
