"""What do opaque ids and cursors hold? An entity and the view it was read in; a position in an ordered list.

Both carry a checksum, so that a mangled one is refused rather than misread. They are opaque, not secret.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson

from thread.clock import Instant
from thread.errors import InputError

_ID: Final = b"\x01"
_CURSOR: Final = b"\x02"
_CHECK: Final = 4
_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_LONGEST: Final = 8192
_SCENARIO: Final = 8
"""Bytes of a scenario's name."""


@dataclass(frozen=True, slots=True)
class At:
    """The as-of of a view, as it was asked for; both None: live."""

    valid_at: Instant | None = None
    known_at: Instant | None = None
    scenario: str = ""
    """Name of the scenario in which it was read; empty: none."""
    period: tuple[Instant, Instant] | None = None
    """The stretch of time over which links count; None: the instant."""

    @property
    def live(self) -> bool:
        """True for the view of now and the latest revision."""
        return self.valid_at is None and self.known_at is None and not self.scenario and self.period is None

    @property
    def recorded(self) -> "At":
        """The same view without its scenario."""
        return At(self.valid_at, self.known_at, period=self.period)


LIVE: Final = At()


def encode_id(iri: str, at: At = LIVE) -> str:
    """The opaque id of an entity in a view.

    >>> encode_id("urn:a") == encode_id("urn:a", At(valid_at=0))
    False
    """
    return _seal(_head(at) + iri.encode())


def _head(at: At) -> bytes:
    flags = (at.valid_at is not None) | (at.known_at is not None) << 1 | bool(at.scenario) << 2
    flags |= (at.period is not None) << 3
    held = (at.valid_at, at.known_at, *(at.period or ()))
    times = b"".join(struct.pack(">q", time) for time in held if time is not None)
    return _ID + bytes([flags]) + times + bytes.fromhex(at.scenario)


def encode_ids(iris: Iterable[str], at: At = LIVE) -> list[str]:
    """The opaque ids of many entities in one view; half the time of ``encode_id`` for each.

    >>> encode_ids(["urn:a"]) == [encode_id("urn:a")]
    True
    """
    head, check, encode = _head(at), hashlib.blake2b, binascii.b2a_base64
    found = []
    for iri in iris:
        body = head + iri.encode()
        sealed = encode(check(body, digest_size=_CHECK).digest() + body, newline=False)
        found.append(sealed.translate(_SAFE, b"=").decode())
    return found


def decode_id(text: str) -> tuple[str, At] | None:
    """IRI and view of an opaque id; None if it is not one.

    >>> decode_id(encode_id("urn:a", At(valid_at=-5)))
    ('urn:a', At(valid_at=-5, known_at=None, scenario='', period=None))
    """
    body = _open(text, _ID)
    if body is None or len(body) < 2 or body[0] > 15:
        return None
    times: list[Instant | None] = [None, None, None, None]
    rest = body[1:]
    for position, bit in enumerate((1, 2, 8, 8)):
        if body[0] & bit:
            if len(rest) < 8:
                return None
            times[position] = struct.unpack(">q", rest[:8])[0]
            rest = rest[8:]
    period = None if times[2] is None or times[3] is None else (times[2], times[3])
    scenario = rest[:_SCENARIO].hex() if body[0] & 4 else ""
    try:
        return rest[_SCENARIO if scenario else 0 :].decode(), At(times[0], times[1], scenario, period)
    except UnicodeDecodeError:
        return None


def encode_cursor(key: tuple[str | int, ...]) -> str:
    """The cursor of a position: the values by which its list is ordered."""
    return _seal(_CURSOR + orjson.dumps(key))


def decode_cursor(text: str, shape: tuple[type, ...]) -> tuple[str | int, ...]:
    """The position of a cursor.

    Raises:
        InputError: ``invalid``: not a cursor of a list ordered by values of these types.
    >>> decode_cursor(encode_cursor((2, "urn:a")), (int, str))
    (2, 'urn:a')
    """
    body = _open(text, _CURSOR)
    try:
        key = tuple(orjson.loads(body)) if body is not None else ()
    except (orjson.JSONDecodeError, TypeError):
        key = ()
    if tuple(type(part) for part in key) != shape:
        raise InputError(
            f'"{text[:60]}" is not a cursor of this list.', hint="Pass on endCursor or startCursor as they were given."
        )
    return key


def _seal(body: bytes) -> str:
    check = hashlib.blake2b(body, digest_size=_CHECK).digest()
    return base64.urlsafe_b64encode(check + body).rstrip(b"=").decode()


def _open(text: str, tag: bytes) -> bytes | None:
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    check, body = raw[:_CHECK], raw[_CHECK:]
    if body[:1] != tag or hashlib.blake2b(body, digest_size=_CHECK).digest() != check or _seal(body) != text:
        return None
    return body[1:]
