"""The graph on disk answers the SPARQL that a person would write."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from thread.clock import BEGIN
from thread.errors import StoreError
from thread.facts import GraphDelta, Triple
from thread.stores import oxigraph
from thread.stores.oxigraph import OxigraphGraph
from thread.stores.plain import plain
from thread.terms import IDENTIFIER, LABEL, SCHEME, THR, TYPE, EntityId, Iri

PUMP = EntityId("urn:thread:id:p-101")


def ask(graph: OxigraphGraph, tmp_path: Path, query: str) -> list[tuple[str, ...]]:
    """Rows of a query, asked of a checkpoint as the query worker does."""
    target = tmp_path / f"checkpoint-{len(list(tmp_path.iterdir()))}"
    graph.checkpoint(target)
    found = ox.Store.read_only(str(target)).query(query)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(tuple(str(value) for value in row) for row in found)


@pytest.fixture
def graph(tmp_path: Path) -> OxigraphGraph:
    return OxigraphGraph(tmp_path / "graph")


def test_plain_sparql_finds_an_entity_by_its_identifier_and_kind(graph: OxigraphGraph, tmp_path: Path) -> None:
    triples = (
        Triple(PUMP, TYPE, value=Iri(THR + "Asset")),
        Triple(PUMP, IDENTIFIER, value="0042", qualifiers=((SCHEME, "sap"),)),
        Triple(PUMP, THR + "partOf", object=EntityId("urn:thread:id:skid")),
    )
    graph.apply(GraphDelta((), triples), 1, 0)
    query = f'PREFIX thr: <{THR}> SELECT ?s ?whole {{ ?s a thr:Asset ; thr:identifier "0042" ; thr:partOf ?whole }}'
    assert ask(graph, tmp_path, query) == [("<urn:thread:id:p-101>", "<urn:thread:id:skid>")]
    assert len(ask(graph, tmp_path, "SELECT * { ?s ?p ?o }")) == 3
    graph.close()


def test_a_replaced_graph_answers_the_same(graph: OxigraphGraph, tmp_path: Path) -> None:
    triples = [Triple(PUMP, IDENTIFIER, value="7", qualifiers=((SCHEME, name),)) for name in ("sap", "tag")]
    graph.replace(triples, 1, 0)
    assert len(ask(graph, tmp_path, "SELECT * { ?s ?p ?o }")) == 1
    graph.close()


def test_an_id_that_is_no_iri_does_not_stop_the_graph_and_comes_back(graph: OxigraphGraph) -> None:
    odd = [Triple(EntityId("no scheme, a space and <"), LABEL, value="x"), Triple(PUMP, THR + "partOf", EntityId(""))]
    graph.apply(GraphDelta((), tuple(odd)), 1, 0)
    assert {plain(triple) for triple in graph.triples()} == set(map(plain, odd))
    graph.close()


def test_a_large_change_that_broke_off_asks_for_a_rebuild(
    graph: OxigraphGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Triple(PUMP, LABEL, value="x")
    graph.apply(GraphDelta((), (first,)), 1, 0)
    many = tuple(Triple(EntityId(f"urn:{n}"), LABEL, value="x") for n in range(25_000))

    def full(*_: object) -> str:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(oxigraph, "_update", full)  # the last step, which moves the marker
        with pytest.raises(StoreError, match="full"):
            graph.apply(GraphDelta((), many), 2, 0)
    assert graph.applied == (0, BEGIN)
    graph.replace([first, *many], 2, 0)
    assert (graph.applied, len(list(graph.triples()))) == ((2, 0), 25_001)
    graph.close()


def test_a_small_change_that_broke_off_leaves_the_graph_as_it_was(
    graph: OxigraphGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Triple(PUMP, LABEL, value="x")
    graph.apply(GraphDelta((), (first,)), 1, 0)
    whole = oxigraph._update

    def broken(removed: list[ox.Quad], added: list[ox.Quad]) -> str:
        return whole(removed, added) + ("INSERT DATA { nonsense" if removed else "")

    with monkeypatch.context() as patch:
        patch.setattr(oxigraph, "_update", broken)
        with pytest.raises(StoreError) as kept:
            graph.apply(GraphDelta((first,), (Triple(PUMP, LABEL, value="y"),)), 2, 0)
    assert kept.value.code == "store-damaged"  # whoever keeps the error does not keep the files locked with it
    assert (graph.applied, set(map(plain, graph.triples()))) == ((1, 0), {plain(first)})
    graph.close()


def test_notes_that_the_engine_leaves_at_each_start_do_not_pile_up(graph: OxigraphGraph) -> None:
    for _ in range(4):
        graph.close()
        graph = OxigraphGraph(graph.directory)
    assert len(list(graph.directory.glob("LOG*"))) <= 2
    graph.close()
