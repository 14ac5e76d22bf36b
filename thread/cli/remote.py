"""How do commands reach a server? Change sets and SPARQL to the one that holds the lock, GraphQL to any address."""

import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from thread.errors import CODES, StoreError, ThreadError

if TYPE_CHECKING:
    from thread.facts import ChangeSet
    from thread.service import Outcome
    from thread.service.sparql import SparqlAnswer, SparqlQuestion

_PATIENCE_SECONDS: Final = 600
"""A large import is one commit."""


def sender_to(directory: Path) -> "Callable[[ChangeSet], Outcome] | None":
    """What commits through the server that writes to a directory; None where no server does."""
    server = _server_of(directory)
    if server is None:
        return None
    address, token = server
    return lambda change_set: send(address, token, change_set)


def _server_of(directory: Path) -> tuple[str, str] | None:
    """Address and token of the server that writes to a directory."""
    from thread.stores.lock import owner

    found = owner(directory)
    if found is None or found.address is None or found.token is None:
        return None
    return found.address, found.token


def send(address: str, token: str, change_set: "ChangeSet") -> "Outcome":
    """Commit by the server at an address; errors are the server's own.

    Raises:
        StoreError: ``unavailable``: the server does not answer. The same command may be given again.
    """
    from thread.facts import Revision
    from thread.facts.wire import encode_change_set
    from thread.server import COMMIT
    from thread.service import Outcome

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    answer = _post(address + COMMIT, encode_change_set(change_set), headers)
    revision = Revision(answer["ordinal"], answer["recorded_at"], answer["digest"])
    return Outcome(revision, answer["effective"], answer["repeated"], answer["counts"])


def asker_of(directory: Path) -> "Callable[[SparqlQuestion], SparqlAnswer] | None":
    """What asks SPARQL of the server that writes to a directory; None where no server does."""
    server = _server_of(directory)
    if server is None:
        return None
    address, token = server
    return lambda question: ask_sparql(address, token, question)


def ask_sparql(address: str, token: str, question: "SparqlQuestion") -> "SparqlAnswer":
    """The answer of a server to a SPARQL query; errors are the server's own.

    Raises:
        StoreError: ``unavailable``: the server does not answer.
    """
    from dataclasses import asdict

    from thread.server import SPARQL
    from thread.service.sparql import SparqlAnswer
    from thread.worker.querying import Answer

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    said = _post(address + SPARQL, json.dumps(asdict(question)).encode(), headers)
    answer = said["answer"]
    return SparqlAnswer(Answer(**{**answer, "body": answer["body"].encode()}), said["ordinal"], said["instant"])


def ask(url: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The GraphQL answer of a server.

    Raises:
        StoreError: ``unavailable``: it does not answer, or not as GraphQL does.
    """
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json, application/json"}
    return _post(url, body, headers)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    request = Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310  our own or the user's URL
    if request.type not in ("http", "https"):
        raise StoreError(f"{url} is not an http address.", code="unavailable", hint="Give http://host:port/graphql.")
    # A proxy of the environment is not asked: the token stays on this machine.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=_PATIENCE_SECONDS) as response:
            answer = json.loads(response.read())
    except HTTPError as error:
        answer = _refusal(url, error)
    except (URLError, OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ConnectionResetError | BrokenPipeError | HTTPException):  # it was there, and went away
            raise StoreError(
                f"{url} ended before it answered.",
                code="unavailable",
                hint="Start it again, then give the command again: what was done already is not done twice.",
            ) from error
        raise StoreError(
            f"{url} does not answer: {reason}.", code="unavailable", hint="Is the server running?"
        ) from error
    if not isinstance(answer, dict):
        raise StoreError(f"{url} does not answer as expected.", code="unavailable", hint="Is this the right address?")
    return answer


def _refusal(url: str, error: HTTPError) -> dict[str, Any]:
    """The answer within an HTTP error where it is GraphQL's, else the error that it tells of."""
    try:
        answer = json.loads(error.read())
    except ValueError:
        answer = None
    if isinstance(answer, dict) and "errors" in answer:
        return answer
    if isinstance(answer, dict) and answer.get("code") in CODES:
        raise ThreadError(str(answer.get("message")), code=answer["code"], hint=answer.get("hint")) from error
    raise StoreError(f"{url} answers {error.code} {error.reason}.", code="unavailable", hint="Is it ours?") from error
