"""The schema: current in ``schema/thread.graphql``, described throughout, and grown by the user's own ontology."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    validate_schema,
)
from graphql import (
    build_schema as build_core_schema,
)

from tests.api.golden import assert_golden
from tests.api.plant import NOW, Plant
from thread.api.engine import Engine
from thread.api.schema import build_schema, print_schema, vocabulary_of
from thread.clock import FixedClock
from thread.config import Settings
from thread.errors import InputError
from thread.ontology import load_ontology
from thread.resources import resource
from thread.service import open_service

MINE = """
@prefix my: <urn:mine#> . @prefix thr: <urn:thread:ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
my:Robot a owl:Class ; rdfs:subClassOf thr:Asset ; rdfs:label "robot"@en ; rdfs:comment "An arm with six axes."@en .
my:WeldingRobot a owl:Class ; rdfs:subClassOf my:Robot ; rdfs:label "welding robot"@en ; rdfs:comment "Welds."@en .
my:Link a owl:Class ; rdfs:subClassOf thr:Component ; rdfs:label "link"@en ; rdfs:comment "A link of a chain."@en .
my:payload a owl:DatatypeProperty ; rdfs:domain my:Robot ; rdfs:range xsd:decimal ; rdfs:label "payload"@en ;
  rdfs:comment "What it can lift."@en .
my:Robot sh:property [ sh:path my:payload ; sh:maxCount 1 ] .
"""


@pytest.fixture(scope="module")
def core() -> GraphQLSchema:
    return build_schema(load_ontology())._schema


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ontology") / "mine.ttl"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def extended(extension: Path) -> GraphQLSchema:
    return build_schema(load_ontology([extension]))._schema


def test_the_printed_schema_is_current() -> None:
    assert_golden(resource("schema") / "thread.graphql", print_schema(load_ontology()))


def test_printing_twice_gives_the_same_text() -> None:
    assert print_schema(load_ontology()) == print_schema(load_ontology())


def test_the_printed_schema_is_valid_graphql() -> None:
    assert validate_schema(build_core_schema(print_schema(load_ontology()))) == []


def test_every_type_field_and_value_is_described(core: GraphQLSchema) -> None:
    bare = []
    for name, kind in core.type_map.items():
        if name.startswith("__"):
            continue
        bare += [name] if not kind.description else []
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            bare += [f"{name}.{field}" for field, made in kind.fields.items() if not made.description]
        if isinstance(kind, GraphQLEnumType) and name not in {
            "Disposition",
            "OrderType",
            "Severity",
            "State",
            "Status",
        }:
            bare += [f"{name}.{value}" for value, made in kind.values.items() if not made.description]
    assert bare == []


def test_every_kind_is_a_type_an_enum_value_and_has_a_way_in(core: GraphQLSchema) -> None:
    ontology = load_ontology()
    words = vocabulary_of(ontology)
    kinds = core.type_map["EntityKind"]
    assert isinstance(kinds, GraphQLEnumType)
    assert set(kinds.values) == set(words.kind_names)
    assert set(words.type_names) <= set(core.type_map)
    assert core.query_type is not None
    assert {"asset", "workOrder", "failureEvent", "productDesign"} <= set(core.query_type.fields)


def test_paging_arguments_are_plain_ints_and_strings(core: GraphQLSchema) -> None:
    for name in ("Entity.relations", "Lineage.hits", "Impact.effects"):
        kind, field = name.split(".")
        found: Any = core.type_map[kind]
        arguments = {key: str(value.type) for key, value in found.fields[field].args.items()}
        assert {"first": "Int", "after": "String", "last": "Int", "before": "String"}.items() <= arguments.items()


def test_node_takes_nothing_but_the_id(core: GraphQLSchema) -> None:
    assert core.query_type is not None
    assert list(core.query_type.fields["node"].args) == ["id"]


def test_a_user_kind_appears_by_itself(extended: GraphQLSchema) -> None:
    robot, welding = extended.type_map["Robot"], extended.type_map["WeldingRobot"]
    assert isinstance(robot, GraphQLInterfaceType)
    assert isinstance(welding, GraphQLObjectType)
    assert {face.name for face in welding.interfaces} == {"Robot", "Asset", "Entity", "Node"}
    assert isinstance(extended.type_map["Asset"], GraphQLInterfaceType)
    assert isinstance(extended.type_map["OtherAsset"], GraphQLObjectType)
    assert str(robot.fields["payload"].type) == "Decimal"
    assert robot.description == "An arm with six axes."
    kinds: Any = extended.type_map["EntityKind"]
    assert "WELDING_ROBOT" in kinds.values


def test_a_user_kind_never_takes_the_name_of_a_type_of_the_api(extended: GraphQLSchema) -> None:
    link, entity = extended.type_map["Link"], extended.type_map["LinkEntity"]
    assert isinstance(link, GraphQLObjectType)
    assert isinstance(entity, GraphQLObjectType)
    assert "evidence" in link.fields
    assert "iri" in entity.fields


def test_two_ontologies_live_in_one_process(core: GraphQLSchema, extended: GraphQLSchema) -> None:
    assert "WeldingRobot" not in core.type_map
    assert isinstance(core.type_map["Asset"], GraphQLObjectType)
    assert "WeldingRobot" in extended.type_map


def test_entities_of_user_kinds_answer_as_their_kind_and_all_above_it(extension: Path) -> None:
    from decimal import Decimal

    service = open_service(Settings.load(store="memory:", extensions=(extension,)), clock=FixedClock(NOW))
    plant = Plant()
    plant.thing("r1", "urn:mine#WeldingRobot", "R1")
    plant.builder.attribute("urn:t:r1", "urn:mine#payload", Decimal("210.5"))
    plant.thing("a1", "Asset", "A1")
    service.commit(plant.change())
    document = """{ r: asset(key: "urn:t:r1") { __typename kind ... on Robot { payload } ... on Asset { label } }
      a: asset(key: "urn:t:a1") { __typename kind ... on Robot { payload } } }"""
    result = Engine(service).execute(document)
    assert result.errors is None
    assert result.data == {
        "r": {"__typename": "WeldingRobot", "kind": "WELDING_ROBOT", "payload": "210.5", "label": "R1"},
        "a": {"__typename": "OtherAsset", "kind": "ASSET"},
    }
    service.close()


def test_names_that_graphql_cannot_tell_apart_are_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "twins.ttl"
    path.write_text(MINE + 'my:WELDINGRobot a owl:Class ; rdfs:subClassOf my:Robot ; rdfs:label "twin"@en .')
    with pytest.raises(InputError, match=r"WELDINGRobot|WELDING_ROBOT") as caught:
        build_schema(load_ontology([path]))
    assert caught.value.code == "bad-ontology"
    assert caught.value.hint


def test_what_may_not_be_seen_has_its_type_from_the_first_schema(core: GraphQLSchema) -> None:
    hidden: Any = core.type_map["Restricted"]
    assert {face.name for face in hidden.interfaces} == {"Entity", "Node"}
