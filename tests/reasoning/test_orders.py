"""Collisions of section 7b on plants worked by hand: SAME, ISOLATION, TOGETHER, undated, unknown."""

from tests.reasoning.plants import Plant, Seen, instant, moment
from thread.reasoning.orders import Collision, CollisionKind


def shown(seen: Seen, collisions: tuple[Collision, ...]) -> list[tuple[str, list[str], list[str]]]:
    return [(str(c.kind), seen.names(c.orders), seen.names(c.shares)) for c in collisions]


def skid() -> Plant:
    """Two pumps for one consumer, on two feeders; the consumer's successor needs it."""
    plant = Plant().add("Source", "F1", "F2").add("Bus", "P1", "P2").add("Thing", "C", "D").add("Position", "Seal")
    plant.link("P1", "poweredBy", "F1").link("P2", "poweredBy", "F2").link("C", "poweredBy", "P1", "P2")
    return plant.link("D", "dependsOn", "C").link("Seal", "partOf", "P1")


def among(plant: Plant) -> list[tuple[str, list[str], list[str]]]:
    seen = plant.seen()
    return shown(seen, seen.structure.orders.collisions())


def test_two_orders_on_one_thing_are_the_same_place_parts_included() -> None:
    assert among(skid().order("O1", ["P1"], 1, 3).order("O2", ["Seal"], 2, 4)) == [("SAME", ["O1", "O2"], ["Seal"])]


def test_windows_that_only_touch_do_not_overlap() -> None:
    assert among(skid().order("O1", ["P1"], 1, 2).order("O2", ["P1"], 2, 4)) == []


def test_an_order_without_an_end_is_open() -> None:
    assert len(among(skid().order("O1", ["P1"], 1).order("O2", ["P1"], 20, 40))) == 1


def test_what_one_stops_is_what_the_other_works_on() -> None:
    assert among(skid().order("O1", ["C"], 1, 3).order("O2", ["D"], 2, 4)) == [("ISOLATION", ["O1", "O2"], ["D"])]


def test_two_that_each_leave_one_pump_take_both_together() -> None:
    plant = skid().order("O1", ["P1"], 1, 3).order("O2", ["F2"], 2, 4)
    seen = plant.seen()
    (found,) = seen.structure.orders.collisions()
    assert shown(seen, (found,)) == [("TOGETHER", ["O1", "O2"], ["P1", "P2"])]
    assert found.gate is not None
    assert (seen.view.iri(found.gate.consumer), found.gate.required, found.gate.remaining) == ("C", 1, 0)
    assert (found.start, found.end) == (instant(2), instant(3))


def test_who_is_out_or_down_anyway_loses_nothing_together() -> None:
    assert among(skid().order("O1", ["P1", "C"], 1, 3).order("O2", ["P2"], 2, 4)) == []
    assert among(skid().failure("E", "C", -1.0).order("O1", ["P1"], 1, 3).order("O2", ["P2"], 2, 4)) == []


def test_two_that_do_not_overlap_take_nothing_together() -> None:
    assert among(skid().order("O1", ["P1"], 1, 2).order("O2", ["P2"], 3, 4)) == []


def test_a_group_that_can_spare_two_is_exhausted_by_three() -> None:
    plant = Plant().add("Thing", "A", "B", "C", "D", "X").group("G", 2, "A", "B", "C", "D").link("X", "dependsOn", "G")
    plant.order("O1", ["A"], 1, 9).order("O2", ["B"], 2, 8)
    assert among(plant) == []
    seen = plant.order("O3", ["C"], 3, 4).seen()
    (found,) = seen.structure.orders.collisions()
    assert shown(seen, (found,)) == [("TOGETHER", ["O1", "O2", "O3"], ["A", "B", "C"])]
    assert found.gate is not None
    assert found.gate.group == seen.node("G")


def test_a_ring_is_starved_together_though_no_gate_loses_two_feeders_directly() -> None:
    plant = Plant().add("Source", "S1", "S2").add("Bus", "U1", "U2").link("U1", "poweredBy", "S1", "U2")
    plant.link("U2", "poweredBy", "S2", "U1").order("O1", ["S1"], 1, 3).order("O2", ["S2"], 1, 3)
    assert ("TOGETHER", ["O1", "O2"], ["S1", "U2"]) in among(plant)


def test_completed_and_cancelled_orders_collide_with_nothing() -> None:
    plant = skid().order("O1", ["P1"], 1, 3, "COMPLETED").order("O2", ["P1"], 1, 3, "CANCELLED")
    assert among(plant.order("O3", ["P1"], 1, 3)) == []


def test_actual_times_stand_for_planned_ones() -> None:
    plant = skid().order("O1", ["P1"], 1, 3, "RUNNING", startedAt=moment(-1), endedAt=moment(0.5))
    assert among(plant.order("O2", ["P1"], 1, 3)) == []


def test_without_a_window_only_what_is_to_come_collides() -> None:
    plant = skid().order("O1", ["P1"], -9, -7).order("O2", ["P1"], -8, -6)
    seen = plant.seen()
    assert seen.structure.orders.collisions() == ()
    assert len(seen.structure.orders.collisions((instant(-9), instant(0)))) == 1


def test_an_outage_collides_with_the_orders_in_what_it_touches() -> None:
    """O1 stops the pump with its seal, so it takes the other's spare as the outage does."""
    plant = skid().order("O1", ["Seal"], 1, 3).order("O2", ["P2"], 1, 3).order("Far", ["F2"], 30, 31)
    seen = plant.seen()
    found = seen.out("P1", window=(instant(2), instant(5))).impact.collisions()
    assert shown(seen, found) == [
        ("SAME", ["O1"], ["Seal"]),
        ("TOGETHER", ["O1", "O2"], ["P1", "P2"]),
    ]
    assert seen.out("D", window=(instant(2), instant(5))).impact.collisions() == ()


def test_orders_without_a_start_are_listed_apart_and_impossible_ones_are_counted() -> None:
    plant = skid().order("O1", ["P1"]).order("O2", ["Seal"], 5, 3).order("O3", ["D"])
    answer = plant.seen().out("P1")
    assert answer.seen.names(answer.impact.undated_orders()) == ["O1"]
    assert answer.reasons == {"UNKNOWN_INTERVAL": ["O2"]}
    assert answer.impact.collisions() == ()


def test_kinds_are_listed_in_time_then_kind_order() -> None:
    plant = skid().order("O1", ["P1"], 3, 9).order("O2", ["P1"], 3, 9).order("O3", ["D"], 1, 9).order("O4", ["C"], 2, 9)
    seen = plant.seen()
    assert [c.kind for c in seen.structure.orders.collisions()] == [CollisionKind.ISOLATION, CollisionKind.SAME]
