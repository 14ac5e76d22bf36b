"""``thread sources``, ``audit`` and ``export``: what they print, for people and for programs."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.config import Settings
from thread.facts import ChangeSet, kind_fact, parts_of
from thread.resources import resource
from thread.samples import Sample
from thread.service import load_sample, open_service
from thread.terms import EntityId, UpperKind


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_sources_are_listed_with_rank_facts_and_conflicts(run: Run, plant: Path) -> None:
    done = run("sources", "--store", plant)
    assert done.exit is Exit.OK
    assert [line.split()[:2] for line in done.out.splitlines()[1:6]] == [
        ["cmms", "30"], ["erp", "20"], ["historian", "10"], ["mes", "40"], ["plm", "50"],
    ]  # fmt: skip
    assert "1 fact in conflict; --conflicts lists them" in done.out
    found = json.loads(run("sources", "--json", "--store", plant).out)
    table = rows(run("sources", "--csv", "--store", plant).out)
    assert {each["name"]: str(each["facts"]) for each in found["sources"]} == {r["source"]: r["facts"] for r in table}


def test_a_conflict_is_shown_with_both_values_and_who_wins_why(run: Run, plant: Path) -> None:
    (found,) = rows(run("sources", "--conflicts", "--csv", "--store", plant).out)
    assert found["what"] == "fromBatch"
    assert found["from"] == "erp/2025-03-01.csv row 15"
    assert found["because"] == "higher rank"
    assert run("sources", "mes", "--conflicts", "--store", plant).out == "no source disagrees with another\n"


def test_the_runs_of_a_source_name_their_files(run: Run, plant: Path) -> None:
    found = rows(run("sources", "erp", "--csv", "--store", plant).out)
    assert [row["file"] for row in found][:2] == ["erp/2024-06-03.csv", "erp/2025-02-01.csv"]
    last = run("sources", "erp", "--first", "2", "--store", plant).out
    assert "the last 2 of 7 runs" in last
    nobody = run("sources", "nobody", "--store", plant)
    assert (nobody.exit, "cmms, erp" in nobody.out) == (Exit.NO, True)


def test_an_audit_tells_file_row_and_what_was_replaced(run: Run, plant: Path) -> None:
    found = rows(run("audit", "WH-2037", "--predicate", "fromBatch", "--csv", "--store", plant).out)
    assert [(row["source"], row["from"]) for row in found] == [
        ("erp", "erp/2025-03-01.csv row 15"),
        ("mes", "mes/2025-03-01.csv row 44"),
    ]
    assert found[1]["replacing"].endswith("(erp)")
    document = json.loads(run("audit", "WH-2037", "--relation", "fromBatch", "--json", "--store", plant).out)
    assert [edge["source"] for edge in document["changes"]["edges"]] == ["erp", "mes"]
    assert run("audit", "NO-SUCH", "--store", plant).exit is Exit.NO
    assert run("audit", "NO-SUCH", "--json", "--store", plant).exit is Exit.NO
    assert "Known words near it: fromBatch" in run("audit", "WH-2037", "--predicate", "fromBtch", "--store", plant).err


def test_a_retracted_run_is_shown_in_the_audit_and_among_the_sources(run: Run, tmp_path: Path) -> None:
    folder, store = resource("examples") / "isa95", tmp_path / "store"
    imported = run("import", folder / "mapping.yaml", "--store", store).out
    name = next(line for line in imported.splitlines() if line.startswith("revision 1")).rpartition("run ")[2]
    run("retract", name, "--store", store)
    source = json.loads(run("sources", "--json", "--store", store).out)["sources"][0]
    (listed,) = source["runs"]
    assert (source["facts"], listed["name"], listed["withdrawnAt"] is not None) == (0, name, True)
    assert (listed["actor"], listed["refusedRows"]) == ("local", 0)


def test_cells_of_csv_that_a_spreadsheet_would_run_are_guarded(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(resource("examples") / "isa95", folder)
    equipment = folder / "isa_equipment.csv"
    header, first, *rest = equipment.read_text("utf-8").splitlines()
    names = header.split(",")
    cells = dict(zip(names, next(csv.reader([first])), strict=True))
    label = "name" if "name" in cells else names[1]
    cells[label] = "=cmd()"
    out = io.StringIO()
    csv.DictWriter(out, names, lineterminator="\n").writerow(cells)
    equipment.write_text("\n".join([header, out.getvalue().strip(), *rest]) + "\n", "utf-8")
    store = tmp_path / "store"
    run("import", folder / "mapping.yaml", "--store", store)
    assert run("export", tmp_path / "out", "--format", "csv", "--store", store).exit is Exit.OK
    texts = [path.read_text("utf-8") for path in (tmp_path / "out").glob("*.csv")]
    assert any("'=cmd()" in text for text in texts)
    assert not any(",=cmd" in text for text in texts)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "pdf"), "Known formats"),
        (("plant.xyz",), "does not say its format"),
        (("--format", "csv"), "written to a folder"),
        (("--history", "--kind", "Asset"), "does not go with --kind"),
        (("--history", "--format", "graphml"), "does not go with the format graphml"),
        (("--history", "--at", "2026-01-01"), "does not go with --at"),
        (("--kind", "Aset"), "Known kinds near it"),
        (("--at", "yesterday"), "is not a date"),
    ],
)
def test_an_export_that_cannot_be_is_refused_with_what_can(
    run: Run, plant: Path, words: tuple[str, ...], said: str
) -> None:
    done = run("export", *words, "--store", plant)
    assert done.exit is Exit.DATA
    assert said in done.err


def test_an_export_of_a_kind_goes_to_standard_output(run: Run, plant: Path) -> None:
    done = run("export", "--kind", "Supplier", "--store", plant)
    assert done.exit is Exit.OK
    assert done.out.startswith("@prefix thr:")
    assert "thr:Supplier" in done.out
    assert "thr:WorkOrder" not in done.out


def test_all_is_read_beside_a_process_that_writes(run: Run, tmp_path: Path, sample: Sample) -> None:
    store = tmp_path / "store"
    load_sample(sample, store)
    writer = open_service(Settings.load(store=str(store)))
    try:
        facts = parts_of([kind_fact(EntityId("urn:t:new"), UpperKind.SUPPLIER, origin="late.csv", row=3)])
        writer.commit(ChangeSet("late", "erp", facts))
        assert "urn:t:new" in run("export", "--kind", "Supplier", "--store", store).out
        (told,) = rows(run("audit", "urn:t:new", "--csv", "--store", store).out)
        assert (told["fact"], told["from"]) == ("kind Supplier", "late.csv row 3")
        assert "late" in run("sources", "erp", "--csv", "--store", store).out
        file = tmp_path / "all.nq"
        assert run("export", file, "--history", "--store", store).exit is Exit.OK
        assert run("import", file, "--store", tmp_path / "copy").exit is Exit.OK
        taken = run("import", file, "--store", store)
        assert (taken.exit, "store-locked" in taken.err) == (Exit.LOCKED, True)
    finally:
        writer.close()
