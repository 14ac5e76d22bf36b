"""How is SPARQL answered without danger? On a copy of the graph that nobody writes to, in a process with limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thread.errors import InputError, LimitError
from thread.terms import RDF, RDFS, THR, XSD
from thread.worker.running import Limits, Sayings, run

SOLUTIONS: Final = {
    "application/sparql-results+json": "JSON",
    "application/json": "JSON",
    "application/sparql-results+xml": "XML",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
}
"""Media type of rows and of yes or no: name of the format. The first is the default."""
GRAPHS: Final = {"text/turtle": "TURTLE", "application/n-triples": "N_TRIPLES"}
"""Media type of triples: name of the format. The first is the default."""
PREFIXES: Final = {"thr": THR, "rdf": RDF, "rdfs": RDFS, "xsd": XSD}
"""Prefixes that a query need not declare; one that it declares means what it says."""
LONGEST_QUERY: Final = 100_000
_NAME: Final = "The query"
_SAYINGS: Final = Sayings(
    refused="{name} {message}.",
    late="{name} was not answered within {seconds:g} s.",
    late_hint="Ask for less: bind more of what is asked, count, or set a LIMIT.",
    died="{name} ended the process that answered it ({why}): it nests too deeply or needs too much memory.",
    died_hint="Nothing else was harmed. Write it flatter, or ask for less.",
    died_code="too-costly",
)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of an answer is sent; what is cut says so."""

    rows: int = 100_000
    """Rows, or triples."""
    size: int = 16 << 20
    """Bytes, in the format that is asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a SPARQL query."""

    body: bytes
    media_type: str
    rows: int
    """Rows, or triples; 1 for yes or no."""
    truncated: str | None
    """Which cap cut it, ``rows`` or ``bytes``; None: this is all."""
    boolean: bool | None
    """The answer to ASK; None: it was no ASK."""


def ask(
    graph: Path,
    query: str,
    solutions: str | None = "application/sparql-results+json",
    triples: str | None = "text/turtle",
    caps: Caps = Caps(),
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> Answer:
    """The answer of a graph's default graph to a SPARQL query. No update, no other service, no data set of its own.

    Args:
        graph: directory of a pyoxigraph store that nobody writes to.
        solutions: media type for SELECT and ASK, one of ``SOLUTIONS``; None: none will do.
        triples: media type for CONSTRUCT and DESCRIBE, one of ``GRAPHS``; None: none will do.
    Raises:
        InputError: ``bad-query``, with ``line``; ``forbidden``: it changes or fetches; ``not-acceptable``.
        LimitError: ``timeout``, ``too-costly``, ``too-large``.
        StoreError: ``store-failed``: the graph cannot be read.
    Cost: some 0.1 s for the process, then the query.
    """
    _refuse_what_is_no_text(query)
    request: Mapping[str, object] = {
        "path": str(graph.resolve()),
        "query": query,
        "prefixes": PREFIXES,
        "solutions": SOLUTIONS[solutions] if solutions else None,
        "graph": GRAPHS[triples] if triples else None,
        "rows": caps.rows,
        "bytes": caps.size,
    }
    blocks: list[bytes] = []
    frames = run("query", _NAME, request, limits, _SAYINGS)
    while True:
        try:
            block = next(frames)
        except StopIteration as ended:
            said = ended.value
            break
        if isinstance(block, bytes):
            blocks.append(block)
    media = triples if said["triples"] else solutions
    assert media is not None
    return Answer(b"".join(blocks), media, said["rows"], said["truncated"], said["boolean"])


def _refuse_what_is_no_text(query: str) -> None:
    try:
        size = len(query.encode())
    except UnicodeEncodeError as error:
        raise InputError(f"{_NAME} is not UTF-8 text.", code="bad-query", hint="Write it as UTF-8.") from error
    if size > LONGEST_QUERY:
        raise LimitError(f"{_NAME} is longer than {LONGEST_QUERY:,} bytes.", code="too-large", hint="Write it shorter.")
