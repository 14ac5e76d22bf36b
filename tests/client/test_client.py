"""Does a Python program get what GraphQL says, typed, page by page, as tables and graphs, from a real server?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from thread.api.engine import Engine
from thread.client import Client, Entity, MissingLibrary, Problem, Refused
from thread.client.answers import Answer, flat
from thread.client.documents import is_change, question, questions
from thread.resources import resource
from thread.service import Service

DAY = datetime(2026, 2, 20, tzinfo=UTC)
EVERY_IRI = """query($first: Int, $after: String) { search(text: "", first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node { iri kind } } } }"""


def test_a_reference_gives_every_bearer_typed(client: Client) -> None:
    found = client.lookup("DUP")
    assert [entity.iri for entity in found] == ["urn:t:m1", "urn:t:m2"]
    assert isinstance(found[0], Entity)
    assert (found[0].kind, found[0].label) == ("COMPONENT", "Motor 1")
    assert set(found[0].identifiers) == {"serial:M-1", "tag:DUP"}
    assert client.lookup("nobody") == []


@pytest.mark.parametrize("size", [1, 2, 100])
def test_pages_come_as_one_run_whatever_their_size(client: Client, size: int) -> None:
    hits = list(client.search("motor", size=size))
    assert [hit.entity.iri.removeprefix("urn:t:") for hit in hits] == ["motor", "m1", "m2", "w1", "motor-a"]
    assert (hits[0].score, hits[0].matched) == (1.0, ("Motor",))


def test_a_page_is_asked_for_when_it_is_reached(client: Client) -> None:
    found = client.pages(EVERY_IRI, path="search", size=5)
    first = next(found)
    total = found.total
    assert total is not None
    client.change("upsert", entities=[{"iri": "urn:t:new", "kind": "ASSET"}])
    rest = [entry["node"]["iri"] for entry in found]
    assert ("urn:t:new" in rest, len({first["node"]["iri"], *rest})) == (False, total)


def test_lineage_and_graph_are_those_of_the_planting(client: Client) -> None:
    hits = {hit.entity.iri: hit.degree for hit in client.lineage("M-2")}
    assert hits["urn:t:b1"] == 1
    assert hits["urn:t:acme"] == 2
    graph = client.graph("M-2").to_networkx()
    assert graph.has_edge("urn:t:m2", "urn:t:b1", key="FROM_BATCH")
    assert graph.nodes["urn:t:b1"]["label"] == "Batch 1"
    assert set(hits) | {"urn:t:m2"} == set(graph)


def test_times_are_sent_with_their_zone_and_refused_without(client: Client) -> None:
    swap = datetime(2026, 2, 1, 12, tzinfo=timezone(timedelta(hours=2)))  # the instant of the swap, two hours east
    above = {hit.entity.iri for hit in client.lineage("M-1", at=swap - timedelta(seconds=1))}
    assert above >= {"urn:t:drive"} or "urn:t:drive" in {
        hit.entity.iri for hit in client.lineage("M-1", direction="DOWNSTREAM", at=swap - timedelta(seconds=1))
    }
    with pytest.raises(ValueError, match="no time zone"):
        client.lookup("M-1", at=datetime(2026, 2, 1))  # noqa: DTZ001  that is what is refused


def test_impact_comes_as_entries_and_tables(client: Client) -> None:
    rows = client.impact("urn:t:drive").rows()
    assert rows
    assert {"effect", "degree", "node.iri", "node.label"} <= set(rows[0])


def test_every_shipped_question_is_asked_by_its_name(sample: Client, sample_service: Service) -> None:
    names = sample.questions()
    assert names == sorted(path.stem for path in resource("schema/queries").glob("*.graphql"))
    engine = Engine(sample_service)
    for name in names:
        assert sample.ask(name).data == engine.execute(*question(name)).data, name


def test_a_question_may_be_named_without_its_number_and_asked_of_something_else(sample: Client) -> None:
    assert sample.ask("find-a-part", ref="nobody").at("lookup.totalCount") == 0
    with pytest.raises(KeyError, match="07-failed-part-lineage"):
        sample.ask("lineage-of-a-ghost")


def test_an_answer_is_a_table_for_pandas_and_polars(sample: Client) -> None:
    answer = sample.execute(EVERY_IRI, {"first": 40})
    rows = answer.rows("search")
    assert rows
    iris = [row["node.iri"] for row in rows]
    assert list(answer.to_pandas()["node.iri"]) == iris
    assert answer.to_polars()["node.iri"].to_list() == iris
    found = sample.pages(EVERY_IRI, path="search", size=50)
    assert len(found.to_pandas()) == found.total
    assert answer.revision > 0


def test_a_column_that_is_empty_at_first_gets_the_type_of_what_follows() -> None:
    answer = Answer({"list": {"edges": [{"a": None}] * 200 + [{"a": 1.5}]}})
    assert answer.to_polars()["a"][-1] == 1.5


@pytest.mark.parametrize("library", ["pandas", "polars", "networkx"])
def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    answer = Answer({"graph": {"nodes": [], "links": []}})
    act = {"pandas": answer.to_pandas, "polars": answer.to_polars, "networkx": answer.graph().to_networkx}[library]
    with pytest.raises(MissingLibrary, match=f"pip install {library}"):
        act()


def test_rows_of_nested_things_are_flat_without_end() -> None:
    deep: dict[str, object] = {"x": 1}
    for _ in range(3_000):
        deep = {"a": deep}
    assert list(flat(deep).values()) == [1]
    assert flat({"a": {"b": {}}, "c": [{"d": 1}]}) == {"c": [{"d": 1}]}


def test_a_change_is_made_once_for_each_request_id(client: Client) -> None:
    given = {"component": "M-1", "into": "urn:t:drive", "at": DAY}
    done = client.change("installComponent", request_id="one", **given)
    assert (done["component"]["iri"], done["replaced"]["iri"], done["repeated"]) == ("urn:t:m1", "urn:t:m2", False)
    assert client.change("installComponent", request_id="one", **given) == {**done, "repeated": True}
    order = client.change(
        "openWorkOrder", selection="workOrder { status } impact { targets { iri } }",
        on=["urn:t:drive"], title="Grease", window={"start": DAY, "end": DAY + timedelta(hours=4)},
        requires=[{"resource": "urn:t:screw", "quantity": Decimal("1.50")}],
    )  # fmt: skip
    assert order == {"workOrder": {"status": "PLANNED"}, "impact": {"targets": [{"iri": "urn:t:drive"}]}}


def test_a_change_that_cannot_be_done_is_a_problem_with_its_place(client: Client) -> None:
    with pytest.raises(Problem) as told:
        client.change("installComponent", component="M-2", into="urn:t:drive", at=DAY)
    assert (told.value.kind, told.value.code, told.value.path) == (
        "Conflict",
        "ALREADY_INSTALLED",
        ("input", "component"),
    )
    assert told.value.current is not None
    assert told.value.current["iri"] == "urn:t:m2"
    assert told.value.hint


def test_a_document_that_is_wrong_is_refused_with_code_and_hint(client: Client) -> None:
    with pytest.raises(Refused) as told:
        client.execute("{ nothing }")
    assert (told.value.code, told.value.status) == ("BAD_QUERY", 400)
    with pytest.raises(Refused) as told:
        client.execute('{ a: service { version } search(text: "?") { totalCount } }')
    assert (told.value.code, told.value.data) == ("INVALID", None)


@pytest.mark.parametrize(
    ("document", "changes"),
    [
        ("mutation { end }", True),
        ("query A { a } mutation B { b }", True),
        ("# mutation\n{ a }", False),
        ('{ search(text: "mutation") { totalCount } }', False),
        ('{ search(text: """a " mutation""") { totalCount } }', False),
        ('{ a(b: "\\" mutation ") }', False),
        ("{ mutations }", False),
    ],
)
def test_what_changes_is_known_from_its_words(document: str, changes: bool) -> None:
    assert is_change(document) is changes


def test_questions_are_read_with_their_values() -> None:
    document, values = question("07-failed-part-lineage")
    assert document.startswith("#")
    assert values
    assert "07-failed-part-lineage" in questions()
