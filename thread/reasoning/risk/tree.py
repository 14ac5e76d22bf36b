"""What must fail for the top to fail? A coherent structure function: gates over leaves with probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass

from thread.errors import InputError, known_near


@dataclass(frozen=True, slots=True)
class Gate:
    """Fails when at least ``k`` of its inputs fail."""

    k: int
    inputs: tuple[str, ...]


def any_of(*inputs: str) -> Gate:
    """Fails when one of its inputs fails: OR, a series of needs."""
    return Gate(1, inputs)


def all_of(*inputs: str) -> Gate:
    """Fails when all of its inputs fail: AND, alternatives."""
    return Gate(len(inputs), inputs)


def at_least(k: int, *inputs: str) -> Gate:
    """Fails when ``k`` of its inputs fail."""
    return Gate(k, inputs)


def needs(k: int, *inputs: str) -> Gate:
    """Works while ``k`` of its inputs work: a redundancy group.

    >>> needs(2, "a", "b", "c") == at_least(2, "a", "b", "c")
    True
    """
    return Gate(len(inputs) - k + 1, inputs)


@dataclass(frozen=True, slots=True)
class Tree:
    """The cone of one top.

    Nodes are leaves in depth-first order, then gates, each after its inputs; the last is the top.
    """

    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    """Of each leaf: that it fails."""
    gates: tuple[tuple[int, tuple[int, ...]], ...]
    """Of each gate: k, and its inputs as nodes."""

    @property
    def leaves(self) -> int:
        """How many leaves there are; node ``leaves + j`` is gate j."""
        return len(self.probabilities)

    @property
    def top(self) -> int:
        """The node that is asked about."""
        return len(self.names) - 1


def compile_tree(top: str, gates: Mapping[str, Gate], probabilities: Mapping[str, float]) -> Tree:
    """The cone of ``top``, checked and in order; what is not in the cone is left out.

    Raises:
        InputError: ``bad-config``: an unknown input, a ring, k outside 1..n, a member counted twice,
            a probability outside [0, 1].
    Cost: O(gates + inputs).
    """
    if both := sorted(gates.keys() & probabilities.keys()):
        raise InputError(f"{both[0]!r} is a gate and a leaf.", code="bad-config", hint="Rename one.", name=both[0])
    leaves: dict[str, None] = {}
    done: dict[str, Gate] = {}
    opened: set[str] = set()
    stack = [(top, False)]
    while stack:
        name, closing = stack.pop()
        if closing:
            opened.discard(name)
            done[name] = _checked(name, gates[name])
        elif name in opened:
            raise InputError(f"{name!r} fails by itself in a ring.", code="bad-config", hint="Cut it.", name=name)
        elif name in gates and name not in done:
            opened.add(name)
            stack.append((name, True))
            stack.extend((item, False) for item in reversed(gates[name].inputs))
        elif name not in done:
            leaves.setdefault(name)
            _check_leaf(name, gates, probabilities)
    node = {name: number for number, name in enumerate((*leaves, *done))}
    return Tree(
        tuple(node),
        tuple(float(probabilities[name]) for name in leaves),
        tuple((gate.k, tuple(node[item] for item in gate.inputs)) for gate in done.values()),
    )


def _check_leaf(name: str, gates: Mapping[str, Gate], probabilities: Mapping[str, float]) -> None:
    if name not in probabilities:
        hint = known_near(name, (*gates, *probabilities), "gates and leaves")
        raise InputError(f"{name!r} is neither a gate nor a leaf.", code="bad-config", hint=hint, name=name)
    value = probabilities[name]
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name!r} fails with probability {value}; 0 to 1 is expected.", code="bad-config", name=name)


def _checked(name: str, gate: Gate) -> Gate:
    """The gate with each input once."""
    size, distinct = len(gate.inputs), tuple(dict.fromkeys(gate.inputs))
    if not 1 <= gate.k <= size:
        raise InputError(f"{name!r} asks for {gate.k} of {size} inputs.", code="bad-config", name=name)
    if len(distinct) == size:
        return gate
    if gate.k not in (1, size):
        raise InputError(f"{name!r} counts an input twice.", code="bad-config", hint="Name each once.", name=name)
    return Gate(1 if gate.k == 1 else len(distinct), distinct)
