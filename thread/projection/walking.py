"""What can be reached from some nodes? The compiled walk, in slices where there is a deadline."""

import time
from collections.abc import Sequence
from typing import Final

from thread.clock import Instant
from thread.projection.scratch import ScratchPool
from thread.projection.state import State
from thread.projection.view import Ints, Walk, WalkSpec

_ALL: Final = 2**62
_SLICE: Final = 500_000
"""Links looked at between two looks at the clock: a few milliseconds."""
_RUNNING, _BAD_ROOT = 0, 5
_WHY: Final = (None, None, "MAX_DEPTH", "NODE_BUDGET", "LINK_BUDGET")


def walk(
    pool: ScratchPool,
    state: State,
    valid_at: Instant,
    known: int,
    size: int,
    roots: Sequence[int] | Ints,
    spec: WalkSpec,
) -> Walk:
    """What a walk reaches over the links that are in force. Cost: what it visits, not the size of the plant.

    Raises:
        IndexError: a root is not a node of the view.
    """
    program, limits = pool.program(spec)
    count = len(roots)
    scratch = pool.take(size, count)
    marks, queue, degree, tentative, cursor = scratch
    queue[:count] = roots
    out, into, _ = state.tables
    left = _ALL if spec.deadline is None else _SLICE
    while True:
        ended = pool.walk(
            state.spans, state.nodes, state.more, out.starts, out.edges, out.heads, out.late, into.starts, into.edges,
            into.heads, into.late, program, limits, marks, queue, degree, tentative, cursor, valid_at, valid_at + 1,
            known, count, size, left,
        )  # fmt: skip
        if ended != _RUNNING:
            break
        count = -1
        if spec.deadline is not None and time.monotonic() > spec.deadline:
            pool.give_up(marks, queue, degree, tentative, limits, cursor)
            break
    first, _, settled, _, _, _, links, deepest, _ = cursor.tolist()
    if ended == _BAD_ROOT:
        pool.give_back(scratch)
        raise IndexError(f"the nodes of this view are 0 to {size - 1}")
    stopped = "DEADLINE" if ended == _RUNNING else _WHY[ended]
    answer = Walk(queue[first:settled].copy(), degree[first:settled].copy(), settled, links, deepest, stopped)
    pool.give_back(scratch)
    return answer
