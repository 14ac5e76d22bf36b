"""May a thing become another kind? Only where all that goes on with it still fits; an import refuses the row only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.conftest import NOON, asset, change, ident, needs
from thread.errors import InputError
from thread.facts import ChangeSet, Fact, Op, PartBuilder, kind_fact
from thread.service import Service
from thread.service.rekinding import misfits_of_new_kinds
from thread.terms import THR, UpperKind

HALL = kind_fact(ident("b"), UpperKind.LOCATION)


def linked(service: Service, until: int | None = None) -> None:
    times = {} if until is None else {"valid_to": until}
    service.commit(change("r1", *asset("a"), *asset("b"), needs("a", "b", **times)))


def test_a_kind_under_which_a_link_to_it_would_be_wrong_is_refused(service: Service) -> None:
    linked(service)
    with pytest.raises(InputError, match="dependsOn") as told:
        service.commit(change("r2", HALL))
    assert (told.value.code, service.info().revision.ordinal) == ("wrong-range", 1)


def test_what_has_ended_before_is_no_obstacle(service: Service) -> None:
    linked(service, until=NOON)
    service.commit(change("r2", kind_fact(ident("b"), UpperKind.LOCATION, NOON)))
    assert service.info().revision.ordinal == 2


@pytest.mark.parametrize("op", [Op.END, Op.RETRACT])
def test_what_ends_in_the_same_change_is_no_obstacle(service: Service, op: Op) -> None:
    linked(service)
    builder = PartBuilder()
    builder.fact(HALL)
    builder.fact(Fact(ident("a"), THR + "dependsOn", ident("b"), valid_to=NOON), op)
    service.commit(ChangeSet("r2", "plan", builder.parts()))
    assert service.info().revision.ordinal == 2


def test_a_kind_above_or_below_to_which_all_fits_is_taken(service: Service) -> None:
    service.commit(change("r1", kind_fact(ident("e"), UpperKind.EVENT, NOON - 9), *asset("a")))
    service.commit(change("r2", Fact(ident("e"), THR + "occurredOn", ident("a"))))
    service.commit(change("r3", kind_fact(ident("e"), UpperKind.FAILURE_EVENT, NOON - 9)))
    assert service.info().revision.ordinal == 3


def test_what_was_never_described_may_be_described_as_anything(service: Service) -> None:
    service.commit(change("r1", *asset("a"), needs("a", "b")))
    service.commit(change("r2", HALL))
    assert service.info().revision.ordinal == 2


def test_an_empty_thread_is_not_looked_at(opened: Callable[..., Service]) -> None:
    service = opened()
    assert misfits_of_new_kinds(change("r", HALL).parts, service.view(service.context())) == []


def test_an_import_refuses_the_row_of_such_a_kind_and_brings_in_the_others(service: Service, tmp_path: Path) -> None:
    mapping = """source: plan
tables:
  things:
    file: things.csv
    entities:
      thing: {{kind: {kind}, id: "{{name}}", label: "{{name}}"}}
"""
    linked(service)
    (tmp_path / "things.csv").write_text(f"name\n{ident('b')}\n{ident('c')}\n")
    (tmp_path / "mapping.yaml").write_text(mapping.format(kind="Location"))
    report = service.import_(tmp_path / "mapping.yaml", tmp_path).plan.report
    assert [(f.file, f.row, f.rule) for f in report.rejected] == [("things.csv", 1, "wrong-range")]
    view = service.view(service.context())
    assert view.iris(view.of_kind(UpperKind.LOCATION)) == [ident("c")]
