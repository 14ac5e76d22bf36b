"""Does what we derived agree with the log? Verify and rebuild."""

from dataclasses import dataclass
from pathlib import Path

from thread.clock import Clock
from thread.errors import StoreError
from thread.projection import Projection
from thread.service.replaying import replay
from thread.service.writing import Writer
from thread.stores.base import Store
from thread.stores.plain import Plain, plain

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, and every difference that was found; no differences: all agree."""

    revision: int
    triples: int
    checked: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.differences


def verify(
    store: Store, projection: Projection, writer: Writer, clock: Clock, saved: Path | None = None
) -> Verification:
    """Walk the log's chain, fold it anew, and compare the projection and the graph with it.

    ``saved`` is where the projection is saved: damage there harms no answer, but each start folds the whole log.

    Cost: the whole log, and all triples of the current state in memory.
    """
    checked, differences = ["log"], []
    try:
        writer.run(lambda: _walk_chain(store))
    except StoreError as error:
        return Verification(store.revision.ordinal, 0, ("log",), (str(error),))
    fresh = Projection(projection.ontology, projection.ranks)
    writer.run(lambda: replay(store, fresh))
    now = clock.now()
    head = fresh.revision.ordinal
    expected = {plain(triple) for triple in fresh.triples(head, now)}
    checked.append("projection")
    fault = Projection.fault(saved, projection.ontology, projection.ranks) if saved else None
    if fault:
        differences.append(f"the saved projection is damaged: {fault}")
    differences += _compare("projection", expected, {plain(t) for t in projection.triples(head, now)})
    if writer.follower.wait(head, seconds=600):
        checked.append("graph")
        differences += _compare("graph", expected, {plain(t) for t in store.graph.triples()})
    else:
        differences.append(f"the graph stopped following: {writer.follower.failure or 'it lags'}")
    return Verification(head, len(expected), tuple(checked), tuple(differences))


def _walk_chain(store: Store) -> None:
    walk = getattr(store, "verify", None)
    if walk is not None:
        walk()
    else:
        for _ in store.changes():
            pass


def _compare(name: str, expected: set[Plain], found: set[Plain]) -> list[str]:
    missing, extra = sorted(expected - found), sorted(found - expected)
    lines = [f"{name} misses {len(missing)}: {missing[:_SHOWN]}"] if missing else []
    return lines + ([f"{name} has {len(extra)} too many: {extra[:_SHOWN]}"] if extra else [])
