"""How much, and how slowly, may a client send? Who sends more than the limit, or longer than the deadline, is cut off.

The clock of a request starts with its connection or its first byte and is not wound up by what comes in, so that
nobody holds a place by sending a byte now and then. Heads are watched where connections are (``impatient``), bodies
here.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thread.api.errors import STATUS, wire_error
from thread.errors import LimitError, ThreadError

TIMED_OUT: Final = 408
LINGER_SECONDS: Final = 2.0
"""How long what a refused client still sends is read and dropped, so that it comes to read the answer."""
LINGER_BYTES: Final = 4 * 1024 * 1024


class Bodies:
    """Reads the body of each request before anything looks at it.

    Args:
        limit: bytes of a body.
        deadline: seconds in which a body must be there.
    """

    def __init__(self, app: ASGIApp, limit: int, deadline: float) -> None:
        self._app, self._limit, self._deadline = app, limit, deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or len(declared) > 15 or int(declared) > self._limit:
            await self._refuse_size(receive, send)
            return
        try:
            async with asyncio.timeout(self._deadline):
                body = await self._read(receive)
        except TimeoutError:
            await _refuse(send, too_slow(self._deadline), TIMED_OUT, more=False)
            return
        except LimitError:
            await self._refuse_size(receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body; None if the client has gone."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                raise LimitError("too much")
        return bytes(body)

    async def _refuse_size(self, receive: Receive, send: Send) -> None:
        error = LimitError(
            f"The request body is larger than {self._limit} bytes.",
            hint="Send less at once; THREAD_MAX_BODY_BYTES sets the limit.",
        )
        await _refuse(send, error, STATUS[error.code], more=True)
        await _drop(receive)
        await send({"type": "http.response.body", "body": b""})


def too_slow(seconds: float) -> ThreadError:
    """What is said to a client that sends too slowly."""
    return LimitError(
        f"The request was not there within {seconds:g} s.",
        code="timeout",
        hint="Send it at once; THREAD_SEND_DEADLINE_MS sets the limit.",
    )


async def _refuse(send: Send, error: ThreadError, status: int, *, more: bool) -> None:
    body = orjson.dumps({"errors": [wire_error(error)]})
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _drop(receive: Receive) -> None:
    """Read what a refused client still sends: a connection closed on unread bytes loses the answer."""
    dropped, more = 0, True
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while more and dropped < LINGER_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)
    except TimeoutError:
        pass


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


class _Clocked:
    """What cuts a connection off; mixed into the server's protocol class."""

    seconds: float
    refusal: bytes
    conn: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _clock: asyncio.TimerHandle | None = None
    _begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Wind the clock up: a connection is for a request."""
        super().connection_made(transport)  # type: ignore[misc]  # the server's
        self._wind()

    def data_received(self, data: bytes) -> None:
        """Let the clock run on while part of a head is there."""
        self._begun = True
        self._wind()
        super().data_received(data)  # type: ignore[misc]  # the server's
        self._look()

    def on_response_complete(self) -> None:
        """Look whether part of another head came with the request that was answered."""
        super().on_response_complete()  # type: ignore[misc]  # the server's
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)  # type: ignore[misc]  # the server's

    def _look(self) -> None:
        self._begun = str(self.conn.their_state) == "IDLE" and bool(self.conn.trailing_data[0])
        if self._begun:
            self._wind()
        else:
            self._stop()

    def _wind(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.seconds, self._cut_off)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _cut_off(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            if self._begun:
                self.transport.write(self.refusal)
            self.transport.close()


def impatient(base: type[asyncio.Protocol], seconds: float) -> type[asyncio.Protocol]:
    """A server's HTTP/1.1 protocol class that cuts a connection off whose request head is not there in time.

    Args:
        base: uvicorn's ``H11Protocol``; its ``conn`` is the h11 connection.
        seconds: from the connection, or the first byte of a later request, to the end of the head.
    """
    answer = orjson.dumps({"errors": [wire_error(too_slow(seconds))]})
    head = f"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n"
    refusal = head.encode() + b"connection: close\r\n\r\n" + answer
    return type("Impatient", (_Clocked, base), {"seconds": seconds, "refusal": refusal})
