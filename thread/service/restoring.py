"""How does an exported history become a store again? Revision by revision, with its own times."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from thread.clock import FixedClock
from thread.errors import ConflictError
from thread.facts import Commit, Revision
from thread.ingest.history import commits_in
from thread.stores import open_store
from thread.worker import Limits, format_of, parse_rdf

Progress = Callable[[int], None]
"""Called with the ordinal of each revision that is there."""
_PATIENT: Final = Limits(wait_seconds=3_600, cpu_seconds=3_600)
"""A history holds some nine statements a fact, and is read by its owner."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a history file came to."""

    revision: Revision
    """The last of the file; of the store as well, unless it was only read."""
    facts: int
    """Facts that were said in all revisions of the file."""
    already: int
    """Revisions that the store held before."""
    same_digests: bool
    """Whether every revision has the digest that it had where it was exported."""


def restore(file: Path, target: str, progress: Progress | None = None, *, plan_only: bool = False) -> Restored:
    """Write the revisions of a history file to a store that is empty or holds the first of them.

    Recorded times, sources, runs, request ids and the order of facts are those of the file, so that the store answers
    every question as the one that was exported, at every pair of times. Again it changes nothing.

    Args:
        target: address of the store.
        plan_only: read the file to its end and write nothing.
    Raises:
        InputError: ``bad-file``: it is no whole history; the revisions before the fault were written.
        ConflictError: ``conflict``: the store holds another history; nothing was written.
        StoreError: as the store's.
    Cost: the file once, one revision in memory.
    """
    lines = parse_rdf(file, format_of(file.name) or "nq", limits=_PATIENT)
    commits = commits_in(lines, file.name)
    if plan_only:
        last, facts = Revision(0, 0), 0
        for commit in commits:
            last, facts = commit.revision, facts + commit.change_set.size
        return Restored(last, facts, 0, same_digests=True)
    clock = FixedClock(0)
    with closing(open_store(target, clock)) as store:
        head, already, facts, same = store.revision, store.revision.ordinal, 0, True
        for commit, held in zip_longest(commits, store.changes()):
            if commit is None:  # the store goes on where the file ends
                break
            if held is not None:
                _refuse_other(commit, held)
                made = held.revision
            else:
                clock.instant = commit.revision.recorded_at
                made = store.append(commit.change_set, commit.revision.ordinal - 1).revision
            head, facts = made, facts + commit.change_set.size
            same = same and made.digest == commit.revision.digest
            if progress:
                progress(made.ordinal)
        return Restored(head, facts, already, same)


def _refuse_other(commit: Commit, held: Commit) -> None:
    pairs = ((one.revision.recorded_at, one.change_set.request_id) for one in (commit, held))
    if len(set(pairs)) > 1:
        raise ConflictError(
            f"The store holds another revision {held.revision.ordinal} than the file.",
            hint="Import a history into an empty store.",
        )
