"""Little plants for the tests of reasoning: entities and links in a few words, seen through the slow twin."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from thread.clock import BEGIN, END, Instant, to_instant
from thread.facts import ChangeSet, Fact, Revision, Value, kind_fact, parts_of
from thread.ontology import Ontology, load_ontology
from thread.projection.view import View
from thread.reasoning.answers import PathAnswer
from thread.reasoning.impact import EffectKind, Impact, ImpactQuery, TargetMode, impact_of
from thread.reasoning.structure import Structure, compile_structure
from thread.terms import THR, EntityId, Iri, UpperKind
from thread.testing.reference import ReferenceProjection

T = "urn:test:ns#"
NOW = to_instant(datetime(2026, 1, 1, tzinfo=UTC))
HOUR = 3_600_000_000
DAY = 24 * HOUR


@cache
def ontology() -> Ontology:
    return load_ontology([Path(__file__).parent / "words.ttl"])


def word(name: str) -> str:
    """IRI of a kind, relation or attribute by its local name."""
    return ontology().by_name[name].iri


def instant(day: float) -> Instant:
    """Days from the tests' now."""
    return NOW + round(day * DAY)


class Plant:
    """Facts of a plant, collected; ``view`` makes them answer."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def add(self, kind: str, *names: str, **attributes: Value) -> "Plant":
        for name in names:
            self.facts.append(kind_fact(EntityId(name), word(kind)))
            for attribute, value in attributes.items():
                self.facts.append(Fact(EntityId(name), word(attribute), value=value))
        return self

    def set(self, name: str, attribute: str, value: Value, start: Instant = BEGIN) -> "Plant":
        self.facts.append(Fact(EntityId(name), word(attribute), value=value, valid_from=start))
        return self

    def link(self, subject: str, relation: str, *objects: str, start: Instant = BEGIN, end: Instant = END) -> "Plant":
        for each in objects:
            self.facts.append(
                Fact(EntityId(subject), word(relation), object=EntityId(each), valid_from=start, valid_to=end)
            )
        return self

    def group(self, name: str, k: int, *members: str) -> "Plant":
        self.add("RedundancyGroup", name, k=k)
        for member in members:
            self.link(member, "memberOf", name)
        return self

    def failure(self, name: str, of: str, day: float, relation: str = "failureOf", **attributes: Value) -> "Plant":
        at = instant(day)
        self.facts.append(kind_fact(EntityId(name), UpperKind.FAILURE_EVENT, valid_from=at))
        self.link(name, relation, of, start=at)
        for attribute, value in attributes.items():
            self.set(name, attribute, value)
        return self

    def order(
        self,
        name: str,
        on: Iterable[str],
        start: float | None = None,
        end: float | None = None,
        status: str = "PLANNED",
        **attributes: Value,
    ) -> "Plant":
        self.add("WorkOrder", name, status=status, **attributes)
        for day, attribute in ((start, "plannedStart"), (end, "plannedEnd")):
            if day is not None:
                self.set(name, attribute, moment(day))
        return self.link(name, "performedOn", *on)

    def view(self, day: float = 0.0) -> View:
        projection = ReferenceProjection(ontology())
        staged = projection.stage(ChangeSet("request", "test", parts_of(self.facts)))
        projection.publish(staged, Revision(1, NOW))
        return projection.view(instant(day))

    def seen(self, day: float = 0.0, *, strict: bool = False) -> "Seen":
        return Seen(self.view(day), strict)


def moment(day: float) -> datetime:
    """A day as an aware time."""
    from thread.clock import to_datetime

    found = to_datetime(instant(day))
    assert found is not None
    return found


class Seen:
    """A plant at one time: questions by name, answers by name."""

    def __init__(self, view: View, strict: bool = False) -> None:
        self.view = view
        self.structure: Structure = compile_structure(view, strict=strict)

    def node(self, name: str) -> int:
        found = self.view.find(name)
        assert found >= 0, name
        return found

    def names(self, nodes: Iterable[int]) -> list[str]:
        return sorted(self.view.iris([int(node) for node in nodes]))

    @property
    def down(self) -> list[str]:
        dead = self.structure.live.state.dead
        return self.names(node for node in range(self.view.size) if dead[node])

    def lives(self, name: str) -> bool:
        return not self.structure.live.state.dead[self.node(name)]

    def out(self, *targets: str, mode: TargetMode = TargetMode.OUT_OF_SERVICE, **more: object) -> "Answer":
        query = ImpactQuery(mode, **more)  # type: ignore[arg-type]  # a test says what it needs
        return Answer(self, impact_of(self.view, self.structure, [self.node(name) for name in targets], query))

    def fail(self, *targets: str) -> "Answer":
        return self.out(*targets, mode=TargetMode.FAIL)


class Answer:
    """An impact by names."""

    def __init__(self, seen: Seen, impact: Impact) -> None:
        self.seen, self.impact = seen, impact
        self.effects = {(each.effect, seen.view.iri(each.node)): each for each in impact.effects(None, 0, 10_000)}

    def _of(self, kind: EffectKind) -> list[str]:
        return sorted(name for effect, name in self.effects if effect is kind)

    @property
    def stops(self) -> list[str]:
        return self._of(EffectKind.STOPS)

    @property
    def loses(self) -> list[str]:
        return self._of(EffectKind.LOSES_REDUNDANCY)

    @property
    def dark(self) -> Mapping[str, str]:
        return {name: str(each.dark) for (effect, name), each in self.effects.items() if effect is EffectKind.GOES_DARK}

    def degrees(self, kind: EffectKind = EffectKind.STOPS) -> Mapping[str, int]:
        return {name: each.degree for (effect, name), each in self.effects.items() if effect is kind}

    def because(self, name: str) -> list[str]:
        found = next(each for (_, other), each in self.effects.items() if other == name)
        return self.path(found.because)

    def path(self, path: PathAnswer) -> list[str]:
        return [str(self.seen.view.iri(node)) for node in path.nodes]

    def gates(self, name: str) -> list[tuple[str | None, str | None, int, int, bool, str | None]]:
        """(medium or None, group or None, required, remaining, exhausted, shared point) of an entity's effect."""
        found = next(each for (_, other), each in self.effects.items() if other == name)
        iri = self.seen.view.iri
        return [
            (
                None if gate.medium is None else gate.medium.rpartition("#")[2],
                None if gate.group is None else str(iri(gate.group)),
                gate.required,
                gate.remaining,
                gate.exhausted,
                None if gate.shared_point is None else str(iri(gate.shared_point)),
            )
            for gate in found.gates
        ]

    @property
    def reasons(self) -> Mapping[str, list[str]]:
        completeness = self.impact.completeness
        return {str(reason.code): self.seen.names(reason.nodes) for reason in completeness.reasons}


__all__ = ["DAY", "HOUR", "NOW", "THR", "Answer", "Iri", "Plant", "Seen", "T", "instant", "moment", "ontology", "word"]
