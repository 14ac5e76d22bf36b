"""Does what an entity has still fit the kind that a change gives it? What the facts of the change alone cannot tell."""

from collections.abc import Iterable, Iterator

import numpy as np

from thread.clock import Instant
from thread.facts import FactPart, Op, ValueType
from thread.ontology.model import Ontology
from thread.ontology.shapes import Violation
from thread.projection import Statement, View
from thread.terms import TYPE, local_name

Ended = set[tuple[str, str, str]]
"""Subject, predicate and object or value of what the same change ends or retracts."""


def misfits_of_new_kinds(parts: Iterable[FactPart], view: View) -> list[Violation]:
    """Kind facts of a change under which a link or value that the entity has would not be allowed any more.

    Only what fitted the kind of before counts, and goes on beyond the start of the new kind: links that were wrong
    already, and those of things that nothing had described, are for ``thread check``. What the same change ends or
    retracts is no obstacle.
    Cost: one look at each kind that is told; the history of the entities whose kind changes.
    """
    if not view.size:
        return []
    held = list(parts)
    ended: Ended | None = None
    found = []
    for number, part in enumerate(held):
        for index in _kind_facts(part):
            subject, kind = part.strings[part.table["subject"][index]], part.strings[part.table["value"][index]]
            node = view.find(subject)
            before = _kind_before(view, node)
            if before is None or before == kind or kind not in view.ontology.kind:
                continue
            ended = _ended(held) if ended is None else ended
            start = int(part.table["valid_from"][index])
            misfit = next(_misfits(view, node, before, kind, start, ended), None)
            if misfit is not None:
                found.append(_violation(number, index, part, misfit, subject, kind))
    return found


def _kind_facts(part: FactPart) -> list[int]:
    if TYPE not in part.strings:
        return []
    table, at = part.table, part.strings.index(TYPE)
    chosen = (table["predicate"] == at) & (table["op"] == Op.ASSERT) & (table["type"] == ValueType.IRI)
    return [int(index) for index in np.flatnonzero(chosen)]


def _kind_before(view: View, node: int) -> str | None:
    """The last kind that an entity was given; None where nothing has described it."""
    if node < 0 or view.is_stub(node):
        return None
    ordinal = view.kind(node)
    if ordinal >= 0:
        return view.ontology.kinds[ordinal].iri
    told = view.history(node, TYPE)
    return str(told[-1].value) if told else None


def _ended(parts: Iterable[FactPart]) -> Ended:
    found = set()
    for part in parts:
        for index in np.flatnonzero(part.table["op"] != Op.ASSERT).tolist():
            _, fact = part.fact_at(index)
            found.add((str(fact.subject), fact.predicate, str(fact.object if fact.value is None else fact.value)))
    return found


def _misfits(view: View, node: int, before: str, kind: str, start: Instant, ended: Ended) -> Iterator[Statement]:
    """What an entity has or is named by from an instant on, and could not under another kind."""
    ontology = view.ontology
    about = [(statement, "start") for statement in view.history(node) if statement.predicate != TYPE]
    for relation in ontology.relations:
        if _allowed(ontology, relation.range, before) and not _allowed(ontology, relation.range, kind):
            about += [(statement, "end") for statement in view.history_to(node, relation.iri)]
    for statement, end in about:
        item = ontology.relation.get(statement.predicate) or ontology.attribute.get(statement.predicate)
        if item is None or statement.valid_to <= start:
            continue
        allowed = getattr(item, "range", item.domain) if end == "end" else item.domain
        said = str(statement.object if statement.value is None else statement.value)
        gone = (str(statement.subject), statement.predicate, said) in ended
        if not gone and _allowed(ontology, allowed, before) and not _allowed(ontology, allowed, kind):
            yield statement


def _allowed(ontology: Ontology, kinds: frozenset[str], kind: str) -> bool:
    return not kinds or any(ontology.is_a(kind, one) for one in kinds)


def _violation(number: int, index: int, part: FactPart, misfit: Statement, subject: str, kind: str) -> Violation:
    row = part.table[index]
    what = f"{misfit.subject} {local_name(misfit.predicate)} {misfit.object or misfit.value}"
    return Violation(
        part=number,
        index=index,
        code="wrong-domain" if misfit.subject == subject else "wrong-range",
        message=f"{subject} would be a {local_name(kind)}, of which this may not be said: {what[:200]}.",
        hint="End or retract that first, or in the same change.",
        origin=part.strings[row["origin"]],
        row=int(row["row"]),
        value=kind,
    )
