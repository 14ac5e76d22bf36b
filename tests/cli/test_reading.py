"""Do reading commands tell a person what happened, and a program what GraphQL says?"""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.asking import DOCUMENTS
from thread.cli.exits import Exit
from thread.samples import Sample
from thread.terms import ENTITY


def short(iri: object) -> str:
    return str(iri).removeprefix(ENTITY)


def test_a_failed_serial_shows_where_it_came_from_and_was(run: Run, plant: Path, sample: Sample) -> None:
    failed = sample.answers.failed_part
    done = run("show", failed["serial"], "--store", plant)
    assert (done.exit, done.err) == (Exit.OK, "")
    for name in ("revision", "batch", "supplier", "position", "failure", "mode", "caused_by", "repaired_by"):
        assert short(failed[name]) in done.out, name
    for stay in failed["stays"]:
        assert stay["from"][:10] in done.out


def test_what_is_shown_depends_on_the_time_asked_for(run: Run, plant: Path, sample: Sample) -> None:
    failed = sample.answers.failed_part
    before = run("show", failed["serial"], "--store", plant, "--at", failed["stays"][0]["from"]).out
    assert f"{short(failed['failure'])} " not in before
    assert short(failed["position"]) in run("show", failed["serial"], "--store", plant).out


def test_lineage_names_all_that_is_behind_a_part(run: Run, plant: Path, sample: Sample) -> None:
    failed = sample.answers.failed_part
    done = run("lineage", failed["serial"], "--store", plant)
    for name in ("revision", "batch", "supplier", "design"):
        assert short(failed[name]) in done.out
    assert "complete: " in done.out


def test_lineage_for_programs_is_the_answer_of_the_planting(run: Run, plant: Path, sample: Sample) -> None:
    failed = sample.answers.failed_part
    answer = json.loads(run("lineage", failed["iri"], "--store", plant, "--json").out)
    found = {edge["node"]["iri"]: edge["degree"] for edge in answer["hits"]["edges"]}
    assert {iri: degree for iri, degree in sample.answers.upstream.items() if found.get(iri) != degree} == {}
    assert answer["counts"]["total"] == len(found)


def test_downstream_looks_the_other_way(run: Run, plant: Path, sample: Sample) -> None:
    failed = sample.answers.failed_part
    done = run("lineage", failed["batch"], "--down", "--store", plant, "--kind", "Component")
    assert short(failed["iri"]) in done.out
    assert short(failed["supplier"]) not in done.out


@pytest.mark.parametrize("command", ["show", "lineage", "impact"])
def test_an_unknown_name_is_a_no_with_the_name_in_it(run: Run, plant: Path, command: str) -> None:
    done = run(command, "NO-SUCH-THING", "--store", plant)
    assert done.exit is Exit.NO
    assert done.out == ""
    assert done.err.startswith('not-found: No entity has the id, IRI or identifier "NO-SUCH-THING".')


@pytest.mark.parametrize("command", ["show", "lineage", "impact"])
def test_for_programs_an_unknown_name_is_data_and_a_no(run: Run, plant: Path, command: str) -> None:
    done = run(command, "NO-SUCH-THING", "--store", plant, "--json")
    answer = json.loads(done.out)
    assert done.exit is Exit.NO
    assert answer["problem"]["code"] == "NOT_FOUND" if command == "show" else answer["missing"] == ["NO-SUCH-THING"]


@pytest.mark.parametrize("option", ["--at", "--known"])
def test_a_time_that_is_none_is_refused(run: Run, plant: Path, option: str) -> None:
    done = run("show", "P-1", "--store", plant, option, "2026-13-45")
    assert done.exit is Exit.DATA
    assert done.err.startswith('bad-time: "2026-13-45" is not a date or time.')


def test_an_unknown_kind_is_refused_with_the_kinds_near(run: Run, plant: Path) -> None:
    done = run("lineage", "P-1", "--store", plant, "--kind", "Bacth")
    assert done.exit is Exit.DATA
    assert "Batch" in done.err


def test_a_taken_out_asset_lists_what_the_planting_says(run: Run, plant: Path, sample: Sample) -> None:
    outage = sample.answers.outages["two-pumps"]
    answer = json.loads(run("impact", *outage["targets"], "--store", plant, "--json", "--first", "500").out)
    found: dict[str, set[str]] = {}
    for edge in answer["effects"]["edges"]:
        if edge["node"]["kind"] == "REDUNDANCY_GROUP":  # a group is how the thread reckons; the planting lists things
            continue
        found.setdefault(edge["effect"], set()).add(edge["node"]["iri"])
    assert found.get("STOPS", set()) == set(outage["stops"])
    assert found.get("GOES_DARK", set()) == {each["sensor"] for each in outage["dark"]}


@pytest.mark.parametrize("name", ["pump", "two-pumps", "panel", "robot"])
def test_a_person_reads_every_effect_with_its_because(run: Run, plant: Path, sample: Sample, name: str) -> None:
    outage = sample.answers.outages[name]
    words = " ".join(run("impact", *outage["targets"], "--store", plant, "--first", "500").out.split())
    for iri in [*outage["stops"], *(loss["consumer"] for loss in outage["losses"])]:
        assert short(iri) in words
    assert "complete: " in words


def test_the_end_of_an_outage_needs_its_start(run: Run, plant: Path) -> None:
    done = run("impact", "P-1", "--store", plant, "--to", "2026-07-01")
    assert done.exit is Exit.DATA


@pytest.mark.parametrize("window", [["--from", "2026-06-18"], ["--from", "2026-06-18", "--to", "2026-06-19"]])
def test_a_window_is_the_same_question_for_programs(run: Run, plant: Path, window: list[str]) -> None:
    said = run("impact", "PNL-20", "--store", plant, *window).out
    answer = json.loads(run("impact", "PNL-20", "--store", plant, "--json", *window).out)
    assert answer["collisions"]
    for collision in answer["collisions"]:
        assert all(order["label"].split()[0] in said for order in collision["orders"])
    assert f"\n{len(answer['collisions'])} work order collisions\n" in said


def test_an_ambiguous_name_lists_its_bearers(run: Run, plant: Path, sample: Sample) -> None:
    found = sample.answers.audit["ambiguous"]
    done = run("show", f"{found['scheme']}:{found['value']}", "--store", plant)
    assert done.exit is Exit.DATA
    assert done.err.startswith("ambiguous-reference: ")
    assert all(bearer in done.err for bearer in found["bearers"])


def test_every_document_of_the_commands_is_valid(run: Run, plant: Path) -> None:
    variables = {
        "show": {"ref": "P-1"},
        "lineage": {"of": ["P-1"], "input": {}, "first": 1},
        "impact": {"of": ["P-1"], "input": {}, "first": 1},
        "siblings": {"of": "WT-1030", "first": 1},
        "structure": {"of": "G-210", "view": "AS_BUILT", "first": 1},
        "where-used": {"of": "part:WT/C", "first": 1},
        "diff": {
            "left": {"of": "G-210", "view": "AS_DESIGNED"},
            "right": {"of": "G-210", "view": "AS_MAINTAINED"},
            "first": 1,
        },
        "recall": {"of": "LOT-WH-B1", "first": 1},
        "trace": {"of": "WT-1030"},
        "change": {"of": "part:WH/B", "effective": {"fromSerial": "1"}, "first": 1},
        "common-cause": {"of": ["FE-105"], "first": 1},
        "coverage": {"of": "G-210"},
        "health": {"of": ["ST10"]},
        "search": {"text": "pump", "first": 1},
        "sources": {"first": 1},
        "audit": {"of": "P-1", "incoming": False, "first": 1},
        "risk": {"of": ["ST10"], "horizon": "30d", "order": 1, "first": 1},
        "first": {"horizon": "30d", "first": 1},
        "explain": {"of": ["ST10"], "first": 3},
    }
    for name, document in DOCUMENTS.items():
        done = run("query", "-", "--variables", json.dumps(variables[name]), "--store", plant, stdin=document)
        assert (done.exit, done.err) == (Exit.OK, "")


def test_a_query_prints_data_and_extensions(run: Run, plant: Path, sample: Sample) -> None:
    done = run("query", "-", "--store", plant, stdin="{ service { revision backend } }")
    answer = json.loads(done.out)
    assert answer["data"]["service"] == {"revision": str(len(sample.change_sets)), "backend": "embedded"}
    assert answer["extensions"]["revision"] == str(len(sample.change_sets))


def test_a_query_that_is_wrong_says_where(run: Run, plant: Path) -> None:
    done = run("query", "-", "--store", plant, stdin="{ servce { revision } }")
    assert done.exit is Exit.DATA
    assert done.err.startswith("bad-query: ")
    assert "servce" in done.err
    assert json.loads(done.out)["errors"]


@pytest.mark.parametrize("given", ["{", "[1]", "@nowhere.json"])
def test_variables_that_are_none_are_refused(run: Run, plant: Path, given: str) -> None:
    done = run("query", "-", "--variables", given, "--store", plant, stdin="{ service { revision } }")
    assert done.exit is Exit.DATA


def test_a_server_that_does_not_answer_is_said_to(run: Run) -> None:
    done = run("query", "-", "--url", "http://127.0.0.1:1/graphql", stdin="{ service { revision } }")
    assert done.exit is Exit.UNAVAILABLE
    assert done.err.startswith("unavailable: http://127.0.0.1:1/graphql does not answer")


def test_only_http_is_asked(run: Run) -> None:
    done = run("query", "-", "--url", "file:///etc/hosts", stdin="{ service { revision } }")
    assert done.exit is Exit.UNAVAILABLE


def test_a_sound_store_is_said_to_be(run: Run, plant: Path, sample: Sample) -> None:
    done = run("verify", "--store", plant)
    assert done.exit is Exit.OK
    assert done.out.startswith(f"sound: log, projection, graph agree at revision {len(sample.change_sets)}")
