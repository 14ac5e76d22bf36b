"""Arrange an RDF reading in a few lines: written to a folder, parsed by a worker as in earnest."""

from pathlib import Path

from tests.ingest.helpers import ONTOLOGY
from thread.ingest import Reading, Resolver, parse_mapping, read_rdf
from thread.ontology.model import Ontology
from thread.worker import parse_rdf

PREFIXES = """
@prefix thr: <urn:thread:ns#> . @prefix : <urn:x:> . @prefix align: <urn:thread:align#> .
@prefix f: <http://foreign.example/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def rdf_reading(
    folder: Path,
    content: str | bytes,
    words: str = "",
    name: str = "a.ttl",
    resolve: Resolver | None = None,
    ontology: Ontology = ONTOLOGY,
    **said: object,
) -> Reading:
    """Read one file, with an alignment where ``words`` are given; Turtle gets the prefixes above."""
    turtle = name.endswith((".ttl", ".trig"))
    data = content if isinstance(content, bytes) else ((PREFIXES if turtle else "") + content).encode()
    (folder / name).write_bytes(data)
    if words:
        (folder / "words.ttl").write_text(PREFIXES + words)
        said["align"] = "words.ttl"
    spec = ", ".join(f"{key}: {_yaml(value)}" for key, value in {"file": name, **said}.items())
    mapping = parse_mapping(f'source: s\nnamespace: "urn:x:"\nrdf: {{one: {{{spec}}}}}', ontology)
    return read_rdf(mapping, folder, ontology, parse_rdf, resolve)


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return f'"{value}"'
