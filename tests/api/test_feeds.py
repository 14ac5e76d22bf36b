"""Followers of a feed: each gets every event once, in order, however late it is and wherever it begins."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thread.api import feeds
from thread.api.feeds import Feed
from thread.service.news import News

T = TypeVar("T")


class Log:
    """A list of numbers that grows; position of a number is the number."""

    def __init__(self) -> None:
        self.held: list[int] = []
        self.news = News()
        self.reads = 0

    def grow(self, count: int = 1) -> None:
        for _ in range(count):
            self.held.append(len(self.held) + 1)
        self.news.tell()

    def read(self, after: int, most: int) -> list[int]:
        self.reads += 1
        return self.held[after : after + most]

    def feed(self) -> Feed[int]:
        return Feed(self.read, lambda event: event, self.news.listen)


def within(work: Coroutine[Any, Any, T]) -> T:
    """What some work gives; a follower that waits for what never comes fails after a while."""

    async def bounded() -> T:
        return await asyncio.wait_for(work, 30)

    return asyncio.run(bounded())


async def take(feed: Feed[int], after: int, count: int, pause: Callable[[int], bool] = lambda _: False) -> list[int]:
    found: list[int] = []
    stream = feed.follow(after)
    async for event in stream:
        found.append(event)
        if len(found) == count:
            break
        if pause(event):
            await asyncio.sleep(0)
    await stream.aclose()  # type: ignore[attr-defined]  # a generator
    return found


def test_what_was_and_what_comes_is_given_in_order() -> None:
    async def run() -> list[int]:
        log = Log()
        log.grow(3)
        task = asyncio.create_task(take(log.feed(), 1, 5))
        for _ in range(3):
            await asyncio.sleep(0)
            log.grow()
        return await task

    assert within(run()) == [2, 3, 4, 5, 6]


def test_an_event_between_reading_and_waiting_is_not_lost() -> None:
    """The log grows just after a read that found nothing: a lost wake-up would hang here."""

    class Late(Log):
        def read(self, after: int, most: int) -> list[int]:
            found = super().read(after, most)
            if not found and len(self.held) < 5:
                self.grow()
            return found

    log = Late()
    assert within(take(log.feed(), 0, 5)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("window", [1, 3, 1_024])
def test_a_follower_that_falls_behind_the_window_reads_on_from_the_log(
    monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(feeds, "WINDOW", window)
    monkeypatch.setattr(feeds, "BATCH", 2)

    async def run() -> tuple[list[int], list[int]]:
        log = Log()
        feed = log.feed()
        log.grow(2)
        slow = feed.follow(0)
        found = [await anext(slow)]
        quick = asyncio.create_task(take(feed, 2, 20))
        for _ in range(20):
            log.grow()
            await asyncio.sleep(0)
        fast = await quick
        while len(found) < 22:
            found.append(await anext(slow))
        return found, fast

    assert within(run()) == (list(range(1, 23)), list(range(3, 23)))


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8), st.lists(st.integers(0, 3), min_size=4, max_size=12))
def test_every_follower_gets_all_after_its_position_whatever_the_order_of_things(
    starts: list[int], growth: list[int]
) -> None:
    async def run() -> list[list[int]]:
        log = Log()
        feed = log.feed()
        log.grow(12)
        total = 12 + sum(growth) + 1
        tasks = [
            asyncio.create_task(take(feed, start, total - start, lambda event, n=n: event % (n + 1) == 0))  # type: ignore[misc]
            for n, start in enumerate(starts)
        ]
        for count in growth:
            log.grow(count)
            await asyncio.sleep(0)
        log.grow()
        return list(await asyncio.gather(*tasks))

    total = 12 + sum(growth) + 1
    assert within(run()) == [list(range(start + 1, total + 1)) for start in starts]


def test_many_followers_share_one_read() -> None:
    async def run() -> tuple[int, int]:
        log = Log()
        feed = log.feed()
        tasks = [asyncio.create_task(take(feed, 0, 3)) for _ in range(500)]
        while feed.followers < 500:
            await asyncio.sleep(0)
        for _ in range(3):
            log.grow()
            await asyncio.sleep(0)
        assert all(found == [1, 2, 3] for found in await asyncio.gather(*tasks))
        return log.reads, feed.followers

    reads, followers = within(run())
    assert reads <= 20
    assert followers == 0


def test_events_that_other_threads_bring_arrive() -> None:
    async def run() -> list[int]:
        log = Log()
        task = asyncio.create_task(take(log.feed(), 0, 50))
        await asyncio.sleep(0)
        worker = threading.Thread(target=lambda: [log.grow() for _ in range(50)])
        worker.start()
        found = await task
        worker.join()
        return found

    assert within(run()) == list(range(1, 51))


def test_a_feed_that_closes_ends_its_streams() -> None:
    async def run() -> list[int]:
        log = Log()
        feed = log.feed()
        log.grow(2)
        stream = feed.follow(0)
        found = [await anext(stream), await anext(stream)]
        feed.close()
        return found + [event async for event in stream]

    assert within(run()) == [1, 2]


def test_who_has_gone_is_told_nothing_more() -> None:
    async def run() -> Log:
        log = Log()
        log.grow(1)
        await take(log.feed(), 0, 1)
        return log

    log = within(run())
    log.grow()  # would call into a loop that is closed
    assert log.news._listeners == set()
