"""Random multi-media nets for the properties: producers in loops, groups, switches, needs that do not flow."""

from random import Random

from tests.reasoning.plants import Plant, T
from thread.terms import Iri

KINDS = ("Thing", "Bus", "Bus", "Source", "Furnace", "Spring", "Switch", "Valve", "Station")
SUPPLIES = {"Power": "poweredBy", "Heat": "heatedBy", "Water": "wateredBy"}
SOURCES = {"Power": "Source", "Heat": "Furnace", "Water": "Spring"}


def wild(random: Random, size: int = 9, *, unnamed: bool = False) -> Plant:
    """Anything linked to anything: most of it starved, many loops that nothing feeds."""
    plant = Plant()
    names = [f"n{at}" for at in range(random.randint(3, size))]
    for name in names:
        _placed(random, plant, random.choice(KINDS), name)
        if random.random() < 0.08:
            plant.set(name, "produces", Iri(T + random.choice(sorted(SUPPLIES))))
    words = [*SUPPLIES.values(), "poweredBy", "loadedBy", *(["suppliedWith"] if unnamed else [])]
    for _ in range(random.randint(len(names), 3 * len(names))):
        plant.link(random.choice(names), random.choice(words), random.choice(names))
    _extras(random, plant, names, names)
    return plant


def fed(random: Random, size: int = 9, *, unnamed: bool = False) -> Plant:  # noqa: C901  a list of ingredients
    """Sources, meshed conduits and consumers per medium: most of it lives, many needs have alternatives."""
    plant = Plant()
    conduits: dict[str, list[str]] = {}
    names: list[str] = []
    for medium in random.sample(sorted(SUPPLIES), random.randint(1, 3)):
        sources = [f"s{medium}{at}" for at in range(random.randint(1, 2))]
        inner = [f"b{medium}{at}" for at in range(random.randint(0, max(1, size // 3)))]
        plant.add(SOURCES[medium], *sources)
        for name in inner:
            _placed(random, plant, random.choice(("Bus", "Bus", "Switch", "Valve")), name)
        for name in inner:
            relation = "suppliedWith" if unnamed and random.random() < 0.5 else SUPPLIES[medium]
            for other in random.sample([*sources, *inner], min(len(sources + inner), random.choice((1, 2, 2, 3)))):
                if medium == "Power" and random.random() < 0.5:
                    plant.link(name, "wiredTo", other)
                else:
                    plant.link(name, relation, other)
        conduits[medium] = sources + inner
        names += conduits[medium]
    consumers = [f"c{at}" for at in range(random.randint(1, size // 2))]
    for name in consumers:
        plant.add(random.choice(("Thing", "Station", "Bus")), name)
        for medium in random.sample(sorted(conduits), random.randint(1, len(conduits))):
            for other in random.sample(conduits[medium], min(len(conduits[medium]), random.choice((1, 2, 2, 3)))):
                plant.link(name, "suppliedWith" if unnamed and random.random() < 0.3 else SUPPLIES[medium], other)
    for name in names:  # what conducts or produces may itself need another medium: loops across classes
        if random.random() < 0.2:
            medium = random.choice(sorted(conduits))
            plant.link(name, SUPPLIES[medium], random.choice(conduits[medium]))
    _extras(random, plant, names + consumers, consumers)
    return plant


def _placed(random: Random, plant: Plant, kind: str, name: str) -> None:
    """An asset; an operated one mostly in a known state."""
    plant.add(kind, name)
    if kind in ("Switch", "Valve") and random.random() < 0.7:
        plant.set(name, "state", random.choice(("OPEN", "CLOSED")))


def _extras(random: Random, plant: Plant, names: list[str], consumers: list[str]) -> None:
    """Needs that do not flow, groups and groups of groups, a failure."""
    for _ in range(random.randint(0, len(names) // 3)):
        a, b = random.sample(names, 2)
        plant.link(a, random.choice(("dependsOn", "partOf", "hostedOn")), b)
    for at in range(random.randint(0, 3)):
        plant.add("Sensor", f"v{at}")
        if random.random() < 0.7:
            plant.set(f"v{at}", "observedProperty", random.choice(("heat", "noise")))
        plant.link(f"v{at}", "monitors", *random.sample(names, random.randint(1, 2)))
        if random.random() < 0.5:
            plant.link(f"v{at}", random.choice(("hostedOn", "poweredBy", "partOf")), random.choice(names))
    groups: list[str] = []
    for at in range(random.choice((0, 0, 1, 1, 2, 3))):
        members = random.sample(names, random.randint(1, min(4, len(names))))
        members += random.sample(groups, random.randint(0, min(1, len(groups))))
        plant.group(f"g{at}", random.randint(1, len(members)), *members)
        groups.append(f"g{at}")
        if random.random() < 0.6:
            plant.link(random.choice(consumers), random.choice((*SUPPLIES.values(), "dependsOn")), f"g{at}")
    if random.random() < 0.2:
        plant.failure("e0", random.choice(names), -1.0)
