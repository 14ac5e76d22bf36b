"""The judges, and the service that they judge."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.plant import open_demo
from tests.api.serving import served
from tests.conformance import tools


@pytest.fixture(scope="session")
def judges() -> Path:
    """The folder of the judges; where Node is missing the suite is skipped, and fails where nothing may be."""
    why = tools.missing()
    if why is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return tools.installed()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    service = open_demo()
    with served(service) as found:
        yield found
    service.close()
