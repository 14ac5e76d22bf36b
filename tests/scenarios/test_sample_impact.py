"""Does impact on the demo give what the planting worked out by its own little model?"""

from typing import Any

import pytest

from thread.clock import parse_instant
from thread.projection import Projection
from thread.projection.view import View
from thread.reasoning.impact import EffectKind, Impact
from thread.samples import Sample, generate
from thread.samples.words import entity

OUTAGES = sorted(generate().answers.outages)
EVERYTHING = 10_000


def iris(impact: Any, kind: EffectKind) -> list[str]:
    return sorted(impact.view.iri(effect.node) for effect in impact.effects(stop=EVERYTHING) if effect.effect is kind)


def losses(impact: Any) -> set[tuple[str, str, int, int, bool]]:
    view: View = impact.view
    return {
        (view.iri(effect.node), gate.medium if gate.group is None else view.iri(gate.group), gate.required,
         gate.remaining, gate.exhausted)
        for effect in impact.effects(stop=EVERYTHING)
        if effect.effect is EffectKind.LOSES_REDUNDANCY
        for gate in effect.gates
    }  # fmt: skip


def collisions(impact: Any) -> set[tuple[str, tuple[str, ...]]]:
    return {(each.kind.value, tuple(sorted(impact.view.iris(each.orders)))) for each in impact.collisions()}


@pytest.fixture(params=OUTAGES)
def planted(request: pytest.FixtureRequest, sample: Sample) -> Any:
    return sample.answers.outages[request.param]


@pytest.fixture
def impact(planted: Any, ask: Any) -> Impact:
    return ask(planted["targets"])


def test_scope_is_targets_parts_and_serials(planted: Any, impact: Any) -> None:
    assert impact.view.iris(impact.scope) == planted["scope"]


def test_what_stops_is_what_was_planted(planted: Any, impact: Any) -> None:
    assert iris(impact, EffectKind.STOPS) == sorted(planted["stops"] + planted["groups"])


def test_what_loses_redundancy_is_what_was_planted(planted: Any, impact: Any) -> None:
    assert losses(impact) == {
        (loss["consumer"], loss["via"], loss["required"], loss["remaining"], loss["exhausted"])
        for loss in planted["losses"]
    }


def test_the_pumps_that_remain_rest_on_one_tower(ask: Any) -> None:
    impact = ask([str(entity("P-1"))])
    (effect,) = [each for each in impact.effects(stop=EVERYTHING) if each.effect is EffectKind.LOSES_REDUNDANCY]
    assert [impact.view.iri(gate.shared_point) for gate in effect.gates] == [str(entity("CT-1"))]


def test_which_sensors_go_dark_and_why_is_what_was_planted(planted: Any, impact: Any) -> None:
    dark = {
        impact.view.iri(effect.node): effect.dark.value
        for effect in impact.effects(stop=EVERYTHING)
        if effect.effect is EffectKind.GOES_DARK
    }
    assert dark == {each["sensor"]: each["reason"] for each in planted["dark"]}


def test_what_nothing_observes_and_what_was_down_is_what_was_planted(planted: Any, impact: Any) -> None:
    assert impact.view.iris(impact.observed_by_nothing()) == planted["observed_by_nothing"]
    assert impact.view.iris(impact.already_down()) == planted["already_down"]


def test_nothing_is_held_up_by_a_loop_and_every_answer_is_complete(impact: Any) -> None:
    assert impact.held_up_by_loop() == ()
    assert impact.completeness.complete


def test_the_panel_on_thursday_collides_with_two_orders(sample: Sample, ask: Any) -> None:
    planted: Any = sample.answers.outages["panel"]
    start, end = map(parse_instant, planted["window"])
    found = collisions(ask(planted["targets"], window=(start, end)))
    assert found == {(each["kind"], tuple(each["orders"])) for each in planted["collisions"]}


def test_orders_ahead_collide_in_every_planted_way(sample: Sample, ask: Any) -> None:
    everything = ask([str(entity("GRID-1"))])
    gun = ask([str(entity("G-310"))])
    found = collisions(everything) | collisions(gun)
    for each in sample.answers.collisions:
        if each["kind"] != "RESOURCE":  # comes with crews and spares
            assert (each["kind"], tuple(each["orders"])) in found


def test_an_order_without_dates_is_listed_apart(sample: Sample, ask: Any) -> None:
    impact = ask([str(entity("CT-1"))])
    assert impact.view.iris(impact.undated_orders()) == [sample.answers.audit["undated_order"]]


def test_an_open_cross_over_turns_a_stop_into_a_loss(sample: Sample, ask: Any) -> None:
    planted: Any = sample.answers.crossing
    open_ = ask([planted["target"]], at=planted["open"]["valid_at"])
    assert iris(open_, EffectKind.STOPS) == planted["open"]["stops"]
    assert {(node, via, k, left) for node, via, k, left, _ in losses(open_)} == {
        (loss["consumer"], loss["via"], loss["required"], loss["remaining"]) for loss in planted["open"]["losses"]
    }
    shut = ask([planted["target"]], at=planted["shut"]["valid_at"])
    assert planted["shut"]["stops_station"] in iris(shut, EffectKind.STOPS)


def test_the_failure_took_down_what_the_planting_says(sample: Sample, ask: Any) -> None:
    part: Any = sample.answers.failed_part
    before = ask([part["iri"]], at="2026-05-28T21:13:59Z")
    assert iris(before, EffectKind.STOPS) == sorted(part["took_down"])


def test_what_is_down_now_is_the_jammed_dresser(sample: Sample, projection: Projection, ask: Any) -> None:
    planted: Any = sample.answers.audit["open_failure"]
    impact = ask([str(entity("PNL-30"))])
    assert impact.view.iris(impact.already_down()) == [planted["asset"]]
