"""How is the current state kept as RDF on disk? Plain triples in the default graph, so that plain SPARQL works.

The graph is derived and may be dropped: pyoxigraph never syncs, so after a power cut it may be older or broken.
What lies in the named graph ``META`` is ours: the marker (which revision and instant the default graph shows),
a note while a large change is under way, and, for triples with qualifiers, which qualifiers hold them, so that
taking away one of two qualified triples leaves the plain triple that both share.
"""

import shutil
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import pyoxigraph as ox

from thread.clock import BEGIN, Instant, to_instant, to_text
from thread.errors import StoreError
from thread.facts import GraphDelta, Triple, Value
from thread.stores.plain import qualifiers_key
from thread.terms import RDF, TYPE, XSD, EntityId, Iri

NAME: Final = "graph"
META: Final = ox.NamedNode("urn:thread:graph")
_APPLIED: Final = ox.NamedNode("urn:thread:graph:applied")
_PENDING: Final = ox.NamedNode("urn:thread:graph:pending")
_REIFIES: Final = ox.NamedNode(RDF + "reifies")
_HOLD: Final = "urn:thread:graph:qualifiers:"
_UNQUALIFIED: Final = ox.NamedNode(_HOLD + "none")
_ODD: Final = "urn:thread:graph:odd:"
"""An id that is no IRI is shown under this prefix, percent-encoded, rather than stopping the graph."""
_ATOMIC: Final = 20_000
"""Quads in one update; 10,000 take 60 ms and 10 MB. A larger change goes in steps, under a note."""
_CHUNK: Final = 5_000
_DEFAULT: Final = ox.DefaultGraph()


class OxigraphGraph:
    """The current state in a pyoxigraph store of its own directory.

    A directory that cannot be opened is not refused but emptied: ``fault`` says what was wrong, ``applied`` is
    (0, BEGIN), and the caller brings all triples by ``replace``.
    """

    def __init__(self, directory: Path, *, read_only: bool = False) -> None:
        self.directory = directory
        self.fault: str | None = None
        """What was found broken and dropped; None where the graph was whole."""
        self._read_only, self._closed = read_only, False
        self._store: ox.Store | None = None
        self._applied: tuple[int, Instant] = (0, BEGIN)
        self._switching = threading.RLock()
        self._open()

    @property
    def applied(self) -> tuple[int, Instant]:
        """Revision and instant that the graph shows; (0, BEGIN) when empty, dropped or left half changed."""
        if self._store is None:
            with self._switching:  # another thread may be putting a new graph in place
                if self._store is None and not self._closed:
                    self._open()
        return self._applied

    def apply(self, delta: GraphDelta, ordinal: int, instant: Instant) -> None:
        """Move to a later revision or instant, atomically with its marker.

        Raises:
            StoreError: ``store-full``, ``store-failed``; the graph shows what it showed, or is to be replaced.
        """
        if self._read_only:
            raise StoreError("The graph is open for reading only.", hint="Open the store for writing.")
        with self._writing():
            self._move(self._held(), delta, _marker(ordinal, instant))
        self._applied = (ordinal, instant)

    def _move(self, store: ox.Store, delta: GraphDelta, marker: ox.Literal) -> None:
        removed, added = self._changes(store, delta)
        if len(removed) + len(added) > _ATOMIC:
            self._applied = (0, BEGIN)
            store.extend([ox.Quad(META, _PENDING, marker, META)])
            for start in range(0, len(removed), _CHUNK):
                store.update(_update(removed[start : start + _CHUNK], []))
            for start in range(0, len(added), _CHUNK):
                store.extend(added[start : start + _CHUNK])
            removed, added = [], []
        forget = " ".join(f"DELETE WHERE {{ GRAPH {META} {{ {META} {p} ?o }} }} ;" for p in (_APPLIED, _PENDING))
        store.update(_update(removed, added) + forget + _update([], [ox.Quad(META, _APPLIED, marker, META)]))

    def replace(self, triples: Iterable[Triple], ordinal: int, instant: Instant) -> None:
        """Drop everything and show these triples: built beside the old graph, then put in its place.

        Raises:
            StoreError: ``store-full``, ``store-failed``; the graph shows what it showed.
        """
        fresh = self.directory.with_name(self.directory.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        with _foreign_errors(self.directory):
            _build(fresh, triples, _marker(ordinal, instant))
        with self._switching:
            self._release()
            shutil.rmtree(self.directory, ignore_errors=True)
            fresh.rename(self.directory)
            self._open()

    def triples(self) -> Iterator[Triple]:
        """All triples, without qualifiers; compared in the form of ``thread.stores.plain.plain``.

        Raises:
            StoreError: ``store-damaged``: a file of the graph is broken; ``replace`` mends it.
        """
        with _foreign_errors(self.directory):
            for quad in self._held().quads_for_pattern(None, None, None, _DEFAULT):
                yield _triple(quad)

    def checkpoint(self, target: Path, more: Iterable[Triple] = ()) -> tuple[int, Instant]:
        """Make a copy in a new directory; the revision and instant that it shows, (0, BEGIN) where half changed.

        Hard links where the directories lie on one disk, so it costs some 50 ms whatever the size; writing goes on.

        Args:
            more: triples that only the copy has, e.g. the words of the ontology.

        Raises:
            StoreError: ``store-full``, ``store-damaged``.
        """
        with self._switching, _foreign_errors(self.directory):  # replace must not take the files away meanwhile
            self._held().backup(str(target))
            copy = ox.Store(str(target))
            copy.extend(_plain(_term_triple(triple)) for triple in more)
            return _read_marker(copy)

    def close(self) -> None:
        """Release the files; calling it twice is harmless."""
        self._release()
        self._closed = True

    def _release(self) -> None:
        if self._store is not None and not self._read_only:
            # A graph that cannot be flushed is found behind or broken when it is opened next.
            with suppress(StoreError), _foreign_errors(self.directory):
                self._store.flush()
        self._store = None

    def _open(self) -> None:
        for old in () if self._read_only else self.directory.glob("LOG.old.*"):
            old.unlink()  # RocksDB keeps 130 kB of notes from each time it was opened.
        try:
            with _foreign_errors(self.directory):
                if self._read_only:
                    self._store = ox.Store.read_only(str(self.directory))
                else:
                    self._store = ox.Store(str(self.directory))
                self._applied = _read_marker(self._store)
        except StoreError as error:
            if self._read_only or error.code != "store-damaged":
                raise
            self.fault = error.message
            shutil.rmtree(self.directory)
            with _foreign_errors(self.directory):
                self._store, self._applied = ox.Store(str(self.directory)), (0, BEGIN)

    def _held(self) -> ox.Store:
        if self._closed:
            raise StoreError("The graph is closed.", hint="Open the store again.")
        if self._store is None:  # After a full disk the handle stays broken until it is opened again.
            with self._switching:
                if self._store is None:
                    self._open()
        assert self._store is not None
        return self._store

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with _foreign_errors(self.directory):
                yield
        except StoreError:
            # After a full disk the handle stays broken until it is opened again, which may fail too.
            with self._switching, suppress(StoreError):
                self._store, self._applied = None, (0, BEGIN)
                self._open()
            raise

    def _changes(self, store: ox.Store, delta: GraphDelta) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Quads to remove and to add; a plain triple goes only with the last qualifiers that hold it."""
        wanted: dict[ox.Triple, dict[ox.NamedNode, bool]] = {}
        for triples, here in ((delta.removed, False), (delta.added, True)):
            for triple in triples:
                wanted.setdefault(_term_triple(triple), {})[_hold(triple)] = here
        removed: list[ox.Quad] = []
        added: list[ox.Quad] = []
        for plain, keys in wanted.items():
            before = {hold for hold, _ in _holds(store, plain)}
            if not before and any(key != _UNQUALIFIED for key in keys) and _plain(plain) in store:
                before = {_UNQUALIFIED}
            after = {key for key in before if keys.get(key, True)} | {key for key, here in keys.items() if here}
            (added if after else removed).append(_plain(plain))
            held = after if after != {_UNQUALIFIED} else set()
            removed += [ox.Quad(key, _REIFIES, plain, META) for key in before - held]
            added += [ox.Quad(key, _REIFIES, plain, META) for key in held - before]
        return removed, added


def _build(directory: Path, triples: Iterable[Triple], marker: ox.Literal) -> None:
    store = ox.Store(str(directory))
    store.bulk_extend(_plain_or_hold(triple) for triple in triples)
    # A plain triple that is there before those with qualifiers are was said without qualifiers too.
    both = [ox.Quad(_UNQUALIFIED, _REIFIES, term, META) for _, term in _holds(store) if _plain(term) in store]
    store.bulk_extend(_plain(term) for _, term in _holds(store))
    store.extend([*both, ox.Quad(META, _APPLIED, marker, META)])
    store.flush()


def _read_marker(store: ox.Store) -> tuple[int, Instant]:
    if any(store.quads_for_pattern(META, _PENDING, None, META)):
        return (0, BEGIN)
    quads = store.quads_for_pattern(META, _APPLIED, None, META)
    found = [quad.object.value.split() for quad in quads if isinstance(quad.object, ox.Literal)]
    return max(((int(ordinal), int(instant)) for ordinal, instant in found), default=(0, BEGIN))


def _marker(ordinal: int, instant: Instant) -> ox.Literal:
    return ox.Literal(f"{ordinal} {instant}")


def _update(removed: list[ox.Quad], added: list[ox.Quad]) -> str:
    return _data("DELETE", removed) + _data("INSERT", added)


def _data(verb: str, quads: list[ox.Quad]) -> str:
    if not quads:
        return ""
    plain = " .\n".join(str(quad.triple) for quad in quads if quad.graph_name == _DEFAULT)
    ours = " .\n".join(str(quad.triple) for quad in quads if quad.graph_name != _DEFAULT)
    inner = f"GRAPH {META} {{ {ours} }}" if ours else ""
    return f"{verb} DATA {{ {plain} {'.' if plain and ours else ''} {inner} }} ;\n"


def _hold(triple: Triple) -> ox.NamedNode:
    key = qualifiers_key(triple)
    return ox.NamedNode(_HOLD + sha256(key.encode()).hexdigest()) if key else _UNQUALIFIED


def _plain_or_hold(triple: Triple) -> ox.Quad:
    term = _term_triple(triple)
    return ox.Quad(_hold(triple), _REIFIES, term, META) if triple.qualifiers else _plain(term)


def _plain(term: ox.Triple) -> ox.Quad:
    return ox.Quad(term.subject, term.predicate, term.object, _DEFAULT)


def _holds(store: ox.Store, term: ox.Triple | None = None) -> Iterator[tuple[ox.NamedNode, ox.Triple]]:
    for quad in store.quads_for_pattern(None, _REIFIES, term, META):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Triple):
            yield quad.subject, quad.object


def _term_triple(triple: Triple) -> ox.Triple:
    if triple.object is not None:
        term: ox.NamedNode | ox.Literal = _node(triple.object)
    elif triple.value is not None:
        term = _literal(triple.value)
    else:
        raise ValueError(f"a triple needs an object or a value: {triple}")
    return ox.Triple(_node(triple.subject), _node(triple.predicate), term)


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return ox.NamedNode(_ODD + quote(iri, safe=""))


def _iri(node: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    iri = node.value if isinstance(node, ox.NamedNode) else str(node)
    return unquote(iri.removeprefix(_ODD)) if iri.startswith(_ODD) else iri


def _literal(value: Value) -> ox.NamedNode | ox.Literal:
    match value:
        case Iri():
            return _node(value)
        case str():
            return ox.Literal(value)
        case bool():
            return _typed(str(value).lower(), "boolean")
        case int():
            return _typed(str(value), "integer")
        case float():
            return _typed(repr(value).replace("inf", "INF").replace("nan", "NaN"), "double")
        case Decimal():
            return _typed(f"{value:f}", "decimal")
        case datetime():
            return _typed(to_text(to_instant(value)), "dateTime")


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def _triple(quad: ox.Quad) -> Triple:
    subject, predicate = EntityId(_iri(quad.subject)), _iri(quad.predicate)
    match quad.object:
        case ox.Literal() as literal:
            return Triple(subject, predicate, value=_value(literal))
        case other if predicate == TYPE:
            return Triple(subject, predicate, value=Iri(_iri(other)))
        case other:
            return Triple(subject, predicate, object=EntityId(_iri(other)))


def _value(literal: ox.Literal) -> Value:
    text = literal.value
    match literal.datatype.value.removeprefix(XSD):
        case "boolean":
            return text in ("true", "1")
        case "integer":
            return int(text)
        case "double":
            return float(text)
        case "decimal":
            return Decimal(text)
        case "dateTime":
            return datetime.fromisoformat(text)
        case _:
            return text


@contextmanager
def _foreign_errors(directory: Path) -> Iterator[None]:
    """pyoxigraph's errors as ours; it raises OSError for most and RuntimeError for some kinds of damage."""
    try:
        yield
    except (OSError, RuntimeError, SyntaxError) as error:
        # Whoever keeps the error must not keep the files open and locked with it.
        traceback.clear_frames(error.__traceback__)
        text = str(error)
        if "lock hold" in text or "LOCK" in text:
            raise StoreError(
                f"{directory} is in use: {text}.", code="store-locked", hint="End the queries that read it."
            ) from error
        if "No space left" in text or "File too large" in text:
            raise StoreError(
                f"The disk of {directory} is full.", code="store-full", hint="Make room; the graph then follows."
            ) from error
        raise StoreError(
            f"{directory} is broken: {text}.", code="store-damaged", hint="Run thread rebuild: it is made anew."
        ) from error
