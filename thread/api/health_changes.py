"""Whose health has changed? First how all that is watched does, then each change, told once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool

from thread.api.health import Health
from thread.api.ids import LIVE, decode_cursor, encode_cursor
from thread.api.scope import Reading, Scope
from thread.errors import InputError, NotFound
from thread.reasoning.health.answer import Health as Answer
from thread.service.health_steps import Mark, Step

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.feeds import Feed
    from thread.projection.view import Ints
    from thread.reasoning.structure import Structure

LONGEST_MS: Final = 3_600_000
_ROUNDING: Final = 1e-12


class HealthEvent:
    """How one thing does, at first or after a change."""

    __slots__ = ("__dict__", "_reading", "_told", "cursor", "previous", "snapshot")

    cursor: str
    """Position in the stream, to go on after."""
    snapshot: bool
    """Whether it tells how things are where the stream begins, not a change."""
    previous: float | None
    """The score that was told before; null in the snapshot."""

    def __init__(self, reading: Reading, cursor: str, told: Told) -> None:
        self._reading, self._told, self.cursor = reading, told, cursor
        self.snapshot, self.previous = told.previous is None, told.previous

    @property
    def health(self) -> Health:
        """The health, as it was then."""
        return Health(self._reading, self._answer)

    @property
    def cause(self) -> Entity | None:
        """What takes most from it; null where nothing does."""
        found = self._answer.contributions(1)
        return self._reading.entity(found[0].source) if found else None

    @cached_property
    def _answer(self) -> Answer:
        steps, told = self._reading.scope.service.health_steps, self._told
        return Answer(steps.structure(told.mark), told.node)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told: a place in the stream, and what has which health there."""

    mark: Mark
    place: int
    """Among all that is told at the mark."""
    node: int
    previous: float | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What is followed, and which changes count."""

    nodes: frozenset[int] | None
    """None: everything."""
    kinds: frozenset[int] | None
    least: float
    """The least change from what was told."""
    below: float | None
    """The bound whose crossings are told instead."""
    pause: int
    """Microseconds within which changes are told as one."""

    def of(self, structure: Structure, nodes: Ints) -> Ints:
        """Those of some nodes that are there and watched."""
        nodes = nodes[nodes < structure.size]
        kinds = structure.kinds[nodes]
        keep = kinds >= 0 if self.kinds is None else np.isin(kinds, list(self.kinds))
        if self.nodes is not None:
            keep &= np.isin(nodes, list(self.nodes))
        found: Ints = nodes[keep]
        return found

    def counts(self, told: float, score: float) -> bool:
        """Whether a change is told."""
        if self.below is not None:
            return (told < self.below) != (score < self.below)
        return told != score and abs(told - score) >= self.least - _ROUNDING


@dataclass(slots=True)
class Differences:
    """What differs from what was told; all else is as it was told."""

    watch: Watch
    told: dict[int, float] = field(default_factory=dict)
    score: dict[int, float] = field(default_factory=dict)

    def take(self, step: Step, structure: Structure) -> None:
        """What a step changes."""
        watched = set(self.watch.of(structure, step.nodes).tolist())
        for node, before, after in zip(step.nodes.tolist(), step.before.tolist(), step.after.tolist(), strict=True):
            if node in watched:
                self.score[node] = after
                if self.told.setdefault(node, before) == after:
                    self._forget(node)
            elif node in self.told:
                self._forget(node)

    def due(self, structure: Structure) -> list[tuple[int, float]]:
        """What counts, with what was told of it before, by IRI; it is told herewith."""
        found = [node for node, told in self.told.items() if self.watch.counts(told, self.score[node])]
        found.sort(key=structure.view.iri)
        pairs = [(node, self.told[node]) for node in found]
        for node in found:
            self._forget(node)
        return pairs

    def _forget(self, node: int) -> None:
        del self.told[node], self.score[node]


def first_told(structure: Structure, watch: Watch) -> list[int]:
    """The snapshot: each of the things that are named; else what is worse than as new, or below the bound; by IRI."""
    if watch.nodes is not None:
        nodes = np.array(sorted(watch.nodes), np.int32)
    else:
        worse = structure.health.high.by_node < (1.0 if watch.below is None else watch.below)
        nodes = np.flatnonzero(worse).astype(np.int32)
    return sorted(watch.of(structure, nodes).tolist(), key=structure.view.iri)


async def told_of(scope: Scope, feed: Feed[Step], watch: Watch, start: Mark) -> AsyncIterator[Told]:
    """All that is told from a start on, in order. Without a pause it depends on log, watch and start alone.

    What comes within a pause after something was told waits until the pause is over, and is told as one.
    """
    steps, differences = scope.service.health_steps, Differences(watch)
    structure = await run_in_threadpool(steps.structure, start)
    for place, node in enumerate(await run_in_threadpool(first_told, structure, watch)):
        yield Told(start, place, node, None)
    last, quiet = start, start.instant
    async with aclosing(_steps_and_rests(scope, feed, start.position, watch.pause / 1e6)) as marks:
        async for step in marks:
            if step is None or step.mark.instant >= quiet:
                due = await run_in_threadpool(differences.due, structure) if differences.told else []
                for place, (node, previous) in enumerate(due):
                    yield Told(last, place, node, previous)
                quiet = last.instant + watch.pause if due else quiet
            if step is None:
                continue
            structure, last = await run_in_threadpool(steps.structure, step.mark), step.mark
            await run_in_threadpool(differences.take, step, structure)
            if last.instant >= quiet:
                due = await run_in_threadpool(differences.due, structure)
                for place, (node, previous) in enumerate(due):
                    yield Told(last, place, node, previous)
                quiet = last.instant + watch.pause if due else quiet


async def _steps_and_rests(
    scope: Scope, feed: Feed[Step], position: int, pause: float
) -> AsyncGenerator[Step | None, None]:
    """Every step after a position; None where for a pause, in seconds, none has come."""
    while past := await run_in_threadpool(scope.service.health_steps.after, position):
        for step in past:
            yield step
        position = past[-1].mark.position
    stream = feed.follow(position)
    coming, rested = asyncio.ensure_future(anext(stream)), False
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=None if rested or not pause else pause)
            rested = not done
            if rested:
                yield None
                continue
            try:
                step = coming.result()
            except StopAsyncIteration:
                return
            yield step
            coming = asyncio.ensure_future(anext(stream))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await stream.aclose()  # type: ignore[attr-defined]  # a generator


def health_events(
    scope: Scope,
    feed: Feed[Step],
    of: Sequence[str] | None,
    kinds: Sequence[Any] | None,
    bounds: tuple[float, float | None, int],
    after: str | None,
) -> AsyncIterator[HealthEvent]:
    """The stream of a subscription; ``bounds``: least change, bound whose crossings count, pause in milliseconds.

    Raises:
        InputError, NotFound: what is asked for is none; nothing is streamed.
    """
    least, below, pause = bounds
    if not 0 <= least <= 1 or not (below is None or 0 < below <= 1):
        raise InputError("minDelta is from 0 to 1, below more than 0 and up to 1.", hint="Health is from 0 to 1.")
    if not 0 <= pause <= LONGEST_MS:
        raise InputError(f"minIntervalMs is {pause}; it is from 0 to {LONGEST_MS}.")
    nodes = None
    if of is not None:
        _, found, missing = scope.resolve(of, LIVE)
        if missing:
            raise NotFound(f'"{missing[0][:80]}" is not known.', hint="thread show says how things are called.")
        nodes = frozenset(found)
    chosen = scope.vocabulary.kinds(kinds)
    watch = Watch(nodes, chosen, least, below, pause * 1_000)
    head = scope.service.health_steps.head()
    start, seen = (head, None) if after is None else _position_of(after, head)
    return _events(scope, feed, watch, start, seen)


async def _events(
    scope: Scope, feed: Feed[Step], watch: Watch, start: Mark, seen: tuple[Mark, int] | None
) -> AsyncIterator[HealthEvent]:
    async with aclosing(told_of(scope, feed, watch, start)) as stream:  # type: ignore[type-var]  # a generator
        async for told in stream:
            if seen is None or (told.mark, told.place) > seen:
                origin, mark = (start.known, start.instant), (told.mark.known, told.mark.instant)
                cursor = encode_cursor((*origin, *mark, told.place))
                yield HealthEvent(_reading_at(scope, told.mark), cursor, told)


def _reading_at(scope: Scope, mark: Mark) -> Reading:
    """What an event is read in: a request of its own, at its mark."""
    made = Scope(scope.service, scope.vocabulary)
    return made.begun_at(mark.instant, mark.known)


def _position_of(cursor: str, head: Mark) -> tuple[Mark, tuple[Mark, int]]:
    """Where the stream of a cursor begins, and what was seen of it."""
    since, origin, known, instant, place = (int(part) for part in decode_cursor(cursor, (int,) * 5))
    if not 0 <= since <= known <= head.known:
        raise InputError(
            f"Revision {known} is not there yet; the last one is {head.known}.",
            hint="The cursor may be of another store; subscribe without after.",
        )
    return Mark(since, origin), (Mark(known, instant), place)
