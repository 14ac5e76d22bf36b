"""Which things are part of themselves? Circles of structure among the facts of one reading: accepted, and reported."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.facts import FactPart, Op

_MOST: Final = 100
"""Circles of one relation that are told."""
Links = npt.NDArray[np.int64]
"""Subjects, objects, part and row of links, as four rows of a table."""


def circles(parts: Sequence[FactPart], relations: Iterable[str]) -> Iterator[tuple[str, list[str], str, int]]:
    """Relation, entities in order, origin and row of one link, for circles that share no entity, a hundred at most.

    Cost: one look at each link of these relations for each level that they are deep.
    """
    for relation in sorted(relations):
        yield from _of_relation(parts, relation)


def _of_relation(parts: Sequence[FactPart], relation: str) -> Iterator[tuple[str, list[str], str, int]]:
    known: dict[str, int] = {}
    ends, places = [], []
    for number, part in enumerate(parts):
        if relation not in part.strings:
            continue
        rows = np.flatnonzero(
            (part.table["predicate"] == part.strings.index(relation)) & (part.table["op"] == Op.ASSERT)
        )
        both = np.stack([part.table["subject"][rows], part.table["value"][rows]]).astype(np.int64)
        named, inverse = np.unique(both, return_inverse=True)
        shared = [known.setdefault(part.strings[index], len(known)) for index in named.tolist()]
        ends.append(np.array(shared, dtype=np.int64)[inverse].reshape(both.shape))
        places.append(np.stack([np.full(len(rows), number), rows]))
    if not ends:
        return
    links, names = np.concatenate([np.concatenate(ends, axis=1), np.concatenate(places, axis=1)]), list(known)
    for _ in range(_MOST):
        links = _core(links, len(names))
        if not links.size:
            return
        circle = _circle(links)
        _, fact = parts[int(links[2, circle[0]])].fact_at(int(links[3, circle[0]]))
        members = links[0, circle]
        yield relation, [names[node] for node in members.tolist()], fact.origin, fact.row
        links = links[:, ~np.isin(links[0], members)]


def _core(links: Links, nodes: int) -> Links:
    """The links that are left when loose ends are cut off again and again."""
    while links.size:
        leads = np.bincount(links[0], minlength=nodes) > 0
        kept = leads[links[1]]
        if kept.all():
            break
        links = links[:, kept]
    return links


def _circle(links: Links) -> list[int]:
    """The links of one circle: every end leads on, so that a walk comes back."""
    first = {node: index for index, node in reversed([*enumerate(links[0].tolist())])}
    node, walked = int(links[0, 0]), dict[int, int]()
    while node not in walked:
        walked[node] = first[node]
        node = int(links[1, first[node]])
    nodes = list(walked)
    return [walked[each] for each in nodes[nodes.index(node) :]]
