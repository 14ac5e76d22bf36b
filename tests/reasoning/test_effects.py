"""Effects of section 7b: scope, one list each, sensors, what was down before, pages, completeness."""

from tests.reasoning.plants import Plant, Seen
from thread.reasoning.answers import Budget
from thread.reasoning.impact import EffectKind, ImpactQuery, impact_of


def machine() -> Plant:
    """A machine with a slot and a serial, watched by sensors that hang on a panel."""
    plant = Plant().add("Source", "Panel").add("Thing", "M", "N").add("Position", "Slot").add("Component", "Serial")
    plant.link("Slot", "partOf", "M").link("Serial", "installedIn", "Slot").link("N", "dependsOn", "M")
    plant.add("Sensor", "V", observedProperty="vibration").link("V", "monitors", "M").link("V", "poweredBy", "Panel")
    plant.add("Sensor", "W", observedProperty="vibration").link("W", "monitors", "M", "N")
    plant.add("Sensor", "X", observedProperty="heat").link("X", "monitors", "N").link("X", "hostedOn", "Slot")
    return plant


def test_out_of_service_takes_parts_and_serials_and_they_are_no_effects() -> None:
    answer = machine().seen().out("M")
    assert answer.seen.names(answer.impact.scope) == ["M", "Serial", "Slot"]
    assert answer.stops == ["N"]


def test_fail_takes_the_target_only() -> None:
    answer = machine().seen().fail("M")
    assert answer.seen.names(answer.impact.scope) == ["M"]
    assert answer.stops == ["N"]


def test_a_sensor_goes_dark_with_its_host_or_with_all_that_it_watches() -> None:
    answer = machine().seen().out("M")
    assert answer.dark == {"V": "TARGET_OUT", "W": "TARGET_OUT", "X": "SENSOR_DOWN"}
    assert answer.degrees(EffectKind.GOES_DARK) == {"V": 1, "W": 1, "X": 1}
    assert answer.because("X") == ["M", "Slot", "X"]
    assert answer.because("V") == ["M", "V"]


def test_a_sensor_that_still_has_something_to_watch_does_not_go_dark() -> None:
    plant = Plant().add("Thing", "A", "B").add("Sensor", "V").link("V", "monitors", "A", "B")
    assert plant.seen().out("A").dark == {}
    assert plant.failure("E", "B", -1.0).seen().out("A").dark == {"V": "TARGET_OUT"}


def test_a_sensor_goes_dark_with_its_supply_and_its_target_is_observed_by_nothing() -> None:
    seen = machine().seen()
    answer = seen.out("Panel")
    assert answer.dark == {"V": "SENSOR_DOWN"}
    assert answer.impact.observed_by_nothing() == ()
    assert seen.names(seen.out("Panel", "W").impact.observed_by_nothing()) == ["M", "N"]


def test_a_failure_mode_that_no_sensor_shows_any_more_leaves_a_thing_unobserved() -> None:
    plant = Plant().add("Thing", "M").add("FailureMode", "Wear").add("Sensor", "A", "B", observedProperty="heat")
    seen = plant.link("A", "monitors", "M").link("B", "monitors", "M").link("A", "detects", "Wear").seen()
    assert seen.names(seen.out("A").impact.observed_by_nothing()) == ["M"]
    assert seen.out("B").impact.observed_by_nothing() == ()


def test_a_sensor_in_scope_is_listed_as_dark() -> None:
    plant = Plant().add("Thing", "M").add("Sensor", "V").link("V", "monitors", "M").link("V", "partOf", "M")
    answer = plant.seen().out("M")
    assert answer.dark == {"V": "SENSOR_DOWN"}
    assert answer.because("V") == ["M", "V"]
    assert answer.degrees(EffectKind.GOES_DARK) == {"V": 0}


def test_a_sensor_with_two_supplies_never_shows_as_losing_redundancy() -> None:
    plant = Plant().add("Source", "S1", "S2").add("Sensor", "V").link("V", "poweredBy", "S1", "S2")
    assert plant.seen().out("S1").effects == {}


def test_what_was_down_before_is_not_said_to_stop() -> None:
    plant = machine().failure("E", "N", -1.0)
    answer = plant.seen().out("M")
    assert answer.stops == []
    assert answer.seen.names(answer.impact.already_down()) == ["N"]


def test_an_outage_of_what_is_down_stops_nothing_more() -> None:
    answer = machine().failure("E", "M", -1.0).seen().out("M")
    assert answer.stops == []
    assert answer.seen.names(answer.impact.already_down()) == ["M", "N"]


def test_an_order_takes_nothing_out_by_itself() -> None:
    assert machine().order("O", ["M"], -1, 1, "RUNNING").seen().down == []


def test_before_and_after_are_boolean() -> None:
    effects = machine().seen().out("M").effects
    assert {(kind, each.before, each.after) for (kind, _), each in effects.items()} == {
        (EffectKind.STOPS, 1.0, 0.0), (EffectKind.GOES_DARK, 1.0, 0.0), (EffectKind.GOES_DARK, 1.0, 1.0),
    }  # fmt: skip


def line(length: int = 9) -> Seen:
    plant = Plant().add("Thing", *(f"n{at}" for at in range(length)))
    for at in range(length - 1):
        plant.link(f"n{at + 1}", "dependsOn", f"n{at}")
    return plant.seen()


def test_pages_follow_each_other_in_kind_degree_and_iri_order() -> None:
    seen = machine().seen()
    impact = seen.out("M").impact
    whole = impact.effects(None, 0, 100)
    assert [each for at in range(len(whole)) for each in impact.effects(None, at, at + 1)] == whole
    order = list(EffectKind)
    keys = [(order.index(each.effect), each.degree, seen.view.iri(each.node)) for each in whole]
    assert keys == sorted(keys)
    for at, each in enumerate(whole):
        assert impact.position(each.effect, each.degree, seen.view.iri(each.node)) == at + 1


def test_counts_are_of_effect_and_kind() -> None:
    seen = machine().seen()
    names = {(str(effect), seen.view.ontology.kinds[kind].name): n for effect, kind, n in seen.out("M").impact.counts()}
    assert names == {("STOPS", "Thing"): 1, ("GOES_DARK", "Sensor"): 3}


def test_a_depth_that_cuts_says_so() -> None:
    answer = line().out("n0", max_depth=3)
    assert answer.stops == ["n1", "n2", "n3"]
    assert (answer.impact.completeness.complete, answer.impact.completeness.exhausted_to_depth) == (False, 3)
    assert list(answer.reasons) == ["MAX_DEPTH"]
    assert line(4).out("n0", max_depth=3).impact.completeness.complete


def test_a_link_budget_gives_a_part_of_the_answer_and_says_so() -> None:
    seen = line(50)
    impact = impact_of(seen.view, seen.structure, [seen.node("n0")], ImpactQuery(), Budget(links=5))
    assert 0 < impact.total() < 49
    assert [str(reason.code) for reason in impact.completeness.reasons] == ["LINK_BUDGET"]
    assert seen.out("n0").impact.total() == 49


def test_a_question_leaves_nothing_behind() -> None:
    seen = machine().seen()
    first = seen.out("M").effects
    seen.out("Panel", "W")
    assert seen.out("M").effects == first


def test_unknown_targets_stop_nothing() -> None:
    seen = machine().seen()
    impact = impact_of(seen.view, seen.structure, [-1], ImpactQuery())
    assert (impact.targets, impact.total(), impact.completeness.complete) == ((), 0, True)
