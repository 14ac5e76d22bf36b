"""What leads where, and what dominates what? Compiled loops over flow graphs, beside those of ``kernels``."""
# ruff: noqa: C901  a kernel is one loop over arrays; a call per branch would cost more than it explains

import numpy as np

from thread.projection.view import Ints
from thread.reasoning.kernels import compiled
from thread.reasoning.structure import Bytes


@compiled
def idoms(n: int, start: Ints, target: Ints) -> Ints:
    """Immediate dominator of each node of a flow graph with root 0; -1 for the root and what it does not reach.

    Source: T. Lengauer, R. Tarjan, ACM TOPLAS 1 (1979) 121-141, the simple version: O(m log n).
    """
    number, vertex, parent = np.full(n, -1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    ptr, stack = start[:n].copy(), np.empty(n, np.int32)
    number[0] = 0
    vertex[0] = 0
    parent[0] = -1
    stack[0] = 0
    depth, size = 1, 1
    while depth > 0:
        u = stack[depth - 1]
        if ptr[u] == start[u + 1]:
            depth -= 1
            continue
        v = target[ptr[u]]
        ptr[u] += 1
        if number[v] < 0:
            number[v] = size
            vertex[size] = v
            parent[size] = number[u]
            size += 1
            stack[depth] = v
            depth += 1
    pred_start = np.zeros(size + 1, np.int32)
    for u in range(n):
        if number[u] >= 0:
            for a in range(start[u], start[u + 1]):
                pred_start[number[target[a]] + 1] += 1
    for i in range(size):
        pred_start[i + 1] += pred_start[i]
    fill, pred = pred_start[:size].copy(), np.empty(pred_start[size], np.int32)
    for u in range(n):
        if number[u] >= 0:
            for a in range(start[u], start[u + 1]):
                w = number[target[a]]
                pred[fill[w]] = number[u]
                fill[w] += 1
    semi, label = np.arange(size).astype(np.int32), np.arange(size).astype(np.int32)
    ancestor, idom = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    bucket, following = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    for w in range(size - 1, 0, -1):
        for a in range(pred_start[w], pred_start[w + 1]):
            u = _least(pred[a], ancestor, label, semi, stack)
            if semi[u] < semi[w]:
                semi[w] = semi[u]
        following[w] = bucket[semi[w]]
        bucket[semi[w]] = w
        ancestor[w] = parent[w]
        v = bucket[parent[w]]
        while v >= 0:
            u = _least(v, ancestor, label, semi, stack)
            idom[v] = u if semi[u] < semi[v] else parent[w]
            v = following[v]
        bucket[parent[w]] = -1
    out = np.full(n, -1, np.int32)
    for w in range(1, size):
        if idom[w] != semi[w]:
            idom[w] = idom[idom[w]]
        out[vertex[w]] = vertex[idom[w]]
    return out


@compiled
def _least(v: int, ancestor: Ints, label: Ints, semi: Ints, stack: Ints) -> int:
    """The node of least semidominator on the linked path above v (EVAL with path compression, iterative)."""
    if ancestor[v] < 0:
        return v
    depth, at = 0, v
    while ancestor[ancestor[at]] >= 0:
        stack[depth] = at
        depth += 1
        at = ancestor[at]
    while depth > 0:
        depth -= 1
        at = stack[depth]
        above = ancestor[at]
        if semi[label[above]] < semi[label[at]]:
            label[at] = label[above]
        ancestor[at] = ancestor[above]
    return int(label[v])


@compiled
def upstream(
    seeds: Ints, only: int, mark: Bytes, found: Ints, dead: Bytes, shut: Bytes,
    start: Ints, supplier: Ints, cls: Ints, of_start: Ints,
) -> int:  # fmt: skip
    """Live nodes that feed the seeds in a class, the seeds first; ``mark`` must be clean and stays marked."""
    tail = 0
    for v in seeds:
        if mark[v] == 0:
            mark[v] = 1
            found[tail] = v
            tail += 1
    head = 0
    while head < tail:
        v = found[head]
        head += 1
        for g in range(of_start[v], of_start[v + 1]):
            if cls[g] != only:
                continue
            for a in range(start[g], start[g + 1]):
                u = supplier[a]
                if mark[u] == 0 and dead[u] == 0 and shut[u] == 0:
                    mark[u] = 1
                    found[tail] = u
                    tail += 1
    return tail


@compiled
def downstream(
    seeds: Ints, only: int, mark: Bytes, found: Ints, dead: Bytes, shut: Bytes,
    owner: Ints, cls: Ints, out_start: Ints, out_gate: Ints,
) -> int:  # fmt: skip
    """Live nodes that the seeds feed in a class, the seeds first; ``mark`` must be clean and stays marked."""
    tail = 0
    for v in seeds:
        if mark[v] == 0:
            mark[v] = 1
            found[tail] = v
            tail += 1
    head = 0
    while head < tail:
        u = found[head]
        head += 1
        if shut[u] != 0:
            continue
        for a in range(out_start[u], out_start[u + 1]):
            g = out_gate[a]
            v = owner[g]
            if cls[g] == only and mark[v] == 0 and dead[v] == 0:
                mark[v] = 1
                found[tail] = v
                tail += 1
    return tail


@compiled
def tree(idom: Ints) -> tuple[Ints, Ints]:
    """Preorder number and subtree size of each node of a dominator tree; -1 and 0 for what it does not hold."""
    n = len(idom)
    head, following = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for v in range(n - 1, 0, -1):
        if idom[v] >= 0:
            following[v] = head[idom[v]]
            head[idom[v]] = v
    number, size, stack = np.full(n, -1, np.int32), np.zeros(n, np.int32), np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    stack[0] = 0
    depth, found = 1, 0
    while depth > 0:
        depth -= 1
        u = stack[depth]
        number[u] = found
        order[found] = u
        found += 1
        v = head[u]
        while v >= 0:
            stack[depth] = v
            depth += 1
            v = following[v]
    for at in range(found - 1, -1, -1):
        u = order[at]
        size[u] += 1
        if u != 0:
            size[idom[u]] += size[u]
    return number, size


@compiled
def spread(seeds: Ints, mark: Bytes, found: Ints, owner: Ints, out_start: Ints, out_gate: Ints) -> int:
    """Everything that needs the seeds, directly or not, by any gate; ``mark`` must be clean and stays marked."""
    tail = 0
    for v in seeds:
        if mark[v] == 0:
            mark[v] = 1
            found[tail] = v
            tail += 1
    head = 0
    while head < tail:
        u = found[head]
        head += 1
        for a in range(out_start[u], out_start[u + 1]):
            v = owner[out_gate[a]]
            if mark[v] == 0:
                mark[v] = 1
                found[tail] = v
                tail += 1
    return tail


@compiled
def gather(seeds: Ints, within: Bytes, mark: Bytes, found: Ints, start: Ints, supplier: Ints, of_start: Ints) -> int:
    """What the seeds need, directly or not, over marked nodes of ``within`` only."""
    tail = 0
    for v in seeds:
        if mark[v] == 0 and within[v] != 0:
            mark[v] = 1
            found[tail] = v
            tail += 1
    head = 0
    while head < tail:
        v = found[head]
        head += 1
        for a in range(start[of_start[v]], start[of_start[v + 1]]):
            u = supplier[a]
            if mark[u] == 0 and within[u] != 0:
                mark[u] = 1
                found[tail] = u
                tail += 1
    return tail
