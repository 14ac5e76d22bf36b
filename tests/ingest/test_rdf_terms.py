"""Statements and nodes without names, against pyoxigraph's own reading and by shuffling."""

from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.ingest.blanks import names_of
from thread.ingest.rdfvalues import mended
from thread.ingest.statements import Blank, Literal, Named, Quoted, Statements, Term, read_term
from thread.terms import XSD

IRIS = st.sampled_from(["http://a", "urn:x:é", "http://b/c?d=e#f"]).map(ox.NamedNode)
BLANKS = st.sampled_from(["b1", "b2", "x-y.z"]).map(ox.BlankNode)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    TEXTS.map(lambda text: ox.Literal(text, language="en-gb")),
    TEXTS.map(lambda text: ox.Literal(text, datatype=ox.NamedNode("http://t"))),
)
TRIPLES = st.builds(ox.Triple, st.one_of(IRIS, BLANKS), IRIS, st.one_of(IRIS, BLANKS, LITERALS))
OBJECTS = st.one_of(IRIS, BLANKS, LITERALS, TRIPLES)
GRAPHS = st.one_of(st.just(ox.DefaultGraph()), IRIS, BLANKS)
QUADS = st.lists(st.builds(ox.Quad, st.one_of(IRIS, BLANKS), IRIS, OBJECTS, GRAPHS), max_size=8)


def statements_of(text: bytes) -> Statements:
    made = Statements()
    made.fill([text])
    return made


def plainly(term: object) -> Term | None:
    match term:
        case ox.NamedNode():
            return Named(term.value)
        case ox.BlankNode():
            return Blank(term.value)
        case ox.Literal():
            return Literal(term.value, term.datatype.value, term.language or "")
        case ox.Triple():
            return Quoted(*(str(each).encode() for each in (term.subject, term.predicate, term.object)))
        case _:
            return None


@given(QUADS)
def test_statements_are_read_as_they_were_written(quads: list[ox.Quad]) -> None:
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert written is not None
    read = statements_of(written)
    assert read.read == len(quads)
    assert read.broken == []
    assert list(read) == [(plainly(q.subject), plainly(q.predicate), plainly(q.object)) for q in quads]
    graphs = [read.term(number) if number else None for number in read.column(3).tolist()]
    assert graphs == [plainly(q.graph_name) for q in quads]


@pytest.mark.parametrize(
    "line", ["", "x", "<a> <b>", "<a> <b> <c>", '<a> "b" <c> .', "<a", 'b> <http://p> "x" .', "_:a <b <c> ."]
)
def test_a_line_that_is_no_statement_is_counted_as_broken(line: str) -> None:
    read = statements_of(line.encode() + b'\n<http://a> <http://p> "x" .\n')
    assert (read.broken, read.column(4).tolist()) == ([1], [2])


def test_escapes_of_code_points_are_read() -> None:
    assert read_term(rb'"\u00e9\U0001F600\t\\"') == Literal("é😀\t\\", XSD + "string", "")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_mending_an_iri_twice_is_mending_it_once(text: str) -> None:
    once = mended("urn:x:" + text)
    assert mended(once) == once
    assert not set(once) & set(' <>"{}|\\^`[]')


Edge = tuple[int, str, int]
GRAPH = st.lists(st.tuples(st.integers(0, 5), st.sampled_from("pq"), st.integers(0, 7)), max_size=12)


def graph_text(edges: list[Edge], labels: list[str]) -> bytes:
    """Edges among six nodes without names; 6 and 7 are named."""
    name = lambda n: f"_:{labels[n]}" if n < 6 else f"<http://n/{n}>"  # noqa: E731
    return "".join(f"{name(s)} <http://p/{p}> {name(o)} .\n" for s, p, o in edges).encode()


def named(text: bytes) -> set[tuple[str, str, str]]:
    """The statements with the made names."""
    read = statements_of(text)
    names = names_of(read)
    shown = [names.get(number, token.decode()) for number, token in enumerate(read.tokens)]
    return {
        (shown[s], shown[p], shown[o]) for s, p, o in zip(*(read.column(i).tolist() for i in range(3)), strict=True)
    }


@given(GRAPH, st.randoms(use_true_random=False))
def test_names_of_nodes_depend_on_neither_labels_nor_order(edges: list[Edge], random: Random) -> None:
    acyclic = [(s, p, o) for s, p, o in edges if s < o]
    labels = [f"b{n}" for n in range(6)]
    one = named(graph_text(acyclic, labels))
    random.shuffle(labels)
    shuffled = list(acyclic)
    random.shuffle(shuffled)
    assert named(graph_text(shuffled, labels)) == one


@given(GRAPH)
def test_two_nodes_never_share_a_name_on_rings_too(edges: list[Edge]) -> None:
    read = statements_of(graph_text(edges, [f"b{n}" for n in range(6)]))
    names = names_of(read)
    assert len(set(names.values())) == len(names) == len({n for s, _, o in edges for n in (s, o) if n < 6})


def test_nodes_nested_a_hundred_thousand_deep_are_named(tmp_path: Path) -> None:
    depth = 100_000
    chain = "".join(f"_:n{n} <http://p> _:n{n + 1} .\n" for n in range(depth))
    assert len(set(names_of(statements_of(chain.encode())).values())) == depth + 1


def test_nodes_of_which_the_same_is_said_are_numbered() -> None:
    read = statements_of(b'_:a <http://p> "x" .\n_:b <http://p> "x" .\n_:c <http://p> "y" .\n')
    names = sorted(names_of(read).values())
    assert sum(name.endswith("-2") for name in names) == 1
    assert len(set(names)) == 3
