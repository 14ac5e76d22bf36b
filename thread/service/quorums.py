"""Can every redundancy group that a change describes have its k? What one fact alone cannot tell."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from thread.facts import FactPart, Op
from thread.ontology.shapes import Violation
from thread.projection import View
from thread.terms import THR

_K = THR + "k"
_MEMBER_OF = THR + "memberOf"


def impossible_groups(parts: Iterable[FactPart], view: View) -> list[Violation]:
    """Groups of which the change asserts k or a member, and that would have fewer members than k.

    A group without any member is not refused: its members may be told later. A member that leaves is not
    refused either: what happened, happened, and the impact answers say so.
    Cost: the facts about groups, and the members of the groups touched.
    """
    required: dict[str, int] = {}
    members: dict[str, set[str]] = defaultdict(set)
    place: dict[str, tuple[int, int]] = {}
    held = list(parts)
    for number, part in enumerate(held):
        for index in _asserting(part, {_K, _MEMBER_OF}):
            _, fact = part.fact_at(index)
            group = str(fact.subject if fact.object is None else fact.object)
            place.setdefault(group, (number, index))
            if fact.object is not None:
                members[group].add(str(fact.subject))
            elif isinstance(fact.value, int):
                required[group] = fact.value
                place[group] = (number, index)
    return [
        fault
        for group, (number, index) in place.items()
        if (fault := _fault(view, group, required.get(group), members[group], held[number], number, index))
    ]


def _asserting(part: FactPart, predicates: set[str]) -> list[int]:
    """Facts of a part that assert one of the predicates."""
    wanted = [index for index, text in enumerate(part.strings) if text in predicates]
    if not wanted:
        return []
    table = part.table
    return [int(i) for i in np.flatnonzero(np.isin(table["predicate"], wanted) & (table["op"] == Op.ASSERT))]


def _fault(
    view: View, group: str, k: int | None, told: set[str], part: FactPart, number: int, index: int
) -> Violation | None:
    node = view.find(group)
    members = set(told)
    if node >= 0:
        members.update(view.iris(view.links_to(node, view.ontology.subrelations(_MEMBER_OF)).subject))
        known = view.value(node, _K)
        k = k if k is not None else known if isinstance(known, int) else None
    if k is None or not members or k <= len(members):
        return None
    _, fact = part.fact_at(index)
    return Violation(
        part=number,
        index=index,
        code="shape-violation",
        message=f"{group} needs {k} of its members to run, and has {len(members)}.",
        hint="Tell all members and k in one change, or lower k.",
        origin=fact.origin,
        row=fact.row,
        value=str(k),
    )
