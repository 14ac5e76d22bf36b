"""Where in a JSON record does a value lie? Paths with quoted keys, places in lists, and the records around it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn

from thread.errors import InputError
from thread.ingest.rows import RowFault

_STEP = re.compile(
    r"""\.?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<key>[^.\[\]"^#]+))|\[(?P<inside>(?:"[^"]*"|[^\]"])*)\]"""
)
_FILTER = re.compile(r"""(?:"([^"]*)"|([^="]+))=(?:"([^"]*)"|([^"]*))""")
SEPARATOR: Final = "\x1f"
"""Between the values of a list on the way to ``split``: no value may hold it."""


class Level(NamedTuple):
    """One of the records that a row lies in: the record, and its number from 1 in its list."""

    record: Any
    number: int


Chain = tuple[Level, ...]
"""A row of a JSON file: the record itself last, before it those around it, the document first."""


class Each(NamedTuple):
    """All items of a list."""


class With(NamedTuple):
    """The first item of a list in which a key has a value."""

    key: str
    value: str


Step = str | int | Each | With


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path: how many records further out it starts, and the steps from there."""

    text: str
    out: int
    number: bool
    """It asks for the number of the record in its list."""
    steps: tuple[Step, ...]

    @property
    def many(self) -> bool:
        return any(isinstance(step, Each) for step in self.steps)


def parse_path(text: str, place: str) -> Path:
    """A path as in ``a."b.c"[0].d``, ``^.key`` (of the record around), ``items[key=tag].value``, ``list[]``, ``#``.

    Raises:
        InputError: ``bad-mapping``.
    """
    rest = text.lstrip("^")
    out = len(text) - len(rest)
    number, rest = (True, rest[1:]) if rest.startswith("#") else (False, rest)
    steps: list[Step] = []
    at = 0
    rest = "" if rest == "." else rest
    while at < len(rest):
        found = _STEP.match(rest, at)
        if not found or number or (at and rest[at] not in ".["):
            hint = 'As in order.lines[0].part, "a key.with dots".id, items[key=tag].value, ^.id.'
            raise InputError(f'{place}: "{text}" is not a path.', code="bad-mapping", hint=hint)
        steps.append(_step(found))
        at = found.end()
    return Path(text, out, number, tuple(steps))


def _step(found: re.Match[str]) -> Step:
    inside = found["inside"]
    if inside is None:
        quoted = found["quoted"]
        return re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else found["key"].strip()
    if not inside.strip():
        return Each()
    wanted = _FILTER.fullmatch(inside.strip())
    if wanted:
        key, value = (
            wanted[1] if wanted[1] is not None else wanted[2],
            wanted[3] if wanted[3] is not None else wanted[4],
        )
        return With(key.strip(), value)
    return int(inside) if re.fullmatch(r"\s*-?\d{1,9}\s*", inside) else inside.strip().strip('"')


def records(document: Any, path: Path | None) -> Iterator[Chain]:
    """The rows of a document: the records that the path leads to; without one, the document or its items.

    Raises:
        RowFault: not while iterating: what is no list where one should be, is a row without a record.
    """
    start: Chain = (Level(document, 1),)
    if path is not None:
        yield from _walk(document, path.steps, start)
    elif isinstance(document, list):
        yield from _walk(document, (Each(),), start)
    else:
        yield start


def _walk(value: Any, steps: tuple[Step, ...], chain: Chain) -> Iterator[Chain]:
    for index, step in enumerate(steps):
        if value is None:
            return
        if isinstance(step, Each):
            if not isinstance(value, list):
                yield (*chain, Level(_NoList(value), 1))
                return
            for number, item in enumerate(value, start=1):
                yield from _walk(item, steps[index + 1 :], (*chain, Level(item, number)))
            return
        value = _one(value, step)
    if value is not None or not steps or isinstance(steps[-1], Each):
        yield chain if value is chain[-1].record else (*chain, Level(value, 1))


@dataclass(frozen=True, slots=True)
class _NoList:
    found: Any


def depth_of(path: Path | None, *, listed: bool) -> int:
    """How many records the rows of a path lie in, the document included."""
    if path is None:
        return 2 if listed else 1
    each = sum(isinstance(step, Each) for step in path.steps)
    return 1 + each + (bool(path.steps) and not isinstance(path.steps[-1], Each))


def _one(value: Any, step: Step) -> Any:
    """The value one step on; None where there is nothing."""
    if isinstance(step, str):
        return value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, list):
        return None
    if isinstance(step, With):
        return next((i for i in value if isinstance(i, dict) and _plain(i.get(step.key)) == step.value), None)
    assert isinstance(step, int)
    return value[step] if -len(value) <= step < len(value) else None


def compile_path(path: Path, column: str) -> Callable[[Chain], str | None]:
    """What takes a cell from a row; values of a list are joined by ``SEPARATOR``.

    Raises, when called:
        RowFault: ``bad-value``: a record or a list stands where a value should be.
    """
    level, steps = -1 - path.out, path.steps
    if path.number:
        return lambda chain: str(chain[level].number)
    if path.many:
        return lambda chain: _joined(chain[level].record, steps, column)
    if len(steps) == 1 and isinstance(steps[0], str):
        (key,) = steps

        def one(chain: Chain) -> str | None:
            record = chain[level].record
            value = record.get(key) if type(record) is dict else _no_record(record, column)
            return value if value is None or type(value) is str else _text(value, column)

        return one

    def far(chain: Chain) -> str | None:
        value = chain[level].record
        if type(value) is _NoList:
            _no_record(value, column)
        for step in steps:
            value = _one(value, step)
        return _text(value, column)

    return far


def _joined(value: Any, steps: tuple[Step, ...], column: str) -> str | None:
    if type(value) is _NoList:
        _no_record(value, column)
    found = [_text(chain[-1].record, column) for chain in _walk(value, steps, (Level(value, 1),))]
    if any(text is not None and SEPARATOR in text for text in found):
        raise RowFault("bad-value", "a value holds the character U+001F, which cannot be seen.", column=column)
    return SEPARATOR.join(text for text in found if text) or None


def _no_record(found: Any, column: str) -> NoReturn:
    if type(found) is _NoList:
        raise RowFault("bad-file", f"a list was expected, but it is {_named(found.found)}.", column=column)
    raise RowFault("bad-file", f"a record was expected, but it is {_named(found)}.", column=column)


def _text(value: Any, column: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    hint = "Name what lies in it, as in a.b, or a[].b for all items of a list."
    _named_value = _named(value.found if isinstance(value, _NoList) else value)
    raise RowFault("bad-value", f"{column} holds {_named_value}, not a value.", column=column, hint=hint)


def _plain(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value


def _named(value: Any) -> str:
    return {dict: "a record", list: "a list", str: "text", bool: "true or false"}.get(type(value), "no value")
