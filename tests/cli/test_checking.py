"""Are the rules checked on demand and after an import, and does RDF come in from a terminal?"""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.ontology import rules
from thread.resources import resource

ORDERS = """@prefix thr: <urn:thread:ns#> .
<urn:p> a thr:Position . <urn:s> a thr:Sensor .
<urn:o> a thr:WorkOrder ; thr:status "COMPLETED" ; thr:performedOn <urn:p> .
"""

DARK = (
    "  warning SensorWatchesSomething: "
    "A sensor monitors nothing and detects nothing: add monitors, or no outage can make it dark."
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.ttl"
    path.write_text(ORDERS)
    return path


def test_a_check_names_entity_rule_and_what_to_do(run: Run, orders: Path, store: Path) -> None:
    done = run("import", orders, "--store", store)
    assert done.exit is Exit.OK
    assert done.err == "rules over the whole graph: 1 violated, 1 warned; thread check lists them\n"
    done = run("check", "--store", store)
    assert done.exit is Exit.NO
    assert done.out.splitlines() == [
        "urn:o",
        "  violation CompletedOrderHasItsEnd: A completed work order has no endedAt: say when the work was done.",
        "urn:s",
        DARK,
        "rules over the whole graph: 1 violated, 1 warned",
    ]


def test_a_check_as_one_document(run: Run, orders: Path, store: Path) -> None:
    run("import", orders, "--store", store)
    document = json.loads(run("check", "--store", store, "--json").out)
    assert (document["violations"], [b["entity"] for b in document["breaches"]]) == (1, ["urn:o", "urn:s"])


def test_a_list_that_is_cut_says_so(run: Run, orders: Path, store: Path) -> None:
    run("import", orders, "--store", store)
    assert "and 1 more; --first lists them" in run("check", "--store", store, "--first", "1").out


def test_a_sound_store_breaks_no_rule_and_an_import_says_nothing_of_rules(run: Run, orders: Path, store: Path) -> None:
    orders.write_text(ORDERS.replace("COMPLETED", "PLANNED") + "<urn:s> thr:monitors <urn:p> .")
    assert run("import", orders, "--store", store).err == ""
    done = run("check", "--store", store)
    assert (done.exit, done.out.startswith("no rule is broken (")) == (Exit.OK, True)


def test_an_import_goes_on_where_no_engine_is_installed(
    run: Run, orders: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "find_spec", lambda name: None)
    done = run("import", orders, "--store", store)
    assert (done.exit, done.err) == (Exit.OK, "")
    assert "digital-thread[check]" in run("check", "--store", store).err


def test_an_rdf_file_comes_in_by_an_alignment_and_again_changes_nothing(
    run: Run, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREAD_EXTENSIONS", json.dumps([str(resource("ontology/samples/brick.ttl"))]))
    library = resource("examples/brick/library.ttl")
    refused = run("import", library, "--as", "brick", "--store", store)
    assert (refused.exit, "--lenient" in refused.err) == (Exit.DATA, True)
    first = run("import", library, "--as", "brick", "--lenient", "--store", store)
    assert "53 facts: 53 new, 0 said before" in first.out
    assert "nothing new" in run("import", library, "--as", "brick", "--lenient", "--store", store).out


def test_an_alignment_that_does_not_ship_is_named_with_those_that_do(run: Run, orders: Path, store: Path) -> None:
    done = run("import", orders, "--as", "brik", "--store", store)
    assert done.exit is Exit.DATA
    assert "brick, iof, lis14, prov, sosa" in done.err


def test_a_mapping_names_its_alignments_itself(run: Run, store: Path) -> None:
    done = run("import", resource("examples/azure-pdm/mapping.yaml"), "--as", "brick", "--store", store)
    assert "Leave out --as" in done.err
