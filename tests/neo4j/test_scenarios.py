"""The planted truths of every scenario, on a history that a Neo4j server has kept."""

from __future__ import annotations

import pytest

from tests.neo4j.running import wipe
from tests.scenarios.conftest import ask, kept, sample, view  # noqa: F401  fixtures of the scenarios
from tests.scenarios.test_sample_impact import *  # noqa: F403  every promise there holds here too
from tests.scenarios.test_sample_lineage import *  # noqa: F403
from thread.projection import Projection
from thread.samples import Sample
from tools.neo4j.server import Server


@pytest.fixture(scope="session")
def projection(server: Server, sample: Sample) -> Projection:  # noqa: F811
    wipe(server)
    return kept(sample, server.url)
