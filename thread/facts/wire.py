"""How does a change set travel to the process that holds the store? As one body of bytes that holds data only."""

import struct
from dataclasses import fields
from typing import Final

import orjson

from thread.errors import InputError, StoreError
from thread.facts.columns import decode_part
from thread.facts.model import ChangeSet

_MAGIC: Final = b"TC1\n"
_LENGTH: Final = struct.Struct("<I")
_HEADER: Final = tuple(field.name for field in fields(ChangeSet) if field.name != "parts")


def encode_change_set(change_set: ChangeSet) -> bytes:
    """The bytes of a change set; ``decode_change_set`` reads them.

    >>> decode_change_set(encode_change_set(ChangeSet("r1", "plan", (), withdraws=("run 7",)))).withdraws
    ('run 7',)
    """
    header = orjson.dumps({name: getattr(change_set, name) for name in _HEADER})
    blobs = [header, *(part.encode() for part in change_set.parts)]
    return _MAGIC + b"".join(_LENGTH.pack(len(blob)) + blob for blob in blobs)


def decode_change_set(body: bytes) -> ChangeSet:
    """The change set of a body.

    Raises:
        InputError: ``bad-value``: not the bytes of a change set.
    """
    try:
        if body[:4] != _MAGIC:
            raise ValueError("not a change set")
        blobs, at = [], 4
        while at < len(body):
            (length,) = _LENGTH.unpack_from(body, at)
            blobs.append(body[at + 4 : at + 4 + length])
            at += 4 + length
        if at != len(body) or not blobs:
            raise ValueError("cut off")
        header = orjson.loads(blobs[0])
        header["withdraws"] = tuple(header["withdraws"])
        return ChangeSet(**header, parts=tuple(decode_part(blob) for blob in blobs[1:]))
    except (ValueError, TypeError, KeyError, struct.error, StoreError) as error:
        raise InputError(
            f"The body is not a change set: {error}.", code="bad-value", hint="Use the same version on both sides."
        ) from error
