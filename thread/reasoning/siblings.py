"""Which items share an origin with this one? Batch, supplier, revision, process step; where each is, ranked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints, View
from thread.reasoning.answers import Completeness, IncompleteCode, IncompleteReason, Ranked, completeness_of
from thread.reasoning.places import Places, Whereabouts, objects_ever, places_of, subjects_ever
from thread.terms import THR, UpperKind

FROM_BATCH, SUPPLIED_BY, MADE_TO, PROCESSED_BY = (
    THR + name for name in ("fromBatch", "suppliedBy", "madeTo", "processedBy")
)
_NOTHING: Ints = np.empty(0, np.int32)


class Sharing(StrEnum):
    """What siblings have in common. Origins are timeless: a link counts at whatever time it held."""

    BATCH = "BATCH"
    """From the same batch or lot."""
    SUPPLIER = "SUPPLIER"
    """Delivered by the same supplier, itself or as part of a batch."""
    REVISION = "REVISION"
    """Made to the same design revision (to the same design, where no revision is known)."""
    PROCESS_STEP = "PROCESS_STEP"
    """Went through the same process step or run, itself or as part of a batch."""


_SAID = {
    Sharing.BATCH: "No batch is recorded of it.",
    Sharing.SUPPLIER: "No supplier is recorded of it or of its batch.",
    Sharing.REVISION: "No design is recorded to which it was made.",
    Sharing.PROCESS_STEP: "No process step is recorded of it or of its batch.",
}


@dataclass(frozen=True, slots=True)
class Sibling:
    """One item that shares an origin, with its place in ``Siblings.places``."""

    node: int
    sharing: tuple[Sharing, ...]
    at: int


def origins_of(view: View, node: int) -> Mapping[Sharing, Ints]:
    """The batches, suppliers, revisions and process steps behind an item, at whatever time; ascending."""
    batches = objects_ever(view, [node], FROM_BATCH)
    around = [node, *batches.tolist()]
    return {
        Sharing.BATCH: batches,
        Sharing.SUPPLIER: objects_ever(view, around, SUPPLIED_BY),
        Sharing.REVISION: objects_ever(view, [node], MADE_TO),
        Sharing.PROCESS_STEP: objects_ever(view, around, PROCESSED_BY),
    }


def items_of(view: View, sharing: Sharing, origins: Ints) -> Ints:
    """Everything that has one of the origins, batches among it; ascending."""
    if not len(origins):
        return _NOTHING
    if sharing is Sharing.BATCH:
        return subjects_ever(view, origins, FROM_BATCH)
    if sharing is Sharing.REVISION:
        return subjects_ever(view, origins, MADE_TO)
    direct = subjects_ever(view, origins, SUPPLIED_BY if sharing is Sharing.SUPPLIER else PROCESSED_BY)
    return np.union1d(direct, subjects_ever(view, direct, FROM_BATCH)).astype(np.int32)


def siblings_of(
    view: View,
    node: int,
    sharing: Collection[Sharing] = tuple(Sharing),
    risk: Mapping[int, float] | None = None,
) -> "Siblings":
    """Items that share an origin with one, present in the view and the item itself left out.

    Args:
        risk: probability of failing within the horizon times what that stops, where somebody knows it.
    Cost: O(items of the shared origins), as arrays.
    """
    return Siblings(view, node, tuple(each for each in Sharing if each in sharing), risk or {})


class Siblings:
    """The answer to one question about siblings; made by ``siblings_of``.

    Ranked: installed, in stock, in repair, scrapped, unknown; then risk; then exposure, longest first; then IRI.
    What was swapped since stays in.
    """

    def __init__(self, view: View, node: int, sharing: tuple[Sharing, ...], risk: Mapping[int, float]) -> None:
        self.view, self.node, self.sharing = view, node, sharing
        self._risk = risk
        self._pages: dict[frozenset[int] | None, Ranked] = {}

    @cached_property
    def origins(self) -> Mapping[Sharing, Ints]:
        """What is shared, by how, present or not."""
        if self.node < 0:
            return dict.fromkeys(self.sharing, _NOTHING)
        found = origins_of(self.view, self.node)
        return {each: found[each] for each in self.sharing}

    @cached_property
    def _shares(self) -> tuple[Ints, npt.NDArray[np.uint8]]:
        """Items and how they share, one bit each."""
        found = {each: items_of(self.view, each, self.origins[each]) for each in self.sharing}
        nodes = np.unique(np.concatenate([*found.values(), _NOTHING]))
        bits = np.zeros(len(nodes), np.uint8)
        for number, each in enumerate(Sharing):
            if each in found:
                bits[np.searchsorted(nodes, found[each])] |= 1 << number
        wanted = np.zeros(len(self.view.ontology.kinds) + 1, np.bool_)  # the last one is -1: absent
        wanted[list(self.view.ontology.subkinds(UpperKind.COMPONENT, UpperKind.ASSET))] = True
        keep = wanted[self.view.kinds_of(nodes)] & (nodes != self.node)
        return nodes[keep], bits[keep]

    @cached_property
    def places(self) -> Places:
        """Where they are."""
        return places_of(self.view, self._shares[0])

    @cached_property
    def _ranks(self) -> tuple[npt.NDArray[np.int32], list[tuple[int, float, int]]]:
        """The rank of each item, and what each rank stands for: (where, -risk, -exposure)."""
        places = self.places
        risk = np.array([self._risk.get(node, 0.0) for node in places.nodes.tolist()]) if self._risk else None
        worth = np.zeros(len(places.nodes)) if risk is None else risk
        order = np.lexsort((-places.exposure, -worth, places.where))
        keys = np.stack([places.where[order], -worth[order], -places.exposure[order]]) if len(order) else None
        if keys is None:
            return np.empty(0, np.int32), []
        new = np.any(np.diff(keys, axis=1, prepend=np.nan) != 0, axis=0)
        ranks = np.empty(len(order), np.int32)
        ranks[order] = np.cumsum(new) - 1
        firsts = order[np.flatnonzero(new)]
        rows = zip(places.where[firsts], -worth[firsts], -places.exposure[firsts], strict=True)
        return ranks, [(int(where), float(known), int(exposed)) for where, known, exposed in rows]

    @property
    def keys(self) -> Sequence[tuple[int, float, int]]:
        """What ranks stand for, in order: (where, -risk, -exposure)."""
        return self._ranks[1]

    def ranked(self, where: Collection[Whereabouts] | None = None) -> Ranked:
        """The siblings in order, optionally of some whereabouts only."""
        key = None if where is None else frozenset(int(each) for each in where)
        if key not in self._pages:
            keep = np.ones(len(self.places.nodes), bool) if key is None else np.isin(self.places.where, list(key))
            self._pages[key] = Ranked(self.view, self.places.nodes[keep], self._ranks[0][keep])
        return self._pages[key]

    def hits(
        self, start: int = 0, stop: int = 100, where: Collection[Whereabouts] | None = None
    ) -> list[tuple[Sibling, int]]:
        """One page of siblings, each with its rank."""
        found = self.ranked(where).page(start, stop)
        at = np.searchsorted(self.places.nodes, np.array([node for node, _ in found], np.int32)).tolist()
        bits = self._shares[1]
        return [
            (Sibling(node, tuple(s for number, s in enumerate(Sharing) if bits[i] >> number & 1), i), rank)
            for (node, rank), i in zip(found, at, strict=True)
        ]

    def counts(self) -> list[tuple[Whereabouts, int]]:
        """How many are where; whereabouts of none are left out."""
        found = np.bincount(self.places.where, minlength=len(Whereabouts)).tolist()
        return [(each, found[each]) for each in Whereabouts if found[each]]

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless the item lacks an origin that was asked for."""
        reasons = []
        if self.node >= 0:
            reasons = [
                IncompleteReason(IncompleteCode.GAP, _SAID[each], 1, (self.node,))
                for each, found in self.origins.items()
                if not len(found)
            ]
        seen = len(self.places.nodes) + sum(map(len, self.origins.values()))
        return completeness_of(self.view, reasons, exhausted_to_depth=2, visited_nodes=seen, visited_links=seen)


__all__ = ["Sharing", "Sibling", "Siblings", "items_of", "origins_of", "siblings_of"]
