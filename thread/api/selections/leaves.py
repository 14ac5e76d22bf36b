"""How does a leaf come into the answer? As graphql-core has it, with the common case written out in place."""

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLScalarType, Undefined

Leaf = GraphQLScalarType | GraphQLEnumType
SURE: Final = {
    "String": "{first}.__class__ is str",
    "ID": "{first}.__class__ is str",
    "Boolean": "{first} is True or {then} is False",
    "Int": "{first}.__class__ is int and -2147483648 <= {then} <= 2147483647",
    "Float": "{first}.__class__ is float and {then} - {then} == 0.0",  # neither NaN nor infinite
}
"""Conditions, as source, under which a value of a built-in scalar stands for itself."""


class Wrong(Exception):
    """A value that may not stand in the answer; the normal executor says why."""


def wrong(value: object) -> Any:
    """Give up on the plan."""
    raise Wrong(type(value).__name__)


def shown(leaf: Leaf) -> Callable[[Any], Any]:
    """What makes a value of the answer from one that does not stand for itself.

    Raises:
        Exception: of any kind, where GraphQL reports an error.
    """
    make = leaf.coerce_output_value
    if isinstance(leaf, GraphQLEnumType):
        return _Names(make).__getitem__

    def show(value: Any) -> Any:
        found = make(value)
        return wrong(value) if found is None or found is Undefined else found

    return show


class _Names(dict[Any, str]):
    """The names of the enum values that were met; there are few."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> str:
        found = self._make(value)
        if not isinstance(found, str):
            return str(wrong(value))
        self[value] = found
        return found
