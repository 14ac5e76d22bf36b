"""Large files that are as they were are not read again, unless their rows might mean something else by now."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.conftest import asset, change, ident, needs
from thread.facts import ChangeSet, Fact, parts_of
from thread.service import Service, unchanged
from thread.terms import SCHEME, THR

MAPPING = """
source: list
tables:
  pumps:
    file: pumps.csv
    entities:
      pump: {kind: Asset, id: "{Tag}", identifiers: [{scheme: tag, value: "{Tag}"}], attributes: {age: "{Age}"}}
"""
IDENTIFIER = Fact(ident("P-9"), THR + "identifier", value="P-1", qualifiers=((SCHEME, "tag"),))


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(unchanged, "LARGE", 1)
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "pumps.csv").write_text("Tag,Age\nP-1,1\nP-2,2\n")
    return tmp_path


def _rules(service: Service, folder: Path) -> list[str]:
    """What a plan notes; that it changes nothing."""
    plan = service.import_(folder / "mapping.yaml", folder, plan_only=True).plan
    assert plan.change_set.size == 0
    return sorted(plan.report.noted)


def test_the_same_large_files_are_not_read_again(plant: Path, opened: Callable[..., Service]) -> None:
    service = opened()
    first = service.import_(plant / "mapping.yaml", plant)
    assert first.outcome is not None
    assert _rules(service, plant) == ["unchanged"]
    again = service.import_(plant / "mapping.yaml", plant)
    assert again.outcome is not None
    assert (again.outcome.effective, again.outcome.revision) == (False, first.outcome.revision)


def test_what_was_said_of_values_since_changes_nothing(plant: Path, opened: Callable[..., Service]) -> None:
    service = opened()
    service.import_(plant / "mapping.yaml", plant)
    service.commit(change("r", Fact(ident("x"), THR + "description", value="new")))
    assert _rules(service, plant) == ["unchanged"]


@pytest.mark.parametrize("told", [asset("P-9"), (IDENTIFIER,), (needs("P-8", "P-9"),)], ids=["kind", "name", "link"])
def test_what_may_change_the_meaning_of_rows_has_them_read(
    told: tuple[Fact, ...], plant: Path, opened: Callable[..., Service]
) -> None:
    service = opened()
    service.import_(plant / "mapping.yaml", plant)
    service.commit(change("r", *told))
    assert "unchanged" not in _rules(service, plant)


def test_a_changed_file_mapping_or_withdrawn_run_is_read(plant: Path, opened: Callable[..., Service]) -> None:
    service = opened()
    first = service.import_(plant / "mapping.yaml", plant)
    (plant / "pumps.csv").write_text("Tag,Age\nP-2,2\nP-1,1\n")
    assert _rules(service, plant) == []
    (plant / "pumps.csv").write_text("Tag,Age\nP-1,1\nP-2,2\n")
    (plant / "mapping.yaml").write_text(MAPPING.replace("pumps:", "pump:"))
    assert _rules(service, plant) == []
    (plant / "mapping.yaml").write_text(MAPPING)
    assert _rules(service, plant) == ["unchanged"]
    service.retract_run(first.plan.run, "back")
    assert service.import_(plant / "mapping.yaml", plant, plan_only=True).plan.asserted == 6


def test_rows_that_were_refused_are_reported_again(plant: Path, opened: Callable[..., Service]) -> None:
    service = opened()
    (plant / "pumps.csv").write_text("Tag,Age\nP-1,1\nP-2,old\n")
    service.import_(plant / "mapping.yaml", plant)
    plan = service.import_(plant / "mapping.yaml", plant, plan_only=True).plan
    assert [finding.row for finding in plan.report.rejected] == [2]


def test_another_change_of_the_source_has_the_files_read(plant: Path, opened: Callable[..., Service]) -> None:
    service = opened()
    service.import_(plant / "mapping.yaml", plant)
    service.commit(ChangeSet("x", "list", parts_of([Fact(ident("x"), THR + "description", value="own")])))
    assert "unchanged" not in _rules(service, plant)
