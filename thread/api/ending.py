"""How is it told that an entity is no more?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.ids import At
from thread.api.words import ID, DateTime
from thread.service.commands.ending import Ended, EndEntity

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading, Scope
    from thread.service import Outcome


@dataclass(frozen=True, slots=True)
class EndInput:
    """An entity is no more from an instant on."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    of: ID
    """Opaque id, IRI or identifier."""
    at: DateTime
    """When; the entity is not there at this instant any more."""
    if_version: str | None = None
    """Refuse where the entity has another version by now."""


class EndPayload:
    """An entity that is no more."""

    __slots__ = ("_reading", "_result", "repeated", "revision")

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Ended) -> None:
        self._reading, self._result = reading, result
        self.repeated, self.revision = outcome.repeated, str(outcome.revision.ordinal)

    @property
    def entity(self) -> Entity | None:
        """The entity as it was just before it ended."""
        reading = self._reading.scope.reading(At(valid_at=self._result.at - 1))
        node = reading.find(self._result.iri)
        return None if node < 0 else reading.entity(node)


def end_command(given: EndInput, scope: Scope) -> EndEntity:
    """The command of an input."""
    return EndEntity(str(given.request_id), scope.iri_of(given.of), given.at, given.if_version)


INPUTS: Final[tuple[type, ...]] = (EndInput,)
OBJECTS: Final[tuple[type, ...]] = (EndPayload,)
