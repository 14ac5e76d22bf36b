"""What must the service answer on the sample? Worked out from what was planted, never from the code under test."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

import orjson

from thread.clock import Instant, to_text
from thread.samples.books import Books, OrderRecord, Serial
from thread.samples.engineering import MODES_OF, Engineering
from thread.samples.reckoning import Outage
from thread.samples.site import REFERENCE, Site
from thread.samples.story import CORRECTED_AT, CROSSED, FAILED_AT, LATE_AT, WINDOW, Story
from thread.samples.words import core, entity, kind
from thread.terms import EntityId, local_name

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
HOUR = 3_600_000_000
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Answers:
    """The truths of one sample, ready for ``answers.json``: IRIs, ISO times, numbers; every list sorted unless said.

    Where a field gives a state it is that at the reference time, as known at the last revision.
    """

    preset: str
    seed: int
    reference_time: str
    counts: Mapping[str, int]
    """Entities per kind (local name), the dangling one not counted."""
    failed_part: Mapping[str, Json]
    """The headline: where the failed transformer came from, where it was, what it took down."""
    upstream: Mapping[str, int]
    """Lineage of the failed transformer upstream, by hand: entity -> degree."""
    siblings: Mapping[str, Json]
    """BATCH, SUPPLIER, REVISION, PROCESS_STEP -> serials that share it with the failed one, with whereabouts."""
    bad_batch: Mapping[str, Json]
    revisions: Mapping[str, Json]
    """Transformer revisions: units, failures, installed hours."""
    where_used: Mapping[str, Mapping[str, str]]
    """Revision -> revisions above it with the quantity per one of them, ignoring effectivity."""
    bom: tuple[Mapping[str, Json], ...]
    outages: Mapping[str, Mapping[str, Json]]
    """Named outages: what stops, what loses redundancy, what goes dark, which orders collide with it."""
    crossing: Mapping[str, Json]
    """The same outage at two instants: with the cross-over valve open, and shut."""
    collisions: tuple[Mapping[str, Json], ...]
    """Orders ahead that collide with each other: kind, orders, shares."""
    configuration: Mapping[str, Json]
    """What gun 210 held just before the failure, as known then and as known now."""
    audit: Mapping[str, Json]
    """Planted irregularities: late record, reversed order, ambiguous identifier, dispute, dangling reference."""
    coverage: Mapping[str, Json]
    """What each watched asset's sensors detect, and the failure modes of the gun that nothing detects."""
    supplies: Mapping[str, Mapping[str, list[str]]]
    """Consumer -> medium or group -> suppliers, in the direction of flow."""
    whereabouts: Mapping[str, Mapping[str, Json]]
    """Every serial: INSTALLED with its position, STOCK, REPAIR or SCRAPPED."""

    def as_json(self) -> bytes:
        """The answer file: sorted keys, two-space indent, a newline at the end."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    def write(self, path: Path) -> None:
        """Write the answer file."""
        path.write_bytes(self.as_json())


def answers_of(preset: str, seed: int, site: Site, engineering: Engineering, story: Story) -> Answers:
    """All answers, from the books."""
    books = site.books
    for position, serial in books.holds.items():
        books.grid.part(serial, position, essential=True)
    return Answers(
        preset=preset,
        seed=seed,
        reference_time=to_text(REFERENCE),
        counts=dict(sorted(Counter(local_name(of) for of in books.kinds.values()).items())),
        failed_part=_failed_part(books, story),
        upstream=_upstream(story),
        siblings=_siblings(books, story),
        bad_batch=_bad_batch(site, books),
        revisions={str(entity(key)): _record_of(books, entity(key)) for key in ("WT.B", "WT.C")},
        where_used={str(entity(key)): _where_used(engineering, entity(key)) for key in ("WT.C", "EC.B", "WH.B")},
        bom=tuple(_bom(engineering)),
        outages=_outages(site, story),
        crossing=_crossing(site),
        collisions=tuple(_collisions(site, story)),
        configuration=_configuration(site, story),
        audit=_audit(site, story),
        coverage=_coverage(site, books),
        supplies=_supplies(books),
        whereabouts={iri: _whereabouts(serial) for iri, serial in sorted(books.serials.items())},
    )


def _list(items: Iterable[str]) -> list[Json]:
    return [str(item) for item in items]


def _whereabouts(serial: Serial) -> dict[str, Json]:
    position = serial.stay.position if serial.stay else None
    return {"where": serial.whereabouts, "position": position}


def orders_touching(
    books: Books, serial: Serial, before: Instant, known_at: Mapping[EntityId, Instant] | None = None
) -> list[OrderRecord]:
    """Orders done on a serial, or on the place and asset where it sat then, latest first."""
    found = []
    for order in books.orders.values():
        if order.end is None or not order.interval_known or order.end > before or order.status != "COMPLETED":
            continue
        if known_at and order.iri in known_at and known_at[order.iri] > before:
            continue
        named = {*order.installs, *order.removes, *order.scope}
        sat = any(
            stay.since <= order.end <= stay.until
            and (stay.position in order.scope or books.position_of[stay.position] in order.scope)
            for stay in serial.stays
        )
        if serial.iri in named or sat:
            found.append(order)
    return sorted(found, key=lambda order: (-(order.end or 0), order.iri))


def _failed_part(books: Books, story: Story) -> dict[str, Json]:
    serial = story.failed
    stay = next(stay for stay in serial.stays if stay.since <= FAILED_AT <= stay.until)
    assert stay.installed_by is not None
    now = orders_touching(books, serial, FAILED_AT)
    then = [order for order in now if order.iri != story.late_order]
    around = {stay.position, books.position_of[stay.position], serial.iri}
    return {
        "iri": serial.iri,
        "serial": serial.serial,
        "design": serial.design,
        "revision": serial.revision,
        "batch": serial.batch,
        "supplier": books.supplier_of[serial.batch],
        "process_steps": _list(serial.steps),
        "stays": [
            {"position": s.position, "from": to_text(s.since), "to": to_text(s.until), "by": s.installed_by}
            for s in serial.stays
        ],
        "position": stay.position,
        "asset": books.position_of[stay.position],
        "installed_by": stay.installed_by,
        "installer": books.orders[stay.installed_by].crew,
        "failed_at": to_text(FAILED_AT),
        "failure": story.failure.iri,
        "mode": story.failure.mode,
        "caused_by": story.failure.caused_by,
        "cause_failed": story.leak.failed,
        "repaired_by": story.repair.iri,
        "last_orders": _list(order.iri for order in now[:5]),
        "last_orders_before_late_record": _list(order.iri for order in then[:5]),
        "sensors": _list(
            sorted(w.sensor for w in books.watches if w.target in around and w.since < FAILED_AT <= w.until)
        ),
        "took_down": _list(sorted(books.grid.down({stay.position}))),
        "where": serial.whereabouts,
    }


def _upstream(story: Story) -> dict[str, int]:
    serial = story.failed
    degrees = {
        **dict.fromkeys((serial.revision, serial.batch, *serial.steps), 1),
        **dict.fromkeys((entity("WT"), entity("WT.B"), entity("RQ-1"), entity("SUP-NORD")), 2),
        **dict.fromkeys((entity("WT.A"), *(entity(mode) for mode in MODES_OF["WT"])), 3),
    }
    return {str(iri): degrees[iri] for iri in sorted(degrees)}


def _siblings(books: Books, story: Story) -> dict[str, Json]:
    failed = story.failed
    shares: dict[str, Callable[[Serial], bool]] = {
        "BATCH": lambda other: other.batch == failed.batch,
        "SUPPLIER": lambda other: books.supplier_of[other.batch] == books.supplier_of[failed.batch],
        "REVISION": lambda other: other.revision == failed.revision,
        "PROCESS_STEP": lambda other: bool(set(other.steps) & set(failed.steps)),
    }
    return {
        name: [
            {"iri": each.iri, **_whereabouts(each), "installed_hours": round(each.installed_hours(REFERENCE), 6)}
            for each in sorted(books.serials.values(), key=lambda serial: serial.iri)
            if each is not failed and share(each)
        ]
        for name, share in shares.items()
    }


def _bad_batch(site: Site, books: Books) -> dict[str, Json]:
    batch = site.id("LOT-WH-B1")
    serials = books.of_batch(batch)
    iris = {serial.iri for serial in serials}
    touching = {order.iri for order in books.orders.values() if iris & {*order.installs, *order.removes, *order.scope}}
    return {
        "batch": batch,
        "supplier": books.supplier_of[batch],
        "raw": site.id("RAW-EL-7"),
        "serials": [
            {
                "iri": serial.iri,
                **_whereabouts(serial),
                "was_in": _list(stay.position for stay in serial.stays),
            }
            for serial in serials
        ],
        "orders": _list(sorted(touching)),
        "failures": _list(sorted(f.iri for f in books.failures.values() if f.failed in iris)),
    }


def _record_of(books: Books, revision: EntityId) -> dict[str, Json]:
    units = [serial for serial in books.serials.values() if serial.revision == revision]
    iris = {serial.iri for serial in units}
    return {
        "units": len(units),
        "failures": sum(failure.failed in iris for failure in books.failures.values()),
        "installed_hours": round(sum(serial.installed_hours(REFERENCE) for serial in units), 6),
    }


def _where_used(engineering: Engineering, revision: EntityId) -> dict[str, str]:
    """Quantities upwards, summed over the paths of a small bill without loops."""
    found: dict[EntityId, Decimal] = {}

    def climb(child: EntityId, quantity: Decimal) -> None:
        for line in engineering.bom:
            if line.child == child:
                found[line.parent] = found.get(line.parent, Decimal(0)) + quantity * line.quantity
                climb(line.parent, quantity * line.quantity)

    climb(revision, Decimal(1))
    return {str(parent): str(quantity) for parent, quantity in sorted(found.items())}


def _bom(engineering: Engineering) -> Iterable[dict[str, Json]]:
    for line in sorted(engineering.bom, key=lambda each: (each.parent, each.find_number, each.child)):
        yield {
            "parent": line.parent,
            "child": line.child,
            "find_number": line.find_number,
            "quantity": str(line.quantity),
            "effective_from": None if line.effective_from is None else to_text(line.effective_from),
            "effective_to": None if line.effective_to is None else to_text(line.effective_to),
        }


def _outage_json(outage: Outage) -> dict[str, Json]:
    return {
        "targets": _list(outage.targets),
        "scope": _list(outage.scope),
        "stops": _list(outage.stops),
        "groups": _list(outage.groups),
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
        "observed_by_nothing": _list(outage.observed_by_nothing),
        "already_down": _list(outage.already_down),
    }


def _outages(site: Site, story: Story) -> dict[str, Mapping[str, Json]]:
    grid = site.books.grid
    fitted = site.books.holds[site.id("G-210/transformer")]
    found: dict[str, dict[str, Json]] = {
        name: _outage_json(grid.outage(*(site.id(key) for key in keys)))
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
    found["serial"] = _outage_json(grid.outage(fitted))
    start, end = WINDOW
    found["panel"]["window"] = [to_text(start), to_text(end)]
    found["panel"]["collisions"] = [
        {"kind": "ISOLATION", "orders": [story.planned["robot"]]},
        {"kind": "TOGETHER", "orders": [story.planned["pump"]], "via": site.id("GRP-PUMPS")},
    ]
    return dict(found)


def _crossing(site: Site) -> dict[str, Json]:
    """By hand: while the cross-over is open the ring M-20, V-23, M-30, V-30 lives on either valve."""
    water = kind("CoolingWater")
    ring = sorted(site.id(key) for key in ("M-20", "V-23", "M-30", "V-30"))
    return {
        "target": site.id("V-20"),
        "open": {
            "valid_at": to_text(CROSSED[0] + 2 * DAY),
            "stops": [],
            "losses": [{"consumer": each, "via": water, "required": 1, "remaining": 1} for each in ring],
        },
        "shut": {"valid_at": to_text(CROSSED[1] + 2 * DAY), "stops_station": site.id("ST20")},
    }


def _collisions(site: Site, story: Story) -> Iterable[dict[str, Json]]:
    grid, planned = site.books.grid, story.planned
    scope = grid.scope([site.id("G-310")])
    yield {"kind": "SAME", "orders": _list([planned["same-1"], planned["same-2"]]), "shares": _list(sorted(scope))}
    behind = grid.scope([site.id("R-320")])
    stopped = grid.down(grid.scope([site.id("PNL-30")])) & behind
    yield {
        "kind": "ISOLATION",
        "orders": _list([planned["isolated"], planned["behind"]]),
        "shares": _list(sorted(stopped)),
    }
    yield {
        "kind": "TOGETHER",
        "orders": _list([planned["together-1"], planned["together-2"]]),
        "via": site.id("GRP-PUMPS"),
        "consumer": site.id("H-1"),
        "shares": _list([site.id("P-2"), site.id("P-3")]),
    }
    yield {
        "kind": "RESOURCE",
        "orders": _list([planned["crew-1"], planned["crew-2"]]),
        "shares": _list([site.id("CREW-D")]),
    }


def _configuration(site: Site, story: Story) -> dict[str, Json]:
    """Just before the failure; the hose is the one that the correction changes."""
    now: dict[str, Json] = {}
    for serial in site.books.serials.values():
        for stay in serial.stays:
            if site.books.position_of[stay.position] == story.gun and stay.since < FAILED_AT <= stay.until:
                now[stay.position] = serial.iri
    hose = site.id("G-210/hose")
    assert now[hose] == story.hose_true.iri
    return {
        "asset": story.gun,
        "at": to_text(FAILED_AT),
        "known_then": {"known_at": to_text(CORRECTED_AT - DAY), "holds": {**now, hose: story.hose_recorded.iri}},
        "known_now": {"known_at": to_text(REFERENCE), "holds": now},
        "corrected_at": to_text(CORRECTED_AT),
        "before_any_record_of_it": {"known_at": to_text(FAILED_AT), "failure_known": False},
    }


def _audit(site: Site, story: Story) -> dict[str, Json]:
    wins, stands = story.disputed_batches
    return {
        "late": {"order": story.late_order, "recorded_at": to_text(LATE_AT)},
        "reversed_order": story.reversed_order,
        "undated_order": story.undated,
        "ambiguous": {
            "scheme": "serial",
            "scope": "WH",
            "value": story.ambiguous_value,
            "bearers": _list(story.ambiguous),
        },
        "disputed": {
            "subject": story.disputed,
            "predicate": core("fromBatch"),
            "answer": wins,
            "source": "mes",
            "conflict": stands,
            "conflict_source": "erp",
        },
        "dangling": story.dangling,
        "open_failure": {"failure": story.open_failure.iri, "asset": story.open_failure.failed},
        "moved_sensor": {"sensor": site.id("TT-7"), "from": story.gun, "to": site.id("CH-2")},
    }


def _coverage(site: Site, books: Books) -> dict[str, Json]:
    watched: dict[str, dict[str, list[Json]]] = {}
    for sensor, targets in sorted(books.grid.watches.items()):
        for target in targets:
            watched.setdefault(target, {})[sensor] = _list(sorted(books.detects.get(sensor, [])))
    gun_modes = {entity(mode) for mode in MODES_OF["SG"]}
    seen = {mode for sensor in watched[site.id("G-210")] for mode in books.detects[EntityId(sensor)]}
    return {
        "by_asset": {asset: dict(rows) for asset, rows in sorted(watched.items())},
        "two_modes": site.id("WM-210"),
        "unobserved_of_gun": _list(sorted(gun_modes - seen)),
    }


def _supplies(books: Books) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for gate in books.grid.gates:
        found.setdefault(gate.consumer, {}).setdefault(gate.via or "needs", []).extend(gate.suppliers)
    return {consumer: {via: sorted(rows[via]) for via in sorted(rows)} for consumer, rows in sorted(found.items())}
