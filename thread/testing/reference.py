"""What should the projection answer? A slow, plainly right twin: lists and dicts, everything recomputed.

The fold of claims, believed rows, as-of views, the walk, triples and deltas, each written from its definition and
independently of ``thread.projection``. The definitions:

- A *claim* is what one source says of one fact identity in one run. Per source and identity the last one counts.
- Sources that claim one identity with different ends are settled by rank, then by the later claim.
- Many-valued predicate: a row per identity, from its start to the settled end.
- Single-valued predicate: per source a step function (a value holds to its end or to the source's next start);
  across sources the winner per instant by rank, then by the later claim.
- A row names the earliest claim that says the same there, so that support by a second source changes no row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant, to_instant
from thread.facts import EMPTY, ChangeSet, Fact, GraphDelta, Op, Qualifiers, Revision, Triple, Value, ValueType
from thread.facts.columns import value_type
from thread.ontology.model import Ontology
from thread.projection.view import Identifier, Ints, LinkTable, Statement, View, Walk, WalkSpec
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, STUB, THR, TYPE, EntityId, Iri, UpperKind, local_name

CONTAINMENT = (THR + "installedIn", THR + "partOf")

OPEN = 2**31 - 1
Content = tuple[str, str, str, str, tuple[tuple[str, str, str], ...]]
"""Subject, predicate, type, object or value, qualifiers: a fact's identity but for its start."""


def exact(value: Value) -> tuple[str, str]:
    """Type and text of a value, so that True, 1 and 1.0 are three values."""
    return value_type(value).name, value.hex() if isinstance(value, float) else str(value)


def content_of(fact: Fact) -> Content:
    """What a fact says, without its times."""
    kind, text = ("LINK", str(fact.object)) if fact.value is None else exact(fact.value)
    return fact.subject, fact.predicate, kind, text, tuple((name, *exact(value)) for name, value in fact.qualifiers)


@dataclass(frozen=True)
class Claim:
    """One source's word on one fact; ``order`` counts all claims ever made."""

    order: int
    source: str
    run: str
    fact: Fact
    content: Content

    @property
    def start(self) -> Instant:
        return self.fact.valid_from

    @property
    def end(self) -> Instant:
        return self.fact.valid_to


@dataclass(frozen=True)
class Row:
    """A resolved fact: the claim that it names over one stretch of valid time."""

    claim: Claim
    start: Instant
    end: Instant


@dataclass
class Believed:
    """A row and the revisions at which it was believed."""

    row: Row
    recorded_from: int
    recorded_to: int = OPEN


@dataclass
class ReferenceStaged:
    """What a change set would do."""

    added: int = 0
    supported: int = 0
    repeated: int = 0
    ended: int = 0
    retracted: int = 0
    unmatched: int = 0
    live: dict[tuple[str, ...], list[Claim]] = field(default_factory=dict)
    mentioned: list[str] = field(default_factory=list)
    orders: int = 0

    @property
    def effective(self) -> bool:
        return bool(self.live)

    def counts(self) -> dict[str, int]:
        names = ("added", "supported", "repeated", "ended", "retracted", "unmatched")
        return {name: getattr(self, name) for name in names}


class ReferenceProjection:
    """The fold of change sets, one after the other."""

    def __init__(self, ontology: Ontology, ranks: Mapping[str, int] | None = None) -> None:
        self.ontology, self.ranks = ontology, dict(ranks or {})
        self.revisions: list[Revision] = [EMPTY]
        self.live: dict[tuple[str, ...], list[Claim]] = {}
        """Claims that stand, in order, by slot: subject and predicate, and the content where many-valued."""
        self.claims_at: dict[tuple[str, ...], list[tuple[int, list[Claim]]]] = defaultdict(list)
        self.rows: list[Believed] = []
        self.sizes: list[int] = [0]
        self.nodes: dict[str, int] = {}
        self.iris: list[str] = []
        self.orders = 0
        self._open: dict[tuple[str, ...], dict[Row, Believed]] = defaultdict(dict)

    # -- the fold

    def knows(self, fact: Fact) -> bool:
        """Facts whose words the ontology does not know are not folded."""
        if fact.object is not None:
            return fact.predicate in self.ontology.relation
        if fact.predicate == TYPE:
            return isinstance(fact.value, Iri) and fact.value in self.ontology.kind
        return fact.predicate in self.ontology.attribute

    def single(self, predicate: str) -> bool:
        if predicate == TYPE:
            return True
        found = self.ontology.relation.get(predicate) or self.ontology.attribute.get(predicate)
        return found is not None and found.single

    def slot_of(self, fact: Fact) -> tuple[str, ...]:
        if self.single(fact.predicate):
            return (fact.subject, fact.predicate)
        return content_of(fact)[:4]

    def precedence(self, claim: Claim) -> tuple[int, int]:
        return self.ranks.get(claim.source, 0), claim.order

    def stage(self, change_set: ChangeSet) -> ReferenceStaged:
        """What the change set would do; nothing is changed."""
        staged = ReferenceStaged(orders=self.orders)
        withdrawn = set(change_set.withdraws)
        for slot, standing in self.live.items():
            kept = [claim for claim in standing if claim.run not in withdrawn]
            staged.retracted += len(standing) - len(kept)
            staged.live[slot] = kept
        for part in change_set.parts:
            for op, fact in part.facts():
                if self.knows(fact):
                    claim = Claim(staged.orders, change_set.source, change_set.run_id, fact, content_of(fact))
                    slot = self.slot_of(fact)
                    said = {Op.ASSERT: self._assert, Op.END: self._end, Op.RETRACT: self._retract}[op]
                    staged.live[slot] = said(staged, staged.live.get(slot, []), claim)
                    staged.orders = max(staged.orders, 1 + max((c.order for c in staged.live[slot]), default=-1))
                else:
                    staged.unmatched += 1
        staged.live = {slot: claims for slot, claims in staged.live.items() if claims != self.live.get(slot, [])}
        return staged

    def _assert(self, staged: ReferenceStaged, standing: list[Claim], new: Claim) -> list[Claim]:
        staged.mentioned += [new.fact.subject] + ([new.fact.object] if new.fact.object is not None else [])
        same = [c for c in standing if c.content == new.content and c.start == new.start]
        own = [c for c in same if c.source == new.source]
        if own and own[-1].end == new.end:
            staged.repeated += 1
            return standing
        if not same and new.start >= new.end:
            staged.unmatched += 1
            return standing
        staged.supported += bool(same and not own)
        staged.added += not (same and not own)
        return [c for c in standing if not (c in own and c.run == new.run)] + [new]

    def _end(self, staged: ReferenceStaged, standing: list[Claim], new: Claim) -> list[Claim]:
        starts = self._ended_by(standing, new.content, new.end)
        staged.unmatched += not starts
        for number, start in enumerate(starts):
            own = [c for c in standing if (c.content, c.start, c.source) == (new.content, start, new.source)]
            if own and own[-1].end == new.end:
                staged.repeated += 1
                continue
            staged.ended += 1
            one = replace(new, order=new.order + number, fact=replace(new.fact, valid_from=start))
            standing = [c for c in standing if not (c in own and c.run == new.run)] + [one]
        return standing

    def _retract(self, staged: ReferenceStaged, standing: list[Claim], new: Claim) -> list[Claim]:
        gone = [c for c in standing if c.source == new.source and c.content == new.content]
        exactly = [c for c in gone if c.start == new.start]
        gone = exactly if exactly or new.start != BEGIN else gone
        staged.retracted += bool(gone)
        staged.unmatched += not gone
        return [c for c in standing if c not in gone]

    def _ended_by(self, standing: list[Claim], content: Content, instant: Instant) -> list[Instant]:
        """Starts of the identities of this content that some source holds to be in force when it ends."""
        own = [(c.start, end) for c, end in self.own_intervals(standing) if c.content == content]
        return sorted({start for start, end in own if start < instant <= end}) or sorted(
            {start for start, end in own if start == instant < end}
        )

    def publish(self, staged: ReferenceStaged, revision: Revision) -> None:
        """Make it so, as of a revision."""
        for iri in staged.mentioned if staged.effective else ():
            if iri not in self.nodes:
                self.nodes[iri] = len(self.iris)
                self.iris.append(iri)
        self.revisions.append(revision)
        self.sizes.append(len(self.iris))
        self.orders = staged.orders
        for slot, standing in staged.live.items():
            self.live[slot] = standing
            self.claims_at[slot].append((revision.ordinal, standing))
            before, after = self._open[slot], self.resolve(standing)
            for row in [row for row in before if row not in after]:
                before.pop(row).recorded_to = revision.ordinal
            for row in after:
                if row not in before:
                    before[row] = Believed(row, revision.ordinal)
                    self.rows.append(before[row])

    def discard(self, staged: ReferenceStaged) -> None:
        """Nothing to undo."""

    # -- resolution

    def effective(self, standing: list[Claim]) -> list[Claim]:
        """Per source and identity the last claim."""
        last = {(c.source, c.content, c.start): c for c in standing}
        return list(last.values())

    def settled(self, claim: Claim, among: list[Claim]) -> Instant:
        """The end of the claim's identity: what the highest-ranked, then latest, of its claims says."""
        rivals = [c for c in among if c.content == claim.content and c.start == claim.start]
        return max(rivals, key=self.precedence).end

    def own_intervals(self, standing: list[Claim]) -> list[tuple[Claim, Instant]]:
        """What each source by itself holds: its effective claims with their ends."""
        return self._steps([(c, c.end) for c in self.effective(standing)])

    def _steps(self, ended: list[tuple[Claim, Instant]]) -> list[tuple[Claim, Instant]]:
        """Non-empty claims; of a single-valued predicate cut at the same source's next start."""
        ended = [(c, end) for c, end in ended if c.start < end]
        if not ended or not self.single(ended[0][0].content[1]):
            return ended
        found = []
        for claim, end in ended:
            others = [c for c, _ in ended if c.source == claim.source and c is not claim]
            if any(c.start == claim.start and c.order > claim.order for c in others):
                continue
            found.append((claim, min([end] + [c.start for c in others if c.start > claim.start])))
        return found

    def resolve(self, standing: list[Claim]) -> list[Row]:
        """The rows that claims of one slot come to."""
        claims = self.effective(standing)
        if not claims:
            return []
        if not self.single(claims[0].content[1]):
            rows = []
            for content, start in {(c.content, c.start) for c in claims}:
                same = [c for c in claims if c.content == content and c.start == start]
                end = self.settled(same[0], same)
                named = min((c for c in same if c.end == end), key=lambda c: c.order)
                rows += [Row(named, start, end)] if start < end else []
            return rows
        steps = self._steps([(c, min(c.end, self.settled(c, claims))) for c in claims])
        cuts = sorted({c.start for c, _ in steps} | {end for _, end in steps})
        rows = []
        for low, high in pairwise(cuts):
            here = [c for c, end in steps if c.start <= low and high <= end]
            if not here:
                continue
            winner = max(here, key=self.precedence)
            named = min((c for c in here if c.content == winner.content), key=lambda c: c.order)
            if rows and rows[-1].claim is named and rows[-1].end == low:
                rows[-1] = replace(rows[-1], end=high)
            else:
                rows.append(Row(named, low, high))
        return rows

    # -- reading

    @property
    def revision(self) -> Revision:
        return self.revisions[-1]

    def view(
        self, valid_at: Instant, known: int | None = None, period: tuple[Instant, Instant] | None = None
    ) -> "ReferenceView":
        """One reading."""
        return ReferenceView(self, valid_at, self.revision.ordinal if known is None else known, period)

    def known_at(self, recorded: Instant) -> int:
        return max(r.ordinal for r in self.revisions if r.recorded_at <= recorded)

    def revision_at(self, ordinal: int) -> Revision:
        return self.revisions[ordinal]

    def triples(self, ordinal: int, instant: Instant) -> Iterator[Triple]:
        """The current state at a mark; one triple per subject, predicate and object or value."""
        return iter(self.view(instant, ordinal).triples())

    def delta(self, start: tuple[int, Instant], end: tuple[int, Instant]) -> GraphDelta:
        """What leaves and what enters the current state between two marks."""
        before = {triple_key(triple): triple for triple in self.triples(*start)}
        after = {triple_key(triple): triple for triple in self.triples(*end)}
        return GraphDelta(
            tuple(triple for key, triple in before.items() if key not in after),
            tuple(triple for key, triple in after.items() if key not in before),
        )

    def next_boundary(self, after: Instant) -> Instant | None:
        """The next start or end of a believed row."""
        times = [t for b in self.rows if b.recorded_to == OPEN for t in (b.row.start, b.row.end)]
        return min((t for t in times if after < t < END), default=None)


def triple_key(triple: Triple) -> tuple[object, ...]:
    """What makes two triples equal, types of values included."""
    value = None if triple.value is None else exact(triple.value)
    qualifiers = tuple((name, *exact(value)) for name, value in triple.qualifiers)
    return triple.subject, triple.predicate, triple.object, value, qualifiers


def _order(value: Value) -> tuple[int, object]:
    return int(value_type(value)), value


class ReferenceView(View):
    """One (valid, known) reading, by looking through all rows."""

    def __init__(
        self,
        projection: ReferenceProjection,
        valid_at: Instant,
        known: int,
        period: tuple[Instant, Instant] | None = None,
    ) -> None:
        self.projection, self.ontology = projection, projection.ontology
        self.valid_at, self.known, self.period = valid_at, known, period
        self.size = projection.sizes[known]

    @cached_property
    def believed(self) -> list[tuple[int, Believed]]:
        rows = enumerate(self.projection.rows)
        return [(number, b) for number, b in rows if b.recorded_from <= self.known < b.recorded_to]

    @cached_property
    def by_subject(self) -> Mapping[int, list[tuple[int, Believed]]]:
        found: dict[int, list[tuple[int, Believed]]] = defaultdict(list)
        for number, believed in self.believed:
            found[self.projection.nodes[believed.row.claim.fact.subject]].append((number, believed))
        return found

    def in_force(self, believed: Believed) -> bool:
        return believed.row.start <= self.valid_at < believed.row.end

    def overlaps(self, believed: Believed) -> bool:
        """In force at some instant of the period; without one, at the instant."""
        if self.period is None:
            return self.in_force(believed)
        return believed.row.start < self.period[1] and believed.row.end > self.period[0]

    @cached_property
    def _kinds(self) -> dict[int, int]:
        found, described, mentioned = {}, set(), set()
        for _, believed in self.believed:
            fact = believed.row.claim.fact
            subject = self.projection.nodes[fact.subject]
            mentioned.add(subject)
            if fact.object is not None:
                mentioned.add(self.projection.nodes[fact.object])
            if fact.predicate == TYPE:
                described.add(subject)
                if subject not in found and self.overlaps(believed):
                    found[subject] = self.ontology.kind[str(fact.value)].ordinal
        entity = self.ontology.kind[UpperKind.ENTITY].ordinal
        self._stubs = mentioned - described
        return found | dict.fromkeys(self._stubs, entity)

    # identity
    def find(self, iri: str) -> int:
        node = self.projection.nodes.get(iri, -1)
        return node if node < self.size else -1

    def iri(self, node: int) -> EntityId:
        return EntityId(self.projection.iris[node])

    def iris(self, nodes: Sequence[int] | Ints) -> list[EntityId]:
        return [self.iri(int(node)) for node in nodes]

    @cached_property
    def _bearers(self) -> dict[str, list[tuple[int, Identifier]]]:
        found: dict[str, list[tuple[int, Identifier]]] = defaultdict(list)
        for node in sorted(self._kinds):
            for value, qualifiers in self._of(node, IDENTIFIER):
                named = dict(qualifiers)
                scope = named.get(SCOPE)
                identifier = Identifier(str(named.get(SCHEME, "")), None if scope is None else str(scope), str(value))
                if (node, identifier) not in found[str(value)]:
                    found[str(value)].append((node, identifier))
        return found

    def bearers(self, value: str, scheme: str | None = None) -> list[int]:
        found = {node for node, i in self._bearers.get(value, []) if scheme is None or i.scheme == scheme}
        return sorted(found, key=self.iri)

    # presence and kind
    def kind(self, node: int) -> int:
        return self._kinds.get(node, -1)

    def kinds(self) -> npt.NDArray[np.int16]:
        return np.array([self.kind(node) for node in range(self.size)], dtype=np.int16)

    def is_stub(self, node: int) -> bool:
        return node in self._kinds and node in self._stubs

    def of_kind(self, *kinds: str) -> Ints:
        wanted = self.ontology.subkinds(*kinds)
        return np.array([n for n in range(self.size) if self.kind(n) in wanted], dtype=np.int32)

    # links
    @cached_property
    def _links(self) -> list[tuple[int, int, int, int]]:
        found = []
        for number, believed in self.believed:
            fact = believed.row.claim.fact
            if fact.object is None or not self.overlaps(believed):
                continue
            ends = self.projection.nodes[fact.subject], self.projection.nodes[fact.object]
            if ends[0] in self._kinds and ends[1] in self._kinds:
                found.append((ends[0], self.ontology.relation[fact.predicate].ordinal, ends[1], number))
        return sorted(found)

    @cached_property
    def _around(self) -> tuple[dict[int, list[tuple[int, int, int, int]]], dict[int, list[tuple[int, int, int, int]]]]:
        out: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        into: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for link in self._links:
            out[link[0]].append(link)
            into[link[2]].append(link)
        return out, into

    def _table(self, found: Iterable[tuple[int, int, int, int]], relations: Collection[int] | None) -> LinkTable:
        rows = [link for link in found if relations is None or link[1] in relations]
        subject, relation, target, row = zip(*rows, strict=True) if rows else ((), (), (), ())
        return LinkTable(
            np.array(subject, np.int32),
            np.array(target, np.int32),
            np.array(relation, np.int16),
            np.array(row, np.int32),
        )

    def links(self, relations: Collection[int] | None = None) -> LinkTable:
        return self._table(self._links, relations)

    def links_from(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._table(self._around[0].get(node, []), relations)

    def links_to(self, node: int, relations: Collection[int] | None = None) -> LinkTable:
        return self._table(self._around[1].get(node, []), relations)

    def links_among(self, nodes: Ints, relations: Collection[int] | None = None) -> LinkTable:
        inside = {int(node) for node in nodes}
        return self._table((x for x in self._links if x[0] in inside and x[2] in inside), relations)

    def link(self, row: int) -> Statement:
        return self._statement(self.projection.rows[row])

    def _statement(self, believed: Believed) -> Statement:
        row = believed.row
        return Statement(
            subject=row.claim.fact.subject,
            predicate=row.claim.fact.predicate,
            object=row.claim.fact.object,
            value=row.claim.fact.value,
            qualifiers=row.claim.fact.qualifiers,
            valid_from=row.start,
            valid_to=row.end,
            recorded_from=believed.recorded_from,
            recorded_to=believed.recorded_to if believed.recorded_to <= self.known else OPEN,
            source=row.claim.source,
            run=row.claim.run,
            origin=row.claim.fact.origin,
            row=row.claim.fact.row,
        )

    # attributes
    def _of(self, node: int, attribute: str) -> list[tuple[Value, Qualifiers]]:
        facts = [b.row.claim.fact for _, b in self.by_subject.get(node, []) if self.in_force(b)]
        return [(f.value, f.qualifiers) for f in facts if f.predicate == attribute and f.value is not None]

    def value(self, node: int, attribute: str) -> Value | None:
        return next(iter(self.values(node, attribute)), None)

    def values(self, node: int, attribute: str) -> tuple[Value, ...]:
        unique = {exact(value): value for value, _ in self._of(node, attribute)}
        return tuple(sorted(unique.values(), key=_order))

    def attributes(self, node: int) -> list[Statement]:
        rows = [b for _, b in self.by_subject.get(node, []) if self.in_force(b)]
        found = [self._statement(b) for b in rows if b.row.claim.fact.value is not None]
        return sorted(
            (s for s in found if s.predicate != TYPE),
            key=lambda s: (
                s.predicate,
                _order("" if s.value is None else s.value),
                s.qualifiers and content_key(s),
                s.valid_from,
            ),
        )

    def column(self, attribute: str) -> tuple[Ints, list[Value]]:
        pairs = [(n, v) for n in range(self.size) if n in self._kinds for v in self.values(n, attribute)]
        return np.array([n for n, _ in pairs], dtype=np.int32), [v for _, v in pairs]

    def instants(self, attribute: str) -> tuple[Ints, npt.NDArray[np.int64]]:
        nodes, values = self.column(attribute)
        pairs = sorted((int(n), to_instant(v)) for n, v in zip(nodes, values, strict=True) if isinstance(v, datetime))
        return np.array([n for n, _ in pairs], np.int32), np.array([t for _, t in pairs], np.int64)

    def next_time(self, after: Instant) -> Instant | None:
        times = [a.iri for a in self.ontology.attributes if a.type is ValueType.TIME]
        held = [to_instant(v) for iri in times for v in self.column(iri)[1] if isinstance(v, datetime)]
        return min((instant for instant in held if instant > after), default=None)

    def label(self, node: int) -> str:
        label = self.value(node, LABEL)
        if label is not None:
            return str(label)
        return next((i.value for i in self.identifiers(node)), local_name(self.iri(node)))

    def identifiers(self, node: int) -> list[Identifier]:
        found = set()
        for value, qualifiers in self._of(node, IDENTIFIER):
            named = dict(qualifiers)
            scope = named.get(SCOPE)
            one = Identifier(str(named.get(SCHEME, "")), None if scope is None else str(scope), str(value))
            bearers = {bearer for bearer, other in self._bearers.get(one.value, []) if other == one} - {node}
            found.add(replace(one, ambiguous=bool(bearers)))
        return sorted(found, key=lambda i: (i.scheme, i.scope or "", i.value))

    # history
    def history(self, node: int, predicate: str | None = None) -> list[Statement]:
        found = [self._statement(b) for _, b in self.by_subject.get(node, [])]
        return _by_time(s for s in found if predicate is None or s.predicate == predicate)

    def history_to(self, node: int, relation: str) -> list[Statement]:
        found = (self._statement(b) for _, b in self.believed)
        iri = self.iri(node)
        return _by_time(s for s in found if s.object == iri and s.predicate == relation)

    def ever(self, relations: Collection[int]) -> tuple[LinkTable, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        ordinals = {self.ontology.relations[r].iri: r for r in relations}
        found = [
            (self.find(b.row.claim.fact.subject), self.find(str(b.row.claim.fact.object)), ordinals[p], at, b.row)
            for at, b in self.believed
            if (p := b.row.claim.fact.predicate) in ordinals
        ]
        subjects, objects, rows = (np.array([one[i] for one in found], np.int32) for i in (0, 1, 3))
        table = LinkTable(subjects, objects, np.array([one[2] for one in found], np.int16), rows)
        spans = [np.array([t for *_, row in found for t in (getattr(row, w),)], np.int64) for w in ("start", "end")]
        return table, spans[0], spans[1]

    def said_until(self, rows: Ints) -> npt.NDArray[np.int64]:
        return np.array([self.projection.rows[int(row)].row.claim.end for row in rows], np.int64)

    def conflicts(self, node: int) -> list[Statement]:
        found = []
        for slot, steps in self.projection.claims_at.items():
            if slot[0] != self.iri(node):
                continue
            standing = next((s for ordinal, s in reversed(steps) if ordinal <= self.known), [])
            rows = self.projection.resolve(standing)
            here = [row for row in rows if row.start <= self.valid_at < row.end]
            for claim, end in self.projection.own_intervals(standing):
                if claim.start <= self.valid_at < end and claim.content not in [r.claim.content for r in here]:
                    row = Row(claim, claim.start, claim.end)
                    found.append(self._statement(Believed(row, self._made(slot, claim))))
        return _by_time(found)

    def _made(self, slot: tuple[str, ...], claim: Claim) -> int:
        return next(ordinal for ordinal, standing in self.projection.claims_at[slot] if claim in standing)

    def version(self, node: int) -> int:
        rows = [b for b in self.projection.rows if b.row.claim.fact.subject == self.iri(node)]
        times = [t for b in rows for t in (b.recorded_from, b.recorded_to) if t <= self.known]
        return max(times, default=0)

    # the plain graph
    def triples(self) -> list[Triple]:
        """One triple per subject, predicate and object or value, with the least qualifiers."""
        found: dict[tuple[object, ...], list[Triple]] = defaultdict(list)
        for _, believed in self.believed:
            fact = believed.row.claim.fact
            ends = [fact.subject] + ([fact.object] if fact.object is not None else [])
            if self.in_force(believed) and all(self.projection.nodes[iri] in self._kinds for iri in ends):
                triple = Triple(fact.subject, fact.predicate, fact.object, fact.value, fact.qualifiers)
                found[triple_key(triple)[:4]].append(triple)
        triples = [min(same, key=lambda t: triple_key(t)[4]) for same in found.values()]  # type: ignore[arg-type, return-value]
        for node in sorted(node for node in self._kinds if self.is_stub(node)):
            triples.append(Triple(self.iri(node), TYPE, value=Iri(UpperKind.ENTITY)))
            triples.append(Triple(self.iri(node), STUB, value=True))
        return triples

    # traversal
    def walk(self, roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
        """By relaxation to a fixpoint (Bellman-Ford), no budgets: the definition of degree."""
        if self.period is not None:
            return self._walk_over(self.period, roots, spec)
        degree = {int(root): 0 for root in roots if int(root) in self._kinds}
        origin = set(degree)
        changed = True
        while changed:
            changed = False
            for node, far in list(degree.items()):
                if node not in origin and self.kind(node) in spec.stop:
                    continue
                for other, relation in self._steps_from(node, spec):
                    further = far + (relation not in spec.free)
                    if further <= spec.max_depth and further < degree.get(other, OPEN):
                        degree[other] = further
                        changed = True
        walked = [n for n in degree if n in origin or self.kind(n) not in spec.stop]
        steps = [(n, other, r) for n in walked for other, r in self._steps_from(n, spec)]
        beyond = any(other not in degree for _, other, _ in steps)
        hits = sorted((far, node) for node, far in degree.items() if node not in origin)
        deepest = spec.max_depth if beyond else max((far for far, _ in hits), default=0)
        return Walk(
            np.array([node for _, node in hits], np.int32),
            np.array([far for far, _ in hits], np.int32),
            len(degree),
            len(steps),
            deepest,
            "MAX_DEPTH" if beyond else None,
        )

    def _walk_over(self, period: tuple[Instant, Instant], roots: Sequence[int] | Ints, spec: WalkSpec) -> Walk:
        """The same over nodes with what their chain of containment shares; each state once, none covers another."""
        origin = {int(root) for root in roots if int(root) in self._kinds}
        degree = {(node, period): 0 for node in origin}
        changed = True
        while changed:
            changed = False
            for (node, shared), far in list(degree.items()):
                for other, relation, then in self._steps_over(node, shared, origin, spec):
                    further = far + (relation not in spec.free)
                    if further <= spec.max_depth and further < degree.get((other, then), OPEN):
                        degree[other, then] = further
                        changed = True
        least: dict[int, int] = {}
        for (node, _), far in degree.items():
            least[node] = min(far, least.get(node, OPEN))
        beyond = any(
            other not in least
            for node, shared in degree
            for other, _, _ in self._steps_over(node, shared, origin, spec)
        )
        links = sum(len(self._steps_from(n, spec)) for n in least if n in origin or self.kind(n) not in spec.stop)
        hits = sorted((far, node) for node, far in least.items() if node not in origin)
        deepest = spec.max_depth if beyond else max((far for far, _ in hits), default=0)
        nodes, degrees = (np.array([hit[i] for hit in hits], np.int32) for i in (1, 0))
        return Walk(nodes, degrees, len(least), links, deepest, "MAX_DEPTH" if beyond else None)

    def _steps_over(
        self, node: int, shared: tuple[Instant, Instant], origin: Collection[int], spec: WalkSpec
    ) -> Iterator[tuple[int, int, tuple[Instant, Instant]]]:
        if node not in origin and self.kind(node) in spec.stop:
            return
        within = self.ontology.subrelations(*(iri for iri in CONTAINMENT if iri in self.ontology.relation))
        assert self.period is not None
        out, into = self._around
        steps = [(far, link, relation) for _, relation, far, link in out.get(node, []) if relation in spec.forward]
        steps += [(far, link, relation) for far, relation, _, link in into.get(node, []) if relation in spec.backward]
        for other, number, relation in steps:
            row, then = self.projection.rows[number].row, self.period
            if relation in within:
                then = (max(shared[0], row.start), min(shared[1], row.end))
            if then[0] < then[1]:
                yield other, relation, then

    def _steps_from(self, node: int, spec: WalkSpec) -> list[tuple[int, int]]:
        out, into = self._around
        forward = [(link[2], link[1]) for link in out.get(node, []) if link[1] in spec.forward]
        return forward + [(link[0], link[1]) for link in into.get(node, []) if link[1] in spec.backward]


def content_key(statement: Statement) -> tuple[tuple[str, str, str], ...]:
    """Qualifiers in a form that sorts."""
    return tuple((name, *exact(value)) for name, value in statement.qualifiers)


def _by_time(statements: Iterable[Statement]) -> list[Statement]:
    def key(s: Statement) -> tuple[object, ...]:
        value = ("", "") if s.value is None else exact(s.value)
        return s.valid_from, s.valid_to, s.predicate, s.object or "", value, content_key(s), s.source, s.run

    return sorted(statements, key=key)
