"""Does a seed give one plant, and does the plant keep its promises?"""

import hashlib
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from thread.clock import END, FixedClock
from thread.errors import InputError
from thread.facts import ChangeSet, Op, Revision
from thread.ontology import Ontology
from thread.ontology.shapes import Checker
from thread.projection.view import View
from thread.samples import Sample, generate, write_answers
from thread.samples.sample import plant
from thread.samples.words import MEDIUM, RANKS, core, entity
from thread.terms import LABEL, TYPE, UpperKind
from thread.testing.reference import ReferenceProjection


def digest(sample: Sample) -> str:
    found = hashlib.sha256()
    for instant, change_set in zip(sample.committed_at, sample.change_sets, strict=True):
        found.update(f"{instant} {change_set.request_id} {change_set.source} {change_set.reason}\n".encode())
        for part in change_set.parts:
            found.update(part.encode())
    found.update(sample.answers.as_json())
    return found.hexdigest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert digest(generate("demo", 7)) == digest(generate("demo", 7))


def test_hash_randomisation_changes_nothing() -> None:
    script = (
        "import hashlib; from thread.samples import generate; s = generate();"
        "print(hashlib.sha256(b''.join(p.encode() for c in s.change_sets for p in c.parts)"
        " + s.answers.as_json()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "4242")
    }
    assert len(runs) == 1


def test_another_seed_gives_another_plant() -> None:
    assert digest(generate("demo", 7)) != digest(generate("demo", 8))


def test_an_unknown_preset_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="giant"):
        generate("giant")


def test_about_three_hundred_entities_are_there(sample: Sample) -> None:
    assert 280 <= sum(sample.answers.counts.values()) <= 380


def test_every_source_speaks_and_commits_come_in_time_order(sample: Sample) -> None:
    assert {change_set.source for change_set in sample.change_sets} == set(RANKS)
    assert sorted(set(sample.committed_at)) == list(sample.committed_at)
    assert sample.committed_at[-1] <= sample.reference_time
    assert len({change_set.request_id for change_set in sample.change_sets}) == len(sample.change_sets)


def test_replaying_moves_the_clock_to_every_commit_and_then_to_the_reference_time(sample: Sample) -> None:
    clock, seen = FixedClock(0), []

    def commit(change_set: ChangeSet) -> None:
        seen.append((clock.now(), change_set.request_id))

    sample.replay(clock, commit)
    wanted = [(at, each.request_id) for at, each in zip(sample.committed_at, sample.change_sets, strict=True)]
    assert seen == wanted
    assert clock.now() == sample.reference_time


def test_every_fact_fits_the_ontology(sample: Sample, ontology: Ontology) -> None:
    checker, kinds, found = Checker(ontology), {}, []
    for change_set in sample.change_sets:
        found += checker.check(change_set.parts, lambda iris: [kinds.get(iri) for iri in iris])
        for part in change_set.parts:
            kinds.update({fact.subject: str(fact.value) for _, fact in part.facts() if fact.predicate == TYPE})
    assert found == []


def test_every_change_says_something_new(sample: Sample, ontology: Ontology) -> None:
    projection = ReferenceProjection(ontology, sample.ranks)
    supported = 0
    for number, (at, change_set) in enumerate(zip(sample.committed_at, sample.change_sets, strict=True), 1):
        staged = projection.stage(change_set)
        counts = staged.counts()
        assert (counts["unmatched"], counts["repeated"]) == (0, 0), change_set.request_id
        supported += counts["supported"]
        projection.publish(staged, Revision(number, at))
    assert supported == 5  # goods receipt says the lot of five hoses again


def test_every_fact_names_its_file_and_row(sample: Sample) -> None:
    for change_set in sample.change_sets:
        for part in change_set.parts:
            for _, fact in part.facts():
                assert fact.origin.startswith(change_set.source + "/")
                assert fact.row > 0


def test_only_the_planted_reference_dangles(sample: Sample, view: View) -> None:
    stubs = [view.iri(node) for node in range(view.size) if view.is_stub(node)]
    assert stubs == [sample.answers.audit["dangling"]]


def test_every_entity_has_a_label_and_asserted_links_are_not_backwards(sample: Sample, view: View) -> None:
    present = [node for node in range(view.size) if view.kind(node) >= 0 and not view.is_stub(node)]
    assert all(view.value(node, LABEL) for node in present)
    for change_set in sample.change_sets:
        for part in change_set.parts:
            assert all(fact.valid_from < fact.valid_to for op, fact in part.facts() if op is Op.ASSERT)


def test_only_the_planted_identifier_is_ambiguous(sample: Sample, view: View) -> None:
    ambiguous = {
        (each.scheme, each.scope, each.value)
        for node in range(view.size)
        for each in view.identifiers(node)
        if each.ambiguous
    }
    planted = sample.answers.audit["ambiguous"]
    assert ambiguous == {(planted["scheme"], planted["scope"], planted["value"])}
    assert view.iris(view.bearers(planted["value"], "serial")) == planted["bearers"]


def test_every_position_holds_one_serial_at_a_time_and_none_is_empty_now(
    sample: Sample, view: View, ontology: Ontology
) -> None:
    for node in view.of_kind(UpperKind.POSITION):
        stays = sorted((s.valid_from, s.valid_to) for s in view.history_to(int(node), core("installedIn")))
        assert all(one[1] <= next_[0] for one, next_ in itertools.pairwise(stays)), view.iri(int(node))
        assert stays[-1][1] == END


def test_the_media_of_the_words_are_those_of_the_turtle_file(ontology: Ontology) -> None:
    assert {iri: ontology.relation[iri].medium for iri in MEDIUM} == MEDIUM


def test_alternatives_are_planted_only_in_interchangeable_media(sample: Sample, ontology: Ontology) -> None:
    for rows in sample.answers.supplies.values():
        for via in rows:
            assert via not in ontology.media or ontology.media[via].interchangeable


def test_what_stops_its_whole_is_what_its_kind_says(ontology: Ontology) -> None:
    site, _, _ = plant(7)
    for part, kind in site.books.kinds.items():
        wholes = [whole for whole, parts in site.books.grid.parts.items() if part in parts]
        if wholes:
            assert (part in site.books.grid.stops_with) == ontology.kind[kind].essential, part


def test_the_answer_file_is_what_the_sample_carries(tmp_path: Path) -> None:
    write_answers(tmp_path / "answers.json")
    assert (tmp_path / "answers.json").read_bytes() == generate().answers.as_json()


def test_every_entity_that_the_answers_name_is_in_the_plant(sample: Sample, view: View) -> None:
    prefix = entity("")
    named = set(re.findall(re.escape(prefix) + r'[^"]*', sample.answers.as_json().decode()))
    assert {iri for iri in named if view.kind(view.find(iri)) < 0} == set()
