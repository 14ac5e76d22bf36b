"""Which nodes carry the attribute values that are asked for?"""

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from thread.clock import parse_instant, to_datetime
from thread.errors import InputError, LimitError, known_near
from thread.facts import Value, ValueType
from thread.ontology.model import Attribute
from thread.projection.view import Ints, View
from thread.terms import local_name

Test = Callable[[tuple[Value, ...]], bool]
"""Do the values of one thing pass?"""
_MOST: Final = 20
_FEW: Final = 2_000
"""More nodes than this are decided by reading the whole column."""


class FilterOp(StrEnum):
    """How an attribute is compared."""

    EQ = "EQ"
    NE = "NE"
    IN = "IN"
    LT = "LT"
    LTE = "LTE"
    GT = "GT"
    GTE = "GTE"
    PREFIX = "PREFIX"
    CONTAINS = "CONTAINS"
    EXISTS = "EXISTS"


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """An attribute by its local name, compared with a value as text (IN: values). Of several in force one must match.

    NE holds where no value matches, absent ones included. EXISTS takes nothing, ``true`` or ``false``.
    """

    name: str
    op: FilterOp = FilterOp.EQ
    values: tuple[str, ...] = ()


def matching(view: View, nodes: Ints, filters: Sequence[AttributeFilter]) -> npt.NDArray[np.bool_]:
    """Which of the nodes pass all filters; shape of ``nodes``.

    Raises:
        InputError: ``unknown-attribute`` or ``bad-value``.
    Cost: reading the values of all nodes at once, and one test for each different value.
    """
    if len(filters) > _MOST:
        raise LimitError(f"{len(filters)} conditions are given; at most {_MOST} are taken.", hint="Give fewer.")
    tests = [(_attribute(view, one.name), one) for one in filters]
    ready = [(attribute, _test(attribute, one)) for attribute, one in tests]
    keep = np.ones(len(nodes), bool)
    for attribute, test in ready:
        left = np.flatnonzero(keep)
        if len(left) > _FEW:
            keep[left] = _by_column(view, attribute, test)[nodes[left]]
            continue
        decide = _once(attribute, test)
        keep[left] = [decide(held) for held in view.column_of(nodes[left], attribute.iri)]
    return keep


def _by_column(view: View, attribute: Attribute, test: Test) -> npt.NDArray[np.bool_]:
    """Which nodes of the whole view pass: what has no value is decided once, each value once."""
    found = np.full(view.size, test(()), np.bool_)
    carriers, values = view.column(attribute.iri)
    held: dict[int, tuple[Value, ...]] = {}
    for node, value in zip(carriers.tolist(), values, strict=True):
        held[node] = (*held[node], value) if node in held else (value,)
    decide = _once(attribute, test)
    found[list(held)] = [decide(each) for each in held.values()]
    return found


def _once(attribute: Attribute, test: Test) -> Test:
    """The test, asked once for the same values; decimals that are equal are written in several ways."""
    if attribute.type is ValueType.DECIMAL:
        return test
    return cache(test)


def _attribute(view: View, name: str) -> Attribute:
    found = view.ontology.by_name.get(name)
    if isinstance(found, Attribute):
        return found
    known = (attribute.name for attribute in view.ontology.attributes)
    raise InputError(
        f'No attribute is called "{name[:60]}".', code="unknown-attribute", hint=known_near(name, known, "attributes")
    )


def _test(attribute: Attribute, one: AttributeFilter) -> Test:
    if one.op is not FilterOp.IN and len(one.values) > 1:
        raise InputError(
            f"{one.op} on {one.name} has {len(one.values)} values.",
            code="bad-value",
            hint="Give one, or compare by IN.",
        )
    if one.op is FilterOp.EXISTS:
        flag = one.values[0].lower() if one.values else "true"
        if flag not in ("true", "false"):
            raise InputError(f'EXISTS on {one.name} has "{flag[:60]}".', code="bad-value", hint="Give true or false.")
        return lambda held: bool(held) is (flag == "true")
    if not one.values:
        raise InputError(f"{one.op} on {one.name} needs a value.", code="bad-value", hint="Give what to compare with.")
    if one.op in (FilterOp.PREFIX, FilterOp.CONTAINS):
        text = unicodedata.normalize("NFC", one.values[0]).casefold()
        if one.op is FilterOp.PREFIX:
            return lambda held: any(_shown(value).casefold().startswith(text) for value in held)
        return lambda held: any(text in _shown(value).casefold() for value in held)
    return _comparison(attribute, one)


def _comparison(attribute: Attribute, one: AttributeFilter) -> Test:
    read = _local if attribute.type is ValueType.IRI and not any(":" in text for text in one.values) else _itself
    asked = [_parsed(attribute, value) for value in one.values]
    first = asked[0]
    compare: dict[FilterOp, Callable[[Any], bool]] = {
        FilterOp.EQ: lambda value: bool(value == first),
        FilterOp.IN: lambda value: value in asked,
        FilterOp.LT: lambda value: bool(value < first),
        FilterOp.LTE: lambda value: bool(value <= first),
        FilterOp.GT: lambda value: bool(value > first),
        FilterOp.GTE: lambda value: bool(value >= first),
    }
    if one.op is FilterOp.NE:
        return lambda held: all(read(value) != first for value in held)
    return lambda held: any(compare[one.op](read(value)) for value in held)


def _itself(value: Value) -> Any:
    return value


def _local(value: Value) -> Any:
    return local_name(str(value))


def _shown(value: Value) -> str:
    """A value as answers show it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def _parsed(attribute: Attribute, text: str) -> str | bool | float | Decimal | datetime:
    """The text as a value that compares with what is held; whole and decimal numbers compare exactly."""
    try:
        match attribute.type:
            case ValueType.INTEGER | ValueType.DECIMAL:
                number = Decimal(text)
                if number.is_finite():
                    return number
            case ValueType.REAL:
                real = float(text)
                if math.isfinite(real):
                    return real
            case ValueType.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
            case ValueType.TIME:
                moment = to_datetime(parse_instant(text, UTC))
                if moment is not None:
                    return moment
            case _:
                return unicodedata.normalize("NFC", text)
    except (KeyError, ValueError, InvalidOperation):
        pass
    raise InputError(
        f'"{text[:60]}" is not a value of {attribute.name}.',
        code="bad-value",
        hint=f"Expected {attribute.type.name.lower()}.",
    )


__all__ = ["AttributeFilter", "FilterOp", "matching"]
