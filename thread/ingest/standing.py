"""What changes between two snapshots, when there are millions of facts? ``snapshots.settle``, a column at a time.

Nearly all facts of a later snapshot say what was said before, or say it anew: those are told here by comparing columns
of hashes, 128 bits a fact (Python's keyed hash of each text, mixed), so that neither the log nor its texts are held.
What is left, what came back or vanished or was said more than once, is read again from the log and settled one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from thread.clock import BEGIN, END, Instant
from thread.facts import Commit, FactPart, Op, ValueType
from thread.ingest.parts import Vanished
from thread.ingest.pausing import collector_paused
from thread.ingest.reading import Reading
from thread.ingest.snapshots import Claim, Content, Settlement, Settling, claims_of_part, file_of, folded, scopes_of
from thread.ontology.model import Ontology
from thread.terms import LABEL, TYPE

_TEXTUAL: Final = (ValueType.LINK, ValueType.TEXT, ValueType.DECIMAL, ValueType.IRI)
_FIRST, _SECOND = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Commits = Callable[[], Iterable[Commit]]
"""Gives the log from its start, each time it is called."""
_SAID: Final = np.dtype(
    [
        ("content", "u8"),
        ("subject", "u8"),
        ("about", "u8"),
        ("value", "u8"),
        ("start", "i8"),
        ("end", "i8"),
        ("origin", "i4"),
        ("part", "i4"),
        ("at", "i4"),
        ("op", "u1"),
        ("single", "?"),
        ("link", "?"),
    ]
)
"""One fact of the log or of a reading as numbers. ``content``, ``subject``, ``about`` (subject and predicate) and
``value`` are hashes; ``part`` and ``at`` say where it lies."""


def settle_log(reading: Reading, commits: Commits, source: str, at: Instant, ontology: Ontology) -> Settlement:
    """What a reading changes of what its source stands for by the log; the contract is that of ``settle``.

    Cost: two passes over the log where anything has changed, else one; 70 bytes for each fact of the source and of the
    reading; some microseconds for each fact that is new, came back or vanished.
    """
    single = {TYPE, LABEL}
    single.update(relation.iri for relation in ontology.relations if relation.single)
    single.update(attribute.iri for attribute in ontology.attributes if attribute.single)
    with collector_paused():
        log = _read_log(commits(), source, single)
        if not len(log.said):
            return Settlement(reading.parts, 0)
        return _Comparison(reading, log, at, single).settled(commits, source, ontology)


@dataclass(slots=True)
class _Log:
    """All that a source has said, and which of it stands because it was said once and never touched."""

    said: npt.NDArray[np.void]
    plain: npt.NDArray[np.void]
    """Those of ``said`` that stand, sorted by content; what was said more than once is not among them."""
    twice: Hashes
    """Contents that were said, ended or withdrawn more than once, sorted."""
    origins: list[str]


def _read_log(commits: Iterable[Commit], source: str, single: set[str]) -> _Log:
    tables: list[npt.NDArray[np.void]] = []
    runs: list[str] = []
    origins: dict[str, int] = {}
    withdrawn: dict[str, int] = {}
    for commit in commits:
        change_set = commit.change_set
        withdrawn.update(dict.fromkeys(change_set.withdraws, len(runs)))
        if change_set.source != source:
            continue
        for part in change_set.parts:
            tables.append(_said(part, len(runs), single, origins))
            runs.append(change_set.run_id)
    said = np.concatenate(tables) if tables else np.empty(0, _SAID)
    order = np.argsort(said["content"], kind="stable")
    content = said["content"][order]
    fresh = np.ones(len(content) + 1, dtype=bool)
    fresh[1:-1] = content[1:] != content[:-1]
    alone = fresh[:-1] & fresh[1:]
    once = said[order[alone]]
    # A run that is withdrawn is withdrawn as it was then: what it says later, it says.
    gone = np.array([withdrawn.get(run, -1) > number for number, run in enumerate(runs)], dtype=bool)
    stands = (once["op"] == Op.ASSERT) & ~gone[once["part"]]
    return _Log(said, once[stands], np.unique(content[~alone]), list(origins))


def _said(part: FactPart, number: int, single: set[str], origins: dict[str, int]) -> npt.NDArray[np.void]:
    """The facts of a part as numbers."""
    table, strings = part.table, part.strings
    hashes = _hashes(strings)
    textual = np.isin(table["type"], _TEXTUAL)
    values = table["value"].astype(np.int64)
    texts = hashes[np.where(textual, values, 0)] if len(strings) else values.view(np.uint64)
    noted = [hash((held, tuple(type(value) for _, value in held))) for held in part.qualifiers]
    qualifiers = np.array([*noted, 0], dtype=np.int64).view(np.uint64)
    said = np.empty(len(table), _SAID)
    said["subject"] = hashes[table["subject"]]
    said["about"] = _mixed(said["subject"], hashes[table["predicate"]])
    said["value"] = np.where(textual, texts, values.view(np.uint64))
    typed = _mixed(said["value"], table["type"].astype(np.uint64))
    said["content"] = _mixed(_mixed(said["about"], typed), qualifiers[table["qualifiers"]])
    said["start"], said["end"], said["op"] = table["valid_from"], table["valid_to"], table["op"]
    named = np.flatnonzero(np.bincount(table["origin"], minlength=1)) if len(table) else np.empty(0, np.int64)
    of_string = np.zeros(len(strings) + 1, dtype=np.int32)
    for index in named.tolist():
        of_string[index] = origins.setdefault(strings[index], len(origins))
    said["origin"] = of_string[table["origin"]]
    is_single = np.array([text in single for text in strings], dtype=bool) if strings else np.zeros(1, dtype=bool)
    said["single"] = is_single[table["predicate"]]
    said["link"] = table["type"] == ValueType.LINK
    said["part"], said["at"] = number, np.arange(len(table))
    return said


def _hashes(texts: Iterable[str]) -> Hashes:
    return np.fromiter(map(hash, texts), np.int64).view(np.uint64)


def _mixed(first: Hashes, second: Hashes) -> Hashes:
    """Two hashes as one."""
    mixed = (first ^ (first >> np.uint64(31))) * _FIRST + second
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(32)), dtype=np.uint64)


def _places(known: Hashes, wanted: Hashes) -> Numbers:
    """Where in a sorted column each wanted hash would stand: in their order, which keeps to the cache."""
    order = np.argsort(wanted)
    places = np.empty(len(wanted), dtype=np.int64)
    places[order] = np.searchsorted(np.ascontiguousarray(known), wanted[order])
    return places


class _Comparison:
    """One reading beside what its source stands for."""

    def __init__(self, reading: Reading, log: _Log, at: Instant, single: set[str]) -> None:
        self._reading, self._log, self._at = reading, log, at
        self._origins = {origin: number for number, origin in enumerate(log.origins)}
        tables = [_said(part, number, single, self._origins) for number, part in enumerate(reading.parts)]
        self._new = np.concatenate(tables) if tables else np.empty(0, _SAID)
        self._old = log.plain
        self._scopes = {scope.origin: scope for scope in scopes_of(reading.scope)}
        undated = (self._new["start"] == BEGIN) & (self._new["end"] == END)
        self._dated = np.unique(self._new["about"][~undated])
        self._undated = undated
        self._current()
        self._match()

    def _current(self) -> None:
        """Which standing claim answers at the snapshot in each slot of a single-valued fact."""
        old = self._old
        begun = np.flatnonzero(old["single"] & (old["start"] <= self._at))
        some = old[begun]
        order = np.lexsort((some["at"], some["part"], some["start"], some["about"]))
        slots = some["about"][order]
        last = np.ones(len(slots), dtype=bool)
        last[:-1] = slots[1:] != slots[:-1]
        self._slots, self._holders = slots[last], begun[order[last]]

    def _match(self) -> None:
        """Tell the facts that were said before, those that are new, and those that replace another."""
        new, old, at = self._new, self._old, self._at
        if not len(old):  # what stands was said more than once, or not at all
            old = np.zeros(1, _SAID)
        found = np.minimum(_places(old["content"], new["content"]), len(old) - 1)
        match = old[found]
        there = match["content"] == new["content"]
        slot = np.minimum(_places(self._slots, new["about"]), max(len(self._slots) - 1, 0))
        held, holder = np.zeros(len(new), dtype=bool), np.zeros(len(new), dtype=np.int64)
        if len(self._slots):
            held, holder = new["single"] & (self._slots[slot] == new["about"]), self._holders[slot]
        odd = (there & (match["subject"] != new["subject"])) | np.isin(new["content"], self._log.twice)
        odd |= new["single"] & np.isin(new["about"], self._twice_abouts())
        same = there & (match["start"] == new["start"]) & (match["end"] == new["end"])
        holds = there & (match["start"] <= at) & (match["end"] == END)
        holds &= ~new["single"] | (held & (holder == found))
        repeated = ~odd & np.where(self._undated, holds, same)
        fresh = ~odd & ~there & ~(self._undated & held)
        changed = ~odd & ~there & self._undated & held & self._mild()[old["origin"][holder]]
        self.repeated, self.fresh, self.changed = repeated, fresh, changed
        self.special = ~(repeated | fresh | changed)
        self._matched = np.zeros(len(self._old), dtype=bool)
        self._matched[found[repeated]] = True
        self._replaced = np.zeros(len(self._old), dtype=bool)
        self._replaced[holder[changed]] = True

    def _twice_abouts(self) -> Hashes:
        """Slots of facts that were said more than once."""
        said = self._log.said
        return np.unique(said["about"][said["single"] & np.isin(said["content"], self._log.twice)])

    def _mild(self) -> Mask:
        """By origin: whether what is replaced stops, and is not withdrawn."""
        policies = (self._scopes.get(file_of(origin)) for origin in self._origins)
        return np.array([scope is None or scope.vanished is not Vanished.RETRACT for scope in policies], dtype=bool)

    def _vanished(self) -> Mask:
        """Standing claims that are to be looked at because the reading says them no more."""
        old, at, count = self._old, self._at, len(self._origins)
        gone = ~self._matched & ~self._replaced
        ends, covered = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        for origin, number in self._origins.items():
            scope = self._scopes.get(file_of(origin))
            covered[number] = scope is not None and scope.vanished is not Vanished.KEEP and not scope.unnamed
            ends[number] = scope is not None and scope.vanished is Vanished.END
        gone &= covered[old["origin"]]
        holds = np.zeros(len(old), dtype=bool)
        holds[self._holders] = True
        passed = old["single"] & ~holds & (old["start"] < at)
        passed &= (old["start"] == BEGIN) | ~np.isin(old["about"], self._dated)
        return np.asarray(gone & ~(ends[old["origin"]] & ((old["end"] <= at) | passed)), dtype=bool)

    def settled(self, commits: Commits, source: str, ontology: Ontology) -> Settlement:
        old, new = self._old, self._new
        specials = new[self.special]
        wanted = self._vanished()
        wanted |= np.isin(old["content"], specials["content"])
        wanted |= old["single"] & np.isin(old["about"], specials["about"][specials["single"]])
        said = self._log.said
        chosen = np.concatenate([old[wanted], said[np.isin(said["content"], self._log.twice)]])
        told = old[wanted & (self._matched | self._replaced)]
        before, done = _read_again(commits(), source, chosen, told) if len(chosen) else ([], set())
        settling = Settling(self._reading.scope, before, self._at, ontology)
        settling.done = done
        settling.is_dated = self._is_dated
        rest = settling.run(self._specials())
        parts = (*self._kept(self.fresh, None), *self._kept(self.changed, self._at), *rest.parts)
        repeated = rest.repeated + int(np.count_nonzero(self.repeated))
        return Settlement(parts, repeated, rest.ended, rest.retracted)

    def _is_dated(self, subject: str, predicate: str) -> bool:
        """Whether the reading dates a fact of this subject and predicate."""
        one, other = _hashes([subject]), _hashes([predicate])
        return bool(np.isin(_mixed(one, other), self._dated)[0])

    def _specials(self) -> Iterator[Claim]:
        for number, rows in _by_part(self._new[self.special]):
            yield from claims_of_part(self._reading.parts[number].only(rows))

    def _kept(self, mask: Mask, start: Instant | None) -> Iterator[FactPart]:
        """Some facts of the reading as parts."""
        for number, rows in _by_part(self._new[mask]):
            part = self._reading.parts[number].only(rows)
            if start is not None:
                table = part.table.copy()
                table["valid_from"] = start
                part = replace(part, table=table)
            yield part


def _by_part(said: npt.NDArray[np.void]) -> Iterator[tuple[int, Numbers]]:
    """Numbers of parts, and rows of each in order."""
    for number in np.unique(said["part"]).tolist():
        yield number, np.sort(said["at"][said["part"] == number]).astype(np.int64)


def _read_again(
    commits: Iterable[Commit], source: str, chosen: npt.NDArray[np.void], told: npt.NDArray[np.void]
) -> tuple[list[Claim], set[tuple[Content, Instant]]]:
    """What some facts of the log come to, as claims; and which of these have been told already."""
    rows: Mapping[int, Numbers] = dict(_by_part(chosen))
    known: Mapping[int, Numbers] = dict(_by_part(told))
    done: set[tuple[Content, Instant]] = set()

    def some() -> Iterator[Commit]:
        number = 0
        for commit in commits:
            change_set = commit.change_set
            parts: list[FactPart] = []
            for part in change_set.parts if change_set.source == source else ():
                if number in rows:
                    parts.append(part.only(rows[number]))
                if number in known:
                    done.update((claim.content, claim.start) for claim in claims_of_part(part.only(known[number])))
                number += 1
            if parts or change_set.withdraws:
                yield replace(commit, change_set=replace(change_set, parts=parts))

    return folded(some(), source), done
