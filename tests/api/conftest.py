"""Services and engines for the tests of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.plant import open_demo
from thread.api.engine import Engine
from thread.service import Service

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    made = open_demo()
    yield made
    made.close()


@pytest.fixture(scope="session")
def engine(service: Service) -> Engine:
    return Engine(service)


@pytest.fixture(scope="session")
def ask(engine: Engine) -> Ask:
    """Data of a query that must not fail."""

    def run(document: str, **variables: Any) -> dict[str, Any]:
        result = engine.execute(document, variables)
        assert result.errors is None, [error.formatted for error in result.errors or ()]
        assert result.data is not None
        return result.data

    return run


@pytest.fixture(scope="session")
def refuse(engine: Engine) -> Ask:
    """The first error of a query that must fail, as clients see it."""

    def run(document: str, **variables: Any) -> dict[str, Any]:
        result = engine.execute(document, variables)
        assert result.errors, result.data
        return dict(result.errors[0].formatted)

    return run
