"""What can go wrong, and how is it said? The whole tree of errors, and the one list of codes.

ThreadError
├── InputError      the caller can fix it: a wrong word, value, file, query
├── NotFound        a direct request for one thing that is not there
├── ConflictError   right in itself, but not against what is stored
├── StoreError      the store cannot do it: damage, lock, disk, version
└── LimitError      asked for more than is allowed

A sentence names the thing, what was expected and what to do next. Codes are ``lower-kebab`` in text and
``UPPER_SNAKE`` in GraphQL. Many bad rows are a ``Report`` (see ``thread.ingest``), not an exception.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar, Final

CODES: Final[dict[str, str]] = {
    # input
    "invalid": "a value is not of the form that is expected",
    "unknown-kind": "the ontology has no such kind",
    "unknown-relation": "the ontology has no such relation",
    "unknown-attribute": "the ontology has no such attribute",
    "unknown-column": "the mapping names a column that the file has not",
    "missing-value": "a required cell, key or attribute is empty",
    "bad-value": "a value does not have the datatype, unit, pattern or range that is declared",
    "bad-time": "a date or time is not one, or has no zone where one is needed",
    "bad-iri": "an IRI or reference is not well formed",
    "wrong-domain": "a relation starts at a kind that it may not start from",
    "wrong-range": "a relation ends at a kind that it may not end at",
    "shape-violation": "a property shape of the ontology does not hold",
    "bad-mapping": "an import mapping is not well formed",
    "bad-file": "a file cannot be read as what it is declared to be",
    "bad-ontology": "the ontology or the user's extension is not well formed",
    "bad-config": "a setting, law or gate is not allowed",
    "bad-query": "a GraphQL document or a SPARQL query is not valid",
    "not-acceptable": "an answer of this sort has none of the media types that are accepted",
    "ambiguous-reference": "a reference matches several entities",
    "ambiguous-identifier": "an identifier is carried by several entities",
    "dangling-reference": "a reference names an entity that no source describes; a stub stands for it",
    "repeated-key": "one source describes the same key more than once",
    "order-of-times": "something ends before it starts",
    "circle": "things are parts of each other in a circle",
    # absent
    "not-found": "no entity has this id, IRI or identifier",
    # conflict
    "conflict": "the entity or the store has changed since it was read",
    "identity-conflict": "identifiers of one row belong to different entities",
    "already-installed": "the component fills a position already",
    "not-installed": "the component fills no position then",
    "out-of-order": "something later is known already",
    "duplicate": "the same was recorded before",
    "request-reused": "a request id was used before with other content",
    # store
    "store-locked": "another process writes to this store",
    "store-damaged": "the log or a file of the store is damaged",
    "store-newer": "the store was written by a newer version",
    "store-full": "the disk is full",
    "store-failed": "the store could not be read or written",
    "unsupported": "the store has not the capability that is asked for",
    "unavailable": "a server does not answer, or its address is taken",
    # limits
    "too-large": "a request, answer or file is larger than allowed",
    "too-costly": "a query costs more than allowed",
    "timeout": "an answer took longer than allowed",
    "forbidden": "the principal may not do this",
    "fault": "a fault of the service; the log has the details under the request id",
}


class ThreadError(Exception):
    """Anything of ours that goes wrong: a stable code, a sentence, a hint, and the values as fields."""

    default_code: ClassVar[str] = "fault"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None, **fields: object) -> None:
        self.code = code or self.default_code
        if self.code not in CODES:
            raise KeyError(f"{self.code!r} is not in errors.CODES")
        self.message, self.hint, self.fields = message, hint, fields
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" {self.hint}" if self.hint else "")


class InputError(ThreadError):
    """The caller can fix it."""

    default_code = "invalid"


class NotFound(ThreadError):
    """A direct request for one thing that is not there."""

    default_code = "not-found"


class ConflictError(ThreadError):
    """Right in itself, but not against what is stored."""

    default_code = "conflict"


class StoreError(ThreadError):
    """The store cannot do it."""

    default_code = "store-failed"


class LimitError(ThreadError):
    """Asked for more than is allowed."""

    default_code = "too-large"


def known_near(word: str, known: Iterable[str], noun: str) -> str:
    """A hint that lists the known words near a wrong one, or some of the known ones.

    >>> known_near("Pmup", ["Pump", "Valve"], "kinds")
    'Known kinds near it: Pump.'
    """
    words = sorted(set(known))
    near = get_close_matches(word, words, n=3, cutoff=0.6)
    if near:
        return f"Known {noun} near it: {', '.join(near)}."
    some = ", ".join(words[:8]) + (", …" if len(words) > 8 else "")
    return f"Known {noun}: {some}." if words else f"No {noun} are known."
