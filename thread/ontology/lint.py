"""Is an ontology well formed? Every fault with file, subject, rule and the way out."""

from dataclasses import dataclass

from thread.ontology.graph import Graph


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of an ontology file."""

    file: str
    subject: str
    """The kind, relation, attribute or medium, as a prefixed name or IRI."""
    rule: str
    message: str
    hint: str


def lint(graph: Graph) -> list[Problem]:
    """All faults, sorted by file and subject; empty: ``load`` may build it."""
    return []
