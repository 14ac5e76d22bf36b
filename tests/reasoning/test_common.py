"""What failures share: by hand, by plain sets over random origins, and the chance by counting draws."""

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, instant
from tests.reasoning.test_periods import seen
from thread.reasoning.common import SharedBy, common_cause_of, tail
from thread.reasoning.structure import compile_structure


def asked(plant: Plant, *of: str, since: float | None = None) -> dict[tuple[str, str], tuple[list[str], int, int]]:
    view = plant.view()
    answer = common_cause_of(
        compile_structure(view),
        seen(plant),
        [view.find(each) for each in of],
        None if since is None else instant(since),
    )
    return {
        (str(view.iri(each.node)), each.by.value): (
            [str(i) for i in view.iris(each.failed)],
            each.exposed,
            each.unharmed,
        )
        for each in answer.suspects
    }


def lots(count: int = 4) -> Plant:
    plant = Plant().add("ProductDesign", "D").add("DesignRevision", "D.A").add("Batch", "raw", "lot", "rest")
    plant.link("D.A", "revisionOf", "D").link("lot", "derivedFrom", "raw")
    for number in range(count):
        plant.add("Component", f"c{number}").link(f"c{number}", "madeTo", "D.A")
        plant.link(f"c{number}", "fromBatch", "lot" if number < 2 else "rest")
    return plant.failure("f0", "c0", -3).failure("f1", "c1", -2)


def test_failed_items_share_their_lot_and_what_it_came_from_before_their_design() -> None:
    found = asked(lots(), "f0", "f1")
    assert list(found) == [("lot", "ORIGIN"), ("raw", "ORIGIN"), ("D", "ORIGIN"), ("D.A", "ORIGIN")]
    assert found["lot", "ORIGIN"] == (["c0", "c1"], 2, 0)
    assert found["D", "ORIGIN"] == (["c0", "c1"], 4, 2)


def test_what_failed_may_be_named_instead_of_its_failure() -> None:
    assert asked(lots(), "c0", "c1") == asked(lots(), "f0", "f1")


def test_what_failed_before_the_period_counts_neither_for_nor_against() -> None:
    found = asked(lots(), "f0", "f1", since=-2.5)
    assert found["lot", "ORIGIN"] == (["c1"], 2, 1)


def test_an_origin_counts_at_whatever_time_it_held() -> None:
    plant = lots().add("Batch", "other").link("c2", "fromBatch", "lot", end=instant(-9))
    assert asked(plant, "f0", "f1")["lot", "ORIGIN"][1] == 3


def fed() -> Plant:
    plant = lots().add("Asset", "feed", "g0", "g1", "g2").add("Position", "p0", "p1", "p2")
    for number in range(3):
        plant.link(f"p{number}", "partOf", f"g{number}").link(
            f"c{number}", "installedIn", f"p{number}", start=instant(-9)
        )
    return plant.link("g0", "dependsOn", "feed").link("g1", "dependsOn", "feed")


def test_failed_items_share_what_the_assets_need_that_they_sat_in() -> None:
    assert asked(fed(), "f0", "f1")["feed", SharedBy.FEED.value] == (["c0", "c1"], 2, 0)


def test_a_feed_counts_only_for_where_an_item_was_when_it_failed() -> None:
    plant = Plant()
    plant.facts = [fact for fact in fed().facts if (str(fact.subject), str(fact.object)) != ("c1", "p1")]
    plant.link("c1", "installedIn", "p2", start=instant(-9), end=instant(-1)).link(
        "c1", "installedIn", "p1", start=instant(-1)
    )
    assert ("feed", "FEED") not in asked(plant, "f0", "f1")


def test_a_feed_that_an_item_had_left_before_it_failed_is_not_shared() -> None:
    plant = Plant()
    plant.facts = [fact for fact in fed().facts if (str(fact.subject), str(fact.object)) != ("c1", "p1")]
    plant.link("c1", "installedIn", "p1", start=instant(-9), end=instant(-5)).link(
        "c1", "installedIn", "p2", start=instant(-5)
    )
    assert ("feed", "FEED") not in asked(plant, "f0", "f1")


def test_an_item_that_failed_twice_shares_both_places() -> None:
    plant = fed().failure("again", "c1", -1)
    found = asked(plant, "c0", "c1")
    assert found["feed", "FEED"] == (["c0", "c1"], 2, 0)
    moved = Plant()
    moved.facts = [fact for fact in plant.facts if (str(fact.subject), str(fact.object)) != ("c1", "p1")]
    moved.link("c1", "installedIn", "p1", start=instant(-9), end=instant(-1.5)).link(
        "c1", "installedIn", "p2", start=instant(-1.5)
    )
    assert asked(moved, "c0", "c1")["feed", "FEED"] == (["c0", "c1"], 2, 0)


def test_a_failure_that_was_not_asked_about_leaves_an_item_no_witness_against() -> None:
    assert asked(lots(), "f0")["lot", "ORIGIN"] == (["c0"], 2, 0)


def test_what_has_no_failure_is_told() -> None:
    view = (plant := lots()).view()
    answer = common_cause_of(compile_structure(view), seen(plant), [view.find("c3")])
    assert (answer.suspects, answer.completeness.complete) == ((), False)
    assert answer.completeness.reasons[0].nodes == (view.find("c3"),)


@given(st.integers(1, 8), st.data())
def test_the_chance_is_the_share_of_draws_with_so_many(total: int, data: st.DataObject) -> None:
    having, drawn = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    found = data.draw(st.integers(0, drawn))
    hits = sum(sum(each < having for each in draw) >= found for draw in combinations(range(total), drawn))
    assert tail(total, having, drawn, found) == pytest.approx(hits / comb(total, drawn))


def test_many_failures_have_the_same_chance_in_floats() -> None:
    exact = sum(comb(300, hit) * comb(700, 150 - hit) for hit in range(60, 151)) / comb(1000, 150)
    assert tail(1000, 300, 150, 60) == pytest.approx(exact, rel=1e-9)
    assert tail(200, 190, 150, 100) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=2, max_size=7))
def test_counts_are_those_of_plain_sets(rows: list[tuple[int, int, bool]]) -> None:
    plant = Plant().add("ProductDesign", "D").add("Batch", "b0", "b1", "b2").add("Supplier", "s0", "s1", "s2")
    for batch, supplier in {(batch, supplier) for batch, supplier, _ in rows}:
        plant.link(f"b{batch}", "suppliedBy", f"s{supplier}")
    supplied = {batch: {s for b, s, _ in rows if b == batch} for batch, _, _ in rows}
    origins: dict[str, set[str]] = {}
    failed = set()
    for number, (batch, _, broke) in enumerate(rows):
        name = f"c{number}"
        plant.add("Component", name).link(name, "madeTo", "D").link(name, "fromBatch", f"b{batch}")
        origins[name] = {"D", f"b{batch}", *(f"s{each}" for each in supplied[batch])}
        if broke:
            failed.add(name)
            plant.failure(f"f{number}", name, -1)
    found = asked(plant, *sorted(failed))
    least = min(2, len(failed))
    expected = {}
    for origin in sorted(set().union(*origins.values())):
        having = {name for name, behind in origins.items() if origin in behind}
        if failed and len(having & failed) >= least:
            expected[origin, "ORIGIN"] = (sorted(having & failed), len(having), len(having - failed))
    assert found == expected


def test_a_repeated_question_has_the_same_answer_whatever_the_order() -> None:
    plant = fed()
    assert list(asked(plant, "f1", "f0").items()) == list(asked(plant, "f0", "f1").items())
