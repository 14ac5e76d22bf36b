"""How fast is health? The full pass against networkx and numpy level by level, one changed leaf, one large ring.

Run: python -m tests.bench.health [entities]. The structure: half of the nodes are leaves; the others, in twenty levels,
need one to five of those below (one in twenty a 2-of-3 group); every 2,000 nodes a ring of eight buses, fed at two
places, that must be grounded. All three compute the same function and are compared bit by bit before they are timed.
The impact of 200 assets is asked by GraphQL of ``thread.testing.generate``'s plant in a memory store.
"""

import sys
import time
from collections.abc import Callable

import networkx as nx
import numpy as np
import numpy.typing as npt

from tests.bench.table import Row, Timing, measured, row, show
from thread.reasoning.health.plan import Wiring, compile_plan
from thread.reasoning.health.state import Scores
from thread.reasoning.structure import Structure

RING, EVERY, LEVELS = 8, 2_000, 20
Reals = npt.NDArray[np.float64]


class Net:
    """Nodes by level, the rings first of the second level; suppliers of each gate."""

    def __init__(self, n: int, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self.n, self.leaves, self.rings = n, n // 2, n // EVERY
        self.bounds = np.linspace(self.leaves + self.rings * RING, n, LEVELS + 1).astype(int)
        gates: list[tuple[int, int, list[int]]] = []
        for ring in range(self.rings):
            first, near = self.leaves + ring * RING, int(self.leaves * ring / self.rings)
            for at in range(RING):
                sides = [first + (at - 1) % RING, first + (at + 1) % RING]
                entry = [near + at] if at % (RING // 2) == 0 else []
                gates.append((first + at, 1, sides + entry))
        for low, high in zip(self.bounds, self.bounds[1:], strict=False):
            width = random.choice([1, 2, 3, 4, 5], high - low, p=[0.2, 0.3, 0.25, 0.15, 0.1])
            place = (np.arange(low, high) - low) / (high - low)
            for node, degree, share in zip(range(low, high), width.tolist(), place.tolist(), strict=True):
                near = int(share * (low - self.leaves))
                below = (self.leaves + near + random.integers(-50, 50, 1)).clip(self.leaves, low - 1).tolist()
                others = (int(share * self.leaves) + random.integers(-200, 200, degree - 1)).clip(0, self.leaves - 1)
                inputs = list(dict.fromkeys([*below, *others.tolist()]))
                gates.append((node, 2 if len(inputs) == 3 and node % 5 == 0 else len(inputs), inputs))
        self.gates = sorted(gates)
        self.own = np.where(random.random(n) < 0.1, random.choice([0.0, 0.3, 0.6, 0.9], n), 1.0)

    def wiring(self) -> Wiring:
        """As the plan takes it."""
        width = [len(inputs) for _, _, inputs in self.gates]
        owner = np.array([node for node, _, _ in self.gates], np.int32)
        supplier = np.array([u for _, _, inputs in self.gates for u in inputs], np.int32)
        in_ring = (owner >= self.leaves) & (owner < self.leaves + self.rings * RING)
        inside = np.repeat(in_ring, width) & (supplier >= self.leaves)
        empty = np.empty(0, np.int32)
        return Wiring(
            self.n, owner, np.array([k for _, k, _ in self.gates], np.int32),
            np.concatenate(([0], np.cumsum(width))).astype(np.int32), supplier, in_ring.astype(np.uint8),
            np.zeros(len(supplier), np.uint8), np.array([0.0, 0.0, 1.0]),
            np.where(in_ring, (owner - self.leaves) // RING, -1).astype(np.int32), inside.astype(np.uint8),
            np.zeros(self.n, bool), empty, empty,
        )  # fmt: skip


def by_networkx(net: Net) -> tuple[Callable[[], Reals], Callable[[], Reals]]:  # noqa: C901  a peer, in one piece
    """A loop over a networkx graph, rings by iteration from nothing; and the same with the order given."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from((node, {"own": value, "k": 0}) for node, value in enumerate(net.own.tolist()))
    for node, k, inputs in net.gates:
        graph.add_edges_from((u, node) for u in inputs)
        graph.nodes[node]["k"] = k
    first, last = net.leaves, net.leaves + net.rings * RING

    def run() -> Reals:
        for _ in nx.topological_sort(nx.condensation(graph)):  # as it is written without a plan
            pass
        return ordered()

    def ordered() -> Reals:
        health: dict[int, float] = {}
        for node in range(first):
            health[node] = graph.nodes[node]["own"]
        for ring in range(first, last, RING):
            nodes = range(ring, ring + RING)
            health.update(dict.fromkeys(nodes, 0.0))
            changed = True
            while changed:
                changed = False
                for node in nodes:
                    new = min(graph.nodes[node]["own"], max(health[u] for u in graph.predecessors(node)))
                    if new != health[node]:
                        health[node], changed = new, True
        for node in range(last, net.n):
            seen = sorted((health[u] for u in graph.predecessors(node)), reverse=True)
            health[node] = min(graph.nodes[node]["own"], seen[graph.nodes[node]["k"] - 1])
        return np.array([health[node] for node in range(net.n)])

    return run, ordered


def by_numpy(net: Net) -> Callable[[], Reals]:
    """Vectorised level by level; rings in sweeps over all of them at once."""
    first, last = net.leaves, net.leaves + net.rings * RING
    entries = np.array([inputs for node, _, inputs in net.gates if first <= node < last and len(inputs) == 3], int)
    stages = []
    for low, high in zip(net.bounds, net.bounds[1:], strict=False):
        some = [gate for gate in net.gates if low <= gate[0] < high]
        series = [gate for gate in some if gate[1] == len(gate[2])]
        groups = [gate for gate in some if gate[1] != len(gate[2])]
        start = np.cumsum([0, *(len(inputs) for _, _, inputs in series)])[:-1]
        stages.append(
            (
                np.array([node for node, _, _ in series], int),
                start,
                np.array([u for _, _, inputs in series for u in inputs], int),
                np.array([node for node, _, _ in groups], int),
                np.array([inputs for _, _, inputs in groups], int).reshape(-1, 3),
            )
        )

    def run() -> Reals:
        h = net.own.copy()
        own = net.own[first:last].reshape(-1, RING)
        fed = np.zeros_like(own)
        fed[:, :: RING // 2] = h[entries[:, 2]].reshape(-1, 2)
        y = np.zeros_like(own)
        while True:
            new = np.minimum(own, np.maximum(fed, np.maximum(np.roll(y, 1, 1), np.roll(y, -1, 1))))
            if (new == y).all():
                break
            y = new
        h[first:last] = y.ravel()
        for nodes, start, suppliers, grouped, members in stages:
            h[nodes] = np.minimum(h[nodes], np.minimum.reduceat(h[suppliers], start))
            if len(grouped):
                h[grouped] = np.minimum(h[grouped], np.sort(h[members], axis=1)[:, 1])
        return h

    return run


def full(net: Net, size: str) -> list[Row]:
    """The full pass and its peers."""
    from thread.reasoning.health.kernels import whole

    began = time.perf_counter()
    plan = compile_plan(net.wiring())
    spent = time.perf_counter() - began
    no = np.zeros(net.n, np.uint8)
    scores = Scores.whole(plan, net.own, no)
    (loop, ordered), sweeps = by_networkx(net), by_numpy(net)
    assert np.array_equal(scores.by_node, sweeps())
    assert np.array_equal(scores.by_node, loop())
    space = scores._space.arrays
    ours = measured(lambda: whole(plan.runs, scores.own, scores.h, scores.shut, *plan.arrays, *space), 5)
    return [
        row("health: the plan, once per structure", size, Timing(spent, spent, spent), 2.0),
        row("health: full pass", size, ours, 1_000, peer=("networkx loop", once(loop))),
        row("health: full pass", size, ours, 100, peer=("networkx, order given", measured(ordered))),
        row("health: full pass", size, ours, 30, peer=("numpy by level", measured(sweeps))),
    ]


def once(call: Callable[[], object]) -> Timing:
    """One run, of what takes too long to be repeated."""
    began = time.perf_counter()
    call()
    spent = time.perf_counter() - began
    return Timing(spent, spent, spent)


def leaf(net: Net, size: str, count: int = 3_000) -> list[Row]:
    """One changed leaf, both ways, until all that rests on it is told."""
    scores = Scores.whole(compile_plan(net.wiring()), net.own, np.zeros(net.n, np.uint8))
    random = np.random.default_rng(2)
    ringed = {u for node, _, inputs in net.gates if node < net.leaves + net.rings * RING for u in inputs}
    nodes = [v for v in random.integers(0, net.leaves, 2 * count).tolist() if v not in ringed][:count]
    times = []
    for node in nodes:
        at, own = np.array([node], np.int32), np.array([random.choice([0.0, 0.5, 1.0])])
        began = time.perf_counter()
        scores.change(at, own)
        times.append(time.perf_counter() - began)
    half, most, least = np.quantile(times, [0.5, 0.99, 0.0]).tolist()
    return [
        row("health: one changed leaf, median", size, Timing(half, least, most), 50e-6),
        row("health: one changed leaf, 99th percentile", size, Timing(most, half, max(times)), 1e-3),
    ]


def ring(size: int = 10_000) -> list[Row]:
    """One leaf that feeds a meshed ring of ten thousand, solved anew."""
    random = np.random.default_rng(3)
    entries = size // 100
    chord = random.integers(0, size, size).tolist()
    beside = [[entries + (at + step) % size for step in (-1, 1, chord[at] - at)] for at in range(size)]
    gates = [(entries + at, inputs) for at, inputs in enumerate(beside)]
    for entry in range(entries):
        gates[entry * 100][1].append(entry)
    width = [len(set(inputs)) for _, inputs in gates]
    supplier = np.array([u for _, inputs in gates for u in sorted(set(inputs))], np.int32)
    n, empty = entries + size, np.empty(0, np.int32)
    wiring = Wiring(
        n, np.array([node for node, _ in gates], np.int32), np.ones(size, np.int32),
        np.concatenate(([0], np.cumsum(width))).astype(np.int32), supplier, np.ones(size, np.uint8),
        np.zeros(len(supplier), np.uint8), np.array([0.0, 0.0, 1.0]), np.zeros(size, np.int32),
        (supplier >= entries).astype(np.uint8), np.zeros(n, bool), empty, empty,
    )  # fmt: skip
    own = np.where(np.arange(n) < entries, 1.0, np.round(random.uniform(0.5, 1.0, n), 3))
    scores = Scores.whole(compile_plan(wiring), own, np.zeros(n, np.uint8))
    at = np.array([0], np.int32)
    turn = iter(range(10**6))
    found = measured(lambda: scores.change(at, np.array([(0.3, 1.0)[next(turn) % 2]])))
    return [row("health: a supply group solved anew", f"{size:,} members", found, 0.010)]


def outage(entities: int) -> list[Row]:
    """The impact of 200 assets at once, by GraphQL."""
    from thread.api.engine import Engine
    from thread.clock import SystemClock
    from thread.config import Settings
    from thread.facts import ChangeSet
    from thread.service import open_service
    from thread.terms import THR
    from thread.testing.generate import generate_plant, parts_of_plant

    plant = generate_plant(entities)
    service = open_service(Settings.load(store="memory:"), clock=SystemClock())
    change_set = ChangeSet("import", "bench", tuple(parts_of_plant(plant)))
    service.commit(change_set)
    view = service.view(service.context())
    assets = view.of_kind(THR + "Asset")
    chosen = [view.iri(int(node)) for node in assets[:: max(len(assets) // 200, 1)][:200]]
    document = """query ($of: [ID!]!) { impact(of: $of) { counts { kind count }
      effects(first: 100) { totalCount edges { effect before after node { iri } } } completeness { complete } } }"""
    engine = Engine(service)

    def ask() -> None:
        found = engine.execute(document, {"of": chosen})
        assert found.errors is None, found.errors
        assert found.data is not None

    began = time.perf_counter()
    ask()
    first = time.perf_counter() - began
    size = f"{plant.size:,} entities, {change_set.size:,} facts"
    rows = [
        row("impact of 200 assets by GraphQL, first", size, Timing(first, first, first), 10.0),
        row("impact of 200 assets by GraphQL", size, measured(ask), 0.2),
    ]
    structure = service.structures.with_health(view)
    rows.append(row("health: own, both ends, from the structure", size, measured(lambda: _fresh(structure), 1), 2.0))
    service.close()
    return rows


def _fresh(structure: Structure) -> None:
    structure.__dict__.pop("health", None)
    assert structure.health


def main(entities: int) -> None:
    rows: list[Row] = []
    for n in (entities // 10, entities):
        net = Net(n)
        size = f"{n:,} nodes, {sum(len(inputs) for _, _, inputs in net.gates):,} links"
        rows += leaf(net, size)
    rows += full(net, size)
    rows += ring()
    show(rows)
    show(outage(entities))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
