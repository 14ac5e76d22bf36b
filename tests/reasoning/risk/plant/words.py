"""Plants whose things wear: laws of life in a few words, and the probability of a stop by enumeration."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations
from math import log, prod
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.reasoning.plants import NOW, Plant, Seen
from tests.reasoning.whatif.scenes import plant_of
from thread.facts import ChangeSet, Fact, Revision, kind_fact, parts_of
from thread.ontology import Ontology, load_ontology
from thread.projection.view import View
from thread.terms import THR, EntityId, UpperKind
from thread.testing.reference import ReferenceProjection
from thread.testing.reference_reasoning import ReferenceStructure

HOURS = 100.0


def wears(plant: Plant, name: str, chance: float) -> None:
    """It fails within HOURS with this chance: a memoryless law of a design revision of its own."""
    design = f"d-{name}"
    plant.add("DesignRevision", design, weibullShape=1.0, weibullScaleHours=-HOURS / log(1.0 - chance))
    plant.link(name, "madeTo", design)


def wearing(seed: int, most: int = 7) -> tuple[Seen, int, dict[int, float]]:
    """A random plant, something of it, and the chances of those of its things that wear."""
    random, plant = plant_of(seed, broken=seed % 2 == 0)
    names = [str(f.subject) for f in plant.facts if f.predicate.endswith("type") and f.subject[0] in "nsbcxyv"]
    chosen = random.sample(names, min(most, len(names)))
    chances = {name: random.choice((0.05, 0.2, 0.5, 0.9)) for name in chosen}
    for name, chance in chances.items():
        wears(plant, name, chance)
    seen = plant.seen()
    things = [node for node in range(seen.view.size) if seen.view.kind(node) >= 0 and seen.view.iri(node)[0] in "nsbcg"]
    return seen, random.choice(things), {seen.node(name): chance for name, chance in chances.items()}


def enumerated(view: View, top: int, chances: Mapping[int, float], fixed: Mapping[int, bool] | None = None) -> float:
    """That the top does not live, over all states of what can fail; ``fixed`` ones do, or do not."""
    twin, fixed = ReferenceStructure(view), fixed or {}
    free = [node for node in chances if node not in fixed]
    sure = [node for node, failed in fixed.items() if failed]
    total = 0.0
    for size in range(len(free) + 1):
        for out in combinations(free, size):
            weight = prod(chances[node] if node in out else 1.0 - chances[node] for node in free)
            if weight and top not in twin.live([*out, *sure]):
                total += weight
    return total


def killing(view: View, top: int, nodes: Sequence[int], order: int) -> list[frozenset[int]]:
    """Minimal sets of nodes, up to an order, that stop the top by failing; by trying all of them."""
    twin = ReferenceStructure(view)
    found: list[frozenset[int]] = []
    for size in range(order + 1):
        for out in combinations(nodes, size):
            if not any(each <= set(out) for each in found) and top not in twin.live(out):
                found.append(frozenset(out))
    return found


@cache
def sharing(beta: float, bad_share: float = 0.0, bad_hazard: float = 1.0) -> Ontology:
    """An ontology whose pumps share their batches."""
    worse = f" ; thr:badShare {bad_share} ; thr:badHazard {bad_hazard:.1f}" if bad_share else ""
    text = f"""@prefix t: <urn:test:ns#> . @prefix thr: <urn:thread:ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        t:Pump a owl:Class ; rdfs:subClassOf thr:Asset ; rdfs:label "pump" ; rdfs:comment "One of several." ;
            thr:commonCause [ thr:by thr:fromBatch ; thr:beta {beta:.4f}{worse} ] ."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pumps.ttl"
        path.write_text(text, encoding="utf-8")
        return load_ontology([path])


def station(
    ontology: Ontology, chances: Sequence[float], k: int, *, failures: int = 0, more: Iterable[Fact] = ()
) -> Seen:
    """A line that needs k of some pumps of one batch, each with its chance."""
    facts: list[Fact] = [kind_fact(EntityId("line"), UpperKind.ASSET), kind_fact(EntityId("lot"), UpperKind.BATCH)]
    facts += [kind_fact(EntityId("group"), UpperKind.REDUNDANCY_GROUP), Fact(EntityId("group"), THR + "k", value=k)]
    facts += [Fact(EntityId("line"), THR + "dependsOn", object=EntityId("group"))]
    for at, chance in enumerate(chances):
        pump, design = EntityId(f"p{at}"), EntityId(f"d{at}")
        facts += [kind_fact(pump, "urn:test:ns#Pump"), kind_fact(design, UpperKind.DESIGN_REVISION)]
        facts += [
            Fact(pump, THR + "memberOf", object=EntityId("group")),
            Fact(pump, THR + "fromBatch", object=EntityId("lot")),
            Fact(pump, THR + "madeTo", object=design),
            Fact(design, THR + "weibullShape", value=1.0),
            Fact(design, THR + "weibullScaleHours", value=-HOURS / log(1.0 - chance)),
        ]
    for at in range(failures):
        event = EntityId(f"f{at}")
        facts += [kind_fact(event, UpperKind.FAILURE_EVENT), Fact(event, THR + "failureOf", object=EntityId("p0"))]
        facts += [
            Fact(event, THR + "restoredAt", value=_moment(NOW - 10)),
            Fact(event, THR + "occurredAt", value=_moment(NOW - 20)),
        ]
    projection = ReferenceProjection(ontology)
    staged = projection.stage(ChangeSet("request", "test", parts_of([*facts, *more])))
    projection.publish(staged, Revision(1, NOW))
    return Seen(projection.view(NOW))


def _moment(instant: int) -> object:
    from thread.clock import to_datetime

    return to_datetime(instant)


__all__ = ["HOURS", "Random", "enumerated", "killing", "sharing", "station", "wearing", "wears"]
