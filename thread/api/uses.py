"""How is it shown where a design is used? Designs above with quantity and path, items made to it with their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from thread.api.answers import Completeness, Path
from thread.api.ids import encode_cursor
from thread.api.pages import PageInfo, PageRequest
from thread.api.places import Place, Whereabouts, WhereaboutsCount, known_where
from thread.api.rows import Key, Rows
from thread.api.words import ID, Decimal
from thread.reasoning import used
from thread.reasoning.places import Whereabouts as KnownWhere

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading


class DesignUse:
    """A design that has the one asked for in it."""

    __slots__ = ("_answer", "_reading", "_use", "cursor", "node")

    cursor: str
    """Position in the list."""
    node: Entity
    """The design above."""

    def __init__(self, reading: Reading, answer: used.Used, node: Entity, use: used.Use, cursor: str) -> None:
        self._reading, self._answer, self.node, self._use, self.cursor = reading, answer, node, use, cursor

    @property
    def level(self) -> int:
        """Bill lines between them, at least."""
        return self._use.level

    @property
    def quantity(self) -> Decimal | None:
        """Pieces in one of the node, summed over all ways, exact; null in a loop or above one."""
        return None if self._use.quantity is None else Decimal(format(self._use.quantity, "f"))

    @property
    def path(self) -> Path:
        """A shortest way up."""
        return Path(self._reading, self._answer.path(self._use.node))


class DesignUseConnection(Rows[DesignUse]):
    """A page of designs by level and IRI."""

    __slots__ = ()

    @property
    def edges(self) -> list[DesignUse]:
        """The designs of this page."""
        return self._cut()[0]

    @property
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return self._cut()[1]

    @property
    def total_count(self) -> int:
        """Designs over all pages."""
        return self._total


class UnitEdge:
    """One item that was made to a design."""

    __slots__ = ("cursor", "node", "place")

    cursor: str
    """Position in the list."""
    node: Entity
    """The item."""
    place: Place
    """Where it is now."""

    def __init__(self, node: Entity, place: Place, cursor: str) -> None:
        self.node, self.place, self.cursor = node, place, cursor


class UnitConnection(Rows[UnitEdge]):
    """A page of items by whereabouts and IRI."""

    __slots__ = ()

    @property
    def edges(self) -> list[UnitEdge]:
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


class WhereUsed:
    """Where a design is used: in designs above it, and in items made to it."""

    __slots__ = ("_answer", "_reading", "missing")

    missing: list[ID]
    """The reference, where it means nothing in this view."""

    def __init__(self, reading: Reading, answer: used.Used, missing: list[str]) -> None:
        self._reading, self._answer, self.missing = reading, answer, [ID(text) for text in missing]

    @property
    def design(self) -> Entity | None:
        """The design or revision; null where there is none."""
        return None if self._answer.design < 0 else self._reading.entity(self._answer.design)

    def designs(
        self, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> DesignUseConnection:
        """Designs above, at every level. 100 where neither first nor last is given, at most 500."""
        uses, reading = self._answer.uses, self._reading
        iris = reading.view.iris([use.node for use in uses])
        keys: list[Key] = [(use.level, iri) for use, iri in zip(uses, iris, strict=True)]
        request = PageRequest.of(first, after, last, before, reading.scope.max_page, default=100)

        def make(low: int, high: int) -> list[DesignUse]:
            nodes = reading.entities([use.node for use in uses[low:high]], iris[low:high])
            rows = zip(nodes, uses[low:high], keys[low:high], strict=True)
            return [DesignUse(reading, self._answer, node, use, encode_cursor(key)) for node, use, key in rows]

        return DesignUseConnection(keys, (int, str), request, make)

    def units(
        self,
        where: list[Whereabouts] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UnitConnection:
        """Items made to it, optionally only those that are somewhere. 100 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        places, reading = self._answer.units, self._reading
        kept = known_where(where)
        chosen = [at for at in range(len(places.nodes)) if kept is None or KnownWhere(int(places.where[at])) in kept]
        iris = reading.view.iris(places.nodes[chosen])
        order = sorted((int(places.where[at]), iri, at) for at, iri in zip(chosen, iris, strict=True))
        keys: list[Key] = [(where_, iri) for where_, iri, _ in order]
        request = PageRequest.of(first, after, last, before, reading.scope.max_page, default=100)

        def make(low: int, high: int) -> list[UnitEdge]:
            nodes = reading.entities([int(places.nodes[at]) for _, _, at in order[low:high]])
            return [
                UnitEdge(node, Place(reading, places, at), encode_cursor((where_, iri)))
                for node, (where_, iri, at) in zip(nodes, order[low:high], strict=True)
            ]

        return UnitConnection(keys, (int, str), request, make)

    @property
    def counts(self) -> list[WhereaboutsCount]:
        """How many items made to it are where."""
        found = self._answer.units.where.tolist()
        return [WhereaboutsCount(each, found.count(each)) for each in KnownWhere if each in found]

    @property
    def completeness(self) -> Completeness:
        """Whether this is all there is."""
        return Completeness(self._reading, self._answer.completeness)


OBJECTS: Final[tuple[Any, ...]] = (DesignUse, DesignUseConnection, UnitEdge, UnitConnection, WhereUsed)
