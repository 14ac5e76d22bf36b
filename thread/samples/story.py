"""Which truths are planted? The life of one failed transformer, corrections, disagreements, and orders that collide."""

from dataclasses import dataclass
from typing import Final

from thread.clock import Instant, parse_instant
from thread.facts import Op
from thread.samples.books import FailureRecord, OrderRecord, Serial, Stay
from thread.samples.history import HOUR, LEAK, SHORT, Stores, exchange, repair
from thread.samples.ledger import moment
from thread.samples.site import START, Site, day
from thread.samples.wear import plant_wear
from thread.samples.words import CMMS, ERP, MES, PLM, Rel, core, entity, kind
from thread.terms import EntityId


def at(text: str) -> Instant:
    """An instant of the story, in UTC."""
    return parse_instant(text + "Z")


FAILED_AT: Final = at("2026-05-28T21:14")
LEAKED_AT: Final = at("2026-05-28T17:40")
TIGHTENED_AT: Final = at("2026-05-28T18:25")
REPAIRED_AT: Final = at("2026-05-29T05:10")
CORRECTED_AT: Final = at("2026-06-05T09:15")
LATE_AT: Final = at("2026-06-10T14:00")
"""When the order of 2 April is written down."""
CROSSED: Final = (at("2025-12-01T06:00"), at("2025-12-20T14:00"))
"""While the cross-over valve was open."""
WINDOW: Final = (at("2026-06-18T06:00"), at("2026-06-18T14:00"))
"""The planned outage of panel 20: a Thursday."""


@dataclass(slots=True)
class Story:
    """What was planted, by name; the answer file is worked out from it and from the books."""

    failed: Serial
    hose_recorded: Serial
    """The hose that the first record names."""
    hose_true: Serial
    failure: FailureRecord
    leak: FailureRecord
    gun: EntityId
    repair: OrderRecord
    late_order: EntityId
    reversed_order: EntityId
    ambiguous: tuple[EntityId, ...]
    ambiguous_value: str
    disputed: EntityId
    disputed_batches: tuple[EntityId, EntityId]
    """The batch that answers, and the one that stands in conflict."""
    dangling: EntityId
    open_failure: FailureRecord
    planned: dict[str, EntityId]
    undated: EntityId


def plant_story(site: Site, stores: Stores) -> Story:
    """Write the planted truths of a zone."""
    failed = stores["WT", 7]
    reversed_order = _early_life(site, stores, failed)
    recorded, true = stores["WH", 6], stores["WH", 12]
    hose_in = _into_the_gun(site, failed, recorded)
    leak, failure, order = _the_night(site, stores, failed, recorded)
    _valve(site)
    _old_hose(site, stores["WH", 1])
    _moved_sensor(site)
    _correct_the_hose(site, recorded, true, hose_in, order, leak)
    late = _late_order(site)
    twins = _same_serial_twice(site, stores)
    planned = plant_planned(site)
    plant_wear(site)
    return Story(
        failed=failed,
        hose_recorded=recorded,
        hose_true=true,
        failure=failure,
        leak=leak,
        gun=site.id("G-210"),
        repair=order,
        late_order=late,
        reversed_order=reversed_order,
        ambiguous=tuple(sorted(serial.iri for serial in twins)),
        ambiguous_value=twins[0].serial,
        disputed=stores["WH", 14].iri,
        disputed_batches=_disputed_batch(site, stores),
        dangling=_dangling(site, planned["isolated"]),
        open_failure=_open_failure(site),
        planned=planned,
        undated=_undated(site),
    )


def _early_life(site: Site, stores: Stores, failed: Serial) -> EntityId:
    """In gun 320, leaking, repaired, back in stock."""
    repair(site, "FE-101", "G-320/transformer", failed, at("2025-03-04T07:30"), "SCRAPPED", "CREW-B", SHORT)
    start = at("2025-07-15T08:00")
    site.order(
        "Inspect transformer", [site.id("G-320/transformer")], start, start + 2 * HOUR, "CREW-C",
        created=start - 240 * HOUR, order_type="INSPECTION",
    )  # fmt: skip
    start = at("2025-08-14T10:00")
    wrong = site.order(
        "Lubricate drive",
        [site.id("CV-40")],
        start,
        start + 4 * HOUR,
        "CREW-A",
        created=start - 240 * HOUR,
        status="PLANNED",
    )
    page = site.ledger.page(CMMS, start)
    page.value(wrong.iri, core("startedAt"), moment(start))
    page.value(wrong.iri, core("endedAt"), moment(start - 23 * HOUR))
    page.value(wrong.iri, core("status"), "COMPLETED", start)
    wrong.status, wrong.end, wrong.interval_known = "COMPLETED", start - 23 * HOUR, False
    repair(site, "FE-102", "G-320/transformer", stores["WT", 10], at("2025-09-16T13:20"), "REPAIR", "CREW-B", LEAK)
    start = at("2025-10-06T08:00")
    mended = site.order(
        "New terminal seal in the workshop", [failed.iri], start, at("2025-10-20T15:00"), "CREW-D",
        created=start, order_type="CORRECTIVE", severity="MAJOR", requires=[entity("DR-WT-C")],
    )  # fmt: skip
    assert mended.end is not None
    site.dispose(failed, "STOCK", mended.end)
    return wrong.iri


def _into_the_gun(site: Site, failed: Serial, recorded: Serial) -> OrderRecord:
    """In November 2025 gun 210 gets the transformer, and a hose whose number is misread."""
    exchange(site, "G-210/transformer", failed, at("2025-11-18T12:00"), "STOCK", "CREW-B", "Exchange transformer")
    hose_in = exchange(site, "G-210/hose", recorded, at("2025-11-18T13:00"), "SCRAPPED", "CREW-A", "Exchange hose")
    start = at("2026-01-20T08:00")
    site.order(
        "Inspect weld gun", [site.id("G-210")], start, start + 3 * HOUR, "CREW-C",
        created=start - 240 * HOUR, order_type="INSPECTION",
    )  # fmt: skip
    page = site.ledger.page(PLM, day(570))
    concession = site.add(
        page, "CON-7", kind("Concession"), "Terminal seal of the workshop instead of the maker's", day(570)
    )
    page.link(concession, Rel.CONCEDES, failed.iri, day(570))
    page.link(concession, Rel.DOCUMENTS, failed.iri, day(570))
    return hose_in


def _the_night(
    site: Site, stores: Stores, failed: Serial, recorded: Serial
) -> tuple[FailureRecord, FailureRecord, OrderRecord]:
    """A leak, a clamp tightened, alarms, a short circuit, a repair before the morning shift."""
    page = site.ledger.page(CMMS, LEAKED_AT)
    for number, when in enumerate(("17:41", "19:30", "20:58")):
        alarm = site.add(page, f"AL-{number + 1}", kind("ControllerAlarm"), "Water flow low", at(f"2026-05-28T{when}"))
        page.value(alarm, core("occurredAt"), moment(at(f"2026-05-28T{when}")))
        page.value(alarm, core("code"), "E-2144")
        page.link(alarm, Rel.OCCURRED_ON, site.id("WC-210"), at(f"2026-05-28T{when}"))
    gun = site.id("G-210")
    leak = site.failure(
        "FE-109", "Water leak at the gun", LEAKED_AT, recorded.iri, "FM-ELU",
        code="ELU", mechanism="1.1 leakage", asset=gun, restored=TIGHTENED_AT,
    )  # fmt: skip
    failure = site.failure(
        "FE-110", "Transformer short circuit", FAILED_AT, failed.iri, "FM-SHO",
        code="BRD", mechanism="4.1 short circuiting", asset=gun, caused_by=leak.iri,
    )  # fmt: skip
    order = site.order(
        "Replace transformer and hose after short circuit",
        [site.id("G-210/transformer"), site.id("G-210/hose")],
        at("2026-05-29T03:10"),
        REPAIRED_AT,
        "CREW-B",
        created=FAILED_AT,
        order_type="CORRECTIVE",
        severity="CRITICAL",
        addresses=[failure.iri, leak.iri],
        requires=[entity("PR-GUN")],
    )
    site.swap(order, site.id("G-210/transformer"), stores["WT", 1], "REPAIR")
    site.swap(order, site.id("G-210/hose"), stores["WH", 16], "SCRAPPED")
    site.dispose(failed, "SCRAPPED", at("2026-06-08T10:00"))
    return leak, failure, order


def _valve(site: Site) -> None:
    valve = site.id("V-23")
    for state, when in (("OPEN", CROSSED[0]), ("CLOSED", CROSSED[1])):
        site.ledger.page(CMMS, when).value(valve, core("state"), state, when)


def _old_hose(site: Site, hose: Serial) -> None:
    """A hose of the old revision may be used up in its gun; the other one in service is not covered."""
    page = site.ledger.page(PLM, day(280))
    concession = site.add(page, "CON-3", kind("Concession"), "Hose of revision A may be used up", day(280))
    page.link(concession, Rel.CONCEDES, hose.iri, day(280))
    site.books.conceded[hose.iri] = concession


def _moved_sensor(site: Site) -> None:
    """A temperature sensor leaves the gun three months before the failure."""
    sensor = site.sensor("TT-7", "TemperatureSensor", "Clip-on temperature", "temperature", "Cel", "PLC-U", ("FM-OHE",))
    site.watch(sensor, site.id("G-210"), day(90), at("2026-02-10T10:00"))
    site.watch(sensor, site.id("CH-2"), at("2026-02-10T14:00"))


def _correct_the_hose(
    site: Site, recorded: Serial, true: Serial, hose_in: OrderRecord, order: OrderRecord, leak: FailureRecord
) -> None:
    """The number on the failed hose is read again: it was another one, of the bad lot."""
    page = site.ledger.out_of_turn(CMMS, CORRECTED_AT)
    position, since, until = site.id("G-210/hose"), hose_in.end, order.end
    assert since is not None
    assert until is not None
    page.link(hose_in.iri, Rel.INSTALLS, recorded.iri, since, op=Op.RETRACT)
    page.link(recorded.iri, Rel.INSTALLED_IN, position, since, op=Op.RETRACT)
    page.link(order.iri, Rel.REMOVES, recorded.iri, until, op=Op.RETRACT)
    page.link(leak.iri, Rel.FAILURE_OF, recorded.iri, leak.at, op=Op.RETRACT)
    page.value(recorded.iri, core("disposition"), "SCRAPPED", until, op=Op.RETRACT)
    page.value(recorded.iri, core("disposition"), "STOCK", since)
    page.link(recorded.iri, Rel.LOCATED_IN, site.id("STORE"), since)
    assert true.disposition is not None
    page.link(true.iri, Rel.LOCATED_IN, site.id("STORE"), true.disposition[1], since, Op.END)
    page.value(true.iri, core("disposition"), "STOCK", true.disposition[1], since, Op.END)
    page.link(hose_in.iri, Rel.INSTALLS, true.iri, since)
    page.link(true.iri, Rel.INSTALLED_IN, position, since, until)
    page.link(order.iri, Rel.REMOVES, true.iri, until)
    page.link(leak.iri, Rel.FAILURE_OF, true.iri, leak.at)
    page.value(true.iri, core("disposition"), "SCRAPPED", until)
    recorded.stays.clear()
    recorded.disposition = ("STOCK", recorded.made)
    true.stays.append(Stay(position, since, until, hose_in.iri, order.iri))
    true.disposition = ("SCRAPPED", until)
    hose_in.installs = (true.iri,)
    order.removes = tuple(true.iri if item == recorded.iri else item for item in order.removes)
    leak.failed = true.iri


def _late_order(site: Site) -> EntityId:
    """Work of 2 April on the gun, found on paper and written down ten weeks later."""
    start = at("2026-04-02T08:00")
    page = site.ledger.out_of_turn(CMMS, LATE_AT)
    order = site.order(
        "Check tip force and water flow", [site.id("G-210")], start, start + 2 * HOUR, "CREW-C",
        created=start - 24 * HOUR, key="WO-4090", order_type="INSPECTION", page=page,
    )  # fmt: skip
    return order.iri


def _same_serial_twice(site: Site, stores: Stores) -> tuple[Serial, Serial]:
    """The maker stamped one number on two hoses."""
    first, second = stores["WH", 7], stores["WH", 8]
    site.ledger.page(MES, second.made).identifier(second.iri, "serial", first.serial, scope="WH")
    return first, second


def _disputed_batch(site: Site, stores: Stores) -> tuple[EntityId, EntityId]:
    """Goods receipt says the lot of six hoses again; of the last it says another than the stamp, which outranks."""
    hose, other = stores["WH", 14], stores.lots["LOT-WH-A1"]
    page = site.ledger.page(ERP, hose.made)
    for number in range(9, 14):
        page.link(stores["WH", number].iri, Rel.FROM_BATCH, hose.batch)
    page.link(hose.iri, Rel.FROM_BATCH, other)
    return hose.batch, other


def _open_failure(site: Site) -> FailureRecord:
    """A tip dresser is down this morning; its order runs."""
    dresser, when = site.id("TD-30"), at("2026-06-14T03:20")
    failure = site.failure(
        "FE-111", "Tip dresser jammed", when, dresser, "FM-BRD", code="BRD", mechanism="2.5 breakage"
    )
    site.order(
        "Free tip dresser", [dresser], at("2026-06-14T08:00"), at("2026-06-16T08:00"), "CREW-D",
        created=when, key="WO-9100", order_type="CORRECTIVE", severity="MINOR", status="RUNNING",
        addresses=[failure.iri],
    )  # fmt: skip
    site.books.grid.already.add(dresser)
    return failure


def _dangling(site: Site, order: EntityId) -> EntityId:
    """An order asks for a permit that nobody has described."""
    permit = site.id("PTW-0815")
    site.ledger.page(CMMS, day(730)).link(order, Rel.REQUIRES, permit, day(730))
    return permit


def _undated(site: Site) -> EntityId:
    order = site.order(
        "Clean tower basin", [site.id("CT-1")], None, None, "CREW-A", created=day(735), key="WO-9111", status="PLANNED"
    )
    return order.iri


# fmt: off
_PLANNED: Final = (
    ("robot", "WO-9101", "Inspect robot", "R-210", "2026-06-18T08:00", "2026-06-18T12:00", "CREW-C"),
    ("pump", "WO-9102", "Overhaul pump", "P-1", "2026-06-18T06:00", "2026-06-18T18:00", "CREW-A"),
    ("same-1", "WO-9103", "Service gun", "G-310", "2026-06-23T06:00", "2026-06-23T10:00", "CREW-C"),
    ("same-2", "WO-9104", "Calibrate gun force", "G-310", "2026-06-23T08:00", "2026-06-23T12:00", "CREW-B"),
    ("together-1", "WO-9105", "Change pump seal", "P-2", "2026-06-25T06:00", "2026-06-25T14:00", "CREW-A"),
    ("together-2", "WO-9106", "Align pump", "P-3", "2026-06-25T10:00", "2026-06-25T18:00", "CREW-D"),
    ("isolated", "WO-9107", "Thermography of panel", "PNL-30", "2026-06-30T06:00", "2026-06-30T12:00", "CREW-B"),
    ("behind", "WO-9108", "Replace dress pack", "R-320", "2026-06-30T08:00", "2026-06-30T11:00", "CREW-C"),
    ("crew-1", "WO-9109", "Change conveyor oil", "CV-10", "2026-07-02T06:00", "2026-07-02T10:00", "CREW-D"),
    ("crew-2", "WO-9110", "Change compressor filter", "CO-2", "2026-07-02T08:00", "2026-07-02T12:00", "CREW-D"),
)
# fmt: on
_SPARES: Final = {"same-1": ("WH.B",), "behind": ("DP.B",)}
"""Hoses are in stock, one of them of the bad lot; dress packs are not."""


def plant_planned(site: Site) -> dict[str, EntityId]:
    """Orders ahead: two on what panel 20 would take out, and one pair for each way of colliding."""
    found = {}
    for name, key, label, asset, start, end, crew in _PLANNED:
        spares = {entity(design): 1 for design in _SPARES.get(name, ())}
        status = "RELEASED" if name in ("robot", "pump") else "PLANNED"
        order = site.order(
            label, [site.id(asset)], at(start), at(end), crew,
            created=day(725), key=key, status=status, spares=spares,
            requires=[site.id("SK-HV")] if crew == "CREW-B" else [],
        )  # fmt: skip
        found[name] = order.iri
    page = site.ledger.page(PLM, START)
    site.add(page, "PTW-20", kind("Permit"), "Permit to work behind panel 20", START)
    page.link(site.id("PTW-20"), Rel.DOCUMENTS, site.id("QS-20"))
    return found
