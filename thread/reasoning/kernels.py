"""Which nodes fall, which loops hold, what dominates what? Compiled loops over the arrays of a structure.

Imported where it is used: numba is heavy. All kernels run without the GIL and touch only what they reach.
"""
# ruff: noqa: C901  a kernel is one loop over arrays; a call per branch would cost more than it explains

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from thread.projection.view import Ints
from thread.reasoning.structure import COINDUCTIVE, Bytes, Gates, Loops

F = TypeVar("F", bound=Callable[..., Any])
HEAD, TAIL, DIRTY, TOUCHED, EVALUATED, LINKS = range(6)
"""Slots of the ``meta`` array of ``kill``."""


def compiled(function: F) -> F:
    return cast(F, njit(nogil=True, cache=True)(function))


@compiled
def strong(
    candidates: Ints, only: int, outer: Ints, out_start: Ints, out_gate: Ints, owner: Ints, cls: Ints, comp: Ints
) -> int:
    """Number of strongly connected groups that are not single; ``comp`` gets their numbers, -1 elsewhere.

    ``only`` >= 0: links of that class, between nodes of equal ``outer``. Source: R. Tarjan, SIAM J. Comput. 1 (1972).
    """
    n = len(comp)
    index, low, ptr = np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int32)
    stack, call, itself = np.empty(n, np.int32), np.empty(n, np.int32), np.zeros(n, np.uint8)
    counter, found, held = 1, 0, 0
    for root in candidates:
        if index[root] != 0:
            continue
        call[0] = root
        depth = 1
        index[root] = low[root] = counter
        counter += 1
        ptr[root] = out_start[root]
        stack[held] = root
        held += 1
        comp[root] = -2
        while depth > 0:
            u = call[depth - 1]
            if ptr[u] < out_start[u + 1]:
                g = out_gate[ptr[u]]
                ptr[u] += 1
                v = owner[g]
                if only >= 0 and (cls[g] != only or outer[v] != outer[u]):
                    continue
                if v == u:
                    itself[u] = 1
                if index[v] == 0:
                    index[v] = low[v] = counter
                    counter += 1
                    ptr[v] = out_start[v]
                    stack[held] = v
                    held += 1
                    comp[v] = -2
                    call[depth] = v
                    depth += 1
                elif comp[v] == -2 and index[v] < low[u]:
                    low[u] = index[v]
                continue
            depth -= 1
            if low[u] == index[u]:
                label = -1
                if stack[held - 1] != u or itself[u] == 1:
                    label = found
                    found += 1
                while True:
                    held -= 1
                    v = stack[held]
                    comp[v] = label
                    if v == u:
                        break
            if depth > 0 and low[u] < low[call[depth - 1]]:
                low[call[depth - 1]] = low[u]
    return found


def loops_of(gates: Gates, size: int, *, merged: bool) -> Loops:
    """Loops within each grounding class, or over all gates together (``merged``)."""
    whole = np.full(size, -1, np.int32)
    owners = gates.owner[np.flatnonzero(np.diff(gates.owner, prepend=-1))]
    arrays = (gates.out_start, gates.out_gate, gates.owner, gates.cls)
    found = strong(owners, -1, whole, *arrays, whole)
    of_gate = np.full(gates.size, -1, np.int32)
    inside = np.zeros(len(gates.supplier), np.uint8)
    gate_of_input = np.repeat(np.arange(gates.size, dtype=np.int32), np.diff(gates.start))
    nodes: list[Ints] = []
    labels: list[Ints] = []
    if merged:
        passes = [(np.ones(gates.size, bool), whole, 0)]
    else:
        candidates = np.flatnonzero(whole >= 0).astype(np.int32)
        passes, base = [], 0
        inner = gates.cls[(whole[gates.owner] >= 0) & (gates.cls != COINDUCTIVE)]
        for cls in np.unique(inner).tolist():
            comp = np.full(size, -1, np.int32)
            count = strong(candidates, cls, whole, *arrays, comp)
            passes.append((gates.cls == cls, comp, base))
            base += count
        found = base
    for chosen, comp, base in passes:
        loop = np.where(chosen & (comp[gates.owner] >= 0), comp[gates.owner] + base, -1).astype(np.int32)
        of_gate = np.maximum(of_gate, loop)
        local = chosen[gate_of_input] & (comp[gates.supplier] >= 0)
        inside |= (local & (comp[gates.supplier] == comp[gates.owner[gate_of_input]])).astype(np.uint8)
        members = np.flatnonzero(comp >= 0).astype(np.int32)
        nodes.append(members)
        labels.append(comp[members] + np.int32(base))
    label = np.concatenate(labels) if labels else np.empty(0, np.int32)
    node = np.concatenate(nodes) if nodes else np.empty(0, np.int32)
    start = np.concatenate(([0], np.cumsum(np.bincount(label, minlength=found)))).astype(np.int32)
    return Loops(of_gate, inside, start, node[np.argsort(label, kind="stable")])


@compiled
def reach(
    loop: int, dead: Bytes, skip: int, rem: Ints, pend: Ints, reached: Bytes, stack: Ints,
    start: Ints, supplier: Ints, owner: Ints, k: Ints, cls: Ints, of_start: Ints, out_start: Ints, out_gate: Ints,
    shut: Bytes, of_gate: Ints, inside: Bytes, loop_start: Ints, loop_nodes: Ints,
) -> int:  # fmt: skip
    """Reach a loop again from its live entries and producers; marks ``reached``, without the node ``skip``.

    Returns the links looked at. A member is reached when all its gates in the loop have k counting suppliers:
    live ones from outside, reached ones from inside.
    """
    links, top = 0, 0
    for at in range(loop_start[loop], loop_start[loop + 1]):
        v = loop_nodes[at]
        reached[v] = 0
        pend[v] = -1
        if dead[v] != 0 or v == skip:
            continue
        open_gates = 0
        for g in range(of_start[v], of_start[v + 1]):
            if of_gate[g] != loop:
                continue
            outside = 0
            for a in range(start[g], start[g + 1]):
                links += 1
                u = supplier[a]
                if inside[a] == 0 and dead[u] == 0 and (shut[u] == 0 or cls[g] < 0):
                    outside += 1
            rem[g] = k[g] - outside
            if rem[g] > 0:
                open_gates += 1
        pend[v] = open_gates
        if open_gates == 0:
            reached[v] = 1
            stack[top] = v
            top += 1
    while top > 0:
        top -= 1
        u = stack[top]
        for a in range(out_start[u], out_start[u + 1]):
            links += 1
            g = out_gate[a]
            if of_gate[g] != loop or (shut[u] != 0 and cls[g] >= 0):
                continue
            v = owner[g]
            if pend[v] <= 0:
                continue
            rem[g] -= 1
            if rem[g] == 0:
                pend[v] -= 1
                if pend[v] == 0:
                    reached[v] = 1
                    stack[top] = v
                    top += 1
    return links


@compiled
def kill(
    dead: Bytes, count: Ints, queue: Ints, meta: Any, touched: Ints, gate_mark: Bytes, dirty: Ints, loop_mark: Bytes,
    evaluated: Ints, rem: Ints, pend: Ints, reached: Bytes, stack: Ints,
    start: Ints, supplier: Ints, owner: Ints, k: Ints, cls: Ints, of_start: Ints, out_start: Ints, out_gate: Ints,
    shut: Bytes, of_gate: Ints, inside: Bytes, loop_start: Ints, loop_nodes: Ints, limit: int,
) -> bool:  # fmt: skip
    """Kill outward from the queue until nothing more falls; False if ``limit`` links came first (call again).

    Counters per gate; a loop that lost a member or an entry is reached again from its live entries, and what is
    not reached falls. The result is the greatest fixpoint of reasoning.md, "Grounded supply", below the start.
    """
    head, tail, open_loops, n_touched, n_evaluated, links = meta[0], meta[1], meta[2], meta[3], meta[4], meta[5]
    done = True
    while True:
        while head < tail:
            if links > limit:
                done = False
                break
            u = queue[head]
            head += 1
            for a in range(out_start[u], out_start[u + 1]):
                links += 1
                g = out_gate[a]
                if shut[u] != 0 and cls[g] >= 0:
                    continue
                count[g] -= 1
                if gate_mark[g] == 0:
                    gate_mark[g] = 1
                    touched[n_touched] = g
                    n_touched += 1
                v = owner[g]
                if dead[v] != 0:
                    continue
                if count[g] < k[g]:
                    dead[v] = 1
                    queue[tail] = v
                    tail += 1
                elif of_gate[g] >= 0 and loop_mark[of_gate[g]] & 1 == 0:
                    loop_mark[of_gate[g]] |= 1
                    dirty[open_loops] = of_gate[g]
                    open_loops += 1
        if not done or open_loops == 0:
            break
        open_loops -= 1
        loop = dirty[open_loops]
        loop_mark[loop] &= 2
        if loop_mark[loop] == 0:
            loop_mark[loop] = 2
            evaluated[n_evaluated] = loop
            n_evaluated += 1
        links += reach(
            loop, dead, -1, rem, pend, reached, stack, start, supplier, owner, k, cls, of_start, out_start,
            out_gate, shut, of_gate, inside, loop_start, loop_nodes,
        )  # fmt: skip
        for at in range(loop_start[loop], loop_start[loop + 1]):
            v = loop_nodes[at]
            if dead[v] == 0 and reached[v] == 0:
                dead[v] = 1
                queue[tail] = v
                tail += 1
    meta[0], meta[1], meta[2], meta[3], meta[4], meta[5] = head, tail, open_loops, n_touched, n_evaluated, links
    return done


@compiled
def start_from(scope: Ints, dead: Bytes, queue: Ints, meta: Any) -> int:
    """Put what is not down yet of a scope on the queue; returns how many."""
    tail = 0
    for v in scope:
        if dead[v] == 0:
            dead[v] = 1
            queue[tail] = v
            tail += 1
    meta[:] = 0
    meta[1] = tail
    return tail


@compiled
def settle(
    seeds: int, queue: Ints, meta: Any, touched: Ints, evaluated: Ints, dirty: Ints, dead: Bytes, count: Ints,
    gate_mark: Bytes, loop_mark: Bytes, degree: Ints, order: Ints, level: Ints, left: Ints, base: Ints,
    k: Ints, cls: Ints, owner: Ints, out_start: Ints, out_gate: Ints, shut: Bytes,
) -> int:  # fmt: skip
    """Degrees of what fell, what gates have left, and everything put back as it was.

    Degree: shortest chain through failed gates from the first ``seeds`` of the queue. ``order`` gets the fallen nodes
    by degree, ``level`` their degrees. Returns how many were reached: all, unless the kill was cut short.
    """
    for at in range(meta[1]):
        degree[queue[at]] = -1
    tail = 0
    for at in range(seeds):
        degree[queue[at]] = 0
        order[tail] = queue[at]
        tail += 1
    head = 0
    while head < tail:
        u = order[head]
        level[head] = degree[u]
        head += 1
        for a in range(out_start[u], out_start[u + 1]):
            g = out_gate[a]
            if shut[u] != 0 and cls[g] >= 0:
                continue
            v = owner[g]
            if count[g] < k[g] and degree[v] == -1:
                degree[v] = degree[u] + 1
                order[tail] = v
                tail += 1
    for at in range(meta[3]):
        g = touched[at]
        left[at] = count[g]
        count[g] = base[g]
        gate_mark[g] = 0
    for at in range(meta[1]):
        dead[queue[at]] = 0
        degree[queue[at]] = -2
    for at in range(meta[4]):
        loop_mark[evaluated[at]] = 0
    for at in range(meta[2]):
        loop_mark[dirty[at]] = 0
    return tail


@compiled
def removal(
    loop: int, dead: Bytes, rem: Ints, pend: Ints, reached: Bytes, stack: Ints, counts: Bytes,
    start: Ints, supplier: Ints, owner: Ints, k: Ints, cls: Ints, of_start: Ints, out_start: Ints, out_gate: Ints,
    shut: Bytes, of_gate: Ints, inside: Bytes, loop_start: Ints, loop_nodes: Ints,
) -> None:  # fmt: skip
    """Which inputs of a loop's gates are alternatives: still reached with the gate's owner removed."""
    for at in range(loop_start[loop], loop_start[loop + 1]):
        v = loop_nodes[at]
        if dead[v] != 0:
            continue
        reach(
            loop, dead, v, rem, pend, reached, stack, start, supplier, owner, k, cls, of_start, out_start, out_gate,
            shut, of_gate, inside, loop_start, loop_nodes,
        )  # fmt: skip
        for g in range(of_start[v], of_start[v + 1]):
            if of_gate[g] != loop:
                continue
            for a in range(start[g], start[g + 1]):
                u = supplier[a]
                alive = dead[u] == 0 and (shut[u] == 0 or cls[g] < 0)
                counts[a] = alive and (inside[a] == 0 or reached[u] == 1)
