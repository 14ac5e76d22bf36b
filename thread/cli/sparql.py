"""How is SPARQL asked from a terminal? Of the server that holds the store, or of the store itself."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from thread.cli.exits import Exit
from thread.cli.frame import read_text, remark, require_store, say, settings_of
from thread.cli.tables import plural, table
from thread.errors import InputError

if TYPE_CHECKING:
    from thread.config import Settings
    from thread.service.sparql import SparqlAnswer, SparqlQuestion

FORMATS: Final = {
    "table": ("application/sparql-results+json", "text/turtle"),
    "json": ("application/sparql-results+json", None),
    "csv": ("text/csv", None),
    "tsv": ("text/tab-separated-values", None),
    "xml": ("application/sparql-results+xml", None),
    "turtle": (None, "text/turtle"),
    "nt": (None, "application/n-triples"),
}
"""Name of a format: media types for rows and for triples."""


def sparql(query: str, store: str | None, form: str) -> Exit:
    """Print the answer to a query; NO where ASK answers no, or the answer was cut.

    Raises:
        InputError: the query is none, or asks for what is not given.
        StoreError: ``store-locked``, ``unavailable``, ``unsupported``.
    """
    from thread.service.sparql import SparqlQuestion

    if form not in FORMATS:
        raise InputError(f'"{form}" is no format.', hint=f"Known: {', '.join(FORMATS)}.")
    settings = settings_of(store)
    require_store(settings)
    found = _ask(settings, SparqlQuestion(_text(query), *FORMATS[form]))
    answer = found.answer
    text = answer.body.decode()
    if form == "table" and answer.media_type == FORMATS["table"][0]:
        for line in _lines(json.loads(text)):
            say(line)
    else:
        sys.stdout.write(text if text.endswith("\n") or form in ("csv", "tsv") else text + "\n")
    if answer.truncated:
        cap = f"THREAD_SPARQL_{answer.truncated.upper()}"
        remark(f"cut after {plural(answer.rows, 'row')}: there is more. Set a LIMIT, or raise {cap}.")
    return Exit.NO if answer.truncated or answer.boolean is False else Exit.OK


def _ask(settings: "Settings", question: "SparqlQuestion") -> "SparqlAnswer":
    from thread.cli.remote import asker_of

    ask = asker_of(settings.directory) if settings.directory is not None else None
    if ask is not None:
        return ask(question)
    from thread.service.alone import sparql_alone

    return sparql_alone(settings, question)


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    return read_text(Path(given[1:])) if given.startswith("@") else given


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    """Rows as a table, IRIs by their prefixes where they have one."""
    if "boolean" in results:
        yield "yes" if results["boolean"] else "no"
        return
    names = results["head"]["vars"]
    rows = results["results"]["bindings"]
    yield from table([[_term(row.get(name)) for name in names] for row in rows], names)
    yield plural(len(rows), "row")


def _term(term: Mapping[str, Any] | None) -> str:
    from thread.worker.querying import PREFIXES

    if term is None:
        return ""
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    if term["type"] == "triple":
        return f"<< {' '.join(_term(term['value'][part]) for part in ('subject', 'predicate', 'object'))} >>"
    value = str(term["value"])
    if term["type"] == "uri":
        for prefix, namespace in PREFIXES.items():
            if value.startswith(namespace):
                return f"{prefix}:{value.removeprefix(namespace)}"
    return value
