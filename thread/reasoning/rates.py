"""How often does each revision of a design fail? Failures and hours in service, with an interval, by environment."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thread.clock import BEGIN, Instant
from thread.projection.view import View
from thread.reasoning.bom import REVISION_OF
from thread.reasoning.needs import INSTALLED_IN, PART_OF
from thread.reasoning.own import FAILURE_OF, OCCURRED_AT, instant_of
from thread.reasoning.places import hours, subjects_ever
from thread.reasoning.siblings import MADE_TO
from thread.reasoning.used import items_among
from thread.terms import THR, TYPE, UpperKind

LOCATED_IN = THR + "locatedIn"


@dataclass(frozen=True, slots=True)
class FailureRate:
    """Failures of the items of one revision, in one environment or in all."""

    revision: int
    environment: int | None
    """The location of the asset; -1 where none is recorded. None: all environments."""
    units: int
    failures: int
    exposure_hours: float
    at_least: bool
    """Some stay has no recorded start: the exposure is a lower bound, the rate an upper one."""

    @property
    def per_1000_hours(self) -> float | None:
        """Failures per 1,000 hours; None without exposure."""
        return None if self.exposure_hours <= 0 else 1000 * self.failures / self.exposure_hours

    def interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """Lower and upper end of the rate per 1,000 hours; None without exposure.

        Source: F. Garwood, Biometrika 28 (1936) 437-442: exact limits of a Poisson mean.
        """
        if self.exposure_hours <= 0:
            return None
        low, high = poisson_limits(self.failures, confidence)
        return 1000 * low / self.exposure_hours, 1000 * high / self.exposure_hours


def poisson_limits(count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact limits of the mean of a Poisson count, to twelve digits.

    >>> [round(limit, 4) for limit in poisson_limits(3)]
    [0.6187, 8.7673]
    """
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _solve(lambda mean: 1 - _cumulative(count - 1, mean), tail)
    return low, _solve(lambda mean: 1 - _cumulative(count, mean), 1 - tail)


def _cumulative(count: int, mean: float) -> float:
    """Probability of at most so many."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _solve(rising: Callable[[float], float], goal: float) -> float:
    low, high = 1e-12, 1.0
    while rising(high) < goal:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < goal else (low, middle)
    return (low + high) / 2


def failure_rates_of(view: View, design: int, *, by_environment: bool = False) -> list[FailureRate]:
    """Rates of every revision of a design (or of one revision), by IRI; then by environment where it is asked for.

    A failure counts for the stay in which it happened, ``from < t <= to``; one that happened in none counts in no
    environment and in the total. Cost: O(items and their stays).
    """
    return _Rates(view, design).rows(by_environment)


class _Rates:
    def __init__(self, view: View, design: int) -> None:
        self.view, self.design = view, design

    @cached_property
    def revisions(self) -> list[int]:
        if self.design < 0:
            return []
        if self.view.kind(self.design) not in self.view.ontology.subkinds(UpperKind.PRODUCT_DESIGN):
            return [self.design]
        found = self.view.links_to(self.design, self.view.ontology.subrelations(REVISION_OF)).subject.tolist()
        return sorted({*found, self.design}, key=self.view.iri)

    def rows(self, by_environment: bool) -> list[FailureRate]:
        found = []
        for revision in self.revisions:
            items = items_among(self.view, subjects_ever(self.view, [revision], MADE_TO))
            if len(items) or revision != self.design or len(self.revisions) == 1:
                found += self._of(revision, items.tolist(), by_environment)
        return found

    def _of(self, revision: int, items: list[int], by_environment: bool) -> list[FailureRate]:
        nodes = np.array(items, np.int32)
        table, since, until = self.view.ever_of(nodes, self.view.ontology.subrelations(INSTALLED_IN))
        ends = np.minimum(until, self.view.valid_at)
        stays = list(zip(table.subject.tolist(), table.object.tolist(), since.tolist(), ends.tolist(), strict=True))
        stays = [stay for stay in stays if stay[3] > stay[2]]
        failed = self._failures(items)
        exposed: dict[int | None, int] = defaultdict(int)
        units: dict[int | None, set[int]] = defaultdict(set)
        count: dict[int | None, int] = defaultdict(int)
        loose: set[int | None] = set()
        units[None], count[None] = set(items), len(failed)
        for item, position, start, end in stays:
            where = self._environment(position)
            for key in (None, where):
                if start == BEGIN:
                    loose.add(key)
                else:
                    exposed[key] += end - start
            units[where].add(item)
            count[where] += sum(which == item and start < at <= end for which, at in failed)
        keys: list[int | None] = [None]
        if by_environment:
            there: list[int] = [key for key in units if key is not None]
            ordered: list[int] = sorted(there, key=lambda node: self.view.iri(node) if node >= 0 else "")
            keys += ordered
        return [
            FailureRate(revision, key, len(units[key]), count[key], hours(exposed[key]), key in loose) for key in keys
        ]

    def _failures(self, items: list[int]) -> list[tuple[int, Instant]]:
        """(item, instant) of every failure up to the view's instant."""
        nodes = np.array(items, np.int32)
        table = self.view.links_of(nodes, self.view.ontology.subrelations(FAILURE_OF), into=True)
        found = []
        for event, item in zip(table.subject.tolist(), table.object.tolist(), strict=True):
            at = instant_of(self.view, event, OCCURRED_AT)
            if at is None:
                at = min((s.valid_from for s in self.view.history(event, TYPE)), default=BEGIN)
            if at <= self.view.valid_at:
                found.append((item, at))
        return found

    @cached_property
    def _places(self) -> dict[int, int]:
        return {}

    def _environment(self, position: int) -> int:
        """The location of the nearest thing around a position that has one; -1 where none has."""
        if position not in self._places:
            view, node, seen = self.view, position, set[int]()
            found = -1
            while node >= 0 and node not in seen and found < 0:
                seen.add(node)
                here = view.links_from(node, view.ontology.subrelations(LOCATED_IN)).object.tolist()
                found = min(here, default=-1)
                node = min(view.links_from(node, view.ontology.subrelations(PART_OF)).object.tolist(), default=-1)
            self._places[position] = found
        return self._places[position]


__all__ = ["FailureRate", "failure_rates_of", "poisson_limits"]
