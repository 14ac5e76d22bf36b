"""What is committed is seen at once, durable, and told in both times."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.service.conftest import HOUR, NOON, asset, change, ident, moment, needs
from thread.clock import FixedClock
from thread.errors import ConflictError, InputError, NotFound, StoreError
from thread.facts import Fact, kind_fact
from thread.reasoning.impact import EffectKind, ImpactQuery
from thread.service import Service
from thread.terms import IDENTIFIER, LABEL, SCHEME, THR, UpperKind


def suppliers(service: Service, name: str, **when: int) -> list[str]:
    view = service.view(service.context(**when))
    return [view.iri(int(n)) for n in view.links_from(view.find(ident(name))).object]


def test_a_commit_is_seen_by_the_next_question(service: Service) -> None:
    service.commit(change("r1", *asset("pump"), *asset("motor")))
    outcome = service.commit(change("r2", needs("pump", "motor")))
    assert (outcome.revision.ordinal, outcome.effective) == (2, True)
    assert [ident("motor")] == suppliers(service, "pump")


def test_what_says_nothing_new_makes_no_revision(service: Service) -> None:
    service.commit(change("r1", *asset("pump")))
    outcome = service.commit(change("r2", *asset("pump")))
    assert (outcome.revision.ordinal, outcome.effective) == (1, False)
    assert service.info().revision.ordinal == 1


def test_a_request_that_is_sent_again_is_answered_not_applied(service: Service) -> None:
    first = service.commit(change("r1", *asset("pump")))
    service.commit(change("r2", Fact(ident("pump"), LABEL, value="other")))
    again = service.commit(change("r1", *asset("pump")))
    assert (first.revision, True) == (again.revision, again.repeated)
    assert service.info().revision.ordinal == 2


def test_a_request_id_with_other_content_is_refused(service: Service) -> None:
    service.commit(change("r1", *asset("pump")))
    with pytest.raises(ConflictError, match="request-reused"):
        service.commit(change("r1", *asset("fan")))


def test_a_change_that_breaks_a_shape_is_refused_whole(service: Service) -> None:
    bad = kind_fact(ident("x"), THR + "Pmup")
    with pytest.raises(InputError, match="unknown-kind"):
        service.commit(change("r1", *asset("pump"), bad))
    assert service.info().revision.ordinal == 0
    assert service.view(service.context()).find(ident("pump")) == -1


def test_a_question_can_be_asked_of_any_time_and_of_any_knowledge(service: Service, clock: FixedClock) -> None:
    service.commit(change("r1", *asset("pump"), *asset("a"), *asset("b"), needs("pump", "a", valid_to=NOON)))
    clock.move(3600)
    service.commit(change("r2", needs("pump", "b", valid_from=NOON - HOUR)))
    before, early = NOON - HOUR // 2, NOON - 2 * HOUR
    assert [ident("a"), ident("b")] == suppliers(service, "pump", valid_at=before)
    assert [ident("a")] == suppliers(service, "pump", valid_at=before, known_at=NOON + 1)
    assert [ident("a")] == suppliers(service, "pump", valid_at=early)
    assert [ident("b")] == suppliers(service, "pump")


def test_nothing_is_known_before_the_first_revision(service: Service) -> None:
    service.commit(change("r1", *asset("pump")))
    assert service.view(service.context(known_at=NOON - 1)).find(ident("pump")) == -1


def test_a_withdrawn_run_takes_only_its_own_support(service: Service) -> None:
    service.commit(change("run-1", *asset("pump"), source="cmms"))
    service.commit(change("run-2", *asset("pump"), *asset("fan"), source="plm"))
    service.retract_run("run-2", "undo")
    view = service.view(service.context())
    assert (view.kind(view.find(ident("pump"))) >= 0, view.kind(view.find(ident("fan"))) >= 0) == (True, False)
    with pytest.raises(NotFound, match="run-7"):
        service.retract_run("run-7", "undo-7")


def test_a_reader_beside_the_writer_sees_what_was_committed_and_writes_nothing(
    service: Service, opened: Callable[..., Service]
) -> None:
    service.commit(change("r1", *asset("pump")))
    reader = opened(read_only=True)
    assert reader.view(reader.context()).find(ident("pump")) >= 0
    with pytest.raises(StoreError, match="reads only"):
        reader.commit(change("r2", *asset("fan")))


def test_a_second_writer_is_refused(service: Service, opened: Callable[..., Service]) -> None:
    with pytest.raises(StoreError, match="store-locked"):
        opened()


def test_everything_is_there_after_closing_and_opening(service: Service, opened: Callable[..., Service]) -> None:
    service.commit(change("r1", *asset("pump"), *asset("motor"), needs("pump", "motor")))
    service.close()
    again = opened()
    assert [ident("motor")] == suppliers(again, "pump")
    assert again.verify().sound


def test_the_graph_crosses_a_boundary_of_time_without_a_revision(
    service: Service, opened: Callable[..., Service], clock: FixedClock
) -> None:
    service.commit(change("r1", *asset("pump"), *asset("a"), needs("pump", "a", valid_to=NOON + HOUR)))
    before = service.verify()
    service.close()
    clock.move(7200)
    after = opened().verify()
    assert (before.sound, after.sound, before.revision, after.revision) == (True, True, 1, 1)
    assert before.triples - 1 == after.triples


def test_references_are_read_as_iri_then_scheme_then_value(service: Service) -> None:
    tag = Fact(ident("pump"), IDENTIFIER, value="P-101", qualifiers=((SCHEME, "tag"),))
    both = [Fact(ident(n), IDENTIFIER, value="7", qualifiers=((SCHEME, "serial"),)) for n in ("pump", "fan")]
    service.commit(change("r1", *asset("pump"), *asset("fan"), tag, *both))
    frame = service.context()
    one = service.view(frame).find(ident("pump"))
    assert [one] * 3 == [service.lookup(frame, ref).one() for ref in (ident("pump"), "tag:P-101", "P-101")]
    ambiguous = service.lookup(frame, "7")
    assert (len(ambiguous.nodes), getattr(ambiguous.problem, "code", None)) == (2, "ambiguous-reference")
    assert [getattr(service.lookup(frame, r).problem, "code", "") for r in ("nope", " ")] == ["not-found", "bad-iri"]


def test_readers_see_whole_revisions_while_a_writer_writes(service: Service) -> None:
    """Each revision adds a pump and its motor: no reader may ever see one without the other."""

    def write() -> None:
        for number in range(60):
            facts = (*asset(f"p{number}"), *asset(f"m{number}"), needs(f"p{number}", f"m{number}"))
            service.commit(change(f"w{number}", *facts))

    def read() -> set[bool]:
        seen = set()
        while service.info().revision.ordinal < 60:
            view = service.view(service.context())
            seen.add(len(view.of_kind(UpperKind.ASSET)) == 2 * len(view.links().row) == 2 * view.known)
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read), pool.submit(read)]
        pool.submit(write).result(60)
        assert {True} >= readers[0].result(60) | readers[1].result(60)


def test_an_impact_answer_follows_the_clock_past_a_restoration_that_was_told_ahead(
    service: Service, clock: FixedClock
) -> None:
    failure = ident("failure")
    service.commit(
        change(
            "r1",
            *asset("pump"),
            *asset("line"),
            needs("line", "pump"),
            kind_fact(failure, UpperKind.FAILURE_EVENT, valid_from=NOON - HOUR),
            Fact(failure, THR + "occurredAt", value=moment(NOON - HOUR)),
            Fact(failure, THR + "restoredAt", value=moment(NOON + HOUR)),
            Fact(failure, THR + "failureOf", ident("pump")),
        )
    )

    def stopped() -> int:
        frame = service.context()
        pump = service.view(frame).find(ident("pump"))
        return service.impact(frame, [pump], ImpactQuery()).total([EffectKind.STOPS])

    assert stopped() == 0  # the line is down already
    clock.move(1800)
    assert stopped() == 0
    clock.move(1801)
    assert stopped() == 1
