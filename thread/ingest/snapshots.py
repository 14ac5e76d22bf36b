"""What has changed since the last snapshot of a source? New facts, changed values, and what has vanished.

The contract. A reading says what its files say, without time where the mapping gives none ("undated"). Against what
the same source stands for already, at the instant of the snapshot:

- What it says again is nothing, whenever it was said first.
- An undated fact that is new holds since ever. An undated value that replaces another of this source in a
  single-valued slot holds from the snapshot on, and so does an undated fact that had ended and is back.
- A dated fact holds as it is dated; with a new end it replaces the claim with the old one.
- What a table of the reading said before, and says no more, has vanished. ``end``: it stops at the snapshot; what had
  ended before stays, what would have begun later, or is dated anew in this reading, is withdrawn. ``retract``: it was
  never so, and a changed undated value is a correction that holds since ever. ``keep``: it stays.
- Nothing vanishes that concerns an entity of a rejected row; nothing of a table vanishes while the entities of one of
  its rejected rows cannot be told.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from thread.clock import BEGIN, END, Instant
from thread.facts import Commit, Fact, FactPart, Op, PartBuilder, Qualifiers, ValueType
from thread.facts.columns import decode_value, value_number, value_type
from thread.ingest.parts import Vanished
from thread.ingest.reading import Reading, TableScope
from thread.ontology.model import Ontology
from thread.terms import LABEL, TYPE

_TEXTUAL = frozenset({ValueType.LINK, ValueType.TEXT, ValueType.DECIMAL, ValueType.IRI})


class Content(NamedTuple):
    """What a fact says, without its times."""

    subject: str
    predicate: str
    type: int
    """A ``ValueType``; it says how to read ``value``."""
    value: str | int
    qualifiers: Qualifiers


class Claim(NamedTuple):
    """What a source stands for: its last word on one fact."""

    content: Content
    start: Instant
    end: Instant
    origin: str
    row: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a snapshot changes, ready to be committed."""

    parts: tuple[FactPart, ...]
    repeated: int
    """Facts that the source had said before."""
    ended: Mapping[str, int] = field(default_factory=dict)
    """Facts that stopped, by file."""
    retracted: Mapping[str, int] = field(default_factory=dict)
    """Facts that were withdrawn, by file."""


def settle(reading: Reading, claims: Iterable[Claim], at: Instant, ontology: Ontology) -> Settlement:
    """What a reading changes of what its source stands for; see the contract above.

    Args:
        claims: what the source stands for before, in the order it was said: ``standing_claims``, or ``claim_of``
            over facts that the caller holds.
        at: the time of the snapshot.
    Cost: both as dictionaries.
    """
    before = list(claims)
    if not before:
        return Settlement(reading.parts, 0)
    facts = (claim for part in reading.parts for claim in claims_of_part(part))
    return Settling(reading.scope, before, at, ontology).run(facts)


class Settling:
    """One snapshot beside the claims that stand: what is said of them, one by one."""

    def __init__(self, scope: Sequence[TableScope], before: list[Claim], at: Instant, ontology: Ontology) -> None:
        self._scope, self._before, self._at = scope, before, at
        self._single = {TYPE, LABEL}
        self._single.update(item.iri for item in ontology.relations if item.single)
        self._single.update(item.iri for item in ontology.attributes if item.single)
        self._policy = {scope.origin: scope.vanished for scope in scope}
        self._by_content: dict[Content, list[Claim]] = defaultdict(list)
        self._by_slot: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        for claim in before:
            self._by_content[claim.content].append(claim)
            if claim.content.predicate in self._single:
                self._by_slot[claim.content[:2]].append(claim)
        self._said: set[tuple[Content, Instant]] = set()
        self._dated: set[tuple[str, str]] = set()
        self.done: set[tuple[Content, Instant]] = set()
        """Claims of which it has been told already what becomes of them."""
        self.is_dated: Callable[[str, str], bool] = lambda subject, predicate: (subject, predicate) in self._dated
        """Whether the snapshot dates a fact of a subject and a predicate."""
        self._replaced: set[tuple[Content, Instant]] = set()
        self._builder = PartBuilder()
        self._repeated = 0
        self._ended: Counter[str] = Counter()
        self._retracted: Counter[str] = Counter()

    def run(self, facts: Iterable[Claim]) -> Settlement:
        """What the facts of the snapshot change."""
        for claim in facts:
            if claim.start == BEGIN and claim.end == END:
                self._undated(claim)
            else:
                self._dated_fact(claim)
        self._said |= self.done
        for scope in scopes_of(self._scope):
            self._vanish(scope)
        return Settlement(self._builder.parts(), self._repeated, dict(self._ended), dict(self._retracted))

    def _dated_fact(self, claim: Claim) -> None:
        key = claim.content, claim.start
        self._said.add(key)
        self._dated.add(claim.content[:2])
        if any(old.start == claim.start and old.end == claim.end for old in self._by_content.get(claim.content, ())):
            self._repeated += 1
        else:
            self._say(Op.ASSERT, claim)

    def _undated(self, claim: Claim) -> None:
        old = self._by_content.get(claim.content, [])
        holding = [one for one in old if one.start <= self._at < one.end]
        current = self._current(claim.content)
        if holding and (current is None or current.content == claim.content):
            self._said.update((one.content, one.start) for one in holding)
            if claim.end == holding[-1].end:
                self._repeated += 1
            else:
                self._say(Op.ASSERT, claim._replace(start=holding[-1].start))
            return
        if current is not None and current.content != claim.content and current.end > self._at:
            self._replaced.add((current.content, current.start))
            if self._policy.get(file_of(current.origin)) is Vanished.RETRACT:
                self._withdraw(current)
                self._say(Op.ASSERT, claim)
            else:
                self._say(Op.ASSERT, claim._replace(start=self._at))
            self._said.add((claim.content, claim.start))
            return
        self._said.add((claim.content, BEGIN))
        self._say(Op.ASSERT, claim._replace(start=self._at) if old or current is not None else claim)

    def _current(self, content: Content) -> Claim | None:
        """The claim that answers at the snapshot in the slot of a single-valued fact."""
        begun = [one for one in self._by_slot.get(content[:2], ()) if one.start <= self._at]
        return max(enumerate(begun), key=lambda pair: (pair[1].start, pair[0]))[1] if begun else None

    def _vanish(self, scope: TableScope) -> None:
        if scope.vanished is Vanished.KEEP or scope.unnamed:
            return
        for claim in self._before:
            key = claim.content, claim.start
            if file_of(claim.origin) != scope.origin or key in self._said or key in self._replaced:
                continue
            subject, value = claim.content.subject, claim.content.value
            if subject in scope.protected or (claim.content.type == ValueType.LINK and value in scope.protected):
                continue
            if scope.vanished is Vanished.RETRACT:
                self._withdraw(claim)
            elif claim.end > self._at:
                self._stop(claim)

    def _stop(self, claim: Claim) -> None:
        again = claim.start != BEGIN and self.is_dated(*claim.content[:2])
        if claim.start >= self._at or again:
            self._withdraw(claim)
        elif claim.content.predicate not in self._single or claim == self._current(claim.content):
            self._ended[file_of(claim.origin)] += 1
            self._say(Op.END, claim._replace(end=self._at))

    def _withdraw(self, claim: Claim) -> None:
        self._retracted[file_of(claim.origin)] += 1
        self._say(Op.RETRACT, claim)

    def _say(self, op: Op, claim: Claim) -> None:
        content = claim.content
        tail = (claim.start, claim.end, content.qualifiers, claim.origin, claim.row, op)
        if content.type == ValueType.LINK:
            self._builder.link(content.subject, content.predicate, str(content.value), *tail)
            return
        kind, value = ValueType(content.type), content.value
        held = decode_value(kind, 0, (value,)) if isinstance(value, str) else decode_value(kind, value, ())
        assert held is not None
        self._builder.attribute(content.subject, content.predicate, held, *tail)


def file_of(origin: str) -> str:
    """The file behind an origin, which may name a graph in it: ``plant.trig <urn:graph>``."""
    return origin.partition(" <")[0]


def claims_of_part(part: FactPart) -> Iterator[Claim]:
    """The facts of a part as claims, whatever is done with them."""
    strings, qualifiers = part.strings, part.qualifiers
    for _, kind, subject, predicate, value, start, end, held, origin, row in part.table.tolist():
        content = Content(
            strings[subject],
            strings[predicate],
            kind,
            strings[value] if kind in _TEXTUAL else value,
            qualifiers[held] if held >= 0 else (),
        )
        yield Claim(content, start, end, strings[origin], row)


def claim_of(fact: Fact) -> Claim:
    """A fact as a claim."""
    if fact.object is not None:
        kind, value = ValueType.LINK, str(fact.object)
    else:
        assert fact.value is not None
        kind = value_type(fact.value)
        textual = kind in _TEXTUAL
        value = str(fact.value) if textual else value_number(fact.value)  # type: ignore[assignment, arg-type]
    content = Content(str(fact.subject), fact.predicate, int(kind), value, fact.qualifiers)
    return Claim(content, fact.valid_from, fact.valid_to, fact.origin, fact.row)


def standing_claims(commits: Iterable[Commit], source: str) -> list[Claim]:
    """What a source stands for after some commits: its last word on each fact, in the order of first mention.

    Args:
        commits: the log, from its start.
    Cost: all facts of the source, in memory; ``standing.settle_log`` does without.
    """
    return folded(commits, source)


def folded(commits: Iterable[Commit], source: str) -> list[Claim]:
    """As ``standing_claims``, of the facts that the commits hold."""
    words: dict[tuple[Content, Instant], list[tuple[str, Claim]]] = {}
    starts: dict[Content, list[Instant]] = defaultdict(list)
    for commit in commits:
        change_set = commit.change_set
        withdrawn = set(change_set.withdraws)
        if withdrawn:
            for key, said in list(words.items()):
                words[key] = [word for word in said if word[0] not in withdrawn]
        if change_set.source != source:
            continue
        for part in change_set.parts:
            for op, claim in zip(part.table["op"].tolist(), claims_of_part(part), strict=True):
                _hear(words, starts, Op(op), claim, change_set.run_id)
    return [said[-1][1] for said in words.values() if said]


def _hear(
    words: dict[tuple[Content, Instant], list[tuple[str, Claim]]],
    starts: dict[Content, list[Instant]],
    op: Op,
    claim: Claim,
    run: str,
) -> None:
    content = claim.content
    known = starts[content]
    if op is Op.ASSERT:
        said = words.setdefault((content, claim.start), [])
        if claim.start not in known:
            known.append(claim.start)
        if not said or said[-1][1].end != claim.end:
            said.append((run, claim))
    elif op is Op.END:
        for start in known:
            said = words[content, start]
            if said and start < claim.end <= said[-1][1].end:
                said.append((run, claim._replace(start=start)))
    else:
        exactly = [start for start in known if start == claim.start and words[content, start]]
        for start in exactly or (known if claim.start == BEGIN else ()):
            words[content, start] = []


def scopes_of(scopes: Iterable[TableScope]) -> list[TableScope]:
    """One scope per file: where several tables read one, the mildest word on what vanishes holds."""
    order = (Vanished.KEEP, Vanished.END, Vanished.RETRACT)
    merged: dict[str, TableScope] = {}
    for scope in scopes:
        other = merged.get(scope.origin, scope)
        merged[scope.origin] = TableScope(
            scope.origin,
            min(scope.vanished, other.vanished, key=order.index),
            scope.protected | other.protected,
            scope.unnamed + (other.unnamed if other is not scope else 0),
        )
    return list(merged.values())
