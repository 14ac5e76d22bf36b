"""Published models with published answers, to the digits printed."""

import doctest
from itertools import product
from math import exp, prod

import pytest

from tests.architecture.reading import ROOT
from thread.reasoning.risk import (
    CommonCause,
    Gate,
    Importance,
    Method,
    all_of,
    any_of,
    at_least,
    compile_tree,
    cut_sets_of,
    importances_of,
    minimal_cut_bound,
    needs,
    probability_of,
    rare_event_bound,
    with_common_cause,
)
from thread.reasoning.risk.bounds import interval_of
from thread.reasoning.risk.modules import modules_of

TWO_TRAINS = {"top": all_of("train1", "train2"), "train1": any_of("V1", "P1"), "train2": any_of("V2", "P2")}
VALVES_AND_PUMPS = {"V1": 0.4, "V2": 0.5, "P1": 0.6, "P2": 0.7}


def risk(gates: dict[str, Gate], chances: dict[str, float]) -> float:
    answer = probability_of(compile_tree("top", gates, chances))
    assert answer.method is Method.EXACT
    assert answer.low == answer.value == answer.high
    return answer.value


def measures(gates: dict[str, Gate], chances: dict[str, float]) -> dict[str, Importance]:
    return {item.name: item for item in importances_of(compile_tree("top", gates, chances))}


def test_two_trains_of_valve_and_pump_fail_as_published() -> None:
    sets = cut_sets_of(compile_tree("top", TWO_TRAINS, VALVES_AND_PUMPS), 2)
    assert risk(TWO_TRAINS, VALVES_AND_PUMPS) == pytest.approx(0.646, abs=1e-12)
    assert minimal_cut_bound(sets.sets, VALVES_AND_PUMPS) == pytest.approx(0.766144, abs=1e-12)
    assert sets.counts == (0, 0, 4)
    chances = [prod(VALVES_AND_PUMPS[name] for name in names) for names in sets.sets]
    assert sorted(chances, reverse=True) == pytest.approx([0.42, 0.30, 0.28, 0.20])


@pytest.mark.parametrize(
    ("leaf", "birnbaum", "criticality", "diagnostic", "achievement", "reduction"),
    [
        ("P1", 0.51, 0.4737, 0.7895, 1.316, 1.9),
        ("P2", 0.38, 0.4118, 0.8235, 1.176, 1.7),
        ("V1", 0.34, 0.2105, 0.5263, 1.316, 1.267),
        ("V2", 0.228, 0.1765, 0.5882, 1.176, 1.214),
    ],
)
def test_importances_of_two_trains_are_as_published(
    leaf: str, birnbaum: float, criticality: float, diagnostic: float, achievement: float, reduction: float
) -> None:
    found = measures(TWO_TRAINS, VALVES_AND_PUMPS)[leaf]
    assert found.birnbaum == pytest.approx(birnbaum, abs=5e-4)
    assert found.criticality == pytest.approx(criticality, abs=5e-5)
    assert found.diagnostic == pytest.approx(diagnostic, abs=5e-5)
    assert found.achievement == pytest.approx(achievement, abs=5e-4)
    assert found.reduction == pytest.approx(reduction, abs=5e-4)


def test_the_most_critical_leaf_comes_first() -> None:
    assert list(measures(TWO_TRAINS, VALVES_AND_PUMPS)) == ["P1", "P2", "V1", "V2"]


def test_an_event_shared_by_two_pairs_is_counted_once() -> None:
    gates = {"top": any_of("left", "right"), "left": all_of("A", "B"), "right": all_of("B", "C")}
    chances = {"A": 0.1, "B": 0.2, "C": 0.3}
    sets = cut_sets_of(compile_tree("top", gates, chances), 3).sets
    assert risk(gates, chances) == pytest.approx(0.074, abs=1e-12)
    assert rare_event_bound(sets, chances) == pytest.approx(0.08, abs=1e-12)


def test_two_of_three_fail_as_published() -> None:
    gates, chances = {"top": at_least(2, "A", "B", "C")}, {"A": 0.1, "B": 0.2, "C": 0.3}
    found = measures(gates, chances)
    sets = cut_sets_of(compile_tree("top", gates, chances), 3).sets
    assert risk(gates, chances) == pytest.approx(0.098, abs=1e-12)
    assert rare_event_bound(sets, chances) == pytest.approx(0.11, abs=1e-12)
    assert [found[name].criticality for name in "ABC"] == pytest.approx([0.387755, 0.693878, 0.795918], abs=5e-7)


def test_a_theatre_without_mains_and_without_emergency_power() -> None:
    gates = {"top": all_of("Mains", "emergency"), "emergency": any_of("Gen", "Relay")}
    chances = {"Mains": 0.03, "Gen": 0.02, "Relay": 0.05}
    found = measures(gates, chances)
    assert risk(gates, chances) == pytest.approx(0.00207, abs=1e-12)
    slopes = [found[name].birnbaum for name in ("Mains", "Gen", "Relay")]
    assert slopes == pytest.approx([0.069, 0.0285, 0.0294], abs=5e-7)
    assert found["Mains"].reduction is None, "without the mains' failure nothing is left"
    assert found["Gen"].reduction is not None


def test_rates_over_a_year() -> None:
    gates = {"top": any_of("left", "right"), "left": all_of("e1", "e2"), "right": all_of("e3", "e4")}
    rates = {"e1": 2e-5, "e2": 1e-5, "e3": 2e-5, "e4": 1e-5}
    chances = {name: 1 - exp(-rate * 8760) for name, rate in rates.items()}
    sets = cut_sets_of(compile_tree("top", gates, chances), 2).sets
    assert risk(gates, chances) == pytest.approx(0.0267768, abs=5e-8)
    assert rare_event_bound(sets, chances) == pytest.approx(0.02696, abs=5e-6)


def test_three_trains_with_common_causes_of_pumps_and_of_valves() -> None:
    trains = range(1, 4)
    gates = {"top": all_of(*(f"train{n}" for n in trains))} | {f"train{n}": any_of(f"V{n}", f"P{n}") for n in trains}
    chances = {f"{sort}{n}": 0.1 for sort, n in product("VP", trains)}
    alike = [CommonCause(name, tuple(f"{name}{n}" for n in trains), 0.2) for name in "VP"]
    gates, chances = with_common_cause(gates, chances, alike)
    sets = cut_sets_of(compile_tree("top", gates, chances), 3)
    assert risk(gates, chances) == pytest.approx(0.0430804, abs=5e-8)
    assert rare_event_bound(sets.sets, chances) == pytest.approx(0.044096, abs=5e-7)
    assert (sets.total, sets.sets[:2]) == (10, (("P/shared",), ("V/shared",)))


def test_a_bridge() -> None:
    gates = {
        "top": any_of("start", "end", "down", "up"),
        "start": all_of("A", "B"),
        "end": all_of("C", "D"),
        "down": all_of("A", "E", "D"),
        "up": all_of("B", "E", "C"),
    }
    assert 1 - risk(gates, dict.fromkeys("ABCDE", 0.05)) == pytest.approx(0.994780625, abs=1e-12)


def test_two_pumps_and_a_valve() -> None:
    gates, chances = {"top": any_of("pumps", "v"), "pumps": needs(1, "p", "q")}, {"p": 0.03, "q": 0.03, "v": 0.01}
    found = measures(gates, chances)
    assert 1 - risk(gates, chances) == pytest.approx(0.989109, abs=1e-12)
    assert found["p"].birnbaum == pytest.approx(0.0297, abs=1e-12)
    assert found["v"].birnbaum == pytest.approx(0.9991, abs=1e-12)
    assert found["v"].achievement == pytest.approx(1 / 0.010891, rel=1e-9)


def test_three_of_four_needed() -> None:
    assert 1 - risk({"top": needs(3, *"abcd")}, dict.fromkeys("abcd", 0.1)) == pytest.approx(0.9477, abs=1e-12)


def test_series_and_parallel() -> None:
    series = risk({"top": needs(3, *"abc")}, {"a": 1 - 0.995, "b": 1 - 0.987, "c": 1 - 0.973})
    parallel = risk({"top": needs(1, *"abcde")}, dict.fromkeys("abcde", 0.01))
    assert 1 - series == pytest.approx(0.955549245, abs=1e-12), "printed as .95554925"
    assert 1 - parallel == pytest.approx(0.9999999999, abs=1e-14)


@pytest.mark.parametrize(
    ("together", "low", "high", "exact"),
    [(needs(2, "x", "y"), 0.731025, 0.855, 0.81225), (needs(1, "x", "y"), 0.855, 0.978975, 0.89775)],
    ids=["both", "either"],
)
def test_a_diamond_over_budget_is_bounded_as_worked(together: Gate, low: float, high: float, exact: float) -> None:
    gates = {"top": together, "x": any_of("a", "b"), "y": any_of("a", "c")}
    tree = compile_tree("top", gates, {"a": 0.1, "b": 0.05, "c": 0.05})
    chances = [(chance, chance) for chance in tree.probabilities]
    (module,) = modules_of(tree)
    fails_low, fails_high = interval_of(tree, module, chances, split=0)
    assert (1 - fails_high, 1 - fails_low) == pytest.approx((low, high), abs=1e-12)
    assert 1 - probability_of(tree).value == pytest.approx(exact, abs=1e-12)
    answer = probability_of(tree, budget=0)
    assert answer.method is Method.BOUNDED
    assert 1 - answer.value == pytest.approx(exact, abs=1e-12), "conditioned on the shared leaf nothing overlaps"


def test_the_page_about_risk_says_what_comes_out() -> None:
    assert doctest.testfile(str(ROOT / "docs" / "risk.md"), module_relative=False) == (0, 6)
