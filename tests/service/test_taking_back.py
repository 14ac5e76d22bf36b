"""What an import has said and a person takes back: gone until the source says it again, and only that."""

from __future__ import annotations

from pathlib import Path

from tests.service.conftest import ident
from thread.clock import FixedClock
from thread.service import Service
from thread.service.commands.choosing import Choice, ValueChoice
from thread.service.commands.retracting import Retract

MAPPING = """source: plan
tables:
  things:
    file: things.csv
    entities:
      thing: {kind: Asset, id: "{name}", label: "{label}"}
"""


def label(service: Service, name: str) -> str:
    view = service.view(service.context())
    return view.label(view.find(ident(name)))


def test_a_fact_of_an_import_is_taken_back_until_the_source_says_it_again(service: Service, tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "things.csv").write_text(f"name,label\n{ident('a')},Pump\n{ident('b')},Fan\n")
    service.import_(tmp_path / "mapping.yaml", tmp_path)
    choice = Choice(attributes=(ValueChoice("label"),))
    outcome, _ = service.execute(Retract("r1", of=ident("a"), choice=choice, source="plan"))
    assert (outcome.effective, label(service, "a"), label(service, "b")) == (True, "a", "Fan")
    again = service.import_(tmp_path / "mapping.yaml", tmp_path)
    assert again.plan.asserted == 1
    assert (label(service, "a"), label(service, "b")) == ("Pump", "Fan")
    assert service.import_(tmp_path / "mapping.yaml", tmp_path).plan.change_set.size == 0
    assert service.verify().differences == ()


def test_an_import_is_taken_back_by_its_run_and_may_come_again(
    service: Service, clock: FixedClock, tmp_path: Path
) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "things.csv").write_text(f"name,label\n{ident('a')},Pump\n")
    run = service.import_(tmp_path / "mapping.yaml", tmp_path).plan.run
    service.execute(Retract("r1", run=run))
    view = service.view(service.context())
    assert view.kind(view.find(ident("a"))) == -1
    clock.move(1)  # the same rows at the same second are the same run
    service.import_(tmp_path / "mapping.yaml", tmp_path)
    assert label(service, "a") == "Pump"
    assert service.verify().differences == ()
