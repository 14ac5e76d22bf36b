"""How do plain Python classes become GraphQL types? Annotations give types, docstrings descriptions, order order.

The classes that GraphQL serves are ordinary slotted values. For each schema they are published anew, because
words such as ``EntityKind`` mean what that schema's ontology says: annotations are read as text and resolved in
the namespace of the schema. Attribute docstrings are read from the source, as pydantic's
``use_attribute_docstrings`` does, so that Python readers and GraphQL readers see the same sentence.
"""

import ast
import inspect
import textwrap
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Union

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from thread.api.tariff import price_tags

STREAM: Final = "AsyncIterator["
"""How the annotation of a subscription's field begins: it answers with many of what stands in the brackets."""
Namespace = dict[str, Any]
"""What the words of annotations mean in one schema."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a field: Python name, annotation as text, default (UNSET: none)."""

    name: str
    annotation: str
    default: Any = UNSET
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a class before it is published."""

    name: str
    annotation: str
    description: str
    arguments: tuple[Argument, ...] = ()
    call: Callable[..., Any] | None = None
    """Called with the source and the arguments; None: the attribute of that name, called if it has arguments."""
    default: Any = UNSET


class CallField(StrawberryField):
    """A field that takes arguments: calls a method of the source, or the function that it was given."""

    call: Callable[..., Any]

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:  # noqa: ARG002  as its base
        return self.call(source, **{name: plain_value(value) for name, value in kwargs.items()})

    @property
    def is_basic_field(self) -> bool:
        return False


def sentence(text: str | None) -> str:
    """The first paragraph of a docstring as one line."""
    return " ".join(textwrap.dedent(text or "").strip().split("\n\n")[0].split())


@cache
def members(cls: type) -> tuple[Member, ...]:
    """The public fields of a class in the order of its source; inherited ones are left to the bases.

    Cost: reads the source of the module once per class.
    """
    found = []
    body = _bodies(inspect.getmodule(cls))[cls.__qualname__]
    for index, node in enumerate(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if not node.target.id.startswith("_") and "ClassVar" not in ast.unparse(node.annotation):
                found.append(_attribute(cls, node.target.id, node, body[index + 1 : index + 2]))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.returns is not None:
            found.append(_method(cls, node))
    return tuple(found)


@cache
def _bodies(module: types.ModuleType) -> Mapping[str, list[ast.stmt]]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node.body for node in tree.body if isinstance(node, ast.ClassDef)}


def _docstring(following: list[ast.stmt]) -> str:
    if following and isinstance(following[0], ast.Expr) and isinstance(following[0].value, ast.Constant):
        return sentence(str(following[0].value.value))
    return ""


def _attribute(cls: type, name: str, node: ast.AnnAssign, following: list[ast.stmt]) -> Member:
    declared = getattr(cls, "__dataclass_fields__", {}).get(name)
    default = UNSET if declared is None or declared.default is MISSING else _default(declared.default)
    return Member(name, ast.unparse(node.annotation), _docstring(following), default=default)


def _method(cls: type, node: ast.FunctionDef) -> Member:
    assert node.returns is not None
    found = inspect.getattr_static(cls, node.name)
    description = sentence(ast.get_docstring(node))
    if isinstance(found, property) or not inspect.isfunction(found):
        return Member(node.name, ast.unparse(node.returns), description)
    parameters = list(inspect.signature(found).parameters.values())[1:]
    texts = {a.arg: ast.unparse(a.annotation) for a in (*node.args.args, *node.args.kwonlyargs) if a.annotation}
    arguments = tuple(Argument(p.name, texts[p.name], _default(p.default)) for p in parameters)
    return Member(node.name, ast.unparse(node.returns), description, arguments, call=found)


def _default(value: Any) -> Any:
    """A Python default as GraphQL prints it: none for None, ``{}`` for an input whose fields all have defaults."""
    if value is None or value is inspect.Parameter.empty:
        return UNSET
    return {} if is_dataclass(value) else value


def publish(cls: type, namespace: Namespace, extra: tuple[Member, ...] = (), bases: tuple[type, ...] = ()) -> type:
    """The GraphQL type of a class in one schema; it is put into the namespace under its name."""
    body = {"is_type_of": _instance_of(cls), "_published": cls}
    return define(cls.__name__, sentence(cls.__doc__), members(cls) + extra, namespace, bases=bases, body=body)


def publish_union(name: str, description: str, types_: Iterable[str], namespace: Namespace) -> None:
    """The GraphQL union of types that are in the namespace already."""
    made: Any = Union[tuple(namespace[each] for each in types_)]  # noqa: UP007  its members are known at start only
    namespace[name] = Annotated[made, strawberry.union(name, description=description)]


def define(
    name: str,
    description: str,
    fields: tuple[Member, ...],
    namespace: Namespace,
    *,
    bases: tuple[type, ...] = (),
    interface: bool = False,
    body: Namespace | None = None,
) -> type:
    """A GraphQL object type or interface of the given fields, put into the namespace under its name."""
    made = {member.name: _field(name, member, namespace) for member in fields}
    annotations = {member.name: Any for member in fields}
    content = {**made, "__annotations__": annotations, "__module__": __name__, **(body or {})}
    raw = types.new_class(name, bases, {}, lambda into: into.update(content))
    decorate = strawberry.interface if interface else strawberry.type
    published: type = decorate(raw, name=name, description=description)
    _resolve_in(published, {member.name: member for member in fields}, namespace)
    namespace[name] = published
    return published


def publish_input(cls: type, namespace: Namespace) -> type:
    """The GraphQL input type of a dataclass; its values are instances of a subclass of it."""
    fields = members(cls)
    made = {
        member.name: StrawberryField(
            python_name=member.name,
            description=member.description,
            default=member.default,
            type_annotation=StrawberryAnnotation(member.annotation, namespace=namespace),
        )
        for member in fields
    }
    annotations = {member.name: Any for member in fields}
    content = {**made, "__annotations__": annotations, "__module__": __name__}
    raw = types.new_class(cls.__name__, (), {}, lambda into: into.update(content))
    one_of = True if getattr(cls, "ONE_OF", False) else None
    published: type = strawberry.input(raw, name=cls.__name__, description=sentence(cls.__doc__), one_of=one_of)
    _resolve_in(published, {member.name: member for member in fields}, namespace)
    definition = published.__strawberry_definition__  # type: ignore[attr-defined]  # set by strawberry.input
    definition.from_input = _make_instance(cls)
    namespace[cls.__name__] = published
    return published


def publish_enum(cls: type[Enum], namespace: Namespace) -> None:
    """The GraphQL enum of a Python enum; docstrings below its values describe them."""
    body = _bodies(inspect.getmodule(cls))[cls.__qualname__]
    texts = {
        target.id: _docstring(body[index + 1 : index + 2])
        for index, node in enumerate(body)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    make_enum(cls.__name__, sentence(cls.__doc__), {item.name: texts.get(item.name, "") for item in cls}, namespace)


def make_enum(name: str, description: str, values: Mapping[str, str], namespace: Namespace) -> None:
    """A GraphQL enum whose Python values are the names themselves; ``values`` maps each to its description."""
    described = {value: strawberry.enum_value(value, description=text or None) for value, text in values.items()}
    words = Enum(name, described)  # type: ignore[misc]  # its name is known at start only
    namespace[name] = strawberry.enum(words, name=name, description=description)


def plain_value(value: Any) -> Any:
    """Enum members as their names: the enums of a schema are its own, the names are everyone's."""
    if isinstance(value, list):
        return [plain_value(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _instance_of(cls: type) -> Callable[[Any, Any], bool]:
    return lambda value, _info: isinstance(value, cls)


def _make_instance(cls: type) -> Callable[..., Any]:
    def from_input(published: Any, value: Mapping[str, Any], context: Any) -> Any:
        given = {}
        for field in published.__strawberry_definition__.fields:
            name = context.config.name_converter.from_field(field)
            if name in value:
                given[field.python_name] = plain_value(context.convert(value[name], field.resolve_type(), name))
        return cls(**given)

    return from_input


def _field(owner: str, member: Member, namespace: Namespace) -> StrawberryField:
    kind = CallField if member.call is not None else StrawberryField
    arguments = [camel(argument.name) for argument in member.arguments]
    stream = member.annotation.startswith(STREAM)
    field = kind(
        is_subscription=stream,
        directives=price_tags(owner, camel(member.name), member.annotation, arguments, lambda w: _leaf(w, namespace)),
        python_name=member.name,
        graphql_name=camel(member.name) if member.name.endswith("_") else None,
        description=member.description or None,
        type_annotation=StrawberryAnnotation(_given(member.annotation), namespace=namespace),
    )
    if isinstance(field, CallField):
        assert member.call is not None
        field.call = member.call
        field.arguments = [_argument(argument, namespace) for argument in member.arguments]
    return field


def _given(annotation: str) -> str:
    """What a field answers with: of a stream, one of its events."""
    return annotation[len(STREAM) : -1] if annotation.startswith(STREAM) else annotation


def _leaf(word: str, namespace: Namespace) -> bool:
    """True for the names of scalars and enums, which are in the namespace before any object."""
    meant = namespace.get(word)
    return meant is not None and (not isinstance(meant, type) or issubclass(meant, Enum))


def _argument(argument: Argument, namespace: Namespace) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=argument.name,
        graphql_name=camel(argument.name) if argument.name.endswith("_") else None,
        type_annotation=StrawberryAnnotation(argument.annotation, namespace=namespace),
        default=argument.default,
        description=argument.description,
    )


def camel(name: str) -> str:
    """A Python name as GraphQL spells it.

    >>> camel("max_page_size"), camel("from_")
    ('maxPageSize', 'from')
    """
    head, *tail = name.rstrip("_").split("_")
    return head + "".join(word.capitalize() for word in tail)


def _resolve_in(published: Any, fields: Mapping[str, Member], namespace: Namespace) -> None:
    """Point each annotation at the schema's namespace; strawberry would look in this module."""
    for field in published.__strawberry_definition__.fields:
        if field.python_name in fields:
            annotation = _given(fields[field.python_name].annotation)
            field.type_annotation = StrawberryAnnotation(annotation, namespace=namespace)
