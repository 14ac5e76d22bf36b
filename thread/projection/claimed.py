"""Who said what of a thing, and what came of it? All claims and rows of its slots, for the audit; and who holds what.

A slot is a single-valued predicate of a subject, or one object or value of a many-valued one: where claims meet.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thread.clock import Instant
from thread.projection.reading import ColumnView
from thread.projection.staging import Book
from thread.projection.state import State
from thread.projection.tables import FACTS, INTO, OUT
from thread.projection.view import Statement, View

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Slot:
    """All that was ever said in one slot, up to the view's revision, in the order in which it was said.

    ``recorded_to`` of a claim is the revision that withdrew it (or in which its run said otherwise), of a row the
    revision from which something else was believed.
    """

    subject: str
    predicate: str
    claims: tuple[Statement, ...]
    rows: tuple[Statement, ...]


def slots_of(view: View, node: int, predicates: Collection[str] | None = None, *, incoming: bool = False) -> list[Slot]:
    """The slots of a node as subject, with ``incoming`` also those of links that lead to it; by subject and predicate.

    Args:
        predicates: IRIs; None: all.
    Cost: what was ever said in these slots, not what stands elsewhere.
    """
    if not isinstance(view, ColumnView):
        raise TypeError("an audit needs the record itself, not what is laid over it")
    if not 0 <= node < view.size:
        return []
    while True:
        try:
            return _slots(view, node, predicates, incoming=incoming)
        except IndexError:  # the writer has made longer columns meanwhile
            continue


def _slots(view: ColumnView, node: int, predicates: Collection[str] | None, *, incoming: bool) -> list[Slot]:
    from thread.projection.kernels.claimed import slot_heads

    book, state, known = view._projection._book, view.state, view.known
    tables = (FACTS, OUT, INTO) if incoming else (FACTS, OUT)
    rows = np.concatenate([_rows_at(state, table, node, known) for table in tables])
    words = state.words
    if predicates is not None:
        numbers = [words.numbers[iri] for iri in predicates if iri in words.numbers]
        rows = rows[np.isin(state.claim_of(rows)["predicate"], numbers)]
    heads = np.empty(len(rows), np.int32)
    claims = book.claims.data
    if slot_heads(claims, book.rows.data, book.heads.data, book.slot_table, words.singles, rows, heads) < 0:
        raise IndexError("claims")
    found = [_slot(state, claims, book.rows.data, head, known) for head in np.unique(heads).tolist()]
    return sorted(found, key=lambda slot: (slot.subject, slot.predicate, slot.claims[0].recorded_from, str(slot)))


def _rows_at(state: State, table: int, node: int, known: int) -> Numbers:
    from thread.projection.kernels.scan import degree_sum, rows_at

    e = state.tables[table]
    room = int(degree_sum(e.starts, e.heads, e.late, np.array([node], np.int32)))
    found = np.empty(room + 64, np.int32)
    count = int(rows_at(e.starts, e.row_of, e.heads, e.late, node, found))
    if count > len(found):
        raise IndexError("rows")
    return found[:count][found[:count] < state.rows_until(known)]


def _slot(state: State, claims: npt.NDArray[np.void], rows: npt.NDArray[np.void], head: int, known: int) -> Slot:
    told, believed, at = [], [], head
    limit = state.rows_until(known)
    while at >= 0:
        if int(claims[at]["recorded_from"]) <= known:
            told.append(at)
            row = int(claims[at]["rows"])
            while row >= 0:
                if row < limit:
                    believed.append(row)
                row = int(rows[row]["older"])
        at = int(claims[at]["older"])
    said = state.claim_statements(sorted(told), known)
    return Slot(said[0].subject, said[0].predicate, tuple(said), tuple(state.statements(sorted(believed), known)))


# -- who holds what, over everything


@dataclass(frozen=True, slots=True)
class Holdings:
    """What stands, by source, run and file, at a revision. Arrays are parallel.

    ``told`` counts all claims up to the revision, ``standing`` those that nobody has withdrawn, ``holding`` those
    that are their source's word at the view's instant.
    """

    source: tuple[str, ...]
    run: tuple[str, ...]
    origin: tuple[str, ...]
    told: tuple[int, ...]
    standing: tuple[int, ...]
    holding: tuple[int, ...]
    contested: Numbers
    """Subjects (nodes) of slots in which claims of several sources stand that are not all alike, ascending."""


def holdings(view: View) -> Holdings:
    """What each source holds by a view. Cost: all claims as columns, some sorting; a second for ten million."""
    if not isinstance(view, ColumnView):
        raise TypeError("sources are counted on the record itself, not on what is laid over it")
    book, known = view._projection._book, view.known
    claims = book.claims.used[:]
    claims = claims[claims["recorded_from"] <= known]
    stands = claims["recorded_to"] > known
    held = np.zeros(len(claims), np.bool_)
    live = np.flatnonzero(stands)
    sources = book.actors.data["source"][claims["actor"][live]]
    slots = _slot_numbers(book, claims[live])
    held[live] = _word_now(claims[live], slots, sources, book.words.singles, view.valid_at)
    keys = claims["actor"].astype(np.int64) << 32 | claims["origin"]
    groups, inverse = np.unique(keys, return_inverse=True)
    counts = [np.bincount(inverse[mask], minlength=len(groups)) for mask in (slice(None), stands, held)]
    told, standing, holding = (tuple(count.tolist()) for count in counts)
    actors = book.actors.data[groups >> 32]
    texts = view.state.texts
    return Holdings(
        source=tuple(book.sources[number] for number in actors["source"].tolist()),
        run=tuple(texts.texts(actors["run"])),
        origin=tuple(texts.texts((groups & 0xFFFFFFFF).astype(np.int32))),
        told=told,
        standing=standing,
        holding=holding,
        contested=_contested(claims[live], slots, sources),
    )


def _slot_numbers(book: Book, claims: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """A number for the slot of each claim."""
    single = book.words.singles[claims["predicate"]] != 0
    value = np.where(single, 0, claims["value"])
    kind = np.where(single, 0, claims["type"])
    order = np.lexsort((kind, value, claims["predicate"], claims["subject"]))
    if not len(order):
        return np.empty(0, np.int64)
    numbers = np.zeros(len(order), np.int64)
    numbers[order[1:]] = np.cumsum(_steps((claims["subject"], claims["predicate"], value, kind), order))
    return numbers


def _steps(columns: Iterable[npt.NDArray[Any]], order: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Where in an order one record differs from the next in any column."""
    differs = np.zeros(max(len(order) - 1, 0), np.bool_)
    for column in columns:
        ordered = column[order]
        differs |= ordered[1:] != ordered[:-1]
    return differs


def _word_now(
    claims: npt.NDArray[np.void],
    slots: npt.NDArray[np.int64],
    sources: npt.NDArray[np.int32],
    singles: npt.NDArray[np.uint8],
    at: Instant,
) -> npt.NDArray[np.bool_]:
    """Which standing claims are their source's word at an instant: the last on its identity, not yet over, and in a
    single-valued slot the latest that has begun."""
    place = np.arange(len(claims))
    identity = (claims["qualifiers"], claims["type"], claims["value"], claims["valid_from"], sources, slots)
    order = np.lexsort((place, *identity))
    last = np.ones(len(order), np.bool_)
    last[:-1] = _steps(identity, order)
    counts = np.zeros(len(claims), np.bool_)
    counts[order[last]] = True
    counts &= (claims["valid_from"] < claims["valid_to"]) & (claims["valid_from"] <= at)
    single = singles[claims["predicate"]] != 0
    chosen = np.flatnonzero(counts & single)
    order = chosen[np.lexsort((place[chosen], claims["valid_from"][chosen], sources[chosen], slots[chosen]))]
    following = np.zeros(len(order), np.bool_)
    following[:-1] = (slots[order][1:] == slots[order][:-1]) & (sources[order][1:] == sources[order][:-1])
    counts[order[following]] = False
    held: npt.NDArray[np.bool_] = counts & (claims["valid_to"] > at)
    return held


def _contested(claims: npt.NDArray[np.void], slots: npt.NDArray[np.int64], sources: npt.NDArray[np.int32]) -> Numbers:
    """Subjects of slots in which claims of several sources stand that are not all alike."""
    order = np.lexsort((sources, slots))
    same = ~_steps((slots,), order)
    others = same & _steps((sources,), order)
    content = tuple(claims[name] for name in ("value", "type", "qualifiers", "valid_from", "valid_to"))
    unlike = same & _steps(content, order)
    disputed = np.intersect1d(slots[order[1:][others]], slots[order[1:][unlike]])
    return np.unique(claims["subject"][np.isin(slots, disputed)]).astype(np.int32)
