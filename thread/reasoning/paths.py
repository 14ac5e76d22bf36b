"""Which simple paths lead from roots to a node? Shortest first, in bounded time, never all of them."""

import heapq
import time
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from thread.projection.view import LinkTable, View, WalkSpec
from thread.reasoning.answers import LinkRef, PathAnswer
from thread.reasoning.sharing import Stays

_TRIES = 20
"""Paths looked at for each that is asked for, where chains of containment must share an instant."""
Cost = tuple[int, int]
"""(counted links, links): strictly positive, so that a cheapest walk is a simple path."""
_Steps = dict[int, dict[int, tuple[Cost, LinkRef]]]


def paths_between(
    view: View,
    roots: Sequence[int],
    target: int,
    spec: WalkSpec,
    links: LinkTable,
    limit: int,
    shortest_only: bool,
) -> tuple[tuple[PathAnswer, ...], bool]:
    """Up to ``limit`` simple paths in (length, links, IRIs) order, and whether there are more.

    Parallel links between two nodes make one path, by the cheapest of them.
    Cost: at most limit x path length searches of the part between roots and target.
    Source: J. Y. Yen, Management Science 17 (1971) 712-716, with E. L. Lawler's partition (1972).
    """
    steps = _steps(view, roots, spec, links)
    search = _Search(view, steps, roots, target, spec)
    found: list[PathAnswer] = []
    stays = None if view.period is None else Stays(view, links)
    for tried, (nodes, refs, cost) in enumerate(search.paths()):
        if shortest_only and found and cost > found[0].length:
            return tuple(found), False
        if cost > spec.max_depth:
            return tuple(found), False
        if len(found) == limit or tried > _TRIES * (limit + 1):
            return tuple(found), True
        held = refs if stays is None else stays.at_one_instant(refs)
        if held is not None:
            found.append(PathAnswer(nodes, held, cost))
    return tuple(found), search.late


def _steps(view: View, roots: Collection[int], spec: WalkSpec, links: LinkTable) -> _Steps:
    """Cheapest step from each node to each neighbour; roots are not entered, stop kinds not left."""
    steps: _Steps = {}
    start = set(roots)
    stops: dict[int, bool] = {}

    def stopped(node: int) -> bool:
        if node not in stops:
            stops[node] = node not in start and view.kind(node) in spec.stop
        return stops[node]

    columns = (links.subject.tolist(), links.object.tolist(), links.relation.tolist(), links.row.tolist())
    for subject, obj, relation, row in zip(*columns, strict=True):
        cost = (0 if relation in spec.free else 1, 1)
        ref = LinkRef(subject, obj, relation, row)
        for a, b, follows in ((subject, obj, spec.forward), (obj, subject, spec.backward)):
            if relation in follows and a != b and b not in start and not stopped(a):
                known = steps.setdefault(a, {}).get(b)
                if known is None or (cost, relation, row) < (known[0], known[1].relation, known[1].row):
                    steps[a][b] = (cost, ref)
    return steps


class _Search:
    """Best-first over the partition of all simple paths: each part is a prefix and what may not follow it."""

    def __init__(self, view: View, steps: _Steps, roots: Sequence[int], target: int, spec: WalkSpec) -> None:
        self.steps, self.target, self.deadline = steps, target, spec.deadline
        self.late = False
        back: dict[int, dict[int, Cost]] = {}
        for node, ahead in steps.items():
            for other, (cost, _) in ahead.items():
                back.setdefault(other, {})[node] = cost
        self.back = back
        self.far = self._distances(frozenset())
        names = list(self.far)
        self.name = dict(zip(names, view.iris(names), strict=True))
        self.starts = [root for root in roots if root in self.far]

    def _distances(self, banned: Collection[int]) -> dict[int, Cost]:
        """Cheapest way from each node to the target that avoids the banned nodes."""
        far: dict[int, Cost] = {}
        heap: list[tuple[Cost, int]] = [((0, 0), self.target)]
        while heap:
            cost, node = heapq.heappop(heap)
            if node in far:
                continue
            far[node] = cost
            for other, step in self.back.get(node, {}).items():
                if other not in far and other not in banned:
                    heapq.heappush(heap, ((cost[0] + step[0], cost[1] + step[1]), other))
        return far

    def _complete(self, prefix: tuple[int, ...], taboo: frozenset[int]) -> tuple[int, ...] | None:
        """The best simple path that starts with the prefix and does not go on to a taboo node."""
        path = self._greedy(prefix, taboo, self.far)
        if path is not None and len(set(path)) == len(path):
            return path
        return self._greedy(prefix, taboo, self._distances(set(prefix)))

    def _greedy(
        self, prefix: tuple[int, ...], taboo: frozenset[int], far: Mapping[int, Cost]
    ) -> tuple[int, ...] | None:
        """Follow the cheapest way, the first IRI where several are; distances fall, so it ends."""
        path = list(prefix)
        barred: Collection[int] = taboo
        while not path or path[-1] != self.target:
            options: Iterable[tuple[int, Cost]]
            if not path:
                options = ((root, (0, 0)) for root in self.starts)
            else:
                options = ((node, cost) for node, (cost, _) in self.steps.get(path[-1], {}).items())
            ranked = [
                ((far[node][0] + cost[0], far[node][1] + cost[1]), self.name[node], node)
                for node, cost in options
                if node in far and node not in barred
            ]
            if not ranked:
                return None
            path.append(min(ranked)[2])
            barred = ()
        return tuple(path)

    def _cost(self, path: tuple[int, ...]) -> Cost:
        costs = [self.steps[a][b][0] for a, b in pairwise(path)]
        return (sum(cost[0] for cost in costs), len(costs))

    def paths(self) -> Iterable[tuple[tuple[int, ...], tuple[LinkRef, ...], int]]:
        """Simple paths in order, each once: nodes, links, length."""
        heap: list[tuple[Cost, tuple[str, ...], tuple[int, ...], int, frozenset[int]]] = []
        pending: deque[tuple[tuple[int, ...], frozenset[int]]] = deque([((), frozenset())])
        while True:
            while pending:
                prefix, taboo = pending.popleft()
                if self.deadline is not None and time.monotonic() > self.deadline:
                    self.late = True
                    return
                path = self._complete(prefix, taboo)
                if path is not None:
                    names = tuple(self.name[node] for node in path)
                    heapq.heappush(heap, (self._cost(path), names, path, len(prefix), taboo))
            if not heap:
                return
            cost, _, path, fixed, taboo = heapq.heappop(heap)
            refs = tuple(self.steps[a][b][1] for a, b in pairwise(path))
            yield path, refs, cost[0]
            for at in range(fixed, len(path)):
                barred = taboo | {path[at]} if at == fixed else frozenset((path[at],))
                pending.append((path[:at], barred))
