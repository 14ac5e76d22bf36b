"""Operations that nobody would write, made by schemathesis from the schema: each is answered, none is a fault.

``make test`` runs some, the same ones in every run; ``make soak`` runs 2,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from schemathesis import graphql

from tests.api.plant import open_demo
from tests.api.serving import served

CASES = 2_000
KNOWN = (
    "urn:t:m1",
    "urn:t:m2",
    "urn:t:line",
    "urn:t:cell",
    "urn:t:drive",
    "urn:t:b1",
    "urn:t:w1",
    "urn:t:f1",
    "M-1",
    "DUP",
)
TIMES = ("2026-03-02T06:00:00Z", "2026-02-01T10:00:00+01:00", "1799-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "now")
NUMBERS = ("1.5", "0", "-7", "1e5", "NaN", "ten")

graphql.scalar("ID", st.one_of(st.sampled_from(KNOWN), st.text(max_size=20)).map(nodes.String))
graphql.scalar("DateTime", st.sampled_from(TIMES).map(nodes.String))
graphql.scalar("IRI", st.one_of(st.sampled_from(KNOWN), st.text(max_size=20)).map(nodes.String))
graphql.scalar("Decimal", st.sampled_from(NUMBERS).map(nodes.String))


@pytest.fixture
def address() -> Iterator[str]:
    service = open_demo(deadline_ms=1_000)
    with served(service) as found:
        yield found
    service.close()


def asked(address: str, cases: int) -> tuple[Counter[int], Counter[str]]:
    """How many answers of each status and code came to about so many cases, spread over all root fields."""
    operations = [result.ok() for result in graphql.from_url(f"{address}/graphql").get_all_operations()]
    statuses: Counter[int] = Counter()
    codes: Counter[str] = Counter()
    session = requests.Session()

    def answered(case: Any) -> None:
        answer = case.call(session=session)
        statuses[answer.status_code] += 1
        errors = answer.json().get("errors", [])
        codes.update(error["extensions"]["code"] for error in errors)
        codes["answered"] += not errors
        faults = [error for error in errors if error["extensions"]["code"] == "FAULT"]
        assert answer.status_code < 500, case.body
        assert faults == [], case.body

    each = settings(
        max_examples=-(-cases // len(operations)), database=None, suppress_health_check=list(HealthCheck), deadline=None
    )
    for operation in operations:
        each(given(case=operation.as_strategy())(answered))()
    return statuses, codes


@pytest.mark.slow
def test_some_operations_that_nobody_would_write_are_answered(address: str) -> None:
    statuses, codes = asked(address, 240)
    assert sum(statuses.values()) >= 240
    assert codes["answered"] > 60


@pytest.mark.soak
def test_two_thousand_operations_that_nobody_would_write_are_answered(address: str) -> None:
    statuses, codes = asked(address, CASES)
    assert sum(statuses.values()) >= CASES
    assert codes["answered"] > CASES / 4


@pytest.mark.slow
def test_a_fault_would_be_found(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("planted")

    monkeypatch.setattr("thread.service.Service.lookup", broken)
    with pytest.raises(AssertionError):
        asked(address, 240)
