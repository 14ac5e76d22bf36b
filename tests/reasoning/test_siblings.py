"""Which items share an origin: small plants by hand, and random ones against a loop over all facts."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import HOUR, Plant, instant
from thread.clock import BEGIN, END
from thread.projection.view import View
from thread.reasoning.places import Whereabouts, hours, places_of, stays_of
from thread.reasoning.siblings import Sharing, siblings_of


def lot() -> Plant:
    plant = Plant().add("Batch", "lot", "other").add("Supplier", "maker").add("ProcessStep", "run")
    plant.add("DesignRevision", "R").add("Position", "slot-1", "slot-2")
    plant.add("Component", "a", "b", "c", "d", "e").set("c", "disposition", "SCRAPPED").set("d", "disposition", "STOCK")
    plant.link("a", "fromBatch", "lot").link("b", "fromBatch", "lot").link("c", "fromBatch", "lot")
    plant.link("d", "fromBatch", "other").link("lot", "suppliedBy", "maker").link("other", "suppliedBy", "maker")
    plant.link("a", "madeTo", "R").link("e", "madeTo", "R").link("other", "processedBy", "run")
    plant.link("a", "processedBy", "run")
    plant.link("b", "installedIn", "slot-1", start=instant(-10))
    plant.link("c", "installedIn", "slot-1", start=instant(-30), end=instant(-10))
    return plant.link("e", "installedIn", "slot-2", start=instant(-5))


def found(view: View, name: str, *sharing: Sharing) -> dict[str, set[str]]:
    siblings = siblings_of(view, view.find(name), sharing or tuple(Sharing))
    return {view.iri(one.node): {str(each) for each in one.sharing} for one, _ in siblings.hits()}


def test_siblings_are_told_with_all_that_they_share() -> None:
    assert found(lot().view(), "a") == {
        "b": {"BATCH", "SUPPLIER"},
        "c": {"BATCH", "SUPPLIER"},
        "d": {"SUPPLIER", "PROCESS_STEP"},
        "e": {"REVISION"},
    }


def test_only_what_is_asked_for_counts() -> None:
    assert found(lot().view(), "a", Sharing.REVISION) == {"e": {"REVISION"}}


def test_installed_ones_come_first_the_longest_in_service_before_the_others() -> None:
    view = lot().view()
    siblings = siblings_of(view, view.find("a"))
    assert [view.iri(one.node) for one, _ in siblings.hits()] == ["b", "e", "d", "c"]
    assert siblings.counts() == [(Whereabouts.INSTALLED, 2), (Whereabouts.STOCK, 1), (Whereabouts.SCRAPPED, 1)]


def test_risk_comes_before_exposure_and_after_whereabouts() -> None:
    view = lot().view()
    siblings = siblings_of(view, view.find("a"), risk={view.find("e"): 0.5, view.find("c"): 0.9})
    assert [view.iri(one.node) for one, _ in siblings.hits()] == ["e", "b", "d", "c"]


def test_exposure_is_what_was_spent_in_any_position_up_to_then() -> None:
    view = lot().view(-2)
    places = places_of(view, [view.find(name) for name in "bce"])
    assert [hours(int(each)) for each in places.exposure] == [8 * 24, 20 * 24, 3 * 24]


def test_an_unknown_start_makes_the_exposure_a_lower_bound() -> None:
    plant = lot().link("d", "installedIn", "slot-2", end=instant(-20))
    view = plant.view()
    places = places_of(view, [view.find("d")])
    assert (places.exposure.tolist(), places.at_least.tolist()) == ([0], [True])


def test_an_origin_counts_at_whatever_time_it_was_said() -> None:
    plant = Plant().add("Batch", "lot").add("Component", "a", "b")
    plant.link("a", "fromBatch", "lot", start=instant(5)).link("b", "fromBatch", "lot", end=instant(-5))
    assert found(plant.view(), "a") == {"b": {"BATCH"}}


def test_an_item_without_an_origin_has_no_siblings_and_says_why() -> None:
    view = Plant().add("Component", "a").view()
    answer = siblings_of(view, view.find("a"), [Sharing.BATCH])
    assert answer.hits() == []
    assert [(str(r.code), r.message) for r in answer.completeness.reasons] == [("GAP", "No batch is recorded of it.")]


def test_an_unknown_item_has_none() -> None:
    assert siblings_of(lot().view(), -1).hits() == []


def test_overlapping_stays_of_one_serial_are_both_shown_and_marked() -> None:
    plant = Plant().add("Component", "a").add("Position", "x", "y")
    plant.link("a", "installedIn", "x", start=instant(-10), end=instant(-2))
    plant.link("a", "installedIn", "y", start=instant(-4))
    view = plant.view()
    stays = [(view.iri(s.position), s.since, s.until, s.overlaps) for s in stays_of(view, view.find("a"))]
    assert stays == [("x", instant(-10), instant(-4), True), ("y", instant(-4), END, False)]
    assert places_of(view, [view.find("a")]).exposure.tolist() == [10 * 24 * HOUR]


parts = st.sampled_from([f"c{n}" for n in range(6)])
lots = st.sampled_from(["l0", "l1"])
days = st.integers(-9, 3)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(parts, lots), max_size=8),
    st.lists(st.tuples(lots, st.sampled_from(["s0", "s1"])), max_size=3),
    st.lists(st.tuples(parts, st.sampled_from(["p0", "p1"]), days, st.integers(1, 9) | st.none()), max_size=8),
)
def test_siblings_and_exposure_are_those_of_a_loop_over_all_links(made: Any, delivered: Any, fitted: Any) -> None:
    plant = Plant().add("Component", *(f"c{n}" for n in range(6))).add("Batch", "l0", "l1").add("Position", "p0", "p1")
    plant.add("Supplier", "s0", "s1")
    for part, batch in made:
        plant.link(part, "fromBatch", batch)
    for batch, supplier in delivered:
        plant.link(batch, "suppliedBy", supplier)
    for part, position, start, length in fitted:
        end = END if length is None else instant(start + length)
        plant.link(part, "installedIn", position, start=instant(start), end=end)
    view = plant.view()
    said: dict[str, list[tuple[str, str, int, int]]] = {}
    for node in range(view.size):
        for each in view.history(node):
            if each.object is not None:
                row = (each.subject, each.object, each.valid_from, each.valid_to)
                said.setdefault(each.predicate.rpartition("#")[2], []).append(row)

    def lots_of(part: str) -> set[str]:
        return {lot for one, lot, *_ in said.get("fromBatch", []) if one == part}

    def makers_of(part: str) -> set[str]:
        return {maker for lot, maker, *_ in said.get("suppliedBy", []) if lot in lots_of(part)}

    everyone = [f"c{n}" for n in range(6)]
    for name in everyone:
        expected = {other: _shared(name, other, lots_of, makers_of) for other in everyone if other != name}
        assert found(view, name) == {other: shared for other, shared in expected.items() if shared}
        (exposure,) = places_of(view, [view.find(name)]).exposure.tolist()
        inside = sum(
            any(s <= at < e for one, _, s, e in said.get("installedIn", []) if one == name and s != BEGIN)
            for at in range(instant(-9), instant(0), 24 * HOUR)
        )
        assert exposure == inside * 24 * HOUR


def _shared(name: str, other: str, lots_of: Any, makers_of: Any) -> set[str]:
    shared = set()
    if lots_of(name) & lots_of(other):
        shared.add("BATCH")
    if makers_of(name) & makers_of(other):
        shared.add("SUPPLIER")
    return shared
