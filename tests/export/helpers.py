"""What do tests of exports compare? Views by all they say, files by what other libraries read in them."""

import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import pyoxigraph as ox

from thread.clock import FixedClock
from thread.facts import ChangeSet, Commit, Fact, Revision, Value
from thread.facts.columns import value_type
from thread.ontology.model import Ontology
from thread.projection import Projection, View
from thread.projection.view import Statement
from thread.stores import open_store
from thread.stores.base import Store

FORMATS = {"ttl": ox.RdfFormat.TURTLE, "nq": ox.RdfFormat.N_QUADS, "jsonld": ox.RdfFormat.JSON_LD}


def kept(change_sets: Iterable[ChangeSet], times: Sequence[int] = (), address: str = "memory:") -> Store:
    """A store with a history, recorded at the given times."""
    clock = FixedClock(1_700_000_000_000_000)
    store = open_store(address, clock)
    for number, change_set in enumerate(change_sets):
        clock.instant = times[number] if times else clock.instant + 7
        store.append(change_set)
    return store


def projected(commits: Iterable[Commit], ontology: Ontology, ranks: dict[str, int] | None = None) -> Projection:
    """The fold of commits; what has no effect is folded as well, so that revisions stay the same."""
    found = Projection(ontology, ranks or {})
    for commit in commits:
        found.publish(found.stage(commit.change_set), commit.revision)
    return found


def as_quads(text: str, form: str) -> Iterator[bytes]:
    """What a worker would send of a file: its statements as N-Quads, read by another library."""
    out = io.BytesIO()
    ox.serialize(ox.parse(text.encode(), FORMATS[form]), out, ox.RdfFormat.N_QUADS)
    yield out.getvalue()


def exact(value: Value | None) -> tuple[str, str]:
    if value is None:
        return "", ""
    return value_type(value).name, value.hex() if isinstance(value, float) else str(value)


def content(fact: Fact) -> tuple[object, ...]:
    qualifiers = tuple((name, exact(value)) for name, value in fact.qualifiers)
    times = (fact.valid_from, fact.valid_to)
    return fact.subject, fact.predicate, fact.object, exact(fact.value), qualifiers, times, fact.origin, fact.row


def said(commit: Commit) -> tuple[object, ...]:
    """All that a commit says, types of values included."""
    one = commit.change_set
    facts = [(op, *content(fact)) for part in one.parts for op, fact in part.facts()]
    sizes = [part.size for part in one.parts]
    header = (one.request_id, one.source, one.actor, one.reason, one.run, one.withdraws, one.content)
    return _time(commit.revision), header, sizes, facts


def _time(revision: Revision) -> tuple[int, int]:
    return revision.ordinal, revision.recorded_at


def spoken(statement: Statement, *, timed: bool = True) -> tuple[object, ...]:
    """A statement without who says so; with its valid time where that matters."""
    qualifiers = tuple((name, exact(value)) for name, value in statement.qualifiers)
    value = exact(statement.value)
    if isinstance(statement.value, Decimal):  # 1E+3 and 1000 are one number
        value = value[0], f"{statement.value.normalize():f}"
    plain = (statement.subject, statement.predicate, statement.object, value, qualifiers)
    return (*plain, statement.valid_from, statement.valid_to) if timed else plain


def state(view: View, *, timed: bool = False) -> set[tuple[object, ...]]:
    """Everything that is in force in a view, node by node, by the questions that any view answers."""
    found: set[tuple[object, ...]] = set()
    for node in range(view.size):
        kind = view.kind(node)
        if kind < 0:
            continue
        found.add((view.iri(node), view.ontology.kinds[kind].iri, view.is_stub(node), view.label(node)))
        found |= {spoken(statement, timed=timed) for statement in view.attributes(node)}
        rows = view.links_from(node).row.tolist()
        found |= {spoken(view.link(row), timed=timed) for row in rows}
    return found
