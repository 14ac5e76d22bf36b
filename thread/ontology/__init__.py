"""What do the words mean? The ontology: read from Turtle at start, linted, frozen; and checks made from it."""

from thread.ontology.load import load_ontology
from thread.ontology.model import (
    Attribute,
    Carries,
    Kind,
    Law,
    Medium,
    Ontology,
    Relation,
    Role,
    Upstream,
)

__all__ = [
    "Attribute",
    "Carries",
    "Kind",
    "Law",
    "Medium",
    "Ontology",
    "Relation",
    "Role",
    "Upstream",
    "load_ontology",
]
