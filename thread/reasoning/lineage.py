"""Where did it come from, what did it go into? Hits with their degree, their graph, their paths, their counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.ontology.model import Ontology, Role, Upstream
from thread.projection.view import Ints, LinkTable, View, Walk, WalkSpec
from thread.reasoning.answers import (
    Budget,
    Completeness,
    IncompleteCode,
    IncompleteReason,
    LinkRef,
    PathAnswer,
    Ranked,
    completeness_of,
)
from thread.reasoning.filters import AttributeFilter, FilterOp, matching
from thread.reasoning.paths import paths_between
from thread.terms import UpperKind

MAX_DEPTH = 64
_VIA_PATHS = 32
"""Shortest paths that are looked at for the last links to a hit, in views over periods."""
_DEFAULT_ROLES = frozenset({Role.LINEAGE, Role.STRUCTURE, Role.EVENT})
DEFAULT_STOP = (UpperKind.SUPPLIER, UpperKind.LOCATION, UpperKind.FAILURE_MODE)


class Direction(StrEnum):
    """UPSTREAM: what it came from or relies on. DOWNSTREAM: what came of it or relies on it."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class LineageQuery:
    """What to walk and what to report. Relations and kinds are ordinals; those below them are meant too."""

    direction: Direction = Direction.UPSTREAM
    relations: frozenset[int] | None = None
    """None: the roles lineage, structure and event; relations without an upstream end only when named."""
    max_depth: int = 8
    """1 to 64 counted links."""
    pass_through: frozenset[int] = frozenset()
    """Relations crossed at degree 0."""
    report: frozenset[int] | None = None
    """Kinds that are hits; others are walked through. None: all."""
    stop_at: frozenset[int] | None = None
    """Kinds that are hit and not walked past. None: Supplier, Location, FailureMode."""
    where: tuple[AttributeFilter, ...] = ()
    """All must hold of a hit; what does not match is walked through."""


@dataclass(frozen=True, slots=True)
class LineageHit:
    """One thing that was reached. ``via``: relations of the last links of its shortest walks, sorted ordinals."""

    node: int
    degree: int
    via: tuple[int, ...]
    has_more: bool
    """Links of this walk lead on from here to something that was not reached (depth, stopAt, budget)."""


@dataclass(frozen=True, slots=True)
class LineageCounts:
    """How many hits there are; no entity is read for it."""

    total: int
    by_kind: tuple[tuple[int, int], ...]
    """(kind ordinal, count), by ordinal."""
    by_degree: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """Roots first, then what was reached by (degree, IRI), and all links among them, of every relation."""

    nodes: tuple[int, ...]
    links: tuple[LinkRef, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class LineagePaths:
    """Simple paths from the roots in (length, links, IRIs) order."""

    paths: tuple[PathAnswer, ...]
    has_more: bool
    """There are more paths than were asked for, or the deadline came first."""


def walk_spec(ontology: Ontology, query: LineageQuery, budget: Budget) -> WalkSpec:
    """The walk that a query means: which relations are followed, and which way.

    UPSTREAM walks towards the upstream end of each relation; a relation with none (``locatedIn``) is walked only
    when named, and then its object counts as upstream. A symmetric one is walked both ways.
    """
    forward, backward, free, stop = _followed(ontology, query)
    return WalkSpec(
        forward=forward,
        backward=backward,
        free=free,
        stop=stop,
        max_depth=max(1, min(query.max_depth, MAX_DEPTH)),
        node_budget=budget.nodes,
        link_budget=budget.links,
        deadline=budget.deadline,
    )


_Followed = tuple[frozenset[int], frozenset[int], frozenset[int], frozenset[int]]
_KEPT: dict[tuple[object, ...], tuple[Ontology, _Followed]] = {}
"""What queries mean in an ontology; a walk takes microseconds, working this out some hundred."""


def _followed(ontology: Ontology, query: LineageQuery) -> _Followed:
    """Relations forward and backward, free relations, stop kinds."""
    key = (id(ontology), query.direction, query.relations, query.pass_through, query.stop_at)
    kept = _KEPT.get(key)
    if kept is None or kept[0] is not ontology:
        if len(_KEPT) > 500:
            _KEPT.clear()
        kept = _KEPT[key] = (ontology, _work_out(ontology, query))
    return kept[1]


def _work_out(ontology: Ontology, query: LineageQuery) -> _Followed:
    forward: set[int] = set()
    backward: set[int] = set()
    named = None if query.relations is None else _below_relations(ontology, query.relations)
    for relation in ontology.relations:
        walked = relation.role in _DEFAULT_ROLES and relation.upstream is not Upstream.NONE
        if not (walked if named is None else relation.ordinal in named):
            continue
        both = query.direction is Direction.BOTH or relation.upstream is Upstream.BOTH or relation.symmetric
        towards_object = (relation.upstream is not Upstream.SUBJECT) == (query.direction is Direction.UPSTREAM)
        if both or towards_object:
            forward.add(relation.ordinal)
        if both or not towards_object:
            backward.add(relation.ordinal)
    stop = ontology.subkinds(*DEFAULT_STOP) if query.stop_at is None else _below_kinds(ontology, query.stop_at)
    return frozenset(forward), frozenset(backward), _below_relations(ontology, query.pass_through), stop


def lineage_of(view: View, roots: Sequence[int], query: LineageQuery, budget: Budget | None = None) -> "Lineage":
    """What the roots came from (or what came of them), walked once; pages, graph and paths are made when asked for.

    Cost: O(cone) for the walk; a page reads only the IRIs of the degrees that it touches.
    """
    budget = budget or Budget()
    spec = walk_spec(view.ontology, query, budget)
    present = tuple(dict.fromkeys(int(root) for root in roots if root >= 0 and view.kind(root) >= 0))
    return Lineage(view, present, query, spec, view.walk(present, spec))


class Lineage:
    """The answer to one lineage question; made by ``lineage_of``."""

    def __init__(self, view: View, roots: tuple[int, ...], query: LineageQuery, spec: WalkSpec, walk: Walk) -> None:
        self.view, self.roots, self.query, self.spec, self.walk = view, roots, query, spec, walk
        self._pages: dict[tuple[frozenset[int] | None, frozenset[int] | None], Ranked] = {}

    @cached_property
    def _hits(self) -> tuple[Ints, Ints]:
        """Nodes and degrees of what is reported."""
        nodes, degrees = self.walk.nodes, self.walk.degree
        if self.query.report is not None:
            kinds = _below_kinds(self.view.ontology, self.query.report)
            keep = np.isin(self._kinds_of(nodes), list(kinds))
            nodes, degrees = nodes[keep], degrees[keep]
        if self.query.where:
            keep = matching(self.view, nodes, self.query.where)
            nodes, degrees = nodes[keep], degrees[keep]
        return nodes, degrees

    @cached_property
    def _degree(self) -> dict[int, int]:
        reached = dict(zip(self.walk.nodes.tolist(), self.walk.degree.tolist(), strict=True))
        return {**reached, **dict.fromkeys(self.roots, 0)}

    def _kinds_of(self, nodes: Ints) -> Ints:
        return self.view.kinds_of(nodes).astype(np.int32)

    def ranked(self, degrees: Collection[int] | None = None, kinds: Collection[int] | None = None) -> Ranked:
        """The hits in (degree, IRI) order, optionally of some degrees and kinds (and kinds below them)."""
        key = (None if degrees is None else frozenset(degrees), None if kinds is None else frozenset(kinds))
        if key not in self._pages:
            nodes, found = self._hits
            keep = np.ones(len(nodes), bool)
            if degrees is not None:
                keep &= np.isin(found, list(degrees))
            if kinds is not None:
                keep &= np.isin(self._kinds_of(nodes), list(_below_kinds(self.view.ontology, kinds)))
            self._pages[key] = Ranked(self.view, nodes[keep], found[keep])
        return self._pages[key]

    def hits(
        self,
        start: int = 0,
        stop: int = 100,
        degrees: Collection[int] | None = None,
        kinds: Collection[int] | None = None,
    ) -> list[LineageHit]:
        """One page of hits in (degree, IRI) order; the page is cut before anything about a hit is read."""
        return [self._hit(node, degree) for node, degree in self.ranked(degrees, kinds).page(start, stop)]

    def _hit(self, node: int, degree: int) -> LineageHit:
        if self.view.period is not None:  # a neighbour need not lead here: what is in what must share an instant
            found = self.paths(node, _VIA_PATHS).paths
            last = {path.links[-1].relation for path in found if path.links}
            more = any(not inward and other not in self._degree for other, _, inward in self._neighbours(node))
            return LineageHit(node, degree, tuple(sorted(last)), more)
        via: set[int] = set()
        more = False
        reached = self._degree
        for other, relation, inward in self._neighbours(node):
            if inward:
                cost = 0 if relation in self.spec.free else 1
                if reached.get(other, -9) + cost == degree and self._expands(other):
                    via.add(relation)
            elif other not in reached:
                more = True
        return LineageHit(node, degree, tuple(sorted(via)), more)

    def _expands(self, node: int) -> bool:
        return node in self.roots or self.view.kind(node) not in self.spec.stop

    def _neighbours(self, node: int) -> list[tuple[int, int, bool]]:
        """(neighbour, relation, whether the walk comes in from there) over the links of the walk."""
        spec, out = self.spec, []
        starts = self.view.links_from(node, spec.forward | spec.backward)
        for other, relation in zip(starts.object.tolist(), starts.relation.tolist(), strict=True):
            if relation in spec.forward:
                out.append((other, relation, False))
            if relation in spec.backward:
                out.append((other, relation, True))
        ends = self.view.links_to(node, spec.forward | spec.backward)
        for other, relation in zip(ends.subject.tolist(), ends.relation.tolist(), strict=True):
            if relation in spec.forward:
                out.append((other, relation, True))
            if relation in spec.backward:
                out.append((other, relation, False))
        return out

    def graph(self, max_nodes: int = 200) -> LineageGraph:
        """Roots, the nearest reached nodes (walked through or reported) and all links among them."""
        room = max(0, max_nodes - len(self.roots))
        reached = Ranked(self.view, self.walk.nodes, self.walk.degree)
        nodes = (*self.roots[:max_nodes], *(node for node, _ in reached.page(0, room)))
        links = self.view.links_among(np.asarray(nodes, np.int32))
        truncated = len(nodes) < len(self.roots) + reached.size
        return LineageGraph(nodes, tuple(links_of(links)), truncated)

    def paths(self, to: int, limit: int = 10, shortest_only: bool = True) -> LineagePaths:
        """Up to ``limit`` simple paths from the roots to a node, shortest first; never more work than that needs.

        Roots are not crossed on the way. ``shortest_only`` gives those of the least length.
        """
        if to not in self._degree or to in self.roots or limit < 1:
            return LineagePaths((), False)
        nodes = np.asarray([*self.roots, *self.walk.nodes.tolist()], np.int32)
        links = self.view.links_among(nodes, self.spec.forward | self.spec.backward)
        return LineagePaths(*paths_between(self.view, self.roots, to, self.spec, links, limit, shortest_only))

    def counts(self) -> LineageCounts:
        """Hits in all, by kind and by degree."""
        nodes, degrees = self._hits
        return LineageCounts(len(nodes), _tally(self._kinds_of(nodes)), _tally(degrees))

    @cached_property
    def completeness(self) -> Completeness:
        """Whether everything was reached, and what cut the walk where it was not."""
        walk = self.walk
        reasons = []
        if walk.stopped is not None:
            code = IncompleteCode(walk.stopped)
            reasons.append(IncompleteReason(code, _STOPPED[code].format(depth=walk.deepest), 1))
        return completeness_of(
            self.view,
            reasons,
            exhausted_to_depth=walk.deepest,
            visited_nodes=walk.visited_nodes,
            visited_links=walk.visited_links,
        )


_STOPPED = {
    IncompleteCode.MAX_DEPTH: "More lies beyond degree {depth}. Ask with a larger maxDepth.",
    IncompleteCode.NODE_BUDGET: "The node budget ended the walk; it is exhaustive to degree {depth}.",
    IncompleteCode.LINK_BUDGET: "The link budget ended the walk; it is exhaustive to degree {depth}.",
    IncompleteCode.DEADLINE: "The deadline ended the walk; it is exhaustive to degree {depth}.",
}


def _tally(values: Ints) -> tuple[tuple[int, int], ...]:
    """How often each value occurs, by value; the values lie close together."""
    if not len(values):
        return ()
    least = int(values.min())
    counts = np.bincount(values - least)
    there = np.flatnonzero(counts)
    return tuple(zip((there + least).tolist(), counts[there].tolist(), strict=True))


def links_of(table: LinkTable) -> list[LinkRef]:
    """The rows of a link table as links of an answer, in its order."""
    columns = (table.subject.tolist(), table.object.tolist(), table.relation.tolist(), table.row.tolist())
    return [LinkRef(*row) for row in zip(*columns, strict=True)]


def _below_relations(ontology: Ontology, ordinals: Collection[int]) -> frozenset[int]:
    return ontology.subrelations(*(ontology.relations[ordinal].iri for ordinal in ordinals))


def _below_kinds(ontology: Ontology, ordinals: Collection[int]) -> frozenset[int]:
    return ontology.subkinds(*(ontology.kinds[ordinal].iri for ordinal in ordinals))


__all__ = [
    "AttributeFilter",
    "Direction",
    "FilterOp",
    "Lineage",
    "LineageCounts",
    "LineageGraph",
    "LineageHit",
    "LineagePaths",
    "LineageQuery",
    "lineage_of",
    "links_of",
    "walk_spec",
]
