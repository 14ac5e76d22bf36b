"""Bills, where-used and quantities: by hand, and on random bills against a walk over every path."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, instant, moment, word
from thread.facts import Fact, Value
from thread.projection.view import View
from thread.reasoning.bom import Built, effective
from thread.reasoning.configuration import StructureView, structure_of
from thread.reasoning.ranges import within
from thread.reasoning.used import used_of
from thread.terms import EntityId

DESIGNED, BUILT, MAINTAINED = StructureView


def use(plant: Plant, parent: str, child: str, quantity: str = "1", **qualifiers: Value) -> None:
    held = {"quantity": Decimal(quantity), **qualifiers}
    said = tuple(sorted((word(name), value) for name, value in held.items()))
    plant.facts.append(Fact(EntityId(parent), word("usesDesign"), object=EntityId(child), qualifiers=said))


def above(view: View, design: str, built: Built | None = None) -> dict[str, tuple[int, str | None]]:
    found = used_of(view, view.find(design), built).uses
    return {view.iri(u.node): (u.level, None if u.quantity is None else str(u.quantity)) for u in found}


def below(view: View, design: str, built: Built | None = None) -> dict[str, tuple[int, str | None]]:
    found = structure_of(view, view.find(design), DESIGNED, built).parts
    return {view.iri(p.node): (p.level, None if p.quantity is None else str(p.quantity)) for p in found}


def test_quantities_are_summed_over_all_paths_exactly() -> None:
    plant = Plant().add("DesignRevision", "car", "axle", "wheel", "bolt")
    use(plant, "car", "axle", "2")
    use(plant, "axle", "wheel", "2")
    use(plant, "wheel", "bolt", "5")
    use(plant, "car", "bolt", "0.1")
    view = plant.view()
    assert above(view, "bolt") == {"wheel": (1, "5"), "axle": (2, "10"), "car": (1, "20.1")}
    assert below(view, "car") == {"axle": (1, "2"), "wheel": (2, "4"), "bolt": (1, "20.1")}


def test_two_lines_for_one_part_are_added() -> None:
    plant = Plant().add("DesignRevision", "a", "b")
    use(plant, "a", "b", "1", findNumber="010")
    use(plant, "a", "b", "2", findNumber="020")
    assert above(plant.view(), "b") == {"a": (1, "3")}


def test_a_loop_has_no_quantity_and_is_named() -> None:
    plant = Plant().add("DesignRevision", "top", "a", "b", "leaf", "side")
    use(plant, "top", "a")
    use(plant, "a", "b")
    use(plant, "b", "a")
    use(plant, "b", "leaf")
    use(plant, "top", "side")
    view = plant.view()
    assert below(view, "top") == {"a": (1, None), "side": (1, "1"), "b": (2, None), "leaf": (3, None)}
    (reason,) = structure_of(view, view.find("top"), DESIGNED).completeness.reasons
    assert (str(reason.code), sorted(view.iris(reason.nodes))) == ("CYCLE", ["a", "b"])
    assert above(view, "leaf") == {"b": (1, None), "a": (2, None), "top": (3, None)}


def test_an_unused_design_is_used_nowhere_and_that_is_complete() -> None:
    view = Plant().add("DesignRevision", "a").view()
    used = used_of(view, view.find("a"))
    assert (used.uses, used.completeness.complete, len(used.units.nodes)) == ([], True, 0)


def test_a_line_that_names_a_design_means_its_current_revision() -> None:
    plant = Plant().add("ProductDesign", "P").add("DesignRevision", "P.A", "P.B", "car")
    plant.link("P.A", "revisionOf", "P").link("P.B", "revisionOf", "P").link("P.B", "supersedes", "P.A")
    use(plant, "car", "P", "2")
    view = plant.view()
    assert below(view, "car") == {"P": (1, "2"), "P.B": (1, "2")}
    assert above(view, "P.B") == {"P": (0, "1"), "car": (1, "2")}
    assert above(view, "P.A") == {}
    assert above(view, "P") == {"car": (1, "2")}


def test_a_design_is_used_where_any_of_its_revisions_is() -> None:
    plant = Plant().add("ProductDesign", "P").add("DesignRevision", "P.A", "P.B", "old", "new")
    plant.link("P.A", "revisionOf", "P").link("P.B", "revisionOf", "P").link("P.B", "supersedes", "P.A")
    use(plant, "old", "P.A")
    use(plant, "new", "P.B", "3")
    assert above(plant.view(), "P") == {"old": (1, "1"), "new": (1, "3")}


def test_the_path_is_a_shortest_one() -> None:
    plant = Plant().add("DesignRevision", "car", "axle", "wheel", "bolt")
    for parent, child in (("car", "axle"), ("axle", "wheel"), ("wheel", "bolt"), ("car", "bolt")):
        use(plant, parent, child)
    view = plant.view()
    used = used_of(view, view.find("bolt"))
    assert view.iris(used.path(view.find("axle")).nodes) == ["bolt", "wheel", "axle"]
    assert view.iris(used.path(view.find("car")).nodes) == ["bolt", "car"]


QUALIFIED = [
    ({"effectiveFrom": moment(0)}, Built(date=instant(0)), True),
    ({"effectiveFrom": moment(0)}, Built(date=instant(-1)), False),
    ({"effectiveTo": moment(0)}, Built(date=instant(0)), False),
    ({"effectiveTo": moment(0)}, Built(), None),
    ({"effectiveFromSerial": "1042"}, Built(serials=frozenset({"WT-1042"})), True),
    ({"effectiveFromSerial": "1042"}, Built(serials=frozenset({"WT-1041"})), False),
    ({"effectiveToSerial": "WT-1042"}, Built(serials=frozenset({"WT-1042"})), True),
    ({"effectiveToSerial": "WT-1042"}, Built(serials=frozenset({"XY-7"})), None),
    ({"effectiveFromSerial": "1", "effectiveTo": moment(0)}, Built(date=instant(1)), False),
    ({"effectiveLot": "L7"}, Built(lots=frozenset({"L7", "urn:l7"})), True),
    ({"effectiveLot": "L7"}, Built(lots=frozenset({"L8"})), False),
    ({"effectiveLot": "L7"}, Built(), None),
    ({"effectiveFromUnit": "5", "effectiveToUnit": "9"}, Built(unit="9"), True),
    ({"effectiveFromUnit": "5", "effectiveToUnit": "9"}, Built(unit="10"), False),
]


@pytest.mark.parametrize(("said", "built", "expected"), QUALIFIED)
def test_a_line_holds_by_date_serial_lot_and_unit(said: dict[str, Value], built: Built, expected: bool | None) -> None:
    assert effective(tuple((word(name), value) for name, value in said.items()), built) is expected


def test_a_line_that_may_or_may_not_hold_is_told_and_not_counted() -> None:
    plant = Plant().add("DesignRevision", "a", "b")
    use(plant, "a", "b", effectiveFromSerial="100")
    view = plant.view()
    found = structure_of(view, view.find("a"), DESIGNED)
    assert (found.parts, [view.iri(line.child) for line in found.undetermined]) == ([], ["b"])
    assert [str(reason.code) for reason in found.completeness.reasons] == ["GAP"]
    assert below(view, "a", Built(serials=frozenset({"101"}))) == {"b": (1, "1")}


numbers = st.integers(0, 300)


@given(numbers, numbers, numbers, st.sampled_from(["", "A-", "é/"]))
def test_a_number_lies_between_its_bounds_as_integers_do(value: int, low: int, high: int, letters: str) -> None:
    found = within(f"{letters}{value:03d}", f"{letters}{low}", f"{letters}{high}")
    assert found is (low <= value <= high)


lines = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(["1", "2", "0.5", "3"])), max_size=14)


def paths(bill: list[tuple[int, int, str]], start: int, up: bool, seen: tuple[int, ...]) -> Iterator[Any]:
    """Every path from a node, as (end, quantity, loops)."""
    for parent, child, quantity in bill:
        here, there = (child, parent) if up else (parent, child)
        if here == start:
            yield there, Decimal(quantity), there in seen
            if there not in seen:
                for end, more, loops in paths(bill, there, up, (*seen, there)):
                    yield end, Decimal(quantity) * more, loops


@settings(max_examples=200, deadline=None)
@given(lines, st.booleans())
def test_quantities_are_those_of_every_path(bill: list[tuple[int, int, str]], up: bool) -> None:
    bill = [(p, c, q) for p, c, q in {(p, c): (p, c, q) for p, c, q in bill}.values()]
    plant = Plant().add("DesignRevision", *(f"d{n}" for n in range(7)))
    for parent, child, quantity in bill:
        use(plant, f"d{parent}", f"d{child}", quantity)
    view = plant.view()
    reach = {n: {end for end, _, _ in paths(bill, n, up, (n,))} for n in range(7)}
    for start in range(7):
        loops = {n for n in reach[start] | {start} if n in reach[n]}
        expected = {}
        for end in reach[start] - {start}:
            undefined = any(end == loop or end in reach[loop] for loop in loops)
            total = sum((q for e, q, _ in paths(bill, start, up, (start,)) if e == end), Decimal(0))
            expected[f"d{end}"] = None if undefined else total
        found = (above if up else below)(view, f"d{start}")
        assert {name: None if q is None else Decimal(q) for name, (_, q) in found.items()} == expected


def test_as_built_is_what_came_first_and_as_maintained_what_is_there() -> None:
    plant = Plant().add("Asset", "gun").add("Position", "gun/t").add("Component", "t1", "t2")
    plant.link("gun/t", "partOf", "gun")
    plant.link("t1", "installedIn", "gun/t", start=instant(-20), end=instant(-3))
    plant.link("t2", "installedIn", "gun/t", start=instant(-3))
    view = plant.view()
    for kind, held in ((BUILT, "t1"), (MAINTAINED, "t2")):
        (part,) = structure_of(view, view.find("gun"), kind).parts
        assert (view.iri(part.node), part.level, part.quantity) == (held, 1, 1)


def test_an_empty_position_is_a_line_without_a_part() -> None:
    plant = Plant().add("Asset", "gun").add("Position", "gun/t").link("gun/t", "partOf", "gun")
    found = structure_of(plant.view(), 0 if plant.view().iri(0) == "gun" else 1, MAINTAINED)
    assert [(line.child, found.view.iri(line.position)) for line in found.lines] == [(-1, "gun/t")]
    assert found.parts == []


def test_a_thing_without_a_design_has_no_structure_as_designed_and_says_why() -> None:
    view = Plant().add("Asset", "gun").view()
    found = structure_of(view, view.find("gun"), DESIGNED)
    assert (found.lines, [str(reason.code) for reason in found.completeness.reasons]) == ([], ["NO_DESIGN"])


def test_a_design_is_not_maintained_and_says_so() -> None:
    view = Plant().add("DesignRevision", "R").view()
    found = structure_of(view, view.find("R"), MAINTAINED)
    assert (found.lines, [str(reason.code) for reason in found.completeness.reasons]) == ([], ["NO_DESIGN"])


def test_positions_in_positions_and_components_in_components_are_followed() -> None:
    plant = Plant().add("Asset", "line").add("Position", "p", "q", "r").add("Component", "c", "d")
    plant.link("q", "partOf", "p").link("p", "partOf", "line").link("c", "installedIn", "q")
    plant.link("r", "partOf", "c").link("d", "installedIn", "r")
    view = plant.view()
    found = structure_of(view, view.find("line"), MAINTAINED)
    assert {view.iri(part.node): part.level for part in found.parts} == {"c": 1, "d": 2}
