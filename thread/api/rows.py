"""How is a long list shown page by page? What connections over rows in a known order have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from thread.api.ids import encode_cursor
from thread.api.pages import Key, PageInfo, PageRequest, cut_keys, info_of

Edge = TypeVar("Edge")


class Rows(Generic[Edge]):
    """Rows whose keys are sorted and unique; edges are made for the page that is asked for."""

    __slots__ = ("_keys", "_made", "_make", "_request", "_shape")

    def __init__(
        self, keys: Sequence[Key], shape: tuple[type, ...], request: PageRequest, make: Callable[[int, int], list[Edge]]
    ) -> None:
        self._keys, self._shape, self._request, self._make = keys, shape, request, make
        self._made: tuple[list[Edge], PageInfo] | None = None

    def _cut(self) -> tuple[list[Edge], PageInfo]:
        if self._made is None:
            low, high = cut_keys(self._keys, self._request, self._shape)
            info = info_of(self._keys[low:high], low, high, len(self._keys))
            self._made = self._make(low, high), info
        return self._made

    @property
    def _total(self) -> int:
        return len(self._keys)


def numbered(keys: Sequence[tuple[Any, ...]]) -> list[Key]:
    """Sorted keys made unique by counting equal neighbours."""
    unique: list[Key] = []
    for key in keys:
        again = unique and unique[-1][:-1] == key
        unique.append((*key, int(unique[-1][-1]) + 1 if again else 0))
    return unique


__all__ = ["Key", "PageInfo", "PageRequest", "Rows", "encode_cursor", "numbered"]
