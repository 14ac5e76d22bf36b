"""Ending an entity over HTTP: gone from then on, its past stays, once."""

from collections.abc import Iterator

import pytest

from tests.api.changing import Client, open_client

ENDED = "... on EndPayload { repeated revision entity { iri asOf } }"
AT = "2026-03-01T00:00:00Z"


@pytest.fixture
def client() -> Iterator[Client]:
    made = open_client("memory:")
    yield made
    made.service.close()


def test_an_entity_that_ended_is_gone_with_its_links_and_its_past_stays(client: Client) -> None:
    done = client.do("end", ENDED, of="M-2", at=AT)
    assert done["entity"]["iri"] == "urn:t:m2"
    document = """query($t: DateTime) { entity(iri: "urn:t:m2", at: {validAt: $t}) { iri }
      position(key: "urn:t:drive", at: {validAt: $t}) {
        relations(direction: BOTH, relations: [INSTALLED_IN]) { totalCount } } }"""
    assert client.ask(document) == {"entity": None, "position": {"relations": {"totalCount": 0}}}
    then = client.ask(document, t="2026-02-28T00:00:00Z")
    assert then == {"entity": {"iri": "urn:t:m2"}, "position": {"relations": {"totalCount": 1}}}
    assert client.do("end", ENDED, of="M-2", at=AT) == {**done, "repeated": True}
    assert client.revision == 2


def test_what_cannot_end_is_told(client: Client) -> None:
    early = client.do("end", ENDED, of="urn:t:f1", at="2026-01-01T00:00:00Z")
    assert (early["code"], early["path"]) == ("OUT_OF_ORDER", ["input", "at"])
    stub = client.do("end", ENDED, of="urn:t:ghost", at=AT)
    assert (stub["code"], stub["path"]) == ("INVALID", ["input", "of"])
    stale = client.do("end", ENDED, of="M-2", at=AT, ifVersion="9")
    assert (stale["code"], client.revision) == ("CONFLICT", 1)


def test_an_empty_list_of_what_is_meant_never_means_the_whole_thing(client: Client) -> None:
    ended = client.do("end", ENDED, of="M-2", at=AT, links=[])
    taken = client.do("retract", "... on RetractPayload { run }", of="M-2", attributes=[], identifiers=[])
    assert {ended["code"], taken["code"]} == {"INVALID"}
    assert client.ask('{ entity(iri: "urn:t:m2") { iri } }') == {"entity": {"iri": "urn:t:m2"}}
    assert client.revision == 1
