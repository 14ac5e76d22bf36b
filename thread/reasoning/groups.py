"""What does a redundancy group replace? Links to its members become one link to the group."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thread.errors import InputError
from thread.projection.view import View
from thread.reasoning.needs import MEMBER_OF, SERIES, Needs
from thread.terms import THR, UpperKind


@dataclass(frozen=True, slots=True)
class GroupProblem:
    """A group whose ``k`` cannot be meant. The answer goes on with ``used``: all members, or one."""

    group: int
    k: int | None
    members: int
    used: int

    @property
    def message(self) -> str:
        asked = "no k" if self.k is None else f"k = {self.k}"
        return f"The group has {asked} and {self.members} members in force; k = {self.used} was used."


@dataclass(frozen=True)
class Groups:
    """Redundancy groups of a view."""

    members: Mapping[int, tuple[tuple[int, int, int], ...]]
    """(member, relation, row) by group, once each."""
    groups_of: Mapping[int, tuple[int, ...]]
    required: Mapping[int, int]
    problems: tuple[GroupProblem, ...]


def groups_of(view: View) -> Groups:
    """Groups with their members in force and the k that is used: 1 <= k <= n, whatever was written."""
    table = view.links(view.ontology.subrelations(MEMBER_OF))
    members: dict[int, dict[int, tuple[int, int, int]]] = defaultdict(dict)
    for member, group, relation, row in zip(*(column.tolist() for column in table), strict=True):
        members[group].setdefault(member, (member, relation, row))
    nodes, values = view.column(THR + "k")
    asked = {node: value for node, value in zip(nodes.tolist(), values, strict=True) if isinstance(value, int)}
    required, problems = {}, []
    of: dict[int, list[int]] = defaultdict(list)
    for group in view.of_kind(UpperKind.REDUNDANCY_GROUP).tolist():
        size, k = len(members[group]), asked.get(group)
        used = max(1, min(1 if k is None else k, size))
        required[group] = used
        if k != used:
            problems.append(GroupProblem(group, k, size, used))
        for member in members[group]:
            of[member].append(group)
    return Groups(
        {group: tuple(sorted(rows.values())) for group, rows in members.items() if group in required},
        {member: tuple(sorted(groups)) for member, groups in of.items()},
        required,
        tuple(problems),
    )


def refuse(view: View, groups: Groups) -> None:
    """Raise ``bad-config`` for the first group whose k cannot be met."""
    for problem in groups.problems:
        raise InputError(
            f"{view.label(problem.group)} ({view.iri(problem.group)}): {problem.message}",
            code="bad-config",
            hint="Give 1 <= k <= number of members.",
            group=view.iri(problem.group),
        )


def lifted(needs: Needs, groups: Groups) -> Needs:
    """The needs with links to members of a group replaced by one link to the outermost group.

    All in one medium: a supply in that medium, beside which other links of the medium stay alternatives. In
    several, or not flowing: one need of the group in place of all of them. A consumer inside a group keeps its
    own links to the other members: a group cannot stand for what its member needs of its fellows.
    """
    if not groups.required:
        return needs
    involved = np.array(sorted({*groups.groups_of, *groups.required}), np.int32)
    mask = np.isin(needs.supplier, involved)
    links = needs.take(mask)
    links = links.take(np.lexsort((links.row, links.supplier)))
    members = np.array(sorted(groups.groups_of), np.int32)
    inner = np.isin(links.consumer, members)
    starts = np.flatnonzero(np.diff(links.supplier, prepend=-1))
    free = {node: _tops(node, frozenset(), groups) for node in links.supplier[starts].tolist()}
    tops = [
        _tops(supplier, _around(consumer, groups), groups) if inside else free[supplier]
        for consumer, supplier, inside in zip(
            links.consumer.tolist(), links.supplier.tolist(), inner.tolist(), strict=True
        )
    ]
    links = links.take(np.repeat(np.arange(len(tops)), [len(each) for each in tops]))
    links = links._replace(supplier=np.array([top for each in tops for top in each], np.int32))
    grouped = np.isin(links.supplier, np.array(sorted(groups.required), np.int32))
    return needs.take(~mask).plus(links.take(~grouped), _one_link(links.take(grouped)))


def _one_link(links: Needs) -> Needs:
    """One need per (consumer, group): in the medium of all the links that it replaces, else one that does not flow."""
    if not len(links.consumer):
        return links
    links = links.take(np.lexsort((links.row, links.supplier, links.consumer)))
    changed = (np.diff(links.consumer, prepend=-1) != 0) | (np.diff(links.supplier, prepend=-1) != 0)
    first = np.flatnonzero(changed)
    low, high = np.minimum.reduceat(links.medium, first), np.maximum.reduceat(links.medium, first)
    medium = np.where(low == high, low, SERIES).astype(np.int32)
    return links.take(first)._replace(medium=medium)


def _around(node: int, groups: Groups) -> frozenset[int]:
    """All groups that a node is a member of, directly or not."""
    seen: set[int] = set()
    stack = list(groups.groups_of.get(node, ()))
    while stack:
        group = stack.pop()
        if group not in seen:
            seen.add(group)
            stack.extend(groups.groups_of.get(group, ()))
    return frozenset(seen)


def _tops(node: int, inside: frozenset[int], groups: Groups) -> tuple[int, ...]:
    """Outermost groups around a node that the consumer is not inside of; the node itself where there are none."""
    found: set[int] = set()
    seen = {node}
    stack = [node]
    while stack:
        at = stack.pop()
        outer = [group for group in groups.groups_of.get(at, ()) if group not in inside]
        if not outer:
            found.add(at)
        stack.extend(group for group in outer if group not in seen)
        seen.update(outer)
    return tuple(sorted(found)) or (node,)  # nothing is outermost where groups contain each other


def classes_of_groups(needs: Needs, grounding: npt.NDArray[np.int16], groups: Groups) -> dict[int, frozenset[int]]:
    """Grounding classes in which each group hands on support, its member groups included; none: empty."""
    used: dict[int, set[int]] = {group: set() for group in groups.required}
    flows = (needs.medium >= 0) & np.isin(needs.supplier, np.array(sorted(groups.required), np.int32))
    for group, medium in zip(needs.supplier[flows].tolist(), needs.medium[flows].tolist(), strict=True):
        used[group].add(int(grounding[medium]))
    work = sorted(group for group, classes in used.items() if classes)
    while work:
        group = work.pop()
        for member, _, _ in groups.members.get(group, ()):
            if member in used and not used[group] <= used[member]:
                used[member] |= used[group]
                work.append(member)
    return {group: frozenset(classes) for group, classes in used.items()}
