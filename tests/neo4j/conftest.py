"""One Neo4j server for the whole run, wiped between tests; every test that needs it is ``slow`` and ``neo4j``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.neo4j.running import Place, start_or_skip
from tools.neo4j.server import NEEDS, Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the server; each worker of a run starts one of its own."""
    for item in items:
        if "server" in getattr(item, "fixturenames", ()) and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.neo4j)
            # The driver leaves a socket to the collector where a server goes away during the handshake.
            for kind in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{kind}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of the run that Neo4j was not tested, and what provides it."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(1 for report in skipped if "tests/neo4j" in report.nodeid)
    if count:
        terminalreporter.write_line(f"{count} tests on Neo4j did NOT run. {NEEDS}", red=True, bold=True)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with a random password, which the environment holds as it does for users."""
    made = start_or_skip(tmp_path_factory.mktemp("neo4j"))
    yield made
    made.stop()


@pytest.fixture
def backend(server: Server) -> Iterator[Place]:
    """An empty database behind the store."""
    made = Place(server)
    yield made
    made.close()
