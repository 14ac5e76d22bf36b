"""The demo sample on the path that a service takes: facts, projection, reasoning."""

from collections.abc import Callable

import pytest

from thread.clock import Instant, parse_instant
from thread.facts import Revision
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.projection.view import View
from thread.reasoning.impact import Impact, ImpactQuery, impact_of
from thread.reasoning.structure import compile_structure
from thread.samples import Sample, generate


@pytest.fixture(scope="session", params=(7, 3), ids=lambda seed: f"seed{seed}")
def sample(request: pytest.FixtureRequest) -> Sample:
    return generate("demo", request.param)


@pytest.fixture(scope="session")
def projection(sample: Sample) -> Projection:
    found = Projection(load_ontology([sample.extension]), sample.ranks)
    for number, (instant, change_set) in enumerate(zip(sample.committed_at, sample.change_sets, strict=True), 1):
        found.publish(found.stage(change_set), Revision(number, instant))
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
