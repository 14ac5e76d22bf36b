"""Who writes to this directory? One process, by a lock that the kernel releases when the process dies."""

import fcntl
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from thread.errors import StoreError

NAME: Final = "lock"
_SIZE: Final = 1024
"""The owner is written as one block of this size, so that a reader never sees half of two."""
_PATIENCE: Final = 20
"""Tries of 10 ms: ``owner`` holds the lock for an instant when it looks."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that writes, and the server in it where there is one."""

    pid: int
    address: str | None = None
    """Where commands are sent, e.g. ``http://127.0.0.1:8400``."""
    token: str | None = None
    """What proves to that server that the sender may read this directory."""


class Lock:
    """The right to write to a directory, from construction to ``release``.

    Taken over from a killed process without ado: the kernel released it. The file stays; only the lock counts.

    Raises:
        StoreError: ``store-locked``: another process has it; carries its pid.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / NAME
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            for attempt in range(_PATIENCE):
                if _try(self._fd, fcntl.LOCK_EX):
                    break
                if attempt + 1 < _PATIENCE:
                    time.sleep(0.01)
            else:
                raise _locked(directory, _read(self._fd))
            self._write(Owner(os.getpid()))
        except BaseException:
            os.close(self._fd)
            raise

    def announce(self, address: str, token: str | None = None) -> None:
        """Tell other processes where to send commands; ``owner`` reads it."""
        self._write(Owner(os.getpid(), address, token))

    def release(self) -> None:
        """Let others write; calling it twice is harmless."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def _write(self, owner: Owner) -> None:
        if self._fd is None:
            raise StoreError("The store is closed.", hint="Open it again.")
        block = orjson.dumps(asdict(owner)).ljust(_SIZE)
        if len(block) > _SIZE:
            raise ValueError(f"address and token are longer than {_SIZE} bytes")
        os.pwrite(self._fd, block, 0)


def owner(directory: Path) -> Owner | None:
    """The living process that writes to a directory; None where nobody does."""
    try:
        fd = os.open(directory / NAME, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return None if _try(fd, fcntl.LOCK_SH) else _read(fd) or Owner(0)
    finally:
        os.close(fd)


def _try(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(fd: int) -> Owner | None:
    try:
        return Owner(**orjson.loads(os.pread(fd, _SIZE, 0)))
    except (ValueError, TypeError):
        return None  # being written for the first time


def _locked(directory: Path, found: Owner | None) -> StoreError:
    pid = found.pid if found else 0
    who = f"process {pid}" if pid else "another process"
    served = f" It serves {found.address}: send the command there." if found and found.address else ""
    return StoreError(
        f"{directory} is written by {who}.",
        code="store-locked",
        hint=f"Stop that process, or open the store for reading only.{served}",
        pid=pid,
        address=found.address if found else None,
        directory=str(directory),
    )
