"""How is it heard that something was committed? Listeners are told that there is news; what it is, they read."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from thread.clock import Instant
from thread.facts import Commit


@dataclass(frozen=True, slots=True)
class Committed:
    """One revision: who said it, when, and why."""

    ordinal: int
    recorded_at: Instant
    source: str
    actor: str
    reason: str
    run: str
    """The import or request that it belongs to."""


class News:
    """Tells that the last revision has moved. Safe in any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[Callable[[], None]] = set()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call something after each change, in the thread that made it: it must return at once. Call what comes
        back to hear no more."""
        with self._lock:
            self._listeners.add(listener)

        def forget() -> None:
            with self._lock:
                self._listeners.discard(listener)

        return forget

    def tell(self) -> None:
        """There is news."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()


def committed(commits: Iterator[Commit], last: int, most: int) -> list[Committed]:
    """The first of some commits, up to a revision."""
    known = takewhile(lambda commit: commit.revision.ordinal <= last, commits)
    return [
        Committed(c.revision.ordinal, c.revision.recorded_at, s.source, s.actor, s.reason, s.run_id)
        for c, s in ((commit, commit.change_set) for commit in islice(known, most))
    ]
