"""Health as it changes: the snapshot, then each change once, as the plain question answers at every revision."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.api.demo import open_sample
from tests.api.serving import connected, events, served
from tests.service.test_structures import Floor
from thread.api.engine import Engine
from thread.api.streaming import Streams
from thread.clock import FixedClock, to_datetime
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.reasoning.structure import compile_structure
from thread.resources import resource
from thread.samples import generate
from thread.service import Service
from thread.terms import ENTITY, THR, EntityId

pytestmark = pytest.mark.slow

FIELDS = "{ cursor snapshot previous health { entity { iri } score at } cause { iri } }"
FOLLOW = (
    "subscription($of: [ID!], $kinds: [EntityKind!], $minDelta: Float! = 0.02, $below: Float, $after: String,"
    " $minIntervalMs: Int! = 0) { healthChanged(of: $of, kinds: $kinds, minDelta: $minDelta, below: $below,"
    f" after: $after, minIntervalMs: $minIntervalMs) {FIELDS} }}"
)
HOUR, HOURS_A_YEAR = 3_600_000_000, 8_766


@pytest.fixture
def service() -> Iterator[Service]:
    service = open_sample(generate("demo"), "memory:")
    yield service
    service.close()


@pytest.fixture
def engine(service: Service) -> Engine:
    return Engine(service)


async def stream(engine: Engine, **variables: Any) -> AsyncIterator[dict[str, Any]]:
    """The events of a subscription, as a transport gives them."""
    results = await Streams(engine).stream(FOLLOW, variables, "test")
    async for result in results:
        assert not result.errors, result.errors
        yield result.data["healthChanged"]  # type: ignore[index]  # no errors


async def take(engine: Engine, count: int, **variables: Any) -> list[dict[str, Any]]:
    """The first events; what never comes fails."""

    async def run() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        source = stream(engine, **variables)
        while len(found) < count:
            found.append(await anext(source))
        await source.aclose()  # type: ignore[attr-defined]  # a generator
        return found

    return await asyncio.wait_for(run(), 60)


def scores(service: Service, known: int, instant: int) -> dict[str, float]:
    """Health of everything as of a revision and an instant, compiled anew from its view."""
    view = service.view(replace(service.context(valid_at=instant), known=known))
    found = compile_structure(view).health.high.by_node
    return {view.iri(node): float(found[node]) for node in range(view.size) if view.kind(node) >= 0}


def expected(service: Service, start: tuple[int, int], marks: list[tuple[int, int]], least: float) -> list[Any]:
    """What is to be told at revisions and instants, from the answers at each: (thing, told before, score)."""
    told, out = scores(service, *start), []
    for mark in marks:
        now = scores(service, *mark)
        for iri in sorted(now):
            before = told.get(iri, 1.0)
            if now[iri] != before and abs(now[iri] - before) >= least - 1e-12:
                out.append((iri, before, now[iri]))
                told[iri] = now[iri]
            else:
                told[iri] = before
    return out


def told(found: list[dict[str, Any]]) -> list[Any]:
    return [(each["health"]["entity"]["iri"], each["previous"], each["health"]["score"] or 0.0) for each in found]


def change(service: Service, request: str, *facts: Fact) -> tuple[int, int]:
    """A mark: the revision that was made, and when it was recorded."""
    revision = service.commit(ChangeSet(request, "test", parts_of(facts))).revision
    return revision.ordinal, revision.recorded_at


def order(service: Service, thing: str, severity: str, name: str = "urn:o:1") -> tuple[int, int]:
    """An open corrective order: health at most 0.3, 0.6 or 0.9."""
    one = EntityId(name)
    said = {"status": "RUNNING", "severity": severity, "orderType": "CORRECTIVE"}
    facts = [kind_fact(one, THR + "WorkOrder"), Fact(one, THR + "performedOn", object=EntityId(thing))]
    now = service.clock.now()
    return change(
        service,
        f"{name}-{severity}-{now}-{service.info().revision.ordinal}",
        *facts,
        *(Fact(one, THR + name, value=value, valid_from=now) for name, value in said.items()),
    )


def done(service: Service, name: str = "urn:o:1") -> tuple[int, int]:
    now = service.clock.now()
    return change(
        service, f"{name}-done-{now}", Fact(EntityId(name), THR + "status", value="COMPLETED", valid_from=now)
    )


def leaf(service: Service, name: str = "urn:x:leaf") -> str:
    """A thing that nothing else is about."""
    change(service, f"made-{name}", kind_fact(EntityId(name), THR + "Asset"))
    return name


def head(service: Service) -> tuple[int, int]:
    return service.info().revision.ordinal, service.clock.now()


def pass_time(service: Service, hours: float) -> None:
    assert isinstance(service.clock, FixedClock)
    service.clock.move(hours * 3600)


@pytest.mark.parametrize(("seed", "least"), [(0, 0.05), (1, 0.0)])
def test_every_change_is_told_once_as_the_question_answers_at_each_revision(
    service: Service, engine: Engine, seed: int, least: float
) -> None:
    """The oracle asks for everything at every revision, and just before each."""
    floor = Floor(service, seed)

    async def run() -> None:
        start = head(service)
        first = await take(engine, 1, minDelta=least)
        snapshot = {iri: score for iri, score in scores(service, *start).items() if score < 1.0}
        found = await take(engine, len(snapshot), minDelta=least)
        assert all(each["snapshot"] and each["previous"] is None for each in found)
        assert {iri: score for iri, _, score in told(found)} == snapshot
        marks = []
        for step in range(6):
            pass_time(service, floor.random.choice((1, 30)))
            marks.append((start[0] + step, service.clock.now() - 1))  # just before what is said next
            marks.append(change(service, f"q{step}", *floor.happens(step, links=step % 4 == 3)))
        wanted = expected(service, start, marks, 0.0) if least == 0.0 else []
        again = first[0]["cursor"]
        rest = await take(engine, len(snapshot) - 1, after=again, minDelta=least)
        assert rest == found[1:]
        last = rest[-1]["cursor"] if rest else again
        end = (order(service, leaf(service), "CRITICAL"), "urn:x:leaf")
        seen: list[dict[str, Any]] = []
        source = stream(engine, after=last, minDelta=least)
        while not seen or seen[-1]["health"]["entity"]["iri"] != end[1]:
            seen.append(await asyncio.wait_for(anext(source), 60))
        await source.aclose()  # type: ignore[attr-defined]  # a generator
        state = dict(scores(service, *start))
        for iri, previous, score in told(seen):
            assert previous == state.get(iri, 1.0)
            assert score != previous
            assert abs(score - previous) >= least - 1e-12
            state[iri] = score
        now = scores(service, *end[0])
        assert all(abs(now[iri] - state.get(iri, 1.0)) <= max(0.0, least) for iri in now)
        assert len({each["cursor"] for each in seen}) == len(seen)
        if least == 0.0:  # each state that the question gives at a mark was told on the way
            said = {(iri, score) for iri, _, score in told(seen)} | set(scores(service, *start).items())
            assert {(iri, score) for iri, _, score in wanted} <= said

    asyncio.run(run())


def test_what_commits_alone_change_is_told_exactly(service: Service, engine: Engine) -> None:
    """The clock stands: the marks are the revisions, and the oracle's list is the stream, in order."""
    floor = Floor(service, 7)

    async def run() -> tuple[list[Any], list[Any]]:
        start = head(service)
        first = await take(engine, 1)
        marks = [change(service, f"q{step}", *floor.happens(step, links=step % 5 == 4)) for step in range(25)]
        count = len([score for score in scores(service, *start).values() if score < 1.0])
        wanted = expected(service, start, marks, 0.02)
        found = await take(engine, count - 1 + len(wanted), after=first[0]["cursor"])
        return wanted, told(found[count - 1 :])

    wanted, found = asyncio.run(run())
    assert len(wanted) > 3
    assert found == wanted


def test_a_stream_is_resumed_after_any_event_and_goes_on_as_if_it_had_never_ended(
    service: Service, engine: Engine
) -> None:
    """Small steps that add up to one event must do so across the break as well."""
    thing = leaf(service)

    def aged(step: int) -> None:
        facts = {"age": Decimal(step), "expectedLifeHours": Decimal(100 * HOURS_A_YEAR)}  # 0.005 of health a step
        pass_time(service, 1)
        now = service.clock.now()
        said = [Fact(EntityId(thing), THR + name, value=value, valid_from=now) for name, value in facts.items()]
        change(service, f"age-{step}", *said)

    async def run() -> None:
        begun = await take(engine, 1, of=[thing], minDelta=0.05)
        for step in range(40):
            aged(step)
        order(service, thing, "CRITICAL")
        whole = begun
        while whole[-1]["health"]["score"] != 0.3:
            whole += await take(engine, 1, of=[thing], minDelta=0.05, after=whole[-1]["cursor"])
        assert len(whole) == 5  # the first, three times 0.05 in 39 steps, and the last
        for at, event in enumerate(whole[:-1]):
            rest = await take(engine, len(whole) - at - 1, of=[thing], minDelta=0.05, after=event["cursor"])
            assert rest == whole[at + 1 :]

    asyncio.run(run())


def test_a_bound_is_told_once_each_time_it_is_crossed(service: Service, engine: Engine) -> None:
    thing = leaf(service)

    async def run() -> list[Any]:
        begun = await take(engine, 1, of=[thing], below=0.7)
        order(service, thing, "MINOR")  # 0.9: above
        order(service, thing, "MAJOR", "urn:o:2")  # 0.6: crosses
        order(service, thing, "CRITICAL", "urn:o:3")  # 0.3: below already
        done(service, "urn:o:3")
        done(service, "urn:o:2")  # 0.9: back
        order(service, thing, "CRITICAL", "urn:o:4")
        found = await take(engine, 3, of=[thing], below=0.7, after=begun[0]["cursor"])
        return [*begun, *found]

    begun, *found = asyncio.run(run())
    assert begun["snapshot"]
    assert told(found) == [(thing, 1.0, 0.6), (thing, 0.6, 0.9), (thing, 0.9, 0.3)]


def test_time_alone_is_told_too_and_says_why(service: Service, engine: Engine) -> None:
    thing = leaf(service)
    due = to_datetime(service.clock.now() + 10 * HOUR)
    assert due is not None

    async def run() -> list[dict[str, Any]]:
        begun = await take(engine, 1, of=[thing], minDelta=0.3)
        change(
            service,
            "due",
            Fact(EntityId(thing), THR + "maintenanceDue", value=due),
            Fact(EntityId(thing), THR + "maintenanceIntervalHours", value=Decimal(100)),
        )
        task = asyncio.create_task(take(engine, 1, of=[thing], minDelta=0.3, after=begun[0]["cursor"]))
        await take(engine, 1, of=[thing], minDelta=0.3)  # the first follows meanwhile
        pass_time(service, 200)  # nobody commits
        return await task

    (event,) = asyncio.run(run())
    assert (event["previous"], event["cause"]["iri"]) == (1.0, thing)
    assert 0.69 < event["health"]["score"] <= 0.7
    assert event["health"]["at"] < str(to_datetime(service.clock.now()))


def test_changes_within_the_pause_are_told_as_one(service: Service, engine: Engine) -> None:
    thing = leaf(service)

    async def run() -> list[dict[str, Any]]:
        begun = await take(engine, 1, of=[thing])
        pass_time(service, 1)
        for at, severity in enumerate(("MINOR", "MAJOR", "CRITICAL")):
            order(service, thing, severity, f"urn:o:{at}")
        return await take(engine, 2, of=[thing], after=begun[0]["cursor"], minIntervalMs=200)

    assert told(asyncio.run(run())) == [(thing, 1.0, 0.9), (thing, 0.9, 0.3)]


def test_only_what_is_of_the_kinds_is_told(service: Service, engine: Engine) -> None:
    asset = leaf(service)
    change(service, "sensor", kind_fact(EntityId("urn:x:sensor"), THR + "Sensor"))

    async def run() -> list[dict[str, Any]]:
        begun = await take(engine, 1, of=[asset, "urn:x:sensor"], kinds=["ASSET"])
        order(service, "urn:x:sensor", "MAJOR", "urn:o:s")
        order(service, asset, "MAJOR")
        return begun + await take(engine, 1, of=[asset, "urn:x:sensor"], kinds=["ASSET"], after=begun[0]["cursor"])

    assert [iri for iri, _, _ in told(asyncio.run(run()))] == [asset, asset]


@pytest.mark.parametrize("transport", [connected, events])
def test_both_transports_give_the_snapshot_and_the_change(service: Service, transport: Any) -> None:
    thing = leaf(service)

    async def run(address: str) -> list[dict[str, Any]]:
        if transport is connected:
            async with connected(address) as client:
                await client.subscribe(FOLLOW, of=[thing])
                first = await client.next()
                await asyncio.to_thread(order, service, thing, "MAJOR")
                return [first["healthChanged"], (await client.next())["healthChanged"]]
        async with events(address, FOLLOW, of=[thing]) as source:
            first = (await anext(source))[1]
            await asyncio.to_thread(order, service, thing, "MAJOR")
            second = (await asyncio.wait_for(anext(source), 20))[1]
            return [each["data"]["healthChanged"] for each in (first, second)]

    with served(service) as address:
        first, second = asyncio.run(run(address))
    assert (first["snapshot"], first["previous"]) == (True, None)
    assert (second["snapshot"], second["previous"], second["health"]["score"]) == (False, 1.0, 0.6)
    assert second["cause"]["iri"] == thing


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"of": ["nothing-of-that-name"]}, "NOT_FOUND"),
        ({"minDelta": 2}, "INVALID"),
        ({"below": 0}, "INVALID"),
        ({"minIntervalMs": -1}, "INVALID"),
        ({"after": "17"}, "INVALID"),
    ],
)
def test_what_cannot_be_followed_is_refused_at_once(engine: Engine, given: dict[str, Any], code: str) -> None:
    async def run() -> list[Any]:
        return [result async for result in await Streams(engine).stream(FOLLOW, given, "test")]

    (result,) = asyncio.run(run())
    assert result.errors[0].extensions["code"] == code


def test_the_operation_of_the_page_gives_the_health_of_the_line(engine: Engine) -> None:
    page = (resource("docs") / "subscriptions.md").read_text(encoding="utf-8")
    operation = re.findall(r"```graphql\n(.*?)```", page, re.DOTALL)[1]

    async def run() -> Any:
        results = await Streams(engine).stream(operation, {"of": [ENTITY + "BIW1"]}, "test")
        return (await anext(results)).data

    assert asyncio.run(run())["healthChanged"]["snapshot"] is True
