"""Recall, where-used, siblings, structures and replacements on a generated plant, against loops over its columns."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from thread.clock import BEGIN, END
from thread.facts import ChangeSet, Revision
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.projection.view import View
from thread.reasoning.configuration import StructureView, structure_of
from thread.reasoning.differing import differences_of
from thread.reasoning.recall import recall_of, trace_of
from thread.reasoning.replacing import Replacements
from thread.reasoning.siblings import Sharing, siblings_of
from thread.reasoning.used import used_of
from thread.testing.generate import Plant, generate_plant, parts_of_plant

NOW = 1_700_000_000_000_000


@pytest.fixture(scope="module")
def plant() -> Plant:
    return generate_plant(3_000, seed=11)


@pytest.fixture(scope="module")
def views(plant: Plant) -> tuple[View, View]:
    projection = Projection(load_ontology())
    change = ChangeSet("plant", "bench", tuple(parts_of_plant(plant)))
    projection.publish(projection.stage(change), Revision(1, NOW))
    return projection.view(NOW), projection.view(NOW, None, (BEGIN - 1, END))


def links(plant: Plant, name: str) -> list[tuple[str, str]]:
    number = next(at for at, iri in enumerate(plant.relations) if iri.endswith("#" + name))
    rows = np.flatnonzero(plant.relation == number)
    return [(plant.iri(int(plant.subject[at])), plant.iri(int(plant.object[at]))) for at in rows]


def graph(plant: Plant, *names: str) -> "nx.DiGraph[str]":
    found: nx.DiGraph[str] = nx.DiGraph()
    for name in names:
        found.add_edges_from(links(plant, name))
    return found


def some(plant: Plant, kind: str, count: int = 25) -> list[str]:
    chosen = np.random.default_rng(3).integers(0, plant.count[kind], count)
    return [plant.iri(plant.first[kind] + int(at)) for at in chosen]


def names(view: View, nodes: object) -> set[str]:
    return set(view.iris(list(nodes)))  # type: ignore[call-overload]  # whatever holds nodes


def test_a_recall_is_complete(plant: Plant, views: tuple[View, View]) -> None:
    view, ever = views
    of_batch = defaultdict(set)
    for part, batch in links(plant, "fromBatch"):
        of_batch[batch].add(part)
    within = graph(plant, "installedIn", "partOf")
    orders = {(order, part) for name in ("installs", "performedOn") for order, part in links(plant, name)}
    for batch in some(plant, "batch"):
        found = recall_of(view, ever, view.find(batch))
        items = of_batch[batch]
        assert names(view, found.items.nodes) == items
        around = set().union(*(nx.descendants(within, item) for item in items if item in within)) - items
        assert names(view, found.products) == {each for each in around if "/position/" not in each.replace(":", "/")}
        assert names(view, found.work_orders) == {order for order, part in orders if part in items}
        assert found.completeness.complete is bool(items)


def test_a_recall_of_a_supplier_is_complete(plant: Plant, views: tuple[View, View]) -> None:
    view, ever = views
    delivered = graph(plant, "suppliedBy")
    made = graph(plant, "fromBatch")
    for supplier in some(plant, "supplier", 6):
        batches = set(delivered.predecessors(supplier)) if supplier in delivered else set()
        items = {part for batch in batches if batch in made for part in made.predecessors(batch)}
        assert names(view, recall_of(view, ever, view.find(supplier)).items.nodes) == items


def test_a_trace_leads_back_to_every_lot_and_supplier(plant: Plant, views: tuple[View, View]) -> None:
    view, ever = views
    origins = graph(plant, "fromBatch", "suppliedBy")
    inside = graph(plant, "installedIn", "partOf").reverse()
    for item in some(plant, "component"):
        parts = {item} | (nx.descendants(inside, item) if item in inside else set())
        behind = set().union(*(nx.descendants(origins, part) for part in parts if part in origins))
        found = trace_of(view, ever, view.find(item))
        nodes = names(view, found._walk[0])
        assert nodes == (behind | parts) - {item}


def quantities(plant: Plant, start: str, up: bool) -> dict[str, int]:
    """Paths between designs, counted: a generated line has no quantity, which means one."""
    bill = graph(plant, "usesDesign")
    if start not in bill:
        return {}
    bill = bill.reverse() if up else bill
    below = bill.subgraph(nx.descendants(bill, start) | {start})
    count = dict.fromkeys(below, 0) | {start: 1}
    for node in nx.topological_sort(below):
        for other in below.successors(node):
            count[other] += count[node]
    del count[start]
    return count


def test_where_used_and_structure_count_every_path(plant: Plant, views: tuple[View, View]) -> None:
    view, _ = views
    for design in some(plant, "design"):
        node = view.find(design)
        used = {view.iri(use.node): use.quantity for use in used_of(view, node).uses}
        assert used == {name: Decimal(count) for name, count in quantities(plant, design, up=True).items()}
        parts = structure_of(view, node, StructureView.AS_DESIGNED).parts
        found = {view.iri(part.node): part.quantity for part in parts}
        assert found == {name: Decimal(count) for name, count in quantities(plant, design, up=False).items()}


def test_levels_are_the_least_number_of_lines(plant: Plant, views: tuple[View, View]) -> None:
    view, _ = views
    bill = graph(plant, "usesDesign").reverse()
    for design in some(plant, "design"):
        if design in bill:
            far = nx.single_source_shortest_path_length(bill, design)
            levels = {view.iri(use.node): use.level for use in used_of(view, view.find(design)).uses}
            assert levels == {name: level for name, level in far.items() if level}


def test_siblings_are_all_that_share(plant: Plant, views: tuple[View, View]) -> None:
    view, _ = views
    made, from_batch = dict(links(plant, "madeTo")), dict(links(plant, "fromBatch"))
    items = [plant.iri(plant.first["component"] + at) for at in range(plant.count["component"])]
    for item in some(plant, "component"):
        for sharing, origin in ((Sharing.REVISION, made), (Sharing.BATCH, from_batch)):
            found = siblings_of(view, view.find(item), [sharing])
            expected = {other for other in items if other != item and origin.get(other) == origin[item]}
            assert names(view, found.places.nodes) == expected


def test_what_may_replace_a_design_is_its_chain_of_successors(plant: Plant, views: tuple[View, View]) -> None:
    view, _ = views
    newer = graph(plant, "supersedes")
    known = Replacements(view)
    for design in some(plant, "design", 60):
        if design in newer:
            node = view.find(design)
            assert names(view, known.reach(node)) == nx.descendants(newer, design)
            assert names(view, known.reach(node, backwards=True)) == nx.ancestors(newer, design)


def test_two_designs_differ_by_what_their_lines_say(plant: Plant, views: tuple[View, View]) -> None:
    view, _ = views
    bill = graph(plant, "usesDesign")
    newer = graph(plant, "supersedes")
    chosen = [design for design in some(plant, "design", 60) if design in bill]
    for left, right in pairwise(chosen):
        sides = [structure_of(view, view.find(name), StructureView.AS_DESIGNED) for name in (left, right)]
        top = [d for d in differences_of(*sides).entries if view.iri((d.left or d.right).parent) in (left, right)]
        mine, theirs = set(bill.successors(left)), set(bill.successors(right))
        lost = {view.iri(d.left.child) for d in top if d.left is not None}
        came = {view.iri(d.right.child) for d in top if d.right is not None}
        assert lost >= mine - theirs
        assert came >= theirs - mine
        for d in top:
            if d.kind.value == "SUBSTITUTED":
                assert view.iri(d.left.child) in nx.descendants(newer, view.iri(d.right.child))
