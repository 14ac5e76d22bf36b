"""Random operations on the real schema: whatever is valid may come, with arguments that mean something now and then."""

from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

WORDS = {"String": ["tag:P-1", "WT-1027", "weld", "", "ü"], "ID": ["tag:P-1", "serial:WT-1027", "P-2", "nobody"]}
NUMBERS = [0, 1, 2, 3, 7, 64, 500, -1]
TIMES = ["2026-03-02T06:00:00Z", "2025-01-01T00:00:00+01:00", "1900-01-01T00:00:00Z"]


class Writer:
    """Writes one operation: fields, aliases, fragments, switches, variables.

    Args:
        known: references of the sample that mean something, for ``ID`` and ``String`` arguments.
    """

    def __init__(self, schema: GraphQLSchema, random: Random, known: list[str]) -> None:
        self.schema, self.random, self.known = schema, random, known
        self.variables: dict[str, tuple[str, Any]] = {}
        self.fragments: list[str] = []
        self.left = 40

    def operation(self) -> tuple[str, dict[str, Any]]:
        """A document with one operation, and its variables."""
        assert self.schema.query_type is not None
        body = self.selection(self.schema.query_type, 0)
        declared = ", ".join(f"${name}: {of}" for name, (of, _) in self.variables.items())
        head = f"query Q({declared})" if declared else "query Q"
        given = {name: value for name, (_, value) in self.variables.items() if value is not ...}
        return "\n".join([head + body, *self.fragments]), given

    def selection(self, of: GraphQLNamedType, depth: int) -> str:
        """A selection of a composite type, in braces."""
        parts = []
        fields = getattr(of, "fields", {})
        names = [n for n, f in fields.items() if depth < 5 or is_leaf_type(get_named_type(f.type))]
        for _ in range(self.random.randint(1, 4)):
            choice = self.random.random()
            if choice < 0.12 or not names:
                parts.append(f"{self.alias()}__typename{self.switch()}")
            elif choice < 0.25 and depth < 5:
                parts.append(self.fragment(of, depth))
            else:
                name = self.random.choice(names)
                parts.append(self.field(name, fields[name], depth))
        return "{" + " ".join(parts) + " __typename}"

    def field(self, name: str, field: GraphQLField, depth: int) -> str:
        """A field with its arguments and selection."""
        self.left -= 1
        inner = get_named_type(field.type)
        below = "" if is_leaf_type(inner) else self.selection(inner, depth + 1 if self.left > 0 else 5)
        return f"a{self.random.randrange(10**9)}: {name}{self.arguments(field.args)}{self.switch()}{below}"

    def alias(self) -> str:
        return f"a{self.random.randrange(10**9)}: " if self.random.random() < 0.5 else ""

    def fragment(self, of: GraphQLNamedType, depth: int) -> str:
        """A fragment that may apply, inline or named."""
        possible = [of, *self.schema.get_possible_types(of)] if is_abstract_type(of) else [of]
        if not is_abstract_type(of):
            possible += list(getattr(of, "interfaces", ()))
        meant = self.random.choice(possible)
        body = self.selection(meant, depth + 1)
        if self.random.random() < 0.6:
            on = f" on {meant.name}" if meant is not of or self.random.random() < 0.7 else ""
            return f"...{on}{self.switch()} {body}"
        name = f"F{len(self.fragments)}x{self.random.randrange(10**6)}"
        self.fragments.append(f"fragment {name} on {meant.name} {body}")
        return f"...{name}{self.switch()}"

    def switch(self) -> str:
        if self.random.random() < 0.88:
            return ""
        word = self.random.choice(["skip", "include"])
        return f" @{word}(if: {self.value(GraphQLNonNull(self.schema.type_map['Boolean']))})"  # type: ignore[type-var]

    def arguments(self, args: dict[str, GraphQLArgument]) -> str:
        given = []
        for name, argument in args.items():
            wanted = name in ("after", "before") and self.random.random() < 0.1
            often = 0.15 if name in ("after", "before", "last", "at") else 0.4
            if is_required_argument(argument) or wanted or self.random.random() < often:
                given.append(f"{name}: {self.value(argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def value(self, of: GraphQLInputType) -> str:
        """A literal, or a variable that holds the value."""
        found = self.literal(of, 0)
        if self.random.random() < 0.7 or "{" in found:
            return found
        name, declared = f"v{len(self.variables)}", str(of)
        self.variables[name] = (declared, _python(found))
        return f"${name}"

    def literal(self, of: GraphQLInputType, depth: int) -> str:
        if isinstance(of, GraphQLNonNull):
            return self.literal(of.of_type, depth)
        if isinstance(of, GraphQLList):
            return "[" + ", ".join(self.literal(of.of_type, depth + 1) for _ in range(self.random.randint(1, 2))) + "]"
        if isinstance(of, GraphQLEnumType):
            return self.random.choice(sorted(of.values))
        if isinstance(of, GraphQLInputObjectType):
            fields = list(of.fields.items())
            if of.is_one_of:
                fields = [self.random.choice(fields)]
            chosen = [
                (n, f)
                for n, f in fields
                if of.is_one_of or isinstance(f.type, GraphQLNonNull) or (depth < 3 and self.random.random() < 0.3)
            ]
            return "{" + ", ".join(f"{n}: {self.literal(f.type, depth + 1)}" for n, f in chosen) + "}"
        assert isinstance(of, GraphQLScalarType)
        return self.scalar(of.name)

    def scalar(self, name: str) -> str:
        if name == "Int":
            return str(self.random.choice(NUMBERS))
        if name == "Float":
            return str(self.random.choice([0, 0.5, 1.0]))
        if name == "Boolean":
            return self.random.choice(["true", "false"])
        if name == "DateTime":
            return f'"{self.random.choice(TIMES)}"'
        known = self.known if self.random.random() < 0.8 else WORDS.get(name, ["urn:x:1"])
        return f'"{self.random.choice(known)}"'


def _python(literal: str) -> Any:
    """The value of a flat literal as JSON has it."""
    import json

    if literal.startswith("["):
        inner = literal[1:-1]
        return [_python(each) for each in inner.split(", ")] if inner else []
    try:
        return json.loads(literal)
    except ValueError:
        return literal  # a value of an enum
