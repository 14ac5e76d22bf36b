"""Which fields does a selection come to for a type? As CollectFields of the GraphQL specification, 6.3.2."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_abstract_type,
    type_from_ast,
)

_KNOWN: Final = {"skip": GraphQLSkipDirective, "include": GraphQLIncludeDirective}


class Unplanned(Exception):
    """Something that plans do not know; the normal executor does."""


class Collector:
    """The fields of one document, with the switches of ``@skip`` and ``@include`` set one way.

    Args:
        switches: the values of the variables that decide what is included.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, switches: Mapping[str, Any]) -> None:
        self._schema, self._switches = schema, switches
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}

    def collect(self, sets: Iterable[SelectionSetNode], of: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        """Fields by their key in the answer, in its order; several nodes where they are to be merged.

        Raises:
            Unplanned: a directive other than skip and include.
        """
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        waiting: list[SelectionNode] = [node for each in reversed(list(sets)) for node in reversed(each.selections)]
        while waiting:
            node = waiting.pop()
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode | None = None
            if isinstance(node, InlineFragmentNode):
                fragment = node
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                fragment = self._fragments.get(node.name.value)
                if fragment is not None and self._applies(fragment, of):
                    seen.add(node.name.value)
            if fragment is not None and self._applies(fragment, of):
                waiting.extend(reversed(fragment.selection_set.selections))
        return found

    def _applies(self, fragment: InlineFragmentNode | FragmentDefinitionNode, of: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        meant = type_from_ast(self._schema, fragment.type_condition)
        return meant is of or (is_abstract_type(meant) and self._schema.is_sub_type(meant, of))

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name, arguments = directive.name.value, directive.arguments or ()
            if name not in _KNOWN or len(arguments) != 1:
                raise Unplanned(f"@{name}")
            given = arguments[0].value
            value = self._switches.get(given.name.value) if isinstance(given, VariableNode) else _literal(given)
            if not isinstance(value, bool):
                raise Unplanned(f"@{name}")
            if value is (name == "skip"):
                return False
        return True


def _literal(given: ValueNode) -> object:
    return given.value if isinstance(given, BooleanValueNode) else None
