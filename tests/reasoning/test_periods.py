"""Over a period: what counts, and that a chain of what is in what held at one instant."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, instant, ontology
from thread.clock import BEGIN, END
from thread.facts import ChangeSet, Revision, parts_of
from thread.projection.view import View
from thread.reasoning.lineage import Direction, LineageQuery, lineage_of
from thread.terms import THR
from thread.testing.reference import ReferenceProjection

EVER = (BEGIN - 1, END)


def seen(plant: Plant, period: tuple[int, int] = EVER) -> View:
    projection = ReferenceProjection(ontology())
    projection.publish(projection.stage(ChangeSet("r", "test", parts_of(plant.facts))), Revision(1, 0))
    return projection.view(instant(0), None, period)


def query(*names: str) -> LineageQuery:
    relations = frozenset(ontology().relation[THR + name].ordinal for name in names)
    return LineageQuery(direction=Direction.DOWNSTREAM, relations=relations)


def moved() -> Plant:
    """A serial in one slot, the slot in one machine, then the slot in another machine and another serial."""
    plant = Plant().add("Component", "a", "b").add("Position", "slot").add("Asset", "first", "second")
    plant.link("a", "installedIn", "slot", start=instant(-9), end=instant(-5))
    plant.link("b", "installedIn", "slot", start=instant(-4))
    plant.link("slot", "partOf", "first", start=instant(-9), end=instant(-6))
    return plant.link("slot", "partOf", "second", start=instant(-6))


def reached(view: View, name: str, *names: str) -> dict[str, int]:
    lineage = lineage_of(view, [view.find(name)], query(*names))
    return {view.iri(hit.node): hit.degree for hit in lineage.hits()}


def test_a_chain_of_containment_counts_only_if_it_held_at_one_instant() -> None:
    view = seen(moved())
    assert reached(view, "a", "installedIn", "partOf") == {"slot": 1, "first": 2, "second": 2}
    assert reached(view, "b", "installedIn", "partOf") == {"slot": 1, "second": 2}


def test_a_period_is_half_open() -> None:
    plant = moved()
    assert reached(seen(plant, (instant(-7), instant(-6))), "a", "installedIn", "partOf") == {"slot": 1, "first": 2}
    assert reached(seen(plant, (instant(-5), instant(-4))), "a", "installedIn") == {}
    assert reached(seen(plant, (instant(-5), instant(-4) + 1)), "b", "installedIn") == {"slot": 1}


def test_any_other_link_begins_a_new_chain() -> None:
    plant = moved().add("Batch", "lot").link("a", "fromBatch", "lot").link("b", "fromBatch", "lot")
    found = reached(seen(plant), "lot", "fromBatch", "installedIn", "partOf")
    assert found == {"a": 1, "b": 1, "slot": 2, "first": 3, "second": 3}


def test_paths_over_a_period_name_the_stays_that_were_at_one_instant() -> None:
    plant = moved().link("a", "installedIn", "slot", start=instant(-20), end=instant(-10))
    view = seen(plant)
    lineage = lineage_of(view, [view.find("a")], query("installedIn", "partOf"))
    (path,) = lineage.paths(view.find("first")).paths
    times = [(s.valid_from, s.valid_to) for s in (view.link(link.row) for link in path.links)]
    assert max(start for start, _ in times) < min(end for _, end in times)
    via = {view.iri(hit.node): [view.ontology.relations[r].name for r in hit.via] for hit in lineage.hits()}
    assert via == {"slot": ["installedIn"], "first": ["partOf"], "second": ["partOf"]}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-8, 0), st.integers(1, 5)), max_size=9))
def test_what_is_reached_is_what_some_instant_reaches(links: Any) -> None:
    plant = Plant().add("Asset", *(f"a{n}" for n in range(5)))
    for part, whole, start, length in links:
        plant.link(f"a{part}", "partOf", f"a{whole}", start=instant(start), end=instant(start + length))
    period = (instant(-6), instant(2))
    projection = ReferenceProjection(ontology())
    projection.publish(projection.stage(ChangeSet("r", "test", parts_of(plant.facts))), Revision(1, 0))
    over = projection.view(instant(0), None, period)
    for root in range(5):
        name = f"a{root}"
        at_some = {iri for day in range(-6, 2) for iri in reached(projection.view(instant(day)), name, "partOf")}
        assert set(reached(over, name, "partOf")) == at_some
        lineage = lineage_of(over, [over.find(name)], query("partOf"))
        assert all(lineage.paths(over.find(iri)).paths for iri in at_some)
