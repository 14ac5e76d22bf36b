"""Which gates does health go through? Those of the structure function, and those that only degrade."""

import numpy as np

from thread.reasoning.health.plan import Wiring
from thread.reasoning.structure import Structure


def wiring_of(structure: Structure) -> Wiring:
    """Everything that carries health in a structure: its gates, with soft links beside them."""
    gates, loops = structure.gates, structure.loops
    operated = np.array([kind.conducts_when is not None for kind in structure.view.ontology.kinds] + [False])
    return Wiring(
        size=structure.size,
        owner=gates.owner,
        k=gates.k,
        start=gates.start,
        supplier=gates.supplier,
        flow=(gates.cls >= 0).astype(np.uint8),
        law=np.zeros(len(gates.supplier), np.uint8),
        laws=np.array([0.0, 0.0, 1.0]),
        loop=loops.of_gate,
        inside=loops.inside,
        operated=operated[structure.kinds],
        relation=gates.relation,
        row=gates.row,
    )
