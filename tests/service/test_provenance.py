"""Who said what: the audit of a thing and the sources, against a plain reading of all claims."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.export.helpers import exact, kept, projected
from tests.projection.agreement import ONTOLOGY
from tests.service.conftest import HOUR, NOON, asset, change, ident, needs
from thread.clock import FixedClock
from thread.facts import ChangeSet, Commit, Fact, Op, parts_of
from thread.projection import Statement, View
from thread.projection.claimed import holdings
from thread.reasoning.audit import Change, ChangeKind, Effect, audit_of
from thread.resources import resource
from thread.service import Service
from thread.service.provenance import Headers, conflicts_of, predicates_named
from thread.terms import LABEL, THR
from thread.testing import strategies
from thread.testing.reference import Claim, ReferenceProjection, Row
from thread.testing.strategies import RANKS

# -- an independent reading: the claims that stood after each revision, in the plain twin


def told_in(twin: ReferenceProjection, iri: str, *, incoming: bool) -> Counter[tuple[object, ...]]:
    """Every change of a thing, by comparing what stood before and after each revision."""
    found: Counter[tuple[object, ...]] = Counter()
    for slot, steps in twin.claims_at.items():
        about = any(iri in ends(claim, incoming=incoming) for _, standing in steps for claim in standing)
        before: list[Claim] = []
        for revision, standing in steps if about else ():
            made = [claim for claim in standing if claim not in before]
            gone = [claim for claim in before if claim not in standing]
            rows = twin.resolve(before), twin.resolve(standing)
            for claim in made:
                same = [old for old in before if identity(old) == identity(claim)]
                moved = any(old.end != claim.end for old in same)
                found[entry(revision, "ENDED" if moved else "STATED", claim, rows)] += 1
            for claim in gone:
                again = any(identity(n) == identity(claim) and n.source == claim.source for n in made)
                if not again:
                    found[entry(revision, "WITHDRAWN", claim, rows)] += 1
            before = standing
        assert slot
    return found


def ends(claim: Claim, *, incoming: bool) -> list[str]:
    subject, target = claim.fact.subject, claim.fact.object
    return [subject, target] if incoming and target is not None else [subject]


def identity(claim: Claim) -> tuple[object, ...]:
    return claim.content, claim.start


def entry(revision: int, kind: str, claim: Claim, rows: tuple[list[Row], list[Row]]) -> tuple[object, ...]:
    before, after = rows
    closed = [row for row in before if row not in after and row.start < claim.end and claim.start < row.end]
    opened = [row for row in after if row not in before]
    own = [row for row in opened if row.claim.content == claim.content]
    if kind == "WITHDRAWN":
        effect = "ANSWERS" if closed else "NONE"
    elif own or (kind == "ENDED" and closed):
        effect = "ANSWERS"
    else:
        same = [r for r in after if r.claim.content == claim.content and r.start < claim.end and claim.start < r.end]
        ends_then = [r for r in same if r.end == claim.end]
        begun = [r for r in same if r.start <= claim.start]
        effect = "SUPPORTS" if (ends_then if kind == "ENDED" else begun) else "OUTVOTED"
    replaced = sorted((str(r.claim.content), r.start, r.end) for r in closed) if effect == "ANSWERS" else []
    fact = claim.fact
    return (
        revision, kind, effect, claim.source, claim.run, fact.origin, fact.row,
        str(claim.content), claim.start, claim.end, str(replaced),
    )  # fmt: skip


def told_of(change: Change) -> tuple[object, ...]:
    """The same, of an answer of ours."""
    claim = change.claim
    replaced = sorted((content(one), one.valid_from, one.valid_to) for one in change.replaced)
    return (
        change.revision, change.kind.value, change.effect.value, claim.source, claim.run, claim.origin, claim.row,
        content(claim), claim.valid_from, claim.valid_to, str(replaced),
    )  # fmt: skip


def content(s: Statement) -> str:
    said = ("LINK", str(s.object)) if s.value is None else exact(s.value)
    return str((s.subject, s.predicate, *said, tuple((name, *exact(value)) for name, value in s.qualifiers)))


def both(history: Sequence[ChangeSet]) -> tuple[View, ReferenceProjection, list[Commit]]:
    commits = list(kept(history).changes())
    twin = ReferenceProjection(ONTOLOGY, RANKS)
    for commit in commits:
        twin.publish(twin.stage(commit.change_set), commit.revision)
    return projected(commits, ONTOLOGY, RANKS).view(6), twin, commits


@given(strategies.histories())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_audit_tells_every_change_once_with_what_it_replaced(history: list[ChangeSet]) -> None:
    view, twin, _ = both(history)
    for node in range(view.size):
        for incoming in (False, True):
            ours = Counter(told_of(change) for change in audit_of(view, node, incoming=incoming))
            assert ours == told_in(twin, view.iri(node), incoming=incoming)


@given(strategies.histories())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_audit_as_known_then_is_the_beginning_of_the_one_of_now(history: list[ChangeSet]) -> None:
    view, _, commits = both(history)
    whole = projected(commits, ONTOLOGY, RANKS)
    for known in range(len(commits) + 1):
        then = whole.view(6, known)
        for node in range(then.size):
            now = [told_of(c) for c in audit_of(view, node) if c.revision <= known]
            assert [told_of(c) for c in audit_of(then, node)] == now


@given(strategies.histories())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sources_hold_what_their_own_claims_come_to(history: list[ChangeSet]) -> None:
    _, twin, commits = both(history)
    whole = projected(commits, ONTOLOGY, RANKS)
    for at in (0, 6, 11):
        view = whole.view(at)
        found = holdings(view)
        expected: Counter[tuple[str, str, str]] = Counter()
        standing: Counter[tuple[str, str, str]] = Counter()
        for claims in twin.live.values():
            standing.update((c.source, c.run, c.fact.origin) for c in claims)
            held = twin.own_intervals(claims)
            expected.update((c.source, c.run, c.fact.origin) for c, end in held if c.start <= at < end)
        keys = list(zip(found.source, found.run, found.origin, strict=True))
        assert +Counter(dict(zip(keys, found.holding, strict=True))) == expected
        assert +Counter(dict(zip(keys, found.standing, strict=True))) == standing
        disputed = {node for node in range(view.size) if view.conflicts(node)}
        assert disputed <= set(found.contested.tolist())


# -- the service


def entries(service: Service, name: str, *predicates: str, **more: Any) -> list[Any]:
    context = service.context()
    node = service.view(context).find(ident(name))
    return service.audit(context, node, predicates_named(service.ontology, predicates) or None, **more)


def shown(told: Any) -> tuple[str, str, object]:
    claim = told.change.claim
    return told.change.kind.value, told.by.source, claim.value if claim.value is not None else claim.object


def test_a_link_is_followed_through_all_who_changed_it(service: Service, clock: FixedClock) -> None:
    service.commit(change("r1", *asset("pump"), *asset("a"), *asset("b"), source="plm"))
    service.commit(ChangeSet("r2", "plm", parts_of([needs("pump", "a")]), actor="ann", reason="first"))
    clock.move(3600)
    service.commit(change("r3", needs("pump", "a"), source="cmms"))
    ended = parts_of([needs("pump", "a", valid_to=NOON)], Op.END)
    service.commit(ChangeSet("r4", "cmms", ended, actor="bob"))
    told = entries(service, "pump", "dependsOn")
    assert [(t.change.kind, t.change.effect, t.by.source, t.by.actor, t.by.request_id) for t in told] == [
        (ChangeKind.STATED, Effect.ANSWERS, "plm", "ann", "r2"),
        (ChangeKind.STATED, Effect.SUPPORTS, "cmms", "", "r3"),
        (ChangeKind.ENDED, Effect.ANSWERS, "cmms", "bob", "r4"),
    ]
    assert told[2].by.recorded_at == NOON + HOUR + 1
    assert [(one.object, one.source) for one in told[2].change.replaced] == [(ident("a"), "plm")]
    incoming = entries(service, "a", "dependsOn", incoming=True)
    assert [told_of(t.change) for t in incoming] == [told_of(t.change) for t in told]
    assert entries(service, "a", "dependsOn") == []


def test_a_run_that_was_taken_back_is_shown_with_who_took_it_back(service: Service) -> None:
    service.commit(change("run-1", *asset("pump"), source="cmms"))
    service.commit(change("run-2", Fact(ident("pump"), LABEL, value="other"), source="plm"))
    service.retract_run("run-2", "undo-7", actor="ann")
    told = entries(service, "pump", "label")
    assert [shown(t) for t in told] == [
        ("STATED", "cmms", "pump"),
        ("STATED", "plm", "other"),
        ("WITHDRAWN", "plm", "other"),
    ]
    last = told[-1]
    assert (last.by.request_id, last.by.actor, last.by.reason) == ("undo-7", "ann", "retract run-2")
    assert [one.value for one in last.change.instead] == ["pump"]
    (source,) = [s for s in service.sources(service.context()).sources if s.name == "plm"]
    (run,) = source.runs
    assert (run.name, run.told, run.standing, run.holding) == ("run-2", 1, 0, 0)
    assert run.withdrawn is not None
    assert run.withdrawn.request_id == "undo-7"


def test_an_outvoted_source_is_told_with_the_reason(opened: Callable[..., Service]) -> None:
    service = opened(ranks={"plm": 50, "erp": 20})
    service.commit(change("r1", *asset("pump"), source="plm"))
    service.commit(change("r2", Fact(ident("pump"), LABEL, value="erp's"), source="erp"))
    service.commit(change("r3", Fact(ident("pump"), LABEL, value="hand's"), source="hand"))
    told = entries(service, "pump", "label")
    assert [t.change.effect for t in told] == [Effect.ANSWERS, Effect.OUTVOTED, Effect.OUTVOTED]
    found = service.sources(service.context())
    assert [(s.name, s.rank, s.holding, s.in_conflict) for s in found.sources] == [
        ("erp", 20, 1, 1),
        ("hand", 0, 1, 1),
        ("plm", 50, 2, 0),
    ]
    assert [(c.answer and c.answer.value, c.other.value, c.by_rank) for c in found.conflicts] == [
        ("pump", "erp's", True),
        ("pump", "hand's", True),
    ]


def test_of_equal_ranks_the_later_source_wins_and_the_conflict_says_so(service: Service) -> None:
    service.commit(change("r1", *asset("pump"), source="a"))
    service.commit(change("r2", Fact(ident("pump"), LABEL, value="b's"), source="b"))
    view = service.view(service.context())
    (conflict,) = conflicts_of(view, view.find(ident("pump")), {})
    assert (conflict.answer and conflict.answer.source, conflict.other.source, conflict.by_rank) == ("b", "a", False)


def test_an_audit_reads_the_revisions_that_told_it_and_no_others(service: Service) -> None:
    for number in range(30):
        service.commit(change(f"r{number}", *asset(f"pump{number}")))
    service.commit(change("last", Fact(ident("pump3"), LABEL, value="new")))
    read: list[int] = []

    class Counting:
        def changes(self, since: int = 0) -> Iterator[Commit]:
            for commit in service._store.changes(since):
                read.append(commit.revision.ordinal)
                yield commit

    service.headers = Headers(Counting())  # type: ignore[arg-type]  # the one method that is used
    entries(service, "pump3", "label")
    assert read == [4, 31]
    entries(service, "pump3", "label")
    assert read == [4, 31]


EXAMPLES = [path.parent.name for path in sorted(resource("examples").glob("*/mapping.yaml"))]


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "brick"])
def test_every_fact_of_an_import_names_its_file_and_row(opened: Callable[..., Service], name: str) -> None:
    """Tables, JSON, Excel: nothing is unattributed, and what is told is what came in."""
    service, folder = opened(), resource("examples") / name
    done = service.import_(folder / "mapping.yaml", folder)
    context = service.context()
    view = service.view(context)
    files = {path.name for path in folder.iterdir()}
    count = 0
    for node in range(view.size):
        for told in service.audit(context, node):
            claim, count = told.change.claim, count + 1
            assert claim.origin.partition("#")[0] in files
            assert claim.row > 0
            assert (claim.source, claim.run) == (done.plan.mapping.source, done.plan.run)
            assert told.by.request_id == done.plan.run
    assert count == done.plan.asserted


def test_refused_rows_are_kept_with_the_run_and_survive_a_restart(
    opened: Callable[..., Service], tmp_path: Path
) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(resource("examples") / "isa95", folder)
    orders = folder / "isa_work_order.csv"
    lines = orders.read_text("utf-8").splitlines()
    orders.write_text("\n".join([*lines[:3], lines[3] + ",one,cell,more", *lines[4:]]) + "\n", "utf-8")
    first = opened()
    report = first.import_(folder / "mapping.yaml", folder).plan.report
    assert report.rejected_rows == 1
    first.close()
    again = opened(read_only=True)
    (source,) = again.sources(again.context()).sources
    (run,) = source.runs
    assert (source.refused, run.rows and (run.rows.read, run.rows.refused, run.rows.rules)) == (
        1,
        (report.rows, 1, {"bad-file": 1}),
    )
    by_file = {file.name.partition("#")[0]: file.told for file in run.files}
    assert by_file == {count.file: count.facts for count in report.counts if count.facts}
    assert source.holding == sum(file.holding for file in run.files)


def test_of_a_value_that_changed_only_the_last_holds_and_the_past_is_told_as_known_then(
    service: Service, clock: FixedClock
) -> None:
    before = Fact(ident("pump"), LABEL, value="old")
    service.commit(change("r1", *asset("pump"), before, source="plm"))
    clock.move(60)
    service.commit(change("r2", Fact(ident("pump"), LABEL, value="new", valid_from=NOON), source="plm"))
    service.commit(ChangeSet("r3", "plm", (), withdraws=("r1",)))

    def counts(known_at: int | None) -> list[tuple[str, int, int, int]]:
        context = service.context(valid_at=NOON + HOUR, known_at=known_at)
        (source,) = service.sources(context).sources
        return [(run.name, run.told, run.standing, run.holding) for run in source.runs]

    assert counts(NOON) == [("r1", 3, 3, 2)]
    assert counts(NOON + 60_000_000) == [("r1", 3, 3, 1), ("r2", 1, 1, 1)]
    assert counts(None) == [("r1", 3, 0, 0), ("r2", 1, 1, 1)]


def test_nothing_was_said_yet(service: Service) -> None:
    found = service.sources(service.context())
    assert (found.sources, found.conflicts) == ((), ())


def test_a_word_that_is_none_is_named(service: Service) -> None:
    from thread.errors import InputError

    with pytest.raises(InputError, match="dependsOn"):
        predicates_named(service.ontology, ["dependOn"])
    assert predicates_named(service.ontology, ["dependsOn", "kind"])[0] == THR + "dependsOn"
