"""How fast is the projection at 10^6 entities? Walks against networkx, bulk and small changes, save and load.

Run as ``python -m tests.bench.projection [ENTITIES] [RESULTS.csv]``. A cone is measured from an integer index to filled
arrays of ids and degrees, with relations, directions, presence, valid and recorded time all checked.
"""

import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import networkx as nx
import numpy as np

from tests.bench.table import Row, machine, measured, rate, row, show
from thread.clock import BEGIN, END
from thread.facts import ChangeSet, PartBuilder, Revision
from thread.ontology import load_ontology
from thread.ontology.model import Ontology
from thread.projection import Projection, View, WalkSpec
from thread.terms import THR, TYPE, Iri, UpperKind
from thread.testing.generate import DAY, SINCE, Plant, generate_plant, parts_of_plant

LINEAGE = ("madeTo", "fromBatch", "suppliedBy", "supersedes", "usesDesign")
IMPACT = ("dependsOn", "partOf", "installedIn", "monitors")
EVERY = (*LINEAGE, *IMPACT, "hostedOn", "performedOn", "installs", "failureOf", "addresses")


def ordinals(ontology: Ontology, names: tuple[str, ...]) -> frozenset[int]:
    return frozenset(ontology.relation[THR + name].ordinal for name in names)


def root_of(view: View, spec: WalkSpec, wanted: int, seed: int = 3) -> int:
    """Of 4,000 random entities the one whose cone is nearest in size to what is wanted."""
    rng = np.random.default_rng(seed)
    limited = WalkSpec(spec.forward, spec.backward, spec.free, spec.stop, node_budget=4 * wanted)
    roots: list[int] = rng.integers(0, view.size, 4_000).tolist()
    return min(roots, key=lambda root: abs(len(view.walk([root], limited).nodes) - wanted))


def peer_graph(plant: Plant, names: tuple[str, ...]) -> "nx.DiGraph[int]":
    """The same links for networkx, turned round as the walk goes, with what the filters look at."""
    chosen = np.isin(plant.relation, [plant.relations.index(THR + name) for name in names])
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(plant.size), since=BEGIN, until=END)
    relations = plant.relation[chosen].tolist()
    for subject, target, relation in zip(
        plant.subject[chosen].tolist(), plant.object[chosen].tolist(), relations, strict=True
    ):
        graph.add_edge(target, subject, relation=relation, since=BEGIN, until=END)
    return graph


def filtered_reach(graph: "nx.DiGraph[int]", root: int, relations: frozenset[int], instant: int) -> dict[int, int]:
    """Degrees over the links in force between present nodes: the walk's work, written on networkx."""
    degree, queue = {root: 0}, deque([root])
    nodes = graph.nodes
    while queue:
        node = queue.popleft()
        for other, link in graph.adj[node].items():
            if other in degree or link["relation"] not in relations or not link["since"] <= instant < link["until"]:
                continue
            there = nodes[other]
            if there["since"] <= instant < there["until"]:
                degree[other] = degree[node] + 1
                queue.append(other)
    return degree


def cones(projection: Projection, plant: Plant, size: str) -> Iterator[Row]:
    """Walks of three sizes; the same reach by networkx, bare and with the same filters."""
    instant = SINCE + 800 * DAY
    view, ontology = projection.view(instant), projection.ontology
    number = {view.find(plant.iri(one)): one for one in range(plant.size)}
    impact = WalkSpec(backward=ordinals(ontology, IMPACT), stop=ontology.subkinds(UpperKind.SUPPLIER))
    wide = WalkSpec(backward=ordinals(ontology, EVERY), node_budget=plant.size // 2)
    suppliers = [view.find(plant.iri(plant.first["supplier"] + at)) for at in range(20)]
    root = max(suppliers, key=lambda at: len(view.walk([at], wide).nodes))
    found = view.walk([root], wide)
    label = f"cone of {len(found.nodes):,} nodes, {found.visited_links:,} links"
    yield row(label, size, measured(partial(view.walk, [root], wide)), 50e-3)
    yield row("all links as arrays", size, measured(view.links), 0.5)
    peer = peer_graph(plant, IMPACT)
    followed = frozenset(plant.relations.index(THR + name) for name in IMPACT)
    for wanted, goal in ((38, 10e-6), (1_152, 30e-6)):
        root = root_of(view, impact, wanted)
        found, there = view.walk([root], impact), number[root]
        names = dict(zip((number[int(node)] for node in found.nodes), found.degree.tolist(), strict=True))
        if {there: 0, **names} != filtered_reach(peer, there, followed, instant):
            raise AssertionError("the walk and networkx differ")
        label = f"cone of {len(found.nodes):,} nodes, {found.visited_links:,} links"
        repeat = max(20, 200_000 // (found.visited_links + 50))
        ours, fewer = measured(partial(view.walk, [root], impact), repeat=repeat), max(1, repeat // 30)
        bare = measured(partial(nx.descendants, peer, there), repeat=fewer)
        same = measured(partial(filtered_reach, peer, there, followed, instant), repeat=fewer)
        yield row(label, size, ours, goal)
        yield row(label, size, ours, 30 if wanted > 1_000 else 1, peer=("networkx, same filters", same))
        yield row(label, size, ours, 1, peer=("networkx, bare reach", bare))


def changes(projection: Projection, plant: Plant, size: str) -> Iterator[Row]:
    """One order and its links, staged and published."""
    numbers = count()

    def commit() -> None:
        number, builder = next(numbers), PartBuilder()
        builder.attribute(f"urn:order:{number}", TYPE, Iri(UpperKind.WORK_ORDER))
        builder.attribute(f"urn:order:{number}", THR + "status", "PLANNED", valid_from=SINCE)
        builder.link(f"urn:order:{number}", THR + "performedOn", plant.iri(plant.first["asset"] + number % 100))
        staged = projection.stage(ChangeSet(f"order{number}", "cmms", builder.parts()))
        last = projection.revision
        projection.publish(staged, Revision(last.ordinal + 1, last.recorded_at + 1))
        projection.view(SINCE).find(f"urn:order:{number}")

    yield row("small commit, staged, published, found", size, measured(commit, repeat=50), 3e-3)


def bench(entities: int, folder: Path) -> Iterator[Row]:
    """All figures."""
    ontology, plant = load_ontology(()), generate_plant(entities)
    size = f"{plant.size:,} entities, {len(plant.subject):,} links"
    parts = tuple(parts_of_plant(plant))
    facts = sum(part.size for part in parts)
    built: list[Projection] = []

    def fill() -> None:
        built.clear()
        projection = Projection(ontology)
        projection.publish(projection.stage(ChangeSet("import", "bench", parts)), Revision(1, SINCE))
        built.append(projection)

    yield rate(f"bulk, {facts:,} facts in {len(parts)} parts", size, facts, measured(fill), 250_000)
    projection = built[0]
    again = partial(projection.stage, ChangeSet("again", "bench", parts))
    yield rate("the same again: no change", size, facts, measured(again), 750_000)
    yield from cones(projection, plant, size)
    yield row("save", size, measured(lambda: projection.save(folder)), 10)
    yield row("load, every byte checked", size, measured(lambda: Projection.load(folder, ontology)), 1)
    loaded = Projection.load(folder, ontology)
    if loaded is None:
        raise AssertionError("what was saved cannot be loaded")
    yield from changes(loaded, plant, size)
    yield row("merge of late links into the base", size, measured(loaded._merge), 1)


def main() -> None:
    """Print the table."""
    entities = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folder = Path(tempfile.mkdtemp())
    try:
        sys.stdout.write(f"{machine()}\n")
        show(bench(entities, folder), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
