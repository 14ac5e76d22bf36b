"""How are colliding work orders shown? How they collide, over which stretch of time, and what they share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.words import IRI, DateTime, moment

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading
    from thread.reasoning import orders

    WorkOrder = Entity
    """The ontology's kind; in Python every entity is an ``Entity``."""


class CollisionKind(StrEnum):
    """How work orders get in each other's way."""

    SAME = "SAME"
    """They work on the same thing."""
    ISOLATION = "ISOLATION"
    """What one stops is what the other works on."""
    TOGETHER = "TOGETHER"
    """Together they take more from one need than it can lose, though no single one does."""
    RESOURCE = "RESOURCE"
    """They need the same crew, or more spares than there are."""


class CollisionGate:
    """The need that orders exhaust together."""

    __slots__ = ("_gate", "_reading")

    def __init__(self, reading: Reading, gate: orders.LostGate) -> None:
        self._reading, self._gate = reading, gate

    @property
    def consumer(self) -> Entity:
        """Whose need it is."""
        return self._reading.entity(self._gate.consumer)

    @property
    def medium(self) -> IRI | None:
        """What flows; null for needs that do not flow."""
        return None if self._gate.medium is None else IRI(self._gate.medium)

    @property
    def group(self) -> Entity | None:
        """The redundancy group, where there is one."""
        return None if self._gate.group is None else self._reading.entity(self._gate.group)

    @property
    def required(self) -> int:
        """How many alternatives are needed."""
        return self._gate.required

    @property
    def remaining(self) -> int:
        """How many are left."""
        return self._gate.remaining


class WorkOrderCollision:
    """Orders that get in each other's way; a single one collides with the outage that was asked about."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, found: orders.Collision) -> None:
        self._reading, self._found = reading, found

    @property
    def kind(self) -> CollisionKind:
        """How they collide."""
        return CollisionKind(self._found.kind.value)

    @property
    def orders(self) -> list[WorkOrder]:
        """The orders, by IRI."""
        return self._reading.entities(self._found.orders)

    @property
    def shares(self) -> list[Entity]:
        """What they share, what one stops of the other's, or what they take from one need."""
        return self._reading.entities(self._found.shares)

    @property
    def gate(self) -> CollisionGate | None:
        """The need that they exhaust together."""
        return None if self._found.gate is None else CollisionGate(self._reading, self._found.gate)

    @property
    def overlap_start(self) -> DateTime | None:
        """Since when their windows overlap."""
        return moment(self._found.start)

    @property
    def overlap_end(self) -> DateTime | None:
        """Until when; null: no end is known."""
        return moment(self._found.end)


ENUMS: Final[tuple[Any, ...]] = (CollisionKind,)
OBJECTS: Final[tuple[type, ...]] = (CollisionGate, WorkOrderCollision)
