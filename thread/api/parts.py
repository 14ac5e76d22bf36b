"""How is it told that a part came, went or failed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.ids import At
from thread.api.impact import Impact, ImpactInput, impact_answer
from thread.api.places import Sharing
from thread.api.siblings import Siblings, siblings_answer
from thread.api.words import ID, DateTime
from thread.service.commands.parts import Failed, Install, Moved, RecordFailure, Remove

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading, Scope
    from thread.service import Outcome

    DispositionWord = str
    """The ontology's values of disposition."""
    FailureEvent = Entity
    """The ontology's kind; in Python every entity is an ``Entity``."""

_NO_IMPACT: Final = ImpactInput()


@dataclass(frozen=True, slots=True)
class InstallComponentInput:
    """A component comes into a position."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    component: ID
    """Opaque id, IRI or identifier."""
    into: ID
    """The position: opaque id, IRI or identifier."""
    at: DateTime
    """When."""
    if_version: str | None = None
    """Refuse where the component has another version by now."""


@dataclass(frozen=True, slots=True)
class RemoveComponentInput:
    """A component leaves its position."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    component: ID
    """Opaque id, IRI or identifier."""
    at: DateTime
    """When."""
    reason: str | None = None
    """Why; it is kept with the revision."""
    disposition: DispositionWord | None = None
    """Where it is from then on; by default unknown."""
    if_version: str | None = None
    """Refuse where the component has another version by now."""


@dataclass(frozen=True, slots=True)
class RecordFailureInput:
    """Something failed."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    component: ID
    """What failed, a component, position or asset: opaque id, IRI or identifier."""
    at: DateTime
    """When; not in the future."""
    mode: str | None = None
    """A failure mode, by opaque id, IRI or identifier; a word that names none is kept as the event's code."""
    caused_by: list[ID] | None = None
    """What an investigation found to be the cause."""


class _Change:
    """What both moves and failures answer with."""

    __slots__ = ("_at", "_outcome", "_reading", "repeated", "revision")

    def __init__(self, reading: Reading, outcome: Outcome, at: int) -> None:
        self._reading, self._outcome, self._at = reading, outcome, at
        self.repeated, self.revision = outcome.repeated, str(outcome.revision.ordinal)

    def _entity(self, iri: str) -> Entity:
        node = self._reading.view.find(iri)
        return self._reading.entity(node)

    def _siblings(self, iri: str, sharing: list[Sharing] | None) -> Siblings:
        node = self._reading.find(iri)
        wanted = [Sharing(each) for each in sharing or list(Sharing)]
        return siblings_answer(self._reading, [] if node < 0 else [node], [], wanted)

    def _before(self, iri: str, given: ImpactInput) -> Impact:
        at = At(valid_at=self._at, known_at=self._outcome.revision.recorded_at - 1)
        reading = self._reading.scope.reading(at)
        node = reading.find(iri)
        return impact_answer(reading, [] if node < 0 else [node], [], given)


class InstallComponentPayload(_Change):
    """A component that came into a position."""

    __slots__ = ("_result",)

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Moved) -> None:
        super().__init__(reading, outcome, result.at)
        self._result = result

    @property
    def component(self) -> Entity:
        """The component as it is now."""
        return self._entity(self._result.component)

    @property
    def position(self) -> Entity:
        """Where it came to."""
        return self._entity(self._result.position)

    @property
    def replaced(self) -> Entity | None:
        """What went out at the same instant."""
        return None if self._result.replaced is None else self._entity(self._result.replaced)

    def impact(self, input_: ImpactInput = _NO_IMPACT) -> Impact:
        """What having the position out for the exchange does, seen just before: at that instant, as known before this request."""  # noqa: E501  one paragraph is one description
        return self._before(self._result.position, input_)

    def siblings(self, sharing: list[Sharing] | None = None) -> Siblings:
        """Items that share a batch, supplier, revision or process step with the component, and where each is now."""
        return self._siblings(self._result.component, sharing)


class RemoveComponentPayload(_Change):
    """A component that left its position."""

    __slots__ = ("_result",)

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Moved) -> None:
        super().__init__(reading, outcome, result.at)
        self._result = result

    @property
    def component(self) -> Entity:
        """The component as it is now."""
        return self._entity(self._result.component)

    @property
    def position(self) -> Entity:
        """Where it was."""
        return self._entity(self._result.position)

    def impact(self, input_: ImpactInput = _NO_IMPACT) -> Impact:
        """What its going does, seen just before: at that instant, as known before this request."""
        return self._before(self._result.component, input_)

    def siblings(self, sharing: list[Sharing] | None = None) -> Siblings:
        """Items that share a batch, supplier, revision or process step with the component, and where each is now."""
        return self._siblings(self._result.component, sharing)


class RecordFailurePayload(_Change):
    """A failure that was recorded."""

    __slots__ = ("_result",)

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Failed) -> None:
        super().__init__(reading, outcome, result.at)
        self._result = result

    @property
    def failure(self) -> FailureEvent:
        """The event."""
        return self._entity(self._result.event)

    def impact(self, input_: ImpactInput = _NO_IMPACT) -> Impact:
        """What the failing does, seen just before: at that instant, as known before this request."""
        return self._before(self._result.component, input_)

    def siblings(self, sharing: list[Sharing] | None = None) -> Siblings:
        """Items that share a batch, supplier, revision or process step with what failed, and where each is now."""
        return self._siblings(self._result.component, sharing)


def install_command(given: InstallComponentInput, scope: Scope) -> Install:
    """The command of an input."""
    return Install(
        str(given.request_id), scope.iri_of(given.component), scope.iri_of(given.into), given.at, given.if_version
    )


def remove_command(given: RemoveComponentInput, scope: Scope) -> Remove:
    """The command of an input."""
    return Remove(
        str(given.request_id),
        scope.iri_of(given.component),
        given.at,
        given.reason or "",
        given.disposition,
        given.if_version,
    )


def failure_command(given: RecordFailureInput, scope: Scope) -> RecordFailure:
    """The command of an input."""
    return RecordFailure(
        str(given.request_id),
        scope.iri_of(given.component),
        given.at,
        None if given.mode is None else scope.iri_of(given.mode),
        tuple(scope.iri_of(one) for one in given.caused_by or ()),
    )


INPUTS: Final[tuple[type, ...]] = (InstallComponentInput, RemoveComponentInput, RecordFailureInput)
OBJECTS: Final[tuple[type, ...]] = (InstallComponentPayload, RemoveComponentPayload, RecordFailurePayload)
