"""Is this value one that the attribute may have, and which value does a text stand for? One value at a time."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from thread.clock import parse_instant, to_datetime
from thread.errors import InputError, known_near
from thread.facts import Value, ValueType
from thread.ontology.model import Attribute, Medium
from thread.terms import IDENTIFIER, SCHEME, SCOPE, Iri, local_name

TEXT_LIMIT: Final = 1_000_000
"""Characters of a text; an identifier or IRI has at most ``NAME_LIMIT``."""
NAME_LIMIT: Final = 2_000
NAMES: Final = frozenset({IDENTIFIER, SCHEME, SCOPE})
"""Attributes whose text people and systems match by eye: no control and no direction characters."""
_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_UNSAFE: Final = re.compile("[\x00\ud800-\udfff]")
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`\x7f-\x9f]+")
_SCRIPT: Final = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_FLAGS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_PYTHON: Final[dict[ValueType, tuple[type, str]]] = {
    ValueType.TEXT: (str, "text"),
    ValueType.INTEGER: (int, "a whole number"),
    ValueType.REAL: (float, "a number"),
    ValueType.BOOLEAN: (bool, "true or false"),
    ValueType.DECIMAL: (Decimal, "a decimal number"),
    ValueType.TIME: (datetime, "a time with an offset"),
    ValueType.IRI: (Iri, "an IRI"),
}


class Fault(NamedTuple):
    """Why a value is refused."""

    code: str
    message: str
    hint: str


def value_fault(attribute: Attribute, value: Value, media: Mapping[str, Medium]) -> Fault | None:
    """Why the attribute may not have this value; None: it may."""
    wanted, words = _PYTHON[attribute.type]
    right = type(value) is wanted or (wanted is datetime and isinstance(value, datetime))
    if not right:
        return _bad(value, f"is not {words}, as {attribute.name} needs", _example(attribute))
    if isinstance(value, Iri):
        return _iri_value(attribute, value, media)
    if isinstance(value, str):
        return _text(attribute, value)
    if isinstance(value, (float, Decimal)) and not (
        value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
    ):
        return _bad(value, "is not a finite number", "Leave it out where it is unknown.")
    if isinstance(value, datetime):
        return None if value.tzinfo else Fault("bad-time", f"{value} has no time zone.", "Add Z or an offset.")
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _limits(attribute, value)
    return None


def parse_value(attribute: Attribute, text: str, zone: tzinfo | None = None) -> Value:
    """The value that a text stands for, of the attribute's type; limits are for ``value_fault``.

    Raises:
        InputError: ``bad-value`` or ``bad-time``: the text is not of that type.
    """
    said = text.strip()
    match attribute.type:
        case ValueType.TEXT:
            return unicodedata.normalize("NFC", text)
        case ValueType.IRI:
            return Iri(unicodedata.normalize("NFC", said))
        case ValueType.INTEGER if _INTEGER.fullmatch(said):
            return int(said)
        case ValueType.REAL if _DECIMAL.fullmatch(said):
            return float(said)
        case ValueType.DECIMAL if _DECIMAL.fullmatch(said):
            try:
                return Decimal(said)
            except InvalidOperation:
                pass
        case ValueType.BOOLEAN if said.lower() in _FLAGS:
            return _FLAGS[said.lower()]
        case ValueType.TIME:
            moment = to_datetime(parse_instant(said, zone))
            if moment is not None:
                return moment
    words = _PYTHON[attribute.type][1]
    raise InputError(
        f'"{text[:60]}" is not {words}, as {attribute.name} needs.',
        code="bad-value",
        hint=_example(attribute),
        attribute=attribute.name,
        value=text[:200],
    )


def iri_fault(iri: str) -> Fault | None:
    """Why this cannot be the IRI of an entity or individual; None: it can.

    >>> iri_fault("urn:thread:id:P-101") is None
    True
    >>> iri_fault("tag 23").message
    '"tag 23" is not an absolute IRI.'
    """
    shown = iri[:60]
    if len(iri) > NAME_LIMIT:
        return Fault("bad-iri", f'"{shown}…" has over {NAME_LIMIT} characters.', "An IRI is short.")
    if not _IRI.fullmatch(iri) or _HIDDEN.search(iri) or _UNSAFE.search(iri):
        return Fault("bad-iri", f'"{shown}" is not an absolute IRI.', "Expected scheme:rest, e.g. urn:plant:P-101.")
    if _SCRIPT.match(iri):
        return Fault("bad-iri", f'"{shown}" is a script, not a name.', "Use urn: or https:.")
    if not unicodedata.is_normalized("NFC", iri):
        return Fault("bad-iri", f'"{shown}" is not in Unicode form NFC.', "Normalise it.")
    return None


def _text(attribute: Attribute, text: str) -> Fault | None:
    name = attribute.iri in NAMES
    if not (text.isascii() and text.isprintable()):
        if _UNSAFE.search(text) or (name and _HIDDEN.search(text)):
            return _bad(text, f"has hidden characters, which {attribute.name} may not", "Take them out.")
        if not unicodedata.is_normalized("NFC", text):
            return _bad(text, "is not in Unicode form NFC", "Normalise it.")
    if len(text) > (NAME_LIMIT if name else TEXT_LIMIT):
        return _bad(
            text, "is too long", f"{attribute.name} has at most {NAME_LIMIT if name else TEXT_LIMIT} characters."
        )
    if attribute.enum and text not in attribute.enum:
        return _bad(text, f"is not a value of {attribute.name}", known_near(text, attribute.enum, "values"))
    if attribute.pattern is not None and not re.search(attribute.pattern, text):
        return _bad(text, f"does not fit {attribute.name}", f"Expected the pattern {attribute.pattern}.")
    return None


def _iri_value(attribute: Attribute, value: Iri, media: Mapping[str, Medium]) -> Fault | None:
    if attribute.of_medium and value not in media:
        names = [medium.name for medium in media.values()]
        return _bad(value, "is not a medium", known_near(local_name(value), names, "media"))
    return iri_fault(value)


def _limits(attribute: Attribute, value: float | Decimal) -> Fault | None:
    number, a = Decimal(value), attribute
    if (
        (a.minimum is not None and number < a.minimum)
        or (a.maximum is not None and number > a.maximum)
        or (a.above is not None and number <= a.above)
        or (a.below is not None and number >= a.below)
    ):
        return _bad(value, f"is outside the range of {a.name}", f"Expected {range_of(a)}.")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return _bad(value, "has over 64 bits", "A whole number has at most 18 digits.")
    return None


def range_of(attribute: Attribute) -> str:
    """The numbers that an attribute may have, in words; empty: all."""
    limits = (
        ("at least", attribute.minimum),
        ("more than", attribute.above),
        ("at most", attribute.maximum),
        ("less than", attribute.below),
    )
    said = " and ".join(f"{words} {number}" for words, number in limits if number is not None)
    return f"{said} {attribute.unit}" if said and attribute.unit else said


def _bad(value: Value, message: str, hint: str) -> Fault:
    return Fault("bad-value", f'"{str(value)[:60]}" {message}.', hint)


def _example(attribute: Attribute) -> str:
    examples = {
        ValueType.TEXT: "Write text.",
        ValueType.INTEGER: "Write 3, for example.",
        ValueType.REAL: "Write 2.5, for example.",
        ValueType.BOOLEAN: "Write true or false.",
        ValueType.DECIMAL: "Write 2.5, for example.",
        ValueType.TIME: "Write 2024-02-29T09:00:00Z, for example.",
        ValueType.IRI: "Write an IRI, e.g. urn:plant:Steam.",
    }
    return examples[attribute.type]
