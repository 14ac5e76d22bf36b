"""Which rows do the claims of a slot come to? Settling between sources, step functions, and what changed."""
# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: C901
# numba takes the types from the signatures; a kernel is one loop, since calls with many arrays cost more than they do.

import numpy as np

from thread.projection.compiled import helper, kernel
from thread.projection.kernels.claims import by_start, ends_of, outranks, same_content, standing
from thread.projection.kernels.text import finish
from thread.projection.layout import CLAIM, OPEN, ROW, SPAN

POSITION, ROWS, SPANS, CLOSED, NEED = range(5)
"""Places of a cursor: the next slot, how many rows, spans and closed rows there are, how much room is needed."""


@helper
def span_of(table, spans, cursor, start, end, recorded):
    """The id of a span; a new one where there is none."""
    h = np.uint64(start) * np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ (h >> np.uint64(31)) ^ np.uint64(end)) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(31)) ^ np.uint64(recorded)) * np.uint64(0x94D049BB133111EB)
    tag, mask = finish(h), len(table) - 1
    place = tag & mask
    while table[place] >= 0:
        entry = table[place]
        if entry >> 32 == tag:
            one = spans[entry & 0xFFFFFFFF]
            if one.valid_from == start and one.valid_to == end and one.recorded_from == recorded:
                return entry & 0xFFFFFFFF
        place = (place + 1) & mask
    number = cursor[SPANS]
    spans[number].valid_from, spans[number].valid_to = start, end
    spans[number].recorded_from, spans[number].spare = recorded, 0
    table[place] = tag << 32 | number
    cursor[SPANS] = number + 1
    return number


@helper
def open_row(rows, claims, spans, table, cursor, claim, start, end, ordinal):
    """Append a row that names a claim."""
    number = cursor[ROWS]
    rows[number].claim = claim
    rows[number].span = span_of(table, spans, cursor, start, end, ordinal)
    rows[number].recorded_to = OPEN
    rows[number].older = claims[claim].rows
    claims[claim].rows = number
    cursor[ROWS] = number + 1


@helper
def many_valued(claims, sources, ranks, live, found):
    """Rows of a many-valued slot as (claim, start, end): one per identity."""
    count = len(live)
    ends = np.empty(count, np.int64)
    ends_of(claims, sources, ranks, live, False, True, ends)
    rows = 0
    for i in range(count):
        one = claims[live[i]]
        if ends[i] <= one.valid_from or one.valid_to != ends[i]:
            continue
        named, j = True, i - 1  # the earliest claim that says the same names the row
        while named and j >= 0 and claims[live[j]].valid_from == one.valid_from:
            other = claims[live[j]]
            named = not (ends[j] == ends[i] and other.valid_to == ends[i] and same_content(one, other))
            j -= 1
        if named:
            found[rows, 0], found[rows, 1], found[rows, 2] = live[i], one.valid_from, ends[i]
            rows += 1
    return rows


@helper
def single_valued(claims, sources, ranks, live, found):
    """Rows of a single-valued slot as (claim, start, end): per instant the source that answers."""
    count, rows = len(live), 0
    ends = np.empty(count, np.int64)
    ends_of(claims, sources, ranks, live, True, True, ends)
    cuts = np.empty(2 * count, np.int64)
    for i in range(count):
        cuts[2 * i], cuts[2 * i + 1] = claims[live[i]].valid_from, max(ends[i], claims[live[i]].valid_from)
    cuts = np.unique(cuts)
    current = np.full(len(ranks), -1, np.int32)
    ahead = 0
    for c in range(len(cuts) - 1):
        low, high = cuts[c], cuts[c + 1]
        while ahead < count and claims[live[ahead]].valid_from <= low:
            if ends[ahead] > claims[live[ahead]].valid_from:
                current[sources[claims[live[ahead]].actor]] = ahead
            ahead += 1
        winner = np.int64(-1)
        for source in range(len(ranks)):
            i = current[source]
            holds = i >= 0 and ends[i] > low
            if holds and (winner < 0 or outranks(claims, sources, ranks, live[i], winner)):
                winner = live[i]
        if winner < 0:
            continue
        named = winner
        for source in range(len(ranks)):
            i = current[source]
            if i >= 0 and ends[i] > low and live[i] < named and same_content(claims[live[i]], claims[winner]):
                named = live[i]
        if rows and found[rows - 1, 0] == named and found[rows - 1, 2] == low:
            found[rows - 1, 2] = high
        else:
            found[rows, 0], found[rows, 1], found[rows, 2] = named, low, high
            rows += 1
    return rows


@helper
def open_rows(claims, rows, head):
    """Rows of a slot that are believed."""
    count = 0
    at = head
    while at >= 0:
        row = claims[at].rows
        while row >= 0:
            count += rows[row].recorded_to == OPEN
            row = rows[row].older
        at = claims[at].older
    found = np.empty(count, np.int32)
    at = head
    while at >= 0:
        row = claims[at].rows
        while row >= 0:
            if rows[row].recorded_to == OPEN:
                count -= 1
                found[count] = row
            row = rows[row].older
        at = claims[at].older
    return found


@kernel(
    "int64",
    (CLAIM,),
    (ROW,),
    (SPAN,),
    "int64[]!",
    "int32[]",
    "int32[]",
    "uint8[]",
    "int32[]",
    "int64[]",
    "int32[]!",
    "int64[]!",
    "int64",
)
def resolve_slots(claims, rows, spans, table, heads, touched, singles, sources, ranks, closed, cursor, ordinal):
    """Bring the rows of touched slots in line with their claims: close what vanished, open what is new.

    Returns 0 when all are done; else more room is needed (``cursor[NEED]``) before it can go on.
    """
    for k in range(cursor[POSITION], len(touched)):
        cursor[POSITION] = k
        head = heads[touched[k]]
        if cursor[ROWS] + 1 > len(rows) or cursor[SPANS] + 1 > len(spans):
            cursor[NEED] = 1
            return 1
        one = claims[head]
        if one.older < 0 and one.rows < 0:  # the usual case: one claim, nothing believed yet
            if one.recorded_to == OPEN and one.valid_from < one.valid_to:
                open_row(rows, claims, spans, table, cursor, head, one.valid_from, one.valid_to, ordinal)
            continue
        live = by_start(claims, standing(claims, head, OPEN - 1))
        before = open_rows(claims, rows, head)
        need = 2 * len(live) + len(before) + 1
        if cursor[ROWS] + need > len(rows) or cursor[SPANS] + need > len(spans) or cursor[CLOSED] + need > len(closed):
            cursor[NEED] = need
            return 1
        found = np.empty((2 * len(live), 3), np.int64)
        if singles[one.predicate] != 0:
            count = single_valued(claims, sources, ranks, live, found)
        else:
            count = many_valued(claims, sources, ranks, live, found)
        for b in range(len(before)):
            row = before[b]
            kept = -1
            low, high = 0, count  # rows that are found are sorted by start
            start = spans[rows[row].span].valid_from
            while low < high:
                middle = (low + high) // 2
                if found[middle, 1] < start:
                    low = middle + 1
                else:
                    high = middle
            while low < count and found[low, 1] == start:
                if found[low, 0] == rows[row].claim and found[low, 2] == spans[rows[row].span].valid_to:
                    kept = low
                low += 1
            if kept >= 0:
                found[kept, 0] = -1 - found[kept, 0]
            else:
                rows[row].recorded_to = ordinal
                closed[cursor[CLOSED]] = row
                cursor[CLOSED] += 1
        for i in range(count):
            if found[i, 0] >= 0:
                open_row(rows, claims, spans, table, cursor, found[i, 0], found[i, 1], found[i, 2], ordinal)
    cursor[POSITION] = len(touched)
    return 0


@kernel("void", (CLAIM,), (ROW,), SPAN, "int64[]!", "int32[]", "int64", "int64", "int64", "int64")
def forget_rows(claims, rows, spans, table, closed, first, count, first_span, span_count):
    """Undo a resolution: reopen what it closed, take its rows and spans out again."""
    for i in range(len(closed)):
        rows[closed[i]].recorded_to = OPEN
    for row in range(count - 1, first - 1, -1):
        claims[rows[row].claim].rows = rows[row].older
    mask = len(table) - 1
    for number in range(span_count - 1, first_span - 1, -1):
        one = spans[number]
        h = np.uint64(one.valid_from) * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(31)) ^ np.uint64(one.valid_to)) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(31)) ^ np.uint64(one.recorded_from)) * np.uint64(0x94D049BB133111EB)
        tag = finish(h)
        place = tag & mask
        while table[place] != (tag << 32 | number):
            place = (place + 1) & mask
        table[place] = -1
