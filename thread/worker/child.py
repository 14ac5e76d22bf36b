"""What does the worker process do? One task, then it ends. It imports nothing of ours; ``running`` starts it.

In: one line of JSON on standard input. Out: frames on standard output, each a letter, a length of four bytes and so
many bytes: ``B`` whole lines of the answer, ``L`` a line that was too long to send (its number), ``E`` why it failed
(JSON), ``D`` the end (JSON). What kills this process (stack, memory, time) kills nothing else.
"""

import json
import os
import re
import struct
import sys
from collections.abc import Callable

_BLOCK = 1 << 18
_PROLOG = 1 << 20
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_MISC = re.compile(rb"\s+|<\?[^?]*(?:\?(?!>)[^?]*)*\?>|<!--[^-]*(?:-(?!->)[^-]*)*-->")


def confine(limits: dict[str, int]) -> None:
    """Take away what a task does not need. No further file or socket can be opened after this, and none be written."""
    try:
        import resource
    except ImportError:  # not on Windows: there only the deadline holds
        return
    wanted = {
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for name, value in wanted.items():
        _, most = resource.getrlimit(name)
        least = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(name, (least, least))


class Lines:
    """Where a serialiser writes: whole lines leave in blocks of bounded size, longer ones are only counted."""

    def __init__(self, longest: int) -> None:
        self._longest, self._held, self._count = longest, bytearray(), 0
        self._skipping = False

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _BLOCK:
            self._send(self._held.rfind(b"\n") + 1)
        return len(data)

    def flush(self) -> None:
        """For the serialiser; blocks leave when they are full, and at the end."""

    def end(self) -> int:
        """Send the rest; the number of lines."""
        self._send(len(self._held))
        return self._count

    def _send(self, whole: int) -> None:
        if self._skipping and whole:
            cut = self._held.find(b"\n") + 1
            self._over()
            del self._held[:cut]
            whole -= cut
            self._skipping = False
        if whole:
            block = bytes(memoryview(self._held)[:whole])
            del self._held[:whole]
            self._block(block)
        if self._skipping or len(self._held) > self._longest:
            self._skipping = True
            self._held.clear()

    def _block(self, block: bytes) -> None:
        if len(block) <= _BLOCK and len(block) <= self._longest:
            self._count += block.count(b"\n")
            frame(b"B", block)
            return
        short = bytearray()
        for line in block.splitlines(keepends=True):
            if len(line) > self._longest:
                frame(b"B", bytes(short))
                short.clear()
                self._over()
            else:
                short += line
                self._count += 1
        frame(b"B", bytes(short))

    def _over(self) -> None:
        self._count += 1
        frame(b"L", str(self._count).encode())


def frame(letter: bytes, payload: bytes) -> None:
    """Send one frame; an empty block is none."""
    if payload or letter != b"B":
        data = letter + struct.pack("<I", len(payload)) + payload
        while data:
            data = data[os.write(1, data) :]


def refuse(code: str, message: str, hint: str, line: int = 0) -> None:
    """Say why the task failed."""
    frame(b"E", json.dumps({"code": code, "message": message, "hint": hint, "line": line}).encode())


def parse(task: dict[str, object], confined: Callable[[], None]) -> None:
    """RDF in any format as N-Quads."""
    import pyoxigraph as ox

    form = getattr(ox.RdfFormat, str(task["format"]))
    path = str(task["path"])
    try:
        stream = open(path, "rb")  # noqa: PTH123, SIM115  held until the process ends
        head = stream.read(_PROLOG)
    except OSError as error:
        return refuse("bad-file", f"cannot be read: {error.strerror}", "Check the name and the rights.")
    fault = _unreadable(head, form is ox.RdfFormat.RDF_XML)
    if fault:
        return refuse("bad-file", *fault)
    stream.seek(3 if head.startswith(b"\xef\xbb\xbf") else 0)
    options = {"format": form, "base_iri": task["base"], "lenient": bool(task["lenient"])}
    # The path is read without Python between, which a mark of bytes at the start forbids.
    quads = ox.parse(stream, **options) if stream.tell() else ox.parse(path=path, **options)
    confined()
    lines = Lines(int(str(task["longest"])))
    try:
        ox.serialize(quads, lines, ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]  # it needs write and flush only
    except SyntaxError as error:
        lines.end()
        line = error.lineno or 0
        message = str(error.msg).replace(f"Parser error at line {line} ", "", 1)
        lenient = " Or read it with --lenient, which mends IRIs." if "IRI" in message else ""
        return refuse("bad-file", message, "Mend the file there." + lenient, line)
    frame(b"D", json.dumps({"lines": lines.end()}).encode())
    return None


def _unreadable(head: bytes, xml: bool) -> tuple[str, str] | None:
    if head[:2] in _BOMS:
        return f"is {_BOMS[head[:2]]}", "Save it as UTF-8."
    if xml:
        start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
        while found := _MISC.match(head, start):
            start = found.end()
        if head[start : start + 9].upper() == b"<!DOCTYPE":
            return (
                "has a DOCTYPE, which could define entities without end",
                "Remove the DOCTYPE, write out its entities.",
            )
        if head[start : start + 1] != b"<" or head[start : start + 2] == b"<!":
            return "is not RDF/XML: no element begins within its first megabyte", "Expected <rdf:RDF …>."
    return None


TASKS = {"parse": parse}


def main() -> None:
    """Do the task on standard input."""
    task = json.loads(sys.stdin.buffer.readline())
    try:
        TASKS[task["task"]](task, lambda: confine(task["limits"]))
    except MemoryError:
        refuse("too-large", "needs more memory than a worker may have", "Split it into smaller files.")
    except RecursionError:
        refuse("too-large", "is nested too deeply", "Flatten it.")
    except Exception as error:
        refuse("bad-file", f"{type(error).__name__}: {error}"[:500], "Check that it is what its ending says.")


if __name__ == "__main__":
    main()
