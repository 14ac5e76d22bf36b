"""What does the service serve? GraphQL, its page, health, readiness and metrics, behind one row of guards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from thread.api.auth import HostGuard
from thread.api.bodies import Bodies
from thread.api.engine import Engine
from thread.api.errors import STATUS, wire_error
from thread.api.graphiql import graphiql_routes
from thread.api.http import MIN_REVISION, Endpoint
from thread.api.observe import Metrics, Observe
from thread.api.sparql import PATH as SPARQL
from thread.api.sparql import REVISION, TRUNCATED, Sparql
from thread.errors import InputError, NotFound, ThreadError

if TYPE_CHECKING:
    from starlette.requests import Request

    from thread.service.service import Service

PATH: Final = "/graphql"


def create_app(service: Service) -> Starlette:
    """The ASGI application of a service. The caller checks the address first: ``auth.require_safe_binding``."""
    settings = service.settings
    engine = Engine(service)
    endpoint = Endpoint(engine)
    metrics = Metrics(service)
    sparql = Sparql(service)

    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        try:
            info = await run_in_threadpool(service.info)
        except ThreadError as error:
            return JSONResponse({"status": "unavailable", "errors": [wire_error(error)]}, status_code=503)
        return JSONResponse({"status": "ready", "revision": str(info.revision.ordinal), "backend": info.backend})

    async def measured(_request: Request) -> Response:
        text = await run_in_threadpool(metrics.text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def home(_request: Request) -> Response:
        return RedirectResponse("/graphiql")

    routes: list[Route | WebSocketRoute] = [
        Route("/", home),
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/metrics", measured),
        Route(PATH, endpoint),
        WebSocketRoute(PATH, endpoint),
        Route(SPARQL, sparql.__call__, methods=["GET", "POST"]),
        *graphiql_routes(),
    ]
    known = frozenset(route.path for route in routes)
    guards = [
        Middleware(Observe, metrics=metrics, routes=known),
        Middleware(HostGuard, hosts=settings.allowed_hosts, origins=settings.allowed_origins),
        Middleware(
            CORSMiddleware,
            allow_origins=list(settings.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "x-request-id", MIN_REVISION],
            expose_headers=["x-request-id", "thread-version", REVISION, TRUNCATED],
        ),
        Middleware(Bodies, limit=settings.max_body_bytes, deadline=settings.send_deadline_ms / 1000),
    ]
    app = Starlette(routes=routes, middleware=guards, exception_handlers={404: _not_found, 405: _not_allowed})
    app.state.engine, app.state.sparql = engine, sparql
    return app


async def _not_found(request: Request, _error: Exception) -> Response:
    error = NotFound(f"Nothing is served at {request.url.path[:200]}.", hint=f"GraphQL is at {PATH}.")
    return JSONResponse({"errors": [wire_error(error)]}, status_code=STATUS[error.code])


async def _not_allowed(request: Request, error: Exception) -> Response:
    problem = InputError(f"{request.method} is not answered at {request.url.path[:200]}.", code="bad-query")
    headers = getattr(error, "headers", None)
    return JSONResponse({"errors": [wire_error(problem)]}, status_code=405, headers=headers)
