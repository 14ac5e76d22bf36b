"""What does each thing need once the changes are made? The structure of a view with an overlay, for little."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thread.projection import OverlayView
from thread.projection.view import Ints
from thread.reasoning.needs import STATE, Conduction
from thread.reasoning.orders import PERFORMED_ON
from thread.reasoning.own import assumed
from thread.reasoning.structure import Bytes, Structure, compile_structure
from thread.terms import local_name


def overlaid(base: Structure, view: OverlayView) -> Structure:
    """``compile_structure(view)``, from that of the view below the overlay.

    Cost: copies of a few columns of the nodes, unless a link that carries is moved: then that of compiling.
    """
    overlay = view.overlay
    assert overlay is not None
    if overlay.moves_links and not _moved(view) <= view.ontology.subrelations(PERFORMED_ON):
        return compile_structure(view)
    made = widened(base, view)
    own = assumed(view, made.own)
    shut = made.conduction.shut.copy()
    for (node, attribute), state in overlay.values.items():
        if attribute == STATE:
            wanted = view.ontology.kinds[view.kind(node)].conducts_when
            shut[node] = wanted is not None and local_name(str(state)).upper() != wanted.upper()
    made = replace(made, own=own, conduction=replace(made.conduction, shut=shut))
    if "plan" in base.__dict__:
        more = view.size - base.size
        made.__dict__["wiring"], made.__dict__["plan"] = base.wiring.widened(more), base.plan.widened(more)
    made.__dict__["loops"] = base.loops  # loops are those of everything conducting and healthy
    return made


def widened(base: Structure, view: OverlayView) -> Structure:
    """The same structure over the nodes of a view that has more of them, at the end; they need nothing."""
    more, gates = view.size - base.size, base.gates
    if more:
        of_start, out_start = _longer(gates.of_start, more), _longer(gates.out_start, more)
        gates = replace(gates, of_start=of_start, out_start=out_start)
    held = base.conduction
    conduction = Conduction(
        np.append(held.conducts, np.zeros(more, np.bool_)), _padded(held.shut, more), held.produces, held.kind_produces
    )
    return replace(base, view=view, kinds=view.kinds(), gates=gates, conduction=conduction, own=_padded(base.own, more))


def _moved(view: OverlayView) -> set[int]:
    overlay = view.overlay
    assert overlay is not None
    ended = {view.ontology.relation[view.link(row).predicate].ordinal for row in overlay.ended}
    return ended | {relation for _, relation, _ in overlay.links}


def _longer(starts: Ints, more: int) -> Ints:
    return np.append(starts, np.full(more, starts[-1], starts.dtype))


def _padded(column: Bytes, more: int) -> npt.NDArray[np.uint8]:
    return np.append(column, np.zeros(more, column.dtype))
