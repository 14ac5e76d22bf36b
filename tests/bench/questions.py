"""How fast are the questions about parts, through GraphQL, on a plant of 10^6 entities and an assembly of 10,000 parts?

Run: python -m tests.bench.questions [entities]
"""

import sys
from collections.abc import Callable, Iterator

from tests.bench.table import Row, measured, row, show
from thread.api.engine import Engine
from thread.clock import FixedClock
from thread.config import Settings
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.service import Service, open_service
from thread.terms import THR, EntityId, UpperKind
from thread.testing.generate import DAY, SINCE, Plant, generate_plant, parts_of_plant

ENTITIES = 1_000_000
PARTS = 10_000
NOW = SINCE + 800 * DAY
WHERE_USED = """query($of: ID!) { whereUsed(design: $of) { designs(first: 100) { totalCount edges { level quantity
  node { iri } } } completeness { complete exhaustedToDepth } } }"""
SIBLINGS = """query($of: ID!, $by: [Sharing!]) { siblings(of: $of, sharing: $by) { hits(first: 50) { totalCount
  edges { sharing node { iri } place { where exposureHours } } } } }"""
DIFF = """query($left: StructureInput!, $right: StructureInput!) { diff(left: $left, right: $right) {
  counts { kind count } entries(first: 50) { edges { kind left { child { iri } } right { child { iri } } } } } }"""
LINEAGE = """query($of: ID!, $at: AsOfInput) { lineage(from: [$of], at: $at) { counts { total }
  hits(first: 50) { edges { degree node { iri } } } } }"""
RECALL = "query($of: ID!) { recall(of: $of) { items(first: 50) { totalCount } products { totalCount } } }"


def main(entities: int = ENTITIES) -> list[Row]:
    """The rows of this bench."""
    plant = generate_plant(entities)
    service = open_service(Settings.load(store="memory:", deadline_ms=60_000), clock=FixedClock(NOW))
    service.commit(ChangeSet("plant", "bench", tuple(parts_of_plant(plant))))
    service.commit(ChangeSet("assembly", "bench", parts_of(tuple(assembly()))))
    size = f"{plant.size:,} entities"
    rows = list(_rows(Engine(service), service, plant, size))
    service.close()
    return rows


def assembly() -> Iterator[Fact]:
    """An asset of 10,000 positions with a serial each, made to a bill of as many lines; one in twenty was swapped."""
    top, bill = EntityId("urn:bench:assembly"), EntityId("urn:bench:bill")
    yield kind_fact(top, UpperKind.ASSET)
    yield kind_fact(bill, UpperKind.DESIGN_REVISION)
    yield Fact(top, THR + "madeTo", object=bill)
    for number in range(PARTS):
        position, design = EntityId(f"urn:bench:p{number}"), EntityId(f"urn:bench:d{number}")
        yield kind_fact(position, UpperKind.POSITION)
        yield kind_fact(design, UpperKind.DESIGN_REVISION)
        yield Fact(position, THR + "partOf", object=top)
        yield Fact(bill, THR + "usesDesign", object=design)
        swapped = number % 20 == 0
        for turn in range(1 + swapped):
            item = EntityId(f"urn:bench:c{number}.{turn}")
            yield kind_fact(item, UpperKind.COMPONENT)
            yield Fact(item, THR + "madeTo", object=design)
            start, end = (SINCE, SINCE + 9 * DAY) if swapped and not turn else (SINCE + turn * 9 * DAY, 2**63 - 1)
            yield Fact(item, THR + "installedIn", object=position, valid_from=start, valid_to=end)


def _rows(engine: Engine, service: Service, plant: Plant, size: str) -> Iterator[Row]:
    deep, levels = _deepest(service, plant)
    component = plant.iri(plant.first["component"] + plant.count["component"] // 2)
    batch = plant.iri(plant.first["batch"])
    yield row(f"where-used, {levels} levels", size, measured(_ask(engine, WHERE_USED, of=deep), 5), 0.050)
    for by in (["BATCH"], ["REVISION"], None):
        name = "any" if by is None else by[0].lower()
        yield row(f"siblings by {name}", size, measured(_ask(engine, SIBLINGS, of=component, by=by), 5), 0.020)
    for left in ("AS_DESIGNED", "AS_BUILT"):
        sides = {
            "left": {"of": "urn:bench:assembly", "view": left},
            "right": {"of": "urn:bench:assembly", "view": "AS_MAINTAINED"},
        }
        name = f"diff {left.lower()} and as_maintained, {PARTS:,} parts"
        yield row(name, size, measured(_ask(engine, DIFF, **sides), 2), 0.200)
    now = measured(_ask(engine, LINEAGE, of=component, at=None), 10)
    then = measured(_ask(engine, LINEAGE, of=component, at={"validAt": "2021-01-01T00:00:00Z"}), 10)
    yield row("lineage of a component, now", size, now, 0.020)
    yield row("the same as of a past instant", size, then, 2 * now.median)
    yield row("recall of the most popular batch", size, measured(_ask(engine, RECALL, of=batch), 10), 0.100)


def _deepest(service: Service, plant: Plant) -> tuple[str, int]:
    """Of some designs, one with at least 12 levels above it."""
    context = service.context()
    view = service.view(context)
    best = ("", 0)
    for number in range(0, min(plant.count["design"], 4_000), 97):
        iri = plant.iri(plant.first["design"] + number)
        level = max((use.level for use in service.where_used(context, view.find(iri)).uses), default=0)
        if level >= 12:
            return iri, level
        best = max(best, (iri, level), key=lambda each: each[1])
    return best


def _ask(engine: Engine, document: str, **variables: object) -> Callable[[], None]:
    def ask() -> None:
        result = engine.execute(document, variables)
        assert result.errors is None, result.errors

    return ask


if __name__ == "__main__":
    show(main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTITIES))
