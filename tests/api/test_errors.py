"""Errors as clients see them: one shape, codes and hints, faults masked, nothing leaked."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.api.conftest import Ask
from thread.api.engine import Engine
from thread.api.scope import Reading


def code(found: dict[str, Any]) -> str:
    return str(found["extensions"]["code"])


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-02T06:00:00",
        "2026-13-45T00:00:00Z",
        "2026-03-02",
        "yesterday",
        "",
        "0000-06-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-03-02T25:00:00Z",
        "+12026-01-01T00:00:00Z",
        1,
        True,
        [],
    ],
)
def test_a_bad_time_is_refused_with_the_form_that_is_expected(refuse: Ask, moment: Any) -> None:
    found = refuse('query($t: DateTime!) { asset(key: "x", at: {validAt: $t}) { iri } }', t=moment)
    assert code(found) == "BAD_TIME"
    literal = refuse(f'{{ asset(key: "x", at: {{validAt: "{moment}"}}) {{ iri }} }}')
    assert code(literal) == "BAD_TIME"


def test_an_offset_is_turned_into_utc(ask: Ask) -> None:
    found = ask('{ entity(iri: "urn:t:line", at: {validAt: "2026-03-02T07:00:00+01:00"}) { asOf } }')
    assert found == {"entity": {"asOf": "2026-03-02T06:00:00Z"}}


@pytest.mark.parametrize("iri", ["", "no-scheme", "urn:has space", "javascript", "urn:x<y>", "urn:" + "x" * 3000])
def test_a_bad_iri_is_refused(refuse: Ask, iri: str) -> None:
    assert code(refuse("query($i: IRI!) { entity(iri: $i) { iri } }", i=iri)) == "BAD_IRI"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{", "BAD_QUERY"),
        ("{ nothing }", "BAD_QUERY"),
        ("query($x: Int!) { service { version } }", "BAD_QUERY"),
        ('{ asset(key: "line") { relations(first: 99999999999) { totalCount } } }', "BAD_QUERY"),
        ('{ asset(key: "urn:t:line") { relations(first: 501) { totalCount } } }', "TOO_LARGE"),
        ('{ asset(key: "urn:t:line") { relations(first: -1) { totalCount } } }', "INVALID"),
        ('{ asset(key: "urn:t:line") { relations(first: 1, last: 1) { totalCount } } }', "INVALID"),
        ('{ asset(key: "urn:t:line") { relations(direction: BOTH, after: "junk") { edges { cursor } } } }', "INVALID"),
        ('{ lineage(from: ["M-1"]) { graph(maxNodes: 2001) { truncated } } }', "TOO_LARGE"),
        ('{ lineage(from: ["M-1"]) { paths(to: "x", limit: -1) { hasMore } } }', "INVALID"),
        ('{ lineage(from: ["DUP"]) { missing } }', "AMBIGUOUS_REFERENCE"),
        (
            '{ impact(of: [], input: {window: {start: "2026-01-02T00:00Z", end: "2026-01-01T00:00Z"}}) { missing } }',
            "ORDER_OF_TIMES",
        ),
    ],
)
def test_a_refused_request_has_a_code(refuse: Ask, document: str, expected: str) -> None:
    found = refuse(document)
    assert code(found) == expected
    assert found["message"]


def test_an_error_says_the_sentence_and_the_hint_without_python(refuse: Ask) -> None:
    found = refuse('{ asset(key: "urn:t:line") { relations(first: 501) { totalCount } } }')
    assert found["message"] == "first is 501, above the largest page of 500."
    assert found["extensions"]["hint"] == "Ask for several pages with after: endCursor."
    assert found["path"] == ["asset", "relations"]


def test_an_error_in_one_field_leaves_the_others(engine: Engine) -> None:
    result = engine.execute('{ a: asset(key: "urn:t:line") { iri } b: lineage(from: ["DUP"]) { missing } }')
    assert result.data is None  # b is not nullable
    result = engine.execute(
        '{ a: asset(key: "urn:t:line") { iri relations(first: 501) { totalCount } } s: service { revision } }'
    )
    assert result.data == {"a": None, "s": {"revision": "1"}}


def test_a_fault_is_masked_and_logged_under_the_request_id(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Reading, node: int) -> Any:
        raise RuntimeError("/secret/path of node")

    monkeypatch.setattr(Reading, "entity", broken)
    with capture_logs() as logs:
        result = engine.execute('{ asset(key: "urn:t:line") { iri } }', request_id="r-17")
    assert result.errors is not None
    found = result.errors[0].formatted
    assert "secret" not in str(found)
    assert found["extensions"] == {
        "code": "FAULT",
        "hint": "Tell the operator the request id; the log has the details.",
        "requestId": "r-17",
    }
    assert [(entry["request_id"], "secret" in entry["traceback"]) for entry in logs] == [("r-17", True)]


def test_a_document_of_too_many_tokens_is_refused_before_it_is_run(refuse: Ask) -> None:
    assert code(refuse("{ " + "service { version } " * 5_000 + "}")) == "TOO_LARGE"


def test_a_document_that_is_too_long_is_refused(refuse: Ask) -> None:
    assert code(refuse("{ service { version } } # " + "x" * 300_000)) == "TOO_LARGE"


def test_a_document_nested_without_end_is_refused(refuse: Ask) -> None:
    depth = 2_400
    assert code(refuse("{" + "a{" * depth + "b" + "}" * depth + "}")) in {"TOO_COSTLY", "BAD_QUERY", "TOO_LARGE"}


def test_a_request_that_multiplies_pages_ends_at_its_entries(refuse: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thread.api.scope.ENTRIES", 500)
    step = "relations(direction: BOTH, first: 500) { edges { node { %s } } }"
    inner = "iri"
    for _ in range(12):
        inner = step % inner
    assert code(refuse('{ asset(key: "urn:t:cell") { ' + inner + " } }")) == "TOO_COSTLY"


def test_introspection_is_answered(ask: Ask) -> None:
    from graphql import get_introspection_query

    assert ask(get_introspection_query())["__schema"]["queryType"]["name"] == "Query"


def test_only_short_documents_are_kept(engine: Engine) -> None:
    from thread.api.documents import CACHED_SOURCE

    short, long = "{ service { version } } # short", "{ service { version } } # " + "x" * CACHED_SOURCE
    assert engine.documents.read(short) is engine.documents.read(short)
    assert engine.documents.read(long) is not engine.documents.read(long)
