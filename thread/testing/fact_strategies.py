"""Which facts can there be? Hypothesis strategies for values, facts and change sets, borders included."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from thread.clock import BEGIN, END
from thread.facts import ChangeSet, Fact, Op, PartBuilder, Triple, Value
from thread.terms import LABEL, THR, EntityId, Iri

ENTITIES = st.integers(0, 9).map(lambda number: EntityId(f"urn:thread:id:e{number}"))
PREDICATES = st.sampled_from([LABEL, THR + "partOf", THR + "note", THR + "dependsOn"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
"""Any text but lone surrogates, which no file can hold; control and bidirectional characters included."""
REQUESTS = TEXTS.filter(bool)
TIMES = st.one_of(
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)),
    st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC) - timedelta(microseconds=1)]),
)
REALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-0.0, 0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1]),
)
INTEGERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([2**53 + 1, 2**63 - 1, -(2**63), 0, 1]))
DECIMALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4),
    st.sampled_from([Decimal("1.50"), Decimal("0.000"), Decimal("-0"), Decimal("1E+3"), Decimal("0." + "1" * 40)]),
)
IRIS = st.sampled_from([Iri(THR + "Asset"), Iri("urn:x:größe"), Iri("http://example.org/a?b=c#d")])
VALUES: st.SearchStrategy[Value] = st.one_of(TEXTS, st.booleans(), INTEGERS, REALS, DECIMALS, TIMES, IRIS)
INSTANTS = st.one_of(st.just(BEGIN), st.just(END), st.integers(-(2**55), 2**55))
QUALIFIERS = st.dictionaries(st.sampled_from([THR + "quantity", THR + "scheme"]), VALUES, max_size=2).map(
    lambda held: tuple(sorted(held.items(), key=lambda pair: pair[0]))
)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A link or an attribute, with any times."""
    target = draw(st.one_of(ENTITIES, st.none()))
    return Fact(
        subject=draw(ENTITIES),
        predicate=draw(PREDICATES),
        object=target,
        value=None if target else draw(VALUES),
        valid_from=draw(INSTANTS),
        valid_to=draw(INSTANTS),
        qualifiers=draw(QUALIFIERS),
        origin=draw(TEXTS),
        row=draw(st.integers(0, 2**31 - 1)),
    )


@st.composite
def change_sets(draw: st.DrawFn, request_ids: st.SearchStrategy[str] = REQUESTS) -> ChangeSet:
    """A change set of some facts, in one part or several."""
    builder = PartBuilder(limit=draw(st.sampled_from([2, 10_000])))
    for fact in draw(st.lists(facts(), max_size=7)):
        builder.fact(fact, draw(st.sampled_from(Op)))
    return ChangeSet(
        request_id=draw(request_ids),
        source=draw(TEXTS),
        parts=builder.parts(),
        actor=draw(TEXTS),
        reason=draw(TEXTS),
        run=draw(TEXTS),
        withdraws=tuple(draw(st.lists(TEXTS, max_size=2))),
    )


@st.composite
def triples(draw: st.DrawFn) -> Triple:
    """A triple of the current state."""
    target = draw(st.one_of(ENTITIES, st.none()))
    value = None if target else draw(VALUES)
    return Triple(draw(ENTITIES), draw(PREDICATES), target, value, draw(QUALIFIERS))
