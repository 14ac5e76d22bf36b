"""How many rows did a run read and refuse? Said in the reason of its change set, so that it is kept with the run."""

import re
from dataclasses import dataclass, field
from typing import Final

from thread.ingest.report import Report

_SAID: Final = re.compile(r": (\d+) rows read, (\d+) refused(?: \(([a-z0-9, -]+)\))?$")


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of the rows of a run, in numbers."""

    read: int
    refused: int
    rules: dict[str, int] = field(default_factory=dict)
    """Refused rows by rule."""


def reason_with(counts: RowCounts, reason: str) -> str:
    """The reason of a run, with its rows.

    >>> reason_with(RowCounts(50, 3, {"bad-value": 2, "unknown-kind": 1}), "import by mapping.yaml")
    'import by mapping.yaml: 50 rows read, 3 refused (2 bad-value, 1 unknown-kind)'
    """
    rules = ", ".join(f"{count} {rule}" for rule, count in sorted(counts.rules.items()))
    return f"{reason}: {counts.read} rows read, {counts.refused} refused" + (f" ({rules})" if rules else "")


def counts_in(reason: str) -> RowCounts | None:
    """The rows that a reason tells of; None where it tells of none.

    >>> counts_in("import by mapping.yaml: 50 rows read, 1 refused (1 bad-value)")
    RowCounts(read=50, refused=1, rules={'bad-value': 1})
    """
    found = _SAID.search(reason)
    if found is None:
        return None
    pairs = (each.split(" ", 1) for each in found[3].split(", ")) if found[3] else ()
    return RowCounts(int(found[1]), int(found[2]), {rule: int(count) for count, rule in pairs})


def counts_of(report: Report) -> RowCounts:
    """The rows of a report."""
    return RowCounts(report.rows, report.rejected_rows, dict(report.rules))
