"""Whatever a file does to the process that reads it, this process goes on and says what to do."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from thread.errors import InputError, LimitError, ThreadError
from thread.worker import Limits, parse_rdf
from thread.worker.running import TooLong

A = "<http://a>"
GOOD = f'{A} <http://p> "x" .\n'
ENTITIES = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
BODY = f'<rdf:RDF {RDF}><rdf:Description rdf:about="http://x"><rdf:value>%s</rdf:value></rdf:Description></rdf:RDF>'
BOMB = f'<?xml version="1.0"?>\n<!-- - -- -->\n<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaa">{ENTITIES}]>{BODY % "&j;"}'

NESTED = '{"http://p/x":' * 4_000 + "1" + "}" * 4_000
LISTS = '{"http://p/x":' + '[{"@list":' * 5_000 + "1" + "}]" * 5_000 + "}"
ONE_IN_XML = BODY.replace("rdf:value", "h:p").replace("http://x", "http://a") % "1"
ONE_IN_XML = ONE_IN_XML.replace("<h:p", f'<h:p xmlns:h="http://" rdf:datatype="{INTEGER}"')


def lines(
    folder: Path, name: str, content: bytes | str, *, lenient: bool = False, limits: Limits | None = None
) -> bytes:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    options = {"limits": limits} if limits else {}
    form = name.rpartition(".")[2]
    return b"".join(block for block in parse_rdf(path, form, lenient=lenient, **options) if isinstance(block, bytes))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "@prefix : <http://> . :a :p 1 ."),
        ("a.nt", f"{A} <http://p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> ."),
        ("a.nq", f"{A} <http://p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> ."),
        ("a.trig", "@prefix : <http://> . { :a :p 1 }"),
        ("a.jsonld", '{"@id": "http://a", "http://p": 1}'),
        ("a.rdf", ONE_IN_XML),
    ],
)  # fmt: skip
def test_every_format_says_the_same_statement(name: str, content: str, tmp_path: Path) -> None:
    assert (
        lines(tmp_path, name, content) == b'<http://a> <http://p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    )


def test_a_mark_of_bytes_at_the_start_is_passed_over(tmp_path: Path) -> None:
    assert lines(tmp_path, "a.ttl", b"\xef\xbb\xbf" + GOOD.encode()) == GOOD.encode()
    assert lines(tmp_path, "a.rdf", b"\xef\xbb\xbf" + (BODY % "y").encode()).startswith(b"<http://x>")


@pytest.mark.parametrize(
    ("name", "content", "line", "said"),
    [
        ("truncated.ttl", GOOD + f'{A} <http://p> "', 2, "end of file"),
        ("space.ttl", GOOD + '<http://a b> <http://p> "x" .', 2, "IRI"),
        ("percent.nt", GOOD + '<http://a%zz> <http://p> "x" .', 2, "IRI"),
        ("bracket.ttl", "<http://a[1]> <http://p> 1 .", 1, "IRI"),
        ("relative.ttl", "<a> <http://p> 1 .", 1, "IRI"),
        ("truncated.jsonld", '{"@id": "http://a", "http://p": [1, ', 1, "end of file"),
        ("utf16.ttl", GOOD.encode("utf-16"), 0, "UTF-8"),
        ("doctype.rdf", BOMB, 0, "DOCTYPE"),
        ("doctype-after-mark.rdf", b"\xef\xbb\xbf" + BOMB.encode(), 0, "DOCTYPE"),
        ("no.rdf", "just words", 0, "RDF/XML"),
        ("remote.jsonld", '{"@context": "http://127.0.0.1:9/c.jsonld", "@id": "http://a", "x": 1}', 0, "remote"),
        pytest.param("nested.jsonld", NESTED, 0, "Flatten", marks=pytest.mark.slow),
        pytest.param("nested-lists.jsonld", LISTS, 0, "", marks=pytest.mark.slow),
        ("braces.trig", "{" * 4_500, 1, ""),
        ("brackets.ttl", f"{A} <http://p> " + "(" * 4_500, 1, "end"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_an_error_and_this_process_goes_on(
    name: str, content: str | bytes, line: int, said: str, tmp_path: Path
) -> None:
    before = os.getpid()
    with pytest.raises(InputError) as caught:
        lines(tmp_path, name, content)
    assert caught.value.code == "bad-file"
    assert caught.value.fields["line"] == line
    assert said in str(caught.value)
    assert caught.value.hint
    assert os.getpid() == before
    assert lines(tmp_path, "good.ttl", GOOD) == GOOD.encode()


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.ttl: cannot be read"):
        list(parse_rdf(tmp_path / "missing.ttl", "ttl"))


def test_a_lenient_reading_takes_iris_that_are_none(tmp_path: Path) -> None:
    assert lines(tmp_path, "a.ttl", "<http://a b[1]%zz> <http://p> 1 .", lenient=True).startswith(
        b"<http://a b[1]%zz> "
    )


def test_a_reading_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(LimitError) as caught:
        lines(tmp_path, "a.nt", GOOD * 200_000, limits=Limits(wait_seconds=0.0))
    assert caught.value.code == "timeout"


def test_a_reading_that_needs_too_much_work_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text(GOOD * 2_000_000)
    with pytest.raises(LimitError) as caught:
        for _ in parse_rdf(path, "nt", limits=Limits(cpu_seconds=1)):
            pass
    assert caught.value.code == "timeout"


def test_a_reading_that_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ThreadError) as caught:
        lines(tmp_path, "a.ttl", f'{A} <http://p> "{"x" * 50_000_000}" .', limits=Limits(memory_bytes=100 << 20))
    assert caught.value.code in ("too-large", "bad-file")


def test_a_giant_value_is_counted_and_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text(GOOD + f'{A} <http://p> "{"x" * 400_000}" .\n' + GOOD)
    sent = list(parse_rdf(path, "nt", limits=Limits(longest_line=300_000)))
    assert [each for each in sent if isinstance(each, TooLong)] == [TooLong(2)]
    assert b"".join(each for each in sent if isinstance(each, bytes)) == GOOD.encode() * 2


@pytest.mark.parametrize("longest", [40, 64, 1000])
def test_lines_of_all_lengths_come_whole_or_are_counted(longest: int, tmp_path: Path) -> None:
    said = [f'{A} <http://p> "{"x" * (n % 90)}" .\n' for n in range(20_000)]
    path = tmp_path / "a.nt"
    path.write_text("".join(said))
    sent = list(parse_rdf(path, "nt", limits=Limits(longest_line=longest)))
    assert b"".join(each for each in sent if isinstance(each, bytes)).decode() == "".join(
        each for each in said if len(each) <= longest
    )
    numbers = [each.number for each in sent if isinstance(each, TooLong)]
    assert numbers == [number for number, each in enumerate(said, 1) if len(each) > longest]


def test_nothing_that_is_left_early_goes_on_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    path = tmp_path / "a.nt"
    path.write_text(GOOD * 300_000)
    answer = parse_rdf(path, "nt")
    next(iter(answer))
    assert [process.poll() for process in started] == [None]
    answer.close()
    assert [process.returncode is not None for process in started] == [True]


@contextmanager
def bait() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that notes every call."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def answer() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                calls.append("call")
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
        finally:
            done.set()
            thread.join()


def test_no_file_makes_the_reader_call_anyone(tmp_path: Path) -> None:
    with bait() as (address, calls):
        for name, content in {
            "context.jsonld": f'{{"@context": "{address}/c.jsonld", "@id": "http://a", "x": 1}}',
            "import.jsonld": f'{{"@context": {{"@version": 1.1, "@import": "{address}/c.jsonld"}}, "@id": "http://a"}}',
            "external.rdf": f'<?xml version="1.0"?><!DOCTYPE r SYSTEM "{address}/x.dtd">{BODY % "y"}',
            "entity.rdf": f'<!DOCTYPE r [<!ENTITY e SYSTEM "{address}/e">]>{BODY % "&e;"}',
        }.items():
            with pytest.raises(InputError):
                lines(tmp_path, name, content)
        lines(tmp_path, "imports.ttl", f"<{address}/o> <http://www.w3.org/2002/07/owl#imports> <{address}/x> .")
    assert calls == []


def test_a_worker_can_open_nothing_once_it_reads() -> None:
    import subprocess
    import sys

    from thread.worker import running

    probe = (
        f"import runpy, socket; child = runpy.run_path({str(running._CHILD)!r}); "
        "child['confine']({'cpu_seconds': 5, 'memory_bytes': 1 << 30})\n"
        "for act in (lambda: socket.socket(), lambda: open('/etc/hostname'), lambda: open('/tmp/x', 'w')):\n"
        "    try: act()\n"
        "    except OSError as error: print(error.errno)\n"
    )
    out = subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["24", "24", "24"]
