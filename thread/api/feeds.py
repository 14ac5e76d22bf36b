"""How do many clients follow what happens, and lose nothing? Each reads on from its own position; nothing is pushed.

A feed holds one window of the latest events for all who follow it; a follower that is behind the window reads on from
where the events are kept. So there is no buffer for each follower that could overflow: a slow one is late, and one
that comes back names the position that it has seen. An idle follower costs a suspended coroutine.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

E = TypeVar("E")

WINDOW: Final = 1_024
"""Events that are held for all followers."""
BATCH: Final = 256
"""Events that are read at a time."""


class Feed(Generic[E]):
    """Events in order, each at a position that rises.

    Args:
        read: events after a position, in order, at most so many; may take time, and is called in other threads.
        position: of an event.
        listen: registers what is to be called, from any thread, when there may be a new event.
    """

    def __init__(
        self,
        read: Callable[[int, int], list[E]],
        position: Callable[[E], int],
        listen: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        self._read, self._position, self._listen = read, position, listen
        self._followed: dict[asyncio.AbstractEventLoop, _Followed[E]] = {}

    async def follow(self, after: int) -> AsyncIterator[E]:
        """Every event after a position, those of the past and those to come, none left out and none twice.

        Cost: a commit wakes each follower once; those in the window share one read.
        """
        followed = self._here()
        try:
            while True:
                tick = followed.tick
                events = await followed.after(after)
                for event in events:
                    yield event
                    after = self._position(event)
                if not events:
                    await tick.wait()
                if followed.closed:
                    return
        finally:
            followed.leave()

    def close(self) -> None:
        """End every stream; what was not given can be asked for again."""
        for loop, followed in list(self._followed.items()):
            with contextlib.suppress(RuntimeError):  # a loop that runs no more has no followers
                loop.call_soon_threadsafe(followed.close)

    @property
    def followers(self) -> int:
        """How many follow."""
        return sum(each.count for each in self._followed.values())

    def _here(self) -> _Followed[E]:
        loop = asyncio.get_running_loop()
        found = self._followed.get(loop)
        if found is None:
            found = self._followed[loop] = _Followed(self._read, self._position)
            followed = found

            def ring() -> None:
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(followed.ring)

            forget = self._listen(ring)

            def empty() -> None:
                forget()
                self._followed.pop(loop, None)

            found.when_empty = empty
        found.count += 1
        return found


class _Followed(Generic[E]):
    """The followers of one event loop, and the window that they share."""

    def __init__(self, read: Callable[[int, int], list[E]], position: Callable[[E], int]) -> None:
        self._read, self._position = read, position
        self.tick, self.count, self.closed = asyncio.Event(), 0, False
        self.when_empty: Callable[[], None] = lambda: None
        self._window: deque[E] = deque(maxlen=WINDOW)
        self._start: int | None = None
        """Position after which the window holds everything; None: it holds nothing yet."""
        self._stale, self._reading = True, asyncio.Lock()

    def ring(self) -> None:
        """There may be something new: wake everyone."""
        self._stale = True
        tick, self.tick = self.tick, asyncio.Event()
        tick.set()

    def close(self) -> None:
        """Let everyone go."""
        self.closed = True
        self.ring()

    def leave(self) -> None:
        """One follower less."""
        self.count -= 1
        if not self.count:
            self.when_empty()

    async def after(self, position: int) -> list[E]:
        """Events after a position: from the window where it reaches back so far, else read."""
        if self._start is None:
            self._start = position
        if position < self._start:
            return await run_in_threadpool(self._read, position, BATCH)
        async with self._reading:
            while self._stale:
                self._stale = False
                end = self._position(self._window[-1]) if self._window else self._start
                for event in await run_in_threadpool(self._read, end, BATCH):
                    if len(self._window) == WINDOW:
                        self._start = self._position(self._window[0])
                    self._window.append(event)
                    self._stale = True  # read until nothing comes
        if position < self._start:  # it fell out of the window meanwhile
            return await run_in_threadpool(self._read, position, BATCH)
        return [event for event in self._window if self._position(event) > position]
