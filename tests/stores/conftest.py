"""The fixture ``backend`` of the contract suite."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.stores.backends import InMemory, Opened, Rebuilding, Reopening

DURABLE: dict[str, type[Opened]] = {"embedded": Opened, "embedded-reopened": Reopening, "embedded-rebuilt": Rebuilding}
ALL: dict[str, type[Opened]] = {"memory": InMemory, **DURABLE}


SLOW = {"embedded-reopened", "embedded-rebuilt"}


def params(names: Iterable[str]) -> list[ParameterSet]:
    """Backends as parameters; the slow ones are left to ``make test``."""
    return [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in names]


@pytest.fixture
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    made = ALL[request.param](str(tmp_path / "store") if request.param in DURABLE else "memory:")
    yield made
    made.close()
