"""How does an answer look on a terminal? Plain aligned columns, folded to the width that is there."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import east_asian_width

GAP: Final = "  "
_NARROWEST: Final = 12


def width() -> int:
    """Columns to write in: the terminal's, 100 where there is none (pipes, files, tests)."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() or "COLUMNS" in os.environ else 100


def cells(text: str) -> int:
    """Columns that a text takes on a terminal: wide signs take two.

    >>> cells("泵 P-101")
    8
    """
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def pad(text: str, to: int) -> str:
    """The text with blanks up to a column."""
    return text + " " * (to - cells(text))


def table(
    rows: Iterable[Sequence[str]], heads: Sequence[str] = (), indent: str = "", room: int | None = None
) -> list[str]:
    """Rows as aligned columns; what does not fit into the room is folded, the widest columns first.

    >>> print("\\n".join(table([("P-101", "pump"), ("V-7", "valve")], ("what", "kind"))))
    what   kind
    P-101  pump
    V-7    valve
    """
    lines = [tuple(heads)] if heads else []
    lines += [tuple(row) for row in rows]
    count = max((len(line) for line in lines), default=0)
    lines = [(*line, *[""] * (count - len(line))) for line in lines]
    natural = [max(cells(line[at]) for line in lines) for at in range(count)]
    widths = _fit(natural, (room or width()) - len(indent) - len(GAP) * (count - 1))
    printed = []
    for line in lines:
        columns = [_fold(text, wide) for text, wide in zip(line, widths, strict=True)]
        for at in range(max(map(len, columns), default=0)):
            parts = [
                pad(column[at] if at < len(column) else "", wide) for column, wide in zip(columns, widths, strict=True)
            ]
            printed.append((indent + GAP.join(parts)).rstrip())
    return printed


def _fit(widths: list[int], room: int) -> list[int]:
    """Widths that fit into the room: a fair share for wide columns, narrow ones as they are."""
    if sum(widths) <= room:
        return widths
    fair, left, open_columns = 0, room, len(widths)
    for wide in sorted(widths):
        fair = max(left // open_columns, _NARROWEST)
        if wide > fair:
            break
        left, open_columns = left - wide, open_columns - 1
    return [min(wide, fair) for wide in widths]


def _fold(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, max(room, 1), break_long_words=False, break_on_hyphens=False) or [""]


def folded(text: str, indent: str = "") -> list[str]:
    """A paragraph in the width that is there; all lines but the first are indented."""
    return textwrap.wrap(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [
        ""
    ]


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> plural(1, "sensor"), plural(2, "sensor"), plural(0, "entity", "entities")
    ('1 sensor', '2 sensors', '0 entities')
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def emphasis(text: str, *, on: bool | None = None) -> str:
    """Bold on a terminal that can, the text itself elsewhere (NO_COLOR, pipes, files)."""
    able = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return f"\x1b[1m{text}\x1b[0m" if (able if on is None else on) else text
