"""What does one request read? The same revision and instant in all its fields, one budget, each entity once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from thread.api.ids import LIVE, At, decode_id
from thread.api.tables import Entities, as_list
from thread.api.vocabulary import Vocabulary
from thread.errors import InputError, LimitError, ThreadError

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.clock import Instant
    from thread.projection.view import View
    from thread.service.context import Context
    from thread.service.scenarios import Assume
    from thread.service.service import Service

ENTRIES: Final = 20_000
"""Most list entries that one request may be given, over all its pages."""


class Scope:
    """One request: made by the HTTP layer, handed to the root object, dropped with the answer."""

    __slots__ = ("__dict__", "_entries", "_live", "_readings", "service", "vocabulary")

    def __init__(self, service: Service, vocabulary: Vocabulary) -> None:
        self.service, self.vocabulary = service, vocabulary
        self._live = service.context()
        self._readings: dict[At, Reading] = {}
        self._entries = ENTRIES

    def again(self) -> Scope:
        """The same request from its beginning: the same revision and deadline, nothing spent."""
        made = Scope(self.service, self.vocabulary)
        made._live = self._live
        return made

    def refresh(self) -> None:
        """Read the latest revision from here on: the request has changed something."""
        self._live = self.service.context(budget=self._live.budget)
        self._readings = {}

    def begun_at(self, instant: Instant, known: int) -> Reading:
        """The reading of a request whose present is an instant and a revision of the past."""
        self._live = replace(self._live, valid_at=instant, known=known)
        return self.reading()

    @staticmethod
    def iri_of(reference: str) -> str:
        """The reference as commands take it: the IRI of an opaque id, all else as it is."""
        found = decode_id(reference)
        return reference if found is None else found[0]

    @property
    def revision(self) -> int:
        """Ordinal of the revision that the request reads."""
        return self._live.known

    @property
    def max_page(self) -> int:
        """The largest page."""
        return self.service.settings.max_page

    def spend(self, entries: int) -> None:
        """Account for entries of lists.

        Raises:
            LimitError: ``too-costly``: more entries than one request is given; ``timeout``: past its deadline.
        """
        self._entries -= entries
        if self._entries < 0:
            raise LimitError(
                f"The request asks for more than {ENTRIES} list entries.",
                code="too-costly",
                hint="Ask for smaller pages, or for less inside each entry.",
            )
        self.check_time()

    def check_time(self) -> None:
        """Stop work that would run far past the deadline of the request.

        A walk that met the deadline is shown as far as it came: for that there is half as much time again.
        """
        deadline, grace = self._live.budget.deadline, self.service.settings.deadline_ms / 2_000
        if deadline is not None and time.monotonic() > deadline + grace:
            raise LimitError(
                f"The request took longer than {self.service.settings.deadline_ms} ms.",
                code="timeout",
                hint="Ask for less in one request.",
            )

    def reading(self, at: At = LIVE) -> Reading:
        """The view of one as-of, the same object for the whole request.

        A scenario is known to the request that has made it; elsewhere it is the view that it was made over.
        """
        found = self._readings.get(at)
        if found is None and at.scenario:
            return self.reading(at.recorded)
        if found is None:
            found = self._readings[at] = Reading(self, at, self._context(at))
        return found

    def knows(self, at: At) -> bool:
        """Whether a view can be read here: any but a scenario of another request."""
        return not at.scenario or at in self._readings

    def assuming(self, at: At, changes: Sequence[Assume]) -> Reading:
        """The view in which changes hold; several stand side by side in one request."""
        context = self.service.what_if(self.reading(at.recorded).context, changes)
        assert context.scenario is not None
        named = At(at.valid_at, at.known_at, context.scenario.name)
        found = self._readings[named] = self._readings.get(named) or Reading(self, named, context)
        return found

    def _context(self, at: At) -> Context:
        if at.live:
            return self._live
        valid_at = self._live.valid_at if at.valid_at is None else at.valid_at
        made = self.service.context(valid_at=valid_at, known_at=at.known_at, budget=self._live.budget, period=at.period)
        return made if at.known_at is not None else replace(made, known=self._live.known)

    def resolve(
        self, references: Sequence[str], at: At | None, default: At = LIVE
    ) -> tuple[Reading, list[int], list[str]]:
        """The reading, nodes and unknown references that a list of references means; order kept, each node once.

        Without ``at`` the view is the as-of one that the opaque ids were read in, else the default.

        Raises:
            InputError: ``ambiguous-reference``; or ids of different views and no ``at``.
        """
        if len(references) > self.max_page:
            raise LimitError(f"{len(references)} ids are given; at most {self.max_page} are taken.")
        decoded = [decode_id(reference) for reference in references]
        views = {found[1].recorded for found in decoded if found is not None and not found[1].recorded.live}
        if at is None and len(views) > 1:
            raise InputError("The ids were read in different views.", hint="Say which view is meant with at.")
        reading = self.reading(at if at is not None else next(iter(views), default))
        nodes: dict[int, None] = {}
        missing = []
        for reference, found in zip(references, decoded, strict=True):
            node = reading.find(found[0]) if found is not None else reading.look_up_one(reference)
            if node < 0:
                missing.append(reference)
            else:
                nodes[node] = None
        return reading, list(nodes), missing


class Reading:
    """One (valid, known) view within a request."""

    __slots__ = ("__dict__", "_entities", "at", "context", "scope", "vocabulary")

    def __init__(self, scope: Scope, at: At, context: Context) -> None:
        self.scope, self.at, self.context, self.vocabulary = scope, at, context, scope.vocabulary
        self._entities: dict[int, Entity] = {}

    @cached_property
    def view(self) -> View:
        """The projection as this reading sees it."""
        return self.scope.service.view(self.context)

    def find(self, iri: str) -> int:
        """Node of an IRI that is present in this view, else -1."""
        node = self.view.find(iri)
        return node if node >= 0 and self.view.kind(node) >= 0 else -1

    def look_up(self, reference: str) -> tuple[list[int], ThreadError | None]:
        """All nodes that a reference means, and what is wrong with it."""
        found = decode_id(reference)
        if found is not None:
            node = self.find(found[0])
            if node >= 0:
                return [node], None
        answer = self.scope.service.lookup(self.context, reference)
        return list(answer.nodes), answer.problem

    def look_up_one(self, reference: str) -> int:
        """The one node that a reference means, -1 if none.

        Raises:
            InputError: ``ambiguous-reference``, with the candidates.
        """
        nodes, problem = self.look_up(reference)
        if len(nodes) > 1:
            raise problem or InputError(
                f'"{reference[:80]}" matches {len(nodes)} entities.', code="ambiguous-reference"
            )
        return nodes[0] if nodes else -1

    def entity(self, node: int) -> Entity:
        """The entity of a node, one object per reading."""
        found = self._entities.get(node)
        if found is None:
            found = self._load(node, self.view.iri(node))
        return found

    def entities(self, nodes: Iterable[int], iris: Sequence[str] | None = None) -> list[Entity]:
        """The entities of nodes, order kept, made when they are read; their IRIs are read at once, or given."""
        wanted = [int(node) for node in nodes]
        self.scope.spend(len(wanted))
        return as_list(Entities(self, wanted, self.view.iris(wanted) if iris is None else iris))

    def named_entity(self, node: int, iri: str) -> Entity:
        """The entity of a node whose IRI is known."""
        return self._entities.get(node) or self._load(node, iri)

    def _load(self, node: int, iri: str) -> Entity:
        from thread.api.entity import Entity

        made = self._entities[node] = Entity(self, node, self.view.kind(node), iri)
        return made
