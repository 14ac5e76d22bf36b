"""What if no diagram fits? Certain bounds of a thing's cone, narrowed by throwing what fails at the live set itself."""

import time
from collections.abc import Mapping
from math import prod, sqrt

import numpy as np

from thread.reasoning.answers import Budget
from thread.reasoning.risk.plant.causes import Cause, Leaves
from thread.reasoning.risk.probability import Method, Probability
from thread.reasoning.risk.sampling import QUANTILE
from thread.reasoning.structure import Structure

THROWS = 20_000
BATCH = 500
"""Throws between two looks at the clock."""


def thrown(
    structure: Structure, top: int, leaves: Leaves, budget: Budget, *, throws: int = THROWS, seed: int = 0
) -> Probability:
    """The probability by throws, with Wilson's 99 % interval inside certain bounds. The same seed, the same answer.

    Certain: at least the most likely event that stops it alone, at most that anything fails at all. Without time for a
    throw the bounds are the answer.
    Cost: the outage of each throw.
    """
    single = _single(structure, top, leaves)
    events = list(leaves.probabilities.items())
    low = 1.0 - prod(1.0 - leaves.probabilities[name] for name in single)
    high = 1.0 - prod(1.0 - chance for _, chance in events)
    done = failed = 0
    random = np.random.default_rng(seed)
    chances = np.array([chance for _, chance in events])
    names = [name for name, _ in events]
    while done < throws and (budget.deadline is None or time.monotonic() < budget.deadline):
        for row in random.random((BATCH, len(names))) < chances:
            out = _out({names[at] for at in np.flatnonzero(row).tolist()}, leaves)
            failed += bool(out) and top in structure.live.without(sorted(out)).fallen
        done += BATCH
    if not done or high - low <= 1e-12:
        return Probability((low + high) / 2, low, high, Method.BOUNDED, 0)
    share, square = failed / done, QUANTILE**2 / done
    middle, spread = share + square / 2, sqrt(share * (1 - share) * square + square**2 / 4)
    least = min(max((middle - spread) / (1 + square), low), high)
    most = max(min((middle + spread) / (1 + square), high), low)
    return Probability(min(max(share, least), most), least, most, Method.SAMPLED, 0)


def _single(structure: Structure, top: int, leaves: Leaves) -> list[str]:
    """Events that stop it alone."""
    found = []
    for name, event in leaves.events.items():
        if event.cause is Cause.WORSE_CLASS:
            continue
        if top in structure.live.without(list(event.members)).fallen:
            found.append(name)
    return found


def _out(happened: set[str], leaves: Leaves) -> set[int]:
    """The things that fail by some events."""
    known: Mapping[str, bool] = dict.fromkeys(happened, True)
    out = {leaves.events[name].node for name in happened if name[0] in "op"}
    held = dict(known)
    for name, gate in leaves.gates.items():
        held[name] = sum(held.get(item, False) for item in gate.inputs) >= gate.k
        if held[name] and name[0] == "o":
            out.add(int(name[1:]))
    return out
