"""How healthy is it, how well is that known, and why? One answer per thing, each part of it made when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from thread.ontology.model import HealthRules, Upstream
from thread.projection.view import Ints
from thread.reasoning.answers import LinkRef, PathAnswer
from thread.reasoning.health.cone import Cone, cone_of, needed_by
from thread.reasoning.health.own import FAILURE, RULES
from thread.reasoning.health.plan import Wiring
from thread.reasoning.health.shares import Shares, cause_of, ladder_of, path_of, shares_of
from thread.reasoning.structure import Structure
from thread.terms import THR

MODEL = "lattice-1"
"""Name of the calculus; it changes when an answer may."""
OPERATED, UNGROUNDED = THR + "OperatedState", THR + "UngroundedSupply"


class Grade(StrEnum):
    """A word for a stretch of health."""

    GOOD = "GOOD"
    WATCH = "WATCH"
    POOR = "POOR"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    """No evidence at all."""


def grade_of(score: float | None, rules: HealthRules) -> Grade:
    """FAILED at 0, POOR and WATCH up to their ends, GOOD beyond; UNKNOWN where there is no score."""
    if score is None:
        return Grade.UNKNOWN
    if score <= 0:
        return Grade.FAILED
    return Grade.POOR if score <= rules.poor else Grade.WATCH if score <= rules.watch else Grade.GOOD


def rules_digest(rules: HealthRules) -> str:
    """Name of a configuration."""
    return sha256(repr(rules).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one source takes from the health of a thing; all of them sum to 1 - score."""

    source: int
    relation: int | None
    """Relation by which it arrives; None for the thing's own."""
    weight: float
    """What it would take alone."""
    delta: float
    """Its share of the loss."""
    rule: str
    """IRI of the rule that sets the source's own health."""
    path: PathAnswer
    """From the source to the thing."""
    evidence: tuple[int, ...]
    """Events and orders behind it."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A step of the ladder: this restored as well, the health after it."""

    node: int
    score: float


class Health:
    """The health of one thing."""

    def __init__(self, structure: Structure, node: int) -> None:
        self.structure, self.node = structure, node
        self.view, self._plant = structure.view, structure.health

    @property
    def upper(self) -> float:
        """The upper end, whether anything is known or not."""
        return self._plant.high.of(self.node)

    @cached_property
    def score(self) -> float | None:
        """The upper end: no evidence degrades nothing. None only where no leaf of the cone has evidence."""
        return self.upper if self.upper < 1.0 or self._leaves[0] else None

    @property
    def low(self) -> float | None:
        """The lower end: what nothing fresh is known of may be as low as its prior."""
        return None if self.score is None else self._plant.low.of(self.node)

    @property
    def own(self) -> float | None:
        """Health by itself, before anything it needs; None where nothing is known of it."""
        known = self._plant.findings.known[self.node]
        return float(self._plant.findings.own[self.node]) if known else None

    @cached_property
    def model(self) -> str:
        """Calculus and configuration: equal names, equal numbers."""
        return f"{MODEL}/{self.view.ontology.fingerprint[:8]}/{rules_digest(self.view.ontology.health)}"

    @property
    def grade(self) -> Grade:
        """The word for the score."""
        return grade_of(self.score, self.view.ontology.health)

    @property
    def known(self) -> float | None:
        """Leaves with evidence over leaves of the cone; None where there are no leaves."""
        some, all_ = self._leaves[0], self._leaves[1]
        return some / all_ if all_ else None

    @cached_property
    def stale(self) -> bool:
        """Whether something stale is among the evidence of the cone."""
        findings = self._plant.findings
        stale = np.zeros(findings.size, bool)
        stale[findings.node[findings.stale]] = True
        return bool(stale[self._cone_nodes].any())

    @property
    def missing(self) -> tuple[int, ...]:
        """Leaves of the cone of which nothing is known, by IRI."""
        nodes = self._leaves[2].tolist()
        return tuple(node for _, node in sorted(zip(self.view.iris(nodes), nodes, strict=True)))

    @cached_property
    def _cone_nodes(self) -> Ints:
        return needed_by(self.structure.wiring, self.node)

    @cached_property
    def _leaves(self) -> tuple[int, int, Ints]:
        """Leaves with evidence, all leaves, leaves without: what needs nothing, or has evidence of its own."""
        nodes, start = self._cone_nodes, self.structure.wiring.of_start
        known = self._plant.findings.known[nodes]
        bare = ~known & (start[nodes] == start[nodes + 1])
        return int(known.sum()), int(known.sum() + bare.sum()), nodes[bare]

    # why

    @cached_property
    def _cone(self) -> Cone:
        plant, structure = self._plant, self.structure
        return cone_of(structure.wiring, plant.high, plant.findings.own, structure.conduction.shut, self.node)

    @cached_property
    def _rank(self) -> npt.NDArray[np.float64]:
        """Order of the players: worst first, then by IRI."""
        cone = self._cone
        iris = self.view.iris(cone.nodes[cone.players])
        order = sorted(range(len(iris)), key=lambda at: (cone.own[cone.players[at]], iris[at], at))
        rank = np.empty(len(iris))
        rank[order] = np.arange(len(iris))
        return rank

    @cached_property
    def shares(self) -> Shares:
        """Who takes how much of the loss."""
        found = shares_of(self._cone)
        total = found.base + float(found.share.sum())
        if abs(total - (1.0 - self.upper)) > 1e-9:
            raise ArithmeticError(f"shares sum to {total!r}, the loss is {1.0 - self.upper!r}")
        return found

    def contributions(self, limit: int | None = None) -> list[Contribution]:
        """What each source takes, the largest first, then by IRI; they sum to 1 - score."""
        cone, shares = self._cone, self.shares
        found = [at for at in range(len(shares.players)) if shares.share[at] > 0]
        found.sort(key=lambda at: (-shares.share[at], self._rank[at]))
        out = [self._contribution(cone, shares, at) for at in found[:limit]]
        if shares.base > 0:
            alone = PathAnswer((self.node,), (), 0)
            out.insert(0, Contribution(self.node, None, shares.base, shares.base, UNGROUNDED, alone, ()))
        return out[:limit]

    def _contribution(self, cone: Cone, shares: Shares, at: int) -> Contribution:
        player = int(shares.players[at])
        node, path = int(cone.nodes[player]), self._path(player)
        rule, evidence = self._evidence(player)
        relation = path.links[-1].relation if path.links else None
        return Contribution(node, relation, float(shares.alone[at]), float(shares.share[at]), rule, path, evidence)

    def _evidence(self, player: int) -> tuple[str, tuple[int, ...]]:
        cone, findings = self._cone, self._plant.findings
        if player >= cone.real:
            return OPERATED, ()
        rows = findings.of(int(cone.nodes[player]))
        cap, rule = findings.cap[rows], findings.rule[rows]
        if not len(cap):
            return RULES[FAILURE], ()  # assumed, not recorded
        worst = int(np.argmin(cap))
        said = findings.evidence[rows][(cap == cap[worst]) & (rule == rule[worst])]
        nodes = [each for each in said.tolist() if each >= 0]
        return RULES[int(rule[worst])], tuple(n for _, n in sorted(zip(self.view.iris(nodes), nodes, strict=True)))

    def _path(self, player: int) -> PathAnswer:
        """The way of a player's degradation to the thing, by the links of the plant."""
        cone, wiring = self._cone, self.structure.wiring
        nodes = [int(cone.nodes[local]) for local, _ in path_of(cone, player)]
        chain = [node for at, node in enumerate(nodes) if at == 0 or node != nodes[at - 1]]
        links = [link_between(self.structure, wiring, *pair) for pair in pairwise(chain)]
        return PathAnswer(tuple(chain), tuple(links), len(links))

    @cached_property
    def cause(self) -> tuple[int, ...]:
        """The certificate: things that alone hold the score where it is, none of which can be left out; by IRI."""
        nodes = np.unique(self._cone.nodes[cause_of(self._cone, self._cone.players, self._rank)]).tolist()
        return tuple(node for _, node in sorted(zip(self.view.iris(nodes), nodes, strict=True)))

    def certificate(self) -> list[PathAnswer]:
        """A chain from each thing of the certificate to this one."""
        found = cause_of(self._cone, self._cone.players, self._rank)
        return [self._path(player) for player in found.tolist()]

    def ladder(self, most: int = 5) -> list[Repair]:
        """What to repair one after the other, and the health after each."""
        steps = ladder_of(self._cone, self._rank, most)
        return [Repair(int(self._cone.nodes[player]), score) for player, score in steps]


def link_between(structure: Structure, wiring: Wiring, supplier: int, consumer: int) -> LinkRef:
    """The link by which a consumer needs a supplier."""
    first, last = wiring.start[wiring.of_start[consumer]], wiring.start[wiring.of_start[consumer + 1]]
    index = next(at for at in range(first, last) if wiring.supplier[at] == supplier)
    relation, row = int(wiring.relation[index]), int(wiring.row[index])
    to = structure.view.ontology.relations[relation].carries_to
    if to is Upstream.BOTH:
        subject = structure.view.link(row).subject
        to = Upstream.SUBJECT if subject == structure.view.iri(consumer) else Upstream.OBJECT
    ends = (consumer, supplier) if to is Upstream.SUBJECT else (supplier, consumer)
    return LinkRef(*ends, relation, row)


def healths_of(structure: Structure, nodes: Sequence[int]) -> list[Health]:
    """The health of things, in order. Cost: a full pass the first time, then a look-up each."""
    return [Health(structure, node) for node in nodes]
