"""Random trees, and what they mean by definition: every state of the leaves looked at."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from random import Random

from hypothesis import strategies as st

from thread.reasoning.risk import Gate, Tree, compile_tree


@dataclass(frozen=True)
class Model:
    """A tree before it is compiled."""

    top: str
    gates: Mapping[str, Gate]
    probabilities: Mapping[str, float]

    @property
    def tree(self) -> Tree:
        return compile_tree(self.top, self.gates, self.probabilities)

    @property
    def cone(self) -> list[str]:
        """Leaves that the top can be reached from."""
        waiting, seen = [self.top], {self.top}
        while waiting:
            name = waiting.pop()
            for item in self.gates[name].inputs if name in self.gates else ():
                if item not in seen:
                    seen.add(item)
                    waiting.append(item)
        return sorted(seen & self.probabilities.keys())

    def given(self, **probabilities: float) -> "Model":
        return Model(self.top, self.gates, {**self.probabilities, **probabilities})

    def fails(self, failed: Collection[str], name: str | None = None) -> bool:
        """By definition."""
        name = name or self.top
        if name not in self.gates:
            return name in failed
        gate = self.gates[name]
        return sum(self.fails(failed, item) for item in gate.inputs) >= gate.k

    def states(self) -> Iterator[tuple[set[str], float]]:
        cone = self.cone
        for bits in product((False, True), repeat=len(cone)):
            failed = {name for name, bit in zip(cone, bits, strict=True) if bit}
            weight = 1.0
            for name in cone:
                weight *= self.probabilities[name] if name in failed else 1 - self.probabilities[name]
            yield failed, weight

    def enumerated(self) -> float:
        """The probability of the top: the sum over all states."""
        return sum(weight for failed, weight in self.states() if self.fails(failed))

    def cut_sets(self) -> set[tuple[str, ...]]:
        """Sets of leaves that fail the top, and of which none can be spared."""
        cone = self.cone
        subsets = (set(names) for size in range(len(cone) + 1) for names in combinations(cone, size))
        return {
            tuple(sorted(names))
            for names in subsets
            if self.fails(names) and not any(self.fails(names - {name}) for name in names)
        }


def random_model(random: Random, leaves: int = 8, gates: int = 7) -> Model:
    """Gates over leaves and earlier gates, with shared parts, private ones, certain leaves and impossible ones."""
    names = [f"e{number}" for number in range(random.randint(1, leaves))]
    probabilities = {name: random.choice((random.random(), random.random() / 50, 0.0, 1.0)) for name in names}
    if random.random() < 0.7:
        probabilities = {name: random.uniform(0.01, 0.6) for name in names}
    made: dict[str, Gate] = {}
    for number in range(random.randint(1, gates)):
        near = [*names, *list(made)[-3:], *list(made)[-2:]]
        inputs = tuple(dict.fromkeys(random.choices(near, k=random.randint(1, 4))))
        made[f"g{number}"] = Gate(random.randint(1, len(inputs)), inputs)
    return Model(list(made)[-1], made, probabilities)


models = st.integers(0, 2**32).map(lambda seed: random_model(Random(seed)))
