"""What do failures have in common? A table of suspects, likeliest first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from thread.cli.asking import execute_document, find_all
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, instant, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, completeness
from thread.clock import to_text

if TYPE_CHECKING:
    from thread.reasoning.common import CommonCause


def common_cause(
    refs: list[str], store: str | None, as_of: AsOf, *, since: str | None, first: int, as_json: bool
) -> Exit:
    """Print what failures share; NO where a reference names nothing."""
    after = None if since is None else instant(since)
    if as_json:
        given = {"of": refs, "since": None if after is None else to_text(after), "first": first}
        return execute_document("common-cause", given, store, as_of)
    with reading(store, as_of) as (service, context):
        answer = service.common_cause(context, find_all(service, context, refs), after)
        for line in _said(answer, Speaker(answer.view), first):
            say(line)
    return Exit.OK


def _said(answer: "CommonCause", speaker: Speaker, first: int) -> Iterator[str]:
    failures, of = plural(len(answer.failures), "failure"), plural(len(answer.comparable), "comparable item")
    yield emphasis(f"What {failures} share, among {of}:")
    rows = [
        (
            speaker.name(each.node),
            speaker.kind(each.node),
            f"{len(each.failed)} of {len(answer.failed)}",
            f"{each.unharmed} of {each.exposed}",
            f"{each.chance:.2g}",
        )
        for each in answer.suspects[:first]
    ]
    yield from table(rows, ("what", "kind", "failed", "unharmed", "by chance"), indent="  ") if rows else ["  nothing"]
    if len(answer.suspects) > first:
        yield f"  … and {len(answer.suspects) - first:,} more; --first lists them"
    yield ""
    yield from completeness(answer.completeness, speaker)


__all__ = ["common_cause"]
