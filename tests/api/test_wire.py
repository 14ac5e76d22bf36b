"""A real server on a loopback port: what only sockets, threads and processes can show."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.api.plant import open_demo
from thread.api.app import create_app
from thread.api.queries import Query
from thread.server import address_of, listen, server_of

pytestmark = pytest.mark.slow

QUERY = {"query": '{ component(key: "M-1") { lineage { hits { edges { degree node { iri } } } } } }'}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    service = open_demo(send_deadline_ms=400)
    with closing(listen("127.0.0.1", 0)) as listener:
        server = server_of(create_app(service), service.settings)
        runner = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        runner.start()
        yield address_of(listener)
        server.should_exit = True
        runner.join(timeout=10)
    service.close()
    assert not runner.is_alive()


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    transport = httpx.HTTPTransport(retries=20)  # until the server accepts
    with httpx.Client(base_url=address, transport=transport, timeout=20) as made:
        yield made


def test_the_bound_port_is_the_only_one_that_is_ours(client: httpx.Client, address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    assert client.post("/graphql", json=QUERY).status_code == 200
    assert client.post("/graphql", json=QUERY, headers={"host": f"localhost:{port}"}).status_code == 200
    assert client.post("/graphql", json=QUERY, headers={"host": "localhost:8420"}).status_code == 403


def test_the_listener_lets_answers_leave_at_once() -> None:
    with closing(listen("127.0.0.1", 0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # asyncio turns Nagle's algorithm off only then


def test_answers_over_the_wire_are_those_of_the_engine(client: httpx.Client) -> None:
    hits = client.post("/graphql", json=QUERY).json()["data"]["component"]["lineage"]["hits"]["edges"]
    assert [(hit["degree"], hit["node"]["iri"]) for hit in hits][:2] == [(1, "urn:t:b1"), (1, "urn:t:motor-a")]


def raw(address: str, request: str) -> bytes:
    """What the server answers to bytes as they are."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.format(host=f"{host}:{port}").encode())
        return connection.recv(4096)


def test_a_body_is_refused_by_its_length_before_it_is_sent(address: str, client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200
    answer = raw(address, "POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_many_clients_at_once_get_the_same_answer(client: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/graphql", json=QUERY).json()["data"], range(64)))
    assert all(answer == answers[0] for answer in answers)


def test_health_is_answered_while_a_query_runs(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    began, release = threading.Event(), threading.Event()

    def slow(_self: Query) -> Any:
        began.set()
        release.wait(10)

    monkeypatch.setattr("thread.service.Service.info", slow)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(client.post, "/graphql", json={"query": "{ service { version } }"})
        assert began.wait(10)
        assert client.get("/healthz").json() == {"status": "ok"}
        release.set()
        assert running.result().json()["errors"][0]["extensions"]["code"] == "FAULT"


def until_closed(address: str, *pieces: str) -> bytes:
    """What the server says until it closes the connection, which the client never does."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece.format(host=f"{host}:{port}").encode())
        said = b""
        while chunk := connection.recv(4096):
            said += chunk
        return said


HEAD = "POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"


def test_a_head_that_does_not_end_is_cut_off(client: httpx.Client, address: str) -> None:
    assert client.get("/healthz").status_code == 200
    said = until_closed(address, HEAD, "X-Slow: ")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"TIMEOUT"' in said


def test_a_head_that_comes_byte_by_byte_is_cut_off_as_soon(client: httpx.Client, address: str) -> None:
    """The clock is the connection's: no byte winds it up again."""
    assert client.get("/healthz").status_code == 200
    host, port = address.removeprefix("http://").split(":")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=0.02) as connection:
        said = b""
        while not said and sent < 500:
            connection.sendall(b"G" if sent == 0 else b"E")
            sent += 1
            try:
                said = connection.recv(4096)
            except TimeoutError:
                continue
    assert said.startswith(b"HTTP/1.1 408 ")
    assert sent < 500


def test_a_connection_that_says_nothing_is_closed_without_a_word(client: httpx.Client, address: str) -> None:
    assert client.get("/healthz").status_code == 200
    assert until_closed(address) == b""


def test_a_body_that_does_not_end_is_cut_off(client: httpx.Client, address: str) -> None:
    assert client.get("/healthz").status_code == 200
    said = until_closed(address, HEAD, "Content-Length: 500\r\n\r\n", '{{"query"')
    assert said.startswith(b"HTTP/1.1 408 ")


def test_the_second_request_of_a_connection_has_its_own_clock(client: httpx.Client, address: str) -> None:
    assert client.get("/healthz").status_code == 200
    said = until_closed(address, "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n", "GET /heal")
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in said


def test_a_client_that_sends_a_huge_body_to_its_end_reads_why_it_is_refused(address: str, client: httpx.Client) -> None:
    answer = client.post("/graphql", content=b"x" * 50_000_000, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "TOO_LARGE")


def test_a_client_that_hangs_up_does_no_harm(client: httpx.Client, address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"POST /graphql HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 500\r\n\r\n{{".encode())
    assert client.get("/healthz").status_code == 200
