"""How is one GraphQL operation answered? In any thread, from one view, with its errors in shape."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import strawberry
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from thread.api.errors import shape
from thread.api.mutations import Mutation
from thread.api.queries import Query
from thread.api.schema import build_schema, vocabulary_of
from thread.api.scope import Scope

if TYPE_CHECKING:
    from thread.service.service import Service

_ALL: Final = frozenset(OperationType)


class Root(Query, Mutation):
    """What the root fields of one request are asked of."""

    __slots__ = ()


class Engine:
    """The schema of a service's ontology and what answers it. Safe in any thread."""

    __slots__ = ("schema", "service", "vocabulary")

    def __init__(self, service: Service) -> None:
        self.service = service
        self.vocabulary = vocabulary_of(service.ontology)
        self.schema: strawberry.Schema = build_schema(service.ontology, self.vocabulary, service.settings.max_tokens)

    def execute(
        self,
        document: str | None,
        variables: Mapping[str, Any] | None = None,
        operation: str | None = None,
        *,
        request_id: str = "local",
        allowed: Iterable[OperationType] = _ALL,
    ) -> ExecutionResult:
        """The answer to an operation: data, errors in shape, and revision and time in ``extensions``.

        Cost: runs to its end in the calling thread; a budget or deadline makes the answer partial.
        """
        began = time.perf_counter()
        scope = Scope(self.service, self.vocabulary)
        result = self.schema.execute_sync(
            document,
            variable_values=dict(variables or {}),
            root_value=Root(scope),
            operation_name=operation,
            allowed_operation_types=allowed,
        )
        if result.errors:
            result.errors = shape(result.errors, request_id)
        elapsed = round((time.perf_counter() - began) * 1000, 3)
        result.extensions = {"revision": str(scope.revision), "elapsedMs": elapsed, "requestId": request_id}
        return result


def is_request_error(result: ExecutionResult) -> bool:
    """True if nothing was executed: the document or its variables were refused."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
