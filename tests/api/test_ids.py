"""Opaque ids and cursors: round trips, refusals, and views that never share an id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.api.ids import LIVE, At, decode_cursor, decode_id, encode_cursor, encode_id
from thread.errors import InputError

IRIS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map(lambda tail: f"urn:{tail}")
TIMES = st.none() | st.integers(-(2**62), 2**62)
VIEWS = st.builds(At, TIMES, TIMES)


@given(IRIS, VIEWS)
def test_an_id_gives_back_its_entity_and_view(iri: str, at: At) -> None:
    assert decode_id(encode_id(iri, at)) == (iri, at)


@given(IRIS, VIEWS, VIEWS)
def test_two_views_never_share_an_id(iri: str, one: At, other: At) -> None:
    assert (encode_id(iri, one) == encode_id(iri, other)) == (one == other)


def test_a_live_id_and_an_as_of_id_at_zero_differ() -> None:
    assert encode_id("urn:a", LIVE) != encode_id("urn:a", At(valid_at=0))
    assert encode_id("urn:a", At(valid_at=0)) != encode_id("urn:a", At(known_at=0))


@given(IRIS, VIEWS, st.integers(0, 10**6), st.characters(codec="ascii"))
def test_a_mangled_id_is_no_id(iri: str, at: At, where: int, letter: str) -> None:
    good = encode_id(iri, at)
    place = where % len(good)
    mangled = good[:place] + letter + good[place + 1 :]
    assert decode_id(mangled) == ((iri, at) if mangled == good else None)


@given(st.text(max_size=200))
def test_any_other_text_is_no_id(text: str) -> None:
    assert decode_id(text) is None


def test_a_cursor_is_no_id_and_an_id_is_no_cursor() -> None:
    assert decode_id(encode_cursor((1, "urn:a"))) is None
    with pytest.raises(InputError, match="is not a cursor of this list"):
        decode_cursor(encode_id("urn:a"), (int, str))


@given(st.integers(0, 2**53), IRIS)
def test_a_cursor_gives_back_its_position(rank: int, iri: str) -> None:
    assert decode_cursor(encode_cursor((rank, iri)), (int, str)) == (rank, iri)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(InputError, match="is not a cursor of this list"):
        decode_cursor(encode_cursor(("STOPS", 1, "urn:a")), (int, str))


def test_an_overlong_text_is_refused_before_it_is_decoded() -> None:
    assert decode_id("A" * 1_000_000) is None
