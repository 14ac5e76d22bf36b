"""Whose fault is it, and what would help? Additive shares of a loss, a sufficient cause, and a ladder of repairs."""

from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.health.cone import Cone

Reals = npt.NDArray[np.float64]
MOST_TOGETHER = 11
"""So many players that matter only together are taken apart exactly: two to this power of coalitions."""
_EVALUATIONS = 12_000
_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Shares:
    """What each player adds to the loss of the top; they and ``base`` sum to it."""

    players: Ints
    """Local nodes, with a share or without."""
    alone: Reals
    """Loss that each would cause alone."""
    share: Reals
    base: float
    """Loss with nobody degraded: a loop of supply that nothing feeds."""
    exact: bool
    """False: shares are the mean over random orders; they still sum to the loss."""


def shares_of(cone: Cone) -> Shares:
    """The Shapley value of the loss: what each player adds, averaged over all orders in which they degrade.

    Between two levels of loss the game is a simple one: a coalition reaches the level or not. A series is the airport
    game. Who reaches a level alone is a dictator; only those who reach it together are enumerated.

    Cost: an evaluation per player, and two to the number of those that matter only together.
    Source: L. Shapley 1953; S. Littlechild, G. Owen, Management Science 20 (1973) 370-372 (airport game).
    """
    players, none = cone.players, np.empty(0, np.int32)
    base = 1.0 - cone.value(none)
    if not len(players):
        return Shares(players, np.empty(0), np.empty(0), base, True)
    alone = np.array([1.0 - cone.value(players[at : at + 1]) for at in range(len(players))])
    at_most = np.array([1.0 - cone.series.value(players[at : at + 1]) for at in range(len(players))])
    together = np.flatnonzero(at_most > alone)
    if len(together) > MOST_TOGETHER:
        return _sampled(cone, players, alone, base)
    table = _table(cone, players[together])
    share = np.zeros(len(players))
    levels = np.unique(np.concatenate((alone, table)))
    below = base
    for level in levels[levels > base].tolist():
        share += (level - below) * _simple(alone >= level, at_most >= level, together, table >= level)
        below = level
    return Shares(players, alone, share, base, True)


def _table(cone: Cone, players: Ints) -> Reals:
    """Loss of every coalition of some players, by bit mask."""
    bits = np.arange(len(players))
    masks = np.arange(1 << len(players))
    return np.array([1.0 - cone.value(players[(mask >> bits) & 1 == 1]) for mask in masks.tolist()])


def _simple(
    wins: npt.NDArray[np.bool_],
    may: npt.NDArray[np.bool_],
    together: npt.NDArray[np.intp],
    reached: npt.NDArray[np.bool_],
) -> Reals:
    """Shapley value of one level: who wins alone, who may win with others, and which coalitions of these do.

    A player is decisive only where no dictator came before.
    """
    share = np.zeros(len(wins))
    bits = [bit for bit, player in enumerate(together.tolist()) if may[player] and not wins[player]]
    masks = np.arange(len(reached))
    others = sum(1 << bit for bit in range(len(together)) if bit not in bits)
    masks = masks[masks & others == 0]
    won = reached[masks]
    dictators, n = int(wins.sum()), int(wins.sum()) + len(bits)
    size = np.array([mask.bit_count() for mask in masks.tolist()])
    weight = np.array([factorial(s) * factorial(n - 1 - s) / factorial(n) for s in range(n)])
    if dictators:
        share[wins] = weight[size[~won]].sum()
    for bit in bits:
        without = masks & (1 << bit) == 0
        decisive = ~won[without] & reached[masks[without] | (1 << bit)]
        share[together[bit]] = weight[size[without][decisive]].sum()
    return share


def _sampled(cone: Cone, players: Ints, alone: Reals, base: float) -> Shares:
    """The mean over random orders, the same ones every time."""
    random = np.random.default_rng(_SEED)
    share = np.zeros(len(players))
    rounds = max(_EVALUATIONS // len(players), 1)
    for _ in range(rounds):
        order = random.permutation(len(players))
        before = base
        for count in range(1, len(players) + 1):
            loss = 1.0 - cone.value(np.sort(players[order[:count]]))
            share[order[count - 1]] += loss - before
            before = loss
    return Shares(players, alone, share / rounds, base, False)


def cause_of(cone: Cone, players: Ints, rank: Reals) -> Ints:
    """A sufficient cause: players that alone hold the top where all of them hold it, none of which can be left out.

    Those that come last in ``rank`` (per player of the cone) are left out first.
    Cost: some ten evaluations per member of the cause.
    """
    level = cone.value(players)
    candidates = players[cone.own[players] <= level]
    order = candidates[np.argsort(rank[np.searchsorted(cone.players, candidates)], kind="stable")]
    kept: list[int] = []
    while len(order):
        low, high = 0, len(order)  # the shortest head that suffices beside what is kept
        while low < high:
            middle = (low + high) // 2
            if cone.value(np.sort(np.array([*kept, *order[:middle]], np.int32))) <= level:
                high = middle
            else:
                low = middle + 1
        if low == 0:
            break
        kept.append(int(order[low - 1]))
        order = order[: low - 1]
    return np.sort(np.array(kept, np.int32))


def ladder_of(cone: Cone, rank: Reals, most: int) -> list[tuple[int, float]]:
    """Repairs one after the other: of what holds the top down, the one that helps most; health after each."""
    left, health = cone.players, cone.value(cone.players)
    steps: list[tuple[int, float]] = []
    while len(steps) < most and health < 1.0:
        cause = cause_of(cone, left, rank)
        if not len(cause):
            break  # nobody's fault
        after = [cone.value(left[left != player]) for player in cause]
        best = max(range(len(cause)), key=lambda at: (after[at], -rank[np.searchsorted(cone.players, cause[at])]))
        left, health = left[left != cause[best]], after[best]
        steps.append((int(cause[best]), health))
    return steps


def path_of(cone: Cone, player: int) -> list[tuple[int, int]]:
    """The way of a player's degradation to the top: (local node, input by which it is left), from the player on.

    Along its worst path: every step hands on what the next one has of it; the shortest of these.
    """
    wiring = cone.wiring
    alone = cone.series.values(np.array([player], np.int32))
    came: dict[int, tuple[int, int]] = {cone.top: (-1, -1)}
    todo = [cone.top]
    for at in todo:
        if at == player:
            break
        for gate in range(wiring.of_start[at], wiring.of_start[at + 1]):
            for index in range(wiring.start[gate], wiring.start[gate + 1]):
                supplier = int(wiring.supplier[index])
                if supplier not in came and cone.series.handed(index, alone[supplier]) <= alone[at] < 1.0:
                    came[supplier] = (at, index)
                    todo.append(supplier)
    steps = [(player, came[player][1])]
    while steps[-1][0] != cone.top:
        following = came[steps[-1][0]][0]
        steps.append((following, came[following][1]))
    return steps
