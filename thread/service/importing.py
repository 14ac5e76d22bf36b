"""How do tables come in? Read by a mapping, compared with what their source said before, sealed as one revision."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from thread.clock import Instant, to_text
from thread.facts import ChangeSet, Commit, FactPart
from thread.ingest import Finding, Report, load_mapping, read, settle, standing_claims
from thread.ontology.model import Ontology
from thread.projection import View
from thread.service.quorums import impossible_groups
from thread.service.writing import Outcome, kinds_of
from thread.terms import EntityId

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


def plan_import(
    mapping: Path, folder: Path, view: View, commits: Iterable[Commit], now: Instant, progress: Progress | None = None
) -> ImportPlan:
    """What importing the files of a folder would change.

    Args:
        mapping: the mapping file.
        commits: the log from its start, for what this source said before.
        now: the time of the snapshot.
    Raises:
        InputError: ``bad-mapping``, ``unknown-column``, ``bad-file``: no row can be read rightly.
    Cost: two passes over the files, one over the log; the facts in memory as columns.
    """
    ontology: Ontology = view.ontology
    declared = load_mapping(mapping, ontology)
    reading = read(declared, folder, ontology, _Known(view), progress)
    parts, report = _without_impossible_groups(reading.parts, reading.report, view)
    reading = replace(reading, parts=parts, report=report)
    settled = settle(reading, standing_claims(commits, declared.source), now, ontology)
    run = _name(declared.source, now, settled.parts)
    return ImportPlan(
        run=run,
        report=reading.report,
        change_set=ChangeSet(run, declared.source, settled.parts, reason=f"import by {mapping.name}"),
        repeated=settled.repeated,
        ended=sum(settled.ended.values()),
        retracted=sum(settled.retracted.values()),
    )


def _name(source: str, now: Instant, parts: Sequence[FactPart]) -> str:
    digest = sha256()
    for part in parts:
        digest.update("\0".join(part.strings).encode())
        digest.update(part.table.tobytes())
    return f"{source}-{to_text(now // 1_000_000 * 1_000_000)}-{digest.hexdigest()[:6]}"


def _without_impossible_groups(
    parts: tuple[FactPart, ...], report: Report, view: View
) -> tuple[tuple[FactPart, ...], Report]:
    """The parts and the report with the rows rejected that describe a group which cannot have its k."""
    while faults := impossible_groups(parts, view):
        rows = {(fault.origin, fault.row) for fault in faults}
        findings = (
            Finding(fault.origin, fault.row, 0, fault.code, "", fault.value, fault.message, fault.hint)
            for fault in faults
        )
        report = report.with_rejected(findings)
        parts = without_rows(parts, rows)
    return parts, report


def without_rows(parts: Sequence[FactPart], rows: set[tuple[str, int]]) -> tuple[FactPart, ...]:
    """The parts without the facts of some (origin, row) pairs. Cost: one look at each fact's row number."""
    numbers = np.array(sorted({row for _, row in rows}))
    kept = []
    for part in parts:
        suspects = np.flatnonzero(np.isin(part.table["row"], numbers)).tolist()
        gone = [i for i in suspects if (part.strings[part.table[i]["origin"]], int(part.table[i]["row"])) in rows]
        kept.append(replace(part, table=np.delete(part.table, gone)) if gone else part)
    return tuple(part for part in kept if part.size)


class _Known:
    """What the thread knows already, for the reading of rows."""

    def __init__(self, view: View) -> None:
        self._view = view

    def find(self, iri: str) -> bool:
        return self._view.find(iri) >= 0

    def bearers(self, scheme: str | None, scope: str | None, value: str) -> Sequence[EntityId]:
        view = self._view
        nodes = view.bearers(value, scheme)
        if scope is not None:
            nodes = [n for n in nodes if any(i.value == value and i.scope == scope for i in view.identifiers(n))]
        return view.iris(nodes)

    def kinds(self, iris: Sequence[str]) -> Sequence[str | None]:
        return kinds_of(self._view, iris)
