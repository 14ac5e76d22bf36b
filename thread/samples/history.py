"""What happened in two years? Lots and serials, exchanges, failures and routine work of one zone.

Dates move with chance, the course of events does not: six guns start on transformers of revision B; revision C comes
in 2025 and fails more; a lot of hoses of a bad compound leaks. The planted story of one transformer is in ``story``.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from thread.clock import Instant
from thread.samples.books import OrderRecord, Serial
from thread.samples.plant import GEO, PUMPS, RESPOT, ROBOTS, STATIONS
from thread.samples.site import START, Site, day
from thread.samples.words import ERP, MES, Rel, core, entity, kind
from thread.terms import EntityId, UpperKind

HOUR: Final = 3_600_000_000
CREWS: Final = ("CREW-A", "CREW-B", "CREW-C", "CREW-D")


@dataclass(slots=True)
class Stores:
    """Lots and serials of a zone, in the order in which they were made."""

    lots: dict[str, EntityId] = field(default_factory=dict)
    serials: dict[str, list[Serial]] = field(default_factory=dict)
    exchanges: dict[str, OrderRecord] = field(default_factory=dict)
    """Orders of the story by a short name."""

    def __getitem__(self, key: tuple[str, int]) -> Serial:
        return self.serials[key[0]][key[1]]


def plant_resources(site: Site) -> None:
    """Crews, skills, tools, process steps."""
    page = site.ledger.page(ERP, START)
    for key, of, label in (
        *((crew, "Crew", "Maintenance crew") for crew in CREWS),
        ("SK-HV", "Skill", "Switching authorisation"),
        ("TL-GUN", "ServiceTool", "Gun alignment gauge"),
    ):
        site.add(page, key, kind(of), label, START)
    page = site.ledger.page(MES, START)
    for key, label in (
        ("VP-096", "Vacuum potting run 96"),
        ("VP-117", "Vacuum potting run 117"),
        ("EX-28", "Hose extrusion run 28"),
        ("EX-31", "Hose extrusion run 31"),
        ("OP-20", "Geo welding in station 20"),
        ("OP-30", "Respot welding in station 30"),
    ):
        site.add(page, key, UpperKind.PROCESS_STEP, label, day(-200))
    page.link(site.id("OP-20"), Rel.REQUIRES, entity("PR-GUN"))


def plant_stores(site: Site, zone: int) -> Stores:
    """Lots, raw lots and serials; everything starts in stock."""
    stores = Stores()
    for key, label, supplier, revision, received in (
        ("LOT-WT-B1", "Transformers, first delivery", "SUP-NORD", "WT.B", -30),
        ("LOT-WT-C1", "Transformers rev C, first delivery", "SUP-NORD", "WT.C", 252),
        ("LOT-WT-C2", "Transformers rev C, second delivery", "SUP-NORD", "WT.C", 330),
        ("LOT-WH-A1", "Hoses, first delivery", "SUP-ELBE", "WH.A", -30),
        ("LOT-WH-B1", "Hoses rev B", "SUP-ELBE", "WH.B", 262),
        ("LOT-WH-B2", "Hoses rev B, after the notice", "SUP-ELBE", "WH.B", 420),
        ("LOT-EC-1", "Electrode caps", "SUP-HAVEL", "EC.B", -20),
        ("LOT-DP-1", "Dress packs", "SUP-KABEL", "DP.B", -40),
        ("LOT-PM-1", "Pump motors", "SUP-ANTRIEB", "PM.B", -40),
        ("LOT-CM-1", "Conveyor motors", "SUP-ANTRIEB", "CM.A", -40),
        ("LOT-BD-1", "Body side blanks", "SUP-STAHL", "BD.B", 650),
    ):
        stores.lots[key] = site.batch(key, label, entity(supplier), entity(revision), day(received))
    for key, label, supplier, made, child in (
        ("RAW-EL-7", "Elastomer compound, charge 7", "SUP-ELBE", 240, "LOT-WH-B1"),
        ("RAW-ST-4", "Steel coil 4", "SUP-STAHL", 640, "LOT-BD-1"),
    ):
        stores.lots[key] = site.batch(key, label, entity(supplier), None, day(made))
        site.ledger.page(ERP, day(made + 15)).link(stores.lots[child], Rel.DERIVED_FROM, stores.lots[key])
    copper = site.add(site.ledger.page(ERP, day(-35)), "RAW-CU-2", UpperKind.BATCH, "Copper bars, charge 2", day(-40))
    site.ledger.page(ERP, day(-25)).link(stores.lots["LOT-EC-1"], Rel.DERIVED_FROM, copper)  # nobody says from whom
    base = 1000 + 10_000 * (zone - 1) + site.rng.randrange(20, 60)
    _make(site, stores, "WT", "GunTransformer", "Gun transformer", base, "LOT-WT-B1", 7, -32, ("VP-096",))
    _make(site, stores, "WT", "GunTransformer", "Gun transformer", base, "LOT-WT-C1", 3, 250, ("VP-117",))
    _make(site, stores, "WT", "GunTransformer", "Gun transformer", base, "LOT-WT-C2", 3, 328, ("VP-117",))
    _make(site, stores, "WH", "CoolingHose", "Cooling hose", base + 1000, "LOT-WH-A1", 9, -32, ("EX-28",))
    _make(site, stores, "WH", "CoolingHose", "Cooling hose", base + 1000, "LOT-WH-B1", 6, 260, ("EX-31",))
    _make(site, stores, "WH", "CoolingHose", "Cooling hose", base + 1000, "LOT-WH-B2", 3, 418, ("EX-28",))
    _make(site, stores, "EC", "ElectrodeCaps", "Electrode caps", base + 2000, "LOT-EC-1", 9, -25, ())
    _make(site, stores, "DP", "DressPack", "Dress pack", base + 3000, "LOT-DP-1", len(ROBOTS) + 1, -45, ())
    _make(site, stores, "PM", "PumpMotor", "Pump motor", base + 4000, "LOT-PM-1", len(PUMPS) + 1, -45, ())
    _make(site, stores, "CM", "ConveyorMotor", "Conveyor motor", base + 5000, "LOT-CM-1", len(STATIONS) + 1, -45, ())
    for caps in stores.serials["EC"]:
        site.ledger.page(MES, caps.made).value(caps.iri, core("quantity"), Decimal(2))
    return stores


def _make(
    site: Site,
    stores: Stores,
    design: str,
    of: str,
    label: str,
    base: int,
    lot: str,
    count: int,
    made: int,
    steps: tuple[str, ...],
) -> None:
    shelf = stores.serials.setdefault(design, [])
    revision = entity({"LOT-WT-B1": "WT.B", "LOT-WH-A1": "WH.A"}.get(lot) or _revision_of(lot))
    for _ in range(count):
        key = f"{design}-{base + len(shelf)}"
        ran = [site.id(step) for step in steps]
        shelf.append(site.serial(key, of, label, day(made), revision, stores.lots[lot], ran))


def _revision_of(lot: str) -> str:
    design = lot.split("-")[1]
    letter = {"WT": "C", "CM": "A"}.get(design, "B")
    return f"{design}.{letter}"


def plant_first_fit(site: Site, stores: Stores) -> None:
    """The serials that the line was built with."""
    for number, robot in enumerate(GEO + RESPOT):
        for slot, design in (("transformer", "WT"), ("hose", "WH"), ("caps", "EC")):
            site.install(stores[design, number], site.id(f"G-{robot}/{slot}"), START, None)
    for number, robot in enumerate(ROBOTS):
        site.install(stores["DP", number], site.id(f"R-{robot}/dress"), START, None)
    for number, pump in enumerate(PUMPS):
        site.install(stores["PM", number], site.id(f"{pump}/motor"), START, None)
    for number, station in enumerate(STATIONS):
        site.install(stores["CM", number], site.id(f"CV-{station[2:]}/motor"), START, None)


def exchange(site: Site, position: str, new: Serial, at: Instant, to: str, crew: str, label: str) -> OrderRecord:
    """A planned exchange of the serial in a position."""
    order = site.order(
        label, [site.id(position)], at - 4 * HOUR, at, crew, created=at - 14 * 24 * HOUR, requires=[entity("PR-GUN")]
    )
    site.swap(order, site.id(position), new, to)
    return order


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How something failed, in ISO 14224 words."""

    label: str
    mode: str
    code: str
    mechanism: str


SHORT: Final = Breakdown("Transformer short circuit", "FM-SHO", "BRD", "4.1 short circuiting")
LEAK: Final = Breakdown("Water leak", "FM-ELU", "ELU", "1.1 leakage")
HOT: Final = Breakdown("Transformer overheated", "FM-OHE", "OHE", "2.7 overheating")
SHAKE: Final = Breakdown("Motor vibration high", "FM-VIB", "VIB", "1.2 vibration")
TORN: Final = Breakdown("Cable torn", "FM-BRD", "BRD", "2.5 breakage")


def repair(
    site: Site, key: str, position: str, new: Serial, at: Instant, to: str, crew: str, what: Breakdown, hours: int = 5
) -> OrderRecord:
    """The serial in a position fails and is replaced some hours later."""
    place = site.id(position)
    asset = site.books.position_of[place]
    failed = site.books.serials[site.books.holds[place]]
    failure = site.failure(
        key, what.label, at, failed.iri, what.mode, code=what.code, mechanism=what.mechanism, asset=asset
    )
    order = site.order(
        f"Replace after {what.label.lower()}",
        [place],
        at + 2 * HOUR,
        at + hours * HOUR,
        crew,
        created=at,
        order_type="CORRECTIVE",
        severity="CRITICAL",
        addresses=[failure.iri],
    )
    site.swap(order, place, new, to)
    return order


def plant_background(site: Site, stores: Stores) -> None:
    """Exchanges, failures and inspections that surround the story; chance moves their days, not their course."""
    rng = site.rng

    def about(number: int, hour: int = 9) -> Instant:
        return day(number + rng.randrange(-5, 6), hour + rng.randrange(0, 4))

    exchange(site, "G-220/transformer", stores["WT", 8], about(370), "STOCK", "CREW-B", "Exchange transformer")
    repair(site, "FE-103", "G-220/transformer", stores["WT", 11], about(592), "SCRAPPED", "CREW-B", HOT)
    repair(site, "FE-104", "G-330/transformer", stores["WT", 9], about(652), "SCRAPPED", "CREW-B", SHORT)
    exchange(site, "G-230/hose", stores["WH", 9], about(345), "SCRAPPED", "CREW-A", "Exchange hose")
    repair(site, "FE-105", "G-230/hose", stores["WH", 10], about(490), "SCRAPPED", "CREW-A", LEAK)
    exchange(site, "G-310/hose", stores["WH", 11], about(440), "SCRAPPED", "CREW-A", "Exchange hose")
    exchange(site, "G-320/hose", stores["WH", 13], about(620), "SCRAPPED", "CREW-A", "Exchange hose")
    repair(site, "FE-106", "G-320/hose", stores["WH", 15], about(685), "REPAIR", "CREW-A", LEAK)
    guns = rng.sample(GEO + RESPOT, 2)
    for number, gun in enumerate(guns):
        exchange(
            site,
            f"G-{gun}/caps",
            stores["EC", 6 + number],
            about(200 + 250 * number),
            "SCRAPPED",
            "CREW-A",
            "Exchange caps",
        )
    pump = rng.choice(PUMPS[:3])
    repair(site, "FE-107", f"{pump}/motor", stores["PM", 4], about(300), "REPAIR", "CREW-A", SHAKE)
    robot = rng.choice(ROBOTS[1:])
    repair(site, "FE-108", f"R-{robot}/dress", stores["DP", 8], about(560), "SCRAPPED", "CREW-C", TORN)
    for asset, number, crew in (
        ("PNL-20", 120, "CREW-B"),
        ("P-40", 400, "CREW-A"),
        ("CT-1", 330, "CREW-A"),
        ("R-410", 480, "CREW-C"),
        ("CV-20", 520, "CREW-A"),
    ):
        end = about(number)
        site.order(
            f"Inspect {asset}", [site.id(asset)], end - 3 * HOUR, end, crew,
            created=end - 10 * 24 * HOUR, order_type="INSPECTION",
        )  # fmt: skip


def plant_production(site: Site, stores: Stores) -> None:
    """Bodies for customers, and the order that the line works on."""
    page = site.ledger.page(ERP, day(600))
    for key, of, label in (
        ("PO-900", "ProductionOrder", "Bodies, second quarter"),
        ("CO-5001", "CustomerOrder", "Customer order, export"),
        ("CO-5002", "CustomerOrder", "Customer order, fleet"),
    ):
        site.add(page, key, kind(of), label, day(600))
        page.identifier(site.id(key), ERP, site.prefix + key)
    page.link(site.id(site.line), Rel.FULFILS, site.id("PO-900"), day(600))
    for number in range(6):
        made = day(722 + number // 2, 8 + number)
        key = f"BD-{70001 + number}"
        ran = [site.id("OP-20"), site.id("OP-30")]
        body = site.serial(key, "CarBody", "Body", made, entity("BD.B"), stores.lots["LOT-BD-1"], ran, stocked=False)
        page = site.ledger.page(MES, made)
        page.link(body.iri, Rel.FULFILS, site.id("CO-5001" if number < 4 else "CO-5002"), made)
        page.link(body.iri, Rel.LOCATED_IN, site.id("YARD"), made)
