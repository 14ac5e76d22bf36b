"""Who asks, of which time, and how much may it cost? What every service method takes."""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from thread.clock import Instant
from thread.errors import InputError
from thread.reasoning.answers import Budget

if TYPE_CHECKING:
    from thread.reasoning.whatif import Laid


class Role(StrEnum):
    """What a principal may do."""

    READER = "reader"
    WRITER = "writer"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks."""

    name: str = "local"
    role: Role = Role.WRITER


LOCAL = Principal()
"""The user of this machine, while the service listens on loopback only."""


@dataclass(frozen=True, slots=True)
class Context:
    """The frame of one question. ``valid_at`` and ``known`` are resolved: never "now"."""

    principal: Principal
    valid_at: Instant
    known: int
    """Ordinal of the last revision that counts."""
    budget: Budget
    live: bool
    """True when no time was asked for: the answer is of now and the latest revision."""
    period: tuple[Instant, Instant] | None = None
    """Over which links count; None: at ``valid_at``."""
    scenario: "Laid | None" = None
    """Changes that are assumed and never written; None: none."""


def at_one_instant(context: Context, asked: str) -> None:
    """Nothing, where the question is of one instant.

    Raises:
        InputError: ``invalid``: the question is of a state, and there is none of a period.
    """
    if context.period is not None:
        raise InputError(
            f"{asked} is asked of one instant, not of a period.", hint="Give validAt instead of during or ever."
        )


def deadline_after(milliseconds: float) -> float:
    """The ``time.monotonic()`` at which an answer must stop."""
    return time.monotonic() + milliseconds / 1000
