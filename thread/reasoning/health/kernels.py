"""What is the health of everything, and what changes with a leaf? Compiled loops over the arrays of a plan.

Nodes are positions of the plan, suppliers before consumers. Health h is 0 failed to 1 as new; a gate hands on the
k-th largest health among its inputs. Imported where it is used: numba is heavy.
"""
# ruff: noqa: C901  a kernel is one loop over arrays; a call per branch would cost more than it explains

import numpy as np
import numpy.typing as npt

from thread.projection.compiled import helper, kernel

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float64]

LEAF, PURE, MIXED, RING = range(4)
"""Shapes of nodes: no gates; all inputs needed, whole; anything else; in a cycle."""
_PLAN = (
    "int32[]", "int32[]", "int32[]", "uint8[]", "int32[]", "uint8[]", "uint8[]", "float64[]", "int32[]", "int32[]",
    "int32[]", "int32[]", "int32[]", "int32[]", "int32[]", "int32[]", "int32[]", "int32[]",
)  # fmt: skip
"""Types of ``Plan.arrays``."""
_SPACE = ("float64[]!", "int32[]!", "int32[]!", "int32[]!", "int32[]!", "uint8[]!", "float64[]!", "uint8[]!")
"""Types of ``Space.arrays``: heap keys and items, stack, gates fired and open, marks, scratch, dirty loops."""


@kernel("int64", "int32[]", "int32[]", "int32[]", "int32[]", "int32[]", "int32[]!", "int32[]!", "int32[]!")
def levels(
    unit: Ints, members: Ints, member_start: Ints, out_start: Ints, out_owner: Ints, level: Ints, pend: Ints,
    queue: Ints,
) -> int:  # fmt: skip
    """Level of each unit (a node, or a cycle): one more than the highest of what it needs. Source: A. Kahn 1962."""
    units = len(member_start) - 1
    for at in range(units):
        for m in range(member_start[at], member_start[at + 1]):
            u = members[m]
            for a in range(out_start[u], out_start[u + 1]):
                other = unit[out_owner[a]]
                if other != at:
                    pend[other] += 1
    tail = 0
    for at in range(units):
        if pend[at] == 0:
            queue[tail] = at
            tail += 1
    head = 0
    while head < tail:
        at = queue[head]
        head += 1
        for m in range(member_start[at], member_start[at + 1]):
            u = members[m]
            for a in range(out_start[u], out_start[u + 1]):
                other = unit[out_owner[a]]
                if other == at:
                    continue
                if level[other] <= level[at]:
                    level[other] = level[at] + 1
                pend[other] -= 1
                if pend[other] == 0:
                    queue[tail] = other
                    tail += 1
    return tail


@helper
def _up(keys: Reals, items: Ints, at: int) -> None:
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= keys[at]:
            return
        keys[above], keys[at] = keys[at], keys[above]
        items[above], items[at] = items[at], items[above]
        at = above


@helper
def _down(keys: Reals, items: Ints, size: int) -> None:
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            return
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[at] <= keys[below]:
            return
        keys[below], keys[at] = keys[at], keys[below]
        items[below], items[at] = items[at], items[below]
        at = below


@helper
def _seen(a: int, u: int, flow: int, h: Reals, shut: Bytes, law: Bytes, laws: Reals) -> float:
    """Health of a supplier as an input sees it, its law applied; an operated element in the wrong state gives none."""
    x = float(h[u])
    if flow != 0 and shut[u] != 0:
        x = 0.0
    at = law[a]
    if at == 0:
        return x
    y, mix = x, laws[3 * at + 2]
    if mix < 1.0:
        y = float(1.0 - mix * (1.0 - x))
    y += laws[3 * at + 1]
    if y > 1.0:
        y = 1.0
    if y < laws[3 * at]:
        y = float(laws[3 * at])
    return y if y > x else x  # attenuates, whatever is rounded: a loop never lowers


@helper
def _valued(
    v: int, own: float, h: Reals, shut: Bytes, gate_start: Ints, in_start: Ints, k: Ints, flow: Bytes, inp: Ints,
    law: Bytes, laws: Reals, scratch: Reals,
) -> float:  # fmt: skip
    """The least of a node's own health and its gates."""
    r = own
    for g in range(gate_start[v], gate_start[v + 1]):
        first, last = in_start[g], in_start[g + 1]
        n, need = last - first, k[g]
        if need == n:
            for a in range(first, last):
                x = _seen(a, inp[a], flow[g], h, shut, law, laws)
                if x < r:
                    r = x
            continue
        enough = 0
        for a in range(first, last):
            if _seen(a, inp[a], flow[g], h, shut, law, laws) >= r:
                enough += 1
                if enough == need:
                    break
        if enough == need:
            continue
        if need == 1:
            best = 0.0
            for a in range(first, last):
                x = _seen(a, inp[a], flow[g], h, shut, law, laws)
                if x > best:
                    best = x
            r = best
            continue
        for a in range(first, last):
            x = _seen(a, inp[a], flow[g], h, shut, law, laws)
            at = a - first
            if n <= 16:  # a sort of few is not worth its call
                while at > 0 and scratch[at - 1] > x:
                    scratch[at] = scratch[at - 1]
                    at -= 1
            scratch[at] = x
        if n > 16:
            scratch[:n].sort()
        r = scratch[n - need]
    return r


@helper
def _supplied(
    loop: int, h: Reals, shut: Bytes, gate_start: Ints, in_start: Ints, k: Ints, inp: Ints,
    inside: Bytes, gate_owner: Ints, out_start: Ints, out_gate: Ints, gate_loop: Ints, loop_start: Ints,
    loop_nodes: Ints, lo: int, keys: Reals, items: Ints, stack: Ints, fired: Ints, pend: Ints, y: Reals,
) -> None:  # fmt: skip
    """Widest path into a loop of one class from its live entries and producers: ``y`` of each member, the rest held.

    Best first: what is popped is final. Items >= 0 are members, < 0 are gates that an entry supports.
    """
    size, top = 0, 0
    for at in range(loop_start[loop], loop_start[loop + 1]):
        v = loop_nodes[at]
        y[v - lo] = -1.0
        gates = 0
        for g in range(gate_start[v], gate_start[v + 1]):
            if gate_loop[g] != loop:
                continue
            gates += 1
            fired[g] = 0
            for a in range(in_start[g], in_start[g + 1]):
                u = inp[a]
                if inside[a] != 0:  # counts when it is reached
                    continue
                x = h[u]
                if x > 0.0 and shut[u] == 0:
                    keys[size] = -x
                    items[size] = -1 - g
                    size += 1
                    _up(keys, items, size - 1)
        pend[v - lo] = gates
        if gates == 0:
            keys[size] = -h[v]
            items[size] = v
            size += 1
            _up(keys, items, size - 1)
    while top > 0 or size > 0:
        if top > 0:
            top -= 1
            v = stack[top]
        else:
            value, item = -keys[0], items[0]
            size -= 1
            if size > 0:
                keys[0], items[0] = keys[size], items[size]
                _down(keys, items, size)
            if item < 0:
                g = -1 - item
                fired[g] += 1
                if fired[g] != k[g]:
                    continue
                v = gate_owner[g]
                pend[v - lo] -= 1
                if pend[v - lo] != 0:
                    continue
                if h[v] < value:
                    keys[size] = -h[v]
                    items[size] = v
                    size += 1
                    _up(keys, items, size - 1)
                    continue
                y[v - lo] = value
            else:
                v = item
                y[v - lo] = value
        value = y[v - lo]
        if shut[v] != 0 or value <= 0.0:
            continue
        for a in range(out_start[v], out_start[v + 1]):
            g = out_gate[a]
            if gate_loop[g] != loop:
                continue
            w = gate_owner[g]
            if pend[w - lo] <= 0:
                continue
            fired[g] += 1
            if fired[g] != k[g]:
                continue
            pend[w - lo] -= 1
            if pend[w - lo] != 0:
                continue
            if h[w] < value:
                keys[size] = -h[w]
                items[size] = w
                size += 1
                _up(keys, items, size - 1)
            else:
                y[w - lo] = value
                stack[top] = w
                top += 1
    for at in range(loop_start[loop], loop_start[loop + 1]):
        v = loop_nodes[at]
        if y[v - lo] < 0.0:
            y[v - lo] = 0.0


@helper
def _solve(
    s: int, own: Reals, h: Reals, shut: Bytes,
    gate_start: Ints, in_start: Ints, k: Ints, flow: Bytes, inp: Ints, law: Bytes, inside: Bytes, laws: Reals,
    gate_owner: Ints, out_start: Ints, out_gate: Ints, gate_loop: Ints, loop_start: Ints, loop_nodes: Ints,
    ring_start: Ints, ring_end: Ints, ring_loops: Ints, _ring_of: Ints,
    keys: Reals, items: Ints, stack: Ints, fired: Ints, pend: Ints, marks: Bytes, scratch: Reals, dirty: Bytes,
) -> None:  # fmt: skip
    """Health within one cycle of needs: the greatest fixpoint, supply grounded class by class.

    Worst first through all gates (D. Knuth, Inf. Proc. Letters 6 (1977) 1-5), then each loop that was touched from
    its live entries; until nothing falls. Every step stays above the fixpoint, and where none moves it is one.
    """
    lo, hi = ring_start[s], ring_end[s]
    y, rest = scratch[: hi - lo], scratch[hi - lo :]
    size, last = 0, -1
    for v in range(lo, hi):
        h[v] = own[v]
    for loop in range(ring_loops[s], ring_loops[s + 1]):
        dirty[loop] = 1
    for v in range(lo, hi):
        h[v] = _valued(v, own[v], h, shut, gate_start, in_start, k, flow, inp, law, laws, rest)
        if h[v] < 1.0:
            size = _push(keys, items, size, h[v], v, h)
    while True:
        while size > 0:
            value, v = keys[0], items[0]
            size -= 1
            if size > 0:
                keys[0], items[0] = keys[size], items[size]
                _down(keys, items, size)
            if value > h[v]:
                continue
            for a in range(out_start[v], out_start[v + 1]):
                g = out_gate[a]
                loop, w = gate_loop[g], gate_owner[g]
                if loop >= 0 and (loop != last or marks[v] == 0):
                    dirty[loop] = 1
                if w < lo or w >= hi or h[w] <= value:
                    continue
                new = _valued(w, h[w], h, shut, gate_start, in_start, k, flow, inp, law, laws, rest)
                if new < h[w]:
                    h[w] = new
                    marks[w] = 0
                    size = _push(keys, items, size, new, w, h)
            marks[v] = 0
        for loop in range(ring_loops[s], ring_loops[s + 1]):
            if dirty[loop] == 0:
                continue
            dirty[loop] = 0
            _supplied(
                loop, h, shut, gate_start, in_start, k, inp, inside, gate_owner, out_start, out_gate,
                gate_loop, loop_start, loop_nodes, lo, keys, items, stack, fired, pend, y,
            )  # fmt: skip
            last = loop
            for at in range(loop_start[loop], loop_start[loop + 1]):
                v = loop_nodes[at]
                if y[v - lo] < h[v]:
                    h[v] = y[v - lo]
                    marks[v] = 1
                    size = _push(keys, items, size, h[v], v, h)
            if size > 0:
                break
        if size == 0:
            return


@helper
def _push(keys: Reals, items: Ints, size: int, key: float, item: int, h: Reals) -> int:
    """Put a node on the heap, which holds at most one entry per node that still counts; returns its size."""
    if size == len(keys):
        kept = 0
        for at in range(size):
            if keys[at] == h[items[at]]:
                keys[kept], items[kept] = keys[at], items[at]
                kept += 1
                _up(keys, items, kept - 1)
        size = kept
    keys[size], items[size] = key, item
    _up(keys, items, size)
    return size + 1


@kernel("int64", "int32[]", "float64[]", "float64[]!", "uint8[]", *_PLAN, *_SPACE)
def whole(
    runs: Ints, own: Reals, h: Reals, shut: Bytes,
    gate_start: Ints, in_start: Ints, k: Ints, flow: Bytes, inp: Ints, law: Bytes, inside: Bytes, laws: Reals,
    gate_owner: Ints, out_start: Ints, out_gate: Ints, gate_loop: Ints, loop_start: Ints, loop_nodes: Ints,
    ring_start: Ints, ring_end: Ints, ring_loops: Ints, ring_of: Ints,
    keys: Reals, items: Ints, stack: Ints, fired: Ints, pend: Ints, marks: Bytes, scratch: Reals, dirty: Bytes,
) -> int:  # fmt: skip
    """Health of every node, supplier before consumer; runs of equal (level, shape, degree) need no look-ups."""
    for r in range(len(runs) // 4):
        first, last, shape, degree = runs[4 * r], runs[4 * r + 1], runs[4 * r + 2], runs[4 * r + 3]
        if shape == LEAF:
            for v in range(first, last):
                h[v] = own[v]
        elif shape == PURE:
            a = in_start[gate_start[first]]
            if degree == 1:
                for v in range(first, last):
                    h[v] = min(own[v], h[inp[a + v - first]])
            elif degree == 2:
                for v in range(first, last):
                    h[v] = min(own[v], min(h[inp[a]], h[inp[a + 1]]))
                    a += 2
            else:
                for v in range(first, last):
                    x = own[v]
                    for _ in range(degree):
                        x = min(x, h[inp[a]])
                        a += 1
                    h[v] = x
        elif shape == MIXED:
            for v in range(first, last):
                h[v] = _valued(v, own[v], h, shut, gate_start, in_start, k, flow, inp, law, laws, scratch)
        else:
            s = ring_of[first]
            while s < len(ring_start) and ring_start[s] < last:
                _solve(
                    s, own, h, shut, gate_start, in_start, k, flow, inp, law, inside, laws, gate_owner, out_start,
                    out_gate, gate_loop, loop_start, loop_nodes, ring_start, ring_end, ring_loops, ring_of,
                    keys, items, stack, fired, pend, marks, scratch, dirty,
                )  # fmt: skip
                s += 1
    return len(runs) // 4


@helper
def _queue(queue: Ints, queued: Bytes, size: int, v: int) -> int:
    """Put a position on the heap of positions, once; returns its size."""
    if queued[v] != 0:
        return size
    queued[v] = 1
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if queue[above] <= v:
            break
        queue[at] = queue[above]
        at = above
    queue[at] = v
    return size + 1


@helper
def _least(queue: Ints, size: int) -> None:
    """Take the least position, which is read, out of the heap."""
    v = queue[size - 1]
    size -= 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and queue[below + 1] < queue[below]:
            below += 1
        if v <= queue[below]:
            break
        queue[at] = queue[below]
        at = below
    queue[at] = v


@helper
def _tell(
    v: int, old: float, lo: int, hi: int, forced: bool, h: Reals, gate_owner: Ints, out_start: Ints, out_gate: Ints,
    ring_start: Ints, ring_of: Ints, queue: Ints, queued: Bytes, size: int,
) -> int:  # fmt: skip
    """Queue the consumers of a node that may change with it, outside the cycle [lo, hi)."""
    new = h[v]
    for a in range(out_start[v], out_start[v + 1]):
        w = gate_owner[out_gate[a]]
        if lo <= w < hi:
            continue
        x = h[w]
        if not forced and old > x and new >= x:  # it gave more than is used, and still does
            continue
        if ring_of[w] >= 0:
            w = ring_start[ring_of[w]]
        size = _queue(queue, queued, size, w)
    return size


@kernel(
    "int64", "int32[]", "int32[]", "float64[]", "float64[]!", "uint8[]", "int32[]!", "uint8[]!", "int32[]!",
    "float64[]!", *_PLAN, *_SPACE,
)  # fmt: skip
def update(
    seeds: Ints, toggled: Ints, own: Reals, h: Reals, shut: Bytes, queue: Ints, queued: Bytes, log: Ints, was: Reals,
    gate_start: Ints, in_start: Ints, k: Ints, flow: Bytes, inp: Ints, law: Bytes, inside: Bytes, laws: Reals,
    gate_owner: Ints, out_start: Ints, out_gate: Ints, gate_loop: Ints, loop_start: Ints, loop_nodes: Ints,
    ring_start: Ints, ring_end: Ints, ring_loops: Ints, ring_of: Ints,
    keys: Reals, items: Ints, stack: Ints, fired: Ints, pend: Ints, marks: Bytes, scratch: Reals, dirty: Bytes,
) -> int:  # fmt: skip
    """Health after the own health of the seeds, and what the toggled let through, has changed.

    Only what changes and its consumers are looked at, suppliers first, each once; a cycle that is touched is solved
    anew. ``log`` and ``was`` get what changed and what it was; returns how many.
    """
    size, found = 0, 0
    for v in seeds:
        size = _queue(queue, queued, size, v if ring_of[v] < 0 else ring_start[ring_of[v]])
    for v in toggled:
        size = _tell(v, 0.0, 0, 0, True, h, gate_owner, out_start, out_gate, ring_start, ring_of, queue, queued, size)
    while size > 0:
        v = queue[0]
        _least(queue, size)
        size -= 1
        queued[v] = 0
        s = ring_of[v]
        if s < 0:
            old = h[v]
            new = _valued(v, own[v], h, shut, gate_start, in_start, k, flow, inp, law, laws, scratch)
            if new != old:
                h[v] = new
                log[found], was[found] = v, old
                found += 1
                size = _tell(
                    v, old, v, v, False, h, gate_owner, out_start, out_gate, ring_start, ring_of, queue, queued, size
                )
            continue
        lo, hi = ring_start[s], ring_end[s]
        before = h[lo:hi].copy()
        _solve(
            s, own, h, shut, gate_start, in_start, k, flow, inp, law, inside, laws, gate_owner, out_start,
            out_gate, gate_loop, loop_start, loop_nodes, ring_start, ring_end, ring_loops, ring_of,
            keys, items, stack, fired, pend, marks, scratch, dirty,
        )  # fmt: skip
        for w in range(lo, hi):
            if h[w] != before[w - lo]:
                log[found], was[found] = w, before[w - lo]
                found += 1
                size = _tell(
                    w, before[w - lo], lo, hi, False, h, gate_owner, out_start, out_gate, ring_start, ring_of, queue,
                    queued, size,
                )  # fmt: skip
    return found


@helper
def _takes(
    g: int, u: int, before: Reals, after: Reals, shut: Bytes, in_start: Ints, k: Ints, flow: Bytes, inp: Ints,
    law: Bytes, laws: Reals, scratch: Reals,
) -> bool:  # fmt: skip
    """Whether a supplier is among those that make a gate hand on less than before."""
    first, last = in_start[g], in_start[g + 1]
    n, had, has = last - first, 2.0, 2.0
    for a in range(first, last):
        if inp[a] == u:
            had = min(had, _seen(a, u, flow[g], before, shut, law, laws))
            has = min(has, _seen(a, u, flow[g], after, shut, law, laws))
    if has >= had:
        return False
    if k[g] == n:
        worst = 2.0
        for a in range(first, last):
            worst = min(worst, _seen(a, inp[a], flow[g], before, shut, law, laws))
            if has >= worst:
                return False
        return True
    for a in range(first, last):
        scratch[a - first] = _seen(a, inp[a], flow[g], before, shut, law, laws)
    some = scratch[:n]
    some.sort()
    level = some[n - k[g]]
    if had < level or has >= level:
        return False
    left = 0
    for a in range(first, last):
        if _seen(a, inp[a], flow[g], after, shut, law, laws) >= level:
            left += 1
    return bool(left < k[g])


_HANDS = ("int32[]", "int32[]", "uint8[]", "int32[]", "uint8[]", "float64[]", "int32[]", "int32[]", "int32[]")
"""Types of ``Plan.hands``."""


@kernel(
    "int64", "int32[]", "float64[]", "float64[]", "uint8[]", "int32[]!", "int32[]!", "float64[]!", *_HANDS
)  # fmt: skip
def fallout(
    seeds: Ints, before: Reals, after: Reals, shut: Bytes, degree: Ints, queue: Ints, scratch: Reals,
    in_start: Ints, k: Ints, flow: Bytes, inp: Ints, law: Bytes, laws: Reals, gate_owner: Ints, out_start: Ints,
    out_gate: Ints,
) -> int:  # fmt: skip
    """Length of the shortest chain from the seeds to everything that they degrade, through gates that hand on less.

    ``degree`` is -1 everywhere; the queue gets what was reached, nearest first. Returns how many.
    """
    tail = 0
    for v in seeds:
        if degree[v] < 0:
            degree[v] = 0
            queue[tail] = v
            tail += 1
    head = 0
    while head < tail:
        u = queue[head]
        head += 1
        for a in range(out_start[u], out_start[u + 1]):
            g = out_gate[a]
            w = gate_owner[g]
            if degree[w] >= 0 or after[w] >= before[w]:
                continue
            if _takes(g, u, before, after, shut, in_start, k, flow, inp, law, laws, scratch):
                degree[w] = degree[u] + 1
                queue[tail] = w
                tail += 1
    return tail
