"""The demo sample, and what its facts come to when folded by the plain reference."""

import pytest

from thread.facts import Revision
from thread.ontology import Ontology, load_ontology
from thread.projection.view import View
from thread.samples import Sample, generate
from thread.testing.reference import ReferenceProjection

SEEDS = (7, 1, 20)


@pytest.fixture(scope="session", params=SEEDS, ids=lambda seed: f"seed{seed}")
def sample(request: pytest.FixtureRequest) -> Sample:
    return generate("demo", request.param)


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology([generate("demo").extension])


@pytest.fixture(scope="session")
def folded(sample: Sample, ontology: Ontology) -> ReferenceProjection:
    projection = ReferenceProjection(ontology, sample.ranks)
    for number, (instant, change_set) in enumerate(zip(sample.committed_at, sample.change_sets, strict=True), 1):
        projection.publish(projection.stage(change_set), Revision(number, instant))
    return projection


@pytest.fixture(scope="session")
def view(sample: Sample, folded: ReferenceProjection) -> View:
    return folded.view(sample.reference_time)
