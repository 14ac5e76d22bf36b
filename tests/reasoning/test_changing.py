"""Changes, notices, parts of orders, coverage, failure rates: small plants by hand."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.plants import Plant, instant, word
from tests.reasoning.test_boms import use
from tests.reasoning.test_periods import seen
from thread.facts import Fact, Value, kind_fact
from thread.projection.view import View
from thread.reasoning.changing import Effectivity, change_of
from thread.reasoning.coverage import coverage_of
from thread.reasoning.notices import notices_of
from thread.reasoning.rates import failure_rates_of, poisson_limits
from thread.reasoning.spares import spares_of
from thread.terms import EntityId


def serial(plant: Plant, name: str, design: str, number: str | None = None, made: float | None = None) -> Plant:
    if made is None:
        plant.add("Component", name)
    else:
        plant.facts.append(kind_fact(EntityId(name), word("Component"), valid_from=instant(made)))
    if number is not None:
        identify(plant, name, "serial", number)
    return plant.link(name, "madeTo", design)


def identify(plant: Plant, name: str, scheme: str, value: str) -> None:
    said = ((word("scheme"), scheme),)
    plant.facts.append(Fact(EntityId(name), word("identifier"), value=value, qualifiers=said))


def affects(plant: Plant, serial_: str | None = None, date: float | None = None) -> dict[str, tuple[str, str]]:
    view = plant.view()
    effectivity = Effectivity(serial_, None if date is None else instant(date))
    rows = change_of(view, view, view.find("R.A"), view.find("R.B"), effectivity).rows
    return {str(view.iri(row.node)): (row.role.value, row.verdict.value) for row in rows}


def units() -> Plant:
    plant = Plant().add("ProductDesign", "R").add("DesignRevision", "R.A", "R.B").add("Position", "slot")
    plant.link("R.A", "revisionOf", "R").link("R.B", "revisionOf", "R").link("R.B", "supersedes", "R.A")
    serial(plant, "old", "R.A", "S-1041", -20)
    serial(plant, "new", "R.A", "S-1042", -5)
    serial(plant, "nameless", "R.A")
    serial(plant, "loose", "R", "S-2000", -1)
    serial(plant, "gone", "R.A", "S-3000", -1).set("gone", "disposition", "SCRAPPED")
    serial(plant, "other", "R.B", "S-4000", -1)
    return plant.link("new", "installedIn", "slot")


def test_units_are_split_by_serial_number() -> None:
    assert affects(units(), "1042") == {
        "old": ("SPARE", "NOT_AFFECTED"),
        "new": ("BUILT", "AFFECTED"),
        "nameless": ("SPARE", "UNDETERMINED"),
        "loose": ("SPARE", "UNDETERMINED"),
        "gone": ("GONE", "NOT_AFFECTED"),
    }


def test_units_are_split_by_the_date_at_which_they_were_made() -> None:
    found = affects(units(), date=-5)
    assert {name: found[name][1] for name in ("old", "new", "nameless")} == {
        "old": "NOT_AFFECTED",
        "new": "AFFECTED",
        "nameless": "UNDETERMINED",
    }


def test_both_conditions_must_hold() -> None:
    assert affects(units(), "1000", -10)["old"][1] == "NOT_AFFECTED"
    assert affects(units(), "1042", -10)["new"][1] == "AFFECTED"


def test_one_condition_that_fails_decides_though_another_is_not_known() -> None:
    plant = serial(units(), "old and nameless", "R.A", made=-20)
    assert affects(plant, "1042", -10)["old and nameless"][1] == "NOT_AFFECTED"


def test_units_that_are_to_come_are_planned() -> None:
    plant = serial(units(), "soon", "R.A", "S-5000", 9)
    view = plant.view()
    rows = change_of(view, seen(plant), view.find("R.A"), -1, Effectivity("1042")).rows
    assert ("soon", "PLANNED", "AFFECTED") in {(view.iri(r.node), r.role.value, r.verdict.value) for r in rows}


def test_open_orders_are_split_by_date_and_by_the_serials_that_they_put_in() -> None:
    plant = units().order("late", [], 3, 4).order("early", [], -9, -8).order("undated", []).order("done", [], 3, 4)
    plant.set("done", "status", "COMPLETED")
    plant.facts = [f for f in plant.facts if not (f.subject == "done" and f.value == "PLANNED")]
    for order in ("late", "early", "undated", "done"):
        plant.link(order, "requires", "R.A")
    plant.link("early", "installs", "new")
    found = affects(plant, date=0)
    orders = {name: verdict for name, (role, verdict) in found.items() if role == "WORK_ORDER"}
    assert orders == {"late": "AFFECTED", "early": "NOT_AFFECTED", "undated": "UNDETERMINED"}
    found = affects(plant, "1042")
    assert (found["early"][1], found["late"][1]) == ("AFFECTED", "UNDETERMINED")


def test_designs_above_have_to_change() -> None:
    plant = units().add("DesignRevision", "top")
    use(plant, "top", "R.A")
    assert affects(plant, "1")["top"] == ("DESIGN", "AFFECTED")


def test_what_is_no_design_affects_nothing_and_says_why() -> None:
    view = Plant().add("Asset", "pump").view()
    found = change_of(view, view, view.find("pump"), -1, Effectivity("1"))
    assert (found.rows, [str(reason.code) for reason in found.completeness.reasons]) == ([], ["NO_DESIGN"])


def notice(first: str, **qualifiers: Value) -> dict[str, set[str]]:
    plant = Plant().add("ProductDesign", "P").add("DesignRevision", "P.A", "Q.A").add("Document", "PCN")
    plant.link("P.A", "revisionOf", "P")
    identify(plant, "P", "maker", "AX-150")
    identify(plant, "Q.A", "maker", "AX-99")
    for name, design, number in (("p1", "P.A", "7"), ("p2", "P", "12"), ("q1", "Q.A", "7"), ("p3", "P.A", "x")):
        serial(plant, name, design, number)
    said = tuple(sorted((word(name), value) for name, value in qualifiers.items()))
    plant.facts.append(Fact(EntityId("PCN"), word("affectedPart"), value=first, qualifiers=said))
    view = plant.view()
    (match,) = notices_of(view)
    sure, perhaps = (set(view.iris(match.of(installed=False, sure=told))) for told in (True, False))
    return {"designs": set(view.iris(match.designs)), "items": sure, "perhaps": perhaps}


def test_a_notice_touches_the_designs_in_its_range_and_their_revisions() -> None:
    found = notice("AX-100", through="AX-199")
    assert found == {"designs": {"P", "P.A"}, "items": {"p1", "p2", "p3"}, "perhaps": set()}


def test_a_notice_of_one_number_touches_just_that() -> None:
    assert notice("AX-99")["items"] == {"q1"}
    assert notice("AX-98")["designs"] == set()


def test_a_notice_speaks_in_its_scheme() -> None:
    assert notice("AX-99", scheme="ours")["designs"] == set()
    assert notice("AX-99", scheme="maker")["designs"] == {"Q.A"}


def test_a_notice_for_some_serials_touches_those_and_says_of_which_it_cannot_tell() -> None:
    found = notice("AX-100", through="AX-199", effectiveFromSerial="10")
    assert (found["items"], found["perhaps"]) == ({"p2"}, {"p3"})


def workshop() -> Plant:
    plant = Plant().add("ProductDesign", "T").add("DesignRevision", "G", "T.A", "T.B", "T.C", "Z").add("Asset", "gun")
    for revision in ("T.A", "T.B", "T.C"):
        plant.link(revision, "revisionOf", "T")
    plant.link("T.B", "supersedes", "T.A").link("T.C", "supersedes", "T.B").link("gun", "madeTo", "G")
    use(plant, "G", "T.B")
    plant.add("Position", "gun/t").link("gun/t", "partOf", "gun").order("WO", ["gun/t"])
    serial(plant, "b1", "T.B").set("b1", "disposition", "STOCK")
    serial(plant, "c1", "T.C").set("c1", "disposition", "STOCK")
    return plant


@pytest.mark.parametrize(
    ("needed", "verdict", "stock", "alternates"),
    [
        ("T.B", "VALID", ["b1"], ["c1"]),
        ("T.C", "ALTERNATE", ["c1"], []),
        ("T.A", "BLOCKED", [], ["b1", "c1"]),
        ("Z", "UNKNOWN", [], []),
    ],
)
def test_a_part_of_an_order_is_judged_against_the_bill(
    needed: str, verdict: str, stock: list[str], alternates: list[str]
) -> None:
    plant = workshop()
    said = ((word("quantity"), Decimal(2)),)
    plant.facts.append(Fact(EntityId("WO"), word("requires"), object=EntityId(needed), qualifiers=said))
    view = plant.view()
    (spare,) = spares_of(view, view.find("WO"))
    assert (spare.verdict.value, spare.quantity, spare.in_stock) == (verdict, 2, len(stock))
    assert (view.iris(spare.stock), view.iris(spare.alternates)) == (stock, alternates)


def watched() -> Plant:
    plant = Plant().add("ProductDesign", "M").add("DesignRevision", "M.A").add("FailureMode", "wear", "heat", "leak")
    plant.add("Asset", "pump").add("Position", "pump/m").add("Sensor", "vt", "tt", "far").add("Asset", "elsewhere")
    plant.link("M.A", "revisionOf", "M").link("M", "hasMode", "wear", "heat").link("pump", "hasMode", "leak")
    plant.link("pump/m", "partOf", "pump")
    serial(plant, "m1", "M.A").link("m1", "installedIn", "pump/m")
    plant.link("vt", "monitors", "pump").link("vt", "detects", "wear").link("tt", "monitors", "m1")
    plant.link("tt", "detects", "heat")
    return plant.link("far", "monitors", "elsewhere").link("far", "detects", "leak")


def rows(view: View, dark: tuple[str, ...] = ()) -> dict[tuple[str, str], list[tuple[str, bool]]]:
    found = coverage_of(view, view.find("pump"), (), [view.find(name) for name in dark])
    return {
        (str(view.iri(row.thing)), str(view.iri(row.mode))): [(str(view.iri(s.sensor)), s.after) for s in row.sensors]
        for row in found.rows
    }


def test_modes_of_a_thing_and_its_serials_are_matched_with_the_sensors_on_any_of_them() -> None:
    assert rows(watched().view(), ("tt",)) == {
        ("m1", "heat"): [("tt", False)],
        ("m1", "wear"): [("vt", True)],
        ("pump", "leak"): [],
        ("pump", "wear"): [("vt", True)],
    }


def test_unobserved_is_what_no_delivering_sensor_detects_and_lost_what_the_outage_takes() -> None:
    view = watched().view()
    found = coverage_of(view, view.find("pump"), [], [view.find("tt")])
    assert [view.iri(row.mode) for row in found.unobserved] == ["leak"]
    assert [view.iri(row.mode) for row in found.lost] == ["heat"]


def test_a_rate_counts_failures_in_the_stay_in_which_they_happened() -> None:
    plant = Plant().add("DesignRevision", "R").add("Position", "p").add("Asset", "a").add("Location", "hall")
    plant.link("p", "partOf", "a").link("a", "locatedIn", "hall")
    serial(plant, "s", "R").link("s", "installedIn", "p", start=instant(-100), end=instant(-50))
    plant.failure("F", "s", -50).failure("later", "s", -10)
    view = plant.view()
    total, hall = failure_rates_of(view, view.find("R"), by_environment=True)
    assert (total.units, total.failures, total.exposure_hours) == (1, 2, 50 * 24)
    assert (hall.environment, hall.failures) == (view.find("hall"), 1)
    assert total.per_1000_hours == pytest.approx(2 / 1.2)


@given(st.integers(0, 60))
def test_the_limits_of_a_count_leave_the_same_tail_on_both_sides(count: int) -> None:
    low, high = poisson_limits(count)
    assert _at_most(count, high) == pytest.approx(0.025, rel=1e-9)
    assert low == 0 if count == 0 else 1 - _at_most(count - 1, low) == pytest.approx(0.025, rel=1e-7)


def _at_most(count: int, mean: float) -> float:
    """By the recursion of the terms, in exact fractions of the mean's value."""
    term, total = Fraction(1), Fraction(0)
    for k in range(count + 1):
        total += term
        term = term * Fraction(mean) / (k + 1)
    return float(total) * math.exp(-mean)


# F. Garwood, Biometrika 28 (1936), table 1: 95 % limits of a Poisson mean.
@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904)])
def test_the_limits_are_those_of_the_published_table(count: int, low: float, high: float) -> None:
    assert poisson_limits(count) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
