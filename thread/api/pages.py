"""Which part of a list is asked for? Pages by cursor, cut by keys before anything is loaded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from thread.api.ids import decode_cursor, encode_cursor
from thread.errors import InputError, LimitError

DEFAULT_PAGE: Final = 50
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    """True if more follows this page."""
    has_previous_page: bool
    """True if something comes before this page."""
    start_cursor: str | None
    """Cursor of the first entry; null on an empty page."""
    end_cursor: str | None
    """Cursor of the last entry; null on an empty page."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The four paging arguments, checked."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None

    @staticmethod
    def of(
        first: int | None,
        after: str | None,
        last: int | None,
        before: str | None,
        cap: int,
        default: int = DEFAULT_PAGE,
    ) -> PageRequest:
        """The request, with the default size where none is given.

        Raises:
            InputError: both ``first`` and ``last``, or a negative size.
            LimitError: ``too-large``: a page above the cap.
        """
        if first is not None and last is not None:
            raise InputError("first and last are both given.", hint="Give one of them.")
        size, name = (last, "last") if last is not None else (default if first is None else first, "first")
        if size < 0:
            raise InputError(f"{name} is {size}.", hint=f"Expected 0 to {cap}.")
        if size > cap:
            raise LimitError(
                f"{name} is {size}, above the largest page of {cap}.",
                hint="Ask for several pages with after: endCursor.",
            )
        return PageRequest(None if last is not None else size, after, last, before)


def cut(total: int, request: PageRequest, after: Callable[[str], int], before: Callable[[str], int]) -> tuple[int, int]:
    """Start and end of the page in a list of ``total`` entries.

    ``after`` gives the position behind the entry of a cursor, ``before`` the position of the entry itself; both find
    where it would be if it is gone, so that cursors stay valid when the list changes.
    """
    low, high = 0, total
    if request.after is not None:
        low = after(request.after)
    if request.before is not None:
        high = max(low, before(request.before))
    if request.first is not None:
        high = min(high, low + request.first)
    if request.last is not None:
        low = max(low, high - request.last)
    return low, high


def cut_keys(keys: Sequence[Key], request: PageRequest, shape: tuple[type, ...]) -> tuple[int, int]:
    """Start and end of the page in a list whose keys are sorted and unique.

    >>> cut_keys([(1,), (3,), (5,)], PageRequest(2, None, None, None), (int,))
    (0, 2)
    """
    return cut(
        len(keys),
        request,
        lambda cursor: bisect_right(keys, decode_cursor(cursor, shape)),
        lambda cursor: bisect_left(keys, decode_cursor(cursor, shape)),
    )


def info_of(keys: Sequence[Key], low: int, high: int, total: int) -> PageInfo:
    """Where the page ``[low, high)`` of a list lies; ``keys`` are those of the page."""
    start, end = (encode_cursor(keys[0]), encode_cursor(keys[-1])) if keys else (None, None)
    return PageInfo(has_next_page=high < total, has_previous_page=low > 0, start_cursor=start, end_cursor=end)
