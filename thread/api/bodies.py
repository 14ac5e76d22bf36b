"""How much, and how long, may a client send? Bodies above the limit and senders that are too slow are cut off."""

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thread.api.errors import STATUS, wire_error
from thread.errors import LimitError


class BodyLimit:
    """Refuses a request body above the limit, by its declared length or while it is read."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            await self._refuse(send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                await self._refuse(send)
                return
        await self._app(scope, _replay(bytes(body), receive), send)

    async def _refuse(self, send: Send) -> None:
        error = LimitError(
            f"The request body is larger than {self._limit} bytes.",
            hint="Send less at once; THREAD_MAX_BODY_BYTES sets the limit.",
        )
        body = orjson.dumps({"errors": [wire_error(error)]})
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": STATUS[error.code], "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that was read, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again
