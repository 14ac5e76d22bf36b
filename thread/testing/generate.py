"""How is a large plant made quickly? Numpy columns of a plant-shaped graph, cut into parts; for benches only.

Not a sample: no planted truths, no story. About 3.9 links and 3 attributes an entity, popular batches, revisions and
suppliers (heavy tails), dependency loops inside lines. Cones do not grow with the size: a plant has 20,000 entities.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END
from thread.facts import FACT, PART_LIMIT, FactPart, Op, Qualifiers, ValueType
from thread.terms import ENTITY, IDENTIFIER, LABEL, SCHEME, THR, TYPE, UpperKind

SHARES = {
    "design": 0.06,
    "supplier": 0.002,
    "batch": 0.05,
    "asset": 0.06,
    "position": 0.06,
    "component": 0.39,
    "sensor": 0.20,
    "order": 0.118,
    "failure": 0.06,
}
KINDS = {
    "design": UpperKind.DESIGN_REVISION,
    "supplier": UpperKind.SUPPLIER,
    "batch": UpperKind.BATCH,
    "asset": UpperKind.ASSET,
    "position": UpperKind.POSITION,
    "component": UpperKind.COMPONENT,
    "sensor": UpperKind.SENSOR,
    "order": UpperKind.WORK_ORDER,
    "failure": UpperKind.FAILURE_EVENT,
}
DAY = 86_400_000_000
SINCE = 1_600_000_000_000_000
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Plant:
    """Entities are 0 .. n - 1, grouped by kind; links are parallel columns sorted by subject."""

    first: dict[str, int]
    count: dict[str, int]
    subject: Numbers
    relation: npt.NDArray[np.int16]
    object: Numbers
    relations: tuple[str, ...]

    @property
    def size(self) -> int:
        return sum(self.count.values())

    def iri(self, number: int) -> str:
        name = next(name for name in reversed(self.first) if self.first[name] <= number)
        return f"{ENTITY}{name}/{number - self.first[name]}"


def generate_plant(size: int, seed: int = 7) -> Plant:
    """A plant of so many entities; the same seed gives the same plant."""
    r = np.random.default_rng(seed)
    count = {name: max(2, int(share * size)) for name, share in SHARES.items()}
    count["component"] += size - sum(count.values())
    first, total = {}, 0
    for name, many in count.items():
        first[name] = total
        total += many
    names: list[str] = []
    found: list[tuple[Numbers, int, Numbers]] = []

    def nodes(name: str) -> Numbers:
        return first[name] + np.arange(count[name])

    def popular(name: str, many: int, power: float = 3.0) -> Numbers:
        return first[name] + (count[name] * r.random(many) ** power).astype(np.int64)

    def spread(name: str, many: int) -> Numbers:
        return first[name] + np.arange(many) * count[name] // max(many, 1)

    def near(name: str, subjects: Numbers, reach: int, block: int) -> Numbers:
        """Something a few steps before, in the same block: a line, an assembly, a product family."""
        steps = 1 + (reach * r.random(len(subjects)) ** 3).astype(np.int64)
        start = first[name] + (subjects - first[name]) // block * block
        found: Numbers = np.maximum(subjects - steps, start)
        return found

    def fans(subjects: Numbers, mean: float) -> Numbers:
        return np.repeat(
            subjects, np.minimum(40, (r.pareto(1.8, len(subjects)) * mean + r.random(len(subjects))).astype(int))
        )

    def link(relation: str, subjects: Numbers, objects: Numbers) -> None:
        if relation not in names:
            names.append(relation)
        apart = subjects != objects
        found.append((subjects[apart], names.index(relation), objects[apart]))

    designs, parts = nodes("design"), nodes("component")
    parents = fans(designs, 3.0)
    link("usesDesign", parents, near("design", parents, 400, 500))
    link("supersedes", designs[1::3], designs[:-1:3][: len(designs[1::3])])
    link("suppliedBy", nodes("batch"), popular("supplier", count["batch"]))
    link("madeTo", nodes("batch"), popular("design", count["batch"], 2.0))
    link("fromBatch", parts, popular("batch", len(parts), 2.0))
    link("madeTo", parts, popular("design", len(parts), 2.0))
    link("partOf", nodes("position"), spread("asset", count["position"]))
    fitted = r.random(len(parts)) < 0.8
    link("installedIn", parts[fitted], spread("position", int(fitted.sum())))
    link("partOf", parts[~fitted], spread("asset", int((~fitted).sum())))
    for name, mean, reach, block in (("asset", 3.0, 60, 120), ("component", 5.5, 30, 60)):
        consumers = fans(nodes(name), mean)
        link("dependsOn", consumers, near(name, consumers, reach, block))
    back = nodes("asset")[:-1][r.random(count["asset"] - 1) < 0.01]
    link("dependsOn", back, back + 1)  # loops
    link("monitors", nodes("sensor"), spread("component", count["sensor"]))
    link("hostedOn", nodes("sensor"), spread("asset", count["sensor"]))
    link("performedOn", nodes("order"), spread("asset", count["order"]))
    link("installs", nodes("order"), popular("component", count["order"], 1.0))
    link("failureOf", nodes("failure"), popular("component", count["failure"], 1.5))
    link("addresses", nodes("order")[: count["failure"]], nodes("failure")[: count["order"]])
    subject, relation, object_ = (
        np.concatenate([np.broadcast_to(one[at], len(one[0])) for one in found]) for at in range(3)
    )
    key = (subject * len(names) + relation) * total + object_
    kept = np.unique(key, return_index=True)[1]
    return Plant(
        first, count, subject[kept], relation[kept].astype(np.int16), object_[kept], tuple(THR + n for n in names)
    )


def parts_of_plant(plant: Plant, limit: int = PART_LIMIT) -> Iterator[FactPart]:
    """The plant as parts: per entity a kind, an identifier, a label, a description, then its links."""
    size = plant.size
    starts = np.searchsorted(plant.subject, np.arange(size + 1))
    degrees = np.diff(starts)
    ends = np.cumsum(degrees + 4)
    at = 0
    while at < size:
        until = max(at + 1, int(np.searchsorted(ends, (ends[at - 1] if at else 0) + limit, side="right")))
        yield _part(plant, at, until, starts)
        at = until


def _part(plant: Plant, at: int, until: int, starts: Numbers) -> FactPart:
    many = until - at
    low, high = int(starts[at]), int(starts[until])
    targets, place = np.unique(plant.object[low:high], return_inverse=True)
    fixed = [TYPE, IDENTIFIER, LABEL, THR + "description", "plant.csv", *plant.relations, *KINDS.values()]
    fixed.append(THR + "occurredAt")
    occurred_at = len(fixed) - 1
    kinds = {name: fixed.index(kind) for name, kind in KINDS.items()}
    own = [plant.iri(number) for number in range(at, until)] if many < 8 else _iris(plant, np.arange(at, until))
    serials = [f"SN{number:08d}" for number in range(at, until)]
    labels = [f"Thing {number}" for number in range(at, until)]
    strings: list[str] = [*fixed, *own, *serials, *labels]
    entity = len(fixed)
    known = (targets >= at) & (targets < until)
    beside = np.cumsum(~known) - 1
    strings += _iris(plant, targets[~known])
    target = np.where(known, entity + targets - at, entity + 3 * many + beside)
    subject = np.arange(many)
    birth = _births(plant, np.arange(at, until))
    kind = np.array([kinds[name] for name in _names(plant, np.arange(at, until))], np.int64)
    tables = [
        _rows(ValueType.IRI, entity + subject, 0, kind, birth),
        _rows(ValueType.TEXT, entity + subject, 1, entity + many + subject, BEGIN, qualifiers=0),
        _rows(ValueType.TEXT, entity + subject, 2, entity + 2 * many + subject, BEGIN),
        _rows(ValueType.TEXT, entity + subject, 3, entity + 2 * many + subject, BEGIN),
        _rows(
            ValueType.LINK,
            entity + plant.subject[low:high] - at,
            5 + plant.relation[low:high].astype(np.int64),
            target[place],
            np.where(plant.relation[low:high] == plant.relations.index(THR + "installedIn"), SINCE, BEGIN),
        ),
    ]
    happened = np.flatnonzero(birth != BEGIN)
    tables.append(_rows(ValueType.TIME, entity + happened, occurred_at, birth[happened], BEGIN))
    table = np.concatenate(tables)
    qualifiers: Sequence[Qualifiers] = (((SCHEME, "serial"),),)
    return FactPart(tuple(strings), tuple(qualifiers), table[np.argsort(table["subject"], kind="stable")])


def _rows(
    kind: ValueType,
    subject: Numbers,
    predicate: int | Numbers,
    value: Numbers,
    valid_from: int | Numbers,
    qualifiers: int = -1,
) -> npt.NDArray[np.void]:
    table = np.empty(len(subject), FACT)
    table["op"], table["type"], table["subject"], table["predicate"] = Op.ASSERT, kind, subject, predicate
    table["value"], table["valid_from"], table["valid_to"] = value, valid_from, END
    table["qualifiers"], table["origin"], table["row"] = qualifiers, 4, subject
    return table


def _names(plant: Plant, numbers: Numbers) -> list[str]:
    names, firsts = list(plant.first), np.array(list(plant.first.values()))
    return [names[at] for at in (np.searchsorted(firsts, numbers, side="right") - 1).tolist()]


def _iris(plant: Plant, numbers: Numbers) -> list[str]:
    return [
        f"{ENTITY}{name}/{number - plant.first[name]}"
        for name, number in zip(_names(plant, numbers), numbers.tolist(), strict=True)
    ]


def _births(plant: Plant, numbers: Numbers) -> Numbers:
    """Events are present from their time on; all else always was."""
    events = (numbers >= plant.first["failure"]) & (numbers < plant.first["failure"] + plant.count["failure"])
    return np.where(events, SINCE + (numbers % 700) * DAY, BEGIN)
