"""Random nets with links that only degrade, and own health given to their nodes."""

from collections.abc import Mapping
from decimal import Decimal
from random import Random

import numpy as np
import numpy.typing as npt

from tests.reasoning.nets import fed, wild
from tests.reasoning.plants import Plant, word
from thread.clock import END
from thread.facts import Fact
from thread.projection.view import View
from thread.reasoning.health.answer import Health
from thread.reasoning.health.own import Findings
from thread.reasoning.health.state import PlantHealth, Scores
from thread.reasoning.structure import Structure, compile_structure
from thread.terms import THR, EntityId

LEVELS = (0.0, 0.25, 0.5, 0.625, 0.75, 1.0, 1.0, 1.0)
LAWS = (("CAP", 0.5), ("CAP", 0.0), ("SLACK", 0.25), ("MIX", 0.5), ("MIX", 1.0), ("NOTHING", None), ("HARD", None))


def hard(seed: int) -> tuple[Random, Plant]:
    """A net whose links all carry whole."""
    random = Random(seed)
    make = wild if seed % 3 == 1 else fed
    return random, make(random, random.choice((5, 7, 9, 12)), unnamed=seed % 4 == 0)


def soft(seed: int) -> tuple[Random, Plant]:
    """A net with soft links by relation, kind of the supplier, and link."""
    random = Random(seed)
    plant = (wild if seed % 3 == 1 else fed)(random, random.choice((5, 7, 9)))
    names = sorted(
        {str(fact.subject) for fact in plant.facts if fact.object is None and str(fact.subject)[0] in "nsbc"}
    )
    for at in range(random.randint(0, 2)):
        plant.add("Ballast", f"x{at}")
        plant.link(random.choice(names), random.choice(("dependsOn", "heatedBy")), f"x{at}")
        plant.link(f"x{at}", random.choice(("dependsOn", "leansOn")), random.choice(names))
        names.append(f"x{at}")
    for _ in range(random.randint(1, len(names))):
        plant.link(random.choice(names), random.choice(("leansOn", "leansOn", "warmedBy")), random.choice(names))
    for _ in range(random.randint(0, 4)):
        lawful(
            plant,
            random.choice(names),
            random.choice(("dependsOn", "wateredBy", "partOf")),
            random.choice(names),
            *random.choice(LAWS),
        )
    return random, plant


def lawful(plant: Plant, subject: str, relation: str, obj: str, law: str, weight: float | None = None) -> Plant:
    """A link that says its own law."""
    said = [(THR + "carriesAs", law)]
    if weight is not None:
        said.append((THR + "carriesWeight", Decimal(str(weight))))  # type: ignore[arg-type]  # any value
    plant.facts.append(Fact(EntityId(subject), word(relation), object=EntityId(obj), qualifiers=tuple(said)))
    return plant


def owned(random: Random, view: View) -> npt.NDArray[np.float64]:
    """Own health at random; many nodes are as new."""
    return np.array([random.choice(LEVELS) for _ in range(view.size)])


def scored(structure: Structure, own: npt.NDArray[np.float64]) -> Scores:
    """Health by the full pass."""
    return Scores.whole(structure.plan, own, structure.conduction.shut)


def given(structure: Structure, own: npt.NDArray[np.float64]) -> Structure:
    """The structure with this own health, all of it known."""
    n = structure.size
    nodes = np.arange(n, dtype=np.int32)
    zeros = np.zeros(n, np.int8)
    found = Findings(n, nodes, zeros, own, np.full(n, -1, np.int32), np.zeros(n, bool), np.full(n, END, np.int64))
    structure.__dict__["health"] = PlantHealth.whole(structure.plan, found, structure.conduction.shut, 0.5)
    return structure


def named(plant: Plant, own: Mapping[str, float], day: float = 0.0) -> tuple[Structure, dict[str, Health]]:
    """A plant with the own health of some things, as new otherwise; the health of each thing by name."""
    view = plant.view(day)
    column = np.ones(view.size)
    for name, value in own.items():
        column[view.find(name)] = value
    structure = given(compile_structure(view), column)
    return structure, {str(view.iri(node)): Health(structure, node) for node in range(view.size)}
