"""A slip in an ontology file is named with its file, its subject and its rule; none passes in silence."""

import textwrap
from pathlib import Path

import pytest

from tests.ontology.turtle import write
from thread.errors import InputError
from thread.ontology import load_ontology
from thread.ontology.graph import read_graph
from thread.ontology.lint import Problem, lint
from thread.ontology.load import SHIPPED
from thread.resources import resource

FAULTS: list[tuple[str, str, str]] = [
    # words and names
    ("my:Robot rdfs:subClassOf thr:Aset .", "unknown-term", "urn:my#Robot"),
    ("thr:Robot rdfs:subClassOf thr:Asset .", "unknown-term", "thr:Robot"),
    ("my:Robot rdfs:subclassOf thr:Asset .", "unknown-term", "urn:my#Robot"),
    ("my:Robot rdfs:subclassOf thr:Asset .", "unread-subject", "urn:my#Robot"),
    ("my:cooledBy rdfs:subPropertyOf thr:suppliedWith ; thr:mediun my:Water .", "unknown-term", "urn:my#cooledBy"),
    ("my:robot rdfs:subClassOf thr:Asset .", "bad-name", "urn:my#robot"),
    ("<urn:my#Welding-Robot> rdfs:subClassOf thr:Asset .", "bad-name", "urn:my#Welding-Robot"),
    ("<urn:my#2ndAsset> rdfs:subClassOf thr:Asset .", "bad-name", "urn:my#2ndAsset"),
    ("my:CooledBy rdfs:subPropertyOf thr:suppliedWith .", "bad-name", "urn:my#CooledBy"),
    ("my:version a owl:DatatypeProperty ; rdfs:domain thr:Asset ; rdfs:range xsd:string .", "reserved-name",
     "urn:my#version"),
    ("my:Query rdfs:subClassOf thr:Asset .", "reserved-name", "urn:my#Query"),
    ("my:OtherAsset rdfs:subClassOf thr:Asset . my:Robot rdfs:subClassOf thr:Asset .", "reserved-name",
     "urn:my#OtherAsset"),
    ("my:Asset rdfs:subClassOf thr:Asset .", "name-clash", "urn:my#Asset"),
    ("my:Robot rdfs:subClassOf thr:Asset . <urn:b#Robot> rdfs:subClassOf thr:Asset .", "name-clash", "urn:my#Robot"),
    ("my:WorkOrder_ rdfs:subClassOf thr:Asset .", "bad-name", "urn:my#WorkOrder_"),
    ("my:Work_Order rdfs:subClassOf thr:Asset .", "name-clash", "urn:my#Work_Order"),
    ("my:holds rdfs:subPropertyOf thr:partOf .", "name-clash", "urn:my#holds"),
    ("my:partOf rdfs:subPropertyOf thr:dependsOn .", "name-clash", "urn:my#partOf"),
    ("my:partOF rdfs:subPropertyOf thr:dependsOn .", "name-clash", "urn:my#partOF"),
    ("my:Status rdfs:subClassOf thr:Asset .", "name-clash", "urn:my#Status"),
    ("my:feedsOf rdfs:subPropertyOf thr:dependsOn . my:feeds rdfs:subPropertyOf thr:dependsOn .", "name-clash",
     "urn:my#feeds"),
    # kinds
    ("my:Robot a owl:Class .", "unknown-kind", "urn:my#Robot"),
    ("my:Robot rdfs:subClassOf my:Machine .", "unknown-kind", "urn:my#Robot"),
    ("my:Robot rdfs:subClassOf <https://example.org/Machine>, thr:Asset .", "unknown-kind", "urn:my#Robot"),
    ("my:A1 rdfs:subClassOf thr:Asset, my:B1 . my:B1 rdfs:subClassOf my:A1 .", "cycle", "urn:my#A1"),
    ("my:Odd rdfs:subClassOf thr:Asset, thr:Medium .", "wrong-place", "urn:my#Odd"),
    ("my:r1 a thr:Asset .", "unread-subject", "urn:my#r1"),
    ("my:Robot rdfs:subClassOf thr:Asset ; thr:criticality thr:Essentail .", "unknown-value", "urn:my#Robot"),
    ("my:Robot rdfs:subClassOf thr:Asset ; thr:criticality thr:Essential, thr:NonEssential .", "several-values",
     "urn:my#Robot"),
    ("my:Valve rdfs:subClassOf thr:Asset ; thr:conductsWhen thr:Ajar .", "unknown-value", "urn:my#Valve"),
    ('my:Valve rdfs:subClassOf thr:Asset ; thr:conducts "yes" .', "unknown-value", "urn:my#Valve"),
    ("my:A1 rdfs:subClassOf thr:Asset ; thr:feeds my:Air . my:B1 rdfs:subClassOf thr:Asset ; thr:feeds my:Water . "
     "my:Both rdfs:subClassOf my:A1, my:B1 .", "ambiguous-inheritance", "urn:my#Both"),
    ("my:Robot rdfs:subClassOf thr:Asset ; thr:role thr:LineageRole .", "wrong-place", "urn:my#Robot"),
    ("my:Robot rdfs:subClassOf thr:Asset ; thr:produces \"steam\" .", "unknown-medium", "urn:my#Robot"),
    # relations
    ("my:cooledBy rdfs:subPropertyOf thr:suplliedWith .", "unknown-relation", "urn:my#cooledBy"),
    ("my:cooledBy rdfs:subPropertyOf my:nothing .", "unknown-relation", "urn:my#cooledBy"),
    ("my:within rdfs:subPropertyOf thr:hasPart .", "unknown-relation", "urn:my#within"),
    ("my:rel a owl:ObjectProperty ; rdfs:range thr:Asset ; thr:role thr:ContextRole ; thr:upstreamEnd thr:NoEnd .",
     "missing-domain", "urn:my#rel"),
    ("my:rel a owl:ObjectProperty ; rdfs:domain thr:Asset ; thr:role thr:ContextRole ; thr:upstreamEnd thr:NoEnd .",
     "missing-range", "urn:my#rel"),
    ("my:rel a owl:ObjectProperty ; rdfs:domain thr:Asset ; rdfs:range thr:Asset ; thr:upstreamEnd thr:NoEnd .",
     "missing-role", "urn:my#rel"),
    ("my:rel a owl:ObjectProperty ; rdfs:domain thr:Asset ; rdfs:range thr:Asset ; thr:role thr:ContextRole .",
     "missing-upstream", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:role thr:LinageRole .", "unknown-value", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; rdfs:domain my:Ghost .", "unknown-kind", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; rdfs:domain thr:Asset, thr:Sensor .", "several-values", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; rdfs:domain thr:Supplier .", "wider-than-super", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; rdfs:range thr:Entity .", "wider-than-super", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn, thr:monitors .", "ambiguous-inheritance", "urn:my#rel"),
    ("my:p rdfs:subPropertyOf thr:dependsOn, my:q . my:q rdfs:subPropertyOf my:p .", "cycle", "urn:my#p"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; owl:inverseOf my:a1, my:a2 .", "several-values", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; owl:inverseOf my:ler . my:ler rdfs:domain thr:Asset .", "wrong-place",
     "urn:my#ler"),
    ("my:rel rdfs:subPropertyOf thr:usesDesign ; thr:qualifier thr:quantitty .", "unknown-attribute", "urn:my#rel"),
    # what it carries
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Harder ] .", "unknown-law", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:weight 0.5 ] .", "unknown-law", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Mix ; thr:weight 1.2 ] .", "bad-weight",
     "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Mix ; thr:weight \"NaN\"^^xsd:double ] .",
     "bad-weight", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Mix ; thr:weight -0.1 ] .", "bad-weight",
     "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Mix ] .", "bad-weight", "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:carries [ thr:law thr:Hard ; thr:weight 0.5 ] .", "bad-weight",
     "urn:my#rel"),
    ("my:rel rdfs:subPropertyOf thr:documents ; thr:carries [ thr:law thr:Hard ] .", "missing-carries-to",
     "urn:my#rel"),
    ("thr:dependsOn thr:carries thr:Nothing .", "several-values", "thr:dependsOn"),
    # media
    ("my:rel rdfs:subPropertyOf thr:dependsOn ; thr:medium my:Water .", "wrong-place", "urn:my#rel"),
    ("my:Water a thr:Medium ; thr:groundedWith thr:Heta .", "unknown-grounding", "urn:my#Water"),
    ("my:Water a thr:Medium ; thr:groundedWith my:Steam .", "unknown-grounding", "urn:my#Water"),
    ("my:Water a thr:Medium ; thr:interchangeable \"true\" .", "unknown-value", "urn:my#Water"),
    ("my:Water a thr:Medium ; rdfs:subClassOf thr:Asset .", "name-clash", "urn:my#Water"),
    # attributes
    ("my:mass a owl:DatatypeProperty ; rdfs:domain thr:Asset .", "missing-datatype", "urn:my#mass"),
    ("my:mass a owl:DatatypeProperty ; rdfs:domain thr:Asset ; rdfs:range xsd:float .", "unknown-datatype",
     "urn:my#mass"),
    ("my:mass a owl:DatatypeProperty ; rdfs:range xsd:double .", "unused-attribute", "urn:my#mass"),
    ("my:mass a owl:DatatypeProperty ; rdfs:domain thr:Aset ; rdfs:range xsd:double .", "unknown-kind", "urn:my#mass"),
    ("thr:Asset sh:property [ sh:path my:m ; sh:datatype xsd:double ] . my:m a owl:DatatypeProperty ; "
     "rdfs:range xsd:decimal .", "shapes-disagree", "urn:my#m"),
    ("thr:Sensor sh:property [ sh:path my:m ; sh:datatype xsd:double ; sh:minInclusive 0 ] . "
     "thr:Asset sh:property [ sh:path my:m ; sh:datatype xsd:double ; sh:minInclusive 1 ] .", "shapes-disagree",
     "urn:my#m"),
    ("thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:string ; sh:pattern \"[\" ] .", "bad-pattern",
     "urn:my#mass"),
    ("thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:double ; sh:minInclusive 2 ; sh:maxInclusive 1 ] .",
     "bad-limit", "urn:my#mass"),
    ("thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:string ; sh:minInclusive 2 ] .", "bad-limit",
     "urn:my#mass"),
    ("thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:integer ; sh:in ( 1 2 ) ] .", "bad-limit",
     "urn:my#mass"),
    ("thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:string ; sh:maxCount 3 ] .", "unsupported-shape",
     "urn:my#mass"),
    ("thr:Asset sh:property [ sh:path my:mass ; sh:datatype xsd:string ; sh:minLength 3 ] .", "unsupported-shape",
     "thr:Asset"),
    ("thr:Asset sh:property [ sh:path thr:dependsOn ; sh:maxCount 1 ] .", "unsupported-shape", "thr:Asset"),
    ("thr:Asset sh:property [ sh:path ( thr:partOf thr:age ) ; sh:maxCount 1 ] .", "unsupported-shape", "thr:Asset"),
    ("thr:Asset sh:closed true .", "unsupported-shape", "thr:Asset"),
    ("my:Ghost sh:property [ sh:path thr:age ] .", "unknown-kind", "urn:my#Ghost"),
    ("my:mass a owl:DatatypeProperty ; rdfs:domain thr:Asset ; rdfs:range xsd:double ; rdfs:subPropertyOf thr:age .",
     "unsupported-shape", "urn:my#mass"),
]  # fmt: skip
# ruff: noqa: ISC004  # statements that are too long for a line


def problems(path: Path) -> list[Problem]:
    return lint(read_graph(map(resource, SHIPPED), [path]))


def test_the_shipped_ontology_has_no_fault() -> None:
    assert lint(read_graph(map(resource, SHIPPED))) == []


@pytest.mark.parametrize(
    ("text", "rule", "subject"), FAULTS, ids=[f"{rule}-{number}" for number, (_, rule, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_refused_with_rule_subject_and_file(
    tmp_path: Path, text: str, rule: str, subject: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_ontology([write(tmp_path, text)])

    found = caught.value.fields["problems"]
    assert caught.value.code == "bad-ontology"
    assert isinstance(found, tuple)
    assert (rule, subject, "my.ttl") in {(p.rule, p.subject, p.file) for p in found}


def test_a_slip_in_a_word_is_answered_with_the_words_near_it(tmp_path: Path) -> None:
    (found,) = [p for p in problems(write(tmp_path, "my:R rdfs:subClassOf thr:Aset .")) if p.rule == "unknown-kind"]

    assert "thr:Asset" in found.hint


def test_a_file_that_is_not_turtle_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("@prefix my: <urn:my#> .\n\nmy:Robot my:is .\n", encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load_ontology([path])

    assert (caught.value.code, caught.value.fields["file"], caught.value.fields["line"]) == (
        "bad-ontology",
        "broken.ttl",
        3,
    )


@pytest.mark.parametrize("content", [b"\xff\xfe", b'@prefix my: <urn:my#> . my:A my:b "\xe9" .', b"<a b> <c> <d> ."])
def test_bytes_that_are_not_turtle_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.ttl"
    path.write_bytes(content)

    with pytest.raises(InputError, match="bad-ontology"):
        load_ontology([path])


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.ttl"):
        load_ontology([tmp_path / "absent.ttl"])


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.ttl"
    with path.open("wb") as file:
        file.truncate(17 * 2**20)

    with pytest.raises(InputError, match="over 16 MB"):
        load_ontology([path])


def test_an_rdf_list_in_a_circle_ends(tmp_path: Path) -> None:
    text = "my:a1 rdfs:subPropertyOf thr:dependsOn ; rdfs:domain [ owl:unionOf _:l ] . "
    text += "_:l rdf:first thr:Asset ; rdf:rest _:l ."

    assert "cycle" not in {p.rule for p in problems(write(tmp_path, text))}


def test_the_core_must_label_and_comment_its_words_and_name_inverses(tmp_path: Path) -> None:
    text = textwrap.dedent(
        """
        thr:Entity a owl:Class ; rdfs:comment "x" .
        thr:rel a owl:ObjectProperty ; rdfs:label "rel" ; rdfs:domain thr:Entity ; rdfs:range thr:Entity .
        """
    )
    found = {(p.rule, p.subject) for p in lint(read_graph([write(tmp_path, text)]))}

    assert {("missing-label", "thr:Entity"), ("missing-comment", "thr:rel"), ("missing-inverse", "thr:rel")} <= found
