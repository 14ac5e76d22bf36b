"""How do rows become edges at nodes? Late chains for a few, merging into a sorted base for many; presence of nodes."""
# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: C901
# numba takes the types from the signatures; a kernel is one loop, since calls with many arrays cost more than they do.

import numpy as np

from thread.projection.compiled import helper, kernel
from thread.projection.kernels.rows import span_of
from thread.projection.layout import CLAIM, EDGE, LATE, NODE, OPEN, ROW, SPAN

OUT, INTO, FACTS = range(3)
"""The three tables: links at their subject, links at their object, attributes and kinds at their subject."""


@helper
def ends_of(claim, table):
    """Node and other end of a claim's edge in a table; node -1 where it has none there."""
    if claim.type != 0:
        return (np.int64(claim.subject), np.int64(-1)) if table == 2 else (np.int64(-1), np.int64(-1))
    if table == 0:
        return np.int64(claim.subject), np.int64(claim.value)
    if table == 1:
        return np.int64(claim.value), np.int64(claim.subject)
    return np.int64(-1), np.int64(-1)


@kernel("int64", CLAIM, ROW, "int32[]!", (LATE,), "int64", "int64", "int64", "int64")
def add_late(claims, rows, heads, late, count, table, first, last):
    """Chain rows ``first`` to ``last`` to their nodes. Returns how many late edges there are then."""
    for row in range(first, last):
        claim = claims[rows[row].claim]
        node, other = ends_of(claim, table)
        if node < 0:
            continue
        one = late[count]
        one.other = other if table != 2 else rows[row].claim
        one.span, one.recorded_to = rows[row].span, rows[row].recorded_to
        one.relation, one.spare, one.row, one.older = claim.predicate, 0, row, heads[node]
        heads[node] = count
        count += 1
    return count


@kernel("void", CLAIM, ROW, "int32[]", (EDGE,), "int32[]", "int32[]", (LATE,), "int32[]", "int64")
def close_edges(claims, rows, index, edges, row_of, heads, late, closed, table):
    """Write ``recorded_to`` of closed rows into their edges. Cost: the degree of their nodes."""
    for i in range(len(closed)):
        row = closed[i]
        node, _other = ends_of(claims[rows[row].claim], table)
        if node < 0:
            continue
        at = heads[node]
        while at >= 0 and late[at].row != row:
            at = late[at].older
        if at >= 0:
            late[at].recorded_to = rows[row].recorded_to
            continue
        if node + 1 < len(index):
            for at in range(index[node], index[node + 1]):
                if row_of[at] == row:
                    edges[at].recorded_to = rows[row].recorded_to
                    break


@helper
def edge_key(edge, table):
    """How edges of one node are sorted: links by (relation, object) or (subject, relation)."""
    if table == 1:
        return np.int64(edge.other) << 16 | np.int64(edge.relation)
    return np.int64(edge.relation) << 32 | np.int64(edge.other)


@kernel("void", CLAIM, ROW, "int32[]", "int32[]!", "int64", "int64", "int64")
def merged_index(claims, rows, index, merged, table, first, last):
    """Where the edges of each node begin once rows ``first`` to ``last`` are in the base."""
    merged[:] = 0
    for node in range(len(index) - 1):
        merged[node + 1] = index[node + 1] - index[node]
    for row in range(first, last):
        node, _other = ends_of(claims[rows[row].claim], table)
        if node >= 0:
            merged[node + 1] += 1
    for node in range(1, len(merged)):
        merged[node] += merged[node - 1]


@kernel(
    "void",
    CLAIM,
    ROW,
    "int32[]",
    EDGE,
    "int32[]",
    "int32[]",
    (EDGE,),
    "int32[]!",
    "int64",
    "int64",
    "int64",
)
def merge_edges(claims, rows, index, edges, row_of, merged, new_edges, new_row_of, table, first, last):
    """Fill a new base from the old one and rows ``first`` to ``last``; ``recorded_to`` is read from the rows anew."""
    count = len(merged) - 1
    filled = np.empty(count, np.int32)
    for node in range(count):
        at = merged[node]
        if node + 1 < len(index):
            for old in range(index[node], index[node + 1]):
                new_edges[at] = edges[old]
                new_edges[at].recorded_to = rows[row_of[old]].recorded_to
                new_row_of[at] = row_of[old]
                at += 1
        filled[node] = at
    for row in range(first, last):
        claim = claims[rows[row].claim]
        node, other = ends_of(claim, table)
        if node < 0:
            continue
        at = filled[node]
        filled[node] = at + 1
        one = new_edges[at]
        one.other = other if table != 2 else rows[row].claim
        one.span, one.recorded_to = rows[row].span, rows[row].recorded_to
        one.relation, one.spare = claim.predicate, 0
        new_row_of[at] = row
    for node in range(count):
        low, high = merged[node], merged[node + 1]
        ordered = True
        for at in range(low + 1, high):
            if edge_key(new_edges[at - 1], table) > edge_key(new_edges[at], table):
                ordered = False
                break
        if ordered:
            continue
        keys = np.empty(high - low, np.int64)
        for at in range(low, high):
            keys[at - low] = edge_key(new_edges[at], table)
        order = np.argsort(keys, kind="mergesort")
        some_edges, some_rows = new_edges[low:high].copy(), new_row_of[low:high].copy()
        for k in range(high - low):
            new_edges[low + k] = some_edges[order[k]]
            new_row_of[low + k] = some_rows[order[k]]


@helper
def add_kind(nodes, more, kinds, node, span, kind, stub):
    """Give a node one more kind over a span. Returns how many further kinds there are then."""
    if nodes[node].span < 0:
        one = nodes[node]
        one.recorded_to, one.more, one.kind, one.stub = OPEN, -1, kind, stub
        one.span = span  # last: a reader looks at it first
        return kinds
    one = more[kinds]
    one.span, one.recorded_to, one.more, one.kind, one.stub = span, OPEN, nodes[node].more, kind, stub
    nodes[node].more = kinds
    return kinds + 1


@helper
def close_kind(nodes, more, node, span, stub, ordinal):
    """Close the believed kind of a node with this span, or its stub."""
    one = nodes[node]
    if one.span >= 0 and one.recorded_to == OPEN and one.stub == stub and (stub or one.span == span):
        one.recorded_to = ordinal
        return
    at = one.more
    while at >= 0:
        other = more[at]
        if other.recorded_to == OPEN and other.stub == stub and (stub or other.span == span):
            other.recorded_to = ordinal
            return
        at = other.more


@helper
def is_open_stub(nodes, more, node):
    """Does the node stand as a stub?"""
    one = nodes[node]
    if one.span >= 0 and one.stub and one.recorded_to == OPEN:
        return True
    at = one.more if one.span >= 0 else -1
    while at >= 0:
        if more[at].stub and more[at].recorded_to == OPEN:
            return True
        at = more[at].more
    return False


@kernel(
    "int64",
    CLAIM,
    ROW,
    (SPAN,),
    "int64[]!",
    "int64[]!",
    (NODE,),
    (NODE,),
    "int32[]!",
    "int32[]!",
    "int32[]",
    "int64",
    "int64",
    "int64",
    "int64",
    "int64",
    "int64",
)
def apply_kinds(
    claims,
    rows,
    spans,
    table,
    cursor,
    nodes,
    more,
    mentions,
    kinds_of,
    closed,
    kinds,
    first,
    last,
    ordinal,
    kind_at,
    entity,
):
    """Kinds, mentions and stubs after new and closed rows. Returns how many further kinds there are then.

    Args:
        mentions, kinds_of: per node, how many believed rows name it, and how many of them are kinds.
        kind_at: the predicate of kind facts; entity: the kind of a stub.
    """
    for i in range(len(closed)):
        row = rows[closed[i]]
        claim = claims[row.claim]
        mentions[claim.subject] -= 1
        if claim.type == 0:
            mentions[claim.value] -= 1
        elif claim.predicate == kind_at:
            kinds_of[claim.subject] -= 1
            close_kind(nodes, more, claim.subject, row.span, False, ordinal)
    for number in range(first, last):
        row = rows[number]
        claim = claims[row.claim]
        mentions[claim.subject] += 1
        if claim.type == 0:
            mentions[claim.value] += 1
        elif claim.predicate == kind_at:
            kinds_of[claim.subject] += 1
            kinds = add_kind(nodes, more, kinds, claim.subject, row.span, claim.value, False)
    always = np.int64(-1)
    for step in range(len(closed) + last - first):
        row = rows[closed[step]] if step < len(closed) else rows[first + step - len(closed)]
        claim = claims[row.claim]
        for end in range(2 if claim.type == 0 else 1):
            node = np.int64(claim.subject) if end == 0 else claim.value
            wanted = mentions[node] > 0 and kinds_of[node] == 0
            if not wanted and nodes[node].span >= 0 and nodes[node].more < 0 and not nodes[node].stub:
                continue
            if wanted == is_open_stub(nodes, more, node):
                continue
            if wanted:
                if always < 0:
                    always = span_of(table, spans, cursor, -(2**63) + 1, 2**63 - 1, ordinal)
                kinds = add_kind(nodes, more, kinds, node, always, entity, True)
            else:
                close_kind(nodes, more, node, -1, True, ordinal)
    return kinds


@kernel("int64", CLAIM, ROW, "int32[]", "int64", "int64", "int64")
def kinds_needed(claims, rows, closed, first, last, kind_at):
    """At most how many further kinds new and closed rows may make."""
    count = 2 * len(closed)
    for number in range(first, last):
        count += 1 if claims[rows[number].claim].predicate == kind_at else 2
    return count
