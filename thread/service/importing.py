"""How do tables and RDF come in? Read by a mapping, compared with what was said before, sealed as one revision."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from thread.clock import Instant, to_text
from thread.errors import InputError
from thread.facts import ChangeSet, Commit, FactPart
from thread.ingest import (
    Finding,
    Mapping,
    Report,
    load_mapping,
    mapping_of_file,
    read,
    read_rdf,
    settle_log,
)
from thread.ingest.identity import Triple
from thread.ingest.reading import facts_of_rows
from thread.ingest.rowcounts import counts_of, reason_with
from thread.ontology.model import Ontology
from thread.projection import View
from thread.projection.bulk import Directory
from thread.service.context import LOCAL
from thread.service.fitting import faults_beside
from thread.service.unchanged import content_of_import, report_of_unchanged
from thread.service.writing import Outcome, kinds_of
from thread.terms import EntityId
from thread.worker import format_of, parse_rdf

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would change: a change set that is ready to be committed, and how it came about."""

    run: str
    """Name of the run, for ``retract``."""
    report: Report
    change_set: ChangeSet
    repeated: int
    """Facts that the source had said before."""
    ended: int
    """Facts that stop, because their rows vanished."""
    retracted: int
    """Facts that are withdrawn, because their rows vanished."""
    mapping: Mapping
    refused: dict[str, set[int]]
    """Numbers of the rejected rows, by the origin of their facts."""

    @property
    def asserted(self) -> int:
        """Facts that are new, or new of this source."""
        return self.change_set.size - self.ended - self.retracted


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """An import that was planned, and what its commit did."""

    plan: ImportPlan
    outcome: Outcome | None
    """None: nothing was committed, because it was only planned, or ``strict`` and rows were refused."""


@dataclass(frozen=True, slots=True)
class RdfOptions:
    """How RDF is to be read, where that is said beside the mapping."""

    align: tuple[str, ...] = ()
    """Alignments of a file that is imported without a mapping."""
    lenient: bool = False
    """Mend IRIs that are none, in every RDF file."""


def plan_import(
    mapping: Path,
    folder: Path,
    view: View,
    commits: Callable[[], Iterable[Commit]],
    now: Instant,
    progress: Progress | None = None,
    rdf: RdfOptions = RdfOptions(),
) -> ImportPlan:
    """What importing the files of a folder would change.

    Args:
        mapping: the mapping file, or one RDF file that is its own.
        commits: gives the log from its start, for what this source said before.
        now: the time of the snapshot.
    Raises:
        InputError: ``bad-mapping``, ``unknown-column``, ``bad-file``: no row can be read rightly.
    Cost: two passes over the files, one or two over what the source said in the log; the facts in memory as columns.
        Large files that are as the last import of their source read them are only compared.
    """
    ontology: Ontology = view.ontology
    declared = _declared(mapping, ontology, rdf)
    content = content_of_import(declared, folder, ontology)
    unchanged = report_of_unchanged(content, declared.source, mapping.name, commits)
    if unchanged is not None:
        run = _name(declared.source, now, ())
        return ImportPlan(run, unchanged, ChangeSet(run, declared.source, ()), 0, 0, 0, declared, {})
    if declared.rdf:
        reading = read_rdf(declared, folder, ontology, parse_rdf, _Known(view), progress)
    else:
        reading = read(declared, folder, ontology, _Known(view), progress)
    parts, report = _without_misfits(reading.parts, reading.report, view)
    reading = replace(reading, parts=parts, report=report)
    refused = {origin: set(rows) for origin, rows in reading.refused.items()}
    for finding in report.rejected:
        refused.setdefault(finding.file, set()).add(finding.row)
    settled = settle_log(reading, commits, declared.source, now, ontology)
    run = _name(declared.source, now, settled.parts)
    if content != content_of_import(declared, folder, ontology):
        content = ""  # a file was changed while it was read
    return ImportPlan(
        run=run,
        report=reading.report,
        change_set=ChangeSet(
            run, declared.source, settled.parts, LOCAL.name, _reason(mapping, reading.report), content=content
        ),
        repeated=settled.repeated,
        ended=sum(settled.ended.values()),
        retracted=sum(settled.retracted.values()),
        mapping=declared,
        refused=refused,
    )


def _declared(path: Path, ontology: Ontology, rdf: RdfOptions) -> Mapping:
    """The mapping in a file, or the one that an RDF file stands for."""
    if format_of(path.name) is not None:
        return mapping_of_file(path, rdf.align, lenient=rdf.lenient)
    declared = load_mapping(path, ontology)
    if rdf.align:
        hint = "Leave out --as: a mapping names its alignments itself, under rdf."
        raise InputError(f"{path.name} is a mapping.", code="bad-mapping", hint=hint)
    if rdf.lenient:
        lenient = {name: spec.model_copy(update={"lenient": True}) for name, spec in declared.rdf.items()}
        declared = declared.model_copy(update={"rdf": lenient})
    return declared


def _reason(mapping: Path, report: Report) -> str:
    return reason_with(counts_of(report), f"import by {mapping.name}")


def _name(source: str, now: Instant, parts: Sequence[FactPart]) -> str:
    digest = sha256()
    for part in parts:
        digest.update("\0".join(part.strings).encode())
        digest.update(part.table.tobytes())
    return f"{source}-{to_text(now // 1_000_000 * 1_000_000)}-{digest.hexdigest()[:6]}"


def _without_misfits(parts: tuple[FactPart, ...], report: Report, view: View) -> tuple[tuple[FactPart, ...], Report]:
    """The parts and the report with the rows rejected that do not fit what is there."""
    while faults := faults_beside(parts, view):
        rows = {(fault.origin, fault.row) for fault in faults}
        findings = (
            Finding(fault.origin, fault.row, 0, fault.code, "", fault.value, fault.message, fault.hint)
            for fault in faults
        )
        report = report.with_rejected(findings)
        left = (replace(part, table=part.table[~facts_of_rows(part, rows)]) for part in parts)
        parts = tuple(part for part in left if part.size)
    return parts, report


class _Known:
    """What the thread knows already, for the reading of rows."""

    def __init__(self, view: View) -> None:
        self._view, self._directory = view, Directory(view)

    def find(self, iri: str) -> bool:
        return self._view.find(iri) >= 0

    def found(self, iris: Sequence[str]) -> Sequence[bool]:
        return list((self._directory.find(iris) >= 0).tolist())

    def bearers(self, scheme: str | None, scope: str | None, value: str) -> Sequence[EntityId]:
        view = self._view
        nodes = view.bearers(value, scheme)
        if scope is not None:
            nodes = [n for n in nodes if any(i.value == value and i.scope == scope for i in view.identifiers(n))]
        return view.iris(nodes)

    def carried(self, identifiers: Sequence[Triple]) -> dict[Triple, Sequence[EntityId]]:
        return self._directory.bearers(identifiers)

    def kinds(self, iris: Sequence[str]) -> Sequence[str | None]:
        return kinds_of(self._view, iris)
