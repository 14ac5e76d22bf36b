"""How does an answer become a table for a spreadsheet? One list of it as rows, what lies deeper as dotted columns."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from thread.errors import InputError, known_near
from thread.facts.cells import guarded

BOM: Final = "\ufeff"
"""By this mark Excel knows that a file is UTF-8."""
_BETWEEN: Final = " | "
_WRAPPINGS: Final = frozenset({"edges", "node"})
"""Fields of a connection that say nothing to a reader of a table."""


def to_csv(data: Mapping[str, Any], rows: str | None = None) -> str:
    """A list of an answer as CSV: one object a row, texts guarded against formulas, several values joined by ``|``.

    Args:
        rows: which list, by its dotted name; without it the first that has rows, else the first.
    Raises:
        InputError: ``invalid``: there is no such list; the hint names those that there are.
    """
    found = dict(lists_of(data))
    if not found or (rows is not None and rows not in found):
        named = f'no list "{rows}"' if found else "no list of things"
        raise InputError(f"The answer has {named}.", hint=known_near(rows or "", found, "lists"))
    chosen = (
        found[rows] if rows is not None else next((each for each in found.values() if each), next(iter(found.values())))
    )
    table = [_columns(row) for row in chosen]
    heads = _heads(table)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_BETWEEN.join(row.get(head, ())) for head in heads] for row in table)
    return BOM + out.getvalue()


def lists_of(value: object, name: str = "") -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The lists of things in an answer that lie in no other list, by dotted name, in the order of the answer."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from lists_of(inner, _dotted(name, key))
    elif isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
        yield name, value


def cut(value: object) -> Iterator[str]:
    """Why an answer is not the whole one, as far as it was asked: partial answers, and pages that go on."""
    if isinstance(value, Mapping):
        if value.get("complete") is False:
            reasons = [str(each.get("message")) for each in value.get("reasons", ())]
            yield " ".join(["The answer is partial.", *reasons])
        if value.get("hasNextPage") is True:
            yield "There is another page: ask for more by `first` and `after`."
        for inner in value.values():
            yield from cut(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from cut(inner)


def _dotted(name: str, key: str) -> str:
    return name if key in _WRAPPINGS else f"{name}.{key}" if name else key


def _columns(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """The cells of a row by column; a column of several values has several."""
    cells: dict[str, list[str]] = {}
    waiting: list[tuple[str, object]] = [("", row)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(_dotted(name, key), inner) for key, inner in reversed([*value.items()])]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in reversed(value)]
            if not value:
                cells.setdefault(name, [])
        else:
            cells.setdefault(name, []).extend(_cell(value))
    return cells


def _heads(table: list[dict[str, list[str]]]) -> list[str]:
    """The columns, those of one thing side by side, without those that only say that a list of things is empty."""
    seen: dict[str, int] = {}
    for row in table:
        for head in row:
            for prefix in _prefixes(head):
                seen.setdefault(prefix, len(seen))
    heads = dict.fromkeys(head for row in table for head in row)
    things = {prefix for head in heads for prefix in _prefixes(head)[:-1]}
    return sorted(heads.keys() - things, key=lambda head: [seen[prefix] for prefix in _prefixes(head)])


def _prefixes(head: str) -> list[str]:
    parts = head.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _cell(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [guarded(value) if isinstance(value, str) else str(value)]
