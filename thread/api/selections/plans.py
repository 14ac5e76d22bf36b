"""What is a plan? The functions that one operation comes to, and what they are called with."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    ValueNode,
    VariableNode,
    get_argument_values,
    get_variable_values,
)
from strawberry import Schema
from strawberry.types.arguments import convert_arguments

from thread.api.publish import plain_value
from thread.api.selections.collecting import Collector, Unplanned
from thread.api.selections.writing import Asked, Writer
from thread.api.vocabulary import AttributeField

_MOST_PLANS: Final = 8
"""Settings of the switches of one operation that are kept."""


class Operation:
    """One operation of a document that was found valid, with a plan per setting of its switches."""

    def __init__(
        self,
        schema: Schema,
        attributes: Mapping[str, AttributeField],
        document: DocumentNode,
        operation: OperationDefinitionNode,
    ) -> None:
        self._attributes = attributes
        self._schema, self._document, self._operation = schema, document, operation
        self._plans: dict[tuple[Any, ...], Plan | None] = {}
        self._switches = _switches(document) if operation.operation is OperationType.QUERY else None

    def answer(self, root: Any, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """The data of the answer as graphql-core gives it; None where that has to give it itself.

        That is: for mutations, for what plans do not know, and for every answer with an error in it.
        """
        if self._switches is None:
            return None
        declared = self._operation.variable_definitions or ()
        values = get_variable_values(self._schema._schema, declared, dict(variables), 1, hide_suggestions=True)
        if isinstance(values, list):  # one mistake is enough to know; a sentence for each is costly
            return None
        setting = tuple(values.coerced.get(name) for name in self._switches)
        try:
            plan = self._plans[setting] if setting in self._plans else self._plan(setting)
            return None if plan is None else plan.run(root, values)
        except Unplanned:
            self._plans[setting] = None
            return None
        except Exception:  # whatever it is, the normal executor meets it again and reports it
            return None

    def _plan(self, setting: tuple[Any, ...]) -> "Plan":
        assert self._switches is not None
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        made = Plan(
            self._schema,
            self._attributes,
            self._document,
            self._operation,
            dict(zip(self._switches, setting, strict=True)),
        )
        self._plans[setting] = made
        return made


class Plan:
    """One operation, compiled for one setting of its switches. Safe in any thread."""

    def __init__(
        self,
        schema: Schema,
        attributes: Mapping[str, AttributeField],
        document: DocumentNode,
        operation: OperationDefinitionNode,
        switches: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        root = schema._schema.query_type
        assert root is not None
        self._writer = Writer(schema._schema, Collector(schema._schema, document, switches), attributes)
        self._answer = self._writer.answer(root, (operation.selection_set,))
        self._constant: dict[int, dict[str, Any]] = {}

    def run(self, root: Any, values: Any) -> dict[str, Any]:
        """The data of the answer; ``values`` are the variables as graphql-core coerces them.

        Raises:
            Exception: of any kind, where the answer would carry an error.
        """
        return self._answer(root, _Given(self, values))

    def arguments(self, number: int, values: Any) -> dict[str, Any]:
        """What the function of a field is called with."""
        known = self._constant.get(number)
        if known is not None:
            return known
        asked = self._writer.asked[number]
        made = _arguments(self._schema, asked, values)
        if not _varies(asked.node):
            self._constant[number] = made
        return made


class _Given(dict[int, dict[str, Any]]):
    """Arguments by number of the field that is asked, for one request; made once, when they are needed."""

    def __init__(self, plan: Plan, values: Any) -> None:
        super().__init__()
        self._plan, self._values = plan, values

    def __missing__(self, number: int) -> dict[str, Any]:
        found = self[number] = self._plan.arguments(number, self._values)
        return found


def _arguments(schema: Schema, asked: Asked, values: Any) -> dict[str, Any]:
    made = convert_arguments(
        get_argument_values(asked.field, asked.node, values),
        asked.definition.arguments,
        scalar_registry=schema.schema_converter.scalar_registry,
        config=schema.config,
    )
    return {name: plain_value(value) for name, value in made.items()}


def _varies(node: FieldNode) -> bool:
    """Whether an argument of a field holds a variable."""
    waiting: list[ValueNode] = [argument.value for argument in node.arguments or ()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            return True
        if isinstance(value, ListValueNode):
            waiting.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            waiting.extend(field.value for field in value.fields)
    return False


def _switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what of a document is included."""
    found: set[str] = set()
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        for directive in getattr(node, "directives", None) or ():
            given = [argument.value for argument in directive.arguments or ()]
            found |= {value.name.value for value in given if isinstance(value, VariableNode)}
        selection = getattr(node, "selection_set", None)
        if selection is not None:
            waiting.extend(selection.selections)
    return tuple(sorted(found))


__all__ = ["Operation", "Plan"]
