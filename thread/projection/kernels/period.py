"""What can be reached over a period? A breadth-first walk whose chains of containment share an instant, compiled."""
# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: C901
# numba takes the types from the signatures; a kernel is one loop, since calls with many arrays cost more than they do.

import numpy as np

from thread.projection.compiled import helper, kernel
from thread.projection.kernels.walk import BACKWARD_BIT, FORWARD_BIT, FREE_BIT, in_force, kind_in
from thread.projection.layout import EDGE, LATE, NODE, SPAN

REACHED, LINKS, DEEPEST, STOPPED = range(4)
"""Places of the cursor, as in a walk at an instant."""
_COMPLETE, _BEYOND, _NODES_SPENT, _LINKS_SPENT = 1, 2, 3, 4
_RELATIONS, _MAX_DEPTH, _NODE_BUDGET, _LINK_BUDGET = 0, 1, 2, 3
_NODE, _DEGREE, _NEXT = 0, 1, 2
_ROOT, _STOP, _SETTLED = 1, 2, 4


@helper
def is_covered(labels, stays, head, degree, lo, hi):
    """Was the node reached before, no later in degree, over all of an interval?"""
    at = head
    while at >= 0:
        if labels[at, _DEGREE] <= degree and stays[at, 0] <= lo and stays[at, 1] >= hi:
            return True
        at = labels[at, _NEXT]
    return False


@kernel(
    "int64", SPAN, NODE, NODE, "int32[]", EDGE, "int32[]", LATE, "int32[]", EDGE, "int32[]", LATE, "uint8[]", "int64[]",
    "uint8[]", "int32[]", "int32[]!", "int32[]!", "int64[]!", "int64", "int64", "int64",
)  # fmt: skip
def walk_period(
    spans, nodes, more, out_starts, out_edges, out_heads, out_late, in_starts, in_edges, in_heads, in_late, program,
    limits, contains, roots, found, degrees, cursor, lo, hi, known,
):  # fmt: skip
    """Walk over ``[lo, hi)``. A label is a node with the interval that its chain of containment shares so far.

    Args:
        contains: per relation, 1 where it is containment; any other link begins a new chain.
        found, degrees: filled with what was reached, roots excluded, by degree.
    Returns:
        How many were reached.
    """
    size = len(found)
    heads, marks = np.full(size, -1, np.int32), np.zeros(size, np.uint8)
    labels, stays, count = np.empty((1024, 3), np.int32), np.empty((1024, 2), np.int64), 0
    queue, following = np.empty(1024, np.int32), np.empty(1024, np.int32)
    queued, ahead, hits, outside = 0, 0, 0, 0
    for i in range(len(roots)):
        root = roots[i]
        if marks[root] == 0 and kind_in(spans, nodes, more, root, lo, hi, known) >= 0:
            marks[root] = _ROOT
            if count == len(labels):
                wider, longer = np.empty((2 * count, 3), np.int32), np.empty((2 * count, 2), np.int64)
                wider[:count], longer[:count] = labels, stays
                labels, stays = wider, longer
                grown = np.empty(2 * count, np.int32)
                grown[:queued] = queue[:queued]
                queue = grown
            labels[count, _NODE], labels[count, _DEGREE], labels[count, _NEXT] = root, 0, -1
            stays[count, 0], stays[count, 1] = lo, hi
            heads[root] = count
            queue[queued] = count
            queued += 1
            count += 1
            cursor[REACHED] += 1
    degree = 0
    cursor[STOPPED] = 0
    while cursor[STOPPED] == 0:
        taken = 0
        while taken < queued and cursor[STOPPED] == 0:
            label = queue[taken]
            taken += 1
            node, since, until = labels[label, _NODE], stays[label, 0], stays[label, 1]
            first = marks[node] & _SETTLED == 0
            if first:
                marks[node] |= _SETTLED
                if marks[node] & _ROOT == 0:
                    found[hits], degrees[hits] = node, degree
                    hits += 1
                    cursor[REACHED] += 1
                    kind = kind_in(spans, nodes, more, node, lo, hi, known)
                    if program[limits[_RELATIONS] + kind]:
                        marks[node] |= _STOP
            if marks[node] & _STOP:
                continue
            for way in range(2):
                bit = FORWARD_BIT if way == 0 else BACKWARD_BIT
                starts = out_starts if way == 0 else in_starts
                edges = out_edges if way == 0 else in_edges
                late = out_late if way == 0 else in_late
                chain = out_heads[node] if way == 0 else in_heads[node]
                at, end = 0, 0
                if node + 1 < len(starts):
                    at, end = starts[node], starts[node + 1]
                while at < end or chain >= 0:
                    if at < end:
                        other, span, relation = edges[at].other, edges[at].span, edges[at].relation
                        recorded_to = edges[at].recorded_to
                        at += 1
                    else:
                        other, span, relation = late[chain].other, late[chain].span, late[chain].relation
                        recorded_to = late[chain].recorded_to
                        chain = late[chain].older
                    flags = program[relation]
                    if flags & bit == 0 or not in_force(spans, span, recorded_to, lo, hi, known):
                        continue
                    if kind_in(spans, nodes, more, other, lo, hi, known) < 0:
                        continue
                    if first:
                        if cursor[LINKS] >= limits[_LINK_BUDGET]:
                            cursor[STOPPED] = _LINKS_SPENT
                            break
                        cursor[LINKS] += 1
                    start, stop = lo, hi
                    if contains[relation]:
                        start, stop = max(since, spans[span].valid_from), min(until, spans[span].valid_to)
                        if start >= stop:
                            continue
                    free = flags & FREE_BIT != 0
                    far = degree if free else degree + 1
                    if is_covered(labels, stays, heads[other], far, start, stop):
                        continue
                    if far > limits[_MAX_DEPTH]:
                        if heads[other] < 0:  # looked at again at the end: a free link may still lead there
                            if outside == len(following):
                                grown = np.empty(2 * outside, np.int32)
                                grown[:outside] = following
                                following = grown
                            following[outside] = other
                            outside += 1
                        continue
                    if heads[other] < 0 and count >= limits[_NODE_BUDGET]:
                        cursor[STOPPED] = _NODES_SPENT
                        break
                    if count == len(labels):
                        wider, longer = np.empty((2 * count, 3), np.int32), np.empty((2 * count, 2), np.int64)
                        wider[:count], longer[:count] = labels, stays
                        labels, stays = wider, longer
                    labels[count, _NODE], labels[count, _DEGREE], labels[count, _NEXT] = other, far, heads[other]
                    stays[count, 0], stays[count, 1] = start, stop
                    heads[other] = count
                    if free:
                        if queued == len(queue):
                            grown = np.empty(2 * queued, np.int32)
                            grown[:queued] = queue
                            queue = grown
                        queue[queued] = count
                        queued += 1
                    else:
                        if ahead == len(following):
                            grown = np.empty(2 * ahead, np.int32)
                            grown[:ahead] = following
                            following = grown
                        following[ahead] = count
                        ahead += 1
                    count += 1
                if cursor[STOPPED]:
                    break
        if cursor[STOPPED]:
            cursor[DEEPEST] = degree - 1
        else:
            if ahead == 0:
                beyond = False
                for i in range(outside):
                    beyond = beyond or heads[following[i]] < 0
                cursor[STOPPED] = _BEYOND if beyond else _COMPLETE
                cursor[DEEPEST] = limits[_MAX_DEPTH] if beyond else (degrees[hits - 1] if hits else 0)
            else:
                queue, following = following, queue
                queued, ahead = ahead, 0
                degree += 1
    return hits
