"""Pages of a list: whatever the sizes, pages put together give the list, forwards and backwards."""

from bisect import insort

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.api.ids import encode_cursor
from thread.api.pages import Key, PageRequest, cut_keys, info_of
from thread.errors import InputError, LimitError

KEYS = st.lists(st.integers(0, 50), unique=True, max_size=30).map(lambda found: [(k,) for k in sorted(found)])


def request(
    first: int | None = None, after: Key | None = None, last: int | None = None, before: Key | None = None
) -> PageRequest:
    def cursor(key: Key | None) -> str | None:
        return None if key is None else encode_cursor(key)

    return PageRequest.of(first, cursor(after), last, cursor(before), cap=500)


@given(KEYS, st.integers(1, 7))
def test_pages_forwards_give_every_entry_once(keys: list[Key], size: int) -> None:
    seen: list[Key] = []
    after = None
    while True:
        low, high = cut_keys(keys, request(first=size, after=after), (int,))
        seen += keys[low:high]
        page = info_of(keys[low:high], low, high, len(keys))
        if not page.has_next_page:
            break
        after = keys[high - 1]
    assert seen == keys


@given(KEYS, st.integers(1, 7))
def test_pages_backwards_give_every_entry_once(keys: list[Key], size: int) -> None:
    seen: list[Key] = []
    before = None
    while True:
        low, high = cut_keys(keys, request(last=size, before=before), (int,))
        seen = keys[low:high] + seen
        if not info_of([], low, high, len(keys)).has_previous_page:
            break
        before = keys[low]
    assert seen == keys


@given(KEYS.filter(bool), st.integers(0, 50), st.data())
def test_a_cursor_stays_valid_when_the_list_changes(keys: list[Key], new: int, data: st.DataObject) -> None:
    after = data.draw(st.sampled_from(keys))
    changed = [key for key in keys if key != after]
    if (new,) not in changed:
        insort(changed, (new,))
    low, high = cut_keys(changed, request(first=500, after=after), (int,))
    assert changed[low:high] == [key for key in changed if key > after]


@given(KEYS, st.integers(0, 9), st.integers(0, 50), st.integers(0, 50))
def test_a_page_lies_strictly_between_after_and_before(keys: list[Key], size: int, after: int, before: int) -> None:
    low, high = cut_keys(keys, request(first=size, after=(after,), before=(before,)), (int,))
    assert keys[low:high] == [key for key in keys if (after,) < key < (before,)][:size]


def test_first_and_last_together_are_refused() -> None:
    with pytest.raises(InputError, match="both given"):
        request(first=1, last=1)


def test_a_page_above_the_cap_is_refused_with_the_way_out() -> None:
    with pytest.raises(LimitError, match="above the largest page of 500"):
        request(first=501)


def test_a_negative_page_is_refused() -> None:
    with pytest.raises(InputError, match="first is -1"):
        request(first=-1)


def test_fifty_entries_come_where_no_size_is_given() -> None:
    assert request().first == 50
