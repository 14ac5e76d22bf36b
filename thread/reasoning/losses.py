"""What lost redundancy and still runs? Per gate and group: what it had, what remains."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from thread.reasoning.live import Live, Outage, is_in
from thread.reasoning.points import Alternatives, alternatives_in
from thread.reasoning.structure import GROUP, Bytes, Structure


@dataclass(frozen=True, slots=True)
class Loss:
    """A gate that has fewer alternatives than before, seen from a consumer that needs it."""

    gate: int
    """The gate that lost: the consumer's own, or that of a group it needs."""
    medium: int
    """Medium ordinal in which the consumer needs it, SERIES where none."""
    before: int
    after: int


class Losses:
    """Losses of redundancy by one outage, by consumer; groups are seen from those who need them."""

    def __init__(self, live: Live, outage: Outage) -> None:
        self.live, self.outage = live, outage
        self.structure = live.structure

    @cached_property
    def dead(self) -> Bytes:
        """Down after the outage, over all nodes."""
        return self.live.dead_after(self.outage)

    @cached_property
    def loops(self) -> dict[int, tuple[Alternatives, Alternatives]]:
        """Alternatives before and after of every loop that was touched."""
        state = self.live.state
        return {
            loop: (self.live.alternatives(loop), alternatives_in(self._operated, state, self.dead, loop))
            for loop in sorted(self.outage.evaluated.tolist())
        }

    @cached_property
    def closed(self) -> Bytes:
        """What feeds nothing after the outage: what is down, and what was shut."""
        dead = self.dead.copy()
        dead[self.outage.switched] = 1
        return dead

    @cached_property
    def _operated(self) -> Structure:
        """The structure with what was operated shut."""
        if not len(self.outage.switched):
            return self.structure
        shut = self.structure.conduction.shut.copy()
        shut[self.outage.switched] = 1
        return replace(self.structure, conduction=replace(self.structure.conduction, shut=shut))

    @property
    def exact(self) -> bool:
        """False where a loop was too large for the removal test."""
        return all(before.exact and after.exact for before, after in self.loops.values())

    @cached_property
    def gates(self) -> dict[int, tuple[int, int]]:
        """(before, after) of every gate that lost alternatives while its owner lives."""
        gates, state, outage = self.structure.gates, self.live.state, self.outage
        touched = outage.touched
        owners = gates.owner[touched]
        lives = (state.dead[owners] == 0) & ~is_in(owners, outage.ascending)
        lives &= ~is_in(state.loops.of_gate[touched], np.sort(outage.evaluated))
        found = {
            gate: (before, after)
            for gate, before, after in zip(
                touched[lives].tolist(), state.count[touched[lives]].tolist(), outage.left[lives].tolist(), strict=True
            )
        }
        for before, after in self.loops.values():
            had, has = before.totals(), after.totals()
            down = outage.fallen
            for gate, number in had.items():
                owner = int(gates.owner[gate])
                if has[gate] < number and state.dead[owner] == 0 and owner not in down:
                    found[gate] = (number, has[gate])
        return found

    @cached_property
    def by_consumer(self) -> dict[int, tuple[Loss, ...]]:
        """Losses of each live consumer, in the order of their gates; groups themselves are not consumers."""
        gates = self.structure.gates
        out: dict[int, set[Loss]] = defaultdict(set)
        for gate, (before, after) in self.gates.items():
            if gates.medium[gate] != GROUP:
                out[int(gates.owner[gate])].add(Loss(gate, int(gates.medium[gate]), before, after))
                continue
            for consumer, medium in self._needers(int(gates.owner[gate])):
                out[consumer].add(Loss(gate, medium, before, after))
        return {node: tuple(sorted(losses, key=lambda loss: (loss.gate, loss.medium))) for node, losses in out.items()}

    def _needers(self, group: int) -> list[tuple[int, int]]:
        """(live consumer, medium) that need a group, also as a member of other groups that live."""
        gates, down, state = self.structure.gates, self.outage.fallen, self.live.state
        found: set[tuple[int, int]] = set()
        seen, stack = {group}, [group]
        while stack:
            at = stack.pop()
            for gate in gates.out_gate[gates.out_start[at] : gates.out_start[at + 1]].tolist():
                owner = int(gates.owner[gate])
                if state.dead[owner] != 0 or owner in down:
                    continue
                if gates.medium[gate] != GROUP:
                    found.add((owner, int(gates.medium[gate])))
                elif owner not in seen:
                    seen.add(owner)
                    stack.append(owner)
        return sorted(found)

    def lost_suppliers(self, gate: int) -> list[int]:
        """Suppliers of a gate that counted before and do not count after, ascending."""
        gates = self.structure.gates
        pair = self.loops.get(int(self.live.state.loops.of_gate[gate]))
        if pair is not None:
            before, after = pair
            at = before.inputs_of(gate)
            return sorted(gates.supplier[before.inputs[at][before.counts[at] & ~after.counts[at]]].tolist())
        suppliers, flows = gates.supplier[gates.start[gate] : gates.start[gate + 1]], bool(gates.cls[gate] >= 0)
        return [u for u in suppliers.tolist() if not self.outage.carries(u, flows=flows)]

    def had_suppliers(self, gate: int) -> list[int]:
        """Suppliers of a gate that counted before, ascending."""
        gates, state = self.structure.gates, self.live.state
        loop = int(state.loops.of_gate[gate])
        if loop >= 0:
            before = self.live.alternatives(loop)
            at = before.inputs_of(gate)
            return sorted(gates.supplier[before.inputs[at][before.counts[at]]].tolist())
        shut = self.structure.conduction.shut
        return [
            u
            for u in gates.supplier[gates.start[gate] : gates.start[gate + 1]].tolist()
            if state.dead[u] == 0 and (shut[u] == 0 or gates.cls[gate] < 0)
        ]
