"""Work orders over HTTP: opened with their impact, closed once, each request once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.changing import Client, open_client, stores
from tests.api.plant import open_demo
from thread.api.app import create_app

WINDOW = {"start": "2026-03-10T06:00:00Z", "end": "2026-03-10T10:00:00Z"}
OPENED = """... on OpenWorkOrderPayload { repeated revision workOrder { iri label status plannedStart plannedEnd
  relations(direction: BOTH) { edges { relation node { iri } } } }
  impact { targets { iri } collisions { kind orders { iri } overlapStart overlapEnd } undatedOrders { iri } } }"""
CLOSED = "... on CloseWorkOrderPayload { repeated revision workOrder { iri status startedAt endedAt } }"


@pytest.fixture(params=["memory"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    made = open_client(stores(tmp_path)[request.param])
    yield made
    made.service.close()


def opened(client: Client, **given: Any) -> dict[str, Any]:
    return client.do("openWorkOrder", OPENED, **{"on": ["urn:t:drive"], "title": "Grease", "window": WINDOW, **given})


@pytest.mark.parametrize("client", ["memory", "embedded"], indirect=True)
def test_an_opened_order_collides_with_the_outage_that_it_is(client: Client) -> None:
    done = opened(client, addresses=["urn:t:f1"])
    order = done["workOrder"]
    assert (order["label"], order["status"]) == ("Grease", "PLANNED")
    assert (order["plannedStart"], order["plannedEnd"]) == (WINDOW["start"], WINDOW["end"])
    links = [(edge["relation"], edge["node"]["iri"]) for edge in order["relations"]["edges"]]
    assert links == [("ADDRESSES", "urn:t:f1"), ("PERFORMED_ON", "urn:t:drive")]
    assert done["impact"]["targets"] == [{"iri": "urn:t:drive"}]
    same = {"kind": "SAME", "orders": [{"iri": order["iri"]}]}
    assert [{key: found[key] for key in same} for found in done["impact"]["collisions"]] == [same]
    assert opened(client, addresses=["urn:t:f1"]) == {**done, "repeated": True}
    assert client.revision == 2


def test_a_second_order_on_the_same_thing_is_among_the_collisions(client: Client) -> None:
    first = opened(client)["workOrder"]["iri"]
    second = opened(client, requestId="second", on=["M-2", "urn:t:cell"])
    named = {order["iri"] for found in second["impact"]["collisions"] for order in found["orders"]}
    assert {first, second["workOrder"]["iri"]} <= named


def test_an_order_is_closed_once(client: Client) -> None:
    order = opened(client)["workOrder"]["iri"]
    given = {"requestId": "c", "order": order, "at": "2026-03-02T06:00:00Z", "startedAt": "2026-03-02T04:00:00Z"}
    done = client.do("closeWorkOrder", CLOSED, **given)
    assert done["workOrder"] == {
        "iri": order,
        "status": "COMPLETED",
        "startedAt": "2026-03-02T04:00:00Z",
        "endedAt": "2026-03-02T06:00:00Z",
    }
    assert client.do("closeWorkOrder", CLOSED, **given) == {**done, "repeated": True}
    again = client.do("closeWorkOrder", CLOSED, requestId="d", order=order, at="2026-03-03T00:00:00Z")
    assert (again["code"], again["current"]["iri"], client.revision) == ("CONFLICT", order, 3)


def test_a_cancelled_order_has_no_end_of_work_and_collides_no_more(client: Client) -> None:
    order = opened(client)["workOrder"]["iri"]
    given = {"requestId": "c", "order": order, "at": "2026-03-02T06:00:00Z", "status": "CANCELLED"}
    done = client.do("closeWorkOrder", CLOSED, **given)
    assert (done["workOrder"]["status"], done["workOrder"]["endedAt"]) == ("CANCELLED", None)
    document = """query($w: WindowInput) { impact(of: ["urn:t:drive"], input: {window: $w}) {
      collisions { orders { iri } } } }"""
    assert client.ask(document, w=WINDOW)["impact"]["collisions"] == []


def test_what_cannot_be_opened_or_closed_is_told_with_its_place(client: Client) -> None:
    order = opened(client)["workOrder"]["iri"]
    late = client.do("closeWorkOrder", CLOSED, requestId="1", order=order, at="2026-03-01T00:00:00Z")
    assert (late["code"], late["path"]) == ("OUT_OF_ORDER", ["input", "at"])
    other = client.do("closeWorkOrder", CLOSED, requestId="2", order="urn:t:cell", at="2026-03-02T06:00:00Z")
    assert (other["__typename"], other["shape"] is not None) == ("Invalid", True)
    none = opened(client, requestId="3", on=["nobody"])
    assert (none["code"], none["path"]) == ("NOT_FOUND", ["input", "on", "0"])
    backward = opened(client, requestId="4", window={"start": WINDOW["end"], "end": WINDOW["start"]})
    assert (backward["code"], backward["path"]) == ("INVALID", ["input", "window"])
    nothing = opened(client, requestId="5", on=[])
    assert (nothing["code"], client.revision) == ("INVALID", 2)


def test_an_order_says_why_how_bad_and_what_it_needs(client: Client) -> None:
    crew = {"iri": "urn:t:crew", "kind": "RESOURCE", "identifiers": [{"scheme": "crew", "value": "A"}]}
    client.do("upsert", "__typename", requestId="crew", entities=[crew])
    given = {
        "orderType": "CORRECTIVE",
        "severity": "MAJOR",
        "kind": "WORK_ORDER",
        "requires": [{"resource": "crew:A"}, {"resource": "urn:t:screw", "quantity": "12"}],
        "identifiers": [{"scheme": "sap", "value": "4711"}],
    }
    assert "code" not in opened(client, **given)
    found = client.ask("""{ workOrder(key: "sap:4711") { orderType severity
      relations(direction: BOTH, relations: [REQUIRES]) { edges { node { iri } qualifiers { name value } } } } }""")
    edges = [(edge["node"]["iri"], edge["qualifiers"]) for edge in found["workOrder"]["relations"]["edges"]]
    assert (found["workOrder"]["orderType"], found["workOrder"]["severity"]) == ("CORRECTIVE", "MAJOR")
    assert edges == [("urn:t:crew", []), ("urn:t:screw", [{"name": "quantity", "value": "12"}])]


def test_an_order_may_be_of_a_kind_below(tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    file.write_text("""@prefix thr: <urn:thread:ns#> . @prefix my: <urn:my#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
my:Overhaul a owl:Class ; rdfs:subClassOf thr:WorkOrder ; rdfs:label "overhaul" ; rdfs:comment "All of it." .""")
    service = open_demo(extensions=(file,))
    client = Client(service, create_app(service))
    done = opened(client, kind="OVERHAUL")
    found = client.ask("query($i: IRI!) { entity(iri: $i) { __typename kind } }", i=done["workOrder"]["iri"])
    assert found["entity"] == {"__typename": "Overhaul", "kind": "OVERHAUL"}
    service.close()


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"kind": "ASSET"}, ["kind"]),
        ({"title": " "}, ["title"]),
        ({"title": "x" * 2001}, ["title"]),
        ({"requires": [{"resource": "nobody"}]}, ["requires", "0", "resource"]),
        ({"on": ["M-2"] * 501}, ["on"]),
    ],
)
def test_an_order_that_cannot_be_says_where(client: Client, given: dict[str, Any], path: list[str]) -> None:
    assert opened(client, **given)["path"] == ["input", *path]
    assert client.revision == 1


def test_a_closed_order_tells_what_its_scope_is_worth(client: Client) -> None:
    order = opened(client)["workOrder"]["iri"]
    done = client.do(
        "closeWorkOrder", "... on CloseWorkOrderPayload { impact { targets { iri } } }",
        requestId="c", order=order, at="2026-03-02T06:00:00Z",
    )  # fmt: skip
    assert done == {"impact": {"targets": [{"iri": "urn:t:drive"}]}}
