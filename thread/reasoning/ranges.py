"""Does a number lie in a range? Serials, units and part numbers are texts with numbers in them."""

import re
from functools import lru_cache
from typing import Final

_RUNS: Final = re.compile(r"(\d+)")
Shape = tuple[str, ...]


@lru_cache(maxsize=65_536)
def split(text: str) -> tuple[Shape, tuple[int, ...]]:
    """The letters around the numbers of a text, and the numbers.

    >>> split("WT-1030/2")
    (('wt-', '/', ''), (1030, 2))
    """
    runs = _RUNS.split(text.strip().casefold())
    return tuple(runs[::2]), tuple(int(run) for run in runs[1::2])


def compare(value: str, bound: str) -> int | None:
    """-1, 0 or 1 as a value lies before, at or behind a bound; None where they cannot be compared.

    Texts compare by their numbers where the letters around them are the same. A bound of digits alone compares with
    the last number of the value: "from serial 1042" holds for WT-1042.

    >>> compare("WT-1030", "WT-999"), compare("WT-1030", "1042"), compare("WT-1030", "AB-1")
    (1, -1, None)
    """
    shape, numbers = split(value)
    wanted, limits = split(bound)
    if wanted == ("", "") and numbers:
        numbers = numbers[-1:]
    elif shape != wanted:
        return None
    if not limits:
        return 0
    return (numbers > limits) - (numbers < limits)


def within(value: str, low: str | None, high: str | None) -> bool | None:
    """Whether a value lies in a range, both ends included; None where that cannot be told.

    >>> within("P-150", "P-100", "P-199"), within("P-200", "P-100", "P-199"), within("Q", "P-100", None)
    (True, False, None)
    """
    told = []
    for bound, wrong in ((low, -1), (high, 1)):
        if bound is not None:
            found = compare(value, bound)
            told.append(None if found is None else found != wrong)
    if False in told:
        return False
    return None if None in told else True


__all__ = ["compare", "split", "within"]
