"""What was said, by whom, when, in which order? The whole log as RDF, from which an equal store can be made.

Nothing is derived: each revision is a node with its recorded time, source, run, actor and reason; each fact that was
said is a node with the triple, both ends of its valid time, its qualifiers, its file and row, and whether it holds,
ended or was retracted. ``thread.ingest.history`` reads it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from thread.clock import BEGIN, END, Instant, to_text
from thread.export.rdf import OBJECT, PREDICATE, SUBJECT, Node, Term, value_term
from thread.facts import Commit, Fact, Op
from thread.facts import history as words
from thread.terms import TYPE, XSD, Iri, spelled

_TEXT: Final = XSD + "string"
_WHOLE: Final = XSD + "integer"
_TIME: Final = XSD + "dateTime"
_FIRST: Final[Instant] = -62_135_596_800_000_000
_LAST: Final[Instant] = 253_402_300_799_999_999
"""The first and the last microsecond of the calendar, years 1 to 9999."""
WORDS: Final = {
    words.RECORDED_AT: ("recordedAt", _TIME),
    words.REQUEST: ("request", _TEXT),
    words.SOURCE: ("recordedSource", _TEXT),
    words.ACTOR: ("actor", _TEXT),
    words.REASON: ("reason", _TEXT),
    words.RUN: ("run", _TEXT),
    words.WITHDRAWS: ("withdraws", _TEXT),
    words.CONTENT: ("content", _TEXT),
    words.DIGEST: ("digest", _TEXT),
    words.PARTS: ("parts", _TEXT),
    words.LAST: ("lastRevision", _WHOLE),
    words.STATEMENTS: ("statements", _WHOLE),
    words.REVISION: ("inRevision", "@id"),
    words.SAYS: ("says", _TEXT),
    words.VALID_FROM: ("heldFrom", _TIME),
    words.VALID_TO: ("heldTo", _TIME),
    words.ORIGIN: ("origin", _TEXT),
    words.ROW: ("row", _WHOLE),
    words.INDIVIDUAL: ("individual", XSD + "boolean"),
}
"""Names of the words in JSON-LD; they are none of the ontology's."""


def nodes_of_log(commits: Iterable[Commit], last: int) -> Iterator[Node]:
    """Each revision up to the last as a node, followed by a node for each fact that it says; then one that counts.

    Cost: a part in memory at a time.
    """
    count = 0
    for node in _all(commits, last):
        count += len(node.pairs)
        yield node
    counted = [(words.LAST, Term(str(last), _WHOLE)), (words.STATEMENTS, Term(str(count), _WHOLE))]
    yield Node(words.END_NAME, counted)


def _all(commits: Iterable[Commit], last: int) -> Iterator[Node]:
    for commit in commits:
        ordinal, number = commit.revision.ordinal, 0
        if ordinal > last:
            return
        parts = commit.change_set.parts
        yield _revision(commit, [part.size for part in parts])
        for part in parts:
            for op, fact in part.facts():
                number += 1
                yield _claim(ordinal, number, op, fact)


def _revision(commit: Commit, sizes: list[int]) -> Node:
    revision, said = commit.revision, commit.change_set
    texts = [
        (words.REQUEST, said.request_id),
        (words.SOURCE, said.source),
        *((word, text) for word, text in _said(commit) if text),
        *((words.WITHDRAWS, run) for run in said.withdraws),
        (words.PARTS, " ".join(map(str, sizes))),
    ]
    pairs = [(words.RECORDED_AT, _moment(revision.recorded_at)), *((word, Term(text, _TEXT)) for word, text in texts)]
    return Node(words.revision_name(revision.ordinal), pairs)


def _said(commit: Commit) -> Iterator[tuple[str, str]]:
    said = commit.change_set
    yield words.ACTOR, said.actor
    yield words.REASON, said.reason
    yield words.RUN, said.run
    yield words.CONTENT, said.content
    yield words.DIGEST, commit.revision.digest


def _claim(ordinal: int, number: int, op: Op, fact: Fact) -> Node:
    pairs = [
        (words.REVISION, Term(words.revision_name(ordinal))),
        (words.SAYS, Term(words.SAYINGS[op], _TEXT)),
        (SUBJECT, Term(spelled(fact.subject))),
        (PREDICATE, Term(spelled(fact.predicate))),
    ]
    if fact.object is not None:
        pairs.append((OBJECT, Term(spelled(fact.object))))
    else:
        assert fact.value is not None
        pairs.append((OBJECT, value_term(fact.value)))
        if isinstance(fact.value, Iri) and fact.predicate != TYPE:
            pairs.append((words.INDIVIDUAL, Term("true", XSD + "boolean")))
    if fact.valid_from != BEGIN:
        pairs.append((words.VALID_FROM, _moment(fact.valid_from)))
    if fact.valid_to != END:
        pairs.append((words.VALID_TO, _moment(fact.valid_to)))
    pairs += [(name, value_term(value)) for name, value in fact.qualifiers]
    if fact.origin:
        pairs.append((words.ORIGIN, Term(fact.origin, _TEXT)))
    if fact.row:
        pairs.append((words.ROW, Term(str(fact.row), _WHOLE)))
    return Node(words.claim_name(ordinal, number), pairs)


def _moment(instant: Instant) -> Term:
    if _FIRST <= instant <= _LAST:
        return Term(to_text(instant), _TIME)
    return Term(str(instant), words.INSTANT)
