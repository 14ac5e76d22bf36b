"""What holds where several rows describe one entity? Filled beats empty, the later row wins, links unite."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from thread.facts import Value
from thread.facts.columns import value_type
from thread.ingest.report import shown
from thread.ingest.rows import RowFault
from thread.ingest.speaking import Said
from thread.ontology.model import Ontology
from thread.terms import LABEL, TYPE, local_name


class Place(NamedTuple):
    """Where a row stands: number of the table in the mapping, table, row, line."""

    order: int
    table: str
    row: int
    line: int


class Merger:
    """Gathers the facts of entities that several rows describe."""

    def __init__(self, ontology: Ontology, note: Callable[[Place, RowFault], None]) -> None:
        self._ontology, self._note = ontology, note
        self._single = {TYPE, LABEL}
        self._single.update(item.iri for item in ontology.relations if item.single)
        self._single.update(item.iri for item in ontology.attributes if item.single)
        self._held: dict[tuple[object, ...], tuple[Said, Place]] = {}
        self._first: dict[tuple[str, str], Place] = {}
        self._conflicts: dict[tuple[str, Place], list[str]] = {}

    def describe(self, entity: str, iri: str, place: Place) -> None:
        """Take note that a row describes an entity as the table's own; a second row is reported."""
        first = self._first.setdefault((f"{place.table}.{entity}", iri), place)
        if first.row != place.row:
            self._conflicts.setdefault((f"{place.table}.{entity}", place), []).append(iri)

    def add(self, said: Said, place: Place) -> None:
        """A fact of an entity that other rows describe too."""
        single = said.predicate in self._single
        slot: tuple[object, ...] = (said.subject, said.predicate, said.start, said.qualifiers)
        if not single:
            slot += (said.value, None if said.link else value_type(said.value))
        known = self._held.get(slot)
        if known is None:
            self._held[slot] = said, place
            return
        old, there = known
        if old.value == said.value and old.end == said.end:
            return
        if said.predicate == TYPE and (kept := self._narrower(old, said)) is not None:
            self._held[slot] = (said, place) if kept is said else known
            return
        later = place >= there
        self._held[slot] = (said, place) if later else known
        winner, loser = ((said, place), known) if later else (known, (said, place))
        self._report(winner, loser)

    def facts(self) -> Iterator[tuple[Said, Place]]:
        """What holds, in the order of the rows."""
        yield from sorted(self._held.values(), key=lambda held: held[1])

    def finish(self) -> None:
        """Report rows that repeat the key of another without a conflict."""
        for (name, place), iris in self._conflicts.items():
            first = self._first[name, iris[0]]
            fault = RowFault(
                "repeated-key",
                f"describes {shown(iris[0])}, as row {first.row} does; the rows were merged.",
                value=shown(iris[0]),
                hint="Filled cells beat empty ones, later rows beat earlier ones.",
            )
            self._note(place, fault)

    def _narrower(self, old: Said, new: Said) -> Said | None:
        if self._ontology.is_a(str(new.value), str(old.value)):
            return new
        return old if self._ontology.is_a(str(old.value), str(new.value)) else None

    def _report(self, winner: tuple[Said, Place], loser: tuple[Said, Place]) -> None:
        (kept, here), (lost, there) = winner, loser
        other = f"row {there.row}" if there.table == here.table else f"row {there.row} of table {there.table}"
        fault = RowFault(
            "repeated-key",
            f"says {local_name(kept.predicate)} of {shown(kept.subject)} is {_said(kept.value)}, {other} says "
            f"{_said(lost.value)}; this row holds.",
            value=_said(kept.value),
            hint="Correct one of the rows.",
        )
        self._note(here, fault)


def _said(value: Value) -> str:
    return shown(str(value))
