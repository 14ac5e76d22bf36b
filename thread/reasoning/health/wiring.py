"""Which gates does health go through? Those of the structure function, and those that only degrade."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thread.ontology.model import Carries, Law
from thread.reasoning.health.plan import Reals, Wiring
from thread.reasoning.needs import Needs
from thread.reasoning.structure import Structure


def wiring_of(structure: Structure) -> Wiring:
    """Everything that carries health in a structure: its gates, with soft links beside them.

    Soft links make gates of their own: all are needed, or in an interchangeable medium one of them. They need no
    ground, since they carry no stop.
    """
    gates, loops = structure.gates, structure.loops
    operated = np.array([kind.conducts_when is not None for kind in structure.view.ontology.kinds] + [False])
    hard = Wiring(
        size=structure.size,
        owner=gates.owner,
        k=gates.k,
        start=gates.start,
        supplier=gates.supplier,
        flow=(gates.cls >= 0).astype(np.uint8),
        law=np.zeros(len(gates.supplier), np.uint8),
        laws=np.concatenate([_law(Carries(Law.HARD)), *(_law(soft.law) for soft in structure.soft)]),
        loop=loops.of_gate,
        inside=loops.inside,
        operated=operated[structure.kinds],
        relation=gates.relation,
        row=gates.row,
    )
    return _together(hard, _soft(structure, hard)) if any(len(soft.needs.row) for soft in structure.soft) else hard


def _law(law: Carries) -> Reals:
    """Floor, slack and mix of health h: max(floor, 1 - mix (1 - h) + slack). Source: reasoning.md, section 2."""
    floor, slack, mix = 0.0, 0.0, 1.0
    if law.law is Law.CAP:
        floor = 1.0 - law.weight
    elif law.law is Law.SLACK:
        slack = law.weight
    elif law.law is Law.MIX:
        mix = law.weight
    return np.array([floor, slack, mix])


def _soft(structure: Structure, hard: Wiring) -> Wiring:
    """The gates of soft links."""
    media = structure.media
    needs = Needs(*(np.concatenate(each) for each in zip(*(soft.needs for soft in structure.soft), strict=True)))
    law = np.repeat(np.arange(1, len(structure.soft) + 1), [len(soft.needs.row) for soft in structure.soft])
    slot = needs.medium.astype(np.int64) + 1
    order = np.lexsort((law, needs.supplier, slot, needs.consumer))
    columns = np.column_stack((needs.consumer, slot, needs.supplier, law))[order]
    first = np.ones(len(order), bool)
    first[1:] = (columns[1:] != columns[:-1]).any(axis=1)
    order, columns = order[first], columns[first]
    begins = np.ones(len(order), bool)
    begins[1:] = (columns[1:, :2] != columns[:-1, :2]).any(axis=1)
    at = np.flatnonzero(begins)
    width = np.diff(np.append(at, len(order)))
    medium = columns[at, 1] - 1
    alternatives = (medium >= 0) & media.interchangeable[np.maximum(medium, 0)]
    return Wiring(
        size=hard.size,
        owner=columns[at, 0].astype(np.int32),
        k=np.where(alternatives, 1, width).astype(np.int32),
        start=np.append(at, len(order)).astype(np.int32),
        supplier=columns[:, 2].astype(np.int32),
        flow=(medium >= 0).astype(np.uint8),
        law=columns[:, 3].astype(np.uint8),
        laws=hard.laws,
        loop=np.full(len(at), -1, np.int32),
        inside=np.zeros(len(order), np.uint8),
        operated=hard.operated,
        relation=needs.relation[order],
        row=needs.row[order],
    )


def _together(one: Wiring, other: Wiring) -> Wiring:
    """The gates of two wirings, by owner."""
    owner = np.concatenate((one.owner, other.owner))
    order = np.argsort(owner, kind="stable")
    width = np.concatenate((np.diff(one.start), np.diff(other.start)))
    begins = np.concatenate((one.start[:-1], other.start[:-1] + len(one.supplier)))
    start = np.concatenate(([0], np.cumsum(width[order])))
    pick = np.repeat(begins[order] - start[:-1], width[order]) + np.arange(start[-1])

    def by_gate(name: str) -> npt.NDArray[Any]:
        return np.concatenate((getattr(one, name), getattr(other, name)))[order]

    def by_input(name: str) -> npt.NDArray[Any]:
        return np.concatenate((getattr(one, name), getattr(other, name)))[pick]

    return Wiring(
        size=one.size, owner=owner[order], k=by_gate("k"), start=start.astype(np.int32), supplier=by_input("supplier"),
        flow=by_gate("flow"), law=by_input("law"), laws=one.laws, loop=by_gate("loop"), inside=by_input("inside"),
        operated=one.operated, relation=by_input("relation"), row=by_input("row"),
    )  # fmt: skip
