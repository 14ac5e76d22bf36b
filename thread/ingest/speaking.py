"""What does one row say? Its facts, from compiled plans; a fault anywhere means that the row says nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from thread.clock import BEGIN, END, Instant, to_instant, to_text
from thread.facts import Qualifiers, Value
from thread.ingest.identity import Identities, Key
from thread.ingest.plans import EntityPlan, IntervalOf, LinkPlan, Reference, TablePlan, qualifiers_of
from thread.ingest.rows import Cells, Row, RowFault
from thread.ingest.tables import missing_key
from thread.ontology.model import Relation
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, TYPE, local_name


class Said(NamedTuple):
    """One fact of one row."""

    subject: str
    predicate: str
    value: Value
    """The IRI of an entity where ``link``."""
    link: bool
    start: Instant = BEGIN
    end: Instant = END
    qualifiers: Qualifiers = ()


_Fields = tuple[str, str, Value, bool, Instant, Instant, Qualifiers]
_said: Callable[[_Fields], Said] = partial(tuple.__new__, Said)
"""``Said`` without its slow constructor: this is called for every fact."""


class Saying(NamedTuple):
    """All that a row says: its entities by name, facts, the ends of links that it does not describe, and notes."""

    entities: dict[str, str]
    facts: list[Said]
    ends: list[tuple[str, str]]
    """IRI and column."""
    notes: list[RowFault]


class Speaker:
    """Says the facts of one table's rows."""

    def __init__(self, plan: TablePlan, identities: Identities, *, note_kinds: bool = False) -> None:
        self._plan, self._identities = plan, identities
        self._table, self._note_kinds = plan.table.name, note_kinds
        self._qualifiers: dict[tuple[str, str | None], Qualifiers] = {}

    def see(self, rows: Sequence[Row]) -> None:
        """Let the identities know which entities rows describe; faults are for the second pass."""
        for plan in self._plan.entities:
            seen, made, keys = [], [], []
            for row in rows:
                cells = row.cells
                try:
                    if plan.when is not None and not plan.when(cells):
                        continue
                    held = plan.keys(cells)
                    minted = plan.minted(cells, held)
                except RowFault:
                    continue
                if minted is not None:
                    seen.append(row)
                    made.append(minted)
                    keys.append(held)
            if self._note_kinds:
                for minted in made:
                    self._identities.kinds.setdefault(minted, set()).add(plan.kind.iri)
            self._identities.see_all(self._table, seen, plan.name, made, keys, plan.id is not None)

    def name(self, row: Row) -> tuple[dict[str, str], bool]:
        """The entities of a row that is not wholly right, and whether all of them could be named."""
        named, whole = {}, True
        cells = row.cells + [None] * (len(self._plan.table.layout.names) - len(row.cells))
        for plan in self._plan.entities:
            try:
                minted = plan.minted(cells, plan.keys(cells))
            except RowFault:
                minted = None
            if minted is None:
                whole = False
            else:
                named[plan.name] = self._identities.canonical(minted)
        return named, whole

    def say(self, row: Row) -> Saying:
        """The facts of a row.

        Raises:
            RowFault: the row does not enter.
        """
        cells = row.cells
        saying, first = Saying({}, [], [], []), self._plan.entities[0]
        there: list[tuple[EntityPlan, str, list[Key]]] = []
        for plan in self._plan.entities:
            if plan.when is not None and not plan.when(cells):
                continue
            keys = plan.keys(cells)
            minted = plan.minted(cells, keys)
            if minted is None:
                if plan is first and plan.when is None:
                    raise missing_key(self._empty(plan, cells))
                continue
            self._identities.check(self._table, row.number, plan.name)
            iri = self._identities.canonical(minted)
            saying.entities[plan.name] = iri
            there.append((plan, iri, keys))
        for plan, iri, keys in there:
            self._entity(plan, iri, keys, cells, saying)
        return saying

    def _empty(self, plan: EntityPlan, cells: Cells) -> str:
        """The first empty column of those that name an entity."""
        names = self._plan.table.layout.names
        return next((column for column in plan.columns if cells[names.index(column)] is None), plan.columns[0])

    def _entity(self, plan: EntityPlan, iri: str, keys: list[Key], cells: Cells, saying: Saying) -> None:
        facts = saying.facts
        start, end = BEGIN, END
        if plan.interval is not None:
            start, end = self._within(plan.interval, cells, saying, f"{plan.name} exists") or (BEGIN, END)
        elif plan.occurred is not None:
            occurred = plan.occurred(cells)
            start = to_instant(occurred) if isinstance(occurred, datetime) else BEGIN
        facts.append(_said((iri, TYPE, plan.type, False, start, end, ())))
        for key in keys:
            facts.append(_said((iri, IDENTIFIER, key.value, False, BEGIN, END, self.scheme(key))))
        label = plan.label(cells) if plan.label else None
        if label is not None:
            facts.append(_said((iri, LABEL, label, False, BEGIN, END, ())))
        self._attributes(plan, iri, cells, saying)
        for link in plan.links:
            if link.when is None or link.when(cells):
                self._link(link, iri, cells, saying)

    def _attributes(self, plan: EntityPlan, iri: str, cells: Cells, saying: Saying) -> None:
        times: dict[str, datetime] = {}
        for one in plan.attributes:
            if one.when is not None and not one.when(cells):
                continue
            value = one.value(cells)
            if value is None:
                if one.required:
                    message = f"{one.attribute.name} is empty."
                    raise RowFault("missing-value", message, column=one.column, hint="The mapping requires it.")
                continue
            start, end = BEGIN, END
            if one.interval is not None:
                held = self._within(one.interval, cells, saying, f"{one.attribute.name} holds")
                if held is None:
                    continue
                start, end = held
            qualifiers = qualifiers_of(one, cells) if one.qualifiers else ()
            saying.facts.append(_said((iri, one.attribute.iri, value, False, start, end, qualifiers)))
            if plan.pairs and isinstance(value, datetime):
                times[one.attribute.iri] = value
        for first, second in plan.pairs:
            if first in times and second in times and times[second] < times[first]:
                saying.notes.append(_backward(plan, first, second, times))

    def _link(self, link: LinkPlan, iri: str, cells: Cells, saying: Saying) -> None:
        target = link.target
        far, stub = self._other_end(link, cells, saying)
        if far is None:
            return
        relation = link.relation if link.choose is None else self._chosen(link, far, saying)
        if relation is None:
            return
        if relation.symmetric and far == iri:  # a join through another table finds the row itself too
            return
        start, end = BEGIN, END
        if link.interval is not None:
            held = self._within(link.interval, cells, saying, f"{relation.name} holds")
            if held is None:
                return
            start, end = held
        if target.entity is None:
            saying.ends.append((far, target.column))
        if stub is not None:
            saying.facts.append(_said((far, IDENTIFIER, stub.value, False, BEGIN, END, self.scheme(stub))))
        qualifiers = qualifiers_of(link, cells) if link.qualifiers else ()
        subject, other = (far, iri) if link.inward else (iri, far)
        said = _said((subject, relation.iri, other, True, start, end, qualifiers))
        if not (link.again and said in saying.facts):
            saying.facts.append(said)

    def _other_end(self, link: LinkPlan, cells: Cells, saying: Saying) -> tuple[str | None, Key | None]:
        """The entity at the other end, if the row has one, and the identifier that a stub of it is told by."""
        target, stub = link.target, None
        if target.entity is not None:
            far = saying.entities.get(target.entity)
        else:
            far, stub = self.far_end(target, cells)
        if far is None and link.required:
            message = f"{link.relation.name} has no other end."
            raise RowFault("missing-value", message, column=target.column, hint="The mapping requires it.")
        return far, stub

    def _chosen(self, link: LinkPlan, far: str, saying: Saying) -> Relation | None:
        """The relation for the kind of the other end; none, and a note, where nobody says its kind."""
        assert link.choose is not None
        kinds, column = self._identities.kinds_of(far), link.target.column
        found = link.choose(kinds)
        if found is not None:
            return found
        if kinds:
            names = ", ".join(sorted(local_name(kind) for kind in kinds))
            hint = "Add a relation for this kind to the list."
            raise RowFault(
                "wrong-range", f"no relation of the list is for {names}.", column=column, value=far, hint=hint
            )
        message = f"no source says which kind {far} is, so no relation was chosen; the link was left out."
        hint = "Import what describes it, then this again."
        saying.notes.append(RowFault("dangling-reference", message, column=column, value=far, hint=hint))
        return None

    def far_end(self, target: Reference, cells: Cells) -> tuple[str | None, Key | None]:
        """The other end of a link; with the identifier of a stub where nobody is known by it."""
        if target.id is not None:
            minted = target.id(cells)
            return (None if minted is None else self._identities.canonical(minted)), None
        assert target.ref is not None
        value = target.ref(cells)
        if value is None:
            return None, None
        scope = target.scope(cells) if target.scope else None
        return self._identities.refer(target.scheme, scope, value, target.column)

    def scheme(self, key: Key) -> Qualifiers:
        """The qualifiers of an identifier."""
        pair = key.scheme, key.scope
        found = self._qualifiers.get(pair)
        if found is None:
            if len(self._qualifiers) > 10_000:  # scopes come from cells: do not keep them all
                self._qualifiers.clear()
            scope = () if key.scope is None else ((SCOPE, key.scope),)
            found = self._qualifiers[pair] = ((SCHEME, key.scheme), *scope)
        return found

    @staticmethod
    def _within(interval: IntervalOf, cells: Cells, saying: Saying, what: str) -> tuple[Instant, Instant] | None:
        start, end = interval.of(cells)
        if start < end:
            return start, end
        message = f"{what} from {to_text(start)} to {to_text(end)}, which is never; it was left out."
        hint = "The end comes after the start."
        saying.notes.append(
            RowFault("order-of-times", message, column=interval.columns[1], value=to_text(end), hint=hint)
        )
        return None


def _backward(plan: EntityPlan, first: str, second: str, times: dict[str, datetime]) -> RowFault:
    names = {one.attribute.iri: (one.attribute.name, one.column) for one in plan.attributes}
    (start, _), (end, column) = names[first], names[second]
    return RowFault(
        "order-of-times",
        f"{plan.name} has {end} before {start}; both dates were kept, its interval is unknown.",
        column=column,
        value=times[second].isoformat(),
        hint="Correct the dates in the source.",
    )
