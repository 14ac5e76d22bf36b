"""What does an RDF file state? Its statements as columns of numbers over a table of terms, each term read once."""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.ingest.pausing import collector_paused
from thread.terms import XSD

Lines = Iterable[object]
"""Blocks of whole lines of N-Quads (``bytes``); anything else stands for one line that was too long to send."""
_LITERAL: Final = re.compile(rb'"(.*)"(?:\^\^<([^<>\s]*)>|@([A-Za-z0-9-]+))?', re.DOTALL)
_LOOSE: Final = re.compile(rb"(<[^>]*>|_:[^ ]+) (<[^>]*>) (.*)", re.DOTALL)
_NAME: Final = rb"<[^<>\s]*>|_:[^\s<>]+"
_TEXT: Final = rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"(?:@[A-Za-z0-9-]+|\^\^<[^<>\s]*>)?'
_WHOLE: Final = re.compile(rb"^(%b) (<[^<>\s]*>) (%b|%b)(?: (%b))? \.$" % (_NAME, _NAME, _TEXT, _NAME), re.MULTILINE)
"""A line as nearly all are; the others are split with more care."""
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
Column = npt.NDArray[np.int32]


class Named(NamedTuple):
    """An IRI, as it is written."""

    iri: str


class Blank(NamedTuple):
    """A node without a name; the label holds within its file only."""

    label: str


class Literal(NamedTuple):
    """A value as it is written."""

    text: str
    datatype: str
    language: str


class Quoted(NamedTuple):
    """A statement that something is said of (RDF 1.2 triple term)."""

    subject: bytes
    predicate: bytes
    object: bytes


Term = Named | Blank | Literal | Quoted


class Statements:
    """The statements of one file. ``rows`` numbers them from 1; statements that could not be read are left out."""

    def __init__(self) -> None:
        self._number: defaultdict[bytes, int] = defaultdict(None, {b"": 0})
        self.tokens: list[bytes] = [b""]
        """Each distinct term as N-Quads writes it; the first stands for the default graph."""
        self._columns = tuple(array("i") for _ in range(5))
        self._terms: dict[int, Term | None] = {}
        self.too_long: list[int] = []
        """Numbers of statements that were too long to be sent."""
        self.broken: list[int] = []
        """Numbers of lines that are no statement, as IRIs with line breaks make them."""
        self.read = 0

    def fill(self, lines: Lines, progress: Callable[[int], None] | None = None, *, triples: bool = False) -> None:
        """Take in what a worker sends.

        Args:
            progress: called with the number of statements so far, once a block.
            triples: whether the file was read strictly and names no graphs: then blanks part its terms.
        Cost: about one and a half microseconds a statement; 20 bytes a statement and each distinct term.
        """
        take = self._take_triples if triples else self._take
        self._number.default_factory = self._number.__len__
        with collector_paused():
            for block in lines:
                if isinstance(block, bytes):
                    take(block)
                else:
                    self.read += 1
                    self.too_long.append(self.read)
                if progress:
                    progress(self.read)
        self._number.default_factory = None  # what is asked for later is not new
        self.tokens = list(self._number)

    def _take(self, block: bytes) -> None:
        """Take in whole lines, all at once where each is as it should be."""
        found = _WHOLE.findall(block)
        if len(found) != block.count(b"\n"):
            self._take_lines(block)
            return
        self._extend(zip(*found, strict=True), len(found))

    def _take_triples(self, block: bytes) -> None:
        lines = block.split(b" .\n")
        if lines.pop() or len(lines) != block.count(b"\n"):
            self._take(block)
            return
        self._extend(zip(*[line.split(b" ", 2) for line in lines], strict=True), len(lines))
        self._columns[3].extend(repeat(0, len(lines)))

    def _extend(self, columns: Iterable[Iterable[bytes]], count: int) -> None:
        number = self._number.__getitem__
        for column, tokens in zip(self._columns, columns, strict=False):
            column.extend(map(number, tokens))
        self._columns[4].extend(range(self.read + 1, self.read + count + 1))
        self.read += count

    def _take_lines(self, block: bytes) -> None:
        subjects, predicates, objects, graphs, rows = self._columns
        number, count, row = self._number.setdefault, self._number.__len__, self.read
        for line in block.split(b"\n")[:-1]:
            row += 1
            try:
                subject, predicate, rest = line.split(b" ", 2)
                # As lenient reading may give: a space or a line break in an IRI.
                if predicate[-1:] != b">" or predicate[:1] != b"<" or subject[:1] not in b"<_" or not subject:
                    subject, predicate, rest = _loosely(line)
                rest, graph = split_object(rest)
            except ValueError:
                self.broken.append(row)
                continue
            subjects.append(number(subject, count()))
            predicates.append(number(predicate, count()))
            objects.append(number(rest, count()))
            graphs.append(number(graph, count()) if graph else 0)
            rows.append(row)
        self.read = row

    def column(self, index: int) -> Column:
        """A column: 0 subjects, 1 predicates, 2 objects, 3 graphs, 4 rows."""
        return np.array(self._columns[index], dtype=np.int32)

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[tuple[Term | None, Term | None, Term | None]]:
        """All statements as terms; for small files."""
        for subject, predicate, value in zip(*self._columns[:3], strict=True):
            yield self.term(subject), self.term(predicate), self.term(value)

    def find(self, token: bytes) -> int | None:
        """The number of a term as N-Quads writes it."""
        return self._number.get(token)

    def term(self, number: int) -> Term | None:
        """A term by its number; None where the token is none, as lenient reading may give."""
        if number not in self._terms:
            self._terms[number] = read_term(self.tokens[number])
        return self._terms[number]


def _loosely(line: bytes) -> tuple[bytes, bytes, bytes]:
    found = _LOOSE.fullmatch(line)
    if found is None:
        raise ValueError("not a statement")
    subject, predicate, rest = found.groups()
    return subject, predicate, rest


def split_object(rest: bytes) -> tuple[bytes, bytes]:
    """The object and the graph in the rest of a line ``object [graph] .``; no graph is empty."""
    if rest[-2:] != b" .":
        raise ValueError("not the end of a statement")
    rest = rest[:-2]
    first = rest[:1]
    if first == b'"':
        space = rest.find(b" ", rest.rfind(b'"') + 1)
    elif first == b"<":
        space = rest.find(b" ", rest.rfind(b")>>") if rest[:3] == b"<<(" else rest.find(b">"))
    else:
        space = rest.find(b" ")
    return (rest, b"") if space < 0 else (rest[:space], rest[space + 1 :])


def read_term(token: bytes) -> Term | None:
    """The term that a token of N-Quads stands for; None: it stands for none.

    >>> read_term(b'"a\\\\"b"@en')
    Literal(text='a"b', datatype='http://www.w3.org/1999/02/22-rdf-syntax-ns#langString', language='en')
    """
    if token[:3] == b"<<(":
        parts = token[3:-3].strip().split(b" ", 2)
        return Quoted(*parts) if len(parts) == 3 else None
    if token[:1] == b"<" and token[-1:] == b">":
        return Named(_plain(token[1:-1]))
    if token[:2] == b"_:":
        return Blank(token[2:].decode("utf-8", "replace"))
    found = _LITERAL.fullmatch(token)
    if found is None:
        return None
    text, datatype, language = found.groups()
    if language:
        return Literal(_plain(text), "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", language.decode())
    return Literal(_plain(text), _plain(datatype) if datatype else XSD + "string", "")


def _plain(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    short, long, letter = found.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    code = int(short or long, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"
