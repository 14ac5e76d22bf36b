"""How is a SPARQL query answered? A copy of the graph is made for it, and a process of its own reads that."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from thread.clock import Instant
from thread.config import Settings
from thread.errors import InputError, StoreError
from thread.facts import Triple
from thread.ontology.model import Ontology
from thread.service.context import Context
from thread.service.following import GraphFollower
from thread.stores.base import Capability, CopiedGraph, Store
from thread.terms import RDFS, EntityId
from thread.worker import Limits
from thread.worker.querying import GRAPHS, SOLUTIONS, Answer, Caps, ask

FOLDER: Final = "sparql"
"""In the store's directory: the copies that are being read, each under the process that made it."""
_LEAST_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class SparqlQuestion:
    """A query, and the media types in which an answer of each sort will do; None: none will."""

    query: str
    solutions: str | None = next(iter(SOLUTIONS))
    triples: str | None = next(iter(GRAPHS))


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """An answer, and the state of the graph that it is of."""

    answer: Answer
    ordinal: int
    instant: Instant


@dataclass(frozen=True, slots=True)
class GraphCopy:
    """A copy of the graph that nobody writes to."""

    path: Path
    ordinal: int
    instant: Instant
    until: float
    """The ``time.monotonic()`` at which whoever asks for it has waited long enough."""


@contextmanager
def graph_copy(
    store: Store, follower: GraphFollower, context: Context, settings: Settings, ontology: Ontology
) -> Iterator[GraphCopy]:
    """A copy of the graph as of the context's revision or a later one, gone when the reader leaves.

    Beside the facts it says which kind and relation is a sort of which, so that ``a/rdfs:subClassOf*`` finds them.

    Raises:
        InputError: ``invalid``: another time than now is asked for.
        StoreError: ``unsupported``: the store has no graph for SPARQL; ``unavailable``: the graph does not follow.
    """
    if not context.live:
        raise InputError("SPARQL shows the present state only.", hint="GraphQL and the commands take other times.")
    directory, graph = settings.directory, store.graph
    if directory is None or Capability.SPARQL not in store.capabilities or not isinstance(graph, CopiedGraph):
        raise StoreError(
            "This store has no SPARQL: the capability belongs to stores in a directory.",
            code="unsupported",
            hint="`thread copy DIR` makes one of it. A Neo4j database is asked in Cypher, see docs/neo4j.md.",
        )
    until = time.monotonic() + settings.sparql_deadline_ms / 1000
    home = directory / FOLDER
    home.mkdir(exist_ok=True)
    while True:
        if not follower.wait(context.known, until - time.monotonic()):
            raise _behind(store, follower, context.known)
        with TemporaryDirectory(dir=home, prefix=f"{os.getpid()}-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "graph"
            ordinal, instant = graph.checkpoint(path, hierarchy(ontology))
            if ordinal >= context.known:  # else a large change is under way: wait for its end
                yield GraphCopy(path, ordinal, instant, until)
                return


def hierarchy(ontology: Ontology) -> Iterator[Triple]:
    """Each kind below its superkinds, each relation below all relations that it is a sort of."""
    for kind in ontology.kinds:
        for parent in kind.parents:
            yield Triple(EntityId(kind.iri), RDFS + "subClassOf", object=EntityId(parent))
    for relation in ontology.relations:
        for ancestor in sorted(relation.ancestors - {relation.iri}):
            yield Triple(EntityId(relation.iri), RDFS + "subPropertyOf", object=EntityId(ancestor))


def answer_from(copy: GraphCopy, question: SparqlQuestion, settings: Settings) -> SparqlAnswer:
    """The answer of a copy; see ``thread.worker.querying.ask`` for what it raises."""
    seconds = max(copy.until - time.monotonic(), _LEAST_SECONDS)
    limits = Limits(wait_seconds=seconds, cpu_seconds=int(seconds) + 1, memory_bytes=settings.sparql_memory_mb << 20)
    caps = Caps(settings.sparql_rows, settings.sparql_bytes)
    found = ask(copy.path, question.query, question.solutions, question.triples, caps, limits)
    return SparqlAnswer(found, copy.ordinal, copy.instant)


def forget_copies(directory: Path) -> None:
    """Remove the copies of processes that were killed."""
    for folder in (directory / FOLDER).glob("*-*"):
        pid = folder.name.partition("-")[0]
        if not (pid.isdigit() and _lives(int(pid))):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _behind(store: Store, follower: GraphFollower, wanted: int) -> StoreError:
    reason = f" It has stopped: {follower.failure.message}" if follower.failure else ""
    shown = store.graph.applied[0]
    return StoreError(
        f"The graph shows revision {shown}, and {wanted} is asked for.{reason}",
        code="unavailable",
        hint="Run thread rebuild." if reason else "Ask again: the graph follows the log.",
    )
