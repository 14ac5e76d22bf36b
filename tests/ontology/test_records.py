"""A record is judged as its facts would be, with every fault named by our own codes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.ontology.turtle import write
from thread.facts import Fact, Value, kind_fact, parts_of
from thread.ontology import Ontology, load_ontology
from thread.ontology.records import Records, record_models
from thread.ontology.shapes import Checker
from thread.terms import THR, EntityId, Iri, UpperKind

EXTENSION = """
my:Pump rdfs:subClassOf thr:Asset ; sh:property [ sh:path my:serial ; sh:datatype xsd:string ; sh:minCount 1 ] .
my:copy a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain my:Pump ; rdfs:range xsd:integer .
my:Steam a thr:Medium .
"""


@pytest.fixture(scope="module")
def ontology(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    return load_ontology([write(tmp_path_factory.mktemp("records"), EXTENSION)])


@pytest.fixture(scope="module")
def models(ontology: Ontology) -> Records:
    return record_models(ontology)


def test_there_is_one_model_for_every_kind(models: Records, ontology: Ontology) -> None:
    assert set(models) == set(ontology.kind)
    assert len(models) == len(ontology.kinds)
    assert {models[kind].__name__ for kind in models} == {kind.name for kind in ontology.kinds}


def test_a_model_is_made_once(models: Records) -> None:
    assert models[UpperKind.ASSET] is models[UpperKind.ASSET]


def test_a_record_holds_the_attributes_of_its_kind_and_of_those_above(models: Records) -> None:
    record = models["urn:my#Pump"].model_validate(
        {"iri": "urn:p", "label": "P-101", "age": 3, "serial": ["A1"], "produces": ["urn:my#Steam"], "copy": "7"}
    )

    assert record.model_dump(by_alias=True, exclude_none=True) == {
        "iri": "urn:p",
        "identifiers": (),
        "label": "P-101",
        "age": Decimal(3),
        "serial": ("A1",),
        "produces": ("urn:my#Steam",),
        "copy": 7,
    }


FAULTY: list[tuple[str, dict[str, Any], str]] = [
    (UpperKind.WORK_ORDER, {"status": "DONE"}, "bad-value"),
    (UpperKind.WORK_ORDER, {"startedAt": "2026-13-45"}, "bad-time"),
    (UpperKind.COMPONENT, {"quantity": "many"}, "bad-value"),
    (UpperKind.COMPONENT, {"quantity": float("nan")}, "bad-value"),
    (UpperKind.COMPONENT, {"quantity": -1}, "bad-value"),
    (UpperKind.COMPONENT, {"quantity": True}, "bad-value"),
    (UpperKind.FAILURE_MODE, {"weibullShape": 0}, "bad-value"),
    (UpperKind.REDUNDANCY_GROUP, {}, "missing"),
    (UpperKind.REDUNDANCY_GROUP, {"k": 1.5}, "bad-value"),
    ("urn:my#Pump", {}, "missing"),
    ("urn:my#Pump", {"serial": []}, "too_short"),
    ("urn:my#Pump", {"serial": ["x"], "produces": ["urn:my#Staem"]}, "bad-value"),
    (UpperKind.ASSET, {"iri": "no iri"}, "bad-iri"),
    (UpperKind.ASSET, {"colour": "red"}, "extra_forbidden"),
    (UpperKind.ASSET, {"label": "e\u0301\x00 {x}"}, "bad-value"),
    (UpperKind.ASSET, {"identifiers": [{"scheme": "", "value": "1"}]}, "string_too_short"),
]


@pytest.mark.parametrize(("kind", "record", "code"), FAULTY)
def test_a_faulty_record_is_refused_with_its_code(
    models: Records, kind: str, record: dict[str, Any], code: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        models[kind].model_validate({"iri": "urn:x", **record})

    assert [error["type"] for error in caught.value.errors()] == [code]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("state", "OPEN"), ("state", "AJAR"), ("age", Decimal(1)), ("age", Decimal(-1)), ("description", "x\x00"),
        ("produces", Iri("urn:my#Steam")), ("produces", Iri("urn:my#Water")), ("status", "RUNNING"),
    ],
)  # fmt: skip
def test_records_and_facts_are_judged_alike(models: Records, ontology: Ontology, attribute: str, value: Value) -> None:
    facts = [kind_fact(EntityId("urn:x"), UpperKind.ASSET), Fact(EntityId("urn:x"), THR + attribute, value=value)]
    refused = bool(Checker(ontology).check(parts_of(facts), lambda names: [None] * len(names)))
    held = [value] if attribute == "produces" else value

    try:
        models[UpperKind.ASSET].model_validate({"iri": "urn:x", attribute: held})
    except ValidationError:
        assert refused
    else:
        assert not refused


def test_an_unknown_kind_has_no_model(models: Records, tmp_path: Path) -> None:
    assert "urn:my#Ghost" not in models
