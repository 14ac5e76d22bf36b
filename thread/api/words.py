"""Which words does the API use? Scalars and enums; those that the ontology decides are made for each schema.

``EntityKind`` and ``RelationKind`` stand for enums made at start: in Python their values are the upper-snake names.
"""

import math
import re
from datetime import datetime
from decimal import Decimal as PythonDecimal
from enum import StrEnum
from typing import Any, Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from thread.clock import BEGIN, END, FIRST, LAST, Instant, to_instant, to_text
from thread.errors import InputError

EntityKind = NewType("EntityKind", str)
RelationKind = NewType("RelationKind", str)
ID = strawberry.ID
DateTime = NewType("DateTime", int)
"""An instant; open ends are null in GraphQL."""
IRI = NewType("IRI", str)
Decimal = NewType("Decimal", str)

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")
INT32: Final = 2**31 - 1


def moment(instant: Instant) -> DateTime | None:
    """An instant for GraphQL; None for an open end."""
    return None if instant in (BEGIN, END) else DateTime(instant)


def parse_moment(text: Any) -> DateTime:
    """An instant from a DateTime that a client sent.

    Raises:
        InputError: ``bad-time``: not ISO 8601 with an offset, or outside the years 1 to 9999.
    """
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise InputError(
            f"{str(text)[:60]!r} is not a DateTime.",
            code="bad-time",
            hint="Expected ISO 8601 with an offset, e.g. 2026-03-02T06:00:00Z.",
        )
    try:
        instant = to_instant(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text!r} is not a date: {error}.", code="bad-time") from error
    if not FIRST <= instant <= LAST:
        raise InputError(f"{text!r} is outside the years 1 to 9999.", code="bad-time")
    return DateTime(instant)


def _show_moment(instant: int | datetime) -> str:
    return to_text(to_instant(instant) if isinstance(instant, datetime) else instant)


def _parse_iri(text: Any) -> IRI:
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]{1,2000}", text):
        raise InputError(
            f"{str(text)[:60]!r} is not an absolute IRI.", code="bad-iri", hint="Expected scheme:rest, e.g. urn:x:1."
        )
    return IRI(text)


def _parse_decimal(text: Any) -> Decimal:
    try:
        number = PythonDecimal(str(text))
    except ArithmeticError as error:
        raise InputError(f"{str(text)[:60]!r} is not a decimal number.", code="bad-value") from error
    if not number.is_finite():
        raise InputError(f"{str(text)[:60]!r} is not a finite number.", code="bad-value")
    return Decimal(str(number))


def _show_decimal(value: object) -> str:
    return format(value, "f") if isinstance(value, PythonDecimal) else str(value)


SCALARS: Final[dict[object, ScalarDefinition]] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant, ISO 8601 with an offset, e.g. 2026-03-02T06:00:00Z. Answers are in UTC. "
        "An offset is required; years 1 to 9999.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_show_moment,
        parse_value=parse_moment,
    ),
    IRI: strawberry.scalar(
        name="IRI",
        description="An absolute IRI: of an entity, stable in every view and store, or of a word of the ontology.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3987",
        serialize=str,
        parse_value=_parse_iri,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as text, e.g. "12.50".',
        serialize=_show_decimal,
        parse_value=_parse_decimal,
    ),
}


def finite(value: float, name: str) -> float:
    """A Float that GraphQL can carry.

    Raises:
        InputError: ``bad-value``: NaN or infinite.
    """
    if not math.isfinite(value):
        raise InputError(f"{name} is {value}, which is not a finite number.", code="bad-value")
    return value


class Direction(StrEnum):
    """Which way to walk. Upstream is what something came from or relies on."""

    UPSTREAM = "UPSTREAM"
    """Towards origin: design, batch, supplier, what it is fed by, what it is installed in."""
    DOWNSTREAM = "DOWNSTREAM"
    """Towards what came of it or relies on it."""
    BOTH = "BOTH"
    """Both ways."""
