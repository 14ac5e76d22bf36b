"""Settled a column at a time or one by one: the same changes, whatever a source has said before."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.helpers import ONTOLOGY, line
from thread.clock import BEGIN, END, parse_instant
from thread.facts import ChangeSet, Commit, Fact, Op, Revision, kind_fact, parts_of
from thread.ingest import Reading, Settlement, TableScope, Vanished, settle, settle_log, standing_claims
from thread.ingest.report import Report
from thread.terms import LABEL, THR, EntityId

DAYS = [parse_instant(f"2024-01-{day:02d}T00:00:00Z") for day in range(1, 6)]
FILES = ("a.csv", "b.csv", "c.csv")


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A fact of a small world: labels and kinds (one may be), places and values of both kinds, dated or not."""
    subject = EntityId(draw(st.sampled_from(["urn:p:1", "urn:p:2"])))
    start, end = BEGIN, END
    if draw(st.booleans()):
        start, end = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2, unique=True)))
        end = draw(st.sampled_from([end, END]))
    origin = draw(st.sampled_from(FILES))
    tail = (start, end)
    match draw(st.integers(0, 3)):
        case 0:
            return Fact(subject, LABEL, None, draw(st.sampled_from(["A", "B"])), *tail, (), origin, 1)
        case 1:
            return kind_fact(subject, THR + draw(st.sampled_from(["Asset", "Component"])), start, origin, 1)
        case 2:
            hall = EntityId(draw(st.sampled_from(["urn:h:1", "urn:h:2"])))
            return Fact(subject, THR + "locatedIn", hall, None, *tail, (), origin, 1)
        case _:
            noted = ((THR + "scheme", draw(st.sampled_from(["tag", "sap"]))),)
            return Fact(subject, THR + "identifier", None, "1", *tail, noted, origin, 1)


@st.composite
def histories(draw: st.DrawFn) -> list[Commit]:
    """What two sources have said, ended, withdrawn, and whose runs were taken back."""
    commits: list[Commit] = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        said = draw(st.lists(st.tuples(facts(), st.sampled_from([Op.ASSERT, Op.ASSERT, *Op])), max_size=6))
        parts = tuple(part for fact, op in said for part in parts_of([_ended(fact) if op is Op.END else fact], op))
        source = draw(st.sampled_from(["plant", "plant", "other"]))
        gone = draw(st.sampled_from([(), (), ("run-1",), ("run-2",)]))
        commits.append(Commit(Revision(number, number), ChangeSet(f"run-{number}", source, parts, withdraws=gone)))
    return commits


def _ended(fact: Fact) -> Fact:
    end = DAYS[3]
    return Fact(fact.subject, fact.predicate, fact.object, fact.value, fact.valid_from, end, fact.qualifiers)


scopes = st.lists(st.sampled_from(list(Vanished)), min_size=3, max_size=3)


def _reading(said: Sequence[Fact], vanished: Sequence[Vanished], protected: frozenset[str], unnamed: int) -> Reading:
    known = {(fact.subject, fact.predicate, fact.object, fact.value, fact.qualifiers, fact.valid_from): fact
             for fact in said}  # fmt: skip
    scope = tuple(TableScope(file, how, protected, unnamed) for file, how in zip(FILES[:2], vanished[:2], strict=True))
    return Reading(parts_of(known.values()), Report((), (), (), {}, {}), scope, 0)


def _changes(settled: Settlement) -> list[str]:
    return sorted(f"{op.name} {line(fact)}" for part in settled.parts for op, fact in part.facts())


subjects_kept = st.sampled_from([(), ("urn:p:1",), ("urn:h:1",)])
again_said = st.lists(st.integers(0, 12), max_size=6)


@settings(max_examples=600, deadline=None)
@given(
    histories(),
    st.lists(facts(), max_size=4),
    again_said,
    scopes,
    subjects_kept,
    st.sampled_from([0, 0, 1]),
    st.sampled_from(DAYS[:4]),
)
def test_a_column_at_a_time_changes_what_one_by_one_changes(
    commits: list[Commit],
    news: list[Fact],
    again: list[int],
    vanished: list[Vanished],
    protected: tuple[str, ...],
    unnamed: int,
    at: int,
) -> None:
    before = [fact for commit in commits for part in commit.change_set.parts for _, fact in part.facts()]
    said = [*news, *(before[number] for number in again if number < len(before))]
    reading = _reading(said, vanished, frozenset(protected), unnamed)
    expected = settle(reading, standing_claims(commits, "plant"), at, ONTOLOGY)
    actual = settle_log(reading, lambda: commits, "plant", at, ONTOLOGY)
    assert _changes(expected) == _changes(actual)
    assert (expected.repeated, expected.ended, expected.retracted) == (actual.repeated, actual.ended, actual.retracted)
