"""What is a fact? Values, facts with valid time, change sets, and the columns that hold many of them."""

from thread.facts.columns import FACT, PART_LIMIT, FactPart, PartBuilder, decode_part, parts_of
from thread.facts.model import (
    EMPTY,
    ChangeSet,
    Commit,
    Fact,
    GraphDelta,
    Op,
    Qualifiers,
    Revision,
    Triple,
    Value,
    ValueType,
    kind_fact,
)

__all__ = [
    "EMPTY",
    "FACT",
    "PART_LIMIT",
    "ChangeSet",
    "Commit",
    "Fact",
    "FactPart",
    "GraphDelta",
    "Op",
    "PartBuilder",
    "Qualifiers",
    "Revision",
    "Triple",
    "Value",
    "ValueType",
    "decode_part",
    "kind_fact",
    "parts_of",
]
