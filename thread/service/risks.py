"""How far ahead is asked? Horizons as people write them, in hours."""

import re
from typing import Final

from thread.errors import InputError

DEFAULT_HORIZON: Final = "30d"
_HOURS: Final = {"h": 1.0, "d": 24.0, "w": 168.0, "a": 8766.0, "y": 8766.0}
_SHORT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([hdway])", re.IGNORECASE)
_ISO: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?)?", re.IGNORECASE)
_LONGEST: Final = 100 * 8766.0


def horizon_hours(text: str) -> float:
    """Hours of a horizon: ``12h``, ``30d``, ``4w``, ``1a``, or an ISO 8601 duration such as ``P30D``.

    Raises:
        InputError: ``bad-time``: it is none, or not between 0 and 100 years.
    >>> horizon_hours("30d"), horizon_hours("P1DT12H")
    (720.0, 36.0)
    """
    short, iso = _SHORT.fullmatch(text.strip()), _ISO.fullmatch(text.strip())
    hours = 0.0
    if short:
        hours = float(short[1]) * _HOURS[short[2].lower()]
    elif iso:
        rates = (8766.0, 168.0, 24.0, 1.0)
        hours = sum(float(said or 0) * rate for said, rate in zip(iso.groups(), rates, strict=True))
    if not 0.0 < hours <= _LONGEST:
        raise InputError(
            f'"{text[:40]}" is no horizon.', code="bad-time", hint="Write 12h, 30d, 4w or 1a, or P30D; up to 100a."
        )
    return hours
