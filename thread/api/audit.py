"""How is the audit of one thing shown? Every change, with who told it, out of which file, replacing what."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.entity import Qualifier, show_value
from thread.api.ids import decode_cursor, encode_cursor
from thread.api.pages import PageInfo, PageRequest, cut
from thread.api.words import ID, IRI, DateTime, moment
from thread.service.provenance import predicates_named, word_of
from thread.terms import local_name

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.projection import Statement
    from thread.service import provenance as known

_PAGE: Final = 100


class ChangeKind(StrEnum):
    """What a source told."""

    STATED = "STATED"
    """That it holds."""
    ENDED = "ENDED"
    """That it holds up to another time than was known: it stopped being so, or went on."""
    WITHDRAWN = "WITHDRAWN"
    """That it was never so: a retraction, or the withdrawal of a run."""


class ChangeEffect(StrEnum):
    """What became of what was told."""

    ANSWERS = "ANSWERS"
    """What is answered changed."""
    SUPPORTS = "SUPPORTS"
    """Another source had said so: answers are as they were."""
    OUTVOTED = "OUTVOTED"
    """A source of a higher rank says otherwise, or a later one of the same: it stands in the conflicts."""
    NONE = "NONE"
    """It was not what was answered, or another source still says so."""


class AuditFact:
    """One fact as somebody told it."""

    __slots__ = ("_reading", "_statement")

    def __init__(self, reading: Reading, statement: Statement) -> None:
        self._reading, self._statement = reading, statement

    @property
    def subject(self) -> IRI:
        """What it is said of."""
        return IRI(self._statement.subject)

    @property
    def predicate(self) -> str:
        """Relation or attribute; ``kind`` for what a thing is."""
        return word_of(self._reading.view.ontology, self._statement.predicate)

    @property
    def object(self) -> IRI | None:
        """The other end of a link; null for a value."""
        found = self._statement.object
        return None if found is None else IRI(found)

    @property
    def value(self) -> str:
        """The value as text; of a link the label of its other end."""
        statement, view = self._statement, self._reading.view
        if statement.value is not None:
            return show_value(statement.value)
        node = view.find(str(statement.object))
        return view.label(node) if node >= 0 else local_name(str(statement.object))

    @property
    def qualifiers(self) -> list[Qualifier]:
        """Values that belong to it."""
        return [Qualifier(local_name(name), show_value(value)) for name, value in self._statement.qualifiers]

    @property
    def valid_from(self) -> DateTime | None:
        """Since when it held; null: since before anything was recorded."""
        return moment(self._statement.valid_from)

    @property
    def valid_to(self) -> DateTime | None:
        """Until when; null: until further notice."""
        return moment(self._statement.valid_to)

    @property
    def source(self) -> str:
        """Who says so."""
        return self._statement.source

    @property
    def run(self) -> str:
        """The import run or request that said it; ``retract`` takes it."""
        return self._statement.run

    @property
    def file(self) -> str | None:
        """The file or stream that says it; null where a request does, which the run names."""
        return self._statement.origin or None

    @property
    def row(self) -> int | None:
        """Row of the file, from 1; null where rows have no meaning."""
        return self._statement.row or None

    @property
    def revision(self) -> str:
        """The revision at which it was learned."""
        return str(self._statement.recorded_from)


class AuditEdge:
    """One thing that was told, in one revision."""

    __slots__ = ("_reading", "_told", "cursor")

    cursor: str
    """Position in the list."""

    def __init__(self, reading: Reading, told: known.Told, cursor: str) -> None:
        self._reading, self._told, self.cursor = reading, told, cursor

    @property
    def kind(self) -> ChangeKind:
        """What was told."""
        return ChangeKind(self._told.change.kind.value)

    @property
    def effect(self) -> ChangeEffect:
        """What became of it."""
        return ChangeEffect(self._told.change.effect.value)

    @property
    def fact(self) -> AuditFact:
        """The fact, with its source, run, file and row; for a withdrawal, the fact that was withdrawn."""
        return AuditFact(self._reading, self._told.change.claim)

    @property
    def replaced(self) -> list[AuditFact]:
        """What was answered before and is not any more, or not as long."""
        return [AuditFact(self._reading, one) for one in self._told.change.replaced]

    @property
    def instead(self) -> list[AuditFact]:
        """What is answered since a withdrawal."""
        return [AuditFact(self._reading, one) for one in self._told.change.instead]

    @property
    def revision(self) -> str:
        """The revision that it made."""
        return str(self._told.change.revision)

    @property
    def recorded_at(self) -> DateTime:
        """When it was recorded."""
        return DateTime(self._told.by.recorded_at)

    @property
    def source(self) -> str:
        """Who told it."""
        return self._told.by.source

    @property
    def request_id(self) -> str:
        """The request that told it: a command's, or that of an import or retraction."""
        return self._told.by.request_id

    @property
    def actor(self) -> str | None:
        """Who sent the request; null where that is not known."""
        return self._told.by.actor or None

    @property
    def reason(self) -> str | None:
        """Why, in the words of the request."""
        return self._told.by.reason or None


class AuditConnection:
    """A page of an audit, oldest first."""

    __slots__ = ("_high", "_low", "_reading", "_told")

    def __init__(self, reading: Reading, told: list[known.Told], request: PageRequest) -> None:
        self._reading, self._told = reading, told

        def behind(cursor: str) -> int:
            return int(decode_cursor(cursor, (int,))[0]) + 1

        self._low, self._high = cut(len(told), request, behind, lambda cursor: behind(cursor) - 1)
        self._high = min(self._high, len(told))
        reading.scope.spend(max(self._high - self._low, 0))

    @property
    def edges(self) -> list[AuditEdge]:
        """The changes of this page."""
        page = range(self._low, self._high)
        return [AuditEdge(self._reading, self._told[at], encode_cursor((at,))) for at in page]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        page = range(self._low, self._high)
        ends = (encode_cursor((page[0],)), encode_cursor((page[-1],))) if page else (None, None)
        return PageInfo(self._high < len(self._told), self._low > 0, *ends)

    @property
    def total_count(self) -> int:
        """Changes over all pages."""
        return len(self._told)


class Audit:
    """Everything that was ever told of a thing, up to the revision of the view, whatever its valid time."""

    __slots__ = ("_node", "_reading", "_told", "missing")

    missing: list[ID]
    """The reference, where it means nothing in this view."""

    def __init__(self, reading: Reading, node: int, told: list[known.Told], missing: list[str]) -> None:
        self._reading, self._node, self._told = reading, node, told
        self.missing = [ID(text) for text in missing]

    @property
    def of(self) -> Entity | None:
        """The thing; null where there is none."""
        return None if self._node < 0 else self._reading.entity(self._node)

    def changes(
        self, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> AuditConnection:
        """The changes, oldest first. 100 where neither first nor last is given, at most 500."""
        self._reading.scope.check_time()
        request = PageRequest.of(first, after, last, before, self._reading.scope.max_page, default=_PAGE)
        return AuditConnection(self._reading, self._told, request)


def audit_answer(
    reading: Reading, nodes: list[int], missing: list[str], predicates: list[str] | None, *, incoming: bool
) -> Audit:
    """The answer to an audit."""
    named = None if predicates is None else predicates_named(reading.view.ontology, predicates)
    node = nodes[0] if nodes else -1
    told = reading.scope.service.audit(reading.context, node, named, incoming=incoming)
    return Audit(reading, node, told, missing)


ENUMS: Final[tuple[Any, ...]] = (ChangeKind, ChangeEffect)
OBJECTS: Final[tuple[Any, ...]] = (AuditFact, AuditEdge, AuditConnection, Audit)
