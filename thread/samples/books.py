"""What did the planting do? Records kept while facts are written, from which the answer file is worked out."""

from dataclasses import dataclass, field

from thread.clock import END, Instant
from thread.samples.reckoning import Grid
from thread.terms import EntityId


@dataclass(slots=True)
class Stay:
    """A serial in a position for a while."""

    position: EntityId
    since: Instant
    until: Instant = END
    installed_by: EntityId | None = None
    removed_by: EntityId | None = None


@dataclass(slots=True)
class Serial:
    """A physical item: where it came from and where it has been."""

    iri: EntityId
    serial: str
    design: EntityId
    revision: EntityId
    batch: EntityId
    steps: tuple[EntityId, ...]
    made: Instant
    stays: list[Stay] = field(default_factory=list)
    disposition: tuple[str, Instant] | None = None
    """What is in force and since when; None while it is installed."""

    @property
    def stay(self) -> Stay | None:
        """Where it is installed now."""
        return self.stays[-1] if self.stays and self.stays[-1].until == END else None

    def installed_hours(self, reference: Instant) -> float:
        """Hours in any position up to ``reference``."""
        return sum(min(stay.until, reference) - stay.since for stay in self.stays) / 3_600_000_000

    @property
    def whereabouts(self) -> str:
        """INSTALLED, STOCK, REPAIR, SCRAPPED."""
        return "INSTALLED" if self.stay else self.disposition[0] if self.disposition else "UNKNOWN"


@dataclass(slots=True)
class OrderRecord:
    """A work order as planted."""

    iri: EntityId
    status: str
    start: Instant | None
    end: Instant | None
    scope: tuple[EntityId, ...]
    crew: EntityId
    installs: tuple[EntityId, ...] = ()
    removes: tuple[EntityId, ...] = ()
    addresses: tuple[EntityId, ...] = ()
    interval_known: bool = True
    spares: dict[EntityId, int] = field(default_factory=dict)
    """Design revision -> how many the order needs."""


@dataclass(slots=True)
class FailureRecord:
    """A failure as planted."""

    iri: EntityId
    at: Instant
    failed: EntityId
    mode: EntityId
    caused_by: EntityId | None = None
    restored: Instant | None = None


@dataclass(slots=True)
class Watch:
    """A sensor watching something for a while."""

    sensor: EntityId
    target: EntityId
    since: Instant
    until: Instant = END


@dataclass(slots=True)
class Books:
    """All records of one sample."""

    kinds: dict[EntityId, str] = field(default_factory=dict)
    serials: dict[EntityId, Serial] = field(default_factory=dict)
    holds: dict[EntityId, EntityId] = field(default_factory=dict)
    """Position -> the serial in it now."""
    position_of: dict[EntityId, EntityId] = field(default_factory=dict)
    """Position -> its asset."""
    orders: dict[EntityId, OrderRecord] = field(default_factory=dict)
    failures: dict[EntityId, FailureRecord] = field(default_factory=dict)
    watches: list[Watch] = field(default_factory=list)
    detects: dict[EntityId, list[EntityId]] = field(default_factory=dict)
    gun_serials: dict[EntityId, str] = field(default_factory=dict)
    """Assets of which the record has a serial number."""
    conceded: dict[EntityId, EntityId] = field(default_factory=dict)
    """Serial -> the concession in force for it."""
    supplier_of: dict[EntityId, EntityId] = field(default_factory=dict)
    """Batch -> supplier."""
    grid: Grid = field(default_factory=Grid)

    def of_batch(self, batch: EntityId) -> list[Serial]:
        """Serials of a batch, sorted."""
        return sorted((s for s in self.serials.values() if s.batch == batch), key=lambda s: s.iri)
