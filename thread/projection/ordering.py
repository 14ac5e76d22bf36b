"""In which order do values and statements stand, and which identifier is one? By what they say, not by where."""

from collections.abc import Sequence

from thread.facts import Qualifiers, Value
from thread.facts.columns import value_type
from thread.projection.view import Identifier, Statement
from thread.terms import SCHEME, SCOPE


def order_of(value: Value | None) -> tuple[int, object]:
    """By type, then by value; nothing comes first."""
    return (-1, "") if value is None else (int(value_type(value)), value)


def noted(qualifiers: Qualifiers) -> tuple[tuple[str, str, str], ...]:
    """Qualifiers in a form that sorts."""
    return tuple((name, value_type(value).name, _exact(value)) for name, value in qualifiers)


def _exact(value: Value) -> str:
    return value.hex() if isinstance(value, float) else str(value)


def sorted_values(values: Sequence[Value]) -> tuple[Value, ...]:
    """Values in order, each once."""
    if len(values) == 1:
        return (values[0],)
    unique = {(value_type(value), _exact(value)): value for value in values}
    return tuple(sorted(unique.values(), key=order_of))


def by_time(statements: Sequence[Statement]) -> list[Statement]:
    """Statements by valid time, then by what they say."""

    def key(s: Statement) -> tuple[object, ...]:
        value = (value_type(s.value).name, _exact(s.value)) if s.value is not None else ("", "")
        return s.valid_from, s.valid_to, s.predicate, s.object or "", value, noted(s.qualifiers), s.source, s.run

    return sorted(statements, key=key)


def identifier_of(value: str, qualifiers: Qualifiers) -> Identifier:
    """The identifier that a value is with its scheme and scope."""
    named = dict(qualifiers)
    scope = named.get(SCOPE)
    return Identifier(str(named.get(SCHEME, "")), None if scope is None else str(scope), value)
