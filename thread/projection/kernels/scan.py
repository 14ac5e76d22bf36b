"""Which rows are in force at these nodes, or everywhere? Scans over a table of edges, compiled."""
# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: C901
# numba takes the types from the signatures; a kernel is one loop, since calls with many arrays cost more than they do.

import numpy as np

from thread.projection.compiled import helper, kernel
from thread.projection.kernels.claims import by_start, ends_of, slot_head, standing
from thread.projection.kernels.walk import in_force, kind_in
from thread.projection.layout import CLAIM, EDGE, LATE, NODE, ROW, SPAN

ANY_END, BOTH_ENDS, THIS_END = range(3)
"""Whose presence a scan asks for: nobody's, both ends', the scanned node's."""


@kernel("int64", "int32[]", "int32[]", LATE, "int32[]")
def degree_sum(index, heads, late, nodes):
    """How many edges nodes have, in force or not."""
    count = 0
    for i in range(len(nodes)):
        node = nodes[i]
        if node + 1 < len(index):
            count += index[node + 1] - index[node]
        at = heads[node]
        while at >= 0:
            count += 1
            at = late[at].older
    return count


@helper
def sort_late(others, relations, rows, start, middle, end, table):
    """Bring late edges, which were met newest first, into the order of the base."""
    keys, count = np.empty(end - start, np.int64), end - start
    source = np.empty(count, np.int64)
    for k in range(count):
        source[k] = start + k if start + k < middle else end - 1 - (start + k - middle)
        if table == 1:
            keys[k] = np.int64(others[source[k]]) << 16 | np.int64(relations[source[k]])
        else:
            keys[k] = np.int64(relations[source[k]]) << 32 | np.int64(others[source[k]])
    order = np.argsort(keys, kind="mergesort")
    some_others, some_relations, some_rows = (
        others[start:end].copy(),
        relations[start:end].copy(),
        rows[start:end].copy(),
    )
    for k in range(count):
        from_ = source[order[k]] - start
        others[start + k], relations[start + k] = some_others[from_], some_relations[from_]
        rows[start + k] = some_rows[from_]


@kernel(
    "int64",
    SPAN,
    NODE,
    NODE,
    "int32[]",
    EDGE,
    "int32[]",
    "int32[]",
    LATE,
    "int32[]",
    "uint8[]",
    "uint8[]",
    "int64[]",
    "int32[]!",
    "int32[]!",
    "int16[]!",
    "int32[]!",
)
def scan(
    spans, nodes, more, index, edges, row_of, heads, late, chosen, wanted, marks, window, found, others, relations, rows
):
    """Edges of the chosen nodes, node by node in the order of the base.

    Args:
        wanted: per relation or predicate, 1 where it is wanted.
        marks: per node, 1 where it may be the other end; empty: all may.
        window: lo, hi, known, whose presence is asked for, which table it is.
    Returns:
        How many were found.
    """
    lo, hi, known, presence, table = window[0], window[1], window[2], window[3], window[4]
    count = 0
    for i in range(len(chosen)):
        node = chosen[i]
        if presence != ANY_END and kind_in(spans, nodes, more, node, lo, hi, known) < 0:
            continue
        start = count
        if node + 1 < len(index):
            for at in range(index[node], index[node + 1]):
                edge = edges[at]
                if wanted[edge.relation] == 0 or not in_force(spans, edge.span, edge.recorded_to, lo, hi, known):
                    continue
                if presence == BOTH_ENDS:
                    if len(marks) and marks[edge.other] == 0:
                        continue
                    if kind_in(spans, nodes, more, edge.other, lo, hi, known) < 0:
                        continue
                found[count], others[count], relations[count] = node, edge.other, edge.relation
                rows[count] = row_of[at]
                count += 1
        middle, at = count, heads[node]
        while at >= 0:
            edge = late[at]
            at = edge.older
            if wanted[edge.relation] == 0 or not in_force(spans, edge.span, edge.recorded_to, lo, hi, known):
                continue
            if presence == BOTH_ENDS:
                if len(marks) and marks[edge.other] == 0:
                    continue
                if kind_in(spans, nodes, more, edge.other, lo, hi, known) < 0:
                    continue
            found[count], others[count], relations[count] = node, edge.other, edge.relation
            rows[count] = edge.row
            count += 1
        if count > middle and count > start + 1:
            sort_late(others, relations, rows, start, middle, count, table)
    return count


@kernel("int64", SPAN, NODE, NODE, "int64", "int64", "int64", "int64")
def kind_of(spans, nodes, more, node, lo, hi, known):
    """The kind of a node, -1 where it is absent."""
    return kind_in(spans, nodes, more, node, lo, hi, known)


@kernel("int64", SPAN, NODE, NODE, "int64", "int64")
def stub_of(spans, nodes, more, node, known):
    """1 where a node is a stub as known then."""
    one = nodes[node]
    if one.span < 0:
        return 0
    if one.stub and in_force(spans, one.span, one.recorded_to, 0, 1, known):
        return 1
    at = one.more
    while at >= 0:
        if more[at].stub and in_force(spans, more[at].span, more[at].recorded_to, 0, 1, known):
            return 1
        at = more[at].more
    return 0


@kernel("void", SPAN, NODE, NODE, "int64", "int64", "int64", "int16[]!")
def all_kinds(spans, nodes, more, lo, hi, known, kinds):
    """The kind of every node, -1 where it is absent."""
    for node in range(len(kinds)):
        kinds[node] = kind_in(spans, nodes, more, node, lo, hi, known)


@kernel("int64", SPAN, ROW, "int32[]", "int32[]", "int32[]", LATE, "int64", "int64")
def last_change(spans, rows, index, row_of, heads, late, node, known):
    """The last revision up to ``known`` that made or closed an edge of a node."""
    latest = 0
    at, end = 0, 0
    if node + 1 < len(index):
        at, end = index[node], index[node + 1]
    link = heads[node]
    while at < end or link >= 0:
        if at < end:
            row = row_of[at]
            at += 1
        else:
            row = late[link].row
            link = late[link].older
        if row >= len(rows) or rows[row].span >= len(spans):  # came later
            continue
        made, closed = spans[rows[row].span].recorded_from, rows[row].recorded_to
        if made <= known:
            latest = max(latest, made)
            if closed <= known:
                latest = max(latest, closed)
    return latest


@kernel("void", SPAN, ROW, "int32[]", "int32[]", "int32[]", LATE, "int32[]", "int64", "int64[]!")
def last_changes(spans, rows, index, row_of, heads, late, nodes, known, found):
    """Raise what is found of each node to the last revision that changed an edge of it."""
    for i in range(len(nodes)):
        found[i] = max(found[i], last_change(spans, rows, index, row_of, heads, late, nodes[i], known))


@kernel("int64", CLAIM, ROW, "int32[]", "int64[]", "uint8[]", "int32[]", "int64", "int32[]!")
def contested(claims, rows, heads, table, singles, some, known, found):
    """Newest claims of those slots of some rows in which several claims stand, at most one per row.

    Returns how many were found; -1 where the claims at hand are older than the slots: look again with newer ones.
    """
    count = 0
    for i in range(len(some)):
        claim = claims[rows[some[i]].claim]
        head = slot_head(table, heads, claims, claim, singles[claim.predicate] != 0)
        if head < 0:
            return -1
        at, several = head, 0
        while at >= 0:
            several += claims[at].recorded_from <= known and known < claims[at].recorded_to
            at = claims[at].older
        if several > 1:
            found[count] = head
            count += 1
    return count


@kernel("int64", CLAIM, "int32[]", "int64[]", "int64", "int64", "int64", "int64", "int32[]!")
def held(claims, sources, ranks, head, single, instant, known, found):
    """Claims of a slot that their own sources hold to be in force at an instant. Returns how many there are."""
    live = by_start(claims, standing(claims, head, known))
    ends = np.empty(len(live), np.int64)
    ends_of(claims, sources, ranks, live, single != 0, False, ends)
    count = 0
    for i in range(len(live)):
        if claims[live[i]].valid_from <= instant and instant < ends[i]:
            if count < len(found):
                found[count] = live[i]
            count += 1
    return count


@kernel("int64", CLAIM, ROW, "int32[]", "int64[]", "uint8[]", "int32[]", "int64", "int64", "int32[]!")
def rows_beside(claims, rows, heads, table, singles, some, claim_limit, row_limit, found):
    """All rows of the slots of some rows, with repeats; what came after the limits is left out.

    Returns how many there are; they are written as far as there is room. -1: look again with newer claims.
    """
    count = 0
    for i in range(len(some)):
        claim = claims[rows[some[i]].claim]
        at = slot_head(table, heads, claims, claim, singles[claim.predicate] != 0)
        if at < 0:
            return -1
        while at >= 0:
            row = claims[at].rows if at < claim_limit else -1
            while row >= 0:
                if row < row_limit:
                    if count < len(found):
                        found[count] = row
                    count += 1
                if row >= len(rows):
                    return -1
                row = rows[row].older
            at = claims[at].older
    return count


@kernel("void", SPAN, NODE, NODE, "int32[]", "int64", "int64", "int64", "int16[]!", "uint8[]!")
def some_kinds(spans, nodes, more, chosen, lo, hi, known, kinds, stubs):
    """The kinds of some nodes, -1 where absent, and which of them are stubs."""
    for i in range(len(chosen)):
        kinds[i] = kind_in(spans, nodes, more, chosen[i], lo, hi, known)
        stubs[i] = 0
        one = nodes[chosen[i]]
        if kinds[i] < 0:
            continue
        if one.stub and in_force(spans, one.span, one.recorded_to, lo, hi, known):
            stubs[i] = 1
        at = one.more
        while at >= 0:
            if more[at].stub and in_force(spans, more[at].span, more[at].recorded_to, lo, hi, known):
                stubs[i] = 1
            at = more[at].more


@kernel("int64", "int32[]", "int32[]", "int32[]", LATE, "int64", "int32[]!")
def rows_at(index, row_of, heads, late, node, found):
    """All rows of a node in a table, believed or not. Returns how many; written as far as there is room."""
    count = 0
    if node + 1 < len(index):
        for at in range(index[node], index[node + 1]):
            if count < len(found):
                found[count] = row_of[at]
            count += 1
    at = heads[node]
    while at >= 0:
        if count < len(found):
            found[count] = late[at].row
        count += 1
        at = late[at].older
    return count
