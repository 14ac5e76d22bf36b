"""What can a program ask and change? Documents, shipped questions, pages as iterators, each change once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Self

from thread.client import documents
from thread.client.answers import Answer, Entity, Found, Graph, Hit, entities_of
from thread.client.errors import Problem
from thread.client.sending import Patience, Sender

PAGE: Final = 100


class Client:
    """Asks one service. Safe in any thread; the connection stays open until ``close``."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8420",
        *,
        headers: Mapping[str, str] | None = None,
        patience: Patience | None = None,
        sender: Sender | None = None,
    ) -> None:
        """A client of the service at an address; ``/graphql`` where it names no path.

        Args:
            headers: sent with each request, e.g. ``Authorization``.
            patience: time limits, and how often a request is sent again.
        """
        self._sender = sender or Sender(url, dict(headers or {}), patience or Patience())

    # -- any document

    def execute(
        self, document: str, variables: Mapping[str, Any] | None = None, operation: str | None = None
    ) -> Answer:
        """The answer to a document. Questions are sent again where no answer comes, documents that change are not.

        Raises:
            Refused: the service refused it, or could not answer all of it. Unavailable: no answer came.
        """
        return self._send(document, variables or {}, operation, twice=not documents.is_change(document))

    def ask(self, name: str, **variables: Any) -> Answer:
        """The answer to a question that ships with the service, e.g. ``07-failed-part-lineage``.

        Args:
            variables: instead of those that the question comes with.
        Raises:
            KeyError: there is no such question; lists them.
        """
        document, given = documents.question(name)
        return self.execute(document, {**given, **variables})

    @staticmethod
    def questions() -> list[str]:
        """Names of the questions that ship with the service."""
        return list(documents.questions())

    def pages(
        self, document: str, variables: Mapping[str, Any] | None = None, path: str = "", size: int = PAGE
    ) -> Found:
        """The entries of a connection, page by page as they are taken.

        Args:
            document: takes ``$first`` and ``$after`` and passes them on, and asks for ``pageInfo``.
            path: where the connection lies, e.g. ``lineage.hits``; by default the root field.
        """
        return Found(self._pages(document, dict(variables or {}), path, size))

    def _pages(self, document: str, variables: dict[str, Any], path: str, size: int) -> Iterator[Mapping[str, Any]]:
        after: str | None = None
        while True:
            found = self.execute(document, {**variables, "first": size, "after": after}).at(path)
            yield found
            info = found["pageInfo"]
            if not info["hasNextPage"] or info["endCursor"] == after:
                return
            after = info["endCursor"]

    # -- questions with a method

    def lookup(self, ref: str, *, at: datetime | None = None, known: datetime | None = None) -> list[Entity]:
        """All entities that a reference may mean: opaque id, IRI, ``scheme:value`` or a bare value; empty: none."""
        found = self.execute(documents.LOOKUP, {"ref": ref, "at": _as_of(at, known)}).at("lookup.entities")
        return entities_of(found)

    def search(
        self,
        text: str,
        *,
        kinds: Sequence[str] | None = None,
        where: Sequence[Mapping[str, Any]] | None = None,
        at: datetime | None = None,
        known: datetime | None = None,
        size: int = PAGE,
    ) -> Iterator[Hit]:
        """What is called like a text, best first, page by page as it is taken.

        Args:
            kinds: as the schema spells them, e.g. ``WORK_ORDER``.
            where: e.g. ``{"name": "status", "op": "IN", "values": ["PLANNED"]}``.
        """
        variables = {"text": text, "kinds": kinds, "where": where, "at": _as_of(at, known)}
        for edge in self.pages(documents.SEARCH, variables, "search", size):
            yield Hit(Entity.of(edge["node"]), edge["score"], tuple(edge["matched"]))

    def lineage(
        self,
        *of: str,
        direction: str = "UPSTREAM",
        depth: int = 8,
        kinds: Sequence[str] | None = None,
        at: datetime | None = None,
        known: datetime | None = None,
        size: int = PAGE,
    ) -> Iterator[Hit]:
        """Where things came from (``UPSTREAM``) or what came of them (``DOWNSTREAM``), nearest first."""
        asked = {"direction": direction, "maxDepth": depth, "report": kinds}
        variables = {"of": of, "input": asked, "at": _as_of(at, known)}
        for edge in self.pages(documents.LINEAGE, variables, "lineage.hits", size):
            yield Hit(Entity.of(edge["node"]), degree=edge["degree"], via=tuple(edge["via"]))

    def graph(
        self,
        *of: str,
        direction: str = "UPSTREAM",
        depth: int = 8,
        most: int = 200,
        at: datetime | None = None,
        known: datetime | None = None,
    ) -> Graph:
        """Things, what is nearest to them upstream or downstream, and all links among these; for networkx."""
        asked = {"direction": direction, "maxDepth": depth}
        variables = {"of": of, "input": asked, "at": _as_of(at, known), "most": most}
        return self.execute(documents.LINEAGE_GRAPH, variables).graph("lineage.graph")

    def impact(
        self,
        *of: str,
        fail: bool = False,
        window: tuple[datetime, datetime] | None = None,
        at: datetime | None = None,
        known: datetime | None = None,
        size: int = PAGE,
    ) -> Found:
        """What taking things out, or their failing, stops, weakens and darkens: entries with effect, degree, node."""
        asked: dict[str, Any] = {"mode": "FAIL" if fail else "OUT_OF_SERVICE"}
        if window is not None:
            asked["window"] = {"start": _time(window[0]), "end": _time(window[1])}
        variables = {"of": of, "input": asked, "at": _as_of(at, known)}
        return self.pages(documents.IMPACT, variables, "impact.effects", size)

    # -- changes

    def change(
        self, name: str, *, request_id: str | None = None, selection: str | None = None, **given: Any
    ) -> Mapping[str, Any]:
        """What a change did, named as its mutation (``installComponent``, ``upsert``), with the fields of its input.

        It is sent again where no answer came: its request id, a new one where none is given, makes that safe. Times
        and decimals are sent as the service reads them.

        Args:
            selection: fields of its payload, instead of the usual ones.
        Raises:
            Problem: it cannot be done; nothing was written. Refused, Unavailable.
        """
        sent = {"requestId": request_id or str(uuid.uuid4()), **{key: _plain(value) for key, value in given.items()}}
        answer = self._send(documents.change(name, selection), {"input": sent}, None, twice=True)
        done: Mapping[str, Any] = answer.at(name)
        if "code" in done and "__typename" in done:
            raise Problem(done)
        return done

    def _send(self, document: str, variables: Mapping[str, Any], operation: str | None, *, twice: bool) -> Answer:
        plain = {name: _plain(value) for name, value in variables.items()}
        found = self._sender.send(document, plain, operation, twice=twice)
        return Answer(found["data"], found.get("extensions", {}))

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _as_of(at: datetime | None, known: datetime | None) -> dict[str, str] | None:
    given = {name: _time(moment) for name, moment in (("validAt", at), ("knownAt", known)) if moment is not None}
    return given or None


def _time(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give one, e.g. datetime(..., tzinfo=UTC).")
    return moment.isoformat()


def _plain(value: Any) -> Any:
    """A value as JSON carries it; times need a zone, decimals stay exact."""
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return value
