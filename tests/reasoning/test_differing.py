"""Differences between structures: by hand, and laws on random bills and fittings."""

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, instant
from tests.reasoning.test_boms import BUILT, DESIGNED, MAINTAINED, use
from thread.projection.view import View
from thread.reasoning.causes import causes_of
from thread.reasoning.configuration import structure_of
from thread.reasoning.differing import DifferenceKind, Differences, differences_of


def gun() -> Plant:
    """A gun built to R: a transformer T.B, two hoses H.A, a cap of two pieces."""
    plant = Plant().add("DesignRevision", "R", "T.B", "T.C", "H.A", "H.B", "C.A", "X").add("Asset", "gun")
    plant.link("gun", "madeTo", "R").link("T.C", "supersedes", "T.B")
    for child, quantity in (("T.B", "1"), ("H.A", "2"), ("C.A", "2")):
        use(plant, "R", child, quantity)
    for slot in "thk":
        plant.add("Position", f"gun/{slot}").link(f"gun/{slot}", "partOf", "gun")
    plant.add("Component", "t1", "t2", "h1").add("Component", "k1", quantity=Decimal(2))
    for item, design in (("t1", "T.B"), ("t2", "T.C"), ("h1", "H.A"), ("k1", "C.A")):
        plant.link(item, "madeTo", design)
    plant.link("t1", "installedIn", "gun/t", start=instant(-9), end=instant(-3))
    plant.link("t2", "installedIn", "gun/t", start=instant(-3))
    plant.link("h1", "installedIn", "gun/h", start=instant(-9), end=instant(-1))
    return plant.link("k1", "installedIn", "gun/k", start=instant(-9))


def told(view: View, found: Differences) -> list[tuple[str, str | None, str | None, str]]:
    def name(line: Any) -> str | None:
        return None if line is None or line.child < 0 else str(view.iri(line.child))

    return [(str(d.kind), name(d.left), name(d.right), str(d.quantity)) for d in found.entries]


def compared(plant: Plant, left: Any, right: Any, of: str = "gun") -> tuple[View, Differences]:
    view = plant.view()
    node = view.find(of)
    return view, differences_of(structure_of(view, node, left), structure_of(view, node, right))


def test_what_is_fitted_is_compared_with_what_the_bill_asks() -> None:
    view, found = compared(gun(), DESIGNED, MAINTAINED)
    assert told(view, found) == [("MISSING", "H.A", None, "2"), ("SUBSTITUTED", "T.B", "t2", "1")]


def test_too_few_and_too_many_pieces_are_told() -> None:
    plant = gun().add("Position", "gun/x").link("gun/x", "partOf", "gun")
    plant.add("Component", "k2", quantity=Decimal(3)).link("k2", "madeTo", "C.A").link("k2", "installedIn", "gun/x")
    plant.link("h1", "installedIn", "gun/h", start=instant(0))
    view, found = compared(plant, DESIGNED, MAINTAINED)
    assert told(view, found)[:2] == [("MISSING", "H.A", None, "1"), ("EXTRA", None, "k2", "3")]


def test_what_was_built_is_compared_with_what_is_there_position_by_position() -> None:
    view, found = compared(gun(), BUILT, MAINTAINED)
    assert told(view, found) == [("MISSING", "h1", None, "1"), ("SUBSTITUTED", "t1", "t2", "1")]


def test_an_older_revision_in_place_of_a_newer_deviates() -> None:
    plant = gun().link("T.B", "supersedes", "X")
    plant.add("Component", "x1").link("x1", "madeTo", "X").link("t2", "installedIn", "gun/t", end=instant(-2))
    plant.facts = [f for f in plant.facts if not (f.subject == "t2" and f.predicate.endswith("installedIn"))]
    plant.add("ProductDesign", "T").link("T.B", "revisionOf", "T").link("X", "revisionOf", "T")
    plant.link("x1", "installedIn", "gun/t", start=instant(-3))
    view, found = compared(plant, DESIGNED, MAINTAINED)
    assert ("DEVIATED", "T.B", "x1", "1") in told(view, found)


def test_a_serial_under_a_concession_deviates_and_names_it() -> None:
    plant = gun().add("Document", "CON-1", "CON-0").link("CON-1", "concedes", "k1", start=instant(-2))
    plant.link("CON-0", "concedes", "k1", end=instant(-2))
    view, found = compared(plant, DESIGNED, MAINTAINED)
    (entry,) = [d for d in found.entries if d.kind is DifferenceKind.DEVIATED]
    assert (view.iri(entry.right.child), view.iris(entry.concessions)) == ("k1", ["CON-1"])


def test_each_difference_names_the_records_that_caused_it() -> None:
    plant = gun().order("WO-2", ["gun"], -3, -3, "COMPLETED").link("WO-2", "installs", "t2", start=instant(-3))
    plant.order("WO-3", ["gun"], -1, -1, "COMPLETED").link("WO-3", "removes", "h1", start=instant(-1))
    view, found = compared(plant, BUILT, MAINTAINED)
    missing, swapped = found.entries
    names = [[view.iri(c.node) for c in causes_of(found, each) if c.node is not None] for each in (missing, swapped)]
    assert names == [["WO-3"], ["WO-2"]]
    rows = [view.link(c.link.row).subject for c in causes_of(found, swapped) if c.link is not None]
    assert rows == ["t1", "t2", "T.C"]


def test_a_successor_of_the_same_design_is_a_substitute_not_a_deviation() -> None:
    plant = gun().add("ProductDesign", "T").link("T.B", "revisionOf", "T").link("T.C", "revisionOf", "T")
    view, found = compared(plant, DESIGNED, MAINTAINED)
    assert ("SUBSTITUTED", "T.B", "t2", "1") in told(view, found)


def test_of_several_orders_that_put_an_item_in_the_one_of_that_stay_is_named() -> None:
    plant = gun().link("t2", "installedIn", "gun/t", start=instant(-40), end=instant(-30))
    for order, day in (("WO-1", -40), ("WO-2", -3)):
        plant.order(order, ["gun"], day, day, "COMPLETED").link(order, "installs", "t2", start=instant(day))
    view, found = compared(plant, DESIGNED, MAINTAINED)
    (swapped,) = [entry for entry in found.entries if entry.kind is DifferenceKind.SUBSTITUTED]
    assert [view.iri(cause.node) for cause in causes_of(found, swapped) if cause.node is not None] == ["WO-2"]


def test_two_revisions_differ_in_their_lines() -> None:
    plant = gun().add("DesignRevision", "S")
    for child, quantity in (("T.C", "1"), ("H.A", "3")):
        use(plant, "S", child, quantity)
    view = plant.view()
    left, right = (structure_of(view, view.find(name), DESIGNED) for name in "RS")
    assert told(view, differences_of(left, right)) == [
        ("MISSING", "C.A", None, "2"),
        ("EXTRA", None, "H.A", "1"),
        ("SUBSTITUTED", "T.B", "T.C", "1"),
    ]


def test_a_thing_without_a_design_differs_from_nothing_and_says_why() -> None:
    _, found = compared(Plant().add("Asset", "gun"), DESIGNED, MAINTAINED)
    assert (found.entries, [str(r.code) for r in found.completeness.reasons]) == ([], ["NO_DESIGN"])


designs = st.sampled_from(["A", "B", "C", "D"])
fittings = st.lists(designs, max_size=6)


def fitted(asked: Any, left: list[str], right: list[str]) -> tuple[Plant, Counter[str]]:
    plant = Plant().add("DesignRevision", "R", "A", "B", "C", "D").add("Asset", "one", "other")
    plant.link("one", "madeTo", "R").link("other", "madeTo", "R").link("B", "supersedes", "A")
    plant.link("C", "alternateFor", "B")
    bill = Counter(asked)
    for child, quantity in bill.items():
        use(plant, "R", child, str(quantity))
    for whole, items in (("one", left), ("other", right)):
        for number, design in enumerate(items):
            plant.add("Position", f"{whole}/{number}").link(f"{whole}/{number}", "partOf", whole)
            plant.add("Component", f"{whole}-{number}").link(f"{whole}-{number}", "madeTo", design)
            plant.link(f"{whole}-{number}", "installedIn", f"{whole}/{number}")
    return plant, bill


@settings(max_examples=150, deadline=None)
@given(fittings, fittings)
def test_every_piece_asked_or_fitted_is_accounted_for_once(asked: list[str], items: list[str]) -> None:
    plant, bill = fitted(asked, items, [])
    view, found = compared(plant, DESIGNED, MAINTAINED, "one")
    lines = told(view, found)
    made = {f"one-{number}": design for number, design in enumerate(items)}
    lacking = sum(int(q) for kind, _, _, q in lines if kind == "MISSING")
    extra = [right for kind, _, right, _ in lines if kind == "EXTRA"]
    assert bill.total() - lacking == len(items) - len(extra)
    used = Counter(made.values()) & bill
    exact = len(items) - len(extra) - sum(kind in ("SUBSTITUTED", "DEVIATED") for kind, *_ in lines)
    assert exact == used.total()
    allowed = {("A", "B"), ("B", "C"), ("A", "C")}
    for kind, left, right, _ in lines:
        if kind == "SUBSTITUTED":
            assert (left, made[str(right)]) in allowed
    open_ = bill - used
    spare = Counter(made.values()) - used
    if not any(kind == "SUBSTITUTED" for kind, *_ in lines):
        assert not any((asks, has) in allowed for asks in open_ for has in spare)


@settings(max_examples=60, deadline=None)
@given(fittings, fittings)
def test_nothing_differs_from_itself_and_sides_can_be_exchanged(left: list[str], right: list[str]) -> None:
    plant, _ = fitted([], left, right)
    view = plant.view()
    one, other = (structure_of(view, view.find(name), MAINTAINED) for name in ("one", "other"))
    assert differences_of(one, one).entries == []
    there, back = differences_of(one, other).entries, differences_of(other, one).entries
    if not any(d.kind is DifferenceKind.SUBSTITUTED for d in (*there, *back)):
        kinds = [Counter(d.kind for d in found) for found in (there, back)]
        assert kinds[0][DifferenceKind.MISSING] == kinds[1][DifferenceKind.EXTRA]
