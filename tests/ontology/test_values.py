"""A value is refused with the reason, and a text is read as the attribute's type or not at all."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ontology.turtle import write
from thread.errors import InputError
from thread.facts import Value
from thread.ontology import Attribute, Ontology, load_ontology
from thread.ontology.values import iri_fault, parse_value, value_fault
from thread.terms import IDENTIFIER, THR, Iri

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EXTENSION = """
my:speed a owl:DatatypeProperty ; rdfs:range xsd:double ; thr:unit "m/s" .
my:teeth a owl:DatatypeProperty ; rdfs:range xsd:integer .
my:Gear rdfs:subClassOf thr:Component ; sh:property
    [ sh:path my:speed ; sh:maxCount 1 ; sh:minInclusive 0 ; sh:maxExclusive 100 ],
    [ sh:path my:teeth ; sh:maxCount 1 ; sh:minExclusive 3 ; sh:maxInclusive 99 ] .
my:Steam a thr:Medium .
"""


@pytest.fixture(scope="module")
def ontology(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    return load_ontology([write(tmp_path_factory.mktemp("values"), EXTENSION)])


def attribute(ontology: Ontology, name: str) -> Attribute:
    found = ontology.by_name[name]
    assert isinstance(found, Attribute)
    return found


GOOD: list[tuple[str, Value]] = [
    ("status", "RUNNING"),
    ("quantity", Decimal("0")),
    ("quantity", Decimal("1E+3")),
    ("k", 1),
    ("weibullShape", 0.001),
    ("speed", 0.0),
    ("speed", 99.999),
    ("teeth", 4),
    ("teeth", 99),
    ("stub", True),
    ("startedAt", NOW),
    ("produces", Iri("urn:my#Steam")),
    ("identifier", "23-KA-9101 A/B"),
    ("identifier", "Größe 7"),
    ("description", "two\nlines\tand a tab"),
    ("unit", "mm/s"),
]
BAD: list[tuple[str, Value]] = [
    ("status", "DONE"),
    ("status", "running"),
    ("status", ""),
    ("quantity", Decimal("-0.1")),
    ("quantity", Decimal("NaN")),
    ("quantity", Decimal("Infinity")),
    ("quantity", 3),
    ("quantity", 3.0),
    ("k", 0),
    ("k", True),
    ("k", Decimal(2)),
    ("k", 2**63),
    ("weibullShape", 0.0),
    ("weibullShape", float("nan")),
    ("weibullShape", float("inf")),
    ("weibullShape", 1),
    ("speed", 100.0),
    ("speed", -1e-300),
    ("teeth", 3),
    ("teeth", 100),
    ("stub", 1),
    ("startedAt", "2026-03-01"),
    ("startedAt", datetime(2026, 3, 1)),  # noqa: DTZ001  # the missing zone is the point
    ("produces", "urn:my#Steam"),
    ("produces", Iri("urn:my#Staem")),
    ("identifier", ""),
    ("identifier", "  "),
    ("identifier", "A\u202e1"),
    ("identifier", "A\u200b1"),
    ("identifier", "A\n1"),
    ("identifier", "e\u0301"),
    ("identifier", "x" * 2001),
    ("label", "e\u0301"),
    ("description", "nul \x00"),
    ("description", "\ud800"),
    ("description", "x" * 1_000_001),
    ("unit", "mm per s"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_value_within_its_shape_is_accepted(ontology: Ontology, name: str, value: Value) -> None:
    assert value_fault(attribute(ontology, name), value, ontology.media) is None


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_outside_its_shape_is_refused_with_a_hint(ontology: Ontology, name: str, value: Value) -> None:
    fault = value_fault(attribute(ontology, name), value, ontology.media)

    assert fault is not None
    assert fault.code in {"bad-value", "bad-time", "bad-iri"}
    assert fault.hint


def test_a_slip_in_an_enumerated_value_is_answered_with_the_one_near_it(ontology: Ontology) -> None:
    fault = value_fault(attribute(ontology, "status"), "COMPLETE", ontology.media)

    assert fault is not None
    assert "COMPLETED" in fault.hint


@pytest.mark.parametrize(
    "iri",
    [
        "P-101", "", "urn:a b", "urn:<x>", "javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "urn:e\u0301",
        "urn:a\u202eb", "urn:" + "x" * 2000, "urn:a\nb", "1urn:x", "urn:",
    ],
)  # fmt: skip
def test_a_name_that_is_no_iri_is_refused(iri: str) -> None:
    assert iri_fault(iri) is not None


@pytest.mark.parametrize("iri", ["urn:x", "urn:thread:id:P-101", "https://example.org/a?b=1#c", "urn:größe", "ex:[1]"])
def test_an_absolute_iri_is_accepted(iri: str) -> None:
    assert iri_fault(iri) is None


READ: list[tuple[str, str, Value]] = [
    ("k", " 3 ", 3),
    ("quantity", "2.50", Decimal("2.50")),
    ("weibullShape", "1e3", 1000.0),
    ("stub", "True", True),
    ("stub", "no", False),
    ("startedAt", "2026-03-01T01:00:00+01:00", NOW),
    ("label", "e\u0301", "\u00e9"),
    ("produces", "urn:my#Steam", Iri("urn:my#Steam")),
]


@pytest.mark.parametrize(("name", "text", "value"), READ)
def test_a_text_is_read_as_the_type_of_its_attribute(ontology: Ontology, name: str, text: str, value: Value) -> None:
    read = parse_value(attribute(ontology, name), text)

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k", "3.0"), ("k", "1_000"), ("k", "٣"), ("k", ""), ("quantity", "1,5"), ("quantity", "NaN"),
        ("quantity", "1e9999"), ("weibullShape", "inf"), ("weibullShape", "0x10"), ("stub", "maybe"),
        ("startedAt", "2026-13-45"), ("startedAt", "yesterday"), ("startedAt", "2026-03-01T01:00:00"),
    ],
)  # fmt: skip
def test_a_text_of_another_type_is_an_error_that_names_it(ontology: Ontology, name: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_value(attribute(ontology, name), text)

    assert caught.value.code in {"bad-value", "bad-time"}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_survives_being_written_and_read(value: Decimal) -> None:
    quantity = attribute(load_shipped(), "quantity")

    assert parse_value(quantity, str(value)) == value


@given(st.integers(-(10**17), 10**17))
def test_a_whole_number_survives_being_written_and_read(value: int) -> None:
    assert parse_value(attribute(load_shipped(), "k"), str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_being_written_and_read(value: float) -> None:
    assert parse_value(attribute(load_shipped(), "weibullShape"), repr(value)) == value


_SHIPPED: list[Ontology] = []


def load_shipped() -> Ontology:
    if not _SHIPPED:
        _SHIPPED.append(load_ontology())
    return _SHIPPED[0]


def test_an_identifier_is_the_attribute_of_that_name(ontology: Ontology) -> None:
    assert attribute(ontology, "identifier").iri == IDENTIFIER
    assert attribute(ontology, "identifier").qualifiers == (THR + "scheme", THR + "scope")
