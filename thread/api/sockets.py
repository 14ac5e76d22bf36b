"""How do subscriptions travel? Over graphql-transport-ws and server-sent events, cut off where nobody takes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import orjson
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

if TYPE_CHECKING:
    from starlette.types import Send
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

TAKE_SECONDS: Final = 30.0
"""How long a client may leave an event untaken; it can go on later after the cursor that it has seen."""
INIT_SECONDS: Final = 10.0
"""How long a WebSocket may stay without ``connection_init``."""


class Socket(ASGIWebSocketAdapter):
    """Messages of a WebSocket: JSON objects as text, both ways."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:  # noqa: ARG002
        """Messages as they come.

        Raises:
            NonTextMessageReceived, NonJsonMessageReceived: the connection is then closed with 4400.
        """
        while self.ws.application_state != WebSocketState.DISCONNECTED:
            message = await self.ws.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is None:
                raise NonTextMessageReceived
            try:
                found = orjson.loads(message["text"])
            except orjson.JSONDecodeError as error:
                raise NonJsonMessageReceived from error
            yield found

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message; who takes it not in time is gone."""
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self.ws.send_text(orjson.dumps(message).decode())
        except (TimeoutError, RuntimeError) as error:  # starlette: already closed
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close with a reason of at most 123 bytes, which is what fits into a frame."""
        short = reason.encode()[:120].decode(errors="ignore")
        await self.ws.close(code=code, reason=short)


class Handler(BaseGraphQLTransportWSHandler[Any, Any]):
    """The protocol graphql-transport-ws; what is no message of it closes the connection with 4400."""

    async def handle_message(self, message: Any) -> None:
        """Answer one message."""
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            await self.handle_invalid_message("A message is an object with a type")
            return
        if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
            await self.handle_invalid_message("A message about an operation has its id")
            return
        if message["type"] == "subscribe" and not isinstance(message.get("payload"), dict):
            await self.handle_invalid_message("subscribe has a payload")
            return
        await super().handle_message(cast("Message", message))


class EventStream(StreamingResponse):
    """A stream of events; who takes one not in time is cut off."""

    async def stream_response(self, send: Send) -> None:
        """Send event by event."""
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        events: AsyncIterator[Any] = aiter(self.body_iterator)
        async for event in events:
            async with asyncio.timeout(TAKE_SECONDS):
                body = event if isinstance(event, bytes) else event.encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
