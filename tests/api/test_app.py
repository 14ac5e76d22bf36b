"""The application in process: guards, health, the page and its headers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from tests.api.plant import open_demo
from thread.api.app import create_app
from thread.api.auth import require_safe_binding
from thread.api.graphiql import CSP, STATIC
from thread.errors import InputError

HOME = "http://127.0.0.1:8420"
OK = {"query": "{ service { backend } }"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Starlette]:
    service = open_demo(
        max_body_bytes=4096, allowed_hosts=("plant.example",), allowed_origins=("https://tool.example",)
    )
    yield create_app(service)
    service.close()


def send(app: Starlette, method: str, path: str, base: str = HOME, **kwargs: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **kwargs)

    return anyio.run(run)


def code(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


def test_a_query_is_answered_with_revision_and_request_id(guarded: Starlette) -> None:
    answer = send(guarded, "POST", "/graphql", json=OK, headers={"x-request-id": "r-1"})
    assert answer.json()["data"] == {"service": {"backend": "memory"}}
    assert answer.json()["extensions"]["revision"] == "1"
    assert (answer.headers["x-request-id"], answer.json()["extensions"]["requestId"]) == ("r-1", "r-1")
    assert answer.headers["thread-version"]


def test_a_revision_that_is_there_is_not_waited_for_and_one_that_is_not_is_refused() -> None:
    service = open_demo(deadline_ms=20)
    app = create_app(service)
    there, missing, wrong = (
        send(app, "POST", "/graphql", json=OK, headers={"thread-min-revision": asked}) for asked in ("1", "7", "-1")
    )
    assert (there.status_code, "lag" in there.json()["extensions"]) == (200, False)
    assert (missing.status_code, code(missing)) == (503, "TIMEOUT")
    assert (wrong.status_code, code(wrong)) == (400, "BAD_QUERY")
    service.close()


@pytest.mark.parametrize("given", ["has space", "x" * 65, "new\tline", ""])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(guarded: Starlette, given: str) -> None:
    answer = send(guarded, "GET", "/healthz", headers={"x-request-id": given})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:9999", "localhost.evil.example:8420", "127.0.0.1:8420@evil", ":8420"],
)
def test_a_host_that_is_not_ours_is_refused_also_on_loopback(guarded: Starlette, host: str) -> None:
    answer = send(guarded, "POST", "/graphql", json=OK, headers={"host": host})
    assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("host", ["127.0.0.1:8420", "localhost:8420", "LOCALHOST:8420", "[::1]:8420", "plant.example"])
def test_loopback_names_with_the_bound_port_and_named_hosts_are_answered(guarded: Starlette, host: str) -> None:
    assert send(guarded, "POST", "/graphql", json=OK, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8420"])
def test_a_page_of_another_origin_is_refused(guarded: Starlette, origin: str) -> None:
    answer = send(guarded, "POST", "/graphql", json=OK, headers={"origin": origin})
    assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("origin", [HOME, "https://tool.example"])
def test_our_own_and_named_origins_may_call(guarded: Starlette, origin: str) -> None:
    answer = send(guarded, "POST", "/graphql", json=OK, headers={"origin": origin})
    assert answer.status_code == 200


def test_a_body_above_the_limit_is_refused(guarded: Starlette) -> None:
    answer = send(guarded, "POST", "/graphql", json={"query": "x" * 5000})
    assert (answer.status_code, code(answer)) == (413, "TOO_LARGE")


def test_a_body_that_does_not_tell_its_length_is_cut_at_the_limit(
    guarded: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thread.api.bodies.LINGER_BYTES", 2048)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1_000):
            sent += 1024
            yield b"x" * 1024

    answer = send(guarded, "POST", "/graphql", content=endless())
    assert answer.status_code == 413
    assert sent <= 8192


def test_a_body_that_does_not_end_is_cut_off_at_the_deadline() -> None:
    service = open_demo(send_deadline_ms=20)

    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"query"'
        await anyio.sleep_forever()

    answer = send(create_app(service), "POST", "/graphql", content=stalled())
    service.close()
    assert (answer.status_code, code(answer)) == (408, "TIMEOUT")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 3000, 400),
        (b'{"query": 1}', 400),
        (b"{}", 400),
    ],
)
def test_a_body_that_is_no_request_is_refused_in_shape(guarded: Starlette, body: bytes, status: int) -> None:
    answer = send(guarded, "POST", "/graphql", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, code(answer)) == (status, "BAD_QUERY")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_media_types_that_a_form_can_send_are_refused(guarded: Starlette, kind: str) -> None:
    answer = send(guarded, "POST", "/graphql", content=b'{"query":"{__typename}"}', headers={"content-type": kind})
    assert (answer.status_code, code(answer)) == (400, "BAD_QUERY")


@pytest.mark.parametrize(
    ("accept", "media", "status"),
    [
        ("application/graphql-response+json", "application/graphql-response+json", 400),
        ("application/json", "application/json", 200),
        ("*/*", "application/json", 200),
    ],
)
def test_the_media_type_and_status_follow_accept(guarded: Starlette, accept: str, media: str, status: int) -> None:
    answer = send(guarded, "POST", "/graphql", json={"query": "{ nothing }"}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (status, f"{media}; charset=utf-8")
    assert "data" not in answer.json()


def test_queries_may_be_sent_by_get(guarded: Starlette) -> None:
    answer = send(
        guarded,
        "GET",
        "/graphql",
        params={"query": "query($k: String!) { asset(key: $k) { iri } }", "variables": '{"k": "urn:t:line"}'},
    )
    assert answer.json()["data"] == {"asset": {"iri": "urn:t:line"}}


def test_health_readiness_and_metrics_are_served(guarded: Starlette) -> None:
    assert send(guarded, "GET", "/healthz").json() == {"status": "ok"}
    assert send(guarded, "GET", "/readyz").json() == {"status": "ready", "revision": "1", "backend": "memory"}
    text = send(guarded, "GET", "/metrics").text
    assert "thread_revision 1.0" in text


def test_nothing_else_is_served_and_says_so_in_shape(guarded: Starlette) -> None:
    answer = send(guarded, "GET", "/secrets")
    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")
    assert send(guarded, "POST", "/healthz").status_code == 405


def test_each_request_is_one_log_line_without_its_query(guarded: Starlette) -> None:
    with capture_logs() as logs:
        send(guarded, "POST", "/graphql", json={"query": '{ asset(key: "confidential") { iri } }'})
    assert [(entry["event"], entry["status"], entry["path"]) for entry in logs] == [("request", 200, "/graphql")]
    assert "confidential" not in str(logs)


def test_graphiql_comes_from_our_own_files_and_may_call_nobody_else(guarded: Starlette) -> None:
    page = send(guarded, "GET", "/graphiql")
    assert page.headers["content-security-policy"] == CSP
    assert "default-src 'none'" in CSP
    assert "connect-src 'self'" in CSP
    assert re.findall(r"""(?:src|href)=["'](https?:)?//""", page.text) == []
    for name in re.findall(r"/graphiql/static/([\w.-]+)", page.text):
        assert send(guarded, "GET", f"/graphiql/static/{name}").status_code == 200


def test_the_files_of_graphiql_stay_light_and_carry_their_licences() -> None:
    sizes = {path.name: path.stat().st_size for path in STATIC.iterdir()}
    assert max(sizes.values()) < 700_000
    licences = (STATIC / "LICENSES.txt").read_text(encoding="utf-8")
    assert all(f"\n{name} " in licences for name in ("graphiql", "react", "react-dom", "graphql", "codemirror"))


@pytest.mark.parametrize("name", ["../app.py", "..%2f..%2fapp.py", "%2e%2e/app.py", "nothing.js"])
def test_no_other_file_is_served(guarded: Starlette, name: str) -> None:
    assert send(guarded, "GET", f"/graphiql/static/{name}").status_code == 404


def test_the_menu_lists_the_questions_with_their_variables(guarded: Starlette) -> None:
    found = {each["name"]: each for each in send(guarded, "GET", "/graphiql/examples.json").json()}
    assert found["07-failed-part-lineage"]["title"].startswith("7. A part has failed")
    assert '"part": "WT-1030"' in found["07-failed-part-lineage"]["variables"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "plant.example"])
def test_an_address_that_others_reach_is_refused_without_authentication(host: str) -> None:
    with pytest.raises(InputError, match="no authentication is configured") as caught:
        require_safe_binding(host)
    assert caught.value.code == "forbidden"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_needs_no_authentication(host: str) -> None:
    require_safe_binding(host)
