"""Is the planting's little model right where a hand can check it?"""

from thread.samples import Sample
from thread.samples.reckoning import Grid
from thread.samples.words import entity
from thread.terms import EntityId

SOURCE, LEFT, RIGHT, BELT, LINE, EYE = (EntityId(f"urn:x:{name}") for name in ("s", "l", "r", "b", "line", "eye"))


def skid() -> Grid:
    grid = Grid()
    grid.need(LEFT, SOURCE, via="m")
    grid.need(RIGHT, SOURCE, via="m")
    grid.need(BELT, LEFT, RIGHT, via="m", shared=SOURCE)
    grid.part(BELT, LINE, essential=True)
    grid.watches[EYE] = [LEFT]
    return grid


def test_a_failed_feeder_with_a_healthy_twin_stops_nothing() -> None:
    outage = skid().outage(LEFT)
    assert outage.stops == ()
    assert [(loss.consumer, loss.remaining, loss.exhausted, loss.shared_point) for loss in outage.losses] == [
        (BELT, 1, True, SOURCE)
    ]


def test_the_shared_source_stops_all() -> None:
    outage = skid().outage(SOURCE)
    assert outage.stops == tuple(sorted((LEFT, RIGHT, BELT, LINE)))
    assert outage.losses == ()


def test_a_sensor_without_a_target_is_dark_but_a_target_that_lives_is_observed_by_nothing() -> None:
    assert skid().outage(LEFT).dark == ((EYE, "TARGET_OUT"),)
    grid = skid()
    grid.need(EYE, RIGHT)
    assert grid.outage(RIGHT).observed_by_nothing == (LEFT,)


def test_a_k_of_n_gate_holds_until_its_surplus_is_gone() -> None:
    grid = Grid()
    grid.need(BELT, LEFT, RIGHT, SOURCE, via="g", k=2)
    assert [(loss.required, loss.remaining) for loss in grid.outage(LEFT).losses] == [(2, 2)]
    assert grid.outage(LEFT, RIGHT).stops == (BELT,)


def test_a_gate_with_surplus_left_is_not_exhausted() -> None:
    grid = Grid()
    grid.need(BELT, LEFT, RIGHT, SOURCE, via="m")
    assert [(loss.remaining, loss.exhausted) for loss in grid.outage(LEFT).losses] == [(2, False)]
    assert [(loss.remaining, loss.exhausted) for loss in grid.outage(LEFT, RIGHT).losses] == [(1, True)]


def test_parts_of_a_target_are_out_and_are_no_effects() -> None:
    outage = skid().outage(LINE)
    assert outage.scope == tuple(sorted((LINE, BELT)))
    assert outage.stops == ()


def test_the_panel_stops_its_station_takes_pump_redundancy_and_darkens_two_sensors(sample: Sample) -> None:
    panel = sample.answers.outages["panel"]
    assert str(entity("ST20")) in panel["stops"]
    assert str(entity("ST30")) not in panel["stops"]
    assert [(loss["via"], loss["required"], loss["remaining"]) for loss in panel["losses"]] == [
        (str(entity("GRP-PUMPS")), 2, 2)
    ]
    assert len(panel["dark"]) == 2
    assert [each["kind"] for each in panel["collisions"]] == ["ISOLATION", "TOGETHER"]


def test_the_shared_pump_defeats_two_chillers(sample: Sample) -> None:
    one, shared = sample.answers.outages["chiller"], sample.answers.outages["shared-pump"]
    assert [loss["shared_point"] for loss in one["losses"]] == [str(entity("P-40"))]
    assert {str(entity("ST20")), str(entity("ST30"))} <= set(shared["stops"])


def test_two_pumps_break_two_of_three(sample: Sample) -> None:
    assert str(entity("H-1")) in sample.answers.outages["two-pumps"]["stops"]
    assert str(entity("H-1")) not in sample.answers.outages["pump"]["stops"]


def test_two_feeders_are_no_redundancy_of_their_source(sample: Sample) -> None:
    losses = sample.answers.outages["transformer"]["losses"]
    assert {loss["shared_point"] for loss in losses} == {str(entity("GRID-1"))}
    assert str(entity("PNL-20")) in {loss["consumer"] for loss in losses}


def test_the_network_switch_stops_nothing_but_leaves_something_unobserved(sample: Sample) -> None:
    outage = sample.answers.outages["network-switch"]
    assert outage["stops"] == []
    assert outage["observed_by_nothing"] == [str(entity("H-1"))]
