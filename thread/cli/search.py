"""What does a search print? Best first, with the name that matched and what else each is known by."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from thread.cli.asking import execute_document
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, say
from thread.cli.tables import emphasis, plural, table
from thread.cli.wording import Speaker, moment
from thread.errors import InputError, known_near
from thread.terms import upper_snake

if TYPE_CHECKING:
    from thread.ontology.model import Ontology
    from thread.reasoning.search import Search

_CONDITION: Final = re.compile(r"([\w.-]+)\s*(<=|>=|!=|\^=|\*=|=|<|>)\s*(.*)", re.DOTALL)
_OPERATORS: Final = {
    "=": "EQ", "!=": "NE", "<": "LT", "<=": "LTE", ">": "GT", ">=": "GTE", "^=": "PREFIX", "*=": "CONTAINS",
}  # fmt: skip


def search(
    text: str, store: str | None, as_of: AsOf, *, kinds: Sequence[str], where: Sequence[str], first: int, as_json: bool
) -> Exit:
    """Print what is called like a text; NO where nothing is."""
    conditions = [condition(one) for one in where]
    if as_json:
        asked = {"text": text, "kinds": [upper_snake(kind) for kind in kinds] or None, "where": conditions or None}
        return execute_document("search", {**asked, "first": first}, store, as_of)
    from thread.reasoning.filters import AttributeFilter, FilterOp
    from thread.reasoning.search import SearchQuery

    filters = tuple(AttributeFilter(one["name"], FilterOp(one["op"]), tuple(one["values"])) for one in conditions)
    with reading(store, as_of) as (service, context):
        wanted = service.ontology.subkinds(*(_kind(service.ontology, kind) for kind in kinds)) if kinds else None
        answer = service.search(context, SearchQuery(text, wanted, filters))
        for line in lines(answer, Speaker(answer.view), first):
            say(line)
        return Exit.OK if answer.total else Exit.NO


def condition(text: str) -> dict[str, Any]:
    """A condition as GraphQL's ``AttributeFilter``: ``name=value``, with ``!= < <= > >= ^= *=`` too, or a name alone.

    Raises:
        InputError: it is none of these.
    >>> condition("age>=7.5")
    {'name': 'age', 'op': 'GTE', 'values': ['7.5']}
    >>> condition("status=PLANNED,RUNNING")["op"]
    'IN'
    """
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        if re.fullmatch(r"[\w.-]+", text.strip()):
            return {"name": text.strip(), "op": "EXISTS", "values": []}
        raise InputError(
            f'"{text[:60]}" is no condition.',
            hint="Expected name=value; also != < <= > >=, ^= (begins with), *= (contains), or a name alone (has one).",
        )
    name, sign, value = found.groups()
    if sign == "=" and "," in value:
        return {"name": name, "op": "IN", "values": value.split(",")}
    return {"name": name, "op": _OPERATORS[sign], "values": [value]}


def lines(answer: "Search", speaker: Speaker, first: int) -> Iterator[str]:
    """The answer as it is printed."""
    text = answer.query.text.strip()
    called = f' called like "{text}"' if text else ""
    yield emphasis(f"What is{called or ' there'}, {moment(speaker.view.valid_at)}:")
    yield ""
    rows = []
    for hit in answer.page(0, first):
        names = [f"{one.scheme}:{one.value}" for one in speaker.view.identifiers(hit.node)]
        rows.append((f"{hit.worth / 100:.2f}", speaker.view.label(hit.node), speaker.kind(hit.node), ", ".join(names)))
    if rows:
        yield from table(rows, ("score", "what", "kind", "also known as"), indent="  ")
    else:
        yield "  nothing"
    if answer.total > first:
        yield f"  … and {answer.total - first:,} more; --first {min(answer.total, 500)} lists them"
    yield ""
    yield plural(answer.total, "entity", "entities") + (
        "; nothing is written like this, so words with a typo were taken" if answer.typos and answer.total else ""
    )


def _kind(ontology: "Ontology", name: str) -> str:
    found = ontology.by_name.get(name)
    if found is None or found.iri not in ontology.kind:
        names = (kind.name for kind in ontology.kinds)
        raise InputError(f'There is no kind "{name}".', code="unknown-kind", hint=known_near(name, names, "kinds"))
    return found.iri
