"""Which cells would a spreadsheet take for a formula? Texts are guarded on the way out and bared on the way in."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How such a text begins."""


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it; ``bared`` takes it away.

    >>> guarded("=SUM(A1)"), guarded("P-101"), guarded("'=x")
    ("'=SUM(A1)", 'P-101', "''=x")
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def bared(cell: str) -> str:
    """The text that was guarded; one that was not is itself.

    >>> bared("'=SUM(A1)"), bared("'quoted'"), bared("''=x")
    ('=SUM(A1)', "'quoted'", "'=x")
    """
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(FORMULA) else cell
