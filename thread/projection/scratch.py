"""What does a walk work on? Marks and queues that are reused, and the programs that say which links it follows."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.projection.view import WalkSpec
from thread.projection.words import Words

_KEPT: Final = 8
_PROGRAMS: Final = 256
_FORWARD, _BACKWARD, _FREE = 1, 2, 4
_ALL: Final = 2**62
Program = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]
Key = tuple[frozenset[int], frozenset[int], frozenset[int], frozenset[int], int, int, int]


class Scratch(NamedTuple):
    """Room for one walk at a time; all marks are 0 between walks."""

    marks: npt.NDArray[np.uint8]
    queue: npt.NDArray[np.int32]
    degree: npt.NDArray[np.int32]
    tentative: npt.NDArray[np.int32]
    cursor: npt.NDArray[np.int64]


class ScratchPool:
    """Scratch for as many walks as run at once; a few are kept. Appending to and popping from lists is atomic."""

    def __init__(self, words: Words) -> None:
        from thread.projection.kernels.period import walk_period
        from thread.projection.kernels.walk import give_up, walk

        self.walk, self.give_up, self.walk_period = walk, give_up, walk_period
        self._words = words
        self._free: list[Scratch] = []
        self._programs: dict[Key, Program] = {}
        self.contains = np.array(words.containment, np.uint8)
        """Per relation, 1 where it says what is in what: over a period, a chain of these must share an instant."""

    def take(self, nodes: int, roots: int) -> Scratch:
        """Scratch for a walk over so many nodes."""
        try:
            scratch = self._free.pop()
            if len(scratch.marks) >= nodes and len(scratch.queue) >= nodes + roots:
                return scratch
        except IndexError:
            pass
        room = nodes + nodes // 8 + 64
        queue, degree, tentative = (np.empty(room + roots, np.int32) for _ in range(3))
        return Scratch(np.zeros(room, np.uint8), queue, degree, tentative, np.zeros(9, np.int64))

    def give_back(self, scratch: Scratch) -> None:
        """Keep it for the next walk."""
        if len(self._free) < _KEPT:
            self._free.append(scratch)

    def program(self, spec: WalkSpec) -> Program:
        """Flags per relation, then per kind 1 where the walk stops; and the limits."""
        key = (
            spec.forward, spec.backward, spec.free, spec.stop, spec.max_depth, spec.node_budget, spec.link_budget
        )  # fmt: skip
        found = self._programs.get(key)
        if found is None:
            if len(self._programs) >= _PROGRAMS:
                self._programs.clear()
            found = self._programs[key] = self._compile(spec)
        return found

    def _compile(self, spec: WalkSpec) -> Program:
        words = self._words
        program = np.zeros(words.relations + len(words.kind_iris), np.uint8)
        for relations, bit in ((spec.forward, _FORWARD), (spec.backward, _BACKWARD), (spec.free, _FREE)):
            program[[r for r in relations if 0 <= r < words.relations]] |= bit
        program[[words.relations + kind for kind in spec.stop if 0 <= kind < len(words.kind_iris)]] = 1
        free = bool(spec.free & (spec.forward | spec.backward))
        budgets = (min(limit, _ALL) for limit in (spec.max_depth, spec.node_budget, spec.link_budget))
        directions = _FORWARD * bool(spec.forward) | _BACKWARD * bool(spec.backward)
        return program, np.array([words.relations, *budgets, free, directions], np.int64)
