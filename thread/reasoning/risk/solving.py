"""Which modules of a tree fit into the budget as diagrams? What exact answers are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass

from thread.errors import LimitError
from thread.reasoning.risk.bdd import Diagram, OverBudget, diagram_of
from thread.reasoning.risk.bounds import Interval, interval_of, ordered
from thread.reasoning.risk.modules import Module, modules_of
from thread.reasoning.risk.tree import Tree

BUDGET = 2_000_000
"""Table entries for the diagrams of one question: some seconds, some hundred megabytes."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A tree with the diagram of each module, inner before outer; None: over budget."""

    tree: Tree
    modules: tuple[Module, ...]
    diagrams: tuple[Diagram | None, ...]
    entries: int
    """Table entries that were made."""

    @property
    def exact(self) -> bool:
        """All modules have their diagram."""
        return None not in self.diagrams

    def intervals(self) -> list[Interval]:
        """Bounds of each node that is a leaf or a module; equal ends where all below is exact. Others: (0, 1)."""
        bounds = [(chance, chance) for chance in self.tree.probabilities] + [(0.0, 1.0)] * len(self.tree.gates)
        for module, diagram in zip(self.modules, self.diagrams, strict=True):
            inputs = [bounds[item] for item in module.inputs]
            if diagram is None:
                bounds[module.gate] = interval_of(self.tree, module, inputs)
                continue
            low = diagram.values([low for low, _ in inputs])[-1]
            same = all(least == most for least, most in inputs)
            high = low if same else diagram.values([high for _, high in inputs])[-1]
            bounds[module.gate] = ordered(low, high)
        return bounds

    def values(self, chances: Sequence[float]) -> list[float]:
        """Exact probability of each leaf and module, for probabilities of the leaves. Others: 0."""
        values = list(chances) + [0.0] * len(self.tree.gates)
        for module, diagram in self.pairs():
            values[module.gate] = diagram.values([values[item] for item in module.inputs])[-1]
        return values

    def slopes(self, chances: Sequence[float]) -> list[float]:
        """How the probability of the top grows with that of each leaf, by one pass down."""
        values, slopes = self.values(chances), [0.0] * (self.tree.top + 1)
        slopes[self.tree.top] = 1.0
        for module, diagram in reversed(self.pairs()):
            inner = diagram.slopes([values[item] for item in module.inputs])
            for item, slope in zip(module.inputs, inner, strict=True):
                slopes[item] = slope * slopes[module.gate]
        return slopes[: self.tree.leaves]

    def pairs(self) -> list[tuple[Module, Diagram]]:
        """The modules that have a diagram, inner before outer."""
        pairs = zip(self.modules, self.diagrams, strict=True)
        return [(module, diagram) for module, diagram in pairs if diagram is not None]


def solve(tree: Tree, budget: int = BUDGET) -> Solved:
    """The diagrams of a tree. A module that is over what is left of the budget has none; the others may."""
    modules, diagrams, left = modules_of(tree), list[Diagram | None](), budget
    for module in modules:
        try:
            diagram, entries = diagram_of(tree, module, left)
        except OverBudget:
            diagrams.append(None)
        else:
            diagrams.append(diagram)
            left -= entries
    return Solved(tree, modules, tuple(diagrams), budget - left)


def solve_exactly(tree: Tree, budget: int = BUDGET) -> Solved:
    """The diagrams of a tree, all of them.

    Raises:
        LimitError: ``too-costly``: a module is over budget.
    """
    solved = solve(tree, budget)
    if not solved.exact:
        names = [tree.names[m.gate] for m, d in zip(solved.modules, solved.diagrams, strict=True) if d is None]
        raise LimitError(
            f"{names[0]!r} takes more than {budget} table entries.",
            code="too-costly",
            hint="Give a larger budget, or ask for a gate below it.",
            name=names[0],
        )
    return solved
