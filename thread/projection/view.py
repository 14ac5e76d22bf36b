"""What was true then, as known then? One view of the projection: everything reasoning and answers read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thread.clock import Instant
from thread.facts import Qualifiers, Value
from thread.ontology.model import Ontology
from thread.terms import EntityId

if TYPE_CHECKING:
    from thread.projection.names.folding import Asked
    from thread.projection.overlay import Overlay

Ints = npt.NDArray[np.int32]


class LinkTable(NamedTuple):
    """Links as parallel arrays: node, node, relation ordinal, row of the projection."""

    subject: Ints
    object: Ints
    relation: npt.NDArray[np.int16]
    row: Ints


def joined(tables: Sequence[LinkTable]) -> LinkTable:
    """Link tables one after the other."""
    if not tables:
        return LinkTable(*(np.empty(0, np.int32),) * 2, np.empty(0, np.int16), np.empty(0, np.int32))
    return LinkTable(*(np.concatenate(columns) for columns in zip(*tables, strict=True)))


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact of the projection with its times and its source; for answers, audit and conflicts."""

    subject: EntityId
    predicate: str
    object: EntityId | None
    value: Value | None
    qualifiers: Qualifiers
    valid_from: Instant
    valid_to: Instant
    recorded_from: int
    recorded_to: int
    """Revision ordinals; ``recorded_to`` is 2**31 - 1 while it is believed."""
    source: str
    run: str
    origin: str
    row: int


@dataclass(frozen=True, slots=True)
class WalkSpec:
    """Which links a walk follows. Relations and kinds are ordinals of the ontology."""

    forward: frozenset[int] = frozenset()
    """Relations followed from subject to object."""
    backward: frozenset[int] = frozenset()
    """Relations followed from object to subject."""
    free: frozenset[int] = frozenset()
    """Relations that cost degree 0 (pass-through); the others cost 1."""
    stop: frozenset[int] = frozenset()
    """Kinds that are hit but not walked past (a root of such a kind is walked from)."""
    max_depth: int = 64
    node_budget: int = 2_000_000
    link_budget: int = 20_000_000
    deadline: float | None = None
    """``time.monotonic()`` after which the walk stops and says so."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk reached, roots excluded, ordered by (degree, discovery)."""

    nodes: Ints
    degree: Ints
    visited_nodes: int
    visited_links: int
    deepest: int
    """Degree to which the walk is exhaustive."""
    stopped: str | None
    """``MAX_DEPTH`` (something lies beyond), ``NODE_BUDGET``, ``LINK_BUDGET``, ``DEADLINE``; None: complete."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier of an entity; ambiguous where several entities of the view carry it."""

    scheme: str
    scope: str | None
    value: str
    ambiguous: bool = False


class View:
    """One (valid, known) reading of the projection. Cheap to make; never changes; safe in any thread.

    Nodes are dense int32 indices, the same in all views of one projection. A node is present in the view
    while its kind fact is in force; an entity that is only referred to is present as a stub of kind
    ``UpperKind.ENTITY``. Links are in force only between present nodes.
    """

    ontology: Ontology
    valid_at: Instant
    known: int
    """Ordinal of the last revision that counts."""
    period: tuple[Instant, Instant] | None = None
    """Of a view over a period ``[start, end)``: presence and links count if they overlap it, in walks a chain of
    containment only if its intervals share an instant; attributes are those at ``valid_at``. None: an instant."""
    size: int
    """Nodes are 0 .. size - 1."""
    overlay: "Overlay | None" = None
    """What is assumed over what is recorded; None: nothing."""

    # identity
    def find(self, iri: str) -> int:
        """Node of an IRI, -1 if no revision up to ``known`` mentions it."""
        raise NotImplementedError

    def iri(self, node: int) -> EntityId:
        raise NotImplementedError

    def iris(self, nodes: Sequence[int] | Ints) -> list[EntityId]:
        raise NotImplementedError

    def bearers(self, value: str, scheme: str | None = None) -> list[int]:
        """Present nodes that carry an identifier with this value (and scheme), sorted by IRI."""
        raise NotImplementedError

    def named(self, asked: Sequence["Asked"], *, typos: bool = False) -> tuple[Ints, Ints]:
        """Present nodes with labels and identifiers that have all these words, and what each match is worth, 1 to 100.

        Args:
            typos: take words with an edit or two as well.
        """
        raise NotImplementedError

    # presence and kind
    def kind(self, node: int) -> int:
        """Kind ordinal of a node, -1 if it is absent from the view."""
        raise NotImplementedError

    def kinds_of(self, nodes: Ints) -> npt.NDArray[np.int16]:
        """Kind ordinals of some nodes, in order, -1 where absent."""
        return np.fromiter((self.kind(int(node)) for node in nodes), np.int16, len(nodes))

    def kinds(self) -> npt.NDArray[np.int16]:
        """Kind ordinals of all nodes, -1 where absent; shape (size,). Cost: O(size) once per view."""
        raise NotImplementedError

    def is_stub(self, node: int) -> bool:
        raise NotImplementedError

    def of_kind(self, *kinds: str) -> Ints:
        """Present nodes at or below the kinds (IRIs), ascending."""
        raise NotImplementedError

    # links
    def links(self, relations: Collection[int] | None = None) -> LinkTable:
        """All links in force, of the relations (ordinals; None: all), sorted by (subject, relation, object)."""
        raise NotImplementedError

    def links_from(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        """Links in force whose subject is the node."""
        raise NotImplementedError

    def links_to(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        """Links in force whose object is the node."""
        raise NotImplementedError

    def links_among(self, nodes: Ints, relations: Collection[int] | None = None) -> LinkTable:
        """All links in force with both ends in the set."""
        raise NotImplementedError

    def links_of(self, nodes: Ints, relations: Collection[int] | None = None, *, into: bool = False) -> LinkTable:
        """Links in force of many nodes at once, that start at them or (``into``) end at them, node by node."""
        read = self.links_to if into else self.links_from
        return joined([read(int(node), relations) for node in nodes])

    def link(self, row: int) -> Statement:
        """The statement behind a row of a ``LinkTable``."""
        raise NotImplementedError

    def qualifiers(self, rows: Ints) -> list[Qualifiers]:
        """The qualifiers of links, in order."""
        return [self.link(int(row)).qualifiers for row in rows]

    def qualified(self, rows: Ints) -> npt.NDArray[np.intp]:
        """Places of the links that have qualifiers, ascending."""
        return np.flatnonzero([bool(found) for found in self.qualifiers(rows)])

    # attributes
    def value(self, node: int, attribute: str) -> Value | None:
        """Value in force of a single-valued attribute (IRI); of several, the smallest."""
        raise NotImplementedError

    def values(self, node: int, attribute: str) -> tuple[Value, ...]:
        """All values in force, sorted."""
        raise NotImplementedError

    def attributes(self, node: int) -> list[Statement]:
        """All attribute facts in force, identifiers and label included, sorted by (predicate, value)."""
        raise NotImplementedError

    def column(self, attribute: str) -> tuple[Ints, list[Value]]:
        """Nodes (ascending) and values of one attribute over the whole view."""
        raise NotImplementedError

    def column_of(self, nodes: Ints, attribute: str) -> list[tuple[Value, ...]]:
        """Values of one attribute of some nodes, in order."""
        return [self.values(int(node), attribute) for node in nodes]

    def instants(self, attribute: str) -> tuple[Ints, npt.NDArray[np.int64]]:
        """Nodes (ascending) and instants of a time attribute over the whole view: ``column`` without objects."""
        raise NotImplementedError

    def next_time(self, after: Instant) -> Instant | None:
        """The earliest instant later than ``after`` that a value in force holds: the planned end of an order, say."""
        raise NotImplementedError

    def label(self, node: int) -> str:
        """The label, else the first identifier's value, else the local name of the IRI."""
        raise NotImplementedError

    def identifiers(self, node: int) -> list[Identifier]:
        raise NotImplementedError

    # history
    def history(self, node: int, predicate: str | None = None) -> list[Statement]:
        """Every statement about the node (as subject) that is known at ``known``, in force or not, by valid time."""
        raise NotImplementedError

    def history_to(self, node: int, relation: str) -> list[Statement]:
        """Every link statement whose object is the node, known at ``known``, whatever its valid time."""
        raise NotImplementedError

    def ever(self, relations: Collection[int]) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """All links of the relations known at ``known``, in force or not, with their valid from and to."""
        raise NotImplementedError

    def ever_of(
        self, nodes: Ints, relations: Collection[int], *, into: bool = False
    ) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """As ``ever``, of the links that start at some nodes or (``into``) end at them. Cost: their degree."""
        table, since, until = self.ever(relations)
        keep = np.isin(table.object if into else table.subject, nodes)
        subject, object_, relation, row = table
        return LinkTable(subject[keep], object_[keep], relation[keep], row[keep]), since[keep], until[keep]

    def said_until(self, rows: Ints) -> npt.NDArray[np.int64]:
        """The ends that the sources of rows gave; later than a row's own where something else began before."""
        return np.array([self.link(int(row)).valid_to for row in rows], np.int64)

    def conflicts(self, node: int) -> list[Statement]:
        """Claims in force about the node that lost to a higher-ranked or later source."""
        raise NotImplementedError

    def version(self, node: int) -> int:
        """Ordinal of the revision that last changed the entity or a link that starts at it."""
        raise NotImplementedError

    def versions(self, nodes: Ints) -> list[int]:
        """As ``version``, of many entities at once."""
        return [self.version(node) for node in nodes.tolist()]

    def labels(self, nodes: Ints) -> list[str]:
        """As ``label``, of many entities at once."""
        return [self.label(node) for node in nodes.tolist()]

    # traversal
    def walk(self, roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
        """0-1 breadth-first walk over the links in force; the roots are never hits."""
        raise NotImplementedError


__all__ = ["Identifier", "Ints", "LinkTable", "Statement", "View", "Walk", "WalkSpec", "joined"]
