"""What holds of every tree: P2, P3, P10 to P14 of the specification, against enumeration of all states."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.risk import shared_utilities
from tests.reasoning.risk.trees import Model, models, random_model
from thread.errors import InputError, LimitError
from thread.reasoning.risk import (
    CommonCause,
    Gate,
    Method,
    all_of,
    any_of,
    at_least,
    compile_tree,
    cut_sets_of,
    importances_of,
    needs,
    probability_of,
    shares_of,
    with_common_cause,
)
from thread.reasoning.risk.bounds import interval_of
from thread.reasoning.risk.modules import modules_of
from thread.reasoning.risk.sampling import sampled
from thread.reasoning.risk.solving import solve

NEAR = 1e-12


def exact(model: Model) -> float:
    answer = probability_of(model.tree)
    assert answer.method is Method.EXACT
    return answer.value


@given(models)
def test_an_exact_answer_is_the_sum_over_all_states(model: Model) -> None:
    assert exact(model) == pytest.approx(model.enumerated(), abs=NEAR)


@given(models, st.integers(0, 40), st.integers(0, 3))
def test_bounds_hold_whatever_the_budget_and_the_split(model: Model, budget: int, split: int) -> None:
    expected, tree = model.enumerated(), model.tree
    answer = probability_of(tree, budget=budget, tolerance=1.0)
    assert answer.low - NEAR <= expected <= answer.high + NEAR
    assert answer.low <= answer.value <= answer.high
    assert (answer.method is Method.EXACT) == solve(tree, budget).exact
    bounds = [(chance, chance) for chance in tree.probabilities] + [(0.0, 1.0)] * len(tree.gates)
    for module in modules_of(tree):
        low, high = interval_of(tree, module, [bounds[item] for item in module.inputs], split)
        bounds[module.gate] = (low, high)
    assert bounds[tree.top][0] - NEAR <= expected <= bounds[tree.top][1] + NEAR


@given(models)
def test_modules_are_the_gates_whose_leaves_nobody_else_uses(model: Model) -> None:
    tree = model.tree
    below: dict[int, set[int]] = {leaf: {leaf} for leaf in range(tree.leaves)}
    for gate, (_, inputs) in enumerate(tree.gates, tree.leaves):
        below[gate] = {gate}.union(*(below[item] for item in inputs))
    expected = [
        gate
        for gate in range(tree.leaves, tree.top + 1)
        if all(
            other in below[gate] or not (set(inputs) & (below[gate] - {gate}))
            for other, (_, inputs) in enumerate(tree.gates, tree.leaves)
        )
    ]
    assert [module.gate for module in modules_of(tree)] == expected


@given(models, st.data())
def test_the_top_is_affine_in_each_leaf_with_birnbaum_as_its_slope(model: Model, data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(model.cone))
    working, half, failed = (exact(model.given(**{leaf: chance})) for chance in (0.0, 0.5, 1.0))
    slopes = {item.name: item.birnbaum for item in importances_of(model.tree)}
    assert half == pytest.approx((working + failed) / 2, abs=NEAR)
    assert slopes[leaf] == pytest.approx(failed - working, abs=NEAR)


@given(models, st.data())
def test_importances_are_what_their_definitions_say(model: Model, data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(model.cone))
    chance, total = model.probabilities[leaf], model.enumerated()
    failed, working = model.given(**{leaf: 1.0}).enumerated(), model.given(**{leaf: 0.0}).enumerated()
    found = next(item for item in importances_of(model.tree) if item.name == leaf)
    if total == 0.0:
        assert (found.criticality, found.diagnostic, found.achievement, found.reduction) == (None,) * 4
        return
    near = 1e-9
    assert found.criticality == pytest.approx(chance * (failed - working) / total, abs=near)
    assert found.diagnostic == pytest.approx(chance * failed / total, abs=near)
    assert found.achievement == pytest.approx(failed / total, rel=near)
    if working == 0.0:
        assert found.reduction is None
    else:
        assert found.reduction == pytest.approx(total / working, rel=1e-6)


@given(models, st.data())
def test_a_worse_leaf_never_makes_the_top_better(model: Model, data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(model.cone))
    worse = data.draw(st.floats(model.probabilities[leaf], 1.0))
    assert exact(model.given(**{leaf: worse})) >= exact(model) - NEAR


@given(models)
def test_a_second_way_to_the_same_thing_changes_nothing(model: Model) -> None:
    gates = dict(model.gates) | {"again": any_of(model.top), "twice": all_of(model.top, "again")}
    assert exact(Model("twice", gates, model.probabilities)) == pytest.approx(exact(model), abs=NEAR)


@given(models)
def test_certain_leaves_give_the_boolean_answer(model: Model) -> None:
    for failed in ({name for n, name in enumerate(model.cone) if mask >> n & 1} for mask in (0, 37, 90, 255)):
        certain = model.given(**{name: float(name in failed) for name in model.cone})
        assert exact(certain) == float(model.fails(failed))


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6))
def test_all_needed_is_a_series_and_one_needed_is_parallel(chances: list[float]) -> None:
    leaves = {f"e{number}": chance for number, chance in enumerate(chances)}
    works = fails = 1.0
    for chance in chances:
        works, fails = works * (1 - chance), fails * chance
    assert exact(Model("top", {"top": needs(len(leaves), *leaves)}, leaves)) == pytest.approx(1 - works, abs=NEAR)
    assert exact(Model("top", {"top": needs(1, *leaves)}, leaves)) == pytest.approx(fails, abs=NEAR)


@given(models)
def test_shares_sum_to_the_probability(model: Model) -> None:
    shares = shares_of(model.tree)
    assert sum(shares.values()) == pytest.approx(exact(model), abs=NEAR)
    assert all(share >= -NEAR for share in shares.values())


def test_a_leaf_that_changes_nothing_has_no_share_and_equals_share_equally() -> None:
    gates = {"top": any_of("a", "pair", "group"), "pair": all_of("a", "idle"), "group": at_least(2, "x", "y", "z")}
    chances = {"a": 0.1, "idle": 0.9, "x": 0.3, "y": 0.3, "z": 0.3}
    shares = shares_of(compile_tree("top", gates, chances))
    assert shares["idle"] == pytest.approx(0.0, abs=NEAR)
    assert shares["x"] == pytest.approx(shares["y"], abs=NEAR)
    assert shares["y"] == pytest.approx(shares["z"], abs=NEAR)


def test_shares_of_many_unlikely_to_work_still_sum() -> None:
    leaves = {f"e{number}": 0.97 for number in range(60)}
    model = Model("top", {"top": at_least(50, *leaves)}, leaves)
    assert sum(shares_of(model.tree).values()) == pytest.approx(exact(model), abs=1e-12)


@given(models)
def test_minimal_cut_sets_are_those_of_which_none_can_be_spared(model: Model) -> None:
    expected = model.cut_sets()
    found = cut_sets_of(model.tree, 12)
    assert set(found.sets) == expected
    assert list(found.sets) == sorted(expected, key=lambda names: (len(names), names))
    assert found.total == len(expected)


@given(models, st.integers(0, 4))
def test_an_order_lists_the_smaller_sets_and_counts_them_all(model: Model, order: int) -> None:
    expected = model.cut_sets()
    found = cut_sets_of(model.tree, order)
    assert set(found.sets) == {names for names in expected if len(names) <= order}
    assert found.counts == tuple(
        sum(len(names) == size for names in expected) for size in range(max(map(len, expected)) + 1)
    )


@given(st.integers(2, 5), st.floats(0.001, 0.3))
def test_beta_takes_alternatives_from_independent_to_one(size: int, chance: float) -> None:
    leaves = {f"e{number}": chance for number in range(size)}

    def fails(beta: float) -> float:
        model = with_common_cause({"top": all_of(*leaves)}, leaves, [CommonCause("lot", tuple(leaves), beta)])
        return exact(Model("top", *model))

    rising = [fails(step / 8) for step in range(9)]
    assert rising[0] == pytest.approx(chance**size, abs=NEAR)
    assert rising[-1] == pytest.approx(chance, abs=NEAR)
    assert all(before <= after + NEAR for before, after in pairwise(rising))


@pytest.mark.parametrize("seed", range(12))
def test_throws_cover_what_is_exact_and_say_so(seed: int) -> None:
    model = random_model(Random(seed), leaves=9, gates=12)
    answer = probability_of(model.tree, budget=0, tolerance=1e-9, throws=20_000, seed=seed)
    assert answer.low <= model.enumerated() + NEAR
    assert answer.high >= model.enumerated() - NEAR
    assert answer.low <= answer.value <= answer.high
    certified = probability_of(model.tree, budget=0, tolerance=1.0)
    narrow = certified.high - certified.low <= 1e-9 * certified.high
    assert answer.method is (certified.method if narrow else Method.SAMPLED)
    assert certified.low <= answer.low <= answer.high <= certified.high
    assert answer == probability_of(model.tree, budget=0, tolerance=1e-9, throws=20_000, seed=seed)


@given(models, st.randoms(use_true_random=False))
def test_bounds_of_uncertain_inputs_hold_all_that_they_may_be(model: Model, random: Random) -> None:
    tree = model.tree
    ends = [sorted((random.random(), random.random())) for _ in range(tree.leaves)]
    chances = [(low, high) for low, high in ends] + [(0.0, 1.0)] * len(tree.gates)
    for module in modules_of(tree):
        chances[module.gate] = interval_of(tree, module, [chances[item] for item in module.inputs])
    names = tree.names[: tree.leaves]
    least = model.given(**{name: low for name, (low, _) in zip(names, ends, strict=True)}).enumerated()
    most = model.given(**{name: high for name, (_, high) in zip(names, ends, strict=True)}).enumerated()
    assert chances[tree.top][0] - NEAR <= least
    assert most <= chances[tree.top][1] + NEAR


def test_rounding_does_not_cross_the_bounds() -> None:
    answer = probability_of(random_model(Random(109)).tree, budget=0, tolerance=1.0)
    assert answer.low <= answer.value <= answer.high


def test_a_part_over_budget_is_bounded_within_a_whole_that_is_not() -> None:
    random = Random(5)
    leaves = {f"e{n}": random.uniform(0.05, 0.4) for n in range(10)} | {"x": 0.3}
    pairs = {f"p{n}": at_least(2, *random.sample([f"e{m}" for m in range(10)], 3)) for n in range(12)}
    gates = pairs | {"part": at_least(5, *pairs), "top": all_of("part", "x")}
    model = Model("top", gates, leaves)
    answer, whole = probability_of(model.tree, budget=50, tolerance=1.0), exact(model)
    assert [diagram is None for diagram in solve(model.tree, 50).diagrams] == [True, False]
    assert answer.method is Method.BOUNDED
    assert answer.low < whole < answer.high
    narrowed = probability_of(model.tree, budget=50)
    assert narrowed.method is Method.SAMPLED
    assert answer.low <= narrowed.low <= whole <= narrowed.high <= answer.high


def test_throws_count_members_and_give_the_score_interval() -> None:
    tree = compile_tree("top", {"top": at_least(2, "A", "B", "C")}, {"A": 0.1, "B": 0.2, "C": 0.3})
    share, low, high = sampled(tree, 10_000, 3)
    assert low < 0.098 < high
    for end in (low, high):
        assert (end - share) ** 2 == pytest.approx(2.5758293**2 * end * (1 - end) / 10_000, rel=1e-6)


def test_throws_in_which_nothing_failed_do_not_say_never() -> None:
    gates = {"top": any_of("x", "y"), "x": all_of("a", "b"), "y": all_of("a", "c")}
    tree = compile_tree("top", gates, dict.fromkeys("abc", 1e-4))
    share, low, high = sampled(tree, 1_000, 1)
    assert (share, low) == (0.0, 0.0)
    assert 0.0 < high < 0.01


def test_a_deep_chain_needs_no_deep_stack() -> None:
    random, depth = Random(1), 2_000
    leaves = {f"e{n}": random.random() for n in range(depth)} | {"shared": 0.5}
    gates, working = {"g0": any_of("shared", "e0")}, leaves["e0"]
    for n in range(1, depth):
        gate, chance = random.choice((any_of, all_of)), leaves[f"e{n}"]
        gates[f"g{n}"] = gate(f"e{n}", f"g{n - 1}")
        working = chance + working - chance * working if gate is any_of else chance * working
    gates["top"] = any_of(f"g{depth - 1}", "shared")
    tree = compile_tree("top", gates, leaves)
    assert len(modules_of(tree)) == 1, "the leaf shared by both ends holds it together"
    answer = probability_of(tree)
    assert answer.method is Method.EXACT
    assert answer.value == pytest.approx(0.5 + 0.5 * working, abs=1e-9)
    slopes = {item.name: item.birnbaum for item in importances_of(tree)}
    assert slopes["shared"] == pytest.approx(1 - working, abs=1e-9)
    assert cut_sets_of(tree, 1).counts[1] >= 1


def test_a_deep_chain_of_modules_needs_no_deep_stack() -> None:
    depth = 4_000
    gates = {f"g{n}": any_of(f"e{n}", f"g{n - 1}") for n in range(1, depth)} | {"g0": any_of("e0")}
    leaves = dict.fromkeys((f"e{n}" for n in range(depth)), 1e-4)
    tree = compile_tree(f"g{depth - 1}", gates, leaves)
    assert len(modules_of(tree)) == depth
    assert probability_of(tree).value == pytest.approx(1 - (1 - 1e-4) ** depth, rel=1e-9)
    assert cut_sets_of(tree, 1).counts == (0, depth)


@pytest.mark.parametrize(
    ("gates", "chances", "what"),
    [
        ({"top": any_of("nobody")}, {}, "neither a gate nor a leaf"),
        ({"top": any_of("a", "x"), "x": all_of("a", "top")}, {"a": 0.1}, "ring"),
        ({"top": Gate(3, ("a", "b"))}, {"a": 0.1, "b": 0.1}, "3 of 2"),
        ({"top": Gate(0, ("a", "b"))}, {"a": 0.1, "b": 0.1}, "0 of 2"),
        ({"top": at_least(2, "a", "a", "b")}, {"a": 0.1, "b": 0.1}, "twice"),
        ({"top": any_of("a")}, {"a": 1.1}, "1.1"),
        ({"top": any_of("a")}, {"a": float("nan")}, "nan"),
        ({"top": any_of("a")}, {"a": 0.1, "top": 0.2}, "a gate and a leaf"),
    ],
)
def test_what_cannot_be_meant_is_refused(gates: dict[str, Gate], chances: dict[str, float], what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        compile_tree("top", gates, chances)
    assert caught.value.code == "bad-config"


@pytest.mark.parametrize(
    ("groups", "what"),
    [
        ([CommonCause("lot", ("a", "b"), 1.5)], "beta 1.5"),
        ([CommonCause("lot", ("a", "c"), 0.1)], "'c' fails with 0.2"),
        ([CommonCause("lot", ("a", "x"), 0.1)], "'x'"),
        ([CommonCause("lot", ("a",), 0.1), CommonCause("batch", ("a",), 0.1)], "'a'"),
        ([CommonCause("lot", ("a",), 0.1), CommonCause("lot", ("b",), 0.1)], "twice"),
    ],
)
def test_a_common_cause_that_cannot_be_meant_is_refused(groups: list[CommonCause], what: str) -> None:
    with pytest.raises(InputError, match=what):
        with_common_cause({"top": any_of("a", "b", "c")}, {"a": 0.1, "b": 0.1, "c": 0.2}, groups)


def test_what_needs_exact_diagrams_says_when_they_are_over_budget() -> None:
    gates = {"top": all_of("x", "y"), "x": any_of("a", "b"), "y": any_of("a", "c")}
    tree = compile_tree("top", gates, dict.fromkeys("abc", 0.1))
    for ask in (importances_of, shares_of, cut_sets_of):
        with pytest.raises(LimitError, match="'top' takes more than 1 table entries"):
            ask(tree, budget=1)


def test_too_many_cut_sets_to_list_are_counted_but_refused() -> None:
    leaves = {f"e{number}": 0.1 for number in range(20)}
    tree = compile_tree("top", {"top": at_least(10, *leaves)}, leaves)
    assert cut_sets_of(tree).total == 184_756
    with pytest.raises(LimitError, match="184756 cut sets"):
        cut_sets_of(tree, 10)


def test_utilities_shared_by_many_stages_cost_in_proportion_to_the_stages() -> None:
    few, many = (solve(shared_utilities(stages)) for stages in (10, 80))
    assert (few.exact, many.exact) == (True, True)
    assert many.entries < 9 * few.entries
