"""Which failure modes of a thing does which sensor detect, and which does none, before and after an outage?"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thread.projection.view import View
from thread.reasoning.answers import Completeness, IncompleteCode, IncompleteReason, completeness_of
from thread.reasoning.bom import REVISION_OF
from thread.reasoning.places import objects_ever
from thread.reasoning.scope import Scope
from thread.reasoning.siblings import MADE_TO
from thread.terms import THR

MONITORS, DETECTS, HAS_MODE = THR + "monitors", THR + "detects", THR + "hasMode"


@dataclass(frozen=True, slots=True)
class Watching:
    """A sensor that detects a mode: whether it delivers now, and whether it does after the outage."""

    sensor: int
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A failure mode that a thing can have, and the sensors that detect it."""

    thing: int
    mode: int
    sensors: tuple[Watching, ...]

    @property
    def before(self) -> bool:
        """Some delivering sensor detects it now."""
        return any(each.before for each in self.sensors)

    @property
    def after(self) -> bool:
        """Some delivering sensor detects it after the outage."""
        return any(each.after for each in self.sensors)


def coverage_of(view: View, root: int, silent: Collection[int] = (), dark: Collection[int] = ()) -> "Coverage":
    """The failure modes of a thing, its parts and serials, against the sensors on any of them.

    A mode is one that a thing has itself, by what it was made to, or that a sensor on it detects. A sensor detects it
    on what it monitors, on what that is in, and on what is in that.

    Args:
        silent: sensors that do not deliver now.
        dark: sensors that do not deliver after the outage.
    Cost: O(parts and sensors).
    """
    return Coverage(view, root, frozenset(silent), frozenset(dark))


class Coverage:
    """The answer to one question about coverage; made by ``coverage_of``."""

    def __init__(self, view: View, root: int, silent: frozenset[int], dark: frozenset[int]) -> None:
        self.view, self.root, self._silent, self._dark = view, root, silent, dark

    @cached_property
    def _scope(self) -> Scope:
        return Scope(self.view, [self.root], parts=True)

    @cached_property
    def _kin(self) -> Mapping[int, set[int]]:
        """What each thing in scope is in, or has in it, itself among them."""
        above: dict[int, set[int]] = {}
        for node in self._scope.nodes.tolist():
            above[node] = set(self._scope.chain(node)[0])
        kin: dict[int, set[int]] = {node: set(found) for node, found in above.items()}
        for node, found in above.items():
            for each in found:
                kin[each].add(node)
        return kin

    @cached_property
    def rows(self) -> list[CoverageRow]:
        """Every mode of everything in scope, by IRIs."""
        view, nodes = self.view, self._scope.nodes
        table = view.links_of(nodes, view.ontology.subrelations(MONITORS), into=True)
        monitored: dict[int, set[int]] = defaultdict(set)
        for sensor, target in zip(table.subject.tolist(), table.object.tolist(), strict=True):
            monitored[sensor].update(self._kin.get(target, ()))
        sensors = np.array(sorted(monitored), np.int32)
        found = view.links_of(sensors, view.ontology.subrelations(DETECTS))
        detects: dict[int, set[int]] = defaultdict(set)
        for sensor, mode in zip(found.subject.tolist(), found.object.tolist(), strict=True):
            detects[mode].add(sensor)
        direct = {
            (target, sensor) for sensor, target in zip(table.subject.tolist(), table.object.tolist(), strict=True)
        }
        pairs = {(thing, mode) for thing in nodes.tolist() for mode in self._modes(thing)}
        pairs |= {(target, mode) for target, sensor in direct for mode, those in detects.items() if sensor in those}
        name = view.iri
        rows = []
        for thing, mode in sorted(pairs, key=lambda pair: (name(pair[0]), name(pair[1]))):
            those = sorted((s for s in detects.get(mode, ()) if thing in monitored[s]), key=name)
            rows.append(CoverageRow(thing, mode, tuple(self._watching(sensor) for sensor in those)))
        return rows

    def _watching(self, sensor: int) -> Watching:
        before = sensor not in self._silent
        return Watching(sensor, before, before and sensor not in self._dark)

    def _modes(self, thing: int) -> set[int]:
        view = self.view
        made = objects_ever(view, [thing], MADE_TO)
        designs = objects_ever(view, made, REVISION_OF)
        having = np.unique(np.concatenate([np.array([thing], np.int32), made, designs]))
        return set(view.links_of(having, view.ontology.subrelations(HAS_MODE)).object.tolist())

    @property
    def unobserved(self) -> list[CoverageRow]:
        """Modes that no delivering sensor detects now."""
        return [row for row in self.rows if not row.before]

    @property
    def lost(self) -> list[CoverageRow]:
        """Modes that the outage leaves unobserved."""
        return [row for row in self.rows if row.before and not row.after]

    @cached_property
    def completeness(self) -> Completeness:
        """Complete, unless no failure mode is known of the thing."""
        reasons = []
        if self.root >= 0 and not self.rows:
            said = "No failure mode is recorded of it or of its design."
            reasons.append(IncompleteReason(IncompleteCode.GAP, said, 1, (self.root,)))
        seen = len(self._scope.nodes)
        return completeness_of(self.view, reasons, exhausted_to_depth=0, visited_nodes=seen, visited_links=seen)


__all__ = ["Coverage", "CoverageRow", "Watching", "coverage_of"]
