"""Between which two numbers does a module's probability lie, when it is too large to be solved exactly?

Monotone functions of independent leaves are associated: the probability that several fail is at least the product of
theirs. Source: Esary, Proschan and Walkup, Ann. Math. Statist. 38 (1967); Barlow and Proschan, Statistical Theory of
Reliability (1975), section 2.3.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from thread.reasoning.risk.modules import Module
from thread.reasoning.risk.tree import Tree

Interval = tuple[float, float]
SPLIT = 6
"""Inputs that are conditioned on."""
WIDEST = 1 << 30
"""Bits of supports that are kept; beyond, all inputs of a gate count as overlapping."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One gate: inputs of one part overlap, parts do not."""

    gate: int
    k: int
    parts: tuple[tuple[int, ...], ...]


def interval_of(tree: Tree, module: Module, chances: Sequence[Interval], split: int = SPLIT) -> Interval:
    """Certified bounds of a module from those of its inputs; exact where no input of a gate overlaps another.

    The ``split`` inputs with most users are conditioned on (Shannon).
    Cost: 2 ** split passes over the module.
    """
    uses = Counter(item for gate in module.members for item in tree.gates[gate - tree.leaves][1])
    shared = sorted((item for item in module.inputs if uses[item] > 1), key=lambda item: -uses[item])[:split]
    given = dict(zip(module.inputs, chances, strict=True))
    low, high = _pass(_steps(tree, module, frozenset()), dict(given))
    if not shared:
        return ordered(low, high)
    steps = _steps(tree, module, frozenset(shared))
    split_low = split_high = 0.0
    for states in product((0.0, 1.0), repeat=len(shared)):
        fixed = {item: (state, state) for item, state in zip(shared, states, strict=True)}
        low_one, high_one = _pass(steps, given | fixed)
        split_low += low_one * _weight(states, [given[item][0] for item in shared])
        split_high += high_one * _weight(states, [given[item][1] for item in shared])
    return ordered(max(low, split_low), min(high, split_high))


def ordered(low: float, high: float) -> Interval:
    """Bounds that rounding may have crossed where both are exact, within [0, 1]."""
    return max(0.0, min(low, high)), min(1.0, max(low, high))


def _weight(states: Sequence[float], chances: Sequence[float]) -> float:
    return prod(chance if state else 1.0 - chance for state, chance in zip(states, chances, strict=True))


def _steps(tree: Tree, module: Module, fixed: frozenset[int]) -> tuple[_Step, ...]:
    """The gates with their inputs parted by overlap, where variables that are fixed overlap nothing."""
    bits = {item: 0 if item in fixed else 1 << number for number, item in enumerate(module.inputs)}
    narrow = len(module.members) * len(module.inputs) <= WIDEST
    steps = []
    for gate in module.members:
        k, inputs = tree.gates[gate - tree.leaves]
        parts: list[tuple[int, tuple[int, ...]]] = []
        seen = 0
        for item in inputs:
            support = bits[item] if narrow else 1
            if support & seen:
                parts = _joined(parts, support, item)
            else:
                parts.append((support, (item,)))
            seen |= support
        bits[gate] = seen
        steps.append(_Step(gate, k, tuple(items for _, items in parts)))
    return tuple(steps)


def _joined(parts: Iterable[tuple[int, tuple[int, ...]]], support: int, item: int) -> list[tuple[int, tuple[int, ...]]]:
    """The parts with an input added: those that it overlaps become one."""
    apart: list[tuple[int, tuple[int, ...]]] = []
    items: tuple[int, ...] = (item,)
    for other, those in parts:
        if other & support:
            support, items = support | other, those + items
        else:
            apart.append((other, those))
    return [*apart, (support, items)]


def _pass(steps: Iterable[_Step], bounds: dict[int, Interval]) -> Interval:
    answer = (0.0, 0.0)
    for step in steps:
        size = sum(map(len, step.parts))
        if step.k in (1, size):
            parts = [_overlapping(step.k == 1, [bounds[item] for item in items]) for items in step.parts]
            answer = _apart(1 if step.k == 1 else len(parts), parts)
        else:
            inputs = [bounds[item] for items in step.parts for item in items]
            answer = _apart(step.k, inputs) if len(step.parts) == size else _associated(step.k, inputs)
        bounds[step.gate] = answer
    return answer


def _apart(k: int, inputs: Sequence[Interval]) -> Interval:
    """At least k fail of inputs that share nothing."""
    return _at_least(k, [low for low, _ in inputs]), _at_least(k, [high for _, high in inputs])


def _at_least(k: int, chances: Sequence[float]) -> float:
    """At least k of independent events, without cancellation for one or all."""
    if k == len(chances):
        return prod(chances)
    exactly = [1.0] + [0.0] * (k - 1)
    reached = 0.0
    for chance in chances:
        reached += chance * exactly[k - 1]
        for count in range(k - 1, 0, -1):
            exactly[count] = exactly[count] * (1.0 - chance) + exactly[count - 1] * chance
        exactly[0] *= 1.0 - chance
    return reached


def _overlapping(one: bool, inputs: Sequence[Interval]) -> Interval:
    return inputs[0] if len(inputs) == 1 else _associated(1 if one else len(inputs), inputs)


def _associated(k: int, inputs: Sequence[Interval]) -> Interval:
    """At least k fail of inputs that may share anything.

    If k fail, so does one of any n - k + 1; if any k fail, k fail.
    """
    surest = sorted((low for low, _ in inputs), reverse=True)[:k]
    weakest = sorted(high for _, high in inputs)[: len(inputs) - k + 1]
    return prod(surest), _at_least(1, weakest)
