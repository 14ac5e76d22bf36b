"""What is to be said for each row? The entities of a mapping, compiled to closures over one table's cells."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from thread.clock import BEGIN, END
from thread.facts import Qualifiers
from thread.ingest import model
from thread.ingest.conditions import Test, compile_when
from thread.ingest.identity import Key, mint
from thread.ingest.rows import Cells, Layout
from thread.ingest.tables import TableData
from thread.ingest.templates import Compiled, compile_id, compile_template
from thread.ingest.text import checked_key
from thread.ingest.times import cell_text
from thread.ingest.values import InstantOf, ValueOf, compile_attribute, compile_instant, compile_value
from thread.ingest.vocabulary import Vocabulary
from thread.ontology.model import Attribute, Kind, Relation
from thread.terms import THR, Iri, UpperKind

TextOf = Callable[[Cells], str | None]
_PAIRS: Final = (("plannedStart", "plannedEnd"), ("startedAt", "endedAt"), ("occurredAt", "restoredAt"))
OCCURRED: Final = THR + "occurredAt"


@dataclass(frozen=True, slots=True)
class IntervalOf:
    """Valid time from a row's cells; open where nothing is said."""

    start: InstantOf | None
    end: InstantOf | None
    columns: tuple[str, str]

    def of(self, cells: Cells) -> tuple[int, int]:
        start = self.start(cells) if self.start else None
        end = self.end(cells) if self.end else None
        return BEGIN if start is None else start, END if end is None else end


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """One attribute of an entity."""

    attribute: Attribute
    value: ValueOf
    interval: IntervalOf | None
    when: Test | None
    required: bool
    column: str
    qualifiers: tuple[tuple[str, ValueOf], ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """The other end of a link: an entity of the row, a made IRI, or an identifier."""

    entity: str | None
    id: TextOf | None
    ref: TextOf | None
    scheme: str | None
    scope: TextOf | None
    column: str


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """One link of an entity."""

    relation: Relation
    choose: Callable[[Iterable[str]], Relation | None] | None
    """Of several relations the one for an end of these kinds."""
    target: Reference
    inward: bool
    """The link starts at the target and ends at the entity."""
    interval: IntervalOf | None
    qualifiers: tuple[tuple[str, ValueOf], ...]
    when: Test | None
    required: bool
    again: bool
    """An earlier link of the entity has the same relation, and may say the same."""


@dataclass(slots=True)
class EntityPlan:
    """One entity per row."""

    name: str
    kind: Kind
    type: Iri
    when: Test | None
    id: Compiled | None
    keys: Callable[[Cells], list[Key]]
    columns: tuple[str, ...]
    """The columns that name it."""
    label: TextOf | None
    interval: IntervalOf | None
    occurred: ValueOf | None
    """The time of an event: since then it exists."""
    attributes: list[AttributePlan]
    links: list[LinkPlan] = field(default_factory=list)
    pairs: tuple[tuple[str, str], ...] = ()
    """Attributes of which the second should not be earlier than the first."""
    namespace: str = ""
    schemes: int = 0
    """How many identifiers it may have."""

    def minted(self, cells: Cells, keys: list[Key]) -> str | None:
        """The IRI that the mapping makes for a row's entity; None where the row has no such entity."""
        if self.id is not None:
            return self.id.get(cells)  # type: ignore[return-value]  # a template of an IRI gives text
        for key in keys:
            if key.identifies:
                return mint(self.namespace, key.scheme, key.scope, key.value, key.column)
        return None


@dataclass(slots=True)
class TablePlan:
    """All entities of a table. The first is what a row is about: without it a row is refused."""

    table: TableData
    entities: list[EntityPlan]
    own_key: list[int]
    """Where the columns lie that tell rows apart: those of ``key``, else those that name the first entity."""
    columns: dict[str, str]
    """Column of the file by predicate, for faults that are found later."""


def compile_table(table: TableData, mapping: model.Mapping, words: Vocabulary) -> TablePlan:
    """The plan of one table.

    Raises:
        InputError: ``unknown-column``, ``bad-mapping``.
    """
    place = f"tables.{table.name}"
    compiler = _Compiler(table.layout, words, table.read, mapping.namespace)
    entities = [compiler.entity(name, spec, f"{place}.entities.{name}") for name, spec in table.spec.entities.items()]
    columns = {plan.attribute.iri: plan.column for entity in entities for plan in entity.attributes}
    columns |= {link.relation.iri: link.target.column for entity in entities for link in entity.links}
    own = [table.layout.index(name, f"{place}.key") for name in table.spec.key or entities[0].columns]
    return TablePlan(table, entities, own, columns)


class _Compiler:
    def __init__(self, layout: Layout, words: Vocabulary, read: model.Read, namespace: str) -> None:
        self._layout, self._words, self._read, self._namespace = layout, words, read, namespace

    def entity(self, name: str, spec: model.EntitySpec, place: str) -> EntityPlan:
        kind = self._words.kind(spec.kind, f"{place}.kind")
        made = compile_id(spec.id, self._layout, self._namespace, f"{place}.id") if spec.id else None
        keys, key_columns = self._keys(spec, place)
        attributes = [
            self._attribute(word, one, f"{place}.attributes.{word}")
            for word, several in spec.attributes.items()
            for one in several
        ]
        event = UpperKind.EVENT in kind.ancestors
        said = {plan.attribute.iri for plan in attributes}
        return EntityPlan(
            name=name,
            kind=kind,
            type=Iri(kind.iri),
            when=compile_when(spec.when, self._layout, f"{place}.when"),
            id=made,
            keys=keys,
            columns=made.columns if made else key_columns,
            label=self._text(spec.label, f"{place}.label"),
            interval=self._interval(spec.valid, f"{place}.valid"),
            occurred=next((plan.value for plan in attributes if event and plan.attribute.iri == OCCURRED), None),
            attributes=attributes,
            links=[
                self._link(
                    link,
                    f"{place}.links.{i}",
                    any(set(link.relation) & set(other.relation) for other in spec.links[:i]),
                )
                for i, link in enumerate(spec.links)
            ],
            pairs=tuple((THR + a, THR + b) for a, b in _PAIRS if {THR + a, THR + b} <= said),
            namespace=self._namespace,
            schemes=len(spec.identifiers),
        )

    def _keys(self, spec: model.EntitySpec, place: str) -> tuple[Callable[[Cells], list[Key]], tuple[str, ...]]:
        compiled = []
        for index, one in enumerate(spec.identifiers):
            where = f"{place}.identifiers.{index}"
            value = compile_template(one.value, self._layout, f"{where}.value")
            scope = compile_template(one.scope, self._layout, f"{where}.scope") if one.scope else None
            compiled.append((one.scheme, scope, value, one.identifies))

        def keys(cells: Cells) -> list[Key]:
            found = []
            for scheme, scope, value, identifies in compiled:
                text = cell_text(value.get(cells), value.type)
                given = cell_text(scope.get(cells), scope.type) if scope else None
                if text is None or (scope is not None and given is None):
                    continue
                if given is not None and scope is not None:
                    checked_key(given, scope.column)
                found.append(Key(scheme, given, checked_key(text, value.column), identifies, value.column))
            return found

        return keys, tuple(column for _, _, value, identifies in compiled if identifies for column in value.columns)

    def _attribute(self, word: str, spec: model.AttributeSpec, place: str) -> AttributePlan:
        attribute = self._words.attribute(word, place)
        return AttributePlan(
            attribute=attribute,
            value=compile_attribute(attribute, spec, self._layout, self._words, self._read, place),
            interval=self._interval(spec.valid, f"{place}.valid"),
            when=compile_when(spec.when, self._layout, f"{place}.when"),
            required=spec.required,
            column=compile_template(spec.value, self._layout, place).column,
            qualifiers=self._qualifiers(spec.qualifiers, place),
        )

    def _qualifiers(self, spec: Mapping[str, str], place: str) -> tuple[tuple[str, ValueOf], ...]:
        qualifiers = []
        for word, template in spec.items():
            where = f"{place}.qualifiers.{word}"
            attribute = self._words.attribute(word, where)
            value = compile_value(attribute, template, None, self._layout, self._words, self._read, where)
            qualifiers.append((attribute.iri, value))
        return tuple(sorted(qualifiers, key=lambda pair: pair[0]))

    def _link(self, spec: model.LinkSpec, place: str, again: bool) -> LinkPlan:
        target = spec.to if spec.to is not None else spec.source
        assert target is not None
        relations = [self._words.relation(name, f"{place}.relation") for name in spec.relation]
        return LinkPlan(
            relation=relations[0],
            choose=self._chooser(relations, inward=spec.source is not None) if len(relations) > 1 else None,
            target=self._reference(target, f"{place}.{'to' if spec.to is not None else 'from'}"),
            inward=spec.source is not None,
            interval=self._interval(spec.valid, f"{place}.valid"),
            qualifiers=self._qualifiers(spec.qualifiers, place),
            when=compile_when(spec.when, self._layout, f"{place}.when"),
            required=spec.required,
            again=again,
        )

    def _chooser(self, relations: list[Relation], *, inward: bool) -> Callable[[Iterable[str]], Relation | None]:
        allowed = [(relation, relation.domain if inward else relation.range) for relation in relations]
        known = self._words.ontology.kind

        def choose(kinds: Iterable[str]) -> Relation | None:
            ancestors = frozenset().union(*(known[iri].ancestors for iri in kinds if iri in known))
            return next((relation for relation, kinds in allowed if kinds & ancestors), None)

        return choose

    def _reference(self, target: str | model.Target, place: str) -> Reference:
        if isinstance(target, str):
            return Reference(target, None, None, None, None, "")
        if target.id is not None:
            made = compile_id(target.id, self._layout, self._namespace, f"{place}.id")
            return Reference(None, made.get, None, None, None, made.column)  # type: ignore[arg-type]  # it gives text
        assert target.ref is not None
        text = compile_template(target.ref, self._layout, f"{place}.ref")
        ref = self._text(target.ref, f"{place}.ref")
        return Reference(None, None, ref, target.scheme, self._text(target.scope, f"{place}.scope"), text.column)

    def _text(self, template: str | None, place: str) -> TextOf | None:
        if template is None:
            return None
        compiled = compile_template(template, self._layout, place)
        get, kind = compiled.get, compiled.type
        return lambda cells: cell_text(get(cells), kind)

    def _interval(self, valid: model.Valid | None, place: str) -> IntervalOf | None:
        if valid is None:
            return None
        start, end = (
            compile_instant(name, self._layout, self._read, place) if name else None
            for name in (valid.start, valid.end)
        )
        return IntervalOf(start, end, (valid.start or "", valid.end or ""))


def qualifiers_of(plan: LinkPlan | AttributePlan, cells: Cells) -> Qualifiers:
    """The qualifiers that a row gives a link or value, sorted; empty cells are left out."""
    found = ((iri, value_of(cells)) for iri, value_of in plan.qualifiers)
    return tuple((iri, value) for iri, value in found if value is not None)
