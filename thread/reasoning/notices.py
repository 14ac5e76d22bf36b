"""Which notices touch parts that we have? Ranges of part numbers and serials, against designs and items."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thread.projection.view import Ints, Statement, View
from thread.reasoning.bom import REVISION_OF, SERIALS
from thread.reasoning.places import Places, Whereabouts, places_of, subjects_ever
from thread.reasoning.ranges import within
from thread.reasoning.siblings import MADE_TO
from thread.reasoning.used import items_among
from thread.terms import IDENTIFIER, SCHEME, THR, UpperKind

AFFECTED_PART, THROUGH = THR + "affectedPart", THR + "through"


@dataclass(frozen=True, slots=True)
class PartRange:
    """Part numbers that a notice is about, both ends included, in a scheme, for some serials only."""

    first: str
    last: str
    scheme: str | None
    from_serial: str | None
    to_serial: str | None

    def has(self, scheme: str, value: str) -> bool:
        """Whether an identifier lies in it."""
        if self.scheme is not None and scheme != self.scheme:
            return False
        return value == self.first or (self.last != self.first and within(value, self.first, self.last) is True)


@dataclass(frozen=True)
class NoticeMatch:
    """What one notice touches."""

    document: int
    ranges: tuple[PartRange, ...]
    designs: tuple[int, ...]
    """Designs and revisions whose numbers lie in a range, by IRI."""
    items: Places
    """Items made to them whose serial is in range, or may be."""
    sure: tuple[bool, ...]
    """Of each item: its serial is in range, not only perhaps."""

    def of(self, *, installed: bool, sure: bool) -> list[int]:
        """Items that are installed or not, that are surely touched or perhaps."""
        rows = zip(self.items.nodes.tolist(), self.items.where.tolist(), self.sure, strict=True)
        return [node for node, where, told in rows if (where == Whereabouts.INSTALLED) is installed and told is sure]


class Notices:
    """All notices of a view. Cost: documents, identifiers of designs, and items of the designs that match."""

    def __init__(self, view: View) -> None:
        self.view = view

    @cached_property
    def _designs(self) -> tuple[Ints, list[tuple[object, ...]]]:
        nodes = self.view.of_kind(UpperKind.PRODUCT_DESIGN, UpperKind.DESIGN_REVISION)
        return nodes, list(self.view.column_of(nodes, IDENTIFIER))

    def matches(self) -> list[NoticeMatch]:
        """Every document that names part numbers, with what it touches, by IRI; also those that touch nothing."""
        documents = self.view.of_kind(UpperKind.DOCUMENT)
        named = [
            node
            for node, held in zip(documents.tolist(), self.view.column_of(documents, AFFECTED_PART), strict=True)
            if held
        ]
        return [self.match(node) for node in sorted(named, key=self.view.iri)]

    def match(self, document: int) -> NoticeMatch:
        """What one document touches."""
        said = [s for s in self.view.attributes(document) if s.predicate == AFFECTED_PART]
        ranges = tuple(_range(statement) for statement in said)
        hits: dict[int, list[PartRange]] = {}
        for one in ranges:
            for node in self._in_range(one):
                hits.setdefault(node, []).append(one)
        for node in list(hits):
            for revision in self._revisions(node):
                hits.setdefault(revision, []).extend(hits[node])
        touched: dict[int, bool] = {}
        for node, limits in hits.items():
            for item in items_among(self.view, subjects_ever(self.view, [node], MADE_TO)).tolist():
                told = self._serial(item, limits)
                if told is not False:
                    touched[item] = touched.get(item, False) or told is True
        places = places_of(self.view, np.array(sorted(touched), np.int32))
        designs = tuple(sorted(hits, key=self.view.iri))
        return NoticeMatch(document, ranges, designs, places, tuple(touched[node] for node in places.nodes.tolist()))

    def _in_range(self, one: PartRange) -> Iterator[int]:
        nodes, held = self._designs
        for node, values in zip(nodes.tolist(), held, strict=True):
            if any(one.has(one.scheme or "", str(value)) for value in values):
                named = self.view.identifiers(node) if one.scheme is not None else ()
                if one.scheme is None or any(one.has(each.scheme, each.value) for each in named):
                    yield node

    def _revisions(self, node: int) -> list[int]:
        relations = self.view.ontology.subrelations(REVISION_OF)
        found: list[int] = self.view.links_to(node, relations).subject.tolist()
        return found

    def _serial(self, item: int, limits: list[PartRange]) -> bool | None:
        """Whether a serial lies in any of the ranges that hit its design."""
        if any(one.from_serial is None and one.to_serial is None for one in limits):
            return True
        own = [each.value for each in self.view.identifiers(item) if each.scheme == "serial"]
        told = [within(value, one.from_serial, one.to_serial) for one in limits for value in own]
        if True in told:
            return True
        return False if told and None not in told else None


def _range(statement: Statement) -> PartRange:
    held = {name: str(value) for name, value in statement.qualifiers}
    first = str(statement.value)
    low, high = (held.get(name) for name in SERIALS)
    return PartRange(first, held.get(THROUGH, first), held.get(SCHEME), low, high)


def notices_of(view: View) -> list[NoticeMatch]:
    """Every notice with part numbers, and what it touches."""
    return Notices(view).matches()


__all__ = ["NoticeMatch", "Notices", "PartRange", "notices_of"]
