"""What do entities and links that shall hold change? Only what differs is said; what is refused is said per item."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from thread.clock import BEGIN, END, Instant, to_instant
from thread.errors import InputError, ThreadError, known_near
from thread.facts import FactPart, Op, PartBuilder, Qualifiers, Value
from thread.ontology.model import Attribute
from thread.ontology.shapes import Violation
from thread.ontology.values import iri_fault, parse_value
from thread.projection import Statement, View
from thread.service.commands.frame import Frame, Place, Planned, plan
from thread.service.commands.model import Claims, ItemResult, ItemStatus, LinkClaim, Upsert, Upserted
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, STUB, THR, TYPE, Iri, UpperKind

OCCURRED_AT: Final = THR + "occurredAt"
_NOT_BY_NAME: Final = frozenset({IDENTIFIER, STUB, LABEL})
_MOST: Final = 5_000


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
        InputError: ``too many items``.
    """
    if len(command.entities) + len(command.links) > _MOST:
        raise InputError(
            f"More than {_MOST} entities and links.", hint="Send several requests.", place=("input", "entities")
        )
    items = [_entity(number, claims, frame) for number, claims in enumerate(command.entities)]
    _refuse_repeats(items)
    new = {item.iri for item in items if item.created}
    links = [_link(number, claim, frame.view, new) for number, claim in enumerate(command.links)]
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
        values.append((view.ontology.attribute[LABEL], _nfc(claims.label)))
    since = _since(claims, view, values, new=item.created)
    if claims.kind is None and item.created:
        raise InputError(
            f"{claims.iri} is new and has no kind.",
            code="missing-value",
            hint="Say what kind of entity it is.",
            place=(*item.place, "kind"),
        )
    held = str(kinds[-1].value) if kinds else None
    gone = bool(kinds) and kinds[-1].valid_to <= since
    if claims.kind is not None and (claims.kind != held or gone):
        start = kinds[0].valid_from if kinds and claims.since is None and not gone else since
        item.said.append(_attribute(claims.iri, TYPE, Iri(claims.kind), start))
    for attribute, value in values:
        _change(item, view, node, attribute, value, since)
    known = {(i.scheme, i.scope, i.value) for i in view.identifiers(node)} if node >= 0 else set()
    for given in claims.identifiers:
        scheme, value = _nfc(given.scheme), _nfc(given.value)
        scope = None if given.scope is None else _nfc(given.scope)
        if (scheme, scope, value) not in known:
            scoped = () if scope is None else ((SCOPE, scope),)
            qualifiers: Qualifiers = tuple(sorted(((SCHEME, scheme), *scoped)))
            item.said.append(_attribute(claims.iri, IDENTIFIER, value, since, qualifiers=qualifiers))


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


def _link(number: int, claim: LinkClaim, view: View, new: set[str]) -> _Item:
    node = view.find(claim.source)
    held = view.history(node, claim.relation) if node >= 0 else []
    item = _Item(number, ("input", "links", str(number)), claim.source, created=True)
    described = node >= 0 and bool(view.history(node, TYPE)) and claim.source not in new
    since = claim.since if claim.since is not None else view.valid_at if described else BEGIN
    until = END if claim.until is None else claim.until
    try:
        qualifiers = _qualifiers(claim, view, item.place)
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


def _qualifiers(claim: LinkClaim, view: View, place: Place) -> Qualifiers:
    found = []
    for index, (name, text) in enumerate(claim.qualifiers):
        attribute, value = _value(view, name, text, (*place, "qualifiers", str(index)))
        if value is None:
            raise InputError(f"The qualifier {name} has no value.", place=(*place, "qualifiers", str(index)))
        found.append((attribute.iri, value))
    return tuple(sorted(found, key=lambda each: each[0]))
