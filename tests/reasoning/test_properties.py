"""Kernel and definition say the same of random nets; P21, P22 and monotony. The soak runs 1,500 nets."""

from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.nets import fed, wild
from tests.reasoning.plants import Plant, Seen
from thread.reasoning.impact import EffectKind
from thread.reasoning.live import Live
from thread.reasoning.points import alternatives_in
from thread.testing.reference_reasoning import ReferenceStructure

QUICK = 150
SOAK = 1_500


def plant_of(seed: int) -> tuple[Random, Plant]:
    random = Random(seed)
    make = wild if seed % 3 == 1 else fed
    return random, make(random, random.choice((5, 7, 9, 12)), unnamed=seed % 4 == 0)


def agrees(seed: int) -> None:
    """Live set, cold start and two impacts of one net: kernel against definition."""
    random, plant = plant_of(seed)
    seen = plant.seen()
    twin = ReferenceStructure(seen.view)
    live = seen.structure.live
    assert {n for n in twin.nodes if not live.state.dead[n]} == twin.live()
    assert {n for n in twin.nodes if not live.cold_start.dead[n]} == twin.cold()
    things = [n for n in twin.nodes if seen.view.iri(n) != "e0"]
    for _ in range(2):
        targets = random.sample(things, random.randint(1, 2))
        answer = seen.out(*(seen.view.iri(target) for target in targets))
        expected = twin.impact(twin.scope(targets))
        assert {seen.node(name): degree for name, degree in answer.degrees().items()} == expected.stops
        assert set(answer.impact.already_down()) == expected.already_down
        down = {seen.node(name): reason for name, reason in answer.dark.items()}
        assert {n for n, reason in down.items() if reason == "SENSOR_DOWN"} == set(expected.sensor_down)
        dark = {seen.node(name): d for name, d in answer.degrees(EffectKind.GOES_DARK).items()}
        assert dark == expected.sensor_down | expected.target_out
        assert set(answer.impact.observed_by_nothing()) == expected.unobserved
        losses = {
            each.node: frozenset(
                (g.medium if g.group is None else g.group, g.required, g.remaining) for g in each.gates
            )
            for (kind, _), each in answer.effects.items()
            if kind is EffectKind.LOSES_REDUNDANCY
        }
        wanted = {n: frozenset((m, k, after) for m, k, _, after in found) for n, found in expected.loses.items()}
        assert losses == wanted
        chains_hold(seen, answer.effects.values())


def chains_hold(seen: Seen, effects: object) -> None:
    """Every because runs over links that the view has, from a target to the entity."""
    for each in effects:  # type: ignore[attr-defined]  # the values of a dict
        path = each.because
        assert path.nodes[-1] == each.node
        assert len(path.links) == len(path.nodes) - 1
        assert each.effect is not EffectKind.STOPS or path.length == each.degree


@pytest.mark.parametrize("seed", range(QUICK))
def test_kernel_and_definition_agree_on_random_nets(seed: int) -> None:
    agrees(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(QUICK, QUICK + SOAK))
def test_kernel_and_definition_agree_on_many_random_nets(seed: int) -> None:
    agrees(seed)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_more_outages_and_more_open_switches_never_revive(seed: int, data: st.DataObject) -> None:
    _, plant = plant_of(seed)
    seen = plant.seen()
    nodes = st.lists(st.integers(0, seen.view.size - 1), max_size=3)
    few = data.draw(nodes)
    more = few + data.draw(nodes)
    live = seen.structure.live
    assert live.without(few).fallen <= live.without(more).fallen
    closed = seen.structure.conduction.shut.copy()
    closed[data.draw(nodes)] = 1
    assert (Live(switched(seen, closed)).state.dead >= live.state.dead).all()


def switched(seen: Seen, shut: np.ndarray):  # type: ignore[no-untyped-def,type-arg]  # a structure of the tests
    from dataclasses import replace

    structure = seen.structure
    return replace(structure, conduction=replace(structure.conduction, shut=shut))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_an_outage_is_the_difference_of_two_states_computed_from_nothing(seed: int, data: st.DataObject) -> None:
    from dataclasses import replace

    _, plant = plant_of(seed)
    structure = plant.seen().structure
    out = data.draw(st.lists(st.integers(0, structure.size - 1), min_size=1, max_size=3))
    own = structure.own.copy()
    own[out] = 1
    whole = Live(replace(structure, own=own)).state.dead
    outage = structure.live.without(out)
    assert set(np.flatnonzero(whole)) == set(np.flatnonzero(structure.live.state.dead)) | outage.fallen


@st.composite
def meshes(draw: st.DrawFn) -> tuple[Plant, "nx.DiGraph[str]", list[str]]:
    """One medium, declared sources, nothing else: conduits that feed each other."""
    plant, graph = Plant(), nx.DiGraph()
    count = draw(st.integers(2, 12))
    names = [f"b{at:02}" for at in range(count)]
    plant.add("Source", "s1", "s2").add("Bus", *names)
    pairs = st.tuples(st.sampled_from(["s1", "s2", *names]), st.sampled_from(names))
    graph.add_nodes_from(["s1", "s2", *names])
    for feeder, consumer in sorted(draw(st.sets(pairs, min_size=count, max_size=4 * count))):
        plant.link(consumer, "poweredBy", feeder)
        graph.add_edge(feeder, consumer)
    for name in names:
        if not graph.in_degree(name):
            plant.link(name, "poweredBy", "s1")
            graph.add_edge("s1", name)
    return plant, graph, names


def reached(graph: "nx.DiGraph[str]", out: set[str]) -> set[str]:
    rest = graph.subgraph(set(graph) - out)
    return set().union(*({s} | nx.descendants(rest, s) for s in ("s1", "s2") if s not in out), set())


@settings(max_examples=100, deadline=None)
@given(meshes(), st.data())
def test_with_one_medium_and_declared_sources_live_is_reachable_from_a_live_source(
    mesh: tuple[Plant, "nx.DiGraph[str]", list[str]], data: st.DataObject
) -> None:
    plant, graph, names = mesh
    seen = plant.seen()
    out = data.draw(st.sets(st.sampled_from(["s1", "s2", *names]), max_size=3))
    assert set(seen.down) == set(graph) - reached(graph, set())
    fallen = seen.structure.live.without([seen.node(name) for name in out]).fallen
    assert set(seen.names(fallen)) == reached(graph, set()) - reached(graph, out)


@settings(max_examples=100, deadline=None)
@given(meshes())
def test_dominator_count_is_whether_a_feeder_is_supplied_with_its_consumer_removed(
    mesh: tuple[Plant, "nx.DiGraph[str]", list[str]],
) -> None:
    plant, graph, _ = mesh
    seen = plant.seen()
    live, gates = seen.structure.live, seen.structure.gates
    for loop in range(live.state.loops.size):
        for gate, count in alternatives_in(seen.structure, live.state, live.state.dead, loop).totals().items():
            owner = str(seen.view.iri(int(gates.owner[gate])))
            without = reached(graph, {owner})
            alive = reached(graph, set())
            assert owner not in alive or count == sum(f in without for f in graph.predecessors(owner) if f != owner)


@settings(max_examples=60, deadline=None)
@given(meshes(), st.data())
def test_new_single_points_are_the_dominators_that_networkx_finds(
    mesh: tuple[Plant, "nx.DiGraph[str]", list[str]], data: st.DataObject
) -> None:
    plant, graph, names = mesh
    seen = plant.seen()
    out = data.draw(st.sampled_from(["s1", "s2", *names]))
    found = {(str(seen.view.iri(p.node)), p.count) for p in seen.out(out).impact.new_single_points()}
    before, after = dominators(graph, set()), dominators(graph, {out})
    grown: dict[str, int] = {}
    for node, doms in after.items():
        for point in doms - before.get(node, set()) - {out}:
            grown[point] = grown.get(point, 0) + 1
    assert found == set(grown.items())


def dominators(graph: "nx.DiGraph[str]", out: set[str]) -> dict[str, set[str]]:
    """Nodes without which a node is not reached, itself left out; by removing each."""
    alive = reached(graph, out)
    return {node: {d for d in alive if d != node and node not in reached(graph, out | {d})} for node in alive}
