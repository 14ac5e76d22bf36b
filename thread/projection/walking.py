"""What can be reached from some nodes? The compiled walk, in slices where there is a deadline."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np

from thread.clock import Instant
from thread.projection.scratch import ScratchPool
from thread.projection.state import State
from thread.projection.view import Ints, View, Walk, WalkSpec

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


def walk_slowly(view: View, roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
    """The same walk by the methods of a view, for views that have no columns of their own.

    Cost: some ten microseconds a node.
    """
    if any(not 0 <= int(root) < view.size for root in roots):
        raise IndexError(f"the nodes of this view are 0 to {view.size - 1}")
    walked = _Walking(view, spec, {int(root): 0 for root in roots if view.kind(int(root)) >= 0})
    first, degree = frozenset(walked.degree), walked.degree
    walked.run()
    found = sorted((far, at) for at, far in degree.items() if at not in first)
    return Walk(
        np.array([node for _, node in found], np.int32),
        np.array([far for far, _ in found], np.int32),
        len(degree),
        walked.links,
        walked.deepest,
        walked.stopped or ("MAX_DEPTH" if walked.beyond else None),
    )


class _Walking:
    """A walk while it goes: degrees so far, and why it stopped."""

    def __init__(self, view: View, spec: WalkSpec, degree: dict[int, int]) -> None:
        self.view, self.spec, self.degree = view, spec, degree
        self.roots, self.links, self.deepest = frozenset(degree), 0, 0
        self.beyond, self.stopped = False, ""

    def run(self) -> None:
        """Nearest first; a link that costs nothing goes to the front."""
        queue, settled, spec = deque(self.degree), set[int](), self.spec
        while queue and not self.stopped:
            node = queue.popleft()
            if node in settled:
                continue
            settled.add(node)
            self.deepest = self.degree[node]
            if node in self.roots or self.view.kind(node) not in spec.stop:
                self._leave(node, queue)
            if spec.deadline is not None and time.monotonic() > spec.deadline:
                self.stopped = "DEADLINE"
        if self.stopped:
            self.deepest -= bool(spec.free)

    def _leave(self, node: int, queue: deque[int]) -> None:
        spec, degree = self.spec, self.degree
        for other, free in _steps(self.view, node, spec):
            if self.links >= spec.link_budget:
                self.stopped = "LINK_BUDGET"
                return
            self.links += 1
            further = degree[node] + (not free)
            if further > spec.max_depth:
                self.beyond |= other not in degree
            elif further < degree.get(other, further + 1):
                if other not in degree and len(degree) - len(self.roots) >= spec.node_budget:
                    self.stopped = "NODE_BUDGET"
                    return
                degree[other] = further
                (queue.appendleft if free else queue.append)(other)


def _steps(view: View, node: int, spec: WalkSpec) -> list[tuple[int, bool]]:
    """What one link leads to, and whether the link costs nothing."""
    found: list[tuple[int, bool]] = []
    if spec.forward:
        table = view.links_from(node, spec.forward)
        found += zip(table.object.tolist(), (r in spec.free for r in table.relation.tolist()), strict=True)
    if spec.backward:
        table = view.links_to(node, spec.backward)
        found += zip(table.subject.tolist(), (r in spec.free for r in table.relation.tolist()), strict=True)
    return found
