"""Are the words of the thread printed by the code that owns them?"""

import json

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.errors import CODES
from thread.ontology import load_ontology
from thread.resources import resource


def test_the_graphql_schema_is_the_one_that_ships(run: Run) -> None:
    assert run("schema").out == resource("schema/thread.graphql").read_text("utf-8")


def test_the_schema_of_mappings_is_the_one_that_ships(run: Run) -> None:
    assert run("schema", "mapping").out == resource("schema/mapping.schema.json").read_text("utf-8")


def test_the_constraints_of_neo4j_are_the_ones_that_ship(run: Run) -> None:
    assert run("schema", "cypher").out == resource("schema/store.cypher").read_text("utf-8")


@pytest.mark.parametrize("what", ["kinds", "relations", "attributes"])
def test_every_word_of_the_ontology_is_in_its_table(run: Run, what: str) -> None:
    rows = json.loads(run("schema", what, "--json").out)
    listed = {row[what.removesuffix("s")] for row in rows}
    assert listed == {item.name for item in getattr(load_ontology(), what)}


def test_every_error_code_is_in_its_table(run: Run) -> None:
    assert {row["code"]: row["meaning"] for row in json.loads(run("schema", "errors", "--json").out)} == CODES


def test_a_table_on_a_terminal_stays_within_its_columns(run: Run) -> None:
    printed = run("schema", "relations").out.splitlines()
    assert printed[0].startswith("relation")
    assert max(map(len, printed)) <= 100


def test_an_unknown_schema_is_refused_with_the_known_ones_near(run: Run) -> None:
    done = run("schema", "kind")
    assert done.exit is Exit.DATA
    assert "kinds" in done.err
