"""The SPARQL 1.1 Protocol: three ways to ask, formats by what is accepted, and each wrong request with its status."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests.api.plant import open_demo
from tests.api.test_app import code, send
from thread.api.app import create_app
from thread.api.sparql import negotiated
from thread.service import Service
from thread.worker.querying import GRAPHS, SOLUTIONS

ROWS = "SELECT ?l { <urn:t:line> rdfs:label ?l }"
TRIPLES = "CONSTRUCT WHERE { <urn:t:line> rdfs:label ?l }"
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = open_demo(
        str(tmp_path_factory.mktemp("sparql") / "store"),
        sparql=True,
        sparql_rows=5,
        sparql_workers=1,
        sparql_deadline_ms=20_000,
        max_body_bytes=16_384,
        allowed_origins=("https://tool.example",),
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(service: Service) -> Starlette:
    return create_app(service)


def ask(app: Starlette, query: str = ROWS, accept: str | None = None, **more: Any) -> httpx.Response:
    headers = {} if accept is None else {"accept": accept}
    return send(app, "GET", "/sparql", params={"query": query, **more}, headers=headers)


def test_the_three_ways_to_ask_are_answered_alike(app: Starlette) -> None:
    answers = [
        ask(app),
        send(app, "POST", "/sparql", data={"query": ROWS}),
        send(app, "POST", "/sparql", content=ROWS, headers={"content-type": QUERY}),
        send(app, "POST", "/sparql", content=ROWS.encode(), headers={"content-type": f"{QUERY}; charset=utf-8"}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert answer.json()["results"]["bindings"] == [{"l": {"type": "literal", "value": "Line 1"}}]


def test_an_answer_says_its_revision_and_is_not_kept(app: Starlette, service: Service) -> None:
    answer = ask(app)
    assert answer.headers["thread-revision"] == str(service.info().revision.ordinal)
    assert answer.headers["cache-control"] == "no-store"
    assert "accept" in answer.headers["vary"]
    assert "thread-truncated" not in answer.headers


def test_an_answer_that_was_cut_says_so(app: Starlette) -> None:
    answer = ask(app, "SELECT * { ?s ?p ?o }", accept="text/csv")
    assert (answer.status_code, answer.headers["thread-truncated"]) == (200, "rows")
    assert answer.text.count("\r\n") == 1 + 5


@pytest.mark.parametrize("media", [*SOLUTIONS, *GRAPHS])
def test_every_format_is_had_by_its_media_type(app: Starlette, media: str) -> None:
    answer = ask(app, ROWS if media in SOLUTIONS else TRIPLES, accept=media)
    assert answer.headers["content-type"].partition(";")[0] == media
    assert "Line 1" in answer.text


@pytest.mark.parametrize(
    ("accept", "rows", "triples"),
    [
        ("", "application/sparql-results+json", "text/turtle"),
        ("*/*", "application/sparql-results+json", "text/turtle"),
        ("text/csv, application/n-triples", "text/csv", "application/n-triples"),
        ("text/*", "text/csv", "text/turtle"),
        ("application/sparql-results+xml;q=0.5, text/csv;q=0.9, */*;q=0.1", "text/csv", "text/turtle"),
        ("text/csv;q=0, */*", "application/sparql-results+json", "text/turtle"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/sparql-results+json", "text/turtle"),
        ("TEXT/CSV ; Q=1.0", "text/csv", None),
        ("image/png", None, None),
        ("text/csv;q=many", None, None),
    ],
)
def test_the_format_is_what_the_client_likes_best(accept: str, rows: str | None, triples: str | None) -> None:
    assert (negotiated(accept, SOLUTIONS), negotiated(accept, GRAPHS)) == (rows, triples)


WRONG: dict[str, tuple[int, str, dict[str, Any]]] = {
    "no query": (400, "BAD_QUERY", {"method": "GET"}),
    "two queries": (400, "BAD_QUERY", {"method": "GET", "params": [("query", ROWS), ("query", ROWS)]}),
    "two places": (
        400,
        "BAD_QUERY",
        {"method": "POST", "params": {"query": ROWS}, "content": ROWS, "headers": {"content-type": QUERY}},
    ),
    "no SPARQL": (400, "BAD_QUERY", {"method": "GET", "params": {"query": "{ lookup { problem } }"}}),
    "another graph": (400, "BAD_QUERY", {"method": "GET", "params": {"query": ROWS, "default-graph-uri": "urn:g"}}),
    "named graph": (
        400,
        "BAD_QUERY",
        {"method": "POST", "data": {"query": ROWS, "named-graph-uri": "urn:g"}},
    ),
    "an update": (403, "FORBIDDEN", {"method": "POST", "data": {"update": "CLEAR ALL"}}),
    "an update as body": (
        403,
        "FORBIDDEN",
        {"method": "POST", "content": "CLEAR ALL", "headers": {"content-type": "application/sparql-update"}},
    ),
    "an update as query": (403, "FORBIDDEN", {"method": "GET", "params": {"query": "CLEAR ALL"}}),
    "a service": (403, "FORBIDDEN", {"method": "GET", "params": {"query": "SELECT * { SERVICE <urn:x> {} }"}}),
    "no text": (400, "BAD_QUERY", {"method": "POST", "content": b"\xff", "headers": {"content-type": QUERY}}),
    "fields without end": (400, "BAD_QUERY", {"method": "GET", "params": {f"f{at}": "1" for at in range(50)}}),
    "JSON": (415, "BAD_QUERY", {"method": "POST", "json": {"query": ROWS}}),
    "no media type": (415, "BAD_QUERY", {"method": "POST", "content": ROWS}),
    "a picture": (
        406,
        "NOT_ACCEPTABLE",
        {"method": "GET", "params": {"query": ROWS}, "headers": {"accept": "image/png"}},
    ),
    "rows as Turtle": (
        406,
        "NOT_ACCEPTABLE",
        {"method": "GET", "params": {"query": ROWS}, "headers": {"accept": "text/turtle"}},
    ),
    "a long body": (413, "TOO_LARGE", {"method": "POST", "content": "x" * 20_000, "headers": {"content-type": QUERY}}),
    "another method": (405, "BAD_QUERY", {"method": "PUT", "content": ROWS}),
    "another site": (
        403,
        "FORBIDDEN",
        {"method": "GET", "params": {"query": ROWS}, "headers": {"origin": "https://evil.example"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_request_is_refused_with_its_status_and_reason(app: Starlette, name: str) -> None:
    status, expected, request = WRONG[name]
    answer = send(app, path="/sparql", **request)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert answer.json()["errors"][0]["message"]


def test_a_query_that_takes_too_long_ends_with_504(tmp_path: Path) -> None:
    made = open_demo(str(tmp_path / "store"), sparql=True, sparql_deadline_ms=700)
    try:
        many = " . ".join(f"?a{at} ?b{at} ?c{at}" for at in range(8))
        answer = ask(create_app(made), f"SELECT (COUNT(*) AS ?n) {{ {many} }}")
        assert (answer.status_code, code(answer)) == (504, "TIMEOUT")
    finally:
        made.close()


def test_a_query_that_ends_its_process_is_refused_and_the_next_is_answered(app: Starlette) -> None:
    deep = "SELECT * { ?s ?p ?o FILTER(" + "(" * 4700 + "1" + ")" * 4700 + ") }"
    answer = send(app, "POST", "/sparql", content=deep, headers={"content-type": QUERY})
    assert (answer.status_code, code(answer)) == (400, "TOO_COSTLY")
    assert ask(app).status_code == 200


def test_while_all_processes_are_busy_others_wait_and_then_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import anyio

    made = open_demo(str(tmp_path / "store"), sparql=True, sparql_workers=1, sparql_deadline_ms=400)
    app = create_app(made)
    free, began = threading.Event(), threading.Event()
    answer_at_once = made.sparql

    def slow(*given: Any) -> Any:
        began.set()
        free.wait(20)
        return answer_at_once(*given)

    monkeypatch.setattr(made, "sparql", slow)

    async def both() -> tuple[httpx.Response, httpx.Response]:
        found: dict[str, httpx.Response] = {}

        async def one(name: str) -> None:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
                found[name] = await client.get("/sparql", params={"query": "ASK {}"})
            if name == "second":
                free.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one, "first")
            await anyio.to_thread.run_sync(began.wait)
            tasks.start_soon(one, "second")
        return found["first"], found["second"]

    first, second = anyio.run(both)
    assert (second.status_code, code(second)) == (503, "UNAVAILABLE")
    assert (first.status_code, first.json()["boolean"]) == (200, True)
    made.close()


def test_a_store_without_sparql_says_so() -> None:
    made = open_demo(sparql=True)
    answer = ask(create_app(made))
    assert (answer.status_code, code(answer)) == (501, "UNSUPPORTED")
    made.close()


def test_it_is_off_unless_it_is_turned_on(tmp_path: Path) -> None:
    made = open_demo(str(tmp_path / "store"))
    answer = ask(create_app(made))
    assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")
    assert "THREAD_SPARQL" in json.dumps(answer.json())
    made.close()


def test_a_web_page_that_may_call_sees_the_headers(app: Starlette) -> None:
    headers = {"origin": "https://tool.example"}
    exposed = send(app, "GET", "/sparql", params={"query": ROWS}, headers=headers).headers[
        "access-control-expose-headers"
    ]
    assert {"thread-revision", "thread-truncated"} <= set(exposed.split(", "))
