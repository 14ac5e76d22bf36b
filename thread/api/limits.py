"""How large may a request be? Body, document, tokens; run-time budgets are the service's, list entries the scope's."""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson
from graphql import DocumentNode, FieldNode, Node
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

from thread.api.errors import STATUS, wire_error
from thread.errors import LimitError

MAX_SOURCE: Final = 200_000
"""Characters of a GraphQL document."""
MAX_COMMENTS: Final = 1_000
MAX_INTROSPECTIONS: Final = 5
"""``__schema`` and ``__type`` in one document; tools ask once or twice."""
CACHED_DOCUMENTS: Final = 128
CACHED_SOURCE: Final = 4_096
"""Characters of the longest document that is cached."""


class DocumentLimits(SchemaExtension):
    """Bounds what the parser reads; made anew for each request by ``document_limits``."""

    def __init__(self, max_tokens: int) -> None:
        self._max_tokens = max_tokens

    def on_validate(self) -> Iterator[None]:
        """Refuse a document that asks for the schema again and again: introspection knows no budget."""
        document = self.execution_context.graphql_document
        if document is not None and _introspections(document) > MAX_INTROSPECTIONS:
            raise LimitError(
                f"The document asks for the schema more than {MAX_INTROSPECTIONS} times.",
                code="too-costly",
                hint="Ask for __schema once.",
            )
        yield

    def on_operation(self) -> Iterator[None]:
        """Set the parser's own limits."""
        self.execution_context.parse_options.update(  # type: ignore[call-arg]  # graphql-core 3.3 knows these
            max_lexical_tokens=self._max_tokens, max_source_length=MAX_SOURCE, max_comments=MAX_COMMENTS
        )
        yield


class SmallParserCache(ParserCache):
    """Keeps parsed documents, if they are short: large ones would let a stranger fill the memory."""

    def __init__(self) -> None:
        super().__init__(maxsize=CACHED_DOCUMENTS)

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or parse it into the cache."""
        if len(self.execution_context.query or "") > CACHED_SOURCE:
            yield
        else:
            yield from super().on_parse()


class SmallValidationCache(ValidationCache):
    """Keeps what validation found, for the same documents."""

    def __init__(self) -> None:
        super().__init__(maxsize=CACHED_DOCUMENTS)

    def on_validate(self) -> Iterator[None]:
        """Take the verdict from the cache, or validate into the cache."""
        if len(self.execution_context.query or "") > CACHED_SOURCE:
            yield
        else:
            yield from super().on_validate()


def _introspections(document: DocumentNode) -> int:
    found, waiting = 0, [selection for definition in document.definitions for selection in _inside(definition)]
    while waiting:
        node = waiting.pop()
        found += isinstance(node, FieldNode) and node.name.value in ("__schema", "__type")
        waiting.extend(_inside(node))
    return found


def _inside(node: Node) -> Sequence[Node]:
    chosen = getattr(node, "selection_set", None)
    return chosen.selections if chosen is not None else ()


class BodyLimit:
    """Refuses a request body above the limit, by its declared length or while it is read."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            await self._refuse(send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                await self._refuse(send)
                return
        await self._app(scope, _replay(bytes(body), receive), send)

    async def _refuse(self, send: Send) -> None:
        error = LimitError(
            f"The request body is larger than {self._limit} bytes.",
            hint="Send less at once; THREAD_MAX_BODY_BYTES sets the limit.",
        )
        body = orjson.dumps({"errors": [wire_error(error)]})
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": STATUS[error.code], "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that was read, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again
