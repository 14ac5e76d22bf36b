"""What do claims, sources and times come to? Small cases that can be checked by hand."""

from dataclasses import dataclass, field

import pytest

from tests.projection.agreement import ONTOLOGY
from thread.clock import BEGIN, END
from thread.errors import InputError
from thread.facts import ChangeSet, Op, PartBuilder, Qualifiers, Revision, Value
from thread.projection import Projection, Statement
from thread.projection.staging import Staged
from thread.terms import IDENTIFIER, SCHEME, THR, TYPE, EntityId, Iri, UpperKind
from thread.testing.strategies import MANY_RELATION, MANY_VALUE, SINGLE_RELATION, SINGLE_VALUE

A, B, P = EntityId("urn:e:a"), EntityId("urn:e:b"), EntityId("urn:e:p")


@dataclass
class Story:
    """A projection that is told things, one commit after the other."""

    projection: Projection = field(default_factory=lambda: Projection(ONTOLOGY, {"expert": 2, "guess": -1}))
    told: int = 0

    def tell(
        self,
        predicate: str,
        value: Value | EntityId,
        start: int = BEGIN,
        end: int = END,
        *,
        subject: str = A,
        source: str = "cmms",
        run: str = "",
        op: Op = Op.ASSERT,
        qualifiers: Qualifiers = (),
    ) -> Staged:
        builder = PartBuilder()
        if predicate in ONTOLOGY.relation:
            builder.link(subject, predicate, str(value), start, end, qualifiers, "a.csv", 7, op)
        else:
            builder.attribute(subject, predicate, value, start, end, qualifiers, "a.csv", 7, op)
        return self.commit(ChangeSet(f"request{self.told}", source, builder.parts(), run=run))

    def commit(self, change_set: ChangeSet) -> Staged:
        self.told += 1
        staged = self.projection.stage(change_set)
        if staged.effective:
            ordinal = self.projection.revision.ordinal + 1
            self.projection.publish(staged, Revision(ordinal, 1_000 * ordinal))
        return staged

    def value(self, at: int, known: int | None = None) -> Value | None:
        view = self.projection.view(at, known)
        return view.value(view.find(A), SINGLE_VALUE) if view.find(A) >= 0 else None

    def history(self) -> list[tuple[object, int, int]]:
        view = self.projection.view(0)
        return [(s.value or s.object, s.valid_from, s.valid_to) for s in view.history(view.find(A))]

    def conflicts(self, at: int) -> list[Statement]:
        view = self.projection.view(at)
        return view.conflicts(view.find(A))


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_repeat_by_the_same_source_is_nothing(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 3)
    assert not story.tell(SINGLE_VALUE, "x", 3).effective
    assert story.projection.revision.ordinal == 1


def test_support_by_a_second_source_is_a_revision_that_changes_no_answer(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 3)
    before = story.projection.view(5).attributes(0)
    assert story.tell(SINGLE_VALUE, "x", 3, source="expert").counts()["supported"] == 1
    assert story.projection.revision.ordinal == 2
    assert story.projection.view(5).attributes(0) == before
    assert story.projection.view(5).version(0) == 1


def test_a_fact_stays_while_one_source_supports_it(story: Story) -> None:
    story.tell(MANY_VALUE, "x")
    story.tell(MANY_VALUE, "x", source="expert")
    story.tell(MANY_VALUE, "x", op=Op.RETRACT)
    assert [s.source for s in story.projection.view(0).attributes(0)] == ["expert"]
    story.tell(MANY_VALUE, "x", source="expert", op=Op.RETRACT)
    assert story.projection.view(0).attributes(0) == []


def test_a_new_value_closes_the_one_in_force_and_holds_to_the_next_known_start(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 0)
    story.tell(SINGLE_VALUE, "z", 8)
    story.tell(SINGLE_VALUE, "y", 4)  # told late
    assert story.history() == [("x", 0, 4), ("y", 4, 8), ("z", 8, END)]
    assert [story.value(5, known) for known in (1, 2, 3)] == ["x", "x", "y"]


def test_a_value_with_an_end_leaves_nothing_after_it(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 0)
    story.tell(SINGLE_VALUE, "y", 4, 6)
    assert [story.value(at) for at in (3, 5, 6)] == ["x", "y", None]


def test_the_higher_rank_answers_then_the_later_and_the_other_stands_in_conflicts(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 0, source="expert")
    story.tell(SINGLE_VALUE, "y", 0)
    assert story.value(1) == "x"
    assert [(s.value, s.source) for s in story.conflicts(1)] == [("y", "cmms")]
    story.tell(SINGLE_VALUE, "z", 0, source="plc")
    story.tell(SINGLE_VALUE, "x", 0, source="expert", op=Op.RETRACT)
    assert story.value(1) == "z"  # of equal rank the later one


def test_the_lower_rank_answers_where_the_higher_says_nothing(story: Story) -> None:
    story.tell(SINGLE_VALUE, "y", 0)
    story.tell(SINGLE_VALUE, "x", 4, 6, source="expert")
    assert story.history() == [("y", 0, 4), ("x", 4, 6), ("y", 6, END)]


def test_an_end_closes_what_is_in_force_whatever_start_it_names(story: Story) -> None:
    story.tell(MANY_RELATION, P, 2)
    assert story.tell(MANY_RELATION, P, end=9, op=Op.END).counts()["ended"] == 1
    assert story.history() == [(P, 2, 9)]
    assert not story.tell(MANY_RELATION, P, end=9, op=Op.END).effective
    assert story.tell(MANY_RELATION, B, end=9, op=Op.END).counts()["unmatched"] == 1
    assert story.projection.view(5).find(B) == -1


def test_an_end_by_another_source_of_equal_rank_is_the_later_word(story: Story) -> None:
    story.tell(SINGLE_RELATION, P, 2)
    story.tell(SINGLE_RELATION, P, end=9, source="hand", op=Op.END)
    assert story.history() == [(P, 2, 9)]
    assert [(s.source, s.valid_to) for s in story.conflicts(10)] == [("cmms", END)]


def test_an_end_by_a_source_of_lower_rank_changes_no_answer(story: Story) -> None:
    story.tell(SINGLE_RELATION, P, 2)
    assert story.tell(SINGLE_RELATION, P, end=9, source="guess", op=Op.END).effective
    assert story.history() == [(P, 2, END)]


def test_an_installation_that_moves_on_leaves_its_position(story: Story) -> None:
    story.tell(SINGLE_RELATION, P, 2)
    story.tell(SINGLE_RELATION, B, 5)
    view = story.projection.view(4)
    assert view.iris(view.links_from(view.find(A)).object) == [P]
    view = story.projection.view(5)
    assert view.iris(view.links_from(view.find(A)).object) == [B]
    assert [s.valid_to for s in view.history_to(view.find(P), SINGLE_RELATION)] == [5]


def test_withdrawing_a_run_takes_its_word_back_and_no_other(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 0, run="monday")
    story.tell(SINGLE_VALUE, "x", 0, 4, run="tuesday")
    story.tell(SINGLE_VALUE, "y", 6, run="tuesday")
    assert story.history() == [("x", 0, 4), ("y", 6, END)]
    staged = story.commit(ChangeSet("back", "cmms", (), withdraws=("tuesday",)))
    assert staged.counts()["retracted"] == 2
    assert story.history() == [("x", 0, END)]
    assert not story.commit(ChangeSet("again", "cmms", (), withdraws=("tuesday", "never"))).effective


def test_what_was_known_then_is_answered_as_then(story: Story) -> None:
    story.tell(SINGLE_VALUE, "x", 0)
    story.tell(SINGLE_VALUE, "x", 0, op=Op.RETRACT)
    story.tell(SINGLE_VALUE, "y", 0)
    assert [story.value(1, known) for known in (0, 1, 2, 3)] == [None, "x", None, "y"]
    assert [story.projection.known_at(at) for at in (0, 999, 1_000, 2_500, 10**9)] == [0, 0, 1, 2, 3]
    assert story.projection.revision_at(2) == Revision(2, 2_000)


def test_an_event_is_present_from_its_time_on(story: Story) -> None:
    story.tell(TYPE, Iri(UpperKind.EVENT), 5)
    story.tell(MANY_RELATION, P)
    assert [story.projection.view(at).kind(0) >= 0 for at in (4, 5)] == [False, True]
    assert [len(story.projection.view(at).links().row) for at in (4, 5)] == [0, 1]


def test_an_entity_that_is_only_referred_to_is_a_stub_until_it_is_described(story: Story) -> None:
    story.tell(MANY_RELATION, P)
    view = story.projection.view(0)
    assert (view.is_stub(view.find(P)), view.kind(view.find(P))) == (True, ONTOLOGY.kind[UpperKind.ENTITY].ordinal)
    story.tell(TYPE, Iri(UpperKind.POSITION), 5, subject=P)
    later = story.projection.view(0)
    assert (later.is_stub(later.find(P)), later.kind(later.find(P))) == (False, -1)
    assert view.is_stub(view.find(P))


def test_a_stub_goes_when_nothing_refers_to_it_any_more(story: Story) -> None:
    story.tell(MANY_RELATION, P)
    story.tell(MANY_RELATION, P, op=Op.RETRACT)
    view = story.projection.view(0)
    assert view.kinds().tolist() == [-1, -1]
    assert list(story.projection.triples(2, 0)) == []


def test_qualifiers_tell_two_links_apart_but_make_one_plain_triple(story: Story) -> None:
    story.tell(MANY_RELATION, P, qualifiers=((THR + "quantity", 1),))
    story.tell(MANY_RELATION, P, qualifiers=((THR + "quantity", 2),))
    assert len(story.projection.view(0).links().row) == 2
    assert len([t for t in story.projection.triples(2, 0) if t.object == P]) == 1
    story.tell(MANY_RELATION, P, qualifiers=((THR + "quantity", 2),), op=Op.RETRACT)
    delta = story.projection.delta((2, 0), (3, 0))
    assert (delta.removed, delta.added) == ((), ())


def test_an_identifier_that_several_carry_is_ambiguous_and_names_them_all(story: Story) -> None:
    for subject in (A, B):
        story.tell(TYPE, Iri(UpperKind.COMPONENT), subject=subject)
        story.tell(IDENTIFIER, "S1", subject=subject, qualifiers=((SCHEME, "serial"),))
    story.tell(IDENTIFIER, "S1", subject=P, qualifiers=((SCHEME, "tag"),))
    view = story.projection.view(0)
    assert view.iris(view.bearers("S1", "serial")) == [A, B]
    assert view.iris(view.bearers("S1")) == [A, B, P]
    assert [i.ambiguous for i in view.identifiers(view.find(A))] == [True]
    assert [i.ambiguous for i in view.identifiers(view.find(P))] == [False]


def test_words_that_the_ontology_does_not_know_are_left_out(story: Story) -> None:
    assert not story.tell(THR + "unheard", "x").effective
    assert not story.tell(TYPE, Iri(THR + "Unheard")).effective
    assert story.projection.statistics().nodes == 0


def test_an_unknown_entity_is_empty_not_an_error(story: Story) -> None:
    view = story.projection.view(0)
    assert (view.find("urn:none"), view.kind(-1), view.value(-1, SINGLE_VALUE), view.history(5)) == (-1, -1, None, [])
    assert (view.find("\ud800"), view.bearers("\ud800"), view.kind(10**9), view.is_stub(10**9)) == (-1, [], -1, False)
    assert view.links_from(-1).row.tolist() == view.links_to(7).row.tolist() == []


def test_one_change_set_is_staged_at_a_time_and_published_in_order(story: Story) -> None:
    builder = PartBuilder()
    builder.attribute(A, SINGLE_VALUE, "x")
    staged = story.projection.stage(ChangeSet("one", "s", builder.parts()))
    assert story.projection.view(0).find(A) == -1
    with pytest.raises(RuntimeError, match="staged already"):
        story.projection.stage(ChangeSet("two", "s", ()))
    with pytest.raises(ValueError, match="does not follow"):
        story.projection.publish(staged, Revision(5, 5))
    story.projection.discard(staged)
    with pytest.raises(RuntimeError, match="not staged"):
        story.projection.publish(staged, Revision(1, 1))
    with pytest.raises(ValueError, match="no revision 1"):
        story.projection.view(0, 1)


def test_an_ontology_without_entity_is_refused() -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match="thr:Entity"):
        Projection(replace(ONTOLOGY, kinds=()))
