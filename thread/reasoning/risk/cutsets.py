"""Which combinations kill it? Minimal cut sets: their number of each order, and the sets up to an order.

Source: Rauzy, New algorithms for fault trees analysis, Reliability Engineering and System Safety 40 (1993); sets are
kept as zero-suppressed diagrams (Minato 1993).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from thread.errors import LimitError
from thread.reasoning.risk.bdd import END, Diagram
from thread.reasoning.risk.solving import BUDGET, solve_exactly
from thread.reasoning.risk.tree import Tree

NONE, EMPTY = 0, 1
"""No set; the empty set alone."""
MOST = 100_000
"""Sets of one answer."""


@dataclass(slots=True)
class _Sets:
    """Families of sets: a node joins the sets of ``low`` and those of ``high`` with its variable added."""

    level: list[int] = field(default_factory=lambda: [END, END])
    low: list[int] = field(default_factory=lambda: [NONE, NONE])
    high: list[int] = field(default_factory=lambda: [NONE, NONE])
    known: dict[tuple[int, int, int], int] = field(default_factory=dict)
    table: dict[tuple[int, int], int] = field(default_factory=dict)

    def node(self, level: int, low: int, high: int) -> int:
        """The family, made once."""
        if high == NONE:
            return low
        found = self.known.get((level, low, high))
        if found is None:
            found = self.known[level, low, high] = len(self.level)
            self.level.append(level)
            self.low.append(low)
            self.high.append(high)
        return found

    def without(self, left: int, right: int) -> int:
        """The sets of ``left`` that contain no set of ``right``."""
        stack = [(left, right)]
        while stack:
            f, g = stack[-1]
            need = self._step(f, g)
            if need is None:
                stack.pop()
            else:
                stack.append(need)
        return self._settled(left, right)

    def _settled(self, f: int, g: int) -> int:
        if f in (NONE, g) or g == EMPTY:
            return NONE
        if g == NONE or f == EMPTY:
            return f
        return self.table.get((f, g), -1)

    def _step(self, f: int, g: int) -> tuple[int, int] | None:
        """Settles a pair, or names the pair that has to be settled first."""
        if self._settled(f, g) >= 0:
            return None
        at, other = self.level[f], self.level[g]
        if at > other:
            pair = (f, self.low[g])
            if (answer := self._settled(*pair)) < 0:
                return pair
            self.table[f, g] = answer
            return None
        g_low = self.low[g] if at == other else g
        high = self.high[f]
        if at == other:
            pair = (high, self.high[g])
            if (high := self._settled(*pair)) < 0:
                return pair
        for pair in ((high, g_low), (self.low[f], g_low)):
            if self._settled(*pair) < 0:
                return pair
        self.table[f, g] = self.node(at, self._settled(self.low[f], g_low), self._settled(high, g_low))
        return None

    def minimal(self, diagram: Diagram) -> int:
        """The minimal ways of a monotone diagram to FAILS."""
        found = [NONE, EMPTY]
        for level, low, high in zip(diagram.level[2:], diagram.low[2:], diagram.high[2:], strict=True):
            found.append(self.node(level, found[low], self.without(found[high], found[low])))
        return found[-1]


@dataclass(frozen=True, slots=True)
class CutSets:
    """Minimal cut sets of a tree."""

    counts: tuple[int, ...]
    """How many of order 0, 1, 2, ...; all orders, whatever was listed."""
    sets: tuple[tuple[str, ...], ...]
    """Those up to the order that was asked for: smallest first, then by names."""

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts)


def cut_sets_of(tree: Tree, order: int = 0, *, budget: int = BUDGET, most: int = MOST) -> CutSets:
    """The minimal cut sets up to ``order``, and how many there are of every order.

    Raises:
        LimitError: ``too-costly``: the tree does not fit into the budget; ``too-large``: more than ``most`` to list.
    """
    families: dict[int, _Family] = {}
    counts: list[list[int]] = [[0, 1] for _ in range(tree.leaves)] + [[] for _ in tree.gates]
    for module, diagram in solve_exactly(tree, budget).pairs():
        inputs = [counts[item] for item in module.inputs]
        sets = _Sets()
        root = sets.minimal(diagram)
        counts[module.gate] = _counts(sets, root, inputs)
        families[module.gate] = _Family(module.inputs, tuple(_least(item) for item in inputs), sets, root)
    if (number := sum(counts[tree.top][: order + 1])) > most:
        message = f"{tree.names[tree.top]!r} has {number} cut sets up to order {order}; {most} is the most."
        raise LimitError(message, hint="Ask for a lower order.", number=number)
    named = (tuple(sorted(tree.names[leaf] for leaf in leaves)) for leaves in _listed(families, tree.top, order))
    return CutSets(tuple(counts[tree.top]), tuple(sorted(named, key=lambda names: (len(names), names))))


@dataclass(frozen=True, slots=True)
class _Family:
    """The minimal sets of one module over its inputs."""

    inputs: tuple[int, ...]
    least: tuple[int, ...]
    """Of each input: the order of its smallest set."""
    sets: _Sets
    root: int

    def up_to(self, order: int) -> Iterator[tuple[int, ...]]:
        """The sets, as inputs, that leaves of the order can bring about."""
        smallest = [END, 0]
        for level, low, high in zip(self.sets.level[2:], self.sets.low[2:], self.sets.high[2:], strict=True):
            smallest.append(min(smallest[low], smallest[high] + self.least[level]))
        stack: list[tuple[int, tuple[int, ...], int]] = [(self.root, (), 0)]
        while stack:
            node, items, size = stack.pop()
            if size + smallest[node] > order:
                continue
            if node == EMPTY:
                yield items
                continue
            level = self.sets.level[node]
            stack.append((self.sets.low[node], items, size))
            stack.append((self.sets.high[node], (*items, self.inputs[level]), size + self.least[level]))


def _listed(families: Mapping[int, _Family], top: int, order: int) -> Iterator[tuple[int, ...]]:
    """The sets of leaves up to the order; inner modules are opened one after the other, each for what is left."""
    least = {item: size for family in families.values() for item, size in zip(family.inputs, family.least, strict=True)}
    stack: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((top,), ())]
    while stack:
        closed, leaves = stack.pop()
        if not closed:
            if len(leaves) <= order:
                yield leaves
            continue
        *others, item = closed
        if item not in families:
            stack.append((tuple(others), (*leaves, item)))
            continue
        left = order - len(leaves) - sum(least[other] for other in others)
        stack.extend(((*others, *chosen), leaves) for chosen in families[item].up_to(left))


def _least(counts: Sequence[int]) -> int:
    return next(order for order, count in enumerate(counts) if count)


def _counts(sets: _Sets, root: int, inputs: Sequence[list[int]]) -> list[int]:
    """Sets of each order, where a variable stands for the sets of its input."""
    found: list[list[int]] = [[], [1]]
    for level, low, high in zip(sets.level[2:], sets.low[2:], sets.high[2:], strict=True):
        found.append(_sum(found[low], _product(inputs[level], found[high])))
    return found[root]


def _sum(left: list[int], right: list[int]) -> list[int]:
    if len(left) < len(right):
        left, right = right, left
    return [a + b for a, b in zip(left, right, strict=False)] + left[len(right) :]


def _product(left: list[int], right: list[int]) -> list[int]:
    answer = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        if a:
            for j, b in enumerate(right):
                answer[i + j] += a * b
    return answer


def rare_event_bound(sets: Iterable[Sequence[str]], probabilities: Mapping[str, float]) -> float:
    """The sum over cut sets: an upper bound that may exceed 1."""
    return sum(prod(probabilities[name] for name in names) for names in sets)


def minimal_cut_bound(sets: Iterable[Sequence[str]], probabilities: Mapping[str, float]) -> float:
    """One less the product of what each cut set leaves: an upper bound for monotone trees."""
    return 1.0 - prod(1.0 - prod(probabilities[name] for name in names) for names in sets)
