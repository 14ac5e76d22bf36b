"""Who has these names? As ``find`` and ``bearers`` of a view, for as many at once as an import has."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.projection.reading import _ANYBODY, ColumnView
from thread.projection.view import Ints, View
from thread.terms import IDENTIFIER, SCHEME, SCOPE, EntityId

Triple = tuple[str, str | None, str]
_FEW: Final = 64
"""Names of which fewer are asked for one by one."""


class Directory:
    """The names of one view: reads all identifiers once, then answers for thousands at a time."""

    def __init__(self, view: View) -> None:
        self._view = view

    def find(self, iris: Sequence[str]) -> Ints:
        """The nodes of IRIs, -1 where there is none."""
        view = self._view
        if not isinstance(view, ColumnView) or len(iris) < _FEW:
            return np.array([view.find(iri) for iri in iris], np.int32)
        found = view.state.iris.find_all(iris)
        found[found >= view.size] = -1
        return found

    def bearers(self, identifiers: Iterable[Triple]) -> dict[Triple, Sequence[EntityId]]:
        """Who carries identifiers of (scheme, scope, value), those that anybody does; no scope stands for any.

        Cost: the identifiers of the view once, sorted; then a look-up and a search each.
        """
        asked = list(dict.fromkeys(identifiers))
        view = self._view
        if not isinstance(view, ColumnView) or len(asked) < _FEW:
            pairs = ((each, self._one(each)) for each in asked)
            return {each: found for each, found in pairs if found}
        if not view.size:
            return {}
        values, nodes, notes = self._carried
        ids = view.state.texts.find_all([value for _, _, value in asked])
        lows, highs = (np.searchsorted(values, ids, side=side) for side in ("left", "right"))
        counts = np.where(ids >= 0, highs - lows, 0)
        asking = np.repeat(np.arange(len(asked)), counts)
        places = np.arange(len(asking)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(lows, counts)
        iris = iter(view.iris(nodes[places]))
        mine: dict[Triple, set[EntityId]] = {}
        for index, iri, note in zip(asking.tolist(), iris, notes[places].tolist(), strict=True):
            each = asked[index]
            scheme, scope = self._named(note)
            if scheme == each[0] and (each[1] is None or scope == each[1]):
                mine.setdefault(each, set()).add(iri)
        return {each: sorted(found) for each, found in mine.items()}

    def _one(self, identifier: Triple) -> Sequence[EntityId]:
        view, (scheme, scope, value) = self._view, identifier
        nodes = view.bearers(value, scheme)
        if scope is not None:
            nodes = [n for n in nodes if any(i.value == value and i.scope == scope for i in view.identifiers(n))]
        return view.iris(nodes)

    @cached_property
    def _carried(self) -> tuple[Ints, Ints, Ints]:
        """Text of the value, node and qualifiers of every identifier of a present node, by text."""
        view = self._view
        assert isinstance(view, ColumnView)
        nodes, claims, _, _ = view._facts(np.arange(view.size, dtype=np.int32), IDENTIFIER, _ANYBODY)
        held = view.state.claims[claims]
        kept = np.flatnonzero((held["type"] == 1) & (view.kinds()[nodes] >= 0))
        values = held["value"][kept].astype(np.int32)
        order: npt.NDArray[np.int64] = np.argsort(values, kind="stable")
        return values[order], nodes[kept][order], held["qualifiers"][kept][order].astype(np.int32)

    @cached_property
    def _known_notes(self) -> dict[int, tuple[str, str | None]]:
        return {}

    def _named(self, note: int) -> tuple[str, str | None]:
        """The scheme and the scope that qualifiers say."""
        known = self._known_notes.get(note)
        if known is None:
            assert isinstance(self._view, ColumnView)
            named = dict(self._view.state.qualifiers(note))
            scope = named.get(SCOPE)
            known = str(named.get(SCHEME, "")), None if scope is None else str(scope)
            self._known_notes[note] = known
        return known
