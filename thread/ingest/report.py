"""What became of the rows? Findings per row, counts per table, and how they are shown."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Final

import orjson

from thread.facts.cells import guarded

KEPT: Final = 1_000
"""Findings that are listed, of rejections and of notes each; the counts are always complete."""
_FIELDS: Final = ("file", "row", "line", "rule", "column", "value", "message", "hint")
_SHOWN_VALUE: Final = 120


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to know about one row. ``row`` counts data rows from 1 (0: the file); ``line`` is physical."""

    file: str
    row: int
    line: int
    rule: str
    """An error code of ``thread.errors``."""
    column: str
    value: str
    message: str
    hint: str = ""

    def sentence(self) -> str:
        """The finding as one line of text."""
        place = f"row {self.row} of {self.file}" if self.row else self.file
        place += f" (line {self.line})" if self.line else ""
        return f"{self.rule}: {place}: {self.message} {self.hint}".rstrip()


@dataclass(frozen=True, slots=True)
class TableCount:
    """What became of one table's rows; ``read`` is the sum of ``accepted``, ``rejected`` and ``skipped``."""

    table: str
    file: str
    read: int
    accepted: int
    rejected: int
    skipped: int
    """Rows that the table's ``when`` passes over."""
    facts: int


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an import's rows; findings are sorted by file and row."""

    rejected: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    counts: tuple[TableCount, ...]
    rules: dict[str, int] = field(default_factory=dict)
    """Rejected rows by rule, all of them."""
    noted: dict[str, int] = field(default_factory=dict)
    """Notes by rule, all of them."""

    @property
    def rows(self) -> int:
        return sum(count.read for count in self.counts)

    @property
    def rejected_rows(self) -> int:
        return sum(count.rejected for count in self.counts)

    @property
    def facts(self) -> int:
        return sum(count.facts for count in self.counts)

    def with_rejected(self, findings: Iterable[Finding]) -> "Report":
        """The report with further rows rejected, one finding a row."""
        further = list(findings)
        rules, files = Counter(self.rules), Counter(finding.file for finding in further)
        rules.update(finding.rule for finding in further)
        counts = []
        for count in self.counts:
            more = files.pop(count.file, 0)
            counts.append(replace(count, accepted=count.accepted - more, rejected=count.rejected + more))
        rejected = tuple(sorted([*self.rejected, *further])[:KEPT])
        return replace(self, rejected=rejected, counts=tuple(counts), rules=dict(sorted(rules.items())))

    def to_dict(self) -> dict[str, object]:
        """The report as plain values; the listings may be shorter than the counts."""
        return asdict(self)

    def to_json(self) -> str:
        """The report as JSON."""
        return orjson.dumps(self.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()

    def to_csv(self) -> str:
        """All listed findings as CSV for a spreadsheet; no cell can be taken for a formula."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("what", *_FIELDS))
        for what, findings in (("rejected", self.rejected), ("note", self.notes)):
            for finding in findings:
                writer.writerow([what, *(_harmless(getattr(finding, name)) for name in _FIELDS)])
        return out.getvalue()

    def to_table(self) -> str:
        """Counts and findings as text for a terminal."""
        head = ("table", "file", "read", "accepted", "rejected", "skipped", "facts")
        rows = [
            head,
            *((c.table, c.file, *map(str, (c.read, c.accepted, c.rejected, c.skipped, c.facts))) for c in self.counts),
        ]
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = ["  ".join(_pad(cell, widths[i], right=i > 1) for i, cell in enumerate(row)).rstrip() for row in rows]
        for title, counts, findings in (
            ("rejected", self.rules, self.rejected),
            ("noted", self.noted, self.notes),
        ):
            if counts:
                lines += ["", f"{title}: " + ", ".join(f"{number} {rule}" for rule, number in sorted(counts.items()))]
                lines += [f"  {finding.sentence()}" for finding in findings]
                hidden = sum(counts.values()) - len(findings)
                lines += [f"  and {hidden} more"] if hidden else []
        return "\n".join(lines) + "\n"


class Collector:
    """Gathers findings while rows pass; ``report`` sorts them. A listing keeps the first rows of each file."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._rejected: list[Finding] = []
        self._notes: list[Finding] = []
        self.rules: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()

    def reject(self, finding: Finding) -> None:
        """A row does not enter."""
        self.rules[finding.rule] += 1
        self._keep(self._rejected, finding)

    def note(self, finding: Finding) -> None:
        """A row enters, and something about it should be known."""
        self.noted[finding.rule] += 1
        self._keep(self._notes, finding)

    def _keep(self, findings: list[Finding], finding: Finding) -> None:
        findings.append(finding)
        if len(findings) > 2 * self._kept:  # the smallest stay, whatever the order they came in
            findings.sort()
            del findings[self._kept :]

    def report(self, counts: Iterable[TableCount]) -> Report:
        """All that was gathered."""
        return Report(
            rejected=tuple(sorted(self._rejected)[: self._kept]),
            notes=tuple(sorted(self._notes)[: self._kept]),
            counts=tuple(counts),
            rules=dict(sorted(self.rules.items())),
            noted=dict(sorted(self.noted.items())),
        )


def shown(value: object) -> str:
    """A cell as a report shows it: short, printable, on one line."""
    text = value if isinstance(value, str) else str(value)
    short = text[:_SHOWN_VALUE] + "…" if len(text) > _SHOWN_VALUE else text
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in short)


def _harmless(cell: object) -> object:
    return guarded(cell) if isinstance(cell, str) else cell


def _pad(cell: str, width: int, *, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
