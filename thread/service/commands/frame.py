"""What does a plan see, and what does it come to? A view and the checks in; facts and a result out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from hashlib import sha256
from typing import Any

from thread.errors import ConflictError, InputError, NotFound, ThreadError
from thread.facts import ChangeSet, FactPart
from thread.ontology.shapes import Violation
from thread.projection import View
from thread.service.commands.bounds import REQUEST_ID, refuse_too_large
from thread.service.commands.model import SOURCE, Command
from thread.service.finding import find

Place = tuple[str, ...]
"""Path of the argument that something is about."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plan reads: the view of now, and what the ontology would say of facts. It writes nothing."""

    view: View
    check: Callable[[Sequence[FactPart]], list[Violation]]
    source_of: Callable[[str], str | None] = lambda _run: None
    """Who spoke in a run; None: there was no such run."""

    def find(self, ref: str, place: Place) -> int:
        """The one entity of a reference.

        Raises:
            NotFound, InputError (``ambiguous-reference``): with the place.
        """
        found = find(self.view, ref)
        if isinstance(found.problem, NotFound):
            raise NotFound(found.problem.message, hint=found.problem.hint, ref=ref, place=place)
        if found.problem is not None:
            raise InputError(found.problem.message, code=found.problem.code, hint=found.problem.hint, place=place)
        return found.nodes[0]

    def expect_version(self, node: int, version: str | None, place: Place) -> None:
        """Refuse where the entity is not as the client read it.

        Raises:
            ConflictError: with the entity.
        """
        found = str(self.view.version(node)) if node >= 0 else "0"
        if version is not None and version != found:
            iri = self.view.iri(node) if node >= 0 else None
            raise ConflictError(
                f"It is at version {found[:40]}, not at {version[:40]}.",
                hint="Read it again, then send a new request.",
                current=iri,
                place=place,
            )


@dataclass(frozen=True, slots=True)
class Planned:
    """What a command comes to."""

    parts: Sequence[FactPart]
    result: Any
    """What the command's caller is told."""
    reason: str = ""
    withdraws: tuple[str, ...] = ()
    source: str = SOURCE
    """Who says so."""
    otherwise: ThreadError | None = None
    """What is told where it changes nothing."""

    def change_set(self, command: Command, actor: str) -> ChangeSet:
        """The change set that does it."""
        content = content_of(command)
        return ChangeSet(
            command.request_id, self.source, self.parts, actor, self.reason, withdraws=self.withdraws, content=content
        )


def content_of(command: Command) -> str:
    """Digest of what was asked: equal commands have equal digests, in every process.

    Raises:
        InputError: no request id, or one that no log should hold; a text or list that is too large.
    """
    if not 0 < len(command.request_id) <= REQUEST_ID or not command.request_id.isprintable():
        raise InputError(
            f"The request id is empty, longer than {REQUEST_ID} characters or not printable.",
            hint="Give each request an id of its own, e.g. a UUID.",
            place=("input", "requestId"),
        )
    refuse_too_large(command)
    return sha256(repr(command).encode()).hexdigest()


@singledispatch
def plan(command: Command, frame: Frame) -> Planned:  # noqa: ARG001  each command registers its own
    """What a command would do; nothing is written.

    Raises:
        NotFound, InputError, ConflictError: it cannot be done; ``place`` and ``current`` say where and against what.
    """
    raise TypeError(f"no plan for {type(command).__name__}")
