"""The questions in ``schema/queries`` on the demo sample: the same golden answer on every store, and the planted truth.

A golden alone proves nothing: each question is also held against the answer file, which the planting worked out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.api.demo import open_sample
from tests.api.golden import assert_golden
from thread.api.engine import Engine
from thread.api.graphiql import examples
from thread.samples import Sample, generate

GOLDEN = Path(__file__).parent / "golden"
QUESTIONS = {example["name"]: example for example in examples()}
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("demo")


@pytest.fixture(scope="module")
def truth(sample: Sample) -> Answer:
    found: Answer = orjson.loads(sample.answers.as_json())
    return found


@pytest.fixture(scope="module", params=["memory", "embedded"])
def demo(request: pytest.FixtureRequest, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    store = "memory:" if request.param == "memory" else str(tmp_path_factory.mktemp("store") / "demo")
    service = open_sample(sample, store)
    yield Engine(service)
    service.close()


def answer(demo: Engine, name: str, **changed: Any) -> Answer:
    question = QUESTIONS[name]
    result = demo.execute(question["query"], {**json.loads(question["variables"]), **changed})
    assert result.errors is None, [error.formatted for error in result.errors or ()]
    assert result.data is not None
    return result.data


def iris(connection: Answer) -> list[str]:
    return [edge["node"]["iri"] for edge in connection["edges"]]


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_the_golden_answer_is_the_same_on_every_store(demo: Engine, name: str) -> None:
    text = json.dumps(answer(demo, name), indent=2, ensure_ascii=False) + "\n"
    assert_golden(GOLDEN / f"{name}.json", text)


def test_every_question_has_a_title_for_the_menu() -> None:
    assert [name for name, example in QUESTIONS.items() if example["title"].startswith(("query", "{"))] == []


def test_question_0_lists_all_bearers_of_a_repeated_serial(demo: Engine, truth: Answer) -> None:
    planted = truth["audit"]["ambiguous"]
    found = answer(demo, "00-find-a-part", ref=f"{planted['scheme']}:{planted['value']}")["lookup"]
    assert [entity["iri"] for entity in found["entities"]] == planted["bearers"]
    assert found["problem"]["code"] == "AMBIGUOUS_REFERENCE"


def test_question_1_finds_every_design_above_a_revision_with_its_quantity(demo: Engine, truth: Answer) -> None:
    for revision, above in truth["where_used"].items():
        found = answer(demo, "01-where-used", revision=revision)["whereUsed"]
        assert {edge["node"]["iri"]: edge["quantity"] for edge in found["designs"]["edges"]} == above
        assert all(edge["path"]["length"] == edge["level"] for edge in found["designs"]["edges"])
        assert found["completeness"]["complete"]


def test_question_1_finds_every_serial_of_a_revision_and_where_it_is(demo: Engine, truth: Answer) -> None:
    for revision, record in truth["revisions"].items():
        units = answer(demo, "01-where-used", revision=revision)["whereUsed"]["units"]["edges"]
        assert len(units) == record["units"]
        for unit in units:
            planted = truth["whereabouts"][unit["node"]["iri"]]
            place = unit["place"]
            assert (place["where"], (place["position"] or {"iri": None})["iri"]) == (
                planted["where"],
                planted["position"],
            )


def test_question_1_finds_nothing_for_what_is_not_used_or_not_there(demo: Engine) -> None:
    found = answer(demo, "01-where-used", revision="urn:thread:id:BL.A")["whereUsed"]
    assert (found["designs"]["edges"], found["completeness"]["complete"]) == ([], True)
    found = answer(demo, "01-where-used", revision="NO-SUCH-REVISION")["whereUsed"]
    assert (found["design"], found["missing"], found["designs"]["edges"]) == (None, ["NO-SUCH-REVISION"], [])


def test_question_2_splits_units_and_orders_by_what_the_change_means(demo: Engine, truth: Answer) -> None:
    planted = truth["change"]
    given = {"old": planted["revision"], "effective": {"fromDate": planted["from"]}, "first": 500}
    found = answer(demo, "02-change-impact", **given)["change"]
    rows = [(edge["role"], edge["verdict"], edge["node"]["iri"]) for edge in found["rows"]["edges"]]
    units = {"BUILT", "SPARE", "GONE"}
    assert sorted(iri for role, verdict, iri in rows if role in units and verdict == "AFFECTED") == planted["affected"]
    spared = sorted(iri for role, verdict, iri in rows if role in units and verdict == "NOT_AFFECTED")
    assert spared == planted["not_affected"]
    orders = [iri for role, verdict, iri in rows if role == "WORK_ORDER" and verdict == "AFFECTED"]
    assert orders == planted["orders"]
    assert sorted(iri for role, _, iri in rows if role == "DESIGN") == sorted(truth["where_used"][planted["revision"]])
    assert found["completeness"]["complete"]


def test_question_2_by_serial_says_what_it_cannot_tell(demo: Engine, truth: Answer) -> None:
    given = {"old": truth["change"]["revision"], "effective": {"fromSerial": "XY-7"}, "first": 500}
    found = answer(demo, "02-change-impact", **given)["change"]
    verdicts = {edge["verdict"] for edge in found["rows"]["edges"] if edge["role"] in ("BUILT", "SPARE")}
    assert verdicts == {"UNDETERMINED"}
    assert [reason["code"] for reason in found["completeness"]["reasons"]] == ["GAP"]


def test_question_2_needs_an_effectivity(demo: Engine) -> None:
    result = demo.execute(QUESTIONS["02-change-impact"]["query"], {"old": "urn:thread:id:WH.B", "effective": {}})
    assert result.errors is not None
    assert "effective says nothing" in result.errors[0].message


def test_question_5_gives_rates_with_counts_and_exposure(demo: Engine, truth: Answer) -> None:
    found = answer(demo, "05-failure-rates")["failureRates"]
    total = {each["revision"]["iri"]: each for each in found if each["allEnvironments"]}
    for revision, planted in truth["revisions"].items():
        row = total[revision]
        assert (row["units"], row["failures"]) == (planted["units"], planted["failures"])
        assert row["exposureHours"] == pytest.approx(planted["installed_hours"], abs=1e-5)
        assert row["per1000Hours"] == pytest.approx(truth["rates"][revision], abs=1e-8)
        assert row["low"] < row["per1000Hours"] < row["high"]
        parts = [each for each in found if each["revision"]["iri"] == revision and not each["allEnvironments"]]
        assert sum(each["exposureHours"] for each in parts) == pytest.approx(row["exposureHours"])
        assert sum(each["failures"] for each in parts) == row["failures"]


def test_question_12_puts_the_planted_cause_first_with_its_evidence(demo: Engine, truth: Answer) -> None:
    planted = truth["common_cause"]
    found = answer(demo, "12-common-cause", failures=planted["failures"], limit=500)["commonCause"]
    assert sorted(each["entity"]["iri"] for each in found["suspects"][: len(planted["cause"])]) == planted["cause"]
    assert [each["event"]["iri"] for each in found["failures"]] == planted["failures"]
    assert found["comparable"] == planted["comparable"]
    suspects = {each["entity"]["iri"]: each for each in found["suspects"] if each["by"] == "ORIGIN"}
    for origin, said in planted["shared"].items():
        suspect = suspects.pop(origin)
        assert [node["iri"] for node in suspect["failed"]["nodes"]] == said["failed"]
        assert (suspect["support"], suspect["exposed"], suspect["unharmed"]) == (
            len(said["failed"]),
            said["exposed"],
            said["unharmed"],
        )
    assert set(suspects) == {"urn:thread:id:WH"}  # the design itself, which all comparable items share
    assert suspects["urn:thread:id:WH"]["chance"] == 1
    assert found["completeness"]["complete"]


def test_question_12_leaves_out_what_failed_before_the_period(demo: Engine, truth: Answer) -> None:
    planted = truth["common_cause"]["failures"]
    found = answer(demo, "12-common-cause", failures=[*planted, "NOTHING"], since="2026-05-01T00:00:00Z")["commonCause"]
    assert [each["event"]["iri"] for each in found["failures"]] == [planted[-1]]
    assert (found["missing"], found["completeness"]["complete"]) == (["NOTHING"], False)


def differing(demo: Engine, left: Answer, right: Answer) -> list[Answer]:
    found = answer(demo, "03-as-designed-and-as-maintained", left=left, right=right, first=500)["diff"]
    edges: list[Answer] = found["entries"]["edges"]
    return edges


def test_question_3_tells_how_each_gun_differs_from_its_design(demo: Engine, truth: Answer) -> None:
    for gun, planted in truth["gun_differences"].items():
        found = [
            {
                "kind": each["kind"],
                "left": each["left"]["child"]["iri"],
                "right": each["right"]["child"]["iri"] if each["right"] else None,
                "concessions": [document["iri"] for document in each["concessions"]],
            }
            for each in differing(demo, {"of": gun, "view": "AS_DESIGNED"}, {"of": gun, "view": "AS_MAINTAINED"})
        ]
        assert sorted(found, key=str) == sorted(planted, key=str), gun


def test_question_3_tells_what_was_swapped_since_it_was_built_and_by_which_order(demo: Engine, truth: Answer) -> None:
    gun = truth["swaps"]["asset"]
    entries = differing(demo, {"of": gun, "view": "AS_BUILT"}, {"of": gun, "view": "AS_MAINTAINED"})
    found = []
    for each in entries:
        orders = [cause["node"]["iri"] for cause in each["causes"] if cause["node"]]
        sides = (each["left"]["child"]["iri"], each["right"]["child"]["iri"])
        found.append((each["right"]["position"]["iri"], *sides, orders[-1]))
    planted = [(p["position"], p["left"], p["right"], p["order"]) for p in truth["swaps"]["swaps"]]
    assert sorted(found) == planted


def test_question_3_finds_a_serial_that_was_fitted_under_a_concession(demo: Engine, truth: Answer) -> None:
    planted = truth["conceded"]
    at = {"validAt": planted["at"]}
    left, right = ({"of": planted["gun"], "view": view, "at": at} for view in ("AS_DESIGNED", "AS_MAINTAINED"))
    entries = {e["right"]["child"]["iri"]: e for e in differing(demo, left, right) if e["right"]}
    found = entries[planted["serial"]]
    assert found["kind"] == "DEVIATED"
    assert [document["iri"] for document in found["concessions"]] == [planted["concession"]]
    assert planted["concession"] in [cause["node"]["iri"] for cause in found["causes"] if cause["node"]]


def test_question_3_between_what_was_known_then_and_now_is_the_corrected_hose(demo: Engine, truth: Answer) -> None:
    planted = truth["configuration"]
    of = {"of": planted["asset"], "view": "AS_MAINTAINED"}
    before = "2026-05-28T21:13:59.999999Z"
    then = {**of, "at": {"validAt": before, "knownAt": planted["known_then"]["known_at"]}}
    entries = differing(demo, then, {**of, "at": {"validAt": before}})
    hoses = [planted[when]["holds"][f"{planted['asset']}/hose"] for when in ("known_then", "known_now")]
    assert [(e["left"]["child"]["iri"], e["right"]["child"]["iri"]) for e in entries] == [tuple(hoses)]


def test_question_3_of_a_thing_without_a_design_is_empty_and_says_why(demo: Engine) -> None:
    pump = "urn:thread:id:P-1"
    sides = [{"of": pump, "view": view} for view in ("AS_DESIGNED", "AS_MAINTAINED")]
    found = answer(demo, "03-as-designed-and-as-maintained", left=sides[0], right=sides[1])["diff"]
    assert (found["entries"]["edges"], [r["code"] for r in found["completeness"]["reasons"]]) == ([], ["NO_DESIGN"])


def test_question_3_reads_a_bill_for_the_unit_that_is_asked_about(demo: Engine, truth: Answer) -> None:
    def children(**built: str) -> list[str]:
        found = answer(demo, "03-structure", of="urn:thread:id:SG.B", built=built or None)["structure"]
        return sorted(edge["node"]["iri"].rpartition(":")[2] for edge in found["parts"]["edges"])

    lines = [line for line in truth["bom"] if line["parent"] == "urn:thread:id:SG.B"]
    limit = next(line["effective_from"] for line in lines if line["effective_from"])
    assert children(date=limit, serial="SG-504") == ["EC.B", "FS.A", "WH.B", "WT.C"]
    assert children(date="2024-06-03T06:00:00Z", serial="SG-503") == ["EC.B", "WH.B", "WT.B"]
    found = answer(demo, "03-structure", built=None)["structure"]
    assert [line["child"]["iri"] for line in found["undetermined"]] == ["urn:thread:id:FS.A"]
    assert [reason["code"] for reason in found["completeness"]["reasons"]] == ["GAP"]


def test_question_7_tells_where_the_failed_part_came_from(demo: Engine, truth: Answer) -> None:
    origin = answer(demo, "07-failed-part-lineage")["part"]["origin"]
    assert {edge["node"]["iri"]: edge["degree"] for edge in origin["hits"]["edges"]} == truth["upstream"]
    assert origin["completeness"]["complete"]


def test_question_7_tells_what_happened_to_the_part_and_what_watched_it(demo: Engine, truth: Answer) -> None:
    planted = truth["failed_part"]
    found = answer(demo, "07-failed-part-lineage")
    place = found["then"]["place"]["edges"][0]["node"]
    asset = place["whole"]["edges"][0]["node"]
    assert (place["iri"], asset["iri"]) == (planted["position"], planted["asset"])
    assert iris(place["sensors"]) + iris(asset["sensors"]) == planted["sensors"]
    record = {edge["node"]["iri"]: edge for edge in found["part"]["record"]["edges"]}
    assert planted["failure"] in record
    assert iris(record[planted["installed_by"]]["node"]["crew"]) == [planted["installer"]]


def test_question_7_gives_the_last_five_orders_before_the_failure(demo: Engine, truth: Answer) -> None:
    planted = truth["failed_part"]
    found = answer(demo, "07-failed-part-lineage")
    place = found["then"]["place"]["edges"][0]["node"]
    edges = [*found["part"]["record"]["edges"], *place["orders"]["edges"]]
    for whole in place["whole"]["edges"]:
        edges += [
            edge for edge in whole["node"]["orders"]["edges"] if edge["node"]["endedAt"] > planted["stays"][-1]["from"]
        ]
    orders = {edge["node"]["iri"]: edge["node"].get("endedAt") for edge in edges}
    done = [(ended, iri) for iri, ended in orders.items() if ended and ended <= planted["failed_at"]]
    assert [iri for _, iri in sorted(done, reverse=True)[:5]] == planted["last_orders"]


def test_question_8_finds_every_sibling_and_where_it_is(demo: Engine, truth: Answer) -> None:
    failed = truth["failed_part"]["iri"]
    for sharing, planted in truth["siblings"].items():
        found = answer(demo, "08-siblings", part=failed, sharing=[sharing], first=500)["siblings"]
        places = {edge["node"]["iri"]: edge["place"] for edge in found["hits"]["edges"]}
        assert {iri: place["where"] for iri, place in places.items()} == {
            each["iri"]: each["where"] for each in planted
        }
        for each in planted:
            place = places[each["iri"]]
            assert (place["position"] or {"iri": None})["iri"] == each["position"]
            assert place["exposureHours"] == pytest.approx(each["installed_hours"], abs=1e-5)
        assert found["completeness"]["complete"]


def test_question_8_ranks_by_whereabouts_then_time_in_service(demo: Engine, truth: Answer) -> None:
    found = answer(demo, "08-siblings", first=500)["siblings"]["hits"]["edges"]
    order = ["INSTALLED", "STOCK", "REPAIR", "SCRAPPED", "UNKNOWN"]
    keys = [(order.index(e["place"]["where"]), -e["place"]["exposureHours"], e["node"]["iri"]) for e in found]
    assert keys == sorted(keys)


@pytest.mark.parametrize("size", [1, 3])
def test_pages_of_siblings_give_each_once_forwards_and_backwards(demo: Engine, size: int) -> None:
    document = """query($first: Int, $after: String, $last: Int, $before: String) {
      siblings(of: "WT-1030") { hits(first: $first, after: $after, last: $last, before: $before) { totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { iri } } } } }"""

    def page(**arguments: Any) -> Answer:
        result = demo.execute(document, arguments)
        assert result.errors is None
        assert result.data is not None
        found: Answer = result.data["siblings"]["hits"]
        return found

    whole = page(first=500)["edges"]
    forwards, given = [], page(first=size)
    while given["edges"] and len(forwards) < len(whole) + size:
        forwards += given["edges"]
        given = page(first=size, after=given["pageInfo"]["endCursor"])
    backwards, given = [], page(last=size)
    while given["edges"] and len(backwards) < len(whole) + size:
        backwards = given["edges"] + backwards
        given = page(last=size, before=given["pageInfo"]["startCursor"])
    assert forwards == backwards == whole


def test_siblings_of_an_unknown_serial_are_none_and_it_is_named(demo: Engine) -> None:
    found = answer(demo, "08-siblings", part="NO-SUCH-SERIAL")["siblings"]
    assert (found["of"], found["missing"], found["hits"]["edges"]) == (None, ["NO-SUCH-SERIAL"], [])


def test_siblings_before_the_first_record_are_none(demo: Engine) -> None:
    document = """{ siblings(of: "WT-1030", at: {validAt: "1990-01-01T00:00:00Z"}) { missing hits { totalCount } } }"""
    result = demo.execute(document, {})
    assert result.errors is None
    assert result.data == {"siblings": {"missing": ["WT-1030"], "hits": {"totalCount": 0}}}


def test_question_9_reads_the_configuration_as_known_then_and_now(demo: Engine, truth: Answer) -> None:
    found = answer(demo, "09-configuration-then-and-now")
    for view, planted in (("knownThen", "known_then"), ("knownNow", "known_now")):
        places = {edge["node"]["iri"]: edge["node"]["holds"] for edge in found[view]["positions"]["edges"]}
        holds = {place: iris(serials)[0] for place, serials in places.items() if serials["edges"]}
        assert holds == truth["configuration"][planted]["holds"]


def test_question_10_names_the_modes_that_each_sensor_detects(demo: Engine, truth: Answer) -> None:
    for asset, sensors in truth["coverage"]["by_asset"].items():
        rows = answer(demo, "10-observed-failure-modes", asset=asset, out=None)["coverage"]["rows"]
        found: dict[str, list[str]] = {sensor: [] for sensor in sensors}
        for row in rows:
            if row["thing"]["iri"] == asset:
                for each in row["sensors"]:
                    found[each["sensor"]["iri"]].append(row["mode"]["iri"])
        assert {sensor: sorted(modes) for sensor, modes in found.items()} == sensors


def test_question_10_names_what_nothing_detects(demo: Engine, truth: Answer) -> None:
    gun = "urn:thread:id:G-210"
    found = answer(demo, "10-observed-failure-modes", asset=gun, out=None)["coverage"]
    unseen = [row["mode"]["iri"] for row in found["unobserved"] if row["thing"]["iri"] == gun]
    assert unseen == truth["coverage"]["unobserved_of_gun"]


def test_question_10_says_which_sensors_an_outage_darkens(demo: Engine, truth: Answer) -> None:
    for planted in truth["outages"].values():
        dark = {each["sensor"] for each in planted["dark"]}
        for asset in truth["coverage"]["by_asset"]:
            found = answer(demo, "10-observed-failure-modes", asset=asset, out=planted["targets"])["coverage"]
            for row in found["rows"]:
                assert all(each["after"] is (each["sensor"]["iri"] not in dark) for each in row["sensors"])
            lost = {(row["thing"]["iri"], row["mode"]["iri"]) for row in found["lost"]}
            blind = {
                (row["thing"]["iri"], row["mode"]["iri"])
                for row in found["rows"]
                if row["sensors"] and all(each["sensor"]["iri"] in dark for each in row["sensors"])
            }
            assert lost == blind


def test_question_19_judges_the_parts_of_an_order_and_finds_them(demo: Engine, truth: Answer) -> None:
    verdicts = {"urn:thread:id:WO-9103": "VALID", "urn:thread:id:WO-9108": "UNKNOWN"}
    for order, needs in truth["spares"].items():
        found = answer(demo, "19-required-parts", order=order)["requiredParts"]
        assert {each["design"]["iri"] for each in found} == set(needs)
        for each in found:
            planted = needs[each["design"]["iri"]]
            assert each["quantity"] == str(planted["needs"])
            assert [item["iri"] for item in each["stock"]["nodes"]] == planted["in_stock"]
            assert each["verdict"] == verdicts[order]


def outage(demo: Engine, planted: Answer) -> Answer:
    start, end = planted.get("window", ["2026-06-15T06:00:00Z", "2026-06-15T14:00:00Z"])
    given = {"assets": planted["targets"], "start": start, "end": end}
    found: Answer = answer(demo, "15-outage-impact", **given)["impact"]
    return found


def suffering(found: Answer, effect: str) -> list[Answer]:
    return [edge for edge in found["effects"]["edges"] if edge["effect"] == effect]


def test_question_15_gives_what_stops_in_every_planted_outage(demo: Engine, truth: Answer) -> None:
    for name, planted in truth["outages"].items():
        nodes = [edge["node"] for edge in suffering(outage(demo, planted), "STOPS")]
        # the answer file lists things; a redundancy group is a rule about things
        things = sorted(node["iri"] for node in nodes if node["kind"] != "REDUNDANCY_GROUP")
        assert (name, things) == (name, sorted(planted["stops"]))


def test_question_15_gives_the_lost_redundancy_with_numbers(demo: Engine, truth: Answer) -> None:
    for name, planted in truth["outages"].items():
        found = [
            (
                edge["node"]["iri"],
                gate["group"]["iri"] if gate["group"] else gate["medium"],
                gate["required"],
                gate["remaining"],
            )
            for edge in suffering(outage(demo, planted), "LOSES_REDUNDANCY")
            for gate in edge["gates"]
        ]
        expected = [(loss["consumer"], loss["via"], loss["required"], loss["remaining"]) for loss in planted["losses"]]
        assert (name, sorted(found)) == (name, sorted(expected))


def test_question_15_names_the_sensors_that_go_dark_and_why(demo: Engine, truth: Answer) -> None:
    for name, planted in truth["outages"].items():
        answered = outage(demo, planted)
        dark = sorted((edge["node"]["iri"], edge["dark"]) for edge in suffering(answered, "GOES_DARK"))
        assert (name, dark) == (name, sorted((each["sensor"], each["reason"]) for each in planted["dark"]))
        unseen = sorted(entity["iri"] for entity in answered["observedByNothing"])
        assert (name, unseen) == (name, sorted(planted["observed_by_nothing"]))


def test_question_15_names_the_orders_that_collide_with_the_outage(demo: Engine, truth: Answer) -> None:
    planted = truth["outages"]["panel"]
    found = sorted(
        (each["kind"], [order["iri"] for order in each["orders"]]) for each in outage(demo, planted)["collisions"]
    )
    assert found == sorted((each["kind"], each["orders"]) for each in planted["collisions"])


def test_question_15_is_seen_at_the_start_of_the_window(demo: Engine, truth: Answer) -> None:
    document = """query($of: [ID!]!, $s: DateTime!, $e: DateTime!) {
      impact(of: $of, input: {window: {start: $s, end: $e}}) { targets { asOf } } }"""
    start, end = truth["outages"]["panel"]["window"]
    result = demo.execute(document, {"of": truth["outages"]["panel"]["targets"], "s": start, "e": end})
    assert result.data == {"impact": {"targets": [{"asOf": start}]}}


def recalled(demo: Engine, of: str) -> Answer:
    found: Answer = answer(demo, "22-recall-of-a-lot", lot=of)["recall"]
    return found


def test_question_22_recalls_every_serial_and_order_of_a_lot(demo: Engine, truth: Answer) -> None:
    planted = truth["bad_batch"]
    for root in (planted["batch"], planted["raw"]):
        found = recalled(demo, root)
        edges = found["items"]["edges"]
        where = {e["node"]["iri"]: (e["place"]["position"] or {"iri": None})["iri"] for e in edges}
        assert where == {serial["iri"]: serial["position"] for serial in planted["serials"]}
        was = {e["node"]["iri"]: [stay["position"]["iri"] for stay in e["place"]["stays"]] for e in edges}
        assert was == {serial["iri"]: serial["was_in"] for serial in planted["serials"]}
        assert [each["iri"] for each in found["workOrders"]["nodes"]] == planted["orders"]
        assert [each["iri"] for each in found["failures"]["nodes"]] == planted["failures"]
        assert found["completeness"]["complete"]


def test_question_22_says_what_to_do_with_each_serial(demo: Engine, truth: Answer) -> None:
    expected = {"INSTALLED": "REPLACE", "STOCK": "QUARANTINE", "REPAIR": "QUARANTINE", "SCRAPPED": "NONE"}
    found = recalled(demo, truth["bad_batch"]["batch"])["items"]["edges"]
    assert {e["node"]["iri"]: e["action"] for e in found} == {
        serial["iri"]: expected[serial["where"]] for serial in truth["bad_batch"]["serials"]
    }


def test_question_22_goes_from_a_raw_lot_to_the_customers_orders(demo: Engine, truth: Answer) -> None:
    planted = truth["recall"]
    found = recalled(demo, planted["raw"])
    assert [each["iri"] for each in found["orders"]["nodes"]] == planted["orders"]
    assert sorted(e["node"]["iri"] for e in found["items"]["edges"]) == planted["items"]
    assert all(edge["outermost"] for edge in found["items"]["edges"])
    assert set(planted["batches"]) < {each["iri"] for each in found["batches"]["nodes"]}


def test_question_22_of_an_unknown_lot_is_empty_and_names_it(demo: Engine) -> None:
    found = recalled(demo, "lot:NO-SUCH-LOT")
    assert (found["of"], found["missing"], found["items"]["edges"]) == (None, ["lot:NO-SUCH-LOT"], [])


def test_question_23_goes_back_to_the_raw_material(demo: Engine, truth: Answer) -> None:
    planted = truth["trace"]["whole"]
    found = answer(demo, "23-back-to-raw-material", part=planted["serial"])["trace"]
    assert sorted(hit["node"]["iri"] for hit in found["batches"]) == planted["batches"]
    assert [hit["node"]["iri"] for hit in found["suppliers"]] == planted["suppliers"]
    assert (found["gaps"], found["completeness"]["complete"]) == ([], True)


def test_question_23_says_where_the_trace_breaks(demo: Engine, truth: Answer) -> None:
    planted = truth["trace"]["gap"]
    found = answer(demo, "23-back-to-raw-material", part=planted["serial"])["trace"]
    assert sorted(hit["node"]["iri"] for hit in found["batches"]) == planted["batches"]
    assert [gap["node"]["iri"] for gap in found["gaps"]] == [planted["broken_at"]]
    assert [reason["code"] for reason in found["completeness"]["reasons"]] == ["GAP"]


def test_question_24_finds_what_a_notice_touches(demo: Engine, truth: Answer) -> None:
    found = {each["document"]["iri"]: each for each in answer(demo, "24-notices")["notices"]}
    assert set(found) == set(truth["notices"])
    for notice, planted in truth["notices"].items():
        assert [each["iri"] for each in found[notice]["designs"]["nodes"]] == planted["designs"]
        assert sorted(each["iri"] for each in found[notice]["installed"]["nodes"]) == planted["installed"]


def test_a_disputed_batch_stands_in_the_conflicts(demo: Engine, truth: Answer) -> None:
    planted = truth["audit"]["disputed"]
    document = """query($k: String!) { component(key: $k) { conflicts { predicate value source }
      relations(direction: UPSTREAM, relations: [FROM_BATCH]) { edges { node { iri } } } } }"""
    result = demo.execute(document, {"k": planted["subject"]})
    assert result.errors is None
    assert result.data is not None
    found = result.data["component"]
    assert iris(found["relations"]) == [planted["answer"]]
    expected = {"predicate": "fromBatch", "value": planted["conflict"], "source": planted["conflict_source"]}
    assert found["conflicts"] == [expected]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_of_effects_give_each_effect_once_forwards_and_backwards(demo: Engine, truth: Answer, size: int) -> None:
    document = """query($of: [ID!]!, $first: Int, $after: String, $last: Int, $before: String) { impact(of: $of) {
      effects(first: $first, after: $after, last: $last, before: $before) { totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { effect node { iri } } } } }"""

    def page(**arguments: Any) -> Answer:
        result = demo.execute(document, {"of": truth["outages"]["panel"]["targets"], **arguments})
        assert result.errors is None
        assert result.data is not None
        found: Answer = result.data["impact"]["effects"]
        return found

    whole = page(first=500)["edges"]
    forwards, given = [], page(first=size)
    while given["edges"] and len(forwards) < len(whole) + size:
        forwards += given["edges"]
        given = page(first=size, after=given["pageInfo"]["endCursor"])
    backwards, given = [], page(last=size)
    while given["edges"] and len(backwards) < len(whole) + size:
        backwards = given["edges"] + backwards
        given = page(last=size, before=given["pageInfo"]["startCursor"])
    assert forwards == backwards == whole
    assert len(whole) == page(first=0)["totalCount"] > 10


def test_question_11_splits_the_loss_of_the_line_as_worked_by_hand(demo: Engine, truth: Answer) -> None:
    planted = truth["health"]
    (found,) = answer(demo, "11-why-health")["health"]
    assert found["entity"]["iri"] == planted["line"]
    assert found["score"] == pytest.approx(planted["score"], abs=1e-9) == pytest.approx(0.62, abs=1e-9)
    shares = {each["source"]["iri"]: each["delta"] for each in found["contributions"]}
    assert shares == pytest.approx(planted["shares"], abs=1e-9)
    assert sorted(round(share, 4) for share in shares.values()) == [0.0167, 0.0917, 0.2717]  # LT2
    assert sum(shares.values()) == pytest.approx(1 - found["score"], abs=1e-9)
    assert [step["score"] for step in found["repairs"]] == pytest.approx([0.8, 0.95, 1.0])
    assert all(each["path"]["nodes"][-1]["iri"] == planted["line"] for each in found["contributions"])
