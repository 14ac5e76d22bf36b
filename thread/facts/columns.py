"""How are many facts held and written? A part: at most 10,000 facts as columns over one table of strings."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from thread.clock import BEGIN, END, Instant, to_datetime, to_instant
from thread.errors import StoreError
from thread.facts.model import Fact, Op, Qualifiers, Value, ValueType
from thread.terms import EntityId, Iri

PART_LIMIT: Final = 10_000
"""Facts in a part; a larger change set has several."""
FACT: Final = np.dtype(
    [
        ("op", "u1"),
        ("type", "u1"),
        ("subject", "<i4"),
        ("predicate", "<i4"),
        ("value", "<i8"),
        ("valid_from", "<i8"),
        ("valid_to", "<i8"),
        ("qualifiers", "<i4"),
        ("origin", "<i4"),
        ("row", "<i4"),
    ]
)
"""One fact. ``subject``, ``predicate``, ``origin`` and textual ``value`` index ``strings``; ``qualifiers``
indexes the part's qualifier table, -1 for none; ``type`` is a ``ValueType`` and says how to read ``value``."""
_MAGIC = b"TP1\n"
_TEXTUAL: Final = (ValueType.LINK, ValueType.TEXT, ValueType.DECIMAL, ValueType.IRI)
"""Types whose value is the number of a string."""


@dataclass(frozen=True, slots=True, eq=False)
class FactPart:
    """Facts as columns: ``table`` has dtype ``FACT``; strings are unique and in NFC."""

    strings: tuple[str, ...]
    qualifiers: tuple[Qualifiers, ...]
    table: npt.NDArray[np.void]

    @property
    def size(self) -> int:
        """Number of facts."""
        return len(self.table)

    def value_at(self, index: int) -> Value | None:
        """The attribute value of a fact; None for a link."""
        row = self.table[index]
        return decode_value(ValueType(int(row["type"])), int(row["value"]), self.strings)

    def fact_at(self, index: int) -> tuple[Op, Fact]:
        """One fact as an object; for small change sets, reports and tests."""
        row = self.table[index]
        kind, number, qualifiers = ValueType(int(row["type"])), int(row["value"]), int(row["qualifiers"])
        linked = kind is ValueType.LINK
        return Op(int(row["op"])), Fact(
            subject=EntityId(self.strings[row["subject"]]),
            predicate=self.strings[row["predicate"]],
            object=EntityId(self.strings[number]) if linked else None,
            value=None if linked else decode_value(kind, number, self.strings),
            valid_from=int(row["valid_from"]),
            valid_to=int(row["valid_to"]),
            qualifiers=self.qualifiers[qualifiers] if qualifiers >= 0 else (),
            origin=self.strings[row["origin"]],
            row=int(row["row"]),
        )

    def facts(self) -> Iterator[tuple[Op, Fact]]:
        """All facts as objects, in order."""
        return (self.fact_at(index) for index in range(self.size))

    def only(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> "FactPart":
        """Some of the facts, with the strings and qualifiers that they need."""
        table = self.table[rows].copy()
        textual = np.isin(table["type"], _TEXTUAL)
        used = np.zeros(len(self.strings), dtype=bool)
        for name in ("subject", "predicate", "origin"):
            used[table[name]] = True
        used[table["value"][textual]] = True
        kept = np.flatnonzero(used)
        numbers = np.cumsum(used) - 1
        for name in ("subject", "predicate", "origin"):
            table[name] = numbers[table[name]]
        table["value"][textual] = numbers[table["value"][textual]]
        noted = np.unique(table["qualifiers"][table["qualifiers"] >= 0])
        places = np.full(len(self.qualifiers) + 1, -1, dtype=np.int32)
        places[noted] = np.arange(len(noted))
        table["qualifiers"] = places[table["qualifiers"]]
        strings = tuple(self.strings[index] for index in kept.tolist())
        return FactPart(strings, tuple(self.qualifiers[index] for index in noted.tolist()), table)

    def payload(self) -> bytes:
        """The part as plain bytes; what the digests of the log are taken of."""
        head = orjson.dumps([self.strings, [[[p, *_pack(v)] for p, v in q] for q in self.qualifiers]])
        return struct.pack("<II", len(head), len(self.table)) + head + self.table.tobytes()

    def encode(self) -> bytes:
        """The part as one compressed blob; ``decode_part`` reads it."""
        return compress_payload(self.payload())


def compress_payload(payload: bytes) -> bytes:
    """The blob that is stored for a part's plain bytes."""
    return _MAGIC + zlib.compress(payload, 1)


def decompress_payload(blob: bytes) -> bytes:
    """The plain bytes of a stored blob.

    Raises:
        StoreError: ``store-damaged``: not such a blob.
    """
    try:
        if blob[:4] != _MAGIC:
            raise ValueError("not a fact part")
        return zlib.decompress(blob[4:])
    except (ValueError, zlib.error) as error:
        raise _damaged() from error


def decode_part(blob: bytes) -> FactPart:
    """The part that ``encode`` wrote.

    Raises:
        StoreError: ``store-damaged``: not such a blob.
    """
    return decode_payload(decompress_payload(blob))


def decode_payload(raw: bytes) -> FactPart:
    """The part of its plain bytes.

    Raises:
        StoreError: ``store-damaged``: not such bytes.
    """
    try:
        length, count = struct.unpack_from("<II", raw)
        strings, packed = orjson.loads(raw[8 : 8 + length])
        table = np.frombuffer(raw, dtype=FACT, count=count, offset=8 + length)
    except (ValueError, TypeError, struct.error) as error:
        raise _damaged() from error
    qualifiers = tuple(tuple((p, _unpack(kind, v)) for p, kind, v in q) for q in packed)
    return FactPart(tuple(strings), qualifiers, table)


def _damaged() -> StoreError:
    return StoreError(
        "A part of the log cannot be decoded.", code="store-damaged", hint="Restore the store from a backup."
    )


def decode_value(kind: ValueType, number: int, strings: tuple[str, ...]) -> Value | None:
    """The value that a (type, number) pair of a part stands for; None for a link."""
    match kind:
        case ValueType.TEXT:
            return strings[number]
        case ValueType.INTEGER:
            return number
        case ValueType.REAL:
            return float(struct.unpack("<d", struct.pack("<q", number))[0])
        case ValueType.BOOLEAN:
            return bool(number)
        case ValueType.DECIMAL:
            return Decimal(strings[number])
        case ValueType.TIME:
            return to_datetime(number) or datetime.max.replace(tzinfo=UTC)
        case ValueType.IRI:
            return Iri(strings[number])
        case ValueType.LINK:
            return None


_OF_TYPE: Final[dict[type, ValueType]] = {
    bool: ValueType.BOOLEAN,
    int: ValueType.INTEGER,
    float: ValueType.REAL,
    Decimal: ValueType.DECIMAL,
    datetime: ValueType.TIME,
    Iri: ValueType.IRI,
    str: ValueType.TEXT,
}


def value_type(value: Value) -> ValueType:
    """How a value is held in columns."""
    found = _OF_TYPE.get(type(value))
    if found is not None:  # nearly all: the match below is 5x slower, and is for subclasses
        return found
    match value:
        case bool():
            return ValueType.BOOLEAN
        case int():
            return ValueType.INTEGER
        case float():
            return ValueType.REAL
        case Decimal():
            return ValueType.DECIMAL
        case datetime():
            return ValueType.TIME
        case Iri():
            return ValueType.IRI
        case str():
            return ValueType.TEXT


def value_number(value: bool | int | float | datetime) -> int:
    """The 64-bit number that holds a value without text."""
    match value:
        case bool() | int():
            return int(value)
        case float():
            return int(struct.unpack("<q", struct.pack("<d", value))[0])
        case datetime():
            return to_instant(value)


def _pack(value: Value) -> tuple[int, str | int]:
    kind = value_type(value)
    if isinstance(value, (str, Decimal)):
        return int(kind), str(value)
    return int(kind), value_number(value)


def _unpack(kind: int, packed: str | int) -> Value:
    if isinstance(packed, str):
        text = decode_value(ValueType(kind), 0, (packed,))
        assert text is not None
        return text
    value = decode_value(ValueType(kind), packed, ())
    assert value is not None
    return value


class PartBuilder:
    """Collects facts into parts, about a microsecond a fact; ``parts`` gives what has been collected."""

    def __init__(self, limit: int = PART_LIMIT) -> None:
        self._limit = limit
        self._done: list[FactPart] = []
        self._clear()

    def _clear(self) -> None:
        self._strings: dict[str, int] = {}
        # The types are part of the key: 1, 1.0 and True are equal in Python, an Iri equals its text.
        self._qualifiers: dict[tuple[Qualifiers, tuple[type, ...]], int] = {}
        self._rows: list[tuple[int, int, int, int, int, int, int, int, int, int]] = []
        self._tables: list[npt.NDArray[np.void]] = []
        self._held = 0

    def link(
        self,
        subject: str,
        predicate: str,
        target: str,
        valid_from: Instant = BEGIN,
        valid_to: Instant = END,
        qualifiers: Qualifiers = (),
        origin: str = "",
        row: int = 0,
        op: Op = Op.ASSERT,
    ) -> None:
        """Add a link."""
        number = self._string(target)
        self._add(op, ValueType.LINK, subject, predicate, number, valid_from, valid_to, qualifiers, origin, row)

    def attribute(
        self,
        subject: str,
        predicate: str,
        value: Value,
        valid_from: Instant = BEGIN,
        valid_to: Instant = END,
        qualifiers: Qualifiers = (),
        origin: str = "",
        row: int = 0,
        op: Op = Op.ASSERT,
    ) -> None:
        """Add an attribute value, or a kind (predicate ``TYPE``, an ``Iri``)."""
        kind = value_type(value)
        number = self._string(str(value)) if isinstance(value, (str, Decimal)) else value_number(value)
        self._add(op, kind, subject, predicate, number, valid_from, valid_to, qualifiers, origin, row)

    def fact(self, fact: Fact, op: Op = Op.ASSERT) -> None:
        """Add a fact that is already an object."""
        tail = (fact.valid_from, fact.valid_to, fact.qualifiers, fact.origin, fact.row, op)
        if fact.object is not None:
            self.link(fact.subject, fact.predicate, fact.object, *tail)
        elif fact.value is not None:
            self.attribute(fact.subject, fact.predicate, fact.value, *tail)
        else:
            raise ValueError(f"a fact needs an object or a value: {fact}")

    def part(self, part: FactPart) -> None:
        """Add all facts of a part, of which none is larger than the limit; a tenth of a microsecond a fact."""
        if self._held + len(self._rows) + part.size > self._limit:
            self._flush()
        self._close_rows()
        strings = self._strings
        numbers = np.array([strings.setdefault(text, len(strings)) for text in part.strings], dtype=np.int64)
        table = part.table.copy()
        for name in ("subject", "predicate", "origin"):
            table[name] = numbers[table[name]]
        textual = np.isin(table["type"], _TEXTUAL)
        table["value"][textual] = numbers[table["value"][textual]]
        held = [self._held_qualifiers(qualifiers) for qualifiers in part.qualifiers]
        table["qualifiers"] = np.array([*held, -1], dtype=np.int32)[table["qualifiers"]]
        self._tables.append(table)
        self._held += len(table)

    def parts(self) -> tuple[FactPart, ...]:
        """All that has been collected; the builder is empty afterwards."""
        self._flush()
        done, self._done = tuple(self._done), []
        return done

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))

    def _add(
        self,
        op: int,
        kind: int,
        subject: str,
        predicate: str,
        number: int,
        valid_from: Instant,
        valid_to: Instant,
        qualifiers: Qualifiers,
        origin: str,
        row: int,
    ) -> None:
        strings = self._strings
        held = self._held_qualifiers(qualifiers) if qualifiers else -1
        s = strings.setdefault(subject, len(strings))
        p = strings.setdefault(predicate, len(strings))
        o = strings.setdefault(origin, len(strings))
        self._rows.append((op, kind, s, p, number, valid_from, valid_to, held, o, row))
        if self._held + len(self._rows) >= self._limit:
            self._flush()

    def _held_qualifiers(self, qualifiers: Qualifiers) -> int:
        key = qualifiers, tuple([type(value) for _, value in qualifiers])
        return self._qualifiers.setdefault(key, len(self._qualifiers))

    def _close_rows(self) -> None:
        if self._rows:
            self._tables.append(np.array(self._rows, dtype=FACT))
            self._held += len(self._rows)
            self._rows = []

    def _flush(self) -> None:
        self._close_rows()
        if self._tables:
            table = np.concatenate(self._tables)
            self._done.append(FactPart(tuple(self._strings), tuple(held for held, _ in self._qualifiers), table))
            self._clear()


def parts_of(facts: Iterable[Fact], op: Op = Op.ASSERT) -> tuple[FactPart, ...]:
    """Facts as parts; for small change sets and tests.

    >>> from thread.terms import LABEL
    >>> [part.size for part in parts_of([Fact(EntityId("urn:a"), LABEL, value="A")])]
    [1]
    """
    builder = PartBuilder()
    for fact in facts:
        builder.fact(fact, op)
    return builder.parts()
