"""What should reasoning answer? The structure function by its definition: sets, dicts, everything recomputed.

Written from reasoning.md sections 2, 5, 7b and "Dependency meaning", independently of the kernels; slow and plain.

- Needs of v: all of its hard links that do not flow; per medium one gate; a redundancy group k of its members.
- live is the greatest X = T(X). v is in T(X) iff it is up itself and, for every grounding class, v is in Y, the
  least set for that class in which a supplier from v's own supply group counts if it is in Y, any other if in X.
- An alternative of a gate of v is a live conducting supplier that is still supplied with v removed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from thread.clock import BEGIN, Instant, to_instant
from thread.ontology.model import Law, Relation, Upstream
from thread.projection.view import View
from thread.terms import THR, TYPE, UpperKind, local_name

Nodes = frozenset[int]


@dataclass(frozen=True)
class ReferenceGate:
    """``k`` of the suppliers; ``cls`` is the grounding class of what flows, None where nothing does."""

    owner: int
    medium: str | None
    group: bool
    cls: str | None
    k: int
    suppliers: Nodes


@dataclass(frozen=True)
class ReferenceImpact:
    """What an outage does: nodes, degrees, and (required, before, after) by (consumer, medium or group)."""

    stops: dict[int, int]
    loses: dict[int, frozenset[tuple[str | int | None, int, int, int]]]
    sensor_down: dict[int, int]
    target_out: dict[int, int]
    unobserved: Nodes
    already_down: Nodes


class ReferenceStructure:
    """The structure function of a view, and the questions asked of it."""

    def __init__(self, view: View) -> None:
        self.view, self.ontology = view, view.ontology
        self.nodes = [node for node in range(view.size) if view.kind(node) >= 0]
        self.kind = {node: self.ontology.kinds[view.kind(node)] for node in self.nodes}
        table = view.links()
        columns = (table.subject.tolist(), table.object.tolist(), table.relation.tolist())
        self.links = [(a, self.ontology.relations[r], b) for a, b, r in zip(*columns, strict=True)]

    # what carries

    def _below(self, relation: Relation, name: str) -> bool:
        return THR + name in relation.ancestors

    @cached_property
    def members(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {
            node: set() for node in self.nodes if UpperKind.REDUNDANCY_GROUP in self.kind[node].ancestors
        }
        for member, relation, group in self.links:
            if self._below(relation, "memberOf") and group in found:
                found[group].add(member)
        return found

    def produces(self, node: int) -> set[str]:
        return {str(medium) for medium in self.view.values(node, THR + "produces")} | set(self.kind[node].produces)

    def may_conduct(self, node: int) -> bool:
        return self.kind[node].conducts or self.kind[node].conducts_when is not None

    @cached_property
    def shut(self) -> Nodes:
        """Operated elements in the wrong state."""
        wrong = set()
        for node in self.nodes:
            wanted, state = self.kind[node].conducts_when, self.view.value(node, THR + "state")
            if wanted is not None and state is not None and local_name(str(state)).upper() != wanted.upper():
                wrong.add(node)
        return frozenset(wrong)

    def interchangeable(self, medium: str) -> bool:
        declared = self.ontology.media.get(medium)
        return declared is None or declared.interchangeable

    def class_of(self, medium: str) -> str:
        declared = self.ontology.media.get(medium)
        return medium if declared is None else declared.grounding

    def _raw(self) -> Iterator[tuple[int, int, str | None, bool, bool]]:
        """(consumer, supplier, medium, flows, through a conduit) of every hard link, as it stands."""
        for subject, relation, obj in self.links:
            if relation.carries.law is not Law.HARD or self._below(relation, "memberOf"):
                continue
            if self._below(relation, "partOf") and not self.kind[subject].essential:
                continue
            conduit = self._below(relation, "connectedTo")
            flows = conduit or self._below(relation, "suppliedWith")
            if relation.carries_to in (Upstream.SUBJECT, Upstream.BOTH):
                yield subject, obj, relation.medium, flows, conduit
            if relation.carries_to in (Upstream.OBJECT, Upstream.BOTH):
                yield obj, subject, relation.medium, flows, conduit

    @cached_property
    def feeds(self) -> dict[int, set[str]]:  # noqa: C901  one definition, read in one piece
        """Media that a feeder gives over links without one: rounds of rules until nothing more is settled."""
        raw = [link for link in self._raw() if link[3]]
        settled: dict[int, set[str]] = {}

        def received(node: int) -> set[str]:
            got = {medium for consumer, _, medium, _, _ in raw if consumer == node and medium is not None}
            for consumer, supplier, medium, _, _ in raw:
                if consumer == node and medium is None:
                    got |= settled.get(supplier, set())
            for member in self.members.get(node, ()):
                got |= settled.get(member, set())
            return got

        def guess(node: int) -> set[str]:
            return {self.kind[node].feeds or self.kind[node].iri}

        def inputs(node: int) -> bool:
            return any(consumer == node for consumer, *_ in raw) or bool(self.members.get(node))

        passes = [node for node in self.nodes if self.may_conduct(node) or node in self.members]
        for node in self.nodes:
            if self.produces(node):
                settled[node] = self.produces(node)
            elif node not in passes:
                settled[node] = guess(node)
        waiting = [node for node in passes if node not in settled]
        for stage in ("no input", "no medium", "done"):
            while True:
                got = {node: received(node) for node in waiting}
                if all(settled.get(node, set()) == media for node, media in got.items()):
                    break
                settled.update((node, media) for node, media in got.items() if media)
            for node in [
                node for node in waiting if not settled.get(node) and (stage == "no medium" or not inputs(node))
            ]:
                settled[node] = guess(node)
                waiting.remove(node)
        return settled

    def _flowing(self) -> Iterator[tuple[int, int, str | None]]:
        """(consumer, supplier, medium) of every need; a conduit feeds only out of what conducts or produces."""
        for consumer, supplier, medium, flows, conduit in self._raw():
            if not flows:
                yield consumer, supplier, None
                continue
            for each in [medium] if medium is not None else sorted(self.feeds[supplier]):
                if not conduit or self.may_conduct(supplier) or each in self.produces(supplier):
                    yield consumer, supplier, each

    # groups

    def _around(self, node: int) -> set[int]:
        found: set[int] = set()
        while True:
            more = {g for g, members in self.members.items() if members & (found | {node})} - found
            if not more:
                return found
            found |= more

    def _stand_ins(self, supplier: int, consumer: int) -> set[int]:
        """Outermost groups around a supplier that the consumer is not inside of; itself where there are none."""
        allowed = self._around(supplier) - self._around(consumer)
        reached = {supplier}
        while True:
            more = {g for g in allowed if self.members[g] & reached} - reached
            if not more:
                break
            reached |= more
        outermost = {at for at in reached if not any(at in self.members[g] for g in allowed if g != at)}
        return outermost or {supplier}

    @cached_property
    def gates(self) -> list[ReferenceGate]:  # noqa: C901  one definition, read in one piece
        """Every gate: series, media, groups (one per class in which the group hands on support)."""
        wanted: dict[tuple[int, int], set[str | None]] = defaultdict(set)
        series: dict[int, set[int]] = defaultdict(set)
        supply: dict[tuple[int, str], set[int]] = defaultdict(set)
        for consumer, supplier, medium in self._flowing():
            for each in self._stand_ins(supplier, consumer):
                if each in self.members:
                    wanted[consumer, each].add(medium)
                elif medium is None:
                    series[consumer].add(each)
                else:
                    supply[consumer, medium].add(each)
        used: dict[int, set[str]] = {group: set() for group in self.members}
        for (consumer, group), media in wanted.items():
            medium = next(iter(media)) if len(media) == 1 else None
            if medium is None:
                series[consumer].add(group)
            else:
                supply[consumer, medium].add(group)
                used[group].add(self.class_of(medium))
        for _ in self.members:
            for group, members in self.members.items():
                for member in members & self.members.keys():
                    used[member] |= used[group]
        found = [ReferenceGate(v, None, False, None, len(all_), frozenset(all_)) for v, all_ in series.items()]
        for (v, medium), suppliers in supply.items():
            if medium not in self.produces(v):
                k = 1 if self.interchangeable(medium) else len(suppliers)
                found.append(ReferenceGate(v, medium, False, self.class_of(medium), k, frozenset(suppliers)))
        for group, members in self.members.items():
            asked = self.view.value(group, THR + "k")
            k = max(1, min(asked if isinstance(asked, int) else 1, len(members)))
            classes: list[str | None] = [*sorted(used[group])] or [None]
            if members:
                found.extend(ReferenceGate(group, None, True, cls, k, frozenset(members)) for cls in classes)
        return found

    @cached_property
    def gates_of(self) -> dict[int, list[ReferenceGate]]:
        found: dict[int, list[ReferenceGate]] = {node: [] for node in self.nodes}
        for gate in self.gates:
            found[gate.owner].append(gate)
        return found

    @cached_property
    def supply_group(self) -> dict[str, dict[int, int]]:
        """Per class: number of the strongly connected group of each node of its supply graph."""
        found = {}
        for cls in {gate.cls for gate in self.gates} - {None}:
            graph: nx.DiGraph[int] = nx.DiGraph()
            for gate in self.gates:
                if gate.cls == cls:
                    graph.add_edges_from((supplier, gate.owner) for supplier in gate.suppliers)
            groups = nx.strongly_connected_components(graph)
            found[str(cls)] = {node: at for at, nodes in enumerate(groups) for node in nodes}
        return found

    # up by itself

    def _time(self, node: int, attribute: str) -> Instant | None:
        from datetime import datetime

        value = self.view.value(node, THR + attribute)
        return to_instant(value) if isinstance(value, datetime) else None

    @cached_property
    def own_down(self) -> Nodes:
        """What an open failure or an emptied position takes down."""
        down: set[int] = set()
        for node in self.nodes:
            if UpperKind.FAILURE_EVENT in self.kind[node].ancestors:
                down |= self._open_failure(node)
            elif UpperKind.POSITION in self.kind[node].ancestors:
                stays = self.view.history_to(node, THR + "installedIn")
                now = self.view.valid_at
                if stays and not any(s.valid_from <= now < s.valid_to for s in stays):
                    down |= {node} if any(s.valid_from <= now for s in stays) else set()
        return frozenset(down)

    def _open_failure(self, event: int) -> set[int]:
        now = self.view.valid_at
        since = self._time(event, "occurredAt")
        if since is None:
            since = min((s.valid_from for s in self.view.history(event, TYPE)), default=BEGIN)
        of = {b for a, r, b in self.links if a == event and self._below(r, "failureOf")}
        of = of or {b for a, r, b in self.links if a == event and self._below(r, "occurredOn")}
        ends: list[Instant] = []
        restored = self._time(event, "restoredAt")
        if restored is not None:
            ends.append(restored)
        for order, relation, about in self.links:
            mends = about == event and self._below(relation, "addresses")
            if mends and self.view.value(order, THR + "status") == "COMPLETED":
                end = self._time(order, "endedAt")
                end = self._time(order, "plannedEnd") if end is None else end
                ends.append(BEGIN if end is None else end)
        for node in of:
            iris = (self.view.history(node, THR + "installedIn"), self.view.history_to(node, THR + "installedIn"))
            stays = [s for some in iris for s in some]
            before = [s.valid_to for s in stays if s.valid_from < since <= s.valid_to]
            ends += before or [s.valid_to for s in stays if s.valid_from <= since < s.valid_to]
        return of if since <= now and all(end > now for end in ends) else set()

    # fixpoints

    def _counts(self, supplier: int, gate: ReferenceGate, held: Set[int], y: Set[int], shut: Set[int]) -> bool:
        if gate.cls is not None and supplier in shut:
            return False
        groups = self.supply_group.get(str(gate.cls), {}) if gate.cls is not None else {}
        inside = gate.cls is not None and groups[supplier] == groups[gate.owner]
        return supplier in (y if inside else held)

    def _least(self, cls: str | None, held: Set[int], down: Set[int], shut: Set[int]) -> set[int]:
        """The least Y for a class, everything else held at X."""
        y: set[int] = set()
        while True:
            more = {
                v
                for v in self.nodes
                if v not in down
                and all(
                    sum(self._counts(u, gate, held, y if gate.cls == cls else held, shut) for u in gate.suppliers)
                    >= gate.k
                    for gate in self.gates_of[v]
                )
            }
            if more == y:
                return y
            y = more

    def live(self, out: Iterable[int] = (), shut: Set[int] | None = None) -> Nodes:
        """The greatest X = T(X) with the given nodes down as well."""
        closed = self.shut if shut is None else shut
        down = self.own_down | frozenset(out)
        x = set(self.nodes)
        while True:
            following = set(x)
            classes: list[str | None] = [*sorted(self.supply_group)] or [None]
            for cls in classes:
                following &= self._least(cls, x, down, closed)
            if following == x:
                return frozenset(x)
            x = following

    def cold(self, out: Iterable[int] = ()) -> Nodes:
        """The least fixpoint: what can come up from all-off."""
        down, x = self.own_down | frozenset(out), set[int]()
        while True:
            more = {
                v
                for v in self.nodes
                if v not in down
                and all(
                    sum(u in x and (gate.cls is None or u not in self.shut) for u in gate.suppliers) >= gate.k
                    for gate in self.gates_of[v]
                )
            }
            if more == x:
                return frozenset(x)
            x = more

    def alternatives(self, gate: ReferenceGate, live: Set[int]) -> Nodes:
        """Live conducting suppliers of a gate that are still supplied in its class with the owner removed."""
        alive = frozenset(u for u in gate.suppliers if u in live and not (gate.cls is not None and u in self.shut))
        if gate.cls is None:
            return alive
        others = frozenset(self.nodes) - frozenset(live)
        supplied = self._least(gate.cls, live, others | {gate.owner}, self.shut)
        groups = self.supply_group[gate.cls]
        return frozenset(u for u in alive if groups[u] != groups[gate.owner] or u in supplied)

    # impact

    def scope(self, targets: Iterable[int]) -> Nodes:
        """The targets with their parts and the serials in them."""
        found = set(targets)
        while True:
            more = {
                a
                for a, r, b in self.links
                if b in found and (self._below(r, "partOf") or self._below(r, "installedIn"))
            }
            if more <= found:
                return frozenset(found)
            found |= more

    def impact(self, scope: Nodes) -> ReferenceImpact:
        """Everything that an outage of the scope does, by comparing before and after."""
        before, after = self.live(), self.live(scope)
        degree = self._degrees(scope & before, before - after, after)
        sensors = {v for v in self.nodes if UpperKind.SENSOR in self.kind[v].ancestors}
        fallen = before - after
        watched: dict[int, set[int]] = defaultdict(set)
        for sensor, relation, target in self.links:
            if relation.observes:
                watched[sensor].add(target)
        target_out = {}
        for sensor, targets in watched.items():
            if sensor in after and sensor not in scope and not (targets & after) - scope:
                near = [0 if target in scope else degree[target] for target in targets & (scope | fallen)]
                if near:
                    target_out[sensor] = min(near) + 1
        return ReferenceImpact(
            stops={v: degree[v] for v in fallen - scope - sensors},
            loses=self._losses(before, after, sensors | scope),
            sensor_down={v: degree[v] for v in fallen & sensors},
            target_out=target_out,
            unobserved=self._unobserved(watched, before, after, scope),
            already_down=self._already(scope, before, after),
        )

    def _degrees(self, start: Set[int], fallen: Set[int], after: Set[int]) -> dict[int, int]:
        """Shortest chains through gates that fail after, from what was taken out."""
        degree = dict.fromkeys(start, 0)
        while True:
            more: dict[int, int] = {}
            for gate in self.gates:
                if gate.owner in fallen and gate.owner not in degree:
                    passing = [u for u in gate.suppliers if not (gate.cls is not None and u in self.shut)]
                    if sum(u in after for u in passing) < gate.k:
                        near = [degree[u] + 1 for u in passing if u in degree]
                        if near:
                            more[gate.owner] = min([*near, more.get(gate.owner, near[0])])
            if not more:
                return degree
            least = min(more.values())
            degree.update((v, d) for v, d in more.items() if d == least)

    def _losses(
        self, before: Set[int], after: Set[int], leave_out: Set[int]
    ) -> dict[int, frozenset[tuple[str | int | None, int, int, int]]]:
        found: dict[int, set[tuple[str | int | None, int, int, int]]] = defaultdict(set)
        for gate in self.gates:
            if gate.owner not in after:
                continue
            had, has = len(self.alternatives(gate, before)), len(self.alternatives(gate, after))
            if has < had:
                name = gate.owner if gate.group else gate.medium
                for consumer in self._needers(gate.owner, after) if gate.group else {gate.owner}:
                    if consumer not in leave_out:
                        found[consumer].add((name, gate.k, had, has))
        return {node: frozenset(losses) for node, losses in found.items()}

    def _needers(self, group: int, after: Set[int]) -> set[int]:
        found = {gate.owner for gate in self.gates if group in gate.suppliers and gate.owner in after}
        groups = found & self.members.keys()
        return (found - groups).union(*(self._needers(each, after) for each in groups if each != group))

    def _unobserved(self, watched: dict[int, set[int]], before: Set[int], after: Set[int], scope: Set[int]) -> Nodes:
        def keys(sensors: Iterable[int]) -> set[object]:
            told: set[object] = set()
            for sensor in sensors:
                own = {("property", each) for each in self.view.values(sensor, THR + "observedProperty")}
                modes = {("mode", b) for a, r, b in self.links if a == sensor and self._below(r, "detects")}
                told |= own | modes or {("property", None)}
            return told

        found = set()
        for thing in set[int]().union(*watched.values()) & after - scope:
            eyes = {sensor for sensor, targets in watched.items() if thing in targets}
            if keys(eyes & before) - keys(eyes & after - scope):
                found.add(thing)
        return frozenset(found)

    def _already(self, scope: Set[int], before: Set[int], after: Set[int]) -> Nodes:
        """Down before, and in scope or next to what went down or to what of these is listed."""
        found = scope - before
        reach = (before - after) | found
        while True:
            more = {
                gate.owner
                for gate in self.gates
                if gate.owner not in before
                and any(
                    u in reach and not (u in before and gate.cls is not None and u in self.shut) for u in gate.suppliers
                )
            } - found
            if not more:
                return frozenset(found)
            found = found | more
            reach = reach | more
