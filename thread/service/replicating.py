"""How does a service keep up with a log that others write too? It looks for news, folds them, and says how it lags."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from thread.errors import StoreError
from thread.logs import log_of
from thread.projection import Projection
from thread.stores.base import Store

_LOOK_SECONDS: Final = 0.25
_FRESH_SECONDS: Final = 2.0
_log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the answers of this process may be behind the log."""

    revisions: int
    """Revisions that are known to be missing here."""
    seconds: float
    """Since it was last known that none is missing."""
    reason: str = ""
    """Why the log cannot be read; empty while it can."""

    @property
    def behind(self) -> bool:
        """True where answers may be older than what others have committed seconds ago."""
        return self.revisions > 0 or self.seconds > _FRESH_SECONDS


class LogFollower:
    """Folds what other processes append; only for stores that are shared.

    Args:
        run: runs work on the writer's thread, the only one that may publish.
        wake: called after something was folded.
    """

    def __init__(
        self, store: Store, projection: Projection, run: Callable[[Callable[[], None]], None], wake: Callable[[], None]
    ) -> None:
        self._store, self._projection, self._run, self._wake = store, projection, run, wake
        self._stop, self._moved = threading.Event(), threading.Condition()
        self._head, self._current, self._reason = projection.revision.ordinal, time.monotonic(), ""
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look for news in the background."""
        self._thread = threading.Thread(target=self._follow, name="log", daemon=True)
        self._thread.start()

    def fold(self) -> None:
        """Publish what is in the log and not yet here. Called on the writer's thread."""
        began, before = time.monotonic(), self._projection.revision.ordinal
        for commit in self._store.changes(before):
            self._projection.publish(self._projection.stage(commit.change_set), commit.revision)
        self.confirm(began)
        if self._projection.revision.ordinal > before:
            self._wake()

    def confirm(self, moment: float) -> None:
        """Note that nothing was missing at a moment of ``time.monotonic``."""
        with self._moved:
            self._head = self._projection.revision.ordinal
            self._current, self._reason = max(moment, self._current), ""
            self._moved.notify_all()

    def lag(self) -> Lag:
        """How far behind the projection may be."""
        missing = max(self._head - self._projection.revision.ordinal, 0)
        return Lag(missing, max(time.monotonic() - self._current, 0.0), self._reason)

    def wait(self, ordinal: int, seconds: float) -> bool:
        """Wait until a revision is here; False if it does not come within the time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._projection.revision.ordinal >= ordinal, seconds)

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self._look()
            except StoreError as error:
                if error.code != "unavailable" and not self._reason:
                    _log.error("the log cannot be followed", code=error.code, message=error.message)
                self._reason = str(error)

    def _look(self) -> None:
        # Not on the writer's thread: while the server is silent, changes must be refused without waiting for this.
        began = time.monotonic()
        self._head = max(self._head, self._store.revision.ordinal)
        if self._head > self._projection.revision.ordinal:
            self._run(self.fold)
        else:
            self.confirm(began)
