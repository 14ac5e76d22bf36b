"""Do the parts that an order needs fit what it works on, and where are they in stock?"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np

from thread.projection.view import View
from thread.reasoning.answers import PathAnswer
from thread.reasoning.bom import ONE, QUANTITY, is_design, quantity_of
from thread.reasoning.changing import REQUIRES
from thread.reasoning.configuration import StructureView, structure_of
from thread.reasoning.needs import PART_OF
from thread.reasoning.orders import PERFORMED_ON
from thread.reasoning.places import Whereabouts, places_of, subjects_ever
from thread.reasoning.replacing import Replacements
from thread.reasoning.siblings import MADE_TO
from thread.reasoning.used import items_among
from thread.terms import UpperKind


class SpareVerdict(StrEnum):
    """Whether a part that an order needs may be fitted in what it works on."""

    VALID = "VALID"
    ALTERNATE = "ALTERNATE"
    BLOCKED = "BLOCKED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Spare:
    """One part that an order needs."""

    design: int
    quantity: Decimal
    verdict: SpareVerdict
    asked: int
    """What the bill of the thing asks for in its place; -1 where it asks for nothing like it."""
    way: PathAnswer | None
    """Why it may stand for what is asked."""
    stock: tuple[int, ...]
    """Items of just this design in stock, by IRI."""
    alternates: tuple[int, ...]
    """Items in stock that may stand for it, by IRI."""
    in_stock: Decimal
    """Pieces of just this design in stock."""


def spares_of(view: View, order: int) -> list[Spare]:
    """The parts that an order needs, judged against the bills of what it works on, by IRI.

    Valid: a bill asks for it, by the lines effective for the unit. Alternate: it may stand for what the bill asks.
    Blocked: the bill asks for another of its kind, for which it may not stand. Unknown: no bill asks for such a thing.
    """
    return list(_Spares(view, order).rows()) if order >= 0 else []


class _Spares:
    def __init__(self, view: View, order: int) -> None:
        self.view, self.order, self.known = view, order, Replacements(view)

    def rows(self) -> Iterator[Spare]:
        table = self.view.links_from(self.order, self.view.ontology.subrelations(REQUIRES))
        rows = zip(table.object.tolist(), self.view.qualifiers(table.row), strict=True)
        needed = [(design, quantity_of(said)) for design, said in rows if is_design(self.view, design)]
        for design, quantity in sorted(needed, key=lambda row: self.view.iri(row[0])):
            verdict, asked, way = self._judge(design)
            stock, pieces = self._stock([design, *self._own(design)])
            instead = [node for node in self.known.reach(design, backwards=True) if is_design(self.view, node)]
            alternates, _ = self._stock([node for node in instead if node != design])
            yield Spare(design, quantity, verdict, asked, way, stock, alternates, pieces)

    @cached_property
    def _asked(self) -> list[int]:
        """Designs in the bills of what the order works on."""
        relations = self.view.ontology.subrelations(PERFORMED_ON)
        found: dict[int, None] = {}
        for target in self.view.links_from(self.order, relations).object.tolist():
            unit = self._unit(target)
            for line in structure_of(self.view, unit, StructureView.AS_DESIGNED).lines:
                found[line.child] = None
        return list(found)

    def _unit(self, target: int) -> int:
        """The thing with a bill: of a position, what it is part of."""
        positions = self.view.ontology.subkinds(UpperKind.POSITION)
        seen: set[int] = set()
        while self.view.kind(target) in positions and target not in seen:
            seen.add(target)
            target = min(
                self.view.links_from(target, self.view.ontology.subrelations(PART_OF)).object.tolist(), default=target
            )
        return target

    def _judge(self, design: int) -> tuple[SpareVerdict, int, PathAnswer | None]:
        family = self.known.family(design)
        alike = [asked for asked in self._asked if asked in (design, family)]
        if alike:
            return SpareVerdict.VALID, alike[0], None
        for asked in self._asked:
            way = self.known.way(design, asked)
            if way is not None:
                return SpareVerdict.ALTERNATE, asked, way
        others = [asked for asked in self._asked if self.known.family(asked) == family]
        if others:
            return SpareVerdict.BLOCKED, others[0], None
        return SpareVerdict.UNKNOWN, -1, None

    def _own(self, design: int) -> list[int]:
        """Of a design, its revisions: any of them serves an order that does not say which."""
        return [] if not self.known.is_whole_design(design) else self.known.revisions(design)

    def _stock(self, designs: list[int]) -> tuple[tuple[int, ...], Decimal]:
        if not designs:
            return (), Decimal(0)
        items = items_among(self.view, subjects_ever(self.view, designs, MADE_TO))
        places = places_of(self.view, items)
        here = places.nodes[places.where == Whereabouts.STOCK]
        pieces = sum(
            (Decimal(str(held[0])) if held else ONE for held in self.view.column_of(here, QUANTITY)), Decimal(0)
        )
        return tuple(sorted(np.asarray(here).tolist(), key=self.view.iri)), pieces


__all__ = ["Spare", "SpareVerdict", "spares_of"]
