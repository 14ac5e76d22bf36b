"""Which instant does a cell name? Compiled once per format and zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from thread.clock import Instant, parse_instant, to_instant, to_text
from thread.errors import InputError
from thread.ingest.rows import Cell, CellType, RowFault

ISO: Final = "iso"
_UNIX: Final = {"unix": 1_000_000, "unix-ms": 1_000}
_REMEMBERED: Final = 65_536

instant_text = lru_cache(_REMEMBERED)(to_text)
"""``to_text``, remembered: the same hours come again and again."""


def cell_text(cell: Cell, kind: CellType) -> str | None:
    """A cell as text: a time in ISO 8601 and UTC."""
    if cell is None or isinstance(cell, str):
        return cell
    return instant_text(cell) if kind is CellType.TIME else str(cell)


def check_zone(name: str) -> str:
    """The name, if it is a time zone.

    Raises:
        ValueError: it is not.
    """
    zone_of(name)
    return name


def zone_of(name: str | None) -> tzinfo | None:
    """The zone of a name.

    Raises:
        ValueError: no such zone.
    """
    if name is None:
        return None
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'"{name}" is not a time zone; expected UTC or a name like Europe/Berlin') from error


def check_format(text: str) -> str:
    """The text, if it is a format of times.

    Raises:
        ValueError: it is not.
    """
    if text == ISO or text in _UNIX:
        return text
    if "%" not in text:
        raise ValueError(f'"{text}" is not a format of times; expected iso, unix, unix-ms or one like %d.%m.%Y %H:%M')
    sample = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        datetime.strptime(sample.strftime(text), text)  # noqa: DTZ007  only the format is tried
    except ValueError as error:
        raise ValueError(f'"{text}" is not a format of times: {error}') from error
    return text


def time_reader(text_format: str, zone: tzinfo | None, column: str) -> Callable[[str], Instant]:
    """What reads the cells of a column; a wrong one is a ``RowFault`` (``bad-time``). Remembers the last ones."""

    @lru_cache(_REMEMBERED)
    def read(text: str) -> Instant:
        try:
            if text_format == ISO:
                instant = parse_instant(text, zone)
            elif text_format in _UNIX:
                instant = _from_number(text, _UNIX[text_format])
            else:
                instant = to_instant(_in_zone(datetime.strptime(text, text_format), zone))  # noqa: DTZ007  see _in_zone
        except InputError as error:
            hint = 'Add an offset, or say "read: {zone: UTC}".' if "zone" in error.message else error.hint
            raise RowFault("bad-time", error.message, column=column, value=text, hint=hint or "") from error
        except (ValueError, OverflowError) as error:
            said = f"Expected {text_format}."
            raise RowFault("bad-time", f'"{text[:60]}" is not a time.', column=column, value=text, hint=said) from error
        return instant

    return read


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise InputError(f'"{moment.isoformat()}" has no time zone.', code="bad-time")
    return moment.replace(tzinfo=zone)


def _from_number(text: str, scale: int) -> Instant:
    whole = round(float(text) * scale)
    datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=whole)  # OverflowError where no calendar has it
    return whole
