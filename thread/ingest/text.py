"""Which text may be a key or an IRI? NFC at the border, refused characters, minting of IRIs."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from thread.ingest.report import shown
from thread.ingest.rows import RowFault

LONGEST_KEY: Final = 1_000
"""Characters in a key or IRI."""
_REFUSED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control, bidirectional and invisible characters: two keys that look alike would be two things."""
_PLAIN: Final[Callable[[str], object]] = re.compile(r"[A-Za-z0-9._~-]+").fullmatch
_ENCODED = re.compile(r"[^\w.~:@!$'()*,;=-]")
"""What an IRI may not hold; letters and digits of all scripts stay."""
_IRI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):[^\x00-\x20<>\"{}|\\^`\[\]\x7f-\x9f]+")
_HARMFUL: Final = frozenset({"javascript", "vbscript", "data", "file", "blob", "about"})
_BAD_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def checked_key(text: str, column: str) -> str:
    """The text, if it may be a key.

    Raises:
        RowFault: ``bad-value``: a control, bidirectional or invisible character; ``too-large``.
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_KEY:
        return text  # nearly all: 4x faster than the search
    found = _REFUSED.search(text)
    if found:
        raise RowFault(
            "bad-value",
            f"a key holds the character U+{ord(found.group()):04X}, which cannot be seen.",
            column=column,
            value=text,
            hint="Remove it from the cell.",
        )
    if len(text) > LONGEST_KEY:
        raise RowFault(
            "too-large",
            f"a key has {len(text):,} characters.",
            column=column,
            value=text,
            hint=f"Keys have at most {LONGEST_KEY:,}.",
        )
    return text


def iri_part(text: str, column: str) -> str:
    """A cell as a part of an IRI: letters of all scripts stay, what an IRI may not hold is percent-encoded.

    >>> iri_part("23-KA 9101/A", "tag")
    '23-KA%209101%2FA'
    """
    if _PLAIN(text) and len(text) <= LONGEST_KEY:
        return text
    checked_key(text, column)
    return _ENCODED.sub(lambda found: quote(found.group(), safe=""), text)


def checked_iri(text: str, column: str) -> str:
    """The text, if it is an absolute IRI that may be stored and shown.

    Raises:
        RowFault: ``bad-iri``: relative, with spaces or brackets, or of a scheme that runs code or reads files.
    """
    checked_key(text, column)
    found = _IRI.fullmatch(text)
    why = hint = ""
    if not found:
        why, hint = "is not an absolute IRI", "Spaces, quotes, brackets and braces must be percent-encoded."
    elif found.group(1).lower() in _HARMFUL:
        why, hint = f"has the scheme {found.group(1)}", "Use http, https, urn or a scheme of your own."
    elif _BAD_PERCENT.search(text):
        why, hint = "has a % without two hexadecimal digits", "Write %25 for the character %."
    if why:
        raise RowFault("bad-iri", f'"{shown(text)}" {why}.', column=column, value=text, hint=hint)
    return text
