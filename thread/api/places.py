"""How is it shown where an item is? Whereabouts, position, asset, location, stays, exposure."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from thread.api.words import DateTime, moment
from thread.reasoning import places as found
from thread.reasoning.siblings import Sharing as KnownSharing
from thread.terms import THR, UpperKind

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading

PART_OF: Final = THR + "partOf"
LOCATED_IN: Final = THR + "locatedIn"


class Whereabouts(StrEnum):
    """Where an item is."""

    INSTALLED = "INSTALLED"
    """It fills a position."""
    STOCK = "STOCK"
    """It is in stock."""
    REPAIR = "REPAIR"
    """It is being repaired."""
    SCRAPPED = "SCRAPPED"
    """It is scrapped."""
    UNKNOWN = "UNKNOWN"
    """It fills no position, and nobody says where it is."""


class Sharing(StrEnum):
    """What siblings have in common. Origins are timeless: a link counts at whatever time it held."""

    BATCH = "BATCH"
    """From the same batch or lot."""
    SUPPLIER = "SUPPLIER"
    """Delivered by the same supplier, itself or as part of a batch."""
    REVISION = "REVISION"
    """Made to the same design revision; to the same design, where no revision is known."""
    PROCESS_STEP = "PROCESS_STEP"
    """Went through the same process step or run, itself or as part of a batch."""


class Stay:
    """An item in a position for a while."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, stay: found.Stay) -> None:
        self._reading, self._found = reading, stay

    @property
    def position(self) -> Entity:
        """The position."""
        return self._reading.entity(self._found.position)

    @property
    def since(self) -> DateTime | None:
        """Since when; null: nobody knows."""
        return moment(self._found.since)

    @property
    def until(self) -> DateTime | None:
        """Until when; null: until further notice."""
        return moment(self._found.until)

    @property
    def said_until(self) -> DateTime | None:
        """The end that the source gave; null: none."""
        return moment(self._found.said_until)

    @property
    def overlaps(self) -> bool:
        """True if the record has the item in two positions at once: a fault of the data."""
        return self._found.overlaps


class Place:
    """Where an item is, and how long it was in service."""

    __slots__ = ("__dict__", "_at", "_places", "_reading")

    def __init__(self, reading: Reading, places: found.Places, at: int) -> None:
        self._reading, self._places, self._at = reading, places, at

    @property
    def where(self) -> Whereabouts:
        """Installed, in stock, in repair, scrapped, or unknown."""
        return Whereabouts(found.Whereabouts(int(self._places.where[self._at])).name)

    @cached_property
    def _position(self) -> int:
        return int(self._places.position[self._at])

    @property
    def position(self) -> Entity | None:
        """The position that it fills; null where it is not installed."""
        return None if self._position < 0 else self._reading.entity(self._position)

    @property
    def asset(self) -> Entity | None:
        """The nearest asset around its position."""
        view = self._reading.view
        at, seen = self._position, set[int]()
        while at >= 0 and at not in seen:
            seen.add(at)
            if view.kind(at) in view.ontology.subkinds(UpperKind.ASSET):
                return self._reading.entity(at)
            at = min(view.links_from(at, view.ontology.subrelations(PART_OF)).object.tolist(), default=-1)
        return None

    @property
    def location(self) -> Entity | None:
        """Where the item itself is said to be, such as a store."""
        view = self._reading.view
        node = int(self._places.nodes[self._at])
        at = view.links_from(node, view.ontology.subrelations(LOCATED_IN)).object.tolist()
        return self._reading.entity(min(at)) if at else None

    @property
    def exposure_hours(self) -> float:
        """Hours in any position up to the instant of the view."""
        return found.hours(int(self._places.exposure[self._at]))

    @property
    def at_least(self) -> bool:
        """True if some start is unknown, so that the exposure is a lower bound."""
        return bool(self._places.at_least[self._at])

    @property
    def stays(self) -> list[Stay]:
        """Every position that it is known to have filled, by time."""
        stays = found.stays_of(self._reading.view, int(self._places.nodes[self._at]))
        self._reading.scope.spend(len(stays))
        return [Stay(self._reading, stay) for stay in stays]


class WhereaboutsCount:
    """How many items are where."""

    __slots__ = ("count", "where")

    where: Whereabouts
    """Where."""
    count: int
    """How many."""

    def __init__(self, where: found.Whereabouts, count: int) -> None:
        self.where, self.count = Whereabouts(where.name), count


def known_where(given: list[Whereabouts] | None) -> list[found.Whereabouts] | None:
    """Whereabouts as reasoning takes them."""
    return None if given is None else [found.Whereabouts[str(each)] for each in given]


def known_sharing(given: list[Sharing]) -> list[KnownSharing]:
    """Ways of sharing as reasoning takes them."""
    return [KnownSharing(str(each)) for each in given]


ENUMS: Final[tuple[Any, ...]] = (Whereabouts, Sharing)
OBJECTS: Final[tuple[type, ...]] = (Stay, Place, WhereaboutsCount)
