"""Does the projection say what the plain twin says, at every (valid, known)?"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.projection.agreement import ONTOLOGY, commit, everything, triples
from thread.clock import BEGIN, END
from thread.facts import ChangeSet
from thread.projection.projection import Projection
from thread.testing.reference import ReferenceProjection
from thread.testing.strategies import RANKS, histories

INSTANTS = (BEGIN, 0, 3, 6, 7, 11, END - 1)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@thorough
@given(histories(), st.lists(st.integers(0, 7)), st.sets(st.sampled_from(INSTANTS), min_size=2, max_size=2))
def test_every_view_agrees_with_the_reference(history: list[ChangeSet], merges: list[int], instants: set[int]) -> None:
    projection, reference = Projection(ONTOLOGY, RANKS), ReferenceProjection(ONTOLOGY, RANKS)
    for number, change_set in enumerate(history):
        commit(change_set, projection, reference)
        if number in merges:
            projection._merge()
            projection._state = projection._snapshot(projection.revision)
    for known in range(projection.revision.ordinal + 1):
        for instant in instants:
            assert everything(reference.view(instant, known)) == everything(projection.view(instant, known))
            expected = triples(reference.triples(known, instant))
            assert expected == triples(projection.triples(known, instant))
