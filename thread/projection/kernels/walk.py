"""What can be reached? A 0-1 breadth-first walk over the links in force, compiled."""
# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: C901
# numba takes the types from the signatures; a kernel is one loop, since calls with many arrays cost more than they do.

from thread.projection.compiled import helper, kernel
from thread.projection.layout import EDGE, LATE, NODE, SPAN

RELATIONS, MAX_DEPTH, NODE_BUDGET, LINK_BUDGET, FREE, DIRECTIONS = range(6)
"""Places of the limits: how many relations the program has, the budgets, whether any relation is free, and the
directions (bits) in which any is followed."""
ROOTS, NEXT, SETTLED, TENTATIVE, DEGREE, FOUND, LINKS, DEEPEST, STOPPED = range(9)
"""Places of a cursor that say how far the walk is."""
RUNNING, COMPLETE, BEYOND, NODES_SPENT, LINKS_SPENT, BAD_ROOT = range(6)
FORWARD_BIT, BACKWARD_BIT, FREE_BIT = 1, 2, 4
_TENTATIVE, _SETTLED, _STOP = 1, 2, 4


@helper
def in_force(spans, span, recorded_to, lo, hi, known):
    """Was it believed at a revision, over some of the window?"""
    if recorded_to <= known or span >= len(spans):  # a span that is not there yet came later
        return False
    one = spans[span]
    return one.recorded_from <= known and one.valid_from < hi and one.valid_to > lo


@helper
def kind_in(spans, nodes, more, node, lo, hi, known):
    """The kind that a node has in the window, -1 where it is absent."""
    one = nodes[node]
    if one.span < 0:
        return -1
    if in_force(spans, one.span, one.recorded_to, lo, hi, known):
        return one.kind
    at = one.more
    while at >= 0:
        other = more[at]
        if in_force(spans, other.span, other.recorded_to, lo, hi, known):
            return other.kind
        at = other.more
    return -1


@helper
def begin(spans, nodes, more, marks, queue, degree, cursor, roots, size, lo, hi, known):
    """Settle those roots that are present, each once."""
    for i in range(len(cursor)):
        cursor[i] = 0
    for i in range(roots):
        if queue[i] < 0 or queue[i] >= size:
            cursor[STOPPED] = BAD_ROOT
            return
    kept = 0
    for i in range(roots):
        root = queue[i]
        if marks[root] == 0 and kind_in(spans, nodes, more, root, lo, hi, known) >= 0:
            marks[root] = _SETTLED
            queue[kept] = root
            degree[kept] = 0
            kept += 1
    cursor[ROOTS] = kept
    cursor[SETTLED] = kept


@helper
def promote(marks, queue, degree, tentative, cursor, limits):
    """Go on to the next degree, or stop."""
    beyond, promoted = cursor[DEGREE] >= limits[MAX_DEPTH], 0
    for i in range(cursor[TENTATIVE]):
        other = tentative[i]
        if marks[other] & _TENTATIVE:
            promoted += 1
            if beyond:
                marks[other] = 0
            else:
                marks[other] = _SETTLED | (marks[other] & _STOP)
                queue[cursor[SETTLED]] = other
                degree[cursor[SETTLED]] = cursor[DEGREE] + 1
                cursor[SETTLED] += 1
    cursor[TENTATIVE] = 0
    if promoted == 0 or beyond:
        cursor[STOPPED] = BEYOND if promoted else COMPLETE
        cursor[DEEPEST] = cursor[DEGREE]
    else:
        cursor[DEGREE] += 1


@helper
def finish_walk(marks, queue, degree, tentative, cursor):
    """Take in what was found but not settled, and clean the marks: O(what was visited)."""
    for i in range(cursor[TENTATIVE]):
        if marks[tentative[i]] & _TENTATIVE:
            marks[tentative[i]] = _SETTLED
            queue[cursor[SETTLED]] = tentative[i]
            degree[cursor[SETTLED]] = cursor[DEGREE] + 1
            cursor[SETTLED] += 1
    cursor[TENTATIVE] = 0
    for i in range(cursor[SETTLED]):
        marks[queue[i]] = 0


@kernel(
    "int64", SPAN, NODE, NODE, "int32[]", EDGE, "int32[]", LATE, "int32[]", EDGE, "int32[]", LATE, "uint8[]", "int64[]",
    "uint8[]!", "int32[]!", "int32[]!", "int32[]!", "int64[]!", "int64", "int64", "int64", "int64", "int64", "int64",
)  # fmt: skip
def walk(
    spans, nodes, more, out_starts, out_edges, out_heads, out_late, in_starts, in_edges, in_heads, in_late, program,
    limits, marks, queue, degree, tentative, cursor, lo, hi, known, roots, size, left,
):  # fmt: skip
    """Walk until ``left`` links have been looked at, or to the end.

    Args:
        program: flags per relation, then per kind 1 where the walk stops.
        queue: begins with the roots.
        roots: how many there are; -1 to go on with a walk that is ``RUNNING``.
    Returns:
        ``RUNNING`` while there is more to do, else why it ended. All marks are clean when it has ended.
    """
    if roots >= 0:
        begin(spans, nodes, more, marks, queue, degree, cursor, roots, size, lo, hi, known)
    while cursor[STOPPED] == RUNNING:
        while cursor[NEXT] < cursor[SETTLED] and cursor[STOPPED] == RUNNING:
            if left <= 0:
                return RUNNING
            node = queue[cursor[NEXT]]
            cursor[NEXT] += 1
            if marks[node] & _STOP:
                continue
            # One loop over four stretches (base and late, out and in) in one function: handing the arrays to a
            # helper or naming them anew costs half a microsecond a node in reference counts.
            out_at, out_end, out_chain, in_at, in_end, in_chain = 0, 0, -1, 0, 0, -1
            if limits[DIRECTIONS] & FORWARD_BIT:
                out_chain = out_heads[node]
                if node + 1 < len(out_starts):
                    out_at, out_end = out_starts[node], out_starts[node + 1]
            if limits[DIRECTIONS] & BACKWARD_BIT:
                in_chain = in_heads[node]
                if node + 1 < len(in_starts):
                    in_at, in_end = in_starts[node], in_starts[node + 1]
            bit, last = FORWARD_BIT, -1
            while True:
                left -= 1
                if out_at < out_end:
                    edge = out_edges[out_at]
                    other, span, relation, recorded_to = edge.other, edge.span, edge.relation, edge.recorded_to
                    out_at += 1
                elif out_chain >= 0:
                    late = out_late[out_chain]
                    other, span, relation, recorded_to = late.other, late.span, late.relation, late.recorded_to
                    out_chain = late.older
                elif in_at < in_end:
                    edge = in_edges[in_at]
                    other, span, relation, recorded_to = edge.other, edge.span, edge.relation, edge.recorded_to
                    in_at += 1
                    bit = BACKWARD_BIT
                elif in_chain >= 0:
                    late = in_late[in_chain]
                    other, span, relation, recorded_to = late.other, late.span, late.relation, late.recorded_to
                    in_chain = late.older
                    bit = BACKWARD_BIT
                else:
                    break
                flags = program[relation]
                if flags & bit == 0 or recorded_to <= known:
                    continue
                if span != last:  # most links of a node share one span
                    if not in_force(spans, span, recorded_to, lo, hi, known):
                        continue
                    last = span
                mark, kind = marks[other], 0
                if mark == 0:
                    kind = kind_in(spans, nodes, more, other, lo, hi, known)
                    if kind < 0:
                        continue
                    if cursor[FOUND] >= limits[NODE_BUDGET]:
                        cursor[STOPPED] = NODES_SPENT
                        break
                if cursor[LINKS] >= limits[LINK_BUDGET]:
                    cursor[STOPPED] = LINKS_SPENT
                    break
                cursor[LINKS] += 1
                if mark == 0:
                    cursor[FOUND] += 1
                    mark = _STOP if program[limits[RELATIONS] + kind] else 0
                    if flags & FREE_BIT == 0:
                        marks[other] = _TENTATIVE | mark
                        tentative[cursor[TENTATIVE]] = other
                        cursor[TENTATIVE] += 1
                        continue
                elif mark & _SETTLED or flags & FREE_BIT == 0:
                    continue
                marks[other] = _SETTLED | (mark & _STOP)
                queue[cursor[SETTLED]] = other
                degree[cursor[SETTLED]] = cursor[DEGREE]
                cursor[SETTLED] += 1
        if cursor[STOPPED] == RUNNING:
            promote(marks, queue, degree, tentative, cursor, limits)
        elif cursor[STOPPED] != BAD_ROOT:
            cursor[DEEPEST] = cursor[DEGREE] - limits[FREE]
    finish_walk(marks, queue, degree, tentative, cursor)
    return cursor[STOPPED]


@kernel("void", "uint8[]!", "int32[]!", "int32[]!", "int32[]!", "int64[]", "int64[]!")
def give_up(marks, queue, degree, tentative, limits, cursor):
    """End a walk between two slices."""
    cursor[DEEPEST] = cursor[DEGREE] - limits[FREE]
    finish_walk(marks, queue, degree, tentative, cursor)
