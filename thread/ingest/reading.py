"""What do the files of a mapping say? One reading: facts, the report, and what a snapshot covers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.facts import FactPart, PartBuilder
from thread.ingest import model
from thread.ingest.blocks import Block, BlockSpeaker, rows_at_once
from thread.ingest.circles import circles
from thread.ingest.identity import Identities, Nothing, Resolver
from thread.ingest.jsonfile import JsonFile
from thread.ingest.merging import Merger, Place
from thread.ingest.parts import Vanished
from thread.ingest.pausing import collector_paused
from thread.ingest.plans import TablePlan, compile_table
from thread.ingest.report import Collector, Finding, Report, TableCount, shown
from thread.ingest.rows import Cells, Row, RowFault
from thread.ingest.speaking import Saying, Speaker
from thread.ingest.tables import TableData, Tables
from thread.ingest.vocabulary import Vocabulary
from thread.ontology.model import Ontology, Role
from thread.ontology.shapes import Checker, Violation
from thread.terms import TYPE, local_name

Progress = Callable[[int, int], None]
"""Called now and then with (done, total) steps of the work, in bytes read."""
_PASSES: Final = 2
_CIRCLE_SHOWN: Final = 6
_SURVEYED: Final = 1_000
"""Rows that are seen at once."""
FEWEST = 32
"""Rows of which fewer are said one by one."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TableScope:
    """What a snapshot of one table covers; ``thread.ingest.snapshots`` finds by it what has vanished."""

    origin: str
    """Origin of its facts: the name of the file."""
    vanished: Vanished
    protected: frozenset[str]
    """Entities of rows that were rejected: such a row has not vanished."""
    unnamed: int
    """Rejected rows whose entities could not be told; while there are any, nothing of the table vanishes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an import would say, whatever the thread knows already."""

    parts: tuple[FactPart, ...]
    report: Report
    scope: tuple[TableScope, ...]
    entities: int
    """Entities that the rows describe."""
    refused: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Numbers of the rejected rows by origin, all of them."""


def read(
    mapping: model.Mapping,
    folder: Path,
    ontology: Ontology,
    resolve: Resolver | None = None,
    progress: Progress | None = None,
) -> Reading:
    """The facts of all rows of a mapping's tables, and a report of those that do not enter.

    Args:
        folder: where the files lie.
        resolve: what the thread knows already; None: nothing.
        progress: called with bytes done and bytes in all.
    Raises:
        InputError: ``unknown-column``, ``bad-file``, ``bad-mapping``: no row can be read rightly.
    Cost: two passes over the files. In memory: the facts as columns, one entry per entity and identifier, and
        the rows of tables with a sequence or looked at by another.
    """
    with collector_paused():
        return _Reader(mapping, folder, ontology, resolve or Nothing(), progress or (lambda _, __: None)).run()


@dataclass(slots=True)
class _Tally:
    """What is counted of one table."""

    rejected: set[int] = field(default_factory=set)
    facts: int = 0
    protected: set[str] = field(default_factory=set)
    unnamed: int = 0


class _Reader:
    def __init__(
        self, mapping: model.Mapping, folder: Path, ontology: Ontology, resolver: Resolver, progress: Progress
    ) -> None:
        self._mapping, self._ontology, self._resolver, self._progress = mapping, ontology, resolver, progress
        self._findings = Collector()
        self._tally = {name: _Tally() for name in mapping.tables}
        self._early: list[tuple[str, int, int, RowFault, Cells | None]] = []
        self._tables = Tables(mapping, folder, self._hold_back, self._note_row)
        words = Vocabulary(ontology, mapping.prefixes)
        self._plans = {name: compile_table(data, mapping, words) for name, data in self._tables.data.items()}
        self._identities = Identities(resolver, mapping.namespace)
        self._merger = Merger(ontology, self._note)
        self._described: set[str] = set()
        self._ends: dict[str, tuple[Place, str]] = {}
        self._builder = PartBuilder()

    def run(self) -> Reading:
        choosing = any(link.choose for plan in self._plans.values() for e in plan.entities for link in e.links)
        speakers = {name: Speaker(p, self._identities, note_kinds=choosing) for name, p in self._plans.items()}
        self._survey(speakers)
        for early in self._early:
            self._reject(speakers[early[0]], *early)
        for order, (name, plan) in enumerate(self._plans.items()):
            self._speak(order, name, plan, speakers[name])
        direct = self._builder.parts()
        parts = self._checked(direct, self._merged())
        self._note_dangling()
        self._note_unfilled()
        self._note_circles(parts)
        counts = [self._count(name, data) for name, data in self._tables.data.items()]
        scope = tuple(
            TableScope(data.spec.origin, data.spec.vanished, frozenset(tally.protected), tally.unnamed)
            for name, data in self._tables.data.items()
            for tally in (self._tally[name],)
        )
        refused: dict[str, frozenset[int]] = {}
        for name, tally in self._tally.items():
            origin = self._mapping.tables[name].origin
            refused[origin] = refused.get(origin, frozenset()) | tally.rejected
        return Reading(parts, self._findings.report(counts), scope, len(self._described), refused)

    # -- passes

    def _survey(self, speakers: dict[str, Speaker]) -> None:
        for name, speaker in speakers.items():
            rows = self._tables.rows(name, None, self._advance(name, 0))
            for block in _blocks(rows, _SURVEYED):
                speaker.see(block)
        self._identities.finish(lambda table, row, fault: self._note_row(table, row, fault))

    def _speak(self, order: int, name: str, plan: TablePlan, speaker: Speaker) -> None:
        def unreadable(table: str, number: int, line: int, fault: RowFault, cells: Cells | None) -> None:
            self._reject(speaker, table, number, line, fault, cells)

        rows = self._tables.rows(name, unreadable, self._advance(name, 1))
        if any(column.many for column in plan.table.spec.columns.values()):
            self._each_alone(order, plan, self._each_said(name, rows, speaker))
            return
        blocks = BlockSpeaker(plan, self._identities, speaker)
        for block in _blocks(rows, rows_at_once(plan) or _SURVEYED):
            left = [block]
            while left:
                some = left.pop()
                said = blocks.say(some) if len(some) >= FEWEST else None
                if said is not None:
                    self._take(order, plan, some, said)
                elif len(some) >= 2 * FEWEST:
                    left += [some[len(some) // 2 :], some[: len(some) // 2]]
                else:
                    self._each_alone(order, plan, self._said(name, some, speaker))

    def _take(self, order: int, plan: TablePlan, rows: Sequence[Row], block: Block) -> None:
        """Take in what a block of rows says."""
        name = plan.table.name
        places = [Place(order, name, row.number, row.line) for row in rows]
        for of in block.entities.values():
            self._described.update(iri for iri in of if iri is not None)
        for iri, at, column in block.ends:
            self._ends.setdefault(iri, (places[at], column))
        repeated = self._identities.repeated
        if repeated and plan.own_key:
            for row, place, about in zip(rows, places, block.entities[plan.entities[0].name], strict=True):
                if about in repeated:
                    self._merger.describe(tuple(row.cells[index] for index in plan.own_key), place)
        for at, said in block.merged:
            self._merger.add(said, places[at])
        self._tally[name].facts += block.part.size
        if block.part.size:
            self._builder.part(block.part)

    def _each_alone(self, order: int, plan: TablePlan, rows: Iterable[tuple[Row, Saying]]) -> None:
        """Take in what rows say, one by one."""
        own, key, name, origin = plan.entities[0].name, plan.own_key, plan.table.name, plan.table.spec.origin
        repeated, tally = self._identities.repeated, self._tally[name]
        link, attribute, merge = self._builder.link, self._builder.attribute, self._merger.add
        for row, saying in rows:
            number = row.number
            place = Place(order, name, number, row.line)
            self._remember(saying, place)
            first = saying.entities.get(own)
            if first is not None and first in repeated and key:
                self._merger.describe(tuple(row.cells[index] for index in key), place)
            mine = saying.entities.values()
            for said in saying.facts:
                subject, predicate, value, linked, start, end, qualifiers = said
                if subject in repeated or subject not in mine:
                    merge(said, place)
                    continue
                tally.facts += 1
                if linked:
                    link(subject, predicate, str(value), start, end, qualifiers, origin, number)
                else:
                    attribute(subject, predicate, value, start, end, qualifiers, origin, number)

    def _said(self, name: str, rows: Iterable[Row], speaker: Speaker) -> Iterator[tuple[Row, Saying]]:
        for row in rows:
            try:
                saying = speaker.say(row)
            except RowFault as fault:
                self._reject(speaker, name, row.number, row.line, fault, row.cells)
                continue
            yield row, saying

    def _each_said(self, name: str, rows: Iterable[Row], speaker: Speaker) -> Iterator[tuple[Row, Saying]]:
        """As ``_said``, where a row is said several times: all of it enters, or nothing."""
        for number, several in groupby(rows, key=lambda row: row.number):
            variants = list(several)
            said = list(self._said(name, variants, speaker))
            if number not in self._tally[name].rejected:
                yield from said
            else:
                for row in variants:
                    self._tally[name].protected.update(speaker.name(row)[0].values())

    def _remember(self, saying: Saying, place: Place) -> None:
        """Who is described and who is referred to; the notes of a row that enters."""
        self._described.update(saying.entities.values())
        for iri, column in saying.ends:
            self._ends.setdefault(iri, (place, column))
        for note in saying.notes:
            self._note(place, note)

    def _merged(self) -> tuple[FactPart, ...]:
        builder = PartBuilder()
        for said, place in self._merger.facts():
            tally, origin = self._tally[place.table], self._mapping.tables[place.table].origin
            tally.facts += 1
            tail = (said.start, said.end, said.qualifiers, origin, place.row)
            if said.link:
                builder.link(said.subject, said.predicate, str(said.value), *tail)
            else:
                builder.attribute(said.subject, said.predicate, said.value, *tail)
        return builder.parts()

    # -- what the ontology says of all facts together

    def _checked(self, direct: Sequence[FactPart], merged: Sequence[FactPart]) -> tuple[FactPart, ...]:
        """The parts without the rows that the ontology refuses: the commit will refuse nothing."""
        parts, own = [*direct, *merged], len(direct)
        checker = Checker(self._ontology)
        while violations := checker.check(parts, self._resolver.kinds):
            rows, spoilt = self._refuse(parts, violations)
            for number, part in enumerate(parts):
                gone = facts_of_rows(part, rows) if number < own else np.zeros(part.size, dtype=bool)
                gone |= _of_subjects(part, spoilt)
                gone[[v.index for v in violations if v.part == number]] = True
                self._take_out(part, gone)
                parts[number] = FactPart(part.strings, part.qualifiers, part.table[~gone])
        return tuple(part for part in parts if part.size)

    def _refuse(
        self, parts: Sequence[FactPart], violations: Sequence[Violation]
    ) -> tuple[set[tuple[str, int]], set[str]]:
        """Report violations; the rows and the entities that they spoil."""
        rows, spoilt = set(), set()
        for violation in violations:
            _, fact = parts[violation.part].fact_at(violation.index)
            rows.add((violation.origin, violation.row))
            if fact.predicate == TYPE:
                spoilt.add(str(fact.subject))
            for name in self._tables_of(violation.origin):
                column = self._plans[name].columns.get(fact.predicate, "")
                message = violation.message.removeprefix(f"Row {violation.row} of {violation.origin}: ")
                fault = RowFault(violation.code, message, column=column, value=violation.value, hint=violation.hint)
                self._reject_row(name, violation.row, 0, fault)
                self._tally[name].protected.add(str(fact.subject))
        return rows, spoilt

    def _take_out(self, part: FactPart, gone: Mask) -> None:
        for index in np.flatnonzero(gone).tolist():
            _, fact = part.fact_at(index)
            names = self._tables_of(fact.origin)
            self._tally[names[0]].facts -= 1
            for name in names:
                self._tally[name].protected.add(str(fact.subject))
            if fact.predicate == TYPE:
                self._described.discard(str(fact.subject))

    def _tables_of(self, origin: str) -> list[str]:
        return [name for name in self._plans if self._mapping.tables[name].origin == origin]

    # -- reporting

    def _hold_back(self, table: str, number: int, line: int, fault: RowFault, cells: Cells | None) -> None:
        self._early.append((table, number, line, fault, cells))

    def _reject(
        self, speaker: Speaker, table: str, number: int, line: int, fault: RowFault, cells: Cells | None
    ) -> None:
        self._reject_row(table, number, line, fault)
        tally = self._tally[table]
        named, whole = speaker.name(Row(number, line, cells)) if cells is not None else ({}, False)
        tally.protected.update(named.values())
        tally.unnamed += not whole

    def _reject_row(self, table: str, number: int, line: int, fault: RowFault) -> None:
        rejected = self._tally[table].rejected
        if number not in rejected:
            rejected.add(number)
            self._findings.reject(self._finding(table, number, line, fault))

    def _note_row(self, table: str, row: Row, fault: RowFault) -> None:
        self._findings.note(self._finding(table, row.number, row.line, fault))

    def _note(self, place: Place, fault: RowFault) -> None:
        self._findings.note(self._finding(place.table, place.row, place.line, fault))

    def _finding(self, table: str, number: int, line: int, fault: RowFault) -> Finding:
        file, value = self._mapping.tables[table].origin, shown(fault.value)
        return Finding(file, number, line, fault.rule, fault.column, value, fault.message, fault.hint)

    def _note_unfilled(self) -> None:
        """Paths that lead to nothing in all of a file: a JSON file has no header that would say so."""
        for name, data in self._tables.data.items():
            for index in sorted(data.file.unfilled) if isinstance(data.file, JsonFile) and data.read_rows else ():
                column = data.file.header[index]
                hint = "Is it spelt as in the file?"
                fault = RowFault("unknown-column", f'no record has a value at "{column}".', column=column, hint=hint)
                self._findings.note(self._finding(name, 0, 0, fault))

    def _note_circles(self, parts: Sequence[FactPart]) -> None:
        structure = [item.iri for item in self._ontology.relations if item.role is Role.STRUCTURE]
        for relation, members, origin, row in circles(parts, structure):
            chain = " -> ".join(shown(iri) for iri in (*members[:_CIRCLE_SHOWN], members[0]))
            more = f" (and {len(members) - _CIRCLE_SHOWN} between)" if len(members) > _CIRCLE_SHOWN else ""
            hint = "It was kept; walks go round it once. One of the links is probably wrong."
            fault = RowFault("circle", f"{local_name(relation)} runs in a circle: {chain}{more}.", hint=hint)
            self._findings.note(self._finding(self._tables_of(origin)[0], row, 0, fault))

    def _note_dangling(self) -> None:
        asked = [iri for iri in self._ends if iri not in self._described]
        hint = "A stub stands for it until some source describes it."
        for iri, kind in zip(asked, self._resolver.kinds(asked), strict=True):
            if kind is None:
                place, column = self._ends[iri]
                message = f"{shown(iri)} is referred to, but no source describes it."
                self._note(place, RowFault("dangling-reference", message, column=column, value=iri, hint=hint))

    def _count(self, name: str, data: TableData) -> TableCount:
        tally = self._tally[name]
        refused = len(tally.rejected)
        accepted = data.read_rows - refused - data.skipped
        return TableCount(name, data.spec.origin, data.read_rows, accepted, refused, data.skipped, tally.facts)

    def _advance(self, name: str, number: int) -> Callable[[int], None]:
        names = list(self._tables.data)
        sizes = [self._tables.data[each].file.size for each in names]
        total = _PASSES * sum(sizes)
        before = number * sum(sizes) + sum(sizes[: names.index(name)])
        return lambda done: self._progress(before + done, total)


def _blocks(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while block := list(islice(rows, size)):
        yield block


def facts_of_rows(part: FactPart, rows: set[tuple[str, int]]) -> Mask:
    """Which facts of a part come from one of the (origin, row) pairs. Cost: one look at each fact's row number."""
    table = part.table
    numbers = np.isin(table["row"], [row for _, row in rows])
    for index in np.flatnonzero(numbers).tolist():
        numbers[index] = (part.strings[int(table["origin"][index])], int(table["row"][index])) in rows
    return np.asarray(numbers, dtype=bool)


def _of_subjects(part: FactPart, subjects: set[str]) -> Mask:
    wanted = [index for index, text in enumerate(part.strings) if text in subjects] if subjects else []
    return np.asarray(np.isin(part.table["subject"], wanted), dtype=bool)
