"""How does GraphQL name what the ontology says? Kinds, relations and attributes, both ways, for one ontology."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from thread.api.words import INT32, EntityKind, RelationKind, finite
from thread.clock import to_instant
from thread.errors import InputError
from thread.facts import Value, ValueType
from thread.ontology.model import Attribute, Kind, Ontology
from thread.terms import IDENTIFIER, LABEL, STUB, UpperKind, upper_snake

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_SCALAR: Final = {
    ValueType.TEXT: "str",
    ValueType.INTEGER: "int",
    ValueType.REAL: "float",
    ValueType.BOOLEAN: "bool",
    ValueType.DECIMAL: "Decimal",
    ValueType.TIME: "DateTime",
    ValueType.IRI: "IRI",
    ValueType.LINK: "IRI",
}
UNPUBLISHED: Final = frozenset({LABEL, IDENTIFIER, STUB})
"""Attributes that have fields of their own on every entity."""
RESERVED: Final = frozenset(
    {
        *("id", "iri", "kind", "label", "version", "identifiers", "conflicts", "relations", "lineage", "health"),
        *("asOf", "knownAt", "validFrom", "validTo", "as_of", "known_at", "valid_from", "valid_to"),
        *("search", "history", "audit"),
    }
)
"""Names of fields that every entity has, now or soon; an attribute of that name gets ``Value`` behind it."""


@dataclass(frozen=True, slots=True)
class AttributeField:
    """An attribute as a field: its name in GraphQL, the enum that holds its values, how a value is written."""

    attribute: Attribute
    name: str
    enum: str | None
    values: Mapping[str, str]
    """Stored text of each enum value to its GraphQL name."""

    @property
    def annotation(self) -> str:
        """The type of the field, in the words of the schema."""
        one = self.enum or _SCALAR[self.attribute.type]
        return f"{one} | None" if self.attribute.single else f"list[{one}]"

    @property
    def description(self) -> str:
        """What the ontology says of it, with its unit."""
        said = self.attribute.comment or self.attribute.label or self.attribute.name
        return f"{said} Unit: {self.attribute.unit}." if self.attribute.unit else said

    def show(self, value: Value) -> Any:
        """A stored value as GraphQL carries it.

        Raises:
            InputError: ``bad-value``: NaN, an integer over 32 bits, a word that the enum does not have.
        """
        if self.enum is not None:
            found = self.values.get(str(value))
            if found is None:
                raise InputError(
                    f'{self.name} is "{value}", which the ontology does not list.',
                    code="bad-value",
                    hint=f"Expected one of {', '.join(self.values)}.",
                )
            return found
        if isinstance(value, datetime):
            return to_instant(value)
        if isinstance(value, float):
            return finite(value, self.name)
        if isinstance(value, int) and not -INT32 - 1 <= value <= INT32:
            raise InputError(
                f"{self.name} is {value}, which a GraphQL Int cannot carry.",
                code="bad-value",
                hint="Declare the attribute as a decimal in the ontology.",
            )
        return value


class Vocabulary:
    """The words of one ontology as GraphQL spells them. Tables are by ordinal; sets include what lies below."""

    def __init__(self, ontology: Ontology, taken: Iterable[str] = ()) -> None:
        self.ontology = ontology
        self._taken = frozenset(taken)
        """Names of types that no kind may take."""

    @cached_property
    def kind_names(self) -> tuple[EntityKind, ...]:
        """Values of EntityKind by kind ordinal."""
        return tuple(EntityKind(name) for name in _unique([upper_snake(kind.name) for kind in self.ontology.kinds]))

    @cached_property
    def relation_names(self) -> tuple[RelationKind, ...]:
        """Values of RelationKind by relation ordinal."""
        names = _unique([upper_snake(relation.name) for relation in self.ontology.relations])
        return tuple(RelationKind(name) for name in names)

    @cached_property
    def interface_names(self) -> tuple[str, ...]:
        """Name of the type (leaf) or interface (with subkinds) by kind ordinal."""
        names = (re.sub(r"\W+", "_", kind.name) for kind in self.ontology.kinds)
        return tuple(
            name if kind.iri == UpperKind.ENTITY or name not in self._taken else f"{name}Entity"
            for name, kind in zip(names, self.ontology.kinds, strict=True)
        )

    @cached_property
    def type_names(self) -> tuple[str, ...]:
        """Name of the concrete type of a direct instance, by kind ordinal."""
        return tuple(
            f"Other{name}" if kind.children or kind.iri == UpperKind.ENTITY else name
            for name, kind in zip(self.interface_names, self.ontology.kinds, strict=True)
        )

    @cached_property
    def _kinds_below(self) -> Mapping[str, frozenset[int]]:
        kinds = zip(self.kind_names, self.ontology.kinds, strict=True)
        return {name: self.ontology.subkinds(kind.iri) for name, kind in kinds}

    @cached_property
    def _relations_below(self) -> Mapping[str, frozenset[int]]:
        relations = zip(self.relation_names, self.ontology.relations, strict=True)
        return {name: self.ontology.subrelations(relation.iri) for name, relation in relations}

    def kinds(self, names: Iterable[str] | None) -> frozenset[int] | None:
        """Ordinals of kinds and all kinds below them; None for None."""
        return None if names is None else frozenset().union(*(self._kinds_below[name] for name in names))

    def relations(self, names: Iterable[str] | None) -> frozenset[int] | None:
        """Ordinals of relations and all below them; None for None."""
        return None if names is None else frozenset().union(*(self._relations_below[name] for name in names))

    @cached_property
    def attribute_fields(self) -> Mapping[str, AttributeField]:
        """Attributes that entities carry, by GraphQL name."""
        fields: dict[str, AttributeField] = {}
        for attribute in self.ontology.attributes:
            if attribute.domain and attribute.iri not in UNPUBLISHED:
                name = re.sub(r"\W+", "_", attribute.name)
                name = f"{name}Value" if name in RESERVED or name.startswith("_") or name in fields else name
                fields[name] = AttributeField(attribute, name, *self._enum_of(attribute))
        return fields

    def _enum_of(self, attribute: Attribute) -> tuple[str | None, Mapping[str, str]]:
        names = {value: upper_snake(re.split(r"[#/]", value)[-1].replace("/", " ")) for value in attribute.enum}
        if not names or len(set(names.values())) < len(names) or not all(map(_NAME.fullmatch, names.values())):
            return None, {}
        name = attribute.name[0].upper() + re.sub(r"\W+", "_", attribute.name[1:])
        clashes = name in self._taken or name in self.interface_names or name in self.type_names
        return (f"{name}Value" if clashes else name), names

    @cached_property
    def readers(self) -> Mapping[str, Callable[[Any, int], Any]]:
        """By GraphQL name: what reads an attribute of a node from a view."""
        return {name: _reader(field) for name, field in self.attribute_fields.items()}

    def fields_of(self, kind: Kind) -> list[AttributeField]:
        """Attributes whose domain names this kind itself; those of superkinds are inherited."""
        return [field for field in self.attribute_fields.values() if kind.iri in field.attribute.domain]


def _reader(field: AttributeField) -> Callable[[Any, int], Any]:
    iri, show = field.attribute.iri, field.show
    if field.attribute.single:

        def one(view: Any, node: int) -> Any:
            value = view.value(node, iri)
            return None if value is None else show(value)

        return one
    return lambda view, node: [show(value) for value in view.values(node, iri)]


def _unique(names: list[str]) -> list[str]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or not all(map(_NAME.fullmatch, names)):
        wrong = repeated or [name for name in names if not _NAME.fullmatch(name)]
        raise InputError(
            f"GraphQL cannot tell these names of the ontology apart or spell them: {', '.join(wrong)}.",
            code="bad-ontology",
            hint="Rename the kind or relation: letters, digits, and no two that differ in case only.",
        )
    return names
