"""Why does it stop, lose or go dark? The shortest chain from a target, through the first gate that failed."""

from functools import cached_property

from thread.ontology.model import Upstream
from thread.reasoning.answers import LinkRef, PathAnswer
from thread.reasoning.losses import Losses
from thread.reasoning.scope import Scope
from thread.reasoning.structure import Structure


class Because:
    """Reasons of one outage's effects, made one by one when asked for."""

    def __init__(self, scope: Scope, losses: Losses) -> None:
        self.scope, self.losses = scope, losses
        self.structure, self.outage = losses.structure, losses.outage
        self.view = self.structure.view

    def falls(self, node: int) -> tuple[PathAnswer, list[int]]:
        """The chain to something that fell, and the gates of it that failed, the one of the chain first."""
        gates, chain, links = self.structure.gates, [node], []
        own: list[int] = []
        while self.outage.degrees[chain[-1]] > 0:
            at, degree = chain[-1], self.outage.degrees[chain[-1]]
            failed = self._failed_gates(at)
            options = [
                (rank, self.view.iri(supplier), gate, index)
                for rank, gate in enumerate(failed)
                for index in range(gates.start[gate], gates.start[gate + 1])
                if self.outage.degrees.get(supplier := int(gates.supplier[index])) == degree - 1
                and (gates.cls[gate] < 0 or not self.structure.conduction.shut[supplier])
            ]
            _, _, gate, index = min(options)
            if at == node:
                own = [gate, *(each for each in failed if each != gate)]
            links.append(self._link(index, int(gates.supplier[index]), at))
            chain.append(int(gates.supplier[index]))
        head, inner = self.scope.chain(chain[-1])
        path = PathAnswer((*head, *chain[-2::-1]), (*inner, *links[::-1]), self.outage.degrees[node])
        return path, own

    def _failed_gates(self, node: int) -> list[int]:
        gates, left = self.structure.gates, self.outage.remaining
        owned = range(gates.of_start[node], gates.of_start[node + 1])
        return [gate for gate in owned if left.get(gate, gates.k[gate]) < gates.k[gate]]

    def _link(self, index: int, supplier: int, consumer: int) -> LinkRef:
        return link_of(self.structure, index, supplier, consumer)

    @cached_property
    def _lossy(self) -> dict[int, tuple[int, int]]:
        """(degree, cause) of every gate that lost an alternative: a fallen supplier, else what starves a neighbour."""
        found: dict[int, tuple[int, int]] = {}
        degrees = self.outage.degrees
        waiting = []
        for gate in sorted(self.losses.gates):
            direct = self._fallen_suppliers(gate)
            if direct:
                supplier = min(direct, key=lambda node: (degrees[node], self.view.iri(node)))
                found[gate] = (degrees[supplier] + 1, supplier)
            else:
                waiting.append(gate)
        return found if not waiting else {**found, **self._indirect(waiting)}

    def _fallen_suppliers(self, gate: int) -> list[int]:
        gates = self.structure.gates
        shut = self.structure.conduction.shut
        inputs = gates.supplier[gates.start[gate] : gates.start[gate + 1]].tolist()
        flows = bool(gates.cls[gate] >= 0)
        return [u for u in inputs if not self.outage.carries(u, flows=flows) and not (flows and shut[u])]

    def _indirect(self, waiting: list[int]) -> dict[int, tuple[int, int]]:
        """For gates in loops whose supplier lives but now rests on the owner: steps from what fell through the loop."""
        gates, loops, degrees = self.structure.gates, self.losses.live.state.loops, self.outage.degrees
        found: dict[int, tuple[int, int]] = {}
        for loop in sorted({int(loops.of_gate[gate]) for gate in waiting}):
            members = loops.nodes[loops.start[loop] : loops.start[loop + 1]].tolist()
            inside = set(members)
            level: dict[int, int] = {node: degrees[node] for node in members if node in degrees}
            for node in members:
                for gate in range(gates.of_start[node], gates.of_start[node + 1]):
                    direct = [degrees[u] + 1 for u in self._fallen_suppliers(gate)]
                    if direct and node not in degrees:
                        level[node] = min([*direct, level.get(node, direct[0])])
            todo = sorted(level, key=level.__getitem__)
            for node in todo:
                for gate in gates.out_gate[gates.out_start[node] : gates.out_start[node + 1]].tolist():
                    owner = int(gates.owner[gate])
                    if loops.of_gate[gate] == loop and owner in inside and owner not in level:
                        level[owner] = level[node] + 1
                        todo.append(owner)
            for gate in waiting:
                if loops.of_gate[gate] == loop:
                    lost = [u for u in self.losses.lost_suppliers(gate) if u in level]
                    cause = min(lost, key=lambda node: (level[node], self.view.iri(node)))
                    found[gate] = (level[cause] + 1, cause)
        return found

    def degree_of_loss(self, node: int) -> int:
        """Length of the shortest chain to a gate of the consumer that lost an alternative."""
        return min(self._loss(node))[0]

    def _loss(self, node: int) -> list[tuple[int, int, int]]:
        """(degree at the consumer, gate, cause), one per loss; a group lies between its member and the consumer."""
        gates = self.structure.gates
        out = []
        for loss in self.losses.by_consumer[node]:
            degree, cause = self._lossy[loss.gate]
            owner = int(gates.owner[loss.gate])
            out.append((degree + len(self._up(owner, node)) - 1, loss.gate, cause))
        return out

    def _up(self, group: int, consumer: int) -> list[int]:
        """Nodes from a group up to a consumer that needs it, through the groups it is a member of."""
        if group == consumer:
            return [consumer]
        gates, before = self.structure.gates, {group: group}
        todo = [group]
        for at in todo:
            for gate in gates.out_gate[gates.out_start[at] : gates.out_start[at + 1]].tolist():
                owner = int(gates.owner[gate])
                if owner not in before and (owner == consumer or owner in self.structure.groups.required):
                    before[owner] = at
                    todo.append(owner)
        path = [consumer]
        while path[-1] != group:
            path.append(before[path[-1]])
        return path[::-1]

    def loses(self, node: int) -> PathAnswer:
        """The chain to a consumer that lost redundancy: to what fell, and from there to the gate that lost it."""
        gates = self.structure.gates
        degree, gate, cause = min(self._loss(node))
        way = self._up(int(gates.owner[gate]), node)
        if cause in self.outage.degrees:
            path, _ = self.falls(cause)
        else:
            path = self._through(cause)
        nodes, links = [*path.nodes], [*path.links]
        for at in way:
            links.append(self._link(self._input(nodes[-1], at), nodes[-1], at))
            nodes.append(at)
        return PathAnswer(tuple(nodes), tuple(links), degree)

    def _through(self, cause: int) -> PathAnswer:
        """From a target to a live node of a loop, over what lies between them."""
        gates = self.structure.gates
        before: dict[int, int] = {cause: cause}
        todo = [cause]
        for at in todo:
            for gate in range(gates.of_start[at], gates.of_start[at + 1]):
                fallen = self._fallen_suppliers(gate)
                if fallen:
                    first = min(fallen, key=lambda node: (self.outage.degrees[node], self.view.iri(node)))
                    path, _ = self.falls(first)
                    nodes, links = [*path.nodes], [*path.links]
                    while nodes[-1] != cause:
                        step = at if nodes[-1] == first else before[nodes[-1]]
                        links.append(self._link(self._input(nodes[-1], step), nodes[-1], step))
                        nodes.append(step)
                    return PathAnswer(tuple(nodes), tuple(links), len(links))
            feeders = {
                int(u) for u in gates.supplier[gates.start[gates.of_start[at]] : gates.start[gates.of_start[at + 1]]]
            }
            for feeder in sorted(feeders - before.keys(), key=self.view.iri):
                before[feeder] = at
                todo.append(feeder)
        return PathAnswer((cause,), (), 0)

    def _input(self, supplier: int, consumer: int) -> int:
        gates = self.structure.gates
        first, last = gates.start[gates.of_start[consumer]], gates.start[gates.of_start[consumer + 1]]
        return next(index for index in range(first, last) if gates.supplier[index] == supplier)

    def _targets(self, sensor: int) -> list[tuple[int, int]]:
        out = []
        for link in self._watched(sensor):
            if link.object in self.scope:
                out.append((0, link.object))
            elif link.object in self.outage.degrees:
                out.append((self.outage.degrees[link.object], link.object))
        return out

    def _watched(self, sensor: int) -> list[LinkRef]:
        table = self.view.links_from(sensor, self.structure.monitoring.relations)
        return [LinkRef(*row) for row in zip(*(column.tolist() for column in table), strict=True)]

    def blind(self, sensor: int) -> PathAnswer:
        """The chain to the nearest target of a sensor that is out, and on to the sensor."""
        degree, target = min(self._targets(sensor), key=lambda entry: (entry[0], self.view.iri(entry[1])))
        if degree:
            path, _ = self.falls(target)
        else:
            nodes, links = self.scope.chain(target)
            path = PathAnswer(tuple(nodes), tuple(links), 0)
        link = min(
            (link for link in self._watched(sensor) if link.object == target), key=lambda ref: (ref.relation, ref.row)
        )
        return PathAnswer((*path.nodes, sensor), (*path.links, link), degree + 1)


def link_of(structure: Structure, index: int, supplier: int, consumer: int) -> LinkRef:
    """The link behind an input of a gate, as its statement reads."""
    gates, view = structure.gates, structure.view
    relation, row = int(gates.relation[index]), int(gates.row[index])
    to = view.ontology.relations[relation].carries_to
    if to is Upstream.BOTH:
        to = Upstream.SUBJECT if view.link(row).subject == view.iri(consumer) else Upstream.OBJECT
    ends = (consumer, supplier) if to is Upstream.SUBJECT else (supplier, consumer)
    return LinkRef(*ends, relation, row)
