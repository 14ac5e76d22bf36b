"""Who says what, and when is it learnt? Facts in pages per source and commit: change sets in time order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from thread.clock import BEGIN, END, Instant, to_datetime, to_instant
from thread.facts import ChangeSet, Op, PartBuilder, Qualifiers, Value
from thread.samples.words import CMMS, ERP, HISTORIAN, MES, PLM
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, THR, TYPE, EntityId, Iri

_MINUTE = 60 * 1_000_000
_OFFSET = {PLM: 0, ERP: 10 * _MINUTE, MES: 20 * _MINUTE, CMMS: 30 * _MINUTE, HISTORIAN: 40 * _MINUTE}


def moment(instant: Instant) -> datetime:
    """An instant as the aware datetime that an attribute holds."""
    found = to_datetime(instant)
    assert found is not None
    return found


class Page:
    """What one source hands over at one commit; every call is a row of its file."""

    def __init__(self, source: str, origin: str) -> None:
        self.source = source
        self.origin = origin
        self.builder = PartBuilder()
        self.row = 0

    def kind(self, subject: EntityId, kind: str, label: str, since: Instant) -> None:
        """An entity appears, with its kind and its label."""
        self.value(subject, TYPE, Iri(kind), since)
        self.builder.attribute(subject, LABEL, label, origin=self.origin, row=self.row)

    def identifier(self, subject: EntityId, scheme: str, value: str, scope: str | None = None) -> None:
        """A name that some system gives."""
        qualifiers: Qualifiers = ((SCHEME, scheme),) if scope is None else ((SCHEME, scheme), (SCOPE, scope))
        self.row += 1
        self.builder.attribute(subject, IDENTIFIER, value, qualifiers=qualifiers, origin=self.origin, row=self.row)

    def link(
        self,
        subject: EntityId,
        relation: str,
        target: EntityId,
        since: Instant = BEGIN,
        until: Instant = END,
        op: Op = Op.ASSERT,
        qualifiers: Mapping[str, Value] | None = None,
    ) -> None:
        """A link, or the end or the withdrawal of one; qualifiers by their names in ``thread.ttl``."""
        held = tuple(sorted((THR + name, value) for name, value in (qualifiers or {}).items()))
        self.row += 1
        self.builder.link(subject, relation, target, since, until, held, self.origin, self.row, op)

    def value(
        self,
        subject: EntityId,
        attribute: str,
        value: Value,
        since: Instant = BEGIN,
        until: Instant = END,
        op: Op = Op.ASSERT,
        qualifiers: Mapping[str, Value] | None = None,
    ) -> None:
        """An attribute value, or the end or the withdrawal of one; qualifiers by their names in ``thread.ttl``."""
        held = tuple(sorted((THR + name, value) for name, value in (qualifiers or {}).items()))
        self.row += 1
        self.builder.attribute(subject, attribute, value, since, until, held, self.origin, self.row, op)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change set and the instant at which it is to be committed."""

    committed_at: Instant
    change_set: ChangeSet


class Ledger:
    """Pages by (commit, source). A source hands over at the start, then monthly, and when it corrects itself.

    With ``at_once`` every source hands over everything at the start, in the order in which it is written.
    """

    def __init__(self, start: Instant, reference: Instant, at_once: bool = False) -> None:
        self._start = start
        self._reference = reference
        self._at_once = at_once
        self._pages: dict[tuple[Instant, str], Page] = {}

    def page(self, source: str, known: Instant) -> Page:
        """Where a source writes down what it learns at ``known``: its next monthly hand-over."""
        return self._page(source, self.handover(source, known))

    def out_of_turn(self, source: str, committed_at: Instant) -> Page:
        """A hand-over out of turn, for corrections and late records."""
        return self._page(source, self.handover(source, 0) if self._at_once else committed_at, "extra-")

    def handover(self, source: str, known: Instant) -> Instant:
        """When the source next hands over after ``known``."""
        if known <= self._start or self._at_once:
            return self._start + _OFFSET[source]
        first = moment(known).replace(day=1, hour=2, minute=0, second=0, microsecond=0)
        month = (first + timedelta(days=32)).replace(day=1)
        return min(to_instant(month), self._reference - 60 * _MINUTE) + _OFFSET[source]

    def entries(self, name: str) -> Iterator[Entry]:
        """Change sets in the order of their commits; request ids start with ``name``."""
        for number, ((at, source), page) in enumerate(sorted(self._pages.items(), key=lambda item: item[0]), 1):
            request = f"{name}-{number:03d}-{source}"
            parts = page.builder.parts()
            yield Entry(at, ChangeSet(request, source, parts, actor="sample", reason=page.origin))

    def _page(self, source: str, at: Instant, prefix: str = "") -> Page:
        found = self._pages.get((at, source))
        if found is None:
            found = self._pages[at, source] = Page(source, f"{source}/{prefix}{moment(at):%Y-%m-%d}.csv")
        return found
