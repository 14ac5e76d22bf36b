"""Who said what? Sources with their runs, what they hold and what they lost; and the audit of one thing."""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from thread.clock import Instant
from thread.errors import InputError, known_near
from thread.facts import Commit
from thread.ingest.rowcounts import RowCounts, counts_in
from thread.ontology.model import Attribute, Ontology, Relation
from thread.projection import Statement, View
from thread.projection.claimed import Holdings, holdings
from thread.reasoning.audit import Change, Effect, audit_of
from thread.terms import LABEL, TYPE

if TYPE_CHECKING:
    from thread.service.context import Context
    from thread.stores.base import Store

_KIND: Final = "kind"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Who made a revision, when, and why."""

    ordinal: int
    recorded_at: Instant
    request_id: str
    source: str
    run: str
    actor: str
    reason: str
    withdraws: tuple[str, ...]

    @staticmethod
    def of(commit: Commit) -> "Recorded":
        """Of a commit."""
        said, made = commit.change_set, commit.revision
        return Recorded(
            made.ordinal, made.recorded_at, said.request_id, said.source, said.run_id, said.actor, said.reason,
            said.withdraws,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a thing, with the revision that made it."""

    change: Change
    by: Recorded


@dataclass(frozen=True, slots=True)
class FileCount:
    """What one run said out of one file, request or stream."""

    name: str
    """Empty for a request: the run names it."""
    told: int
    """Facts that it said."""
    holding: int
    """Facts of it that hold by this source's word now."""


@dataclass(frozen=True, slots=True)
class Run:
    """One import run or request of a source."""

    name: str
    first: Recorded
    """The first revision of it; there is one, but for streams."""
    told: int
    standing: int
    """Facts that nobody has withdrawn since."""
    holding: int
    files: tuple[FileCount, ...]
    rows: RowCounts | None
    """Rows that were read and refused; None where the run says nothing of rows."""
    withdrawn: Recorded | None
    """The revision that took the run back."""


@dataclass(frozen=True, slots=True)
class Source:
    """Everything about one source."""

    name: str
    rank: int
    runs: tuple[Run, ...]
    """In the order in which they were recorded."""
    holding: int
    """Facts that hold by its word at the view's instant, whether they are answered or not."""
    in_conflict: int
    """Of these, the facts that are not answered, because another source says otherwise."""
    refused: int
    """Rows that its runs refused, as far as their imports had an effect."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources that disagree: what is answered, and what is not."""

    answer: Statement | None
    """None: the sources that answer hold that nothing is so."""
    other: Statement
    by_rank: bool
    """The source that answers has the higher rank; else it was recorded later."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources, by name, as a view sees them."""

    sources: tuple[Source, ...]
    conflicts: tuple[Conflict, ...]
    """Sorted by subject and predicate."""


class Provenance:
    """Questions about who said what; the service is one of these."""

    _ranks: Mapping[str, int]
    headers: "Headers"
    """Who made each revision."""

    def view(self, context: "Context") -> View:
        """The projection as the context sees it."""
        raise NotImplementedError

    def audit(
        self, context: "Context", node: int, predicates: Collection[str] | None = None, *, incoming: bool = False
    ) -> list[Told]:
        """Everything that was ever told of a thing: what, by whom, when, from where, replacing what; oldest first.

        Args:
            predicates: IRIs; ``predicates_named`` makes them of names.
            incoming: also of links that lead to it.
        Cost: what was told of the thing, and a look at each revision that told it.
        """
        changes = audit_of(self.view(context), node, predicates, incoming=incoming)
        return [Told(change, self.headers.at(change.revision)) for change in changes]

    def outvoted(self, context: "Context", revision: int) -> list[Conflict]:
        """What a revision told that is not what is answered, since a source that outranks it says otherwise.

        Seen at the revision itself, so that a repeated request is told the same. Cost: the facts of the revision, and
        what was ever told in their places.
        """
        view = self.view(replace(context, known=revision, live=False))
        found = []
        for subject, predicates in self.headers.told_by(revision).items():
            for change in audit_of(view, view.find(subject), predicates):
                if change.revision == revision and change.effect is Effect.OUTVOTED:
                    answer = next(iter(change.instead), None)
                    higher = answer is not None and self._rank(answer.source) > self._rank(change.claim.source)
                    found.append(Conflict(answer, change.claim, higher))
        return found

    def _rank(self, source: str) -> int:
        return self._ranks.get(source, 0)

    def sources(self, context: "Context") -> Sources:
        """What came from where: sources, runs, files; what they hold, what they lost, what they refused.

        Cost: one pass over all claims as columns, one over the headers of the log (each read once), and the entities
        of which sources disagree.
        """
        view = self.view(context)
        held = holdings(view)
        conflicts = [
            conflict
            for _, node in sorted((view.iri(node), node) for node in held.contested.tolist())
            for conflict in conflicts_of(view, node, self._ranks)
        ]
        lost = Counter(conflict.other.source for conflict in conflicts)
        runs = _runs(held, list(self.headers.until(context.known)))
        found = [
            Source(
                name,
                self._ranks.get(name, 0),
                tuple(several),
                sum(run.holding for run in several),
                lost[name],
                sum(run.rows.refused for run in several if run.rows is not None),
            )
            for name, several in sorted(runs.items())
        ]
        return Sources(tuple(found), tuple(conflicts))


class Headers:
    """Who made each revision; read from the log once each, safe in any thread."""

    def __init__(self, store: "Store") -> None:
        self._store, self._known = store, dict[int, Recorded]()
        self._all, self._guard = list[Recorded](), threading.Lock()

    def at(self, ordinal: int) -> Recorded:
        """Of one revision; reads no other."""
        found = self._known.get(ordinal)
        if found is None:
            found = self._known[ordinal] = Recorded.of(next(iter(self._store.changes(ordinal - 1))))
        return found

    def told_by(self, ordinal: int) -> dict[str, set[str]]:
        """The predicates of which a revision says something, by subject."""
        found: dict[str, set[str]] = defaultdict(set)
        for part in next(iter(self._store.changes(ordinal - 1))).change_set.parts:
            pairs = np.unique(np.stack([part.table["subject"], part.table["predicate"]], axis=1), axis=0)
            for subject, predicate in pairs.tolist():
                found[part.strings[subject]].add(part.strings[predicate])
        return dict(sorted(found.items()))

    def until(self, ordinal: int) -> Iterator[Recorded]:
        """Of all revisions up to one, in order; those that were read before are kept."""
        with self._guard:
            if len(self._all) < ordinal:
                for commit in self._store.changes(len(self._all)):
                    self._all.append(Recorded.of(commit))
                    if len(self._all) >= ordinal:
                        break
            return iter(self._all[:ordinal])


def _runs(held: Holdings, headers: Iterable[Recorded]) -> dict[str, list[Run]]:
    """Runs by source, from what was recorded and what is held."""
    first: dict[tuple[str, str], Recorded] = {}
    rows: dict[tuple[str, str], list[RowCounts]] = defaultdict(list)
    withdrawn: dict[str, Recorded] = {}
    for header in headers:
        for run in header.withdraws:
            withdrawn.setdefault(run, header)
        key = header.source, header.run
        first.setdefault(key, header)
        counted = counts_in(header.reason)
        if counted is not None:
            rows[key].append(counted)
    files: dict[tuple[str, str], list[tuple[FileCount, int]]] = defaultdict(list)
    columns = (held.source, held.run, held.origin, held.told, held.standing, held.holding)
    for source, run, origin, told, standing, holding in zip(*columns, strict=True):
        files[source, run].append((FileCount(origin, told, holding), standing))
    found: dict[str, list[Run]] = defaultdict(list)
    for (source, name), header in first.items():
        several = sorted(files.get((source, name), ()), key=lambda each: each[0].name)
        if not several and header.withdraws:  # it only took another run back
            found.setdefault(source, [])
            continue
        found[source].append(
            Run(
                name,
                header,
                sum(file.told for file, _ in several),
                sum(standing for _, standing in several),
                sum(file.holding for file, _ in several),
                tuple(file for file, _ in several),
                _added(rows[source, name]),
                withdrawn.get(name),
            )
        )
    return found


def _added(counts: list[RowCounts]) -> RowCounts | None:
    if not counts:
        return None
    rules: Counter[str] = Counter()
    for one in counts:
        rules.update(one.rules)
    return RowCounts(sum(one.read for one in counts), sum(one.refused for one in counts), dict(sorted(rules.items())))


def conflicts_of(view: View, node: int, ranks: Mapping[str, int]) -> list[Conflict]:
    """What sources hold of a thing that is not answered, each with what is.

    Args:
        ranks: rank by source; 0 where none is said.
    """
    found = []
    for other in view.conflicts(node):
        answer = _answer(view, node, other)
        higher = answer is not None and ranks.get(answer.source, 0) > ranks.get(other.source, 0)
        found.append(Conflict(answer, other, higher))
    return sorted(found, key=lambda one: (one.other.predicate, str(one.other.object or one.other.value)))


def _answer(view: View, node: int, other: Statement) -> Statement | None:
    """What is in force in the slot of a claim; of a many-valued one the same said with another end."""
    at = view.valid_at
    single = _is_single(view.ontology, other.predicate)
    return next(
        (
            each
            for each in view.history(node, other.predicate)
            if each.valid_from <= at < each.valid_to
            and (single or (each.object, each.value) == (other.object, other.value))
        ),
        None,
    )


def _is_single(ontology: Ontology, predicate: str) -> bool:
    word = ontology.relation.get(predicate) or ontology.attribute.get(predicate)
    return predicate in (TYPE, LABEL) or (word is not None and word.single)


def predicates_named(ontology: Ontology, names: Collection[str]) -> tuple[str, ...]:
    """The IRIs of relations and attributes that are given by name or IRI; ``kind`` is what a thing is.

    Raises:
        InputError: ``unknown-relation``.
    """
    found = []
    for name in names:
        word = ontology.by_name.get(name) or ontology.relation.get(name) or ontology.attribute.get(name)
        if name in (_KIND, TYPE):
            found.append(TYPE)
        elif isinstance(word, (Relation, Attribute)):
            found.append(word.iri)
        else:
            known = [_KIND, *(each.name for each in ontology.relations), *(each.name for each in ontology.attributes)]
            hint = known_near(name, known, "words")
            raise InputError(f'"{name[:60]}" is no relation or attribute.', code="unknown-relation", hint=hint)
    return tuple(found)


def word_of(ontology: Ontology, predicate: str) -> str:
    """The name by which people know a predicate."""
    word = ontology.relation.get(predicate) or ontology.attribute.get(predicate)
    return _KIND if predicate == TYPE else word.name if word is not None else predicate
