"""How is GraphQL spoken over HTTP? By the GraphQL-over-HTTP draft; execution runs in worker threads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import orjson
from cross_web import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import process_result
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.graphql import OperationType

from thread.api.documents import CACHED_SOURCE
from thread.api.engine import ANSWERED_AT_ONCE, Engine, Examined, is_request_error
from thread.api.errors import STATUS, wire_error
from thread.api.sockets import INIT_SECONDS, EventStream, Handler, Socket
from thread.api.streaming import Streams
from thread.errors import InputError, LimitError, ThreadError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send
    from strawberry.types.execution import ExecutionResult

_GRAPHQL: Final = "application/graphql-response+json"
_JSON: Final = "application/json"
WS_TRY_LATER: Final = 1013
MIN_REVISION: Final = "thread-min-revision"
"""Header of a client that has seen a revision, and wants an answer that is not older."""


class Endpoint(GraphQL[Any, Any]):
    """``/graphql``: POST JSON, or GET for queries; subscriptions over a WebSocket or server-sent events."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Socket

    def __init__(self, engine: Engine) -> None:
        settings = engine.service.settings
        super().__init__(
            schema=Streams(engine),  # type: ignore[arg-type]  # all that the transports ask of a schema
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=settings.max_subscriptions,
            allowed_origins=settings.allowed_origins,
        )
        self._engine, self._most, self._open = engine, settings.max_connections, 0
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._connect(WebSocket(scope, receive=receive, send=send))
            return
        request = Request(scope, receive=receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            response = _refusal(request, error.status_code, error.reason)
        except (ValueError, RecursionError):  # a body that is no text, or nested without end
            response = _refusal(request, 400, "The request cannot be read as a GraphQL request in JSON.")
        except ThreadError as error:
            response = _answer(request, STATUS.get(error.code, 400), error)
        await response(scope, receive, send)

    async def _connect(self, socket: WebSocket) -> None:
        """Serve one WebSocket, if there is room for it."""
        if self._open >= self._most:
            await socket.close(code=WS_TRY_LATER)
            return
        self._open += 1
        try:
            await self.run(socket)
        finally:
            self._open -= 1

    async def get_context(self, request: Request | WebSocket, response: Any) -> str:  # noqa: ARG002  as its base
        """The id of the request: all that a stream needs to know of it."""
        return str(request.scope.get("thread.request_id", "-"))

    async def create_streaming_response(
        self,
        request: Any,  # noqa: ARG002  the library fixes the signature
        stream: Any,
        sub_response: Response,  # noqa: ARG002
        headers: Mapping[str, str],
    ) -> Response:
        """A stream of events."""
        return EventStream(stream(), headers=dict(headers))

    def decode_json(self, data: str | bytes) -> object:
        found = orjson.loads(data)
        if not isinstance(found, dict):
            raise HTTPException(400, "Expected a JSON object.")
        return found

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def should_render_graphql_ide(self, request: Any) -> bool:  # noqa: ARG002  the library fixes the signature
        return False

    async def execute_single(
        self,
        request: Request,
        request_adapter: Any,
        sub_response: Response,  # noqa: ARG002  the library fixes the signature
        context: Any,  # noqa: ARG002
        root_value: Any,  # noqa: ARG002
        request_data: Any,
    ) -> ExecutionResult:
        operation = request_data.operation_name
        if operation is not None and not isinstance(operation, str):
            raise HTTPException(400, "operationName must be a string.")
        try:
            await run_in_threadpool(self._wait_for, request.headers.get(MIN_REVISION))
            asked = request_data.query, request_data.variables, operation or None
            allowed = OperationType.from_http(request_adapter.method) & ANSWERED_AT_ONCE
            return await run_in_threadpool(
                self._execute,
                *asked,
                request_id=request.scope.get("thread.request_id", "-"),
                allowed=allowed,
                examined=await self._in_turn(*asked, allowed),
            )
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            raise HTTPException(405, error.as_http_error_reason(request_adapter.method)) from error
        except MissingQueryError as error:
            raise HTTPException(400, "No GraphQL query found in the request") from error

    async def _in_turn(self, query: str | None, *asked: Any) -> Examined | None:
        """Long documents are examined one after the other, so that they take no more than their share of time."""
        if len(query or "") <= CACHED_SOURCE:
            return None
        loop = asyncio.get_running_loop()
        turn = self._turns.setdefault(loop, asyncio.Lock())
        async with turn:
            return await run_in_threadpool(self._engine.examine, query, *asked)

    def _wait_for(self, asked: str | None) -> None:
        """Wait until this process answers from the revision that the client has seen elsewhere."""
        if asked is None:
            return
        if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
            raise HTTPException(400, f"{MIN_REVISION} must be the number of a revision.")
        service = self._engine.service
        seconds = service.settings.deadline_ms / 1000
        if not service.wait_for(int(asked), seconds):
            lag = service.lag()
            why = f": {lag.reason}" if lag.reason else "."
            raise LimitError(
                f"Revision {asked} has not come within {seconds:g} s{why}",
                code="timeout",
                hint="Ask again later, or without the header.",
            )

    def _execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        result = self._engine.execute(*args, **kwargs)
        lag = self._engine.service.lag()
        if lag.behind and result.extensions is not None:
            result.extensions["lag"] = {"revisions": lag.revisions, "seconds": round(lag.seconds, 1)}
        return result

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        answer = await super().get_sub_response(request)
        answer.media_type = _media_type(request)
        request.state.answer = answer
        return answer

    async def process_result(self, request: Request, result: ExecutionResult) -> Any:
        data: Any = process_result(result)
        if is_request_error(result):
            data.pop("data", None)
            request.state.answer.status_code = 400 if request.state.answer.media_type == _GRAPHQL else 200
        return data

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        media = f"{sub_response.media_type}; charset=utf-8"
        return Response(self.encode_json(response_data), status_code=sub_response.status_code or 200, media_type=media)


def _media_type(request: HTTPConnection) -> str:
    """The media type of the answer: the newer one for clients that name it, JSON for all others."""
    return _GRAPHQL if _GRAPHQL in request.headers.get("accept", "") else _JSON


def _refusal(request: Request, status: int, reason: str) -> Response:
    return _answer(request, status, InputError(reason, code="bad-query"))


def _answer(request: Request, status: int, error: ThreadError) -> Response:
    body = orjson.dumps({"errors": [wire_error(error, request.scope.get("thread.request_id"))]})
    return Response(body, status_code=status, media_type=f"{_media_type(request)}; charset=utf-8")
