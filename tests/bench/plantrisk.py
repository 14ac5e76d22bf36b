"""How long does the risk of a plant take? Machines that share their utilities, as facts, through the service.

Run: python -m tests.bench.plantrisk [stages]
"""

import sys
from collections.abc import Iterator

from tests.bench.table import Row, measured, row, show
from thread.clock import FixedClock, parse_instant
from thread.config import Settings
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.reasoning.whatif import ChangeKind
from thread.service import Service, open_service
from thread.service.scenarios import Assume
from thread.terms import THR, EntityId, UpperKind

STAGES = 320
NOW = parse_instant("2026-06-01T00:00:00Z")


def _thing(name: str, kind: str, design: str, *needs: str) -> Iterator[Fact]:
    yield kind_fact(EntityId(f"urn:b:{name}"), kind)
    if design:
        yield Fact(EntityId(f"urn:b:{name}"), THR + "madeTo", object=EntityId(f"urn:b:{design}"))
    for other in needs:
        yield Fact(EntityId(f"urn:b:{name}"), THR + "dependsOn", object=EntityId(f"urn:b:{other}"))


def _group(name: str, k: int, *members: str) -> Iterator[Fact]:
    yield kind_fact(EntityId(f"urn:b:{name}"), UpperKind.REDUNDANCY_GROUP)
    yield Fact(EntityId(f"urn:b:{name}"), THR + "k", value=k)
    for member in members:
        yield Fact(EntityId(f"urn:b:{member}"), THR + "memberOf", object=EntityId(f"urn:b:{name}"))


def facts(stages: int) -> Iterator[Fact]:
    """Two transformers, four buses, three compressors of which two are needed; stages need 3 of 4 machines.

    A machine has a drive and a control. Shape and scale are those of designs.
    """

    for design, scale in (("grid", 4e5), ("bus", 7e5), ("compressor", 3.6e4), ("part", 7.2e4)):
        yield kind_fact(EntityId(f"urn:b:d-{design}"), UpperKind.DESIGN_REVISION)
        yield Fact(EntityId(f"urn:b:d-{design}"), THR + "weibullShape", value=1.0)
        yield Fact(EntityId(f"urn:b:d-{design}"), THR + "weibullScaleHours", value=scale)
    for n in range(2):
        yield from _thing(f"T{n}", UpperKind.ASSET, "d-grid")
    yield from _group("grid", 1, "T0", "T1")
    for n in range(4):
        yield from _thing(f"B{n}", UpperKind.ASSET, "d-bus", "grid")
    for n in range(3):
        yield from _thing(f"C{n}", UpperKind.ASSET, "d-compressor", f"B{n}")
    yield from _group("air", 2, "C0", "C1", "C2")
    for stage in range(stages):
        machines = [f"M{stage}.{n}" for n in range(4)]
        for n, machine in enumerate(machines):
            parts = (f"{machine}/drive", f"{machine}/control")
            for part in parts:
                yield from _thing(part, UpperKind.ASSET, "d-part")
            yield from _thing(machine, UpperKind.ASSET, "", *parts, f"B{(stage + n) % 4}", "air")
        yield from _group(f"S{stage}", 3, *machines)
    yield from _thing("plant", UpperKind.ASSET, "", *(f"S{stage}" for stage in range(stages)))


def opened(stages: int) -> Service:
    """The plant in a service over memory."""
    service = open_service(Settings.load(store="memory:"), clock=FixedClock(NOW))
    service.commit(ChangeSet("plant", "bench", parts_of(list(facts(stages)))))
    return service


def main(stages: int = STAGES) -> list[Row]:
    """The rows of this bench."""
    service = opened(stages)
    context = service.context()
    top = service.view(context).find("urn:b:plant")
    (answer,) = service.risk(context, [top], 720.0)
    found, size = answer.probability, f"{len(answer.wiring.nodes):,} nodes"
    print(f"{found.method.value} {found.value:.9f}, {found.entries:,} table entries, complete without what has no law")

    def scenario() -> None:
        assumed = service.what_if(context, [Assume(ChangeKind.FAIL, ("urn:b:C0",))])
        _ = service.risk(assumed, [top], 720.0)[0].probability

    rows = [
        row("probability", size, measured(lambda: service.risk(context, [top], 720.0)[0].probability), 1.0),
        row("importances and shares", size, measured(lambda: service.risk(context, [top], 720.0)[0].events), 10.0),
        row(
            "minimal cut sets to order 2",
            size,
            measured(lambda: service.risk(context, [top], 720.0)[0].cut_sets(2)),
            10.0,
        ),
        row("single points", size, measured(lambda: service.risk(context, [top], 720.0)[0].single_points), 1.0),
        row("a scenario and its probability", size, measured(scenario), 1.0),
    ]
    service.close()
    return rows


if __name__ == "__main__":
    show(main(*map(int, sys.argv[1:])))
