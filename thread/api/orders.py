"""How is it told that work is planned or done?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as ExactDecimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.ids import At
from thread.api.impact import Impact, ImpactInput, WindowInput, impact_answer
from thread.api.upsert import IdentifierInput
from thread.api.words import ID, DateTime, Decimal, EntityKind
from thread.service.commands.model import Identified
from thread.service.commands.orders import Closed, CloseOrder, Opened, OpenOrder, Required
from thread.terms import UpperKind

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading, Scope
    from thread.service import Outcome

    OrderTypeWord = str
    """The ontology's values of orderType."""
    SeverityWord = str
    """The ontology's values of severity."""
    WorkOrder = Entity
    """The ontology's kind; in Python every entity is an ``Entity``."""


_NO_IMPACT: Final = ImpactInput()


class ClosedAs(StrEnum):
    """How an order is closed."""

    COMPLETED = "COMPLETED"
    """The work is done."""
    CANCELLED = "CANCELLED"
    """The work will not be done."""


@dataclass(frozen=True, slots=True)
class RequiredInput:
    """Something that work needs."""

    resource: ID
    """A design, document or resource: opaque id, IRI or identifier."""
    quantity: Decimal | None = None
    """How many."""


@dataclass(frozen=True, slots=True)
class OpenWorkOrderInput:
    """Work is planned."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    on: list[ID]
    """What is worked on: opaque ids, IRIs or identifiers."""
    title: str
    """Its name."""
    window: WindowInput
    """When it is to be done."""
    addresses: list[ID] | None = None
    """Events because of which it is there."""
    kind: EntityKind | None = None
    """WORK_ORDER, by default, or a kind below it."""
    order_type: OrderTypeWord | None = None
    """Why the work is done."""
    severity: SeverityWord | None = None
    """How bad that is which it addresses."""
    requires: list[RequiredInput] | None = None
    """Spares, documents, crews, skills and tools that it needs."""
    identifiers: list[IdentifierInput] | None = None
    """Names that systems give it."""


@dataclass(frozen=True, slots=True)
class CloseWorkOrderInput:
    """Work is done, or will not be."""

    request_id: ID
    """Names this request: sent again, it answers the same and changes nothing."""
    order: ID
    """Opaque id, IRI or identifier."""
    at: DateTime
    """When; of completed work its end."""
    status: ClosedAs = ClosedAs.COMPLETED
    """How it is closed."""
    started_at: DateTime | None = None
    """When the work began, where that is not known yet."""
    if_version: str | None = None
    """Refuse where the order has another version by now."""


class OpenWorkOrderPayload:
    """An order that was opened."""

    __slots__ = ("_outcome", "_reading", "_result", "repeated", "revision")

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Opened) -> None:
        self._reading, self._outcome, self._result = reading, outcome, result
        self.repeated, self.revision = outcome.repeated, str(outcome.revision.ordinal)

    @property
    def work_order(self) -> WorkOrder:
        """The order as it is now."""
        return self._reading.entity(self._reading.view.find(self._result.order))

    @property
    def impact(self) -> Impact:
        """What taking all that it works on out of service over its window does; its collisions name the order too."""
        window = WindowInput(DateTime(self._result.start), DateTime(self._result.end))
        reading = self._reading.scope.reading(At(valid_at=self._result.start))
        nodes = [node for node in map(reading.find, self._result.on) if node >= 0]
        return impact_answer(reading, nodes, [], ImpactInput(window=window))


class CloseWorkOrderPayload:
    """An order that was closed."""

    __slots__ = ("_outcome", "_reading", "_result", "repeated", "revision")

    repeated: bool
    """The request id was answered before; this is the answer of then."""
    revision: str
    """The revision that it made."""

    def __init__(self, reading: Reading, outcome: Outcome, result: Closed) -> None:
        self._reading, self._outcome, self._result = reading, outcome, result
        self.repeated, self.revision = outcome.repeated, str(outcome.revision.ordinal)

    @property
    def work_order(self) -> WorkOrder:
        """The order as it is now."""
        return self._reading.entity(self._reading.view.find(self._result.order))

    def impact(self, input_: ImpactInput = _NO_IMPACT) -> Impact:
        """What having all that it was performed on out of service does from then on, were it still out."""
        reading = self._reading.scope.reading(At(valid_at=self._result.at))
        nodes = [node for node in map(reading.find, self._result.on) if node >= 0]
        return impact_answer(reading, nodes, [], input_)


def open_command(given: OpenWorkOrderInput, scope: Scope) -> OpenOrder:
    """The command of an input."""
    words = scope.vocabulary
    kinds = dict(zip(words.kind_names, (kind.iri for kind in words.ontology.kinds), strict=True))
    return OpenOrder(
        str(given.request_id),
        tuple(scope.iri_of(one) for one in given.on),
        given.title,
        given.window.start,
        given.window.end,
        tuple(scope.iri_of(one) for one in given.addresses or ()),
        UpperKind.WORK_ORDER if given.kind is None else kinds[given.kind],
        given.order_type,
        given.severity,
        tuple(
            Required(scope.iri_of(one.resource), None if one.quantity is None else ExactDecimal(one.quantity))
            for one in given.requires or ()
        ),
        tuple(Identified(one.scheme, one.value, one.scope) for one in given.identifiers or ()),
    )


def close_command(given: CloseWorkOrderInput, scope: Scope) -> CloseOrder:
    """The command of an input."""
    return CloseOrder(
        str(given.request_id),
        scope.iri_of(given.order),
        given.at,
        str(given.status),
        given.started_at,
        given.if_version,
    )


ENUMS: Final[tuple[Any, ...]] = (ClosedAs,)
INPUTS: Final[tuple[type, ...]] = (RequiredInput, OpenWorkOrderInput, CloseWorkOrderInput)
OBJECTS: Final[tuple[type, ...]] = (OpenWorkOrderPayload, CloseWorkOrderPayload)
