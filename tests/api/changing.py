"""A plant that tests may change, asked over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio
import httpx
from starlette.applications import Starlette
from strawberry import Schema

from tests.api.plant import open_demo
from thread.api.app import create_app
from thread.api.schema import build_schema
from thread.ontology.model import Ontology
from thread.service import Service

HOME = "http://127.0.0.1:8420"
PROBLEM = """... on Problem { __typename code message path }
  ... on NotFound { missing } ... on Conflict { current { iri version } } ... on Invalid { shape }"""


@dataclass(frozen=True)
class Client:
    """Sends documents as a client does."""

    service: Service
    app: Starlette

    def send(self, method: str, **kwargs: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOME) as client:
                return await client.request(method, "/graphql", **kwargs)

        return anyio.run(run)

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Data of an answer without errors."""
        answer = self.send("POST", json={"query": document, "variables": variables}).json()
        assert "errors" not in answer, answer["errors"]
        found: dict[str, Any] = answer["data"]
        return found

    def do(self, field: str, selection: str, **given: Any) -> dict[str, Any]:
        """What one mutation answers; its input type is named after it."""
        name = field[0].upper() + field[1:] + "Input"
        document = f"mutation($input: {name}!) {{ {field}(input: $input) {{ {selection} {PROBLEM} }} }}"
        found: dict[str, Any] = self.ask(document, input={"requestId": "r", **given})[field]
        return found

    @property
    def revision(self) -> int:
        return self.service.info().revision.ordinal


_SCHEMAS: dict[str, Schema] = {}


def _schema_once(ontology: Ontology, *given: Any) -> Schema:
    """The schema of an ontology: the same for every service over it, and half a second's work."""
    if ontology.fingerprint not in _SCHEMAS:
        _SCHEMAS[ontology.fingerprint] = build_schema(ontology, *given)
    return _SCHEMAS[ontology.fingerprint]


def open_client(store: str) -> Client:
    service = open_demo(store)
    with patch("thread.api.engine.build_schema", _schema_once):
        return Client(service, create_app(service))


def stores(folder: Path) -> dict[str, str]:
    return {"memory": "memory:", "embedded": str(folder / "store")}
