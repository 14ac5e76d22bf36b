"""How does an RDF file become lines of N-Quads? Which format it has by its ending, read by a worker process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thread.errors import InputError
from thread.worker.running import DEFAULT_LIMITS, Limits, TooLong, run

FORMATS: Final = {
    "ttl": "TURTLE",
    "trig": "TRIG",
    "nt": "N_TRIPLES",
    "nq": "N_QUADS",
    "jsonld": "JSON_LD",
    "rdf": "RDF_XML",
    "owl": "RDF_XML",
}
"""Ending of a file, as it may be named in a mapping too: name of the format."""


def format_of(name: str) -> str | None:
    """The ending by which a file is RDF; None: it is not.

    >>> format_of("Plant.TTL"), format_of("plant.csv")
    ('ttl', None)
    """
    ending = name.rpartition(".")[2].lower()
    return ending if ending in FORMATS else None


def parse_rdf(
    path: Path, form: str, *, lenient: bool = False, base: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[bytes | TooLong]:
    """The statements of a file as N-Quads, whole lines in blocks.

    Args:
        form: one of ``FORMATS``.
        lenient: accept IRIs that are not well formed; else they end the reading with ``bad-file``.
        base: what relative IRIs are relative to.
    Raises:
        InputError: ``bad-file`` with the line; what came before it is not to be used.
        LimitError: ``timeout``, ``too-large``.
    """
    if form not in FORMATS:
        raise InputError(
            f'{path.name}: "{form}" is no format of RDF.', code="bad-file", hint=f"Known: {', '.join(FORMATS)}."
        )
    request = {"path": str(path.resolve()), "format": FORMATS[form], "lenient": lenient, "base": base}
    return run("parse", path.name, request, limits)
