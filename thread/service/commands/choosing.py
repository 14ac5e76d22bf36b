"""Which facts of an entity are meant? Links by relation and end, values by attribute, identifiers by what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from thread.clock import BEGIN, END, Instant
from thread.errors import InputError, NotFound, known_near
from thread.facts import Op, PartBuilder, Qualifiers
from thread.ontology.model import Attribute
from thread.ontology.values import parse_value
from thread.projection import Statement, View
from thread.service.commands.frame import Frame, Place
from thread.service.commands.model import Identified
from thread.service.commands.upsert import qualifiers_of
from thread.terms import IDENTIFIER, SCHEME, SCOPE, STUB, local_name


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """Links from the entity to another."""

    relation: str
    """IRI."""
    target: str
    qualifiers: tuple[tuple[str, str | None], ...] | None = None
    """None: whatever they are."""


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """Values of an attribute."""

    name: str
    value: str | None = None
    """As text; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is known of one choice, whatever its time."""

    said: str
    """The choice in words."""
    statements: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Choice:
    """Facts of one entity."""

    links: tuple[LinkChoice, ...] = ()
    attributes: tuple[ValueChoice, ...] = ()
    identifiers: tuple[Identified, ...] = ()

    @property
    def empty(self) -> bool:
        """True if no fact is named."""
        return not (self.links or self.attributes or self.identifiers)


def chosen(choice: Choice, node: int, frame: Frame) -> list[Chosen]:
    """Every statement that is meant, by choice; a choice of nothing that was ever said is refused.

    Raises:
        NotFound: nothing like this is known of the entity. InputError: an attribute, value or reference that is none.
    """
    view, links, attributes, identifiers = frame.view, choice.links, choice.attributes, choice.identifiers
    found = [_links(one, node, frame, ("input", "links", str(n))) for n, one in enumerate(links)]
    found += [_values(one, node, view, ("input", "attributes", str(n))) for n, one in enumerate(attributes)]
    found += [_named(one, node, view, ("input", "identifiers", str(n))) for n, one in enumerate(identifiers)]
    for one in found:
        if not one.statements:
            raise NotFound(
                f"{frame.view.iri(node)} has no {one.said}.", hint="Read it again.", ref=one.said, place=one.place
            )
    return found


ALL: Final = Choice()
"""No fact by itself."""


def write(builder: PartBuilder, found: Statement, op: Op, since: Instant = BEGIN, until: Instant = END) -> None:
    """End a statement (``until``), or retract what was said of it since an instant."""
    tail = (since, until, found.qualifiers, "", 0, op)
    if found.object is not None:
        builder.link(found.subject, found.predicate, found.object, *tail)
    elif found.value is not None:
        builder.attribute(found.subject, found.predicate, found.value, *tail)


def _links(one: LinkChoice, node: int, frame: Frame, place: Place) -> Chosen:
    view = frame.view
    target = _end_of(one, node, frame, place)
    asked: Qualifiers | None = None
    if one.qualifiers is not None:
        asked = qualifiers_of(one.qualifiers, view, place)
    held = [
        statement
        for statement in view.history(node, one.relation)
        if statement.object == target and (asked is None or statement.qualifiers == asked)
    ]
    return Chosen(f"link {local_name(one.relation)} to {target}", tuple(held), place)


def _end_of(one: LinkChoice, node: int, frame: Frame, place: Place) -> str:
    """The other end: as the reference says, also where it is not there now."""
    view = frame.view
    if any(statement.object == one.target for statement in view.history(node, one.relation)):
        return one.target
    return view.iri(frame.find(one.target, (*place, "target")))


def _values(one: ValueChoice, node: int, view: View, place: Place) -> Chosen:
    found = view.ontology.attribute.get(one.name) or view.ontology.by_name.get(one.name)
    if not isinstance(found, Attribute) or found.iri in (IDENTIFIER, STUB):
        named = (attribute.name for attribute in view.ontology.attributes if attribute.iri not in (IDENTIFIER, STUB))
        hint = known_near(one.name, named, "attributes")
        raise InputError(f'"{one.name[:60]}" is no attribute.', code="unknown-attribute", hint=hint, place=place)
    held = view.history(node, found.iri)
    if one.value is None:
        return Chosen(f"value of {found.name}", tuple(held), place)
    try:
        value = parse_value(found, one.value)
    except InputError as error:
        raise InputError(error.message, code=error.code, hint=error.hint, place=place, shape=found.iri) from error
    same = tuple(s for s in held if type(s.value) is type(value) and s.value == value)
    return Chosen(f'value "{one.value[:60]}" of {found.name}', same, place)


def _named(one: Identified, node: int, view: View, place: Place) -> Chosen:
    wanted = {SCHEME: one.scheme} | ({} if one.scope is None else {SCOPE: one.scope})
    held = tuple(
        statement
        for statement in view.history(node, IDENTIFIER)
        if statement.value == one.value and dict(statement.qualifiers) == wanted
    )
    return Chosen(f"identifier {one.scheme}:{one.value[:60]}", held, place)
