"""What do leaves share, and how likely does each fail? Own laws, beta-factor groups, and batches of a worse class.

Each thing fails within the horizon with its own q, whatever is shared: the event that a group shares takes c = beta
times the least q of its members, and what a member has left of its own is 1 - (1 - q) / (1 - c).
Source: Fleming, GA-A13284 (1974); IEC 61508-6, annex D. Members that are not alike: the least q, so that nobody fails
more often than its law says.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import exp, expm1, log, log1p

from thread.ontology.model import CommonCause as Rule
from thread.reasoning.own import failures_of
from thread.reasoning.risk.plant.life import Lives
from thread.reasoning.risk.tree import Gate, all_of, any_of
from thread.reasoning.structure import Structure
from thread.terms import THR, UpperKind, local_name

_WEARING = (UpperKind.ASSET, UpperKind.COMPONENT, UpperKind.SENSOR)
SUPPLIED_BY, FROM_BATCH, MADE_TO = THR + "suppliedBy", THR + "fromBatch", THR + "madeTo"


class Cause(StrEnum):
    """What an event of a tree is."""

    OWN = "OWN"
    """Something fails by itself."""
    SHARED = "SHARED"
    """All that share something fail at once."""
    WORSE_CLASS = "WORSE_CLASS"
    """What is shared is of a worse class, and things fail because of it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One leaf of a tree, named back to the plant."""

    node: int
    """What fails; of a shared cause, what is shared."""
    cause: Cause
    by: str | None
    """Relation to what is shared; None for ``OWN``."""
    members: tuple[int, ...]
    """What shares it; of ``OWN`` the thing itself."""


@dataclass(frozen=True, slots=True)
class Belief:
    """How likely something shared is of the worse class, given what failed. Two classes, Poisson failures."""

    node: int
    by: str
    members: int
    """Things that share it, wherever they are."""
    prior: float
    hazard: float
    """Of the worse class over the better one."""
    failures: int
    """That happened, of all its members."""
    expected: float
    """Failures that the laws of the better class expect up to now."""
    posterior: float


@dataclass(frozen=True, slots=True)
class Together:
    """Things of one cone that share something."""

    node: int
    by: str
    members: tuple[int, ...]
    beta: float | None
    """None: nobody says what share of failures is common."""


@dataclass
class Leaves:
    """Leaves of a tree with their probabilities, and the gates that shared causes make of them."""

    probabilities: dict[str, float] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    """Things without a law: they never fail, here."""
    ageless: list[int] = field(default_factory=list)
    """Things that wear and whose age nobody says: taken for new."""
    uncalibrated: bool = False
    """Health told on some hazard: the ratio is a convention."""


class Shared:
    """What things of one structure share, and what is believed of it."""

    def __init__(self, structure: Structure, lives: Lives) -> None:
        self.structure, self.view, self.lives = structure, structure.view, lives
        self._beliefs: dict[tuple[str, int, float, float], Belief] = {}

    def rules_of(self, node: int) -> Sequence[Rule]:
        """What the kind of a thing says."""
        kind = int(self.structure.kinds[node])
        return self.view.ontology.kinds[kind].common_causes if kind >= 0 else ()

    def shares(self, node: int, by: str) -> list[int]:
        """What a thing shares by a relation; a supplier also by way of its batch, else of its design."""
        relations = self.view.ontology.subrelations(by)
        found: list[int] = self.view.links_from(node, relations).object.tolist()
        if not found and by == SUPPLIED_BY:
            for way in (FROM_BATCH, MADE_TO):
                for through in self.view.links_from(node, self.view.ontology.subrelations(way)).object.tolist():
                    found += self.view.links_from(through, relations).object.tolist()
                if found:
                    break
        return sorted(set(found))

    def together(self, nodes: Sequence[int], relations: Sequence[str]) -> list[Together]:
        """Groups of two and more that share something by one of the relations, whether or not a beta is said."""
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        for node in nodes:
            for by in relations:
                for shared in self.shares(node, by):
                    found[by, shared].append(node)
        return [
            Together(shared, by, tuple(members), self._beta(members, by))
            for (by, shared), members in found.items()
            if len(members) > 1
        ]

    def _beta(self, members: Sequence[int], by: str) -> float | None:
        said = [rule.beta for node in members for rule in self.rules_of(node) if rule.by == by]
        return min(said) if len(said) == len(members) else None

    def belief(self, node: int, rule: Rule) -> Belief:
        """Posterior odds = prior odds * m ** k * exp(-(m - 1) E): k failures where the laws expect E.

        Cost: the things that share it, once.
        """
        key = (rule.by, node, rule.bad_share, rule.bad_hazard)
        if key not in self._beliefs:
            members = self.view.links_to(node, self.view.ontology.subrelations(rule.by)).subject.tolist()
            failures = sum(self._failures.get(member, 0) for member in members)
            expected = sum(self._expected(member) for member in members)
            self._beliefs[key] = Belief(
                node, rule.by, len(members), rule.bad_share, rule.bad_hazard, failures, expected,
                posterior(rule.bad_share, rule.bad_hazard, failures, expected),
            )  # fmt: skip
        return self._beliefs[key]

    def _expected(self, node: int) -> float:
        life = self.lives.of(node)
        return sum(law.cumulative(life.age_hours or 0.0) for law in life.laws)

    @cached_property
    def _failures(self) -> Mapping[int, int]:
        found: dict[int, int] = defaultdict(int)
        for node in failures_of(self.view, self.structure.kinds).node.tolist():
            found[node] += 1
        return found


def posterior(prior: float, hazard: float, failures: int, expected: float) -> float:
    """That something is of the worse class, after some failures where the better class expects ``expected``.

    >>> round(posterior(0.1, 5.0, 0, 0.0), 3), round(posterior(0.1, 5.0, 3, 0.2), 3)
    (0.1, 0.862)
    """
    if prior in (0.0, 1.0):
        return prior
    odds = log(prior) - log1p(-prior) + failures * log(hazard) - (hazard - 1.0) * expected
    return 1.0 / (1.0 + exp(-odds)) if odds > -700.0 else 0.0


def leaves_of(structure: Structure, shared: Shared, nodes: Sequence[int], hours: float) -> Leaves:
    """The leaves ``o<node>`` of a tree with their probabilities over a horizon.

    Cost: what the things share is looked up only where their kinds say that it matters.
    """
    found, lives = Leaves(), shared.lives
    wearing = structure.view.ontology.subkinds(*_WEARING)
    chances: dict[int, float] = {}
    for node in nodes:
        if structure.own[node]:
            chances[node] = 1.0
            continue
        life = lives.of(node)
        if not life.laws and int(structure.kinds[node]) in wearing:
            found.missing.append(node)
        if life.ages and life.age_hours is None:
            found.ageless.append(node)
        found.uncalibrated |= bool(life.laws) and life.hazard != 1.0
        chances[node] = life.probability(hours)
    parts = _parts(shared, chances, hours, found)
    for node in nodes:
        chance, more = chances[node], list(parts.get(node, ()))
        if not more:
            found.probabilities[f"o{node}"] = chance
            found.events[f"o{node}"] = Event(node, Cause.OWN, None, (node,))
            continue
        left = 1.0 - chance
        for name, common in more:
            left /= 1.0 - common if name in found.probabilities else 1.0
        found.probabilities[f"p{node}"] = max(0.0, 1.0 - left)
        found.events[f"p{node}"] = Event(node, Cause.OWN, None, (node,))
        found.gates[f"o{node}"] = any_of(f"p{node}", *(name for name, _ in more))
    return found


def _parts(
    shared: Shared, chances: Mapping[int, float], hours: float, found: Leaves
) -> Mapping[int, Sequence[tuple[str, float]]]:
    """Of each thing: shared events that fail it, with what they take of its own q."""
    parts: dict[int, list[tuple[str, float]]] = defaultdict(list)
    groups: dict[tuple[str, int, float], list[int]] = defaultdict(list)
    for node, rule, other in _sharing(shared, chances):
        if rule.beta > 0.0:
            groups[rule.by, other, rule.beta].append(node)
        if rule.bad_share > 0.0 and rule.bad_hazard > 1.0:
            parts[node].append((_worse(shared, node, rule, other, hours, found), 0.0))
    for (by, other, beta), members in groups.items():
        if len(members) > 1:
            name = f"s{local_name(by)}.{other}.{beta:g}"
            common = beta * min(chances[node] for node in members)
            found.probabilities[name] = common
            found.events[name] = Event(other, Cause.SHARED, by, tuple(members))
            for node in members:
                parts[node].append((name, common))
    return parts


def _sharing(shared: Shared, chances: Mapping[int, float]) -> Iterator[tuple[int, Rule, int]]:
    for node, chance in chances.items():
        if 0.0 < chance < 1.0:
            for rule in shared.rules_of(node):
                for other in shared.shares(node, rule.by):
                    yield node, rule, other


def _worse(shared: Shared, node: int, rule: Rule, other: int, hours: float, found: Leaves) -> str:
    """The event that a thing fails because what it shares is of the worse class: the class, and its extra hazard."""
    latent, extra, both = (f"{letter}{local_name(rule.by)}.{other}" for letter in "bxw")
    extra, both = f"{extra}.{node}", f"{both}.{node}"
    life = shared.lives.of(node)
    known = found.events.get(latent)
    members = (*(known.members if known else ()), node)
    found.probabilities[latent] = shared.belief(other, rule).posterior
    found.events[latent] = Event(other, Cause.WORSE_CLASS, rule.by, members)
    found.probabilities[extra] = -expm1(-(rule.bad_hazard - 1.0) * life.hazard * life.hazard_over(hours))
    found.events[extra] = Event(node, Cause.WORSE_CLASS, rule.by, (node,))
    found.gates[both] = all_of(latent, extra)
    return both
