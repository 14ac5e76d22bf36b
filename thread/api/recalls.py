"""How are recalls and traces shown? Items with their place and what to do, products, orders, lots, gaps."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, checked_limit
from thread.api.ids import encode_cursor
from thread.api.pages import PageInfo, PageRequest
from thread.api.places import Place, Whereabouts, WhereaboutsCount, known_where
from thread.api.rows import Key, Rows
from thread.api.words import ID
from thread.reasoning import recall as found
from thread.reasoning.places import Whereabouts as KnownWhere
from thread.terms import UpperKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thread.api.entity import Entity
    from thread.api.scope import Reading


class RecallAction(StrEnum):
    """What is to be done with a recalled item."""

    REPLACE = "REPLACE"
    """It is installed."""
    QUARANTINE = "QUARANTINE"
    """It is in stock, in repair, or nobody knows where."""
    NONE = "NONE"
    """It is scrapped."""


class EntityList:
    """Some entities by IRI."""

    __slots__ = ("_nodes", "_reading", "_shown")

    def __init__(self, reading: Reading, nodes: Sequence[int], shown: int) -> None:
        self._reading, self._nodes, self._shown = reading, nodes, shown

    @property
    def total_count(self) -> int:
        """How many there are."""
        return len(self._nodes)

    @property
    def nodes(self) -> list[Entity]:
        """The first of them."""
        return self._reading.entities(self._nodes[: self._shown])


def listed(reading: Reading, nodes: Sequence[int], first: int) -> EntityList:
    """The first entities of a list, and how many there are."""
    return EntityList(reading, nodes, checked_limit(reading, first, "first"))


class RecallItemEdge:
    """One item that is recalled."""

    __slots__ = ("action", "cursor", "node", "outermost", "place")

    cursor: str
    """Position in the list."""
    node: Entity
    """The serial or asset."""
    place: Place
    """Where it is now, and where it was."""
    action: RecallAction
    """What is to be done with it."""
    outermost: bool
    """True if it was never in anything: a finished product."""

    def __init__(self, node: Entity, place: Place, action: found.Action, outermost: bool, cursor: str) -> None:
        self.node, self.place, self.outermost, self.cursor = node, place, outermost, cursor
        self.action = RecallAction(action.value)


class RecallItemConnection(Rows[RecallItemEdge]):
    """A page of items by whereabouts and IRI."""

    __slots__ = ()

    @property
    def edges(self) -> list[RecallItemEdge]:
        """The items of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Items over all pages."""
        return self._total


class Recall:
    """All that came of a lot, supplier, revision, process step or item, and all that ever had it in it."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """The reference, where it means nothing in this view."""

    def __init__(self, reading: Reading, answer: found.Recall, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def of(self) -> Entity | None:
        """What is recalled; null where there is none."""
        return None if self._answer.root < 0 else self._reading.entity(self._answer.root)

    def items(
        self,
        where: list[Whereabouts] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> RecallItemConnection:
        """Serials and assets that came of it. 100 where neither first nor last is given, at most 500."""
        places, reading = self._answer.items, self._reading
        kept = known_where(where)
        chosen = [at for at in range(len(places.nodes)) if kept is None or KnownWhere(int(places.where[at])) in kept]
        iris = reading.view.iris(places.nodes[chosen])
        order = sorted((int(places.where[at]), iri, at) for at, iri in zip(chosen, iris, strict=True))
        keys: list[Key] = [(where_, iri) for where_, iri, _ in order]
        request = PageRequest.of(first, after, last, before, reading.scope.max_page, default=100)

        def make(low: int, high: int) -> list[RecallItemEdge]:
            nodes = reading.entities([int(places.nodes[at]) for _, _, at in order[low:high]])
            outermost = self._answer.outermost
            return [
                RecallItemEdge(
                    node,
                    Place(reading, places, at),
                    found.action_of(KnownWhere(where_)),
                    int(places.nodes[at]) in outermost,
                    encode_cursor((where_, iri)),
                )
                for node, (where_, iri, at) in zip(nodes, order[low:high], strict=True)
            ]

        return RecallItemConnection(keys, (int, str), request, make)

    @property
    def counts(self) -> list[WhereaboutsCount]:
        """How many items are where."""
        where = self._answer.items.where.tolist()
        return [WhereaboutsCount(each, where.count(each)) for each in KnownWhere if each in where]

    def batches(self, first: int = 100) -> EntityList:
        """Lots of it and made of it, the lot itself among them: what is left of them is to be quarantined."""
        return listed(self._reading, self._answer.batches, first)

    def products(self, first: int = 100) -> EntityList:
        """What ever had one of the items in it, or was made of such: assets and components."""
        return listed(self._reading, self._answer.products, first)

    def orders(self, first: int = 100) -> EntityList:
        """Customer and production orders that an item or product was made for or served."""
        return listed(self._reading, self._answer.orders, first)

    def work_orders(self, first: int = 100) -> EntityList:
        """Orders that put an item in, took it out or worked on it."""
        return listed(self._reading, self._answer.work_orders, first)

    def failures(self, first: int = 100) -> EntityList:
        """Failures of the items."""
        return listed(self._reading, self._answer.failures, first)

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is; GAP where nobody says what was made of a lot."""
        return Completeness(self._reading, self._answer.completeness)


class TraceHit:
    """Something that an item was made of or came from."""

    __slots__ = ("degree", "node")

    node: Entity
    """The lot, supplier, part or process step."""
    degree: int
    """Links from the item, at least."""

    def __init__(self, node: Entity, degree: int) -> None:
        self.node, self.degree = node, degree


class TraceGap:
    """Where a trace breaks."""

    __slots__ = ("message", "node")

    node: Entity
    """The item or lot."""
    message: str
    """What is not known of it."""

    def __init__(self, node: Entity, message: str) -> None:
        self.node, self.message = node, message


class Trace:
    """What an item was made of: its parts at any time, their lots, the raw lots behind them, the suppliers."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """The reference, where it means nothing in this view."""

    def __init__(self, reading: Reading, answer: found.Trace, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def of(self) -> Entity | None:
        """The item; null where there is none."""
        return None if self._answer.root < 0 else self._reading.entity(self._answer.root)

    def batches(self, first: int = 100) -> list[TraceHit]:
        """Lots, nearest first."""
        return self._hits(first, UpperKind.BATCH)

    def suppliers(self, first: int = 100) -> list[TraceHit]:
        """Suppliers, nearest first."""
        return self._hits(first, UpperKind.SUPPLIER)

    def parts(self, first: int = 100) -> list[TraceHit]:
        """Parts that were ever in it, and items that it was made of."""
        return self._hits(first, UpperKind.COMPONENT, UpperKind.ASSET)

    def process_steps(self, first: int = 100) -> list[TraceHit]:
        """Process steps that it, its parts or their lots went through."""
        return self._hits(first, UpperKind.PROCESS_STEP)

    def _hits(self, first: int, *kinds: str) -> list[TraceHit]:
        hits = self._answer.of_kind(*kinds)[: checked_limit(self._reading, first, "first")]
        nodes = self._reading.entities([node for node, _ in hits])
        return [TraceHit(node, degree) for node, (_, degree) in zip(nodes, hits, strict=True)]

    @property
    def gaps(self) -> list[TraceGap]:
        """Where it breaks, by IRI; at most 500."""
        gaps = self._answer.gaps[: self._reading.scope.max_page]
        nodes = self._reading.entities([node for node, _ in gaps])
        return [TraceGap(node, message) for node, (_, message) in zip(nodes, gaps, strict=True)]

    @property
    def completeness(self) -> Completeness:
        """Whether every origin is known; GAP where the trace breaks."""
        return Completeness(self._reading, self._answer.completeness)


ENUMS: Final[tuple[Any, ...]] = (RecallAction,)
OBJECTS: Final[tuple[Any, ...]] = (
    EntityList,
    RecallItemEdge,
    RecallItemConnection,
    Recall,
    TraceHit,
    TraceGap,
    Trace,
)
