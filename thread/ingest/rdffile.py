"""What is known of one RDF file while it is read? Its statements, the names in it, and what became of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from thread.errors import InputError
from thread.ingest.blanks import names_of
from thread.ingest.rdfmodel import RdfFile
from thread.ingest.rdfvalues import Names
from thread.ingest.reading import TableScope
from thread.ingest.report import Collector, Finding, TableCount, shown
from thread.ingest.rows import RowFault
from thread.ingest.statements import Lines, Statements
from thread.resources import resource

Progress = Callable[[int, int], None]
_TRIPLES: Final = frozenset({"ttl", "nt", "rdf", "owl"})
"""Formats without named graphs."""


class Parse(Protocol):
    """Reads a file somewhere safe; the service passes the worker's."""

    def __call__(self, path: Path, form: str, *, lenient: bool = False, base: str | None = None) -> Lines: ...


@dataclass(slots=True)
class RdfSource:
    """One file of a mapping. Rows are numbers of statements, from 1."""

    name: str
    spec: RdfFile
    statements: Statements
    names: Names
    used: npt.NDArray[np.bool_]
    """Which statements are of a chosen graph."""
    findings: Collector
    accepted: set[int] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)
    facts: int = 0
    protected: set[str] = field(default_factory=set)
    """Entities of refused statements: what is said of them has not vanished."""
    unnamed: int = 0
    """Refused statements of which that cannot be told."""

    def reject(self, row: int, fault: RowFault, about: Iterable[str] = ()) -> None:
        """A statement does not enter.

        Args:
            about: the entities that it is about; none: that cannot be told.
        """
        if row not in self.rejected:
            self.rejected.add(row)
            self.findings.reject(self._finding(row, fault))
        named = set(about)
        self.protected |= named
        self.unnamed += not named

    def named(self, *numbers: int) -> list[str]:
        """Those of some terms that may be entities."""
        return [name for number in numbers if (name := self.names.get(number)) is not None]

    def note(self, row: int, fault: RowFault) -> None:
        """A statement enters, and something about it should be known."""
        self.findings.note(self._finding(row, fault))

    def count(self) -> TableCount:
        """What became of the statements; ``skipped`` are those that mean nothing here or are not chosen."""
        read, refused = self.statements.read, len(self.rejected)
        accepted = len(self.accepted - self.rejected)
        return TableCount(self.name, self.spec.file, read, accepted, refused, read - refused - accepted, self.facts)

    def scope(self) -> TableScope:
        """What a snapshot of the file covers."""
        return TableScope(self.spec.file, self.spec.vanished, frozenset(self.protected), self.unnamed)

    def _finding(self, row: int, fault: RowFault) -> Finding:
        return Finding(self.spec.file, row, 0, fault.rule, fault.column, shown(fault.value), fault.message, fault.hint)


def open_source(
    name: str,
    spec: RdfFile,
    folder: Path,
    namespace: str,
    findings: Collector,
    parse: Parse,
    progress: Progress | None,
) -> RdfSource:
    """One file, all its statements read.

    Raises:
        InputError: ``bad-file`` with the line.
        LimitError: ``timeout``, ``too-large``.
    """
    statements = stated(folder / spec.file, spec, parse, progress)
    names = Names(statements, names_of(statements), namespace, lenient=spec.lenient)
    source = RdfSource(name, spec, statements, names, np.ones(len(statements), dtype=bool), findings)
    if spec.graphs:
        wanted = [statements.find(f"<{graph}>".encode()) for graph in spec.graphs]
        source.used = np.isin(statements.column(3), [number for number in wanted if number is not None])
    for row in statements.too_long:
        hint = "A text has at most a million characters."
        source.reject(row, RowFault("too-large", "the statement is too long to be read.", hint=hint))
    for row in statements.broken:
        hint = "Correct it in the source."
        source.reject(row, RowFault("bad-iri", "an IRI holds a line break or is cut off.", hint=hint))
    return source


def stated(path: Path, spec: RdfFile, parse: Parse, progress: Progress | None = None) -> Statements:
    """The statements of a file."""
    form = spec.format or spec.file.rpartition(".")[2].lower()
    statements = Statements()
    size = path.stat().st_size if path.exists() else 0
    lines = parse(path, form, lenient=spec.lenient, base=spec.base)
    told = (lambda read: progress(min(read * 100, size), size)) if progress else None
    statements.fill(lines, told, triples=form in _TRIPLES and not spec.lenient)
    return statements


def alignment_path(name: str, folder: Path) -> Path:
    """Where an alignment lies: a shipped one by its name, a file of one's own by that of the file.

    Raises:
        InputError: ``bad-mapping``: no alignment of this name ships.
    """
    if "." in name:
        return folder / name
    try:
        return resource(f"ontology/alignments/{name}.ttl")
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in resource("ontology/alignments").glob("*.ttl")))
        hint = f"Known: {known}; or name a Turtle file beside the mapping."
        raise InputError(f'There is no alignment "{name}".', code="bad-mapping", hint=hint) from None
