"""What do entities and links that shall hold change? Only what differs is said; what is refused is said per item."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from thread.clock import BEGIN, END, Instant, to_instant
from thread.errors import ConflictError, InputError, ThreadError, known_near
from thread.facts import FactPart, Op, PartBuilder, Qualifiers, Value
from thread.ontology.model import Attribute
from thread.ontology.shapes import Violation
from thread.ontology.values import iri_fault, parse_value
from thread.projection import Statement, View
from thread.service.commands.bounds import ITEMS
from thread.service.commands.frame import Frame, Place, Planned, plan
from thread.service.commands.model import Claims, Identified, ItemResult, ItemStatus, LinkClaim, Upsert, Upserted
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, STUB, THR, TYPE, Iri, UpperKind

OCCURRED_AT: Final = THR + "occurredAt"
INSTALLED_IN: Final = THR + "installedIn"
_NOT_BY_NAME: Final = frozenset({IDENTIFIER, STUB, LABEL})


@dataclass(frozen=True, slots=True)
class _Said:
    """One fact that an item needs."""

    op: Op
    subject: str
    predicate: str
    target: str | None
    value: Value | None
    since: Instant
    until: Instant
    qualifiers: Qualifiers = ()


@dataclass(slots=True)
class _Item:
    """One entity or link on its way."""

    index: int
    place: Place
    iri: str
    created: bool
    said: list[_Said] = field(default_factory=list)
    problem: ThreadError | None = None

    def result(self) -> ItemResult:
        if self.problem is not None:
            return ItemResult(self.index, self.iri, ItemStatus.REJECTED, self.problem)
        changed = ItemStatus.CREATED if self.created else ItemStatus.UPDATED
        return ItemResult(self.index, self.iri, changed if self.said else ItemStatus.UNCHANGED)


@plan.register
def plan_upsert(command: Upsert, frame: Frame) -> Planned:
    """What an upsert would do.

    Raises:
        InputError: ``too-large``: too many items.
    """
    if len(command.entities) + len(command.links) > ITEMS:
        place = ("input", "entities")
        hint = "Send several requests."
        raise InputError(f"More than {ITEMS} entities and links.", code="too-large", hint=hint, place=place)
    items = [_entity(number, claims, frame) for number, claims in enumerate(command.entities)]
    _refuse_repeats(items)
    new = {item.iri for item in items if item.created}
    moved = {claim.source for claim in command.links if claim.relation == INSTALLED_IN}
    links = [_link(number, claim, frame.view, new, moved) for number, claim in enumerate(command.links)]
    parts = _settle([*items, *links], frame, command.atomic)
    refused = command.atomic and any(item.problem for item in (*items, *links))
    result = Upserted(tuple(item.result() for item in items), tuple(item.result() for item in links), refused)
    return Planned(() if refused else parts.parts(), result, "upsert")


def _settle(items: list[_Item], frame: Frame, atomic: bool) -> PartBuilder:
    """The facts of the items that fit the ontology; those that do not are marked, until all that is left fits."""
    while True:
        builder = PartBuilder()
        for number, item in enumerate(items):
            for said in item.said if item.problem is None else ():
                _write(builder, said, number + 1)
        parts = builder.parts()
        violations = frame.check(parts)
        for violation in violations:
            item = items[violation.row - 1]
            item.problem = item.problem or _problem(violation, parts, item.place)
        if not violations or atomic:
            builder = PartBuilder()
            for item in items:
                for said in item.said if item.problem is None else ():
                    _write(builder, said, 0)
            return builder


def _problem(violation: Violation, parts: Sequence[FactPart], place: Place) -> InputError:
    part = parts[violation.part]
    shape = part.strings[int(part.table["predicate"][violation.index])]
    return InputError(violation.message, code=violation.code, hint=violation.hint, place=place, shape=shape)


def _write(builder: PartBuilder, said: _Said, row: int) -> None:
    tail = (said.since, said.until, said.qualifiers, "", row, said.op)
    if said.target is not None:
        builder.link(said.subject, said.predicate, said.target, *tail)
    elif said.value is not None:
        builder.attribute(said.subject, said.predicate, said.value, *tail)


def _refuse_repeats(items: Iterable[_Item]) -> None:
    first: dict[str, int] = {}
    for item in items:
        if first.setdefault(item.iri, item.index) != item.index and item.problem is None:
            item.problem = InputError(
                f"{item.iri} is given twice, first as item {first[item.iri]}.",
                code="repeated-key",
                hint="Say all of one entity in one item.",
                place=item.place,
            )


# -- one entity


def _entity(number: int, claims: Claims, frame: Frame) -> _Item:
    view = frame.view
    node = view.find(claims.iri)
    kinds = view.history(node, TYPE) if node >= 0 else []
    item = _Item(number, ("input", "entities", str(number)), claims.iri, created=not kinds)
    try:
        if fault := iri_fault(claims.iri):
            raise InputError(fault.message, code=fault.code, hint=fault.hint, place=(*item.place, "iri"))
        frame.expect_version(node if kinds else -1, claims.if_version, (*item.place, "ifVersion"))
        _describe(item, claims, view, node, kinds)
    except ThreadError as error:
        item.problem = error
    return item


def _describe(item: _Item, claims: Claims, view: View, node: int, kinds: list[Statement]) -> None:
    values = [
        _value(view, name, text, (*item.place, "attributes", str(index)))
        for index, (name, text) in enumerate(claims.attributes)
    ]
    if claims.label is not None:
        if not claims.label.strip():
            raise InputError("The label is empty.", code="missing-value", place=(*item.place, "label"))
        values.append((view.ontology.attribute[LABEL], _nfc(claims.label)))
    since = _since(claims, view, values, new=item.created)
    if claims.kind is None and item.created:
        raise InputError(
            f"{claims.iri} is new and has no kind.",
            code="missing-value",
            hint="Say what kind of entity it is.",
            place=(*item.place, "kind"),
        )
    _kind(item, claims, kinds, since)
    for attribute, value in values:
        _change(item, view, node, attribute, value, since)
    _identifiers(item, claims, view, node, since)


def _kind(item: _Item, claims: Claims, kinds: list[Statement], since: Instant) -> None:
    """The kind where it is new, another, or not so then; a correction without a time is one since ever."""
    if claims.kind is None:
        return
    now = [one for one in kinds if one.valid_from <= since < one.valid_to]
    planned = [] if claims.since is not None else [one for one in kinds if one.valid_from > since]
    if not any(one.value == claims.kind for one in (*now, *planned)):
        start = kinds[0].valid_from if now and claims.since is None else since
        item.said.append(_attribute(claims.iri, TYPE, Iri(claims.kind), start))


def _identifiers(item: _Item, claims: Claims, view: View, node: int, since: Instant) -> None:
    known = {(i.scheme, i.scope, i.value) for i in view.identifiers(node)} if node >= 0 else set()
    for index, given in enumerate(claims.identifiers):
        place = (*item.place, "identifiers", str(index))
        for name, text in (("scheme", given.scheme), ("value", given.value), ("scope", given.scope)):
            if text is not None and not text.strip():
                raise InputError(f"The {name} is empty.", code="missing-value", place=(*place, name))
        value, qualifiers = identifier_of(given)
        noted = dict(qualifiers)
        if (noted[SCHEME], noted.get(SCOPE), value) not in known:
            item.said.append(_attribute(claims.iri, IDENTIFIER, value, since, qualifiers=qualifiers))


def identifier_of(given: Identified) -> tuple[str, Qualifiers]:
    """Value and qualifiers of an identifier, as facts carry them."""
    scoped = () if given.scope is None else ((SCOPE, _nfc(given.scope)),)
    return _nfc(given.value), tuple(sorted(((SCHEME, _nfc(given.scheme)), *scoped)))


def _since(claims: Claims, view: View, values: list[tuple[Attribute, Value | None]], *, new: bool) -> Instant:
    """From when on: as it is said; an event's time; since ever for what is new; else now."""
    if claims.since is not None:
        return claims.since
    if not new:
        return view.valid_at
    if claims.kind is not None and view.ontology.is_a(claims.kind, UpperKind.EVENT):
        times = [value for attribute, value in values if attribute.iri == OCCURRED_AT]
        if times and times[0] is not None:
            return to_instant(times[0])  # type: ignore[arg-type]  # its type is a time, as it was parsed
    return BEGIN


def _value(view: View, name: str, text: str | None, place: Place) -> tuple[Attribute, Value | None]:
    ontology = view.ontology
    found = ontology.attribute.get(name) or ontology.by_name.get(name)
    if not isinstance(found, Attribute) or found.iri in _NOT_BY_NAME:
        named = (attribute.name for attribute in ontology.attributes if attribute.iri not in _NOT_BY_NAME)
        hint = known_near(name, named, "attributes")
        raise InputError(f'"{name[:60]}" is no attribute.', code="unknown-attribute", hint=hint, place=place)
    if text is None:
        return found, None
    if not text.strip():
        raise InputError(
            f"{found.name} is empty.", code="missing-value", hint="null says that it has no value.", place=place
        )
    try:
        return found, parse_value(found, text)
    except InputError as error:
        raise InputError(error.message, code=error.code, hint=error.hint, place=place, shape=found.iri) from error


def _change(item: _Item, view: View, node: int, attribute: Attribute, value: Value | None, since: Instant) -> None:
    held = [
        statement
        for statement in (view.history(node, attribute.iri) if node >= 0 else [])
        if statement.valid_from <= since < statement.valid_to
    ]
    if value is None:
        item.said += [_ended(statement, since) for statement in held]
    elif not any(type(s.value) is type(value) and s.value == value for s in held):
        if attribute.single:
            item.said += [_corrected(statement) for statement in held if statement.valid_from == since]
        item.said.append(_attribute(item.iri, attribute.iri, value, since))


def _attribute(subject: str, predicate: str, value: Value, since: Instant, *, qualifiers: Qualifiers = ()) -> _Said:
    return _Said(Op.ASSERT, subject, predicate, None, value, since, END, qualifiers)


def _ended(found: Statement, at: Instant) -> _Said:
    return _Said(Op.END, found.subject, found.predicate, found.object, found.value, BEGIN, at, found.qualifiers)


def _corrected(found: Statement) -> _Said:
    """What we said of the same instant was wrong, so that saying it again later counts."""
    return _Said(
        Op.RETRACT, found.subject, found.predicate, found.object, found.value, found.valid_from, END, found.qualifiers
    )


# -- one link


def _refuse_self(claim: LinkClaim, place: Place) -> None:
    """No relation of a plant leads from a thing to itself; an import keeps such rows and notes them."""
    if claim.source == claim.target:
        raise InputError(
            f"{claim.source} would be linked to itself.",
            code="circle",
            hint="Name two entities.",
            place=(*place, "target"),
            shape=claim.relation,
        )


def _refuse_occupied(claim: LinkClaim, view: View, window: tuple[Instant, Instant], moved: set[str], at: Place) -> None:
    """A position holds one component at a time; what this request moves as well is not counted."""
    place = view.find(claim.target) if claim.relation == INSTALLED_IN else -1
    if place < 0 or view.kind(place) not in view.ontology.subkinds(UpperKind.POSITION):
        return
    since, until = window
    for stay in view.history_to(place, INSTALLED_IN):
        if stay.subject not in moved and stay.valid_from < until and since < stay.valid_to:
            raise ConflictError(
                f"{stay.subject} is in {claim.target} then.",
                code="already-installed",
                hint="Use installComponent, which ends its stay, or give a time at which the position is free.",
                current=stay.subject,
                place=(*at, "target"),
            )


def _link(number: int, claim: LinkClaim, view: View, new: set[str], moved: set[str]) -> _Item:
    node = view.find(claim.source)
    held = view.history(node, claim.relation) if node >= 0 else []
    item = _Item(number, ("input", "links", str(number)), claim.source, created=True)
    described = node >= 0 and bool(view.history(node, TYPE)) and claim.source not in new
    since = claim.since if claim.since is not None else view.valid_at if described else BEGIN
    until = END if claim.until is None else claim.until
    try:
        _refuse_self(claim, item.place)
        qualifiers = qualifiers_of(claim.qualifiers, view, item.place)
        _refuse_occupied(claim, view, (since, until), moved, item.place)
    except ThreadError as error:
        item.problem = error
        return item
    same = [s for s in held if s.object == claim.target and s.qualifiers == qualifiers]
    now = [s for s in same if s.valid_from <= since < s.valid_to]
    if not now or claim.until not in (None, now[0].valid_to):
        item.created = not now
        start = now[0].valid_from if now else since  # another end of the same stretch, not a second one
        item.said.append(_Said(Op.ASSERT, claim.source, claim.relation, claim.target, None, start, until, qualifiers))
    return item


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def qualifiers_of(given: Sequence[tuple[str, str | None]], view: View, place: Place) -> Qualifiers:
    """Values of a link, by name and as text.

    Raises:
        InputError: ``unknown-attribute``, ``bad-value``, with the place.
    """
    found = []
    for index, (name, text) in enumerate(given):
        attribute, value = _value(view, name, text, (*place, "qualifiers", str(index)))
        if value is None:
            raise InputError(f"The qualifier {name} has no value.", place=(*place, "qualifiers", str(index)))
        found.append((attribute.iri, value))
    return tuple(sorted(found, key=lambda each: each[0]))
