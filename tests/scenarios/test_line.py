"""Do the truths of the first zone hold inside a plant of eighteen?"""

from thread.facts import Revision
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.reasoning.impact import EffectKind, ImpactQuery, impact_of
from thread.reasoning.structure import compile_structure
from thread.samples import generate


def test_what_stops_in_one_zone_of_a_large_plant_is_what_was_planted() -> None:
    line = generate("line")
    projection = Projection(load_ontology([line.extension]), line.ranks)
    for number, (instant, change_set) in enumerate(zip(line.committed_at, line.change_sets, strict=True), 1):
        projection.publish(projection.stage(change_set), Revision(number, instant))
    view = projection.view(line.reference_time)
    structure = compile_structure(view)
    for name, planted in line.answers.outages.items():
        impact = impact_of(view, structure, [view.find(iri) for iri in planted["targets"]], ImpactQuery())
        stops = [view.iri(each.node) for each in impact.effects([EffectKind.STOPS], stop=10_000)]
        assert sorted(stops) == sorted(planted["stops"] + planted["groups"]), name
