"""Which entity does a row mean? Keys of this reading, identifiers that the thread knows, references."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeVar

from thread.ingest.rows import Row, RowFault
from thread.ingest.text import checked_iri, iri_part
from thread.terms import EntityId

_LISTED: Final = 5
_ASKED_AT_ONCE: Final = 50_000
T = TypeVar("T", str, str | None)


Triple = tuple[str, str | None, str]
"""Scheme, scope and value of an identifier."""


class Resolver(Protocol):
    """What the thread knows already; the service answers it over its current view."""

    def find(self, iri: str) -> bool:
        """Whether an entity with this IRI is present or referred to."""

    def found(self, iris: Sequence[str]) -> Sequence[bool]:
        """As ``find``, for many at once."""

    def bearers(self, scheme: str | None, scope: str | None, value: str) -> Sequence[EntityId]:
        """All entities with this identifier; None stands for any scheme, any scope."""

    def carried(self, identifiers: Sequence[Triple]) -> Mapping[Triple, Sequence[EntityId]]:
        """As ``bearers``, for many at once: those that anybody carries. No scope stands for any."""

    def kinds(self, iris: Sequence[str]) -> Sequence[str | None]:
        """Kind IRI of each entity as it is now; None for stubs and unknown ones."""


class Nothing:
    """The resolver of an empty thread."""

    def find(self, iri: str) -> bool:
        del iri
        return False

    def bearers(self, scheme: str | None, scope: str | None, value: str) -> Sequence[EntityId]:
        del scheme, scope, value
        return ()

    def found(self, iris: Sequence[str]) -> Sequence[bool]:
        return [False] * len(iris)

    def carried(self, identifiers: Sequence[Triple]) -> Mapping[Triple, Sequence[EntityId]]:
        del identifiers
        return {}

    def kinds(self, iris: Sequence[str]) -> Sequence[str | None]:
        return [None] * len(iris)


class Key(NamedTuple):
    """An identifier as a row gives it."""

    scheme: str
    scope: str | None
    value: str
    identifies: bool
    column: str


@dataclass(frozen=True, slots=True)
class _Shared:
    """An identifier that a second entity carries too."""

    table: str
    row: int
    line: int
    key: Key
    entity: str


_Asked = tuple[str, int, int, str, str, Sequence[Key], bool]
"""Table, row, line, name in the mapping, made IRI, identifiers, and whether the mapping gives an IRI."""


class Identities:
    """Who is who in one reading. ``see`` every row first; then ask."""

    def __init__(self, resolver: Resolver, namespace: str) -> None:
        self._resolver, self._namespace = resolver, namespace
        self._seen: set[str] = set()
        self.repeated: set[str] = set()
        """Entities that more than one row describes."""
        self.kinds: dict[str, set[str]] = {}
        """Kinds by the IRI that was made, where a mapping chooses relations by them."""
        self._alias: dict[str, str] = {}
        self._refused: dict[tuple[str, int, str], RowFault] = {}
        self._owner: dict[tuple[str, str | None, str], str] = {}
        self._others: dict[tuple[str, str | None, str], set[str]] = {}
        self._loose: dict[str, set[tuple[str, str | None, str]]] | None = None
        self._shared: list[_Shared] = []
        self._asking: list[_Asked] = []

    # -- first pass

    def see(self, table: str, row: Row, entity: str, minted: str, keys: Sequence[Key], named: bool) -> None:
        """Take note of an entity that a row describes.

        Args:
            minted: the IRI that the mapping makes for it.
            named: whether the mapping gives an IRI, and does not make it from an identifier.
        """
        new = minted not in self._seen
        if new:
            self._seen.add(minted)
        else:
            self.repeated.add(minted)
        for key in keys:
            triple = key[:3]
            owner = self._owner.get(triple)
            if owner is None:
                self._owner[triple], new = minted, True
            elif owner != minted:
                self._others.setdefault(triple, {owner}).add(minted)
                self._shared.append(_Shared(table, row.number, row.line, key, minted))
                new = True
        if new:  # the same entity with the same identifiers has been resolved before
            self._asking.append((table, row.number, row.line, entity, minted, keys, named))
            if len(self._asking) >= _ASKED_AT_ONCE:
                self._resolve_all()

    def see_all(
        self,
        table: str,
        rows: Sequence[Row],
        entity: str,
        minted: Sequence[str],
        keys: Sequence[list[Key]],
        named: bool,
    ) -> None:
        """As ``see``, for the entities of many rows."""
        fresh = set(minted)
        triples = [key[:3] for each in keys for key in each]
        plain = len(fresh) == len(minted) and len(set(triples)) == len(triples)
        if plain and fresh.isdisjoint(self._seen) and self._owner.keys().isdisjoint(triples):
            self._seen |= fresh
            owners = (made for made, each in zip(minted, keys, strict=True) for _ in each)
            self._owner.update(zip(triples, owners, strict=True))
            self._asking += [
                (table, row.number, row.line, entity, made, each, named)
                for row, made, each in zip(rows, minted, keys, strict=True)
            ]
            if len(self._asking) >= _ASKED_AT_ONCE:
                self._resolve_all()
            return
        for row, made, each in zip(rows, minted, keys, strict=True):
            self.see(table, row, entity, made, each, named)

    def _resolve_all(self) -> None:
        """Find the entities that the thread has for those that were seen."""
        asking, self._asking = self._asking, []
        carried = self._resolver.carried([key[:3] for *_, keys, _ in asking for key in keys if key.identifies])
        named = [minted for *_, minted, _, named in asking if named]
        there = {iri for iri, known in zip(named, self._resolver.found(named), strict=True) if known}
        if carried or there:
            for asked in asking:
                self._resolve(asked, carried, there)

    def _resolve(self, asking: _Asked, carried: Mapping[Triple, Sequence[EntityId]], there: set[str]) -> None:
        """Find the entity that the thread has for it: the one that all its identifiers that are known share."""
        table, number, line, entity, minted, keys, named = asking
        asked: list[tuple[Key, set[str]]] = [(key, {*carried.get(key[:3], ())}) for key in keys if key.identifies]
        found = [known for _, known in asked if known]
        if named and minted in there:
            found.append({minted})
        if not found:
            return
        common = set.intersection(*found)
        if minted in common:
            common = {minted}
        if len(common) != 1:
            self._refused[table, number, entity] = _conflict(found, common, keys)
            return
        (one,) = common
        if one != minted:
            self._alias[minted] = one
        self._shared += [_Shared(table, number, line, key, one) for key, known in asked if known - {one}]

    def finish(self, report: Callable[[str, Row, RowFault], None]) -> None:
        """End the first pass: report identifiers that several entities carry."""
        self._resolve_all()
        meant = Counter(self._alias.values())
        self.repeated |= {one for one, times in meant.items() if times > 1 or one in self._seen}
        self.repeated |= {self._alias[minted] for minted in self.repeated if minted in self._alias}
        for shared in dict.fromkeys(self._shared):  # a row may be said several times
            bearers = self._bearers(*shared.key[:3])
            if len(bearers) > 1:
                others = ", ".join(sorted(bearers - {self.canonical(shared.entity)})[:_LISTED])
                fault = RowFault(
                    "ambiguous-identifier",
                    f"{shared.key.scheme}:{shared.key.value} is also carried by {others}.",
                    column=shared.key.column,
                    value=shared.key.value,
                    hint="References by it are refused; a scope may tell them apart.",
                )
                report(shared.table, Row(shared.row, shared.line, []), fault)
        self._shared.clear()

    # -- second pass

    @property
    def refuses(self) -> bool:
        """Whether ``check`` refuses any row."""
        return bool(self._refused)

    def all_canonical(self, minted: list[T]) -> list[T]:
        """As ``canonical``, for many; None stays."""
        if not self._alias:
            return minted
        alias = self._alias
        return [each if each is None else alias.get(each, each) for each in minted]

    def canonical(self, minted: str) -> str:
        """The entity that a made IRI means."""
        return self._alias.get(minted, minted)

    def kinds_of(self, iri: str) -> set[str]:
        """The kinds that the rows, or else the thread, give an entity."""
        return self.kinds.get(iri) or {kind for kind in self._resolver.kinds([iri]) if kind is not None}

    def check(self, table: str, row: int, entity: str) -> None:
        """Refuse the row if the identifiers of its entity belong to different ones.

        Raises:
            RowFault: ``identity-conflict``, ``ambiguous-reference``.
        """
        fault = self._refused.get((table, row, entity)) if self._refused else None
        if fault is not None:
            raise fault

    def refer(self, scheme: str | None, scope: str | None, value: str, column: str) -> tuple[str, Key | None]:
        """The entity that a reference means; where nothing is known, a stub and the identifier that it must have.

        Raises:
            RowFault: ``ambiguous-reference`` with the candidates; ``bad-iri``.
        """
        if scheme is None:
            return self._refer_freely(value, column)
        bearers = self._bearers(scheme, scope, value)
        if len(bearers) == 1:
            return next(iter(bearers)), None
        if bearers:
            raise _ambiguous(f"{scheme}:{value}", bearers, column, value)
        return mint(self._namespace, scheme, scope, value, column), Key(scheme, scope, value, True, column)

    def _refer_freely(self, value: str, column: str) -> tuple[str, Key | None]:
        if value in self._seen or self._resolver.find(value):
            return self.canonical(value), None
        scheme, colon, rest = value.partition(":")
        bearers = self._bearers(scheme, None, rest) if colon and rest else set()
        bearers = bearers or self._bearers(None, None, value)
        if len(bearers) > 1:
            raise _ambiguous(value, bearers, column, value)
        if bearers:
            return next(iter(bearers)), None
        if "://" in value or value.startswith("urn:"):
            return checked_iri(value, column), None
        return self._namespace + iri_part(value, column), None

    def _bearers(self, scheme: str | None, scope: str | None, value: str) -> set[str]:
        """All entities of this reading and of the thread that carry an identifier."""
        found: set[str] = set()
        if scheme is not None and scope is not None:
            self._gather((scheme, scope, value), found)
        else:
            if self._loose is None:
                self._loose = {}
                for triple in self._owner:
                    self._loose.setdefault(triple[2], set()).add(triple)
            for triple in self._loose.get(value, ()):
                if scheme is None or triple[0] == scheme:
                    self._gather(triple, found)
        return found | set(self._resolver.bearers(scheme, scope, value))

    def _gather(self, triple: tuple[str, str | None, str], found: set[str]) -> None:
        owner = self._owner.get(triple)
        if owner is not None:
            found |= {self.canonical(minted) for minted in self._others.get(triple, {owner})}


def mint(namespace: str, scheme: str, scope: str | None, value: str, column: str) -> str:
    """The IRI of an entity that is known by an identifier only.

    >>> mint("urn:x:", "serial", "ACME", "4711", "")
    'urn:x:serial/ACME/4711'
    """
    parts = (scheme, value) if scope is None else (scheme, scope, value)
    return namespace + "/".join(iri_part(part, column) for part in parts)


def _conflict(found: Iterable[set[str]], common: set[str], keys: Sequence[Key]) -> RowFault:
    said = ", ".join(f"{key.scheme}:{key.value}" for key in keys)
    column = keys[0].column if keys else ""
    value = keys[0].value if keys else ""
    if common:
        return _ambiguous(said, common, column, value)
    listed = ", ".join(sorted(set.union(*found))[:_LISTED])
    return RowFault(
        "identity-conflict",
        f"its identifiers ({said}) belong to different entities: {listed}.",
        column=column,
        value=value,
        hint="Correct the row, or the identifiers that the thread has.",
    )


def _ambiguous(reference: str, bearers: set[str], column: str, value: str) -> RowFault:
    return RowFault(
        "ambiguous-reference",
        f'"{reference}" is carried by {len(bearers)} entities: {", ".join(sorted(bearers)[:_LISTED])}.',
        column=column,
        value=value,
        hint="Refer by another identifier, or give its scope.",
    )
