"""Instants are exact and say their zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.clock import BEGIN, END, FixedClock, parse_instant, to_datetime, to_instant, to_text
from thread.errors import CODES, InputError, NotFound, known_near
from thread.terms import upper_snake

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=OFFSETS))  # noqa: DTZ001
def test_an_instant_keeps_every_microsecond_and_forgets_only_the_zone(moment: datetime) -> None:
    assert moment.astimezone(UTC) == to_datetime(to_instant(moment))
    assert to_instant(moment) == parse_instant(moment.isoformat())
    assert to_instant(moment) == parse_instant(to_text(to_instant(moment)))


@pytest.mark.parametrize("text", ["2026-13-45", "yesterday", "", "2026-01-01T25:00:00Z", "2026-02-30T00:00:00Z"])
def test_what_is_not_a_date_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_instant(text)
    assert (caught.value.code, "ISO 8601" in str(caught.value)) == ("bad-time", True)


def test_a_time_without_a_zone_is_read_in_the_declared_zone_or_refused() -> None:
    assert parse_instant("2026-01-01T09:00:00Z") == parse_instant("2026-01-01T10:00:00", timezone(timedelta(hours=1)))
    with pytest.raises(InputError):
        parse_instant("2026-01-01T10:00:00")


def test_open_ends_have_no_datetime() -> None:
    assert [to_datetime(BEGIN), to_datetime(END)] == [None, None]


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(0)
    assert 0 == clock.now() == clock.now()
    clock.move(1.5)
    assert clock.now() == 1_500_000


def test_an_error_says_code_sentence_and_way_out() -> None:
    error = NotFound('No entity "P-1".', hint=known_near("P-1", ["P-11"], "entities"))
    assert str(error) == 'not-found: No entity "P-1". Known entities near it: P-11.'


def test_a_code_that_is_not_on_the_list_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        InputError("x", code="no-such-code")
    assert all(code == code.lower() and meaning for code, meaning in CODES.items())


def test_names_are_spelt_for_graphql_and_neo4j() -> None:
    assert [upper_snake(n) for n in ("fromBatch", "WorkOrder", "I/O module".replace("/", "-"))] == [
        "FROM_BATCH",
        "WORK_ORDER",
        "I_O_MODULE",
    ]
