"""How does a thread move to another store? Its log is written there, revision by revision, with its own times."""

from collections.abc import Callable
from dataclasses import dataclass

from thread.clock import FixedClock
from thread.errors import ConflictError, StoreError
from thread.facts import Commit, Revision
from thread.stores import open_store

Progress = Callable[[int, int], None]
"""Called with (done, total) revisions."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What was copied. Both stores end with one digest: the same history to the last bit."""

    revision: Revision
    already: int
    """Revisions that were there from an earlier run."""
    copied: int


def copy_log(source: str, target: str, progress: Progress | None = None) -> Copy:
    """Write to one store what another holds and it does not; given again, it goes on where it stopped.

    Recorded times, request ids and digests are kept; what is derived is folded when the target is opened.

    Raises:
        ConflictError: ``conflict``: the target holds another history; nothing was written.
        StoreError: as the stores'; every revision that was written is whole.
    Cost: the log once, a part in memory at a time.
    """
    clock = FixedClock(0)
    held = open_store(source, clock, True)
    try:
        made = open_store(target, clock)
        try:
            start, end = made.revision, held.revision
            if start.ordinal:
                _refuse_other(start, next(held.changes(start.ordinal - 1), None))
            for commit in held.changes(start.ordinal):
                clock.instant = commit.revision.recorded_at
                found = made.append(commit.change_set, commit.revision.ordinal - 1).revision
                if found != commit.revision:
                    raise StoreError(
                        f"Revision {found.ordinal} of {commit.change_set.request_id!r} came out otherwise.",
                        code="store-damaged",
                        hint="Do not use the target; copy to an empty store.",
                    )
                if progress:
                    progress(found.ordinal, end.ordinal)
            return Copy(made.revision, start.ordinal, made.revision.ordinal - start.ordinal)
        finally:
            made.close()
    finally:
        held.close()


def _refuse_other(start: Revision, same: Commit | None) -> None:
    if same is None or same.revision != start:
        raise ConflictError(
            f"The target holds revision {start.ordinal} of another history.", hint="Copy to an empty store."
        )
