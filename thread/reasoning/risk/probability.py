"""How likely does the top fail? Exactly where it fits into the budget, else within bounds; every answer says which."""

from dataclasses import dataclass
from enum import StrEnum

from thread.reasoning.risk.sampling import sampled
from thread.reasoning.risk.solving import BUDGET, solve
from thread.reasoning.risk.tree import Tree

THROWS = 100_000
TOLERANCE = 0.1
"""Width of certified bounds, as a share of the upper one, within which nothing is thrown."""


class Method(StrEnum):
    """How an answer was reached."""

    EXACT = "exact"
    """By decision diagrams; low = high."""
    BOUNDED = "bounded"
    """Certainly between low and high; the value is their middle."""
    SAMPLED = "sampled"
    """Monte Carlo; between low and high with 99 % confidence."""


@dataclass(frozen=True, slots=True)
class Probability:
    """That the top fails, with bounds, and how they were reached."""

    value: float
    low: float
    high: float
    method: Method
    entries: int
    """Table entries that were made."""


def probability_of(
    tree: Tree, *, budget: int = BUDGET, tolerance: float = TOLERANCE, throws: int = THROWS, seed: int = 0
) -> Probability:
    """The probability that the top fails.

    Args:
        budget: table entries for diagrams; modules beyond it are bounded.
        tolerance: bounds wider than this share of the upper one are narrowed by throws, 1 never.
        throws: how many.
        seed: of the throws; the same seed gives the same answer.
    """
    solved = solve(tree, budget)
    low, high = solved.intervals()[tree.top]
    if solved.exact:
        return Probability(low, low, low, Method.EXACT, solved.entries)
    if high - low <= tolerance * high:
        return Probability((low + high) / 2, low, high, Method.BOUNDED, solved.entries)
    share, least, most = sampled(tree, throws, seed)
    least, most = min(max(least, low), high), max(min(most, high), low)
    return Probability(min(max(share, least), most), least, most, Method.SAMPLED, solved.entries)
