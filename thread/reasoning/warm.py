"""Are the kernels compiled? Run once at start, so that no question waits for the compiler."""

from importlib import import_module
from typing import cast

import numpy as np

from thread.projection.view import Ints, View
from thread.reasoning.groups import Groups
from thread.reasoning.losses import Losses
from thread.reasoning.needs import Conduction, Media
from thread.reasoning.points import by_removal, new_dominators, shared_points
from thread.reasoning.structure import Gates, Structure


def warm() -> None:
    """Compile every kernel, or load it from the cache: a source feeds 1, which feeds 2, which feeds 1.

    Cost: a few seconds when the cache is cold, some 0.2 s when it is warm.
    """
    import_module("thread.reasoning.health.kernels")  # their types are stated: importing compiles
    structure = _loop_of_two()
    live = structure.live
    outage = live.without([0])
    live.without([0], cold=True)
    losses = Losses(live, outage)
    assert losses.exact
    assert not losses.gates
    by_removal(structure, live.state, live.state.dead, 0)
    shared_points(structure, live.state.dead, {0: [0, 2]})
    new_dominators(structure, live.state.dead, losses.dead, live.without([2]).touched)
    structure.grounding.reasons(_ints(1, 2))


def _loop_of_two() -> Structure:
    gates = Gates(
        owner=_ints(1, 2), k=_ints(1, 1), medium=_ints(0, 0), cls=_ints(0, 0), start=_ints(0, 2, 3),
        supplier=_ints(0, 2, 1), relation=_ints(0, 0, 0), row=_ints(0, 1, 2), of_start=_ints(0, 0, 1, 2),
        out_start=_ints(0, 1, 2, 3), out_gate=_ints(0, 1, 0),
    )  # fmt: skip
    media = Media(("m",), np.array([True]), np.zeros(1, np.int16), ("m",))
    conduction = Conduction(np.ones(3, bool), np.zeros(3, np.uint8), frozenset(), (frozenset(),))
    nobody = cast(View, None)  # no kernel reads the view
    return Structure(
        nobody, np.zeros(3, np.int16), media, conduction, Groups({}, {}, {}, ()), gates, np.zeros(3, np.uint8), ()
    )


def _ints(*values: int) -> Ints:
    return np.array(values, np.int32)
