"""What does ``M{machineID}-{comp|upper}`` say for a row? Templates, compiled once, and their few functions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from thread.errors import InputError, known_near
from thread.ingest.rows import Cell, Cells, CellType, Layout, RowFault
from thread.ingest.text import checked_iri, iri_part
from thread.ingest.times import cell_text

_PIECE = re.compile(r"\{([^{}]*)\}|[{}]")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_IRI_CELL: Final[Callable[[str], object]] = re.compile(
    r"(?:urn:|[A-Za-z][A-Za-z0-9+.-]*://|javascript:|data:)", re.I
).match
_NUMBER = re.compile(r"([+-]?)0*(\d+)(?:\.(\d*?)0*)?")
Get = Callable[[Cells], Cell]
TextOf = Callable[[Cells], str | None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template for the rows of one table."""

    get: Get
    """The cell or text of a row; None where one of its columns is empty."""
    type: CellType
    columns: tuple[str, ...]
    constant: bool

    @property
    def column(self) -> str:
        """The column to name in a report; empty for a constant."""
        return self.columns[0] if self.columns else ""


def _number(text: str, _: str) -> str:
    found = _NUMBER.fullmatch(text)
    if not found:
        return text
    sign = "-" if found.group(1) == "-" else ""
    return f"{sign}{found.group(2)}" + (f".{found.group(3)}" if found.group(3) else "")


def _slug(text: str, _: str) -> str:
    return re.sub(r"[^\w]+", "-", text).strip("-").lower()


FUNCTIONS: Final[dict[str, Callable[[str, str], str]]] = {
    "lower": lambda text, _: text.lower(),
    "upper": lambda text, _: text.upper(),
    "slug": _slug,
    "number": _number,
    "pad": lambda text, width: text.rjust(int(width), "0"),
    "before": lambda text, mark: text.partition(mark)[0].strip(),
    "after": lambda text, mark: text.partition(mark)[2].strip(),
    "date": lambda text, _: text[:10],
    "hour": lambda text, _: text[:13],
}
"""``{column|name}`` or ``{column|name:argument}``. ``number`` takes 007 and 7.0 for 7; ``date`` and ``hour`` cut
a time; ``before`` and ``after`` cut at the first mark."""
_WITH_ARGUMENT: Final = frozenset({"pad", "before", "after"})


def columns_of(template: str, place: str) -> tuple[str, ...]:
    """The columns that a template names, in order.

    Raises:
        InputError: ``bad-mapping``: a brace alone, an unknown function.
    """
    return tuple(name for name, _, _ in (_field(piece, place) for piece in _fields(template, place)))


def compile_template(template: str, layout: Layout, place: str) -> Compiled:
    """A template as a function of a row.

    Raises:
        InputError: ``bad-mapping``, ``unknown-column``.
    """
    fields = [_field(piece, place) for piece in _fields(template, place)]
    names = tuple(name for name, _, _ in fields)
    if not fields:
        return Compiled(lambda _: template, CellType.TEXT, (), constant=True)
    if len(fields) == 1 and template == "{" + names[0] + "}":
        index = layout.index(names[0], place)
        return Compiled(lambda cells: cells[index], layout.type_of(names[0]), names, constant=False)
    getters = [_text_getter(layout, field, place, None) for field in fields]
    return Compiled(_joined(_literals(template), getters), CellType.TEXT, names, constant=False)


def compile_id(template: str, layout: Layout, namespace: str, place: str) -> Compiled:
    """A template of an IRI: cells are encoded, the namespace goes before it unless it is absolute.

    A template that is one column alone takes a cell that is an absolute IRI as it is.
    """
    fields = [_field(piece, place) for piece in _fields(template, place)]
    names = tuple(name for name, _, _ in fields)
    if len(fields) == 1 and template == "{" + _fields(template, place)[0] + "}" and not fields[0][1]:
        index, column = layout.index(names[0], place), names[0]
        kind = layout.type_of(column)

        def alone(cells: Cells) -> str | None:
            text = cell_text(cells[index], kind)
            if text is None:
                return None
            if kind is CellType.TEXT and _IRI_CELL(text):
                return checked_iri(text, column)
            return namespace + iri_part(text, column)

        return Compiled(alone, CellType.TEXT, names, constant=False)
    literals = _literals(template)
    absolute = bool(_ABSOLUTE.match(literals[0]))
    literals[0] = literals[0] if absolute else namespace + literals[0]
    try:
        checked_iri("".join(literals) + "x", place)
    except RowFault as fault:
        raise InputError(f'{place}: "{template}" makes no IRI.', code="bad-mapping", hint=fault.message) from fault
    if not fields:
        text = "".join(literals)
        return Compiled(lambda _: text, CellType.TEXT, (), constant=True)
    getters = [_text_getter(layout, field, place, iri_part) for field in fields]
    return Compiled(_joined(literals, getters), CellType.TEXT, names, constant=False)


def _fields(template: str, place: str) -> list[str]:
    pieces = []
    for found in _PIECE.finditer(template):
        if found.group(1) is None or not found.group(1).strip():
            raise InputError(
                f'{place}: "{template}" has a brace that stands alone.',
                code="bad-mapping",
                hint="Columns stand in braces, {column}.",
            )
        pieces.append(found.group(1))
    return pieces


def _literals(template: str) -> list[str]:
    return _PIECE.sub("\0", template).split("\0")


def _field(piece: str, place: str) -> tuple[str, list[Callable[[str], str]], str]:
    name, *calls = piece.split("|")
    functions = []
    for call in calls:
        word, colon, argument = call.partition(":")
        function = FUNCTIONS.get(word.strip())
        if function is None:
            raise InputError(
                f'{place}: "{{{piece}}}" uses the function "{word}", which is not known.',
                code="bad-mapping",
                hint=known_near(word, FUNCTIONS, "functions"),
            )
        takes = word.strip() in _WITH_ARGUMENT
        if takes != bool(colon) or (word == "pad" and not argument.isdecimal()):
            needs = "needs an argument" if takes else "takes no argument"
            raise InputError(f'{place}: "{word}" {needs}.', code="bad-mapping", hint="As in {n|pad:3}, {name|lower}.")
        functions.append(_bound(function, argument))
    return name, functions, piece


def _bound(function: Callable[[str, str], str], argument: str) -> Callable[[str], str]:
    return lambda text: function(text, argument)


def _text_getter(
    layout: Layout,
    field: tuple[str, list[Callable[[str], str]], str],
    place: str,
    finish: Callable[[str, str], str] | None,
) -> TextOf:
    name, functions, _ = field
    index = layout.index(name, place)
    kind = layout.type_of(name)

    def get(cells: Cells) -> str | None:
        text = cell_text(cells[index], kind)
        if text is None:
            return None
        for function in functions:
            text = function(text)
        if not text:
            return None
        return finish(text, name) if finish else text

    return get


def _joined(literals: list[str], getters: list[TextOf]) -> TextOf:
    """Literals and cells in turn; the usual one or two columns without a loop: this runs for every entity."""
    if len(getters) == 1:
        (head, tail), (only,) = literals, getters

        def one(cells: Cells) -> str | None:
            text = only(cells)
            return None if text is None else head + text + tail

        return one

    head, rest = literals[0], list(zip(getters, literals[1:], strict=True))

    def many(cells: Cells) -> str | None:
        out = head
        for getter, literal in rest:
            text = getter(cells)
            if text is None:
                return None
            out += text + literal
        return out

    return many
