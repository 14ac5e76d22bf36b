"""What does a graph without room for qualifiers show of a triple, and what does ``verify`` compare?

A graph may spell a value its own way (``1.50`` as ``1.5``, an individual and an entity both as an IRI), so
triples are compared in their plain form: subject, predicate, datatype and value, without qualifiers.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import orjson

from thread.clock import to_instant
from thread.facts import Triple
from thread.terms import Iri


class Plain(NamedTuple):
    """A triple as far as every graph can show it; two triples with one plain form are one edge of the graph."""

    subject: str
    predicate: str
    datatype: str
    value: str


def plain(triple: Triple) -> Plain:
    """The plain form of a triple.

    >>> from thread.terms import LABEL, EntityId
    >>> plain(Triple(EntityId("urn:a"), LABEL, value=Decimal("1.50")))[2:]
    ('decimal', '1.5')
    """
    return Plain(triple.subject, triple.predicate, *_plain_value(triple))


def _plain_value(triple: Triple) -> tuple[str, str]:
    if triple.object is not None:
        return "iri", triple.object
    match triple.value:
        case None:
            raise ValueError(f"a triple needs an object or a value: {triple}")
        case Iri() as value:
            return "iri", str(value)
        case str() as value:
            return "string", value
        case bool() as value:
            return "boolean", str(value).lower()
        case int() as value:
            return "integer", str(value)
        case float() as value:
            return "double", repr(value)
        case Decimal() as value:
            return "decimal", _shortest(value)
        case datetime() as value:
            return "dateTime", str(to_instant(value))


def qualifiers_key(triple: Triple) -> str:
    """The qualifiers of a triple as one text, equal exactly where they are; empty for none."""
    if not triple.qualifiers:
        return ""
    held = [(p, *_plain_value(Triple(triple.subject, p, value=v))) for p, v in triple.qualifiers]
    return orjson.dumps(held).decode()


def _shortest(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
