"""What does a health answer look like? A line for each thing; and why: who takes how much, and what to restore."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, moment, words
from thread.terms import local_name

if TYPE_CHECKING:
    from thread.reasoning.health.answer import Contribution, Health


def health(refs: list[str], store: str | None, as_of: AsOf, *, as_json: bool) -> Exit:
    """Print the health of things; NO where a reference names nothing."""
    if as_json:
        return execute_document("health", {"of": refs}, store, as_of)
    with reading(store, as_of) as (service, context):
        found = service.health(context, find_all(service, context, refs))
        for line in lines(found, Speaker(service.view(context))):
            say(line)
    return Exit.OK


def explain(ref: str, store: str | None, as_of: AsOf, *, first: int, as_json: bool) -> Exit:
    """Print why a health is what it is; NO where the reference names nothing."""
    if as_json:
        return execute_document("explain", {"of": [ref], "first": first}, store, as_of)
    with reading(store, as_of) as (service, context):
        (found,) = service.health(context, find_all(service, context, [ref]))
        for line in reasons(found, Speaker(service.view(context)), first):
            say(line)
    return Exit.OK


def lines(found: "Sequence[Health]", speaker: Speaker) -> Iterator[str]:
    """Health of several things as a table."""
    rows = [
        (speaker.name(one.node), one.grade.value, number(one.score), number(one.low), share(one.known)) for one in found
    ]
    yield from table(rows, ("what", "grade", "health", "at least", "known"), indent="  ")


def number(value: float | None) -> str:
    """Health or a part of it, to a thousandth.

    >>> number(0.62), number(None)
    ('0.62', 'unknown')
    """
    return "unknown" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def share(value: float | None) -> str:
    """A share in percent; of nothing: none."""
    return "" if value is None else f"{value:.0%}"


def reasons(one: "Health", speaker: Speaker, first: int) -> Iterator[str]:
    """Why a health is what it is."""
    view = speaker.view
    yield emphasis(
        f"{speaker.described(one.node)}: {one.grade.value}, health {number(one.score)}, {moment(view.valid_at)}"
    )
    known = f"{share(one.known)} of what it rests on is known" if one.known is not None else "nothing is known of it"
    yield f"  at least {number(one.low)}; {known}; model {one.model}"
    loss = 1.0 - one.upper
    if loss > 0:
        yield ""
        exact = "" if one.shares.exact else ", as a mean over random orders"
        yield emphasis(f"Where {number(loss)} is lost{exact}")
        found = one.contributions()
        yield from table([_row(each, speaker) for each in found[:first]], indent="  ")
        if len(found) > first:
            yield f"  … and {number(sum(each.delta for each in found[first:]))} by {len(found) - first} more"
        yield ""
        yield emphasis(f"Held there by {plural(len(one.certificate()), 'chain')}")
        for path in one.certificate():
            yield f"  {speaker.path(path)}"
        yield ""
        yield emphasis("What to restore, one after the other")
        steps = one.ladder()
        yield from table([(speaker.name(step.node), f"→ {number(step.score)}") for step in steps], indent="  ")
    if one.missing:
        yield ""
        yield f"Nothing is known of {plural(len(one.missing), 'thing')}: {speaker.several(one.missing)}"


def _row(each: "Contribution", speaker: Speaker) -> tuple[str, str, str, str]:
    evidence = f" ({speaker.several(each.evidence, 3)})" if each.evidence else ""
    way = speaker.path(each.path, start=False) if each.path.links else "itself"
    return number(each.delta), speaker.name(each.source), words(local_name(each.rule)).strip() + evidence, way
