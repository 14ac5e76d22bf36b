"""Are the truths that questions.md names really in the facts? Read from the folded facts, not from the books."""

from typing import Any

from thread.clock import parse_instant
from thread.projection.view import View
from thread.samples import Sample
from thread.samples.words import core, entity
from thread.terms import UpperKind
from thread.testing.reference import ReferenceProjection


def objects(view: View, iri: str, relation: str) -> set[str]:
    ordinal = view.ontology.relation[relation].ordinal
    return {view.iri(int(node)) for node in view.links_from(view.find(iri), [ordinal]).object}


def subjects(view: View, iri: str, relation: str) -> set[str]:
    ordinal = view.ontology.relation[relation].ordinal
    return {view.iri(int(node)) for node in view.links_to(view.find(iri), [ordinal]).subject}


def at(folded: ReferenceProjection, valid: str, known: str | None = None) -> View:
    ordinal = None if known is None else folded.known_at(parse_instant(known))
    return folded.view(parse_instant(valid), ordinal)


def test_the_failed_part_has_an_origin(sample: Sample, view: View) -> None:
    part = sample.answers.failed_part
    assert objects(view, part["iri"], core("madeTo")) == {part["revision"]}
    assert objects(view, part["revision"], core("revisionOf")) == {part["design"]}
    assert objects(view, part["iri"], core("fromBatch")) == {part["batch"]}
    assert objects(view, part["batch"], core("suppliedBy")) == {part["supplier"]}
    assert objects(view, part["iri"], core("processedBy")) == set(part["process_steps"])


def test_the_failed_part_was_where_the_answers_say_and_its_installer_put_it_there(
    sample: Sample, folded: ReferenceProjection
) -> None:
    part = sample.answers.failed_part
    before = folded.view(parse_instant(part["failed_at"]) - 1)
    assert objects(before, part["iri"], core("installedIn")) == {part["position"]}
    assert objects(before, part["position"], core("partOf")) == {part["asset"]}
    assert part["iri"] in objects(before, part["installed_by"], core("installs"))
    assert part["installer"] in objects(before, part["installed_by"], core("requires"))
    assert subjects(before, part["asset"], core("monitors")) == set(part["sensors"])


def test_a_failure_is_caused_by_another(sample: Sample, view: View) -> None:
    part = sample.answers.failed_part
    assert objects(view, part["failure"], core("failureOf")) == {part["iri"]}
    assert objects(view, part["failure"], core("causedBy")) == {part["caused_by"]}
    assert objects(view, part["caused_by"], core("failureOf")) == {part["cause_failed"]}


def test_the_last_five_orders_are_done_before_the_failure_latest_first(sample: Sample, view: View) -> None:
    part = sample.answers.failed_part
    ends = [view.value(view.find(order), core("endedAt")) for order in part["last_orders"]]
    assert len(ends) == 5
    assert ends == sorted(ends, reverse=True)
    assert part["repaired_by"] not in part["last_orders"]


def test_the_cause_lies_in_the_bad_batch(sample: Sample) -> None:
    assert sample.answers.failed_part["cause_failed"] in {each["iri"] for each in sample.answers.bad_batch["serials"]}


def test_the_bad_batch_is_installed_in_stock_in_repair_and_scrapped(sample: Sample, view: View) -> None:
    batch = sample.answers.bad_batch
    assert subjects(view, batch["batch"], core("fromBatch")) == {each["iri"] for each in batch["serials"]}
    for each in batch["serials"]:
        assert objects(view, each["iri"], core("installedIn")) == ({each["position"]} if each["position"] else set())
        held = view.value(view.find(each["iri"]), core("disposition"))
        assert each["where"] == ("INSTALLED" if each["position"] else held)
    assert {each["where"] for each in batch["serials"]} == {"INSTALLED", "STOCK", "REPAIR", "SCRAPPED"}


def test_every_serial_is_where_the_answers_say(sample: Sample, view: View) -> None:
    for iri, where in sample.answers.whereabouts.items():
        assert objects(view, iri, core("installedIn")) == ({where["position"]} if where["position"] else set())
        held = view.value(view.find(iri), core("disposition"))
        assert (held or ("INSTALLED" if where["position"] else "UNKNOWN")) == where["where"], iri


def test_what_is_in_stock_lies_in_the_store(sample: Sample, view: View) -> None:
    stored = {iri for iri, where in sample.answers.whereabouts.items() if where["where"] == "STOCK"}
    assert subjects(view, entity("STORE"), core("locatedIn")) == stored


def test_the_newer_revision_fails_at_least_three_times_as_often(sample: Sample) -> None:
    old, new = (sample.answers.revisions[str(entity(key))] for key in ("WT.B", "WT.C"))
    assert new["failures"] / new["installed_hours"] > 3 * old["failures"] / old["installed_hours"]
    assert old["failures"] > 0


def test_the_configuration_then_is_not_the_configuration_now(sample: Sample, folded: ReferenceProjection) -> None:
    planted: Any = sample.answers.configuration
    before = parse_instant(planted["at"]) - 1
    for reading in (planted["known_then"], planted["known_now"]):
        seen = folded.view(before, folded.known_at(parse_instant(reading["known_at"])))
        held = {position: subjects(seen, position, core("installedIn")) for position in reading["holds"]}
        assert held == {position: {serial} for position, serial in reading["holds"].items()}
    assert planted["known_then"]["holds"] != planted["known_now"]["holds"]


def test_the_correction_moves_every_trace_of_the_hose(sample: Sample, folded: ReferenceProjection) -> None:
    planted: Any = sample.answers.configuration
    hose = next(key for key in planted["known_now"]["holds"] if key.endswith("hose"))
    wrong, right = (planted[when]["holds"][hose] for when in ("known_then", "known_now"))
    now = folded.view(sample.reference_time)
    assert now.history(now.find(wrong), core("installedIn")) == []
    assert subjects(now, wrong, core("failureOf")) | subjects(now, wrong, core("installs")) == set()
    assert now.value(now.find(wrong), core("disposition")) == "STOCK"
    assert now.value(now.find(right), core("disposition")) == "SCRAPPED"
    then = folded.view(sample.reference_time, folded.known_at(parse_instant(planted["known_then"]["known_at"])))
    assert then.value(then.find(wrong), core("disposition")) == "SCRAPPED"
    assert then.value(then.find(right), core("disposition")) == "STOCK"


def test_the_failure_is_not_known_when_it_happens(sample: Sample, folded: ReferenceProjection) -> None:
    part = sample.answers.failed_part
    then = folded.view(sample.reference_time, folded.known_at(parse_instant(part["failed_at"])))
    assert then.find(part["failure"]) == -1


def test_a_late_order_is_known_only_after_it_is_written_down(sample: Sample, folded: ReferenceProjection) -> None:
    late = sample.answers.audit["late"]
    before = folded.known_at(parse_instant(late["recorded_at"]) - 1)
    assert folded.view(sample.reference_time, before).find(late["order"]) == -1
    done = folded.view(parse_instant("2026-04-03T00:00:00Z"))
    assert done.kind(done.find(late["order"])) >= 0


def test_one_order_ends_before_it_starts(sample: Sample, view: View) -> None:
    reversed_ = []
    for node in view.of_kind(UpperKind.WORK_ORDER):
        start, end = (view.value(int(node), core(name)) for name in ("startedAt", "endedAt"))
        if start is not None and end is not None and end < start:
            reversed_.append(view.iri(int(node)))
    assert reversed_ == [sample.answers.audit["reversed_order"]]


def test_two_sources_disagree_and_the_higher_answers(sample: Sample, view: View) -> None:
    dispute = sample.answers.audit["disputed"]
    node = view.find(dispute["subject"])
    assert objects(view, dispute["subject"], dispute["predicate"]) == {dispute["answer"]}
    assert [(c.object, c.source) for c in view.conflicts(node)] == [(dispute["conflict"], dispute["conflict_source"])]
    everyone = [view.iri(node) for node in range(view.size) if view.conflicts(node)]
    assert everyone == [dispute["subject"]]


def test_one_sensor_covers_two_modes_and_one_mode_is_unobserved(sample: Sample, view: View) -> None:
    coverage = sample.answers.coverage
    assert len(objects(view, coverage["two_modes"], core("detects"))) == 2
    for mode in coverage["unobserved_of_gun"]:
        assert subjects(view, mode, core("detects")) == set()
    assert coverage["unobserved_of_gun"]


def test_a_sensor_moved_away_before_the_failure(sample: Sample, folded: ReferenceProjection) -> None:
    moved = sample.answers.audit["moved_sensor"]
    early, late = at(folded, "2025-06-01T00:00:00Z"), at(folded, "2026-06-01T00:00:00Z")
    assert objects(early, moved["sensor"], core("monitors")) == {moved["from"]}
    assert objects(late, moved["sensor"], core("monitors")) == {moved["to"]}


def test_orders_that_collide_overlap_and_all_others_do_not_share_a_crew(sample: Sample, view: View) -> None:
    windows = {}
    for node in view.of_kind(UpperKind.WORK_ORDER):
        start, end = (view.value(int(node), core(name)) for name in ("plannedStart", "plannedEnd"))
        if start is not None and view.value(int(node), core("status")) in ("PLANNED", "RELEASED", "RUNNING"):
            crew = {each for each in objects(view, view.iri(int(node)), core("requires")) if "CREW" in each}
            windows[view.iri(int(node))] = (start, end, crew)
    planted = {tuple(each["orders"]): each["kind"] for each in sample.answers.collisions}
    for one, two in planted:
        assert windows[one][0] < windows[two][1]
        assert windows[two][0] < windows[one][1]
    sharing = {
        (one, two)
        for one, (start, end, crew) in windows.items()
        for two, (other, until, people) in windows.items()
        if one < two and start < until and other < end and crew & people
    }
    assert sharing == {orders for orders, kind in planted.items() if kind == "RESOURCE"}
    assert sorted(planted.values()) == ["ISOLATION", "RESOURCE", "SAME", "TOGETHER"]


def test_bill_lines_carry_quantity_find_number_and_effectivity(sample: Sample, view: View) -> None:
    ordinal = view.ontology.relation[core("usesDesign")].ordinal
    found = set()
    for row in view.links([ordinal]).row:
        said = view.link(int(row))
        held = dict(said.qualifiers)
        found.add((said.subject, said.object, held[core("findNumber")], str(held[core("quantity")])))
    assert found == {(b["parent"], b["child"], b["find_number"], b["quantity"]) for b in sample.answers.bom}
    assert any(line["effective_from"] for line in sample.answers.bom)
    assert any(line["effective_to"] for line in sample.answers.bom)


def test_designs_have_two_or_three_revisions_and_a_diamond_doubles_quantities(sample: Sample, view: View) -> None:
    revisions = [
        len(subjects(view, view.iri(int(d)), core("revisionOf"))) for d in view.of_kind(UpperKind.PRODUCT_DESIGN)
    ]
    assert max(revisions) == 3
    assert revisions.count(2) >= 7
    assert sample.answers.where_used[str(entity("EC.B"))][str(entity("BL.A"))] == "12"


def test_supplies_in_the_facts_are_those_of_the_answers(sample: Sample, view: View) -> None:
    ontology = view.ontology
    flows = ontology.subrelations(core("suppliedWith"))
    members = ontology.relation[core("memberOf")].ordinal
    for consumer, rows in sample.answers.supplies.items():
        planted = {supplier for suppliers in rows.values() for supplier in suppliers}
        seen = {view.iri(int(node)) for node in view.links_from(view.find(consumer), flows).object}
        assert seen <= planted, consumer
        groups = {via for via in rows if view.kind(view.find(via)) >= 0}
        for group in groups:
            inside = {view.iri(int(n)) for n in view.links_to(view.find(group), [members]).subject}
            assert inside == set(rows[group])


def test_the_dresser_is_down_at_the_reference_time(sample: Sample, view: View) -> None:
    planted = sample.answers.audit["open_failure"]
    assert objects(view, planted["failure"], core("failureOf")) == {planted["asset"]}
    orders = subjects(view, planted["failure"], core("addresses"))
    assert {view.value(view.find(order), core("status")) for order in orders} == {"RUNNING"}


def test_one_spare_is_in_stock_and_another_is_not(sample: Sample, view: View) -> None:
    stocked = set()
    for order, designs in sample.answers.spares.items():
        for design, planted in designs.items():
            assert design in objects(view, order, core("requires"))
            made = subjects(view, design, core("madeTo"))
            held = {each for each in made if view.value(view.find(each), core("disposition")) == "STOCK"}
            assert held == set(planted["in_stock"])
            stocked.add(len(held) >= planted["needs"])
    assert stocked == {True, False}
