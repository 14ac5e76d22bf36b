"""What stands on the floor, and what supplies what? One zone: four stations, their utilities, sensors, positions.

The shape: one grid connection, two feeders, two transformers, two buses with a coupler; panels that take either bus;
a tower, three pumps of which two are needed, a header, two station manifolds with a cross-over; a second pump that
both chillers of the weld controllers share; two compressors; a gas bundle; a controller per station and one for the
utilities on two network switches. Pump 2 hangs on the panel of station 20: the surprise of the sample.
"""

from decimal import Decimal
from typing import Final

from thread.samples.site import START, Site
from thread.samples.words import CMMS, Rel, core, kind
from thread.terms import EntityId, UpperKind

GEO: Final = ("210", "220", "230")
RESPOT: Final = ("310", "320", "330")
ROBOTS: Final = ("110", *GEO, *RESPOT, "410")
STATIONS: Final = ("ST10", "ST20", "ST30", "ST40")
PANEL_OF: Final = {"ST10": "10", "ST20": "20", "ST30": "30", "ST40": "10"}
"""Panel, 24 V supply and controller of a station share their number; stations 10 and 40 share theirs."""
PUMPS: Final = ("P-1", "P-2", "P-3", "P-40")
RATED_FLOW: Final = {"P-1": 420, "P-2": 420, "P-3": 420, "P-40": 260}


def plant_zone(site: Site) -> None:
    """Write locations, utilities, stations, sensors of one zone."""
    _locations(site)
    _power(site)
    _control(site)
    _water(site)
    _gas_and_air(site)
    _stations(site)
    _chilled(site)
    _sensors(site)


def _locations(site: Site) -> None:
    page = site.ledger.page(CMMS, START)
    hall = site.add(page, "HALL", UpperKind.LOCATION, "Body shop", START)
    for area in (*STATIONS, "U"):
        name = "Utilities" if area == "U" else f"Area of {area}"
        iri = site.add(page, f"AREA-{area}", UpperKind.LOCATION, name, START)
        page.link(iri, Rel.LOCATED_IN, hall, START)
    for key, name in (("STORE", "Spare parts store"), ("YARD", "Yard of finished bodies")):
        page.link(site.add(page, key, UpperKind.LOCATION, name, START), Rel.LOCATED_IN, hall, START)


def _power(site: Site) -> None:
    if site.substation is None:
        grid = site.asset("GRID-1", "GridConnection", "Grid connection 20 kV")
    else:
        grid = site.asset("GRID-1", "PowerFeeder", "Zone feeder 20 kV")
        site.supply(grid, Rel.MEDIUM_VOLTAGE, site.substation)
    for number, bus in ((1, "A"), (2, "B")):
        feeder = site.asset(f"F-{number}", "PowerFeeder", f"Feeder {number}")
        transformer = site.asset(f"T-{number}", "PowerTransformer", f"Transformer {number} 20/0.4 kV")
        rail = site.asset(f"BUS-{bus}", "PowerBus", f"Bus {bus} 400 V")
        site.supply(feeder, Rel.MEDIUM_VOLTAGE, grid)
        site.supply(transformer, Rel.MEDIUM_VOLTAGE, feeder)
        site.supply(rail, Rel.POWERED_BY, transformer)
    coupler = site.asset("Q-0", "BusCoupler", "Bus coupler A-B")
    page = site.ledger.page(CMMS, START)
    page.value(coupler, core("state"), "OPEN", START)
    for bus in ("A", "B"):
        page.link(coupler, Rel.BUS_TO, site.id(f"BUS-{bus}"), START)
    site.books.grid.need(
        coupler, site.id("BUS-A"), site.id("BUS-B"), via=kind("LowVoltage"), shared=grid
    )  # supplied from both sides, passes nothing on while it is open
    for panel_number, station in (("10", "ST10"), ("20", "ST20"), ("30", "ST30"), ("U", "U")):
        panel = site.asset(f"PNL-{panel_number}", "DistributionPanel", f"Distribution panel {station}", station)
        site.supply(panel, Rel.POWERED_BY, site.id("BUS-A"), site.id("BUS-B"), shared=grid)
        supply = site.asset(f"PS-{panel_number}", "LogicPowerSupply", f"24 V supply {station}", station)
        site.supply(supply, Rel.POWERED_BY, panel)
    for locked in ("20", "30"):
        switch = site.asset(f"QS-{locked}", "LoadSwitch", f"Lock-out switch of panel {locked}", f"ST{locked}")
        page.value(switch, core("state"), "CLOSED", START)
        page.link(switch, Rel.ISOLATES, site.id(f"PNL-{locked}"), START)


def _control(site: Site) -> None:
    switches = []
    for number, supply in (("1", "PS-10"), ("2", "PS-U")):
        switch = site.asset(f"NS-{number}", "NetworkSwitch", f"Network switch {number}")
        site.supply(switch, Rel.LOGIC_POWER, site.id(supply))
        switches.append(switch)
    for number, station in (("10", "ST10"), ("20", "ST20"), ("30", "ST30"), ("U", "U")):
        plc = site.asset(f"PLC-{number}", "ProgrammableController", f"Controller {station}", station)
        site.supply(plc, Rel.LOGIC_POWER, site.id(f"PS-{number}"))
        site.supply(plc, Rel.NETWORKED_BY, *switches)


def _water(site: Site) -> None:
    page = site.ledger.page(CMMS, START)
    tower = site.asset("CT-1", "CoolingTower", "Cooling tower")
    site.supply(tower, Rel.POWERED_BY, site.id("PNL-U"))
    for key in PUMPS:
        label = "Chilled circuit pump" if key == "P-40" else "Cooling pump"
        pump = site.asset(key, "CoolingPump", label)
        page.value(pump, kind("ratedFlow"), Decimal(RATED_FLOW[key]))
        site.supply(pump, Rel.POWERED_BY, site.id("PNL-20" if key == "P-2" else "PNL-U"))
        site.supply(pump, Rel.CONTROLLED_BY, site.id("PLC-U"))
        site.supply(pump, Rel.COOLED_BY, tower)
        site.position(pump, key, "motor", "Motor")
    header = site.asset("H-1", "PipeHeader", "Cooling water header")
    pumps = [site.id(key) for key in PUMPS[:3]]
    for pump in pumps:
        page.link(header, Rel.COOLED_BY, pump, START)
    site.group("GRP-PUMPS", "Cooling pumps 2 of 3", 2, pumps, header, shared=tower)
    for number in ("20", "30"):
        valve = site.asset(f"V-{number}", "ShutoffValve", f"Water valve ST{number}", f"ST{number}")
        manifold = site.asset(f"M-{number}", "PipeHeader", f"Gun water manifold ST{number}", f"ST{number}")
        page.value(valve, core("state"), "OPEN", START)
        page.link(header, Rel.PIPED_TO, valve, START)
        page.link(valve, Rel.PIPED_TO, manifold, START)
        site.books.grid.need(valve, header, via=kind("CoolingWater"))
        site.books.grid.need(manifold, valve, via=kind("CoolingWater"))
    cross = site.asset("V-23", "ShutoffValve", "Cross-over valve ST20-ST30", "ST20")
    page.value(cross, core("state"), "CLOSED", START)
    for number in ("20", "30"):
        page.link(cross, Rel.PIPED_TO, site.id(f"M-{number}"), START)
    site.books.grid.need(cross, site.id("M-20"), site.id("M-30"), via=kind("CoolingWater"), shared=header)


def _gas_and_air(site: Site) -> None:
    bundle = site.asset("GB-1", "GasBundle", "Shielding gas bundle", "ST40")
    manifold = site.asset("GM-1", "GasManifold", "Gas manifold", "ST40")
    site.supply(manifold, Rel.GAS_FROM, bundle)
    header = site.asset("AH-1", "PipeHeader", "Compressed air header")
    compressors = []
    for number, panel in (("1", "PNL-U"), ("2", "PNL-10")):
        compressor = site.asset(f"CO-{number}", "AirCompressor", f"Air compressor {number}")
        site.supply(compressor, Rel.POWERED_BY, site.id(panel))
        compressors.append(compressor)
    site.supply(header, Rel.AIR_FROM, *compressors)


def _stations(site: Site) -> None:
    line = site.asset(site.line, "ProductionLine", "Body-in-white line")
    for name in STATIONS:
        number = PANEL_OF[name]
        station = site.asset(name, "WorkStation", f"Station {name[2:]}", name)
        site.part(station, line, essential=True)
        fixture = site.asset(f"FX-{name[2:]}", "ClampFixture", "Clamp fixture", name)
        site.supply(fixture, Rel.AIR_FROM, site.id("AH-1"))
        site.supply(fixture, Rel.CONTROLLED_BY, site.id(f"PLC-{number}"))
        conveyor = site.asset(f"CV-{name[2:]}", "SkidConveyor", "Skid conveyor", name)
        _driven(site, conveyor, number)
        site.position(conveyor, f"CV-{name[2:]}", "motor", "Motor")
        for part in (fixture, conveyor):
            site.part(part, station, essential=True)
        if name in ("ST20", "ST30"):
            dresser = site.asset(f"TD-{name[2:]}", "TipDresser", "Tip dresser", name)
            _driven(site, dresser, number)
            site.part(dresser, station, essential=False)
    for robot in ROBOTS:
        _robot(site, robot)
    members = [site.id(f"R-{robot}") for robot in RESPOT]
    page = site.ledger.page(CMMS, START)
    for member in members:
        page.link(site.id("ST30"), Rel.DEPENDS_ON, member, START)
    site.group("GRP-RESPOT", "Respot robots 2 of 3", 2, members, site.id("ST30"))


def _robot(site: Site, robot: str) -> None:
    name = f"ST{robot[0]}0"
    number = PANEL_OF[name]
    of, label = {
        "1": ("HandlingRobot", "Handling robot"),
        "2": ("SpotWeldingRobot", "Spot welding robot"),
        "3": ("RespotRobot", "Respot robot"),
        "4": ("ArcWeldingRobot", "Arc welding robot"),
    }[robot[0]]
    arm = site.asset(f"R-{robot}", of, label, name)
    _driven(site, arm, number)
    site.part(arm, site.id(name), essential=of != "RespotRobot")
    site.made(arm, "RB.B")
    site.position(arm, f"R-{robot}", "dress", "Dress pack")
    if robot[0] == "1":
        site.supply(arm, Rel.AIR_FROM, site.id("AH-1"))
    if robot[0] == "4":
        site.supply(arm, Rel.GAS_FROM, site.id("GM-1"))
    if robot in GEO + RESPOT:
        _gun(site, robot, arm, name)


def _gun(site: Site, robot: str, arm: EntityId, station: str) -> None:
    panel = PANEL_OF[station]
    controller = site.asset(f"WC-{robot}", "WeldController", "Weld controller", station)
    _driven(site, controller, panel)
    site.part(controller, site.id(station), essential=False)
    gun = site.asset(f"G-{robot}", "WeldGun", "Servo spot weld gun", station)
    site.part(gun, arm, essential=True)
    site.supply(gun, Rel.WELD_POWER, controller)
    site.supply(gun, Rel.COOLED_BY, site.id(f"M-{panel}"))
    number = 501 + (GEO + RESPOT).index(robot) + 10 * (int(site.line.removeprefix("BIW")) - 1)
    site.made(gun, "SG.B", f"SG-{number}")
    for slot, label, find in (
        ("transformer", "Transformer", "010"),
        ("hose", "Cooling hose", "020"),
        ("caps", "Electrode caps", "030"),
    ):
        site.position(gun, f"G-{robot}", slot, label, find)


def _driven(site: Site, machine: EntityId, number: str) -> None:
    site.supply(machine, Rel.POWERED_BY, site.id(f"PNL-{number}"))
    site.supply(machine, Rel.CONTROLLED_BY, site.id(f"PLC-{number}"))


def _chilled(site: Site) -> None:
    """The hidden single point: two chillers, one pump."""
    pump = site.id("P-40")
    chillers = []
    for number in ("1", "2"):
        chiller = site.asset(f"CH-{number}", "WaterChiller", f"Chiller {number}")
        site.supply(chiller, Rel.POWERED_BY, site.id("PNL-U"))
        site.supply(chiller, Rel.CONTROLLED_BY, site.id("PLC-U"))
        site.supply(chiller, Rel.COOLED_BY, pump)
        chillers.append(chiller)
    manifold = site.asset("M-WC", "PipeHeader", "Chilled water manifold of the weld controllers")
    site.supply(manifold, Rel.COOLED_BY, *chillers, shared=pump)
    for robot in GEO + RESPOT:
        site.supply(site.id(f"WC-{robot}"), Rel.COOLED_BY, manifold)


def _sensors(site: Site) -> None:
    """Two of them on what panel 20 feeds, so that its outage darkens exactly two; P-40 has none."""
    monitor = site.sensor(
        "WM-210", "WeldMonitor", "Weld monitor", "secondary current", "kA", "PLC-20", ("FM-SHO", "FM-STP")
    )
    site.supply(monitor, Rel.LOGIC_POWER, site.id("PS-20"))
    site.watch(monitor, site.id("G-210"), START)
    other = site.sensor("WM-310", "WeldMonitor", "Weld monitor", "secondary current", "kA", "PLC-30", ("FM-SHO",))
    site.watch(other, site.id("G-310"), START)
    for key in PUMPS[:3]:
        vibration = site.sensor(
            f"VT-{key[2:]}", "VibrationSensor", f"Vibration {key}", "vibration", "mm/s", "PLC-U", ("FM-VIB",)
        )
        site.watch(vibration, site.id(key), START)
    flow = site.sensor("FT-1", "FlowSensor", "Header flow", "volume flow", "L/min", "PLC-U", ("FM-LOO",))
    site.supply(flow, Rel.NETWORKED_BY, site.id("NS-2"))
    site.watch(flow, site.id("H-1"), START)
    for key, of, label, observed, unit, host, target, modes in (
        ("TT-CH1", "TemperatureSensor", "Outlet of chiller 1", "temperature", "Cel", "PLC-U", "CH-1", ("FM-OHE",)),
        ("PT-AIR", "PressureSensor", "Air header pressure", "pressure", "bar", "PLC-U", "AH-1", ("FM-LOO",)),
        ("PT-GAS", "PressureSensor", "Gas manifold pressure", "pressure", "bar", "PLC-10", "GM-1", ("FM-LOO",)),
        ("EM-A", "PowerMeter", "Power of bus A", "active power", "kW", "PLC-U", "BUS-A", ()),
    ):
        sensor = site.sensor(key, of, label, observed, unit, host, modes)
        site.watch(sensor, site.id(target), START)
