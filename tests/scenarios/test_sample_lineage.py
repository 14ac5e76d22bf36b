"""Does lineage on the demo give what the planting wrote down?"""

from thread.clock import parse_instant
from thread.projection import Projection
from thread.projection.view import View
from thread.reasoning.lineage import Direction, Lineage, LineageQuery, lineage_of
from thread.samples import Sample
from thread.samples.words import core, entity
from thread.terms import UpperKind


def degrees(view: View, lineage: Lineage) -> dict[str, int]:
    return {view.iri(hit.node): hit.degree for hit in lineage.hits(stop=10_000)}


def relations(view: View, *names: str) -> frozenset[int]:
    return frozenset(view.ontology.relation[core(name)].ordinal for name in names)


def test_the_failed_part_comes_from_what_the_planting_says(sample: Sample, view: View) -> None:
    lineage = lineage_of(view, [view.find(sample.answers.failed_part["iri"])], LineageQuery())
    assert degrees(view, lineage) == sample.answers.upstream
    assert lineage.completeness.complete


def test_a_recall_finds_every_serial_of_the_bad_batch_and_every_order_on_one(sample: Sample, view: View) -> None:
    planted = sample.answers.bad_batch
    query = LineageQuery(
        direction=Direction.DOWNSTREAM,
        relations=relations(view, "fromBatch", "derivedFrom", "performedOn", "installs", "removes", "failureOf"),
    )
    lineage = lineage_of(view, [view.find(planted["raw"])], query)
    hits = degrees(view, lineage)
    found = {
        kind: {iri for iri in hits if view.ontology.is_a(view.ontology.kinds[view.kind(view.find(iri))].iri, kind)}
        for kind in (UpperKind.BATCH, UpperKind.COMPONENT, UpperKind.WORK_ORDER, UpperKind.FAILURE_EVENT)
    }
    assert found == {
        UpperKind.BATCH: {planted["batch"]},
        UpperKind.COMPONENT: {each["iri"] for each in planted["serials"]},
        UpperKind.WORK_ORDER: set(planted["orders"]),
        UpperKind.FAILURE_EVENT: set(planted["failures"]),
    }


def test_the_recall_as_known_before_the_correction_misses_the_hose_that_burst(
    sample: Sample, projection: Projection
) -> None:
    planted = sample.answers.configuration["known_then"]
    then = projection.view(sample.reference_time, projection.known_at(parse_instant(planted["known_at"])))
    query = LineageQuery(direction=Direction.DOWNSTREAM, relations=relations(then, "fromBatch", "failureOf"))
    hits = degrees(then, lineage_of(then, [then.find(sample.answers.bad_batch["batch"])], query))
    missed = set(sample.answers.bad_batch["failures"]) - set(hits)
    assert missed == {sample.answers.failed_part["caused_by"]}


def test_the_configuration_before_the_failure_is_as_known_then_and_as_known_now(
    sample: Sample, projection: Projection
) -> None:
    planted = sample.answers.configuration
    before = parse_instant(planted["at"]) - 1
    for reading in (planted["known_then"], planted["known_now"]):
        view = projection.view(before, projection.known_at(parse_instant(reading["known_at"])))
        query = LineageQuery(relations=relations(view, "installedIn", "partOf"))
        hits = degrees(view, lineage_of(view, [view.find(planted["asset"])], query))
        assert hits == {**dict.fromkeys(reading["holds"], 1), **dict.fromkeys(reading["holds"].values(), 2)}


def test_where_a_revision_is_used_is_found_at_every_level(sample: Sample, view: View) -> None:
    for revision, planted in sample.answers.where_used.items():
        query = LineageQuery(direction=Direction.DOWNSTREAM, relations=relations(view, "usesDesign"))
        hits = degrees(view, lineage_of(view, [view.find(revision)], query))
        assert set(hits) == set(planted)


def test_what_a_failure_led_to_is_its_consequence_downstream(sample: Sample, view: View) -> None:
    part = sample.answers.failed_part
    query = LineageQuery(direction=Direction.DOWNSTREAM, relations=relations(view, "causedBy", "addresses"))
    hits = degrees(view, lineage_of(view, [view.find(part["caused_by"])], query))
    assert hits == {part["failure"]: 1, part["repaired_by"]: 1}


def test_the_unknown_part_has_no_lineage_and_says_so(view: View) -> None:
    assert view.find(entity("NO-SUCH")) == -1
    assert lineage_of(view, [-1], LineageQuery()).hits() == []
