"""How is SPARQL answered where no server holds the store? It is held only until a copy of the graph is made."""

import time
from contextlib import ExitStack
from typing import Final

from thread.config import Settings
from thread.errors import StoreError
from thread.service.opening import open_service
from thread.service.service import Service
from thread.service.sparql import SparqlAnswer, SparqlQuestion, answer_from

_LOCK_SECONDS: Final = 5.0
_LOCK_NAP: Final = 0.1


def sparql_alone(settings: Settings, question: SparqlQuestion) -> SparqlAnswer:
    """The answer of a store that no server holds: it is held only until the copy is made.

    Raises:
        StoreError: ``store-locked``: another process writes to it, and goes on for some seconds.
    """
    with ExitStack() as kept:
        service = _open(settings)
        try:
            copy = kept.enter_context(service.graph_copy(service.context()))
        finally:
            service.close()
        return answer_from(copy, question, settings)


def _open(settings: Settings) -> Service:
    until = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return open_service(settings)
        except StoreError as error:
            if error.code != "store-locked" or error.fields.get("address") or time.monotonic() > until:
                raise
            time.sleep(_LOCK_NAP)  # another query makes its copy, in less than a second
