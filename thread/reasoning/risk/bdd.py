"""What is a structure function as a decision diagram? Reduced, ordered, built by iteration within a budget.

Source: Bryant, IEEE Trans. Computers 35 (1986); for fault trees Rauzy, Reliability Engineering 40 (1993).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from thread.reasoning.risk.modules import Module
from thread.reasoning.risk.tree import Tree

WORKS, FAILS = 0, 1
END = 1 << 30
"""Level of the two ends: below every variable."""


class OverBudget(Exception):
    """A diagram asks for more table entries than it was given."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """Decision nodes, each after those it leads to: 0 works, 1 fails, the last is the root."""

    level: tuple[int, ...]
    """Variable of each node: position in the inputs of the module."""
    low: tuple[int, ...]
    """Where it goes on when the variable works."""
    high: tuple[int, ...]
    """Where it goes on when the variable fails."""

    def values(self, chances: Sequence[float]) -> list[float]:
        """Of each node: the probability to end in FAILS from it, for the probabilities of the variables."""
        values = [0.0, 1.0]
        for level, low, high in zip(self.level[2:], self.low[2:], self.high[2:], strict=True):
            chance = chances[level]
            values.append(chance * values[high] + (1.0 - chance) * values[low])
        return values

    def slopes(self, chances: Sequence[float]) -> list[float]:
        """Of each variable: how the probability of the root grows with it (Birnbaum), by one pass from the root.

        Source: Dutuit and Rauzy, Efficient algorithms to assess component and gate importance, RESS 72 (2001).
        """
        values, slopes = self.values(chances), [0.0] * len(chances)
        reach = [0.0] * len(values)
        reach[-1] = 1.0
        for node in range(len(values) - 1, 1, -1):
            level, low, high = self.level[node], self.low[node], self.high[node]
            slopes[level] += reach[node] * (values[high] - values[low])
            reach[high] += reach[node] * chances[level]
            reach[low] += reach[node] * (1.0 - chances[level])
        return slopes


@dataclass(slots=True)
class Builder:
    """Tables of one diagram while it grows."""

    budget: int
    level: list[int] = field(default_factory=lambda: [END, END])
    low: list[int] = field(default_factory=lambda: [WORKS, FAILS])
    high: list[int] = field(default_factory=lambda: [WORKS, FAILS])
    known: dict[tuple[int, int, int], int] = field(default_factory=dict)
    joined: tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]] = field(default_factory=lambda: ({}, {}))

    def node(self, level: int, low: int, high: int) -> int:
        """The node of a decision, made once."""
        if low == high:
            return low
        found = self.known.get((level, low, high))
        if found is None:
            found = self.known[level, low, high] = len(self.level)
            self.level.append(level)
            self.low.append(low)
            self.high.append(high)
        return found

    @property
    def entries(self) -> int:
        """Entries of all tables."""
        return len(self.known) + len(self.joined[0]) + len(self.joined[1])

    def join(self, end: int, left: int, right: int) -> int:
        """Both fail (``end`` is WORKS), or one of them (``end`` is FAILS): ``end`` is the one that absorbs.

        Raises:
            OverBudget: the tables are full.
        """
        table, level, low, high = self.joined[end], self.level, self.low, self.high
        answer, stack = -1, [(left, right) if left < right else (right, left)]
        while stack:
            f, g = stack[-1]
            if (answer := _settled(table, end, f, g)) >= 0:
                stack.pop()
                continue
            at = min(level[f], level[g])
            f_low, f_high = (low[f], high[f]) if level[f] == at else (f, f)
            g_low, g_high = (low[g], high[g]) if level[g] == at else (g, g)
            if (below := _settled(table, end, f_low, g_low)) < 0:
                stack.append((f_low, g_low) if f_low < g_low else (g_low, f_low))
            elif (above := _settled(table, end, f_high, g_high)) < 0:
                stack.append((f_high, g_high) if f_high < g_high else (g_high, f_high))
            else:
                answer = table[f, g] = self.node(at, below, above)
                stack.pop()
                if self.entries > self.budget:
                    raise OverBudget
        return answer

    def threshold(self, k: int, inputs: Sequence[int]) -> int:
        """At least k of the inputs fail; counts that the inputs still to come cannot complete are left out."""
        reached, left = [FAILS] + [WORKS] * k, len(inputs)
        for item in inputs:
            left -= 1
            for count in range(k, max(0, k - left - 1), -1):
                reached[count] = self.join(FAILS, reached[count], self.join(WORKS, item, reached[count - 1]))
        return reached[k]

    def finish(self, root: int) -> Diagram:
        """What is reached from the root."""
        used, stack = {WORKS, FAILS, root}, [root]
        while stack:
            node = stack.pop()
            for following in (self.low[node], self.high[node]):
                if following not in used:
                    used.add(following)
                    stack.append(following)
        kept = sorted(used)
        place = {node: number for number, node in enumerate(kept)}
        return Diagram(
            tuple(self.level[node] for node in kept),
            tuple(place[self.low[node]] for node in kept),
            tuple(place[self.high[node]] for node in kept),
        )


def _settled(table: dict[tuple[int, int], int], end: int, f: int, g: int) -> int:
    """What is known of a pair: equal, an end, or joined before; -1: nothing."""
    if f == g:
        return f
    if f > g:
        f, g = g, f
    if f <= FAILS:
        return f if f == end else g
    return table.get((f, g), -1)


def diagram_of(tree: Tree, module: Module, budget: int) -> tuple[Diagram, int]:
    """The diagram of a module over its inputs, and how many table entries it took.

    Raises:
        OverBudget: it would take more than ``budget``.
    """
    builder = Builder(budget)
    deepest = {node: level for level, node in enumerate(module.inputs)}
    done = {node: builder.node(level, WORKS, FAILS) for node, level in deepest.items()}
    for gate in module.members:
        k, inputs = tree.gates[gate - tree.leaves]
        # What ends last in the order is folded in first: 20 s to 0.5 s where 320 stages share their utilities.
        last_first = sorted(inputs, key=lambda item: -deepest[item])
        deepest[gate] = deepest[last_first[0]]
        done[gate] = _gate(builder, k, [done[item] for item in last_first])
    return builder.finish(done[module.gate]), builder.entries


def _gate(builder: Builder, k: int, inputs: list[int]) -> int:
    """One gate over nodes of the diagram."""
    if 1 < k < len(inputs):
        return builder.threshold(k, inputs)
    end = FAILS if k == 1 else WORKS
    answer = WORKS if k == 1 else FAILS
    for item in inputs:
        answer = builder.join(end, answer, item)
    return answer
