"""Which words does a name have? Case, accents and signs folded away, so that what people type meets what is written."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Final

LONGEST: Final = 64
"""Bytes of a word in UTF-8; what is longer is cut."""
READ: Final = 256
"""Characters of a name whose words are found."""
_LETTERS: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}  # no accent to take away
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_ACCENT: Final = 10
"""Combining classes from here on are accents and points; below are signs that make another letter."""
_UNSPACED: Final = ((0x0E00, 0x0E7F), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_MOST_SUFFIXES: Final = 32


def fold(text: str) -> str:
    """The text as it is compared: compatible forms, no case, no accents, no invisible signs.

    >>> fold("Schweißroboter ÅÄ Ⅳ")
    'schweissroboter aa iv'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (c for c in apart if unicodedata.combining(c) < _ACCENT and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS)


def _spellings(text: str) -> list[str]:
    """The text folded, and where it has German umlauts also with them written as two letters."""
    if text.isascii():
        return [fold(text)]
    written = unicodedata.normalize("NFC", text).casefold()
    apart = written.translate(_UMLAUTS)
    return [fold(text)] if apart == written else [fold(text), fold(apart)]


def _parts(chunk: str) -> list[str]:
    """Runs of letters, digits and the signs that belong to them."""
    runs = groupby(chunk, lambda c: c.isalnum() or unicodedata.category(c)[0] == "M")
    return ["".join(run) for inside, run in runs if inside]


def _cut(word: str) -> str:
    raw = word.encode(errors="replace")
    return word if len(raw) <= LONGEST else raw[:LONGEST].decode(errors="ignore")


def _unspaced(part: str) -> bool:
    return any(low <= ord(c) <= high for c in part for low, high in _UNSPACED)


def words_of(name: str) -> tuple[list[str], int]:
    """The words of a name, and how many it has as it is written.

    A run with signs in it counts part by part and as a whole; scripts without blanks by the end from each sign on.

    >>> words_of("Pump 23-KA-9101")
    (['pump', '23', 'ka', '9101', '23ka9101'], 4)
    """
    found: dict[str, None] = {}
    count = 0
    for number, folded in enumerate(_spellings(name[:READ])):
        for chunk in folded.split():
            parts = _parts(chunk)
            count += 0 if number else len(parts)
            for part in parts:
                found[_cut(part)] = None
                if _unspaced(part):
                    found |= dict.fromkeys(_cut(part[at:]) for at in range(1, min(len(part), _MOST_SUFFIXES)))
            if len(parts) > 1:
                found[_cut("".join(parts))] = None
    return list(found), count


@dataclass(frozen=True, slots=True)
class Asked:
    """One word that is asked for: spellings of which one must be met, or parts that must all be."""

    spellings: tuple[str, ...]
    parts: tuple[str, ...] = ()
    """Empty where the word has one part only."""


def asked_words(text: str) -> tuple[Asked, ...]:
    """The words of a question, one for each run between blanks.

    >>> asked_words("P-101")
    (Asked(spellings=('p101',), parts=('p', '101')),)
    """
    folded = _spellings(text)
    chunks = [[parts for chunk in one.split() if (parts := _parts(chunk))] for one in folded]
    if len({len(one) for one in chunks}) > 1:
        chunks = chunks[:1]
    return tuple(
        Asked(
            tuple(dict.fromkeys(_cut("".join(parts)) for parts in spelled)),
            tuple(map(_cut, spelled[0])) if len(spelled[0]) > 1 else (),
        )
        for spelled in zip(*chunks, strict=True)
    )
