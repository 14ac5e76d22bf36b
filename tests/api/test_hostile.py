"""Who asks for too much is refused before anything is executed, and nothing that is sent makes the service call out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.hostile import ATTACKS, Attack
from tests.api.plant import open_demo
from tests.api.serving import served
from thread.service import Service

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    service = open_demo()
    with served(service) as found:
        yield found
    service.close()


def attacked(address: str, attack: Attack) -> httpx.Response:
    headers = {
        "content-type": "application/json",
        "accept": "application/graphql-response+json",
        **dict(attack.headers),
    }
    chunked = headers.pop("transfer-encoding", None)
    step = 1 << 20
    body: Any = attack.body
    if chunked:
        body = (attack.body[at : at + step] for at in range(0, len(attack.body), step))
    with httpx.Client(timeout=60) as client:
        return client.post(f"{address}/graphql", content=body, headers=headers)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_what_asks_for_too_much_is_refused_before_anything_is_executed(
    address: str, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(Service, "view", lambda *_: touched.append("view"))
    monkeypatch.setattr("strawberry.Schema.execute_sync", lambda *_, **__: touched.append("execute"))
    answer = attacked(address, attack)
    assert answer.status_code == attack.status
    found = answer.json()
    assert touched == []
    assert "data" not in found
    assert {error["extensions"]["code"] for error in found["errors"]} <= {
        "TOO_COSTLY",
        "TOO_LARGE",
        "BAD_QUERY",
        "INVALID",
    }
    assert all(len(error["message"]) <= 501 for error in found["errors"])
    assert "Traceback" not in answer.text


def test_there_are_forty_of_them_of_every_kind() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 40
    assert len({attack.body for attack in ATTACKS if attack.status != 413}) == len(ATTACKS) - 2


def test_the_service_answers_as_before_after_all_of_them(address: str) -> None:
    ask = {"query": '{ component(key: "M-1") { iri lineage { counts { total } } } }'}
    before = httpx.post(f"{address}/graphql", json=ask).json()["data"]
    for attack in ATTACKS[::4]:
        attacked(address, attack)
    assert httpx.post(f"{address}/graphql", json=ask).json()["data"] == before


class Bait:
    """A server that nobody has a reason to call."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def bait() -> Iterator[Bait]:
    made = Bait()
    yield made
    made.close()


def test_a_bait_would_notice_a_call(bait: Bait) -> None:
    with socket.create_connection(("127.0.0.1", bait.port)) as connection:
        assert connection.recv(1) == b""
    assert bait.calls == 1


def test_nothing_that_is_sent_makes_the_service_call_out(address: str, bait: Bait) -> None:
    url = f"http://127.0.0.1:{bait.port}/secret"
    when = '"2026-01-01T00:00:00Z"'
    documents = [
        "query($u: String!) { lookup(ref: $u) { totalCount } }",
        "query($u: String!) { asset(key: $u) { iri } }",
        "query($u: IRI!) { entity(iri: $u) { iri } }",
        "query($u: ID!) { node(id: $u) { id } nodes(ids: [$u]) { id } }",
        "query($u: ID!) { lineage(from: [$u]) { missing } impact(of: [$u]) { missing } }",
        "query($u: String!) { search(text: $u) { totalCount } }",
        'query($u: String!) { asset(key: "urn:t:line") { relations(after: $u) { totalCount } } }',
        "query($u: String!) { __type(name: $u) { name } }",
        "mutation($u: ID!) { end(input: {requestId: $u, id: $u, at: " + when + "}) { __typename } }",
        "mutation($u: ID!) { recordFailure(input: {requestId: $u, component: $u, at: " + when + "}) { __typename } }",
    ]
    headers = {
        "referer": url,
        "x-forwarded-host": f"127.0.0.1:{bait.port}",
        "x-forwarded-for": "127.0.0.1",
        "forwarded": f"host=127.0.0.1:{bait.port}",
        "x-original-url": url,
    }
    with httpx.Client(timeout=20, headers=headers) as client:
        for document in documents:
            extensions = {"persistedQuery": {"version": 1, "sha256Hash": url}}
            body = {"query": document, "variables": {"u": url}, "extensions": extensions}
            answer = client.post(f"{address}/graphql", json=body)
            assert "FAULT" not in answer.text, document
        for path in (url, f"/graphql?query={url}", f"//127.0.0.1:{bait.port}/", f"/graphiql/static/{url}"):
            client.get(address + "/" + path.lstrip("/"))
        client.post(f"{address}/graphql", content=f'{{"query": "{url}"}}', headers={"content-type": "application/json"})
        client.post(f"{address}/graphql", json={"query": "{ __typename }"}, headers={"origin": url})
    assert bait.calls == 0
