"""Which name does a node without one get? One made of what is said of it, so that the same file gives it again.

A node is named by what it leads to and by what leads to it, without regard to the labels and the order of the file.
Nodes of which exactly the same is said are numbered. What changes about such a node changes its name: give things
that are to be followed an IRI.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from thread.ingest.statements import Statements

_ROUNDS: Final = 8
"""Rounds that tell nodes of a ring apart; those that are still alike after it are numbered."""
Edges = dict[int, list[tuple[bytes, int]]]


def names_of(statements: Statements) -> dict[int, str]:
    """A name (32 hexadecimal digits, a number where several are alike) for every blank node, by its number.

    Cost: O(statements with blank nodes); no recursion, however deep they nest.
    """
    tokens = statements.tokens
    blank = {number for number, token in enumerate(tokens) if token.startswith(b"_:")}
    if not blank:
        return {}
    said: dict[int, list[bytes]] = {number: [] for number in blank}
    heard: dict[int, list[bytes]] = {number: [] for number in blank}
    down: Edges = defaultdict(list)
    up: Edges = defaultdict(list)
    columns = (statements.column(index).tolist() for index in range(3))
    for subject, predicate, value in zip(*columns, strict=True):
        word = tokens[predicate]
        if subject in blank and value in blank:
            down[subject].append((word, value))
            up[value].append((word, subject))
        elif subject in blank:
            said[subject].append(word + b" " + tokens[value])
        elif value in blank:
            heard[value].append(word + b" " + tokens[subject])
    own = {number: _digest(said[number]) for number in blank}
    below = _along(blank, down, up, own)
    known = {number: _digest([below[number], *heard[number]]) for number in blank}
    return _numbered(blank, down, up, known)


def _along(blank: set[int], forth: Edges, back: Edges, start: dict[int, bytes]) -> dict[int, bytes]:
    """A digest of each node and all that it leads to: from the leaves up; what lies on rings, by rounds."""
    done: dict[int, bytes] = {}
    waiting = {number: len(forth.get(number, ())) for number in blank}
    ready = deque(sorted(number for number, left in waiting.items() if not left))
    while ready:
        number = ready.popleft()
        done[number] = _digest([start[number], *(word + done[far] for word, far in forth.get(number, ()))])
        for _, near in back.get(number, ()):
            waiting[near] -= 1
            if not waiting[near]:
                ready.append(near)
    rings = blank - done.keys()
    now = {number: done.get(number, start[number]) for number in blank}
    for _ in range(_ROUNDS if rings else 0):
        fresh = {n: _digest([now[n], *(word + now[far] for word, far in forth.get(n, ()))]) for n in rings}
        now.update(fresh)
    return now


def _numbered(blank: set[int], down: Edges, up: Edges, known: dict[int, bytes]) -> dict[int, str]:
    """Names from above to below, so that the parts of two nodes that are alike get different names too."""
    names: dict[int, str] = {}
    times: dict[str, int] = defaultdict(int)
    waiting = {number: len(up.get(number, ())) for number in blank}
    ready = deque(sorted(number for number, left in waiting.items() if not left))
    rings = deque(sorted(blank, key=lambda number: (known[number], number)))
    while len(names) < len(blank):
        if not ready:  # only rings are left: begin with the one whose digest comes first
            while rings[0] in names:
                rings.popleft()
            ready.append(rings.popleft())
        number = ready.popleft()
        if number in names:
            continue
        above = [word + names.get(near, known[near].hex()).encode() for word, near in up.get(number, ())]
        name = _digest([known[number], *above]).hex()[:32]
        times[name] += 1
        names[number] = name if times[name] == 1 else f"{name}-{times[name]}"
        for _, far in down.get(number, ()):
            waiting[far] -= 1
            if not waiting[far]:
                ready.append(far)
    return names


def _digest(parts: Iterable[bytes]) -> bytes:
    held = sha256()
    for part in sorted(parts):
        held.update(len(part).to_bytes(8, "little") + part)
    return held.digest()
