"""Which constraints and indexes does a database of ours have? Those of the ontology, printed as ``store.cypher``."""

from typing import TYPE_CHECKING, Final

from thread.stores.neo4j.log import SCHEMA
from thread.stores.neo4j.picture import OURS, label_of, quoted
from thread.terms import LABEL, UpperKind, upper_snake

if TYPE_CHECKING:
    from thread.ontology.model import Kind, Ontology

BASE: Final = (
    "CREATE CONSTRAINT entity_iri IF NOT EXISTS FOR (n:Entity) REQUIRE n.iri IS UNIQUE",
    "CREATE INDEX entity_label IF NOT EXISTS FOR (n:Entity) ON (n.label)",
    "CREATE FULLTEXT INDEX entity_names IF NOT EXISTS FOR (n:Entity) ON EACH [n.label, n.identifiers]",
)
"""What the graph needs whatever the ontology says."""


def statements(ontology: "Ontology") -> list[str]:
    """Indexes of the upper kinds: their labels, and the states that people ask for (attributes with listed values)."""
    kinds = sorted(ontology.kinds, key=lambda each: each.name)
    found = [_index(kind, "label") for kind in kinds if UpperKind.ENTITY in kind.parents]
    for attribute in sorted(ontology.attributes, key=lambda each: each.name):
        if attribute.enum and attribute.iri != LABEL:
            found += [_index(ontology.kind[iri], attribute.name) for iri in sorted(attribute.domain)]
    return found


def printed(ontology: "Ontology") -> str:
    """``schema/store.cypher``: every statement, in the order in which they are run."""
    lines = ["// Written by `thread schema cypher`. The store runs these statements when it is opened."]
    lines += ["// The log: its head, change sets by ordinal and request, their parts."]
    lines += [f"{text};" for text in SCHEMA]
    lines += ["// The current state: one node per entity, found by iri, label or identifier."]
    lines += [f"{text};" for text in BASE]
    lines += ["// Kinds and states of the ontology."]
    lines += [f"{text};" for text in statements(ontology)]
    lines += ["// Labels: a kind and its superkinds. Relationship types, with what they join:"]
    for relation in sorted(ontology.relations, key=lambda each: each.name):
        ends = [" or ".join(sorted(label_of(iri) for iri in side)) for side in (relation.domain, relation.range)]
        lines.append(f"// (:{ends[0] or 'Entity'})-[:{upper_snake(relation.name)}]->(:{ends[1] or 'Entity'})")
    return "\n".join(lines)


def _index(kind: "Kind", name: str) -> str:
    assert kind.name not in OURS
    label = label_of(kind.iri)
    made = f"CREATE INDEX {upper_snake(label).lower()}_{upper_snake(name).lower()} IF NOT EXISTS"
    return f"{made} FOR (n:{quoted(label)}) ON (n.{quoted(name)})"
