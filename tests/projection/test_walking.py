"""Does the walk reach what can be reached, no more, and say where it stopped?"""

import time

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.projection.agreement import ONTOLOGY, commit
from thread.facts import ChangeSet, Op, PartBuilder
from thread.projection import Projection, View, Walk, WalkSpec
from thread.terms import TYPE, Iri, UpperKind
from thread.testing.strategies import MANY_RELATION, OTHER_RELATION

DEPENDS = ONTOLOGY.relation[MANY_RELATION].ordinal
PART_OF = ONTOLOGY.relation[OTHER_RELATION].ordinal
FORWARD = WalkSpec(forward=frozenset({DEPENDS}))


def graph(*links: tuple[int, int], kinds: dict[int, str] | None = None, relation: str = MANY_RELATION) -> Projection:
    """A projection in which entity ``n`` has the IRI ``urn:n:<n>``."""
    builder = PartBuilder()
    for node in sorted({end for link in links for end in link} | set(kinds or {})):
        builder.attribute(f"urn:n:{node}", TYPE, Iri((kinds or {}).get(node, UpperKind.ASSET)))
    for subject, target in links:
        builder.link(f"urn:n:{subject}", relation, f"urn:n:{target}")
    projection = Projection(ONTOLOGY)
    commit(ChangeSet("r", "s", builder.parts()), projection)
    return projection


def hits(view: View, walk: Walk) -> dict[int, int]:
    numbers = [int(iri.rsplit(":", 1)[1]) for iri in view.iris(walk.nodes)]
    assert len(numbers) == len(set(numbers))
    return dict(zip(numbers, walk.degree.tolist(), strict=True))


def walk(projection: Projection, *roots: int, spec: WalkSpec = FORWARD) -> tuple[dict[int, int], Walk]:
    view = projection.view(0)
    found = view.walk([view.find(f"urn:n:{root}") for root in roots], spec)
    return hits(view, found), found


pairs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=80)


@settings(max_examples=100, deadline=None)
@given(pairs, pairs, st.integers(0, 5))
def test_degrees_are_the_shortest_paths_that_networkx_finds(
    costly: list[tuple[int, int]], free: list[tuple[int, int]], depth: int
) -> None:
    builder = PartBuilder()
    for links, relation in ((costly, MANY_RELATION), (free, OTHER_RELATION)):
        for subject, target in links:
            builder.link(f"urn:n:{subject}", relation, f"urn:n:{target}")
    projection = Projection(ONTOLOGY)
    commit(ChangeSet("r", "s", builder.parts()), projection)
    peer = nx.DiGraph()
    peer.add_weighted_edges_from((a, b, 1) for a, b in costly)
    peer.add_weighted_edges_from((b, a, 0) for a, b in free)  # walked backwards, at no cost
    root = costly[0][0]
    spec = WalkSpec(
        forward=frozenset({DEPENDS}), backward=frozenset({PART_OF}), free=frozenset({PART_OF}), max_depth=depth
    )
    expected = nx.single_source_dijkstra_path_length(peer, root)
    found, answer = walk(projection, root, spec=spec)
    assert found == {node: far for node, far in expected.items() if far <= depth and node != root}
    assert (answer.stopped == "MAX_DEPTH") == any(far > depth for far in expected.values())


def test_a_chain_of_100_000_is_walked_to_its_end() -> None:
    found, answer = walk(
        graph(*((n, n + 1) for n in range(100_000))), 0, spec=WalkSpec(forward=frozenset({DEPENDS}), max_depth=10**6)
    )
    assert found == {n: n for n in range(1, 100_001)}
    assert (answer.stopped, answer.deepest) == (None, 100_000)


def test_a_star_of_100_000_is_found_at_degree_one() -> None:
    found, answer = walk(graph(*((0, n) for n in range(1, 100_001))), 0)
    assert found == dict.fromkeys(range(1, 100_001), 1)
    assert (answer.visited_nodes, answer.visited_links) == (100_001, 100_000)


def test_a_cycle_is_walked_once_and_its_root_is_no_hit() -> None:
    found, answer = walk(graph((0, 1), (1, 2), (2, 0), (2, 2)), 0)
    assert found == {1: 1, 2: 2}
    assert (answer.visited_links, answer.stopped) == (4, None)


def test_a_free_link_found_late_still_lowers_the_degree() -> None:
    builder = PartBuilder()
    for subject, target in ((0, 1), (0, 9), (1, 8), (0, 8)):
        builder.link(f"urn:n:{subject}", MANY_RELATION, f"urn:n:{target}")
    for subject, target in ((9, 8), (0, 7), (7, 1)):
        builder.link(f"urn:n:{subject}", OTHER_RELATION, f"urn:n:{target}")
    projection = Projection(ONTOLOGY)
    commit(ChangeSet("r", "s", builder.parts()), projection)
    spec = WalkSpec(forward=frozenset({DEPENDS, PART_OF}), free=frozenset({PART_OF}))
    assert walk(projection, 0, spec=spec)[0] == {7: 0, 1: 0, 9: 1, 8: 1}


def test_a_stop_kind_is_hit_but_not_walked_past_unless_it_is_the_root() -> None:
    projection = graph((0, 1), (1, 2), kinds={1: UpperKind.POSITION})
    spec = WalkSpec(forward=frozenset({DEPENDS}), stop=ONTOLOGY.subkinds(UpperKind.POSITION))
    assert walk(projection, 0, spec=spec)[0] == {1: 1}
    assert walk(projection, 1, spec=spec)[0] == {2: 1}


def test_an_absent_entity_is_neither_reached_nor_walked_from() -> None:
    projection = graph((0, 1), (1, 2))
    builder = PartBuilder()
    builder.attribute("urn:n:1", TYPE, Iri(UpperKind.ASSET), valid_to=0, op=Op.END)
    commit(ChangeSet("gone", "s", builder.parts()), projection)
    assert walk(projection, 0)[0] == {}
    assert walk(projection, 1)[0] == {}
    assert hits(projection.view(-1), projection.view(-1).walk([0], FORWARD)) == {1: 1, 2: 2}


@pytest.mark.parametrize("budget", [1, 2, 5])
def test_a_node_budget_gives_so_many_hits_and_says_so(budget: int) -> None:
    spec = WalkSpec(forward=frozenset({DEPENDS}), node_budget=budget)
    found, answer = walk(graph(*((n, n + k) for n in range(20) for k in (1, 2))), 0, spec=spec)
    assert (len(found), answer.stopped) == (budget, "NODE_BUDGET")
    whole = walk(graph(*((n, n + k) for n in range(20) for k in (1, 2))), 0)[0]
    assert {n for n, far in whole.items() if far <= answer.deepest} <= set(found)


def test_a_link_budget_stops_the_walk_and_says_so() -> None:
    spec = WalkSpec(forward=frozenset({DEPENDS}), link_budget=3)
    found, answer = walk(graph((0, 1), (0, 2), (0, 3), (0, 4)), 0, spec=spec)
    assert (len(found), answer.visited_links, answer.stopped) == (3, 3, "LINK_BUDGET")


def test_a_budget_that_is_just_enough_does_not_stop_the_walk() -> None:
    spec = WalkSpec(forward=frozenset({DEPENDS}), node_budget=4, link_budget=4)
    assert walk(graph((0, 1), (0, 2), (0, 3), (0, 4)), 0, spec=spec)[1].stopped is None


def test_a_deadline_in_the_past_stops_a_long_walk_and_the_next_one_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thread.projection.walking._SLICE", 10)
    projection = graph(*((n, n + 1) for n in range(100)))
    late = WalkSpec(forward=frozenset({DEPENDS}), max_depth=200, deadline=time.monotonic() - 1)
    found, answer = walk(projection, 0, spec=late)
    assert answer.stopped == "DEADLINE"
    assert 0 < len(found) < 100
    assert found == {n: n for n in range(1, len(found) + 1)}
    patient = WalkSpec(forward=frozenset({DEPENDS}), max_depth=200, deadline=time.monotonic() + 600)
    assert len(walk(projection, 0, spec=patient)[0]) == 100


def test_roots_are_counted_once_and_a_number_that_is_no_node_is_refused() -> None:
    projection = graph((0, 1))
    assert projection.view(0).walk([0, 0], FORWARD).visited_nodes == 2
    assert projection.view(0).walk([], FORWARD).visited_nodes == 0
    for wrong in (-1, 2):
        with pytest.raises(IndexError, match="0 to 1"):
            projection.view(0).walk([0, wrong], FORWARD)
    assert projection.view(0).walk(np.array([0]), FORWARD).visited_nodes == 2
