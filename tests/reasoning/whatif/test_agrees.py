"""A scenario is what the plant would be if its changes were facts; random plants and changes against the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, Seen
from tests.reasoning.whatif.scenes import Told, asked, plant_of, told
from thread.projection import OverlayView, WalkSpec
from thread.projection.view import View
from thread.reasoning.impact import EffectKind, ImpactQuery, TargetMode, impact_of
from thread.reasoning.structure import compile_structure
from thread.reasoning.whatif import Change, ChangeKind, impact_between, lay, overlaid
from thread.testing.reference_reasoning import ReferenceStructure

QUICK = 120
SOAK = 1_500


def living(view: View, nodes: set[int] | frozenset[int]) -> set[str]:
    """The plant's own things among nodes; events are left out, an overlay has none."""
    return {str(view.iri(node)) for node in nodes if not view.iri(node).startswith(("e", "f"))}


def agrees(seed: int) -> None:
    """Live set, links and effects of one random scenario: overlay against facts, by the definition."""
    random, plant = plant_of(seed)
    scene = told(random, plant, random.randint(1, 4))
    after, view, impact = asked(scene)
    truth = scene.then()
    twin, before = ReferenceStructure(truth), ReferenceStructure(scene.seen.view)
    nodes = [node for node in range(view.size) if view.kind(node) >= 0]
    live = living(view, {node for node in nodes if not after.live.state.dead[node]})
    was = living(scene.seen.view, before.live())
    assert live == living(truth, twin.live())
    cold = living(view, {node for node in nodes if not after.live.cold_start.dead[node]})
    assert cold == living(truth, twin.cold())
    sensors = {str(view.iri(node)) for node in nodes if after.monitoring.is_sensor[node]}
    assert {str(view.iri(node)) for node in impact.restored} == live - was
    stops = {str(view.iri(e.node)) for e in impact.effects([EffectKind.STOPS], 0, 1000)}
    targets = {str(view.iri(node)) for node in (*impact.targets, *impact.scope)}
    assert stops == was - live - sensors - targets
    loses = {str(view.iri(e.node)) for e in impact.effects([EffectKind.LOSES_REDUNDANCY], 0, 1000)}
    assert loses <= live & was
    for effect in impact.effects(None, 0, 1000):
        assert effect.because.nodes[-1] == effect.node
        assert effect.because.nodes[0] in {*impact.targets, *impact.scope}


@pytest.mark.parametrize("seed", range(QUICK))
def test_a_scenario_is_what_the_plant_would_be(seed: int) -> None:
    agrees(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(QUICK, QUICK + SOAK))
def test_many_scenarios_are_what_the_plant_would_be(seed: int) -> None:
    agrees(seed)


def stated(view: View, relations: frozenset[int] | None = None) -> set[tuple[str, int, str]]:
    rows = zip(*(column.tolist() for column in view.links(relations)[:3]), strict=True)
    return {(str(view.iri(a)), r, str(view.iri(b))) for a, b, r in rows if not view.iri(a).startswith(("e", "f"))}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_an_overlay_reads_as_the_facts_would(seed: int, data: st.DataObject) -> None:
    random, plant = plant_of(seed)
    scene = told(random, plant, 3)
    _, view, _ = asked(scene)
    truth = scene.then()
    assert stated(view) == stated(truth)
    names = sorted(living(view, {n for n in range(view.size) if view.kind(n) >= 0}))
    for name in names:
        at, there = view.find(name), truth.find(name)
        for these, those in (
            (view.links_from(at).object, truth.links_from(there).object),
            (view.links_to(at).subject, truth.links_to(there).subject),
        ):
            assert living(view, set(these.tolist())) == living(truth, set(those.tolist()))
        assert view.value(at, "urn:thread:ns#state") == truth.value(there, "urn:thread:ns#state")
    some = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    relations = frozenset(range(len(view.ontology.relations)))
    free = data.draw(st.sets(st.sampled_from(sorted(relations)), max_size=8))
    spec = WalkSpec(
        forward=relations, backward=frozenset(data.draw(st.sets(st.sampled_from(sorted(relations))))),
        free=frozenset(free), max_depth=data.draw(st.integers(1, 6)),
    )  # fmt: skip
    walks = [each.walk([each.find(name) for name in some], spec) for each in (view, truth)]
    degrees = [
        {str(each.iri(n)): d for n, d in zip(walk.nodes.tolist(), walk.degree.tolist(), strict=True)}
        for each, walk in zip((view, truth), walks, strict=True)
    ]
    own = [{name: d for name, d in found.items() if not name.startswith(("e", "f"))} for found in degrees]
    if not any(fact.subject.startswith(("e", "f")) for fact in scene.facts.facts):  # events may be a way
        assert own[0] == own[1]
        assert walks[0].stopped == walks[1].stopped


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_cheap_structure_is_the_compiled_one(seed: int) -> None:
    random, plant = plant_of(seed)
    scene = told(random, plant, 3)
    after, view, _ = asked(scene)
    compiled = compile_structure(view)
    assert (after.own == compiled.own).all()
    assert (after.conduction.shut == compiled.conduction.shut).all()
    assert (after.gates.supplier == compiled.gates.supplier).all()
    assert (after.live.state.dead == compiled.live.state.dead).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.data())
def test_an_outage_that_is_assumed_does_what_an_outage_does(seed: int, whole: bool, data: st.DataObject) -> None:
    _, plant = plant_of(seed)
    seen = plant.seen()
    things = sorted(living(seen.view, {n for n in range(seen.view.size) if seen.view.kind(n) >= 0}))
    names = data.draw(st.lists(st.sampled_from(things), min_size=1, max_size=2, unique=True))
    nodes = [seen.node(name) for name in names]
    mode = TargetMode.OUT_OF_SERVICE if whole else TargetMode.FAIL
    plain = impact_of(seen.view, seen.structure, nodes, ImpactQuery(mode))
    kind = ChangeKind.OUT_OF_SERVICE if whole else ChangeKind.FAIL
    laid = lay(seen.view, [(at, Change(kind, (node,))) for at, node in enumerate(nodes)])
    after = overlaid(seen.structure, OverlayView(seen.view, laid.overlay))
    assumed = impact_between(seen.structure, after, laid, ImpactQuery())
    for ask in (lambda i: i.effects(None, 0, 1000), lambda i: i.already_down(), lambda i: i.counts(),
                lambda i: i.observed_by_nothing(), lambda i: i.new_single_points(), lambda i: i.scope):  # fmt: skip
        assert ask(plain) == ask(assumed)
    assert plain.completeness.reasons == assumed.completeness.reasons
    assert assumed.restored == ()


def test_a_walk_follows_what_the_changes_have_moved() -> None:
    plant = Plant().add("Thing", "pump").add("Position", "p").link("p", "partOf", "pump").add("Component", "x", "y")
    plant.link("x", "installedIn", "p")
    seen = plant.seen()
    x, y, p, pump = (seen.node(name) for name in ("x", "y", "p", "pump"))
    swap = [Change(ChangeKind.REMOVE, (x,)), Change(ChangeKind.INSTALL, (y,), into=p)]
    view = OverlayView(seen.view, lay(seen.view, list(enumerate(swap))).overlay)
    relations = frozenset(range(len(view.ontology.relations)))
    walk = view.walk([pump], WalkSpec(backward=relations))
    assert dict(zip(walk.nodes.tolist(), walk.degree.tolist(), strict=True)) == {p: 1, y: 2}
    assert view.walk([x], WalkSpec(forward=relations)).nodes.tolist() == []


def test_no_change_is_the_plant_as_it_is() -> None:
    _, plant = plant_of(5)
    seen = plant.seen()
    laid = lay(seen.view, [])
    view = OverlayView(seen.view, laid.overlay)
    after = overlaid(seen.structure, view)
    assert (after.live.state.dead == seen.structure.live.state.dead).all()
    assert impact_between(seen.structure, after, laid, ImpactQuery()).total() == 0
    assert stated(view) == stated(seen.view)


def scenario(plant: Plant, *changes: tuple[ChangeKind, str] | Change) -> tuple[Told, list[Change]]:
    """A scenario by names."""
    seen = plant.seen()
    made = [c if isinstance(c, Change) else Change(c[0], (seen.node(c[1]),)) for c in changes]
    return Told(seen, made, plant), made


def test_a_new_one_clears_the_failure_of_what_it_replaces() -> None:
    plant = Plant().add("Thing", "pump", "line").link("line", "dependsOn", "pump").failure("f", "pump", -1)
    scene, _ = scenario(plant, (ChangeKind.REPLACE, "pump"))
    after, view, impact = asked(scene)
    assert [view.iri(node) for node in impact.restored] == ["line", "pump"]
    assert view.overlay is not None
    assert view.overlay.renewed == {view.find("pump")}
    assert not after.live.state.dead[view.find("line")]


def test_a_health_of_zero_is_a_failure_and_any_other_is_none() -> None:
    plant = Plant().add("Thing", "pump", "line").link("line", "dependsOn", "pump").failure("f", "pump", -1)
    for score, lives in ((0.0, False), (0.3, True)):
        seen = plant.seen()
        change = Change(ChangeKind.SET_HEALTH, (seen.node("pump"),), score=score)
        after, view, _ = asked(Told(seen, [change], plant))
        assert bool(after.live.state.dead[view.find("line")]) is not lives


def test_the_later_change_of_one_thing_holds() -> None:
    plant = Plant().add("Thing", "pump")
    scene, _ = scenario(plant, (ChangeKind.FAIL, "pump"), (ChangeKind.REPLACE, "pump"))
    after, view, impact = asked(scene)
    assert not after.live.state.dead[view.find("pump")]
    assert impact.total() == 0


def test_changes_that_cannot_be_are_told_and_the_others_hold() -> None:
    plant = Plant().add("Thing", "pump").add("Component", "x").add("Position", "p", "q").link("x", "installedIn", "p")
    seen = plant.seen()
    pump, x, q = (seen.node(name) for name in ("pump", "x", "q"))
    changes = [
        Change(ChangeKind.OPERATE, (pump,), state="OPEN"),
        Change(ChangeKind.REMOVE, (pump,)),
        Change(ChangeKind.INSTALL, (x,), into=q),
        Change(ChangeKind.SET_HEALTH, (pump,), score=float("nan")),
        Change(ChangeKind.INSTALL, (pump,), into=q),
        Change(ChangeKind.OPEN_WORK_ORDER, ()),
        Change(ChangeKind.OPEN_WORK_ORDER, (pump,), window=(5, 5)),
        Change(ChangeKind.FAIL, (pump,)),
    ]
    laid = lay(seen.view, list(enumerate(changes)))
    assert [(place, error.code) for place, error in laid.problems] == [
        (0, "invalid"), (1, "invalid"), (2, "already-installed"), (3, "invalid"), (4, "invalid"), (5, "invalid"),
        (6, "order-of-times"),
    ]  # fmt: skip
    assert laid.overlay.down == {pump}


def test_an_assumed_order_collides_with_what_is_planned() -> None:
    plant = Plant().add("Thing", "pump").order("o", ["pump"], 1, 3)
    seen = plant.seen()
    from tests.reasoning.plants import instant

    change = Change(ChangeKind.OPEN_WORK_ORDER, (seen.node("pump"),), window=(instant(2), instant(4)))
    _, view, impact = asked(Told(seen, [change], plant))
    (found,) = impact.collisions()
    assert [view.iri(order) for order in found.orders] == ["o", "urn:thread:what-if:order-1"]
    assert (found.start, found.end) == (instant(2), instant(3))


def test_the_same_changes_have_the_same_name_and_others_another() -> None:
    seen = Plant().add("Thing", "a", "b").seen()
    a, b = seen.node("a"), seen.node("b")
    names = {
        lay(seen.view, [(0, Change(ChangeKind.FAIL, (node,)))]).name for node in (a, a, b)
    } | {lay(seen.view, []).name}  # fmt: skip
    assert len(names) == 3


def test_what_is_shut_stays_and_what_it_fed_stops() -> None:
    plant = Plant().add("Spring", "spring").add("Valve", "valve", state="OPEN").add("Thing", "cooler", "panel")
    plant.link("valve", "wateredBy", "spring").link("cooler", "wateredBy", "valve").link("panel", "dependsOn", "valve")
    plant.add("Sensor", "eye").link("eye", "monitors", "valve")
    scene, _ = scenario(plant, Change(ChangeKind.OPERATE, (plant.seen().node("valve"),), state="CLOSED"))
    after, view, impact = asked(scene)
    (stop,) = impact.effects(None, 0, 10)
    assert [str(view.iri(node)) for node in stop.because.nodes] == ["valve", "cooler"]
    assert not after.live.state.dead[view.find("valve")]
    assert np.flatnonzero(after.live.state.dead).tolist() == [view.find("cooler")]


__all__ = ["Seen"]
