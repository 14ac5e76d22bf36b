"""What is it, where was it, where did it come from, what happened to it? Everything about one thing on one page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from thread.cli.asking import execute_document
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, table
from thread.cli.wording import Speaker, moment, span, text, words
from thread.clock import Instant, to_instant
from thread.ontology.model import Role, Upstream
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, STUB, THR, TYPE, UpperKind, local_name

if TYPE_CHECKING:
    from thread.ontology.model import Relation
    from thread.projection import View
    from thread.projection.view import Statement
    from thread.service import Context, Service

_ORIGINS: Final = (
    UpperKind.PRODUCT_DESIGN,
    UpperKind.DESIGN_REVISION,
    UpperKind.BATCH,
    UpperKind.SUPPLIER,
    UpperKind.PROCESS_STEP,
)
_ORIGIN_LINKS: Final = (
    "madeTo",
    "revisionOf",
    "fromBatch",
    "processedBy",
    "suppliedBy",
    "derivedFrom",
    "installedIn",
    "partOf",
)
_TITLES: Final = {
    "structure": "where it was and is",
    "lineage": "what came of it",
    "event": "what happened",
    "dependency": "what it relies on, what relies on it",
    "observation": "what is measured",
    "document": "documents",
    "context": "where and for what",
}
_LISTED: Final = 12
_UNITS: Final = {"a": "years", "d": "days"}
"""UCUM codes that a person would not read rightly."""


@dataclass(frozen=True, slots=True)
class _Tie:
    """One link as read from the thing that is shown."""

    start: Instant
    end: Instant
    verb: str
    other: int


def show(ref: str, store: str | None, as_of: AsOf, *, as_json: bool) -> Exit:
    """Print the page of one thing; NO where nothing has that name."""
    if as_json:
        return execute_document("show", {"ref": ref}, store, as_of)
    with reading(store, as_of) as (service, context):
        node = service.lookup(context, ref).one()
        view = service.view(context)
        for line in lines(view, node, _origins(service, context, node)):
            say(line)
    return Exit.OK


def _origins(service: "Service", context: "Context", node: int) -> list[tuple[int, str]]:
    """Designs, batches, suppliers and steps behind a thing, nearest first, with the path that leads there."""
    from thread.reasoning.lineage import LineageQuery

    kinds = frozenset(service.ontology.kind[iri].ordinal for iri in _ORIGINS)
    links = frozenset(service.ontology.relation[THR + name].ordinal for name in _ORIGIN_LINKS)
    answer = service.lineage(context, [node], LineageQuery(relations=links, report=kinds, max_depth=4))
    speaker = Speaker(answer.view)
    found = []
    for hit in answer.hits(0, _LISTED):
        path = next(iter(answer.paths(hit.node, limit=1).paths), None)
        found.append((hit.node, speaker.path(path, start=False) if path else ""))
    return found


def lines(view: "View", node: int, origins: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The page as it is printed."""
    speaker = Speaker(view)
    yield emphasis(f"{speaker.name(node)} ({speaker.kind(node)}), {moment(view.valid_at)}")
    yield from table(_facts(view, node), indent="  ")
    rows = [(speaker.name(origin), speaker.kind(origin), path) for origin, path in origins]
    yield from _section("where it came from", rows)
    ties = _ties(view, node)
    for role, title in _TITLES.items():
        yield from _section(title, _tied(view, ties.get(role, set()), speaker))


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield ""
        yield emphasis(title)
        yield from table(rows[:_LISTED], indent="  ")
        if len(rows) > _LISTED:
            yield f"  … and {len(rows) - _LISTED:,} more; --json lists them"


def _facts(view: "View", node: int) -> Iterator[tuple[str, str]]:
    yield "iri", view.iri(node)
    for statement in view.attributes(node):
        if statement.predicate == IDENTIFIER:
            held = dict(statement.qualifiers)
            scope = f" within {held[SCOPE]}" if SCOPE in held else ""
            yield str(held.get(SCHEME, "identifier")), f"{statement.value}{scope}"
        elif statement.predicate not in (LABEL, STUB, TYPE) and statement.value is not None:
            yield words(local_name(statement.predicate)), _value(view, statement)
    for statement in view.conflicts(node):
        said = statement.object or text(statement.value) if statement.value is not None else statement.object or ""
        yield "also said", f"{words(local_name(statement.predicate))}: {said} (by {statement.source})"


def _value(view: "View", statement: "Statement") -> str:
    attribute = view.ontology.attribute.get(statement.predicate)
    unit = f" {_UNITS.get(attribute.unit, attribute.unit)}" if attribute is not None and attribute.unit else ""
    since = f"  ({span(statement.valid_from, statement.valid_to)})" if statement.valid_from > 0 else ""
    return (text(statement.value) if statement.value is not None else "") + unit + since


def _ties(view: "View", node: int) -> dict[str, set[_Tie]]:
    """Links up to now by role, each as it reads from this thing."""
    found: dict[str, set[_Tie]] = {}
    for relation in view.ontology.relations:
        out = [s for s in view.history(node, relation.iri) if s.object is not None]
        back = [s for s in view.history_to(node, relation.iri) if s.predicate == relation.iri]
        if relation.role is Role.LINEAGE:  # the way up is told by the origins
            out, back = ([], back) if relation.upstream is Upstream.OBJECT else (out, [])
        pairs = [*((s, s.object, relation.name) for s in out), *((s, s.subject, _inverse(relation)) for s in back)]
        for statement, other, verb in pairs:
            far = view.find(other or "")
            if statement.valid_from > view.valid_at or _to_come(view, far):
                continue
            start, end = _times(view, far, statement)
            found.setdefault(relation.role.value, set()).add(_Tie(start, end, words(verb), far))
    return found


def _to_come(view: "View", node: int) -> bool:
    """Whether something is not there yet, as an event that has not happened."""
    return view.kind(node) < 0 and min((s.valid_from for s in view.history(node, TYPE)), default=0) > view.valid_at


def _inverse(relation: "Relation") -> str:
    return relation.name if relation.symmetric else relation.inverse


def _times(view: "View", other: int, statement: "Statement") -> tuple[Instant, Instant]:
    """When a link held; of an order or event at its other end, when that took place."""
    if _is(view, other, UpperKind.WORK_ORDER):
        started = view.value(other, THR + "startedAt") or view.value(other, THR + "plannedStart")
        ended = view.value(other, THR + "endedAt") or view.value(other, THR + "plannedEnd")
        start = to_instant(started) if isinstance(started, datetime) else statement.valid_from
        return start, to_instant(ended) if isinstance(ended, datetime) else statement.valid_to
    if _is(view, other, UpperKind.EVENT):
        happened = view.value(other, THR + "occurredAt")
        start = to_instant(happened) if isinstance(happened, datetime) else statement.valid_from
        return start, start
    return statement.valid_from, statement.valid_to


def _is(view: "View", node: int, kind: str) -> bool:
    ordinal = view.kind(node)
    return ordinal >= 0 and kind in view.ontology.kinds[ordinal].ancestors


def _tied(view: "View", ties: Iterable[_Tie], speaker: Speaker) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for tie in sorted(ties, key=lambda tie: (tie.start, tie.verb, speaker.name(tie.other))):
        when = moment(tie.start) if tie.start == tie.end else span(tie.start, tie.end) or "always"
        rows.append((when, tie.verb, speaker.name(tie.other), _more(view, tie.other, speaker)))
    return rows


def _more(view: "View", node: int, speaker: Speaker) -> str:
    """The state of an order, what a position holds, mode, cause and repair of a failure, the kind of anything else."""
    if _is(view, node, UpperKind.WORK_ORDER):
        values = (view.value(node, THR + name) for name in ("status", "orderType"))
        return " ".join(str(value).lower() for value in values if value is not None) or speaker.kind(node)
    if _is(view, node, UpperKind.FAILURE_EVENT):
        return _failure(view, node, speaker) or speaker.kind(node)
    if _is(view, node, UpperKind.POSITION):
        fitted = view.links_to(node, {view.ontology.relation[THR + "installedIn"].ordinal}).subject
        return f"holds {speaker.several(fitted.tolist())}" if len(fitted) else "empty"
    return speaker.kind(node)


def _failure(view: "View", node: int, speaker: Speaker) -> str:
    mode, cause, repair = (view.ontology.relation[THR + name].ordinal for name in ("hasMode", "causedBy", "addresses"))
    told = (
        ("mode", view.links_from(node, {mode}).object),
        ("caused by", view.links_from(node, {cause}).object),
        ("repaired by", view.links_to(node, {repair}).subject),
    )
    return ", ".join(f"{words} {speaker.several(ends.tolist())}" for words, ends in told if len(ends))
