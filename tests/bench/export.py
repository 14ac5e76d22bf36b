"""How fast does everything leave, and who said what be told? Current state, history, sources, audit.

Run: python -m tests.bench.export [entities]
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench.table import Row, Timing, measured, rate, row, show
from thread.clock import SystemClock
from thread.config import Settings
from thread.export.writing import write_csv, write_file
from thread.facts import ChangeSet
from thread.service import Context, Service, open_service
from thread.service.restoring import restore
from thread.testing.generate import generate_plant, parts_of_plant

ENTITIES = 100_000


def main(entities: int = ENTITIES) -> list[Row]:
    """The rows of this bench."""
    directory = Path(tempfile.mkdtemp(prefix="thread-bench-"))
    try:
        return _measure(entities, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _measure(entities: int, directory: Path) -> list[Row]:
    plant = generate_plant(entities)
    change_set = ChangeSet("import", "bench", tuple(parts_of_plant(plant)))
    size = f"{plant.size:,} entities, {change_set.size:,} facts"
    service = open_service(Settings.load(store=str(directory / "store")), clock=SystemClock())
    service.commit(change_set)
    context = service.context()
    rows = []
    for form in ("nq", "ttl", "jsonld", "graphml"):
        spent = _once(lambda form=form: _drain(service.export(context, form)))  # type: ignore[misc]
        rows.append(rate(f"current state as {form}", size, change_set.size, spent, 20_000))
    spent = _once(lambda: write_csv(directory / "csv", service.export_tables(context)))
    rows.append(rate("current state as CSV", size, change_set.size, spent, 20_000))
    file = directory / "all.nq"
    spent = _once(lambda: write_file(file, service.export_history(context, "nq")))
    rows.append(rate("history as N-Quads", size, change_set.size, spent, 20_000))
    spent = _once(lambda: restore(file, str(directory / "copy")))
    rows.append(rate("history restored", size, change_set.size, spent, 20_000))
    rows.append(row("sources", size, measured(lambda: service.sources(context)), 2.0))
    rows.append(row("audit of one thing", size, measured(_audits(service, context), 20), 0.010))
    service.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return rows


def _once(call: Callable[[], object]) -> Timing:
    began = time.perf_counter()
    call()
    spent = time.perf_counter() - began
    return Timing(spent, spent, spent)


def _drain(texts: Iterable[str]) -> int:
    return sum(map(len, texts))


def _audits(service: Service, context: Context) -> Callable[[], None]:
    size, at = service.view(context).size, 0

    def audit() -> None:
        nonlocal at
        at = (at + 7919) % size
        service.audit(context, at)

    return audit


if __name__ == "__main__":
    show(main(*map(int, sys.argv[1:])))
