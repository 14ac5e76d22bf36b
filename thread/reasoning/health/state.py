"""What is the health of everything, now and if some leaves were otherwise? Two ends of it, over one plan."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints
from thread.reasoning.health.own import Findings
from thread.reasoning.health.plan import Plan, Space
from thread.reasoning.structure import Bytes

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moved:
    """Nodes whose health is another than before, with both."""

    node: Ints
    before: Reals
    after: Reals


class Scores:
    """One end of health, high or low, of every node; by position of the plan."""

    def __init__(self, plan: Plan, own: Reals, shut: Bytes, h: Reals) -> None:
        self.plan, self.own, self.shut, self.h = plan, own, shut, h
        self._space = Space(plan)
        self._lock = threading.Lock()
        self._shadows: list[Scores] = []

    @classmethod
    def whole(cls, plan: Plan, own: Reals, shut: Bytes) -> "Scores":
        """By the full pass. ``own`` and ``shut`` are by node. Cost: O(n + m)."""
        from thread.reasoning.health.kernels import whole

        made = cls(plan, own[plan.node], shut[plan.node], np.empty(plan.size))
        whole(plan.runs, made.own, made.h, made.shut, *plan.arrays, *made._space.arrays)
        return made

    def copied(self, plan: Plan, fresh: float) -> "Scores":
        """A copy that can change by itself, over the same plan, or one with more nodes at its end. Cost: O(n).

        ``fresh``: health of what is new and nothing is known of.
        """
        more = plan.size - self.plan.size
        ones, zeros = np.full(more, fresh), np.zeros(more, np.uint8)
        return Scores(plan, np.append(self.own, ones), np.append(self.shut, zeros), np.append(self.h, ones))

    def of(self, node: int) -> float:
        """Health of a node."""
        return float(self.h[self.plan.position[node]])

    def many(self, nodes: Ints) -> Reals:
        """Health of nodes."""
        found: Reals = self.h[self.plan.position[nodes]]
        return found

    @property
    def by_node(self) -> Reals:
        """Health of every node. Cost: O(n)."""
        return self.many(np.arange(self.plan.size, dtype=np.int32))

    def change(self, nodes: Ints, own: Reals, toggled: Ints | None = None) -> Moved:
        """Set the own health of some nodes, and let operated elements change their state; what moves with them.

        Cost: O(what changes and its consumers); a cycle that is touched is solved anew.
        """
        with self._lock:
            self._shadows.clear()
            return self._change(nodes, own, toggled)

    def _change(self, nodes: Ints, own: Reals, toggled: Ints | None = None) -> Moved:
        from thread.reasoning.health.kernels import update

        plan, space = self.plan, self._space
        seeds = plan.position[nodes]
        self.own[seeds] = own
        flipped = plan.position[toggled] if toggled is not None else np.empty(0, np.int32)
        self.shut[flipped] ^= np.uint8(1)
        count = update(
            seeds, flipped, self.own, self.h, self.shut, space.queue, space.queued, space.log, space.was,
            *plan.arrays, *space.arrays,
        )  # fmt: skip
        at = space.log[:count]
        return Moved(plan.node[at], space.was[:count].copy(), self.h[at].copy())

    @contextmanager
    def trial(self, nodes: Ints, own: Reals) -> Iterator[Moved]:
        """These scores as they were if some nodes were otherwise; put back bit by bit when the block ends.

        For scores that nobody else reads; ``supposing`` for all others.
        """
        with self._lock:
            at = self.plan.position[nodes]
            before = self.own[at].copy()
            moved = self._change(nodes, own)
            try:
                yield moved
            finally:
                self.own[at] = before
                self.h[self.plan.position[moved.node]] = moved.before

    @contextmanager
    def supposing(self, nodes: Ints, own: Reals) -> Iterator[tuple["Scores", Moved]]:
        """Scores as they were if some nodes were otherwise, and what moved; others read these scores meanwhile.

        Cost: O(what moves); the first time, and for each question at the same time, a copy.
        """
        with self._lock:
            shadow = self._shadows.pop() if self._shadows else None
        shadow = shadow or self.copied(self.plan, 1.0)
        with shadow.trial(nodes, own) as moved:
            yield shadow, moved
        with self._lock:
            self._shadows.append(shadow)


class PlantHealth:
    """Both ends of health of one structure, with what is known of each thing by itself."""

    def __init__(self, plan: Plan, findings: Findings, high: Scores, low: Scores) -> None:
        self.plan, self.findings, self.high, self.low = plan, findings, high, low

    @classmethod
    def whole(cls, plan: Plan, findings: Findings, shut: Bytes, prior: float) -> "PlantHealth":
        """By two full passes."""
        high = Scores.whole(plan, findings.own, shut)
        return cls(plan, findings, high, Scores.whole(plan, findings.low(prior), shut))

    def moved(self, plan: Plan, findings: Findings, touched: Ints, toggled: Ints, prior: float) -> "PlantHealth":
        """The health after what is known of some nodes, and the state of operated ones, is another.

        Cost: copies of the columns, then O(what changes); this health stays as it is.
        """
        high, low = self.high.copied(plan, 1.0), self.low.copied(plan, prior)
        high.change(touched, findings.own[touched], toggled)
        low.change(touched, findings.low(prior)[touched], toggled)
        return PlantHealth(plan, findings, high, low)
