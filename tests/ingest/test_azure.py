"""The azure-pdm example gives what plain code finds in the same tables: serials, intervals, failures, orders."""

import csv
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ingest.helpers import ONTOLOGY, facts_of, short
from thread.clock import BEGIN, END, to_instant
from thread.facts import Fact
from thread.ingest import Reading, load_mapping, read
from thread.resources import resource
from thread.terms import local_name

EXAMPLE = resource("examples/azure-pdm")
Tables = dict[str, list[tuple[str, ...]]]


def instant(text: str) -> int:
    return to_instant(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))


class Oracle:
    """The tables by plain code: no mapping, no ingest."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str) -> list[tuple[str, ...]]:
            with (folder / name).open(newline="") as stream:
                return [tuple(row) for row in csv.reader(stream)][1:]

        self.machines = rows("PdM_machines.csv")
        replacements = sorted({(machine, comp, when) for when, machine, comp in rows("PdM_maint.csv")})
        self.failures = sorted({(machine, comp, when) for when, machine, comp in rows("PdM_failures.csv")})
        self.errors = {(machine, error, when) for when, machine, error in rows("PdM_errors.csv")}
        self.times: dict[tuple[str, str], list[str]] = {}
        for machine, comp, when in replacements:
            self.times.setdefault((machine, comp), []).append(when)
        self.positions = {*self.times, *((machine, comp) for machine, comp, _ in self.failures)}
        self.installed: dict[str, tuple[str, int, int]] = {}
        self.swaps: dict[str, tuple[str, str]] = {}
        for (machine, comp), times in self.times.items():
            bounds = [BEGIN, *map(instant, times), END]
            for n in range(len(bounds) - 1):
                self.installed[f"M{machine}-{comp}-{n}"] = (f"machine/{machine}/{comp}", bounds[n], bounds[n + 1])
            for n, when in enumerate(times, start=1):
                order = f"order/{machine}/{comp}/{when[:10]}T{when[11:13]}"
                self.swaps[order] = (f"M{machine}-{comp}-{n - 1}", f"M{machine}-{comp}-{n}")
        self.failed = {
            f"failure/{machine}/{comp}/{when[:10]}T{when[11:13]}": self._running(machine, comp, when)
            for machine, comp, when in self.failures
        }
        self.addressed = {name.replace("failure/", "order/") for name in self.failed} & set(self.swaps)

    def _running(self, machine: str, comp: str, when: str) -> str:
        if (machine, comp) not in self.times:
            return f"machine/{machine}/{comp}"
        earlier = sum(time < when for time in self.times[machine, comp])
        return f"component/M{machine}-{comp}-{earlier}"


def links(facts: list[Fact], relation: str) -> dict[str, str]:
    """Object by subject of all links of a relation."""
    found = [(short(f.subject), short(f.object)) for f in facts if f.object and local_name(f.predicate) == relation]
    assert len(dict(found)) == len(found)
    return dict(found)


def kinds(facts: list[Fact]) -> Counter[str]:
    return Counter(local_name(str(fact.value)) for fact in facts if local_name(fact.predicate) == "type")


def check(folder: Path) -> tuple[Reading, Oracle]:
    """Read the tables by the mapping and by plain code, and compare."""
    reading, oracle = read(load_mapping(EXAMPLE / "mapping.yaml", ONTOLOGY), folder, ONTOLOGY), Oracle(folder)
    facts = facts_of(reading.parts)
    assert reading.report.rejected_rows == 0
    assert kinds(facts) == {
        "Asset": len(oracle.machines),
        "ProductDesign": len({model for _, model, _ in oracle.machines}),
        "Position": len(oracle.positions),
        "Component": len(oracle.installed),
        "WorkOrder": len(oracle.swaps),
        "FailureEvent": len(oracle.failed),
        "Event": len(oracle.errors),
    }
    assert {
        short(f.subject).removeprefix("component/"): (short(f.object), f.valid_from, f.valid_to)
        for f in facts
        if local_name(f.predicate) == "installedIn"
    } == oracle.installed
    assert links(facts, "failureOf") == oracle.failed
    removed, put_in = links(facts, "removes"), links(facts, "installs")
    assert {order: (removed[order][10:], put_in[order][10:]) for order in put_in} == oracle.swaps
    assert links(facts, "addresses") == {order: order.replace("order/", "failure/") for order in oracle.addressed}
    assert links(facts, "madeTo") == {f"machine/{m}": f"design/{model}" for m, model, _ in oracle.machines}
    assert links(facts, "partOf") == {f"machine/{m}/{comp}": f"machine/{m}" for m, comp in oracle.positions}
    reasons = Counter(str(f.value) for f in facts if local_name(f.predicate) == "orderType")
    assert reasons["CORRECTIVE"] == len(oracle.addressed)
    return reading, oracle


def test_the_excerpt_gives_what_plain_code_finds_in_it() -> None:
    reading, _ = check(EXAMPLE)
    noted = {finding.rule: (finding.file, finding.row) for finding in reading.report.notes}
    assert noted == {"dangling-reference": ("PdM_errors.csv", 50), "repeated-key": ("PdM_maint.csv", 10)}


def test_the_excerpt_has_the_known_traps() -> None:
    oracle = Oracle(EXAMPLE)
    with (EXAMPLE / "PdM_maint.csv").open(newline="") as stream:
        rows = [tuple(row) for row in csv.reader(stream)][1:]
    assert len(rows) == len(set(rows)) + 1
    assert rows != sorted(rows, key=lambda row: (int(row[1]), row[0]))
    assert any(target.startswith("machine/") for target in oracle.failed.values())
    assert 0 < len(oracle.addressed) < len(oracle.failed)
    assert {machine for machine, *_ in oracle.errors} - {machine for machine, *_ in oracle.machines} == {"51"}


@pytest.mark.real_data
def test_the_full_data_gives_what_plain_code_finds_in_it() -> None:
    folder = Path(os.environ["THREAD_DATA"]) / "azure-pdm"
    reading, oracle = check(folder)
    counted = (len(oracle.machines), len(oracle.positions), len(oracle.installed), len(oracle.failed))
    assert counted == (100, 400, 3_686, 761)
    assert len(oracle.addressed) == 743
    assert reading.report.noted == {}
