"""The fast tests of columns may suspect too much, but never let a wrong value through."""

import struct
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ontology.turtle import write
from thread.facts import PartBuilder, Value
from thread.ontology import Attribute, Ontology, load_ontology
from thread.ontology.suspects import plain_iris, suspects
from thread.ontology.values import iri_fault, value_fault
from thread.terms import Iri

EXTENSION = """
my:speed a owl:DatatypeProperty ; rdfs:range xsd:double .
my:depth a owl:DatatypeProperty ; rdfs:range xsd:double .
my:teeth a owl:DatatypeProperty ; rdfs:range xsd:integer .
my:big a owl:DatatypeProperty ; rdfs:range xsd:integer .
my:Gear rdfs:subClassOf thr:Component ; sh:property
    [ sh:path my:speed ; sh:minInclusive 0 ; sh:maxExclusive 100 ],
    [ sh:path my:depth ; sh:minExclusive -1.5 ; sh:maxInclusive 2.5 ],
    [ sh:path my:teeth ; sh:minExclusive 3 ; sh:maxInclusive 99 ],
    [ sh:path my:big ; sh:minInclusive -9007199254740993 ; sh:maxInclusive 9007199254740993 ] .
my:Steam a thr:Medium .
"""
EDGES = {
    "speed": [0.0, -0.0, -5e-324, 100.0, 99.99999999999999, float("inf"), float("nan")],
    "depth": [-1.5, -1.4999999999999998, 2.5, 2.5000000000000004, float("-inf"), float("inf"), float("nan")],
    "weibullShape": [0.0, 5e-324, -1.0, float("inf")],
    "teeth": [2, 3, 4, 98, 99, 100, -(2**63), 2**63 - 1],
    "big": [2**53 + number for number in range(-2, 5)] + [-(2**53) - number for number in range(-2, 5)],
    "k": [-1, 0, 1, 2],
    "quantity": [Decimal("-1E-30"), Decimal(0), Decimal("NaN"), Decimal("Infinity"), Decimal("1.5")],
    "identifier": ["x", "", " ", "A\n1", "A\x07", "A\u202e1", "\u00e9", "e\u0301", "x" * 2000, "x" * 2001],
    "status": ["RUNNING", "running", ""],
    "unit": ["mm/s", "mm s", "", "x" * 41, "\u00b0C"],
    "description": ["", "two\nlines", "\x00", "e\u0301", "x" * 2001],
    "produces": [Iri("urn:my#Steam"), Iri("urn:my#Staem")],
}


@pytest.fixture(scope="module")
def ontology(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    return load_ontology([write(tmp_path_factory.mktemp("suspects"), EXTENSION)])


def flags(ontology: Ontology, attribute: Attribute, values: list[Value]) -> list[bool]:
    builder = PartBuilder()
    for value in values:
        builder.attribute("urn:x", attribute.iri, value)
    (part,) = builder.parts()
    return suspects(attribute, part.table["value"].astype(np.int64), part.strings, ontology.media).tolist()


@pytest.mark.parametrize("name", EDGES)
def test_every_wrong_value_at_an_edge_is_suspected(ontology: Ontology, name: str) -> None:
    attribute = ontology.by_name[name]
    assert isinstance(attribute, Attribute)
    values: list[Value] = [*EDGES[name]]

    suspected = flags(ontology, attribute, values)

    wrong = [value for value, flag in zip(values, suspected, strict=True) if not flag]
    assert [value for value in wrong if value_fault(attribute, value, ontology.media)] == []


@cache
def weibull_shape() -> Attribute:
    found = load_ontology().by_name["weibullShape"]
    assert isinstance(found, Attribute)
    return found


@given(numbers=st.lists(st.floats(), min_size=1))
def test_reals_are_suspected_by_their_bits(numbers: list[float]) -> None:
    attribute = weibull_shape()
    bits = np.array([struct.unpack("<q", struct.pack("<d", number))[0] for number in numbers], dtype=np.int64)

    suspected = suspects(attribute, bits, (), {}).tolist()

    assert all(flag or value_fault(attribute, n, {}) is None for n, flag in zip(numbers, suspected, strict=True))


@given(names=st.lists(st.text(max_size=8).map(lambda tail: "urn:" + tail) | st.text(max_size=6), max_size=4))
def test_names_that_pass_together_pass_one_by_one(names: list[str]) -> None:
    if plain_iris(names):
        assert [name for name in names if iri_fault(name)] == []


@pytest.mark.parametrize(
    "name", ["urn:a\nurn:b", "urn:", "javascript:x", "DATA:x", "x", "", "urn:a b", "urn:a`b", "urn:é"]
)
def test_a_name_that_is_not_surely_an_iri_is_looked_at(name: str) -> None:
    assert not plain_iris(["urn:a", name, "urn:b"])


def test_usual_names_pass_at_once() -> None:
    assert plain_iris(["urn:thread:id:P-101", "https://example.org/a_b?c=1#d", "sap:100%25", "ex:[1]~(2)"])
    assert plain_iris([])
