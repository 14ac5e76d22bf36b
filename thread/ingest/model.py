"""What can a mapping say? One pydantic model: the reference of the language (docs/mapping.md explains it)."""

from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from thread.ingest.csvfile import check_encoding
from thread.ingest.parts import Part, Vanished, as_list, file_name
from thread.ingest.rdfmodel import RdfFile
from thread.ingest.times import ISO, check_format, check_zone
from thread.terms import ENTITY

Template = Annotated[str, Field(min_length=1)]
"""Text with columns in braces, ``M{machineID}-{comp}``; nothing where one of them is empty."""
ColumnName = Annotated[str, Field(min_length=1)]


_FORMATS: Final = ("csv", "tsv", "json", "jsonl", "xlsx")


class Read(Part):
    """How the text of a file is to be read. A table may override what the mapping says."""

    format: Annotated[str, Field(pattern=r"^(csv|tsv|json|jsonl|xlsx)$")] | None = None
    """Where the name does not end with it: ``csv``, ``tsv``, ``json``, ``jsonl``, ``xlsx``."""
    encoding: str | None = None
    """Encoding of the file; ``utf-8`` where none is said."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """Between cells; where none is said the one of comma, semicolon, tab and bar that fits the columns named."""
    empty: tuple[str, ...] | None = None
    """Cells that mean nothing, e.g. ``NULL``."""
    time: str | None = None
    """Format of times: ``iso``, ``unix``, ``unix-ms``, or as in ``%d.%m.%Y %H:%M``; ``iso`` where none is said."""
    zone: str | None = None
    """Zone of times without an offset, ``UTC`` or as in ``Europe/Berlin``; without it such a time is refused."""
    decimal: Annotated[str, Field(pattern=r"^[.,]$")] | None = None
    """The decimal mark; a point where none is said."""
    guarded: bool | None = None
    """Whether texts that a spreadsheet would run stand behind an apostrophe, as ``thread export`` writes them; cells
    are then taken with the blanks around them."""

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, name: str | None) -> str | None:
        return None if name is None else check_encoding(name)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str | None) -> str | None:
        return None if name is None else check_zone(name)

    @field_validator("time")
    @classmethod
    def _time_is_a_format(cls, text: str | None) -> str | None:
        return None if text is None else check_format(text)

    def over(self, other: "Read") -> "Read":
        """These settings, and the other's where none is said here."""
        return Read(**{**other.model_dump(exclude_none=True), **self.model_dump(exclude_none=True)})


class Sequence(Part):
    """The rows of one key in the order of a time; makes their number, the previous and the next row known."""

    by: Annotated[tuple[ColumnName, ...], Field(min_length=1)]
    """Columns of the key."""
    order: ColumnName
    """Time column that orders the rows of a key."""
    number: ColumnName | None = None
    """Name of a new column with 1, 2, 3 … within the key."""
    before_first: bool = False
    """Also a row 0 per key, for what was there before the first: it has the columns of the key and the number."""


class Lookup(Part):
    """A cell of another table, of the row that matches."""

    table: str
    where: Annotated[dict[ColumnName, ColumnName], Field(min_length=1)]
    """Column of the other table: column of this one."""
    take: ColumnName
    """Column of the other table that is wanted."""
    all: bool = False
    """Take all that match, not one: the row is said once for each. So rows are joined through another table."""
    before: ColumnName | None = None
    """Time column of this table: of the other's rows the last that is earlier (it needs a ``sequence``)."""
    at: ColumnName | None = None
    """As ``before``, the same instant included."""

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.before and self.at:
            raise ValueError("give before or at, not both")
        if self.all and (self.before or self.at):
            raise ValueError("give all, or a time, not both")
        return self


class ValueMap(Part):
    """Other values for a column's values."""

    of: ColumnName
    values: dict[str, str] = {}
    """New value by old value."""
    otherwise: str | None = None
    """For values that are not listed; without it a row with one is refused."""
    absent: str | None = None
    """For an empty cell; without it the new cell is empty too."""


class Split(Part):
    """The values of a cell that holds several: the row is said once for each."""

    of: ColumnName
    by: Annotated[str, Field(min_length=1)] | None = None
    """What stands between them; none said: ``of`` is a list in JSON, by a path as in ``tags[]``."""


class Column(Part):
    """A new column of a table: exactly one of these."""

    text: Template | None = None
    previous: ColumnName | None = None
    """The column's cell in the row before, within the table's ``sequence``."""
    next: ColumnName | None = None
    """The column's cell in the row after, within the table's ``sequence``."""
    lookup: Lookup | None = None
    map: ValueMap | None = None
    split: Split | None = None

    @property
    def many(self) -> bool:
        """Whether it says a row more than once."""
        return self.split is not None or (self.lookup is not None and self.lookup.all)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of text, previous, next, lookup, map, split")
        return self


Values = Annotated[tuple[str, ...] | None, BeforeValidator(as_list, json_schema_input_type=str | list[str] | None)]


class Condition(Part):
    """What a column must be."""

    equals: Values = Field(None, alias="is")
    """This value, or one of these."""
    differs: Values = Field(None, alias="not")
    """Not this value, none of these."""
    present: bool | None = None
    """Whether the cell holds anything."""


def _as_condition(given: Any) -> Any:
    return given if isinstance(given, dict) else {"is": given}


When = dict[
    ColumnName, Annotated[Condition, BeforeValidator(_as_condition, json_schema_input_type=str | list[str] | Condition)]
]
"""Column: value, list of values, ``{is: …}``, ``{not: …}`` or ``{present: true}``; all must hold."""


class Valid(Part):
    """Columns with the times between which it is so; an empty cell is an open end."""

    start: ColumnName | None = Field(None, alias="from")
    end: ColumnName | None = Field(None, alias="to")


class IdentifierSpec(Part):
    """An identifier of the entity."""

    scheme: str
    value: Template
    scope: Template | None = None
    """Who gives it, where two may give the same: design or maker of a serial."""
    identifies: bool = True
    """Whether an entity that is known by it is this one."""


def _as_value(given: Any) -> Any:
    return given if isinstance(given, dict) else {"value": given}


class AttributeSpec(Part):
    """A value of the entity."""

    value: Template
    unit: Template | None = None
    """UCUM code of the unit in the file, or the column that holds it; converted to the ontology's."""
    valid: Valid | None = None
    qualifiers: dict[str, Template] = {}
    """What belongs to the value, as the end of a range of part numbers; an empty one is left out."""
    when: When = {}
    required: bool = False
    """A row without it is refused."""


class Target(Part):
    """The other end of a link: an IRI by its template, or a reference by identifier."""

    id: Template | None = None
    """Template of its IRI, as the entity itself has it."""
    ref: Template | None = None
    """An identifier; with ``scheme`` of that scheme, else an IRI, ``scheme:value``, or a bare value if unique."""
    scheme: str | None = None
    scope: Template | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.id is None) == (self.ref is None):
            raise ValueError("give id or ref, and not both")
        if self.id is not None and (self.scheme or self.scope):
            raise ValueError("scheme and scope go with ref")
        return self


class LinkSpec(Part):
    """A link that starts at the entity (``to``) or ends at it (``from``)."""

    relation: Annotated[
        tuple[str, ...], Field(min_length=1), BeforeValidator(as_list, json_schema_input_type=str | list[str])
    ]
    """Its name; of several the first that may have an end of the kind that the other end has."""
    to: str | Target | None = None
    """Name of an entity of the same row, or a target."""
    source: str | Target | None = Field(None, alias="from")
    """The same, where the link starts there and ends here."""
    valid: Valid | None = None
    qualifiers: dict[str, Template] = {}
    when: When = {}
    required: bool = False
    """A row without it is refused."""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.to is None) == (self.source is None):
            raise ValueError("give to or from, and not both")
        return self


class EntitySpec(Part):
    """One entity per row; rows that name the same one merge. Without its key a row has no such entity."""

    kind: str
    id: Template | None = None
    """Template of its IRI, relative to the namespace; where none is said, scheme and value of the first identifier."""
    identifiers: tuple[IdentifierSpec, ...] = ()
    label: Template | None = None
    valid: Valid | None = None
    """Since when and until when it exists; an event exists from its ``occurredAt``."""
    attributes: dict[
        str,
        Annotated[
            tuple[
                Annotated[AttributeSpec, BeforeValidator(_as_value, json_schema_input_type=str | AttributeSpec)], ...
            ],
            BeforeValidator(as_list, json_schema_input_type=str | AttributeSpec | list[str | AttributeSpec]),
        ],
    ] = {}
    """By name in the ontology: a template, or more; a list where there are several values."""
    links: tuple[LinkSpec, ...] = ()
    when: When = {}

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if self.id is None and not any(identifier.identifies for identifier in self.identifiers):
            raise ValueError("give an id or an identifier: without one the entity cannot be named")
        return self


def _as_column(given: Any) -> Any:
    return given if isinstance(given, dict) else {"text": given}


def _as_times(given: Any) -> Any:
    return dict.fromkeys(given) if isinstance(given, list) else given


class Table(Part):
    """One file, and what each of its rows stands for."""

    file: str
    optional: bool = False
    """Whether the file may be absent."""
    rows: str | None = None
    """Where the records lie in JSON, as in ``orders[].lines[]``; a column is a path too, ``^.id`` of the record around
    it, ``^^.id`` further out, ``#`` its number in its list."""
    fields: dict[ColumnName, str] = {}
    """Names of your own for paths in JSON."""
    sheet: str | None = None
    """Which sheet of a spreadsheet; none said: the first."""
    read: Read = Read()
    key: tuple[ColumnName, ...] = ()
    """Columns without which a row is refused; where none is said, those that name the first entity."""
    times: Annotated[
        dict[ColumnName, str | None],
        BeforeValidator(_as_times, json_schema_input_type=list[str] | dict[str, str | None]),
    ] = {}
    """Columns that hold times, with a format of their own where needed."""
    sequence: Sequence | None = None
    columns: dict[str, Annotated[Column, BeforeValidator(_as_column, json_schema_input_type=str | Column)]] = {}
    """New columns by name: a template, or one function."""
    entities: Annotated[dict[str, EntitySpec], Field(min_length=1)]
    """By a name of your own."""
    vanished: Vanished = Vanished.END
    when: When = {}
    """Which rows count; the others are passed over."""

    @property
    def origin(self) -> str:
        """What its facts name as where they come from: the file, and what of it is read."""
        part = self.rows or self.sheet
        return f"{self.file}#{part}" if part else self.file

    @property
    def format(self) -> str:
        """The format that the name of the file says."""
        ending = self.file.rpartition(".")[2].lower()
        return {"ndjson": "jsonl", "tab": "tsv"}.get(ending, ending if ending in _FORMATS else "csv")

    @model_validator(mode="after")
    def _one_row_in_order(self) -> Self:
        if self.sequence and any(column.many for column in self.columns.values()):
            raise ValueError("a table with a sequence says each row once: leave out split, and lookups of all")
        return self

    @field_validator("times")
    @classmethod
    def _times_are_formats(cls, times: dict[str, str | None]) -> dict[str, str | None]:
        return {name: None if text is None else check_format(text) for name, text in times.items()}

    @field_validator("file")
    @classmethod
    def _file_is_a_name(cls, name: str) -> str:
        return file_name(name)


class Mapping(Part):
    """How the files of one source become facts: its tables, or its RDF files."""

    source: Annotated[str, Field(min_length=1, max_length=200)]
    """Who says so: ranks, conflicts, retraction and later snapshots go by this name."""
    namespace: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\[\]]*$")] = ENTITY
    """Before every IRI that is made."""
    prefixes: dict[str, str] = {}
    """Short names of namespaces, for kinds, relations and attributes of your own ontology file."""
    read: Read = Read()
    tables: dict[str, Table] = {}
    """By a name of your own; later tables win where two of them disagree."""
    rdf: dict[str, RdfFile] = {}
    """RDF files, by a name of your own."""

    @model_validator(mode="after")
    def _one_sort(self) -> Self:
        if bool(self.tables) == bool(self.rdf):
            raise ValueError("give tables or rdf, and not both: two sorts of files are two mappings")
        return self


DEFAULTS: Final = Read(encoding="utf-8", empty=(), time=ISO, decimal=".", guarded=False)
