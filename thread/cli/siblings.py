"""What does an answer about siblings look like? What is shared, then one line per item with where it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, completeness, moment
from thread.errors import InputError
from thread.terms import THR, upper_snake

if TYPE_CHECKING:
    from thread.reasoning.places import Places
    from thread.reasoning.siblings import Siblings

LOCATED_IN: Final = THR + "locatedIn"


def siblings(ref: str, store: str | None, as_of: AsOf, *, sharing: list[str], first: int, as_json: bool) -> Exit:
    """Print the siblings of an item; NO where the reference names nothing."""
    from thread.reasoning.siblings import Sharing

    names = [upper_snake(each).replace("-", "_") for each in sharing] or [each.value for each in Sharing]
    for name in names:
        if name not in Sharing.__members__:
            known = ", ".join(each.value.lower().replace("_", "-") for each in Sharing)
            raise InputError(f'Siblings do not share a "{name.lower()}".', code="invalid", hint=f"Known: {known}.")
    if as_json:
        return execute_document("siblings", {"of": ref, "sharing": names, "first": first}, store, as_of)
    with reading(store, as_of) as (service, context):
        (item,) = find_all(service, context, [ref])
        answer = service.siblings(context, item, [Sharing(name) for name in names])
        for line in lines(answer, Speaker(answer.view), first):
            say(line)
    return Exit.OK


def lines(answer: "Siblings", speaker: Speaker, first: int) -> Iterator[str]:
    """The answer as it is printed."""
    yield emphasis(f"What shares an origin with {speaker.described(answer.node)}, {moment(speaker.view.valid_at)}:")
    shared = [
        (each.value.lower().replace("_", " "), speaker.several(sorted(nodes.tolist(), key=speaker.view.iri)) or "none")
        for each, nodes in answer.origins.items()
    ]
    yield from table(shared, indent="  ")
    yield ""
    total = answer.ranked().size
    rows = []
    for one, _ in answer.hits(0, first):
        shares = ", ".join(each.value.lower().replace("_", " ") for each in one.sharing)
        rows.append(
            (speaker.name(one.node), where(answer.places, one.at, speaker), exposure(answer.places, one.at), shares)
        )
    yield from table(rows, ("what", "where", "in service", "shares"), indent="  ") if rows else ["  nothing"]
    if total > first:
        yield f"  … and {total - first:,} more; --first {min(total, 500)} lists them"
    yield ""
    counted = ", ".join(f"{count:,} {each.name.lower()}" for each, count in answer.counts())
    yield plural(total, "sibling") + (f": {counted}" if counted else "")
    yield from completeness(answer.completeness, speaker)


def where(places: "Places", at: int, speaker: Speaker) -> str:
    """Where an item is, in words."""
    from thread.reasoning.places import Whereabouts

    position = int(places.position[at])
    if position >= 0:
        return f"in {speaker.short(position)}"
    said = Whereabouts(int(places.where[at]))
    if said is Whereabouts.UNKNOWN:
        view = speaker.view
        there = view.links_from(int(places.nodes[at]), view.ontology.subrelations(LOCATED_IN)).object.tolist()
        return f"at {speaker.short(min(there))}" if there else "unknown"
    return {"STOCK": "in stock", "REPAIR": "in repair"}.get(said.name, said.name.lower())


def exposure(places: "Places", at: int) -> str:
    """How long it was in service, in hours."""
    from thread.reasoning.places import hours

    least = "at least " if places.at_least[at] else ""
    return f"{least}{hours(int(places.exposure[at])):,.0f} h"
