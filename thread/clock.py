"""What time is it? Instants as whole microseconds, their text forms, and the clock that is injected."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Protocol

from thread.errors import InputError

Instant = int
"""Whole microseconds since 1970-01-01T00:00Z; half-open intervals ``[from, to)``."""
BEGIN: Final[Instant] = -(2**63) + 1
"""Open start: since before anything was recorded."""
END: Final[Instant] = 2**63 - 1
"""Open end: until further notice."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
FIRST: Final[Instant] = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST: Final[Instant] = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""The instants that a calendar can name, years 1 to 9999: what can be told, by any way, can also be asked."""


class Clock(Protocol):
    """Gives the current instant; injected everywhere, so that tests and goldens never rot."""

    def now(self) -> Instant: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        return time.time_ns() // 1000


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved; for samples, goldens and tests."""

    instant: Instant

    def now(self) -> Instant:
        return self.instant

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.instant += round(seconds * 1_000_000)


def to_instant(moment: datetime) -> Instant:
    """Microseconds of an aware datetime; a naive one is an ``InputError`` (``bad-time``)."""
    if moment.tzinfo is None:
        raise InputError(f"{moment.isoformat()} has no time zone.", code="bad-time", hint="Add Z or an offset.")
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(instant: Instant) -> datetime | None:
    """UTC datetime of an instant; None for an open end."""
    if instant in (BEGIN, END):
        return None
    return _EPOCH + timedelta(microseconds=instant)


def parse_instant(text: str, zone: tzinfo | None = None) -> Instant:
    """The instant that an ISO 8601 text names; without an offset, read in ``zone``.

    Raises:
        InputError: ``bad-time``: not a date, or no offset and no zone.
    >>> to_text(parse_instant("2024-02-29T10:00:00+01:00"))
    '2024-02-29T09:00:00Z'
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(
            f'"{text[:60]}" is not a date or time.',
            code="bad-time",
            hint="Expected ISO 8601, e.g. 2024-02-29T09:00:00Z.",
        ) from error
    if moment.tzinfo is None:
        if zone is None:
            raise InputError(f'"{text[:60]}" has no time zone.', code="bad-time", hint="Add Z or an offset.")
        moment = moment.replace(tzinfo=zone)
    return to_instant(moment)


def to_text(instant: Instant) -> str:
    """ISO 8601 in UTC, as short as it can be said; ``-`` for an open end."""
    moment = to_datetime(instant)
    if moment is None:
        return "-"
    return moment.isoformat().replace("+00:00", "Z")
