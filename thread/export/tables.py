"""Which tables hold the things? One a kind, one with the links of a kind, and the mapping that brings them back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from thread.clock import BEGIN, END, Instant, to_instant, to_text
from thread.export.model import Thing, Things, attributes_of, links_of
from thread.facts import Fact, Value, ValueType
from thread.facts.cells import guarded
from thread.ontology.model import Ontology
from thread.terms import IDENTIFIER, LABEL

MAPPING: Final = "mapping.json"
"""File with the mapping; ``thread import`` takes it."""
_LINKS: Final = ".links"
_NAME: Final = ("iri", "existsFrom", "existsTo")
_LINK: Final = (*_NAME, "relation", "to", "validFrom", "validTo")
_TIMES: Final = frozenset({"existsFrom", "existsTo", "validFrom", "validTo"})
Cell = Value | None


@dataclass(slots=True)
class Shape:
    """The columns of a table, found by looking at all its rows once."""

    stem: str
    """Name of its file without an ending: the kind, and ``.links`` for its links."""
    kind: str
    """IRI."""
    identifiers: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """By scheme, with a scope or without: how many one entity has at most."""
    attributes: Counter[str] = field(default_factory=Counter)
    """By IRI: how many values one entity has at most."""
    noted: dict[str, set[str]] = field(default_factory=dict)
    """By IRI of an attribute: the qualifiers that its values have."""
    labelled: bool = False
    relations: set[str] = field(default_factory=set)
    qualifiers: set[str] = field(default_factory=set)
    rows: int = 0


class Tables:
    """The tables of some things. The things are iterated once for the columns, then once for each pass of rows."""

    def __init__(self, things: Things, ontology: Ontology) -> None:
        self._things, self._ontology = things, ontology
        self.shapes: dict[str, Shape] = {}
        self.left_out = 0
        """Facts of entities that no source describes: a row needs a kind."""
        for thing in things:
            if thing.stub:
                self.left_out += len(thing.facts)
            else:
                self._measure(thing)
        self.columns = {stem: self._columns(shape) for stem, shape in sorted(self.shapes.items())}
        """By table: name and type of its columns, in order."""

    def _measure(self, thing: Thing) -> None:
        name = self._ontology.kind[thing.kind].name
        shape = self.shapes.setdefault(name, Shape(name, thing.kind))
        shape.rows += 1
        held = Counter(fact.predicate for fact in attributes_of(thing))
        shape.labelled |= bool(held.pop(LABEL, 0))
        held.pop(IDENTIFIER, 0)
        shape.attributes |= held
        for fact in attributes_of(thing):
            if fact.qualifiers and fact.predicate in held:
                shape.noted.setdefault(fact.predicate, set()).update(iri for iri, _ in fact.qualifiers)
        shape.identifiers |= Counter((scheme, scope is not None) for scheme, scope, _ in thing.identifiers())
        links = links_of(thing)
        if links:
            other = self.shapes.setdefault(name + _LINKS, Shape(name + _LINKS, thing.kind))
            other.rows += len(links)
            other.relations.update(link.predicate for link in links)
            other.qualifiers.update(iri for link in links for iri, _ in link.qualifiers)

    # -- rows

    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        """Every row with the table that it belongs to, by IRI; cells are values, None where there is nothing."""
        for thing in self._things:
            if not thing.stub:
                name = self._ontology.kind[thing.kind].name
                yield name, self._row(thing, self.shapes[name])
                yield from ((name + _LINKS, self._link(thing, fact)) for fact in links_of(thing))

    def _row(self, thing: Thing, shape: Shape) -> list[Cell]:
        cells = _name(thing)
        if shape.labelled:
            cells += _padded([fact.value for fact in thing.facts if fact.predicate == LABEL], 1)
        named = thing.identifiers()
        for scheme, scoped in sorted(shape.identifiers):
            several = [(value, scope) for s, scope, value in named if (s, scope is not None) == (scheme, scoped)]
            most = shape.identifiers[scheme, scoped]
            for value, scope in [*several, *[(None, None)] * (most - len(several))]:
                cells += [value, scope] if scoped else [value]
        for iri in sorted(shape.attributes, key=self._word):
            facts: list[Fact | None] = [fact for fact in thing.facts if fact.predicate == iri]
            for fact in [*facts, *[None] * (shape.attributes[iri] - len(facts))]:
                qualifiers = dict(fact.qualifiers) if fact is not None else {}
                cells.append(None if fact is None else fact.value)
                cells += [qualifiers.get(word) for word in self._notes(shape, iri)]
        return cells

    def _link(self, thing: Thing, fact: Fact) -> list[Cell]:
        held = dict(fact.qualifiers)
        shape = self.shapes[self._ontology.kind[thing.kind].name + _LINKS]
        return [
            *_name(thing),
            self._word(fact.predicate),
            str(fact.object),
            _moment(fact.valid_from, BEGIN),
            _moment(fact.valid_to, END),
            *(held.get(iri) for iri in sorted(shape.qualifiers, key=self._word)),
        ]

    # -- columns

    def _columns(self, shape: Shape) -> list[tuple[str, ValueType]]:
        return [(name, kind) for name, kind, _ in self._described(shape)]

    def _described(self, shape: Shape) -> Iterator[tuple[str, ValueType, str]]:
        """Columns with their type and the IRI of the word that they hold."""
        text, time = ValueType.TEXT, ValueType.TIME
        if shape.stem.endswith(_LINKS):
            yield from ((name, time if name in _TIMES else text, "") for name in _LINK)
            yield from ((self._word(iri), self._type(iri), iri) for iri in sorted(shape.qualifiers, key=self._word))
            return
        yield from ((name, time if name in _TIMES else text, "") for name in _NAME)
        if shape.labelled:
            yield "label", text, LABEL
        for number, (scheme, scoped) in enumerate(sorted(shape.identifiers)):
            for place in range(1, shape.identifiers[scheme, scoped] + 1):
                name = _identifier_column(scheme, number, place)
                yield name, text, IDENTIFIER
                if scoped:
                    yield f"{name} of", text, IDENTIFIER
        for iri in sorted(shape.attributes, key=self._word):
            for place in range(1, shape.attributes[iri] + 1):
                name = self._word(iri) + (f" {place}" if place > 1 else "")
                yield name, self._type(iri), iri
                for word in self._notes(shape, iri):
                    yield f"{name} {self._word(word)}", self._type(word), ""

    def _notes(self, shape: Shape, iri: str) -> list[str]:
        return sorted(shape.noted.get(iri, ()), key=self._word)

    def _type(self, iri: str) -> ValueType:
        found = self._ontology.attribute.get(iri)
        return found.type if found is not None else ValueType.TEXT

    def _word(self, iri: str) -> str:
        found = self._ontology.attribute.get(iri) or self._ontology.relation.get(iri)
        return found.name if found is not None else iri

    # -- the way back

    def mapping(self) -> bytes:
        """A mapping that brings the tables of CSV back."""
        document = {
            "source": "export",
            "read": {"delimiter": ",", "guarded": True},
            "tables": {
                stem.replace(_LINKS, "-links"): self._table(shape) for stem, shape in sorted(self.shapes.items())
            },
        }
        return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"

    def _table(self, shape: Shape) -> dict[str, Any]:
        thing: dict[str, Any] = {
            "kind": self._ontology.kind[shape.kind].name,
            "id": "{iri}",
            "valid": {"from": "existsFrom", "to": "existsTo"},
        }
        if shape.stem.endswith(_LINKS):
            thing["links"] = [self._relation(shape, iri) for iri in sorted(shape.relations, key=self._word)]
            return {"file": f"{shape.stem}.csv", "key": ["iri", "relation", "to"], "entities": {"thing": thing}}
        if shape.labelled:
            thing["label"] = "{label}"
        thing["identifiers"] = [
            {
                "scheme": scheme,
                "value": f"{{{_identifier_column(scheme, number, place)}}}",
                **({"scope": f"{{{_identifier_column(scheme, number, place)} of}}"} if scoped else {}),
                "identifies": False,
            }
            for number, (scheme, scoped) in enumerate(sorted(shape.identifiers))
            for place in range(1, shape.identifiers[scheme, scoped] + 1)
        ]
        attributes: dict[str, list[dict[str, Any]]] = {}
        for name, _, iri in self._described(shape):
            if iri and iri not in (LABEL, IDENTIFIER):
                notes = {self._word(w): f"{{{name} {self._word(w)}}}" for w in self._notes(shape, iri)}
                said = {"value": f"{{{name}}}", **({"qualifiers": notes} if notes else {})}
                attributes.setdefault(self._word(iri), []).append(said)
        thing["attributes"] = attributes
        return {"file": f"{shape.stem}.csv", "entities": {"thing": thing}}

    def _relation(self, shape: Shape, iri: str) -> dict[str, Any]:
        relation = self._ontology.relation[iri]
        return {
            "relation": relation.name,
            "to": {"id": "{to}"},
            "when": {"relation": relation.name},
            "valid": {"from": "validFrom", "to": "validTo"},
            "qualifiers": {
                self._word(word): f"{{{self._word(word)}}}"
                for word in sorted(shape.qualifiers)
                if word in relation.qualifiers
            },
        }


def csv_cell(value: Cell) -> object:
    """A value as a cell of CSV: texts guarded against formulas, numbers as they are."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case Decimal():
            return f"{value:f}"
        case int():
            return value
        case datetime():
            return to_text(to_instant(value))
        case str():
            return guarded(value)


def plain_cell(value: Cell) -> object:
    """A value as a cell that no spreadsheet sees."""
    return str(value) if isinstance(value, str) else csv_cell(value)


def _name(thing: Thing) -> list[Cell]:
    return [str(thing.iri), _moment(thing.exists_from, BEGIN), _moment(thing.exists_to, END)]


def _moment(instant: Instant, open_end: Instant) -> Cell:
    return None if instant == open_end else to_text(instant)


def _padded(values: Sequence[Cell], count: int) -> list[Cell]:
    return [*values, *[None] * (count - len(values))]


def _identifier_column(scheme: str, number: int, place: int) -> str:
    """A name without what a template would read: schemes are free texts."""
    name = scheme if scheme and not set(scheme) & set("{}|:,") and scheme.isprintable() else f"scheme {number}"
    return f"id {name}" + (f" {place}" if place > 1 else "")
