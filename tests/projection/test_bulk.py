"""Names asked for by the thousand give what they give one by one."""

from pathlib import Path

import pytest

from thread.clock import FixedClock, parse_instant
from thread.config import Settings
from thread.facts import ChangeSet, Fact, Op, kind_fact, parts_of
from thread.projection.bulk import Directory
from thread.service import open_service
from thread.terms import SCHEME, SCOPE, THR, EntityId, UpperKind

NOON = parse_instant("2026-03-01T12:00:00Z")


@pytest.mark.parametrize("store", ["memory:", "here"])
def test_many_names_give_what_each_gives(store: str, tmp_path: Path) -> None:
    service = open_service(
        Settings.load(store=store if store == "memory:" else str(tmp_path / "store")), clock=FixedClock(NOON)
    )
    facts = []
    for n in range(300):
        entity = EntityId(f"urn:p:{n}")
        facts.append(kind_fact(entity, UpperKind.ASSET))
        scope = ((SCOPE, f"maker {n % 3}"),) if n % 2 else ()
        noted = tuple(sorted([(SCHEME, "tag" if n % 5 else "sap"), *scope]))
        facts.append(Fact(entity, THR + "identifier", value=f"é{n // 4}", qualifiers=noted))
    service.commit(ChangeSet("a", "list", parts_of(facts)))
    gone = [fact for fact in facts if fact.subject == "urn:p:8"]
    service.commit(ChangeSet("b", "list", parts_of(gone, Op.RETRACT)))
    view = service.view(service.context())
    directory = Directory(view)
    asked = [
        (scheme, scope, f"é{value}")
        for scheme in ("tag", "sap", "other")
        for scope in (None, "maker 0", "maker 1", "none")
        for value in range(90)
    ]
    expected = {each: found for each in asked if (found := Directory(view).bearers([each]).get(each))}
    assert directory.bearers(asked) == expected
    assert expected
    names = [f"urn:p:{n}" for n in range(-50, 400)]
    assert directory.find(names).tolist() == [view.find(name) for name in names]
    service.close()
