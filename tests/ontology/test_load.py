"""The frozen ontology says what the Turtle files say, whoever reads them, in whatever order they stand."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH

from tests.ontology.turtle import PREFIXES, write
from thread.facts import ValueType
from thread.ontology import Carries, Law, Ontology, Relation, Role, Upstream, load_ontology
from thread.ontology.load import SHIPPED
from thread.resources import resource
from thread.terms import IDENTIFIER, LABEL, STUB, THR, UpperKind, upper_snake

T = rdflib.Namespace(THR)
EXTENSION = """
my:WeldingRobot rdfs:subClassOf thr:Asset .
my:Gun rdfs:subClassOf thr:Component ; thr:criticality thr:NonEssential .
my:cooledBy rdfs:subPropertyOf thr:suppliedWith ; thr:medium my:ProcessCooling .
my:payload a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain my:WeldingRobot ; rdfs:range xsd:decimal ;
    thr:unit "kg" .
"""


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology()


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    return load_ontology([write(tmp_path_factory.mktemp("ontology"), EXTENSION)])


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in SHIPPED:
        graph.parse(resource(name), format="turtle")
    return graph


def relation(ontology: Ontology, name: str) -> Relation:
    found = ontology.by_name[name]
    assert isinstance(found, Relation)
    return found


# what another reader of RDF reads


def classes(graph: rdflib.Graph, node: rdflib.term.Node) -> set[str]:
    union = graph.value(node, OWL.unionOf)
    return {str(each) for each in graph.items(union)} if union is not None else {str(node)}


def test_kinds_are_those_that_rdflib_finds_below_entity(ontology: Ontology, graph: rdflib.Graph) -> None:
    expected = {str(kind) for kind in graph.transitive_subjects(RDFS.subClassOf, T.Entity)}

    assert {kind.iri for kind in ontology.kinds} == expected


def test_ancestors_are_those_that_rdflib_walks_to(ontology: Ontology, graph: rdflib.Graph) -> None:
    for kind in ontology.kinds:
        iri = rdflib.URIRef(kind.iri)
        assert kind.ancestors == {str(each) for each in graph.transitive_objects(iri, RDFS.subClassOf)}
        assert set(kind.parents) == {str(each) for each in graph.objects(iri, RDFS.subClassOf)}
        assert set(kind.children) == {str(each) for each in graph.subjects(RDFS.subClassOf, iri)}


def test_relations_are_the_object_properties_that_have_a_role_here_or_above(
    ontology: Ontology, graph: rdflib.Graph
) -> None:
    found = graph.query(
        "SELECT DISTINCT ?p { ?p a owl:ObjectProperty ; rdfs:subPropertyOf*/thr:role ?role }", initNs={"thr": T}
    )

    assert {r.iri for r in ontology.relations} == {str(row[0]) for row in found}  # type: ignore[index]  # a result row


def test_ends_inverses_and_cardinality_are_as_rdflib_reads_them(ontology: Ontology, graph: rdflib.Graph) -> None:
    for each in ontology.relations:
        iri = rdflib.URIRef(each.iri)
        for end, read in ((RDFS.domain, each.domain), (RDFS.range, each.range)):
            above = [node for p in graph.transitive_objects(iri, RDFS.subPropertyOf) for node in graph.objects(p, end)]
            assert read == classes(graph, above[0])
        assert each.single == ((iri, RDF.type, OWL.FunctionalProperty) in graph)
        assert each.symmetric == ((iri, RDF.type, OWL.SymmetricProperty) in graph)
        inverse = graph.value(iri, OWL.inverseOf) or iri
        assert each.inverse == str(inverse).removeprefix(THR)


def test_attributes_have_the_datatypes_limits_and_kinds_of_their_shapes(
    ontology: Ontology, graph: rdflib.Graph
) -> None:
    shaped: dict[str, set[str]] = {}
    for kind, shape in graph.subject_objects(SH.property):
        path = str(graph.value(shape, SH.path))
        shaped.setdefault(path, set()).add(str(kind))
        attribute = ontology.attribute[path]
        limits = {
            SH.minInclusive: attribute.minimum,
            SH.minExclusive: attribute.above,
            SH.maxInclusive: attribute.maximum,
        }
        for facet, read in limits.items():
            stated = graph.value(shape, facet)
            assert read == (None if stated is None else stated.toPython())  # type: ignore[attr-defined]  # a literal
        allowed = graph.value(shape, SH["in"])
        assert list(attribute.enum) == ([] if allowed is None else [str(each) for each in graph.items(allowed)])
        assert attribute.pattern == (None if (p := graph.value(shape, SH.pattern)) is None else str(p))
        assert attribute.single == ((shape, SH.maxCount, rdflib.Literal(1)) in graph)
    qualifiers = {str(each) for each in graph.objects(None, T.qualifier)}

    assert {a.iri: a.domain for a in ontology.attributes if a.domain} == shaped
    assert {a.iri for a in ontology.attributes} == shaped.keys() | qualifiers


def test_every_word_of_ours_has_a_label_and_a_comment(graph: rdflib.Graph) -> None:
    ours = {s for s in graph.subjects() if isinstance(s, rdflib.URIRef) and str(s).startswith(THR)}

    assert [s for s in sorted(ours) if graph.value(s, RDFS.label) is None or graph.value(s, RDFS.comment) is None] == []


def test_every_word_of_ours_that_is_used_is_declared(graph: rdflib.Graph) -> None:
    used = {
        node for triple in graph for node in triple if isinstance(node, rdflib.URIRef) and str(node).startswith(THR)
    }

    assert [node for node in sorted(used) if (node, RDF.type, None) not in graph] == []


# what the design says


UPSTREAM_OBJECT = """revisionOf supersedes alternateFor satisfies usesDesign madeTo fromBatch processedBy suppliedBy
    derivedFrom dependsOn suppliedWith hostedOn causedBy occurredOn failureOf hasMode addresses performedOn installs
    removes requires fulfils""".split()  # noqa: SIM905  # a list of words reads better
UPSTREAM_SUBJECT = ["installedIn", "partOf", "memberOf", "monitors", "detects", "documents", "isolates"]


def test_upstream_ends_are_those_of_the_design(ontology: Ontology) -> None:
    expected = dict.fromkeys(UPSTREAM_OBJECT, Upstream.OBJECT) | dict.fromkeys(UPSTREAM_SUBJECT, Upstream.SUBJECT)
    expected |= {"connectedTo": Upstream.BOTH, "locatedIn": Upstream.NONE, "appliesTo": Upstream.NONE}
    expected["concedes"] = Upstream.NONE  # a sort of appliesTo

    assert {r.name: r.upstream for r in ontology.relations} == expected


def test_python_names_every_upper_kind_and_no_other(ontology: Ontology) -> None:
    named = {value for name, value in vars(UpperKind).items() if name.isupper()}

    assert {kind.iri for kind in ontology.kinds} == named


def test_failure_is_carried_from_supplier_to_consumer_from_serial_to_position_and_from_part_to_whole(
    ontology: Ontology,
) -> None:
    carried = {r.name: r.carries_to for r in ontology.relations if r.carries == Carries(Law.HARD)}

    assert carried == {
        "dependsOn": Upstream.SUBJECT,
        "suppliedWith": Upstream.SUBJECT,
        "hostedOn": Upstream.SUBJECT,
        "connectedTo": Upstream.BOTH,
        "installedIn": Upstream.OBJECT,
        "partOf": Upstream.OBJECT,
        "memberOf": Upstream.OBJECT,
    }
    assert {r.carries.law for r in ontology.relations if r.name not in carried} == {Law.NOTHING}


def test_only_monitors_observes(ontology: Ontology) -> None:
    assert [r.name for r in ontology.relations if r.observes] == ["monitors"]


def test_components_and_positions_are_essential_parts_and_nothing_else_is(ontology: Ontology) -> None:
    assert {kind.iri for kind in ontology.kinds if kind.essential} == {UpperKind.COMPONENT, UpperKind.POSITION}


def test_context_relations_are_walked_only_when_named(ontology: Ontology) -> None:
    assert {r.name for r in ontology.relations if r.role is Role.CONTEXT} == {"locatedIn", "appliesTo", "concedes"}


def test_label_identifier_and_stub_are_attributes_of_every_entity(ontology: Ontology) -> None:
    for iri in (LABEL, IDENTIFIER, STUB):
        assert ontology.attribute[iri].domain == {UpperKind.ENTITY}


def test_names_are_unique_in_every_spelling(ontology: Ontology) -> None:
    names = [item.name for table in (ontology.kinds, ontology.relations, ontology.attributes) for item in table]
    names += [r.inverse for r in ontology.relations if not r.symmetric]

    assert len({upper_snake(name) for name in names}) == len(names)


def test_ordinals_are_dense_and_sorted_by_iri(extended: Ontology) -> None:
    for table in (extended.kinds, extended.relations, extended.attributes):
        assert [item.ordinal for item in table] == list(range(len(table)))
        assert [item.iri for item in table] == sorted(item.iri for item in table)


# the user's own file


def test_a_kind_of_ones_own_is_known_with_no_more_than_its_superkind(extended: Ontology) -> None:
    robot = extended.kind["urn:my#WeldingRobot"]

    assert (robot.name, robot.label, robot.essential) == ("WeldingRobot", "welding robot", False)
    assert extended.is_a(robot.iri, UpperKind.ASSET)
    assert extended.is_a(robot.iri, UpperKind.ENTITY)
    assert not extended.is_a(robot.iri, UpperKind.COMPONENT)


def test_a_relation_of_ones_own_inherits_all_that_it_does_not_say(extended: Ontology) -> None:
    cooled, supplied = extended.relation["urn:my#cooledBy"], relation(extended, "suppliedWith")

    for aspect in ("domain", "range", "role", "upstream", "carries", "carries_to", "symmetric", "observes", "single"):
        assert getattr(cooled, aspect) == getattr(supplied, aspect), aspect
    assert cooled.ancestors == {cooled.iri, supplied.iri}
    assert (cooled.medium, cooled.inverse, cooled.label) == ("urn:my#ProcessCooling", "cooledByOf", "cooled by")


def test_a_medium_is_known_by_being_named_and_is_its_own_grounding_class(extended: Ontology) -> None:
    medium = extended.media["urn:my#ProcessCooling"]

    assert (medium.name, medium.interchangeable, medium.grounding) == ("ProcessCooling", False, medium.iri)


def test_a_declared_medium_says_whether_its_supplies_are_alternatives_and_what_it_is_converted_into(
    tmp_path: Path,
) -> None:
    text = "my:Steam a thr:Medium ; thr:interchangeable true ; thr:groundedWith thr:Heat ."
    medium = load_ontology([write(tmp_path, text)]).media["urn:my#Steam"]

    assert (medium.interchangeable, medium.grounding) == (True, THR + "Heat")


def test_an_attribute_of_ones_own_has_its_kind_type_and_unit(extended: Ontology) -> None:
    payload = extended.attribute["urn:my#payload"]

    assert (payload.type, payload.domain, payload.unit) == (ValueType.DECIMAL, {"urn:my#WeldingRobot"}, "kg")
    assert payload.single


def test_a_subkind_may_say_otherwise_about_criticality(extended: Ontology) -> None:
    assert not extended.kind["urn:my#Gun"].essential


def test_a_kind_of_two_superkinds_is_essential_if_either_is(tmp_path: Path) -> None:
    text = """
    my:Gun rdfs:subClassOf thr:Component ; thr:criticality thr:NonEssential .
    my:Box rdfs:subClassOf my:Gun, thr:Component .
    """
    box = load_ontology([write(tmp_path, text)]).kind["urn:my#Box"]

    assert box.parents == ("urn:my#Gun", UpperKind.COMPONENT)
    assert box.essential


def test_what_a_kind_conducts_produces_and_feeds_is_inherited(tmp_path: Path) -> None:
    text = """
    my:Valve rdfs:subClassOf thr:Asset ; thr:conductsWhen thr:Open ; thr:feeds my:Water ; thr:produces my:Heat .
    my:GateValve rdfs:subClassOf my:Valve ; thr:produces my:Noise .
    my:Switch rdfs:subClassOf my:Valve ; thr:conductsWhen thr:Closed ; thr:conducts false .
    """
    ontology = load_ontology([write(tmp_path, text)])
    gate, switch = ontology.kind["urn:my#GateValve"], ontology.kind["urn:my#Switch"]

    assert (gate.conducts, gate.conducts_when, gate.feeds) == (True, "OPEN", "urn:my#Water")
    assert gate.produces == {"urn:my#Noise", "urn:my#Heat"}
    assert (switch.conducts, switch.conducts_when) == (False, "CLOSED")
    assert ontology.media.keys() == {"urn:my#Water", "urn:my#Noise", "urn:my#Heat"}


def test_an_inverse_may_be_named_from_either_side(tmp_path: Path) -> None:
    text = """
    my:cooledBy rdfs:subPropertyOf thr:suppliedWith ; owl:inverseOf my:cools .
    my:heats a owl:ObjectProperty ; owl:inverseOf my:heatedBy . my:heatedBy rdfs:subPropertyOf thr:suppliedWith .
    """
    ontology = load_ontology([write(tmp_path, text)])

    assert ontology.relation["urn:my#cooledBy"].inverse == "cools"
    assert ontology.relation["urn:my#heatedBy"].inverse == "heats"
    assert "heats" not in ontology.by_name


def test_a_relation_two_below_inherits_from_the_nearest_that_says_it(tmp_path: Path) -> None:
    text = """
    my:poweredBy rdfs:subPropertyOf thr:suppliedWith ; thr:medium my:Power ; rdfs:domain thr:Asset .
    my:driveBy rdfs:subPropertyOf my:poweredBy .
    """
    ontology = load_ontology([write(tmp_path, text)])
    drive = ontology.relation["urn:my#driveBy"]

    assert (drive.medium, drive.domain) == ("urn:my#Power", {UpperKind.ASSET})
    assert ontology.subrelations(THR + "suppliedWith") == {
        ontology.relation[iri].ordinal for iri in (THR + "suppliedWith", "urn:my#poweredBy", "urn:my#driveBy")
    }


def test_a_law_of_ones_own_replaces_the_inherited_one(tmp_path: Path) -> None:
    text = "my:helpedBy rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Mix ; thr:weight 0.25 ] ."
    ontology = load_ontology([write(tmp_path, text)])

    assert ontology.relation["urn:my#helpedBy"].carries == Carries(Law.MIX, 0.25)
    assert relation(ontology, "dependsOn").carries == Carries(Law.HARD)


def test_a_relation_of_ones_own_may_carry_nothing(tmp_path: Path) -> None:
    ontology = load_ontology([write(tmp_path, "my:likes rdfs:subPropertyOf thr:dependsOn ; thr:carries thr:Nothing .")])
    likes = ontology.relation["urn:my#likes"]

    assert (likes.carries, likes.carries_to) == (Carries(Law.NOTHING), None)


def test_a_subkind_may_require_an_attribute_that_its_superkind_may_lack(tmp_path: Path) -> None:
    text = """
    my:Robot rdfs:subClassOf thr:Asset ; sh:property [ sh:path my:mass ; sh:datatype xsd:double ; sh:minCount 1 ] .
    thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:double ] .
    """
    mass = load_ontology([write(tmp_path, text)]).attribute["urn:my#mass"]

    assert (mass.domain, mass.required, mass.required_of) == (
        {UpperKind.ASSET, "urn:my#Robot"},
        False,
        {"urn:my#Robot"},
    )


# the fingerprint


def test_the_fingerprint_does_not_depend_on_the_order_of_statements(tmp_path: Path) -> None:
    lines = [line for line in load_lines(EXTENSION) if line]
    prints = set()
    for seed in range(5):
        random.Random(seed).shuffle(lines)
        prints.add(load_ontology([write(tmp_path, "\n".join(lines), f"{seed}.ttl")]).fingerprint)

    assert len(prints) == 1


def test_the_fingerprint_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    first = write(tmp_path, "my:Robot rdfs:subClassOf my:Machine .", "a.ttl")
    second = write(tmp_path, "my:Machine rdfs:subClassOf thr:Asset .", "b.ttl")

    assert load_ontology([first, second]).fingerprint == load_ontology([second, first]).fingerprint


def test_the_fingerprint_is_the_same_in_every_process(ontology: Ontology) -> None:
    code = "from thread.ontology import load_ontology; print(load_ontology().fingerprint)"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == ontology.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        ("my:payload a owl:DatatypeProperty, owl:FunctionalProperty", "my:payload a owl:DatatypeProperty"),
        ('"kg"', '"t"'),
        ("thr:NonEssential", "thr:Essential"),
        ("my:ProcessCooling", "my:ChilledWater"),
        ("my:WeldingRobot rdfs:subClassOf thr:Asset", "my:WeldingRobot rdfs:subClassOf thr:Position"),
    ],
)
def test_the_fingerprint_changes_with_what_is_said(tmp_path: Path, extended: Ontology, change: tuple[str, str]) -> None:
    changed = load_ontology([write(tmp_path, EXTENSION.replace(*change))])

    assert changed.fingerprint != extended.fingerprint


def load_lines(text: str) -> list[str]:
    """Statements, one a line: rdflib writes them apart and in N-Triples."""
    graph = rdflib.Graph().parse(data=PREFIXES + text, format="turtle")
    return graph.serialize(format="nt").splitlines()
