"""Which links carry failure, from whom to whom, in which medium? Read from the ontology, before any gate is made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.ontology.model import Carries, Kind, Law, Ontology, Upstream
from thread.projection.view import Ints, LinkTable, View
from thread.reasoning.laws import HARD, laws_of
from thread.terms import THR, Iri, UpperKind, local_name

DEPENDS_ON, SUPPLIED_WITH, CONNECTED_TO = THR + "dependsOn", THR + "suppliedWith", THR + "connectedTo"
PART_OF, INSTALLED_IN, MEMBER_OF, MONITORS, DETECTS = (
    THR + "partOf",
    THR + "installedIn",
    THR + "memberOf",
    THR + "monitors",
    THR + "detects",
)
PRODUCES, STATE = THR + "produces", THR + "state"
SERIES = -1
"""Medium ordinal of a need that does not flow."""
_UNNAMED = -2


class Needs(NamedTuple):
    """Carrying links as parallel arrays: who needs whom, in which medium (ordinal of ``Media``; SERIES: none)."""

    consumer: Ints
    supplier: Ints
    medium: Ints
    relation: Ints
    row: Ints

    def take(self, keep: npt.NDArray[Any]) -> "Needs":
        """The needs that a mask or an index picks."""
        return Needs(*(column[keep] for column in self))

    def plus(self, *more: "Needs") -> "Needs":
        """These needs and more of them."""
        return Needs(*(np.concatenate(columns) for columns in zip(self, *more, strict=True)))


def needs_from(rows: Sequence[tuple[int, int, int, int, int]]) -> Needs:
    """Needs from rows of (consumer, supplier, medium, relation, row)."""
    table = np.array(rows, np.int32).reshape(len(rows), 5)
    return Needs(*(np.ascontiguousarray(column) for column in table.T))


@dataclass(frozen=True, slots=True)
class UnnamedMedium:
    """A link whose medium nobody named: it took one that the feeder's kind names, or the kind itself as one."""

    row: int
    feeder: int
    kind: int
    medium: str


@dataclass(frozen=True)
class Media:
    """Media of a view by ordinal: declared ones, and kinds that stand for a medium nobody named."""

    iris: tuple[str, ...]
    interchangeable: npt.NDArray[np.bool_]
    grounding: npt.NDArray[np.int16]
    """Ordinal of the grounding class."""
    classes: tuple[str, ...]

    @property
    def ordinal(self) -> Mapping[str, int]:
        """Ordinals by IRI."""
        return {iri: at for at, iri in enumerate(self.iris)}


def media_of(ontology: Ontology) -> Media:
    """Every medium that can appear: declared, named by a kind, or a kind that is taken for one.

    A medium that is a kind's own name, or is named by ``thr:feeds`` and not declared, is interchangeable.
    """
    named = {kind.feeds for kind in ontology.kinds if kind.feeds} | {
        m for kind in ontology.kinds for m in kind.produces
    }
    named |= {relation.medium for relation in ontology.relations if relation.medium}
    iris = tuple(sorted({*ontology.media, *named} | {kind.iri for kind in ontology.kinds}))
    declared = ontology.media
    classes = tuple(sorted({declared[iri].grounding if iri in declared else iri for iri in iris}))
    number = {iri: at for at, iri in enumerate(classes)}
    return Media(
        iris,
        np.array([declared[iri].interchangeable if iri in declared else True for iri in iris], bool),
        np.array([number[declared[iri].grounding if iri in declared else iri] for iri in iris], np.int16),
        classes,
    )


@dataclass(frozen=True)
class Conduction:
    """What passes a medium on, what is operated the other way, and who produces what."""

    conducts: npt.NDArray[np.bool_]
    """Per node: its kind passes a medium on (whatever state it is in)."""
    shut: npt.NDArray[np.uint8]
    """Per node: an operated element in the wrong state. A state that is not known conducts."""
    produces: frozenset[tuple[int, int]]
    """(node, medium ordinal) said of an instance."""
    kind_produces: tuple[frozenset[int], ...]
    """Medium ordinals per kind ordinal."""

    def produced_by(self, node: int, kind: int, said: Mapping[int, set[int]]) -> frozenset[int]:
        """Media that a node produces, by its own attribute or by its kind."""
        return frozenset(said.get(node, ())) | (self.kind_produces[kind] if kind >= 0 else frozenset())

    def by_node(self) -> dict[int, set[int]]:
        """Media said of instances, by node."""
        said: dict[int, set[int]] = defaultdict(set)
        for node, medium in self.produces:
            said[node].add(medium)
        return said


def conduction_of(view: View, kinds: npt.NDArray[np.int16], media: Media) -> Conduction:
    """Who conducts, who is shut, who produces, in one view."""
    ontology = view.ontology
    ordinal = media.ordinal
    passes = np.array([kind.conducts or kind.conducts_when is not None for kind in ontology.kinds] + [False])
    shut = np.zeros(len(kinds), np.uint8)
    when = {kind.ordinal: kind.conducts_when for kind in ontology.kinds if kind.conducts_when}
    if when:
        nodes, states = view.column(STATE)
        for node, state in zip(nodes.tolist(), states, strict=True):
            wanted = when.get(int(kinds[node]))
            shut[node] = wanted is not None and local_name(str(state)).upper() != wanted.upper()
    nodes, values = view.column(PRODUCES)
    said = frozenset(
        (int(node), ordinal[str(medium)])
        for node, medium in zip(nodes, values, strict=True)
        if isinstance(medium, Iri) and str(medium) in ordinal
    )
    by_kind = tuple(frozenset(ordinal[medium] for medium in kind.produces) for kind in ontology.kinds)
    return Conduction(passes[kinds], shut, said, by_kind)


@dataclass(frozen=True)
class SoftNeeds:
    """Needs that degrade and never stop: one law for all of them."""

    law: Carries
    needs: Needs


def needs_of(
    view: View, kinds: npt.NDArray[np.int16], media: Media, conduction: Conduction
) -> tuple[Needs, tuple[UnnamedMedium, ...], tuple[SoftNeeds, ...]]:
    """Every link that carries a stop as a need, the links whose medium had to be inferred, and needs that only degrade.

    ``partOf`` carries where the part's kind is essential; a conduit (``connectedTo``) feeds only out of what
    conducts or produces. Membership in groups is not a need of its own.
    """
    ontology = view.ontology
    carrying = {
        relation.ordinal: relation
        for relation in ontology.relations
        if relation.carries.law is not Law.NOTHING
        and relation.carries_to is not None
        and MEMBER_OF not in relation.ancestors
    }
    table = view.links(frozenset(carrying))
    number = media.ordinal
    size = len(ontology.relations)
    medium = np.full(size, SERIES, np.int32)
    to_subject, to_object, is_part, is_conduit = (np.zeros(size, bool) for _ in range(4))
    for at, relation in carrying.items():
        flows = {SUPPLIED_WITH, CONNECTED_TO} & relation.ancestors
        medium[at] = SERIES if not flows else number[relation.medium] if relation.medium else _UNNAMED
        to_subject[at] = relation.carries_to in (Upstream.SUBJECT, Upstream.BOTH)
        to_object[at] = relation.carries_to in (Upstream.OBJECT, Upstream.BOTH)
        is_part[at] = PART_OF in relation.ancestors
        is_conduit[at] = CONNECTED_TO in relation.ancestors
    forth = _needs(table, to_subject[table.relation], table.subject, table.object, medium)
    back = _needs(table, to_object[table.relation], table.object, table.subject, medium)
    both = forth.plus(back)
    laws = laws_of(view, kinds, both.supplier, both.relation, both.row, is_part)
    hard = both.take(laws.code == HARD)
    needs, unnamed = _named(view, kinds, media, conduction, hard)
    some = len(media.iris)
    soft = []
    if len(laws.soft):
        every, _ = _named(view, kinds, media, conduction, both.take(laws.code >= HARD))
        key = every.row.astype(np.int64) * len(kinds) + every.supplier
        for code, law in enumerate(laws.soft, 1):
            chosen = both.take(laws.code == code)
            mine = every.take(np.isin(key, chosen.row.astype(np.int64) * len(kinds) + chosen.supplier))
            soft.append(SoftNeeds(law, _fed(mine, is_conduit, kinds, conduction, some)))
    return _fed(needs, is_conduit, kinds, conduction, some), unnamed, tuple(soft)


def _needs(table: LinkTable, keep: npt.NDArray[np.bool_], consumer: Ints, supplier: Ints, medium: Ints) -> Needs:
    relation = table.relation[keep].astype(np.int32)
    return Needs(consumer[keep], supplier[keep], medium[relation], relation, table.row[keep])


def _fed(
    needs: Needs, is_conduit: npt.NDArray[np.bool_], kinds: npt.NDArray[np.int16], conduction: Conduction, media: int
) -> Needs:
    """Without the directions of conduits in which nothing can flow."""
    suspect = is_conduit[needs.relation] & ~conduction.conducts[needs.supplier]
    if not suspect.any():
        return needs
    at = np.flatnonzero(suspect)
    said = np.array(sorted(node * media + medium for node, medium in conduction.produces), np.int64)
    pairs = needs.supplier[at].astype(np.int64) * media + needs.medium[at]
    table = np.zeros((len(conduction.kind_produces) + 1, media), bool)
    for kind, produced in enumerate(conduction.kind_produces):
        table[kind, list(produced)] = True
    produces = np.isin(pairs, said) | table[kinds[needs.supplier[at]], needs.medium[at]]
    keep = np.ones(len(needs.consumer), bool)
    keep[at[~produces]] = False
    return needs.take(keep)


def _named(
    view: View, kinds: npt.NDArray[np.int16], media: Media, conduction: Conduction, needs: Needs
) -> tuple[Needs, tuple[UnnamedMedium, ...]]:
    """Needs with the media of links that name none: the feeder's, see ``_Feeders``."""
    at = np.flatnonzero(needs.medium == _UNNAMED)
    if not len(at):
        return needs, ()
    feeders = _Feeders(view, kinds, media, conduction, needs, at)
    rows = []
    unnamed = []
    for index in at.tolist():
        supplier, row = int(needs.supplier[index]), int(needs.row[index])
        for medium in sorted(feeders.out[supplier]):
            rows.append((int(needs.consumer[index]), supplier, medium, int(needs.relation[index]), row))
            if supplier in feeders.guessed:
                unnamed.append(UnnamedMedium(row, supplier, int(kinds[supplier]), media.iris[medium]))
    return needs.take(needs.medium != _UNNAMED).plus(needs_from(rows)), tuple(dict.fromkeys(unnamed))


class _Feeders:
    """Medium of each feeder of links without one: what it produces, else what it receives and passes on, else
    what its kind names, else its kind itself, so that like covers like and unlike never does."""

    def __init__(
        self,
        view: View,
        kinds: npt.NDArray[np.int16],
        media: Media,
        conduction: Conduction,
        needs: Needs,
        at: npt.NDArray[np.intp],
    ) -> None:
        self.kinds: tuple[Kind, ...] = view.ontology.kinds
        self.kind_of, self.number = kinds, media.ordinal
        groups = view.ontology.subkinds(UpperKind.REDUNDANCY_GROUP)
        members = view.links(view.ontology.subrelations(MEMBER_OF))
        said = conduction.by_node()
        self.out: dict[int, frozenset[int]] = {}
        self.guessed: set[int] = set()
        self.inputs: dict[int, set[int]] = defaultdict(set)
        self.known: dict[int, set[int]] = defaultdict(set)
        feeders = set(needs.supplier[at].tolist())
        for group, member in zip(members.object.tolist(), members.subject.tolist(), strict=True):
            if group in feeders:
                self.inputs[group].add(member)
                feeders.add(member)
        for index in at.tolist():
            self.inputs[int(needs.consumer[index])].add(int(needs.supplier[index]))
        relevant = np.isin(needs.consumer, np.array(sorted(feeders), np.int32)) & (needs.medium >= 0)
        for index in np.flatnonzero(relevant).tolist():
            self.known[int(needs.consumer[index])].add(int(needs.medium[index]))
        waiting = set()
        for feeder in sorted(feeders):
            kind = int(kinds[feeder])
            produced = conduction.produced_by(feeder, kind, said)
            if produced:
                self.out[feeder] = produced
            elif bool(conduction.conducts[feeder]) or kind in groups:
                waiting.add(feeder)
            else:
                self._guess(feeder)
        self._pass_on(waiting)
        for feeder in sorted(each for each in waiting if not self.inputs[each] and not self.known[each]):
            self._guess(feeder)
        self._pass_on(waiting - self.guessed)
        for feeder in sorted(each for each in waiting if each not in self.out):
            self._guess(feeder)
        self._pass_on(waiting - self.guessed)

    def _pass_on(self, waiting: Iterable[int]) -> None:
        """What conductors receive, to the end: each round hands on what the round before has settled."""
        conductors = set(waiting)
        held: dict[int, set[int]] = {node: set(self.known[node]) for node in conductors}
        consumers: dict[int, set[int]] = defaultdict(set)
        for node in conductors:
            for feeder in self.inputs[node]:
                if feeder in self.out and feeder not in conductors:
                    held[node] |= self.out[feeder]
                consumers[feeder].add(node)
        work = sorted(node for node in conductors if held[node])
        while work:
            node = work.pop()
            for consumer in consumers[node]:
                if not held[node] <= held[consumer]:
                    held[consumer] |= held[node]
                    work.append(consumer)
        self.out.update((node, frozenset(media)) for node, media in held.items() if media)

    def _guess(self, feeder: int) -> None:
        kind = self.kinds[int(self.kind_of[feeder])]
        self.out[feeder] = frozenset({self.number[kind.feeds or kind.iri]})
        self.guessed.add(feeder)
