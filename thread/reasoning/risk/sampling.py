"""What do independent throws say? Monte Carlo over a whole tree, with an interval of confidence."""

from math import sqrt

import numpy as np
import numpy.typing as npt

from thread.reasoning.risk.tree import Tree

CELLS = 1 << 24
"""Bytes of one batch of throws."""
QUANTILE = 2.5758293035489
"""Of the normal distribution, two-sided 99 %."""


def sampled(tree: Tree, throws: int, seed: int) -> tuple[float, float, float]:
    """Share of throws in which the top fails, and its 99 % interval. The same seed gives the same answer.

    Cost: O(throws x nodes).
    Source: the score interval of Wilson, J. Amer. Statist. Assoc. 22 (1927): honest also where nothing failed.
    """
    random, failed, left = np.random.default_rng(seed), 0, throws
    batch = max(1, CELLS // (tree.top + 1))
    while left > 0:
        size = min(batch, left)
        failed += int(_throw(tree, size, random).sum())
        left -= size
    share, square = failed / throws, QUANTILE**2 / throws
    middle, spread = share + square / 2, sqrt(share * (1 - share) * square + square**2 / 4)
    return share, max(0.0, (middle - spread) / (1 + square)), min(1.0, (middle + spread) / (1 + square))


def _throw(tree: Tree, size: int, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Whether the top fails, in each of some throws."""
    states: npt.NDArray[np.bool_] = np.empty((tree.top + 1, size), bool)
    for leaf, chance in enumerate(tree.probabilities):
        states[leaf] = random.random(size) < chance
    for node, (k, inputs) in enumerate(tree.gates, tree.leaves):
        below = states[list(inputs)]
        states[node] = below.any(0) if k == 1 else below.sum(0) >= k
    top: npt.NDArray[np.bool_] = states[tree.top]
    return top
