"""How does the current-state graph keep up? One thread moves it along the log and past the boundaries of time."""

import threading
from typing import Final

from thread.clock import Clock, SystemClock
from thread.errors import ThreadError
from thread.logs import log_of
from thread.projection import Projection
from thread.stores.base import Store

_LONGEST_NAP: Final = 60.0
_RETRY: Final = 5.0
_RETRY_SECONDS: Final = 1.0
_TRIES: Final = 8
_log = log_of(__name__)


class GraphFollower:
    """Applies to the store's graph what the projection has and the graph has not.

    The graph may lag behind the log; ``wait`` lets a reader wait for it. Crossing a boundary of valid time
    moves the graph without a revision.
    """

    def __init__(self, store: Store, projection: Projection, clock: Clock) -> None:
        self._store, self._projection, self._clock = store, projection, clock
        self._news = threading.Event()
        self._moved = threading.Condition()
        self._closing = self._away = False
        self._thread: threading.Thread | None = None
        self.failure: ThreadError | None = None
        """Why the graph does not follow, if so. It goes on by itself when a full disk has room again."""

    def start(self) -> None:
        """Begin to follow in the background."""
        self._thread = threading.Thread(target=self._follow, name="graph", daemon=True)
        self._news.set()
        self._thread.start()

    def wake(self) -> None:
        """Tell it that there is something new."""
        self._news.set()

    def wait(self, ordinal: int, seconds: float) -> bool:
        """Wait until the graph shows a revision; False if it does not within the time, or nothing moves it."""
        if self._thread is None:
            seconds = 0
        with self._moved:
            return self._moved.wait_for(
                lambda: self._store.graph.applied[0] >= ordinal or self.failure is not None, seconds
            ) and (self.failure is None)

    def catch_up(self) -> None:
        """Move the graph to the last revision and the present instant."""
        for _ in range(_TRIES):  # again where another process has moved a shared graph in between
            ordinal, instant = self._store.graph.applied
            goal = self._projection.revision.ordinal, self._clock.now()
            if ordinal == 0:
                self._store.graph.replace(self._projection.triples(*goal), *goal)
            elif ordinal < goal[0] or (ordinal == goal[0] and self._crossed(instant, goal[1])):
                delta = self._projection.delta((ordinal, instant), goal)
                self._store.graph.apply(delta, *goal)
            else:
                break
            if goal[0] == 0:
                break
        with self._moved:
            self._moved.notify_all()

    def close(self) -> None:
        """Follow to the end, then stop."""
        self._closing = True
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _crossed(self, start: int, end: int) -> bool:
        boundary = self._projection.next_boundary(start)
        return boundary is not None and boundary <= end

    def _nap(self) -> float | None:
        if self._away:
            return _RETRY_SECONDS
        boundary = self._projection.next_boundary(self._clock.now())
        if boundary is None or not isinstance(self._clock, SystemClock):
            return None
        return min(max((boundary - self._clock.now()) / 1_000_000, 0.001), _LONGEST_NAP)

    def _follow(self) -> None:
        while True:
            self._news.wait(self._nap())
            self._news.clear()
            last = self._closing
            try:
                self.catch_up()
                self._away = False
            except ThreadError as error:
                self._away = error.code == "unavailable" and not last
                if self._away:  # a server that is away comes back
                    continue
                self.failure = error
                _log.error("the graph stopped following", code=error.code, message=error.message, hint=error.hint)
                with self._moved:
                    self._moved.notify_all()
                return
            if last:
                return
