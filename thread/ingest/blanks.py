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
_MARKS: Final = 16
"""Nodes of one part that are marked to tell others apart; what is alike after that is numbered as it stands."""
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
    names: dict[int, str] = {}
    times: dict[bytes, int] = defaultdict(int)
    for part in _parts(blank, down, up):
        told = _told_apart(part, down, up, known)
        whole = _digest(told.values())
        times[whole] += 1  # parts that are alike are numbered as wholes
        for number, digest in told.items():
            names[number] = _digest([digest, whole]).hex()[:32] + (f"-{times[whole]}" if times[whole] > 1 else "")
    return names


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


def _parts(blank: set[int], down: Edges, up: Edges) -> list[list[int]]:
    """Nodes that hang together."""
    left, parts = set(blank), []
    while left:
        part = [left.pop()]
        for number in part:
            for _, far in (*down.get(number, ()), *up.get(number, ())):
                if far in left:
                    left.remove(far)
                    part.append(far)
        parts.append(part)
    return parts


def _told_apart(part: list[int], down: Edges, up: Edges, known: dict[int, bytes]) -> dict[int, bytes]:
    """A digest for each node of a part, all different: refined by what is around, one marked while some are alike."""
    now = _refined(part, down, up, {number: known[number] for number in part})
    for mark in range(_MARKS):
        alike: dict[bytes, list[int]] = defaultdict(list)
        for number, digest in now.items():
            alike[digest].append(number)
        tied = min((digest for digest, several in alike.items() if len(several) > 1), default=None)
        if tied is None:
            return now
        now[alike[tied][0]] = _digest([tied, b"%d" % mark])
        now = _refined(part, down, up, now)
    times: dict[bytes, int] = defaultdict(int)
    for number, digest in now.items():
        times[digest] += 1
        now[number] = _digest([digest, b"%d" % times[digest]])
    return now


def _refined(part: list[int], down: Edges, up: Edges, now: dict[int, bytes]) -> dict[int, bytes]:
    kinds = len(set(now.values()))
    for _ in range(_ROUNDS):
        if kinds == len(part):
            return now
        now = {
            n: _digest(
                [
                    now[n],
                    *(b">" + w + now[m] for w, m in down.get(n, ())),
                    *(b"<" + w + now[m] for w, m in up.get(n, ())),
                ]
            )
            for n in part
        }
        before, kinds = kinds, len(set(now.values()))
        if kinds == before:
            return now
    return now


def _digest(parts: Iterable[bytes]) -> bytes:
    held = sha256()
    for part in sorted(parts):
        held.update(len(part).to_bytes(8, "little") + part)
    return held.digest()
