"""Up to which revision was the log acknowledged? A small file beside the journal, synced before each answer.

SQLite reads a write-ahead log up to the first bad frame and takes the rest for never written, so one flipped
byte would silently drop commits that were acknowledged. The head names the last one. It is written after the
commit: a process killed in between leaves it one behind, never ahead. Ahead means that something was lost.
"""

import os
import zlib
from pathlib import Path
from typing import Final

from thread.errors import StoreError
from thread.facts import Revision

NAME: Final = "head"
_MAGIC: Final = "thread-head-1"
_SLOT: Final = 512
"""Two slots of one disk sector, written in turn: a torn write spoils one and leaves the other."""


class HeadFile:
    """Two slots with the last acknowledged revisions."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._fd: int | None = None

    def read(self) -> tuple[int, str] | None:
        """Ordinal and digest of the last acknowledged revision; None where there is no file.

        Raises:
            StoreError: ``store-damaged``: neither slot can be read.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        slots = [slot for at in (0, _SLOT) if (slot := _parse(data[at : at + _SLOT])) is not None]
        if not slots:
            raise StoreError(
                f"{self._path} cannot be read, so nothing proves that the journal is whole.",
                code="store-damaged",
                hint="Restore the store's directory from a backup; nothing was changed.",
            )
        return max(slots)

    def create(self, ordinal: int, digest: str) -> None:
        """Write both slots anew."""
        temporary = self._path.with_suffix(".new")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write(fd, _format(ordinal, digest) * 2, 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(self._path)
        sync_directory(self._path.parent)
        self.close()

    def write(self, revision: Revision) -> None:
        """Name a revision as acknowledged; synced when this returns."""
        if self._fd is None:
            self._fd = os.open(self._path, os.O_WRONLY)
        _write(self._fd, _format(revision.ordinal, revision.digest), revision.ordinal % 2 * _SLOT)
        os.fdatasync(self._fd)

    def close(self) -> None:
        """Release the file."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def sync_directory(directory: Path) -> None:
    """Make names of new files in a directory durable."""
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write(fd: int, data: bytes, at: int) -> None:
    if os.pwrite(fd, data, at) != len(data):
        raise OSError("short write")


def _format(ordinal: int, digest: str) -> bytes:
    text = f"{_MAGIC} {ordinal} {digest or '-'}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode().ljust(_SLOT)


def _parse(slot: bytes) -> tuple[int, str] | None:
    words = slot.decode("ascii", "replace").rstrip().split(" ")
    if len(words) != 4 or words[0] != _MAGIC or f"{zlib.crc32(' '.join(words[:3]).encode()):08x}" != words[3]:
        return None
    return int(words[1]), "" if words[2] == "-" else words[2]
