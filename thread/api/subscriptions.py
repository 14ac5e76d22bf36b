"""What can be followed? The fields of Subscription: each a feed, resumed by the cursor that a client has seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.feeds import Feed
from thread.api.health_changes import HealthEvent, health_events
from thread.api.words import ID, DateTime, EntityKind
from thread.errors import InputError
from thread.service.news import Committed as Note

if TYPE_CHECKING:
    from thread.api.scope import Scope
    from thread.service.health_steps import Step
    from thread.service.service import Service


@dataclass(frozen=True, slots=True)
class Committed:
    """One revision of the thread."""

    cursor: str
    """Position in the stream, to go on after: the revision."""
    revision: str
    """The revision."""
    recorded_at: DateTime
    """When it was recorded."""
    source: str
    """Who says so."""
    actor: str
    """Who sent it; empty where that is not known."""
    reason: str
    """Why; empty where none was given."""
    run: str
    """The import or request that it belongs to."""


class Feeds:
    """All that can be followed in one service."""

    __slots__ = ("commits", "health")

    def __init__(self, service: Service) -> None:
        self.commits: Feed[Note] = Feed(service.commits, lambda note: note.ordinal, service.news.listen)
        steps = service.health_steps
        self.health: Feed[Step] = Feed(steps.after, lambda step: step.mark.position, steps.listen)

    def close(self) -> None:
        """End every stream."""
        self.commits.close()
        self.health.close()


class Subscription:
    """What happens, as it happens. Streams go over graphql-transport-ws or server-sent events."""

    __slots__ = ()
    _scope: Scope
    _feeds: Feeds

    def committed(self, after: str | None = None) -> AsyncIterator[Committed]:
        """One event for each revision, in order, none left out: those after a cursor, then those to come; without a cursor those to come."""  # noqa: E501  one paragraph is one description
        head = self._scope.service.info().revision.ordinal
        return _commits(self._feeds.commits, head if after is None else position_of(after, head))

    def health_changed(
        self,
        of: list[ID] | None = None,
        kinds: list[EntityKind] | None = None,
        min_delta: float = 0.02,
        below: float | None = None,
        after: str | None = None,
        min_interval_ms: int = 500,
    ) -> AsyncIterator[HealthEvent]:
        """How healthy things are, then one event for each change of at least minDelta since what was told, or, with below, each crossing of that bound either way; in order, none left out. Things are those of the references and kinds, else all; the snapshot tells what is named, and of the rest what is worse than as new. What comes within minIntervalMs after an event is told as one. Goes on after a cursor."""  # noqa: E501  one paragraph is one description
        bounds = min_delta, below, min_interval_ms
        return health_events(self._scope, self._feeds.health, of, kinds, bounds, after)


async def _commits(feed: Feed[Note], after: int) -> AsyncIterator[Committed]:
    async for note in feed.follow(after):
        name = str(note.ordinal)
        yield Committed(name, name, DateTime(note.recorded_at), note.source, note.actor, note.reason, note.run)


def position_of(cursor: str, last: int) -> int:
    """The revision of a cursor.

    Raises:
        InputError: it is none, or one that this store has not come to.
    """
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise InputError(f'"{cursor[:60]}" is not a cursor of this stream.', hint="Pass on cursor as it was given.")
    if int(cursor) > last:
        raise InputError(
            f"Revision {int(cursor)} is not there yet; the last one is {last}.",
            hint="The cursor may be of another store; subscribe without after.",
        )
    return int(cursor)


OBJECTS: Final[tuple[type, ...]] = (Committed, HealthEvent)
