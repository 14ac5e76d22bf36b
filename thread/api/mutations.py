"""What can be changed? The fields of Mutation: a command each, carried out once for each request id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from thread.api.ending import EndInput, EndPayload, RetractInput, RetractPayload, end_command, retract_command
from thread.api.orders import (
    CloseWorkOrderInput,
    CloseWorkOrderPayload,
    OpenWorkOrderInput,
    OpenWorkOrderPayload,
    close_command,
    open_command,
)
from thread.api.parts import (
    InstallComponentInput,
    InstallComponentPayload,
    RecordFailureInput,
    RecordFailurePayload,
    RemoveComponentInput,
    RemoveComponentPayload,
    failure_command,
    install_command,
    remove_command,
)
from thread.api.problems import problem_of
from thread.api.upsert import UpsertInput, UpsertPayload, upsert_command
from thread.errors import ConflictError, InputError, NotFound

if TYPE_CHECKING:
    from thread.api.problems import Problem
    from thread.api.scope import Scope
    from thread.service.commands import Command

    UpsertResult = UpsertPayload | Problem
    InstallComponentResult = InstallComponentPayload | Problem
    RemoveComponentResult = RemoveComponentPayload | Problem
    RecordFailureResult = RecordFailurePayload | Problem
    EndResult = EndPayload | Problem
    RetractResult = RetractPayload | Problem
    OpenWorkOrderResult = OpenWorkOrderPayload | Problem
    CloseWorkOrderResult = CloseWorkOrderPayload | Problem


P = TypeVar("P")


class Mutation:
    """Changes to the thread, each one revision or nothing. A repeated request id answers the same and changes nothing. What cannot be done is told as a problem, not as an error."""  # noqa: E501  one paragraph is one description

    __slots__ = ()
    _scope: Scope

    def upsert(self, input_: UpsertInput) -> UpsertResult:
        """Make entities and links so: new ones are described, others changed where they differ. What differs not is not said again."""  # noqa: E501  one paragraph is one description
        return _done(self._scope, lambda: upsert_command(input_, self._scope.vocabulary), UpsertPayload)

    def install_component(self, input_: InstallComponentInput) -> InstallComponentResult:
        """A component comes into a position; what was there goes out at the same instant."""
        return _done(self._scope, lambda: install_command(input_, self._scope), InstallComponentPayload)

    def remove_component(self, input_: RemoveComponentInput) -> RemoveComponentResult:
        """A component leaves its position."""
        return _done(self._scope, lambda: remove_command(input_, self._scope), RemoveComponentPayload)

    def record_failure(self, input_: RecordFailureInput) -> RecordFailureResult:
        """Something failed: a failure event is made."""
        return _done(self._scope, lambda: failure_command(input_, self._scope), RecordFailurePayload)

    def open_work_order(self, input_: OpenWorkOrderInput) -> OpenWorkOrderResult:
        """Work is planned: a work order is made."""
        return _done(self._scope, lambda: open_command(input_, self._scope), OpenWorkOrderPayload)

    def close_work_order(self, input_: CloseWorkOrderInput) -> CloseWorkOrderResult:
        """Work is done, or will not be."""
        return _done(self._scope, lambda: close_command(input_, self._scope), CloseWorkOrderPayload)

    def end(self, input_: EndInput) -> EndResult:
        """An entity is no more, and with it every link that it has; or single links and values of it are not. The past stays."""  # noqa: E501  one paragraph is one description
        return _done(self._scope, lambda: end_command(input_, self._scope), EndPayload)

    def retract(self, input_: RetractInput) -> RetractResult:
        """Facts, or all that a run said, were never so; what was believed until now stays as of then."""
        return _done(self._scope, lambda: retract_command(input_, self._scope), RetractPayload)


def _done(scope: Scope, command: Callable[[], Command], payload: Callable[..., P]) -> P | Problem:
    """The payload of a command that was carried out, else the problem. What follows reads the new revision."""
    try:
        outcome, result = scope.service.execute(command())
    except (NotFound, InputError, ConflictError) as error:
        scope.refresh()
        return problem_of(error, scope.reading(), ("input",))
    scope.refresh()
    return payload(scope.reading(), outcome, result)


UNIONS: Final[dict[str, tuple[str, str]]] = {
    "UpsertResult": ("UpsertPayload", "What an upsert did, or why nothing of it could be read."),
    "InstallComponentResult": ("InstallComponentPayload", "What came into a position, or why it may not."),
    "RemoveComponentResult": ("RemoveComponentPayload", "What left its position, or why it may not."),
    "RecordFailureResult": ("RecordFailurePayload", "The failure that was recorded, or why it may not be."),
    "EndResult": ("EndPayload", "What ended, or why it may not."),
    "RetractResult": ("RetractPayload", "What was taken back, or why it may not be."),
    "OpenWorkOrderResult": ("OpenWorkOrderPayload", "The order that was opened, or why it may not be."),
    "CloseWorkOrderResult": ("CloseWorkOrderPayload", "The order that was closed, or why it may not be."),
}
"""Name of each result: its payload, its description. The problems are members of all."""
