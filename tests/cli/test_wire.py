"""Does a change set reach the server as it left?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.errors import InputError
from thread.facts import ChangeSet, Fact, parts_of
from thread.facts.wire import decode_change_set, encode_change_set
from thread.terms import LABEL, EntityId, Iri

A_SET = ChangeSet(
    "request-1", "plan", parts_of([Fact(EntityId("urn:a"), LABEL, value="Ä pump")]), "me", "why", "run-1", ("run-0",)
)


def test_everything_but_the_parts_arrives_as_it_was() -> None:
    arrived = decode_change_set(encode_change_set(A_SET))
    for name in ("request_id", "source", "actor", "reason", "run", "withdraws"):
        assert getattr(arrived, name) == getattr(A_SET, name)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=30), st.text(max_size=5))
def test_facts_arrive_as_they_left(labels: list[str], origin: str) -> None:
    facts = [Fact(EntityId(f"urn:{n}"), LABEL, value=label, row=n, origin="f.csv") for n, label in enumerate(labels)]
    facts.append(Fact(EntityId("urn:x"), "urn:p", value=Iri("urn:v")))
    arrived = decode_change_set(encode_change_set(ChangeSet("r", "s", parts_of(facts), reason=origin)))
    assert [part.payload() for part in arrived.parts] == [part.payload() for part in parts_of(facts)]
    assert [fact for part in arrived.parts for _, fact in part.facts()] == facts


@pytest.mark.parametrize("cut", [0, 3, 4, 7, 20, -1])
def test_a_body_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(InputError) as refused:
        decode_change_set(encode_change_set(A_SET)[:cut])
    assert refused.value.code == "bad-value"


@given(st.binary(max_size=200))
def test_any_other_body_is_refused_not_misread(body: bytes) -> None:
    for given_body in (body, b"TC1\n" + body):
        with pytest.raises(InputError):
            decode_change_set(given_body)
