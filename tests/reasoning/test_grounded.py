"""Grounded supply, alternatives, shared and single points, on loops worked by hand."""

from tests.reasoning.plants import Plant, T
from tests.reasoning.wide import Wide
from thread.reasoning.impact import ImpactQuery, impact_of
from thread.terms import Iri


def fed_loop() -> Plant:
    """A is fed by a source and by B, B by A; C hangs on B."""
    plant = Plant().add("Source", "S").add("Bus", "A", "B").add("Thing", "C")
    return plant.link("A", "poweredBy", "S", "B").link("B", "poweredBy", "A").link("C", "poweredBy", "B")


def test_two_that_could_feed_each_other_stop_with_their_source() -> None:
    answer = fed_loop().seen().out("S")
    assert answer.degrees() == {"A": 1, "B": 2, "C": 3}
    assert answer.because("C") == ["S", "A", "B", "C"]


def test_a_producer_inside_a_loop_keeps_it_up() -> None:
    plant = fed_loop().set("B", "produces", Iri(T + "Power"))
    answer = plant.seen().out("S")
    assert answer.stops == []
    assert answer.gates("A") == [("Power", None, 1, 1, True, None)]


def test_two_that_need_each_other_run_until_evidence_says_otherwise() -> None:
    plant = Plant().add("Thing", "Power", "Control", "C").link("Power", "dependsOn", "Control")
    seen = plant.link("Control", "dependsOn", "Power").link("C", "dependsOn", "Power").seen()
    assert seen.down == []
    assert seen.names(seen.structure.live.held_up_by_loop) == ["C", "Control", "Power"]


def test_what_lives_only_by_a_loop_is_listed_where_the_outage_touches_it() -> None:
    plant = Plant().add("Thing", "P", "K", "Starter").link("P", "dependsOn", "K").group("G", 1, "P", "Starter")
    seen = plant.link("K", "dependsOn", "G").seen()
    assert len(seen.structure.live.held_up_by_loop) == 0
    assert seen.names(seen.out("Starter").impact.held_up_by_loop()) == ["G", "K", "P"]


def test_media_that_are_converted_into_each_other_share_their_ground() -> None:
    """Heat from power and power from heat: without the grid neither keeps the other alive."""
    plant = Plant().add("Source", "Grid").add("Bus", "Turbine", "Boiler").link("Boiler", "poweredBy", "Turbine", "Grid")
    seen = plant.link("Turbine", "heatedBy", "Boiler").seen()
    assert seen.out("Grid").stops == ["Boiler", "Turbine"]


def test_media_of_different_ground_may_hold_each_other_up() -> None:
    """Water needs power, power needs water: coinductive across classes, so it runs, held up by the loop."""
    plant = Plant().add("Source", "Grid").add("Bus", "Turbine", "Pump").link("Pump", "poweredBy", "Turbine", "Grid")
    seen = plant.link("Turbine", "wateredBy", "Pump").seen()
    answer = seen.out("Grid")
    assert answer.stops == []
    assert seen.names(answer.impact.held_up_by_loop()) == ["Pump", "Turbine"]


def test_opening_a_switch_never_revives_a_node() -> None:
    """Groups are those of everything conducting: B and C stay one group though the switch between them is open."""
    plant = Plant().add("Source", "S").add("Bus", "B", "C").add("Switch", "Q", state="OPEN")
    plant.link("B", "poweredBy", "S", "Q").link("Q", "poweredBy", "C").link("C", "poweredBy", "B")
    seen = plant.seen()
    assert seen.structure.loops.size == 1
    assert seen.out("S").stops == ["B", "C", "Q"]


def test_a_loop_behind_an_open_switch_is_starved() -> None:
    plant = Plant().add("Source", "S").add("Switch", "Q", state="OPEN").add("Bus", "V", "W")
    plant.link("Q", "poweredBy", "S").link("V", "poweredBy", "Q", "W").link("W", "poweredBy", "V")
    assert plant.seen().down == ["V", "W"]


def test_a_loop_is_starved_though_an_open_switch_inside_it_is_fed() -> None:
    plant = Plant().add("Source", "S").add("Switch", "Q", state="OPEN").add("Bus", "V", "W")
    plant.link("Q", "poweredBy", "S", "W").link("V", "poweredBy", "Q", "W").link("W", "poweredBy", "V")
    assert plant.seen().down == ["V", "W"]


def test_a_loop_that_nothing_feeds_is_down_and_makes_the_answer_incomplete() -> None:
    plant = Plant().add("Bus", "A", "B").add("Thing", "C", "X").link("A", "poweredBy", "B").link("B", "poweredBy", "A")
    seen = plant.link("C", "poweredBy", "B").link("C", "dependsOn", "X").seen()
    assert seen.down == ["A", "B", "C"]
    answer = seen.out("X")
    assert seen.names(answer.impact.already_down()) == ["C"]
    assert answer.reasons == {"UNGROUNDED_SUPPLY": ["A", "B"]}


def test_a_supplier_without_input_is_taken_for_a_source_and_said_to_be() -> None:
    seen = Plant().add("Bus", "A").add("Thing", "C", "D").link("C", "poweredBy", "A").link("D", "dependsOn", "C").seen()
    assert seen.down == []
    assert seen.out("C").reasons == {"ASSUMED_SOURCE": ["A"]}
    assert seen.out("D").reasons == {}


def test_a_source_that_is_declared_makes_the_answer_complete() -> None:
    assert fed_loop().seen().out("S").reasons == {}


# alternatives and points


def test_two_feeders_on_one_source_are_redundancy_of_the_feeders() -> None:
    plant = Plant().add("Source", "S").add("Bus", "F1", "F2").add("Thing", "C").link("F1", "poweredBy", "S")
    seen = plant.link("F2", "poweredBy", "S").link("C", "poweredBy", "F1", "F2").seen()
    assert seen.out("F1").gates("C") == [("Power", None, 1, 1, True, "S")]


def test_a_group_is_no_shared_point() -> None:
    plant = Plant().add("Source", "S1", "S2").add("Bus", "F1", "F2").add("Thing", "C").group("G", 1, "S1", "S2")
    plant.link("F1", "poweredBy", "S1").link("F2", "poweredBy", "S1", "S2").link("C", "poweredBy", "F1", "F2")
    assert plant.seen().out("F1").gates("C") == [("Power", None, 1, 1, True, None)]


def hub(spokes: int) -> Plant:
    """A hub with many feeders, all but one of which live on the hub itself."""
    plant = (
        Plant().add("Source", "S").add("Bus", "Hub", "In").link("In", "poweredBy", "S").link("Hub", "poweredBy", "In")
    )
    for at in range(spokes):
        plant.add("Bus", f"R{at}").link(f"R{at}", "poweredBy", "Hub").link("Hub", "poweredBy", f"R{at}")
    return plant


def test_a_hub_with_many_feeders_that_live_on_it_has_one_alternative() -> None:
    seen = hub(20).seen()
    totals = seen.structure.live.alternatives(0).totals()
    gate = next(g for g in totals if seen.structure.gates.owner[g] == seen.node("Hub"))
    assert totals[gate] == 1
    assert len(seen.out("In").stops) == 21


def test_an_alternative_that_now_lives_on_its_consumer_is_lost() -> None:
    """A ring: V between U1 (from S1) and U2 (from S2). Without S1, U1 lives on V and counts no more for it."""
    plant = Plant().add("Source", "S1", "S2").add("Bus", "U1", "U2", "V").link("U1", "poweredBy", "S1", "V")
    plant.link("U2", "poweredBy", "S2", "V").link("V", "poweredBy", "U1", "U2")
    answer = plant.seen().out("S1")
    assert answer.stops == []
    assert answer.gates("V") == [("Power", None, 1, 1, True, None)]
    assert answer.because("V") == ["S1", "U1", "V"]
    assert answer.because("U2") == ["S1", "U1", "V", "U2"]
    assert answer.loses == ["U1", "U2", "V"]


def test_new_single_points_count_what_they_now_dominate() -> None:
    plant = Plant().add("Source", "S1", "S2").add("Bus", "F1", "F2", "B").add("Thing", "C", "D")
    plant.link("F1", "poweredBy", "S1").link("F2", "poweredBy", "S2").link("B", "poweredBy", "F1", "F2")
    seen = plant.link("C", "poweredBy", "B").link("D", "poweredBy", "B").seen()
    points = seen.out("F1").impact.new_single_points()
    assert [(seen.view.iri(p.node), p.medium, p.count) for p in points] == [
        ("F2", T + "Power", 3),
        ("S2", T + "Power", 3),
    ]


# size


def test_a_chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    seen = Wide(chain=100_000).seen()
    impact = impact_of(seen.view, seen.structure, [1], ImpactQuery())
    assert impact.total() == 99_999
    assert len(impact.effects(None, 99_998, 99_999)[0].because.nodes) == 100_000


def test_a_loop_of_a_hundred_thousand_falls_with_its_entry() -> None:
    seen = Wide(chain=100_000, closed=True).seen()
    assert impact_of(seen.view, seen.structure, [0], ImpactQuery()).total() == 100_000
    assert impact_of(seen.view, seen.structure, [50_000], ImpactQuery()).total() == 50_000


def test_a_star_of_a_hundred_thousand_is_one_step() -> None:
    seen = Wide(star=100_000).seen()
    impact = impact_of(seen.view, seen.structure, [0], ImpactQuery())
    assert impact.total() == 100_000
    assert {effect.degree for effect in impact.effects(None, 0, 500)} == {1}
