"""Whatever a SPARQL query does to the process that answers it, this process goes on, and nothing is cut in silence."""

import contextlib
import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.test_worker import bait
from thread.errors import InputError, LimitError, ThreadError
from thread.terms import LABEL, RDFS, THR, XSD
from thread.worker import Limits, running
from thread.worker.child import _TOKEN
from thread.worker.querying import GRAPHS, LONGEST_QUERY, SOLUTIONS, Answer, Caps, ask

COUNT = 300
FEW = Limits(wait_seconds=4, cpu_seconds=5, memory_bytes=512 << 20)
ALL = "SELECT * { ?s ?p ?o }"
JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of parts in a row, and one triple that is not in the default graph."""
    path = tmp_path_factory.mktemp("querying") / "graph"
    store = ox.Store(str(path))
    follows = ox.NamedNode(THR + "follows")
    parts = [ox.NamedNode(f"urn:part:{number}") for number in range(COUNT)]
    store.extend(ox.Quad(part, ox.NamedNode(LABEL), ox.Literal(f"part {at}")) for at, part in enumerate(parts))
    store.extend(ox.Quad(one, follows, other) for one, other in zip(parts[1:], parts, strict=False))
    store.add(ox.Quad(parts[0], follows, ox.Literal("hidden"), ox.NamedNode("urn:thread:graph")))
    store.flush()
    return path


def rows(answer: Answer) -> int:
    """How many rows the body has, counted by another reader of its format."""
    match answer.media_type:
        case "application/sparql-results+json":
            return len(json.loads(answer.body)["results"]["bindings"])
        case "application/sparql-results+xml":
            return len(ElementTree.fromstring(answer.body).findall(".//{*}result"))
        case "text/csv":
            return len(list(csv.reader(io.StringIO(answer.body.decode())))) - 1
        case "text/tab-separated-values":
            return answer.body.count(b"\n") - 1
        case "text/turtle":
            return len(list(ox.parse(answer.body, format=ox.RdfFormat.TURTLE)))
        case _:
            return len(list(ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)))


@pytest.mark.parametrize("media", sorted(SOLUTIONS))
def test_rows_come_whole_in_every_format(graph: Path, media: str) -> None:
    found = ask(graph, ALL, solutions=media)
    assert (found.media_type, found.rows, found.truncated, found.boolean) == (media, 2 * COUNT - 1, None, None)
    if media != "application/json":
        assert rows(found) == 2 * COUNT - 1


@pytest.mark.parametrize("media", sorted(GRAPHS))
def test_triples_come_whole_in_every_format(graph: Path, media: str) -> None:
    found = ask(graph, "CONSTRUCT WHERE { ?s ?p ?o }", triples=media)
    assert (found.media_type, rows(found), found.truncated) == (media, 2 * COUNT - 1, None)


@pytest.mark.parametrize(("query", "says"), [("ASK { ?s ?p 1 }", False), ("ASK { ?s rdfs:label 'part 1' }", True)])
@pytest.mark.parametrize("media", [JSON, XML, CSV])
def test_yes_and_no_are_told(graph: Path, media: str, query: str, says: bool) -> None:
    found = ask(graph, query, solutions=media)
    assert (found.boolean, found.rows) == (says, 1)
    assert str(says).lower() in found.body.decode()


def test_only_the_default_graph_is_there(graph: Path) -> None:
    assert ask(graph, "SELECT * { GRAPH ?g { ?s ?p ?o } }").rows == 0
    assert ask(graph, "SELECT * { ?s ?p 'hidden' }").rows == 0


def test_prefixes_are_known_and_may_be_declared_otherwise(graph: Path) -> None:
    assert ask(graph, "SELECT * { ?s rdfs:label 'part 7' ; thr:follows ?before }").rows == 1
    assert ask(graph, "PREFIX thr: <urn:other:> SELECT * { ?s thr:follows ?before }").rows == 0
    assert b"@prefix thr:" in ask(graph, "CONSTRUCT WHERE { ?s thr:follows ?o }").body


@pytest.mark.parametrize("media", [JSON, XML, CSV, TSV, *GRAPHS])
@pytest.mark.parametrize(("caps", "why"), [(Caps(rows=17), "rows"), (Caps(size=3000), "bytes")])
def test_an_answer_that_is_cut_is_well_formed_and_says_so(graph: Path, media: str, caps: Caps, why: str) -> None:
    query = "CONSTRUCT WHERE { ?s ?p ?o }" if media in GRAPHS else ALL
    solutions, triples = (None, media) if media in GRAPHS else (media, None)
    found = ask(graph, query, solutions, triples, caps)
    assert found.truncated == why
    assert 0 < found.rows == rows(found) < COUNT
    assert found.rows <= caps.rows
    assert len(found.body) <= caps.size + 100
    told = {JSON: b'"link":["urn:thread:truncated:', XML: b'<link href="urn:thread:truncated:'}
    if media not in (CSV, TSV):
        assert told.get(media, b"# Truncated") in found.body


def test_an_answer_of_just_so_many_rows_is_not_cut(graph: Path) -> None:
    found = ask(graph, f"{ALL} LIMIT 17", caps=Caps(rows=17))
    assert (found.rows, found.truncated) == (17, None)


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("", "bad-query", "line 1"),
        ("SELECT ?x {", "bad-query", "line 1, at its end"),
        ("SELECT *\n{ ?s ?p ?o ; ; }\nLIMIT x", "bad-query", 'line 3, column 7, near "x"'),
        ("SELECT * { ?s plant:x ?o }", "bad-query", "known without PREFIX: rdf, rdfs, thr, xsd"),
        ("SELECT (?x AS ?x) { ?x ?y ?z }", "bad-query", "SPARQL"),
        ("SELECT * FROM <urn:thread:graph> { ?s ?p ?o }", "bad-query", "FROM"),
        ("SELECT * from NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }", "bad-query", "FROM"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "forbidden", "INSERT"),
        ("# SELECT\nPREFIX a: <urn:x> BASE <urn:y> delete where { ?s ?p ?o }", "forbidden", "DELETE"),
        ("CLEAR ALL", "forbidden", "CLEAR"),
        ("\ud800", "bad-query", "UTF-8"),
        ("SELECT * { ?s ?p ?o } #" + "x" * LONGEST_QUERY, "too-large", "100,000"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused_with_its_reason(graph: Path, query: str, code: str, said: str) -> None:
    with pytest.raises(ThreadError) as refused:
        ask(graph, query)
    assert refused.value.code == code
    assert said in str(refused.value)
    assert refused.value.hint


def test_a_sort_of_answer_that_nobody_accepts_is_refused(graph: Path) -> None:
    for query, solutions, triples in ((ALL, None, "text/turtle"), ("DESCRIBE <urn:part:1>", JSON, None)):
        with pytest.raises(InputError) as refused:
            ask(graph, query, solutions, triples)
        assert refused.value.code == "not-acceptable"


LETTERS = [chr(ord("a") + at) for at in range(24)]
DOUBLED = " ".join(f"BIND(CONCAT(?{a}, ?{a}, ?{a}, ?{a}) AS ?{b})" for a, b in pairwise(LETTERS))
BOMBS = {
    "braces": "SELECT * {" + "{" * 4500 + "}" * 4500 + "}",
    "brackets": "SELECT * { ?s ?p ?o FILTER(" + "(" * 4700 + "1" + ")" * 4700 + ") }",
    "patterns": "SELECT * {" + " . ".join(f"?a{i} ?b{i} ?a{i + 1}" for i in range(1200)) + "}",
    "product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "sorting": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a",
    "doubling": f"SELECT (STRLEN(?x) AS ?long) {{ BIND('{'x' * 1000}' AS ?a) {DOUBLED} }}",
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (thr:follows|^thr:follows)* ?b . ?b (!thr:x)* ?c . ?c (thr:follows*)* ?d }",
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_harms_only_its_worker(graph: Path, bomb: str) -> None:
    with pytest.raises(LimitError) as refused:
        ask(graph, BOMBS[bomb], limits=FEW)
    assert refused.value.code in ("too-costly", "timeout")
    assert ask(graph, "ASK { ?s ?p ?o }").boolean


def fetching(address: str) -> Iterator[str]:
    inside = f"SERVICE <{address}/s> {{ ?s ?p ?o }}"
    yield f"SELECT * {{ {inside} }}"
    yield f"SELECT * {{ {inside.replace('SERVICE', 'service silent')} }}"
    yield f"SELECT * {{ BIND(<{address}/v> AS ?v) SERVICE ?v {{ ?s ?p ?o }} }}"
    yield f"PREFIX thr: <{address}/> SELECT * {{ ?s thr:it\\'s ?o . {inside} }} #'"
    yield f"SELECT * {{ ?s ?p ?o FILTER(?o <?s && 'x' > ?p) {inside} }}"
    yield f"SELECT * FROM <{address}/g> {{ ?s ?p ?o }}"
    yield f"LOAD <{address}/l>"


def test_no_query_makes_the_worker_call_anyone(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with bait() as (address, calls):
        for query in fetching(address):
            with pytest.raises(InputError) as refused:
                ask(graph, query)
            assert refused.value.code in ("forbidden", "bad-query")
        monkeypatch.setattr("thread.worker.running._CHILD", _without_the_guard())
        for query in list(fetching(address))[:3]:
            with contextlib.suppress(ThreadError):  # SILENT: as if the pattern were not there
                ask(graph, query)
    assert calls == []


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no such filter; there keywords alone are")
def test_the_kernel_refuses_a_silenced_worker_sockets_and_programs() -> None:
    probe = (
        f"import os, runpy, socket; child = runpy.run_path({str(running._CHILD)!r}); print(child['silence']())\n"
        "for act in (lambda: socket.socket(), lambda: os.execv('/bin/true', ['true'])):\n"
        "    try: act()\n"
        "    except OSError as error: print(error.errno)\n"
        "print(len(open('/etc/hostname').read()) > 0)\n"
    )
    out = subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["True", "13", "13", "True"]


def _without_the_guard() -> Path:
    """The worker as it would be if no keyword were looked for: then it still can open no connection."""
    import tempfile

    source = running._CHILD.read_text("utf-8")
    assert "if fault:" in source
    path = Path(tempfile.mkdtemp()) / "child.py"
    path.write_text(source.replace("    fault = _not_to_be_asked(text)\n", "    fault = None\n"), "utf-8")
    return path


def test_words_within_names_strings_and_comments_are_no_keywords(graph: Path) -> None:
    query = f"""PREFIX x: <{RDFS}> # SERVICE
        SELECT ?service ?from {{ ?service x:label ?from , "part 1" ; x:label 'part 1'
        FILTER(?from != "SERVICE" && ?from != '''it's SERVICE''' && ?from != \"\"\"a "FROM\"\"\")
        FILTER(<urn:FROM> != 'insert'@en)
        OPTIONAL {{ ?service x:from ?u , x:service , <urn:SERVICE> }} }}"""
    assert ask(graph, query).rows == 1


@given(st.text(alphabet="<>\"'\\#?$@:{}() \nSERVICEx1_-.%", max_size=60))
def test_the_tokens_of_a_text_are_the_text(text: str) -> None:
    assert "".join(found[0] for found in _TOKEN.finditer(text)) == text


terms = st.recursive(
    st.one_of(
        st.sampled_from([ox.NamedNode("http://e/a?b#c"), ox.BlankNode("b1"), ox.NamedNode("urn:é:泵")]),
        st.builds(ox.Literal, st.text(max_size=8)),
        st.builds(
            lambda text, tag: ox.Literal(text, language=tag), st.text(max_size=4), st.sampled_from(["en", "de-at"])
        ),
        st.builds(
            lambda text, name: ox.Literal(text, datatype=ox.NamedNode(XSD + name)),
            st.sampled_from(["1", "01", "+1", "1.", "-.5", "1e0", "1E+3", "NaN", "-INF", "true", "0", "", "x"]),
            st.sampled_from(["integer", "decimal", "double", "boolean", "dateTime", "float"]),
        ),
        st.just(ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL)),
    ),
    lambda inner: st.builds(lambda term: ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), term), inner),
    max_leaves=2,
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), terms), max_size=12))
def test_the_form_in_which_rows_are_counted_loses_nothing(cells: list[tuple[int, int, ox.Literal]]) -> None:
    store = ox.Store()
    for subject, predicate, term in cells:
        store.add(ox.Quad(ox.NamedNode(f"urn:s{subject}"), ox.NamedNode(f"urn:p{predicate}"), term))
    query = "SELECT ?a ?b ?c { { ?s <urn:p0> ?a OPTIONAL { ?s <urn:p1> ?b } } UNION { ?s <urn:p2> ?c } }"
    formats = ox.QueryResultsFormat
    tsv = _solutions(store.query(query)).serialize(format=formats.TSV)
    assert tsv is not None
    assert tsv.count(b"\n") == 1 + len(list(_solutions(store.query(query))))
    for form in (formats.JSON, formats.XML, formats.CSV):
        straight = _solutions(store.query(query)).serialize(format=form)
        assert _solutions(ox.parse_query_results(tsv, formats.TSV)).serialize(format=form) == straight


def _solutions(found: object) -> ox.QuerySolutions:
    assert isinstance(found, ox.QuerySolutions)
    return found
