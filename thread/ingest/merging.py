"""What holds where several rows describe one entity? Filled beats empty, the later row wins, links unite."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from thread.clock import BEGIN, END
from thread.facts import Value
from thread.facts.columns import value_type
from thread.ingest.report import shown
from thread.ingest.rows import Cell, RowFault
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
        self._first: dict[tuple[str, tuple[Cell, ...]], Place] = {}

    def describe(self, key: tuple[Cell, ...], place: Place) -> None:
        """Take note of the key of a row; a second row with it is reported."""
        first = self._first.setdefault((place.table, key), place)
        if first.row != place.row:
            said = shown(" ".join(str(cell) for cell in key))
            message = f"has the key of row {first.row}; the rows were merged."
            hint = "Filled cells beat empty ones, later rows beat earlier ones."
            self._note(place, RowFault("repeated-key", message, value=said, hint=hint))

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
        bounded = {said[0][:3] for said in self._held.values() if said[0].predicate == TYPE and _bounded(said[0])}
        for said, place in sorted(self._held.values(), key=lambda held: held[1]):
            if said[:3] in bounded and not _bounded(said):
                continue  # filled beats empty: another row says since when it exists
            yield said, place

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


def _bounded(said: Said) -> bool:
    return (said.start, said.end) != (BEGIN, END)


def _said(value: Value) -> str:
    return shown(str(value))
