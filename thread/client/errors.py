"""What can go wrong for a client? A request that is refused, a change that cannot be done, a server that is not there.

ClientError
├── Refused       the request as a whole: not valid, too costly, a fault; ``errors`` has all of them
├── Problem       a change that cannot be done, as data of the answer: not found, invalid, in conflict
└── Unavailable   no answer came: no server, too late, or again and again 502, 503, 504
"""

from collections.abc import Mapping, Sequence
from typing import Any


class ClientError(Exception):
    """Anything that goes wrong: a stable code of the service, a sentence, and what to do next."""

    def __init__(self, message: str, *, code: str, hint: str | None = None) -> None:
        self.message, self.code, self.hint = message, code, hint
        super().__init__(f"{code}: {message}" + (f" {hint}" if hint else ""))


class Refused(ClientError):
    """The service did not answer the request, or not all of it."""

    def __init__(self, errors: Sequence[Mapping[str, Any]], data: Mapping[str, Any] | None, status: int) -> None:
        self.errors, self.data, self.status = tuple(errors), data, status
        """All errors as they were sent; what was answered nevertheless; the HTTP status."""
        first = self.errors[0] if self.errors else {}
        said = first.get("extensions") or {}
        self.request_id: str | None = said.get("requestId")
        """Of a fault: what the operator finds in the log."""
        super().__init__(
            str(first.get("message", f"The server answered {status}.")),
            code=str(said.get("code", "BAD_QUERY")),
            hint=said.get("hint"),
        )


class Problem(ClientError):
    """A change that cannot be done; nothing was written."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.kind = str(said.get("__typename", "Problem"))
        """NotFound, Invalid or Conflict."""
        self.path: tuple[str, ...] = tuple(said.get("path", ()))
        """The argument that it is about."""
        self.current: Mapping[str, Any] | None = said.get("current")
        """Of a conflict: the entity that stands against it, as it is now."""
        super().__init__(str(said.get("message", "")), code=str(said.get("code", "INVALID")), hint=said.get("hint"))


class Unavailable(ClientError):
    """No answer came. A change may have been done all the same: send it again with the same request id."""

    def __init__(self, message: str, hint: str | None = "Is the server running?") -> None:
        super().__init__(message, code="UNAVAILABLE", hint=hint)
