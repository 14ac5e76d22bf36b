"""The same questions, goldens and planted truths as on the other stores, on Neo4j; and the same history and graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.api.demo import open_sample
from tests.api.test_questions import *  # noqa: F403  every promise there holds here too
from tests.neo4j.running import wipe
from thread.api.engine import Engine
from thread.samples import Sample
from thread.service import Service
from tools.neo4j.server import Server


@pytest.fixture(scope="module")
def on_neo4j(server: Server, sample: Sample) -> Iterator[Service]:
    wipe(server)
    service = open_sample(sample, server.url)
    yield service
    service.close()


@pytest.fixture(scope="module")
def demo(on_neo4j: Service) -> Engine:
    return Engine(on_neo4j)


def test_the_log_has_the_digest_that_it_has_in_memory(on_neo4j: Service, sample: Sample) -> None:
    in_memory = open_sample(sample, "memory:")
    assert on_neo4j.info().revision == in_memory.info().revision
    found, expected = (replace(service.info(), graph_revision=None) for service in (on_neo4j, in_memory))
    assert replace(found, settings=expected.settings, backend="memory") == expected
    in_memory.close()


def test_log_projection_and_graph_agree(on_neo4j: Service) -> None:
    found = on_neo4j.verify()
    assert found.differences == ()
    assert found.checked == ("log", "projection", "graph")
