"""Health against its definition on random nets, with cycles, groups, switches, media, laws: P1-P9, P12, P16, P17, P21.

The soak runs 1,500 nets.
"""

from dataclasses import replace
from itertools import pairwise
from math import factorial
from random import Random

import numpy as np
import pytest
from hypothesis import given as sampled
from hypothesis import settings
from hypothesis import strategies as st

from tests.reasoning.health.nets import given, hard, owned, scored, soft
from tests.reasoning.plants import Plant
from thread.reasoning.health.answer import Health
from thread.reasoning.health.cone import Cone, cone_of
from thread.reasoning.health.state import Scores
from thread.reasoning.live import Live
from thread.reasoning.structure import Structure, compile_structure
from thread.testing.reference_health import ReferenceHealth

SEEDS = st.integers(0, 10**6)
QUICK = settings(max_examples=100, deadline=None)
FEW = settings(max_examples=40, deadline=None)


def agrees(seed: int) -> None:
    """P6, P21: the kernels give what chaotic iteration in random order gives; P1 on the way."""
    random, plant = soft(seed) if seed % 2 else hard(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    twin = ReferenceHealth(structure.view)
    expected = twin.health(dict(enumerate(own.tolist())), Random(seed))
    found = scored(structure, own)
    assert {v: round(found.of(v), 12) for v in twin.nodes} == {v: round(h, 12) for v, h in expected.items()}
    assert all(0.0 <= found.of(v) <= own[v] for v in twin.nodes)


@sampled(SEEDS)
@QUICK
def test_health_is_that_of_the_definition(seed: int) -> None:
    agrees(seed)


@pytest.mark.soak
def test_health_is_that_of_the_definition_on_many_nets() -> None:
    for seed in range(1_500):
        agrees(seed)


@sampled(SEEDS)
@QUICK
def test_what_is_worse_by_itself_makes_nothing_better(seed: int) -> None:
    random, plant = soft(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    worse = np.where([random.random() < 0.3 for _ in own], own / 2, own)
    assert (scored(structure, worse).by_node <= scored(structure, own).by_node).all()


@sampled(SEEDS)
@QUICK
def test_a_cut_at_any_level_is_the_boolean_answer(seed: int) -> None:
    """P7: health is at least a level where the structure lives with exactly those up that are."""
    random, plant = hard(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    found = scored(structure, own).by_node
    for level in (0.1, 0.4, 0.55, 0.7, 0.9, 1.0):
        cut = replace(structure, own=(own < level).astype(np.uint8))
        assert ((found < level) == (Live(cut).state.dead == 1)).all()


@sampled(SEEDS)
@FEW
def test_where_health_is_zero_the_plant_stops(seed: int) -> None:
    random, plant = soft(seed)
    structure = compile_structure(plant.view())
    own = np.maximum(owned(random, structure.view), np.where(structure.own, 0.0, 0.1))
    own[structure.own == 1] = 0.0
    assert ((scored(structure, own).by_node == 0) == (structure.live.state.dead == 1)).all()


@sampled(SEEDS, st.sampled_from((0.5, 2.0, 3.0)))
@FEW
def test_another_scale_gives_the_same_answer_on_that_scale(seed: int, power: float) -> None:
    """P8, with whole links."""
    random, plant = hard(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    assert np.array_equal(scored(structure, own**power).by_node, scored(structure, own).by_node ** power)


@sampled(SEEDS)
@FEW
def test_a_link_said_twice_and_a_detour_change_nothing(seed: int) -> None:
    """P3."""
    random, plant = hard(seed)
    twice = Plant()
    twice.facts = [*plant.facts, *plant.facts]
    members = {fact.subject for fact in plant.facts if fact.predicate.endswith("memberOf")}  # a detour is in no group
    links = [fact for fact in plant.facts if fact.predicate.endswith("dependsOn") and fact.object not in members]
    for at, fact in enumerate(links):
        twice.add("Thing", f"via{at}").link(str(fact.subject), "dependsOn", f"via{at}")
        twice.link(f"via{at}", "dependsOn", str(fact.object))
    one, two = compile_structure(plant.view()), compile_structure(twice.view())
    own = owned(random, one.view)
    again = np.ones(two.size)
    again[[two.view.find(iri) for iri in one.view.iris(range(one.size))]] = own
    found = scored(two, again)
    assert [found.of(two.view.find(one.view.iri(v))) for v in range(one.size)] == scored(one, own).by_node.tolist()


@sampled(SEEDS)
@FEW
def test_the_order_of_facts_and_nodes_changes_no_bit(seed: int) -> None:
    """P4."""
    random, plant = soft(seed)
    shuffled = Plant()
    shuffled.facts = random.sample(plant.facts, len(plant.facts))
    one, two = compile_structure(plant.view()), compile_structure(shuffled.view())
    own = owned(random, one.view)
    there = [two.view.find(one.view.iri(v)) for v in range(one.size)]
    again = np.ones(two.size)
    again[there] = own
    assert np.array_equal(scored(two, again).by_node[there], scored(one, own).by_node)


def switches(structure: Structure) -> list[int]:
    kinds = structure.view.ontology.kinds
    return [v for v in range(structure.size) if structure.kinds[v] >= 0 and kinds[structure.kinds[v]].conducts_when]


@sampled(SEEDS)
@QUICK
def test_what_is_moved_is_what_is_computed_anew(seed: int) -> None:
    """P5 for health and operated states: any mix, both ways, bit by bit; and what is told to have moved has."""
    random, plant = soft(seed) if seed % 2 else hard(seed)
    structure = compile_structure(plant.view())
    own, shut = owned(random, structure.view), structure.conduction.shut.copy()
    running = Scores.whole(structure.plan, own, shut)
    for _ in range(6):
        before = running.by_node
        nodes = np.array(sorted(random.sample(range(structure.size), random.randint(0, 3))), np.int32)
        own[nodes] = [random.choice((0.0, 0.3, 0.5, 0.8, 1.0)) for _ in nodes]
        toggled = np.array([v for v in switches(structure) if random.random() < 0.3], np.int32)
        shut[toggled] ^= 1
        moved = running.change(nodes, own[nodes], toggled)
        anew = Scores.whole(structure.plan, own, shut).by_node
        assert np.array_equal(running.by_node, anew)
        assert sorted(moved.node.tolist()) == np.flatnonzero(before != anew).tolist()
        assert np.array_equal(moved.before, before[moved.node])
        assert np.array_equal(moved.after, anew[moved.node])


@sampled(SEEDS)
@FEW
def test_what_was_supposed_leaves_no_trace(seed: int) -> None:
    random, plant = soft(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    running = scored(structure, own)
    before = running.by_node
    nodes = np.array(sorted(random.sample(range(structure.size), 2)), np.int32)
    other = own.copy()
    other[nodes] = 0
    for _ in range(2):
        with running.supposing(nodes, np.zeros(2)) as (supposed, moved):
            assert np.array_equal(supposed.by_node, scored(structure, other).by_node)
            assert np.array_equal(running.by_node, before)
            assert sorted(moved.node.tolist()) == np.flatnonzero(before != supposed.by_node).tolist()
    assert np.array_equal(running.by_node, before)
    assert np.array_equal(running.own, own[structure.plan.node])


@sampled(SEEDS)
@QUICK
def test_opening_a_switch_makes_nothing_better(seed: int) -> None:
    """P21: monotone in switches."""
    random, plant = hard(seed)
    structure = compile_structure(plant.view())
    own, shut = owned(random, structure.view), structure.conduction.shut.copy()
    before = Scores.whole(structure.plan, own, shut).by_node
    shut[switches(structure)] = 1
    assert (Scores.whole(structure.plan, own, shut).by_node <= before).all()


@sampled(SEEDS)
@FEW
def test_health_is_reliability_where_one_stress_is_common_to_all(seed: int) -> None:
    """P9: with u uniform and everything failing at u > h, the chance that a thing works is its health."""
    random, plant = hard(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    levels = [0.0, *sorted(set(own.tolist())), 1.0]
    chance = np.zeros(structure.size)
    for low, high in pairwise(levels):
        up = Live(replace(structure, own=(own <= low).astype(np.uint8))).state.dead == 0
        chance += (high - low) * up
    assert np.allclose(chance, scored(structure, own).by_node, atol=1e-12)


def cones(seed: int) -> list[tuple[Health, Cone]]:
    random, plant = soft(seed) if seed % 2 else hard(seed)
    structure = compile_structure(plant.view())
    given(structure, owned(random, structure.view))
    present = [v for v in range(structure.size) if structure.kinds[v] >= 0]
    found = [Health(structure, v) for v in random.sample(present, min(5, len(present)))]
    shut, high = structure.conduction.shut, structure.health.high
    return [(one, cone_of(structure.wiring, high, structure.health.findings.own, shut, one.node)) for one in found]


@sampled(SEEDS)
@QUICK
def test_the_degraded_part_explains_all_of_the_loss(seed: int) -> None:
    for one, cone in cones(seed):
        assert cone.value(cone.players) == pytest.approx(one.upper, abs=1e-12)


@sampled(SEEDS)
@FEW
def test_shares_are_the_shapley_value_and_sum_to_the_loss(seed: int) -> None:
    """P12, by the definition: every coalition, weighed by the orders in which it comes first."""
    for one, cone in cones(seed):
        shares = one.shares
        n, players = len(shares.players), shares.players
        assert shares.base + shares.share.sum() == pytest.approx(1 - one.upper, abs=1e-12)
        if n > 6:
            continue
        loss = [1 - cone.value(players[[at for at in range(n) if mask >> at & 1]]) for mask in range(1 << n)]
        for player in range(n):
            value = sum(
                factorial(mask.bit_count()) * factorial(n - 1 - mask.bit_count()) / factorial(n)
                * (loss[mask | 1 << player] - loss[mask])
                for mask in range(1 << n) if not mask >> player & 1
            )  # fmt: skip
            assert shares.share[player] == pytest.approx(value, abs=1e-12)


@sampled(SEEDS)
@FEW
def test_a_certificate_holds_alone_and_none_of_it_can_go(seed: int) -> None:
    """P16: with everything outside the certificate as new, the thing keeps its health, in cycles too."""
    for one, cone in cones(seed):
        structure = one.structure
        own = np.ones(structure.size)
        own[list(one.cause)] = structure.health.findings.own[list(one.cause)]
        kept = Scores.whole(structure.plan, own, structure.conduction.shut)
        assert kept.of(one.node) == pytest.approx(one.upper, abs=1e-12)
        for path in one.certificate():
            assert path.nodes[0] in one.cause
            assert path.nodes[-1] == one.node
            assert len(set(path.nodes)) == len(path.nodes)
        assert len(cone.players) > 0 or one.upper == 1.0 or one.shares.base > 0


@sampled(SEEDS)
@FEW
def test_every_contribution_has_a_way_by_links_that_are_there(seed: int) -> None:
    for one, _ in cones(seed):
        for each in one.contributions():
            assert each.path.nodes[0] == each.source
            assert each.path.nodes[-1] == one.node
            assert each.path.length == len(each.path.links) == len(each.path.nodes) - 1
            for link, ends in zip(each.path.links, pairwise(each.path.nodes), strict=True):
                assert {link.subject, link.object} == set(ends)
            assert 0 < each.delta <= 1
            assert 0 <= each.weight <= 1 - one.upper + 1e-12


@sampled(SEEDS)
@FEW
def test_every_repair_of_the_ladder_is_computed_anew(seed: int) -> None:
    for one, _ in cones(seed):
        structure = one.structure
        own = structure.health.findings.own.copy()
        shut = structure.conduction.shut.copy()
        for step in one.ladder(4):
            if own[step.node] == 1.0:  # it was in the wrong state
                shut[step.node] = 0
            own[step.node] = 1.0
        if not shut[structure.conduction.shut == 1].size or (shut == structure.conduction.shut).all():
            after = Scores.whole(structure.plan, own, shut).of(one.node)
            last = one.ladder(4)
            assert not last or last[-1].score == pytest.approx(after, abs=1e-12)


def test_a_gate_stands_its_margin_and_no_more() -> None:
    """P17: with n members of which k are needed, n - k may go, whichever; one more stops it."""
    for n, k in ((3, 2), (4, 1), (5, 3)):
        members = [f"m{at}" for at in range(n)]
        plant = Plant().add("Thing", "C", *members).group("G", k, *members).link("C", "dependsOn", "G")
        structure = compile_structure(plant.view())
        nodes = [structure.view.find(name) for name in members]
        for out in range(n + 1):
            own = np.ones(structure.size)
            own[Random(out).sample(nodes, out)] = 0.0
            assert scored(structure, own).of(structure.view.find("C")) == (1.0 if out <= n - k else 0.0)
