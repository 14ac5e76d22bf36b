"""Which digests chain the log? The same in every store, so that two stores with one history agree on its head."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

import orjson

from thread.clock import Instant
from thread.errors import ConflictError, InputError
from thread.facts import ChangeSet, Revision


def part_digest(payload: bytes) -> bytes:
    """Digest of one part's plain bytes; compression does not enter it."""
    return sha256(payload).digest()


def content_digest(change_set: ChangeSet, parts: Sequence[bytes] | None = None) -> str:
    """Hex digest of what a change set says, without its request id; ``change_set.content`` where that is given.

    ``parts`` are the digests of its parts where they are at hand already.
    """
    if change_set.content:
        return change_set.content
    said = [change_set.source, change_set.actor, change_set.reason, change_set.run, change_set.withdraws]
    held = parts if parts is not None else [part_digest(part.payload()) for part in change_set.parts]
    return _digest(orjson.dumps(said), held)


def chain_digest(
    previous: str, ordinal: int, recorded_at: Instant, change_set: ChangeSet, content: str, parts: Iterable[bytes]
) -> str:
    """Hex digest of the log up to and with a revision: previous digest, header, digests of the parts."""
    said = (change_set.request_id, change_set.source, change_set.actor, change_set.reason, change_set.run)
    header = [previous, ordinal, recorded_at, said, change_set.withdraws, content]
    return _digest(orjson.dumps(header), parts)


def refuse_conflict(change_set: ChangeSet, head: Revision, expected: int | None) -> None:
    """Raise where a change set may not follow the head."""
    if not change_set.request_id:
        raise InputError("A change set has no request id.", hint="Give each request an id of its own.")
    if expected is not None and expected != head.ordinal:
        raise ConflictError(
            f"Revision {expected} was expected, the store is at {head.ordinal}.",
            hint="Read again, then send the change once more.",
            expected=expected,
            found=head.ordinal,
        )


def refuse_reuse(request_id: str, content: str, known: str, ordinal: int) -> None:
    """Raise where a known request id comes with other content."""
    if content != known:
        raise ConflictError(
            f'Request id "{request_id[:80]}" was used for revision {ordinal} with other content.',
            code="request-reused",
            hint="Give a new request its own id.",
            request_id=request_id,
            ordinal=ordinal,
        )


def _digest(header: bytes, parts: Iterable[bytes]) -> str:
    # The length keeps header and parts apart: no other split of the same bytes has the same digest.
    return sha256(len(header).to_bytes(8, "little") + header + b"".join(parts)).hexdigest()
