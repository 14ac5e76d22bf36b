"""How fast do files come in? CSV, JSON Lines and RDF to a sealed revision, the same again, and the memory of it.

Run: python -m tests.bench.ingest [entities]
"""

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import orjson
import pyoxigraph

from tests.bench.table import Row, Timing, measured, rate, row, show
from thread.clock import SystemClock
from thread.config import Settings
from thread.ingest.statements import Statements
from thread.terms import LABEL, RDFS, THR, TYPE, XSD
from thread.worker import parse_rdf

ENTITIES = 1_000_000
_MEMORY = 3.0
_MAPPING = """
source: plant
read: {{zone: UTC}}
tables:
  parts:
    file: parts.{ending}
    times: [Since]
    entities:
      part:
        kind: Component
        id: "part/{{Serial}}"
        identifiers: [{{scheme: serial, value: "{{Serial}}", scope: "{{Design}}"}}]
        label: "{{Name}}"
        attributes: {{quantity: "{{Pieces}}"}}
        links:
          - {{relation: madeTo, to: {{id: "design/{{Design}}"}}}}
          - {{relation: fromBatch, to: {{id: "batch/{{Batch}}"}}}}
          - {{relation: installedIn, to: {{id: "slot/{{Slot}}"}}, valid: {{from: Since}}}}
"""
_DESIGNS, _BATCHES = 200, 5_000
_LONG = (f"<{THR}madeTo>", f"<{LABEL}>", f"<{THR}quantity>")
_PREFIXES = f"@prefix thr: <{THR}> .\n@prefix rdfs: <{RDFS}> .\n"


def main(entities: int = ENTITIES) -> list[Row]:
    """The rows of this bench."""
    folder = Path(tempfile.mkdtemp(prefix="thread-bench-"))
    try:
        rows = []
        for ending in ("csv", "jsonl"):
            write_parts(folder, ending, entities)
            rows += _imports(folder, ending, entities)
        return rows + [_rdf(folder, ending, entities) for ending in ("ttl", "nt")]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_parts(folder: Path, ending: str, entities: int) -> None:
    """A file of serial parts, one a row, and its mapping."""
    (folder / f"{ending}.yaml").write_text(_MAPPING.format(ending=ending))
    names = ("Serial", "Design", "Name", "Pieces", "Batch", "Slot", "Since")
    with (folder / f"parts.{ending}").open("wb") as out:
        if ending == "csv":
            out.write(",".join(names).encode() + b"\n")
        for n in range(entities):
            cells = (
                f"S{n:08d}",
                f"D-{n % _DESIGNS:03d}",
                f"Part {n}",
                f"{n % 8760 + 1}",
                f"B{n % _BATCHES:05d}",
                f"L{n // 100:05d}/{n % 100}",
                f"20{10 + n % 14}-{1 + n % 12:02d}-{1 + n % 28:02d}T{n % 24:02d}:00:00",
            )
            out.write(
                ",".join(cells).encode() if ending == "csv" else orjson.dumps(dict(zip(names, cells, strict=True)))
            )
            out.write(b"\n")


def _imports(folder: Path, ending: str, entities: int) -> list[Row]:
    store = str(folder / f"store-{ending}")
    first, facts, peak = _apart(store, folder, ending, plan=False)
    again, _, again_peak = _apart(store, folder, ending, plan=True)
    size = f"{entities:,} entities, {facts:,} facts"
    return [
        rate(f"{ending} to a sealed revision", size, facts, Timing(first, first, first), 100_000),
        _memory(f"{ending}: memory of the import", size, peak),
        row(f"{ending}: plan of the same again, over the import", size, Timing(*[again / first] * 3), 1 / 3),
        _memory(f"{ending}: memory of that plan", size, again_peak),
    ]


def _rdf(folder: Path, ending: str, entities: int) -> Row:
    """Statements of a file by way of the worker, beside pyoxigraph in this process."""
    path = folder / f"parts.{ending}"
    with path.open("w") as out:
        for n in range(entities // 4):
            part = f"<urn:thread:id:part/S{n:08d}>"
            said = (f"<urn:thread:id:design/D-{n % _DESIGNS:03d}>", f'"Part {n}"', f'"{n % 8760}"^^<{XSD}integer>')
            words = ("thr:madeTo", "rdfs:label", "thr:quantity") if ending == "ttl" else _LONG
            pairs = zip(words, said, strict=True)
            if ending == "ttl":
                out.write(_PREFIXES if n == 0 else "")
                out.write(
                    f"{part} a thr:Component ; " + " ; ".join(f"{word} {value}" for word, value in pairs) + " .\n"
                )
            else:
                out.write(f"{part} <{TYPE}> <{THR}Component> .\n")
                out.write("".join(f"{part} {word} {value} .\n" for word, value in pairs))
    ours = measured(lambda: Statements().fill(parse_rdf(path, ending), triples=True))
    form = pyoxigraph.RdfFormat.TURTLE if ending == "ttl" else pyoxigraph.RdfFormat.N_TRIPLES
    theirs = measured(lambda: sum(1 for _ in pyoxigraph.parse(path=str(path), format=form)))
    share = theirs.median / ours.median
    speed = f"{entities / ours.median:,.0f} statements/s"
    spread = f"{entities / ours.most:,.0f} to {entities / ours.least:,.0f}"
    peer = f"pyoxigraph {entities / theirs.median:,.0f}"
    size = f"{entities:,} statements"
    return Row(f"{ending} through the worker", size, speed, spread, peer, f"{share:.0%}", "≥ 60%", _met(share >= 0.6))


def _met(reached: bool) -> str:
    return "yes" if reached else "NO"


def _memory(figure: str, size: str, gigabytes: float) -> Row:
    return Row(figure, size, f"{gigabytes:.2f} GB", "", "", "", f"< {_MEMORY:g} GB", _met(gigabytes < _MEMORY))


def _apart(store: str, folder: Path, ending: str, *, plan: bool) -> tuple[float, int, float]:
    """Seconds, facts and peak memory in GB of an import in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_import, (store, folder, ending, plan))


def _import(store: str, folder: Path, ending: str, plan: bool) -> tuple[float, int, float]:
    from thread.service import open_service

    service = open_service(Settings.load(store=store), clock=SystemClock())
    began = time.perf_counter()
    done = service.import_(folder / f"{ending}.yaml", folder, plan_only=plan)
    spent = time.perf_counter() - began
    assert not done.plan.report.rejected_rows
    assert (done.plan.change_set.size == 0) == plan
    service.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    return spent, done.plan.report.facts, peak


if __name__ == "__main__":
    show(main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTITIES))
