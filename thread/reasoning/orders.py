"""Which work orders collide? Same thing, one stops what the other works on, or together more than a gate can lose."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations

from thread.clock import END, Instant
from thread.projection.view import Ints, View
from thread.reasoning.answers import Budget
from thread.reasoning.live import is_in
from thread.reasoning.losses import Losses
from thread.reasoning.needs import INSTALLED_IN, PART_OF
from thread.reasoning.own import ENDED_AT, PLANNED_END, PLANNED_START, STARTED_AT, STATUS, instant_of
from thread.reasoning.scope import Scope
from thread.reasoning.structure import GROUP, Structure
from thread.terms import THR

PERFORMED_ON = THR + "performedOn"
OPEN_STATUS = ("PLANNED", "RELEASED", "RUNNING")
Window = tuple[Instant, Instant]


class CollisionKind(StrEnum):
    """How orders get in each other's way."""

    SAME = "SAME"
    ISOLATION = "ISOLATION"
    TOGETHER = "TOGETHER"
    RESOURCE = "RESOURCE"
    """Comes with crews and spares."""


@dataclass(frozen=True, slots=True)
class LostGate:
    """The gate that orders exhaust together: at ``consumer``, in a medium or a group."""

    consumer: int
    medium: str | None
    group: int | None
    required: int
    remaining: int
    """Alternatives left with all of them out."""


@dataclass(frozen=True, slots=True)
class Collision:
    """Orders that collide while their windows overlap, ``[start, end)``; with one order: with the outage asked about.

    A pair that is SAME is not listed as ISOLATION too.
    """

    kind: CollisionKind
    orders: tuple[int, ...]
    """By IRI."""
    shares: tuple[int, ...]
    """What they share, what one stops of the other's, or the suppliers that they take from one gate; by IRI."""
    gate: LostGate | None
    start: Instant
    end: Instant


@dataclass(frozen=True)
class Job:
    """Something that takes a scope out for a while: an order, or the outage that is asked about (order None)."""

    order: int | None
    window: Window
    scope: frozenset[int]
    stops: frozenset[int]
    """What falls with it, outside its scope."""
    takes: Mapping[int, frozenset[int]]
    """Suppliers that it takes from gates whose owners live on, by gate."""


def job_of(order: int | None, window: Window, losses: Losses) -> Job:
    """What an outage takes: its scope, what it stops, and what each gate loses by it."""
    outage, gates = losses.outage, losses.structure.gates
    scope = frozenset(outage.scope.tolist())
    owners = gates.owner[outage.touched]
    lives = (losses.live.state.dead[owners] == 0) & ~is_in(owners, outage.ascending)
    touched = outage.touched[lives].tolist()
    wanted = {*touched, *losses.gates}
    takes = {gate: frozenset(losses.lost_suppliers(gate)) for gate in sorted(wanted)}
    return Job(order, window, scope, outage.fallen - scope, {g: lost for g, lost in takes.items() if lost})


class OrderBook:
    """Open orders of a structure's view: dated, undated, and those whose interval is unknown; ascending."""

    def __init__(self, structure: Structure) -> None:
        self.structure, self.view = structure, structure.view
        self.windows: dict[int, Window] = {}
        self.undated: list[int] = []
        self.unknown: list[int] = []
        """Planned or running, and ending before they start."""
        nodes, values = self.view.column(STATUS)
        for order, status in zip(nodes.tolist(), values, strict=True):
            if status in OPEN_STATUS:
                self._enter(int(order))

    def _enter(self, order: int) -> None:
        start, end = window_of(self.view, order)
        if start is None:
            self.undated.append(order)
        elif end is not None and end < start:
            self.unknown.append(order)
        else:
            self.windows[order] = (start, END if end is None else end)

    def scope_of(self, order: int) -> Scope:
        """What an order works on, with parts and serials."""
        relations = self.view.ontology.subrelations(PERFORMED_ON)
        return Scope(self.view, self.view.links_from(order, relations).object.tolist(), parts=True)

    @cached_property
    def jobs(self) -> dict[int, Job]:
        """Every dated open order with what it takes. Cost: one outage per order, once."""
        found = {}
        for order, window in self.windows.items():
            scope = self.scope_of(order).nodes
            if len(scope):
                outage = self.structure.live.without(scope, Budget())
                found[order] = job_of(order, window, Losses(self.structure.live, outage))
        return found

    @cached_property
    def _touching(self) -> tuple[dict[int, set[int]], dict[int, set[int]], dict[int, set[int]]]:
        """Orders by node of their scope, by node that they stop, by gate that they take from."""
        scopes: dict[int, set[int]] = defaultdict(set)
        stops: dict[int, set[int]] = defaultdict(set)
        gates: dict[int, set[int]] = defaultdict(set)
        for order, job in self.jobs.items():
            for keys, index in ((job.scope, scopes), (job.stops, stops), (job.takes, gates)):
                for key in keys:
                    index[key].add(order)
        return scopes, stops, gates

    def near(self, job: Job) -> list[Job]:
        """Orders that work in what a job takes or stops, stop what it takes, or take from the same gates."""
        scopes, stops, gates = self._touching
        found: set[int] = set()
        for keys, index in ((job.scope | job.stops, scopes), (job.scope, stops), (job.takes.keys(), gates)):
            for key in keys if len(keys) < len(index) else index.keys() & keys:
                found |= index.get(key, set())
        return [self.jobs[order] for order in sorted(found)]

    def collisions(self, window: Window | None = None) -> tuple[Collision, ...]:
        """Collisions among all open orders in a window; None: from the view's instant on."""
        return collisions_among(self.structure, list(self.jobs.values()), window or (self.view.valid_at, END))


def window_of(view: View, order: int) -> tuple[Instant | None, Instant | None]:
    """Start and end of an order: actual where given, else planned."""
    start, end = (instant_of(view, order, attribute) for attribute in (STARTED_AT, ENDED_AT))
    if start is None:
        start = instant_of(view, order, PLANNED_START)
    if end is None:
        end = instant_of(view, order, PLANNED_END)
    return start, end


def collisions_among(structure: Structure, jobs: Sequence[Job], window: Window) -> tuple[Collision, ...]:
    """Collisions among jobs whose half-open windows overlap inside a window, by (start, kind, orders)."""
    clipped = [(job, overlap([job.window, window])) for job in jobs]
    active = [(job, span) for job, span in clipped if span is not None]
    found = [*_pairs(structure, active), *_together(structure, active)]
    names = _Names(structure.view)
    found.sort(key=lambda c: (c.start, list(CollisionKind).index(c.kind), names.of(c.orders), names.of(c.shares)))
    return tuple(found)


def overlap(windows: Iterable[Window]) -> Window | None:
    """What all half-open windows have in common; None if nothing."""
    starts, ends = zip(*windows, strict=True)
    start, end = max(starts), min(ends)
    return (start, end) if start < end else None


class _Names:
    def __init__(self, view: View) -> None:
        self.view = view

    def of(self, nodes: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.view.iri(node) for node in nodes)

    def sorted(self, nodes: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted(nodes, key=self.view.iri))


def _pairs(structure: Structure, active: Sequence[tuple[Job, Window]]) -> list[Collision]:
    """SAME and ISOLATION: two jobs on one thing, or one on what the other stops."""
    same, hit = _meetings([job for job, _ in active])
    names, out = _Names(structure.view), []
    for pair in sorted({*same, *hit}):
        span = overlap([active[at][1] for at in pair])
        if span is None:
            continue
        kind = CollisionKind.SAME if pair in same else CollisionKind.ISOLATION
        shares = _outermost(structure.view, same[pair] if pair in same else hit[pair])
        orders = names.sorted(order for at in pair if (order := active[at][0].order) is not None)
        out.append(Collision(kind, orders, names.sorted(shares), None, *span))
    return out


_Meetings = dict[tuple[int, int], set[int]]


def _meetings(jobs: Sequence[Job]) -> tuple[_Meetings, _Meetings]:
    """Per pair of jobs: things in both scopes, and things that one stops in the other's scope."""
    workers: dict[int, list[int]] = defaultdict(list)
    for at, job in enumerate(jobs):
        for node in job.scope:
            workers[node].append(at)
    same: _Meetings = defaultdict(set)
    hit: _Meetings = defaultdict(set)
    for node, both in workers.items():
        for pair in combinations(both, 2):
            same[pair].add(node)
    for at, job in enumerate(jobs):
        for node in job.stops & workers.keys():
            for other in workers[node]:
                hit[min(at, other), max(at, other)].add(node)
    return same, hit


def _outermost(view: View, nodes: set[int]) -> set[int]:
    """Without what is a part of, or installed in, another of the nodes."""
    relations = view.ontology.subrelations(PART_OF, INSTALLED_IN)
    return {node for node in nodes if not nodes & set(view.links_from(node, relations).object.tolist())} or nodes


def _together(structure: Structure, active: Sequence[tuple[Job, Window]]) -> list[Collision]:
    """TOGETHER: one gate loses more than its surplus, though no single job does. A sweep over time per gate."""
    takers: dict[int, list[int]] = defaultdict(list)
    for at, (job, _) in enumerate(active):
        for gate in job.takes:
            takers[gate].append(at)
    out = []
    for gate in sorted(gate for gate, jobs in takers.items() if len(jobs) > 1):
        jobs = takers[gate]
        for chosen in _overlapping([active[at][1] for at in jobs]):
            found = _exhausts(structure, gate, [active[jobs[i]] for i in chosen])
            if found is not None:
                out.append(found)
    return out


def _overlapping(windows: Sequence[Window]) -> list[list[int]]:
    """Maximal sets of windows that are open at one instant; each set once."""
    order = sorted(range(len(windows)), key=lambda at: windows[at])
    found: list[list[int]] = []
    running: set[int] = set()
    for i, at in enumerate(order):
        running = {each for each in running if windows[each][1] > windows[at][0]} | {at}
        following = windows[order[i + 1]][0] if i + 1 < len(order) else END
        if len(running) > 1 and (i + 1 == len(order) or any(windows[each][1] <= following for each in running)):
            found.append(sorted(running))
    return found


def _exhausts(structure: Structure, gate: int, jobs: Sequence[tuple[Job, Window]]) -> Collision | None:
    """The collision of jobs at one gate, if together they take more than its surplus."""
    gates, live = structure.gates, structure.live
    loop = int(live.state.loops.of_gate[gate])
    has = int(live.state.count[gate]) if loop < 0 else live.alternatives(loop).totals()[gate]
    required = int(gates.k[gate])
    taken = frozenset[int]().union(*(job.takes[gate] for job, _ in jobs))
    if len(taken) <= has - required or any(len(job.takes[gate]) > has - required for job, _ in jobs):
        return None
    span = overlap([window for _, window in jobs])
    if span is None:
        return None
    names, owner, medium = _Names(structure.view), int(gates.owner[gate]), int(gates.medium[gate])
    lost = LostGate(
        owner,
        structure.media.iris[medium] if medium >= 0 else None,
        owner if medium == GROUP else None,
        required,
        has - len(taken),
    )
    orders = names.sorted(order for job, _ in jobs if (order := job.order) is not None)
    return Collision(CollisionKind.TOGETHER, orders, names.sorted(taken), lost, *span)


def within(orders: Iterable[int], book: OrderBook, region: Ints) -> list[int]:
    """The orders whose scope meets ascending nodes, by IRI."""
    found = [order for order in orders if is_in(book.scope_of(order).nodes, region).any()]
    return sorted(found, key=book.view.iri)


__all__ = [
    "Collision",
    "CollisionKind",
    "Job",
    "LostGate",
    "OrderBook",
    "collisions_among",
    "job_of",
    "within",
]
