"""Turtle files for tests: an extension of the shipped ontology, written where a test may write."""

from pathlib import Path

PREFIXES = """
@prefix my: <urn:my#> .
@prefix thr: <urn:thread:ns#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def write(folder: Path, text: str, name: str = "my.ttl") -> Path:
    """A Turtle file with the usual prefixes before the text."""
    path = folder / name
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path
