"""Which changes are assumed, and what do they say about the plant? One overlay, laid one change after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b
from itertools import count
from math import isfinite

from thread.clock import END, Instant, to_datetime, to_text
from thread.errors import ConflictError, InputError, ThreadError
from thread.facts import Value
from thread.projection import LinkTable, NewNode, Overlay, OverlayView, View
from thread.reasoning.needs import INSTALLED_IN, STATE
from thread.reasoning.orders import PERFORMED_ON
from thread.reasoning.own import PLANNED_END, PLANNED_START, STATUS
from thread.reasoning.scope import Scope
from thread.terms import LABEL, EntityId, UpperKind

STATES = ("OPEN", "CLOSED")


class ChangeKind(StrEnum):
    """What is assumed."""

    FAIL = "fail"
    OUT_OF_SERVICE = "outOfService"
    OPERATE = "operate"
    REMOVE = "remove"
    REPLACE = "replace"
    SET_HEALTH = "setHealth"
    INSTALL = "install"
    OPEN_WORK_ORDER = "openWorkOrder"


@dataclass(frozen=True, slots=True)
class Change:
    """One assumption about some nodes; all kinds but ``OPEN_WORK_ORDER`` are about one."""

    kind: ChangeKind
    nodes: tuple[int, ...]
    state: str = ""
    """Of ``OPERATE``: OPEN or CLOSED."""
    score: float = 1.0
    """Of ``SET_HEALTH``: 0 failed to 1 as new."""
    into: int = -1
    """Of ``INSTALL``: the position."""
    window: tuple[Instant, Instant] | None = None
    """Of ``OPEN_WORK_ORDER``; half open."""


@dataclass(frozen=True, eq=False)
class Laid:
    """Changes as one overlay, and what they are about."""

    overlay: Overlay
    name: str
    """Digest of what is changed: the same changes have the same name."""
    targets: tuple[int, ...]
    """What the changes are about, in their order."""
    failed: frozenset[int]
    """What goes out alone."""
    taken_out: tuple[int, ...]
    """What goes out with its parts and serials."""
    switched: frozenset[int]
    """What is operated."""
    orders: tuple[int, ...]
    """Work orders that are assumed."""
    problems: tuple[tuple[int, ThreadError], ...]
    """Changes that cannot be, by their place; the others hold."""

    def with_problems(self, more: Iterable[tuple[int, ThreadError]]) -> "Laid":
        """The same with more changes that cannot be."""
        return replace(self, problems=tuple(sorted((*self.problems, *more), key=lambda problem: problem[0])))


def lay(view: View, changes: Sequence[tuple[int, Change]]) -> Laid:
    """The overlay of changes, each made on what those before it have left.

    Args:
        view: what they are laid over; itself without an overlay.
        changes: each with its place in the request.
    Cost: a few microseconds a change; what is taken out, in proportion to its parts.
    """
    laying = _Laying(view)
    for place, change in changes:
        try:
            _HOW[change.kind](laying, change)
        except ThreadError as error:
            laying.problems.append((place, error))
        else:
            laying.said.append(_told(laying.view, change))
    return laying.done()


@dataclass
class _Laying:
    """An overlay that grows."""

    base: View
    nodes: list[NewNode] = field(default_factory=list)
    links: list[tuple[int, int, int]] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    values: dict[tuple[int, str], Value] = field(default_factory=dict)
    down: set[int] = field(default_factory=set)
    up: set[int] = field(default_factory=set)
    renewed: set[int] = field(default_factory=set)
    health: dict[int, float] = field(default_factory=dict)
    targets: dict[int, None] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    taken_out: dict[int, None] = field(default_factory=dict)
    switched: set[int] = field(default_factory=set)
    orders: list[int] = field(default_factory=list)
    problems: list[tuple[int, ThreadError]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    steps: "count[int]" = field(default_factory=count)
    fell: dict[int, int] = field(default_factory=dict)
    """The step at which each thing went down; what an order of changes means is told by their steps."""
    vacated: set[int] = field(default_factory=set)
    """Positions that are down only because a serial came and went within the changes."""
    came: dict[tuple[int, int, int], int] = field(default_factory=dict)

    @property
    def overlay(self) -> Overlay:
        """The overlay so far."""
        return Overlay(
            self.base.valid_at,
            tuple(self.nodes),
            tuple(self.links),
            frozenset(self.ended),
            dict(self.values),
            frozenset(self.down),
            frozenset(self.up),
            frozenset(self.renewed),
            dict(self.health),
        )

    @property
    def view(self) -> OverlayView:
        """The plant so far."""
        return OverlayView(self.base, self.overlay)

    def done(self) -> Laid:
        """What was laid."""
        name = blake2b("\n".join((str(self.base.valid_at), *self.said)).encode(), digest_size=8).hexdigest()
        return Laid(
            self.overlay,
            name,
            tuple(self.targets),
            frozenset(self.failed),
            tuple(self.taken_out),
            frozenset(self.switched),
            tuple(self.orders),
            tuple(self.problems),
        )

    # -- one method a kind of change

    def fail(self, change: Change) -> None:
        """It is down, alone."""
        (node,) = change.nodes
        self._goes_down({node})
        self.failed.add(node)
        self.targets[node] = None

    def take_out(self, change: Change) -> None:
        """It is out, with its parts and the serials in them."""
        (node,) = change.nodes
        self._goes_down(set(Scope(self.view, [node], parts=True).nodes.tolist()))
        self.taken_out[node] = None
        self.targets[node] = None

    def operate(self, change: Change) -> None:
        """It is opened or closed."""
        (node,) = change.nodes
        if self.base.ontology.kinds[self.view.kind(node)].conducts_when is None:
            raise InputError(
                f"{self._name(node)} is not opened or closed.",
                hint="Its kind has no thr:conductsWhen: only valves, switches and the like are operated.",
            )
        if change.state not in STATES:
            raise InputError(f'"{change.state}" is no state of {self._name(node)}.', hint="Expected OPEN or CLOSED.")
        self.values[node, STATE] = change.state
        self.switched.add(node)
        self.targets[node] = None

    def remove(self, change: Change) -> None:
        """The serial leaves its position, which stands empty."""
        (node,) = change.nodes
        self._expect(node, UpperKind.COMPONENT, "is no item that could be removed", "Take it out of service instead.")
        relations = self.base.ontology.subrelations(INSTALLED_IN)
        table = self.view.links_from(node, relations)
        if not len(table.row):
            raise ConflictError(f"{self._name(node)} is in no position then.", code="not-installed")
        self._leaves(table)
        self.targets[node] = None
        self.targets |= dict.fromkeys(table.object.tolist())
        self.failed |= set(table.object.tolist())

    def replace(self, change: Change) -> None:
        """It is new, with all its parts: no failure of it holds, its age is 0."""
        (node,) = change.nodes
        new = set(Scope(self.view, [node], parts=True).nodes.tolist())
        new |= set(self.view.links_from(node, self.base.ontology.subrelations(INSTALLED_IN)).object.tolist())
        self._comes_up(new)
        self.renewed |= new
        for each in new:
            self.health.pop(each, None)
        self.targets[node] = None

    def set_health(self, change: Change) -> None:
        """Its own health is as said; 0 is a failure."""
        (node,) = change.nodes
        if not (isfinite(change.score) and 0.0 <= change.score <= 1.0):
            raise InputError(f"{change.score} is no health of {self._name(node)}.", hint="0 failed to 1 as new.")
        self.health[node] = change.score
        if change.score > 0.0:
            self._comes_up({node})
        else:
            self._goes_down({node})
            self.failed.add(node)
        self.targets[node] = None

    def install(self, change: Change) -> None:
        """A serial comes into a position; what was there goes out."""
        (node,), place = change.nodes, change.into
        ontology = self.base.ontology
        self._expect(node, UpperKind.COMPONENT, "is no item that could be installed", "Name a serial item.")
        self._expect(place, UpperKind.POSITION, "is no position", "Name the position that it goes into.")
        relations = ontology.subrelations(INSTALLED_IN)
        held = self.view.links_from(node, relations)
        if len(held.row):
            where = self._name(int(held.object[0]))
            raise ConflictError(f"{self._name(node)} is in {where} then.", code="already-installed", hint="Remove it.")
        self._leaves(self.view.links_to(place, relations))
        self.down -= self.vacated & {place}
        self.vacated.discard(place)
        link = (node, ontology.relation[INSTALLED_IN].ordinal, place)
        self.links.append(link)
        self.came[link] = next(self.steps)
        self.failed.discard(place)
        self.targets |= {node: None, place: None}

    def open_order(self, change: Change) -> None:
        """A planned work order; it takes nothing out by itself, and may collide."""
        if not change.nodes:
            raise InputError("The order is on nothing.", hint="Name what the work is on.")
        if change.window is not None and change.window[0] >= change.window[1]:
            start, end = map(to_text, change.window)
            raise InputError(f"The order ends at {end}, not after its start {start}.", code="order-of-times")
        ontology = self.base.ontology
        node, number = self.base.size + len(self.nodes), len(self.orders) + 1
        kind = ontology.kind[UpperKind.WORK_ORDER].ordinal
        self.nodes.append(NewNode(EntityId(f"urn:thread:what-if:order-{number}"), kind))
        self.values[node, LABEL] = f"Assumed order {number}"
        self.values[node, STATUS] = "PLANNED"
        window = change.window or (self.base.valid_at, END)
        for attribute, instant in zip((PLANNED_START, PLANNED_END), window, strict=True):
            if (moment := to_datetime(instant)) is not None:
                self.values[node, attribute] = moment
        performed_on = ontology.relation[PERFORMED_ON].ordinal
        self.links += [(node, performed_on, each) for each in dict.fromkeys(change.nodes)]
        self.orders.append(node)

    # -- parts of them

    def _goes_down(self, nodes: set[int]) -> None:
        self.down |= nodes
        self.up -= nodes
        self.fell |= dict.fromkeys(nodes, next(self.steps))

    def _comes_up(self, nodes: set[int]) -> None:
        self.up |= nodes
        self.down -= nodes
        self.failed -= nodes
        for node in nodes & self.taken_out.keys():
            del self.taken_out[node]

    def _leaves(self, stays: LinkTable) -> None:
        """Serials leave their positions: a failure during the stay is over, as it is where the leaving is recorded."""
        own = OverlayView(self.base, self.overlay).own_links(stays.row[stays.row < 0].tolist())
        since = {(self.links[at][0], self.links[at][2]): self.came[self.links[at]] for at in own}
        self.ended |= set(stays.row[stays.row >= 0].tolist())
        self.links = [link for at, link in enumerate(self.links) if at not in own]
        for stay in zip(stays.subject.tolist(), stays.object.tolist(), strict=True):
            over = {node for node in stay if self.fell.get(node, -1) > since.get(stay, -1)}
            self.down -= over
            self.failed -= over
        emptied = {place for _, place in since}  # no stay is left that would tell that it was filled
        self.vacated |= emptied - self.down
        self.down |= emptied

    def _expect(self, node: int, kind: str, what: str, hint: str) -> None:
        if self.view.kind(node) not in self.base.ontology.subkinds(kind):
            raise InputError(f"{self._name(node)} {what}.", hint=hint)

    def _name(self, node: int) -> str:
        return f"{self.view.label(node)} ({self.view.iri(node)})"


_HOW = {
    ChangeKind.FAIL: _Laying.fail,
    ChangeKind.OUT_OF_SERVICE: _Laying.take_out,
    ChangeKind.OPERATE: _Laying.operate,
    ChangeKind.REMOVE: _Laying.remove,
    ChangeKind.REPLACE: _Laying.replace,
    ChangeKind.SET_HEALTH: _Laying.set_health,
    ChangeKind.INSTALL: _Laying.install,
    ChangeKind.OPEN_WORK_ORDER: _Laying.open_order,
}


def _told(view: View, change: Change) -> str:
    """A change in words that do not depend on the numbers of nodes."""
    nodes = " ".join(view.iris(change.nodes))
    into = view.iri(change.into) if change.into >= 0 else ""
    return f"{change.kind} {nodes} {change.state} {change.score} {into} {change.window}"


__all__ = ["STATES", "Change", "ChangeKind", "Laid", "lay"]
