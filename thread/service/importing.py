"""How do tables come in? Read by a mapping, check every row, find what vanished, commit one revision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from thread.facts import ChangeSet, FactPart
from thread.ingest.report import Report
from thread.service.writing import Outcome

if TYPE_CHECKING:
    pass

Commit = Callable[[ChangeSet], Outcome]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import read, refused and changed."""

    run: str
    """Name of the run, for ``retract``."""
    report: Report
    outcome: Outcome | None
    """None: nothing was committed, because it was a plan, or ``strict`` and rows were refused."""
    planned: dict[str, int]
    """Facts by what becomes (or would become) of them."""


def without_rows(parts: Sequence[FactPart], rejected: set[tuple[str, int]]) -> tuple[FactPart, ...]:
    """The parts without the facts of the rejected (file, row) pairs. Cost: one look at each row's number."""
    if not rejected:
        return tuple(parts)
    rows = np.array(sorted({row for _, row in rejected}))
    kept = []
    for part in parts:
        suspects = np.flatnonzero(np.isin(part.table["row"], rows))
        drop = [
            int(i) for i in suspects if (part.strings[part.table[i]["origin"]], int(part.table[i]["row"])) in rejected
        ]
        kept.append(replace(part, table=np.delete(part.table, drop)) if drop else part)
    return tuple(part for part in kept if part.size)
