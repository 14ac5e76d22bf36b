"""What would a document cost? Priced before it is validated, from the document, its variables and the tariff alone.

The price is an upper bound: every list is as long as its arguments allow, every branch is taken, what ``@skip`` leaves
out counts too. Each fragment is priced once, however often it is spread, so that a document whose fragments double
sixty times is priced as fast as any; numbers of any size saturate. Nothing here knows how documents are executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from thread.api.tariff import Rate, Tariff

SATURATED: Final = 2**53 - 1
"""The greatest price, and the greatest whole number that JSON clients read exactly."""
_UNKNOWN: Final = Rate()
_ROOTS: Final = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
_META: Final = {"__schema": Rate(1, "__schema"), "__type": Rate(1, "__Type"), "__typename": Rate()}


@dataclass(slots=True)
class Sum:
    """What a selection adds up to."""

    price: int = 0
    per_entry: int = 0
    """Points for each entry that the list around it has."""
    fields: int = 0
    """Fields when every fragment is written out where it is spread."""
    depth: int = 0
    costliest: tuple[int, str] = (0, "")
    """Points and name of the field that costs most."""

    @property
    def total(self) -> int:
        """Points where nothing around it says how long lists are."""
        return min(self.price + self.per_entry, SATURATED)

    def add(self, other: Sum, below: int = 0) -> None:
        """Add what stands beside it, or so many levels below."""
        self.price = min(self.price + other.price, SATURATED)
        self.per_entry = min(self.per_entry + other.per_entry, SATURATED)
        self.fields = min(self.fields + other.fields, SATURATED)
        self.depth = max(self.depth, other.depth + below)
        self.costliest = max(self.costliest, other.costliest)


class Pricing:
    """One document with the variables of one request.

    Cost: one visit of each node of the document.
    """

    def __init__(
        self,
        document: DocumentNode,
        tariff: Tariff,
        variables: Mapping[str, Any] | None = None,
        operation: OperationDefinitionNode | None = None,
    ) -> None:
        self._tariff, self._given = tariff, variables or {}
        declared = () if operation is None else operation.variable_definitions or ()
        self._defaults = {each.variable.name.value: each.default_value for each in declared if each.default_value}
        definitions = document.definitions
        self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        self._sums: dict[str, Sum] = {}

    def of(self, definition: OperationDefinitionNode | FragmentDefinitionNode) -> Sum:
        """What an operation, or a fragment by itself, adds up to."""
        self._price_fragments(definition.selection_set)
        if isinstance(definition, FragmentDefinitionNode):
            return self._sum(definition.selection_set, definition.type_condition.name.value)
        return self._sum(definition.selection_set, _ROOTS[definition.operation.value])

    def _price_fragments(self, root: SelectionSetNode) -> None:
        """Price each fragment that is reached, those it spreads before it; one within itself adds nothing."""
        path: list[tuple[str, Iterator[str]]] = [("", iter(_spreads(root)))]
        open_ = {""}
        while path:
            name, spreads = path[-1]
            inner = next((s for s in spreads if s in self._fragments and s not in self._sums and s not in open_), None)
            if inner is not None:
                path.append((inner, iter(_spreads(self._fragments[inner].selection_set))))
                open_.add(inner)
                continue
            path.pop()
            open_.discard(name)
            if name:
                fragment = self._fragments[name]
                self._sums[name] = self._sum(fragment.selection_set, fragment.type_condition.name.value)

    def _sum(self, root: SelectionSetNode, type_name: str) -> Sum:
        """Add a selection up; its fragments are priced already."""
        result = Sum()
        stack = [_Frame(root, type_name, None, result)]
        while stack:
            frame = stack[-1]
            selection = next(frame.waiting, None)
            if selection is None:
                stack.pop()
                if frame.field is not None:
                    stack[-1].into.add(self._field(frame.field, frame.rate, frame.into))
                elif stack:
                    stack[-1].into.add(frame.into, below=1)
            elif isinstance(selection, FragmentSpreadNode):
                frame.into.add(self._sums.get(selection.name.value, Sum()), below=1)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = frame.type_name if condition is None else condition.name.value
                stack.append(_Frame(selection.selection_set, inner, None, Sum()))
            elif isinstance(selection, FieldNode):
                rate = self._rate(frame.type_name, selection.name.value)
                if selection.selection_set is None:
                    frame.into.add(self._field(selection, rate, Sum()))
                else:
                    returned = rate.returns or ""
                    stack.append(_Frame(selection.selection_set, returned, selection, Sum(), rate))
        return result

    def _rate(self, type_name: str, field: str) -> Rate:
        return self._tariff.get(type_name, {}).get(field) or _META.get(field, _UNKNOWN)

    def _field(self, node: FieldNode, rate: Rate, inside: Sum) -> Sum:
        entry = 1 + inside.total
        price = rate.weight + inside.price
        per_entry = 0
        if rate.by_parent:
            price, per_entry = rate.weight, entry
        elif rate.size is None:
            price += inside.per_entry
        elif rate.listed:
            price = rate.weight + self._length(node, rate) * entry
        else:
            price += self._length(node, rate) * inside.per_entry
        price, per_entry = min(price, SATURATED), min(per_entry, SATURATED)
        name = (node.alias or node.name).value
        return Sum(price, per_entry, min(inside.fields + 1, SATURATED), inside.depth + 1, (price, name))

    def _length(self, node: FieldNode, rate: Rate) -> int:
        """How long a list may be: the greatest slicing argument that is given or has a default."""
        assert rate.size is not None
        values: dict[str, int | None] = {name: _count(value) for name, value in rate.defaults}
        for argument in node.arguments or ():
            if argument.name.value in rate.size.slicing:
                values[argument.name.value] = self._value(argument.value)
        known = [value for value in values.values() if value is not None]
        return max(known) if known else rate.size.assumed

    def _value(self, node: ValueNode) -> int | None:
        if isinstance(node, VariableNode):
            name = node.name.value
            if name in self._given:
                return _count(self._given[name])
            default = self._defaults.get(name)
            return None if default is None or isinstance(default, VariableNode) else self._value(default)
        if isinstance(node, IntValueNode):
            text = node.value
            return SATURATED if len(text) > 16 else _count(int(text))
        if isinstance(node, ListValueNode):
            return len(node.values)
        return None if isinstance(node, NullValueNode) else 1


class _Frame:
    """A selection that is being added up, and the field that it belongs to."""

    __slots__ = ("field", "into", "rate", "type_name", "waiting")

    def __init__(
        self, selections: SelectionSetNode, type_name: str, field: FieldNode | None, into: Sum, rate: Rate = _UNKNOWN
    ) -> None:
        self.waiting: Iterator[SelectionNode] = iter(selections.selections)
        self.type_name, self.field, self.into, self.rate = type_name, field, into, rate


def _count(value: Any) -> int | None:
    """A size that was sent as JSON; None where none is said. What is no size is refused when it is executed.

    >>> _count(7), _count(None), _count(["a", "b"]), _count(-3), _count(1e300) == SATURATED
    (7, None, 2, 0, True)
    """
    if value is None:
        return None
    if isinstance(value, list):
        return len(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return 1
    return int(min(max(value, 0), SATURATED))


def _spreads(root: SelectionSetNode) -> Iterable[str]:
    """Names of the fragments that a selection spreads, at any depth."""
    waiting: list[SelectionNode] = list(root.selections)
    while waiting:
        node = waiting.pop()
        if isinstance(node, FragmentSpreadNode):
            yield node.name.value
        elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
            waiting.extend(node.selection_set.selections)
