"""The limits: told by the service as they hold, and documented by the code that owns them."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from tests.api.conftest import Ask
from tests.api.plant import open_demo
from thread.api.engine import Engine
from thread.api.limits import Limits, table
from thread.api.publish import camel, members
from thread.resources import resource

PAGE = resource("docs") / "limits.md"
MARKED = re.compile(r"(<!-- limits:.*?-->\n)(.*?)(<!-- /limits -->)", re.DOTALL)


def test_the_page_shows_the_limits_that_hold_by_default() -> None:
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("THREAD_GOLDEN") == "write":
        text = MARKED.sub(lambda found: found[1] + table() + "\n" + found[3], text)
        PAGE.write_text(text, encoding="utf-8")
    found = MARKED.search(text)
    assert found
    assert found[2].strip() == table(), "make golden rewrites it, read the diff"


def test_the_price_on_the_page_is_the_price_of_the_query_on_the_page(engine: Engine) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(graphql|json)\n(.*?)```", text, re.DOTALL))
    variables = re.search(r"With `(\{.*?\})`", text)
    assert variables
    result = engine.execute(blocks["graphql"], json.loads(variables[1]))
    assert result.errors is None
    assert result.extensions is not None
    assert {"cost": result.extensions["cost"]} == json.loads(blocks["json"])


def test_the_service_tells_its_limits(ask: Ask) -> None:
    names = [camel(member.name) for member in members(Limits)]
    found: dict[str, Any] = ask("{ service { limits { " + " ".join(names) + " } } }")["service"]["limits"]
    assert list(found) == names
    assert found["maxCost"] == 500_000


def test_limits_follow_the_settings() -> None:
    service = open_demo(max_cost=77, max_page=9, send_deadline_ms=5)
    result = Engine(service).execute("{ service { limits { maxCost maxPageSize sendDeadlineMs } } }")
    service.close()
    assert result.data == {"service": {"limits": {"maxCost": 77, "maxPageSize": 9, "sendDeadlineMs": 5}}}


def test_every_limit_is_described() -> None:
    assert [member.name for member in members(Limits) if not member.description] == []
