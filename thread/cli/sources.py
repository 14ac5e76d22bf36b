"""Who said what, on a terminal? ``thread sources`` and ``thread audit``."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from thread.cli.asking import execute_document
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.clock import to_text
from thread.facts.cells import guarded

if TYPE_CHECKING:
    from thread.projection import Statement, View
    from thread.service import Context, Service
    from thread.service.provenance import Conflict, Run, Source, Told

_RUNS: Final = 5
Row = tuple[str, ...]


def sources(
    store: str | None, as_of: AsOf, *, name: str | None, conflicts: bool, first: int, as_json: bool, as_csv: bool
) -> Exit:
    """Print sources, the runs of one, or what they disagree on; NO where there is no source of that name."""
    if as_json:
        return execute_document("sources", {"first": first}, store, as_of)
    with reading(store, as_of) as (service, context):
        found = service.sources(context)
        view = service.view(context)
        chosen = [each for each in found.sources if name in (None, each.name)]
        if conflicts:
            shown = [each for each in found.conflicts if name in (None, each.other.source)]
            rows = [_conflict(view, each) for each in shown[:first]]
            _print(_CONFLICT, rows, as_csv=as_csv, more=len(shown) - len(rows), none="no source disagrees with another")
            return Exit.OK
        if name is not None and not chosen:
            known = ", ".join(each.name for each in found.sources) or "none"
            say(f"no source {name}; there are: {known}")
            return Exit.NO
        if name is not None:
            runs = chosen[0].runs[-first:]
            _print(_RUN, [row for run in runs for row in _run(run, whole=as_csv)], as_csv=as_csv)
            if len(runs) < len(chosen[0].runs):
                say(f"the last {len(runs):,} of {len(chosen[0].runs):,} runs; --first lists more")
            return Exit.OK
        _print(_SOURCE, [_source(each) for each in chosen], as_csv=as_csv, none="nothing was said yet")
        if found.conflicts and not as_csv:
            say(f"{plural(len(found.conflicts), 'fact')} in conflict; --conflicts lists them")
    return Exit.OK


_SOURCE: Final = ("source", "rank", "facts", "in conflict", "refused rows", "runs", "last recorded", "withdrawn runs")


def _source(source: "Source") -> Row:
    withdrawn = sum(run.withdrawn is not None for run in source.runs)
    last = max((run.first.recorded_at for run in source.runs), default=None)
    numbers = (source.rank, source.holding, source.in_conflict, source.refused, len(source.runs))
    return (source.name, *map(str, numbers), "" if last is None else to_text(last), str(withdrawn))


_RUN: Final = ("run", "recorded", "by", "file", "said", "hold now", "rows", "refused", "withdrawn")


def _run(run: "Run", *, whole: bool) -> Iterator[Row]:
    """A line a file; the run itself on the first, or on each for a spreadsheet."""
    rows = ("", "") if run.rows is None else (str(run.rows.read), str(run.rows.refused))
    withdrawn = "" if run.withdrawn is None else to_text(run.withdrawn.recorded_at)
    own = (run.name, to_text(run.first.recorded_at), run.first.actor)
    listed = run.files if whole or len(run.files) <= _RUNS else run.files[:_RUNS]
    for at, file in enumerate(listed):
        first = at == 0 or whole
        left, right = (own, (*rows, withdrawn)) if first else (("", "", ""), ("", "", ""))
        yield (*left, file.name or "(request)", str(file.told), str(file.holding), *right)
    if not run.files:
        yield (*own, "", "0", "0", *rows, withdrawn)
    if len(listed) < len(run.files):
        yield ("", "", "", f"… and {len(run.files) - len(listed)} more files", "", "", "", "", "")


_CONFLICT: Final = ("of", "what", "answered", "by", "outvoted", "by", "from", "because")


def _conflict(view: "View", conflict: "Conflict") -> Row:
    from thread.service.provenance import word_of

    answer, other = conflict.answer, conflict.other
    node = view.find(other.subject)
    return (
        view.label(node) if node >= 0 else other.subject,
        word_of(view.ontology, other.predicate),
        "nothing" if answer is None else said(view, answer),
        "" if answer is None else answer.source,
        said(view, other),
        other.source,
        place(other),
        "higher rank" if conflict.by_rank else "recorded later",
    )


def said(view: "View", statement: "Statement") -> str:
    """What a statement says, without whom it is about."""
    from thread.cli.wording import text

    if statement.value is not None:
        return text(statement.value)
    node = view.find(str(statement.object))
    return view.label(node) if node >= 0 else str(statement.object)


def place(statement: "Statement") -> str:
    """File and row of a statement; the request where there is none."""
    if not statement.origin:
        return f"request {statement.run}"
    return f"{statement.origin} row {statement.row}" if statement.row else statement.origin


# -- audit


def audit(
    ref: str,
    store: str | None,
    as_of: AsOf,
    *,
    predicates: Sequence[str],
    incoming: bool,
    first: int,
    as_json: bool,
    as_csv: bool,
) -> Exit:
    """Print what was ever told of a thing, oldest first; NO where nothing has that name."""
    if as_json:
        variables = {"of": ref, "predicates": list(predicates) or None, "incoming": incoming, "first": first}
        return execute_document("audit", variables, store, as_of)
    with reading(store, as_of) as (service, context):
        node = service.lookup(context, ref).one()
        told = _audited(service, context, node, predicates, incoming=incoming)
        view = service.view(context)
        rows = [_told(view, each, node) for each in told[-first:]]
        if not as_csv:
            say(emphasis(f"{view.label(node)}: {plural(len(told), 'change')}, oldest first"))
        _print(_TOLD, rows, as_csv=as_csv)
        if len(rows) < len(told) and not as_csv:
            say(f"the last {len(rows):,} of {len(told):,}; --first lists more")
    return Exit.OK


def _audited(
    service: "Service", context: "Context", node: int, names: Sequence[str], *, incoming: bool
) -> "list[Told]":
    from thread.service.provenance import predicates_named

    predicates = predicates_named(service.ontology, names) if names else None
    return service.audit(context, node, predicates, incoming=incoming)


_TOLD: Final = ("recorded", "source", "what", "fact", "holds", "replacing", "from", "by")
_VERBS: Final = {"STATED": "said", "ENDED": "ended", "WITHDRAWN": "withdrew"}
_EFFECTS: Final = {"ANSWERS": "", "SUPPORTS": ", as another did", "OUTVOTED": ", outvoted", "NONE": ", no effect"}


def _told(view: "View", told: "Told", node: int) -> Row:
    from thread.cli.wording import span
    from thread.service.provenance import word_of

    change, claim = told.change, told.change.claim
    subject = "" if claim.subject == view.iri(node) else f"{_label(view, claim.subject)} "
    of = f" of {claim.source}" if change.kind == "WITHDRAWN" and claim.source != told.by.source else ""
    return (
        to_text(told.by.recorded_at),
        told.by.source,
        _VERBS[change.kind] + of + _EFFECTS[change.effect],
        f"{subject}{word_of(view.ontology, claim.predicate)} {said(view, claim)}",
        span(claim.valid_from, claim.valid_to),
        "; ".join(dict.fromkeys(_replaced(view, claim, each) for each in change.replaced)),
        place(claim) if change.kind != "WITHDRAWN" else f"request {told.by.request_id}",
        told.by.actor,
    )


def _replaced(view: "View", claim: "Statement", before: "Statement") -> str:
    from thread.cli.wording import span

    same = (before.object, before.value) == (claim.object, claim.value)
    return span(before.valid_from, before.valid_to) if same else f"{said(view, before)} ({before.source})"


def _label(view: "View", iri: str) -> str:
    node = view.find(iri)
    return view.label(node) if node >= 0 else iri


def _print(heads: Sequence[str], rows: Sequence[Row], *, as_csv: bool, more: int = 0, none: str = "") -> None:
    if as_csv:
        for line in _csv(heads, rows):
            say(line)
        return
    if not rows and none:
        say(none)
        return
    for line in table(rows, heads):
        say(line)
    if more > 0:
        say(f"and {more:,} more; --first lists them")


def _csv(heads: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """Rows for a spreadsheet, guarded against formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (heads, *rows):
        writer.writerow([guarded(cell) for cell in row])
    return out.getvalue().splitlines()
