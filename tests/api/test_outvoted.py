"""A command whose value does not win says so: the source that answers, both values, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from thread.api.engine import Engine
from thread.clock import FixedClock, parse_instant
from thread.config import Settings
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.service import Service, open_service
from thread.terms import LABEL, THR, EntityId, UpperKind

NOW = parse_instant("2026-03-01T12:00:00Z")
PUMP, ORDER = EntityId("urn:t:pump"), EntityId("urn:t:order")
OUTVOTED = """outvoted { byRank answered { predicate value source file row } outvoted { predicate value source run } }
  revision repeated"""
Answer = dict[str, Any]


def service_with(ranks: dict[str, int]) -> Service:
    service = open_service(Settings.load(store="memory:", ranks=ranks), clock=FixedClock(NOW))
    facts = [
        kind_fact(PUMP, UpperKind.ASSET, origin="assets.csv", row=7),
        Fact(PUMP, LABEL, value="Pump", origin="assets.csv", row=7),
        kind_fact(ORDER, UpperKind.WORK_ORDER, origin="orders.csv", row=2),
        Fact(ORDER, THR + "status", value="PLANNED", origin="orders.csv", row=2),
        Fact(ORDER, THR + "performedOn", PUMP, origin="orders.csv", row=2),
    ]
    service.commit(ChangeSet("import-1", "cmms", parts_of(facts)))
    return service


@pytest.fixture
def outranked() -> Iterator[Engine]:
    service = service_with({"cmms": 30})
    yield Engine(service)
    service.close()


def rename(engine: Engine, request: str, label: str) -> Answer:
    document = f"""mutation($input: UpsertInput!) {{ upsert(input: $input) {{
      ... on UpsertPayload {{ {OUTVOTED} entities {{ entity {{ label }} }} }} ... on Problem {{ message }} }} }}"""
    given = {"requestId": request, "entities": [{"iri": PUMP, "label": label}]}
    return asked(engine, document, given)["upsert"]


def asked(engine: Engine, document: str, given: Answer) -> Answer:
    result = engine.execute(document, {"input": given})
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


def test_a_value_that_a_higher_ranked_import_outvotes_is_told_with_the_winner(outranked: Engine) -> None:
    done = rename(outranked, "r1", "Main pump")
    assert done["entities"][0]["entity"]["label"] == "Pump"
    assert done["outvoted"] == [
        {
            "byRank": True,
            "answered": {"predicate": "label", "value": "Pump", "source": "cmms", "file": "assets.csv", "row": 7},
            "outvoted": {"predicate": "label", "value": "Main pump", "source": "api", "run": "r1"},
        }
    ]


def test_a_repeated_request_is_told_the_same(outranked: Engine) -> None:
    first = rename(outranked, "r1", "Main pump")
    rename(outranked, "r2", "Other pump")
    again = rename(outranked, "r1", "Main pump")
    assert (again["repeated"], again["outvoted"]) == (True, first["outvoted"])


def test_a_value_that_wins_outvotes_nobody_in_its_own_answer() -> None:
    service = service_with({"cmms": 30, "api": 50})
    done = rename(Engine(service), "r1", "Main pump")
    assert (done["entities"][0]["entity"]["label"], done["outvoted"]) == ("Main pump", [])
    found = service.sources(service.context())
    assert [(s.name, s.in_conflict) for s in found.sources] == [("api", 0), ("cmms", 1)]
    service.close()


def test_what_said_nothing_new_tells_of_no_other_request(outranked: Engine) -> None:
    rename(outranked, "r1", "Main pump")
    done = rename(outranked, "r2", "Pump")
    assert done["outvoted"] == []


def test_an_order_that_an_import_keeps_open_is_told_when_it_is_closed(outranked: Engine) -> None:
    document = f"""mutation($input: CloseWorkOrderInput!) {{ closeWorkOrder(input: $input) {{
      ... on CloseWorkOrderPayload {{ {OUTVOTED} workOrder {{ status }} }} ... on Problem {{ message }} }} }}"""
    given = {"requestId": "r1", "order": ORDER, "at": "2026-03-01T11:00:00Z"}
    done = asked(outranked, document, given)["closeWorkOrder"]
    assert done["workOrder"]["status"] == "PLANNED"
    told = [(each["outvoted"]["predicate"], each["answered"]["value"]) for each in done["outvoted"]]
    assert told == [("status", "PLANNED")]


def test_an_end_that_a_higher_ranked_source_does_not_share_is_told(outranked: Engine) -> None:
    document = f"""mutation($input: EndInput!) {{ end(input: $input) {{
      ... on EndPayload {{ {OUTVOTED} }} ... on Problem {{ message }} }} }}"""
    given = {"requestId": "r1", "of": PUMP, "at": "2026-03-01T11:00:00Z"}
    done = asked(outranked, document, given)["end"]
    assert ("kind", "cmms") in [
        (each["outvoted"]["predicate"], each["answered"]["source"]) for each in done["outvoted"]
    ]
