"""How is the log kept as nodes? ``:ChangeSet`` by ordinal and request id, its parts, the head, the chain.

A change set of one part is written in one transaction. One of several writes each part by itself under an upload
of its own, which no reader follows until the last transaction seals it with the change set.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload
from uuid import uuid4

from thread.clock import BEGIN, to_text
from thread.errors import StoreError
from thread.facts import EMPTY, ChangeSet, Commit, FactPart, Revision
from thread.facts.columns import compress_payload, decode_payload, decompress_payload
from thread.stores.digest import chain_digest, part_digest
from thread.stores.neo4j.connection import Connection, Work

LOCK: Final = "MATCH (h:ThreadHead {name: 'log'}) SET h.held = $held"
"""Takes the write lock on the head; what is then changed is read after it."""
FORMAT: Final = 1
"""Number of the format, kept at the head; raised when an older program could not read it."""
SCHEMA: Final = (
    "CREATE CONSTRAINT thread_head IF NOT EXISTS FOR (h:ThreadHead) REQUIRE h.name IS UNIQUE",
    "CREATE CONSTRAINT change_set_ordinal IF NOT EXISTS FOR (c:ChangeSet) REQUIRE c.ordinal IS UNIQUE",
    "CREATE CONSTRAINT change_set_request IF NOT EXISTS FOR (c:ChangeSet) REQUIRE c.request_id IS UNIQUE",
    "CREATE CONSTRAINT change_set_part IF NOT EXISTS FOR (p:ChangeSetPart) REQUIRE (p.upload, p.number) IS UNIQUE",
    "CREATE CONSTRAINT change_set_upload IF NOT EXISTS FOR (u:ChangeSetUpload) REQUIRE u.id IS UNIQUE",
)
"""What the log needs before its first revision."""
STALE_MILLISECONDS: Final = 3_600_000
"""Parts that nobody sealed or added to for an hour are dropped at the next start: their writer was killed."""
_PART_SECONDS: Final = 30.0
_PAGE: Final = 256
_RESTORE: Final = "Nothing was changed. Restore the database from a backup."
_FIELDS: Final = (
    "c.ordinal AS ordinal, c.recorded_at AS recorded_at, c.request_id AS request_id, c.source AS source, "
    "c.actor AS actor, c.reason AS reason, c.run AS run, c.withdraws AS withdraws, c.content AS content, "
    "c.parts AS parts, c.digest AS digest, c.upload AS upload"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A ``:ChangeSet`` node."""

    ordinal: int
    recorded_at: int
    request_id: str
    source: str
    actor: str
    reason: str
    run: str
    withdraws: list[str]
    content: str
    parts: int
    digest: str
    upload: str

    @property
    def revision(self) -> Revision:
        """The revision of the node."""
        return Revision(self.ordinal, self.recorded_at, self.digest)

    def change_set(self, parts: Sequence[FactPart]) -> ChangeSet:
        """The change set of the node with its parts."""
        return ChangeSet(
            self.request_id, self.source, parts, self.actor, self.reason, self.run, tuple(self.withdraws), self.content
        )


class Log:
    """Reads and writes the nodes of the log; what a revision means is its caller's affair."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- within a transaction

    @staticmethod
    def take_lock(work: Work) -> None:
        """Take the write lock on the head: whoever comes next waits until this transaction ends."""
        work.run(LOCK, held=str(uuid4()))

    @staticmethod
    def last(work: Work) -> Revision:
        """The last revision."""
        rows = work.run(
            "MATCH (h:ThreadHead {name: 'log'}) "
            "RETURN h.ordinal AS ordinal, h.recorded_at AS recorded_at, h.digest AS digest"
        )
        if not rows or not rows[0]["ordinal"]:
            return EMPTY
        return Revision(rows[0]["ordinal"], rows[0]["recorded_at"], rows[0]["digest"])

    @staticmethod
    def known(work: Work, request_id: str) -> Header | None:
        """The change set of a request id."""
        rows = work.run(f"MATCH (c:ChangeSet {{request_id: $id}}) RETURN {_FIELDS}", id=request_id)
        return Header(**rows[0]) if rows else None

    @staticmethod
    def seal(work: Work, header: Header) -> None:
        """Write the change set and move the head; its parts become visible with it."""
        fields = {name: getattr(header, name) for name in Header.__slots__} | {"recorded": to_text(header.recorded_at)}
        work.run(
            "MATCH (h:ThreadHead {name: 'log'}) "
            "CREATE (c:ChangeSet) SET c = $fields "
            "SET h.ordinal = $ordinal, h.recorded_at = $recorded_at, h.digest = $digest "
            "WITH c MATCH (p:ChangeSetPart {upload: $upload}) CREATE (c)-[:HAS_PART]->(p)",
            fields=fields,
            ordinal=header.ordinal,
            recorded_at=header.recorded_at,
            digest=header.digest,
            upload=header.upload,
        )
        work.run("MATCH (u:ChangeSetUpload {id: $upload}) DELETE u", upload=header.upload)

    @staticmethod
    def put_part(work: Work, upload: str, number: int, digest: bytes, payload: bytes) -> None:
        """Write a part that nobody sees yet."""
        work.run(
            "MERGE (p:ChangeSetPart {upload: $upload, number: $number}) SET p.digest = $digest, p.facts = $facts",
            upload=upload,
            number=number,
            digest=digest,
            facts=compress_payload(payload),
        )

    # -- a transaction each

    def prepare(self, schema: Sequence[str]) -> int:
        """Make constraints and the head where they are missing; the number of parts dropped that were never sealed.

        Raises:
            StoreError: ``store-newer``: the database holds a later format.
        """
        self.revision()  # says quickly where there is no server
        self._connection.define(list(schema))
        found = self._connection.write(_make_head)
        if found > FORMAT:
            raise StoreError(
                f"{self._connection.address} has format {found}, this program reads up to {FORMAT}.",
                code="store-newer",
                hint="Install the version of digital-thread that wrote it, or a later one. Nothing was changed.",
                found=found,
                known=FORMAT,
            )
        return self._connection.write(lambda work: _drop_uploads(work, STALE_MILLISECONDS), _PART_SECONDS)

    def upload_part(self, upload: str, number: int, digest: bytes, payload: bytes) -> None:
        """Write one part of several; it stays unseen until the change set is sealed."""

        def write(work: Work) -> None:
            work.run("MERGE (u:ChangeSetUpload {id: $id}) SET u.touched = timestamp()", id=upload)
            self.put_part(work, upload, number, digest, payload)

        self._connection.write(write, _PART_SECONDS)

    def drop_upload(self, upload: str) -> None:
        """Forget the parts of a change set that was not sealed."""
        self._connection.write(
            lambda work: work.run(
                "MATCH (u:ChangeSetUpload {id: $id}) DELETE u "
                "WITH 1 AS _ MATCH (p:ChangeSetPart {upload: $id}) DETACH DELETE p",
                id=upload,
            ),
            _PART_SECONDS,
        )

    def revision(self) -> Revision:
        """The last revision of the database."""
        return self._connection.read(self.last)

    def find(self, request_id: str) -> Header | None:
        """The change set of a request id."""
        return self._connection.read(lambda work: self.known(work, request_id))

    def commits(self, since: int, until: int) -> Iterator[Commit]:
        """Commits after an ordinal and up to another, each proved against the chain before it is given.

        Raises:
            StoreError: ``store-damaged``: names the first revision that is not what was written.
        """
        previous = self._page(since - 1, since)[0][0].digest if 0 < since < until else ""
        for start in range(since, until, _PAGE):
            stop = min(start + _PAGE, until)
            page = self._page(start, stop)
            for expected in range(start + 1, stop + 1):
                index = expected - start - 1
                if index >= len(page) or page[index][0].ordinal != expected:
                    raise self._damaged(expected, "is missing")
                yield self._proved(*page[index], previous)
                previous = page[index][0].digest

    def part(self, ordinal: int, upload: str, number: int, digest: bytes) -> FactPart:
        """One part, proved against its digest."""
        rows = self._connection.read(
            lambda work: work.run(
                "MATCH (p:ChangeSetPart {upload: $upload, number: $number}) RETURN p.facts AS facts",
                upload=upload,
                number=number,
            ),
            _PART_SECONDS,
        )
        if not rows:
            raise self._damaged(ordinal, "has not all its parts")
        return self._decoded(ordinal, bytes(rows[0]["facts"]), digest)

    def _page(self, after: int, until: int) -> list[tuple[Header, list[tuple[int, bytes, bytes | None]]]]:
        """Headers in order, each with number and digest of its parts, and the facts where it is one part."""
        rows = self._connection.read(
            lambda work: work.run(
                f"MATCH (c:ChangeSet) WHERE c.ordinal > $after AND c.ordinal <= $until RETURN {_FIELDS}, "
                "COLLECT { MATCH (p:ChangeSetPart {upload: c.upload}) "
                "RETURN [p.number, p.digest, CASE WHEN c.parts = 1 THEN p.facts END] ORDER BY p.number } AS held "
                "ORDER BY c.ordinal",
                after=after,
                until=until,
            ),
            _PART_SECONDS,
        )
        return [(Header(**{k: v for k, v in row.items() if k != "held"}), _held(row["held"])) for row in rows]

    def _proved(self, header: Header, held: list[tuple[int, bytes, bytes | None]], previous: str) -> Commit:
        ordinal, digests = header.ordinal, tuple(digest for _, digest, _ in held)
        if [number for number, _, _ in held] != list(range(header.parts)):
            raise self._damaged(ordinal, "has not all its parts")
        change_set = header.change_set(Parts(self, ordinal, header.upload, digests))
        if chain_digest(previous, ordinal, header.recorded_at, change_set, header.content, digests) != header.digest:
            raise self._damaged(ordinal, "is not what was written")
        if len(held) == 1 and held[0][2] is not None:
            change_set = header.change_set((self._decoded(ordinal, held[0][2], digests[0]),))
        return Commit(header.revision, change_set)

    def _decoded(self, ordinal: int, facts: bytes, digest: bytes) -> FactPart:
        try:
            payload = decompress_payload(facts)
            if part_digest(payload) == digest:
                return decode_payload(payload)
        except StoreError as error:
            raise self._damaged(ordinal, "has a part that cannot be decoded") from error
        raise self._damaged(ordinal, "has a part that is not what was written")

    def _damaged(self, ordinal: int, what: str) -> StoreError:
        where = self._connection.address
        message = f"Revision {ordinal} of {where} {what}."
        return StoreError(message, code="store-damaged", hint=_RESTORE, ordinal=ordinal)


class Parts(Sequence[FactPart]):
    """Parts of a revision, read and proved when they are asked for, so that an import need not fit in memory."""

    def __init__(self, log: Log, ordinal: int, upload: str, digests: tuple[bytes, ...]) -> None:
        self._log, self._ordinal, self._upload, self._digests = log, ordinal, upload, digests

    def __len__(self) -> int:
        return len(self._digests)

    @overload
    def __getitem__(self, index: int) -> FactPart: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[FactPart]: ...
    def __getitem__(self, index: int | slice) -> FactPart | Sequence[FactPart]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return self._log.part(self._ordinal, self._upload, number, self._digests[number])


def _held(rows: list[Any]) -> list[tuple[int, bytes, bytes | None]]:
    return [(number, bytes(digest), None if facts is None else bytes(facts)) for number, digest, facts in rows]


def _make_head(work: Work) -> int:
    rows = work.run(
        "MERGE (h:ThreadHead {name: 'log'}) "
        "ON CREATE SET h.format = $format, h.ordinal = 0 "
        "MERGE (g:ThreadHead {name: 'graph'}) ON CREATE SET g.ordinal = 0, g.instant = $begin "
        "RETURN h.format AS format",
        format=FORMAT,
        begin=BEGIN,
    )
    return int(rows[0]["format"])


def _drop_uploads(work: Work, older: int) -> int:
    rows = work.run(
        "MATCH (u:ChangeSetUpload) WHERE u.touched < timestamp() - $older WITH u, u.id AS id DELETE u "
        "WITH id MATCH (p:ChangeSetPart {upload: id}) DETACH DELETE p RETURN count(*) AS gone",
        older=older,
    )
    return int(rows[0]["gone"])
