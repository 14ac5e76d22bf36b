"""Structures that move on with commits and time are those that are compiled anew, bit by bit; and links compile."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from tests.api.demo import open_sample
from thread.clock import FixedClock, to_datetime
from thread.facts import ChangeSet, Fact, Value, kind_fact, parts_of
from thread.reasoning.structure import compile_structure
from thread.samples import generate
from thread.service import Service
from thread.terms import ENTITY, THR, EntityId

HOUR = 3_600_000_000
OPERATED = ("QS-20", "QS-30", "V-20", "V-23", "V-30", "Q-0")


@pytest.fixture
def service() -> Iterator[Service]:
    service = open_sample(generate("demo"), "memory:")
    yield service
    service.close()


class Floor:
    """Things that happen, at random, on the sample plant."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service, self.random = service, Random(seed)
        view = service.view(service.context())
        self.things = [view.iri(int(n)) for n in view.of_kind(THR + "Asset", THR + "Position", THR + "Component")]
        self.serials = [view.iri(int(n)) for n in view.of_kind(THR + "Component")]
        self.slots = [view.iri(int(n)) for n in view.of_kind(THR + "Position")]
        self.orders: list[EntityId] = []
        self.events: list[EntityId] = []

    def happens(self, step: int, *, links: bool) -> list[Fact]:
        random, now = self.random, self.service.clock.now()
        thing = random.choice(self.things)
        kinds = [
            "order",
            "done",
            "failure",
            "restored",
            "state",
            "due",
            "noted",
            *(["install", "stayed", "stays"] if links else []),
        ]
        match random.choice(kinds):
            case "order":
                self.orders.append(order := EntityId(f"urn:o:{step}"))
                facts = [kind_fact(order, THR + "WorkOrder"), Fact(order, THR + "performedOn", object=thing)]
                said: dict[str, Value] = {"status": "RUNNING", "severity": random.choice(("CRITICAL", "MINOR"))}
                said["orderType"] = random.choice(("CORRECTIVE", "PREVENTIVE"))
                said["plannedEnd"] = _time(now + random.choice((-200, 100)) * HOUR)
                facts += [Fact(order, THR + name, value=value) for name, value in said.items()]
                if self.events and random.random() < 0.5:
                    facts.append(Fact(order, THR + "addresses", object=random.choice(self.events)))
                return facts
            case "done" if self.orders:
                order, end = random.choice(self.orders), _time(now + random.choice((-1, 0, 50)) * HOUR)
                return [
                    Fact(order, THR + "status", value="COMPLETED", valid_from=now),
                    Fact(order, THR + "endedAt", value=end, valid_from=now),
                ]
            case "failure":
                self.events.append(event := EntityId(f"urn:e:{step}"))
                at = now + random.choice((-5, 0, 20)) * HOUR
                relation = THR + random.choice(("failureOf", "occurredOn"))
                return [
                    kind_fact(event, THR + "FailureEvent", valid_from=at),
                    Fact(event, relation, object=thing, valid_from=at),
                    Fact(event, THR + "occurredOn", object=random.choice(self.things), valid_from=at),
                ]
            case "restored" if self.events:
                until = _time(now + random.choice((0, 40)) * HOUR)
                return [Fact(random.choice(self.events), THR + "restoredAt", value=until)]
            case "state":
                which = EntityId(ENTITY + random.choice(OPERATED))
                return [Fact(which, THR + "state", value=random.choice(("OPEN", "CLOSED")), valid_from=now)]
            case "due":
                due = _time(now + random.choice((-100, 10)) * HOUR)
                return [
                    Fact(thing, THR + "maintenanceDue", value=due, valid_from=now),
                    Fact(thing, THR + "maintenanceIntervalHours", value=Decimal(1000)),
                ]
            case "install":
                into = random.choice(self.slots)
                return [Fact(random.choice(self.serials), THR + "installedIn", object=into, valid_from=now)]
            case "stayed" | "stays" as when:  # a stay that is over, or one that time may jump over
                start = now + (-100 if when == "stayed" else 10) * HOUR
                into, end = random.choice(self.slots), start + random.choice((5, 60)) * HOUR
                serial = random.choice(self.serials)
                return [Fact(serial, THR + "installedIn", object=into, valid_from=start, valid_to=end)]
        return [Fact(thing, THR + "description", value=f"note {step}")]


def _time(instant: int) -> Value:
    found = to_datetime(instant)
    assert found is not None
    return found


def same(service: Service) -> None:
    view = service.view(service.context())
    moved, anew = service.structures.with_health(view), compile_structure(view)
    assert np.array_equal(moved.kinds, anew.kinds)
    assert np.array_equal(moved.own, anew.own)
    assert np.array_equal(moved.conduction.shut, anew.conduction.shut)
    assert np.array_equal(moved.live.state.dead, anew.live.state.dead)
    for mine, theirs in zip(moved.health.findings.columns, anew.health.findings.columns, strict=True):
        assert np.array_equal(mine, theirs)
    assert np.array_equal(moved.health.high.by_node, anew.health.high.by_node)
    assert np.array_equal(moved.health.low.by_node, anew.health.low.by_node)


@pytest.mark.parametrize("links", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_what_moves_on_with_commits_and_time_is_what_is_compiled(service: Service, seed: int, links: bool) -> None:
    floor, clock = Floor(service, seed), service.clock
    assert isinstance(clock, FixedClock)
    same(service)
    for step in range(30):
        clock.move(floor.random.choice((0, 1, 30, 300)) * 3600)
        service.commit(ChangeSet(f"q{step}", "test", parts_of(floor.happens(step, links=links))))
        clock.move(floor.random.choice((0, 1)) * 3600)
        same(service)
    counts = service.structures.counts
    assert counts.moved > 0
    assert links or counts.compiled == 1


def test_a_measurement_that_says_the_same_again_is_fresh_evidence(service: Service) -> None:
    clock, thing = service.clock, EntityId(ENTITY + "P-1")
    assert isinstance(clock, FixedClock)
    for _ in range(3):
        said = Fact(thing, THR + "description", value="as ever", valid_from=clock.now())
        service.commit(ChangeSet(f"m{clock.now()}", "test", parts_of([said])))
        same(service)
        clock.move(3 * 86_400)


def test_risk_grows_with_age_whoever_asked_before_and_no_change_is_live(service: Service) -> None:
    clock, context = service.clock, service.context()
    assert isinstance(clock, FixedClock)
    node = service.view(context).find(ENTITY + "BIW1")
    later = service.context(valid_at=context.valid_at + 300 * 24 * HOUR)
    first, then = (service.risk(each, [node], 720.0)[0].probability.value for each in (context, later))
    clock.move(300 * 86_400)
    (live,), (assumed,) = (
        service.risk(each, [node], 720.0) for each in (service.context(), service.what_if(service.context(), []))
    )
    assert first < then == live.probability.value == assumed.probability.value
