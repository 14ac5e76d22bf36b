"""How is it shown what a change, a notice or an order's parts mean for what we have? Verdicts with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Path
from thread.api.ids import encode_cursor
from thread.api.pages import PageInfo, PageRequest
from thread.api.recalls import EntityList, listed
from thread.api.rows import Key, Rows
from thread.api.words import ID, DateTime, Decimal
from thread.reasoning import changing, notices, rates, spares

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading


class Verdict(StrEnum):
    """What a change means for something."""

    AFFECTED = "AFFECTED"
    """It has to change."""
    NOT_AFFECTED = "NOT_AFFECTED"
    """It stays as it is."""
    UNDETERMINED = "UNDETERMINED"
    """The record does not tell."""


class ChangeRole(StrEnum):
    """What something is to a change."""

    BUILT = "BUILT"
    """A unit that is installed."""
    SPARE = "SPARE"
    """A unit in stock, in repair or somewhere unknown."""
    GONE = "GONE"
    """A unit that is scrapped."""
    PLANNED = "PLANNED"
    """A unit that is to come."""
    WORK_ORDER = "WORK_ORDER"
    """An open order that needs it."""
    DESIGN = "DESIGN"
    """A design that has it in its bill."""


class SpareVerdict(StrEnum):
    """Whether a part that an order needs may be fitted in what it works on."""

    VALID = "VALID"
    """A bill asks for it, by the lines effective for the unit."""
    ALTERNATE = "ALTERNATE"
    """It may stand for what the bill asks."""
    BLOCKED = "BLOCKED"
    """The bill asks for another of its kind, for which it may not stand."""
    UNKNOWN = "UNKNOWN"
    """No bill asks for such a thing."""


@dataclass(frozen=True, slots=True)
class EffectivityInput:
    """From where a change holds; where both are given both must hold."""

    from_serial: str | None = None
    """From this serial number on, itself included."""
    from_date: DateTime | None = None
    """For what is made, or begins, from then on."""


class ChangeEdge:
    """Something that a change may affect."""

    __slots__ = ("_row", "cursor", "node")

    cursor: str
    """Position in the list."""
    node: Entity
    """The unit, order or design."""

    def __init__(self, node: Entity, row: changing.ChangeRow, cursor: str) -> None:
        self.node, self._row, self.cursor = node, row, cursor

    @property
    def role(self) -> ChangeRole:
        """What it is to the change."""
        return ChangeRole(self._row.role.value)

    @property
    def verdict(self) -> Verdict:
        """What the change means for it."""
        return Verdict(self._row.verdict.value)

    @property
    def why(self) -> str:
        """The reason in a sentence."""
        return self._row.why


class ChangeConnection(Rows[ChangeEdge]):
    """A page of what a change may affect, by role, verdict and IRI."""

    __slots__ = ()

    @property
    def edges(self) -> list[ChangeEdge]:
        """What is on this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """How much there is over all pages."""
        return self._total


class ChangeCount:
    """How many things of one role a change means what for."""

    __slots__ = ("count", "role", "verdict")

    role: ChangeRole
    """The role."""
    verdict: Verdict
    """The verdict."""
    count: int
    """How many."""

    def __init__(self, role: changing.ChangeRole, verdict: changing.Verdict, count: int) -> None:
        self.role, self.verdict, self.count = ChangeRole(role.value), Verdict(verdict.value), count


class ChangeImpact:
    """What replacing one revision by another from a serial or date on affects."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """References that mean nothing in this view."""

    def __init__(self, reading: Reading, answer: changing.Change, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def old(self) -> Entity | None:
        """The revision that is replaced."""
        return None if self._answer.old < 0 else self._reading.entity(self._answer.old)

    @property
    def new(self) -> Entity | None:
        """The revision that replaces it; null where it is not named."""
        return None if self._answer.new < 0 else self._reading.entity(self._answer.new)

    @property
    def way(self) -> Path | None:
        """Why the new one may be fitted in place of the old one; null where nothing says so."""
        return None if self._answer.way is None else Path(self._reading, self._answer.way)

    def rows(
        self,
        verdicts: list[Verdict] | None = None,
        roles: list[ChangeRole] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ChangeConnection:
        """What it may affect, optionally of some verdicts and roles. 100 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        reading = self._reading
        rows = [
            row
            for row in self._answer.rows
            if (verdicts is None or row.verdict.value in map(str, verdicts))
            and (roles is None or row.role.value in map(str, roles))
        ]
        keys: list[Key] = [(at,) for at in range(len(rows))]
        request = PageRequest.of(first, after, last, before, reading.scope.max_page, default=100)

        def make(low: int, high: int) -> list[ChangeEdge]:
            nodes = reading.entities([row.node for row in rows[low:high]])
            return [
                ChangeEdge(node, row, encode_cursor((at,)))
                for at, (node, row) in enumerate(zip(nodes, rows[low:high], strict=True), low)
            ]

        return ChangeConnection(keys, (int,), request, make)

    @property
    def counts(self) -> list[ChangeCount]:
        """How many of each role and verdict."""
        found = [(row.role, row.verdict) for row in self._answer.rows]
        return [ChangeCount(*pair, found.count(pair)) for pair in dict.fromkeys(found)]

    @property
    def completeness(self) -> Completeness:
        """Whether every verdict was reached; GAP where the record does not tell."""
        return Completeness(self._reading, self._answer.completeness)


class PartNumberRange:
    """A range of part numbers that a notice is about, both ends included."""

    __slots__ = ("_range",)

    def __init__(self, one: notices.PartRange) -> None:
        self._range = one

    @property
    def first(self) -> str:
        """The first number."""
        return self._range.first

    @property
    def last(self) -> str:
        """The last number; the first where it is one number."""
        return self._range.last

    @property
    def scheme(self) -> str | None:
        """Whose numbers they are; null: anybody's."""
        return self._range.scheme

    @property
    def from_serial(self) -> str | None:
        """Only serials from this one on."""
        return self._range.from_serial

    @property
    def to_serial(self) -> str | None:
        """Only serials up to this one."""
        return self._range.to_serial


class NoticeMatch:
    """What one notice touches."""

    __slots__ = ("_match", "_reading")

    def __init__(self, reading: Reading, match: notices.NoticeMatch) -> None:
        self._reading, self._match = reading, match

    @property
    def document(self) -> Entity:
        """The notice."""
        return self._reading.entity(self._match.document)

    @property
    def ranges(self) -> list[PartNumberRange]:
        """The part numbers that it is about."""
        return [PartNumberRange(one) for one in self._match.ranges]

    def designs(self, first: int = 100) -> EntityList:
        """Designs and revisions whose numbers lie in its ranges."""
        return listed(self._reading, self._match.designs, first)

    def installed(self, first: int = 100) -> EntityList:
        """Installed items made to them."""
        return listed(self._reading, self._match.of(installed=True, sure=True), first)

    def not_installed(self, first: int = 100) -> EntityList:
        """Other items made to them: in stock, in repair, scrapped."""
        return listed(self._reading, self._match.of(installed=False, sure=True), first)

    def undetermined(self, first: int = 100) -> EntityList:
        """Items made to them whose serial cannot be compared with the notice's."""
        found = [*self._match.of(installed=True, sure=False), *self._match.of(installed=False, sure=False)]
        return listed(self._reading, found, first)


class RequiredPart:
    """A part that an order needs, judged against what the order works on."""

    __slots__ = ("_reading", "_spare")

    def __init__(self, reading: Reading, spare: spares.Spare) -> None:
        self._reading, self._spare = reading, spare

    @property
    def design(self) -> Entity:
        """What the order asks for."""
        return self._reading.entity(self._spare.design)

    @property
    def quantity(self) -> Decimal:
        """How many pieces."""
        return Decimal(format(self._spare.quantity, "f"))

    @property
    def verdict(self) -> SpareVerdict:
        """Whether it may be fitted."""
        return SpareVerdict(self._spare.verdict.value)

    @property
    def asked(self) -> Entity | None:
        """What the bill of the thing asks for in its place."""
        return None if self._spare.asked < 0 else self._reading.entity(self._spare.asked)

    @property
    def way(self) -> Path | None:
        """Why it may stand for what is asked."""
        return None if self._spare.way is None else Path(self._reading, self._spare.way)

    @property
    def in_stock(self) -> Decimal:
        """Pieces of just this design in stock."""
        return Decimal(format(self._spare.in_stock, "f"))

    def stock(self, first: int = 100) -> EntityList:
        """Items of just this design in stock."""
        return listed(self._reading, self._spare.stock, first)

    def alternates(self, first: int = 100) -> EntityList:
        """Items in stock that may stand for it."""
        return listed(self._reading, self._spare.alternates, first)


class FailureRate:
    """Failures of the items of one revision, in one environment or in all."""

    __slots__ = ("_rate", "_reading")

    def __init__(self, reading: Reading, rate: rates.FailureRate) -> None:
        self._reading, self._rate = reading, rate

    @property
    def revision(self) -> Entity:
        """The revision; the design itself for items of which no revision is known."""
        return self._reading.entity(self._rate.revision)

    @property
    def all_environments(self) -> bool:
        """True for the total of the revision."""
        return self._rate.environment is None

    @property
    def environment(self) -> Entity | None:
        """The location of what the items were in; null for the total, and where none is recorded."""
        known = self._rate.environment
        return None if known is None or known < 0 else self._reading.entity(known)

    @property
    def units(self) -> int:
        """Items."""
        return self._rate.units

    @property
    def failures(self) -> int:
        """Failures of them."""
        return self._rate.failures

    @property
    def exposure_hours(self) -> float:
        """Hours in any position."""
        return self._rate.exposure_hours

    @property
    def at_least(self) -> bool:
        """True if some start is unknown: the exposure is a lower bound."""
        return self._rate.at_least

    @property
    def per_1000_hours(self) -> float | None:
        """Failures per 1,000 hours; null without exposure."""
        return self._rate.per_1000_hours

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % interval of that rate, exact for a Poisson count (Garwood 1936)."""
        found = self._rate.interval()
        return None if found is None else found[0]

    @property
    def high(self) -> float | None:
        """Upper end of it."""
        found = self._rate.interval()
        return None if found is None else found[1]


ENUMS: Final[tuple[Any, ...]] = (Verdict, ChangeRole, SpareVerdict)
INPUTS: Final[tuple[type, ...]] = (EffectivityInput,)
OBJECTS: Final[tuple[Any, ...]] = (
    ChangeEdge,
    ChangeConnection,
    ChangeCount,
    ChangeImpact,
    PartNumberRange,
    NoticeMatch,
    RequiredPart,
    FailureRate,
)
