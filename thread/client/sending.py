"""How does a request get to the server and an answer back? On one connection; asked again where that is safe."""

import http.client
import json
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from thread.client.errors import Refused, Unavailable

_AGAIN: Final = frozenset({429, 502, 503, 504})
_LARGEST: Final = 1 << 30
"""Bytes of an answer; a server that sends more is not ours."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to ask again."""

    connect_seconds: float = 5.0
    read_seconds: float = 60.0
    attempts: int = 4
    """In all. Only what may be sent twice is: questions, and changes, which carry a request id."""
    first_pause_seconds: float = 0.2
    """Doubled each time, and shortened at random by up to a half, so that clients do not come back all at once."""
    longest_pause_seconds: float = 5.0


class Sender:
    """Sends GraphQL requests to one address. Threads take turns on its one connection."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        patience: Patience,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not an http address; give http://host:port.")
        self._https, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self.path = parts.path if parts.path.strip("/") else "/graphql"
        self.url = f"{parts.scheme}://{parts.netloc}{self.path}"
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json, application/json;q=0.9",
            **headers,
        }
        self._patience, self._sleep, self._chance = patience, sleep, chance
        self._turn, self._connection = threading.Lock(), None  # type: tuple[threading.Lock, http.client.HTTPConnection | None]

    def send(
        self, document: str, variables: Mapping[str, Any], operation: str | None, *, twice: bool
    ) -> dict[str, Any]:
        """The answer of the server: data and extensions.

        Args:
            twice: the request may be sent again where it is not known what became of it.
        Raises:
            Refused: the server refused it. Unavailable: no answer came.
        """
        body = {"query": document, "variables": dict(variables)}
        raw = json.dumps(body | ({"operationName": operation} if operation else {}), allow_nan=False).encode()
        for attempt in range(1, self._patience.attempts + 1):
            last = attempt == self._patience.attempts or not twice
            try:
                status, text, wait = self._once(raw)
            except (OSError, http.client.HTTPException) as error:
                if last:
                    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
                    raise Unavailable(f"{self.url} does not answer: {reason}.") from error
                wait = None
            else:
                if status not in _AGAIN or last:
                    return self._answer(status, text)
            self._sleep(self._pause(attempt, wait))
        raise AssertionError("the last attempt answers or raises")

    def _once(self, raw: bytes) -> tuple[int, bytes, str | None]:
        with self._turn:
            try:
                connection = self._connection or self._connect()
                connection.request("POST", self.path, raw, self._headers)
                response = connection.getresponse()
                text = response.read(_LARGEST + 1)
            except BaseException:
                self._drop()
                raise
            if len(text) > _LARGEST or response.will_close:
                self._drop()
            return response.status, text, response.headers.get("Retry-After")

    def _connect(self) -> http.client.HTTPConnection:
        patience = self._patience
        if self._https:
            context = ssl.create_default_context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=patience.connect_seconds, context=context
            )
        else:
            made = http.client.HTTPConnection(self._host, self._port, timeout=patience.connect_seconds)
        made.connect()
        made.sock.settimeout(patience.read_seconds)
        made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = made
        return made

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _answer(self, status: int, text: bytes) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except ValueError as error:
            raise Unavailable(f"{self.url} answers {status}, and not in JSON.", "Is this the right address?") from error
        if not isinstance(found, dict) or not ("data" in found or "errors" in found):
            raise Unavailable(f"{self.url} answers {status}, and not as GraphQL does.", "Is this the right address?")
        if found.get("errors"):
            raise Refused(found["errors"], found.get("data"), status)
        return found

    def _pause(self, attempt: int, wait: str | None) -> float:
        longest = self._patience.longest_pause_seconds
        if wait is not None and wait.isdigit():
            return min(float(wait), longest)
        pause = min(self._patience.first_pause_seconds * 2.0 ** (attempt - 1), longest)
        return pause * (1 - self._chance() / 2)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        with self._turn:
            self._drop()
