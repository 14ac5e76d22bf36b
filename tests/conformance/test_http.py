"""GraphQL over HTTP as the specification has it: the audit of npm graphql-http, warnings counted as failures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance import tools

pytestmark = pytest.mark.slow

AUDITS = 61


def test_every_audit_of_graphql_over_http_is_passed(judges: Path, address: str) -> None:
    results = json.loads(tools.run(judges, "node", "audit.mjs", f"{address}/graphql"))
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS
