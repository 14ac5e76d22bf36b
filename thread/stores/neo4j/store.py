"""How is the thread kept on a Neo4j server? The log and the current state in one database, shared by processes."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from thread.clock import Clock
from thread.errors import StoreError
from thread.facts import ChangeSet, Commit, GraphDelta, Revision
from thread.stores.base import Capability
from thread.stores.digest import chain_digest, content_digest, part_digest, refuse_conflict, refuse_reuse
from thread.stores.neo4j.connection import Address, Connection, Patience, Work
from thread.stores.neo4j.graph import Neo4jGraph
from thread.stores.neo4j.log import SCHEMA, Header, Log
from thread.stores.neo4j.schema import BASE, statements

if TYPE_CHECKING:
    from thread.ontology.model import Ontology


class Neo4jStore:
    """A database of a Neo4j server. Several processes may open it; each appends behind the lock of the head.

    Args:
        address: where, and who asks.
        clock: gives the recorded times.
        read_only: ``append`` is refused; nothing is written, constraints included.
        patience: how long a server that does not answer is waited for.
    Raises:
        StoreError: ``unavailable``, ``store-newer``, ``store-failed``.
    """

    def __init__(
        self,
        address: Address,
        clock: Clock,
        *,
        read_only: bool = False,
        patience: Patience = Patience(),  # noqa: B008  frozen
    ) -> None:
        self.address, self.read_only = address, read_only
        self.found: tuple[str, ...] = ()
        """What opening met and settled, in sentences for the log."""
        self._clock, self._open = clock, True
        self._connection = Connection(address, patience)
        self._log, self._graph = Log(self._connection), Neo4jGraph(self._connection)
        try:
            dropped = 0 if read_only else self._log.prepare([*SCHEMA, *BASE])
            self._log.revision()
        except BaseException:
            self._connection.close()
            raise
        if dropped:
            self.found = (f"{dropped} parts of change sets that were never sealed were dropped.",)

    @property
    def revision(self) -> Revision:
        """The last revision of the database, whoever wrote it."""
        self._refuse_closed()
        return self._log.revision()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Durable and shared, with Cypher over the graph; a delta that is given moves with the log."""
        return frozenset(
            {Capability.DURABLE, Capability.CYPHER, Capability.SHARED, Capability.ATOMIC_GRAPH},
        )

    @property
    def graph(self) -> Neo4jGraph:
        """The current state."""
        self._refuse_closed()
        return self._graph

    def learn(self, ontology: "Ontology") -> None:
        """Take the superkinds of each kind for the labels, and make the indexes of ``schema/store.cypher``."""
        kinds = ontology.kind
        self._graph.labels_of = lambda iri: kinds[iri].ancestors if iri in kinds else ()
        if not self.read_only:
            self._connection.define(statements(ontology))

    def append(
        self, change_set: ChangeSet, expected_revision: int | None = None, delta: GraphDelta | None = None
    ) -> Commit:
        """Write one revision, committed by the server before this returns; see ``Store.append``.

        A ``delta`` of moderate size is shown in the same transaction, where the graph stands at the revision before.
        """
        self._refuse_closed()
        if self.read_only:
            raise StoreError(f"{self.address} is open for reading only.", hint="Open the store for writing.")
        several = len(change_set.parts) > 1
        if several:
            known = self._log.find(change_set.request_id)
            if known is not None:
                return self._repeated(known, change_set, content_digest(change_set))
            refuse_conflict(change_set, self.revision, expected_revision)
        upload = str(uuid4())
        try:
            digests, single = self._bring(change_set, upload)
            content = content_digest(change_set, digests)

            def seal(work: Work) -> Header:
                self._log.take_lock(work)
                found = self._log.known(work, change_set.request_id)
                if found is not None:
                    return found
                head = self._log.last(work)
                refuse_conflict(change_set, head, expected_revision)
                header = self._header(change_set, head, content, digests, upload)
                if single is not None:
                    self._log.put_part(work, upload, 0, digests[0], single)
                self._log.seal(work, header)
                if delta is not None:
                    self._graph.show(work, delta, head.ordinal, (header.ordinal, header.recorded_at))
                return header

            moved = len(delta.removed) + len(delta.added) if delta else 0
            header = self._connection.write(seal, moved / 500 + len(digests) / 10)
        except BaseException:
            self._tidy(upload, several)
            raise
        if header.upload != upload:  # else: this very call, whose answer was lost on the way
            self._tidy(upload, several)
            return self._repeated(header, change_set, content)
        return Commit(header.revision, change_set)

    def _bring(self, change_set: ChangeSet, upload: str) -> tuple[list[bytes], bytes | None]:
        """Digests of the parts; a single part comes with them, several are written, unsealed."""
        digests, single = [], None
        for number, part in enumerate(change_set.parts):
            payload = part.payload()
            digests.append(part_digest(payload))
            if len(change_set.parts) == 1:
                single = payload
            else:
                self._log.upload_part(upload, number, digests[-1], payload)
        return digests, single

    def changes(self, since: int = 0) -> Iterator[Commit]:
        """Commits after an ordinal, as of the call; parts of imports are read when they are asked for."""
        return self._log.commits(since, self.revision.ordinal)

    def find(self, request_id: str) -> Revision | None:
        """The revision that answered this request id."""
        self._refuse_closed()
        found = self._log.find(request_id)
        return found.revision if found else None

    def verify(self) -> int:
        """Number of revisions, after every one and every part was proved against the chain. Cost: reads all."""
        count = 0
        for count, commit in enumerate(self.changes(), start=1):  # noqa: B007  the count is the answer
            for _ in commit.change_set.parts:
                pass
        return count

    def close(self) -> None:
        """Release the connections; calling it twice is harmless."""
        self._open = False
        self._connection.close()

    def _header(self, change_set: ChangeSet, head: Revision, content: str, digests: list[bytes], upload: str) -> Header:
        ordinal, recorded_at = head.ordinal + 1, max(self._clock.now(), head.recorded_at + 1)
        return Header(
            ordinal,
            recorded_at,
            change_set.request_id,
            change_set.source,
            change_set.actor,
            change_set.reason,
            change_set.run,
            list(change_set.withdraws),
            content,
            len(digests),
            chain_digest(head.digest, ordinal, recorded_at, change_set, content, digests),
            upload,
        )

    def _repeated(self, known: Header, change_set: ChangeSet, content: str) -> Commit:
        refuse_reuse(change_set.request_id, content, known.content, known.ordinal)
        commit = next(self._log.commits(known.ordinal - 1, known.ordinal))
        return replace(commit, repeated=True)

    def _tidy(self, upload: str, several: bool) -> None:
        if several:
            with suppress(StoreError):  # Nobody sees them; they go at a later start.
                self._log.drop_upload(upload)

    def _refuse_closed(self) -> None:
        if not self._open:
            raise StoreError("The store is closed.", hint="Open it again.")


def open_neo4j(address: str, clock: Clock, read_only: bool = False) -> Neo4jStore:
    """The store in a database: ``neo4j://host:7687/database``, ``neo4j+s://`` (encrypted), ``bolt://`` (one server).

    Credentials come from THREAD_NEO4J_USER and THREAD_NEO4J_PASSWORD, or stand in the address.

    Raises:
        InputError: ``bad-config``. StoreError: ``unavailable``.
    """
    return Neo4jStore(Address.read(address), clock, read_only=read_only)
