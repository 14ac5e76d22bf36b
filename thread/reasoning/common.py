"""What do some failures have in common? Origins and feeds that they share, each with what speaks for and against it."""

import math
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.clock import BEGIN, Instant
from thread.projection.view import Ints, View, WalkSpec
from thread.reasoning.answers import Budget, Completeness, IncompleteCode, IncompleteReason, completeness_of
from thread.reasoning.bom import REVISION_OF
from thread.reasoning.health.cone import needed_by
from thread.reasoning.needs import INSTALLED_IN, PART_OF
from thread.reasoning.own import FAILURE_OF, OCCURRED_AT, instant_of
from thread.reasoning.places import objects_ever, subjects_ever
from thread.reasoning.siblings import FROM_BATCH, MADE_TO, PROCESSED_BY, SUPPLIED_BY
from thread.reasoning.structure import Structure
from thread.reasoning.used import items_among
from thread.terms import THR, TYPE, UpperKind

ORIGINS = (MADE_TO, REVISION_OF, FROM_BATCH, SUPPLIED_BY, PROCESSED_BY, THR + "derivedFrom")
_DEEPEST = 64
_EXACT = 100
"""Failed items up to which chances are exact; beyond, to some ten digits."""


class SharedBy(StrEnum):
    """How failures come to share something."""

    ORIGIN = "ORIGIN"
    """What failed came from it: design, batch, charge, supplier, process step, at any remove."""
    FEED = "FEED"
    """What failed sat in something that needs it, or in it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: the event, what failed, and when."""

    event: int
    item: int
    at: Instant


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that failures share, with its evidence; counts are of items."""

    node: int
    by: SharedBy
    failed: tuple[int, ...]
    """Items in question that failed and have it: the support. By IRI."""
    without: tuple[int, ...]
    """Items in question that failed and do not have it: against it. By IRI."""
    exposed: int
    """Comparable items that have it."""
    unharmed: int
    """Of these, those with no failure in the period: against it."""
    chance: float
    """Probability that so many of the failed have it by chance; the smaller, the likelier it is the cause.

    Source: R. A. Fisher, Journal of the Royal Statistical Society 85 (1922) 87-94: the upper tail of drawing the
    failed items from all comparable ones.
    """


def tail(total: int, having: int, drawn: int, found: int) -> float:
    """Probability that at least ``found`` of ``drawn`` items have what ``having`` of ``total`` have.

    >>> tail(10, 3, 3, 3) == 1 / 120
    True
    """
    if drawn > _EXACT:
        log = [
            _log_ways(having, hit) + _log_ways(total - having, drawn - hit) - _log_ways(total, drawn)
            for hit in range(max(found, drawn - total + having), min(having, drawn) + 1)
        ]
        return min(1.0, math.fsum(map(math.exp, log)))
    ways = sum(
        math.comb(having, hit) * math.comb(total - having, drawn - hit) for hit in range(found, min(having, drawn) + 1)
    )
    return ways / math.comb(total, drawn)


def _log_ways(total: int, drawn: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(drawn + 1) - math.lgamma(total - drawn + 1)


def common_cause_of(
    structure: Structure, ever: View, of: Sequence[int], since: Instant | None = None, budget: Budget | None = None
) -> "CommonCause":
    """What failures share, likeliest cause first.

    Args:
        ever: the same view over all time; origins are timeless.
        of: failure events, or what failed.
        since: failures up to this instant count for nothing.
    Cost: a walk per suspect for origins, one per place of comparable items for feeds.
    """
    return CommonCause(structure, ever, of, BEGIN if since is None else since, budget or Budget())


class CommonCause:
    """The answer to one question about failures; made by ``common_cause_of``."""

    def __init__(self, structure: Structure, ever: View, of: Sequence[int], since: Instant, budget: Budget) -> None:
        self.structure, self.view, self.ever, self.of, self._since = structure, structure.view, ever, tuple(of), since
        self._budget = budget
        self._cut = False

    # the failures

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """What is asked about, in the period: events as they are named, of items all; by time, then IRI."""
        found: set[Failure] = set()
        for node in self.of:
            found.update(self._failures(self._links(node, into=False), node, -1))
            found.update(self._failures(self._links(node, into=True), -1, node))
        return tuple(sorted(found, key=lambda each: (each.at, self.view.iri(each.event), self.view.iri(each.item))))

    def _links(self, node: int, *, into: bool) -> list[int]:
        relations = self.view.ontology.subrelations(FAILURE_OF)
        if into:
            return [int(each) for each in self.view.links_to(node, relations).subject]
        return [int(each) for each in self.view.links_from(node, relations).object]

    def _failures(self, others: Iterable[int], event: int, item: int) -> Iterable[Failure]:
        for other in others:
            pair = (event, other) if item < 0 else (other, item)
            at = self._when(pair[0])
            if self._since < at <= self.view.valid_at:
                yield Failure(*pair, at)

    def _when(self, event: int) -> Instant:
        at = instant_of(self.view, event, OCCURRED_AT)
        return min((s.valid_from for s in self.view.history(event, TYPE)), default=BEGIN) if at is None else at

    @cached_property
    def failed(self) -> tuple[int, ...]:
        """The items in question that failed, each once, by IRI."""
        return self._named({failure.item for failure in self.failures})

    @cached_property
    def comparable(self) -> tuple[int, ...]:
        """Items made to any revision of the same designs, the failed among them; by IRI."""
        view = self.ever
        designs = set(objects_ever(view, list(self.failed), MADE_TO).tolist())
        designs |= set(objects_ever(view, sorted(designs), REVISION_OF).tolist())
        revisions = designs | set(subjects_ever(view, sorted(designs), REVISION_OF).tolist())
        items = items_among(self.view, subjects_ever(view, sorted(revisions), MADE_TO))
        return self._named({*items.tolist(), *self.failed})

    @cached_property
    def _harmed(self) -> frozenset[int]:
        """Comparable items with any failure in the period."""
        relations = self.view.ontology.subrelations(FAILURE_OF)
        links = self.view.links_of(np.array(sorted(self.comparable), np.int32), relations, into=True)
        pairs = zip(links.subject.tolist(), links.object.tolist(), strict=True)
        return frozenset(item for event, item in pairs if self._since < self._when(event) <= self.view.valid_at)

    # what they share

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        """What at least two of them share (of one: all that it has), likeliest first, then by support and IRI."""
        found = [*self._judged(self._origins, SharedBy.ORIGIN), *self._judged(self._feeds, SharedBy.FEED)]
        found.sort(key=lambda each: (each.chance, -len(each.failed), each.exposed, self.view.iri(each.node), each.by))
        return tuple(found)

    def _judged(self, having: dict[int, set[int]], by: SharedBy) -> Iterable[Suspect]:
        least = min(2, len(self.failed))
        for node, items in having.items():
            hit = tuple(item for item in self.failed if item in items)
            if self.view.kind(node) < 0 or len(hit) < least:
                continue
            chance = tail(len(self.comparable), len(items), len(self.failed), len(hit))
            without = tuple(item for item in self.failed if item not in items)
            yield Suspect(node, by, hit, without, len(items), len(items - self._harmed), chance)

    @cached_property
    def _origins(self) -> dict[int, set[int]]:
        """Comparable items by what they came from, of what some of the failed came from."""
        counted: dict[int, int] = defaultdict(int)
        for item in self.failed:
            for node in self._walk(item, up=True):
                counted[node] += 1
        least, all_ = min(2, len(self.failed)), set(self.comparable)
        return {node: all_ & self._walk(node, up=False) for node, count in counted.items() if count >= least}

    def _walk(self, node: int, *, up: bool) -> set[int]:
        relations, none = self.ever.ontology.subrelations(*ORIGINS), frozenset[int]()
        spec = WalkSpec(
            forward=relations if up else none, backward=none if up else relations, free=none, stop=none,
            max_depth=_DEEPEST, node_budget=self._budget.nodes, link_budget=self._budget.links,
            deadline=self._budget.deadline,
        )  # fmt: skip
        walk = self.ever.walk((node,), spec)
        self._cut |= walk.stopped is not None
        return set(walk.nodes.tolist())

    @cached_property
    def _feeds(self) -> dict[int, set[int]]:
        """Comparable items by what the assets need that they sat in during the period; failed ones as they failed."""
        items = np.array(sorted(self.comparable), np.int32)
        table, since, until = self.ever.ever_of(items, self.view.ontology.subrelations(INSTALLED_IN))
        at: dict[int, list[Instant]] = defaultdict(list)
        for failure in self.failures:
            at[failure.item].append(failure.at)
        places: dict[int, set[int]] = defaultdict(set)
        rows = zip(table.subject.tolist(), table.object.tolist(), since.tolist(), until.tolist(), strict=True)
        for item, position, start, end in rows:
            if any(start < moment <= end for moment in at[item]) or (
                not at[item] and start < self.view.valid_at and end > self._since
            ):
                places[position].add(item)
        having: dict[int, set[int]] = defaultdict(set)
        for asset, sat in self._by_asset(places).items():
            if self._budget.deadline is not None and time.monotonic() > self._budget.deadline:
                self._cut = True
                break
            for node in self._assets(needed_by(self.structure.wiring, asset)):
                having[node] |= sat
        return dict(having)

    def _by_asset(self, places: dict[int, set[int]]) -> dict[int, set[int]]:
        """Items by the asset of their position: the nearest whole that is one, or what they sat in itself."""
        found: dict[int, set[int]] = defaultdict(set)
        for position, items in places.items():
            if self.view.kind(position) >= 0:
                found[self._asset(position)] |= items
        return found

    def _asset(self, position: int) -> int:
        seen, node = set[int](), position
        while node >= 0 and node not in seen:
            if node in self._assets([node]):
                return node
            seen.add(node)
            node = min(self.view.links_from(node, self.view.ontology.subrelations(PART_OF)).object.tolist(), default=-1)
        return position

    def _assets(self, nodes: Ints | Sequence[int]) -> list[int]:
        chosen = np.asarray(nodes, np.int32)
        kinds = list(self.view.ontology.subkinds(UpperKind.ASSET))
        found: list[int] = chosen[np.isin(self.view.kinds_of(chosen), kinds)].tolist()
        return found

    def _named(self, nodes: Collection[int]) -> tuple[int, ...]:
        chosen = list(nodes)
        return tuple(node for _, node in sorted(zip(self.view.iris(chosen), chosen, strict=True)))

    @cached_property
    def completeness(self) -> Completeness:
        """Complete unless something that is named has no failure, or has no origin, or the budget ended a walk."""
        reasons = []
        _ = self.suspects
        named = {each for failure in self.failures for each in (failure.event, failure.item)}
        quiet = self._named({node for node in self.of if node not in named})
        if quiet:
            reasons.append(IncompleteReason(IncompleteCode.GAP, "No failure in the period.", len(quiet), quiet))
        bare = tuple(item for item in self.failed if not self._walk(item, up=True))
        if bare:
            reasons.append(IncompleteReason(IncompleteCode.GAP, "Nothing is recorded of its origin.", len(bare), bare))
        if self._cut:
            message = "The budget ended the search: suspects may have more items than are counted."
            reasons.append(IncompleteReason(IncompleteCode.NODE_BUDGET, message, 1))
        seen = len(self.comparable) + len(self.suspects)
        return completeness_of(self.view, reasons, exhausted_to_depth=_DEEPEST, visited_nodes=seen, visited_links=seen)


__all__ = ["CommonCause", "Failure", "SharedBy", "Suspect", "common_cause_of", "tail"]
