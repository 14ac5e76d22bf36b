"""Which answers about parts were planted? Origin, siblings, recall, bills, configuration, irregularities."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from thread.clock import Instant, to_text
from thread.samples.books import Books, OrderRecord, Serial
from thread.samples.engineering import MODES_OF, Engineering
from thread.samples.json_values import Json, listed
from thread.samples.site import REFERENCE, Site
from thread.samples.story import CORRECTED_AT, FAILED_AT, LATE_AT, Story
from thread.samples.words import core, entity
from thread.terms import EntityId

_DAY = 24 * 3_600_000_000


def whereabouts_of(serial: Serial) -> dict[str, Json]:
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


def failed_part_of(books: Books, story: Story) -> dict[str, Json]:
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
        "process_steps": listed(serial.steps),
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
        "last_orders": listed(order.iri for order in now[:5]),
        "last_orders_before_late_record": listed(order.iri for order in then[:5]),
        "sensors": listed(
            sorted(w.sensor for w in books.watches if w.target in around and w.since < FAILED_AT <= w.until)
        ),
        "took_down": listed(sorted(books.grid.down({stay.position}))),
        "where": serial.whereabouts,
    }


def upstream_of(story: Story) -> dict[str, int]:
    serial = story.failed
    degrees = {
        **dict.fromkeys((serial.revision, serial.batch, *serial.steps), 1),
        **dict.fromkeys((entity("WT"), entity("WT.B"), entity("RQ-1"), entity("SUP-NORD")), 2),
        **dict.fromkeys((entity("WT.A"), *(entity(mode) for mode in MODES_OF["WT"])), 3),
    }
    return {str(iri): degrees[iri] for iri in sorted(degrees)}


def siblings_of(books: Books, story: Story) -> dict[str, Json]:
    failed = story.failed
    shares: dict[str, Callable[[Serial], bool]] = {
        "BATCH": lambda other: other.batch == failed.batch,
        "SUPPLIER": lambda other: books.supplier_of[other.batch] == books.supplier_of[failed.batch],
        "REVISION": lambda other: other.revision == failed.revision,
        "PROCESS_STEP": lambda other: bool(set(other.steps) & set(failed.steps)),
    }
    return {
        name: [
            {"iri": each.iri, **whereabouts_of(each), "installed_hours": round(each.installed_hours(REFERENCE), 6)}
            for each in sorted(books.serials.values(), key=lambda serial: serial.iri)
            if each is not failed and share(each)
        ]
        for name, share in shares.items()
    }


def bad_batch_of(site: Site, books: Books) -> dict[str, Json]:
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
                **whereabouts_of(serial),
                "was_in": listed(stay.position for stay in serial.stays),
            }
            for serial in serials
        ],
        "orders": listed(sorted(touching)),
        "failures": listed(sorted(f.iri for f in books.failures.values() if f.failed in iris)),
    }


def record_of(books: Books, revision: EntityId) -> dict[str, Json]:
    units = [serial for serial in books.serials.values() if serial.revision == revision]
    iris = {serial.iri for serial in units}
    return {
        "units": len(units),
        "failures": sum(failure.failed in iris for failure in books.failures.values()),
        "installed_hours": round(sum(serial.installed_hours(REFERENCE) for serial in units), 6),
    }


def where_used_of(engineering: Engineering, revision: EntityId) -> dict[str, str]:
    """Quantities upwards, summed over the paths of a small bill without loops."""
    found: dict[EntityId, Decimal] = {}

    def climb(child: EntityId, quantity: Decimal) -> None:
        for line in engineering.bom:
            if line.child == child:
                found[line.parent] = found.get(line.parent, Decimal(0)) + quantity * line.quantity
                climb(line.parent, quantity * line.quantity)

    climb(revision, Decimal(1))
    return {str(parent): str(quantity) for parent, quantity in sorted(found.items())}


def bom_of(engineering: Engineering) -> Iterable[dict[str, Json]]:
    for line in sorted(engineering.bom, key=lambda each: (each.parent, each.find_number, each.child)):
        yield {
            "parent": line.parent,
            "child": line.child,
            "find_number": line.find_number,
            "quantity": str(line.quantity),
            "effective_from": None if line.effective_from is None else to_text(line.effective_from),
            "effective_to": None if line.effective_to is None else to_text(line.effective_to),
            "effective_from_serial": line.from_serial,
        }


def configuration_of(site: Site, story: Story) -> dict[str, Json]:
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
        "known_then": {"known_at": to_text(CORRECTED_AT - _DAY), "holds": {**now, hose: story.hose_recorded.iri}},
        "known_now": {"known_at": to_text(REFERENCE), "holds": now},
        "corrected_at": to_text(CORRECTED_AT),
        "before_any_record_of_it": {"known_at": to_text(FAILED_AT), "failure_known": False},
    }


def audit_of(site: Site, story: Story) -> dict[str, Json]:
    wins, stands = story.disputed_batches
    return {
        "late": {"order": story.late_order, "recorded_at": to_text(LATE_AT)},
        "reversed_order": story.reversed_order,
        "undated_order": story.undated,
        "ambiguous": {
            "scheme": "serial",
            "scope": "WH",
            "value": story.ambiguous_value,
            "bearers": listed(story.ambiguous),
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
