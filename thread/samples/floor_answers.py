"""Which answers about the floor were planted? Outages, collisions, what is observed, what supplies what."""

from collections.abc import Iterable, Mapping

from thread.clock import to_text
from thread.samples.books import Books
from thread.samples.engineering import MODES_OF
from thread.samples.json_values import Json, listed
from thread.samples.reckoning import Outage
from thread.samples.site import Site
from thread.samples.story import CROSSED, WINDOW, Story
from thread.samples.words import entity, kind
from thread.terms import EntityId

_DAY = 24 * 3_600_000_000


def outage_json(outage: Outage) -> dict[str, Json]:
    return {
        "targets": listed(outage.targets),
        "scope": listed(outage.scope),
        "stops": listed(outage.stops),
        "groups": listed(outage.groups),
        "losses": [
            {
                "consumer": loss.consumer,
                "via": loss.via,
                "required": loss.required,
                "remaining": loss.remaining,
                "exhausted": loss.exhausted,
                "shared_point": loss.shared_point,
            }
            for loss in outage.losses
        ],
        "dark": [{"sensor": sensor, "reason": reason} for sensor, reason in outage.dark],
        "observed_by_nothing": listed(outage.observed_by_nothing),
        "already_down": listed(outage.already_down),
    }


def outages_of(site: Site, story: Story) -> dict[str, Mapping[str, Json]]:
    grid = site.books.grid
    fitted = site.books.holds[site.id("G-210/transformer")]
    found: dict[str, dict[str, Json]] = {
        name: outage_json(grid.outage(*(site.id(key) for key in keys)))
        for name, keys in (
            ("panel", ("PNL-20",)),
            ("shared-pump", ("P-40",)),
            ("chiller", ("CH-1",)),
            ("pump", ("P-1",)),
            ("two-pumps", ("P-1", "P-2")),
            ("transformer", ("T-1",)),
            ("grid", ("GRID-1",)),
            ("network-switch", ("NS-2",)),
            ("controller", ("PLC-U",)),
            ("respot", ("R-320",)),
            ("robot", ("R-210",)),
            ("valve", ("V-20",)),
            ("gas", ("GB-1",)),
            ("compressor", ("CO-1",)),
        )
    }
    found["serial"] = outage_json(grid.outage(fitted))
    start, end = WINDOW
    found["panel"]["window"] = [to_text(start), to_text(end)]
    found["panel"]["collisions"] = [
        {"kind": "ISOLATION", "orders": [story.planned["robot"]]},
        {"kind": "TOGETHER", "orders": [story.planned["pump"]], "via": site.id("GRP-PUMPS")},
    ]
    return dict(found)


def crossing_of(site: Site) -> dict[str, Json]:
    """By hand: while the cross-over is open the ring M-20, V-23, M-30, V-30 lives on either valve."""
    water = kind("CoolingWater")
    ring = sorted(site.id(key) for key in ("M-20", "V-23", "M-30", "V-30"))
    return {
        "target": site.id("V-20"),
        "open": {
            "valid_at": to_text(CROSSED[0] + 2 * _DAY),
            "stops": [],
            "losses": [{"consumer": each, "via": water, "required": 1, "remaining": 1} for each in ring],
        },
        "shut": {"valid_at": to_text(CROSSED[1] + 2 * _DAY), "stops_station": site.id("ST20")},
    }


def collisions_of(site: Site, story: Story) -> Iterable[dict[str, Json]]:
    grid, planned = site.books.grid, story.planned
    scope = grid.scope([site.id("G-310")])
    yield {"kind": "SAME", "orders": listed([planned["same-1"], planned["same-2"]]), "shares": listed(sorted(scope))}
    behind = grid.scope([site.id("R-320")])
    stopped = grid.down(grid.scope([site.id("PNL-30")])) & behind
    yield {
        "kind": "ISOLATION",
        "orders": listed([planned["isolated"], planned["behind"]]),
        "shares": listed(sorted(stopped)),
    }
    yield {
        "kind": "TOGETHER",
        "orders": listed([planned["together-1"], planned["together-2"]]),
        "via": site.id("GRP-PUMPS"),
        "consumer": site.id("H-1"),
        "shares": listed([site.id("P-2"), site.id("P-3")]),
    }
    yield {
        "kind": "RESOURCE",
        "orders": listed([planned["crew-1"], planned["crew-2"]]),
        "shares": listed([site.id("CREW-D")]),
    }


def coverage_of(site: Site, books: Books) -> dict[str, Json]:
    watched: dict[str, dict[str, list[Json]]] = {}
    for sensor, targets in sorted(books.grid.watches.items()):
        for target in targets:
            watched.setdefault(target, {})[sensor] = listed(sorted(books.detects.get(sensor, [])))
    gun_modes = {entity(mode) for mode in MODES_OF["SG"]}
    seen = {mode for sensor in watched[site.id("G-210")] for mode in books.detects[EntityId(sensor)]}
    return {
        "by_asset": {asset: dict(rows) for asset, rows in sorted(watched.items())},
        "two_modes": site.id("WM-210"),
        "unobserved_of_gun": listed(sorted(gun_modes - seen)),
    }


def supplies_of(books: Books) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for gate in books.grid.gates:
        found.setdefault(gate.consumer, {}).setdefault(gate.via or "needs", []).extend(gate.suppliers)
    return {consumer: {via: sorted(rows[via]) for via in sorted(rows)} for consumer, rows in sorted(found.items())}


def spares_of(books: Books) -> dict[str, dict[str, Json]]:
    """Order -> design revision -> how many it needs and which serials of it are in stock."""
    found: dict[str, dict[str, Json]] = {}
    for order in sorted(books.orders.values(), key=lambda each: each.iri):
        for design, quantity in sorted(order.spares.items()):
            stock = sorted(s.iri for s in books.serials.values() if s.revision == design and s.whereabouts == "STOCK")
            found.setdefault(order.iri, {})[design] = {"needs": quantity, "in_stock": listed(stock)}
    return found
