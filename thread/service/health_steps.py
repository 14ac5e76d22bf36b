"""When did the health of what change? Past and coming, step by step: each revision, each instant that counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from thread.clock import END, Clock, Instant
from thread.reasoning.structure import Structure
from thread.service.structures import Structures

if TYPE_CHECKING:
    from thread.projection import Projection
    from thread.projection.view import Ints
    from thread.service.news import News

AT_ONCE: Final = 3
"""Steps that are taken at a time: their structures are still there when they are told of."""
_LOOK_SECONDS: Final = 0.1
"""How often the clock is asked whether an instant has come that changes something."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A state of the plant: what was known, and the instant. Ordered as they come."""

    known: int
    instant: Instant

    @property
    def position(self) -> int:
        """A number that rises with marks."""
        return (self.known << 64) + self.instant + END

    @classmethod
    def at(cls, position: int) -> Mark:
        """The mark at a position."""
        return cls(position >> 64, (position & (1 << 64) - 1) - END)


@dataclass(frozen=True, slots=True)
class Step:
    """What has another health at a mark than at the one before."""

    mark: Mark
    nodes: Ints
    before: npt.NDArray[np.float64]
    after: npt.NDArray[np.float64]


class HealthSteps:
    """The steps of one service. Safe in any thread; holds the structures of a few marks, whoever asks."""

    def __init__(self, projection: Projection, clock: Clock, news: News) -> None:
        self._projection, self._clock, self._news = projection, clock, news
        self._structures = Structures(projection)
        self._walking, self._due = threading.Lock(), END
        self._listening = threading.Lock()
        self._listeners: set[Callable[[], None]] = set()
        self._stop = threading.Event()

    def head(self) -> Mark:
        """Now."""
        return Mark(self._projection.revision.ordinal, self._clock.now())

    def structure(self, mark: Mark) -> Structure:
        """The structure at a mark, with health. Cost: nothing for the last few; else moved or compiled."""
        return self._structures.with_health(self._projection.view(mark.instant, mark.known))

    def after(self, position: int, most: int = AT_ONCE) -> list[Step]:
        """The next steps after a position, in order, as far as they have come; empty only where none has.

        Every revision is a step, and every instant that may change something. Cost: each a move of the structure.
        """
        mark, found = Mark.at(position), list[Step]()
        with self._walking:
            while len(found) < min(most, AT_ONCE):
                following = self._following(mark)
                if following is None:
                    break
                found.append(self._step(mark, following))
                mark = following
        return found

    def _following(self, mark: Mark) -> Mark | None:
        ends = max(mark.instant + 1, self._ends(mark))
        if mark.known < self._projection.revision.ordinal:
            recorded = self._projection.revision_at(mark.known + 1).recorded_at
            return Mark(mark.known + 1, max(mark.instant, recorded)) if recorded <= ends else Mark(mark.known, ends)
        if ends <= self._clock.now():
            return Mark(mark.known, ends)
        self._due = ends
        return None

    def _ends(self, mark: Mark) -> Instant:
        self.structure(mark)
        return self._structures.holds_until(self._projection.view(mark.instant, mark.known))

    def _step(self, mark: Mark, following: Mark) -> Step:
        before, after = (self.structure(each).health.high.by_node for each in (mark, following))
        before = np.append(before, np.ones(len(after) - len(before)))
        nodes = np.flatnonzero(before != after).astype(np.int32)
        return Step(following, nodes, before[nodes], after[nodes])

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call something after each revision, and when an instant has come that may change something."""
        forget = self._news.listen(listener)
        with self._listening:
            if not self._listeners:
                self._stop = threading.Event()
                threading.Thread(target=self._look, args=(self._stop,), name="health-steps", daemon=True).start()
            self._listeners.add(listener)

        def leave() -> None:
            forget()
            with self._listening:
                self._listeners.discard(listener)
                if not self._listeners:
                    self._stop.set()

        return leave

    def _look(self, stop: threading.Event) -> None:
        while not stop.wait(_LOOK_SECONDS):
            if self._clock.now() >= self._due:
                with self._listening:
                    self._due, listeners = END, tuple(self._listeners)
                for listener in listeners:
                    listener()
