"""What can be reached over a period? The compiled walk whose chains of containment share an instant."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from thread.clock import Instant
from thread.projection.scratch import ScratchPool
from thread.projection.state import State
from thread.projection.view import Ints, Walk, WalkSpec

_WHY: Final = (None, None, "MAX_DEPTH", "NODE_BUDGET", "LINK_BUDGET")


def walk_over(
    pool: ScratchPool,
    state: State,
    period: tuple[Instant, Instant],
    known: int,
    size: int,
    roots: Sequence[int] | Ints,
    spec: WalkSpec,
) -> Walk:
    """What a walk over a period reaches: links that overlap it, chains of containment that share an instant.

    No deadline: the budgets end it. Cost: O(size) to begin with, then links times the stays that meet at a node.

    Raises:
        IndexError: a root is not a node of the view.
    """
    program, limits = pool.program(spec)
    chosen = np.ascontiguousarray(roots, np.int32)
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < size:
        raise IndexError(f"the nodes of this view are 0 to {size - 1}")
    found, degree, cursor = np.empty(size, np.int32), np.empty(size, np.int32), np.zeros(4, np.int64)
    out, into, _ = state.tables
    count = pool.walk_period(
        state.spans, state.nodes, state.more, out.starts, out.edges, out.heads, out.late, into.starts, into.edges,
        into.heads, into.late, program, limits, pool.contains, chosen, found, degree, cursor, *period, known,
    )  # fmt: skip
    reached, links, deepest, ended = cursor.tolist()
    return Walk(found[:count].copy(), degree[:count].copy(), reached, links, deepest, _WHY[ended])
