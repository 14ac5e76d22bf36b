"""Each example gives what plain code finds in the same files, in its excerpt and in the full data."""

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.helpers import ONTOLOGY, facts_of, short
from thread.facts import Fact
from thread.ingest import Reading, load_mapping, read, settle
from thread.ingest.snapshots import claims_of_part
from thread.ingest.text import iri_part
from thread.resources import resource
from thread.terms import local_name

Rows = list[dict[str, str]]
Links = set[tuple[str, str]]


def table(folder: Path, name: str) -> Rows:
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True, slots=True)
class Found:
    """What plain code finds: how many of each kind, and all links of some relations."""

    kinds: dict[str, int]
    links: dict[str, Links]
    notes: set[str]


def slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text).strip("-").lower()


def cfihos(folder: Path) -> Found:
    tags = {row["tagNumber"]: row for row in table(folder, "tag")}
    sorts = {"FunctionalLocation": "Location", "Tag": "Component"}
    kind = {tag: sorts.get(row["classViewExtId"], "Asset") for tag, row in tags.items()}
    parents = {(f"tag/{t}", f"tag/{row['parentTag']}") for t, row in tags.items() if row["parentTag"]}
    placed = {pair for pair in parents if kind[pair[1][4:]] == "Location"}
    plates = [row for path in folder.glob("*.csv") for row in table(folder, path.stem) if "serialNumber" in row]
    plates = [row for row in plates if row["manufacturer"]]
    designs = {(row["manufacturer"], row["modelNumber"]) for row in plates if row["modelNumber"] not in ("", "N/A")}
    orders, failures, modes = (table(folder, name) for name in ("work_order", "notification", "failure_mode"))
    has_mode = {(f"failure/{row['key']}", f"mode/{row['failureModeCode']}") for row in failures}
    has_mode |= {(f"tag/{t}", f"mode/{row['code']}") for row in modes for t in row["mainAssets"].split(";")}
    return Found(
        kinds={
            **Counter(kind.values()),
            "Sensor": len(table(folder, "timeseries")),
            "ProductDesign": len(designs),
            "Supplier": len({row["manufacturer"] for row in plates}),
            "WorkOrder": len(orders),
            "FailureEvent": len(failures),
            "FailureMode": len(modes),
        },
        links={
            "locatedIn": placed,
            "partOf": parents - placed,
            "monitors": {
                (f"sensor/{row['key']}", f"tag/{row['asset_externalId']}") for row in table(folder, "timeseries")
            },
            "failureOf": {(f"failure/{row['key']}", f"tag/{row['asset_externalId']}") for row in failures},
            "performedOn": {(f"order/{row['key']}", f"tag/{row['mainAsset_externalId']}") for row in orders},
            "addresses": {
                (f"order/{row['maintenanceOrder_externalId']}", f"failure/{row['key']}")
                for row in failures
                if row["maintenanceOrder_externalId"]
            },
            "hasMode": has_mode,
        },
        notes={"dangling-reference"},
    )


def isa95(folder: Path) -> Found:
    assets, items, orders = (table(folder, f"isa_{name}") for name in ("asset", "equipment", "work_order"))
    steps, batches, lots = (table(folder, f"isa_{name}") for name in ("operation", "batch", "material_lot"))
    recipes = {row["key"]: row for row in table(folder, "isa_recipe")}
    places = {row["key"] for row in assets if row["assetSpecific"] in ("Enterprise", "Site", "Area")}
    models = {(row["manufacturer"], row["model"]) for row in items}
    above = {(f"asset/{row['key']}", f"asset/{row['parentExternalId']}") for row in assets if row["parentExternalId"]}
    placed = {pair for pair in above if pair[1][6:] in places}
    in_batch = {f"batch/{row['batchId']}": recipes.get(row["recipeExternalId"], {}) for row in batches}
    made = {(batch, f"material/{recipe['materialExternalId']}") for batch, recipe in in_batch.items() if recipe}
    made |= {(f"lot/{row['materialLotId']}", f"material/{row['materialExternalId']}") for row in lots}
    made |= {(f"equipment/{r['key']}", f"design/{slug(r['manufacturer'])}/{r['model']}") for r in items}
    return Found(
        kinds={
            "Location": len(places),
            "Asset": len(assets) - len(places),
            "Component": len(items),
            "ProductDesign": len(models) + len(table(folder, "isa_material")),
            "Supplier": len({maker for maker, _ in models}),
            "Sensor": len(table(folder, "isa_timeseries")),
            "WorkOrder": len({row["workOrderId"] for row in orders}),
            "Batch": len(batches) + len(lots),
            "ProcessStep": len(steps),
            "Document": len(recipes),
        },
        links={
            "partOf": (above - placed)
            | {(f"equipment/{row['key']}", f"asset/{row['assetExternalId']}") for row in items},
            "performedOn": {(f"order/{row['workOrderId']}", f"asset/{row['assetExternalId']}") for row in orders}
            | {(f"order/{row['workOrderId']}", f"equipment/{row['equipmentExternalId']}") for row in orders},
            "dependsOn": {
                (f"step/{row['operationId']}", f"equipment/{item}")
                for row in steps
                for item in row["equipmentExternalIds"].split("|")
                if item
            },
            "processedBy": {(f"batch/{row['batchExternalId']}", f"step/{row['operationId']}") for row in steps},
            "madeTo": made,
        },
        notes={"dangling-reference"},
    )


def catenax(folder: Path) -> Found:
    nodes: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.json")):
        nodes += json.loads(path.read_text("utf-8"))["https://catenax.io/schema/TestDataContainer/1.0.0"]
    aspects = [(key.rpartition("#")[2], one) for node in nodes for key, v in node.items() if "#" in key for one in v]

    def ids(*names: str) -> set[str]:
        return {one["catenaXId"] for name, one in aspects if name in names}

    def children(name: str) -> Links:
        return {(a["catenaXId"], c["catenaXId"]) for n, a in aspects if n == name for c in a["childItems"]}

    items, batches = ids("SerialPart", "JustInSequencePart"), ids("Batch")
    built = children("SingleLevelBomAsBuilt")
    whole_and_part = {(part, whole) for whole, part in built if whole in items and part in items}
    return Found(
        kinds={
            "Component": len(items),
            "Batch": len(batches),
            "DesignRevision": len(ids("PartAsPlanned")),
            "Supplier": len({node["bpnl"] for node in nodes if any("#" in key for key in node)}),
            "ProductDesign": len(_types(nodes)),
        },
        links={
            "partOf": whole_and_part,
            "derivedFrom": {pair for pair in built if pair[::-1] not in whole_and_part},
            "usesDesign": children("SingleLevelBomAsPlanned"),
        },
        notes={"circle", "ambiguous-identifier", "repeated-key", "unknown-column"},
    )


def _types(nodes: list[dict[str, Any]]) -> set[tuple[str, str]]:
    sorts = ("SerialPart", "JustInSequencePart", "Batch", "PartAsPlanned")
    return {
        (node["bpnl"], one["partTypeInformation"]["manufacturerPartId"])
        for node in nodes
        for key, value in node.items()
        if key.rpartition("#")[2] in sorts
        for one in value
    }


def aas(folder: Path) -> Found:
    file = json.loads((folder / "AASFull.json").read_text("utf-8"))
    shells, models = file["assetAdministrationShells"], file["submodels"]
    named = {shell["id"]: [key["keys"][0]["value"] for key in shell.get("submodels") or []] for shell in shells}
    asset = {shell["id"]: shell["assetInformation"]["globalAssetId"] for shell in shells}
    kinds = {shell["assetInformation"]["globalAssetId"]: shell["assetInformation"]["assetKind"] for shell in shells}
    entities = {
        (model["id"], element["idShort"], element.get("globalAssetId"))
        for model in models
        for element in model.get("submodelElements") or []
        if element["modelType"] == "Entity"
    }
    return Found(
        kinds={
            "Document": len(shells) + len(models),
            "Asset": sum(kind == "Instance" for kind in kinds.values()),
            "ProductDesign": sum(kind == "Type" for kind in kinds.values()),
            "Component": len(entities),
            "Supplier": 1,
        },
        links={
            "partOf": {
                (own or f"{iri_part(model, '')}/{name}", asset[shell])
                for model, name, own in entities
                for shell, models_of in named.items()
                if model in models_of
            },
            "documents": {(shell, model) for shell, models_of in named.items() for model in models_of}
            | {(shell, asset[shell]) for shell in named},
        },
        notes={"ambiguous-identifier", "dangling-reference"},
    )


def distribution_grid(folder: Path) -> Found:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(folder / "distributionGrid.xlsx")
    rows = [list(map(str, row)) for row in book.get_sheet_by_index(0).to_python()[1:]]
    feeds = {(f"grid/{row[1]}", f"grid/{row[2]}") for row in rows if row[3] == "feeds"}
    return Found(
        kinds={"Asset": len({row[1] for row in rows})},
        links={
            "suppliedWith": feeds,
            "partOf": {(f"grid/{r[1]}", f"grid/{r[2]}") for r in rows if r[3] == "hasGenerator"},
        },
        notes={"repeated-key"},
    )


@dataclass(frozen=True, slots=True)
class Example:
    """An example, where its full data lies, and what is known of them."""

    name: str
    data: str
    oracle: Callable[[Path], Found]
    counts: dict[str, int]
    """Of the full data, as the note of the example says them."""


EXAMPLES = [
    Example(
        "cfihos",
        "cfihos-valhall-sample",
        cfihos,
        {"Location": 7, "Asset": 47, "Component": 1_100, "Sensor": 375, "ProductDesign": 38, "Supplier": 26}
        | {"WorkOrder": 11, "FailureEvent": 10, "FailureMode": 8},
    ),
    Example(
        "isa95",
        "isa95-cognite",
        isa95,
        {"Location": 16, "Asset": 35, "Component": 100, "ProductDesign": 114, "Supplier": 56, "Sensor": 76}
        | {"WorkOrder": 50, "Batch": 57, "ProcessStep": 31, "Document": 19},
    ),
    Example(
        "catenax",
        "catenax",
        catenax,
        {"Component": 53, "Batch": 23, "DesignRevision": 47, "Supplier": 13, "ProductDesign": 98},
    ),
    Example("aas", "aas-idta", aas, {"Document": 11, "Asset": 3, "Component": 2, "Supplier": 1}),
    Example("distribution-grid", "dtdl-distribution-grid", distribution_grid, {"Asset": 49}),
]
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def reading_of(example: Example, folder: Path) -> Reading:
    return read(load_mapping(resource("examples") / example.name / "mapping.yaml", ONTOLOGY), folder, ONTOLOGY)


def kinds_of(facts: list[Fact]) -> dict[str, int]:
    return Counter(local_name(str(fact.value)) for fact in facts if local_name(fact.predicate) == "type")


def check(example: Example, folder: Path) -> Reading:
    reading, found = reading_of(example, folder), example.oracle(folder)
    facts = facts_of(reading.parts)
    assert reading.report.rejected_rows == 0
    assert kinds_of(facts) == {kind: count for kind, count in found.kinds.items() if count}
    for relation, links in found.links.items():
        said = {(short(f.subject), short(f.object)) for f in facts if local_name(f.predicate) == relation}
        encoded = {(_encoded(one), _encoded(other)) for one, other in links}
        assert said == encoded, relation
    assert found.notes <= set(reading.report.noted)
    return reading


def _encoded(name: str) -> str:
    return name if ":" in name else "/".join(iri_part(part, "") for part in name.split("/"))


@each_example
def test_the_excerpt_gives_what_plain_code_finds_in_it(example: Example) -> None:
    check(example, resource("examples") / example.name)


@each_example
def test_the_excerpt_again_says_nothing_new(example: Example) -> None:
    reading = reading_of(example, resource("examples") / example.name)
    before = [claim for part in reading.parts for claim in claims_of_part(part)]
    again = settle(reading, before, 1_800_000_000_000_000, ONTOLOGY)
    assert sum(part.size for part in again.parts) == 0


@pytest.mark.real_data
@each_example
def test_the_full_data_gives_what_plain_code_finds_in_it(example: Example) -> None:
    reading = check(example, Path(os.environ["THREAD_DATA"]) / example.data)
    assert kinds_of(facts_of(reading.parts)) == example.counts


def test_the_circle_of_the_plan_is_kept_and_told() -> None:
    reading = check(EXAMPLES[2], resource("examples/catenax"))
    (told,) = [finding for finding in reading.report.notes if finding.rule == "circle"]
    assert "usesDesign runs in a circle" in told.message
    assert told.message.count("urn:uuid:") == 3
