"""How are columns kept in a file that can be mapped? One file, written aside and renamed; nothing depends on it.

A magic word, the length and checksum of a JSON header, the header, then each column at a multiple of a page with a
hole behind it in which it grows once it is mapped. Mapping is copy-on-write: nothing is ever written into the file.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

FORMAT: Final = 1
FILE: Final = "columns.bin"
_MAGIC: Final = b"THREADPJ"
_HEAD: Final = struct.Struct("<8sQQ")
_PAGE: Final = 4096
_SEED: Final = np.uint64(14695981039346656037)
Array = npt.NDArray[Any]


class Unusable(Exception):
    """The file cannot be used; says why."""


class Absent(Unusable):
    """Nothing has been saved."""


class Outdated(Unusable):
    """What was saved is whole, but of another ontology or other ranks."""


def write_columns(directory: Path, facts: Mapping[str, object], columns: Mapping[str, Array]) -> None:
    """Write a header and columns; whole or not at all.

    Raises:
        OSError: the disk is full or refuses; the file of before is still there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    places: dict[str, tuple[int, int, int, int]] = {}
    at = 0
    for name, column in columns.items():
        room = column.nbytes + column.nbytes // 8 + _PAGE * 16
        places[name] = (at, len(column), room, _sum(column))
        at += -(-room // _PAGE) * _PAGE
    header = orjson.dumps({"format": FORMAT, **facts, "columns": places})
    start = -(-(_HEAD.size + len(header)) // _PAGE) * _PAGE
    aside = directory / (FILE + ".new")
    try:
        with aside.open("wb") as file:
            file.write(_HEAD.pack(_MAGIC, len(header), zlib.crc32(header)) + header)
            for name, column in columns.items():
                file.seek(start + places[name][0])
                file.write(np.ascontiguousarray(column).view(np.uint8).data)
            file.truncate(start + at)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(directory / FILE)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Mapped:
    """A file of columns that is mapped, checked on the way."""

    def __init__(self, directory: Path) -> None:
        """Map the file.

        Raises:
            Unusable: there is none, it is damaged, or of another format.
        """
        try:
            with (directory / FILE).open("rb") as file:
                head = file.read(_HEAD.size)
                if len(head) < _HEAD.size:
                    raise Unusable("it is cut short")
                magic, length, check = _HEAD.unpack(head)
                if magic != _MAGIC:
                    raise Unusable("it is not a projection")
                header = file.read(min(length, 1 << 28))
                if len(header) < length or zlib.crc32(header) != check:
                    raise Unusable("its header is damaged")
                self.facts: dict[str, Any] = orjson.loads(header)
                if self.facts.get("format") != FORMAT:
                    raise Unusable(f"it has format {self.facts.get('format')}, this version reads {FORMAT}")
                self._start = -(-(_HEAD.size + length) // _PAGE) * _PAGE
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except FileNotFoundError:
            raise Absent("there is none") from None
        except OSError as error:
            raise Unusable(f"it cannot be read: {error.strerror}") from error

    def holds(self, name: str) -> bool:
        """Was this column saved?"""
        return name in self.facts.get("columns", ())

    def column(self, name: str, dtype: npt.DTypeLike) -> tuple[Array, int]:
        """A column with the room behind it, and how many records are used.

        Raises:
            Unusable: it is not there, or not what was written.
        """
        try:
            at, used, room, check = self.facts["columns"][name]
            size = np.dtype(dtype).itemsize
            column = np.frombuffer(self._map, dtype, room // size, self._start + at)
        except (KeyError, ValueError) as error:
            raise Unusable(f"its column {name} is missing or cut short") from error
        if _sum(column[:used]) != check:
            raise Unusable(f"its column {name} is damaged")
        return column, used


def _sum(column: Array) -> int:
    from thread.projection.kernels.check import checksum

    raw = np.ascontiguousarray(column).view(np.uint8)
    whole = len(raw) // 8 * 8
    tail = zlib.crc32(raw[whole:].tobytes())
    return int(checksum(raw[:whole].view(np.uint64), _SEED ^ np.uint64(tail)))
