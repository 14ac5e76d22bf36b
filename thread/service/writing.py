"""How does a change become part of the thread? Check, stage, append, publish; the graph follows."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from thread.clock import Clock
from thread.errors import ConflictError, InputError
from thread.facts import ChangeSet, FactPart, Revision
from thread.ontology.shapes import Checker, Violation
from thread.projection import Projection, View
from thread.projection.bulk import Directory
from thread.service.commands import SOURCE, Command, Frame, content_of, plan
from thread.service.fitting import faults_beside
from thread.service.following import GraphFollower
from thread.service.news import News
from thread.service.replicating import LogFollower
from thread.stores.base import Capability, Store
from thread.terms import TYPE, Iri, UpperKind

T = TypeVar("T")
_RACES = 20
"""How often a commit is tried again because another process was first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a commit did. Without effect there is no new revision and ``revision`` is the last one."""

    revision: Revision
    effective: bool
    repeated: bool = False
    """The request id was answered before; this is the answer of then."""
    counts: dict[str, int] = field(default_factory=dict)
    """Facts by what became of them: added, supported, repeated, ended, retracted, unmatched."""


class Writer:
    """The one writer: every call into the store's log runs on its thread, one after the other."""

    def __init__(self, store: Store, projection: Projection, checker: Checker, clock: Clock) -> None:
        self._store, self._projection, self._checker, self._clock = store, projection, checker, clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self.follower, self.news = GraphFollower(store, projection, clock), News()
        shared = Capability.SHARED in store.capabilities
        self.log: LogFollower | None = LogFollower(store, projection, self.run, self._moved) if shared else None
        """Brings what other processes append; None where no other can."""
        self._closed = threading.Event()

    def run(self, work: Callable[[], T]) -> T:
        """Run something on the writer's thread and wait for it."""
        return self._thread.submit(work).result()

    def check(self, parts: Sequence[FactPart], view: View) -> list[Violation]:
        """Every property shape that facts would break, told after what the view holds; empty: they may be."""
        faults = self._checker.check(parts, lambda iris: kinds_of(view, iris))
        return faults + faults_beside(parts, view)

    def commit(self, change_set: ChangeSet) -> Outcome:
        """Make one revision of the change set, or nothing where it says nothing new.

        Raises:
            InputError: a property shape does not hold; nothing was written; ``violations`` lists all.
            ConflictError, StoreError: as ``Store.append``.
        Cost: the sync of the log, and the facts of the change set.
        """
        return self.run(lambda: self._among(lambda: self._commit(change_set)))

    def execute(self, command: Command, actor: str) -> tuple[Outcome, Any]:
        """Plan a command and make it one revision, with no other change in between; the outcome and the result.

        A request id that was answered before gives the answer of then: the command is planned against the view of
        then, and nothing is written. A request that wrote nothing is not remembered.

        Raises:
            NotFound, InputError, ConflictError: it cannot be done; nothing was written.
            StoreError: as ``Store.append``.
        """
        content = content_of(command)
        return self.run(lambda: self._among(lambda: self._execute(command, content, actor)))

    def _execute(self, command: Command, content: str, actor: str) -> tuple[Outcome, Any]:
        known = self._store.find(command.request_id)
        if known is not None:
            self._store.append(ChangeSet(command.request_id, SOURCE, (), content=content))  # refuses other content
            then = self._projection.view(known.recorded_at, known.ordinal - 1)
            result = plan(command, self._frame(then)).result
            return Outcome(known, effective=True, repeated=True), result
        planned = plan(command, self._frame(self._projection.view(self._clock.now())))
        outcome = self._commit(planned.change_set(command, actor))
        if planned.otherwise is not None and not outcome.effective:
            raise planned.otherwise
        return outcome, planned.result

    def _frame(self, view: View) -> Frame:
        return Frame(view, lambda parts: self.check(parts, view), self._projection.source_of)

    def _among(self, work: Callable[[], T]) -> T:
        """Do it on a log that others may append to as well: what they have said is folded first."""
        if self.log is None:
            return work()
        for _ in range(_RACES):
            self.log.fold()
            head = self._projection.revision.ordinal
            try:
                return work()
            except ConflictError as error:
                if error.code != "conflict" or error.fields.get("expected") != head:
                    raise
        raise ConflictError(
            f"Others appended to the log {_RACES} times in between.", hint="Send the same request again."
        )

    def _commit(self, change_set: ChangeSet) -> Outcome:
        if self._store.find(change_set.request_id) is not None:
            commit = self._store.append(change_set)  # answers the commit of then, or refuses other content
            return Outcome(commit.revision, effective=True, repeated=True)
        self._refuse(self.check(change_set.parts, self._projection.view(self._clock.now())))
        staged = self._projection.stage(change_set)
        try:
            if not staged.effective:
                self._projection.discard(staged)
                return Outcome(self._projection.revision, effective=False, counts=staged.counts())
            commit = self._store.append(change_set, self._projection.revision.ordinal)
        except BaseException:
            self._projection.discard(staged)
            raise
        self._projection.publish(staged, commit.revision)
        self._moved()
        return Outcome(commit.revision, effective=True, counts=staged.counts())

    def _moved(self) -> None:
        self.follower.wake()
        self.news.tell()

    @staticmethod
    def _refuse(violations: Sequence[Violation]) -> None:
        if violations:
            first, more = violations[0], len(violations) - 1
            message = first.message + (f" And {more} more." if more else "")
            raise InputError(message, code=first.code, hint=first.hint, violations=tuple(violations))

    def close(self) -> None:
        """Let the graph follow to the end, then release the store."""
        if not self._closed.is_set():
            self._closed.set()
            if self.log is not None:
                self.log.close()
            self.follower.close()
            self.run(self._store.close)
            self._thread.shutdown()


def kinds_of(view: View, iris: Iterable[str]) -> list[str | None]:
    """The kind IRI of each entity, of the latest that it ever had; None for stubs and unknown ones."""
    kinds = view.ontology.kinds
    nodes = Directory(view).find(list(iris))
    found: list[str | None] = [None] * len(nodes)
    known = np.flatnonzero(nodes >= 0)
    ordinals = view.kinds_of(nodes[known])
    for at, node, ordinal in zip(known.tolist(), nodes[known].tolist(), ordinals.tolist(), strict=True):
        kind = kinds[ordinal].iri if ordinal >= 0 else None
        if kind == UpperKind.ENTITY or (kind is None and view.is_stub(node)):
            continue
        if kind is None:  # not present now: a planned event, or one that is no more
            history = [s.value for s in view.history(node, TYPE) if isinstance(s.value, Iri)]
            kind = str(history[-1]) if history else None
        found[at] = kind
    return found
