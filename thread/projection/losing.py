"""Which claims lost? What sources hold to be in force about a node, and what does not answer."""

import numpy as np
import numpy.typing as npt

from thread.clock import Instant
from thread.projection.staging import Book
from thread.projection.state import State
from thread.projection.tables import FACTS, OUT


def losing_claims(book: Book, state: State, node: int, instant: Instant, known: int) -> list[int]:
    """Claims of a node's contested slots that differ from what answers at (instant, known).

    Raises:
        IndexError: the columns grew meanwhile; ask again.
    """
    from thread.projection.kernels.scan import held

    claims, rows, spans = book.claims.data, book.rows.data, book.spans.data
    sources = np.ascontiguousarray(book.actors.used["source"])
    ranks = book.source_ranks()
    losers: list[int] = []
    for head in _contested(book, state, node, known):
        found = np.empty(64, np.int32)
        single = int(book.words.singles[claims[head]["predicate"]])
        count = int(held(claims, sources, ranks, head, single, instant, known, found))
        if count > len(found):
            found = np.empty(count, np.int32)
            held(claims, sources, ranks, head, single, instant, known, found)
        answers = _answers(claims, rows, spans, head, instant, known)
        losers += [number for number in found[:count].tolist() if _content(claims, number) not in answers]
    return losers


def _contested(book: Book, state: State, node: int, known: int) -> list[int]:
    from thread.projection.kernels.scan import contested, degree_sum, rows_at

    heads_found: set[int] = set()
    for number in (OUT, FACTS):
        e = state.tables[number]
        room = int(degree_sum(e.starts, e.heads, e.late, np.array([node], np.int32)))
        found = np.empty(room + 64, np.int32)
        count = int(rows_at(e.starts, e.row_of, e.heads, e.late, node, found))
        if count > len(found):
            raise IndexError("rows")
        rows = found[:count]
        rows = rows[rows < state.rows_until(state.ordinal)]
        picked = np.empty(len(rows), np.int32)
        table, heads, claims = book.slot_table, book.heads.data, book.claims.data
        count = int(contested(claims, book.rows.data, heads, table, book.words.singles, rows, known, picked))
        if count < 0:
            raise IndexError("claims")
        heads_found.update(picked[:count].tolist())
    return sorted(heads_found)


def _content(claims: npt.NDArray[np.void], number: int) -> tuple[int, int, int]:
    claim = claims[number]
    return int(claim["type"]), int(claim["value"]), int(claim["qualifiers"])


def _answers(
    claims: npt.NDArray[np.void],
    rows: npt.NDArray[np.void],
    spans: npt.NDArray[np.void],
    head: int,
    instant: Instant,
    known: int,
) -> set[tuple[int, int, int]]:
    """What answers in a slot."""
    answers, at = set(), head
    while at >= 0:
        row = int(claims[at]["rows"])
        while row >= 0:
            _, span, closed, older = rows[row].item()
            start, end, made, _ = spans[span].item()
            if made <= known < closed and start <= instant < end:
                answers.add(_content(claims, at))
            row = older
        at = int(claims[at]["older"])
    return answers
