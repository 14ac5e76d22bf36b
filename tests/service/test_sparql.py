"""SPARQL sees the last commit, on a copy that nobody writes to and that nobody has to clean up."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.plant import NOW, SWAP, Plant, open_demo
from thread.clock import END, FixedClock
from thread.errors import InputError, StoreError
from thread.facts import ChangeSet, Fact, parts_of
from thread.service import Service, open_service
from thread.service.alone import sparql_alone
from thread.service.sparql import FOLDER, SparqlQuestion
from thread.terms import LABEL, THR, EntityId


def asked(service: Service, query: str) -> list[dict[str, str]]:
    """Rows of a query, values only."""
    found = service.sparql(service.context(), SparqlQuestion(query))
    assert found.answer.truncated is None
    rows = json.loads(found.answer.body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def renamed(number: int) -> ChangeSet:
    return ChangeSet(f"r-{number}", "desk", parts_of([Fact(EntityId("urn:t:line"), LABEL, value=f"Line {number}")]))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = open_demo(str(tmp_path / "store"), sparql_rows=1000)
    yield made
    made.close()


def test_each_question_sees_the_commit_before_it(service: Service) -> None:
    for number in range(2, 7):
        ordinal = service.commit(renamed(number)).revision.ordinal
        found = service.sparql(service.context(), SparqlQuestion("SELECT ?l { <urn:t:line> rdfs:label ?l }"))
        assert found.ordinal >= ordinal
        assert f'"Line {number}"' in found.answer.body.decode()


def test_the_present_state_is_what_graphql_shows(service: Service) -> None:
    filled = asked(service, "SELECT ?part { ?part thr:installedIn <urn:t:drive> }")
    assert filled == [{"part": "urn:t:m2"}]
    counted = asked(service, "SELECT ?part { ?part thr:fromBatch/thr:suppliedBy <urn:t:acme> } ORDER BY ?part")
    assert [row["part"] for row in counted] == ["urn:t:m1", "urn:t:m2"]


def test_a_boundary_of_time_is_crossed_without_a_commit(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    made = open_demo(str(tmp_path / "store"))
    later = Plant()
    later.link("m2", "locatedIn", "hall", NOW + 1_000_000, END)
    made.commit(later.change("later"))
    settings = made.settings
    assert asked(made, "SELECT * { <urn:t:m2> thr:locatedIn ?where }") == []
    made.close()
    clock.instant = NOW + 2_000_000
    again = open_service(settings, clock=clock)
    try:
        again.commit(renamed(9))
        assert asked(again, "SELECT * { <urn:t:m2> thr:locatedIn ?where }") == [{"where": "urn:t:hall"}]
    finally:
        again.close()


def test_another_time_than_now_is_refused(service: Service) -> None:
    with pytest.raises(InputError) as refused:
        service.sparql(service.context(valid_at=SWAP), SparqlQuestion("ASK {}"))
    assert "present" in refused.value.message


def test_a_store_without_sparql_names_what_is_missing() -> None:
    memory = open_demo()
    try:
        with pytest.raises(StoreError) as refused:
            memory.sparql(memory.context(), SparqlQuestion("ASK {}"))
        assert refused.value.code == "unsupported"
        assert "thread copy" in (refused.value.hint or "")
    finally:
        memory.close()


def test_a_graph_that_does_not_follow_is_said_within_the_time(tmp_path: Path) -> None:
    made = open_demo(str(tmp_path / "store"))
    try:
        assert asked(made, "SELECT * { <urn:t:line> rdfs:label 'Line 1' }") == [{}]
        made._writer.follower.close()
        made.settings = made.settings.model_copy(update={"sparql_deadline_ms": 200})
        made.commit(renamed(2))
        with pytest.raises(StoreError) as refused:
            made.sparql(made.context(), SparqlQuestion("ASK {}"))
        assert refused.value.code == "unavailable"
        assert "revision 1" in refused.value.message
        assert "2 is asked for" in refused.value.message
    finally:
        made.close()


def test_commits_go_on_while_queries_run_and_no_copy_is_left(service: Service) -> None:
    seen: list[int] = []
    failed: list[BaseException] = []

    def look() -> None:
        try:
            for _ in range(4):
                found = service.sparql(service.context(), SparqlQuestion("SELECT * { ?s rdfs:label ?l }"))
                seen.append(found.ordinal)
        except BaseException as error:
            failed.append(error)

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    number = 1
    while any(reader.is_alive() for reader in readers) and number < 2000:
        number += 1
        service.commit(renamed(number))
    for reader in readers:
        reader.join()
    assert failed == []
    assert len(seen) == 8
    assert number > 8
    assert list((service.settings.directory or Path()).joinpath(FOLDER).iterdir()) == []


def test_a_copy_shows_nothing_that_is_half_changed(tmp_path: Path) -> None:
    made = open_demo(str(tmp_path / "store"))
    try:
        plant = Plant()
        for number in range(6000):  # three facts each: shown in steps, not at once
            plant.thing(f"p{number}", "Component", f"part {number}")
            plant.link(f"p{number}", "fromBatch", "b1")
        for round_ in range(2):
            ordinal = made.commit(plant.change(f"many-{round_}", f"source-{round_}")).revision.ordinal
            counted = "SELECT (COUNT(*) AS ?n) { ?part thr:fromBatch <urn:t:b1> }"
            found = made.sparql(made.context(), SparqlQuestion(counted))
            assert json.loads(found.answer.body)["results"]["bindings"][0]["n"]["value"] == "6002"
            assert found.ordinal >= ordinal
    finally:
        made.close()


def test_a_store_that_nobody_holds_is_held_only_for_the_copy(tmp_path: Path) -> None:
    made = open_demo(str(tmp_path / "store"))
    settings = made.settings
    made.close()
    found = sparql_alone(settings, SparqlQuestion("SELECT * { <urn:t:line> rdfs:label ?l }"))
    assert b"Line 1" in found.answer.body
    again = open_service(settings)  # the lock is free
    try:
        with pytest.raises(StoreError) as refused:
            sparql_alone(settings.model_copy(update={"sparql_deadline_ms": 100}), SparqlQuestion("ASK {}"))
        assert refused.value.code == "store-locked"
    finally:
        again.close()


def test_copies_of_killed_processes_are_removed_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    made = open_demo(str(tmp_path / "store"))
    settings = made.settings
    made.close()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    home = tmp_path / "store" / FOLDER
    for pid in (gone.pid, os.getpid()):
        (home / f"{pid}-abc").mkdir(parents=True)
    open_service(settings).close()
    assert [path.name for path in home.iterdir()] == [f"{os.getpid()}-abc"]


def test_a_kind_is_found_by_its_superkinds_and_a_relation_by_what_it_is_a_sort_of(service: Service) -> None:
    events = "SELECT ?event { ?event a/rdfs:subClassOf* thr:Event }"
    assert asked(service, events) == [{"event": "urn:t:f1"}]
    on = "SELECT ?what { <urn:t:f1> ?relation ?what . ?relation rdfs:subPropertyOf* thr:occurredOn }"
    assert asked(service, on) == [{"what": "urn:t:m1"}]


def test_words_of_the_ontology_are_in_no_graph_but_the_copy(service: Service) -> None:
    assert asked(service, "SELECT * { thr:FailureEvent rdfs:subClassOf ?kind }") == [{"kind": THR + "Event"}]
    assert [each for each in service._store.graph.triples() if "subClassOf" in each.predicate] == []
    assert service.verify().sound
