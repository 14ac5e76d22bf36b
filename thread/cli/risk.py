"""What does a risk look like? A number with its bounds, what accounts for it, what stops it alone; what to do first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from thread.cli.asking import DOCUMENTS, execute, find_all, tell_errors
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say, say_json
from thread.cli.impact import named
from thread.cli.tables import emphasis, folded, plural, table
from thread.cli.wording import Speaker, completeness
from thread.errors import LimitError
from thread.terms import local_name

if TYPE_CHECKING:
    from thread.reasoning.risk.plant.answer import EventRisk, Risk
    from thread.reasoning.risk.plant.first import First


def risk(ref: str, store: str | None, as_of: AsOf, *, horizon: str, order: int, first: int, as_json: bool) -> Exit:
    """Print how likely something stops and why."""
    if as_json:
        return _as_json("risk", {"of": [ref], "horizon": horizon, "order": order, "first": first}, store, as_of)
    from thread.service.risks import horizon_hours

    hours = horizon_hours(horizon)
    with reading(store, as_of) as (service, context):
        (answer,) = service.risk(context, find_all(service, context, [ref]), hours)
        for line in _lines(answer, Speaker(service.view(context)), horizon, order, first):
            say(line)
    return Exit.OK


def first(of: list[str], store: str | None, as_of: AsOf, *, horizon: str, first: int, as_json: bool) -> Exit:
    """Print what to maintain first."""
    if as_json:
        return _as_json("first", {"of": of or None, "horizon": horizon, "first": first}, store, as_of)
    from thread.service.risks import horizon_hours

    hours = horizon_hours(horizon)
    with reading(store, as_of) as (service, context):
        answer = service.first(context, find_all(service, context, of), hours)
        for line in _ranking(answer, Speaker(service.view(context)), horizon, first):
            say(line)
    return Exit.OK


def _as_json(name: str, variables: dict[str, object], store: str | None, as_of: AsOf) -> Exit:
    with reading(store) as (service, _):
        found = execute(service, DOCUMENTS[name], {**variables, "at": as_of.as_input()})
    if found.get("errors"):
        return tell_errors(found)
    answer = next(iter(found["data"].values()))
    say_json(answer[0] if isinstance(answer, list) else answer)
    return Exit.NO if answer == [None] else Exit.OK


def percent(value: float) -> str:
    """A probability with two digits that count.

    >>> percent(0.12345), percent(0.000123), percent(1.0), percent(0.0)
    ('12 %', '0.012 %', '100 %', '0 %')
    """
    return f"{100 * value:.2g} %" if value < 0.995 else f"{100 * value:.4g} %"


def _lines(answer: "Risk", speaker: Speaker, horizon: str, order: int, first: int) -> Iterator[str]:
    yield from (emphasis(line) for line in folded(_headline(answer, speaker, horizon)))
    yield from _events(answer, speaker, first)
    yield from named(answer.single_points, "that stop it alone", speaker)
    yield from _cut_sets(answer, speaker, order, first)
    yield from _common(answer, speaker)
    if answer.leaves.uncalibrated:
        yield ""
        yield "Health has raised some hazards by HR(h) = 10 ^ (1 - h), a convention that is not calibrated."
    yield ""
    yield from completeness(answer.completeness, speaker)


def _headline(answer: "Risk", speaker: Speaker, horizon: str) -> str:
    name, found = speaker.described(answer.top), answer.probability
    if answer.down_now:
        return f"{name} is down now."
    how = {"exact": "exactly", "bounded": "between", "sampled": "by throws, between"}[found.method.value]
    told = percent(found.value)
    bounds = "" if found.low == found.high else f" {percent(found.low)} and {percent(found.high)}"
    return f"{name} is down within {horizon} with {told} ({how}{bounds}), if nothing is repaired."


def _events(answer: "Risk", speaker: Speaker, first: int) -> Iterator[str]:
    try:
        events = [each for each in answer.by_share if each.share > 0.0]
    except LimitError as error:
        yield ""
        yield str(error)
        return
    if not events:
        return
    yield ""
    yield emphasis(f"{plural(len(events), 'event')} account for it")
    head = ("share", "fails", "what", "because")
    yield from table([head, *(_event(each, answer, speaker) for each in events[:first])], indent="  ")
    if len(events) > first:
        yield f"  … and {len(events) - first:,} more"


def _event(found: "EventRisk", answer: "Risk", speaker: Speaker) -> tuple[str, str, str, str]:
    event = found.event
    what = speaker.name(event.node)
    if event.cause.value != "OWN":
        what += f" ({local_name(event.by or '')}: {plural(len(event.members), 'thing')} at once)"
    chain = speaker.path(answer.path(event))
    age = "" if found.life is None or found.life.age_hours is None else f"{found.life.age_hours:,.0f} h old; "
    return percent(found.share), percent(found.importance.probability), what, age + chain


def _cut_sets(answer: "Risk", speaker: Speaker, order: int, first: int) -> Iterator[str]:
    if order < 2:
        return
    try:
        counts, sets = answer.cut_sets(order)
    except LimitError as error:
        yield ""
        yield str(error)
        return
    pairs = [each for each in sets if len(each) > 1]
    if pairs:
        yield ""
        size = "2" if order == 2 else f"2 to {order}"
        yield emphasis(f"{sum(counts.counts[2 : order + 1]):,} minimal sets of {size} that stop it together")
        for each in pairs[:first]:
            yield "  " + " + ".join(speaker.short(event.node) for event in each)
        if len(pairs) > first:
            yield f"  … and {len(pairs) - first:,} more"


def _common(answer: "Risk", speaker: Speaker) -> Iterator[str]:
    found = answer.common_causes()
    if found:
        yield ""
        yield emphasis(f"{plural(len(found), 'common cause')} that would break its redundancy")
        rows = [
            (
                speaker.name(each.node),
                local_name(each.by),
                "beta not said" if each.beta is None else f"beta {each.beta:g}",
                speaker.several(each.members),
            )
            for each in found
        ]
        yield from table(rows, indent="  ")
    for belief in answer.beliefs:
        yield (
            f"  {speaker.short(belief.node)} is of the worse class with {percent(belief.posterior)}: "
            f"{belief.failures} failures, {belief.expected:.2g} expected"
        )


def _ranking(answer: "First", speaker: Speaker, horizon: str, first: int) -> Iterator[str]:
    tops = ", ".join(speaker.short(top) for top, _ in answer.tops)
    yield from (emphasis(line) for line in folded(f"What to renew first, so that {tops} runs for {horizon}:"))
    yield ""
    rows = [("priority", "fails", "if new", "cost", "what", "so that")]
    for each in answer.candidates[:first]:
        top = each.tops[0]
        rows.append(
            (
                f"{each.priority:.3g}",
                percent(each.before),
                percent(each.after),
                f"{each.cost:g}",
                speaker.name(each.node),
                f"{speaker.short(top.top)} ({top.birnbaum:.2g})",
            )
        )
    yield from table(rows, indent="  ") if len(rows) > 1 else iter(["  Nothing: no renewal takes a known risk away."])
    if len(answer.candidates) > first:
        yield f"  … and {len(answer.candidates) - first:,} more"
    yield ""
    yield from completeness(answer.completeness, speaker)
