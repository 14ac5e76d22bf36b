"""What do the functions of a plan look like? One per selection and concrete type, in Python source.

``o`` is the object that is read, ``a`` holds by number what the functions of fields are called with, ``v`` is a
value on its way into the answer, ``x`` an item of a list. A hit comes to, for example::

    def s4(o, a):
        return {'degree': (v if (v := o.degree).__class__ is int and -2147483648 <= v <= 2147483647 else t7(v)),
                'node': d8[(v := o.node)._type_name](v, a)}

Functions for the types that may turn up are written when one does, so nothing is written that is not used.
"""

import keyword
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    SelectionSetNode,
)
from strawberry.types.field import StrawberryField

from thread.api.entity import Entity
from thread.api.publish import CallField
from thread.api.selections.collecting import Collector, Unplanned
from thread.api.selections.columns import OF_EVERY_ENTITY, Column, attribute, constant, one_by_one, rows
from thread.api.selections.leaves import SURE, Leaf, shown, wrong
from thread.api.tables import Edges, Entities
from thread.api.vocabulary import AttributeField

Answer = Callable[[Any, Any], dict[str, Any]]
Sets = tuple[SelectionSetNode, ...]
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_DEFINITION: Final = "strawberry-definition"
LISTS: Final[frozenset[object]] = frozenset({list, tuple})


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that takes arguments, where it is asked for."""

    field: GraphQLField
    node: FieldNode
    definition: CallField


class Writer:
    """Writes the functions of one plan. Safe in any thread."""

    def __init__(self, schema: GraphQLSchema, collector: Collector, attributes: Mapping[str, AttributeField]) -> None:
        self._schema, self._collector, self._attributes = schema, collector, attributes
        self._lock = Lock()
        self._names: dict[str, Any] = {"wrong": wrong, "mark_of": _mark_of, "LISTS": LISTS}
        self._written: dict[tuple[str, tuple[int, ...]], Answer] = {}
        self.asked: list[Asked] = []

    def answer(self, of: GraphQLObjectType, sets: Sets) -> Answer:
        """The function that answers selections of one type, merged.

        Raises:
            Unplanned: they hold what plans do not know.
        """
        with self._lock:
            key = of.name, tuple(id(each) for each in sets)
            if key not in self._written:
                fields = self._collector.collect(sets, of).items()
                entries = ", ".join(f"{name!r}: {self._field(of, nodes)}" for name, nodes in fields)
                self._written[key] = self._define(f"def s(o, a):\n    return {{{entries}}}\n", "s", of)
            return self._written[key]

    def columns(self, of: GraphQLObjectType, sets: Sets, given: Collection[str] | None) -> Callable[[Any], list[Any]]:
        """The function that answers selections of many objects of one type.

        It takes a ``Batch`` of entities; or, where ``given`` names the columns of edges, edges and arguments.
        """
        with self._lock:
            columns = {}
            for answer, nodes in self._collector.collect(sets, of).items():
                columns[answer] = self._column(of, nodes) if given is None else self._edge_column(of, nodes, given)
            if not columns:  # all of it is skipped
                return lambda b: [{} for _ in (b.nodes if given is None else b[0])]
            names = [f"c{at}" for at in range(len(columns))]
            reads = [f"{self._bind('f', column)}(b)" for column in columns.values()]
            row = ", ".join(f"{answer!r}: {name}" for answer, name in zip(columns, names, strict=True))
            source = (
                f"def m(b):\n    return [{{{row}}} for ({', '.join(names)},) in zip({', '.join(reads)}, strict=True)]\n"
            )
            found: Callable[[Any], list[Any]] = self._define(source, "m", of)
            return found

    def _define(self, source: str, name: str, of: GraphQLObjectType) -> Any:
        exec(compile(source, f"<{of.name}>", "exec"), self._names)  # noqa: S102  names of the schema, checked
        return self._names[name]

    def _function(self, of: GraphQLObjectType, nodes: list[FieldNode]) -> Answer:
        found: Answer = self._define(f"def f(o, a):\n    return {self._field(of, nodes)}\n", "f", of)
        return found

    def _column(self, of: GraphQLObjectType, nodes: list[FieldNode]) -> Column:
        """What one field comes to for many entities."""
        word = nodes[0].name.value
        if word == "__typename":
            return constant(of.name)
        field, definition = self._known(of, word)
        name, leaf = (
            definition.python_name,
            field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type,
        )
        if name in OF_EVERY_ENTITY and not isinstance(definition, CallField):
            return OF_EVERY_ENTITY[name]
        attribute_field = self._attributes.get(name)
        if attribute_field is not None and attribute_field.attribute.single and leaf is field.type:
            assert isinstance(leaf, GraphQLScalarType | GraphQLEnumType)
            return attribute(attribute_field, shown(leaf))
        return one_by_one(self._function(of, nodes))

    def _edge_column(self, of: GraphQLObjectType, nodes: list[FieldNode], given: Collection[str]) -> Any:
        word = nodes[0].name.value
        if word != "__typename":
            field, definition = self._known(of, word)
            inner = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
            name = definition.python_name
            if name == "node":
                sets = tuple(node.selection_set for node in nodes if node.selection_set is not None)
                assert isinstance(inner, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
                every = Functions(self, inner, sets).every
                return lambda b: every(b[0].node, b[1])
            if name in given:
                assert isinstance(inner, GraphQLScalarType | GraphQLEnumType)
                show = shown(inner)
                return lambda b: [show(value) for value in b[0].columns[name]()]
        function = self._function(of, nodes)
        return lambda b: [function(edge, b[1]) for edge in b[0]]

    def _known(self, of: GraphQLObjectType, word: str) -> tuple[GraphQLField, StrawberryField]:
        field = of.fields.get(word)
        definition = None if field is None else field.extensions.get(_DEFINITION)
        if field is None or not isinstance(definition, StrawberryField):
            raise Unplanned(word)
        return field, definition

    def chosen(self, of: Composite, mark: Any) -> GraphQLObjectType:
        """The concrete type of objects with a mark, as the type's own ``resolve_type`` and ``is_type_of`` choose it."""
        possible = (of,) if isinstance(of, GraphQLObjectType) else self._schema.get_possible_types(of)
        for each in possible:
            if isinstance(mark, str):
                if each.name == mark:
                    return each
            elif issubclass(mark, getattr(each.extensions[_DEFINITION].origin, "_published", ())):
                return each
        return wrong(mark)  # type: ignore[no-any-return]  # raises

    def _bind(self, letter: str, value: object) -> str:
        name = f"{letter}{len(self._names)}"
        self._names[name] = value
        return name

    def _field(self, of: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        word = nodes[0].name.value
        if word == "__typename":
            return repr(of.name)
        field, definition = self._known(of, word)
        sets = tuple(node.selection_set for node in nodes if node.selection_set is not None)
        return self._value(field.type, self._read(field, definition, nodes[0]), sets)

    def _read(self, field: GraphQLField, definition: StrawberryField, node: FieldNode) -> str:
        if isinstance(definition, CallField):
            self.asked.append(Asked(field, node, definition))
            return f"{self._bind('c', definition.call)}(o, **a[{len(self.asked) - 1}])"
        if type(definition) is not StrawberryField or not definition.is_basic_field:
            raise Unplanned(field.type)
        name = definition.python_name
        return f"o.{name}" if name.isidentifier() and not keyword.iskeyword(name) else f"getattr(o, {name!r})"

    def _value(self, of: GraphQLOutputType, read: str, sets: Sets) -> str:
        """Source of what a value comes to in the answer; the value is read once."""
        inner = of.of_type if isinstance(of, GraphQLNonNull) else of
        then = "x" if read == "x" else "v"
        first = "x" if read == "x" else f"(v := {read})"
        none = "" if inner is not of else f"None if {then} is None else "
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            return self._leaf(inner, first, then, none)
        if isinstance(inner, GraphQLList):
            item = inner.of_type.of_type if isinstance(inner.of_type, GraphQLNonNull) else inner.of_type
            if isinstance(item, GraphQLScalarType | GraphQLEnumType | GraphQLList):
                items = self._value(inner.of_type, "x", sets)
                return f"([{items} for x in {then}] if {first}.__class__ in LISTS else {none}wrong({then}))"
            functions = self._bind("d", Functions(self, item, sets))
            every = "some" if item is inner.of_type else "every"
            if none:
                return f"(None if {first} is None else {functions}.{every}({then}, a))"
            return f"{functions}.{every}({first}, a)"
        functions = self._bind("d", Functions(self, inner, sets))
        mark = self._mark(inner)
        if none:
            return f"(None if {first} is None else {functions}[{mark.format(then)}]({then}, a))"
        return f"{functions}[{mark.format(first)}]({then}, a)"

    def _mark(self, of: Composite) -> str:
        """Source of the mark by which the concrete type of an object is known."""
        possible = [of] if isinstance(of, GraphQLObjectType) else self._schema.get_possible_types(of)
        entities = sum(any(face.name == "Node" for face in each.interfaces) for each in possible)
        if entities == len(possible):
            return "{}._type_name"
        return "mark_of({})" if entities else "{}.__class__"

    def _leaf(self, leaf: Leaf, first: str, then: str, none: str) -> str:
        show = self._bind("t", shown(leaf))
        if leaf.name in SURE:
            sure = SURE[leaf.name].format(first=first, then=then)
            return f"({then} if {sure} else {none}{show}({then}))"
        if none:
            return f"(None if {first} is None else {show}({then}))"
        return f"{show}({first})"


class Functions(dict[Any, Answer]):
    """What answers a selection, by the mark of the object's concrete type; and for many objects at once."""

    def __init__(self, writer: Writer, of: Composite, sets: Sets) -> None:
        super().__init__()
        self._writer, self._of, self._sets = writer, of, sets
        self._columns: dict[str, Callable[[Any], Any]] = {}

    def __missing__(self, mark: Any) -> Answer:
        found = self[mark] = self._writer.answer(self._writer.chosen(self._of, mark), self._sets)
        return found

    def every(self, items: Any, a: Any) -> list[Any]:
        """The answers of a list in which nothing is null."""
        if items.__class__ is Entities:
            return rows(items, a, self._writer_of)
        if items.__class__ is Edges:
            return self._edges(items, a)
        if items.__class__ not in LISTS:
            wrong(items)
        return [self[_mark_of(x)](x, a) for x in items]

    def some(self, items: Any, a: Any) -> list[Any]:
        """The answers of a list in which something may be null."""
        if items.__class__ not in LISTS:
            return self.every(items, a)
        return [None if x is None else self[_mark_of(x)](x, a) for x in items]

    def _writer_of(self, name: str) -> Any:
        found = self._columns.get(name)
        if found is None:
            of = self._writer.chosen(self._of, name)
            found = self._columns[name] = self._writer.columns(of, self._sets, None)
        return found

    def _edges(self, edges: Any, a: Any) -> list[Any]:
        found = self._columns.get("")
        if found is None:
            assert isinstance(self._of, GraphQLObjectType)
            found = self._columns[""] = self._writer.columns(self._of, self._sets, edges.columns)
        return list(found((edges, a)))


def _mark_of(value: object) -> object:
    return value._type_name if isinstance(value, Entity) else value.__class__
