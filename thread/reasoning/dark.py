"""Which sensors go dark, and what is then observed by nothing?"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thread.projection.view import Ints, View
from thread.reasoning.live import Outage, State, is_in
from thread.reasoning.needs import DETECTS, MONITORS
from thread.reasoning.points import spans
from thread.terms import THR, UpperKind

OBSERVED_PROPERTY = THR + "observedProperty"


class Monitoring:
    """Who watches what, of one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        ontology = view.ontology
        watching = {relation.ordinal for relation in ontology.relations if relation.observes}
        self.relations = frozenset(watching | ontology.subrelations(MONITORS))
        self.sensor_kinds = ontology.subkinds(UpperKind.SENSOR)
        table = view.links(self.relations)
        self._by_sensor = (table.subject, table.object)
        order = np.argsort(table.object, kind="stable")
        self._by_target = (table.object[order], table.subject[order])

    @cached_property
    def is_sensor(self) -> npt.NDArray[np.bool_]:
        """Per node: it is a sensor."""
        return np.isin(self.view.kinds(), list(self.sensor_kinds))

    @staticmethod
    def _of(index: tuple[Ints, Ints], nodes: Ints) -> Ints:
        keys, values = index
        return np.unique(values[spans(np.searchsorted(keys, nodes), np.searchsorted(keys, nodes, side="right"))])

    def sensors_of(self, nodes: Ints) -> Ints:
        """Sensors that monitor any of the nodes, ascending."""
        return self._of(self._by_target, nodes)

    def watched_by(self, sensors: Ints) -> tuple[npt.NDArray[np.intp], Ints]:
        """Targets of sensors that each have one, and where those of each sensor start."""
        keys, values = self._by_sensor
        first, last = np.searchsorted(keys, sensors), np.searchsorted(keys, sensors, side="right")
        return np.concatenate(([0], np.cumsum(last - first)[:-1])), values[spans(first, last)]

    def targets_of(self, nodes: Ints) -> Ints:
        """What any of the sensors monitors, ascending."""
        return self._of(self._by_sensor, nodes)

    def keys_of(self, sensor: int) -> frozenset[tuple[str, object]]:
        """What a sensor tells of its targets: properties and failure modes; something unnamed where it says none."""
        said: set[tuple[str, object]] = {("property", value) for value in self.view.values(sensor, OBSERVED_PROPERTY)}
        modes = self.view.links_from(sensor, self.view.ontology.subrelations(DETECTS)).object.tolist()
        return frozenset(said | {("mode", mode) for mode in modes}) or frozenset({("property", None)})


def blinded(monitoring: Monitoring, state: State, outage: Outage) -> tuple[Ints, Ints, Ints]:
    """(sensors that go down, sensors that deliver though all they monitor is out, degrees of those), by node.

    The degree is one more than that of the nearest target that is out.
    """
    down = np.sort(outage.down[monitoring.is_sensor[outage.down]])
    watching = monitoring.sensors_of(outage.out)
    watching = watching[(state.dead[watching] == 0) & ~is_in(watching, outage.ascending)]
    if not len(watching):
        return down, watching, watching
    starts, targets = monitoring.watched_by(watching)
    in_scope = is_in(targets, np.sort(outage.scope))
    newly = is_in(targets, outage.ascending)
    degree = np.full(len(targets), np.iinfo(np.int32).max, np.int32)
    order = np.argsort(outage.down)
    degree[newly] = outage.degree[order[np.searchsorted(outage.ascending, targets[newly])]]
    degree[in_scope] = 0
    out = np.logical_and.reduceat((state.dead[targets] != 0) | newly | in_scope, starts)
    return down, watching[out], np.minimum.reduceat(degree, starts)[out] + 1


def unobserved(monitoring: Monitoring, state: State, outage: Outage, down: Ints) -> list[int]:
    """Live things outside the scope with a property or failure mode that no sensor delivers any more, ascending.

    ``down``: the sensors that go down.
    """
    found = []
    lost, scope = frozenset(down.tolist()), frozenset(outage.scope.tolist())
    for thing in monitoring.targets_of(down).tolist():
        if state.dead[thing] != 0 or thing in outage.fallen or thing in scope:
            continue
        sensors = monitoring.sensors_of(np.array([thing], np.int32)).tolist()
        before = {each for each in sensors if state.dead[each] == 0}
        if _keys(monitoring, before & lost) - _keys(monitoring, before - lost):
            found.append(thing)
    return found


def _keys(monitoring: Monitoring, sensors: Iterable[int]) -> set[tuple[str, object]]:
    return {key for sensor in sensors for key in monitoring.keys_of(sensor)}
