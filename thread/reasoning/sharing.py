"""Did a chain hold at one instant? Over a period, what is in what counts only if all of it was so at once."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from thread.clock import Instant
from thread.projection.view import LinkTable, View
from thread.reasoning.answers import LinkRef
from thread.reasoning.needs import INSTALLED_IN, PART_OF

Interval = tuple[Instant, Instant]


class Stays:
    """The intervals of containment among the links of an answer."""

    def __init__(self, view: View, links: LinkTable) -> None:
        assert view.period is not None
        self._period, self._within = view.period, view.ontology.subrelations(INSTALLED_IN, PART_OF)
        self._of: dict[tuple[int, int, int], list[tuple[Interval, LinkRef]]] = defaultdict(list)
        nodes = np.unique(links.subject)
        table, since, until = view.ever_of(nodes, self._within)
        wanted = set(links.row.tolist())
        columns = (*(column.tolist() for column in table), since.tolist(), until.tolist())
        for subject, object_, relation, row, start, end in zip(*columns, strict=True):
            if row in wanted:
                ref = LinkRef(subject, object_, relation, row)
                self._of[subject, object_, relation].append(((start, end), ref))

    def at_one_instant(self, refs: Sequence[LinkRef]) -> tuple[LinkRef, ...] | None:
        """The links of a path with those stays that were at one instant; None where no instant has them all.

        A run of containment is judged by itself: any other link in between begins a new one.
        """
        held: list[LinkRef] = []
        run: list[list[tuple[Interval, LinkRef]]] = []
        for ref in [*refs, None]:
            if ref is not None and ref.relation in self._within:
                run.append(self._of[ref.subject, ref.object, ref.relation])
                continue
            together = _together(self._period, run)
            if together is None:
                return None
            held += together
            run = []
            if ref is not None:
                held.append(ref)
        return tuple(held)


def _together(period: Interval, run: Sequence[Sequence[tuple[Interval, LinkRef]]]) -> list[LinkRef] | None:
    """One stay of each step, all of which share an instant: the earliest such instant."""
    if not run:
        return []
    for instant in sorted({max(period[0], start) for step in run for (start, _), _ in step}):
        chosen = [next((ref for (start, end), ref in step if start <= instant < end), None) for step in run]
        if instant < period[1] and None not in chosen:
            return [ref for ref in chosen if ref is not None]
    return None


__all__ = ["Stays"]
