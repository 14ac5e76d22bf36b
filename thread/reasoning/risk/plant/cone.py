"""What must fail for a thing to stop? Its cone of the plant's structure as a fault tree; loops solved symbolically.

Leaves are named ``o<node>`` (it fails by itself). A strongly connected part is iterated as "Grounded supply" defines
it: the greatest set that lives, and for each class of media the least set that is supplied. The diagrams that come
out are handed on as gates: for a monotone diagram a node is ``low or (variable and high)``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from thread.reasoning.answers import Budget
from thread.reasoning.needs import INSTALLED_IN
from thread.reasoning.risk.bdd import FAILS, WORKS, Builder, OverBudget
from thread.reasoning.risk.solving import BUDGET
from thread.reasoning.risk.tree import Gate, any_of
from thread.reasoning.structure import COINDUCTIVE, Structure
from thread.terms import UpperKind

Expr = str | bool
"""A leaf or gate by name; True: has failed, False: never fails."""


@dataclass(frozen=True)
class Wiring:
    """Gates of a cone by owner, suppliers before consumers where there is no loop."""

    structure: Structure
    top: int
    nodes: tuple[int, ...]
    """Everything in the cone; each after what it needs, but for loops."""
    parts: tuple[tuple[int, ...], ...]
    """The same in strongly connected parts, in an order in which each part needs only those before it."""
    inputs: int
    """How many (gate, supplier) pairs there are."""
    stopped: bool
    """The cone was larger than the budget; what is beyond never fails, in the answer."""


def wiring_of(structure: Structure, top: int, budget: Budget | None = None) -> Wiring:
    """The cone of a thing, in strongly connected parts. Cost: O(cone). Source: R. Tarjan, SIAM J. Comput. 1 (1972)."""
    budget = budget or Budget()
    number: dict[int, int] = {top: 0}
    low: dict[int, int] = {top: 0}
    stack, held, parts, inputs = [(top, _needs(structure, top))], [top], list[tuple[int, ...]](), 0
    open_, stopped = {top}, False
    while stack:
        node, ahead = stack[-1]
        following = next(ahead, None)
        if following is not None:
            inputs += 1
            if following in open_:
                low[node] = min(low[node], number[following])
            elif following not in number:
                if len(number) >= budget.nodes or inputs >= budget.links:
                    stopped = True
                    continue
                number[following] = low[following] = len(number)
                stack.append((following, _needs(structure, following)))
                held.append(following)
                open_.add(following)
            continue
        stack.pop()
        if stack:
            low[stack[-1][0]] = min(low[stack[-1][0]], low[node])
        if low[node] == number[node]:
            at = len(held) - 1
            while held[at] != node:
                at -= 1
            part = tuple(held[at:])
            del held[at:]
            open_.difference_update(part)
            parts.append(part)
    nodes = tuple(node for part in parts for node in part)
    return Wiring(structure, top, nodes, tuple(parts), inputs, stopped)


def _needs(structure: Structure, node: int) -> Iterator[int]:
    gates = structure.gates
    first, last = int(gates.of_start[node]), int(gates.of_start[node + 1])
    return iter(gates.supplier[gates.start[first] : gates.start[last]].tolist() if last > first else [])


@dataclass
class FaultTree:
    """Gates over leaves that say when a thing stops."""

    top: Expr
    gates: dict[str, Gate]
    leaves: tuple[str, ...]
    """Leaves in the cone, whether or not the top depends on them."""


def fails_by_itself(structure: Structure) -> npt.NDArray[np.bool_]:
    """Per node: it can fail by itself. A group or a place cannot; a position is as good as the serial in it.

    Cost: O(n), vectorised.
    """
    view, ontology = structure.view, structure.view.ontology
    could = np.isin(structure.kinds, list(ontology.subkinds(UpperKind.ASSET, UpperKind.COMPONENT, UpperKind.SENSOR)))
    could[view.of_kind(UpperKind.POSITION)] = True
    could[view.links(ontology.subrelations(INSTALLED_IN)).object] = False
    found: npt.NDArray[np.bool_] = could | (structure.own != 0)
    return found


def fault_tree(
    wiring: Wiring, could: npt.NDArray[np.bool_], *, folded: bool = False, budget: int = BUDGET
) -> FaultTree:
    """The cone as a fault tree.

    Args:
        could: per node, whether it can fail by itself (``fails_by_itself``).
        folded: what is down by itself now is taken as failed; by default it stays a leaf.
        budget: table entries for the loops.
    Raises:
        OverBudget: a loop takes more.
    """
    growing = _Growing(wiring, could, folded, budget)
    for part in wiring.parts:
        growing.add(part)
    leaves = tuple(f"o{node}" for node in wiring.nodes if growing.leaf(node) is not False)
    return FaultTree(growing.failing[wiring.top], growing.gates, leaves)


@dataclass
class _Growing:
    """A fault tree while it grows: what is known of each node."""

    wiring: Wiring
    could: npt.NDArray[np.bool_]
    folded: bool
    budget: int
    gates: dict[str, Gate] = field(default_factory=dict)
    failing: dict[int, Expr] = field(default_factory=dict)

    def leaf(self, node: int) -> Expr:
        """That a node fails by itself."""
        structure = self.wiring.structure
        if structure.own[node] and self.folded:
            return True
        return f"o{node}" if self.could[node] else False

    def add(self, part: Sequence[int]) -> None:
        """One strongly connected part, given what it needs."""
        node = part[0]
        if len(part) == 1 and node not in set(_needs(self.wiring.structure, node)):
            found = [self.leaf(node), *(self._gate(gate) for gate in self._of(node))]
            self.failing[node] = self._made(f"n{node}", 1, found)
        else:
            self._solve(part)

    def _of(self, node: int) -> range:
        gates = self.wiring.structure.gates
        return range(int(gates.of_start[node]), int(gates.of_start[node + 1]))

    def _suppliers(self, gate: int) -> list[tuple[int, bool]]:
        """Suppliers of a gate, and whether each is shut for it."""
        gates, shut = self.wiring.structure.gates, self.wiring.structure.conduction.shut
        suppliers = gates.supplier[gates.start[gate] : gates.start[gate + 1]].tolist()
        return [(u, bool(shut[u]) and bool(gates.cls[gate] >= 0)) for u in suppliers]

    def _gate(self, gate: int) -> Expr:
        suppliers = self._suppliers(gate)
        found = [True if shut else self.failing.get(u, False) for u, shut in suppliers]
        return self._made(f"g{gate}", len(suppliers) - int(self.wiring.structure.gates.k[gate]) + 1, found)

    def _made(self, name: str, k: int, inputs: Iterable[Expr]) -> Expr:
        """At least k of the inputs, without those that are settled; a name only where one is needed."""
        given = list(inputs)
        k -= sum(each is True for each in given)
        left = [each for each in given if isinstance(each, str)]
        if k <= 0:
            return True
        if len(left) < k:
            return False
        distinct = list(dict.fromkeys(left))
        if k in (1, len(left)):
            left, k = distinct, 1 if k == 1 else len(distinct)
        if len(left) == 1:
            return left[0]
        self.gates[name] = Gate(k, tuple(self._once(name, left)))
        return name

    def _once(self, name: str, inputs: list[str]) -> Iterator[str]:
        """Inputs of a count, where those that are the same thing are told apart by a gate of their own."""
        seen: set[str] = set()
        for at, item in enumerate(inputs):
            if item not in seen:
                seen.add(item)
                yield item
            else:
                self.gates[f"{name}/{at}"] = any_of(item)
                yield f"{name}/{at}"

    def _solve(self, part: Sequence[int]) -> None:
        """A part whose nodes need each other, as the greatest set that lives with its supply grounded."""
        loop = _Loop(self, part)
        solved = loop.solve()
        made: dict[int, Expr] = {WORKS: False, FAILS: True}
        for number in sorted(_below(loop.builder, solved.values())):
            made[number] = self._decision(f"d{part[0]}.{number}", loop, number, made)
        for node, number in solved.items():
            self.failing[node] = made[number]

    def _decision(self, name: str, loop: "_Loop", number: int, made: Mapping[int, Expr]) -> Expr:
        builder = loop.builder
        variable, low, high = loop.names[builder.level[number]], made[builder.low[number]], made[builder.high[number]]
        both = self._made(f"{name}+", 2, (variable, high))
        return self._made(name, 1, (low, both))


_Input = tuple[int, bool, int]
"""Of a gate in a loop: a node of the part and whether its supply must be grounded, else -1 and a diagram."""


class _Loop:
    """One strongly connected part over its own leaves and what it needs from outside."""

    def __init__(self, growing: _Growing, part: Sequence[int]) -> None:
        self.growing, self.part, self.inside = growing, part, frozenset(part)
        self.builder, self.names = Builder(growing.budget), list[str]()
        self._variable: dict[str, int] = {}
        self.own: dict[int, int] = {}
        self.gates: dict[int, list[tuple[int, int, list[_Input]]]] = {}
        """Of each node: class, how many inputs must fail, inputs."""
        for node in part:
            self.own[node] = self._of(growing.leaf(node))
            self.gates[node] = [self._gate(gate) for gate in growing._of(node)]
        found = (gate for gates in self.gates.values() for gate in gates)
        self.classes = sorted({cls for cls, _, inputs in found if any(grounded for _, grounded, _ in inputs)})

    def _of(self, expr: Expr) -> int:
        """The diagram of a name: one variable each."""
        if isinstance(expr, bool):
            return FAILS if expr else WORKS
        if expr not in self._variable:
            self._variable[expr] = self.builder.node(len(self.names), WORKS, FAILS)
            self.names.append(expr)
        return self._variable[expr]

    def _gate(self, gate: int) -> tuple[int, int, list[_Input]]:
        structure, growing = self.growing.wiring.structure, self.growing
        inputs: list[_Input] = []
        for at, (supplier, shut) in enumerate(growing._suppliers(gate), int(structure.gates.start[gate])):
            if shut:
                inputs.append((-1, False, FAILS))
            elif supplier in self.inside:
                inputs.append((supplier, bool(structure.loops.inside[at]), WORKS))
            else:
                inputs.append((-1, False, self._of(growing.failing.get(supplier, False))))
        return int(structure.gates.cls[gate]), len(inputs) - int(structure.gates.k[gate]) + 1, inputs

    def solve(self) -> dict[int, int]:
        """The diagram of each node: that it is not in the greatest X = T(X)."""
        down = dict.fromkeys(self.part, WORKS)
        while True:
            following = dict(down)
            for cls in self.classes or [COINDUCTIVE]:
                starved = self._starved(cls, down)
                for node in self.part:
                    following[node] = self.builder.join(FAILS, following[node], starved[node])
            if following == down:
                return down
            down = following

    def _starved(self, cls: int, down: Mapping[int, int]) -> dict[int, int]:
        """That a node is not in the least set for a class, everything else held."""
        starved = dict.fromkeys(self.part, FAILS)
        changed = True
        while changed:
            changed = False
            for node in self.part:
                found = self._fails(node, cls, down, starved)
                changed |= found != starved[node]
                starved[node] = found
        return starved

    def _fails(self, node: int, cls: int, down: Mapping[int, int], starved: Mapping[int, int]) -> int:
        answer = self.own[node]
        for of, k, inputs in self.gates[node]:
            given = [
                known if other < 0 else starved[other] if grounded and of == cls else down[other]
                for other, grounded, known in inputs
            ]
            if k <= 0:
                return FAILS
            if k <= len(given):
                answer = self.builder.join(FAILS, answer, self.builder.threshold(k, given))
        return answer


def _below(builder: Builder, roots: Iterable[int]) -> set[int]:
    """Decision nodes that are reached from some."""
    stack = [root for root in roots if root > FAILS]
    found = set(stack)
    while stack:
        number = stack.pop()
        for following in (builder.low[number], builder.high[number]):
            if following > FAILS and following not in found:
                found.add(following)
                stack.append(following)
    return found


__all__ = ["Expr", "FaultTree", "OverBudget", "Wiring", "fails_by_itself", "fault_tree", "wiring_of"]
