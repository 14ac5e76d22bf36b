"""What is it, where was it, where did it come from, what happened to it? Everything about one thing on one page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.cli.asking import execute_document
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, table
from thread.cli.wording import Speaker, moment, span, text, words
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, STUB, TYPE, UpperKind, local_name

if TYPE_CHECKING:
    from thread.clock import Instant
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
_TITLES: Final = {
    "structure": "where it was and is",
    "lineage": "what it is tied to",
    "event": "what happened",
    "dependency": "what it relies on, what relies on it",
    "observation": "what is measured",
    "document": "documents",
    "context": "where and for what",
}
_LISTED: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class _Tie:
    """One link as read from the thing that is shown."""

    start: "Instant"
    end: "Instant"
    verb: str
    other: int
    now: bool


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
    answer = service.lineage(context, [node], LineageQuery(report=kinds, max_depth=4))
    speaker = Speaker(answer.view)
    found = []
    for hit in answer.hits(0, _LISTED):
        path = next(iter(answer.paths(hit.node, limit=1).paths), None)
        found.append((hit.node, speaker.path(path) if path else ""))
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
        yield from _section(title, _tied(ties.get(role, []), speaker))


def _section(title: str, rows: list[tuple[str, ...]]) -> Iterator[str]:
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
    unit = f" {attribute.unit}" if attribute is not None and attribute.unit else ""
    since = f"  ({span(statement.valid_from, statement.valid_to)})" if statement.valid_from > 0 else ""
    return (text(statement.value) if statement.value is not None else "") + unit + since


def _ties(view: "View", node: int) -> dict[str, list[_Tie]]:
    """Links of all times by role, in the order of time; each as it reads from this thing."""
    found: dict[str, list[_Tie]] = {}
    for relation in view.ontology.relations:
        out = [s for s in view.history(node, relation.iri) if s.object is not None]
        back = [s for s in view.history_to(node, relation.iri) if s.predicate == relation.iri]
        pairs = [*((s, s.object, relation.name) for s in out), *((s, s.subject, _inverse(relation)) for s in back)]
        for statement, other, verb in pairs:
            now = statement.valid_from <= view.valid_at < statement.valid_to
            far = view.find(other or "")
            tie = _Tie(_time(view, far, statement), statement.valid_to, words(verb), far, now)
            found.setdefault(relation.role.value, []).append(tie)
    return {role: sorted(set(ties)) for role, ties in found.items()}


def _inverse(relation: "Relation") -> str:
    return relation.name if relation.symmetric else relation.inverse


def _time(view: "View", other: int, statement: "Statement") -> "Instant":
    """When a link began; for a link without a start, when the event at its other end happened."""
    from thread.clock import BEGIN

    if statement.valid_from != BEGIN:
        return statement.valid_from
    started = [s.valid_from for s in view.history(other, TYPE)]
    return min(started, default=BEGIN)


def _tied(ties: Iterable[_Tie], speaker: Speaker) -> list[tuple[str, ...]]:
    return [
        (span(tie.start, tie.end) or "always", tie.verb, speaker.name(tie.other), speaker.kind(tie.other))
        for tie in ties
    ]
