"""How does a worker process live and die? Started for one task, limited, read frame by frame, killed in time."""

import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import orjson

from thread.errors import InputError, LimitError, ThreadError

_CHILD: Final = Path(__file__).with_name("child.py")
_CHUNK: Final = 1 << 18
_HEAD: Final = 5
_LONGEST_FRAME: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use."""

    wait_seconds: float = 60.0
    """Time that we wait for it in all; the time that we need to use what it sends does not count."""
    cpu_seconds: int = 600
    memory_bytes: int = 2 << 30
    """Address space; a parser of a stream needs some 100 MB."""
    longest_line: int = 4 << 20
    """Bytes of one line of the answer; a longer one is only counted."""


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line of the answer that was not sent, because it is too long."""

    number: int


def run(
    task: str, name: str, request: Mapping[str, object], limits: Limits = DEFAULT_LIMITS
) -> Iterator[bytes | TooLong]:
    """What a worker process answers to one task: whole lines, in blocks, as they come.

    Args:
        task: one of ``child.TASKS``.
        name: what is worked on, for messages.
    Raises:
        InputError: ``bad-file``: what is worked on is not right, with ``line`` where it is known, or killed its reader.
        LimitError: ``timeout``, ``too-large``.
    Cost: some 60 ms for the process; closing the iterator ends it.
    """
    worker = subprocess.Popen(  # noqa: S603  our own file, no shell
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8", "RUST_BACKTRACE": "0"},
        close_fds=True,
    )
    try:
        confines = {"cpu_seconds": limits.cpu_seconds, "memory_bytes": limits.memory_bytes}
        _ask(worker, {"task": task, "limits": confines, "longest": limits.longest_line, **request})
        yield from _answer(worker, name, limits)
    finally:
        worker.kill()
        worker.wait()
        for stream in (worker.stdin, worker.stdout):
            if stream is not None:
                stream.close()


def _ask(worker: "subprocess.Popen[bytes]", request: Mapping[str, object]) -> None:
    assert worker.stdin is not None
    worker.stdin.write(orjson.dumps(request) + b"\n")
    worker.stdin.flush()


def _answer(worker: "subprocess.Popen[bytes]", name: str, limits: Limits) -> Iterator[bytes | TooLong]:
    frames = _frames(worker, name, limits)
    for letter, payload in frames:
        match letter:
            case b"B":
                yield payload
            case b"L":
                yield TooLong(int(payload))
            case b"D":
                return
            case _:
                _refused(name, payload)


def _frames(worker: "subprocess.Popen[bytes]", name: str, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    assert worker.stdout is not None
    held = bytearray()
    left = limits.wait_seconds
    with selectors.DefaultSelector() as ready:
        ready.register(worker.stdout, selectors.EVENT_READ)
        while True:
            while len(held) >= _HEAD:
                (size,) = struct.unpack_from("<I", held, 1)
                if len(held) < _HEAD + size:
                    break
                letter, payload = bytes(held[:1]), bytes(memoryview(held)[_HEAD : _HEAD + size])
                del held[: _HEAD + size]
                yield letter, payload
            start = time.monotonic()
            if not ready.select(max(left, 0.0)):
                raise LimitError(
                    f"{name} was not read within {limits.wait_seconds:g} s.",
                    code="timeout",
                    hint="Split it, or make what is nested flat.",
                )
            chunk = os.read(worker.stdout.fileno(), _CHUNK)
            left -= time.monotonic() - start
            if not chunk:
                _died(worker, name)
            held += chunk


def _refused(name: str, payload: bytes) -> NoReturn:
    said = orjson.loads(payload)
    line = int(said["line"])
    place = f"{name} line {line}" if line else name
    kind: type[ThreadError] = InputError if said["code"] == "bad-file" else LimitError
    message = f"{place}: {str(said['message']).rstrip('.')}."
    raise kind(message, code=said["code"], hint=said["hint"], file=name, line=line)


def _died(worker: "subprocess.Popen[bytes]", name: str) -> NoReturn:
    status = worker.wait()
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        raise LimitError(
            f"{name} took more time to read than a worker may have.", code="timeout", hint="Split it, or flatten it."
        )
    why = f"signal {-status}" if status < 0 else f"exit {status}"
    raise InputError(
        f"{name} ended the process that read it ({why}), as files do that nest without end or need too much memory.",
        code="bad-file",
        hint="Nothing else was harmed. Flatten what is nested, or split the file.",
        file=name,
        line=0,
    )
