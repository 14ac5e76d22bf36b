"""Which work orders collide? Same thing, one stops what the other works on, or together more than a gate can lose."""

from dataclasses import dataclass
from enum import StrEnum

from thread.clock import Instant


class CollisionKind(StrEnum):
    """How orders get in each other's way."""

    SAME = "SAME"
    ISOLATION = "ISOLATION"
    TOGETHER = "TOGETHER"
    RESOURCE = "RESOURCE"
    """Comes with crews and spares."""


@dataclass(frozen=True, slots=True)
class LostGate:
    """The gate that orders exhaust together: at ``consumer``, in a medium or a group."""

    consumer: int
    medium: str | None
    group: int | None
    required: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Collision:
    """Orders that collide while their windows overlap, ``[start, end)``; with one order: with the outage asked about."""

    kind: CollisionKind
    orders: tuple[int, ...]
    shares: tuple[int, ...]
    """What they share, what one stops of the other's, or the suppliers that they take from one gate; by IRI."""
    gate: LostGate | None
    start: Instant
    end: Instant
