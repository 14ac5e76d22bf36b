"""How is it told that something is no more, or was never so?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.choosing import LinkChoiceInput, ValueChoiceInput, choice_of
from thread.api.ids import At
from thread.api.impact import Impact, ImpactInput, impact_answer
from thread.api.upsert import IdentifierInput
from thread.api.words import ID, DateTime
from thread.clock import FIRST
from thread.service.commands.ending import Ended, EndFacts
from thread.service.commands.model import SOURCE
from thread.service.commands.retracting import Retract, Retracted

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading, Scope
    from thread.service import Outcome

_NO_IMPACT: Final = ImpactInput()


@dataclass(frozen=True, slots=True)
class EndInput:
    """From an instant on an entity is no more; or, where links, attributes or identifiers are given, only those."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    of: ID
    """Opaque id, IRI or identifier."""
    at: DateTime
    """When; it is not so at this instant any more."""
    links: list[LinkChoiceInput] | None = None
    """Links that end."""
    attributes: list[ValueChoiceInput] | None = None
    """Values that end."""
    identifiers: list[IdentifierInput] | None = None
    """Identifiers that end."""
    if_version: str | None = None
    """Refuse where the entity has another version by now."""


class EndPayload:
    """What is no more."""

    __slots__ = ("_outcome", "_reading", "_result", "repeated", "revision")

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made; where nothing was new the last one."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Ended) -> None:
        self._reading, self._outcome, self._result = reading, outcome, result
        self.repeated, self.revision = outcome.repeated, str(outcome.revision.ordinal)

    @property
    def _just_before(self) -> int:
        return max(self._result.at - 1, FIRST)

    @property
    def entity(self) -> Entity | None:
        """The entity as it was just before."""
        reading = self._reading.scope.reading(At(valid_at=self._just_before))
        node = reading.find(self._result.iri)
        return None if node < 0 else reading.entity(node)

    @property
    def still_held(self) -> bool:
        """True if a source that outranks this one says that it goes on; conflicts lists both."""
        view, at = self._reading.view, self._result.at
        node = view.find(self._result.iri)
        return any(
            (now.predicate, now.object, now.value, now.qualifiers)
            == (one.predicate, one.object, one.value, one.qualifiers)
            for one in self._result.facts
            for now in view.history(node, one.predicate)
            if now.valid_from <= at < now.valid_to
        )

    def impact(self, input_: ImpactInput = _NO_IMPACT) -> Impact | None:
        """What its going does, seen just before: as known before this request. Null where only single facts ended."""
        if not self._result.whole:
            return None
        at = At(valid_at=self._just_before, known_at=self._outcome.revision.recorded_at - 1)
        reading = self._reading.scope.reading(at)
        node = reading.find(self._result.iri)
        return impact_answer(reading, [] if node < 0 else [node], [], input_)


@dataclass(frozen=True, slots=True)
class RetractInput:
    """Facts were never so: either facts of one entity that one source has said, or all that one run has said."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    of: ID | None = None
    """The entity: opaque id, IRI or identifier."""
    run: ID | None = None
    """A run: an import as it is listed, or the requestId of a change."""
    links: list[LinkChoiceInput] | None = None
    """Links that were never so."""
    attributes: list[ValueChoiceInput] | None = None
    """Values that were never so."""
    identifiers: list[IdentifierInput] | None = None
    """Identifiers that it never had. Without any of the three: all that was said of the entity, and links to it."""
    at: DateTime | None = None
    """Only what holds at this instant; by default whenever it holds."""
    source: str = SOURCE
    """Whose word is taken back. What others say stands."""
    reason: str | None = None
    """Why; it is kept with the revision."""
    if_version: str | None = None
    """Refuse where the entity has another version by now."""


class RetractPayload:
    """What was never so."""

    __slots__ = ("_reading", "_result", "repeated", "revision", "run")

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""
    run: str | None
    """The run that was taken back."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Retracted) -> None:
        self._reading, self._result, self.run = reading, result, result.run
        self.repeated, self.revision = outcome.repeated, str(outcome.revision.ordinal)

    @property
    def entity(self) -> Entity | None:
        """The entity as it is now; null where it was never there, and of a run."""
        node = -1 if self._result.iri is None else self._reading.find(self._result.iri)
        return None if node < 0 else self._reading.entity(node)


def end_command(given: EndInput, scope: Scope) -> EndFacts:
    """The command of an input."""
    choice = choice_of(given.links, given.attributes, given.identifiers, scope)
    return EndFacts(str(given.request_id), scope.iri_of(given.of), given.at, given.if_version, choice)


def retract_command(given: RetractInput, scope: Scope) -> Retract:
    """The command of an input."""
    return Retract(
        str(given.request_id),
        None if given.of is None else scope.iri_of(given.of),
        None if given.run is None else str(given.run),
        choice_of(given.links, given.attributes, given.identifiers, scope),
        given.source,
        given.at,
        given.reason or "",
        given.if_version,
    )


INPUTS: Final[tuple[type, ...]] = (EndInput, RetractInput)
OBJECTS: Final[tuple[type, ...]] = (EndPayload, RetractPayload)
