"""Which values of a column need a second look? Fast array tests that let nothing wrong through."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.clock import FIRST, LAST
from thread.facts import Value, ValueType
from thread.ontology.model import Attribute, Medium
from thread.ontology.values import NAME_LIMIT, value_fault
from thread.terms import Iri

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_ODD: Final = re.compile(r"[^!#-;=?-\[\]_a-z~\n]")
"""Anything but the printable ASCII that an IRI may have: no space, quotes, brackets <>{}, bar, caret, backtick."""
_LINE: Final = re.compile(
    r"^(?![A-Za-z][A-Za-z0-9+.\-]*:.)|^(?:javascript|vbscript|data):", re.MULTILINE | re.IGNORECASE
)


def plain_iris(names: Sequence[str]) -> bool:
    """True if every name is surely the IRI of an entity; False: look at each."""
    text = "\n".join(names)
    if text.count("\n") != max(0, len(names) - 1) or _ODD.search(text) or (names and _LINE.search(text)):
        return False
    return max(map(len, names), default=0) <= NAME_LIMIT


def suspects(attribute: Attribute, values: Numbers, strings: Sequence[str], media: Mapping[str, Medium]) -> Flags:
    """True where a value of the attribute's own type may be wrong; ``value_fault`` decides."""
    match attribute.type:
        case ValueType.INTEGER:
            return _outside(values.astype(np.float64), attribute)
        case ValueType.REAL:
            reals = values.view(np.float64)
            return ~np.isfinite(reals) | _outside(reals, attribute)
        case ValueType.TIME:
            return (values < FIRST) | (values > LAST)
        case ValueType.BOOLEAN:
            return np.zeros(len(values), dtype=bool)
        case _:
            distinct, inverse = np.unique(values, return_inverse=True)
            texts = [strings[index] for index in distinct.tolist()]
            return np.array(_wrong(attribute, texts, media), dtype=bool)[inverse]


def _outside(values: npt.NDArray[np.float64], attribute: Attribute) -> Flags:
    """On or beyond a limit: rounding may move a value onto a limit, never across it."""
    wrong = np.zeros(len(values), dtype=bool)
    for limit in (attribute.minimum, attribute.above):
        if limit is not None:
            wrong |= values <= float(limit)
    for limit in (attribute.maximum, attribute.below):
        if limit is not None:
            wrong |= values >= float(limit)
    return wrong


def _wrong(attribute: Attribute, texts: list[str], media: Mapping[str, Medium]) -> list[bool]:
    if attribute.type is ValueType.TEXT:
        return _wrong_texts(attribute, texts)
    values: list[Value] = [_decimal(t) if attribute.type is ValueType.DECIMAL else Iri(t) for t in texts]
    return [value_fault(attribute, value, media) is not None for value in values]


def _wrong_texts(attribute: Attribute, texts: list[str]) -> list[bool]:
    if attribute.enum:
        allowed = frozenset(attribute.enum)
        return [text not in allowed for text in texts]
    if attribute.pattern is not None:
        fits = re.compile(attribute.pattern).search
        return [not (len(t) <= NAME_LIMIT and t.isascii() and t.isprintable() and fits(t)) for t in texts]
    return [not (len(text) <= NAME_LIMIT and text.isascii() and text.isprintable()) for text in texts]


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
