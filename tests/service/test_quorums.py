"""A group that could never have its k is refused; what happened to a group is not."""

from pathlib import Path

import pytest

from tests.service.conftest import asset, change, ident
from thread.errors import InputError
from thread.facts import ChangeSet, Fact, Op, kind_fact, parts_of
from thread.service import Service
from thread.terms import THR, UpperKind

GROUP = ident("pumps")


def group(k: int) -> tuple[Fact, ...]:
    return (kind_fact(GROUP, UpperKind.REDUNDANCY_GROUP), Fact(GROUP, THR + "k", value=k))


def member(name: str) -> Fact:
    return Fact(ident(name), THR + "memberOf", GROUP)


def test_a_group_that_asks_for_more_members_than_it_has_is_refused(service: Service) -> None:
    with pytest.raises(InputError, match="needs 3 of its members to run, and has 2"):
        service.commit(change("r1", *asset("a"), *asset("b"), *group(3), member("a"), member("b")))
    assert service.info().revision.ordinal == 0


def test_raising_k_above_the_members_is_refused(service: Service) -> None:
    service.commit(change("r1", *asset("a"), *asset("b"), *group(2), member("a"), member("b")))
    with pytest.raises(InputError, match="shape-violation"):
        service.commit(change("r2", Fact(GROUP, THR + "k", value=3)))
    service.commit(change("r3", *asset("c"), member("c"), Fact(GROUP, THR + "k", value=3)))


def test_a_group_may_be_described_before_its_members(service: Service) -> None:
    service.commit(change("r1", *group(2)))
    service.commit(change("r2", *asset("a"), *asset("b"), member("a"), member("b")))
    assert service.info().revision.ordinal == 2


def test_a_member_that_leaves_is_recorded_whatever_is_left(service: Service) -> None:
    service.commit(change("r1", *asset("a"), *asset("b"), *group(2), member("a"), member("b")))
    outcome = service.commit(ChangeSet("r2", "plan", parts_of([member("b")], Op.RETRACT)))
    assert outcome.effective


def test_an_import_refuses_the_row_of_such_a_group_and_brings_in_the_others(service: Service, tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("group,k\npumps,3\nfans,1\n")
    (tmp_path / "members.csv").write_text("asset,group\na,pumps\nb,pumps\nc,fans\n")
    (tmp_path / "mapping.yaml").write_text(
        """source: plan
tables:
  groups:
    file: groups.csv
    entities:
      group: {kind: RedundancyGroup, id: "group/{group}", attributes: {k: "{k}"}}
  members:
    file: members.csv
    entities:
      asset:
        kind: Asset
        id: "asset/{asset}"
        links: [{relation: memberOf, to: {id: "group/{group}"}}]
"""
    )
    report = service.import_(tmp_path / "mapping.yaml", tmp_path).plan.report
    assert [(f.file, f.row, f.rule) for f in report.rejected] == [("groups.csv", 1, "shape-violation")]
    view = service.view(service.context())
    groups = view.of_kind(UpperKind.REDUNDANCY_GROUP)
    assert (len(groups), len(view.of_kind(UpperKind.ASSET))) == (1, 3)
