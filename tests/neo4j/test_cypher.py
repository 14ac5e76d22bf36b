"""Every Cypher query of docs/neo4j.md answers something on the sample plant."""

import re
from pathlib import Path

import pytest

from tests.api.demo import open_sample
from tests.neo4j.running import ask, wipe
from thread.samples import generate
from tools.neo4j.server import Server

PAGE = Path(__file__).resolve().parents[2] / "docs" / "neo4j.md"
QUERIES = re.findall(r"^```cypher\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def shown(server: Server) -> Server:
    wipe(server)
    service = open_sample(generate("demo"), server.url)
    assert service.verify().sound  # and so the graph has followed
    service.close()
    ask(server, "CALL db.awaitIndexes(60)")
    return server


def test_there_are_ten() -> None:
    assert len(QUERIES) == 10


@pytest.mark.parametrize("number", range(10))
def test_a_query_of_the_page_answers(shown: Server, number: int) -> None:
    rows = ask(shown, QUERIES[number])
    assert rows
    assert any(value not in (None, []) for value in rows[0].values())


def test_the_database_has_the_constraints_and_indexes_that_are_printed(shown: Server) -> None:
    text = (PAGE.parents[1] / "schema" / "store.cypher").read_text("utf-8")
    printed = set(re.findall(r"^CREATE (?:\w+ )*?(?:CONSTRAINT|INDEX) (\w+)", text, re.MULTILINE))
    there = {row["name"] for kind in ("CONSTRAINTS", "INDEXES") for row in ask(shown, f"SHOW {kind}")}
    assert printed <= there
