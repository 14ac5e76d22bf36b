"""How is a Neo4j server reached? Address and credentials, work that ends in time, foreign errors as ours.

The driver waits for an answer as long as the socket lives. Each piece of work therefore runs on a thread of its
own with a limit; a driver whose work overran is given up, and a new one is made for the next. All work may run
twice: a connection that is lost at the commit leaves the outcome unknown, so what writes carries its own key.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar, cast
from urllib.parse import unquote, urlsplit, urlunsplit

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable, SessionExpired, TransientError

from thread.errors import InputError, StoreError

T = TypeVar("T")
Rows = list[dict[str, Any]]
"""Records of a result; ``Any`` is what the driver gives."""

_CONNECT_SECONDS: Final = 2.0
_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long work is tried before it is answered with ``unavailable``; seconds."""

    work: float = 8.0
    """A transaction and its repetitions; the caller of large work adds to it."""
    lost: float = 3.0
    """While connections are refused or lost."""
    away: float = 2.0
    """Once, while the last work was in vain: an outage is not waited for again and again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and who asks; the password is never shown."""

    url: str
    """Without credentials and database."""
    database: str
    user: str
    password: str = field(repr=False)

    @classmethod
    def read(cls, address: str) -> "Address":
        """An address ``neo4j://user:password@host:port/database``, credentials also from the environment.

        Raises:
            InputError: ``bad-config``: no host, or no password.
        """
        parts = urlsplit(address)
        try:
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _bad("The address of Neo4j has no valid port.") from error
        if not host:
            raise _bad("The address of Neo4j names no host.")
        user, password = _from_environment()
        user, password = unquote(parts.username or "") or user, unquote(parts.password or "") or password
        if not password:
            raise _bad("There is no password for Neo4j.")
        shown = f"[{host}]" if ":" in host else host
        url = urlunsplit((parts.scheme, f"{shown}:{port or 7687}", "", parts.query, ""))
        return cls(url, unquote(parts.path.strip("/")) or "neo4j", user, password)

    def __str__(self) -> str:
        return f"{self.url}/{self.database}"


def _from_environment() -> tuple[str, str]:
    """User and password by the two variables, or by a file of ``user/password``, as the Neo4j image reads it."""
    file = os.environ.get("THREAD_NEO4J_AUTH_FILE")
    if file:
        try:
            user, _, password = Path(file).read_text("utf-8").strip().partition("/")
        except OSError as error:
            raise _bad(f"THREAD_NEO4J_AUTH_FILE cannot be read: {error.strerror}.") from error
        return user, password
    return os.environ.get("THREAD_NEO4J_USER", "neo4j"), os.environ.get("THREAD_NEO4J_PASSWORD", "")


def _bad(message: str) -> InputError:
    hint = "Write neo4j://host:7687/neo4j and set THREAD_NEO4J_USER and THREAD_NEO4J_PASSWORD."
    return InputError(message, code="bad-config", hint=hint)


class Work:
    """One transaction as its work sees it: statements with parameters, rows back."""

    def __init__(self, transaction: neo4j.Transaction) -> None:
        self._transaction = transaction

    def run(self, statement: str, **values: object) -> Rows:
        """All rows of a statement."""
        # Its type asks for literal texts, against values in statements: ours hold quoted names, values are parameters.
        return self._transaction.run(statement, values).data()


class Connection:
    """A database of a server. Any thread may use it; each piece of work is one transaction."""

    def __init__(self, address: Address, patience: Patience = Patience()) -> None:
        self.address, self.patience = address, patience
        self._guard = threading.Lock()
        self._driver: neo4j.Driver | None = None
        # On a cluster a read waits for the writes of this process: the server that answers may be another.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._closed = self._away = False

    def read(self, work: Callable[[Work], T], more: float = 0.0) -> T:
        """What some reading work gives; ``more`` is added to the patience, in seconds."""
        return self._within(work, neo4j.READ_ACCESS, self.patience.work + more)

    def write(self, work: Callable[[Work], T], more: float = 0.0) -> T:
        """What some writing work gives, once its transaction is committed. It may run several times.

        Raises:
            StoreError: ``unavailable``: the server did not answer in time, the outcome is unknown; ``store-failed``.
        """
        return self._within(work, neo4j.WRITE_ACCESS, self.patience.work + more)

    def define(self, statements: list[str]) -> None:
        """Run statements that make constraints and indexes where they are not there; each commits by itself."""
        for statement in statements:
            self.write(lambda work, text=statement: work.run(text), 60.0)  # type: ignore[misc]  # bound by the loop

    def close(self) -> None:
        """Release the connections; calling it twice is harmless."""
        with self._guard:
            self._closed = True
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _within(self, work: Callable[[Work], T], mode: str, seconds: float) -> T:
        began = time.monotonic()
        deadline = began + (min(seconds, self.patience.away) if self._away else seconds)
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            driver = self._open_driver()
            try:
                with self._errors():
                    given = self._attempt(driver, work, mode, max(deadline - time.monotonic(), 0.01))
            except _Again as again:
                limit = min(deadline, began + self.patience.lost) if again.lost else deadline
                if time.monotonic() + pause >= limit or self._away:
                    self._away = True
                    raise self._unavailable(str(again.__cause__ or again)) from again
            else:
                self._away = False
                return given
            time.sleep(pause)
        raise AssertionError("the deadline comes first")

    def _attempt(self, driver: neo4j.Driver, work: Callable[[Work], T], mode: str, seconds: float) -> T:
        answers: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

        def run() -> None:
            try:
                with (
                    driver.session(
                        database=self.address.database, default_access_mode=mode, bookmark_manager=self._bookmarks
                    ) as session,
                    session.begin_transaction(timeout=seconds + 1) as transaction,
                ):
                    given = work(Work(transaction))
                    transaction.commit()
                answers.put((True, given))
            except BaseException as error:
                answers.put((False, error))

        threading.Thread(target=run, name="neo4j", daemon=True).start()
        try:
            well, given = answers.get(timeout=seconds)
        except Empty:
            self._give_up(driver)
            raise _Again("no answer in time") from None
        if well:
            return cast(T, given)
        raise cast(BaseException, given)

    def _open_driver(self) -> neo4j.Driver:
        with self._guard:
            if self._closed:
                raise StoreError("The store is closed.", hint="Open it again.")
            if self._driver is None:
                self._driver = neo4j.GraphDatabase.driver(
                    self.address.url,
                    auth=(self.address.user, self.address.password),
                    connection_timeout=_CONNECT_SECONDS,
                    connection_acquisition_timeout=_CONNECT_SECONDS,
                    notifications_min_severity="OFF",
                    telemetry_disabled=True,
                    user_agent="digital-thread",
                )
            return self._driver

    def _give_up(self, driver: neo4j.Driver) -> None:
        with self._guard:
            if self._driver is driver:
                self._driver = None

        def end() -> None:
            with suppress(DriverError, Neo4jError, OSError):
                driver.close()

        threading.Thread(target=end, name="neo4j-closing", daemon=True).start()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except AuthError as error:
            raise StoreError(
                f"Neo4j at {self.address} refuses these credentials.",
                code="unavailable",
                hint="Set THREAD_NEO4J_USER and THREAD_NEO4J_PASSWORD.",
            ) from error
        except (DriverError, Neo4jError, OSError) as error:
            if not _passing(error):
                text = getattr(error, "message", None) or str(error)
                raise StoreError(f"Neo4j at {self.address} could not do it: {text}", hint="See its log.") from error
            again = _Again(str(error))
            again.lost = isinstance(error, OSError | ServiceUnavailable)
            raise again from error

    def _unavailable(self, why: str) -> StoreError:
        return StoreError(
            f"Neo4j at {self.address} does not answer: {why.splitlines()[0][:200] if why else 'no reason'}.",
            code="unavailable",
            hint="Send the same request again when it is back: it is applied once, whether or not it went through.",
        )


class _Again(Exception):
    """The same work may be tried again."""

    lost = False


def _passing(error: Exception) -> bool:
    """Whether trying again may help: a lost connection, a deadlock, a server that is coming up."""
    if isinstance(error, OSError | ServiceUnavailable | SessionExpired | TransientError):
        return True
    return isinstance(error, DriverError | Neo4jError) and error.is_retryable()
