"""How is one GraphQL operation answered? In any thread, from one view, with its errors in shape."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from thread.api.documents import Bill, Documents, Prepared, Refused
from thread.api.errors import shape
from thread.api.mutations import Mutation
from thread.api.queries import Query
from thread.api.schema import build_schema, vocabulary_of
from thread.api.scope import Scope
from thread.api.selections import Operation
from thread.api.subscriptions import Feeds, Subscription
from thread.errors import ThreadError

if TYPE_CHECKING:
    from thread.service.service import Service

ANSWERED_AT_ONCE: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


class Root(Query, Mutation, Subscription):
    """What the root fields of one request are asked of."""

    __slots__ = ("_feeds",)

    def __init__(self, scope: Scope, feeds: Feeds) -> None:
        super().__init__(scope)
        self._feeds = feeds


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of an operation before it is executed."""

    verdict: Prepared | Refused
    bill: Bill


class Engine:
    """The schema of a service's ontology and what answers it. Safe in any thread."""

    __slots__ = ("compiled", "documents", "feeds", "schema", "service", "vocabulary")

    def __init__(self, service: Service) -> None:
        self.service = service
        self.vocabulary = vocabulary_of(service.ontology)
        self.schema: strawberry.Schema = build_schema(service.ontology, self.vocabulary)
        self.documents = Documents(self.schema._schema, service.settings)
        self.feeds = Feeds(service)
        self.compiled = service.settings.compiled_selections
        """Whether queries are answered by plans where they can be."""

    def execute(
        self,
        document: str | None,
        variables: Mapping[str, Any] | None = None,
        operation: str | None = None,
        *,
        request_id: str = "local",
        allowed: Collection[OperationType] = ANSWERED_AT_ONCE,
        examined: Examined | None = None,
    ) -> ExecutionResult:
        """The answer to an operation: data, errors in shape, and revision, price and time in ``extensions``.

        Args:
            examined: what ``examine`` found of the same operation, where that was done before.
        Raises:
            MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError: there is nothing to answer.
        Cost: runs to its end in the calling thread; a budget or deadline makes the answer partial.
        """
        began = time.perf_counter()
        scope, given = Scope(self.service, self.vocabulary), dict(variables or {})
        found = examined or self.examine(document, given, operation, allowed)
        if isinstance(found.verdict, Refused):
            return finished(ExecutionResult(None, found.verdict.errors), scope.revision, found.bill, request_id, began)
        data = self._planned(found.verdict, Root(scope, self.feeds), given)
        if data is not None:
            return finished(ExecutionResult(data, None), scope.revision, found.bill, request_id, began)
        again = scope.again()
        result = self.schema.execute_sync(
            document,
            variable_values=given,
            context_value=found.verdict,
            root_value=Root(again, self.feeds),
            operation_name=operation,
            allowed_operation_types=allowed,
        )
        return finished(result, again.revision, found.bill, request_id, began)

    def examine(
        self,
        document: str | None,
        variables: Mapping[str, Any] | None,
        operation: str | None,
        allowed: Collection[OperationType] = ANSWERED_AT_ONCE,
    ) -> Examined:
        """Whether an operation may be executed, and its price; nothing is executed.

        Raises:
            MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError: there is nothing to answer.
        """
        bill = self.documents.bill()
        try:
            return Examined(self.prepare(document, variables or {}, operation, allowed, bill), bill)
        except Refused as refused:
            return Examined(refused, bill)

    def _planned(self, prepared: Prepared, root: Root, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """The data of the answer by the operation's plan; None where the normal executor is to give it."""
        operations = prepared.read.operations
        if operations is None or not self.compiled:
            return None
        name = prepared.operation.name.value if prepared.operation.name else ""
        planned = operations.get(name)
        if planned is None:
            attributes = self.vocabulary.attribute_fields
            planned = operations[name] = Operation(self.schema, attributes, prepared.document, prepared.operation)
        return planned.answer(root, variables)

    def prepare(
        self,
        document: str | None,
        variables: Mapping[str, Any],
        operation: str | None,
        allowed: Collection[OperationType],
        bill: Bill,
    ) -> Prepared:
        """An operation that may be executed; the price is written on the bill.

        Raises:
            Refused: it may not; the errors say why.
            MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError: there is nothing to answer.
        """
        if not document:
            raise MissingQueryError
        try:
            read = self.documents.read(document)
            chosen = get_operation_ast(read.document, operation)
            if chosen is None:
                raise CannotGetOperationTypeError(operation)
            kind = OperationType(chosen.operation.value)
            if kind not in allowed:
                raise InvalidOperationTypeError(kind)
            self.documents.check(read, chosen, variables, bill)
        except GraphQLError as error:
            raise Refused([error]) from error
        except (ThreadError, RecursionError) as error:
            raise Refused([GraphQLError(str(error), original_error=error)]) from error
        return Prepared(read, chosen)


def finished(result: ExecutionResult, revision: int, bill: Bill, request_id: str, began: float) -> ExecutionResult:
    """A result as clients may see it: its errors in shape, and what it cost."""
    if result.errors:
        result.errors = shape(result.errors, request_id)
    result.extensions = {
        "revision": str(revision),
        "cost": {"price": bill.price, "limit": bill.limit},
        "elapsedMs": round((time.perf_counter() - began) * 1000, 3),
        "requestId": request_id,
    }
    return result


def is_request_error(result: ExecutionResult) -> bool:
    """True if nothing was executed: the document or its variables were refused."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
