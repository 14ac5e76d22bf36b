"""How is it said which facts of an entity are meant?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.upsert import AttributeInput, IdentifierInput
from thread.api.words import ID, RelationKind
from thread.errors import InputError
from thread.service.commands import Identified
from thread.service.commands.choosing import Choice, LinkChoice, ValueChoice

if TYPE_CHECKING:
    from thread.api.scope import Scope


@dataclass(frozen=True, slots=True)
class LinkChoiceInput:
    """Links from the entity to another."""

    relation: RelationKind
    """What they say; this relation itself."""
    target: ID
    """Where they lead: opaque id, IRI or identifier."""
    qualifiers: list[AttributeInput] | None = None
    """Those with just these values; by default all."""


@dataclass(frozen=True, slots=True)
class ValueChoiceInput:
    """Values of an attribute."""

    name: str
    """Name or IRI in the ontology; label is the name of the entity."""
    value: str | None = None
    """This value, as text; by default all."""


def choice_of(
    links: list[LinkChoiceInput] | None,
    attributes: list[ValueChoiceInput] | None,
    identifiers: list[IdentifierInput] | None,
    scope: Scope,
) -> Choice:
    """The choice of an input.

    Raises:
        InputError: lists are given, and nothing is in them.
    """
    given = [each for each in (links, attributes, identifiers) if each is not None]
    if given and not any(given):
        raise InputError(
            "The lists of what is meant are empty.", hint="Name something, or leave the lists out to mean the whole."
        )
    words = scope.vocabulary
    relations = dict(zip(words.relation_names, (relation.iri for relation in words.ontology.relations), strict=True))
    return Choice(
        tuple(
            LinkChoice(
                relations[one.relation],
                scope.iri_of(one.target),
                None if one.qualifiers is None else tuple((each.name, each.value) for each in one.qualifiers),
            )
            for one in links or ()
        ),
        tuple(ValueChoice(attribute_name(one.name, scope), one.value) for one in attributes or ()),
        tuple(Identified(one.scheme, one.value, one.scope) for one in identifiers or ()),
    )


def attribute_name(name: str, scope: Scope) -> str:
    """The attribute that a field shows, by its name in the ontology; all else as it is."""
    field = scope.vocabulary.attribute_fields.get(name)
    return name if field is None else field.attribute.name


INPUTS: Final[tuple[type, ...]] = (LinkChoiceInput, ValueChoiceInput)
