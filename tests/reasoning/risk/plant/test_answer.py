"""Risk on the plant: exact by enumeration of the definition, shares that sum, laws that are read, never invented."""

from decimal import Decimal
from math import exp, expm1

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import DAY, HOUR, Plant, instant
from tests.reasoning.risk.plant.words import (
    HOURS,
    enumerated,
    killing,
    sharing,
    station,
    wearing,
    wears,
)
from thread.errors import LimitError
from thread.projection import OverlayView
from thread.reasoning.answers import Budget, IncompleteCode
from thread.reasoning.risk.plant.answer import Risk
from thread.reasoning.risk.plant.causes import Cause, posterior
from thread.reasoning.risk.plant.first import first_of
from thread.reasoning.risk.plant.throws import thrown
from thread.reasoning.risk.probability import Method
from thread.reasoning.whatif import Change, ChangeKind, lay, overlaid

QUICK, SOAK = 20, 600


def agrees(seed: int) -> None:
    """P10 to P12: probability, importances, shares and bounds of one thing of a random plant."""
    seen, top, chances = wearing(seed)
    risk = Risk(seen.structure, top, HOURS)
    down = {node: 1.0 for node in range(seen.view.size) if seen.structure.own[node]}
    known = {**chances, **down}
    truth = enumerated(seen.view, top, chances)
    found = risk.probability
    assert found.method is Method.EXACT
    assert found.value == pytest.approx(truth, abs=1e-12)
    if risk.down_now:
        return
    assert sum(each.share for each in risk.events) == pytest.approx(truth, abs=1e-12)
    for each in risk.events:
        node, q = each.event.node, each.importance.probability
        assert q == pytest.approx(known.get(node, 0.0), abs=1e-12)
        if node in chances and node not in down:
            up, out = (enumerated(seen.view, top, chances, {node: failed}) for failed in (False, True))
            assert each.importance.birnbaum == pytest.approx(out - up, abs=1e-12)
            assert truth == pytest.approx(q * out + (1 - q) * up, abs=1e-12)
    outside = set(chances) - {each.event.node for each in risk.events}
    for node in outside:
        assert enumerated(seen.view, top, chances, {node: True}) == pytest.approx(truth, abs=1e-12)
    for tables in (1, 30):
        rough = Risk(seen.structure, top, HOURS, tables=tables).probability
        assert rough.low - 1e-12 <= truth <= rough.high + 1e-12


@pytest.mark.parametrize("seed", range(QUICK))
def test_risk_is_that_of_all_states_by_the_definition(seed: int) -> None:
    agrees(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(QUICK, QUICK + SOAK))
def test_risk_of_many_plants_is_that_of_all_states(seed: int) -> None:
    agrees(seed)


@pytest.mark.parametrize("seed", range(12))
def test_cut_sets_and_single_points_are_those_found_by_trying(seed: int) -> None:
    seen, top, _ = wearing(seed)
    risk = Risk(seen.structure, top, HOURS)
    could = [node for node in risk.wiring.nodes if risk._model.could[node] and not seen.structure.own[node]]
    found = killing(seen.view, top, could, 2)
    counts, sets = risk.cut_sets(2)
    assert {frozenset(event.node for event in each) for each in sets} == {each for each in found if each}
    assert sum(counts.counts[:3]) == len(found)
    assert set(risk.single_points) == {node for each in found if len(each) == 1 for node in each}


@pytest.mark.parametrize("seed", range(6))
def test_throws_over_the_live_set_hold_the_truth_and_repeat(seed: int) -> None:
    seen, top, chances = wearing(seed)
    risk = Risk(seen.structure, top, HOURS)
    if risk.down_now:
        return
    truth = enumerated(seen.view, top, chances)
    found = thrown(seen.structure, top, risk.leaves, Budget(), throws=2_000, seed=3)
    assert found == thrown(seen.structure, top, risk.leaves, Budget(), throws=2_000, seed=3)
    assert found.low - 1e-9 <= truth <= found.high + 1e-9
    late = thrown(seen.structure, top, risk.leaves, Budget(deadline=0.0))
    assert late.low - 1e-9 <= truth <= late.high + 1e-9


def test_a_loop_over_budget_is_bounded_and_its_ranking_refused() -> None:
    plant = Plant().add("Source", "source").add("Bus", "a", "b").add("Thing", "c")
    plant.link("a", "poweredBy", "source", "b").link("b", "poweredBy", "a").link("c", "poweredBy", "b")
    for name in ("source", "a", "b", "c"):
        wears(plant, name, 0.1)
    seen = plant.seen()
    risk = Risk(seen.structure, seen.node("c"), HOURS, tables=1)
    exact = Risk(seen.structure, seen.node("c"), HOURS).probability.value
    assert exact == pytest.approx(1 - 0.9**4)
    assert risk.probability.method in (Method.BOUNDED, Method.SAMPLED)
    assert risk.probability.low <= exact <= risk.probability.high
    with pytest.raises(LimitError, match="table entries"):
        _ = risk.events
    assert set(risk.single_points) == {seen.node(name) for name in ("source", "a", "b", "c")}


# -- P13, P14


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=4))
def test_all_of_a_group_is_a_series_and_one_of_it_is_parallel(chances: list[float]) -> None:
    works = product = 1.0
    for q in chances:
        works, product = works * (1 - q), product * q
    for k, truth in ((len(chances), 1 - works), (1, product)):
        seen = station(sharing(0.0), chances, k)
        assert Risk(seen.structure, seen.node("line"), HOURS).probability.value == pytest.approx(truth, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 0.9), min_size=2, max_size=4), st.floats(0.05, 0.5))
def test_beta_is_a_share_from_independent_to_one_fate(chances: list[float], step: float) -> None:
    def of(beta: float, given: list[float]) -> Risk:
        seen = station(sharing(round(beta, 4)), given, 1)
        return Risk(seen.structure, seen.node("line"), HOURS)

    product = 1.0
    for q in chances:
        product *= q
    assert of(0.0, chances).probability.value == pytest.approx(product, rel=1e-9)
    alike = [chances[0]] * len(chances)
    assert of(1.0, alike).probability.value == pytest.approx(chances[0], rel=1e-9), "one fate: no redundancy left"
    low, high = of(step, chances).probability.value, of(2 * step, chances).probability.value
    assert product <= low * (1 + 1e-9)
    assert low <= high * (1 + 1e-9)
    found = of(step, chances)
    (shared,) = [each for each in found.events if each.event.cause is Cause.SHARED]
    assert shared.importance.probability == pytest.approx(round(step, 4) * min(chances), rel=1e-9)
    assert sum(each.share for each in found.events) == pytest.approx(found.probability.value, rel=1e-9)


@pytest.mark.parametrize("beta", [0.0, 0.1, 0.7, 1.0])
def test_nothing_fails_more_often_than_its_law_says_whatever_is_shared(beta: float) -> None:
    seen = station(sharing(beta), [0.1, 0.4, 0.4], 1)
    for at, chance in enumerate([0.1, 0.4, 0.4]):
        model = Risk(seen.structure, seen.node(f"p{at}"), HOURS)
        assert model.probability.value == pytest.approx(chance)
    whole = Risk(seen.structure, seen.node("line"), HOURS)
    gates, known = whole.leaves.gates, whole.leaves.probabilities
    for at, chance in enumerate([0.1, 0.4, 0.4]):
        works = 1.0
        for item in gates[f"o{seen.node(f'p{at}')}"].inputs if beta else [f"o{seen.node(f'p{at}')}"]:
            works *= 1 - known[item]
        assert 1 - works == pytest.approx(chance)


@pytest.mark.parametrize(("failures", "expected"), [(0, 0.0), (0, 2.0), (1, 0.3), (4, 0.5)])
def test_the_posterior_is_bayes_rule_with_poisson_failures(failures: int, expected: float) -> None:
    prior, hazard = 0.05, 6.0

    def poisson(mean: float) -> float:
        return exp(-mean) * mean**failures

    worse, better = prior * poisson(hazard * expected), (1 - prior) * poisson(expected)
    truth = worse / (worse + better) if expected else None
    found = posterior(prior, hazard, failures, expected)
    assert found == pytest.approx(truth if truth is not None else prior)


def test_failures_of_a_batch_raise_what_is_believed_of_it_and_the_risk() -> None:
    risks = []
    for failures in (0, 2):
        seen = station(sharing(0.0, 0.1, 5.0), [0.1, 0.1], 1, failures=failures)
        risk = Risk(seen.structure, seen.node("line"), HOURS)
        (belief,) = risk.beliefs
        assert belief.failures == failures
        p = belief.posterior
        one = [1 - 0.9 * (1 - (1 - 0.9**4) * worse) for worse in (0, 1)]
        assert risk.probability.value == pytest.approx((1 - p) * one[0] ** 2 + p * one[1] ** 2)
        risks.append((p, risk.probability.value))
    assert risks[0] < risks[1]


# -- laws of life


def test_a_worn_thing_fails_by_its_law_given_the_hours_that_it_has_run() -> None:
    plant = Plant().add("DesignRevision", "d", weibullShape=2.0, weibullScaleHours=1000.0)
    plant.add("Component", "x").add("Position", "p").link("x", "madeTo", "d")
    plant.link("x", "installedIn", "p", start=instant(-10), end=instant(-5)).link(
        "x", "installedIn", "p", start=instant(-2)
    )
    seen = plant.seen()
    (event,) = Risk(seen.structure, seen.node("x"), HOURS).events
    assert event.life is not None
    assert event.life.age_hours == pytest.approx(7 * DAY / HOUR)
    assert event.importance.probability == pytest.approx(-expm1(-((268 / 1000) ** 2 - (168 / 1000) ** 2)))


def test_hazards_of_modes_add_up_and_a_law_of_the_revision_comes_before_them() -> None:
    plant = Plant().add("FailureMode", "m1", weibullShape=1.0, weibullScaleHours=100.0)
    plant.add("FailureMode", "m2", weibullShape=1.0, weibullScaleHours=50.0).add("FailureMode", "silent")
    plant.add("ProductDesign", "d").link("d", "hasMode", "m1", "m2", "silent")
    plant.add("DesignRevision", "r", "own")
    plant.link("r", "revisionOf", "d").link("own", "revisionOf", "d")
    plant.set("own", "weibullShape", 1.0).set("own", "weibullScaleHours", 200.0)
    plant.add("Thing", "a", "b").link("a", "madeTo", "r").link("b", "madeTo", "own")
    seen = plant.seen()
    chance = {n: Risk(seen.structure, seen.node(n), HOURS).probability.value for n in "ab"}
    assert chance == {"a": pytest.approx(-expm1(-3.0)), "b": pytest.approx(-expm1(-0.5))}


def test_what_nobody_says_is_named_and_not_invented() -> None:
    plant = Plant().add("Thing", "pump", "line").link("line", "dependsOn", "pump").add("DesignRevision", "half")
    plant.set("half", "weibullShape", 2.0).link("pump", "madeTo", "half")
    seen = plant.seen()
    risk = Risk(seen.structure, seen.node("line"), HOURS)
    assert risk.probability.value == 0.0
    (reason,) = risk.completeness.reasons
    assert (reason.code, seen.names(reason.nodes)) == (IncompleteCode.NO_LIFE_DATA, ["line", "pump"])
    assert not risk.completeness.complete


def test_an_unknown_age_is_said_where_age_matters() -> None:
    plant = Plant().add("DesignRevision", "d", weibullShape=2.0, weibullScaleHours=100.0).add("Thing", "a", "b")
    plant.link("a", "madeTo", "d").link("b", "madeTo", "d").set("b", "age", Decimal("0.5"))
    seen = plant.seen()
    codes = {n: [r.code for r in Risk(seen.structure, seen.node(n), 10.0).completeness.reasons] for n in "ab"}
    assert codes == {"a": [IncompleteCode.UNKNOWN_AGE], "b": []}


def test_what_is_down_now_is_certain() -> None:
    plant = Plant().add("Thing", "a", "b", "line").group("g", 1, "a", "b").link("line", "dependsOn", "g")
    plant.failure("f", "a", -1)
    wears(plant, "b", 0.25)
    seen = plant.seen()
    risk = Risk(seen.structure, seen.node("line"), HOURS)
    assert risk.probability.value == pytest.approx(0.25)
    assert Risk(seen.structure, seen.node("a"), HOURS).probability.value == 1.0
    _, sets = risk.cut_sets(1)
    assert [[str(seen.view.iri(event.node)) for event in each] for each in sets] == [["b"], ["line"]]


def test_the_risk_of_a_scenario_is_that_of_the_plant_it_would_be() -> None:
    plant = Plant().add("Thing", "a", "b", "line").group("g", 1, "a", "b").link("line", "dependsOn", "g")
    for name, chance in (("a", 0.5), ("b", 0.25)):
        wears(plant, name, chance)
    seen = plant.seen()

    def of(kind: ChangeKind, name: str, score: float = 1.0) -> float:
        laid = lay(seen.view, [(0, Change(kind, (seen.node(name),), score=score))])
        after = overlaid(seen.structure, OverlayView(seen.view, laid.overlay))
        return Risk(after, seen.node("line"), HOURS).probability.value

    assert Risk(seen.structure, seen.node("line"), HOURS).probability.value == pytest.approx(0.125)
    assert of(ChangeKind.FAIL, "a") == pytest.approx(0.25)
    assert of(ChangeKind.OUT_OF_SERVICE, "b") == pytest.approx(0.5)
    worse = 1 - 0.5**10.0**0.5
    assert of(ChangeKind.SET_HEALTH, "a", 0.5) == pytest.approx(0.25 * worse), "HR(0.5) = 10 ** 0.5"


def test_a_new_one_is_of_age_nothing() -> None:
    plant = Plant().add("DesignRevision", "d", weibullShape=3.0, weibullScaleHours=500.0).add("Component", "x")
    plant.add("Position", "p").link("x", "madeTo", "d").link("x", "installedIn", "p", start=instant(-10))
    seen = plant.seen()
    laid = lay(seen.view, [(0, Change(ChangeKind.REPLACE, (seen.node("x"),)))])
    after = overlaid(seen.structure, OverlayView(seen.view, laid.overlay))
    found = Risk(after, seen.node("p"), HOURS).probability.value
    assert found == pytest.approx(-expm1(-((100 / 500) ** 3)))
    assert found < Risk(seen.structure, seen.node("p"), HOURS).probability.value


# -- what first


def test_what_to_do_first_is_what_takes_most_loss_away_for_its_cost() -> None:
    plant = Plant().add("Thing", "old", "dear", "line", "shed")
    plant.link("line", "dependsOn", "old", "dear").link("shed", "dependsOn", "old")
    plant.add("DesignRevision", "d", weibullShape=2.0, weibullScaleHours=1000.0)
    for name in ("old", "dear"):
        plant.link(name, "madeTo", "d").set(name, "age", Decimal("0.1"))
    plant.set("dear", "maintenanceCost", 5.0).set("line", "criticalityWeight", 100.0).set(
        "shed", "criticalityWeight", 1.0
    )
    seen = plant.seen()
    answer = first_of(seen.structure, [], HOURS)
    assert [(str(seen.view.iri(top)), weight) for top, weight in answer.tops] == [("line", 100.0), ("shed", 1.0)]
    age = 0.1 * 8766.0
    q, new = (-expm1(-((a + 100) ** 2 - a**2) / 1e6) for a in (age, 0.0))
    gains = {str(seen.view.iri(each.node)): each.priority for each in answer.candidates}
    assert gains == {
        "old": pytest.approx((100.0 * (1 - q) + 1.0) * (q - new)),
        "dear": pytest.approx(100.0 * (1 - q) * (q - new) / 5.0),
    }
    assert [str(seen.view.iri(each.node)) for each in answer.candidates] == ["old", "dear"]
    reasons = {reason.code: seen.names(reason.nodes) for reason in answer.completeness.reasons}
    assert reasons[IncompleteCode.ASSUMED_COST] == ["old"]


def test_without_weights_what_nothing_needs_is_asked_about() -> None:
    plant = Plant().add("Thing", "pump", "line", "alone").link("line", "dependsOn", "pump")
    seen = plant.seen()
    answer = first_of(seen.structure, [], HOURS)
    assert [str(seen.view.iri(top)) for top, _ in answer.tops] == ["line"]
    assert answer.candidates == ()
