"""How does a worker process live and die? Started for one task, limited, read frame by frame, killed in time."""

import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import orjson

from thread.errors import InputError, LimitError, StoreError, ThreadError

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
class Sayings:
    """How it is told that a worker did not do its task; ``{name}`` is what it worked on."""

    refused: str
    """``{message}`` is what the worker said, ``{place}`` the name with the line where one is known."""
    late: str
    """``{seconds}`` is the time that it had."""
    late_hint: str
    died: str
    """``{why}`` is the signal or exit."""
    died_hint: str
    died_code: str


_OF_FILES: Final = Sayings(
    refused="{place}: {message}.",
    late="{name} was not read within {seconds:g} s.",
    late_hint="Split it, or make what is nested flat.",
    died="{name} ended the process that read it ({why}), as files do that nest without end or need too much memory.",
    died_hint="Nothing else was harmed. Flatten what is nested, or split the file.",
    died_code="bad-file",
)
_KINDS: Final[dict[str, type[ThreadError]]] = {
    "too-large": LimitError,
    "too-costly": LimitError,
    "store-failed": StoreError,
}
"""Code -> the kind of error; the others are the sender's to mend."""


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line of the answer that was not sent, because it is too long."""

    number: int


def run(
    task: str,
    name: str,
    request: Mapping[str, object],
    limits: Limits = DEFAULT_LIMITS,
    sayings: Sayings = _OF_FILES,
) -> Generator[bytes | TooLong, None, dict[str, Any]]:
    """What a worker process answers to one task: whole lines, in blocks, as they come; it returns what it says last.

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
        return (yield from _answer(_frames(worker, name, limits, sayings), name, sayings))
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


def _answer(
    frames: Iterator[tuple[bytes, bytes]], name: str, sayings: Sayings
) -> Generator[bytes | TooLong, None, dict[str, Any]]:
    for letter, payload in frames:
        match letter:
            case b"B":
                yield payload
            case b"L":
                yield TooLong(int(payload))
            case b"D":
                return dict(orjson.loads(payload))
            case _:
                _refused(name, payload, sayings)
    raise AssertionError("frames end by a frame or an error")


def _frames(
    worker: "subprocess.Popen[bytes]", name: str, limits: Limits, sayings: Sayings
) -> Iterator[tuple[bytes, bytes]]:
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
                late = sayings.late.format(name=name, seconds=limits.wait_seconds)
                raise LimitError(late, code="timeout", hint=sayings.late_hint)
            chunk = os.read(worker.stdout.fileno(), _CHUNK)
            left -= time.monotonic() - start
            if not chunk:
                _died(worker, name, limits, sayings)
            held += chunk


def _refused(name: str, payload: bytes, sayings: Sayings) -> NoReturn:
    said = orjson.loads(payload)
    line = int(said["line"])
    place = f"{name} line {line}" if line else name
    kind = _KINDS.get(said["code"], InputError)
    message = sayings.refused.format(name=name, place=place, message=str(said["message"]).rstrip("."))
    raise kind(message, code=said["code"], hint=said["hint"], file=name, line=line)


def _died(worker: "subprocess.Popen[bytes]", name: str, limits: Limits, sayings: Sayings) -> NoReturn:
    status = worker.wait()
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        late = sayings.late.format(name=name, seconds=min(limits.cpu_seconds, limits.wait_seconds))
        raise LimitError(late, code="timeout", hint=sayings.late_hint)
    why = f"signal {-status}" if status < 0 else f"exit {status}"
    kind = _KINDS.get(sayings.died_code, InputError)
    died = sayings.died.format(name=name, why=why)
    raise kind(died, code=sayings.died_code, hint=sayings.died_hint, file=name, line=0)
