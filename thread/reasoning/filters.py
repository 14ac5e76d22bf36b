"""Which nodes carry the attribute values that are asked for?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from thread.clock import parse_instant, to_datetime
from thread.errors import InputError, known_near
from thread.facts import Value, ValueType
from thread.ontology.model import Attribute
from thread.projection.view import Ints, View


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
    """An attribute by its local name, compared with values as text. Of several values in force one must match.

    NE holds where no value matches, absent ones included. EXISTS takes nothing, ``true`` or ``false``.
    """

    name: str
    op: FilterOp = FilterOp.EQ
    values: tuple[str, ...] = ()


def matching(view: View, nodes: Ints, filters: Sequence[AttributeFilter]) -> npt.NDArray[np.bool_]:
    """Which of the nodes pass all filters; shape of ``nodes``.

    Raises:
        InputError: ``unknown-attribute`` or ``bad-value``.
    """
    keep = np.ones(len(nodes), bool)
    for one in filters:
        attribute = _attribute(view, one.name)
        test = _test(attribute, one)
        for at in np.flatnonzero(keep):
            keep[at] = test(view.values(int(nodes[at]), attribute.iri))
    return keep


def _attribute(view: View, name: str) -> Attribute:
    found = view.ontology.by_name.get(name)
    if isinstance(found, Attribute):
        return found
    known = (attribute.name for attribute in view.ontology.attributes)
    raise InputError(
        f'No attribute is called "{name}".', code="unknown-attribute", hint=known_near(name, known, "attributes")
    )


def _test(attribute: Attribute, one: AttributeFilter) -> Callable[[Sequence[Value]], bool]:
    if one.op is FilterOp.EXISTS:
        wanted = not one.values or one.values[0].lower() == "true"
        return lambda held: bool(held) is wanted
    if not one.values:
        raise InputError(f"{one.op} on {one.name} needs a value.", code="bad-value")
    if one.op in (FilterOp.PREFIX, FilterOp.CONTAINS):
        text = one.values[0].casefold()
        if one.op is FilterOp.PREFIX:
            return lambda held: any(str(value).casefold().startswith(text) for value in held)
        return lambda held: any(text in str(value).casefold() for value in held)
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
        return lambda held: all(value != first for value in held)
    return lambda held: any(compare[one.op](value) for value in held)


def _parsed(attribute: Attribute, text: str) -> str | bool | Decimal | datetime:
    """The text as a value that compares with what is held; numbers compare by value, whatever their type."""
    try:
        match attribute.type:
            case ValueType.INTEGER | ValueType.REAL | ValueType.DECIMAL:
                return Decimal(text)
            case ValueType.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
            case ValueType.TIME:
                moment = to_datetime(parse_instant(text))
                if moment is not None:
                    return moment
            case _:
                return text
    except (KeyError, InvalidOperation) as error:
        raise InputError(
            f'"{text[:60]}" is not a value of {attribute.name}.',
            code="bad-value",
            hint=f"Expected {attribute.type.name.lower()}.",
        ) from error
    raise InputError(f'"{text[:60]}" is not a value of {attribute.name}.', code="bad-value")


__all__ = ["AttributeFilter", "FilterOp", "matching"]
