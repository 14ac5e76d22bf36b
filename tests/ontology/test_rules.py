"""The shapes are SHACL that others run too, and every whole-graph rule finds the fault that is planted for it."""

import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import RDF, RDFS, SH

from tests.ontology.turtle import PREFIXES
from thread.ontology.load import SHIPPED
from thread.resources import resource

RULE = rdflib.Namespace("urn:thread:rule#")
GOOD = """
my:wo a thr:WorkOrder ; thr:status "COMPLETED" ; thr:performedOn my:pos ;
    thr:plannedStart "2026-01-01T00:00:00Z"^^xsd:dateTime ; thr:plannedEnd "2026-01-02T00:00:00Z"^^xsd:dateTime ;
    thr:startedAt "2026-01-01T00:00:00Z"^^xsd:dateTime ; thr:endedAt "2026-01-02T00:00:00Z"^^xsd:dateTime .
my:planned a thr:WorkOrder ; thr:status "PLANNED" ; thr:installs my:serial .
my:serial a thr:Component ; thr:installedIn my:pos .
my:spare a thr:Component ; thr:disposition "STOCK" .
my:pos a thr:Position .
my:rev a thr:DesignRevision ; thr:revisionOf my:design . my:design a thr:ProductDesign .
my:fail a thr:FailureEvent ; thr:failureOf my:serial ; thr:occurredAt "2026-01-01T00:00:00Z"^^xsd:dateTime .
my:alarm a thr:Event .
my:sensor a thr:Sensor ; thr:monitors my:pos .
my:group a thr:RedundancyGroup ; thr:k 2 . my:a thr:memberOf my:group . my:b thr:memberOf my:group .
"""
LATE, EARLY = '"2026-02-01T00:00:00Z"^^xsd:dateTime', '"2025-01-01T00:00:00Z"^^xsd:dateTime'
FAULTS = {
    "CompletedOrderHasItsEnd": 'my:x a thr:WorkOrder ; thr:performedOn my:pos ; thr:status "COMPLETED" .',
    "RunningOrderHasItsStart": 'my:x a thr:WorkOrder ; thr:performedOn my:pos ; thr:status "RUNNING" .',
    "OrderEndsAfterItsStart": f"""my:x a thr:WorkOrder ; thr:performedOn my:pos ;
        thr:startedAt {LATE} ; thr:endedAt {EARLY} .""",
    "OrderNamesItsScope": 'my:x a thr:WorkOrder ; thr:status "PLANNED" .',
    "SerialIsInOnePosition": "my:x a thr:Component ; thr:installedIn my:p1, my:p2 .",
    "PositionHoldsOneSerial": "my:x a thr:Position . my:s1 thr:installedIn my:x . my:s2 thr:installedIn my:x .",
    "InstalledSerialIsNotPutAside": 'my:x a thr:Component ; thr:installedIn my:p1 ; thr:disposition "SCRAPPED" .',
    "RevisionBelongsToOneDesign": "my:x a thr:DesignRevision .",
    "FailureNamesWhatFailed": "my:x a thr:FailureEvent .",
    "RestoredAfterItOccurred": f"my:x a thr:Event ; thr:occurredAt {LATE} ; thr:restoredAt {EARLY} .",
    "SensorWatchesSomething": "my:x a thr:Sensor .",
    "GroupHasMembers": "my:x a thr:RedundancyGroup ; thr:k 2 . my:m thr:memberOf my:x .",
}


@pytest.fixture(scope="module")
def words() -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in SHIPPED:
        graph.parse(resource(name), format="turtle")
    return graph


@pytest.fixture(scope="module")
def rules() -> rdflib.Graph:
    return rdflib.Graph().parse(resource("ontology/shapes.ttl"), format="turtle")


def report(text: str, shapes: rdflib.Graph, words: rdflib.Graph, *, meta: bool = False) -> rdflib.Graph:
    data = rdflib.Graph().parse(data=PREFIXES + text, format="turtle")
    _, found, _ = validate(data, shacl_graph=shapes, ont_graph=words, meta_shacl=meta)
    assert isinstance(found, rdflib.Graph)
    return found


def broken(found: rdflib.Graph, rules: rdflib.Graph) -> set[tuple[str, str]]:
    """(rule, focus) pairs: the named shape behind each result, whose property shape may be a blank node."""
    pairs = set()
    for result in found.subjects(RDF.type, SH.ValidationResult):
        shape = found.value(result, SH.sourceShape)
        focus = str(found.value(result, SH.focusNode)).removeprefix("urn:my#")
        message = str(found.value(result, SH.resultMessage))
        named = {
            rule
            for rule in rules.subjects(RDF.type, SH.NodeShape)
            if rule == shape
            or message in {str(m) for n in (rule, *rules.objects(rule)) for m in rules.objects(n, SH.message)}
        }
        pairs |= {(str(rule).removeprefix(RULE), focus) for rule in named} or {(message, focus)}
    return pairs


def test_the_ontology_and_the_rules_are_wellformed_shacl(words: rdflib.Graph, rules: rdflib.Graph) -> None:
    for shapes in (words, rules):
        assert not list(report(GOOD, shapes, words, meta=True).subjects(RDF.type, SH.ValidationResult))


def test_a_sound_plant_breaks_no_rule(words: rdflib.Graph, rules: rdflib.Graph) -> None:
    assert broken(report(GOOD, rules, words), rules) == set()


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_found_by_its_rule_and_no_other(rule: str, words: rdflib.Graph, rules: rdflib.Graph) -> None:
    found = report(GOOD + FAULTS[rule], rules, words)

    assert broken(found, rules) == {(rule, "x")}


def test_every_rule_has_a_planted_fault_a_label_and_a_message(rules: rdflib.Graph) -> None:
    named = set(rules.subjects(RDF.type, SH.NodeShape))

    assert {str(rule).removeprefix(RULE) for rule in named} == FAULTS.keys()
    for rule in named:
        assert rules.value(rule, RDFS.label) is not None
        assert [m for node in (rule, *rules.objects(rule)) for m in rules.objects(node, SH.message)]


def test_property_shapes_find_in_pyshacl_what_the_checker_refuses(words: rdflib.Graph) -> None:
    text = """
    my:o a thr:WorkOrder ; thr:status "DONE" . my:g a thr:RedundancyGroup . my:s a thr:Sensor ; thr:unit "mm per s" .
    my:m a thr:FailureMode ; thr:weibullShape 0.0e0 . my:f a thr:FailureEvent ; rdfs:label 3 .
    my:c a thr:Component ; thr:quantity -1.0 ; thr:produces "steam" .
    """
    found = report(text, words, words)
    focus = {str(node).removeprefix("urn:my#") for node in found.objects(None, SH.focusNode)}

    assert focus == {"o", "g", "s", "m", "f", "c"}
