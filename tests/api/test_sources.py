"""The audit and the sources by GraphQL: planted truths, pages, what is missing, and that nothing is unattributed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.api.demo import open_sample
from thread.api.engine import Engine
from thread.samples import Sample, generate

Answer = dict[str, Any]
AUDIT = """query($of: ID!, $predicates: [String!], $incoming: Boolean! = false, $first: Int, $after: String,
    $last: Int, $before: String, $at: AsOfInput) {
  audit(of: $of, predicates: $predicates, incoming: $incoming, at: $at) { missing of { iri }
    changes(first: $first, after: $after, last: $last, before: $before) { totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor kind effect revision recordedAt source requestId actor reason
        fact { subject predicate object value qualifiers { name value } validFrom validTo source run file row revision }
        replaced { object value source } instead { object value source } } } } }"""


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("demo")


@pytest.fixture(scope="module")
def truth(sample: Sample) -> Answer:
    found: Answer = orjson.loads(sample.answers.as_json())
    return found


@pytest.fixture(scope="module", params=["memory", "embedded"])
def demo(request: pytest.FixtureRequest, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    store = "memory:" if request.param == "memory" else str(tmp_path_factory.mktemp("store") / "demo")
    service = open_sample(sample, store)
    yield Engine(service)
    service.close()


def ask(demo: Engine, document: str, **variables: Any) -> Answer:
    result = demo.execute(document, variables)
    assert result.errors is None, [error.formatted for error in result.errors or ()]
    assert result.data is not None
    return result.data


def changes(demo: Engine, of: str, **more: Any) -> list[Answer]:
    found: list[Answer] = list(ask(demo, AUDIT, of=of, **more)["audit"]["changes"]["edges"])
    return found


def test_question_26_shows_both_voices_of_a_disputed_link(demo: Engine, truth: Answer) -> None:
    planted = truth["audit"]["disputed"]
    told = changes(demo, planted["subject"], predicates=["fromBatch"])
    assert [(t["source"], t["fact"]["object"]) for t in told] == [
        (planted["conflict_source"], planted["conflict"]),
        (planted["source"], planted["answer"]),
    ]
    assert [each["object"] for each in told[1]["replaced"]] == [planted["conflict"]]


def test_question_26_dates_a_late_record_by_when_it_came_in(demo: Engine, truth: Answer) -> None:
    planted = truth["audit"]["late"]
    told = changes(demo, planted["order"])
    assert {t["recordedAt"] for t in told} == {planted["recorded_at"]}
    assert all(t["fact"]["validFrom"] is None or t["fact"]["validFrom"] < t["recordedAt"] for t in told)


def test_question_26_finds_the_correction_of_a_configuration(demo: Engine, truth: Answer) -> None:
    planted = truth["configuration"]
    then, now = planted["known_then"]["holds"], planted["known_now"]["holds"]
    place = next(position for position in then if then[position] != now[position])
    told = changes(demo, place, predicates=["installedIn"], incoming=True)
    corrected = [t for t in told if t["recordedAt"] == planted["corrected_at"]]
    assert {t["fact"]["subject"] for t in corrected} == {then[place], now[place]}
    assert all(t["actor"] for t in corrected)


def test_nothing_in_the_plant_is_unattributed(demo: Engine) -> None:
    service = demo.service
    context = service.context()
    view = service.view(context)
    for node in range(view.size):
        for told in service.audit(context, node):
            claim = told.change.claim
            assert claim.source
            assert told.by.request_id
            assert told.by.recorded_at
            assert claim.run
            assert claim.origin
            assert claim.row


def test_pages_of_an_audit_hold_each_change_once_forwards_and_backwards(demo: Engine) -> None:
    whole = changes(demo, "WO-4126", first=500)
    assert len(whole) > 10
    forwards: list[Answer] = []
    after = None
    while True:
        page = ask(demo, AUDIT, of="WO-4126", first=4, after=after)["audit"]["changes"]
        forwards += page["edges"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    backwards: list[Answer] = []
    before = None
    while True:
        page = ask(demo, AUDIT, of="WO-4126", last=4, before=before)["audit"]["changes"]
        backwards = page["edges"] + backwards
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert forwards == backwards == whole


def test_an_unknown_thing_and_a_time_before_all_give_an_empty_audit(demo: Engine) -> None:
    found = ask(demo, AUDIT, of="NO-SUCH")["audit"]
    assert (found["of"], found["missing"], found["changes"]["totalCount"]) == (None, ["NO-SUCH"], 0)
    early = ask(demo, AUDIT, of="WO-4126", at={"knownAt": "2020-01-01T00:00:00Z"})["audit"]
    assert (early["missing"], early["changes"]["edges"]) == (["WO-4126"], [])


def test_a_predicate_that_is_none_is_refused_with_those_near(demo: Engine) -> None:
    result = demo.execute(AUDIT, {"of": "WO-4126", "predicates": ["statos"]})
    (error,) = result.errors or ()
    assert error.extensions is not None
    assert error.extensions["code"] == "UNKNOWN_RELATION"
    assert "status" in error.extensions["hint"]


def test_the_sources_show_ranks_conflicts_and_every_file(demo: Engine, sample: Sample, truth: Answer) -> None:
    document = """{ sources { conflictCount
      sources { name rank facts inConflict refusedRows runCount
        runs(last: 500) { name actor told facts withdrawnAt readRows refusedBy { code } files { name told facts } } }
      conflicts { byRank answered { subject predicate object source }
        outvoted { object source file row revision } } } }"""
    found = ask(demo, document)["sources"]
    assert {each["name"]: each["rank"] for each in found["sources"]} == sample.ranks
    files = {file["name"] for source in found["sources"] for run in source["runs"] for file in run["files"]}
    origins = {fact.origin for one in sample.change_sets for part in one.parts for _, fact in part.facts()}
    assert files == origins
    told = sum(run["told"] for source in found["sources"] for run in source["runs"])
    service = demo.service
    view = service.view(service.context())
    assert told == len(view._projection._book.claims.used)  # type: ignore[attr-defined]  # the view of a store
    planted = truth["audit"]["disputed"]
    (conflict,) = found["conflicts"]
    assert (conflict["answered"]["subject"], conflict["answered"]["source"]) == (planted["subject"], planted["source"])
    assert (conflict["outvoted"]["object"], conflict["outvoted"]["source"]) == (
        planted["conflict"],
        planted["conflict_source"],
    )
    assert conflict["byRank"] is True


def test_more_runs_or_conflicts_than_a_page_are_refused(demo: Engine) -> None:
    for field in ("conflicts(first: 501) { byRank }", "sources { runs(last: 501) { name } }"):
        result = demo.execute(f"{{ sources {{ {field} }} }}", {})
        assert result.errors
