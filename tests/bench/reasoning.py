"""How fast is the structure function? Compile at 10^6 entities, and a medium outage against networkx, in one run.

Run: python -m tests.bench.reasoning [entities]. The plant: sites of 20,000 entities with a ring of buses, boards,
assets in lines, positions with serials, sensors, pumps in groups, and as many designs, batches and orders that carry
nothing. The peer answers the same question (what falls, with alternatives and k of n counted) on a networkx graph.
"""

import sys
from collections.abc import Callable

import networkx as nx
import numpy as np

from tests.bench.table import measured, row, show
from tests.reasoning.plants import ontology, word
from tests.reasoning.wide import ArrayView
from thread.projection.view import LinkTable
from thread.reasoning.impact import ImpactQuery, impact_of
from thread.reasoning.structure import Structure, compile_structure
from thread.terms import THR

SITE = 20_000
RING, BOARDS, PER_BOARD, SLOTS = 10, 10, 10, 4


class Site:
    """Links of one site by local number; the same in every site."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.links: list[tuple[int, str, int]] = []
        grid = self.new("Source")
        ring = [self.new("Bus") for _ in range(RING)]
        for at, bus in enumerate(ring):
            self.links += [(bus, "wiredTo", ring[at - 1]), *([(bus, "poweredBy", grid)] if at % 5 == 0 else [])]
        pumps = [self.new("Spring") for _ in range(6)]
        group = self.new("RedundancyGroup")
        self.links += [(pump, "memberOf", group) for pump in pumps]
        for bus in ring:
            previous = None
            for at in range(BOARDS):
                board = self.new("Bus")
                self.links += [(board, "poweredBy", bus)]
                for _ in range(PER_BOARD):
                    asset = self.new("Thing")
                    self.links += [(asset, "poweredBy", board), (asset, "wateredBy", group)]
                    if previous is not None and at % 3:
                        self.links.append((asset, "dependsOn", previous))
                    previous = asset
                    for _ in range(SLOTS):
                        slot, serial, sensor = self.new("Position"), self.new("Component"), self.new("Sensor")
                        self.links += [
                            (slot, "partOf", asset),
                            (serial, "installedIn", slot),
                            (sensor, "monitors", slot),
                        ]
                        self.links += [(sensor, "poweredBy", board)]
        self.ring = ring
        inert = SITE - len(self.kinds)
        self.kinds += ["Batch"] * inert

    def new(self, kind: str) -> int:
        self.kinds.append(kind)
        return len(self.kinds) - 1


def plant(entities: int) -> tuple[ArrayView, int]:
    """A view of many sites, and a bus of one in the middle."""
    words, site = ontology(), Site()
    sites = entities // SITE
    kinds = np.array([words.kind[word(kind)].ordinal for kind in site.kinds], np.int16)
    table = np.array([(a, words.relation[word(r)].ordinal, b) for a, r, b in site.links], np.int32)
    shift = (np.arange(sites, dtype=np.int32) * SITE)[:, None]
    subject, obj = (table[:, 0] + shift).ravel(), (table[:, 2] + shift).ravel()
    relation = np.tile(table[:, 1].astype(np.int16), sites)
    groups = np.flatnonzero(np.tile(kinds, sites) == words.kind[THR + "RedundancyGroup"].ordinal).astype(np.int32)
    links = LinkTable(subject, obj, relation, np.arange(len(subject), dtype=np.int32))
    view = ArrayView(words, np.tile(kinds, sites), links, {THR + "k": (groups, [4] * len(groups))})
    return view, (sites // 2) * SITE + site.ring[3]


def peer(structure: Structure) -> tuple["nx.DiGraph[int]", Callable[[int], set[int]]]:
    """The same gates as a networkx graph of nodes and gates, and the reach over it."""
    gates, graph = structure.gates, nx.DiGraph()
    base = structure.size
    graph.add_edges_from((base + g, int(gates.owner[g])) for g in range(gates.size))
    where = np.repeat(np.arange(gates.size), np.diff(gates.start))
    graph.add_edges_from(zip(gates.supplier.tolist(), (where + base).tolist(), strict=True))
    for g, count in enumerate(np.diff(gates.start).tolist()):
        graph.nodes[base + g]["surplus"] = count - int(gates.k[g])

    def falls(target: int) -> set[int]:
        dead, stack, lost = {target}, [target], dict[int, int]()
        while stack:
            for gate in graph.successors(stack.pop()):
                lost[gate] = lost.get(gate, 0) + 1
                if lost[gate] > graph.nodes[gate]["surplus"]:
                    for owner in graph.successors(gate):
                        if owner not in dead:
                            dead.add(owner)
                            stack.append(owner)
        return dead

    return graph, falls


def main(entities: int) -> None:
    view, bus = plant(entities)
    size = f"{entities:,} entities"
    compile_structure(plant(SITE)[0]).live.without([0])
    compiled = measured(lambda: compile_structure(view))
    structure = compile_structure(view)
    first = measured(lambda: compile_structure(view).live.state)
    live = structure.live
    outage = live.without([bus])
    _, falls = peer(structure)
    theirs = measured(lambda: falls(bus))
    assert falls(bus) == outage.fallen, (len(falls(bus)), len(outage.fallen))
    cone = f"{size}, cone of {len(outage.down):,}"
    ours = measured(lambda: live.without([bus]), repeat=200)
    query = ImpactQuery()
    whole = measured(lambda: impact_of(view, structure, [bus], query).total(), repeat=20)
    page = measured(lambda: impact_of(view, structure, [bus], query).effects(None, 0, 100), repeat=5)
    show(
        [
            row("structure compiled", size, compiled, 2.0),
            row("structure and live set", size, first, 2.0),
            row("what falls", cone, ours, 30, peer=("networkx loop", theirs)),
            row("impact, all lists counted", cone, whole, 0.01),
            row("impact, first 100 effects explained", cone, page, 0.05),
        ]
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
