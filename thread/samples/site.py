"""How is a plant planted? Helpers that write a fact and keep the record of it in one go."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from thread.clock import BEGIN, END, Instant, to_instant
from thread.facts import Op
from thread.samples.books import Books, FailureRecord, OrderRecord, Serial, Stay, Watch
from thread.samples.ledger import Ledger, Page, moment
from thread.samples.reckoning import Gate
from thread.samples.words import CMMS, ERP, HISTORIAN, MEDIUM, MES, PLM, Rel, core, entity, kind
from thread.terms import EntityId, UpperKind

_START: Final = datetime(2024, 6, 3, 6, tzinfo=UTC)
START: Final = to_instant(_START)
"""The line is commissioned."""
REFERENCE: Final = to_instant(datetime(2026, 6, 15, 6, tzinfo=UTC))
"""The sample's now: a Monday morning, two years on."""
ALONE: Final = frozenset({Rel.CONTROLLED_BY})
"""Supply relations whose medium is not interchangeable: each supplier is needed."""


def day(number: int, hour: float = 6.0) -> Instant:
    """So many days after the start, at an hour UTC."""
    return to_instant(_START.replace(hour=0) + timedelta(days=number, hours=hour))


class Site:
    """One zone of the plant being planted: ledger, records, chance, and names with the zone's prefix."""

    def __init__(self, ledger: Ledger, books: Books, rng: Random, prefix: str = "", line: str = "BIW1") -> None:
        self.ledger = ledger
        self.books = books
        self.rng = rng
        self.prefix = prefix
        self.line = line
        self.substation: EntityId | None = None
        """What feeds the grid connection of a zone in a larger plant; None: the connection is the source."""
        self._orders = 4100

    def id(self, key: str) -> EntityId:
        """The entity of this zone with a short name."""
        return entity(self.prefix + key)

    def add(self, page: Page, key: str, of: str, label: str, since: Instant = BEGIN) -> EntityId:
        """An entity with kind and label."""
        iri = self.id(key)
        page.kind(iri, of, f"{self.prefix}{key} {label}", since)
        self.books.kinds[iri] = of
        return iri

    # assets and supply
    def asset(self, key: str, of: str, label: str, station: str = "U", located: bool = True) -> EntityId:
        """An asset with its IEC 81346 tag and its number in the maintenance system."""
        page = self.ledger.page(CMMS, START)
        iri = self.add(page, key, kind(of), label, START)
        page.identifier(iri, "tag", f"={self.line}+{station}-{key.replace('-', '')}")
        page.identifier(iri, CMMS, self.prefix + key)
        if located:
            page.link(iri, Rel.LOCATED_IN, self.id(f"AREA-{station}"), START)
        return iri

    def part(
        self, part: EntityId, whole: EntityId, essential: bool, since: Instant = START, find: str | None = None
    ) -> None:
        """A part of a whole; the kind's criticality must say the same as ``essential``."""
        held = None if find is None else {"findNumber": find}
        self.ledger.page(CMMS, since).link(part, Rel.PART_OF, whole, since, qualifiers=held)
        self.books.grid.part(part, whole, essential)

    def supply(self, consumer: EntityId, relation: str, *suppliers: EntityId, shared: EntityId | None = None) -> None:
        """Supply in one medium; several suppliers are alternatives where the medium is interchangeable."""
        page = self.ledger.page(CMMS, START)
        for supplier in suppliers:
            page.link(consumer, relation, supplier, START)
        if relation in ALONE:
            for supplier in suppliers:
                self.books.grid.gates.append(Gate(consumer, (supplier,)))
        else:
            self.books.grid.gates.append(Gate(consumer, suppliers, MEDIUM[relation], 1, shared))

    def group(
        self,
        key: str,
        label: str,
        k: int,
        members: Iterable[EntityId],
        consumer: EntityId,
        shared: EntityId | None = None,
    ) -> EntityId:
        """A k-of-n group; the caller links the consumer to each member, here is what that comes to."""
        page = self.ledger.page(CMMS, START)
        iri = self.add(page, key, UpperKind.REDUNDANCY_GROUP, label, START)
        page.value(iri, core("k"), k)
        listed = tuple(members)
        for member in listed:
            page.link(member, Rel.MEMBER_OF, iri, START)
        self.books.grid.gates.append(Gate(consumer, listed, iri, k, shared, group=iri))
        return iri

    def made(self, asset: EntityId, revision: str, serial: str | None = None) -> None:
        """To what an asset was made, and its serial number."""
        page = self.ledger.page(PLM, START)
        page.link(asset, Rel.MADE_TO, entity(revision))
        if serial is not None:
            page.identifier(asset, "serial", serial, scope=revision.split(".")[0])
            self.books.gun_serials[asset] = serial

    def position(self, asset: EntityId, key: str, slot: str, label: str, find: str | None = None) -> EntityId:
        """A slot of an asset."""
        page = self.ledger.page(CMMS, START)
        iri = self.add(page, f"{key}/{slot}", UpperKind.POSITION, label, START)
        self.part(iri, asset, essential=True, find=find)
        self.books.position_of[iri] = asset
        return iri

    # serials
    def serial(
        self,
        key: str,
        of: str,
        label: str,
        made: Instant,
        revision: EntityId,
        batch: EntityId,
        steps: Iterable[EntityId],
        stocked: bool = True,
    ) -> Serial:
        """A serial item, received into stock unless it is told otherwise."""
        design = EntityId(str(revision).rsplit(".", 1)[0])
        page = self.ledger.page(MES, made)
        iri = self.add(page, key, kind(of), label, made)
        page.identifier(iri, "serial", key, scope=design.rsplit(":", 1)[-1])
        page.link(iri, Rel.MADE_TO, revision)
        page.link(iri, Rel.FROM_BATCH, batch)
        listed = tuple(steps)
        for step in listed:
            page.link(iri, Rel.PROCESSED_BY, step)
        found = self.books.serials[iri] = Serial(iri, key, design, revision, batch, listed, made)
        if stocked:
            self.dispose(found, "STOCK", made)
        return found

    def dispose(self, serial: Serial, disposition: str, at: Instant, page: Page | None = None) -> None:
        """An item that is not installed goes to stock, repair or scrap."""
        page = page or self.ledger.page(CMMS, at)
        self._leave_store(serial, at, page)
        page.value(serial.iri, core("disposition"), disposition, at)
        if disposition == "STOCK":
            page.link(serial.iri, Rel.LOCATED_IN, self.id("STORE"), at)
        serial.disposition = (disposition, at)

    def _leave_store(self, serial: Serial, at: Instant, page: Page) -> None:
        if serial.disposition is not None and serial.disposition[0] == "STOCK":
            page.link(serial.iri, Rel.LOCATED_IN, self.id("STORE"), serial.disposition[1], at, Op.END)

    def install(
        self, serial: Serial, position: EntityId, at: Instant, by: EntityId | None, page: Page | None = None
    ) -> None:
        """An item goes into a position."""
        page = page or self.ledger.page(CMMS, at)
        self._leave_store(serial, at, page)
        if serial.disposition is not None:
            held, since = serial.disposition
            page.value(serial.iri, core("disposition"), held, since, at, Op.END)
            serial.disposition = None
        page.link(serial.iri, Rel.INSTALLED_IN, position, at)
        serial.stays.append(Stay(position, at, installed_by=by))
        self.books.holds[position] = serial.iri

    def remove(self, serial: Serial, at: Instant, by: EntityId | None, to: str, page: Page | None = None) -> EntityId:
        """An item leaves its position for stock, repair or scrap; the position that it left."""
        page = page or self.ledger.page(CMMS, at)
        stay = serial.stays[-1]
        page.link(serial.iri, Rel.INSTALLED_IN, stay.position, stay.since, at, Op.END)
        stay.until, stay.removed_by = at, by
        self.books.holds.pop(stay.position, None)
        self.dispose(serial, to, at, page)
        return stay.position

    # orders and failures
    def order(
        self,
        label: str,
        scope: Iterable[EntityId],
        start: Instant | None,
        end: Instant | None,
        crew: str,
        *,
        created: Instant,
        key: str = "",
        order_type: str = "PREVENTIVE",
        severity: str = "MINOR",
        status: str = "COMPLETED",
        addresses: Iterable[EntityId] = (),
        requires: Iterable[EntityId] = (),
        spares: Mapping[EntityId, int] | None = None,
        page: Page | None = None,
    ) -> OrderRecord:
        """A work order: planned at ``created``, reported when it is done. Numbers rise as orders are written."""
        if not key:
            self._orders += 1
            key = f"WO-{self._orders}"
        first = page or self.ledger.page(CMMS, created)
        iri = self.add(first, key, UpperKind.WORK_ORDER, label, created)
        first.identifier(iri, CMMS, self.prefix + key)
        first.value(iri, core("orderType"), order_type)
        first.value(iri, core("severity"), severity)
        record = OrderRecord(iri, status, start, end, tuple(scope), self.id(crew), addresses=tuple(addresses))
        for target in record.scope:
            first.link(iri, Rel.PERFORMED_ON, target, created)
        for event in record.addresses:
            first.link(iri, Rel.ADDRESSES, event, created)
        for resource in (record.crew, *requires):
            first.link(iri, Rel.REQUIRES, resource, created)
        for design, quantity in (spares or {}).items():
            first.link(iri, Rel.REQUIRES, design, created, qualifiers={"quantity": Decimal(quantity)})
            record.spares[design] = quantity
        self._times(record, created, first, page)
        self.books.orders[iri] = record
        return record

    def _times(self, record: OrderRecord, created: Instant, first: Page, given: Page | None) -> None:
        done = record.status == "COMPLETED"
        first.value(record.iri, core("status"), "PLANNED" if done else record.status, created)
        if record.start is None:
            return
        first.value(record.iri, core("plannedStart"), moment(record.start))
        if record.end is not None:
            first.value(record.iri, core("plannedEnd"), moment(record.end))
        if record.status == "RUNNING":
            first.value(record.iri, core("startedAt"), moment(record.start))
        if done and record.end is not None:
            last = given or self.ledger.page(CMMS, max(record.start, record.end))
            last.value(record.iri, core("startedAt"), moment(record.start))
            last.value(record.iri, core("endedAt"), moment(record.end))
            last.value(record.iri, core("status"), "COMPLETED", max(record.start, record.end))

    def swap(self, order: OrderRecord, position: EntityId, new: Serial, to: str, page: Page | None = None) -> Serial:
        """An order takes the serial out of a position and puts another in; the one taken out."""
        assert order.end is not None
        old = self.books.serials[self.books.holds[position]]
        writer = page or self.ledger.page(CMMS, order.end)
        self.remove(old, order.end, order.iri, to, writer)
        self.install(new, position, order.end, order.iri, writer)
        writer.link(order.iri, Rel.REMOVES, old.iri, order.end)
        writer.link(order.iri, Rel.INSTALLS, new.iri, order.end)
        order.installs += (new.iri,)
        order.removes += (old.iri,)
        return old

    def failure(
        self,
        key: str,
        label: str,
        at: Instant,
        failed: EntityId,
        mode: str,
        *,
        code: str,
        mechanism: str,
        asset: EntityId | None = None,
        caused_by: EntityId | None = None,
        restored: Instant | None = None,
    ) -> FailureRecord:
        """A failure event in ISO 14224 notation: failure mode code, failure mechanism."""
        page = self.ledger.page(CMMS, at)
        iri = self.add(page, key, UpperKind.FAILURE_EVENT, label, at)
        page.identifier(iri, CMMS, self.prefix + key)
        page.value(iri, core("occurredAt"), moment(at))
        page.value(iri, core("code"), code)
        page.value(iri, kind("mechanism"), mechanism)
        page.link(iri, Rel.FAILURE_OF, failed, at)
        if asset is not None:
            page.link(iri, Rel.OCCURRED_ON, asset, at)
        page.link(iri, Rel.HAS_MODE, entity(mode), at)
        if caused_by is not None:
            page.link(iri, Rel.CAUSED_BY, caused_by, at)
        if restored is not None:
            page.value(iri, core("restoredAt"), moment(restored))
        record = FailureRecord(iri, at, failed, entity(mode), caused_by, restored)
        self.books.failures[iri] = record
        return record

    # sensors
    def sensor(
        self, key: str, of: str, label: str, observed: str, unit: str, host: str, modes: Iterable[str] = ()
    ) -> EntityId:
        """A sensor on the inputs of a controller, with the failure modes that it shows coming."""
        page = self.ledger.page(HISTORIAN, START)
        iri = self.add(page, key, kind(of), label, START)
        page.identifier(iri, HISTORIAN, f"{self.line}.{key}".replace("-", ""))
        page.value(iri, core("observedProperty"), observed)
        page.value(iri, core("unit"), unit)
        page.link(iri, Rel.HOSTED_ON, self.id(host), START)
        self.books.grid.gates.append(Gate(iri, (self.id(host),)))
        for mode in modes:
            page.link(iri, Rel.DETECTS, entity(mode), START)
            self.books.detects.setdefault(iri, []).append(entity(mode))
        return iri

    def watch(self, sensor: EntityId, target: EntityId, since: Instant = START, until: Instant = END) -> None:
        """A sensor monitors something for a while; the end is learnt when it comes."""
        self.ledger.page(HISTORIAN, since).link(sensor, Rel.MONITORS, target, since)
        if until != END:
            self.ledger.page(HISTORIAN, until).link(sensor, Rel.MONITORS, target, since, until, Op.END)
        self.books.watches.append(Watch(sensor, target, since, until))
        if until == END:
            self.books.grid.watches.setdefault(sensor, []).append(target)

    def batch(self, key: str, label: str, supplier: EntityId, revision: EntityId | None, received: Instant) -> EntityId:
        """A lot received from a supplier."""
        page = self.ledger.page(ERP, received)
        iri = self.add(page, key, UpperKind.BATCH, label, received)
        page.identifier(iri, "lot", self.prefix + key)
        page.link(iri, Rel.SUPPLIED_BY, supplier)
        if revision is not None:
            page.link(iri, Rel.MADE_TO, revision)
        self.books.supplier_of[iri] = supplier
        return iri
