"""What does a client see when something goes wrong? One shape on every wire; faults masked under a request id."""

import traceback
from collections.abc import Iterable
from typing import Any, Final

from graphql import GraphQLError, GraphQLSyntaxError

from thread.errors import ThreadError
from thread.logs import log_of

log: Final = log_of("thread.api")

STATUS: Final = {
    "forbidden": 403,
    "not-found": 404,
    "too-large": 413,
    "too-costly": 400,
    "timeout": 503,
    "store-locked": 503,
    "store-full": 503,
    "store-failed": 503,
    "unavailable": 503,
    "not-acceptable": 406,
    "unsupported": 501,
    "fault": 500,
}
"""HTTP status of a request that is refused as a whole; 400 where none is named."""
SPARQL_STATUS: Final = {**STATUS, "timeout": 504}
"""As above; 504, because the same query would take too long again."""


LONGEST: Final = 500
"""Characters of a message: the library's own repeat what was sent."""


def wire_code(code: str) -> str:
    """A code as GraphQL spells it.

    >>> wire_code("too-large")
    'TOO_LARGE'
    """
    return code.replace("-", "_").upper()


def wire_error(error: ThreadError, request_id: str | None = None) -> dict[str, Any]:
    """An error outside a GraphQL operation, in the shape of the ``errors`` list."""
    return {"message": error.message, "extensions": _extensions(error.code, error.hint, request_id)}


def shape(errors: Iterable[GraphQLError], request_id: str) -> list[GraphQLError]:
    """Errors of an operation as clients may see them; faults go to the log with their traceback."""
    return [_shape(error, request_id) for error in errors]


def _shape(error: GraphQLError, request_id: str) -> GraphQLError:
    cause = _cause(error)
    if isinstance(cause, ThreadError):
        if cause.code == "fault":
            return _fault(error, cause, request_id)
        plain = str(cause) in error.message or error.path is not None
        message = cause.message if plain else error.message
        return _like(error, message, _extensions(cause.code, cause.hint, None))
    if isinstance(cause, RecursionError):
        hint = "Nest fewer fields in each other."
        return _like(error, "The request is nested too deeply.", _extensions("too-costly", hint, None))
    if cause is None or isinstance(cause, GraphQLError):
        return _like(error, error.message, _extensions(_refusal(error), None, None) | (error.extensions or {}))
    return _fault(error, cause, request_id)


def _cause(error: GraphQLError) -> BaseException | None:
    """What really happened: the innermost error that is not GraphQL's own, else None."""
    found: BaseException | None = error
    while isinstance(found, GraphQLError):
        inner = found.original_error
        if inner is None and found is not error:
            return None
        found = inner
    return found


def _refusal(error: GraphQLError) -> str:
    # the parser's own limits: "Source contains more than …", "Document contains more than … tokens"
    if isinstance(error, GraphQLSyntaxError) and "contains more than" in error.message:
        return "too-large"
    return "bad-query"


def _fault(error: GraphQLError, cause: BaseException, request_id: str) -> GraphQLError:
    # as text: structlog's own rendering prints every local, arrays included
    trace = "".join(traceback.format_exception(cause))
    log.error("fault", request_id=request_id, path=error.path, traceback=trace)
    message = "The service failed to answer this part of the request."
    hint = "Tell the operator the request id; the log has the details."
    return _like(error, message, _extensions("fault", hint, request_id))


def _like(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    short = message if len(message) <= LONGEST else message[:LONGEST] + "…"
    return GraphQLError(
        short,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def _extensions(code: str, hint: str | None, request_id: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"code": wire_code(code)}
    if hint:
        found["hint"] = hint
    if request_id:
        found["requestId"] = request_id
    return found
