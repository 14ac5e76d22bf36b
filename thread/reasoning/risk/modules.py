"""Which parts of a tree stand alone? Modules: gates whose leaves nothing outside them uses.

Source: Dutuit and Rauzy, A linear-time algorithm to find modules of fault trees, IEEE Trans. Reliability 45 (1996).
"""

from dataclasses import dataclass

from thread.reasoning.risk.tree import Tree


@dataclass(frozen=True, slots=True)
class Module:
    """A gate that stands alone, down to its leaves and to the modules in it."""

    gate: int
    members: tuple[int, ...]
    """Gates of it, each after its inputs; the last is ``gate``."""
    inputs: tuple[int, ...]
    """Leaves and gates of inner modules, in depth-first order: the variables of its diagram."""


def modules_of(tree: Tree) -> tuple[Module, ...]:
    """The modules of a tree, inner before outer; the last is that of the top. None where the top is a leaf.

    Cost: O(nodes + inputs).
    """
    alone = _standing_alone(tree)
    return tuple(_module(tree, gate, alone) for gate in range(tree.leaves, tree.top + 1) if alone[gate])


def _module(tree: Tree, gate: int, alone: list[bool]) -> Module:
    members, inputs, stack = {gate}, dict[int, None](), list(reversed(tree.gates[gate - tree.leaves][1]))
    while stack:
        node = stack.pop()
        if node < tree.leaves or alone[node]:
            inputs.setdefault(node)
        elif node not in members:
            members.add(node)
            stack.extend(reversed(tree.gates[node - tree.leaves][1]))
    return Module(gate, tuple(sorted(members)), tuple(inputs))


def _standing_alone(tree: Tree) -> list[bool]:
    """Of each node: it is a gate, and all visits to what is below it fall between its first visit and its end."""
    size = tree.top + 1
    first, last, end = [0] * size, [0] * size, [0] * size
    date, stack = 0, [(tree.top, False)]
    while stack:
        node, closing = stack.pop()
        date += 1
        if closing:
            end[node] = date
            continue
        last[node] = date
        if first[node]:
            continue
        first[node] = date
        if node >= tree.leaves:
            stack.append((node, True))
            stack.extend((item, False) for item in reversed(tree.gates[node - tree.leaves][1]))
    earliest, latest, alone = first.copy(), last.copy(), [False] * size
    for node, (_, inputs) in enumerate(tree.gates, tree.leaves):
        below = min(earliest[item] for item in inputs)
        above = max(latest[item] for item in inputs)
        alone[node] = first[node] < below and above < end[node]
        earliest[node], latest[node] = min(first[node], below), max(last[node], above)
    return alone
