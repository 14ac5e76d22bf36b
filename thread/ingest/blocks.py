"""What do many rows say at once? The same as one by one (``speaking``), a fact of all of them at a time.

Most rows of large tables are plain: no fault, no note, one relation for each link. A block of such rows is said in a
few loops that run once a fact of the mapping, not once a fact of a row. Whatever is unusual about
one row of a block makes the whole of it unusual; it is for the caller to cut it down and to say the rest row by row.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, to_instant
from thread.facts import FactPart, Op, Qualifiers, Value, ValueType
from thread.facts.columns import FACT, PART_LIMIT, value_number, value_type
from thread.ingest.identity import Identities, Key
from thread.ingest.plans import AttributePlan, EntityPlan, IntervalOf, LinkPlan, TablePlan, qualifiers_of
from thread.ingest.rows import Cells, Row, RowFault
from thread.ingest.speaking import Said, Speaker
from thread.terms import IDENTIFIER, LABEL, TYPE

_TEXTUAL: Final = (ValueType.TEXT, ValueType.DECIMAL, ValueType.IRI)


class Unusual(Exception):
    """Some row of a block is to be said alone."""


@dataclass(slots=True)
class Block:
    """What a block of rows says."""

    part: FactPart
    """Facts of entities that no other row describes."""
    merged: list[tuple[int, Said]]
    """Index of a row, and a fact that other rows may say too; in the order of the rows."""
    entities: dict[str, list[str | None]]
    """By name in the mapping, the entity of each row; None where it has none."""
    ends: list[tuple[str, int, str]]
    """IRI, index of the row and column of the ends of links that the rows do not describe."""


def rows_at_once(plan: TablePlan) -> int:
    """How many rows make a block, so that its facts are one part; 0: the rows of this table are said one by one."""
    facts = 0
    for entity in plan.entities:
        if any(link.choose is not None or link.again for link in entity.links):
            return 0
        facts += 2 + entity.schemes + len(entity.attributes) + len(entity.links)
    return PART_LIMIT // facts


class BlockSpeaker:
    """Says blocks of rows of one table."""

    def __init__(self, plan: TablePlan, identities: Identities, speaker: Speaker) -> None:
        self._plan, self._identities, self._speaker = plan, identities, speaker
        self._origin, self._whole = plan.table.spec.origin, rows_at_once(plan) > 0

    def say(self, rows: Sequence[Row]) -> Block | None:
        """What all these rows say; None, and nothing has been done, where something about one of them is unusual."""
        if not self._whole:
            return None
        try:
            return _Saying(self._plan, self._identities, self._speaker, rows).block(self._origin)
        except (Unusual, RowFault):
            return None


@dataclass(slots=True)
class _Present:
    """The rows of a block that have an entity."""

    at: list[int]
    """Indices of the rows."""
    cells: list[Cells]
    iris: list[str]
    keys: list[list[Key]]

    def only(self, kept: Sequence[int]) -> "_Present":
        """Some of them."""
        at, cells, iris, keys = self.at, self.cells, self.iris, self.keys
        return _Present(
            [at[i] for i in kept], [cells[i] for i in kept], [iris[i] for i in kept], [keys[i] for i in kept]
        )


class _Saying:
    def __init__(self, plan: TablePlan, identities: Identities, speaker: Speaker, rows: Sequence[Row]) -> None:
        self._plan, self._identities, self._speaker, self._rows = plan, identities, speaker, rows
        self._cells = [row.cells for row in rows]
        self._strings: defaultdict[str, int] = defaultdict()
        self._strings.default_factory = self._strings.__len__
        self._qualifiers: dict[tuple[Qualifiers, tuple[type, ...]], int] = {}
        self._tables: list[npt.NDArray[np.void]] = []
        self._merged: list[tuple[int, Said]] = []
        self._ends: list[tuple[str, int, str]] = []
        self._of: dict[str, list[str | None]] = {}

    def block(self, origin: str) -> Block:
        present = [(plan, self._present(plan)) for plan in self._plan.entities]
        for plan, here in present:
            if here.at:
                self._entity(plan, here)
        table = np.concatenate(self._tables) if self._tables else np.empty(0, FACT)
        table["op"] = int(Op.ASSERT)
        table["origin"] = self._strings[origin]
        table["row"] = np.array([row.number for row in self._rows], dtype=np.int64)[table["row"]]
        part = FactPart(tuple(self._strings), tuple(held for held, _ in self._qualifiers), table)
        self._merged.sort(key=_row)
        self._ends.sort(key=lambda end: end[1])
        return Block(part, self._merged, self._of, self._ends)

    def _present(self, plan: EntityPlan) -> _Present:
        """The rows in which an entity is, with its name and its identifiers."""
        rows, cells, when = self._rows, self._cells, plan.when
        at = list(range(len(rows))) if when is None else [i for i, each in enumerate(cells) if when(each)]
        some = cells if when is None else [cells[i] for i in at]
        keys = [plan.keys(each) for each in some]
        made = [plan.minted(each, held) for each, held in zip(some, keys, strict=True)]
        here = _Present(at, some, made, keys)  # type: ignore[arg-type]  # those without a name go at once
        if None in made:
            if plan is self._plan.entities[0] and when is None:
                raise Unusual
            here = here.only([i for i, iri in enumerate(made) if iri is not None])
        if self._identities.refuses:
            for i in here.at:
                self._identities.check(self._plan.table.name, rows[i].number, plan.name)
        here.iris = self._identities.all_canonical(here.iris)
        of: list[str | None] = [None] * len(rows)
        for i, iri in zip(here.at, here.iris, strict=True):
            of[i] = iri
        self._of[plan.name] = of
        return here

    def _entity(self, plan: EntityPlan, here: _Present) -> None:
        starts, ends = None, None
        if plan.interval is not None:
            starts, ends = _times(plan.interval, here.cells)
        elif plan.occurred is not None:
            moments = [plan.occurred(each) for each in here.cells]
            starts = [to_instant(moment) if isinstance(moment, datetime) else BEGIN for moment in moments]
        self._say(here.at, here.iris, TYPE, [plan.type] * len(here.at), starts, ends)
        self._identifiers(here)
        if plan.label is not None:
            self._attribute(here, LABEL, [plan.label(each) for each in here.cells])
        for one in plan.attributes:
            when, value = one.when, one.value
            some = here if when is None else here.only([i for i, each in enumerate(here.cells) if when(each)])
            self._attribute(some, one.attribute.iri, [value(each) for each in some.cells], one)
        if plan.pairs:
            self._check_pairs(plan, here)
        for link in plan.links:
            self._link(link, here)

    def _check_pairs(self, plan: EntityPlan, here: _Present) -> None:
        """Two times of which the second is earlier are noted, row by row."""
        for cells in here.cells:
            times: dict[str, Value] = {}
            for one in plan.attributes:
                if one.when is None or one.when(cells):
                    value = one.value(cells)
                    if isinstance(value, datetime):
                        times[one.attribute.iri] = value
            if any(a in times and b in times and times[b] < times[a] for a, b in plan.pairs):  # type: ignore[operator]  # both are times
                raise Unusual

    def _identifiers(self, here: _Present) -> None:
        at, iris, values, qualifiers = [], [], [], []
        scheme = self._speaker.scheme
        for row, iri, keys in zip(here.at, here.iris, here.keys, strict=True):
            for key in keys:
                at.append(row)
                iris.append(iri)
                values.append(key.value)
                qualifiers.append(scheme(key))
        self._say(at, iris, IDENTIFIER, values, None, None, qualifiers)

    def _attribute(
        self, here: _Present, predicate: str, values: list[Value | None], plan: AttributePlan | None = None
    ) -> None:
        if None in values:
            if plan is not None and plan.required:
                raise Unusual
            kept = [i for i, value in enumerate(values) if value is not None]
            here, values = here.only(kept), [values[i] for i in kept]
        interval = plan.interval if plan is not None else None
        starts, ends = _times(interval, here.cells) if interval is not None else (None, None)
        told = [qualifiers_of(plan, each) for each in here.cells] if plan is not None and plan.qualifiers else None
        self._say(here.at, here.iris, predicate, values, starts, ends, told)

    def _link(self, link: LinkPlan, here: _Present) -> None:
        relation, target = link.relation, link.target
        if link.when is not None:
            here = here.only([i for i, each in enumerate(here.cells) if link.when(each)])
        far, stubs = self._other_ends(link, here)
        kept = [
            i
            for i, (iri, other) in enumerate(zip(here.iris, far, strict=True))
            if other is not None and not (relation.symmetric and other == iri)
        ]
        if link.required and None in far:
            raise Unusual
        if len(kept) < len(far):
            here, far = here.only(kept), [far[i] for i in kept]
            stubs = stubs and [stubs[i] for i in kept]
        others = [iri for iri in far if iri is not None]
        starts, ends = _times(link.interval, here.cells) if link.interval is not None else (None, None)
        if target.entity is None:
            self._ends += [(iri, row, target.column) for iri, row in zip(others, here.at, strict=True)]
        for row, iri, key in zip(here.at, others, stubs, strict=True) if stubs else ():
            if key is not None:
                said = Said(iri, IDENTIFIER, key.value, False, BEGIN, END, self._speaker.scheme(key))
                self._merged.append((row, said))
        qualifiers = [qualifiers_of(link, each) for each in here.cells] if link.qualifiers else None
        if not here.at:
            return
        subjects, objects = (others, here.iris) if link.inward else (here.iris, others)
        numbers = list(map(self._strings.__getitem__, objects))
        self._put(ValueType.LINK, here.at, subjects, relation.iri, objects, numbers, starts, ends, qualifiers)

    def _other_ends(self, link: LinkPlan, here: _Present) -> tuple[list[str | None], list[Key | None]]:
        """The other ends, and where there are any, the identifiers that stubs of them are told by."""
        target = link.target
        if target.entity is not None:
            of = self._of.get(target.entity)
            return ([None] * len(here.at) if of is None else [of[i] for i in here.at]), []
        if target.id is not None:
            made = [target.id(each) for each in here.cells]
            return self._identities.all_canonical(made), []
        far_end = self._speaker.far_end
        found = [far_end(target, each) for each in here.cells]
        return [far for far, _ in found], [stub for _, stub in found]

    # -- columns

    def _say(
        self,
        at: list[int],
        iris: list[str],
        predicate: str,
        values: Sequence[Value | None],
        starts: list[int] | None,
        ends: list[int] | None,
        qualifiers: list[Qualifiers] | None = None,
    ) -> None:
        """An attribute of some rows' entities."""
        if not at:
            return
        kinds = set(map(type, values))
        if len(kinds) > 1:
            raise Unusual
        kind = value_type(values[0])  # type: ignore[arg-type]  # none is None
        if kind in _TEXTUAL:
            texts = values if kinds == {str} else list(map(str, values))
            numbers = list(map(self._strings.__getitem__, texts))  # type: ignore[arg-type]  # they are text
        else:
            numbers = [value_number(value) for value in values]  # type: ignore[arg-type]  # not text, not None
        self._put(kind, at, iris, predicate, values, numbers, starts, ends, qualifiers)

    def _put(
        self,
        kind: ValueType,
        at: list[int],
        iris: list[str],
        predicate: str,
        values: Sequence[Value | None],
        numbers: list[int],
        starts: list[int] | None,
        ends: list[int] | None,
        qualifiers: list[Qualifiers] | None,
    ) -> None:
        """A column of facts; those of entities that other rows may describe apart."""
        table = np.empty(len(at), FACT)
        try:
            table["value"] = numbers
        except OverflowError as error:
            raise Unusual from error
        table["type"] = int(kind)
        table["subject"] = list(map(self._strings.__getitem__, iris))
        table["predicate"] = self._strings[predicate]
        table["valid_from"] = BEGIN if starts is None else starts
        table["valid_to"] = END if ends is None else ends
        table["qualifiers"] = -1 if qualifiers is None else [self._held(each) for each in qualifiers]
        table["row"] = at
        shared = self._shared(at, iris)
        if shared:  # those of entities that other rows may describe go another way
            for i in shared:
                start, end = BEGIN if starts is None else starts[i], END if ends is None else ends[i]
                noted = () if qualifiers is None else qualifiers[i]
                value = values[i]
                assert value is not None
                said = Said(iris[i], predicate, value, kind is ValueType.LINK, start, end, noted)
                self._merged.append((at[i], said))
            alone = np.ones(len(at), dtype=bool)
            alone[shared] = False
            table = table[alone]
        self._tables.append(table)

    def _shared(self, at: list[int], iris: list[str]) -> list[int]:
        """Which of some facts other rows may say too: of entities that they describe, or that only links name."""
        repeated = self._identities.repeated
        found = {i for i, iri in enumerate(iris) if iri in repeated} if repeated else set()
        columns = list(self._of.values())
        for of in columns:
            if [of[row] for row in at] == iris:
                return sorted(found)
        found |= {i for i, (row, iri) in enumerate(zip(at, iris, strict=True)) if all(of[row] != iri for of in columns)}
        return sorted(found)

    def _held(self, qualifiers: Qualifiers) -> int:
        if not qualifiers:
            return -1
        key = qualifiers, tuple([type(value) for _, value in qualifiers])
        return self._qualifiers.setdefault(key, len(self._qualifiers))


def _times(interval: IntervalOf, cells: Sequence[Cells]) -> tuple[list[int], list[int]]:
    starts, ends = [], []
    for each in cells:
        start, end = interval.of(each)
        if start >= end:
            raise Unusual
        starts.append(start)
        ends.append(end)
    return starts, ends


def _row(merged: tuple[int, Said]) -> int:
    return merged[0]
