"""How does the service come up and go down? Settings, store, service and API, put together here and only here."""

import gc
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import orjson

from thread.config import Settings
from thread.errors import InputError, LimitError, StoreError, ThreadError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from uvicorn import Server

    from thread.api.sparql import Sparql
    from thread.service import Service

COMMIT: Final = "/internal/commit"
"""Where writing commands of this machine send their change sets; see docs/decisions/0004."""
SPARQL: Final = "/internal/sparql"
"""Where `thread sparql` of this machine sends its query, whether or not the settings turn SPARQL on for others."""
LARGEST_COMMIT: Final = 512 * 1024 * 1024
_GRACE_SECONDS: Final = 10
_TAKE_MS: Final = 60_000
_SWITCH_SECONDS: Final = 0.0005
Ready = Callable[[str], None]
"""Called with the address once the service listens."""


def serve(settings: Settings, ready: Ready | None = None) -> None:
    """Answer until SIGTERM or SIGINT; then finish what runs, and release the store.

    Raises:
        InputError: ``forbidden``: an address that is not loopback, while there is no authentication.
        StoreError: ``store-locked`` and the others of the store; ``unavailable``: the port is taken.
    """
    from thread.api.auth import require_safe_binding
    from thread.service import open_service

    require_safe_binding(settings.host)
    with closing(listen(settings.host, settings.port)) as listener, closing(open_service(settings)) as service:
        address, token = address_of(listener), secrets.token_urlsafe(32)
        server = server_of(application(service, token), settings)
        warm(service)
        settle()
        with _stopping(server):
            service.announce(address, token)
            if ready:
                ready(address)
            server.run(sockets=[listener])


def server_of(app: "Starlette", settings: Settings) -> "Server":
    """A server that cuts off what is slow, large or too many, and ends its streams when it is stopped."""
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    from thread.api.bodies import impatient

    class Stoppable(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.engine.feeds.close()  # a stream has no end that could be waited for
            await super().shutdown(sockets)

    # a thread that has long to compute lets the others go on ten times as often: they wait for hand-overs, not for it
    sys.setswitchinterval(_SWITCH_SECONDS)
    config = uvicorn.Config(
        app,
        http=impatient(H11Protocol, settings.send_deadline_ms / 1000),
        ws="websockets-sansio",
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,
        limit_concurrency=settings.max_connections,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return Stoppable(config)


def warm(service: "Service") -> None:
    """Ask one question of each sort without a deadline: the first start on a machine compiles for some seconds."""
    from thread.reasoning.answers import Budget
    from thread.reasoning.impact import ImpactQuery
    from thread.reasoning.lineage import LineageQuery
    from thread.reasoning.search import SearchQuery
    from thread.terms import UpperKind

    context = service.context(budget=Budget())
    service.search(context, SearchQuery("x"))
    for node in service.view(context).of_kind(UpperKind.ASSET)[:1].tolist():
        service.lineage(context, [node], LineageQuery()).hits()
        impact = service.impact(context, [node], ImpactQuery())
        impact.effects()
        impact.collisions()
        impact.new_single_points()
        impact.held_up_by_loop()


def settle() -> None:
    """Let the garbage collector never look again at what lives as long as the server.

    A full collection over schema and ontology takes 145 ms (tests/bench/hostile.py), and stops every answer.
    """
    gc.collect()
    gc.freeze()


def application(service: "Service", token: str) -> "Starlette":
    """The API with the two further routes that the commands of this machine need."""
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route

    from thread.api.app import create_app

    async def commit(request: "Request") -> "Response":
        return await _commit(request, service, token)

    api = create_app(service)

    async def sparql(request: "Request") -> "Response":
        return await _sparql(request, api.state.sparql, token)

    app = Starlette(
        routes=[Route(COMMIT, commit, methods=["POST"]), Route(SPARQL, sparql, methods=["POST"]), Mount("/", api)]
    )
    app.state.engine = api.state.engine
    return app


async def _commit(request: "Request", service: "Service", token: str) -> "Response":
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse

    from thread.facts.wire import decode_change_set

    if not _is_ours(request, token):
        return _not_ours()
    try:
        body = await _body(request)
        outcome = await run_in_threadpool(lambda: service.commit(decode_change_set(body)))
    except ThreadError as error:
        return _refused(error)
    return JSONResponse(
        {
            "ordinal": outcome.revision.ordinal,
            "recorded_at": outcome.revision.recorded_at,
            "digest": outcome.revision.digest,
            "effective": outcome.effective,
            "repeated": outcome.repeated,
            "counts": outcome.counts,
        }
    )


async def _sparql(request: "Request", asked: "Sparql", token: str) -> "Response":
    from starlette.responses import JSONResponse

    from thread.service.sparql import SparqlQuestion

    if not _is_ours(request, token):
        return _not_ours()
    try:
        found = asdict(await asked.ask(SparqlQuestion(**orjson.loads(await _body(request)))))
    except (ValueError, TypeError):
        return _refused(InputError("That is no question as `thread sparql` sends it."))
    except ThreadError as error:
        return _refused(error)
    found["answer"]["body"] = found["answer"]["body"].decode()
    return JSONResponse(found)


def _is_ours(request: "Request", token: str) -> bool:
    """True for a command of this machine whose user may read the lock file."""
    from thread.api.auth import is_loopback

    given = request.headers.get("authorization", "")
    return is_loopback(request.client.host if request.client else "") and _same(given, f"Bearer {token}")


def _not_ours() -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse({"code": "forbidden", "message": "This address is for commands of this machine."}, 403)


def _refused(error: ThreadError) -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse({"code": error.code, "message": error.message, "hint": error.hint}, 409)


async def _body(request: "Request") -> bytes:
    collected = bytearray()
    async for chunk in request.stream():
        collected += chunk
        if len(collected) > LARGEST_COMMIT:
            raise LimitError(f"The change set is larger than {LARGEST_COMMIT:,} bytes.", hint="Import it in pieces.")
    return bytes(collected)


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on.

    Raises:
        StoreError: ``unavailable``: the port is taken.
    """
    family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # with its protocol named asyncio sets TCP_NODELAY; without, each answer waits 40 ms for a delayed ACK
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # who takes nothing of what is sent is dropped by the system
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _TAKE_MS)
        listener.bind(where)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise StoreError(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            code="unavailable",
            hint="Choose another with --port; 0 takes a free one.",
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopping(server: "Server") -> Iterator[None]:
    """End the server, not the process, on SIGTERM and SIGINT, from before it runs until the store is closed.

    uvicorn listens to signals only while it runs, and raises the one that stopped it once more afterwards.
    """

    def stop(_number: int, _frame: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
