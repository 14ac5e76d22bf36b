"""Own health, laws and answers, each on a plant worked by hand."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.reasoning.health.nets import lawful, named
from tests.reasoning.plants import Plant, moment
from thread.errors import InputError
from thread.facts import parts_of
from thread.ontology import load_ontology
from thread.ontology.shapes import Checker
from thread.reasoning.health.answer import Grade, Health
from thread.reasoning.health.own import findings_of
from thread.reasoning.health.part import findings_about
from thread.reasoning.structure import compile_structure
from thread.terms import THR


def asked(plant: Plant, name: str, day: float = 0.0) -> Health:
    view = plant.view(day)
    return Health(compile_structure(view), view.find(name))


def rule(one: Health) -> str:
    return one.contributions()[0].rule.removeprefix(THR)


@pytest.mark.parametrize(("severity", "score"), [("CRITICAL", 0.3), ("MAJOR", 0.6), ("MINOR", 0.9)])
def test_an_open_corrective_order_caps_what_it_is_on_by_its_severity(severity: str, score: float) -> None:
    plant = Plant().add("Thing", "A", "B").link("B", "dependsOn", "A")
    plant.order("W", ["A"], status="RUNNING", orderType="CORRECTIVE", severity=severity)
    one = asked(plant, "B")
    assert (one.score, one.own) == (score, None)
    assert rule(one) == f"{severity.capitalize()}Order"
    assert [str(one.view.iri(node)) for node in one.contributions()[0].evidence] == ["W"]


@pytest.mark.parametrize("more", [{"status": "COMPLETED"}, {"status": "CANCELLED"}, {"orderType": "PREVENTIVE"}])
def test_other_orders_cap_nothing(more: dict[str, str]) -> None:
    said = {"status": "RUNNING", "orderType": "CORRECTIVE", "severity": "CRITICAL"} | more
    one = asked(Plant().add("Thing", "A").order("W", ["A"], **said), "A")  # type: ignore[arg-type]  # texts
    assert one.upper == 1.0


def test_an_open_failure_is_health_zero_until_it_is_restored() -> None:
    plant = Plant().add("Thing", "A").failure("E", "A", -1.0).set("E", "restoredAt", moment(2))
    assert asked(plant, "A", -2).score is None
    assert (asked(plant, "A").score, asked(plant, "A").grade) == (0.0, Grade.FAILED)
    assert (asked(plant, "A", 3).score, asked(plant, "A", 3).grade) == (1.0, Grade.GOOD)


@pytest.mark.parametrize(("late", "score"), [(-5, 1.0), (0, 1.0), (5, 0.75), (10, 0.5), (99, 0.5)])
def test_overdue_maintenance_takes_at_most_half(late: float, score: float) -> None:
    plant = Plant().add("Thing", "A").set("A", "maintenanceDue", moment(-late))
    assert asked(plant.set("A", "maintenanceIntervalHours", Decimal(240)), "A").score == score


def test_maintenance_that_was_done_is_due_again_after_the_interval() -> None:
    plant = Plant().add("Thing", "A").set("A", "maintenanceDue", moment(-20))
    plant.set("A", "maintenanceIntervalHours", Decimal(240))
    plant.order("W", ["A"], -9, -8, status="COMPLETED", orderType="PREVENTIVE")
    assert asked(plant, "A").score == 1.0
    assert asked(plant, "A", 7).score == 0.75


def test_age_never_pulls_below_its_collar() -> None:
    plant = Plant().add("Component", "S").add("Position", "P").set("S", "expectedLifeHours", Decimal(2400))
    plant.link("S", "installedIn", "P", start=moment_us(-50))
    assert asked(plant, "P").score == 0.75
    assert asked(plant, "P", 1000).score == 0.5


def moment_us(day: float) -> int:
    from tests.reasoning.plants import instant

    return instant(day)


@pytest.mark.parametrize(("value", "score"), [(0.0, 1.0), (1.4, 0.85), (2.8, 0.7), (4.5, 0.4), (5.8, 0.2), (9.0, 0.0)])
def test_an_indicator_tells_by_its_bands(value: float, score: float) -> None:
    assert asked(Plant().add("Thing", "A", vibration=value), "A").score == pytest.approx(score)


def test_indicators_of_one_mode_corroborate_and_the_worst_mode_counts() -> None:
    assert asked(Plant().add("Thing", "A", vibration=2.8, noise=60.0), "A").score == pytest.approx(0.7)
    assert asked(Plant().add("Thing", "A", vibration=2.8, oilWater=200.0), "A").score == pytest.approx(0.4)


def test_a_stale_value_counts_and_widens() -> None:
    plant = Plant().add("Thing", "A").set("A", "vibration", 0.0, start=moment_us(-1))
    fresh, stale = asked(plant, "A"), asked(plant, "A", 1.5)
    assert (fresh.score, fresh.low, fresh.stale) == (1.0, 1.0, False)
    assert (stale.score, stale.low, stale.stale) == (1.0, 0.5, True)


def test_nothing_known_is_no_score_and_one_thing_known_is_its_share() -> None:
    plant = Plant().add("Thing", "A", "B", "C").link("A", "dependsOn", "B", "C")
    one = asked(plant, "A")
    assert (one.score, one.low, one.known, one.grade) == (None, None, 0.0, Grade.UNKNOWN)
    one = asked(plant.set("B", "vibration", 0.0), "A")
    assert (one.score, one.low, one.known, one.grade) == (1.0, 0.5, 0.5, Grade.GOOD)
    assert one.view.iris(one.missing) == ["C"]


def test_lt1_a_shared_leaf_is_counted_once() -> None:
    plant = Plant().add("Thing", "a", "b", "c", "x", "y", "both").link("x", "dependsOn", "a", "b")
    plant.link("y", "dependsOn", "a", "c").link("both", "dependsOn", "x", "y").group("either", 1, "x", "y")
    _, found = named(plant.add("Thing", "user").link("user", "dependsOn", "either"), {"a": 0.9, "b": 0.95, "c": 0.95})
    assert [found[name].upper for name in ("x", "y", "user")] == [0.9, 0.9, 0.9]


def test_lt2_the_loss_is_shared_as_at_an_airport() -> None:
    plant = Plant().add("Thing", "L", "bearing", "seal", "motor").link("L", "dependsOn", "bearing", "seal", "motor")
    _, found = named(plant, {"bearing": 0.62, "seal": 0.8, "motor": 0.95})
    assert [round(each.delta, 4) for each in found["L"].contributions()] == [0.2717, 0.0917, 0.0167]
    assert [round(step.score, 9) for step in found["L"].ladder()] == [0.8, 0.95, 1.0]


def test_two_spares_share_what_only_both_can_lose() -> None:
    plant = Plant().add("Thing", "L", "p", "q").group("G", 1, "p", "q").link("L", "dependsOn", "G")
    _, found = named(plant, {"p": 0.2, "q": 0.6})
    assert found["L"].upper == 0.6
    assert [round(each.delta, 9) for each in found["L"].contributions()] == [0.2, 0.2]
    assert len(found["L"].cause) == 2


@pytest.mark.parametrize(
    ("law", "weight", "score"),
    [("HARD", None, 0.25), ("CAP", 0.5, 0.5), ("SLACK", 0.25, 0.5), ("MIX", 0.5, 0.625), ("NOTHING", None, 1.0)],
)
def test_a_link_carries_by_its_own_law(law: str, weight: float | None, score: float) -> None:
    plant = lawful(Plant().add("Thing", "A", "B"), "A", "dependsOn", "B", law, weight)
    assert named(plant, {"B": 0.25})[1]["A"].upper == score


def test_lt3_fdna_strengths_and_criticalities_are_mix_and_slack_by_hand() -> None:
    """The worst of laws on one link each: SOD .75 as a mix, COD 20 as a slack of .2; no mean is taken."""
    plant = Plant().add("Thing", "N1", "N2", "N3")
    lawful(plant, "N2", "dependsOn", "N1", "MIX", 0.75)
    lawful(plant, "N3", "dependsOn", "N1", "SLACK", 0.2)
    _, found = named(plant, {"N1": 0.0})
    assert (found["N2"].upper, found["N3"].upper) == (0.25, 0.2)


@pytest.mark.parametrize(
    ("law", "weight"), [("HARDER", None), ("MIX", None), ("MIX", 1.5), ("CAP", -0.1), ("HARD", 0.5), ("mix", 0.5)]
)
def test_a_law_that_cannot_be_meant_is_refused_when_it_is_said(law: str, weight: float | None) -> None:
    plant = lawful(Plant().add("Thing", "A", "B"), "A", "dependsOn", "B", law, weight)
    view = plant.view()
    faults = Checker(view.ontology).check(parts_of(plant.facts), lambda iris: [None for _ in iris])
    said = [fault for fault in faults if "carries" in fault.message]  # the names of these plants are no IRIs
    assert [fault.code for fault in said] == ["bad-value"]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ('my:x a owl:DatatypeProperty, thr:Indicator ; rdfs:range xsd:double ; thr:bands "1 2 2 3" .', "bad-bands"),
        ('my:x a owl:DatatypeProperty, thr:Indicator ; rdfs:range xsd:double ; thr:bands "1 2 3" .', "bad-bands"),
        ("my:x a owl:DatatypeProperty, thr:Indicator ; rdfs:range xsd:double .", "bad-bands"),
        ("thr:MajorOrder thr:capsAt 1.5 .", "bad-weight"),
        ("thr:PoorGrade thr:capsAt 0.9 .", "bad-weight"),
        ("thr:OpenFailure thr:capsAt 0.1 .", "wrong-place"),
        ("my:K rdfs:subClassOf thr:Asset ; thr:carries [ thr:law thr:Mix ; thr:weight 2 ] .", "bad-weight"),
        ("my:K rdfs:subClassOf thr:Asset ; thr:carries [ thr:law thr:Mean ] .", "unknown-law"),
        ("my:m rdfs:subPropertyOf thr:memberOf ; thr:carries [ thr:law thr:Cap ; thr:weight 0.5 ] .", "unknown-law"),
    ],
)
def test_bad_configuration_is_refused_with_file_and_subject(tmp_path: Path, words: str, rule: str) -> None:
    prefixes = (
        "@prefix my: <urn:my#> . @prefix thr: <urn:thread:ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    )
    file = tmp_path / "mine.ttl"
    file.write_text(prefixes + words)
    with pytest.raises(InputError) as caught:
        load_ontology([file])
    rules = {problem.rule: problem for problem in caught.value.fields["problems"]}
    assert rule in rules
    assert rules[rule].subject


def test_what_is_found_of_a_few_is_what_is_found_of_all() -> None:
    from random import Random

    for seed in range(40):
        random, plant = (
            Random(seed),
            Plant().add("Thing", "a", "b").add("Position", "p", "q").add("Component", "s", "t"),
        )
        things = ["a", "b", "p", "q", "s", "t"]
        plant.link("s", "installedIn", "p", start=moment_us(-50), end=moment_us(random.choice((-20, 20))))
        plant.link("t", "installedIn", "q", start=moment_us(-30))
        plant.set(random.choice("st"), "expectedLifeHours", Decimal(1200))
        for at in range(4):
            plant.failure(
                f"e{at}", random.choice(things), random.choice((-25, -5, 3)), random.choice(("failureOf", "occurredOn"))
            )
            status = random.choice(("RUNNING", "COMPLETED"))
            kind = random.choice(("CORRECTIVE", "PREVENTIVE"))
            plant.order(
                f"w{at}", [random.choice(things)], -4, random.choice((-2, 2)), status, orderType=kind, severity="MAJOR"
            )
            if random.random() < 0.5:
                plant.link(f"w{at}", "addresses", f"e{random.randint(0, at)}")
            plant.set(random.choice(things), "maintenanceIntervalHours", Decimal(100))
        view = plant.view()
        every = findings_of(view, view.kinds())
        nodes = np.array(sorted(view.find(name) for name in random.sample(things, 3)), np.int32)
        found = findings_about(view, nodes, view.size)
        mine = np.isin(every.node, nodes)
        assert all(np.array_equal(a[mine], b) for a, b in zip(every.columns, found.columns, strict=True))
