"""A service over an empty store, and small words to fill it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from thread.clock import FixedClock, Instant, parse_instant, to_datetime
from thread.config import Settings
from thread.facts import ChangeSet, Fact, kind_fact, parts_of
from thread.service import Service, open_service
from thread.terms import LABEL, THR, EntityId, UpperKind

NOON = parse_instant("2026-03-01T12:00:00Z")
HOUR = 3_600_000_000


def ident(name: str) -> EntityId:
    return EntityId(f"urn:plant:{name}")


def moment(instant: Instant) -> datetime:
    found = to_datetime(instant)
    assert found is not None
    return found


def asset(name: str) -> tuple[Fact, ...]:
    return (kind_fact(ident(name), UpperKind.ASSET), Fact(ident(name), LABEL, value=name))


def needs(consumer: str, supplier: str, **times: int) -> Fact:
    return Fact(ident(consumer), THR + "dependsOn", ident(supplier), **times)


def change(request: str, *facts: Fact, source: str = "plan") -> ChangeSet:
    return ChangeSet(request, source, parts_of(facts))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def opened(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[..., Service]]:
    """Opens services over one directory; closes what is open at the end."""
    services: list[Service] = []

    def opening(**given: object) -> Service:
        read_only = bool(given.pop("read_only", False))
        service = open_service(Settings.load(store=str(tmp_path / "store"), **given), read_only=read_only, clock=clock)
        services.append(service)
        return service

    yield opening
    for service in services:
        service.close()


@pytest.fixture
def service(opened: Callable[..., Service]) -> Service:
    return opened()
