"""What does a lineage answer look like? What was reached, by distance, with the link that led there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, completeness, moment, words
from thread.errors import InputError, known_near
from thread.terms import upper_snake

if TYPE_CHECKING:
    from thread.ontology.model import Ontology
    from thread.reasoning.lineage import Lineage, LineageHit


def lineage(
    refs: list[str],
    store: str | None,
    as_of: AsOf,
    *,
    down: bool,
    depth: int,
    kinds: list[str],
    first: int,
    as_json: bool,
) -> Exit:
    """Print what things came from, or went into; NO where a reference names nothing."""
    if as_json:
        asked = {"direction": "DOWNSTREAM" if down else "UPSTREAM", "maxDepth": depth}
        report = {"report": [upper_snake(kind) for kind in kinds]} if kinds else {}
        return execute_document("lineage", {"of": refs, "input": asked | report, "first": first}, store, as_of)
    from thread.reasoning.lineage import Direction, LineageQuery

    with reading(store, as_of) as (service, context):
        roots = find_all(service, context, refs)
        query = LineageQuery(
            direction=Direction.DOWNSTREAM if down else Direction.UPSTREAM,
            max_depth=depth,
            report=frozenset(_ordinal(service.ontology, kind) for kind in kinds) or None,
        )
        answer = service.lineage(context, roots, query)
        for line in lines(answer, Speaker(answer.view), first):
            say(line)
    return Exit.OK


def lines(answer: "Lineage", speaker: Speaker, first: int) -> Iterator[str]:
    """The answer as it is printed."""
    total = answer.counts().total
    down = answer.query.direction.value == "DOWNSTREAM"
    yield emphasis(_headline(answer, speaker, down))
    yield ""
    rows = [_row(hit, answer, speaker) for hit in answer.hits(0, first)]
    if rows:
        yield from table(rows, ("far", "what", "kind", "by"), indent="  ")
    else:
        yield "  nothing"
    if total > first:
        yield f"  … and {total - first:,} more; --first {min(total, 500)} lists them"
    yield ""
    yield plural(total, "entity", "entities")
    yield from completeness(answer.completeness, speaker)


def _headline(answer: "Lineage", speaker: Speaker, down: bool) -> str:
    named = ", ".join(f"{speaker.name(node)} ({speaker.kind(node)})" for node in answer.roots)
    return f"What {'came of' if down else 'is behind'} {named}, {moment(speaker.view.valid_at)}:"


def _row(hit: "LineageHit", answer: "Lineage", speaker: Speaker) -> tuple[str, str, str, str]:
    found = answer.paths(hit.node, limit=1).paths
    by = (
        speaker.path(found[0], start=len(answer.roots) > 1)
        if found
        else ", ".join(_verb(answer, relation) for relation in hit.via)
    )
    return str(hit.degree), speaker.name(hit.node), speaker.kind(hit.node), by


def _verb(answer: "Lineage", relation: int) -> str:
    return words(answer.view.ontology.relations[relation].name)


def _ordinal(ontology: "Ontology", name: str) -> int:
    found = ontology.by_name.get(name)
    if found is None or found.iri not in ontology.kind:
        names = (kind.name for kind in ontology.kinds)
        raise InputError(f'There is no kind "{name}".', code="unknown-kind", hint=known_near(name, names, "kinds"))
    return found.ordinal
