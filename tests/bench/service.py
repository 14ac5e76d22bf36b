"""How fast is the whole way? Import into log and projection, start, a commit and the next question, at 10^6 entities.

Run: python -m tests.bench.service [entities]
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.table import Row, Timing, measured, rate, row, show
from thread.clock import SystemClock
from thread.config import Settings
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.reasoning.impact import EffectKind, ImpactQuery
from thread.reasoning.lineage import Direction, LineageQuery
from thread.service import Service, open_service
from thread.terms import THR, EntityId, UpperKind
from thread.testing.generate import Plant, generate_plant, parts_of_plant

ENTITIES = 1_000_000


def main(entities: int = ENTITIES) -> list[Row]:
    """The rows of this bench."""
    directory = Path(tempfile.mkdtemp(prefix="thread-bench-"))
    try:
        return _measure(generate_plant(entities), directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _measure(plant: Plant, directory: Path) -> list[Row]:
    settings = Settings.load(store=str(directory / "store"))
    change_set = ChangeSet("import", "bench", tuple(parts_of_plant(plant)))
    size = f"{plant.size:,} entities, {change_set.size:,} facts"
    service = open_service(settings, clock=SystemClock())
    began = time.perf_counter()
    service.commit(change_set)
    spent = time.perf_counter() - began
    rows = [
        rate("import into log and projection (one run)", size, change_set.size, Timing(spent, spent, spent), 100_000)
    ]
    service.save()
    rows.append(row("a commit and the question that sees it", size, measured(_commit_and_ask(service), 20), 0.010))
    rows += _questions(service, plant, size)
    service.close()

    def start() -> None:
        open_service(settings, read_only=True, clock=SystemClock()).close()

    rows.append(row("start: map the projection, replay the tail", size, measured(start), 5.0))
    return rows


def _commit_and_ask(service: Service) -> Callable[[], None]:
    count = 0

    def commit_and_ask() -> None:
        nonlocal count
        count += 1
        new, old = EntityId(f"urn:bench:{time.time_ns()}"), EntityId(f"urn:bench:root{count % 7}")
        facts = (kind_fact(new, UpperKind.ASSET), kind_fact(old, UpperKind.ASSET), Fact(new, THR + "dependsOn", old))
        service.commit(ChangeSet(str(new), "bench", parts_of(facts)))
        frame = service.context()
        view = service.view(frame)
        relations = service.ontology.subrelations(THR + "dependsOn")
        found = service.lineage(frame, [view.find(new)], LineageQuery(relations=relations))
        assert found.counts().total == 1

    return commit_and_ask


def _questions(service: Service, plant: Plant, size: str) -> list[Row]:
    frame = service.context()
    view = service.view(frame)
    component = view.find(plant.iri(plant.first["component"] + plant.count["component"] // 2))
    batch = view.find(plant.iri(plant.first["batch"]))
    asset = view.find(plant.iri(plant.first["asset"] + plant.count["asset"] // 2))

    def upstream() -> None:
        service.lineage(service.context(), [component], LineageQuery()).counts()

    def downstream() -> None:
        service.lineage(service.context(), [batch], LineageQuery(direction=Direction.DOWNSTREAM)).counts()

    def outage() -> None:
        service.impact(service.context(), [asset], ImpactQuery()).total([EffectKind.STOPS])

    compiled = time.perf_counter()
    outage()
    spent = time.perf_counter() - compiled
    return [
        row("lineage upstream of a component, counted", size, measured(upstream, 20), 0.005),
        row("recall of the most popular batch, counted", size, measured(downstream), 0.050),
        row("structure compiled at the first outage (one run)", size, Timing(spent, spent, spent), 2.0),
        row("outage of an asset, stops counted", size, measured(outage, 20), 0.005),
    ]


if __name__ == "__main__":
    show(main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTITIES))
