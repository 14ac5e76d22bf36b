"""Which value does a cell stand for? Templates compiled to typed values, with units; wrong ones are row faults."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Final

from thread.clock import to_datetime
from thread.errors import InputError
from thread.facts import Value, ValueType
from thread.ingest.model import AttributeSpec, Read
from thread.ingest.rows import Cell, Cells, CellType, Layout, RowFault
from thread.ingest.templates import FUNCTIONS, Compiled, compile_template
from thread.ingest.times import cell_text, time_reader, zone_of
from thread.ingest.units import conversion, convert
from thread.ingest.vocabulary import Vocabulary
from thread.ontology.model import Attribute
from thread.ontology.values import parse_value, value_fault

ValueOf = Callable[[Cells], Value | None]
InstantOf = Callable[[Cells], int | None]
_REMEMBERED: Final = 65_536
_NUMBERS: Final = (ValueType.INTEGER, ValueType.REAL, ValueType.DECIMAL)

_moment = lru_cache(_REMEMBERED)(to_datetime)


def compile_value(
    attribute: Attribute, template: str, unit: str | None, layout: Layout, words: Vocabulary, read: Read, place: str
) -> ValueOf:
    """A template as a value of an attribute; None where it is empty.

    Raises:
        InputError: a constant that the attribute may not have; ``unknown-column``.
    """
    compiled = compile_template(template, layout, place)
    value_of = _of_type(attribute, compiled, unit, layout, words, read, place)
    if compiled.constant and (unit is None or compile_template(unit, layout, place).constant):
        try:
            constant = value_of([])
        except RowFault as fault:
            raise InputError(f"{place}: {fault.message}", code="bad-mapping", hint=fault.hint, place=place) from fault
        return lambda _: constant
    return value_of


def compile_attribute(
    attribute: Attribute, spec: AttributeSpec, layout: Layout, words: Vocabulary, read: Read, place: str
) -> ValueOf:
    """The value that a part of a mapping gives an attribute."""
    return compile_value(attribute, spec.value, spec.unit, layout, words, read, place)


def compile_instant(name: str, layout: Layout, read: Read, place: str) -> InstantOf:
    """The instant that a column holds, whether it is named under ``times`` or is text."""
    index = layout.index(name, place)
    reader = time_reader(read.time or "iso", zone_of(read.zone), name)

    def instant(cells: Cells) -> int | None:
        cell = cells[index]
        return reader(cell) if isinstance(cell, str) else cell

    if layout.type_of(name) is CellType.NUMBER:
        raise InputError(f'{place}: "{name}" is a number, not a time.', code="bad-mapping", hint="Name a time column.")
    return instant


def _of_type(
    attribute: Attribute,
    compiled: Compiled,
    unit: str | None,
    layout: Layout,
    words: Vocabulary,
    read: Read,
    place: str,
) -> ValueOf:
    get, column = compiled.get, compiled.column
    if attribute.type is ValueType.TIME:
        return _time(compiled, read)
    if attribute.type is ValueType.TEXT and not attribute.enum and attribute.pattern is None:
        return _plain_text(attribute, compiled, words)
    parse = _parser(attribute, words, read, column)
    if unit is not None:
        return _with_unit(attribute, compiled, compile_template(unit, layout, place), parse, words)
    kind = compiled.type

    def value(cells: Cells) -> Value | None:
        text = cell_text(get(cells), kind)
        return None if text is None else parse(text)

    return value


def _time(compiled: Compiled, read: Read) -> ValueOf:
    reader = time_reader(read.time or "iso", zone_of(read.zone), compiled.column)

    def value(cells: Cells) -> Value | None:
        cell = compiled.get(cells)
        if cell is None:
            return None
        return _moment(reader(cell) if isinstance(cell, str) else cell)

    return value


def _plain_text(attribute: Attribute, compiled: Compiled, words: Vocabulary) -> ValueOf:
    get, kind, column = compiled.get, compiled.type, compiled.column

    def value(cells: Cells) -> Value | None:
        text = cell_text(get(cells), kind)
        if text is not None and not (text.isascii() and text.isprintable() and len(text) < _REMEMBERED):
            _check(attribute, text, text, column, words)
        return text

    return value


def _parser(attribute: Attribute, words: Vocabulary, read: Read, column: str) -> Callable[[str], Value]:
    mark = read.decimal if attribute.type in _NUMBERS else None
    whole = attribute.type is ValueType.INTEGER

    @lru_cache(_REMEMBERED)
    def parse(text: str) -> Value:
        said = text.replace(",", ".") if mark == "," and "." not in text else text
        if attribute.type is ValueType.IRI:
            value: Value = words.individual(text, column)
        else:
            try:
                value = parse_value(attribute, FUNCTIONS["number"](said, "") if whole else said)
            except InputError as error:
                hint = f'{error.hint or ""} The decimal mark is "{mark or "."}".'.strip() if mark else error.hint
                raise RowFault(error.code, error.message, column=column, value=text, hint=hint or "") from error
        if isinstance(value, Decimal):
            value = _plain(value)
        _check(attribute, value, text, column, words)
        return value

    return parse


def _plain(number: Decimal) -> Decimal:
    """1.50, 15e-1 and 1.5 are one value, and are kept as one text."""
    return Decimal(f"{number.normalize():f}") if number else Decimal(0)


def _check(attribute: Attribute, value: Value, text: Cell, column: str, words: Vocabulary) -> None:
    fault = value_fault(attribute, value, words.ontology.media)
    if fault is not None:
        raise RowFault(fault.code, fault.message, column=column, value=text or "", hint=fault.hint)


def _with_unit(
    attribute: Attribute, compiled: Compiled, unit: Compiled, parse: Callable[[str], Value], words: Vocabulary
) -> ValueOf:
    kept = attribute.unit
    assert kept is not None

    @lru_cache(_REMEMBERED)
    def converted(text: str, given: str) -> Value:
        value = parse(text)
        try:
            by = conversion(given, kept)
        except InputError as error:
            raise RowFault(
                "bad-value", error.message, column=unit.column, value=given, hint=error.hint or ""
            ) from error
        if by is None:
            return value
        exact = convert(Decimal(str(value)), by)
        result: Value = float(exact) if attribute.type is ValueType.REAL else _plain(exact)
        if attribute.type is ValueType.INTEGER:
            if exact != int(exact):
                hint = f'Give a whole number of "{kept}".'
                raise RowFault(
                    "bad-value", f"{text} {given} is {exact} {kept}.", column=compiled.column, value=text, hint=hint
                )
            result = int(exact)
        _check(attribute, result, text, compiled.column, words)
        return result

    def value(cells: Cells) -> Value | None:
        text = cell_text(compiled.get(cells), compiled.type)
        if text is None:
            return None
        given = unit.get(cells)
        if given is None:
            hint = "Without a unit the number means nothing."
            raise RowFault("missing-value", f"{attribute.name} has no unit.", column=unit.column, hint=hint)
        return converted(text, str(given))

    return value
