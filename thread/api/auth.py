"""Who may call? Host and Origin on every request, loopback included; no open address without authentication.

Sign-in itself comes later: its place is here. Host and Origin are checked on loopback too, because a web page may
rebind its own name to 127.0.0.1 and would then be same-origin with this service.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from thread.api.errors import STATUS, wire_error
from thread.errors import InputError, ThreadError

EXIT_UNSAFE: Final = 78
"""Exit code (EX_CONFIG) of a server that would be open to others without authentication."""
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """True if only this machine can reach the address.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def require_safe_binding(host: str) -> None:
    """Refuse to serve an address that others can reach, as long as nothing authenticates them.

    Raises:
        InputError: ``forbidden``; the server ends with ``EXIT_UNSAFE``.
    """
    if not is_loopback(host):
        raise InputError(
            f"{host} can be reached from other machines, and no authentication is configured.",
            code="forbidden",
            hint="Listen on 127.0.0.1, and put a proxy that authenticates in front of it.",
        )


class HostGuard:
    """Refuses requests that name a host or come from a web origin that is not ours."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        problem = self._problem(Headers(scope=scope), scope)
        if problem is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            body = orjson.dumps({"errors": [wire_error(problem)]})
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": STATUS[problem.code], "headers": headers})
            await send({"type": "http.response.body", "body": body})

    def _problem(self, headers: Headers, scope: Scope) -> ThreadError | None:
        given = headers.getlist("host")
        host = given[0].lower() if len(given) == 1 else ""
        if not self._knows(host, scope):
            return InputError(
                f"This service does not answer as {host[:80]!r}.",
                code="forbidden",
                hint="Call it by a loopback name and its port, or add the name to THREAD_ALLOWED_HOSTS.",
            )
        origins = headers.getlist("origin")
        if not origins or (len(origins) == 1 and self._welcomes(origins[0], host)):
            return None
        return InputError(
            f"Pages of {' and '.join(origins)[:80]} may not call this service.",
            code="forbidden",
            hint="Add the origin to THREAD_ALLOWED_ORIGINS.",
        )

    def _welcomes(self, origin: str, host: str) -> bool:
        try:
            return urlsplit(origin).netloc.lower() == host or origin.lower() in self._origins
        except ValueError:
            return False

    def _knows(self, host: str, scope: Scope) -> bool:
        try:
            name, port = urlsplit(f"//{host}").hostname or "", urlsplit(f"//{host}").port
        except ValueError:
            return False
        if host in self._hosts or name in self._hosts:
            return True
        bound = scope["server"][1] if scope.get("server") else None
        return name in LOOPBACK_NAMES and (port if port is not None else 80) == bound
