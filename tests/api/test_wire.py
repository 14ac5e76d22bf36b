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
import uvicorn

from tests.api.plant import open_demo
from thread.api.app import create_app
from thread.api.queries import Query
from thread.server import address_of, listen

pytestmark = pytest.mark.slow

QUERY = {"query": '{ component(key: "M-1") { lineage { hits { edges { degree node { iri } } } } } }'}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    service = open_demo()
    with closing(listen("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="critical", server_header=False))
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


def test_a_client_that_hangs_up_does_no_harm(client: httpx.Client, address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"POST /graphql HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 500\r\n\r\n{{".encode())
    assert client.get("/healthz").status_code == 200
