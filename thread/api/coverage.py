"""How is it shown which failure modes are detected? One row per thing and mode, with its sensors before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness
from thread.api.words import ID
from thread.reasoning import coverage as found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading


class ModeSensor:
    """A sensor that detects a failure mode."""

    __slots__ = ("after", "before", "sensor")

    sensor: Entity
    """The sensor."""
    before: bool
    """True if it delivers now."""
    after: bool
    """True if it delivers with everything named in `out` out of service."""

    def __init__(self, sensor: Entity, before: bool, after: bool) -> None:
        self.sensor, self.before, self.after = sensor, before, after


class CoverageRow:
    """A failure mode that a thing can have, against the sensors that detect it."""

    __slots__ = ("_reading", "_row")

    def __init__(self, reading: Reading, row: found.CoverageRow) -> None:
        self._reading, self._row = reading, row

    @property
    def thing(self) -> Entity:
        """The thing, a part of it or a serial in it."""
        return self._reading.entity(self._row.thing)

    @property
    def mode(self) -> Entity:
        """The failure mode."""
        return self._reading.entity(self._row.mode)

    @property
    def sensors(self) -> list[ModeSensor]:
        """Sensors that detect it, on the thing, on what it is in, or on what is in it."""
        self._reading.scope.spend(len(self._row.sensors))
        return [ModeSensor(self._reading.entity(s.sensor), s.before, s.after) for s in self._row.sensors]

    @property
    def before(self) -> bool:
        """True if a delivering sensor detects it now."""
        return self._row.before

    @property
    def after(self) -> bool:
        """True if one still does after the outage."""
        return self._row.after


class Coverage:
    """The failure modes of a thing against the sensors that detect them."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """References that mean nothing in this view."""

    def __init__(self, reading: Reading, answer: found.Coverage, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def of(self) -> Entity | None:
        """The thing; null where there is none."""
        return None if self._answer.root < 0 else self._reading.entity(self._answer.root)

    @property
    def rows(self) -> list[CoverageRow]:
        """Every mode of the thing, its parts and serials, by IRIs; at most 500."""
        return self._some(self._answer.rows)

    @property
    def unobserved(self) -> list[CoverageRow]:
        """Modes that nothing detects now."""
        return self._some(self._answer.unobserved)

    @property
    def lost(self) -> list[CoverageRow]:
        """Modes that the outage leaves undetected."""
        return self._some(self._answer.lost)

    def _some(self, rows: Sequence[found.CoverageRow]) -> list[CoverageRow]:
        shown = rows[: self._reading.scope.max_page]
        self._reading.scope.spend(len(shown))
        return [CoverageRow(self._reading, row) for row in shown]

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is; GAP where no failure mode is recorded."""
        return Completeness(self._reading, self._answer.completeness)


OBJECTS: Final[tuple[Any, ...]] = (ModeSensor, CoverageRow, Coverage)
