"""Dependency meaning of design.md, rule by rule, on plants worked by hand."""

import pytest

from tests.reasoning.plants import Plant, T, moment
from thread.errors import InputError
from thread.terms import Iri


def boiler_house() -> Plant:
    """A unit with two furnaces for heat and one spring for water."""
    plant = Plant().add("Furnace", "F1", "F2").add("Spring", "W").add("Thing", "Unit")
    return plant.link("Unit", "heatedBy", "F1", "F2").link("Unit", "wateredBy", "W")


def test_losing_one_of_two_boilers_costs_redundancy() -> None:
    answer = boiler_house().seen().out("F1")
    assert (answer.stops, answer.loses) == ([], ["Unit"])
    assert answer.gates("Unit") == [("Heat", None, 1, 1, True, None)]


def test_losing_the_only_chiller_stops_the_unit_however_many_boilers_run() -> None:
    answer = boiler_house().seen().out("W")
    assert (answer.stops, answer.loses) == (["Unit"], [])
    assert answer.because("Unit") == ["W", "Unit"]


def test_every_depends_on_is_needed() -> None:
    seen = Plant().add("Thing", "A", "B", "C").link("C", "dependsOn", "A", "B").seen()
    assert seen.out("A").stops == ["C"]
    assert seen.out("B").stops == ["C"]


def test_what_is_hosted_stops_with_its_host() -> None:
    seen = Plant().add("Thing", "Host", "Program").link("Program", "hostedOn", "Host").seen()
    assert seen.out("Host").stops == ["Program"]


def test_supplies_in_a_medium_that_is_not_interchangeable_are_all_needed() -> None:
    seen = Plant().add("Thing", "L1", "L2", "Mixer").link("Mixer", "loadedBy", "L1", "L2").seen()
    assert seen.out("L1").stops == ["Mixer"]


def test_two_sub_properties_are_two_media() -> None:
    plant = Plant().add("Source", "S").add("Furnace", "F").add("Thing", "A")
    seen = plant.link("A", "poweredBy", "S").link("A", "heatedBy", "F").seen()
    assert seen.out("S").stops == ["A"]
    assert seen.out("F").stops == ["A"]


def test_location_carries_nothing() -> None:
    seen = Plant().add("Location", "Hall").add("Thing", "A").link("A", "locatedIn", "Hall").seen()
    assert seen.out("Hall").stops == []


def test_a_component_stops_its_whole_and_an_asset_part_does_not() -> None:
    plant = Plant().add("Thing", "Line", "Robot").add("Component", "Rotor").add("Station", "Station")
    seen = (
        plant.link("Robot", "partOf", "Line").link("Rotor", "partOf", "Robot").link("Station", "partOf", "Line").seen()
    )
    assert seen.out("Rotor").stops == ["Robot"]
    assert seen.out("Robot").stops == []
    assert seen.out("Station").stops == ["Line"]


def slot() -> Plant:
    """A machine with one position."""
    return Plant().add("Thing", "Machine").add("Position", "Slot").link("Slot", "partOf", "Machine")


def test_a_position_that_never_had_a_serial_is_healthy() -> None:
    assert slot().seen().down == []


def test_a_position_whose_serial_was_removed_and_not_replaced_is_out_of_service() -> None:
    plant = slot().add("Component", "S1").link("S1", "installedIn", "Slot", end=moment_at(-1))
    assert plant.seen().down == ["Machine", "Slot"]
    assert plant.seen(-2).down == []


def test_a_serial_that_comes_tomorrow_does_not_empty_the_position_today() -> None:
    plant = slot().add("Component", "S1").link("S1", "installedIn", "Slot", start=moment_at(1))
    assert plant.seen().down == []


def test_an_installed_serial_that_fails_stops_position_and_machine() -> None:
    plant = slot().add("Component", "S1").link("S1", "installedIn", "Slot")
    answer = plant.seen().fail("S1")
    assert answer.degrees() == {"Slot": 1, "Machine": 2}
    assert answer.because("Machine") == ["S1", "Slot", "Machine"]


def moment_at(day: float) -> int:
    from tests.reasoning.plants import instant

    return instant(day)


def failed_slot(replaced: float | None) -> Plant:
    """S1 failed a day ago; from ``replaced`` on S2 is in its place."""
    plant = slot().add("Component", "S1", "S2")
    plant.failure("E", "S1", -1.0)
    if replaced is None:
        return plant.link("S1", "installedIn", "Slot")
    plant.link("S1", "installedIn", "Slot", end=moment_at(replaced))
    return plant.link("S2", "installedIn", "Slot", start=moment_at(replaced))


def test_a_failure_is_open_until_something_closes_it() -> None:
    plant = failed_slot(None)
    assert plant.seen().down == ["Machine", "S1", "Slot"]
    assert plant.seen(-1.5).down == []


def test_a_failure_ends_when_the_failed_serial_leaves_its_position() -> None:
    plant = failed_slot(-0.5)
    assert plant.seen(-0.6).down == ["Machine", "S1", "Slot"]
    assert plant.seen(-0.5).down == []


def test_a_replacement_at_the_instant_of_the_failure_removes_the_serial_that_failed() -> None:
    plant = failed_slot(-1.0)
    assert plant.seen(-1.0).down == []
    assert plant.seen().down == []


def test_a_failure_of_a_position_is_of_the_serial_that_was_in_it_just_before() -> None:
    plant = slot().add("Component", "S1", "S2").failure("E", "Slot", -1.0, relation="occurredOn")
    plant.link("S1", "installedIn", "Slot", end=moment_at(-1)).link("S2", "installedIn", "Slot", start=moment_at(-1))
    assert plant.seen().down == []


def test_a_failure_ends_at_its_restoration() -> None:
    plant = Plant().add("Thing", "A").failure("E", "A", -2.0, restoredAt=moment(-1))
    assert plant.seen(-1.5).down == ["A"]
    assert plant.seen(-1.0).down == []


def test_a_failure_ends_when_an_order_that_addresses_it_is_completed() -> None:
    plant = Plant().add("Thing", "A").failure("E", "A", -2.0)
    plant.order("O", ["A"], status="COMPLETED", endedAt=moment(-1)).link("O", "addresses", "E")
    assert plant.seen(-1.5).down == ["A"]
    assert plant.seen(-1.0).down == []


def test_an_order_that_is_planned_restores_nothing() -> None:
    plant = Plant().add("Thing", "A").failure("E", "A", -2.0)
    assert plant.order("O", ["A"], -1.5, -1.0).link("O", "addresses", "E").seen().down == ["A"]


def test_an_alarm_is_no_failure() -> None:
    plant = Plant().add("Thing", "A").add("Event", "E").link("E", "occurredOn", "A")
    assert plant.seen().down == []


def test_where_a_failure_names_what_failed_the_asset_it_occurred_on_is_not_failed_itself() -> None:
    plant = Plant().add("Thing", "A").add("Component", "S").failure("E", "S", -1.0).link("E", "occurredOn", "A")
    assert plant.seen().down == ["S"]


# groups


def pumps(k: int) -> Plant:
    """A consumer that is watered by three springs in a group."""
    plant = Plant().add("Spring", "P1", "P2", "P3").add("Thing", "C").group("G", k, "P1", "P2", "P3")
    return plant.link("C", "wateredBy", "P1", "P2", "P3")


def test_a_group_replaces_the_links_to_its_members() -> None:
    seen = pumps(2).seen()
    assert seen.out("P1").gates("C") == [("Water", "G", 2, 2, True, None)]
    assert seen.out("P1", "P2").stops == ["C", "G"]
    assert seen.out("P1", "P2").because("C") == ["P1", "G", "C"]


def test_a_group_of_one_in_three_has_two_to_spare() -> None:
    seen = pumps(1).seen()
    assert seen.out("P1").gates("C") == [("Water", "G", 1, 2, False, None)]


def test_links_of_the_same_medium_beside_a_group_stay_alternatives() -> None:
    plant = pumps(2).add("Spring", "Spare").link("C", "wateredBy", "Spare")
    answer = plant.seen().out("P1", "P2")
    assert answer.stops == ["G"]
    assert [(*gate[:5], "Spare") for gate in answer.gates("C")] == [("Water", None, 1, 1, True, "Spare")]


def test_members_linked_in_different_media_are_one_need() -> None:
    plant = Plant().add("Source", "P").add("Furnace", "H").add("Thing", "C").group("G", 1, "P", "H")
    seen = plant.link("C", "poweredBy", "P").link("C", "heatedBy", "H").seen()
    assert seen.out("P").stops == []
    assert seen.out("P").gates("C") == [(None, "G", 1, 1, True, None)]
    assert seen.out("P", "H").stops == ["C", "G"]


def test_groups_are_members_of_groups() -> None:
    plant = Plant().add("Thing", "A1", "A2", "B1", "B2", "C").group("A", 2, "A1", "A2").group("B", 2, "B1", "B2")
    seen = plant.group("Trains", 1, "A", "B").link("C", "dependsOn", "A1", "A2", "B1", "B2").seen()
    assert seen.out("A1").stops == ["A"]
    assert seen.out("A1").gates("C") == [(None, "Trains", 1, 1, True, None)]
    assert seen.out("A1", "B2").stops == ["A", "B", "C", "Trains"]
    assert seen.out("A1", "B2").because("C") == ["A1", "A", "Trains", "C"]


def test_loss_in_an_inner_group_is_told_to_who_needs_the_outer_one() -> None:
    plant = Plant().add("Thing", "A1", "A2", "B1", "C").group("A", 1, "A1", "A2").group("Trains", 1, "A", "B1")
    answer = plant.link("C", "dependsOn", "Trains").seen().out("A1")
    assert answer.gates("C") == [(None, "A", 1, 1, True, None)]
    assert answer.because("C") == ["A1", "A", "Trains", "C"]
    assert answer.effects[next(iter(answer.effects))].degree == 3


def test_a_group_cannot_stand_for_what_its_member_needs_of_a_fellow() -> None:
    plant = Plant().add("Thing", "A", "B").group("G", 1, "A", "B").link("B", "dependsOn", "A")
    assert plant.seen().out("A").stops == ["B", "G"]


def test_parts_in_a_group_stop_their_whole_only_with_the_group() -> None:
    plant = Plant().add("Thing", "Skid").add("Position", "P1", "P2").group("G", 1, "P1", "P2")
    seen = plant.link("P1", "partOf", "Skid").link("P2", "partOf", "Skid").seen()
    assert seen.out("P1").stops == []
    assert seen.out("P1").loses == ["Skid"]


@pytest.mark.parametrize(("k", "used"), [(3, 2), (0, 1)])
def test_a_group_that_cannot_be_met_is_refused_when_strict_and_reported_when_not(k: int, used: int) -> None:
    plant = Plant().add("Thing", "A", "B", "C").group("G", k, "A", "B").link("C", "dependsOn", "G")
    assert [used] == [problem.used for problem in plant.seen().structure.problems]
    with pytest.raises(InputError, match="bad-config") as caught:
        plant.seen(strict=True)
    assert caught.value.fields["group"] == "G"


def test_a_group_of_nobody_stops_nothing() -> None:
    plant = Plant().add("Thing", "C").group("G", 1).link("C", "dependsOn", "G")
    assert plant.seen().down == []


def test_a_spare_makes_one_of_two() -> None:
    seen = (
        Plant().add("Thing", "Duty", "Spare", "C").group("G", 1, "Duty", "Spare").link("C", "dependsOn", "Duty").seen()
    )
    assert seen.out("Duty").stops == []
    assert seen.out("Duty").gates("C") == [(None, "G", 1, 1, True, None)]


# conduits, switches, media without a name


def test_a_consumer_on_two_buses_does_not_join_them() -> None:
    plant = Plant().add("Source", "S1", "S2").add("Bus", "B1", "B2").add("Thing", "C", "D")
    plant.link("B1", "wiredTo", "S1").link("B2", "wiredTo", "S2").link("C", "wiredTo", "B1", "B2")
    answer = plant.link("D", "wiredTo", "B1").seen().out("S1")
    assert (answer.stops, answer.loses) == (["B1", "D"], ["C"])


def test_conduits_carry_either_way() -> None:
    plant = Plant().add("Source", "S").add("Bus", "B1", "B2").add("Thing", "D")
    plant.link("S", "wiredTo", "B1").link("B2", "wiredTo", "B1").link("D", "wiredTo", "B2")
    assert plant.seen().out("S").degrees() == {"B1": 1, "B2": 2, "D": 3}


@pytest.mark.parametrize(("kind", "state", "down"), [
    ("Valve", "OPEN", []), ("Valve", "CLOSED", ["C"]), ("Switch", "CLOSED", []), ("Switch", "OPEN", ["C"]),
])  # fmt: skip
def test_an_operated_element_in_the_wrong_state_carries_nothing_though_it_is_healthy(
    kind: str, state: str, down: list[str]
) -> None:
    plant = Plant().add("Source", "S").add(kind, "X", state=state).add("Thing", "C")
    assert down == plant.link("X", "poweredBy", "S").link("C", "poweredBy", "X").seen().down


def test_a_state_that_is_not_known_conducts() -> None:
    plant = Plant().add("Source", "S").add("Valve", "X").add("Thing", "C")
    assert plant.link("X", "poweredBy", "S").link("C", "poweredBy", "X").seen().down == []


@pytest.mark.parametrize(("state", "stops", "loses"), [("OPEN", [], ["C"]), ("CLOSED", ["C"], [])])
def test_an_open_bypass_keeps_the_consumer_up(state: str, stops: list[str], loses: list[str]) -> None:
    plant = Plant().add("Source", "S").add("Bus", "Duty").add("Valve", "Bypass", state=state).add("Thing", "C")
    seen = (
        plant.link("Duty", "poweredBy", "S")
        .link("Bypass", "poweredBy", "S")
        .link("C", "poweredBy", "Duty", "Bypass")
        .seen()
    )
    assert (stops, loses) == (seen.out("Duty").stops, seen.out("Duty").loses)


def test_the_state_of_a_switch_has_its_time() -> None:
    plant = Plant().add("Source", "S").add("Switch", "X").add("Thing", "C")
    plant.set("X", "state", "CLOSED").set("X", "state", "OPEN", start=moment_at(-1))
    plant.link("X", "poweredBy", "S").link("C", "poweredBy", "X")
    assert plant.seen(-2).down == []
    assert plant.seen().down == ["C"]


def test_a_link_without_a_medium_takes_what_the_feeder_produces() -> None:
    plant = (
        Plant().add("Source", "S1", "S2").add("Thing", "C").link("C", "poweredBy", "S1").link("C", "suppliedWith", "S2")
    )
    assert plant.seen().out("S1").gates("C") == [("Power", None, 1, 1, True, None)]


def test_a_link_without_a_medium_takes_what_the_feeder_receives_and_passes_on() -> None:
    plant = (
        Plant().add("Spring", "W").add("Valve", "V").add("Bus", "Pipe").add("Thing", "C").link("V", "wateredBy", "W")
    )
    seen = plant.link("Pipe", "suppliedWith", "V").link("C", "suppliedWith", "Pipe").link("C", "wateredBy", "W").seen()
    assert seen.out("V").gates("C") == [("Water", None, 1, 1, True, "W")]
    assert seen.structure.unnamed == ()


def test_a_conductor_passes_on_all_that_it_receives_also_what_nobody_named() -> None:
    plant = Plant().add("Source", "S").add("Bus", "Tank", "Pipe").add("Thing", "C").link("Pipe", "poweredBy", "S")
    seen = plant.link("Pipe", "suppliedWith", "Tank").link("C", "suppliedWith", "Pipe").seen()
    gates, media = seen.structure.gates, seen.structure.media.iris
    owned = range(gates.of_start[seen.node("C")], gates.of_start[seen.node("C") + 1])
    assert [media[gates.medium[gate]] for gate in owned] == [T + "Bus", T + "Power"]


def test_like_covers_like_and_unlike_never_does() -> None:
    plant = Plant().add("Thing", "T1", "T2", "C").add("Fan", "F1", "F2")
    seen = plant.link("C", "suppliedWith", "T1", "T2", "F1", "F2").seen()
    assert seen.out("T1", "F1").stops == []
    assert seen.out("F1", "F2").stops == ["C"]
    assert {(T + "Thing"), (T + "Air")} == {each.medium for each in seen.structure.unnamed}
    assert len(seen.structure.unnamed) == 4


def test_a_producer_needs_none_of_what_it_produces() -> None:
    plant = Plant().add("Source", "S").add("Thing", "Generator", "C").set("Generator", "produces", Iri(T + "Power"))
    seen = plant.link("Generator", "poweredBy", "S").link("C", "poweredBy", "Generator").seen()
    assert seen.out("S").stops == []
