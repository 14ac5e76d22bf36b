"""How likely does a thing fail by itself within a horizon? Weibull laws that are read, never fitted, never invented.

q(H) = 1 - exp(-HR(h) [L(a + H) - L(a)]), L(t) = (t / scale) ** shape, a the running hours so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import expm1, inf

import numpy as np
import numpy.typing as npt

from thread.projection.view import View
from thread.reasoning.needs import INSTALLED_IN
from thread.reasoning.structure import Structure
from thread.terms import THR

SHAPE, SCALE, AGE = THR + "weibullShape", THR + "weibullScaleHours", THR + "age"
MADE_TO, REVISION_OF, HAS_MODE = THR + "madeTo", THR + "revisionOf", THR + "hasMode"
HAZARD_AT_ZERO = 10.0
"""Hazard ratio of health 0 against health 1; a convention, not calibrated: HR(h) = 10 ** (1 - h)."""
_HOUR = 3_600_000_000
_YEAR_HOURS = 8766.0
_NEVER = -(2**61)


@dataclass(frozen=True, slots=True)
class Law:
    """One Weibull law: of a design revision, or of a failure mode."""

    said_by: int
    """The node that carries shape and scale."""
    shape: float
    scale_hours: float

    def cumulative(self, hours: float) -> float:
        """L(t), the cumulative hazard of a new one."""
        if hours <= 0.0:
            return 0.0
        try:
            return float((hours / self.scale_hours) ** self.shape)
        except OverflowError:  # so far beyond its life that no number says it
            return inf


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of how a thing fails by itself."""

    laws: tuple[Law, ...]
    """Competing: their hazards add up. Empty: nothing is known."""
    age_hours: float | None
    """Running hours so far; None: nobody says."""
    hazard: float
    """HR(h) by its own health now; 1 where nothing tells against it."""

    def hazard_over(self, hours: float, age_hours: float | None = None) -> float:
        """Cumulative hazard over a horizon, from an age (default: its own, 0 where unknown), without HR."""
        age = (self.age_hours or 0.0) if age_hours is None else age_hours
        ends = [(law.cumulative(age), law.cumulative(age + hours)) for law in self.laws]
        return inf if any(end == inf for _, end in ends) else sum(end - start for start, end in ends)

    def probability(self, hours: float) -> float:
        """That it fails within a horizon. Cost: one power a law."""
        return abs(expm1(-self.hazard * self.hazard_over(hours)))

    def renewed(self, hours: float) -> float:
        """That a new one fails within a horizon."""
        return abs(expm1(-self.hazard_over(hours, 0.0)))

    @property
    def ages(self) -> bool:
        """Whether its age matters: some law is not memoryless."""
        return any(law.shape != 1.0 for law in self.laws)


class Lives:
    """Laws and ages of all things of one structure's view; columns are read once, things when they are asked."""

    def __init__(self, structure: Structure) -> None:
        self.structure, self.view = structure, structure.view
        self._found: dict[int, Life] = {}

    def of(self, node: int) -> Life:
        """What is known of one thing."""
        if node not in self._found:
            self._found[node] = Life(self._laws_of(node), self._age_of(node), self._hazard_of(node))
        return self._found[node]

    def _laws_of(self, node: int) -> tuple[Law, ...]:
        """The design revision's own law, else those of the modes of the thing, its revision and its product design."""
        made_to = self._design.get(node)
        if made_to is not None and made_to in self._laws:
            return (self._laws[made_to],)
        carriers = (node, made_to, None if made_to is None else self._product.get(made_to))
        modes = [mode for each in carriers if each is not None for mode in self._modes.get(each, ())]
        return tuple(self._laws[mode] for mode in dict.fromkeys(modes) if mode in self._laws)

    def _age_of(self, node: int) -> float | None:
        overlay = self.view.overlay
        if overlay is not None and node in overlay.renewed:
            return 0.0
        if node in self._served:
            return self._served[node]
        return self._stated.get(node)

    def _hazard_of(self, node: int) -> float:
        """HR by own health, its age apart: the law knows the age itself."""
        return HAZARD_AT_ZERO ** (1.0 - float(self._own[node])) if node < len(self._own) else 1.0

    @cached_property
    def _laws(self) -> Mapping[int, Law]:
        shapes, scales = (_numbers(self.view, attribute) for attribute in (SHAPE, SCALE))
        both = shapes.keys() & scales.keys()
        return {node: Law(node, shapes[node], scales[node]) for node in both if shapes[node] > 0 and scales[node] > 0}

    @cached_property
    def _design(self) -> Mapping[int, int]:
        return self._one(MADE_TO)

    @cached_property
    def _product(self) -> Mapping[int, int]:
        return self._one(REVISION_OF)

    def _one(self, relation: str) -> Mapping[int, int]:
        table = self.view.links(self.view.ontology.subrelations(relation))
        return dict(zip(table.subject.tolist(), table.object.tolist(), strict=True))

    @cached_property
    def _modes(self) -> Mapping[int, Sequence[int]]:
        table = self.view.links(self.view.ontology.subrelations(HAS_MODE))
        found: dict[int, list[int]] = {}
        for thing, mode in zip(table.subject.tolist(), table.object.tolist(), strict=True):
            found.setdefault(thing, []).append(mode)
        return found

    @cached_property
    def _served(self) -> Mapping[int, float]:
        """Hours in positions so far, of things that are or were in one, as far as their start is known."""
        view = self.view
        table, since, until = view.ever(view.ontology.subrelations(INSTALLED_IN))
        begun = (since <= view.valid_at) & (since > _NEVER)
        hours = np.zeros(view.size)
        stay = (np.minimum(until[begun], view.valid_at) - since[begun]) / _HOUR
        np.add.at(hours, table.subject[begun], stay)
        unknown = set(table.subject[since <= _NEVER].tolist())
        return {node: float(hours[node]) for node in set(table.subject[begun].tolist()) - unknown}

    @cached_property
    def _stated(self) -> Mapping[int, float]:
        return {node: years * _YEAR_HOURS for node, years in _numbers(self.view, AGE).items()}

    @cached_property
    def _own(self) -> npt.NDArray[np.float64]:
        """Own health without what age alone takes."""
        from thread.reasoning.health.own import AGE as BY_AGE
        from thread.reasoning.health.own import findings_of

        found = findings_of(self.view, self.structure.kinds)
        own = np.ones(self.view.size)
        other = found.rule != BY_AGE
        np.minimum.at(own, found.node[other], found.cap[other])
        return own


def _numbers(view: View, attribute: str) -> dict[int, float]:
    nodes, values = view.column(attribute)
    pairs = zip(nodes.tolist(), values, strict=True)
    return {node: float(value) for node, value in pairs if not isinstance(value, str | bool)}  # type: ignore[arg-type]
