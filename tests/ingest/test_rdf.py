"""RDF says the same facts as we would by hand: our own words, foreign ones by alignment, nothing lost in silence."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ingest.helpers import ONTOLOGY, facts_of, notes, rules
from tests.ingest.helpers import lines as facts
from tests.ingest.rdfs import PREFIXES, rdf_reading
from thread.clock import BEGIN
from thread.errors import InputError
from thread.ingest import Claim, Nothing, claim_of, parse_mapping, settle
from thread.ingest.loading import check_words
from thread.terms import EntityId, UpperKind

WORDS = """
f:Machine rdfs:subClassOf thr:Asset . f:Press rdfs:subClassOf f:Machine . f:Hall rdfs:subClassOf thr:Location .
f:Probe rdfs:subClassOf thr:Sensor . f:Line owl:equivalentClass thr:Asset .
f:feeds owl:inverseOf thr:suppliedWith . f:fedBy owl:inverseOf f:feeds .
f:within rdfs:subPropertyOf thr:partOf, thr:locatedIn . f:probes rdfs:subPropertyOf thr:monitors ; rdfs:domain f:Probe .
f:name rdfs:subPropertyOf rdfs:label . f:inventory rdfs:subPropertyOf thr:identifier ; align:scheme "inv" .
f:years rdfs:subPropertyOf thr:age . f:unit rdfs:subPropertyOf thr:unit . f:celsius align:text "Cel" .
f:near skos:closeMatch thr:partOf . f:colour a align:Ignored . f:Tag a align:Ignored .
[] a align:Reading ; align:of f:within ; align:from thr:Sensor ; align:to thr:Asset ; align:as thr:hostedOn .
[] a align:Pattern ; align:namespace "http://foreign.example/" ; align:matches "_Probe$" ; align:kind thr:Sensor .
[] a align:Spelling ; align:old "http://old.example/v1#" ; align:new "http://foreign.example/" .
thr:Sensor align:className thr:observedProperty .
"""


def said(folder: Path, content: str, words: str = WORDS, **options: object) -> list[str]:
    reading = rdf_reading(folder, content, words, **options)  # type: ignore[arg-type]  # options of a file
    assert reading.report.rejected == ()
    return [line.replace("urn:x:", "") for line in facts(reading)]


def test_words_of_ours_mean_themselves_and_inverse_names_are_read_backward(tmp_path: Path) -> None:
    turtle = """:p a thr:Asset ; rdfs:label "Press" ; thr:age 7.50 ; thr:hasPart :q . :q a thr:Position .
    :e a thr:FailureEvent ; thr:occurredAt "2024-05-01T06:00:00+02:00"^^xsd:dateTime ; thr:failureOf :q ."""
    assert said(tmp_path, turtle, "") == [
        "e failureOf q",
        "e occurredAt 2024-05-01 04:00:00+00:00",
        "e type FailureEvent [2024-05-01T04:00:00Z, -)",
        "p age 7.5",
        'p label "Press"',
        "p type Asset",
        "q partOf p",
        "q type Position",
    ]


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        (":a a f:Press .", ["a type Asset"]),
        (":a a f:Line .", ["a type Asset"]),
        (":a a <http://old.example/v1#Press> .", ["a type Asset"]),
        (":a a f:Machine . :b a f:Machine . :a f:feeds :b .", ["b suppliedWith a"]),
        (":a a f:Machine . :b a f:Machine . :a f:fedBy :b .", ["a suppliedWith b"]),
        (":a a f:Machine . :b a f:Machine . :a f:within :b .", ["a partOf b"]),
        (":a a f:Machine . :b a f:Hall . :a f:within :b .", ["a locatedIn b"]),
        (":a a f:Probe . :b a f:Machine . :a f:within :b .", ["a hostedOn b"]),
        (':a a f:Oil_Probe .', ["a type Sensor", 'a observedProperty "Oil Probe"']),
        (":b a f:Machine . :a f:probes :b .", ["a type Sensor", "a monitors b"]),
        (':a a f:Machine ; f:name "A" .', ['a label "A"']),
        (':a a f:Machine ; f:inventory "0044" .', ['a identifier "0044" {scheme="inv"}']),
        (":a a f:Machine ; f:years 3 .", ["a age 3"]),
        (":a a f:Probe ; f:unit f:celsius .", ['a unit "Cel"']),
        (':a a f:Machine ; rdfs:label "M"@de, "Machine"@en, "Machine à"@fr .', ['a label "Machine"']),
        (':a a f:Machine ; rdfs:label "plain", "Machine"@en .', ['a label "plain"']),
    ],
)  # fmt: skip
def test_foreign_words_mean_what_their_alignment_says(turtle: str, expected: list[str], tmp_path: Path) -> None:
    assert set(expected) <= set(said(tmp_path, turtle))


def test_what_means_nothing_here_is_noted_with_how_often_it_is_said(tmp_path: Path) -> None:
    reading = rdf_reading(
        tmp_path,
        ":a a f:Machine ; f:odd 1, 2 ; f:near :b ; f:colour 3 . :b a f:Strange ."
        " :c a f:Strange ; rdfs:label 'c' . :t a f:Tag .",
        WORDS,
    )
    count = reading.report.counts[0]
    assert (count.read, count.accepted, count.rejected, count.skipped) == (9, 1, 0, 8)
    said = [note.sentence() for note in reading.report.notes]
    assert [line.split(":")[0] for line in said] == ["unknown-kind", "unknown-relation", "unknown-relation"]
    assert "2 things are http://foreign.example/Strange" in said[0]
    assert "1 statements use http://foreign.example/near" in said[1]
    assert "partOf is near it" in said[1]
    assert "2 statements use http://foreign.example/odd" in said[2]
    assert [line.replace("urn:x:", "") for line in facts(reading)] == ["a type Asset"]


def test_what_is_only_linked_to_is_a_stub_and_noted(tmp_path: Path) -> None:
    reading = rdf_reading(tmp_path, ":a a f:Machine ; f:fedBy :b .", WORDS)
    assert notes(reading) == [(2, "dangling-reference")]


@pytest.mark.parametrize(
    ("turtle", "rule"),
    [
        (":a a thr:Asset ; thr:age 'old' .", "bad-value"),
        (":a a thr:Asset ; thr:age -1.0 .", "bad-value"),
        (':a a thr:FailureMode ; thr:weibullShape "NaN"^^xsd:double .', "bad-value"),
        (':a a thr:FailureMode ; thr:weibullShape "INF"^^xsd:double .', "bad-value"),
        (':a a thr:Event ; thr:occurredAt "2024-02-30T00:00:00Z"^^xsd:dateTime .', "bad-time"),
        (':a a thr:Event ; thr:occurredAt "2024-02-29T00:00:00"^^xsd:dateTime .', "bad-time"),
        (":a a thr:Asset ; thr:status 'RUNNING' .", "wrong-domain"),
        (":a a thr:WorkOrder ; thr:status 'DONE' .", "bad-value"),
        (":a a thr:Asset ; thr:partOf 'b' .", "bad-value"),
        (":a a thr:Asset ; thr:produces :nothing .", "bad-value"),
        (":a a thr:Asset . :l a thr:Location . :a thr:partOf :l .", "wrong-domain"),
        (":a a thr:RedundancyGroup .", "shape-violation"),
        ("<javascript:alert(1)> a thr:Asset .", "bad-iri"),
        ("<data:text/html,x> a thr:Asset .", "bad-iri"),
        (":a a thr:Asset ; thr:partOf <file:///etc/passwd> .", "bad-iri"),
        ("<urn:x:a\u202eb> a thr:Asset .", "bad-iri"),
        (":a a thr:Asset ; thr:identifier '1' .", "missing-value"),
        (f":a a thr:Asset ; thr:description '{'x' * 1_000_001}' .", "bad-value"),
    ],
)  # fmt: skip
def test_what_is_wrong_never_enters_and_the_rest_does(turtle: str, rule: str, tmp_path: Path) -> None:
    reading = rdf_reading(tmp_path, turtle + " :good a thr:Asset ; rdfs:label 'g' .")
    wanted = {"shape-violation": {"shape-violation", "missing-value"}, "bad-iri": {"bad-iri", "bad-value"}}
    assert {each for _, each in rules(reading)} <= wanted.get(rule, {rule})
    assert len(rules(reading)) == 1
    assert {'urn:x:good label "g"', "urn:x:good type Asset"} <= set(facts(reading))


def test_an_iri_that_is_none_refuses_the_file_and_is_mended_where_lenient_is_said(tmp_path: Path) -> None:
    turtle = "<urn:x:a b[1]%zz> a thr:Asset ; thr:partOf <urn:x:c d> . <urn:x:c d> a thr:Asset ."
    with pytest.raises(InputError, match="line"):
        rdf_reading(tmp_path, turtle)
    reading = rdf_reading(tmp_path, turtle, lenient=True)
    assert [line.replace("urn:x:", "") for line in facts(reading)] == [
        "a%20b%5B1%5D%25zz partOf c%20d",
        "a%20b%5B1%5D%25zz type Asset",
        "c%20d type Asset",
    ]
    assert notes(reading) == [(0, "bad-iri"), (0, "bad-iri")]


def test_an_iri_with_a_line_break_is_refused_and_counted(tmp_path: Path) -> None:
    reading = rdf_reading(tmp_path, "<urn:x:a\\u000Ab> a thr:Asset . :c a thr:Asset .", lenient=True)
    assert reading.report.rules == {"bad-iri": 2}
    assert [line.replace("urn:x:", "") for line in facts(reading)] == ["c type Asset"]


def test_a_named_graph_is_where_a_fact_comes_from_and_may_be_chosen(tmp_path: Path) -> None:
    trig = ":g1 { :a a thr:Asset . } :g2 { :b a thr:Asset . } :c a thr:Asset ."
    everything = rdf_reading(tmp_path, trig, name="a.trig")
    assert {(f.subject, f.origin) for f in facts_of(everything.parts)} == {
        ("urn:x:a", "a.trig <urn:x:g1>"),
        ("urn:x:b", "a.trig <urn:x:g2>"),
        ("urn:x:c", "a.trig"),
    }
    chosen = rdf_reading(tmp_path, trig, name="a.trig", graphs=["urn:x:g2"])
    assert {f.subject for f in facts_of(chosen.parts)} == {"urn:x:b"}
    assert (chosen.report.counts[0].read, chosen.report.counts[0].skipped) == (3, 2)


def test_a_graph_that_vanishes_ends_its_facts(tmp_path: Path) -> None:
    first = rdf_reading(tmp_path, ":g1 { :a a thr:Asset . } :g2 { :b a thr:Asset . }", name="a.trig")
    claims: Sequence[Claim] = [claim_of(fact) for fact in facts_of(first.parts)]
    second = rdf_reading(tmp_path, ":g1 { :a a thr:Asset . }", name="a.trig")
    settled = settle(second, claims, 1_000, ONTOLOGY)
    assert (settled.repeated, settled.ended) == (1, {"a.trig": 1})


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"classes": ["thr:Location"]}, {"urn:x:h"}),
        ({"classes": ["http://foreign.example/Press"]}, {"urn:x:m"}),
        ({"namespaces": ["urn:y:"]}, {"urn:y:n"}),
    ],
)
def test_only_what_is_chosen_enters(option: dict[str, list[str]], expected: set[str], tmp_path: Path) -> None:
    turtle = ":m a f:Press ; rdfs:label 'm' ; f:within :h . :h a f:Hall . <urn:y:n> a f:Machine ; f:within :h ."
    reading = rdf_reading(tmp_path, turtle, WORDS, **option)
    assert {fact.subject for fact in facts_of(reading.parts)} == expected
    assert not [fact for fact in facts_of(reading.parts) if fact.object]


def test_qualifiers_come_by_reifiers(tmp_path: Path) -> None:
    turtle = """:a a thr:Asset ; thr:identifier "0044", "7" . :d a thr:DesignRevision ; thr:usesDesign :p .
    :p a thr:ProductDesign .
    [] rdf:reifies <<( :a thr:identifier "0044" )>> ; thr:scheme "serial" ; thr:scope "ACME" .
    [] rdf:reifies <<( :a thr:identifier "7" )>> ; thr:scheme "tag" .
    [] rdf:reifies <<( :d thr:usesDesign :p )>> ; thr:quantity 2.0 ; thr:findNumber "10" .
    [] rdf:reifies <<( :d thr:usesDesign :p )>> ; thr:quantity 3.0 ; thr:findNumber "20" ."""
    lines = said(tmp_path, turtle, "")
    assert {line for line in lines if "{" in line} == {
        'a identifier "0044" {scheme="serial", scope="ACME"}',
        'a identifier "7" {scheme="tag"}',
        'd usesDesign p {findNumber="10", quantity=2}',
        'd usesDesign p {findNumber="20", quantity=3}',
    }


def test_the_order_of_the_statements_is_no_matter(tmp_path: Path) -> None:
    parts = [
        ":a a f:Machine .", ":a a f:Press .", ':a f:name "A" .', ':a f:name "B" .', ":a f:within :h1 .",
        ":a f:within :h2 .", ":h1 a f:Hall .", ":h2 a f:Hall .", "[] a f:Probe ; f:probes :a .",
        "[] a f:Probe ; f:probes :a ; f:unit f:celsius .", "_:r f:probes :a ; a f:Probe .",
    ]  # fmt: skip
    forward = rdf_reading(tmp_path, "\n".join(parts), WORDS)
    backward = rdf_reading(tmp_path, "\n".join(reversed(parts)), WORDS)
    assert facts(forward) == facts(backward)
    assert forward.report.noted == backward.report.noted == {"repeated-key": 2}


def test_reading_again_says_nothing_new_blank_nodes_too(tmp_path: Path) -> None:
    turtle = (
        ":m a f:Machine . [] a f:Probe ; f:probes :m . [] a f:Probe ; f:probes :m . _:x a f:Machine ; f:fedBy _:x ."
    )
    first = rdf_reading(tmp_path, turtle, WORDS)
    claims = [claim_of(fact) for fact in facts_of(first.parts)]
    again = settle(rdf_reading(tmp_path, turtle.replace("_:x", "_:other"), WORDS), claims, 1_000, ONTOLOGY)
    assert (again.parts, again.repeated) == ((), len(claims))
    assert len({claim.content.subject for claim in claims}) == 4


class _Knows(Nothing):
    def find(self, iri: str) -> bool:
        return iri == "urn:x:known"

    def kinds(self, iris: Sequence[str]) -> Sequence[str | None]:
        return [UpperKind.LOCATION if iri == "urn:x:known" else None for iri in iris]


def test_what_the_thread_knows_is_no_stub_and_its_kind_counts(tmp_path: Path) -> None:
    reading = rdf_reading(tmp_path, ":a a f:Machine ; f:within :known .", WORDS, resolve=_Knows())
    assert "a locatedIn known" in [line.replace("urn:x:", "") for line in facts(reading)]
    assert notes(reading) == []


def test_rows_count_statements_and_a_value_over_the_limit_is_one(tmp_path: Path) -> None:
    content = "\n".join(f'<urn:x:a> <urn:thread:ns#description> "{text}" .' for text in ("y" * 5_000_000, "short"))
    reading = rdf_reading(tmp_path, content + "\n<urn:x:a> a <urn:thread:ns#Asset> .", name="a.ttl")
    assert rules(reading) == [(1, "too-large")]
    assert {fact.row for fact in facts_of(reading.parts)} == {2, 3}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("f:x rdfs:subClassOf thr:Assett .", "bad-mapping"),
        ("[] a align:Pattern ; align:namespace 'f' ; align:matches '(' ; align:kind thr:Asset .", "bad-mapping"),
        ("[] a align:Pattern ; align:namespace 'f' ; align:matches 'x' ; align:kind :Unheard .", "unknown-kind"),
        ("[] a align:Reading ; align:of f:x ; align:as thr:age .", "bad-mapping"),
        ("[] a align:Spelling ; align:old 'x' .", "bad-mapping"),
        ("this is no Turtle", "bad-file"),
    ],
)
def test_an_alignment_that_is_wrong_is_refused(words: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        rdf_reading(tmp_path, ":a a thr:Asset .", words)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_mapping_has_tables_or_rdf(tmp_path: Path) -> None:
    for text in ("source: s", "source: s\nrdf: {a: {file: ../a.ttl}}", "source: s\nrdf: {a: {file: a.ttl, alined: x}}"):
        with pytest.raises(InputError):
            parse_mapping(text, ONTOLOGY)
    check_words(parse_mapping("source: s\nrdf: {a: {file: a.ttl}}", ONTOLOGY), ONTOLOGY)


def test_facts_hold_since_ever_unless_they_are_of_an_event(tmp_path: Path) -> None:
    reading = rdf_reading(tmp_path, ":a a thr:Asset .")
    assert [(fact.subject, fact.valid_from) for fact in facts_of(reading.parts)] == [(EntityId("urn:x:a"), BEGIN)]


def test_the_prefixes_of_these_tests_are_turtle(tmp_path: Path) -> None:
    assert facts(rdf_reading(tmp_path, PREFIXES)) == []
