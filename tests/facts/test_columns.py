"""Facts keep every bit through columns and blobs."""

import math
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.clock import BEGIN, END
from thread.errors import StoreError
from thread.facts import Fact, Op, PartBuilder, decode_part, parts_of
from thread.terms import EntityId, Iri

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IRIS = st.builds("urn:x:{}".format, TEXT)
VALUES = st.one_of(
    TEXT,
    IRIS.map(Iri),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(UTC)),
)
INSTANTS = st.one_of(st.just(BEGIN), st.just(END), st.integers(-(10**17), 10**17))
QUALIFIERS = st.lists(st.tuples(IRIS, VALUES), max_size=2).map(tuple)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    linked = draw(st.booleans())
    return Fact(
        subject=EntityId(draw(IRIS)),
        predicate=draw(IRIS),
        object=EntityId(draw(IRIS)) if linked else None,
        value=None if linked else draw(VALUES),
        valid_from=draw(INSTANTS),
        valid_to=draw(INSTANTS),
        qualifiers=draw(QUALIFIERS),
        origin=draw(TEXT),
        row=draw(st.integers(0, 2**31 - 1)),
    )


def typed(fact: Fact) -> tuple[object, ...]:
    """A fact with the types of its values, so that 1, True and 1.0 differ, and -0.0 from 0.0."""
    values = [fact.value, *(value for _, value in fact.qualifiers)]
    signs = [math.copysign(1, v) if isinstance(v, float) else str(v) for v in values]
    return (fact, [type(v) for v in values], signs)


@given(st.lists(st.tuples(facts(), st.sampled_from(Op)), max_size=12))
def test_facts_come_back_from_a_blob_as_they_went_in(given_facts: list[tuple[Fact, Op]]) -> None:
    builder = PartBuilder(limit=5)
    for fact, op in given_facts:
        builder.fact(fact, op)
    back = [pair for part in builder.parts() for pair in decode_part(part.encode()).facts()]
    assert [(typed(fact), op) for fact, op in given_facts] == [(typed(fact), op) for op, fact in back]


def test_a_part_holds_no_more_than_its_limit() -> None:
    builder = PartBuilder(limit=2)
    for number in range(5):
        builder.attribute("urn:a", "urn:p", number)
    assert [part.size for part in builder.parts()] == [2, 2, 1]


@pytest.mark.parametrize("damage", [lambda b: b[:-3], lambda b: b"X" + b[1:], lambda b: b[:9] + b"\xff\xff" + b[11:]])
def test_a_damaged_blob_is_refused_not_misread(damage) -> None:  # type: ignore[no-untyped-def]
    blob = parts_of([Fact(EntityId("urn:a"), "urn:p", value="x" * 50)])[0].encode()
    with pytest.raises(StoreError) as caught:
        decode_part(damage(blob))
    assert caught.value.code == "store-damaged"
