"""Health before and after in an impact: DEGRADES by the definition, chains that are there, groups that count all."""

from collections import Counter
from itertools import pairwise

from hypothesis import given as sampled
from hypothesis import settings
from hypothesis import strategies as st

from tests.reasoning.health.nets import given, hard, lawful, owned, soft
from tests.reasoning.plants import Plant, Seen
from thread.reasoning.impact import EffectKind, ImpactQuery, TargetMode, impact_of
from thread.reasoning.structure import compile_structure
from thread.terms import UpperKind
from thread.testing.reference_health import ReferenceHealth


@sampled(st.integers(0, 10**6), st.booleans())
@settings(max_examples=100, deadline=None)
def test_effects_carry_health_before_and_after_by_the_definition(seed: int, whole: bool) -> None:
    random, plant = soft(seed) if seed % 2 else hard(seed)
    structure = compile_structure(plant.view())
    own = owned(random, structure.view)
    own[structure.own == 1] = 0.0
    structure.own[own == 0] = 1  # the Boolean state and health tell of the same plant
    given(structure, own)
    twin = ReferenceHealth(structure.view)
    targets = random.sample(list(twin.nodes), 1)
    query = ImpactQuery(TargetMode.OUT_OF_SERVICE if whole else TargetMode.FAIL)
    answer = impact_of(structure.view, structure, targets, query)
    scope = set(answer.scope)
    before = twin.health(dict(enumerate(own.tolist())))
    after = twin.health({v: 0.0 if v in scope else float(own[v]) for v in twin.nodes})
    effects = answer.effects(None, 0, 1000)
    listed = {each.node: each.effect for each in effects}
    for each in effects:
        assert round(each.before, 9) == round(before[each.node], 9)
        assert round(each.after, 9) == round(after[each.node], 9)
    sensors = {v for v in twin.nodes if UpperKind.SENSOR in twin.kind[v].ancestors}
    fallen = {v for v in twin.nodes if before[v] > 0 == after[v]} - scope - sensors
    assert {v for v, effect in listed.items() if effect is EffectKind.STOPS} == fallen
    degraded = {v for v in twin.nodes if 0 < round(after[v], 9) <= round(before[v], 9) - 0.01}
    losing = {v for v, effect in listed.items() if effect is EffectKind.LOSES_REDUNDANCY}
    found = {v for v, effect in listed.items() if effect is EffectKind.DEGRADES}
    assert found == degraded - losing - scope - sensors
    for each in effects:
        if each.effect is EffectKind.DEGRADES:
            assert each.because.nodes[0] in targets
            assert each.because.nodes[-1] == each.node
            for link, ends in zip(each.because.links, pairwise(each.because.nodes), strict=True):
                assert {link.subject, link.object} == set(ends)
            outside = [node for node in each.because.nodes if node not in scope]
            assert each.degree == len(outside)
            assert all(after[node] < before[node] for node in outside)


def leaning() -> Plant:
    """A needs half of B, which leans on S; G has a good member and a worn one."""
    plant = Plant().add("Thing", "S", "B", "A", "C", "M1", "M2").group("G", 1, "M1", "M2")
    lawful(plant.link("B", "leansOn", "S"), "A", "dependsOn", "B", "MIX", 0.5)
    plant.order("W", ["M2"], status="RUNNING", orderType="CORRECTIVE", severity="MAJOR")
    return plant.link("C", "dependsOn", "G")


def test_a_failure_that_is_felt_in_part_degrades_and_stops_nothing() -> None:
    answer = leaning().seen().fail("S")
    assert answer.stops == []
    found = {n: (e.before, e.after) for (k, n), e in answer.effects.items() if k is EffectKind.DEGRADES}
    assert found == {"B": (1.0, 0.5), "A": (1.0, 0.75)}
    assert answer.because("A") == ["S", "B", "A"]


def test_the_worn_one_that_takes_over_degrades_those_behind_it() -> None:
    answer = leaning().seen().fail("M1")
    assert answer.loses == ["C"]
    effect = answer.effects[EffectKind.LOSES_REDUNDANCY, "C"]
    assert (effect.before, effect.after) == (1.0, 0.6)
    found = {n: (e.before, e.after) for (k, n), e in answer.effects.items() if k is EffectKind.DEGRADES}
    assert found == {"G": (1.0, 0.6)}


def test_a_smaller_loss_than_asked_for_is_not_told() -> None:
    seen = leaning().seen()
    assert sorted(seen.fail("S").degrees(EffectKind.DEGRADES)) == ["A", "B"]
    assert sorted(seen.out("S", min_delta=0.3).degrees(EffectKind.DEGRADES)) == ["B"]


def test_effects_are_counted_by_the_nearest_whole() -> None:
    plant = Plant().add("Thing", "Power", "L1", "L2", "A", "B", "C", "D").add("Position", "P")
    plant.link("A", "partOf", "L1").link("B", "partOf", "L1").link("P", "partOf", "C").link("C", "partOf", "L2")
    plant.add("Station", "X").link("X", "partOf", "L2")
    for name in ("A", "B", "P", "D", "X"):
        plant.link(name, "dependsOn", "Power")
    seen: Seen = plant.seen()
    answer = seen.fail("Power").impact
    things = answer.groups(seen.view.ontology.subkinds(seen.view.ontology.by_name["Thing"].iri))
    counted = [(None if n is None else str(seen.view.iri(n)), str(kind), count) for n, kind, count in things]
    assert counted == [
        ("A", "STOPS", 1), ("B", "STOPS", 1), ("C", "STOPS", 2), ("D", "STOPS", 1), ("L2", "STOPS", 2),
    ]  # fmt: skip
    by_kind: Counter[str] = Counter()
    for kind, _, count in answer.counts():
        by_kind[kind] += count
    assert sum(count for _, _, count in things) == sum(by_kind.values())
