"""What is the health of everything? Chaotic iteration by the definition: sets, dicts, everything recomputed.

Written from reasoning.md sections 2 and 5 and "Grounded supply", independently of the kernels; slow and plain.

health is the greatest X = T(X), in [0, 1] per node. T(X)(v) is the least, over the grounding classes, of Y(v), where Y
is the least solution for that class of: the least of v's own health, and of each gate the k-th largest of what its
inputs hand on; a supplier from v's own supply group of that class hands on Y, any other X. Soft links make gates of
their own, which take part in no class.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from thread.ontology.model import Carries, Law, Relation, Upstream
from thread.terms import THR
from thread.testing.reference_reasoning import ReferenceGate, ReferenceStructure


@dataclass(frozen=True)
class SoftGate:
    """``k`` of the suppliers, each by its law."""

    owner: int
    flows: bool
    k: int
    inputs: frozenset[tuple[int, Carries]]


class ReferenceHealth(ReferenceStructure):
    """Health of a view by the definition."""

    def health(self, own: Mapping[int, float], random: Random | None = None) -> dict[int, float]:
        """Health of every node; ``random`` takes classes and nodes in another order every time."""
        x = dict.fromkeys(self.nodes, 1.0)
        classes: list[str | None] = [*sorted(self.supply_group)] or [None]
        while True:
            if random is not None:
                random.shuffle(classes)
            before = dict(x)
            for cls in classes:
                y = self._least_health(cls, x, own, random)
                x = {v: min(x[v], y[v]) for v in self.nodes}
            if x == before:
                return x

    def _least_health(
        self, cls: str | None, x: Mapping[int, float], own: Mapping[int, float], random: Random | None
    ) -> dict[int, float]:
        """The least Y for a class, everything else held at X."""
        y = dict.fromkeys(self.nodes, 0.0)
        nodes = list(self.nodes)
        while True:
            if random is not None:
                random.shuffle(nodes)
            changed = False
            for v in nodes:
                gates = [self._kth(gate, cls, x, y) for gate in self.gates_of[v]]
                new = min([own.get(v, 1.0), *gates, *(self._kth_soft(gate, x) for gate in self.soft_of.get(v, ()))])
                if new != y[v]:
                    y[v], changed = new, True
            if not changed:
                return y

    def _kth(self, gate: ReferenceGate, cls: str | None, x: Mapping[int, float], y: Mapping[int, float]) -> float:
        found = []
        for supplier in gate.suppliers:
            groups = self.supply_group.get(str(gate.cls), {}) if gate.cls is not None else {}
            inside = gate.cls is not None and gate.cls == cls and groups[supplier] == groups[gate.owner]
            shut = gate.cls is not None and supplier in self.shut
            found.append(0.0 if shut else y[supplier] if inside else x[supplier])
        return sorted(found, reverse=True)[gate.k - 1]

    def _kth_soft(self, gate: SoftGate, x: Mapping[int, float]) -> float:
        seen = [passed(0.0 if gate.flows and u in self.shut else x[u], law) for u, law in gate.inputs]
        return sorted(seen, reverse=True)[gate.k - 1]

    # links that only degrade

    def law_of(self, relation: Relation, supplier: int, said: Mapping[str, object]) -> Carries:
        """The link's own law, else that of the supplier's kind, else the relation's; parts follow their criticality."""
        if THR + "carriesAs" in said:
            law = Law(str(said[THR + "carriesAs"]).lower())
            weight = float(str(said.get(THR + "carriesWeight", 1.0)))
            whole = weight == (0 if law is Law.SLACK else 1) and law is not Law.NOTHING
            return Carries(Law.HARD) if whole else Carries(law, weight)
        kind = self.kind[supplier]
        if kind.carries is not None:
            return kind.carries
        if self._below(relation, "partOf") and not kind.essential:
            return Carries(Law.NOTHING)
        return relation.carries

    def _carried(self) -> Iterator[tuple[int, int, Relation, Carries]]:
        """(consumer, supplier, relation, law) of every link that carries, but membership in groups."""
        for row in self.view.links().row.tolist():
            link = self.view.link(row)
            relation = self.ontology.relation[link.predicate]
            if relation.carries_to is None or relation.carries.law is Law.NOTHING or self._below(relation, "memberOf"):
                continue
            assert link.object is not None
            a, b = self.view.find(link.subject), self.view.find(link.object)
            if relation.carries_to in (Upstream.SUBJECT, Upstream.BOTH):
                yield a, b, relation, self.law_of(relation, b, dict(link.qualifiers))
            if relation.carries_to in (Upstream.OBJECT, Upstream.BOTH):
                yield b, a, relation, self.law_of(relation, a, dict(link.qualifiers))

    def _raw(self) -> Iterator[tuple[int, int, str | None, bool, bool]]:
        for consumer, supplier, relation, law in self._carried():
            if law.law is Law.HARD:
                conduit = self._below(relation, "connectedTo")
                yield consumer, supplier, relation.medium, conduit or self._below(relation, "suppliedWith"), conduit

    @cached_property
    def soft_of(self) -> dict[int, list[SoftGate]]:
        """Gates of soft links, by owner."""
        held: dict[tuple[int, str | None], set[tuple[int, Carries]]] = defaultdict(set)
        for consumer, supplier, relation, law in self._carried():
            if law.law in (Law.HARD, Law.NOTHING):
                continue
            conduit = self._below(relation, "connectedTo")
            medium = relation.medium if conduit or self._below(relation, "suppliedWith") else None
            if conduit and not self.may_conduct(supplier) and medium not in self.produces(supplier):
                continue
            if medium is None or medium not in self.produces(consumer):
                for each in self._stand_ins(supplier, consumer):
                    held[consumer, medium].add((each, law))
        found: dict[int, list[SoftGate]] = defaultdict(list)
        for (consumer, medium), inputs in held.items():
            k = 1 if medium is not None and self.interchangeable(medium) else len(inputs)
            found[consumer].append(SoftGate(consumer, medium is not None, k, frozenset(inputs)))
        return found


def passed(health: float, law: Carries) -> float:
    """Health as it is seen through a law: 1 - f(1 - health)."""
    d, w = 1.0 - health, law.weight
    match law.law:
        case Law.CAP:
            return max(health, 1.0 - min(d, w))
        case Law.SLACK:
            return max(health, 1.0 - max(0.0, d - w))
        case Law.MIX:
            return max(health, 1.0 - w * d)
        case Law.NOTHING:
            return 1.0
    return health
