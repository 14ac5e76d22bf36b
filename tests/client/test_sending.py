"""What does a client do when a server fails it? Asked again where that is safe, told with a typed error where not."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thread.client import Client, Patience, Refused, Unavailable
from thread.client.sending import Sender

GOOD = (200, b'{"data": {"x": 1}, "extensions": {"revision": "7"}}', {})
QUICK = Patience(connect_seconds=2, read_seconds=2, attempts=4)
Reply = tuple[int, bytes, dict[str, str]]


class Server:
    """Answers each request with the next of its replies: a status with a body, or None to hang up."""

    def __init__(self) -> None:
        self.replies: list[Reply | None] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_POST(self) -> None:
                outer.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                reply = outer.replies.pop(0) if outer.replies else GOOD
                if reply is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, body, headers = reply
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    while _OPEN:
        _OPEN.pop().close()
    made.http.shutdown()
    made.http.server_close()


class Clock:
    """Notes the pauses instead of taking them."""

    def __init__(self) -> None:
        self.pauses: list[float] = []


_OPEN: list[Client] = []


def client_of(server: Server, clock: Clock, patience: Patience = QUICK) -> Client:
    _OPEN.append(Client(sender=Sender(server.url, {"X-Who": "test"}, patience, clock.pauses.append, lambda: 0.0)))
    return _OPEN[-1]


BUSY: Reply = (503, b"{}", {})


@pytest.mark.parametrize("trouble", [BUSY, None, (502, b"<html>", {}), (429, b"", {})])
def test_a_question_is_asked_again_with_growing_pauses(server: Server, trouble: Reply | None) -> None:
    clock, server.replies = Clock(), [trouble, trouble, GOOD]
    answer = client_of(server, clock).execute("{ x }")
    assert (answer.at("x"), answer.revision, len(server.bodies)) == (1, 7, 3)
    assert clock.pauses == [0.2, 0.4]


def test_a_change_is_sent_again_word_for_word(server: Server) -> None:
    clock, server.replies = Clock(), [None, (200, b'{"data": {"end": {"revision": "2"}}}', {})]
    assert client_of(server, clock).change("end", of="x", at="2026-01-01T00:00:00Z") == {"revision": "2"}
    sent = [json.loads(body) for body in server.bodies]
    assert sent[0] == sent[1]
    assert sent[0]["variables"]["input"]["requestId"]


def test_a_document_that_changes_is_not_sent_again(server: Server) -> None:
    clock, server.replies = Clock(), [None, GOOD]
    with pytest.raises(Unavailable):
        client_of(server, clock).execute("mutation { x }")
    assert (len(server.bodies), clock.pauses) == (1, [])


def test_what_is_refused_is_not_sent_again(server: Server) -> None:
    error = {"message": "no", "extensions": {"code": "TOO_COSTLY", "hint": "less", "requestId": "r1"}}
    clock, server.replies = Clock(), [(400, json.dumps({"errors": [error]}).encode(), {})]
    with pytest.raises(Refused) as told:
        client_of(server, clock).execute("{ x }")
    assert (told.value.code, told.value.hint, told.value.request_id) == ("TOO_COSTLY", "less", "r1")
    assert len(server.bodies) == 1


def test_a_server_that_stays_away_is_told_after_the_last_attempt(server: Server) -> None:
    clock, server.replies = Clock(), [None] * 9
    with pytest.raises(Unavailable, match="does not answer"):
        client_of(server, clock).execute("{ x }")
    assert (len(server.bodies), clock.pauses) == (4, [0.2, 0.4, 0.8])


@pytest.mark.parametrize(("told", "pause"), [("3", 3.0), ("900", 5.0), ("soon", 0.2), ("-1", 0.2)])
def test_a_server_may_say_how_long_to_wait_within_reason(server: Server, told: str, pause: float) -> None:
    clock, server.replies = Clock(), [(503, b"{}", {"Retry-After": told}), GOOD]
    client_of(server, clock).execute("{ x }")
    assert clock.pauses == [pause]


def test_a_server_that_is_silent_is_left_at_the_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        patience = Patience(connect_seconds=1, read_seconds=0.05, attempts=1)
        with pytest.raises(Unavailable, match="timed out"):
            Client(f"http://127.0.0.1:{deaf.getsockname()[1]}", patience=patience).execute("{ x }")


def test_where_nobody_listens_the_client_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable) as told:
        Client(f"http://127.0.0.1:{port}", patience=Patience(attempts=1)).execute("{ x }")
    assert (told.value.code, told.value.hint) == ("UNAVAILABLE", "Is the server running?")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"status": "ok"}', b"\xff"])
def test_what_does_not_speak_graphql_is_told(server: Server, body: bytes) -> None:
    server.replies = [(200, body, {})]
    with pytest.raises(Unavailable, match="answers 200"):
        client_of(server, Clock()).execute("{ x }")


def test_one_connection_serves_many_requests_and_is_opened_anew_after_it_was_lost(server: Server) -> None:
    client = client_of(server, Clock())
    for _ in range(5):
        client.execute("{ x }")
    assert server.connections == 1
    server.replies = [None, GOOD]
    assert client.execute("{ x }").at("x") == 1
    assert server.connections == 2
    client.close()
    assert client.execute("{ x }").at("x") == 1


def test_threads_may_share_a_client(server: Server) -> None:
    client, answers = client_of(server, Clock()), list[int]()
    threads = [threading.Thread(target=lambda: answers.append(client.execute("{ x }").at("x"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 16


@pytest.mark.parametrize("url", ["ftp://x", "127.0.0.1:8420", "http://", "file:///etc/passwd"])
def test_only_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="is not an http address"):
        Client(url)


@pytest.mark.parametrize(
    ("url", "path"),
    [("http://h:1", "/graphql"), ("http://h:1/", "/graphql"), ("https://h/api/graphql", "/api/graphql")],
)
def test_the_path_is_that_of_the_service_where_none_is_named(url: str, path: str) -> None:
    assert Sender(url, {}, QUICK).path == path


@given(st.integers(1, 12), st.floats(0, 1, exclude_max=True))
@settings(max_examples=60)
def test_pauses_grow_and_stay_within_their_limits(attempt: int, chance: float) -> None:
    sender = Sender("http://h", {}, Patience(first_pause_seconds=0.1, longest_pause_seconds=3), chance=lambda: chance)
    pause = sender._pause(attempt, None)
    assert min(0.1 * 2 ** (attempt - 1), 3) / 2 <= pause <= min(0.1 * 2 ** (attempt - 1), 3)


def test_numbers_that_json_has_not_are_refused_before_they_are_sent(server: Server) -> None:
    with pytest.raises(ValueError, match="JSON"):
        client_of(server, Clock()).execute("{ x }", {"a": float("nan")})
    assert server.bodies == []
