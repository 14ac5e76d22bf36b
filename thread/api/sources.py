"""How are sources shown? Each with its runs and files, and what they disagree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from thread.api.audit import AuditFact
from thread.api.publish import Member
from thread.api.words import DateTime
from thread.errors import LimitError

if TYPE_CHECKING:
    from thread.api.scope import Reading
    from thread.service import provenance as known


class RefusedRule:
    """How many rows broke one rule."""

    __slots__ = ("code", "rows")

    code: str
    """An error code."""
    rows: int
    """Rows refused by it."""

    def __init__(self, code: str, rows: int) -> None:
        self.code, self.rows = code, rows


class SourceFile:
    """What one run said out of one file."""

    __slots__ = ("facts", "name", "told")

    name: str | None
    """The file or stream; null for a request."""
    told: int
    """Facts that it said."""
    facts: int
    """Facts of it that hold now."""

    def __init__(self, name: str, told: int, facts: int) -> None:
        self.name, self.told, self.facts = name or None, told, facts


class SourceRun:
    """One import run or request."""

    __slots__ = ("_run",)

    def __init__(self, run: known.Run) -> None:
        self._run = run

    @property
    def name(self) -> str:
        """Its name; ``thread retract`` takes it."""
        return self._run.name

    @property
    def revision(self) -> str:
        """The revision that it made."""
        return str(self._run.first.ordinal)

    @property
    def recorded_at(self) -> DateTime:
        """When it was recorded."""
        return DateTime(self._run.first.recorded_at)

    @property
    def actor(self) -> str | None:
        """Who sent it; null where that is not known."""
        return self._run.first.actor or None

    @property
    def reason(self) -> str | None:
        """Why, in its own words."""
        return self._run.first.reason or None

    @property
    def told(self) -> int:
        """Facts that it said."""
        return self._run.told

    @property
    def facts(self) -> int:
        """Facts of it that hold now."""
        return self._run.holding

    @property
    def files(self) -> list[SourceFile]:
        """What it said out of which file, by name."""
        return [SourceFile(file.name, file.told, file.holding) for file in self._run.files]

    @property
    def read_rows(self) -> int | None:
        """Rows that it read; null where it says nothing of rows."""
        return None if self._run.rows is None else self._run.rows.read

    @property
    def refused_rows(self) -> int | None:
        """Rows that it refused; null where it says nothing of rows."""
        return None if self._run.rows is None else self._run.rows.refused

    @property
    def refused_by(self) -> list[RefusedRule]:
        """Refused rows by rule."""
        rows = self._run.rows
        return [] if rows is None else [RefusedRule(code, count) for code, count in rows.rules.items()]

    @property
    def withdrawn_at(self) -> DateTime | None:
        """When it was taken back; null: it was not."""
        return None if self._run.withdrawn is None else DateTime(self._run.withdrawn.recorded_at)


class SourceReport:
    """Everything about one source."""

    __slots__ = ("_reading", "_source")

    def __init__(self, reading: Reading, source: known.Source) -> None:
        self._reading, self._source = reading, source

    @property
    def name(self) -> str:
        """Its name."""
        return self._source.name

    @property
    def rank(self) -> int:
        """Where two disagree, the higher answers; 0 where the settings say none."""
        return self._source.rank

    @property
    def facts(self) -> int:
        """Facts that hold by its word now."""
        return self._source.holding

    @property
    def in_conflict(self) -> int:
        """Of these, facts that are not answered, because another source says otherwise."""
        return self._source.in_conflict

    @property
    def refused_rows(self) -> int:
        """Rows that its imports refused."""
        return self._source.refused

    @property
    def run_count(self) -> int:
        """How many runs and requests it has."""
        return len(self._source.runs)

    def runs(self, last: int = 20) -> list[SourceRun]:
        """Its last runs, oldest first; at most 500."""
        if last > self._reading.scope.max_page:
            raise LimitError(f"{last} runs are asked for; at most {self._reading.scope.max_page} are given.")
        self._reading.scope.spend(max(last, 0))
        return [SourceRun(run) for run in self._source.runs[-last:]] if last > 0 else []


class SourceConflict:
    """Two sources that disagree now."""

    __slots__ = ("_conflict", "_reading")

    def __init__(self, reading: Reading, conflict: known.Conflict) -> None:
        self._reading, self._conflict = reading, conflict

    @property
    def answered(self) -> AuditFact | None:
        """What is answered; null where the sources that answer hold that nothing is so."""
        answer = self._conflict.answer
        return None if answer is None else AuditFact(self._reading, answer)

    @property
    def outvoted(self) -> AuditFact:
        """What the other source says."""
        return AuditFact(self._reading, self._conflict.other)

    @property
    def by_rank(self) -> bool:
        """Why: the source that answers has the higher rank; else it was recorded later."""
        return self._conflict.by_rank


class SourceList:
    """Who says what of the plant."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: known.Sources) -> None:
        self._reading, self._found = reading, found

    @property
    def sources(self) -> list[SourceReport]:
        """All sources, by name."""
        return [SourceReport(self._reading, source) for source in self._found.sources]

    @property
    def conflict_count(self) -> int:
        """Facts that are not answered because another source says otherwise."""
        return len(self._found.conflicts)

    def conflicts(self, first: int = 100) -> list[SourceConflict]:
        """What sources disagree on now, by subject and predicate; at most 500."""
        if first > self._reading.scope.max_page:
            raise LimitError(f"{first} conflicts are asked for; at most {self._reading.scope.max_page} are given.")
        self._reading.scope.spend(max(first, 0))
        return [SourceConflict(self._reading, each) for each in self._found.conflicts[: max(first, 0)]]


def outvoted_by_others(payload: Any) -> list[SourceConflict]:
    """What a command said that is not what is answered."""
    reading, outcome = payload._reading, getattr(payload, "_outcome", None)
    if outcome is None or not outcome.effective or not getattr(payload, "committed", True):
        return []
    found = reading.scope.service.outvoted(reading.context, outcome.revision.ordinal)
    return [SourceConflict(reading, conflict) for conflict in found]


OUTVOTED: Final = (
    Member(
        "outvoted",
        "list[SourceConflict]",
        "What of this change is not answered, because a source that outranks it says otherwise; it is kept and shown "
        "among the conflicts. Raise the rank of `api`, or correct the source that answers.",
        call=outvoted_by_others,
    ),
)
"""A field of every payload of a change."""


def sources_answer(reading: Reading) -> SourceList:
    """The answer to a question about sources."""
    return SourceList(reading, reading.scope.service.sources(reading.context))


OBJECTS: Final[tuple[Any, ...]] = (RefusedRule, SourceFile, SourceRun, SourceReport, SourceConflict, SourceList)
