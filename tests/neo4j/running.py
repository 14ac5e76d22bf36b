"""A real Neo4j under test: started once, skipped loudly where it cannot be, wiped between tests."""

import os
from pathlib import Path

import neo4j
import pytest

from tests.stores.backends import Opened
from tools.neo4j.server import USER, CannotStart, Server


def start_or_skip(home: Path) -> Server:
    """A running server. Where it cannot start: skipped with the command that provides it, with CI=true a failure."""
    made = Server(home)
    try:
        made.start()
    except CannotStart as error:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    os.environ.update(THREAD_NEO4J_USER=USER, THREAD_NEO4J_PASSWORD=made.password)
    return made


def driver_of(server: Server) -> neo4j.Driver:
    """A plain driver, for what a test does behind the store's back."""
    return neo4j.GraphDatabase.driver(server.url, auth=(USER, server.password), notifications_min_severity="OFF")


def ask(server: Server, statement: str, **values: object) -> list[dict[str, object]]:
    """Rows of a statement, past the store."""
    with driver_of(server) as driver:
        found = driver.execute_query(statement, values, database_="neo4j")  # type: ignore[arg-type]  # tests write them
        return [dict(row) for row in found.records]


def wipe(server: Server) -> None:
    """Take every node away; constraints and indexes stay."""
    with driver_of(server) as driver, driver.session(database="neo4j") as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()


class Place(Opened):
    """An empty database, opened at first use."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.url)
        wipe(server)
