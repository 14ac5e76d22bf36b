"""Buildings in Brick: the example with its traps, and the counts on the real models."""

import os
from collections import Counter
from pathlib import Path

import pytest

from thread.config import Settings
from thread.errors import InputError
from thread.ingest import Report
from thread.ontology import load_ontology
from thread.reasoning.impact import EffectKind, ImpactQuery
from thread.resources import resource
from thread.service import Service, open_service
from thread.service.importing import ImportPlan, RdfOptions
from thread.terms import UpperKind, local_name

EXAMPLE = resource("examples/brick")
KINDS = resource("ontology/samples/brick.ttl")
ONTOLOGY = load_ontology([KINDS])
DX = "http://example.org/building/5-Zone-PVAV-{}"


@pytest.fixture
def service() -> "Service":
    return open_service(Settings(store="memory:", extensions=(KINDS,)))


def imported(service: Service, file: Path) -> ImportPlan:
    rdf = RdfOptions(align=("brick",)) if file.suffix == ".ttl" else RdfOptions()
    return service.import_(file, file.parent, rdf=rdf).plan


def effects(service: Service, *iris: str) -> dict[str, set[str]]:
    """Names of what each effect hits when some things are taken out."""
    context = service.context()
    view = service.view(context)
    impact = service.impact(context, [view.find(iri) for iri in iris], ImpactQuery())
    found: dict[str, set[str]] = {kind.value: set() for kind in EffectKind}
    for effect in impact.effects(stop=10_000):
        found[effect.effect.value].add(view.iri(effect.node).removeprefix("urn:library:"))
    return found


def test_the_example_enters_but_for_what_is_wrong_in_it(service: Service) -> None:
    report = imported(service, EXAMPLE / "mapping.yaml").report
    assert report.rules == {"bad-iri": 1, "bad-value": 1}
    assert report.noted == {"bad-iri": 1, "dangling-reference": 1, "unknown-kind": 1, "unknown-relation": 1}
    assert [(c.read, c.accepted, c.rejected, c.skipped) for c in report.counts] == [(53, 49, 2, 2)]
    assert not imported(service, EXAMPLE / "mapping.yaml").change_set.size


def test_without_leniency_the_file_is_refused_with_its_line(service: Service) -> None:
    text = (EXAMPLE / "library.ttl").read_text()
    line = text[: text.index("<urn:library:vav 102")].count("\n") + 1
    with pytest.raises(InputError, match=f"line {line}"):
        imported(service, EXAMPLE / "library.ttl")


def test_one_boiler_costs_redundancy_and_the_only_chiller_stops_the_unit(service: Service) -> None:
    imported(service, EXAMPLE / "mapping.yaml")
    one = effects(service, "urn:library:boiler-1")
    assert (one["STOPS"], one["LOSES_REDUNDANCY"]) == (set(), {"pump-hw"})
    air = {"ahu-1", "vav-101", "vav%20102%5Beast%5D", "vav-103", "zone-101", "zone-102", "room-101", "room-102"}
    assert effects(service, "urn:library:chiller-1")["STOPS"] == air
    assert effects(service, "urn:library:boiler-1", "urn:library:boiler-2")["STOPS"] == air | {"pump-hw", "valve-hw"}


def test_the_points_of_what_is_out_go_dark_and_of_nothing_else(service: Service) -> None:
    imported(service, EXAMPLE / "mapping.yaml")
    found = effects(service, "urn:library:vav-101")
    assert found["STOPS"] == {"zone-101", "room-101"}
    assert {"vav-101-t", "vav-101-f"} < found["GOES_DARK"]
    assert len(found["GOES_DARK"]) == 3  # and the sensor without a name


def counts(plan: ImportPlan) -> dict[str, int]:
    facts = [fact for part in plan.change_set.parts for _, fact in part.facts()]
    said = Counter(local_name(fact.predicate) for fact in facts if fact.object is not None)
    for fact in facts:
        if fact.predicate.endswith("#type"):
            for upper in (UpperKind.ASSET, UpperKind.SENSOR, UpperKind.LOCATION):
                said[local_name(upper)] += ONTOLOGY.is_a(str(fact.value), upper)
    return dict(said)


def outcome(report: Report) -> tuple[int, int, int, int]:
    (count,) = report.counts
    return count.read, count.accepted, count.rejected, count.skipped


REAL = {
    "soda": (
        (3774, 3623, 0, 151),
        {"Asset": 258, "Sensor": 942, "Location": 494, "suppliedWith": 727, "monitors": 926, "locatedIn": 265,
         "partOf": 10},
        {"dangling-reference": 3, "unknown-kind": 1},
    ),
    "rice": (
        (1635, 1415, 0, 220),
        {"Asset": 12, "Sensor": 580, "Location": 105, "suppliedWith": 122, "monitors": 315, "locatedIn": 100},
        {"dangling-reference": 4, "unknown-kind": 1},
    ),
    "mediumOffice": (
        (1412, 1412, 0, 0),
        {"Asset": 42, "Sensor": 306, "Location": 16, "suppliedWith": 30, "monitors": 306, "locatedIn": 18,
         "partOf": 24},
        {},
    ),
}  # fmt: skip


@pytest.mark.real_data
@pytest.mark.parametrize("name", sorted(REAL))
def test_a_real_building_gives_these_counts_and_again_nothing(name: str, service: Service) -> None:
    file = Path(os.environ["THREAD_DATA"]) / "brick-buildings" / f"{name}_brick.ttl"
    plan = imported(service, file)
    assert (outcome(plan.report), counts(plan), plan.report.noted) == REAL[name]
    assert not imported(service, file).change_set.size


@pytest.mark.real_data
def test_taking_a_units_fan_out_stops_the_air_of_its_floor(service: Service) -> None:
    imported(service, Path(os.environ["THREAD_DATA"]) / "brick-buildings" / "mediumOffice_brick.ttl")
    found = effects(service, DX.format("1-Fan"))
    view = service.view(service.context())
    kinds = Counter(ONTOLOGY.kinds[view.kind(view.find(iri))].name for iri in found["STOPS"])
    assert kinds == {"AirHandlingUnit": 1, "AirTerminal": 5, "ServedZone": 5}
    assert len(found["GOES_DARK"]) > 40
