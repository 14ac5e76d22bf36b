"""How is it told that something cannot be done? As data: one interface, a type for each way to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread import errors
from thread.api.errors import wire_code
from thread.api.publish import Namespace, define, members, publish, sentence
from thread.api.words import IRI

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading


class ProblemCode(StrEnum):
    """Why a request could not be met."""

    NOT_FOUND = "NOT_FOUND"
    """No entity has this id, IRI or identifier."""
    AMBIGUOUS_REFERENCE = "AMBIGUOUS_REFERENCE"
    """Several entities match."""
    INVALID = "INVALID"
    """A value is not of the form that is expected."""
    CONFLICT = "CONFLICT"
    """The entity is not as the client read it, or not in a state that allows it."""
    REQUEST_REUSED = "REQUEST_REUSED"
    """The request id was used before for another request."""
    ALREADY_INSTALLED = "ALREADY_INSTALLED"
    """The component fills a position then."""
    NOT_INSTALLED = "NOT_INSTALLED"
    """The component fills no position then."""
    OUT_OF_ORDER = "OUT_OF_ORDER"
    """Something later is known already."""
    TOO_LARGE = "TOO_LARGE"
    """A text or list is above the limits of the service."""
    DUPLICATE = "DUPLICATE"
    """The same was recorded before."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request could not be met; domain failures are data, not errors."""

    code: ProblemCode
    """Stable code."""
    message: str
    """What is wrong, in a sentence."""
    hint: str | None
    """What to do next."""
    path: list[str]
    """The argument that it is about."""


@dataclass(frozen=True, slots=True)
class NotFound(Problem):
    """A reference means nothing, or nothing that is there."""

    missing: str
    """The reference."""


@dataclass(frozen=True, slots=True)
class Invalid(Problem):
    """A value, word or reference is not of the form that is expected."""

    shape: IRI | None
    """The relation or attribute whose rule does not hold, where it is about one."""


@dataclass(frozen=True, slots=True)
class Conflict(Problem):
    """It is well formed, and does not go with what is recorded."""

    current: Entity | None
    """The entity that stands against it, as it is now."""


PROBLEMS: Final = (NotFound, Invalid, Conflict)


def problem_of(error: errors.ThreadError, reading: Reading, path: tuple[str, ...] = ()) -> Problem:
    """An error as data.

    Args:
        path: the argument that it is about, where the error does not say.
    """
    fields: Mapping[str, Any] = error.fields
    place = [str(step) for step in fields.get("place", path)]
    code = wire_code(error.code)
    if isinstance(error, errors.NotFound):
        return NotFound(ProblemCode.NOT_FOUND, error.message, error.hint, place, str(fields.get("ref", "")))
    if isinstance(error, errors.ConflictError):
        known = ProblemCode(code) if code in ProblemCode.__members__ else ProblemCode.CONFLICT
        current = fields.get("current")
        node = -1 if current is None else reading.find(current)
        return Conflict(known, error.message, error.hint, place, None if node < 0 else reading.entity(node))
    known = ProblemCode(code) if code in ProblemCode.__members__ else ProblemCode.INVALID
    shape = fields.get("shape")
    return Invalid(known, error.message, error.hint, place, None if shape is None else IRI(shape))


def publish_problems(namespace: Namespace) -> None:
    """The interface and its types, put into a schema's namespace."""
    fields = members(Problem)
    body = {"resolve_type": lambda value, _info, _abstract: type(value).__name__}
    base = define("Problem", sentence(Problem.__doc__), fields, namespace, interface=True, body=body)
    for cls in PROBLEMS:
        publish(cls, namespace, bases=(base,))
