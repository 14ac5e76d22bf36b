"""The demo sample on the path that a service takes: facts, a store's log, projection, reasoning."""

from collections.abc import Callable

import pytest

from thread.clock import FixedClock, Instant, parse_instant
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.projection.view import View
from thread.reasoning.impact import Impact, ImpactQuery, impact_of
from thread.reasoning.structure import compile_structure
from thread.samples import Sample, generate
from thread.stores import open_store


@pytest.fixture(scope="session", params=(7, 3), ids=lambda seed: f"seed{seed}")
def sample(request: pytest.FixtureRequest) -> Sample:
    return generate("demo", request.param)


@pytest.fixture(scope="session", params=("memory", "embedded"))
def projection(request: pytest.FixtureRequest, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Projection:
    """What was kept in a store and read back; tests/neo4j asks the same of a server."""
    return kept(sample, "memory:" if request.param == "memory" else str(tmp_path_factory.mktemp("scenario")))


def kept(sample: Sample, address: str) -> Projection:
    """The sample's history, written to an empty store and folded from what was read back."""
    clock = FixedClock(sample.committed_at[0])
    store = open_store(address, clock)
    for instant, change_set in zip(sample.committed_at, sample.change_sets, strict=True):
        clock.instant = instant
        store.append(change_set)
    if address != "memory:":
        store.close()
        store = open_store(address, clock)
    found = Projection(load_ontology([sample.extension]), sample.ranks)
    for commit in store.changes():
        found.publish(found.stage(commit.change_set), commit.revision)
    store.close()
    return found


@pytest.fixture(scope="session")
def view(sample: Sample, projection: Projection) -> View:
    return projection.view(sample.reference_time)


Ask = Callable[..., Impact]


@pytest.fixture(scope="session")
def ask(sample: Sample, projection: Projection) -> Ask:
    """Impact of targets by IRI, at an instant (text; default the reference time) or over a window."""

    def impact(targets: list[str], at: str | None = None, window: tuple[Instant, Instant] | None = None) -> Impact:
        instant = window[0] if window else parse_instant(at) if at else sample.reference_time
        view = projection.view(instant)
        found = impact_of(
            view, compile_structure(view), [view.find(iri) for iri in targets], ImpactQuery(window=window)
        )
        found.view = view
        return found

    return impact
