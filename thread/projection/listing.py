"""Which facts are in force, many nodes at a time? For exports: everything that some entities say."""

from collections.abc import Iterator

import numpy as np

from thread.projection.reading import ColumnView
from thread.projection.tables import FACTS, OUT
from thread.projection.view import Ints, Statement, View
from thread.terms import TYPE


def facts_in_force(view: View, nodes: Ints) -> Iterator[tuple[int, list[Statement]]]:
    """Each of some present nodes with its facts in force, its kind too; links only to what is present.

    Facts are in no order. Cost: about 10 microseconds a fact of a stored view, more of one that is laid over it.
    """
    if not isinstance(view, ColumnView):
        for node in nodes.tolist():
            links = view.links_from(node)
            kinds = [one for one in view.history(node, TYPE) if one.valid_from <= view.valid_at < one.valid_to]
            yield node, [*kinds, *view.attributes(node), *map(view.link, links.row.tolist())]
        return
    rows = np.concatenate([view.rows_in_force(nodes, FACTS), view.rows_in_force(nodes, OUT)])
    subjects = view.state.claim_of(rows)["subject"].tolist()
    held: dict[int, list[Statement]] = {node: [] for node in nodes.tolist()}
    for node, statement in zip(subjects, view.state.statements(rows, view.known), strict=True):
        held[node].append(statement)
    yield from held.items()
