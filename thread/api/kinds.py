"""Which GraphQL types does an ontology give? An interface per kind with subkinds, a type per kind of instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from thread.api.entity import Entity, Node
from thread.api.publish import Member, Namespace, define, make_enum, members
from thread.api.vocabulary import AttributeField, Vocabulary
from thread.api.words import EntityKind, RelationKind
from thread.ontology.model import Kind, Ontology, Relation
from thread.terms import THR, UpperKind

WORDS: Final = {THR + name: name[0].upper() + name[1:] + "Word" for name in ("disposition", "orderType", "severity")}
"""Attributes whose values commands take, and the word that stands for the type in their inputs."""
RESTRICTED: Final = "Restricted"
_SAID_OF_RESTRICTED: Final = "Something that the caller may not see: it is there, and that is all that is told."


def publish_words(words: Vocabulary, namespace: Namespace) -> None:
    """The enums that the ontology decides: kinds, relations, and the listed values of attributes."""
    ontology = words.ontology
    kinds = {name: _said(kind) for name, kind in zip(words.kind_names, ontology.kinds, strict=True)}
    make_enum("EntityKind", "A kind of entity; kinds below it are meant too.", _sorted(kinds), namespace)
    relations = {
        name: f"{_said(relation)} Inverse: {relation.inverse}." if relation.inverse else _said(relation)
        for name, relation in zip(words.relation_names, ontology.relations, strict=True)
    }
    make_enum("RelationKind", "A kind of link; relations below it are meant too.", _sorted(relations), namespace)
    for field in words.attribute_fields.values():
        if field.enum is not None:
            make_enum(field.enum, field.description, dict.fromkeys(field.values.values(), ""), namespace)
        if field.attribute.iri in WORDS:
            namespace[WORDS[field.attribute.iri]] = namespace[field.enum] if field.enum is not None else str


def publish_kinds(words: Vocabulary, namespace: Namespace) -> list[type]:
    """All entity types of an ontology; concrete ones come back, so that the schema holds each of them."""
    ontology = words.ontology
    node = define(
        "Node",
        "Anything that can be read again by its id.",
        members(Node),
        namespace,
        interface=True,
        body={"resolve_type": _type_name},
    )
    interfaces: dict[str, type] = {}
    concrete = []
    for kind in _parents_first(ontology):
        top = kind.iri == UpperKind.ENTITY
        fields = tuple(_member(field) for field in words.fields_of(kind))
        fields = members(Entity) + fields if top else fields
        bases = (node,) if top else _bases(ontology, kind, interfaces)
        if kind.children or top:
            name = words.interface_names[kind.ordinal]
            body = {"resolve_type": _type_name}
            interfaces[kind.iri] = define(name, _said(kind), fields, namespace, bases=bases, interface=True, body=body)
            fields, bases = (), (interfaces[kind.iri],)
        name = words.type_names[kind.ordinal]
        body = {"is_type_of": _is_instance(name)}
        concrete.append(define(name, _said_of_instances(kind), fields, namespace, bases=bases, body=body))
    hidden = {"is_type_of": _is_instance(RESTRICTED)}
    bases = (interfaces[UpperKind.ENTITY],)
    concrete.append(define(RESTRICTED, _SAID_OF_RESTRICTED, (), namespace, bases=bases, body=hidden))
    return concrete


def _said_of_instances(kind: Kind) -> str:
    if kind.iri == UpperKind.ENTITY:
        return "An entity that is only referred to: no source has said what it is."
    return f"{kind.label or kind.name} of no kind below it that is known." if kind.children else _said(kind)


def _said(item: Kind | Relation) -> str:
    return item.comment or item.label or item.name


def _sorted(values: Mapping[EntityKind, str] | Mapping[RelationKind, str]) -> dict[str, str]:
    return dict(sorted((str(name), said) for name, said in values.items()))


def _type_name(value: Entity, _info: Any, _abstract: Any) -> str:
    return value._type_name


def _is_instance(name: str) -> Any:
    return lambda value, _info: isinstance(value, Entity) and value._type_name == name


def _member(field: AttributeField) -> Member:
    return Member(field.name, field.annotation, field.description)


def _parents_first(ontology: Ontology) -> list[Kind]:
    return sorted(ontology.kinds, key=lambda kind: (len(kind.ancestors), kind.iri))


def _bases(ontology: Ontology, kind: Kind, interfaces: Mapping[str, type]) -> tuple[type, ...]:
    """Direct superkinds as interfaces. The order is one for the whole ontology, so that Python can linearise it."""
    above = {parent for parent in kind.parents if parent in interfaces}
    for parent in tuple(above):
        above -= ontology.kind[parent].ancestors - {parent}
    above = above or {UpperKind.ENTITY}
    return tuple(interfaces[iri] for iri in sorted(above, key=lambda iri: (-len(ontology.kind[iri].ancestors), iri)))
