"""What does an impact answer look like? Four lists, each entry with its because, then the work orders."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, instant, reading, say
from thread.cli.tables import emphasis, folded, plural, table
from thread.cli.wording import Speaker, completeness, moment, span
from thread.errors import InputError
from thread.terms import THR, UpperKind

if TYPE_CHECKING:
    from thread.reasoning.impact import Effect, EffectKind, GateLoss, Impact, ImpactQuery
    from thread.reasoning.orders import Collision

_TITLES: Final = {
    "STOPS": ("stops", "stop"),
    "LOSES_REDUNDANCY": ("loses redundancy", "lose redundancy"),
    "DEGRADES": ("degrades", "degrade"),
    "GOES_DARK": ("goes dark", "go dark"),
}
_CARRIERS: Final = (UpperKind.ASSET, UpperKind.POSITION, UpperKind.COMPONENT, UpperKind.SENSOR)
_LISTED: Final = 20
_OPEN_END: Final = "2199-01-01"
"""A window of GraphQL has an end."""


def impact(
    refs: list[str],
    store: str | None,
    as_of: AsOf,
    *,
    fail: bool,
    window: tuple[str | None, str | None],
    first: int,
    as_json: bool,
) -> Exit:
    """Print what taking things out does; NO where a reference names nothing."""
    if as_json:
        given = {"mode": "FAIL" if fail else "OUT_OF_SERVICE", "window": _window_input(window)}
        return execute_document("impact", {"of": refs, "input": given, "first": first}, store, as_of)
    query = _query(fail, window)
    with reading(store, AsOf(as_of.at or window[0], as_of.known)) as (service, context):
        answer = service.impact(context, find_all(service, context, refs), query)
        speaker = Speaker(service.view(context))
        for line in folded(_headline(answer, speaker, fail)):
            say(emphasis(line))
        for line in lines(answer, speaker, first):
            say(line)
    return Exit.OK


def lines(answer: "Impact", speaker: Speaker, first: int) -> Iterator[str]:
    """The answer as it is printed, below its headline."""
    for kind in _kinds():
        total = answer.total([kind])
        if total:
            yield ""
            yield from (emphasis(line) for line in folded(_title(answer, kind, total, speaker), "  "))
            effects = answer.effects([kind], 0, first)
            yield from tree(effects, speaker) if kind.value == "STOPS" else table(_rows(effects, speaker), indent="  ")
            if total > first:
                yield f"  … and {total - first:,} more; --first {min(total, 500)} lists them"
    if not answer.total():
        yield ""
        yield from folded(_nothing(answer, speaker))
    yield from named(answer.observed_by_nothing(), "observed by nothing any more", speaker)
    yield from _collisions(answer.collisions(), speaker)
    yield from named(answer.undated_orders(), "with an open order that has no date", speaker)
    yield from _single_points(answer, speaker)
    yield from named(answer.held_up_by_loop(), "up only by a loop that could not start again", speaker)
    yield from named(answer.already_down(), "down before", speaker)
    yield ""
    yield from completeness(answer.completeness, speaker)


def _nothing(answer: "Impact", speaker: Speaker) -> str:
    """Why an outage has no effects: nothing needs what is out, or what is named can fail nobody."""
    view = speaker.view
    carriers = view.ontology.subkinds(*_CARRIERS)
    idle = [node for node in answer.targets if view.kind(node) >= 0 and view.kind(node) not in carriers]
    if not idle or len(idle) < len(answer.targets):
        return "Nothing else stops, loses its redundancy or goes dark."
    kinds = " or ".join(dict.fromkeys(speaker.kind(node) for node in idle))
    said = f"Nothing stops: no failure is carried from a {kinds}, only from assets, positions, parts and sensors."
    orders = view.ontology.subkinds(UpperKind.WORK_ORDER)
    relations = view.ontology.subrelations(THR + "performedOn")
    worked = [
        int(there)
        for node in idle
        if view.kind(node) in orders
        for there in view.links_from(node, relations).object.tolist()
    ]
    if worked:
        return f"{said} Ask for what it works on: thread impact {' '.join(speaker.short(node) for node in worked)}"
    return f"{said} What came of it: thread lineage {' '.join(speaker.short(node) for node in idle)} --down"


def _headline(answer: "Impact", speaker: Speaker, fail: bool) -> str:
    named = " and ".join(speaker.described(node) for node in answer.targets)
    within = len(answer.scope) - len(answer.targets)
    what = "fails" if len(answer.targets) == 1 else "fail"
    if not fail:
        what = "is taken out" if len(answer.targets) == 1 else "are taken out"
        what += f" with {plural(within, 'part')} and serials" if within > 0 else ""
    return f"If {named} {what}, {moment(speaker.view.valid_at)}:"


def _title(answer: "Impact", kind: "EffectKind", total: int, speaker: Speaker) -> str:
    """How many of which kinds, the rarest first: a line before its guns."""
    kinds = speaker.view.ontology.kinds
    found = sorted((count, kinds[ordinal].label) for effect, ordinal, count in answer.counts() if effect is kind)
    by_kind = ", ".join(label if count == 1 else plural(count, label) for count, label in found)
    return f"{total:,} {_TITLES[kind.value][total != 1]}: {by_kind}"


def tree(effects: "Iterable[Effect]", speaker: Speaker) -> Iterator[str]:
    """A cascade: each entry below the one that stops it, with the link that carries it on."""
    below: dict[int | None, list[Effect]] = {}
    listed: set[int] = set()
    for effect in effects:  # nearest first, so that what stops an entry is listed before it
        chain = effect.because.nodes
        parent = chain[-2] if len(chain) > 1 and chain[-2] in listed else None
        below.setdefault(parent, []).append(effect)
        listed.add(effect.node)
    waiting = [(effect, 1) for effect in reversed(below.get(None, []))]
    while waiting:
        effect, depth = waiting.pop()
        yield "  " * depth + _carried(effect, speaker, whole=depth == 1)
        waiting += [(following, depth + 1) for following in reversed(below.get(effect.node, []))]


def _carried(effect: "Effect", speaker: Speaker, *, whole: bool) -> str:
    because, name = effect.because, speaker.described(effect.node)
    if not because.links:
        return name
    last = speaker.verb(because.links[-1], because.nodes[-2])
    before = type(because)(because.nodes[:-1], because.links[:-1], because.length - 1)
    return f"{speaker.path(before)} → {last} {name}" if whole else f"→ {last} {name}"


def _kinds() -> "tuple[EffectKind, ...]":
    from thread.reasoning.impact import EffectKind

    return tuple(EffectKind)


def _rows(effects: "Iterable[Effect]", speaker: Speaker) -> Iterator[tuple[str, str, str]]:
    for effect in effects:
        yield speaker.name(effect.node), speaker.kind(effect.node), _because(effect, speaker)


def _because(effect: "Effect", speaker: Speaker) -> str:
    if effect.dark is not None:
        return _dark(effect, effect.dark.value, speaker)
    gates = "; ".join(_gate(gate, speaker) for gate in effect.gates)
    return f"{gates} ({speaker.path(effect.because)})" if gates else speaker.path(effect.because)


def _dark(effect: "Effect", reason: str, speaker: Speaker) -> str:
    chain = effect.because
    if not chain.links:
        return "is itself taken out"
    source = speaker.short(chain.nodes[-2])
    if reason == "TARGET_OUT":
        return f"all that it watches is out: {source}"
    return f"{source} → {speaker.verb(chain.links[-1], chain.nodes[-2])} it"


def _gate(gate: "GateLoss", speaker: Speaker) -> str:
    of = speaker.short(gate.group) if gate.group is not None else ""
    what = speaker.medium(gate.medium) if gate.medium else "members"
    left = f"{gate.remaining} left, {gate.required} needed"
    spare = ", none to spare" if gate.exhausted else ""
    shared = f", all by way of {speaker.short(gate.shared_point)}" if gate.shared_point is not None else ""
    return f"{of + ' ' if of else ''}{what}: {left}{spare}{shared}"


def _collisions(found: "tuple[Collision, ...]", speaker: Speaker) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield emphasis(plural(len(found), "work order collision"))
    rows = [(_orders(each, speaker), _why(each, speaker), span(each.start, each.end)) for each in found[:_LISTED]]
    yield from table(rows, indent="  ")
    if len(found) > _LISTED:
        yield f"  … and {len(found) - _LISTED} more"


def _orders(collision: "Collision", speaker: Speaker) -> str:
    return speaker.name(collision.orders[0]) if len(collision.orders) == 1 else speaker.several(collision.orders)


def _why(collision: "Collision", speaker: Speaker) -> str:
    """Why orders collide: with each other, or a single one with the outage."""
    shares, alone = speaker.several(collision.shares), len(collision.orders) == 1
    if collision.kind.value == "SAME":
        return f"works on what is out: {shares}" if alone else f"both work on {shares}"
    if collision.kind.value == "ISOLATION":
        return f"the outage stops {shares}" if alone else f"one stops what the other works on: {shares}"
    if collision.gate is None:
        return f"both need {shares}"
    gate = collision.gate
    need = speaker.short(gate.consumer)
    if gate.group is None or gate.group != gate.consumer:
        need += f" ({speaker.short(gate.group) if gate.group is not None else speaker.medium(gate.medium or '')})"
    who = "with the outage too much" if alone else "together too much"
    return f"{who}: {need} needs {gate.required}, has {gate.remaining} left without {shares}"


def _single_points(answer: "Impact", speaker: Speaker) -> Iterator[str]:
    found = answer.new_single_points()
    if found:
        yield ""
        yield emphasis(plural(len(found), "new single point"))
        rows = [
            (
                speaker.name(point.node),
                f"{plural(point.count, 'consumer')} of {speaker.medium(point.medium)} with no other way",
            )
            for point in found[:_LISTED]
        ]
        yield from table(rows, indent="  ")


def named(nodes: tuple[int, ...], what: str, speaker: Speaker) -> Iterator[str]:
    """Things in one list, with a headline; nothing where there are none."""
    if nodes:
        yield ""
        yield emphasis(f"{len(nodes):,} {what}")
        yield from table([(speaker.name(node), speaker.kind(node)) for node in nodes[:_LISTED]], indent="  ")
        if len(nodes) > _LISTED:
            yield f"  … and {len(nodes) - _LISTED:,} more"


def _query(fail: bool, window: tuple[str | None, str | None]) -> "ImpactQuery":
    from thread.clock import END
    from thread.reasoning.impact import ImpactQuery, TargetMode

    start, end = window
    if start is None and end is not None:
        raise InputError("--to needs --from.", hint="Say when the outage starts.")
    times = (instant(start), instant(end) if end is not None else END) if start is not None else None
    return ImpactQuery(TargetMode.FAIL if fail else TargetMode.OUT_OF_SERVICE, times)


def _window_input(window: tuple[str | None, str | None]) -> dict[str, str] | None:
    from thread.clock import to_text

    query = _query(False, window)
    if query.window is None:
        return None
    start, end = query.window
    return {"start": to_text(start), "end": to_text(min(end, instant(_OPEN_END)))}
