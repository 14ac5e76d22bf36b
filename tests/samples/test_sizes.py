"""Do larger plants come of the same zones?"""

import pytest

from thread.facts import Revision
from thread.ontology import Ontology
from thread.ontology.shapes import Checker
from thread.samples import generate, stream
from thread.samples.words import RANKS, entity
from thread.terms import TYPE
from thread.testing.reference import ReferenceProjection


def test_a_line_has_five_thousand_entities_and_the_truths_of_the_demo() -> None:
    line, demo = generate("line"), generate("demo")
    assert 4_900 <= sum(line.answers.counts.values()) <= 5_300
    assert line.answers.failed_part == demo.answers.failed_part
    panel = line.answers.outages["panel"]
    assert panel == demo.answers.outages["panel"]


def test_revisions_are_counted_over_all_zones() -> None:
    line, demo = generate("line").answers.revisions, generate("demo").answers.revisions
    revision = str(entity("WT.C"))
    assert line[revision]["units"] == 18 * demo[revision]["units"]


def test_a_stream_gives_at_least_what_is_asked_and_the_same_each_time() -> None:
    def taken() -> list[tuple[str, bytes]]:
        return [(c.request_id, b"".join(p.encode() for p in c.parts)) for c in stream(900, 3, zones_per_commit=2)]

    kinds = {f.subject for c in stream(900, 3) for p in c.parts for _, f in p.facts() if f.predicate == TYPE}
    assert 900 <= len(kinds) <= 900 + 300 * 2
    assert taken() == taken()


@pytest.mark.parametrize("zones_per_commit", [1, 2])
def test_a_stream_fits_the_ontology_and_folds_without_loss(ontology: Ontology, zones_per_commit: int) -> None:
    checker, kinds = Checker(ontology), {}
    projection = ReferenceProjection(ontology, RANKS)
    for number, change_set in enumerate(stream(500, 7, zones_per_commit), 1):
        for part in change_set.parts:
            kinds.update({f.subject: str(f.value) for _, f in part.facts() if f.predicate == TYPE})
        assert checker.check(change_set.parts, lambda iris: [kinds.get(iri) for iri in iris]) == []
        staged = projection.stage(change_set)
        assert (staged.counts()["unmatched"], staged.counts()["repeated"]) == (0, 0)
        projection.publish(staged, Revision(number, number))
