"""Does the projection say what the plain twin says, at every (valid, known)?"""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.projection.agreement import (
    INSTANTS,
    ONTOLOGY,
    all_triples,
    commit,
    everything,
    over_period,
    said,
    triples,
)
from thread.clock import BEGIN, END
from thread.facts import ChangeSet, Fact, Op, PartBuilder
from thread.projection import Projection
from thread.terms import TYPE, EntityId, Iri, UpperKind
from thread.testing.reference import ReferenceProjection
from thread.testing.strategies import (
    MANY_VALUE,
    QUANTITY,
    RANKS,
    SINGLE_VALUE,
    SOURCES,
    ends,
    histories,
    starts,
)

few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
instants = st.sets(st.sampled_from(INSTANTS), min_size=2, max_size=2)


def merged(projection: Projection) -> None:
    """Force what otherwise happens once there are many late edges."""
    projection._merge()
    projection._state = projection._snapshot(projection.revision)


@few
@given(histories(), st.lists(st.integers(0, 7)), instants)
def test_every_view_agrees_with_the_reference(history: list[ChangeSet], merges: list[int], at: set[int]) -> None:
    projection, reference = Projection(ONTOLOGY, RANKS), ReferenceProjection(ONTOLOGY, RANKS)
    for number, change_set in enumerate(history):
        commit(change_set, projection, reference)
        if number in merges:
            merged(projection)
    for known in range(projection.revision.ordinal + 1):
        for instant in at:
            assert everything(reference.view(instant, known)) == everything(projection.view(instant, known))


@few
@given(histories(), st.lists(st.integers(0, 7)), st.lists(starts, min_size=1, max_size=2), st.integers(1, 6))
def test_views_over_periods_agree_with_the_reference(
    history: list[ChangeSet], merges: list[int], begins: list[int], length: int
) -> None:
    projection, reference = Projection(ONTOLOGY, RANKS), ReferenceProjection(ONTOLOGY, RANKS)
    for number, change_set in enumerate(history):
        commit(change_set, projection, reference)
        if number in merges:
            merged(projection)
    last = projection.revision.ordinal
    for period in [(start, start + length) for start in begins] + [(BEGIN - 1, END)]:
        for known in {last, last // 2}:
            plain, ours = (twin.view(5, known, period) for twin in (reference, projection))
            assert over_period(plain) == over_period(ours)


SUBJECT = EntityId("urn:e:a")


@st.composite
def quarrels(draw: st.DrawFn) -> list[ChangeSet]:
    """Several sources that speak of one attribute of one entity."""
    predicate = draw(st.sampled_from([SINGLE_VALUE, MANY_VALUE]))
    values = ["x", "y"] if predicate == SINGLE_VALUE else ["x"]
    found = []
    for number in range(draw(st.integers(2, 10))):
        builder = PartBuilder()
        for _ in range(draw(st.integers(1, 3))):
            value, qualifiers = draw(st.sampled_from(values)), draw(st.sampled_from([(), ((QUANTITY, 1),)]))
            fact = Fact(SUBJECT, predicate, None, value, draw(starts), draw(ends), qualifiers)
            builder.fact(fact, draw(st.sampled_from([Op.ASSERT, Op.ASSERT, Op.ASSERT, Op.END, Op.RETRACT])))
        run = draw(st.sampled_from(["r0", "r1", "r2"]))
        gone = draw(st.sampled_from([(), (), (), ("r0",), ("r1",)]))
        found.append(ChangeSet(f"q{number}", draw(st.sampled_from(SOURCES)), builder.parts(), run=run, withdraws=gone))
    return found


@many
@given(quarrels())
def test_sources_that_disagree_are_settled_as_in_the_reference(quarrel: list[ChangeSet]) -> None:
    projection, reference = Projection(ONTOLOGY, RANKS), ReferenceProjection(ONTOLOGY, RANKS)
    for change_set in quarrel:
        commit(change_set, projection, reference)
    for known in range(1, projection.revision.ordinal + 1):
        for instant in (-1, *range(13)):
            ours, theirs = projection.view(instant, known), reference.view(instant, known)
            assert said(theirs.attributes(0)) == said(ours.attributes(0))
            assert said(theirs.conflicts(0)) == said(ours.conflicts(0))
        assert said(theirs.history(0)) == said(ours.history(0))


@few
@given(histories(), st.integers(0, 7))
def test_a_saved_projection_goes_on_as_if_it_had_never_stopped(history: list[ChangeSet], stop: int) -> None:
    whole, resumed = Projection(ONTOLOGY, RANKS), Projection(ONTOLOGY, RANKS)
    with tempfile.TemporaryDirectory() as folder:
        for number, change_set in enumerate(history):
            commit(change_set, whole, resumed)
            if number == stop:
                resumed.save(Path(folder))
                loaded = Projection.load(Path(folder), ONTOLOGY, RANKS)
                assert loaded is not None
                assert loaded.revision == resumed.revision
                resumed = loaded
        for known in range(whole.revision.ordinal + 1):
            assert everything(whole.view(6, known)) == everything(resumed.view(6, known))


@few
@given(histories())
def test_what_is_discarded_leaves_no_trace(history: list[ChangeSet]) -> None:
    plain, hesitant = Projection(ONTOLOGY, RANKS), Projection(ONTOLOGY, RANKS)
    for change_set in history:
        for other in reversed(history):
            hesitant.discard(hesitant.stage(other))
        commit(change_set, plain, hesitant)
    assert kept(plain) == kept(hesitant)


def kept(projection: Projection) -> dict[str, object]:
    """All columns; of hash tables the entries, since a stage may leave a larger one behind."""
    columns = projection._columns().items()
    return {name: set(c.tolist()) - {-1} if name.endswith("table") else c.tobytes() for name, c in columns}


@few
@given(histories(), st.data())
def test_a_delta_leads_from_one_current_state_to_another(history: list[ChangeSet], data: st.DataObject) -> None:
    projection, reference = Projection(ONTOLOGY, RANKS), ReferenceProjection(ONTOLOGY, RANKS)
    for change_set in history:
        commit(change_set, projection, reference)
    marks = st.tuples(st.integers(0, projection.revision.ordinal), st.sampled_from(INSTANTS))
    for _ in range(10):
        start, end = data.draw(marks), data.draw(marks)
        before = all_triples(projection, start)
        assert before == all_triples(reference, start)
        delta = projection.delta(start, end)
        assert triples(delta.removed) <= before
        assert not triples(delta.added) & before
        assert (before - triples(delta.removed)) | triples(delta.added) == all_triples(projection, end)


@few
@given(histories())
def test_the_next_boundary_is_the_next_start_or_end_of_what_is_believed(history: list[ChangeSet]) -> None:
    projection, reference = Projection(ONTOLOGY, RANKS), ReferenceProjection(ONTOLOGY, RANKS)
    for change_set in history:
        commit(change_set, projection, reference)
        for instant in INSTANTS:
            assert reference.next_boundary(instant) == projection.next_boundary(instant)


@few
@given(histories(largest=5))
def test_views_taken_before_a_commit_do_not_change(history: list[ChangeSet]) -> None:
    projection = Projection(ONTOLOGY, RANKS)
    taken = []
    for change_set in history:
        view = projection.view(6)
        taken.append((view, everything(view)))
        commit(change_set, projection)
        merged(projection)
    assert all(everything(view) == then for view, then in taken)


@few
@given(histories())
def test_a_plain_triple_goes_only_with_the_last_row_that_shows_it(history: list[ChangeSet]) -> None:
    projection = Projection(ONTOLOGY, RANKS)
    for change_set in history:
        commit(change_set, projection)
    shown = [(t.subject, t.predicate, t.object, type(t.value), str(t.value)) for t in projection.triples(
        projection.revision.ordinal, 6)]  # fmt: skip
    assert len(shown) == len(set(shown))


def test_the_reference_itself_knows_its_own_examples() -> None:
    reference = ReferenceProjection(ONTOLOGY)
    builder = PartBuilder()
    builder.attribute(SUBJECT, TYPE, Iri(UpperKind.ASSET), 5)
    commit(ChangeSet("r", "cmms", builder.parts()), reference)
    assert [reference.view(at).kind(0) >= 0 for at in (4, 5)] == [False, True]
