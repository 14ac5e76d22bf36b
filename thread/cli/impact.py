"""What does an impact answer look like? Four lists, each entry with its because, then the work orders."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, instant, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, completeness, moment, span
from thread.errors import InputError

if TYPE_CHECKING:
    from thread.reasoning.impact import Effect, EffectKind, GateLoss, Impact, ImpactQuery
    from thread.reasoning.orders import Collision

_TITLES: Final = {
    "STOPS": ("stops", "stop"),
    "LOSES_REDUNDANCY": ("loses redundancy", "lose redundancy"),
    "DEGRADES": ("degrades", "degrade"),
    "GOES_DARK": ("goes dark", "go dark"),
}
_LISTED: Final = 20


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
    with reading(store, as_of) as (service, context):
        targets = find_all(service, context, refs)
        answer = service.impact(context, targets, _query(fail, window))
        for line in lines(answer, Speaker(answer.view), first, fail=fail):
            say(line)
    return Exit.OK


def lines(answer: "Impact", speaker: Speaker, first: int, *, fail: bool) -> Iterator[str]:
    """The answer as it is printed."""
    yield emphasis(_headline(answer, speaker, fail))
    for kind in _kinds():
        total = answer.total([kind])
        if total:
            yield ""
            yield emphasis(f"{total:,} {_TITLES[kind.value][total != 1]}")
            yield from table(_rows(answer.effects([kind], 0, first), speaker), indent="  ")
            if total > first:
                yield f"  … and {total - first:,} more; --first {min(total, 500)} lists them"
    if not answer.total():
        yield ""
        yield "Nothing else stops, loses its redundancy or goes dark."
    yield from _named(answer.observed_by_nothing(), "observed by nothing any more", speaker)
    yield from _collisions(answer.collisions(), speaker)
    yield from _named(answer.undated_orders(), "with an open order that has no date", speaker)
    yield from _single_points(answer, speaker)
    yield from _named(answer.held_up_by_loop(), "up only by a loop that could not start again", speaker)
    yield from _named(answer.already_down(), "down before", speaker)
    yield ""
    yield from completeness(answer.completeness, speaker)


def _headline(answer: "Impact", speaker: Speaker, fail: bool) -> str:
    named = ", ".join(f"{speaker.name(node)} ({speaker.kind(node)})" for node in answer.targets)
    within = len(answer.scope) - len(answer.targets)
    what = "fails" if len(answer.targets) == 1 else "fail"
    if not fail:
        what = "is taken out" if len(answer.targets) == 1 else "are taken out"
        what += f" with {plural(within, 'part')} and serials" if within > 0 else ""
    return f"If {named} {what}, {moment(speaker.view.valid_at)}:"


def _kinds() -> "tuple[EffectKind, ...]":
    from thread.reasoning.impact import EffectKind

    return tuple(EffectKind)


def _rows(effects: "Iterable[Effect]", speaker: Speaker) -> Iterator[tuple[str, str, str]]:
    for effect in effects:
        yield speaker.name(effect.node), speaker.kind(effect.node), _because(effect, speaker)


def _because(effect: "Effect", speaker: Speaker) -> str:
    gates = "; ".join(_gate(gate, speaker) for gate in effect.gates) if effect.effect.value != "STOPS" else ""
    chain = speaker.path(effect.because)
    if effect.dark is not None and not effect.because.links:
        return "is itself taken out" if effect.dark.value == "SENSOR_DOWN" else "all that it watches is out"
    watched = "; all that it watches is out" if effect.dark is not None and effect.dark.value == "TARGET_OUT" else ""
    return f"{gates}: {chain}" if gates else chain + watched


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
    rows = [(speaker.several(each.orders), _why(each, speaker), span(each.start, each.end)) for each in found[:_LISTED]]
    yield from table(rows, indent="  ")
    if len(found) > _LISTED:
        yield f"  … and {len(found) - _LISTED} more"


def _why(collision: "Collision", speaker: Speaker) -> str:
    shares = speaker.several(collision.shares)
    if collision.kind.value == "SAME":
        return f"same place: {shares}" if len(collision.orders) > 1 else f"works on what is out: {shares}"
    if collision.kind.value == "ISOLATION":
        return (
            f"the outage stops {shares}" if len(collision.orders) == 1 else f"one stops what the other needs: {shares}"
        )
    if collision.gate is not None:
        gate = collision.gate
        what = speaker.short(gate.group) if gate.group is not None else speaker.medium(gate.medium or "")
        at = speaker.short(gate.consumer)
        return f"together too much for {at}: {what} needs {gate.required}, {gate.remaining} left, without {shares}"
    return shares


def _single_points(answer: "Impact", speaker: Speaker) -> Iterator[str]:
    found = answer.new_single_points()
    if found:
        yield ""
        yield emphasis(plural(len(found), "new single point"))
        rows = [
            (
                speaker.name(point.node),
                f"{plural(point.count, 'consumer')} of {speaker.medium(point.medium)} hang on it",
            )
            for point in found[:_LISTED]
        ]
        yield from table(rows, indent="  ")


def _named(nodes: tuple[int, ...], what: str, speaker: Speaker) -> Iterator[str]:
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


def _window_input(window: tuple[str | None, str | None]) -> dict[str, str | None] | None:
    from thread.clock import to_text

    start, end = (None if each is None else to_text(instant(each)) for each in window)
    return {"start": start, "end": end} if start or end else None
