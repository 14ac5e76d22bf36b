"""Streams over a real server: what is committed arrives once, in order, on both transports; the rest is refused."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from strawberry.http.exceptions import WebSocketDisconnected
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.api.plant import Plant, open_demo
from tests.api.serving import TRANSPORT, connected, events, served
from thread.api import sockets
from thread.api.feeds import Feed
from thread.resources import resource
from thread.service import Service

pytestmark = pytest.mark.slow

FOLLOW = "subscription($after: String) { committed(after: $after) { cursor revision source run } }"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    made = open_demo(max_subscriptions=3, allowed_origins=("https://tool.example",))
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    with served(service) as found:
        yield found


def commit(service: Service, count: int = 1) -> list[int]:
    """Ordinals of revisions that were just made."""
    made = []
    for _ in range(count):
        plant = Plant()
        plant.thing(f"new-{service.info().revision.ordinal}", "Asset")
        made.append(service.commit(plant.change(f"r-{service.info().revision.ordinal + 1}")).revision.ordinal)
    return made


async def committed(service: Service, count: int = 1) -> list[int]:
    return await asyncio.to_thread(commit, service, count)


def last(service: Service) -> int:
    return service.info().revision.ordinal


def test_each_commit_is_one_event_on_a_websocket(service: Service, address: str) -> None:
    async def run() -> tuple[list[int], list[Any]]:
        async with connected(address) as client:
            await client.subscribe(FOLLOW, after=str(last(service)))
            made = await committed(service, 3)
            return made, [await client.next() for _ in made]

    made, found = asyncio.run(run())
    assert [each["committed"]["revision"] for each in found] == [str(ordinal) for ordinal in made]
    assert {each["committed"]["run"] for each in found} == {f"r-{ordinal}" for ordinal in made}


def test_each_commit_is_one_event_of_a_stream_of_events(service: Service, address: str) -> None:
    async def run() -> tuple[list[int], list[Any]]:
        async with events(address, FOLLOW, after=str(last(service))) as stream:
            made = await committed(service, 3)
            return made, [await asyncio.wait_for(anext(stream), 20) for _ in made]

    made, found = asyncio.run(run())
    assert [name for name, _ in found] == ["next"] * 3
    assert [data["data"]["committed"]["cursor"] for _, data in found] == [str(ordinal) for ordinal in made]
    assert all(set(data["extensions"]["cost"]) == {"price", "limit"} for _, data in found)


def test_a_stream_is_resumed_after_the_cursor_that_was_seen_and_loses_nothing(service: Service, address: str) -> None:
    async def some(after: str, count: int) -> list[str]:
        async with connected(address) as client:
            await client.subscribe(FOLLOW, after=after)
            return [(await client.next())["committed"]["cursor"] for _ in range(count)]

    async def run() -> list[str]:
        start = last(service)
        await committed(service, 2)
        found = await some(str(start), 2)
        await committed(service, 3)  # while nobody follows
        task = asyncio.create_task(some(found[-1], 5))
        await committed(service, 2)
        return [str(start), *found, *await task]

    found = [int(cursor) for cursor in asyncio.run(run())]
    assert found == list(range(found[0], found[0] + 8))


def test_all_that_was_ever_committed_can_be_read(service: Service, address: str) -> None:
    async def run() -> list[int]:
        async with events(address, FOLLOW, after="0") as stream:
            count = last(service)
            return [int((await anext(stream))[1]["data"]["committed"]["cursor"]) for _ in range(count)]

    assert asyncio.run(run()) == list(range(1, last(service) + 1))


def test_several_subscriptions_share_a_connection_up_to_the_limit(service: Service, address: str) -> None:
    async def run() -> tuple[set[str], dict[str, Any]]:
        async with connected(address) as client:
            for name in "abc":
                await client.subscribe(FOLLOW, name, after=str(last(service)))
            await client.subscribe(FOLLOW, "d")
            refused = await client.receive()
            await committed(service)
            return {(await client.receive())["id"] for _ in range(3)}, refused

    answered, refused = asyncio.run(run())
    assert answered == {"a", "b", "c"}
    assert (refused["type"], refused["id"]) == ("error", "d")


def test_what_is_completed_is_not_sent_any_more(service: Service, address: str) -> None:
    async def run() -> list[str]:
        async with connected(address) as client:
            await client.subscribe(FOLLOW, "a", after=str(last(service)))
            await client.subscribe(FOLLOW, "b", after=str(last(service)))
            await client.send("complete", id="a")
            await client.send("ping")
            assert (await client.receive())["type"] == "pong"  # so complete has been read
            await committed(service, 2)
            return [(await client.receive())["id"] for _ in range(2)]

    assert asyncio.run(run()) == ["b", "b"]


def test_queries_and_mistakes_are_answered_on_a_websocket_as_elsewhere(address: str) -> None:
    async def run() -> list[dict[str, Any]]:
        async with connected(address) as client:
            await client.subscribe("{ service { backend } }", "a")
            found = [await client.receive(), await client.receive()]
            for name, query in (("b", "{ nothing }"), ("c", "{ no"), ("d", "{ " + "service { version } " * 100 + "}")):
                await client.subscribe(query, name)
                found.append(await client.receive())
            return found

    answer, done, unknown, broken, costly = asyncio.run(run())
    assert answer["payload"]["data"] == {"service": {"backend": "memory"}}
    assert done == {"id": "a", "type": "complete"}
    assert [each["type"] for each in (unknown, broken, costly)] == ["error"] * 3
    codes = [each["payload"][0]["extensions"]["code"] for each in (unknown, broken, costly)]
    assert codes == ["BAD_QUERY", "BAD_QUERY", "TOO_COSTLY"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "", "²", "99999999", "9" * 30])
def test_a_cursor_that_is_none_is_refused(address: str, cursor: str) -> None:
    async def run() -> dict[str, Any]:
        async with connected(address) as client:
            await client.subscribe(FOLLOW, after=cursor)
            return await client.receive()

    message = asyncio.run(run())
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "INVALID"


def test_a_subscription_over_a_plain_request_is_refused_with_the_way(address: str) -> None:
    import httpx

    answer = httpx.post(address + "/graphql", json={"query": "subscription { committed { cursor } }"})
    assert answer.status_code == 405
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_QUERY"


# -- who may connect


@pytest.mark.parametrize("protocols", [[Subprotocol("graphql-ws")], [Subprotocol("other")], None])
def test_only_graphql_transport_ws_is_spoken(address: str, protocols: list[Subprotocol] | None) -> None:
    async def run() -> tuple[int, str]:
        async with connected(address, init=False, subprotocols=protocols) as client:
            return await client.closed()

    assert asyncio.run(run()) == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "https://tool.example.evil"]
)
def test_a_page_of_another_site_gets_no_websocket(address: str, origin: str) -> None:
    async def run() -> None:
        async with connected(address, init=False, origin=Origin(origin)):
            pass

    with pytest.raises(InvalidStatus) as caught:
        asyncio.run(run())
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:1"])
def test_a_name_that_was_bound_to_this_machine_gets_no_websocket(address: str, host: str) -> None:
    """DNS rebinding: the page is same-origin by name, and its name is not ours."""

    async def run() -> None:
        port = int(address.rsplit(":", 1)[1])
        name = host if ":" in host else f"{host}:{port}"
        async with connect(
            f"ws://{name}/graphql",
            host="127.0.0.1",
            port=port,
            origin=Origin(f"http://{name}"),
            subprotocols=[TRANSPORT],
        ):
            pass

    with pytest.raises(InvalidStatus) as caught:
        asyncio.run(run())
    assert caught.value.response.status_code == 403


def test_our_own_pages_and_named_sites_get_one(address: str) -> None:
    async def run() -> None:
        for origin in (address, "https://tool.example"):
            async with connected(address, origin=Origin(origin)):
                pass

    asyncio.run(run())


def test_more_connections_than_allowed_are_turned_away() -> None:
    service = open_demo(max_connections=2)

    async def run(address: str) -> int:
        async with connected(address), connected(address):
            try:
                async with connected(address):
                    return 200
            except InvalidStatus as error:
                return error.response.status_code

    with served(service) as address:
        assert asyncio.run(run(address)) == 403
    service.close()


# -- what is no message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4400),
        ("[]", 4400),
        ('"x"', 4400),
        ("{}", 4400),
        ('{"type": 1}', 4400),
        ('{"type": "unknown"}', 4400),
        ('{"type": "subscribe"}', 4400),
        ('{"type": "subscribe", "id": "1"}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": "x"}', 4400),
        ('{"type": "subscribe", "id": {}, "payload": {}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {}}', 4400),
        ('{"type": "complete", "id": []}', 4400),
        ('{"type": "connection_init"}', 4429),
        (b"\x00\x01", 4400),
        ("[" * 5_000, 4400),
        ("x" * 1_100_000, 1009),
    ],
)
def test_what_is_no_message_closes_the_connection_with_its_code(address: str, text: str | bytes, code: int) -> None:
    async def run() -> tuple[int, str]:
        async with connected(address) as client:
            await client.socket.send(text)
            return await client.closed()

    assert asyncio.run(run())[0] == code


@pytest.mark.parametrize(
    "payload",
    [
        {"query": 1},
        {"query": ["{ service { version } }"]},
        {"query": "{ service { version } }", "variables": []},
        {"query": "{ service { version } }", "operationName": 7},
        {"query": ""},
        {"query": "query A { __typename } query B { __typename }"},
    ],
)
def test_what_is_no_operation_is_told_and_the_connection_stays(address: str, payload: dict[str, Any]) -> None:
    async def run() -> tuple[dict[str, Any], str]:
        async with connected(address) as client:
            await client.send("subscribe", id="1", payload=payload)
            refused = await client.receive()
            await client.send("ping")
            return refused, (await client.receive())["type"]

    refused, after = asyncio.run(run())
    assert (refused["type"], after) == ("error", "pong")
    assert refused["payload"][0]["extensions"]["code"] == "BAD_QUERY"


def test_nothing_is_answered_before_the_connection_is_made(address: str) -> None:
    async def run() -> tuple[int, str]:
        async with connected(address, init=False) as client:
            await client.subscribe(FOLLOW)
            return await client.closed()

    assert asyncio.run(run())[0] == 4401


def test_a_connection_that_is_never_made_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thread.api.http.INIT_SECONDS", 0.05)
    service = open_demo()

    async def run(address: str) -> tuple[int, str]:
        async with connected(address, init=False) as client:
            return await client.closed()

    with served(service) as address:
        assert asyncio.run(run(address))[0] == 4408
    service.close()


# -- what goes wrong


def test_a_fault_of_a_stream_is_masked_and_logged_under_the_request_id(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("/secret/path of the log")
        yield

    monkeypatch.setattr(Feed, "follow", broken)

    async def run() -> list[dict[str, Any]]:
        async with connected(address, additional_headers={"x-request-id": "ws-7"}) as client:
            await client.subscribe(FOLLOW)
            return [await client.receive(), await client.receive()]

    with capture_logs() as logs:
        message, end = asyncio.run(run())
    error = message["payload"]["errors"][0]
    assert "secret" not in json.dumps(message)
    assert (error["extensions"]["code"], error["extensions"]["requestId"]) == ("FAULT", "ws-7")
    assert end["type"] == "complete"
    faults = [entry for entry in logs if entry["event"] == "fault"]
    assert [(entry["request_id"], "secret" in entry["traceback"]) for entry in faults] == [("ws-7", True)]


def test_a_stopping_server_ends_its_streams_at_once() -> None:
    service = open_demo()

    async def follow(address: str) -> tuple[list[str], int]:
        names: list[str] = []
        async with connected(address) as client, events(address, FOLLOW, after="0") as stream:
            await client.subscribe(FOLLOW, after="0")
            await client.next()
            names.append((await anext(stream))[0])
            ready.set_result(None)
            names += [name async for name, _ in stream]
            return names, (await client.closed())[0]

    ready: Future[None] = Future()
    with ThreadPoolExecutor(1) as pool:
        with served(service) as address:
            running = pool.submit(lambda: asyncio.run(follow(address)))
            ready.result(20)
        names, code = running.result(20)
    service.close()
    assert (names, code) == (["next", "complete"], 1012)


def test_a_websocket_whose_client_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its position is all that is kept of it, so nothing piles up, and nothing is lost: it can go on after it."""
    monkeypatch.setattr(sockets, "TAKE_SECONDS", 0.01)

    class Stuck:
        async def send_text(self, text: str) -> None:
            await asyncio.Event().wait()

    stuck: Any = Stuck()
    with pytest.raises(WebSocketDisconnected):
        asyncio.run(sockets.Socket(stuck, stuck, stuck).send_json({"type": "next"}))


def test_a_stream_of_events_whose_client_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TAKE_SECONDS", 0.01)
    ended = []

    async def source() -> AsyncIterator[str]:
        try:
            while True:
                yield "event: next\r\ndata: {}\r\n\r\n"
        finally:
            ended.append(True)

    async def stuck(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def run() -> None:
        events = source()
        try:
            await sockets.EventStream(events).stream_response(stuck)
        finally:
            await events.aclose()  # type: ignore[attr-defined]  # a generator

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert ended == [True]


def test_the_operation_of_the_page_is_answered(service: Service, address: str) -> None:
    page = (resource("docs") / "subscriptions.md").read_text(encoding="utf-8")
    operation = re.findall(r"```graphql\n(.*?)```", page, re.DOTALL)[0]

    async def run() -> Any:
        async with connected(address) as client:
            await client.subscribe(operation, after="0")
            return await client.next()

    assert asyncio.run(run())["committed"]["cursor"] == "1"
