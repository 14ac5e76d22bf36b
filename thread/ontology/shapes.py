"""Do these facts fit the ontology? Every fact of a change set against kinds, relations and property shapes."""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, FIRST, LAST, to_text
from thread.errors import known_near
from thread.facts import FactPart, Op, Qualifiers, Value, ValueType
from thread.ontology.linklaws import CARRIES_AS, law_fault
from thread.ontology.model import Attribute, Kind, Ontology, Relation
from thread.ontology.suspects import plain_iris, suspects
from thread.ontology.values import Fault, iri_fault, value_fault
from thread.terms import IDENTIFIER, SCHEME, TYPE, local_name

KindsOf = Callable[[Sequence[str]], Sequence[str | None]]
"""Kind IRI of each entity as it is now; None for stubs and unknown ones."""
Rows = npt.NDArray[np.int64]
_UNKNOWN: Final = -1
_KIND_FACT: Final = -2
_STUB: Final = 0
_LINK: Final = int(ValueType.LINK)


@dataclass(frozen=True, slots=True)
class Violation:
    """One fact that does not fit, and why; ``part`` and ``index`` say which."""

    part: int
    index: int
    code: str
    """One of ``errors.CODES``."""
    message: str
    hint: str
    origin: str
    row: int
    value: str
    """The word, value or entity that is wrong."""


@dataclass(slots=True)
class _Part:
    """What is worked out of one part."""

    number: int
    part: FactPart
    rows: Rows
    """Indices of the facts that are asserted; the arrays below have one entry for each."""
    codes: npt.NDArray[np.int64]
    """Relation ordinal, or number of relations + attribute ordinal, or ``_UNKNOWN``, or ``_KIND_FACT``."""
    types: npt.NDArray[np.int64]
    entities: Rows
    """Indices of the strings that stand for entities."""
    kinds: npt.NDArray[np.int64]
    """Per string: kind ordinal + 1, or ``_STUB``."""
    found: list[tuple[int, Fault, str]] = field(default_factory=list)

    def column(self, name: str, rows: Rows) -> npt.NDArray[np.int64]:
        return np.asarray(self.part.table[name][rows], dtype=np.int64)

    def text(self, name: str, row: int) -> str:
        return self.part.strings[int(self.part.table[name][row])]

    def texts(self, indices: Rows) -> list[str]:
        strings = self.part.strings
        return [strings[index] for index in indices.tolist()]

    def value(self, row: int) -> Value | None:
        """The value of an attribute; None for a time that no calendar names."""
        try:
            return self.part.value_at(row)
        except OverflowError:
            return None

    def add(self, row: int, fault: Fault, value: object) -> None:
        self.found.append((row, fault, str(value)[:200]))


class Checker:
    """Checks change sets against one ontology. Immutable once made; safe in any thread.

    Only what is asserted is checked: ending or withdrawing a fact of an older ontology is always allowed. A stub
    fits every domain and range.
    """

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._kinds = {kind.iri: kind.ordinal + 1 for kind in ontology.kinds}
        self._items: list[Relation | Attribute] = [*ontology.relations, *ontology.attributes]
        self._links = len(ontology.relations)
        self._codes = {item.iri: code for code, item in enumerate(self._items)} | {TYPE: _KIND_FACT}
        # The two last rows are met by the negative codes: unknown words and kind facts go with any entity.
        self._domain = np.ones((len(self._items) + 2, len(ontology.kinds) + 1), dtype=bool)
        self._range = np.ones_like(self._domain)
        self._types = np.zeros(len(self._items) + 2, dtype=np.int64)
        for code, item in enumerate(self._items):
            self._domain[code] = self._mask(item.domain, stub=bool(item.domain))
            if isinstance(item, Relation):
                self._range[code] = self._mask(item.range, stub=True)
            else:
                self._types[code] = int(item.type)
        self._required = [
            (code, self._mask(item.required_of, stub=False))
            for code, item in enumerate(self._items)
            if isinstance(item, Attribute) and item.required_of
        ]

    def _mask(self, kinds: Iterable[str], stub: bool) -> npt.NDArray[np.bool_]:
        wanted = set(kinds)
        return np.array([stub, *(bool(wanted & kind.ancestors) for kind in self._ontology.kinds)], dtype=bool)

    def check(self, parts: Sequence[FactPart], kinds_of: KindsOf) -> list[Violation]:
        """Every fact that does not fit, in order; empty: the change set may be committed.

        Args:
            parts: the change set. The kind of an entity that is described in it is read from it (the last one
                said); only other entities are asked of ``kinds_of``.
        Cost: array look-ups for links, about half a microsecond for each distinct text.
        """
        read = [self._read(number, part) for number, part in enumerate(parts)]
        described = self._described(read)
        self._assign(read, described, kinds_of)
        for each in read:
            self._check_words(each)
            self._check_ends(each)
            self._check_entities(each)
            self._check_values(each)
            self._check_qualifiers(each)
            self._check_times(each)
        self._check_required(read, described, kinds_of)
        return [violation for each in read for violation in _violations(each)]

    def _read(self, number: int, part: FactPart) -> _Part:
        table = part.table
        rows = np.flatnonzero(table["op"] == int(Op.ASSERT)).astype(np.int64)
        types = table["type"][rows].astype(np.int64)
        of_string = np.full(len(part.strings) + 1, _UNKNOWN, dtype=np.int64)
        for index in np.flatnonzero(np.bincount(table["predicate"][rows])).tolist():
            of_string[index] = self._codes.get(part.strings[index], _UNKNOWN)
        used = np.zeros(len(part.strings), dtype=bool)
        used[table["subject"][rows]] = True
        used[table["value"][rows[types == _LINK]]] = True
        kinds = np.zeros(len(part.strings), dtype=np.int64)
        entities = np.flatnonzero(used).astype(np.int64)
        return _Part(number, part, rows, of_string[table["predicate"][rows]], types, entities, kinds)

    def _described(self, read: Sequence[_Part]) -> dict[str, int]:
        """Kind codes of the entities that the change set itself describes."""
        described: dict[str, int] = {}
        for each in read:
            rows = each.rows[(each.codes == _KIND_FACT) & (each.types == int(ValueType.IRI))]
            kinds = (self._kinds.get(kind, _STUB) for kind in each.texts(each.column("value", rows)))
            described.update(zip(each.texts(each.column("subject", rows)), kinds, strict=True))
        return described

    def _assign(self, read: Sequence[_Part], described: dict[str, int], kinds_of: KindsOf) -> None:
        names = [each.texts(each.entities) for each in read]
        asked = list(dict.fromkeys(name for part in names for name in part if name not in described))
        known = zip(asked, kinds_of(asked) if asked else (), strict=True)
        codes = {name: self._kinds.get(kind or "", _STUB) for name, kind in known} | described
        for each, part in zip(read, names, strict=True):
            each.kinds[each.entities] = [codes[name] for name in part]

    def _check_words(self, each: _Part) -> None:
        unknown = functools.cache(self._unknown)
        for row in each.rows[each.codes == _UNKNOWN].tolist():
            word = each.text("predicate", row)
            noun = "relation" if each.part.table["type"][row] == _LINK else "attribute"
            each.add(row, unknown(word, noun), word)
        for row in each.rows[each.codes == _KIND_FACT].tolist():
            iri = each.part.table["type"][row] == int(ValueType.IRI)
            kind = each.text("value", row) if iri else str(each.value(row) or "")
            if not iri or kind not in self._kinds:
                each.add(row, unknown(kind, "kind"), kind)
        mixed = ((each.types == _LINK) != (each.codes < self._links)) & (each.codes >= 0)
        for row, code in zip(each.rows[mixed].tolist(), each.codes[mixed].tolist(), strict=True):
            name = self._items[code].name
            if code < self._links:
                fault = Fault("bad-value", f"{name} links two entities, but here it has a value.", "Name an entity.")
                each.add(row, fault, each.value(row))
            else:
                fault = Fault("bad-value", f"{name} has a value, but here it links to an entity.", "Give a value.")
                each.add(row, fault, each.text("value", row))

    def _unknown(self, word: str, noun: str) -> Fault:
        tables: dict[str, tuple[Kind | Relation | Attribute, ...]] = {
            "kind": self._ontology.kinds,
            "relation": self._ontology.relations,
            "attribute": self._ontology.attributes,
        }
        hint = known_near(local_name(word), (item.name for item in tables[noun]), f"{noun}s")
        message = f'"{word[:60]}" is not {"an" if noun == "attribute" else "a"} {noun} of the ontology.'
        return Fault(f"unknown-{noun}", message, f"{hint} Add a {noun} in your ontology file.")

    def _check_ends(self, each: _Part) -> None:
        subjects = each.column("subject", each.rows)
        wrong = ~self._domain[each.codes, each.kinds[subjects]]
        for row, code in zip(each.rows[wrong].tolist(), each.codes[wrong].tolist(), strict=True):
            fault = self._end_fault(each, row, "subject", self._items[code], "wrong-domain", "start")
            each.add(row, fault, each.text("subject", row))
        linked = each.types == _LINK
        rows, codes = each.rows[linked], each.codes[linked]
        wrong = ~self._range[codes, each.kinds[each.column("value", rows)]]
        for row, code in zip(rows[wrong].tolist(), codes[wrong].tolist(), strict=True):
            fault = self._end_fault(each, row, "value", self._items[code], "wrong-range", "end")
            each.add(row, fault, each.text("value", row))

    def _end_fault(self, each: _Part, row: int, end: str, item: Relation | Attribute, code: str, verb: str) -> Fault:
        name = each.text(end, row)
        kind = int(each.kinds[int(each.part.table[end][row])])
        words = self._ontology.kinds[kind - 1].name if kind != _STUB else "unknown"
        allowed = item.range if verb == "end" and isinstance(item, Relation) else item.domain
        listed = ", ".join(sorted(map(local_name, allowed)))
        hint = f"It {verb}s at: {listed}." if listed else "It is a qualifier of a link or identifier."
        if isinstance(item, Attribute):
            return Fault(code, f"{item.name} is no attribute of {name}, whose kind is {words}.", hint)
        return Fault(code, f"{item.name} may not {verb} at {name}, whose kind is {words}.", hint)

    def _check_entities(self, each: _Part) -> None:
        names = each.texts(each.entities)
        if plain_iris(names):
            return
        faults = {i: fault for i, name in zip(each.entities.tolist(), names, strict=True) if (fault := iri_fault(name))}
        for row, linked in zip(each.rows.tolist(), (each.types == _LINK).tolist(), strict=True):
            for end in ("subject", "value") if linked else ("subject",):
                fault = faults.get(int(each.part.table[end][row]))
                if fault is not None:
                    each.add(row, fault, each.text(end, row))

    def _check_values(self, each: _Part) -> None:
        media = self._ontology.media
        for code in np.unique(each.codes[each.codes >= self._links]).tolist():
            attribute = self._items[code]
            assert isinstance(attribute, Attribute)
            mine = (each.codes == code) & (each.types != _LINK)
            right = mine & (each.types == int(attribute.type))
            doubtful = suspects(attribute, each.column("value", each.rows[right]), each.part.strings, media)
            for row in (*each.rows[mine & ~right].tolist(), *each.rows[right][doubtful].tolist()):
                value = each.value(row)
                fault = value_fault(attribute, value, media) if value is not None else _NO_TIME
                if fault is not None:
                    each.add(row, fault, value)

    def _check_qualifiers(self, each: _Part) -> None:
        held = each.column("qualifiers", each.rows)
        concerned = (held >= 0) | (each.codes == self._codes[IDENTIFIER])
        rows, codes, held = each.rows[concerned], each.codes[concerned], held[concerned]
        width = len(each.part.qualifiers) + 1
        keys = (codes - _KIND_FACT) * width + held + 1
        for key in np.flatnonzero(np.bincount(keys)).tolist():
            index = key % width - 1
            qualifiers = each.part.qualifiers[index] if index >= 0 else ()
            for fault, value in self._qualifier_faults(key // width + _KIND_FACT, qualifiers):
                for row in rows[keys == key].tolist():
                    each.add(row, fault, value)

    def _qualifier_faults(self, code: int, qualifiers: Qualifiers) -> Iterator[tuple[Fault, object]]:
        if code == _UNKNOWN:
            return
        item = self._items[code] if code >= 0 else None
        allowed = item.qualifiers if item is not None else ()
        name = item.name if item is not None else "A kind"
        words = [word for word, _ in qualifiers]
        if words != sorted(set(words)):
            message = f"The qualifiers of {name} are not sorted and distinct."
            yield Fault("bad-value", message, "Name each once, in the order of their IRIs."), ", ".join(words)
        for word, value in qualifiers:
            attribute = self._ontology.attribute.get(word)
            if attribute is None or word not in allowed:
                hint = known_near(local_name(word), map(local_name, allowed), "qualifiers")
                yield Fault("unknown-attribute", f"{name} has no qualifier {local_name(word)}.", hint), word
            elif fault := value_fault(attribute, value, self._ontology.media):
                yield fault, value
        if item is not None and (fault := law_fault(dict(qualifiers))):
            yield fault, str(dict(qualifiers).get(CARRIES_AS, ""))
        if item is not None and item.iri == IDENTIFIER and SCHEME not in words:
            yield Fault("missing-value", "An identifier has no scheme.", "Say which system gives it: sap, tag."), ""

    @staticmethod
    def _check_times(each: _Part) -> None:
        starts, ends = each.column("valid_from", each.rows), each.column("valid_to", each.rows)
        no_times = ((starts < FIRST) | (starts > LAST)) & (starts != BEGIN)
        no_times |= ((ends < FIRST) | (ends > LAST)) & (ends != END)
        for row in each.rows[no_times].tolist():
            each.add(row, _NO_TIME, int(each.part.table["valid_from"][row]))
        backward = (ends <= starts) & ~no_times
        for row, start, end in zip(*(a[backward].tolist() for a in (each.rows, starts, ends)), strict=True):
            message = f"It holds from {to_text(start)} to {to_text(end)}, which is never."
            each.add(row, Fault("order-of-times", message, "The end comes after the start."), to_text(end))

    def _check_required(self, read: Sequence[_Part], described: dict[str, int], kinds_of: KindsOf) -> None:
        for code, mask in self._required:
            without = {name for name, kind in described.items() if mask[kind]}
            for each in read if without else ():
                without -= set(each.texts(each.column("subject", each.rows[each.codes == code])))
            asked = sorted(without)
            before = kinds_of(asked) if asked else ()
            new = {
                name for name, kind in zip(asked, before, strict=True) if not mask[self._kinds.get(kind or "", _STUB)]
            }
            attribute = self._items[code].name
            for name, (each, row) in _kind_rows(read, new).items():
                kind_name = self._ontology.kinds[described[name] - 1].name
                fault = Fault("missing-value", f"{name} of kind {kind_name} has no {attribute}.", f"Give {attribute}.")
                each.add(row, fault, name)


_NO_TIME: Final = Fault("bad-time", "A time is outside the years 1 to 9999.", "Leave it out where it is open.")


def _kind_rows(read: Sequence[_Part], names: set[str]) -> dict[str, tuple[_Part, int]]:
    """Where each of the entities gets its kind: the last kind fact of the change set."""
    found: dict[str, tuple[_Part, int]] = {}
    for each in read if names else ():
        for row in each.rows[(each.codes == _KIND_FACT) & (each.types == int(ValueType.IRI))].tolist():
            name = each.text("subject", row)
            if name in names:
                found[name] = (each, row)
    return found


def _violations(each: _Part) -> Iterator[Violation]:
    for index, fault, value in sorted(each.found, key=lambda found: found[0]):
        origin, row = each.text("origin", index), int(each.part.table["row"][index])
        place = f"Row {row} of {origin}: " if origin and row else ""
        yield Violation(each.number, index, fault.code, place + fault.message, fault.hint, origin, row, value)
