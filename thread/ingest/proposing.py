"""Which mapping would fit these files? A first proposal from headers and values, to be read and corrected."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from thread.clock import parse_instant
from thread.errors import InputError
from thread.facts import ValueType
from thread.ingest.looking import opened
from thread.ingest.rows import RowFault
from thread.ingest.times import time_reader, zone_of
from thread.ontology.model import Attribute, Kind, Ontology, Relation
from thread.ontology.values import parse_value, value_fault
from thread.terms import IDENTIFIER, LABEL, STUB, UpperKind

LOOKED_AT: Final = 20_000
"""Rows of a file that a proposal is made from."""
_KINDS: Final = {
    "FailureEvent": "failure fault breakdown notification defect",
    "FailureMode": "mode",
    "WorkOrder": "order work maintenance maint replacement job",
    "Event": "error alarm event incident",
    "Sensor": "sensor timeseries signal measurement point",
    "Batch": "batch lot charge",
    "Supplier": "supplier vendor manufacturer maker",
    "Component": "component part serial item",
    "Position": "position slot place",
    "Location": "location site area room building floor",
    "ProductDesign": "design product model type material catalogue",
    "ProcessStep": "step operation process procedure",
    "Document": "document file manual recipe",
    "Asset": "asset machine equipment unit device plant tag",
}
"""Words of file names and headers by upper kind; the labels of the ontology's kinds come first."""
_NAMES: Final = frozenset({"name", "label", "title"})
_KEYS: Final = frozenset({"id", "key", "tag", "no", "number", "code", "serial"})
_MAKERS: Final = frozenset({"manufacturer", "maker", "vendor", "supplier"})
_ABOVE: Final = frozenset({"parent", "superior", "above", "whole"})
_MODELS: Final = frozenset({"model", "type"})
_PARENTS: Final = (
    "partOf",
    "locatedIn",
    "installedIn",
    "madeTo",
    "fromBatch",
    "performedOn",
    "failureOf",
    "occurredOn",
)
_YAML_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_COMBINED: Final = 6
"""Columns that are tried together as a key."""
_FORMATS: Final = ("iso", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y")
_DATE_LIKE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_ZONED = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")


@dataclass(slots=True)
class _Column:
    name: str
    cells: list[str | None] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    """The filled cells."""

    @property
    def words(self) -> set[str]:
        return _words(self.name)

    @property
    def usable(self) -> bool:
        """Whether a template can name it."""
        return bool(self.name) and not re.search(r"[{}|]", self.name)


@dataclass(slots=True)
class _Table:
    name: str
    file: str
    rows: int
    columns: list[_Column]
    at: str | None
    kind: Kind
    keys: list[_Column]
    """The columns that tell its rows apart, as far as any do."""
    unique: bool
    times: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> _Column | None:
        """The one column that tells its rows apart."""
        return self.keys[0] if self.unique and len(self.keys) == 1 else None


def propose(files: Sequence[Path], ontology: Ontology, source: str | None = None) -> str:
    """A mapping of files as YAML with comments; it loads, and says what was guessed.

    Raises:
        InputError: ``bad-file``: a file cannot be read; ``bad-mapping``: no file has rows.
    Cost: a look at the first ``LOOKED_AT`` rows of each file.
    """
    tables = [table for path in files if (table := _looked_at(path, ontology)) is not None]
    if not tables:
        raise InputError("No file has rows with columns.", code="bad-mapping", hint="Give files with a header.")
    seen: dict[str, int] = {}
    for table in tables:
        seen[table.name] = seen.get(table.name, 0) + 1
        if seen[table.name] > 1:
            table.name += f"-{seen[table.name]}"
    return "\n".join([*_head(tables, source or _slug(files[0].resolve().parent.name)), *_tables(tables, ontology), ""])


# -- looking


def _looked_at(path: Path, ontology: Ontology) -> _Table | None:
    at, names, rows = opened(path, LOOKED_AT)
    columns = [_Column(name) for name in names]
    count = 0
    for row in rows:
        count += 1
        for column, cell in zip(columns, row.cells, strict=True):
            column.cells.append(None if cell is None else str(cell))
    for column in columns:
        column.values = [cell for cell in column.cells if cell is not None]
    columns = [column for column in columns if column.name]
    if not count or not any(column.usable and column.values for column in columns):
        return None
    keys, unique = _keys(columns, count)
    table = _Table(_slug(path.stem), path.name, count, columns, at, _kind(path.stem, columns, ontology), keys, unique)
    for column in columns:
        form = _time_format(column.values)
        if form is not None:
            table.times[column.name] = form
    return table


# -- guessing


def _words(text: str) -> set[str]:
    """The words of a name, in the singular.

    >>> sorted(_words("assetExternalIds")), sorted(_words("PdM_machines"))
    (['asset', 'external', 'id'], ['m', 'machine', 'pd'])
    """
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    words = [word.lower() for word in re.findall(r"[^\W_]+", split)]
    return {word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word for word in words}


def _kind(stem: str, columns: list[_Column], ontology: Ontology) -> Kind:
    kinds = {kind.name: kind for kind in ontology.kinds}
    in_name = _words(stem)
    by_label = [kind for kind in ontology.kinds if _words(kind.name) and _words(kind.name) <= in_name]
    if by_label:
        return max(by_label, key=lambda kind: (len(_words(kind.name)), kind.name))
    for words in (in_name, set().union(*(column.words for column in columns[:1]))):
        for name, synonyms in _KINDS.items():
            if name in kinds and words & set(synonyms.split()):
                return kinds[name]
    return kinds["Asset"]


def _keys(columns: list[_Column], rows: int) -> tuple[list[_Column], bool]:
    """The columns that tell rows apart, and whether they do."""
    usable = [column for column in columns if column.usable and column.values]
    unique = [c for c in usable if len(c.values) == rows == len(set(c.values)) and max(map(len, c.values)) <= 200]
    if unique:
        return [min(unique, key=lambda c: (not c.words & _KEYS, columns.index(c)))], True
    filled = [column for column in usable if len(column.values) == rows][:_COMBINED]
    for several in (*combinations(filled, 2), *combinations(filled, 3)):
        if len(set(zip(*(column.cells for column in several), strict=True))) == rows:
            return list(several), True
    return [max(usable, key=lambda c: (len(c.values), -columns.index(c)))], False


def _time_format(values: list[str]) -> str | None:
    if not values or not all(_DATE_LIKE.match(value) for value in values[:100]):
        return None
    for form in _FORMATS:
        read = time_reader(form, zone_of("UTC"), "")
        if all(_reads(read, value) for value in values[:1000]):
            return form
    return None


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except (RowFault, InputError):
        return False
    return True


def _needs_zone(tables: Sequence[_Table]) -> bool:
    columns = [c for table in tables for c in table.columns if c.name in table.times]
    return any(
        not _ZONED.search(value) or not _reads(parse_instant, value) for c in columns for value in c.values[:100]
    )


def _reference(column: _Column, table: _Table, tables: Sequence[_Table]) -> _Table | None:
    """The table whose keys a column names."""
    values = set(column.values)
    if not values or column is table.key or not column.usable:
        return None
    for other in sorted(tables, key=lambda t: (t is table, not column.words & (_words(t.name) | _words(t.kind.name)))):
        if other.key is None or (other is table and len(values) == table.rows):
            continue
        inside = len(values & set(other.key.values))
        alike = (other is table and bool(column.words & _ABOVE)) or bool(
            column.words & (_words(other.key.name) | _words(other.name) - _KEYS) - _KEYS
        )
        if inside >= 0.9 * len(values) and (alike or (len(values) > 1 and not all(v.isdecimal() for v in values))):
            return other
    return None


def _relation(kind: Kind, other: Kind, ontology: Ontology) -> Relation | None:
    fits = [r for r in ontology.relations if r.domain & kind.ancestors and r.range & other.ancestors]
    order = {name: number for number, name in enumerate(_PARENTS)}
    return min(fits, key=lambda r: (order.get(r.name, len(order)), r.name), default=None)


def _attribute(column: _Column, kind: Kind, ontology: Ontology, *, timed: bool) -> Attribute | None:
    for attribute in ontology.attributes:
        if attribute.iri in (IDENTIFIER, STUB, LABEL) or not attribute.domain & kind.ancestors:
            continue
        if _words(attribute.name) <= column.words and len(column.words) <= len(_words(attribute.name)) + 1:
            if attribute.type is ValueType.TIME:
                return attribute if timed else None
            return attribute if all(_holds(attribute, value, ontology) for value in column.values[:1000]) else None
    if timed and UpperKind.EVENT in kind.ancestors:
        return ontology.by_name.get("occurredAt")  # type: ignore[return-value]  # an attribute of the core
    return None


def _holds(attribute: Attribute, value: str, ontology: Ontology) -> bool:
    try:
        return value_fault(attribute, parse_value(attribute, value), ontology.media) is None
    except InputError:
        return False


# -- writing


def _head(tables: Sequence[_Table], source: str) -> Iterator[str]:
    yield "# A proposal, made from headers and values: read it, correct it, try it with --plan. See docs/mapping.md."
    yield f"source: {_said(source or 'tables')} # who says so: ranks, conflicts, retraction go by this name"
    if _needs_zone(tables):
        yield "read: {zone: UTC} # some times have no zone: is this the right one?"
    yield ""
    yield "tables:"


def _tables(tables: Sequence[_Table], ontology: Ontology) -> Iterator[str]:
    for table in tables:
        yield f"  {_said(table.name)}:"
        yield f"    file: {_said(table.file)}"
        if table.at:
            yield f"    rows: {_said(table.at)}"
        if table.times:
            yield (
                "    times: {" + ", ".join(f"{_said(name)}: {_said(form)}" for name, form in table.times.items()) + "}"
            )
        yield "    entities:"
        yield from _entity(table, tables, ontology)


def _entity(table: _Table, tables: Sequence[_Table], ontology: Ontology) -> Iterator[str]:
    kind, used = table.kind, {column.name for column in table.keys if len(table.keys) == 1}
    named_by = "/".join(f"{{{column.name}}}" for column in table.keys)
    yield "      it:"
    yield f"        kind: {kind.name} # guessed; thread schema kinds lists them"
    note = "" if table.unique else " # no column tells all rows apart: several rows are one thing here"
    yield f"        id: {_said(f'{_slug(table.name)}/{named_by}')}{note}"
    if len(table.keys) == 1:
        yield f"        identifiers: [{{scheme: {_said(_slug(table.name))}, value: {_said(named_by)}}}]"
    named = next((c for c in table.columns if c.usable and c.name not in used and c.values and c.words & _NAMES), None)
    if named is not None:
        used.add(named.name)
        yield f"        label: {_said(f'{{{named.name}}}')}"
    attributes, links, further = _sayings(table, tables, ontology, used)
    if attributes:
        yield from ("        attributes:", *attributes)
    if links:
        yield from ("        links:", *links)
    yield from further
    used |= {column.name for column in table.keys}
    unused = [_said(column.name) for column in table.columns if column.name not in used and column.values]
    if unused:
        yield f"    # not used: {', '.join(unused)}"


def _sayings(
    table: _Table, tables: Sequence[_Table], ontology: Ontology, used: set[str]
) -> tuple[list[str], list[str], list[str]]:
    """Lines of attributes, links and further entities; the columns that they take are put to those used."""
    kind = table.kind
    attributes: list[str] = []
    links: list[str] = []
    further: list[str] = []
    for column in table.columns:
        if column.name in used or not column.usable or not column.values:
            continue
        other = _reference(column, table, tables)
        relation = _relation(kind, other.kind, ontology) if other is not None else None
        attribute = _attribute(column, kind, ontology, timed=column.name in table.times)
        taken = {line.partition(":")[0].strip() for line in attributes}
        if other is not None and relation is not None:
            to = f"{{id: {_said(f'{_slug(other.name)}/{{{column.name}}}')}}}"
            links.append(f"          - {{relation: {relation.name}, to: {to}}} # its values are keys of {other.name}")
        elif attribute is not None and attribute.name not in taken:
            attributes.append(f"          {attribute.name}: {_said(f'{{{column.name}}}')}")
        else:
            made = _minted(column, kind, ontology, further)
            if made is None:
                continue
            links.append(made)
        used.add(column.name)
    return attributes, links, further


def _minted(column: _Column, kind: Kind, ontology: Ontology, further: list[str]) -> str | None:
    """A link to an entity that a column names: a maker, a design."""
    for words, name, target, relation in (
        (_MAKERS, "maker", "Supplier", "suppliedBy"),
        (_MODELS, "design", "ProductDesign", "madeTo"),
    ):
        known = ontology.by_name.get(relation)
        if column.words & words and isinstance(known, Relation) and known.domain & kind.ancestors:
            if any(line.startswith(f"      {name}:") for line in further):
                return None
            cell = _said(f"{{{column.name}}}")
            further.append(
                f"      {name}: {{kind: {target}, identifiers: [{{scheme: {name}, value: {cell}}}], label: {cell}}}"
            )
            return f"          - {{relation: {relation}, to: {name}}}"
    return None


def _said(text: str) -> str:
    """Text as YAML that is read as this text."""
    if re.fullmatch(r"[A-Za-z][\w./-]*", text, re.ASCII) and text.lower() not in _YAML_WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "table"
