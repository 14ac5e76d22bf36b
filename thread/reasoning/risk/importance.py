"""Which leaf matters? Importance measures by one pass down, and shares of the probability that sum to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from thread.reasoning.risk.solving import BUDGET, Solved, solve_exactly
from thread.reasoning.risk.tree import Tree

ROUNDING = 1e-9
"""Below this share of Q, what is left without a leaf is computed anew rather than by subtraction."""


@dataclass(frozen=True, slots=True)
class Importance:
    """Of one leaf with probability q: Q is that of the top, Q1 with the leaf failed, Q0 with it working."""

    name: str
    probability: float
    birnbaum: float
    """Q1 - Q0: how Q grows with q."""
    criticality: float | None
    """q B / Q: the share of failures that the leaf's repair would end. None where Q = 0."""
    diagnostic: float | None
    """q Q1 / Q: that the leaf has failed, given that the top has. None where Q = 0."""
    achievement: float | None
    """Risk achievement worth, Q1 / Q. None where Q = 0."""
    reduction: float | None
    """Risk reduction worth, Q / Q0. None where Q0 = 0: without the leaf nothing is left."""


def importances_of(tree: Tree, *, budget: int = BUDGET) -> tuple[Importance, ...]:
    """The importance of each leaf, the most critical first, then by name.

    Raises:
        LimitError: ``too-costly``: the tree does not fit into the budget.
    Source: Dutuit and Rauzy, RESS 72 (2001); for monotone trees criticality is Fussell and Vesely's measure.
    """
    solved = solve_exactly(tree, budget)
    total = solved.values(tree.probabilities)[tree.top]
    slopes = solved.slopes(tree.probabilities)
    found = [_importance(solved, leaf, total, slope) for leaf, slope in enumerate(slopes)]
    return tuple(sorted(found, key=lambda item: (-(item.criticality or 0.0), item.name)))


def _importance(solved: Solved, leaf: int, total: float, slope: float) -> Importance:
    name, chance = solved.tree.names[leaf], solved.tree.probabilities[leaf]
    if total == 0.0:
        return Importance(name, chance, slope, None, None, None, None)
    failed = total + (1.0 - chance) * slope
    working = total - chance * slope
    if working < ROUNDING * total:
        chances = list(solved.tree.probabilities)
        chances[leaf] = 0.0
        working = solved.values(chances)[solved.tree.top]
    reduction = total / working if working > 0.0 else None
    return Importance(name, chance, slope, chance * slope / total, chance * failed / total, failed / total, reduction)


def shares_of(tree: Tree, *, budget: int = BUDGET) -> Mapping[str, float]:
    """How much of the probability each leaf accounts for; the shares sum to it. Largest first, then by name.

    The slope of each leaf along the straight way from nothing failing to the given probabilities, by Gauss's rule:
    8 points, more while the sum is off and a higher degree could mend it.

    Raises:
        LimitError: ``too-costly``: the tree does not fit into the budget.
    Source: Aumann and Shapley, Values of Non-Atomic Games (1974).
    """
    solved = solve_exactly(tree, budget)
    total = solved.values(tree.probabilities)[tree.top]
    points = 8
    while True:
        shares = _shares(solved, points)
        if abs(sum(shares) - total) <= 1e-12 * total or 2 * points >= tree.leaves:
            break
        points *= 2
    pairs = zip(tree.names[: tree.leaves], shares, strict=True)
    return dict(sorted(pairs, key=lambda item: (-item[1], item[0])))


def _shares(solved: Solved, points: int) -> list[float]:
    shares = [0.0] * solved.tree.leaves
    for at, weight in _gauss(points):
        slopes = solved.slopes([at * chance for chance in solved.tree.probabilities])
        for leaf, slope in enumerate(slopes):
            shares[leaf] += weight * slope * solved.tree.probabilities[leaf]
    return shares


@lru_cache
def _gauss(points: int) -> tuple[tuple[float, float], ...]:
    """Places and weights on [0, 1]."""
    places, weights = np.polynomial.legendre.leggauss(points)
    return tuple(zip(((places + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))
