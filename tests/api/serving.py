"""A real server on a loopback port, and clients that speak its streams."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from thread.api.app import create_app
from thread.server import address_of, listen, server_of
from thread.service import Service

TRANSPORT = Subprotocol("graphql-transport-ws")


@contextmanager
def served(service: Service) -> Iterator[str]:
    """The address of a service that answers until the end of the block."""
    with closing(listen("127.0.0.1", 0)) as listener:
        server = server_of(create_app(service), service.settings)
        runner = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        runner.start()
        address = address_of(listener)
        with httpx.Client(transport=httpx.HTTPTransport(retries=20)) as client:
            assert client.get(address + "/healthz").status_code == 200
        yield address
        server.should_exit = True
        runner.join(timeout=20)
    assert not runner.is_alive()


class Client:
    """One WebSocket that speaks graphql-transport-ws."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, kind: str, **message: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **message}))

    async def receive(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 20))
        return found

    async def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        await self.send("subscribe", id=id_, payload={"query": query, "variables": variables})

    async def next(self, id_: str = "1") -> Any:
        """The data of the next event."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", id_), message
        return message["payload"]["data"]

    async def closed(self) -> tuple[int, str]:
        """Code and reason with which the server closes."""
        await asyncio.wait_for(self.socket.wait_closed(), 20)
        return self.socket.close_code or 0, self.socket.close_reason or ""


@asynccontextmanager
async def connected(address: str, *, init: bool = True, **kwargs: Any) -> AsyncIterator[Client]:
    """A client whose connection is acknowledged."""
    kwargs.setdefault("subprotocols", [TRANSPORT])
    async with connect(address.replace("http://", "ws://") + "/graphql", **kwargs) as socket:
        client = Client(socket)
        if init:
            await client.send("connection_init")
            assert (await client.receive())["type"] == "connection_ack"
        yield client


@asynccontextmanager
async def events(address: str, query: str, **variables: Any) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """Server-sent events of an operation: (event, its data)."""
    headers = {"accept": "text/event-stream", "content-type": "application/json"}
    body = json.dumps({"query": query, "variables": variables})
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("POST", address + "/graphql", content=body, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream"), answer.headers

        async def read() -> AsyncIterator[tuple[str, Any]]:
            name = ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: ") or line == "data:":
                    text = line[5:].strip()
                    yield name, json.loads(text) if text else None

        yield read()
