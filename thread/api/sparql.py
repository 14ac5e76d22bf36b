"""How is SPARQL asked over HTTP? By the three query operations of the SPARQL 1.1 Protocol; nothing is changed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from thread.api.errors import SPARQL_STATUS, wire_error
from thread.errors import InputError, StoreError, ThreadError
from thread.service.sparql import SparqlAnswer, SparqlQuestion
from thread.worker.querying import GRAPHS, SOLUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from thread.service.service import Service

PATH: Final = "/sparql"
REVISION: Final = "thread-revision"
"""Header of an answer: the revision that the graph shows."""
TRUNCATED: Final = "thread-truncated"
"""Header of an answer that was cut: ``rows`` or ``bytes``, the cap that cut it."""
_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_MOST_FIELDS: Final = 20


class Sparql:
    """Answers as many queries at a time as the settings say; others wait for their turn."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turns = anyio.Semaphore(service.settings.sparql_workers)

    async def __call__(self, request: Request) -> Response:
        """The answer to a request of the protocol."""
        try:
            if not self._service.settings.sparql:
                raise InputError(
                    "SPARQL is off on this service.",
                    code="forbidden",
                    hint="THREAD_SPARQL=true turns it on; on this machine `thread sparql` needs no setting.",
                )
            media, query = await _query(request)
            if media:
                return _refusal(request, 415, media)
            accept = ", ".join(request.headers.getlist("accept"))
            chosen = SparqlQuestion(query, negotiated(accept, SOLUTIONS), negotiated(accept, GRAPHS))
            return response(await self.ask(chosen))
        except ThreadError as error:
            return _refusal(request, SPARQL_STATUS.get(error.code, 400), error)

    async def ask(self, question: SparqlQuestion) -> SparqlAnswer:
        """The answer to one question, when its turn has come.

        Raises:
            StoreError: ``unavailable``: it did not come; and as ``Service.sparql``.
        """
        if not (question.solutions or question.triples):
            raise InputError(
                "None of the media types that are accepted is one of an answer to SPARQL.",
                code="not-acceptable",
                hint=f"Known: {', '.join([*SOLUTIONS, *GRAPHS])}.",
            )
        settings = self._service.settings
        with anyio.move_on_after(settings.sparql_deadline_ms / 1000) as waiting:
            await self._turns.acquire()
        if waiting.cancelled_caught:
            raise StoreError(
                f"All {settings.sparql_workers} processes for SPARQL are busy.", code="unavailable", hint="Ask later."
            )
        try:
            return await run_in_threadpool(lambda: self._service.sparql(self._service.context(), question))
        finally:
            self._turns.release()


def response(found: SparqlAnswer) -> Response:
    """An answer, with the revision that it is of, and whether it was cut."""
    headers = {REVISION: str(found.ordinal), "vary": "accept"}
    if found.answer.truncated:
        headers[TRUNCATED] = found.answer.truncated
    return Response(found.answer.body, media_type=found.answer.media_type, headers=headers)


async def _query(request: Request) -> tuple[InputError | None, str]:
    """The query of a request; an error instead where its body is of no media type that is known."""
    try:
        given = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        if request.method == "POST":
            media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media == _UPDATE:
                raise _no_update()
            if media not in (_FORM, _QUERY):
                hint = f"Send {_QUERY}, or {_FORM} with the field query."
                return InputError(f"{media[:80] or 'No media type'} is not a query.", code="bad-query", hint=hint), ""
            body = (await request.body()).decode()
            given += (
                [("query", body)]
                if media == _QUERY
                else parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
            )
    except ValueError as error:
        raise InputError("The request is not UTF-8 text, or has too many fields.", code="bad-query") from error
    names = [name for name, _ in given]
    if "update" in names:
        raise _no_update()
    if "default-graph-uri" in names or "named-graph-uri" in names:
        raise InputError(
            "There is one graph here, and no other can be named.",
            code="bad-query",
            hint="Leave default-graph-uri and named-graph-uri out.",
        )
    queries = [value for name, value in given if name == "query"]
    if len(queries) != 1:
        raise InputError(f"A request asks one query, not {len(queries)}.", code="bad-query", hint="Give query=… once.")
    return None, queries[0]


def _no_update() -> InputError:
    return InputError("SPARQL only reads here.", code="forbidden", hint="Change things by GraphQL mutations.")


def negotiated(accept: str, offers: Iterable[str]) -> str | None:
    """The media type that a client likes best of those that are offered; None: it takes none of them.

    >>> negotiated("text/csv;q=0.5, application/xml, */*;q=0.1", ["text/html", "text/csv"])
    'text/csv'
    >>> negotiated("", ["text/html", "text/csv"]), negotiated("image/png", ["text/csv"])
    ('text/html', None)
    """
    ranges = [_range(each) for each in accept.split(",") if each.strip()] or [("*/*", 1.0)]
    best, liked = None, 0.0
    for offer in offers:
        found = [(_narrow(media), weight) for media, weight in ranges if _matches(media, offer)]
        weight = max(found)[1] if found else 0.0
        if weight > liked:
            best, liked = offer, weight
    return best


def _range(text: str) -> tuple[str, float]:
    media, *parameters = (part.strip().lower() for part in text.split(";"))
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return media, min(max(float(weight), 0.0), 1.0)
    except ValueError:
        return media, 0.0


def _matches(media: str, offer: str) -> bool:
    return media in ("*/*", offer, offer.partition("/")[0] + "/*")


def _narrow(media: str) -> int:
    return 0 if media == "*/*" else 1 if media.endswith("/*") else 2


def _refusal(request: Request, status: int, error: ThreadError) -> Response:
    return JSONResponse({"errors": [wire_error(error, request.scope.get("thread.request_id"))]}, status)
