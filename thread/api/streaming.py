"""How is an operation answered over a stream? Subscriptions event by event, queries and mutations by one result.

What the transports of the library ask of a schema; reading, pricing and shape are the engine's, as for any request.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError, subscribe
from starlette.concurrency import run_in_threadpool
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from thread.api.documents import Bill, Refused
from thread.api.engine import ANSWERED_AT_ONCE, Root, finished
from thread.api.scope import Scope
from thread.errors import InputError

if TYPE_CHECKING:
    from thread.api.engine import Engine

_ALL: Final = frozenset(OperationType)


class Streams:
    """Stands where the transports expect a schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def stream(
        self,
        query: Any,
        variable_values: Any = None,
        context_value: Any = None,
        root_value: Any = None,  # noqa: ARG002  the library's signature
        operation_name: Any = None,
        operation_extensions: Any = None,  # noqa: ARG002
        allowed_operation_types: Collection[OperationType] | None = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The results of an operation; ``context_value`` is the id of the request."""
        allowed = _ALL if allowed_operation_types is None else frozenset(allowed_operation_types)
        return self._results(query, variable_values, operation_name, str(context_value), allowed)

    async def _results(
        self, query: Any, variables: Any, operation: Any, request_id: str, allowed: frozenset[OperationType]
    ) -> AsyncGenerator[ExecutionResult, None]:
        began, bill, engine = time.perf_counter(), self._engine.documents.bill(), self._engine

        def refused(errors: list[GraphQLError]) -> ExecutionResult:
            result = PreExecutionError(None, errors)
            return finished(result, engine.service.info().revision.ordinal, bill, request_id, began)

        try:
            refuse_types(query, variables, operation)
            given = dict(variables or {})
            prepared = await run_in_threadpool(engine.prepare, query, given, operation or None, allowed, bill)
        except Refused as error:
            yield refused(error.errors)
            return
        except InputError as error:
            yield refused([GraphQLError(str(error), original_error=error)])
            return
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError) as error:
            reason = InputError(_reason(error), code="bad-query")
            yield refused([GraphQLError(str(reason), original_error=reason)])
            return
        if OperationType(prepared.operation.operation.value) in ANSWERED_AT_ONCE:
            yield await run_in_threadpool(
                engine.execute,
                query,
                given,
                operation or None,
                request_id=request_id,
                allowed=allowed & ANSWERED_AT_ONCE,
            )
            return
        root = Root(Scope(engine.service, engine.vocabulary), engine.feeds)
        found = subscribe(
            engine.schema._schema,
            prepared.document,
            root_value=root,
            variable_values=given,
            operation_name=operation or None,
        )
        source = await found if isawaitable(found) else found
        if not isinstance(source, AsyncIterator):
            yield refused(source.errors or [])
            return
        async with aclosing(self._events(source, bill, request_id)) as events:
            async for result in events:
                yield result

    async def _events(
        self, source: AsyncIterator[Any], bill: Bill, request_id: str
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The results of a subscription; a source that fails ends the stream with the error, in shape."""
        service = self._engine.service
        try:
            while True:
                try:
                    event = await anext(source)
                except StopAsyncIteration:
                    return
                except Exception as error:  # shape logs it and shows none of it
                    failed = ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
                    yield finished(failed, service.info().revision.ordinal, bill, request_id, time.perf_counter())
                    return
                began = time.perf_counter()
                result = ExecutionResult(event.data, event.errors)
                yield finished(result, service.info().revision.ordinal, bill, request_id, began)
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()


def refuse_types(query: Any, variables: Any, operation: Any) -> None:
    """Refuse what is no request: messages of a WebSocket are not looked at before.

    Raises:
        InputError: ``bad-query``.
    """
    if variables is not None and not isinstance(variables, dict):
        raise InputError("variables must be an object.", code="bad-query")
    for name, value in (("query", query), ("operationName", operation)):
        if value is not None and not isinstance(value, str):
            raise InputError(f"{name} must be a string.", code="bad-query")


def _reason(error: Exception) -> str:
    if isinstance(error, CannotGetOperationTypeError):
        return error.as_http_error_reason()
    if isinstance(error, InvalidOperationTypeError):
        return error.as_http_error_reason("this transport")
    return "No GraphQL query found in the request."
