"""What does the worker process do? One task, then it ends. It imports nothing of ours; ``running`` starts it.

In: one line of JSON on standard input. Out: frames on standard output, each a letter, a length of four bytes and so
many bytes: ``B`` whole lines of the answer, ``L`` a line that was too long to send (its number), ``E`` why it failed
(JSON), ``D`` the end (JSON). What kills this process (stack, memory, time) kills nothing else.
"""

import contextlib
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


def confine(limits: dict[str, int], files: int = 0) -> None:
    """Take away what a task does not need. No more files or sockets than so many can be opened, and none be written."""
    try:
        import resource
    except ImportError:  # not on Windows: there only the deadline holds
        return
    wanted = {
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 3 + files,
    }
    for name, value in wanted.items():
        _, most = resource.getrlimit(name)
        least = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(name, (least, least))


_CALLS = {
    "x86_64": (0xC000003E, (41, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 221, 281, 425)),
}
"""Machine -> its number for the kernel, and its numbers of socket, execve, execveat, io_uring_setup."""


def silence() -> bool:
    """Let the kernel refuse sockets and programs to this process and its threads; False where it does not take it."""
    import ctypes

    machine = os.uname().machine if hasattr(os, "uname") else ""
    if machine not in _CALLS or sys.platform != "linux":
        return False
    number, calls = _CALLS[machine]
    refused, last = 0x00050000 | 13, len(calls)
    steps = [(0x20, 0, 0, 4), (0x15, 1, 0, number), (0x06, 0, 0, 0x80000000), (0x20, 0, 0, 0)]  # another ABI is killed
    steps += [(0x35, last + 1, 0, 0x40000000)]  # so are numbers of the x32 ABI refused
    steps += [(0x15, last - at, 0, call) for at, call in enumerate(calls)]
    steps += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, refused)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    kernel = ctypes.CDLL(None)
    kernel.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    no_new_rights, filtered = kernel.prctl(38, 1, None, 0, 0), kernel.prctl(22, 2, program, 0, 0)
    return bool(no_new_rights == 0 and filtered == 0)


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


def parse(task: dict[str, object], confined: Callable[[int], None]) -> None:
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
    confined(0)
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


_TOKEN = re.compile(
    r"""\#[^\n\r]* | <[^<>"{}|^`\\\x00-\x20]*> | \\.
    | \"{3}(?:"{0,2}(?:[^"\\]|\\.))*+"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
    | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+'
    | [?$@][\w-]+ | [\w.-]*:(?:[\w.:%-]|\\.)* | (?P<word>[^\W\d_]\w*) | .""",
    re.VERBOSE | re.DOTALL,
)
"""A token of SPARQL; only in ``word`` may a keyword stand."""
_PROLOGUE = {"PREFIX", "BASE", "VERSION"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_HERE = "Ask about what is in this graph."


def query(task: dict[str, object], confined: Callable[[int], None]) -> None:
    """The answer to a SPARQL query over a graph that nobody writes to; only its default graph is there."""
    import pyoxigraph as ox

    text = str(task["query"])
    fault = _not_to_be_asked(text)
    if fault:
        return refuse(*fault)
    graph = str(task["path"])
    silence()
    store = ox.Store.read_only(graph)
    os.nice(5)
    confined(2 * len(os.listdir(graph)))  # noqa: PTH208  pathlib is slow to import; files are opened when needed
    whole = {"default_graph": ox.DefaultGraph(), "named_graphs": [], "prefixes": task["prefixes"]}
    try:
        found = store.query(text, **whole)  # type: ignore[arg-type]  # the names and types of its arguments
        _answer(found, task)
    except SyntaxError as error:
        return refuse("bad-query", *_syntax(str(error.msg), text, whole["prefixes"]))
    except (OSError, RuntimeError) as error:
        if "ervice" in str(error) or "http" in str(error).lower():
            return refuse("forbidden", "asks another service, which this one does not", _HERE)
        return refuse("store-failed", f"could not be answered: {error}", "Run thread rebuild: the graph is made anew.")
    return None


def _not_to_be_asked(text: str) -> tuple[str, str, str] | None:
    """Code, sentence and hint where a query wants what is not given here; the engine alone would do or ignore it."""
    words = [each["word"].upper() for each in _TOKEN.finditer(text) if each["word"]]
    first = next((word for word in words if word not in _PROLOGUE), "")
    if first in _UPDATES:
        return "forbidden", f"is an update ({first}), and SPARQL only reads here", "Change things by GraphQL mutations."
    if "SERVICE" in words:
        return "forbidden", "asks another service by SERVICE, which this one does not", _HERE
    if "FROM" in words:
        hint = "Leave FROM out: all that is here lies in the default graph."
        return "bad-query", "names a data set by FROM, and there is only one", hint
    return None


def _syntax(said: str, text: str, prefixes: object) -> tuple[str, str, int]:
    """Sentence, hint and line of a query that is none; the parser's own words list every sign that it expected."""
    place = re.match(r"error at (\d+):(\d+): (.*)", said, re.DOTALL)
    if not place:
        return f"is not a SPARQL query ({said[:200]})", "Mend it.", 0
    line, column = int(place[1]), int(place[2])
    rest = (text.splitlines() or [""])[line - 1 : line]
    near = rest[0][column - 1 :][:30].strip() if rest else ""
    where = f'line {line}, column {column}, near "{near}"' if near else f"line {line}, at its end"
    expected = re.findall(r'(?<!{)\b[A-Z]{2,}\b|"[{}().]"', place[3])[:6]
    hint = f"Expected there, among others: {' '.join(expected)}." if expected else "Mend it there."
    if "Prefix not found" in place[3]:
        known = ", ".join(sorted(prefixes)) if isinstance(prefixes, dict) else ""
        hint = f"Perhaps a prefix is not declared; known without PREFIX: {known}."
    return f"is not a SPARQL query: {where}", hint, line


class _Full(Exception):
    """Enough was written."""


class _Cut:
    """Where a serialiser writes lines until there are enough of them."""

    def __init__(self, lines: int, size: int) -> None:
        self.held, self._lines, self._size = bytearray(), lines, size
        self.over: str | None = None

    def write(self, data: bytes) -> int:
        if self.over:  # what is left in the serialiser's buffer when it ends
            raise _Full
        self.held += data
        self._lines -= data.count(b"\n")
        if self._lines < 0 or len(self.held) > self._size:
            self.over = "rows" if self._lines < 0 else "bytes"
            raise _Full
        return len(data)

    def flush(self) -> None:
        """For the serialiser."""


def _answer(found: object, task: dict[str, object]) -> None:
    """Send an answer in the format that is wanted, cut after so many rows or bytes, and say so last."""
    import pyoxigraph as ox

    rows, size = int(str(task["rows"])), int(str(task["bytes"]))
    form = task["graph"] if isinstance(found, ox.QueryTriples) else task["solutions"]
    if form is None:
        kind = "triples" if isinstance(found, ox.QueryTriples) else "rows"
        return refuse("not-acceptable", f"has {kind} for an answer, and no format for {kind} is asked for", _ACCEPT)
    if isinstance(found, ox.QueryBoolean):
        _send(found.serialize(format=getattr(ox.QueryResultsFormat, str(form))) or b"")
        return _done(rows=1, truncated=None, boolean=bool(found), triples=False)
    # Lines that can be counted and cut; TSV and N-Triples say all that the other formats say.
    head = 0 if isinstance(found, ox.QueryTriples) else 1
    cut = _Cut(rows + head, 2 * size)
    with contextlib.suppress(_Full):
        if isinstance(found, ox.QueryTriples):
            ox.serialize(found, cut, ox.RdfFormat.N_TRIPLES)  # type: ignore[arg-type]  # it needs write and flush only
        elif isinstance(found, ox.QuerySolutions):
            found.serialize(cut, ox.QueryResultsFormat.TSV)  # type: ignore[arg-type]
    lines = cut.held.split(b"\n")[: rows + head] if cut.over == "rows" else cut.held.split(b"\n")[:-1]
    cut.held.clear()
    truncated = cut.over
    prefixes = None if head else task["prefixes"]
    while True:
        body = _rendered(b"".join(line + b"\n" for line in lines), str(form), truncated, prefixes)
        if len(body) <= size or len(lines) <= head:
            break
        truncated = "bytes"
        del lines[max(head, len(lines) * size // len(body) * 9 // 10) :]
    _send(body)
    return _done(rows=len(lines) - head, truncated=truncated, boolean=None, triples=not head)


def _rendered(lines: bytes, form: str, truncated: str | None, prefixes: object) -> bytes:
    """TSV, or with prefixes N-Triples, in another format; what was cut says so where the format has a place for it."""
    import pyoxigraph as ox

    if isinstance(prefixes, dict):
        told = b"# Truncated: there are more triples than these.\n" if truncated else b""
        terms, into = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES), getattr(ox.RdfFormat, form)
        return told + (ox.serialize(terms, format=into, prefixes=prefixes) or b"")
    results = ox.parse_query_results(lines, ox.QueryResultsFormat.TSV)
    body = results.serialize(format=getattr(ox.QueryResultsFormat, form)) or b""
    link = f"urn:thread:truncated:{truncated}".encode()
    if truncated and form == "JSON":
        return body.replace(b"]", b'],"link":["' + link + b'"]', 1)
    if truncated and form == "XML":
        return body.replace(b"</head>", b'<link href="' + link + b'"/></head>', 1)
    return body


def _send(body: bytes) -> None:
    for start in range(0, len(body), _BLOCK):
        frame(b"B", body[start : start + _BLOCK])


def _done(**said: object) -> None:
    frame(b"D", json.dumps(said).encode())


_TOO_COSTLY = "Ask for less: bind more of what is asked, or count."
_ACCEPT = "Accept application/sparql-results+json for rows, text/turtle for triples."
TASKS = {"parse": parse, "query": query}
_REFUSALS = {
    "parse": (
        ("too-large", "needs more memory than a worker may have", "Split it into smaller files."),
        ("too-large", "is nested too deeply", "Flatten it."),
        ("bad-file", "Check that it is what its ending says."),
    ),
    "query": (
        ("too-costly", "needs more memory than a query may have", _TOO_COSTLY),
        ("too-costly", "is nested too deeply", _TOO_COSTLY),
        ("store-failed", "Run thread verify."),
    ),
}
"""What is said of each task when memory or the stack is not enough, or something else happens."""


def main() -> None:
    """Do the task on standard input."""
    task = json.loads(sys.stdin.buffer.readline())
    memory, nested, (code, hint) = _REFUSALS[task["task"]]
    try:
        TASKS[task["task"]](task, lambda files: confine(task["limits"], files))
    except MemoryError:
        refuse(*memory)
    except RecursionError:
        refuse(*nested)
    except Exception as error:
        refuse(code, f"{type(error).__name__}: {error}"[:500], hint)


if __name__ == "__main__":
    main()
