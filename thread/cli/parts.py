"""What do answers about designs and parts look like? Structures, uses, differences, recalls, changes, coverage."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, instant, reading, say
from thread.cli.siblings import exposure, where
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, completeness, moment
from thread.errors import InputError

if TYPE_CHECKING:
    from thread.reasoning.bom import Line
    from thread.reasoning.configuration import Configuration, StructureView
    from thread.reasoning.coverage import Coverage
    from thread.reasoning.differing import Difference, Differences
    from thread.reasoning.recall import Recall, Trace
    from thread.reasoning.used import Used

VIEWS: Final = {"designed": "AS_DESIGNED", "built": "AS_BUILT", "maintained": "AS_MAINTAINED"}
_LISTED: Final = 12


def structure(ref: str, store: str | None, as_of: AsOf, *, view: str, first: int, as_json: bool) -> Exit:
    """Print what something consists of; NO where the reference names nothing."""
    if as_json:
        return execute_document("structure", {"of": ref, "view": _view_name(view), "first": first}, store, as_of)
    with reading(store, as_of) as (service, context):
        (item,) = find_all(service, context, [ref])
        answer = service.parts(context, item, _view(view))
        _say(_structure(answer, Speaker(answer.view), view, first))
    return Exit.OK


def where_used(ref: str, store: str | None, as_of: AsOf, *, first: int, as_json: bool) -> Exit:
    """Print where a design is used; NO where the reference names nothing."""
    if as_json:
        return execute_document("where-used", {"of": ref, "first": first}, store, as_of)
    with reading(store, as_of) as (service, context):
        (design,) = find_all(service, context, [ref])
        answer = service.where_used(context, design)
        _say(_used(answer, Speaker(answer.view), first))
    return Exit.OK


def diff(
    left: tuple[str, str], right: tuple[str, str], store: str | None, known: str | None, *, first: int, as_json: bool
) -> Exit:
    """Print what differs between two structures, each a reference and ``VIEW`` or ``VIEW@TIME``."""
    sides = [(ref, *_side(view, known)) for ref, view in (left, right)]
    if as_json:
        named = [{"of": ref, "view": VIEWS[view], "at": as_of.as_input()} for ref, view, as_of in sides]
        return execute_document("diff", {"left": named[0], "right": named[1], "first": first}, store, None)
    found = []
    with reading(store, sides[1][2]) as (service, context):
        for ref, view, as_of in sides:
            valid_at, known_at = as_of.instants()
            frame = service.context(valid_at=valid_at, known_at=known_at)
            (item,) = find_all(service, frame, [ref])
            found.append(service.parts(frame, item, _view(view)))
        answer = service.differences(found[0], found[1])
        _say(_differences(answer, Speaker(service.view(context)), first))
    return Exit.OK


def recall(ref: str, store: str | None, as_of: AsOf, *, back: bool, first: int, as_json: bool) -> Exit:
    """Print a recall, or with ``back`` a trace; NO where the reference names nothing."""
    if as_json:
        given = {"of": ref} if back else {"of": ref, "first": first}
        return execute_document("trace" if back else "recall", given, store, as_of)
    with reading(store, as_of) as (service, context):
        (root,) = find_all(service, context, [ref])
        speaker = Speaker(service.view(context))
        if back:
            _say(_trace(service.trace(context, root), speaker))
        else:
            _say(_recall(service.recall(context, root), speaker, first))
    return Exit.OK


def change(
    old: str,
    new: str | None,
    store: str | None,
    as_of: AsOf,
    *,
    from_serial: str | None,
    from_date: str | None,
    first: int,
    as_json: bool,
) -> Exit:
    """Print what replacing a revision affects; NO where a reference names nothing."""
    if from_serial is None and from_date is None:
        raise InputError("A change holds from somewhere on.", hint="Give --from-serial, --from-date, or both.")
    date = None if from_date is None else instant(from_date)
    if as_json:
        from thread.clock import to_text

        effective = {"fromSerial": from_serial, "fromDate": None if date is None else to_text(date)}
        given = {"of": old, "new": new, "effective": effective, "first": first}
        return execute_document("change", given, store, as_of)
    from thread.reasoning.changing import Effectivity

    with reading(store, as_of) as (service, context):
        nodes = [*find_all(service, context, [old, *([new] if new else [])]), -1]
        answer = service.change(context, nodes[0], nodes[1], Effectivity(from_serial, date))
        speaker = Speaker(answer.view)
        lines = [emphasis(f"If {speaker.described(answer.old)} is replaced, {moment(answer.view.valid_at)}:")]
        rows = [
            (row.verdict.value.lower().replace("_", " "), row.role.value.lower().replace("_", " "),
             speaker.name(row.node), row.why)
            for row in answer.rows[:first]
        ]  # fmt: skip
        _say([*lines, *_rows(rows, ("verdict", "as", "what", "why")), *_more(len(answer.rows), first), ""])
        _say(completeness(answer.completeness, speaker))
    return Exit.OK


def coverage(ref: str, out: list[str], store: str | None, as_of: AsOf, *, as_json: bool) -> Exit:
    """Print which failure modes are detected; NO where a reference names nothing."""
    if as_json:
        return execute_document("coverage", {"of": ref, "out": out}, store, as_of)
    with reading(store, as_of) as (service, context):
        (thing,) = find_all(service, context, [ref])
        answer = service.coverage(context, thing, find_all(service, context, out))
        _say(_coverage(answer, Speaker(answer.view), bool(out)))
    return Exit.OK


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _rows(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> Iterator[str]:
    yield from table(rows, heads, indent="  ") if rows else ["  nothing"]


def _more(total: int, first: int) -> Iterator[str]:
    if total > first:
        yield f"  … and {total - first:,} more; --first {min(total, 500)} lists them"


def _view_name(view: str) -> str:
    if view not in VIEWS:
        raise InputError(f'There is no view "{view}".', code="invalid", hint=f"Known: {', '.join(VIEWS)}.")
    return VIEWS[view]


def _view(view: str) -> "StructureView":
    from thread.reasoning.configuration import StructureView

    return StructureView(_view_name(view))


def _side(view: str, known: str | None) -> tuple[str, AsOf]:
    name, _, time = view.partition("@")
    _view_name(name)
    return name, AsOf(time or None, known)


def _pieces(quantity: Decimal | None) -> str:
    return "?" if quantity is None else format(quantity, "f")


def _structure(answer: "Configuration", speaker: Speaker, view: str, first: int) -> Iterator[str]:
    yield emphasis(f"{speaker.described(answer.root)} as {view}, {moment(speaker.view.valid_at)}:")
    lines = answer.lines[:first]
    rows = [
        (
            str(answer.level(line.parent) + line.counts),
            speaker.short(line.position) if line.position >= 0 else line.find or "",
            _pieces(line.quantity),
            speaker.name(line.child) if line.child >= 0 else "empty",
            speaker.short(line.design) if line.design >= 0 and line.design != line.child else "",
        )
        for line in lines
    ]
    yield from _rows(rows, ("level", "place", "pieces", "what", "made to"))
    yield from _more(len(answer.lines), first)
    yield ""
    yield from completeness(answer.completeness, speaker)


def _used(answer: "Used", speaker: Speaker, first: int) -> Iterator[str]:
    yield emphasis(f"Where {speaker.described(answer.design)} is used, {moment(speaker.view.valid_at)}:")
    uses = answer.uses
    rows = [
        (
            str(use.level),
            _pieces(use.quantity),
            speaker.name(use.node),
            speaker.path(answer.path(use.node), start=False),
        )
        for use in uses[:first]
    ]
    yield from _rows(rows, ("level", "pieces", "in", "by way of"))
    yield from _more(len(uses), first)
    places = answer.units
    if len(places.nodes):
        yield ""
        yield emphasis(f"{plural(len(places.nodes), 'item')} made to it")
        items = range(len(places.nodes))
        order = sorted(items, key=lambda at: (int(places.where[at]), speaker.view.iri(int(places.nodes[at]))))
        yield from table(
            [(speaker.name(int(places.nodes[at])), where(places, at, speaker), exposure(places, at))
             for at in order[:first]], indent="  ",
        )  # fmt: skip
        yield from _more(len(order), first)
    yield ""
    yield from completeness(answer.completeness, speaker)


def _differences(answer: "Differences", speaker: Speaker, first: int) -> Iterator[str]:
    left, right = (side.kind.value.lower().replace("_", " ") for side in (answer.left, answer.right))
    names = [speaker.short(side.root) for side in (answer.left, answer.right)]
    yield emphasis(f"What {names[1]} {right} has otherwise than {names[0]} {left}:")
    rows = [
        (
            d.kind.value.lower(),
            _place(d, speaker),
            _held(d.left, speaker),
            _held(d.right, speaker),
            _why(answer, d, speaker),
        )
        for d in answer.entries[:first]
    ]
    yield from _rows(rows, ("", "place", "left", "right", "because of"))
    yield from _more(len(answer.entries), first)
    yield ""
    yield from completeness(answer.completeness, speaker)


def _place(difference: "Difference", speaker: Speaker) -> str:
    sides = [line for line in (difference.right, difference.left) if line is not None]
    position = next((line.position for line in sides if line.position >= 0), -1)
    return speaker.short(position) if position >= 0 else next((line.find for line in sides if line.find), "")


def _held(line: "Line | None", speaker: Speaker) -> str:
    return "" if line is None or line.child < 0 else f"{_pieces(line.quantity)} {speaker.short(line.child)}"


def _why(answer: "Differences", difference: "Difference", speaker: Speaker) -> str:
    from thread.reasoning.causes import causes_of

    nodes = [cause.node for cause in causes_of(answer, difference) if cause.node is not None]
    return speaker.several(list(dict.fromkeys(nodes)))


def _recall(answer: "Recall", speaker: Speaker, first: int) -> Iterator[str]:
    from thread.reasoning.places import Whereabouts
    from thread.reasoning.recall import action_of

    yield emphasis(f"What came of {speaker.described(answer.root)}, {moment(speaker.view.valid_at)}:")
    places = answer.items
    order = sorted(
        range(len(places.nodes)), key=lambda at: (int(places.where[at]), speaker.view.iri(int(places.nodes[at])))
    )
    rows = [
        (
            action_of(Whereabouts(int(places.where[at]))).value.lower(),
            speaker.name(int(places.nodes[at])),
            where(places, at, speaker),
            exposure(places, at),
        )
        for at in order[:first]
    ]
    yield from _rows(rows, ("do", "what", "where", "in service"))
    yield from _more(len(order), first)
    for nodes, what in (
        (answer.batches, "lot of which the rest is to be quarantined"),
        (answer.products, "thing that ever had one of them in it"),
        (answer.orders, "order served"),
        (answer.work_orders, "work order"),
        (answer.failures, "failure"),
    ):
        if nodes:
            noun, _, more = what.partition(" ")
            yield ""
            yield emphasis(plural(len(nodes), what, f"{noun}s {more}".strip() if noun != "work" else "work orders"))
            yield f"  {speaker.several(nodes, _LISTED)}"
    yield ""
    yield from completeness(answer.completeness, speaker)


def _trace(answer: "Trace", speaker: Speaker) -> Iterator[str]:
    from thread.terms import UpperKind

    yield emphasis(f"What {speaker.described(answer.root)} was made of:")
    kinds = (UpperKind.BATCH, UpperKind.SUPPLIER, UpperKind.COMPONENT, UpperKind.ASSET, UpperKind.PROCESS_STEP)
    rows = [(str(degree), speaker.name(node), speaker.kind(node)) for node, degree in answer.of_kind(*kinds)]
    yield from _rows(rows, ("far", "what", "kind"))
    if answer.gaps:
        yield ""
        yield emphasis("where the trace breaks")
        yield from table([(speaker.name(node), said) for node, said in answer.gaps], indent="  ")
    yield ""
    yield from completeness(answer.completeness, speaker)


def _coverage(answer: "Coverage", speaker: Speaker, outage: bool) -> Iterator[str]:
    yield emphasis(
        f"What shows the failure modes of {speaker.described(answer.root)}, {moment(speaker.view.valid_at)}:"
    )

    def said(row: Any) -> str:
        if not row.before:
            return "nothing"
        return ("nothing any more: " if outage and not row.after else "") + speaker.several(
            [each.sensor for each in row.sensors if each.before]
        )

    rows = [(speaker.name(row.thing), speaker.name(row.mode), said(row)) for row in answer.rows]
    yield from _rows(rows, ("what", "failure mode", "shown by"))
    yield ""
    yield from completeness(answer.completeness, speaker)
