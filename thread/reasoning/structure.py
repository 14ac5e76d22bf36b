"""What does each thing need? The structure function of a view: gates over suppliers, compiled to arrays.

A node lives while nothing takes it down itself and each of its gates has ``k`` live suppliers. Three sorts of gate:
needs that do not flow (all of them), one medium (k = 1 where it is interchangeable, else all), a redundancy group.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints, View
from thread.reasoning.groups import GroupProblem, Groups, classes_of_groups, groups_of, lifted, refuse
from thread.reasoning.needs import (
    Conduction,
    Media,
    Needs,
    SoftNeeds,
    UnnamedMedium,
    conduction_of,
    media_of,
    needs_from,
    needs_of,
)
from thread.reasoning.own import own_down

if TYPE_CHECKING:
    from thread.reasoning.dark import Monitoring
    from thread.reasoning.grounding import Grounding
    from thread.reasoning.health.plan import Plan, Wiring
    from thread.reasoning.health.state import PlantHealth
    from thread.reasoning.live import Live
    from thread.reasoning.orders import OrderBook
    from thread.reasoning.risk.plant.answer import RiskModel

Bytes = npt.NDArray[np.uint8]
GROUP = -2
"""Medium of a gate that is a redundancy group's own k of n."""
COINDUCTIVE = -1
"""Grounding class of a gate that does not flow: each of a loop may keep the others up."""


@dataclass(frozen=True)
class Gates:
    """Gates by owner, and their suppliers; ``inputs_*`` runs over (gate, supplier), each pair once."""

    owner: Ints
    k: Ints
    medium: Ints
    """Medium ordinal, SERIES or GROUP."""
    cls: Ints
    """Grounding class ordinal, or COINDUCTIVE."""
    start: Ints
    """Inputs of gate g are ``start[g] : start[g + 1]``."""
    supplier: Ints
    relation: Ints
    row: Ints
    of_start: Ints
    """Gates of node v are ``of_start[v] : of_start[v + 1]``."""
    out_start: Ints
    out_gate: Ints
    """Gates that node u supplies are ``out_gate[out_start[u] : out_start[u + 1]]``."""

    @property
    def size(self) -> int:
        """Number of gates."""
        return len(self.owner)


@dataclass(frozen=True)
class Loops:
    """Strongly connected groups of nodes whose gates in one class feed each other."""

    of_gate: Ints
    """Loop of a gate, -1: none."""
    inside: Bytes
    """Per input: the supplier is in the loop of the gate."""
    start: Ints
    nodes: Ints
    """Members of loop l are ``nodes[start[l] : start[l + 1]]``."""

    @property
    def size(self) -> int:
        """Number of loops."""
        return len(self.start) - 1


@dataclass(frozen=True)
class Structure:
    """Needs of every node of one view. Compiled once per (revision, boundary), then shared by all questions."""

    view: View
    kinds: npt.NDArray[np.int16]
    media: Media
    conduction: Conduction
    groups: Groups
    gates: Gates
    own: Bytes
    """1 where something takes the node down itself: an open failure, a serial removed and not replaced."""
    unnamed: tuple[UnnamedMedium, ...]
    """Links whose medium nobody named, with what was taken instead."""
    soft: tuple[SoftNeeds, ...] = ()
    """Needs that degrade and never stop, by law."""

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.kinds)

    @property
    def problems(self) -> tuple[GroupProblem, ...]:
        """Groups whose k could not be meant."""
        return self.groups.problems

    @property
    def ideal(self) -> "Structure":
        """The same needs with everything healthy and every operated element conducting."""
        shut = np.zeros_like(self.conduction.shut)
        ideal = replace(self, own=np.zeros_like(self.own), conduction=replace(self.conduction, shut=shut))
        ideal.__dict__["loops"] = self.loops  # what is operated or down changes no loop
        return ideal

    def seen_at(self, view: View) -> "Structure":
        """The same at a later instant of the stretch for which it holds; what runs on with time is read anew."""
        made = replace(self, view=view)
        for name in ("wiring", "plan", "health", "live", "grounding", "monitoring", "loops", "all_loops"):
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        return made

    @cached_property
    def live(self) -> "Live":
        """The live state and outages of it."""
        from thread.reasoning.live import Live

        return Live(self)

    @cached_property
    def grounding(self) -> "Grounding":
        """What rests on a loop that nothing feeds, or on a source that nobody declared."""
        from thread.reasoning.grounding import Grounding

        return Grounding(self)

    @cached_property
    def monitoring(self) -> "Monitoring":
        """Who watches what."""
        from thread.reasoning.dark import Monitoring

        return Monitoring(self.view)

    @cached_property
    def wiring(self) -> "Wiring":
        """Every gate that health goes through: those above, and links that only degrade."""
        from thread.reasoning.health.wiring import wiring_of

        return wiring_of(self)

    @cached_property
    def plan(self) -> "Plan":
        """The order and arrays in which health is computed; independent of what is known of the things."""
        from thread.reasoning.health.plan import compile_plan

        return compile_plan(self.wiring)

    @cached_property
    def health(self) -> "PlantHealth":
        """Health of everything, 0 failed to 1 as new."""
        from thread.reasoning.health.own import findings_of
        from thread.reasoning.health.state import PlantHealth

        findings = findings_of(self.view, self.kinds)
        return PlantHealth.whole(self.plan, findings, self.conduction.shut, self.view.ontology.health.prior)

    @cached_property
    def risk(self) -> "RiskModel":
        """Laws of life, and what things share."""
        from thread.reasoning.risk.plant.answer import RiskModel

        return RiskModel(self)

    @cached_property
    def orders(self) -> "OrderBook":
        """Open work orders with their scopes and what each stops."""
        from thread.reasoning.orders import OrderBook

        return OrderBook(self)

    @cached_property
    def loops(self) -> Loops:
        """Loops within each grounding class: their support must come from outside or from a producer inside."""
        from thread.reasoning.kernels import loops_of

        return loops_of(self.gates, self.size, merged=False)

    @cached_property
    def all_loops(self) -> Loops:
        """Loops over all gates: what could not come up again from all-off."""
        from thread.reasoning.kernels import loops_of

        return loops_of(self.gates, self.size, merged=True)


def compile_structure(view: View, *, strict: bool = False) -> Structure:
    """The structure function of a view.

    Raises:
        InputError: ``bad-config``, only when ``strict``: a group asks for more members than it has.
    Cost: O(n + m), vectorised.
    """
    kinds = view.kinds()
    media = media_of(view.ontology)
    conduction = conduction_of(view, kinds, media)
    groups = groups_of(view)
    if strict:
        refuse(view, groups)
    needs, unnamed, soft = needs_of(view, kinds, media, conduction)
    needs = lifted(needs, groups)
    gates = _gates(needs, groups, media, conduction, kinds)
    return Structure(
        view, kinds, media, conduction, groups, gates, own_down(view, kinds), unnamed,
        tuple(_degrading(each, groups, media, conduction, kinds) for each in soft),
    )  # fmt: skip


def _degrading(
    soft: SoftNeeds, groups: Groups, media: Media, conduction: Conduction, kinds: npt.NDArray[np.int16]
) -> SoftNeeds:
    """Needs that only degrade, of groups where there are some, without what the consumer produces itself."""
    needs = lifted(soft.needs, groups)
    if len(conduction.produces) or any(conduction.kind_produces):
        needs = needs.take(~_produced(needs, conduction, kinds, len(media.iris)))
    return replace(soft, needs=needs)


def _gates(needs: Needs, groups: Groups, media: Media, conduction: Conduction, kinds: npt.NDArray[np.int16]) -> Gates:
    """Sort needs into gates; a producer needs none of what it produces."""
    size, flows = len(kinds), len(media.iris)
    used = classes_of_groups(needs, media.grounding, groups)
    rows = [
        (group, member, flows + 1 + cls, relation, row)
        for group, members in groups.members.items()
        for cls in (used[group] or (COINDUCTIVE,))
        for member, relation, row in members
    ]
    if len(conduction.produces) or any(conduction.kind_produces):
        needs = needs.take(~_produced(needs, conduction, kinds, flows))
    needs = needs.plus(needs_from(rows))
    width = flows + len(media.classes) + 2
    slot = needs.medium.astype(np.int64) + 1
    key = (needs.consumer.astype(np.int64) * width + slot) * size + needs.supplier
    order = np.argsort(key, kind="stable" if len(key) < 4096 else None)
    ordered = key[order]
    first = np.ones(len(order), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    order, ordered = order[first], ordered[first]
    gate_key = ordered // size
    begins = np.ones(len(order), bool)
    begins[1:] = gate_key[1:] != gate_key[:-1]
    at = np.flatnonzero(begins)
    start = np.append(at, len(order)).astype(np.int32)
    owner = (gate_key[at] // width).astype(np.int32)
    medium = (gate_key[at] % width - 1).astype(np.int32)
    grounding = np.concatenate((media.grounding, [COINDUCTIVE], np.arange(len(media.classes)), [COINDUCTIVE]))
    cls = grounding[medium].astype(np.int32)
    members = np.diff(start).astype(np.int32)
    k = np.where(
        (medium >= 0) & (medium < flows),
        np.where(media.interchangeable[np.minimum(medium, flows - 1)], 1, members),
        members,
    )
    is_group = medium >= flows
    for gate in np.flatnonzero(is_group).tolist():
        k[gate] = groups.required[int(owner[gate])]
    medium = np.where(is_group, GROUP, medium).astype(np.int32)
    supplier = needs.supplier[order]
    counts = np.bincount(supplier, minlength=size)
    out_start = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    of_start = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=size)))).astype(np.int32)
    gate_of = np.repeat(np.arange(len(at), dtype=np.int32), members)
    return Gates(
        owner, k.astype(np.int32), medium, cls, start,
        supplier, needs.relation[order], needs.row[order],
        of_start, out_start, gate_of[np.argsort(supplier, kind="stable")],
    )  # fmt: skip


def _produced(needs: Needs, conduction: Conduction, kinds: npt.NDArray[np.int16], media: int) -> npt.NDArray[np.bool_]:
    """Which needs are of a medium that the consumer produces itself."""
    table = np.zeros((len(conduction.kind_produces) + 1, media + 1), bool)
    for kind, produced in enumerate(conduction.kind_produces):
        table[kind, list(produced)] = True
    by_kind: npt.NDArray[np.bool_] = table[kinds[needs.consumer], needs.medium]
    said = np.array(sorted(node * media + medium for node, medium in conduction.produces), np.int64)
    pairs = needs.consumer.astype(np.int64) * media + needs.medium
    return by_kind | (np.isin(pairs, said) & (needs.medium >= 0))
