"""Which log does a history file hold? Its revisions one by one, as ``thread export --history`` wrote them.

The file says each revision, then each fact of it, in order, so that a revision is whole before the next begins. What
another tool has shuffled is put in order by sorting its lines of N-Quads.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from pathlib import Path
from typing import Final, NoReturn

from thread.clock import BEGIN, END, Instant, parse_instant, to_datetime
from thread.errors import InputError
from thread.facts import ChangeSet, Commit, FactPart, Op, PartBuilder, Revision, Value
from thread.facts import history as words
from thread.ingest.statements import Lines, Literal, Named, Term, read_term, split_object
from thread.terms import RDF, TYPE, XSD, Iri, unspelled

_SUBJECT, _PREDICATE, _OBJECT = (RDF + word for word in ("subject", "predicate", "object"))
_HEAD: Final = 1 << 16
_UNBOUND: Final = 1 << 62
_OPS: Final = {word: Op(number) for number, word in enumerate(words.SAYINGS)}
_NOT_QUALIFIERS: Final = frozenset(
    {_SUBJECT, _PREDICATE, _OBJECT, words.REVISION, words.SAYS, words.VALID_FROM, words.VALID_TO, words.ORIGIN}
    | {words.ROW, words.INDIVIDUAL}
)
Pairs = list[tuple[str, Term]]


def is_history(path: Path) -> bool:
    """Whether an RDF file is a history; a file that cannot be read is none."""
    try:
        with path.open("rb") as stream:
            return words.NS.encode() in stream.read(_HEAD)
    except OSError:
        return False


def commits_in(lines: Lines, name: str) -> Iterator[Commit]:
    """The revisions of a history file, in order, with the digests that they had.

    Args:
        lines: its statements as N-Quads, as a worker sends them.
        name: of the file, for messages.
    Raises:
        InputError: ``bad-file``: cut off, out of order, or changed so that it is no history.
    Cost: one revision in memory as columns.
    """
    reader = _Reader(name)
    for subject, group in groupby(_statements(lines, name), lambda statement: statement[0]):
        done = reader.take(subject, [(predicate, term) for _, predicate, term in group])
        if done is not None:
            yield done
    reader.end()


def _statements(lines: Lines, name: str) -> Iterator[tuple[bytes, str, Term]]:
    predicates: dict[bytes, str] = {}
    for block in lines:
        if not isinstance(block, bytes):
            raise InputError(f"{name}: a statement is too long to be read.", code="bad-file", hint=_AGAIN)
        for line in block.split(b"\n")[:-1]:
            subject, predicate, rest = line.split(b" ", 2)
            if predicate not in predicates:
                predicates[predicate] = unspelled(predicate[1:-1].decode())
            term = read_term(split_object(rest)[0])
            if not isinstance(term, Named | Literal):
                raise InputError(f"{name} holds more than a history.", code="bad-file", hint=_AGAIN)
            yield subject, predicates[predicate], term


_AGAIN: Final = "Write it again with thread export --history."


class _Reader:
    def __init__(self, name: str) -> None:
        self._name, self._ordinal, self._read, self._ended = name, 0, 0, False
        self._said: dict[str, list[str]] = {}
        self._sizes: list[int] = []
        self._facts = 0
        self._done: list[FactPart] = []
        self._builder = PartBuilder(_UNBOUND)

    def take(self, subject: bytes, pairs: Pairs) -> Commit | None:
        """Take one node in; the revision before it, where it begins the next."""
        node = subject[1:-1].decode()
        if node == words.END_NAME:
            return self._finish(pairs)
        self._read += len(pairs)
        if node == words.revision_name(self._ordinal + 1):
            done = self._commit() if self._ordinal else None
            self._begin(pairs)
            return done
        if self._ended or not self._ordinal or node != words.claim_name(self._ordinal, self._facts + 1):
            self._fail(f"{node[:80]} stands where revision {max(self._ordinal, 1)} goes on")
        self._claim(pairs)
        return None

    def end(self) -> None:
        """The file is read.

        Raises:
            InputError: ``bad-file``: its end is missing.
        """
        if not self._ended:
            self._fail(f"it breaks off in revision {self._ordinal}")

    def _finish(self, pairs: Pairs) -> Commit | None:
        held = {word: _text(term) for word, term in pairs}
        counted = str(self._ordinal), str(self._read)
        if self._ended or (held.get(words.LAST), held.get(words.STATEMENTS)) != counted:
            self._fail(f"it has {self._ordinal} revisions and {self._read} statements, and its end says otherwise")
        self._ended = True
        return self._commit() if self._ordinal else None

    def _begin(self, pairs: Pairs) -> None:
        self._ordinal += 1
        self._said, self._facts, self._done = {}, 0, []
        for word, term in pairs:
            self._said.setdefault(word, []).append(_text(term))
        try:
            self._sizes = [int(size) for size in self._one(words.PARTS).split()]
        except ValueError:
            self._fail(f"revision {self._ordinal} does not say how large it is")

    def _claim(self, pairs: Pairs) -> None:
        held = dict(pairs)
        try:
            op = _OPS[_text(held[words.SAYS])]
            subject, predicate = (unspelled(_text(held[word])) for word in (_SUBJECT, _PREDICATE))
            value = value_of(held[_OBJECT])
            tail = (
                _instant(held.get(words.VALID_FROM), BEGIN),
                _instant(held.get(words.VALID_TO), END),
                tuple((word, value_of(term)) for word, term in pairs if word not in _NOT_QUALIFIERS),
                _text(held[words.ORIGIN]) if words.ORIGIN in held else "",
                int(_text(held[words.ROW])) if words.ROW in held else 0,
                op,
            )
        except (KeyError, ValueError, InputError):
            self._fail(f"fact {self._facts + 1} of revision {self._ordinal} is not what was written")
        if isinstance(value, Iri) and predicate != TYPE and words.INDIVIDUAL not in held:
            self._builder.link(subject, predicate, str(value), *tail)
        else:
            self._builder.attribute(subject, predicate, value, *tail)
        self._facts += 1
        if self._facts == sum(self._sizes[: len(self._done) + 1]):
            self._done += self._builder.parts()

    def _commit(self) -> Commit:
        if self._facts != sum(self._sizes) or len(self._done) != len(self._sizes):
            self._fail(f"revision {self._ordinal} has {self._facts} facts of {sum(self._sizes)}")
        said = self._said
        recorded = parse_instant(self._one(words.RECORDED_AT))
        change_set = ChangeSet(
            self._one(words.REQUEST),
            self._one(words.SOURCE),
            tuple(self._done),
            actor=said.get(words.ACTOR, [""])[0],
            reason=said.get(words.REASON, [""])[0],
            run=said.get(words.RUN, [""])[0],
            withdraws=tuple(said.get(words.WITHDRAWS, ())),
            content=said.get(words.CONTENT, [""])[0],
        )
        return Commit(Revision(self._ordinal, recorded, said.get(words.DIGEST, [""])[0]), change_set)

    def _one(self, word: str) -> str:
        found = self._said.get(word, ())
        if len(found) != 1:
            self._fail(f"revision {self._ordinal} says {word.removeprefix(words.NS)} {len(found)} times")
        return found[0]

    def _fail(self, why: str) -> NoReturn:
        raise InputError(
            f"{self._name} is no whole history: {why}.",
            code="bad-file",
            hint="Sort its lines if another tool has shuffled them (N-Quads); else export it again.",
        )


def value_of(term: Term) -> Value:
    """The value that ``thread.export.rdf.value_term`` wrote; an IRI as one.

    Raises:
        ValueError: none is.
    """
    if isinstance(term, Named):
        return Iri(unspelled(term.iri))
    if not isinstance(term, Literal):
        raise ValueError("no value")  # noqa: TRY004  one error for all that is no value
    match term.datatype.removeprefix(XSD):
        case "string":
            return term.text
        case "boolean":
            return {"true": True, "false": False}[term.text]
        case "integer":
            return int(term.text)
        case "double":
            return float(term.text)
        case "decimal" | words.DECIMAL:
            try:
                return Decimal(term.text)
            except InvalidOperation as error:
                raise ValueError(term.text) from error
        case "dateTime":
            return to_datetime(parse_instant(term.text)) or datetime.max.replace(tzinfo=UTC)
    raise ValueError(term.datatype)


def _text(term: Term) -> str:
    if isinstance(term, Named):
        return term.iri
    if isinstance(term, Literal):
        return term.text
    raise ValueError("no text")


def _instant(term: Term | None, absent: Instant) -> Instant:
    if term is None:
        return absent
    if isinstance(term, Literal) and term.datatype == words.INSTANT:
        return int(term.text)
    return parse_instant(_text(term))
