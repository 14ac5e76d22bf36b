"""Lineage: what is walked, which way, what is a hit; graph, paths, counts, against networkx on random nets."""

from itertools import pairwise
from random import Random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, ontology, word
from thread.errors import InputError
from thread.ontology import Upstream
from thread.projection.view import View
from thread.reasoning.answers import Budget
from thread.reasoning.lineage import AttributeFilter, Direction, FilterOp, Lineage, LineageQuery, lineage_of, walk_spec
from thread.terms import THR


def relation(name: str) -> int:
    return ontology().relation[word(name)].ordinal


def kind(name: str) -> int:
    return ontology().kind[word(name)].ordinal


def hits(found: Lineage) -> list[tuple[str, int]]:
    return [(str(found.view.iri(hit.node)), hit.degree) for hit in found.hits(0, 10_000)]


def ask(view: View, *roots: str, **query: object) -> Lineage:
    return lineage_of(view, [view.find(root) for root in roots], LineageQuery(**query))  # type: ignore[arg-type]


def history() -> View:
    """A failed serial with its order, its batch, its supplier and a sibling."""
    plant = Plant().add("Component", "S1", "S2").add("Batch", "B").add("Supplier", "Acme").add("DesignRevision", "R")
    plant.add("ProductDesign", "D").add("Position", "Slot").add("Thing", "M").add("Location", "Hall")
    plant.link("S1", "fromBatch", "B").link("S2", "fromBatch", "B").link("B", "suppliedBy", "Acme")
    plant.link("S1", "madeTo", "R").link("R", "revisionOf", "D").link("D", "suppliedBy", "Acme")
    plant.link("S1", "installedIn", "Slot").link("Slot", "partOf", "M").link("M", "locatedIn", "Hall")
    return plant.failure("E", "S1", -1.0).order("O", ["S1"]).link("O", "addresses", "E").view()


def test_upstream_walks_to_what_it_came_from() -> None:
    assert hits(ask(history(), "S1")) == [("B", 1), ("R", 1), ("Acme", 2), ("D", 2)]


def test_downstream_walks_to_what_came_of_it() -> None:
    assert hits(ask(history(), "B", direction=Direction.DOWNSTREAM)) == [
        ("S1", 1), ("S2", 1), ("E", 2), ("O", 2), ("Slot", 2), ("M", 3),
    ]  # fmt: skip


def test_a_supplier_is_hit_and_not_walked_past_unless_told() -> None:
    found = ask(history(), "S2", direction=Direction.BOTH, max_depth=3, relations=frozenset({relation("suppliedBy")}))
    assert hits(found) == []
    assert ("D", 3) not in hits(ask(history(), "S2", direction=Direction.BOTH, max_depth=3))
    assert ("D", 3) in hits(ask(history(), "S2", direction=Direction.BOTH, max_depth=3, stop_at=frozenset()))


def test_a_root_of_a_stop_kind_is_walked_from() -> None:
    assert ("B", 1) in hits(ask(history(), "Acme", direction=Direction.DOWNSTREAM))


def test_relations_without_an_upstream_end_are_walked_only_when_named() -> None:
    assert "Hall" not in dict(hits(ask(history(), "M", direction=Direction.BOTH)))
    named = frozenset({relation("locatedIn")})
    assert hits(ask(history(), "M", relations=named)) == [("Hall", 1)]
    assert hits(ask(history(), "M", relations=named, direction=Direction.DOWNSTREAM)) == []
    assert hits(ask(history(), "Hall", relations=named, direction=Direction.DOWNSTREAM)) == [("M", 1)]


def test_a_pass_through_link_costs_nothing() -> None:
    found = ask(history(), "S1", pass_through=frozenset({relation("revisionOf")}))
    assert hits(found) == [("B", 1), ("D", 1), ("R", 1), ("Acme", 2)]


def test_only_reported_kinds_are_hits_and_others_are_walked_through() -> None:
    found = ask(history(), "S1", report=frozenset({kind("Supplier")}))
    assert hits(found) == [("Acme", 2)]
    assert found.counts().total == 1


def test_a_diamond_is_one_hit_by_two_relations_and_two_paths() -> None:
    found = ask(history(), "S1", pass_through=frozenset({relation("revisionOf")}))
    acme = found.view.find("Acme")
    (hit,) = [hit for hit in found.hits() if hit.node == acme]
    assert hit.via == (relation("suppliedBy"),)
    paths = found.paths(acme).paths
    assert [tuple(found.view.iris(path.nodes)) for path in paths] == [("S1", "B", "Acme"), ("S1", "R", "D", "Acme")]
    assert [path.length for path in paths] == [2, 2]


def test_via_leaves_out_what_would_lead_past_a_stop() -> None:
    plant = Plant().add("Component", "C", "C2").add("Batch", "B").add("ProductDesign", "X").link("C", "fromBatch", "B")
    plant.link("C", "derivedFrom", "C2").link("C2", "madeTo", "X").link("B", "derivedFrom", "X")
    found = ask(plant.view(), "C", stop_at=frozenset({kind("Batch")}))
    assert {str(found.view.iri(hit.node)): hit.via for hit in found.hits()}["X"] == (relation("madeTo"),)


def test_the_graph_holds_all_links_among_what_was_reached() -> None:
    graph = ask(history(), "S1").graph()
    assert len(graph.nodes) == 5
    assert len(graph.links) == 5
    assert not graph.truncated
    small = ask(history(), "S1").graph(max_nodes=3)
    assert (len(small.nodes), small.truncated) == (3, True)


def test_a_depth_that_cuts_says_so_and_hits_say_that_more_follows() -> None:
    found = ask(history(), "S1", max_depth=1)
    assert [str(reason.code) for reason in found.completeness.reasons] == ["MAX_DEPTH"]
    assert found.completeness.exhausted_to_depth == 1
    assert [hit.has_more for hit in found.hits()] == [True, True]
    assert ask(history(), "S1").completeness.complete


def test_a_root_on_a_cycle_is_never_its_own_hit() -> None:
    plant = Plant().add("Batch", "A", "B").link("A", "derivedFrom", "B").link("B", "derivedFrom", "A")
    assert hits(ask(plant.view(), "A")) == [("B", 1)]


def test_unknown_roots_find_nothing() -> None:
    found = ask(history(), "nobody")
    assert (found.roots, hits(found), found.completeness.complete) == ((), [], True)


@pytest.mark.parametrize(("op", "values", "names"), [
    (FilterOp.EQ, ("2",), ["b"]), (FilterOp.NE, ("2",), ["a", "c", "d"]), (FilterOp.IN, ("1", "2"), ["a", "b"]),
    (FilterOp.LT, ("2",), ["a"]), (FilterOp.LTE, ("2",), ["a", "b"]), (FilterOp.GT, ("2.0",), ["c"]),
    (FilterOp.GTE, ("3",), ["c"]), (FilterOp.EXISTS, ("false",), ["d"]), (FilterOp.EXISTS, (), ["a", "b", "c"]),
])  # fmt: skip
def test_hits_are_filtered_by_attribute(op: FilterOp, values: tuple[str, ...], names: list[str]) -> None:
    from decimal import Decimal

    plant = Plant().add("Batch", "root").add("Component", "d").link("d", "fromBatch", "root")
    for name, quantity in zip("abc", "123", strict=True):
        plant.add("Component", name, quantity=Decimal(quantity)).link(name, "fromBatch", "root")
    where = (AttributeFilter("quantity", op, values),)
    found = ask(plant.view(), "root", direction=Direction.DOWNSTREAM, where=where)
    assert [name for name, _ in hits(found)] == names


def test_text_is_filtered_by_its_beginning_or_a_part() -> None:
    plant = Plant().add("Batch", "root").add("Component", "a", description="Welding gun").link("a", "fromBatch", "root")
    for op, text, found in ((FilterOp.PREFIX, "weld", 1), (FilterOp.CONTAINS, "GUN", 1), (FilterOp.PREFIX, "gun", 0)):
        where = (AttributeFilter("description", op, (text,)),)
        assert len(hits(ask(plant.view(), "root", direction=Direction.DOWNSTREAM, where=where))) == found


def test_an_unknown_attribute_or_value_is_refused_with_what_was_expected() -> None:
    found = ask(history(), "S1", where=(AttributeFilter("quantitty", FilterOp.EQ, ("1",)),))
    with pytest.raises(InputError, match="unknown-attribute"):
        found.counts()
    found = ask(history(), "S1", where=(AttributeFilter("quantity", FilterOp.EQ, ("many",)),))
    with pytest.raises(InputError, match="bad-value"):
        found.counts()


def test_directions_are_mirror_images() -> None:
    for each in ontology().relations:
        query = {"relations": frozenset({each.ordinal})}
        up = walk_spec(ontology(), LineageQuery(**query), Budget())
        down = walk_spec(ontology(), LineageQuery(direction=Direction.DOWNSTREAM, **query), Budget())
        assert (up.forward, up.backward) == (down.backward, down.forward)
        below = ontology().subrelations(each.iri)
        if each.upstream in (Upstream.OBJECT, Upstream.NONE):
            assert up.forward == below
        elif each.upstream is Upstream.SUBJECT:
            assert up.backward == below
        else:
            assert up.forward == up.backward == below


WORDS = ("derivedFrom", "supersedes", "alternateFor")


@st.composite
def nets(draw: st.DrawFn) -> tuple[Plant, list[str], set[tuple[str, str, str]]]:
    names = [f"d{at}" for at in range(draw(st.integers(2, 8)))]
    ends = st.sampled_from(names)
    links = draw(st.sets(st.tuples(ends, st.sampled_from(WORDS), ends), max_size=22))
    plant = Plant().add("ProductDesign", *names)
    for subject, name, obj in sorted(links):
        plant.link(subject, name, obj)
    return plant, names, links


@settings(max_examples=100, deadline=None)
@given(nets(), st.sampled_from([(), ("supersedes",), WORDS]), st.integers(1, 5), st.booleans())
def test_hits_and_paths_are_those_that_networkx_finds(
    net: tuple[Plant, list[str], set[tuple[str, str, str]]], free: tuple[str, ...], depth: int, shortest: bool
) -> None:
    plant, names, links = net
    cost: dict[tuple[str, str], int] = {}
    for subject, name, obj in links:
        if subject != obj and obj != "d0":
            step = 0 if name in free else 1
            cost[subject, obj] = min(step, cost.get((subject, obj), step))
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_weighted_edges_from((a, b, step) for (a, b), step in cost.items())
    degrees = nx.single_source_dijkstra_path_length(graph, "d0")
    found = ask(plant.view(), "d0", pass_through=frozenset(map(relation, free)), max_depth=depth)
    expected = sorted(((d, name) for name, d in degrees.items() if name != "d0" and d <= depth))
    assert hits(found) == [(name, d) for d, name in expected]
    for _, name in expected:
        every = []
        for path in nx.all_simple_paths(graph, "d0", name):
            length = sum(cost[a, b] for a, b in pairwise(path))
            if length <= depth:
                every.append((length, len(path), path))
        every.sort()
        if shortest:
            every = [one for one in every if one[0] == every[0][0]]
        answer = found.paths(found.view.find(name), limit=5, shortest_only=shortest)
        assert [[str(iri) for iri in found.view.iris(path.nodes)] for path in answer.paths] == [
            p for *_, p in every[:5]
        ]
        assert answer.has_more == (len(every) > 5)


def test_twenty_diamonds_give_the_first_paths_and_not_a_million() -> None:
    plant = Plant()
    for at in range(21):
        plant.add("ProductDesign", f"n{at:02}", f"n{at:02}a", f"n{at:02}b")
    for at in range(20):
        for side in "ab":
            plant.link(f"n{at:02}", "derivedFrom", f"n{at:02}{side}").link(
                f"n{at:02}{side}", "derivedFrom", f"n{at + 1:02}"
            )
    found = ask(plant.view(), "n00", max_depth=64)
    for shortest in (True, False):
        answer = found.paths(found.view.find("n20"), limit=3, shortest_only=shortest)
        ways = [
            "".join(str(iri)[-1] for iri in found.view.iris(path.nodes) if str(iri)[-1] in "ab")
            for path in answer.paths
        ]
        assert ways == ["a" * 20, "a" * 19 + "b", "a" * 18 + "ba"]
        assert answer.has_more


def test_a_page_reads_the_names_of_its_degrees_only() -> None:
    plant = Plant().add("Batch", "root").add("Component", *(f"c{at}" for at in range(50)))
    for at in range(50):
        plant.link(f"c{at}", "fromBatch", "root")
        plant.failure(f"e{at}", f"c{at}", -1.0)
    view = plant.view()
    found = ask(view, "root", direction=Direction.DOWNSTREAM)
    read: list[int] = []
    plain = view.iris
    view.iris = lambda nodes: (read.extend(map(int, nodes)), plain(nodes))[1]  # type: ignore[method-assign]
    found.ranked().page(0, 10)
    assert len(read) == 50
    assert len(found.ranked().page(0, 1000)) == 100


def test_counts_are_by_kind_and_degree() -> None:
    counts = ask(history(), "S1").counts()
    names = {ontology().kinds[ordinal].name: count for ordinal, count in counts.by_kind}
    assert names == {"Batch": 1, "DesignRevision": 1, "Supplier": 1, "ProductDesign": 1}
    assert counts.by_degree == ((1, 2), (2, 2))


def test_cursors_find_their_place() -> None:
    random = Random(1)
    plant = Plant().add("Batch", "root").add("Component", *(f"c{at}" for at in range(20)))
    for at in random.sample(range(20), 20):
        plant.link(f"c{at}", "fromBatch", "root")
    ranked = ask(plant.view(), "root", direction=Direction.DOWNSTREAM).ranked()
    names = sorted(f"c{at}" for at in range(20))
    assert [ranked.position(1, name) for name in names] == list(range(1, 21))
    assert (ranked.position(0, "x"), ranked.position(2, "x")) == (0, 20)


def test_the_namespace_of_the_tests_is_not_that_of_the_product() -> None:
    assert not word("Thing").startswith(THR)
