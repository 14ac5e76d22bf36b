"""A plant small enough to know by heart, for the tests of the API."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from thread.clock import BEGIN, END, FixedClock, Instant, parse_instant
from thread.config import Settings
from thread.facts import ChangeSet, PartBuilder
from thread.service import Service, open_service
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, THR, TYPE, Iri

NOW: Instant = parse_instant("2026-03-02T06:00:00Z")
SWAP: Instant = parse_instant("2026-02-01T10:00:00Z")
"""When motor M-1 failed and M-2 took its place."""


class Plant:
    """Writes facts in few words; ids are ``urn:t:<name>``."""

    def __init__(self) -> None:
        self.builder = PartBuilder()

    def thing(self, name: str, kind: str, label: str | None = None, since: Instant = BEGIN, **values: object) -> str:
        iri = f"urn:t:{name}"
        self.builder.attribute(iri, TYPE, Iri(kind if ":" in kind else THR + kind), since)
        if label:
            self.builder.attribute(iri, LABEL, label)
        for key, value in values.items():
            self.builder.attribute(iri, THR + key, value, since)  # type: ignore[arg-type]  # tests give values
        return iri

    def identifier(self, name: str, scheme: str, value: str, scope: str | None = None) -> None:
        qualifiers = ((SCHEME, scheme),) if scope is None else ((SCHEME, scheme), (SCOPE, scope))
        self.builder.attribute(f"urn:t:{name}", IDENTIFIER, value, qualifiers=tuple(sorted(qualifiers)))

    def link(
        self, subject: str, relation: str, target: str, since: Instant = BEGIN, until: Instant = END, **extra: object
    ) -> None:
        qualifiers = tuple(sorted((THR + key, value) for key, value in extra.items()))
        iri = relation if ":" in relation else THR + relation
        self.builder.link(f"urn:t:{subject}", iri, f"urn:t:{target}", since, until, qualifiers)  # type: ignore[arg-type]

    def change(self, request: str = "plant", source: str = "tests") -> ChangeSet:
        return ChangeSet(request, source, self.builder.parts())


def write_demo(plant: Plant) -> None:
    """Two motors of one batch, one position, a failure, an order, a loop, a repeated serial, a stub."""
    plant.thing("motor", "ProductDesign", "Motor")
    plant.thing("motor-a", "DesignRevision", "Motor rev A")
    plant.link("motor-a", "revisionOf", "motor")
    plant.thing("screw", "ProductDesign", "Screw")
    plant.link("motor-a", "usesDesign", "screw", quantity=Decimal("12"), findNumber="10")
    plant.thing("acme", "Supplier", "Acme")
    plant.thing("b1", "Batch", "Batch 1")
    plant.link("b1", "suppliedBy", "acme")
    plant.link("b1", "madeTo", "motor-a")
    plant.thing("line", "Asset", "Line 1", age=Decimal("7.50"))
    plant.thing("cell", "Asset", "Cell 1")
    plant.link("cell", "partOf", "line")
    plant.thing("drive", "Position", "Drive")
    plant.link("drive", "partOf", "cell")
    for number in (1, 2):
        plant.thing(f"m{number}", "Component", f"Motor {number}")
        plant.identifier(f"m{number}", "serial", f"M-{number}", scope="urn:t:motor-a")
        plant.link(f"m{number}", "fromBatch", "b1")
        plant.link(f"m{number}", "madeTo", "motor-a")
        plant.identifier(f"m{number}", "tag", "DUP")
    plant.link("m1", "installedIn", "drive", parse_instant("2025-01-01T00:00:00Z"), SWAP)
    plant.link("m2", "installedIn", "drive", SWAP)
    plant.link("m2", "derivedFrom", "ghost")
    plant.thing("f1", "FailureEvent", since=SWAP, code="E42", occurredAt=_time(SWAP))
    plant.link("f1", "failureOf", "m1")
    plant.thing("w1", "WorkOrder", "Replace motor", status="COMPLETED", orderType="CORRECTIVE", startedAt=_time(SWAP))
    plant.link("w1", "addresses", "f1")
    plant.link("w1", "removes", "m1")
    plant.link("w1", "installs", "m2")
    plant.thing("s1", "Sensor", "Vibration")
    plant.link("s1", "monitors", "drive")
    plant.thing("hall", "Location", "Hall 3")
    plant.link("line", "locatedIn", "hall")
    for one, other in (("plc-a", "plc-b"), ("plc-b", "plc-a")):
        plant.thing(one, "Asset", one.upper())
        plant.link(one, "dependsOn", other)


def _time(instant: Instant) -> object:
    from thread.clock import to_datetime

    return to_datetime(instant)


def open_demo(store: str = "memory:", extensions: tuple[Path, ...] = (), **settings: object) -> Service:
    """The plant in a service whose clock stands at ``NOW``."""
    clock = FixedClock(NOW - 60_000_000)
    service = open_service(Settings.load(store=store, extensions=extensions, **settings), clock=clock)
    plant = Plant()
    write_demo(plant)
    service.commit(plant.change())
    clock.instant = NOW
    return service
