"""May this document be executed? Read, measured, priced and validated; nothing of it is executed here.

In this order, so that each step may rely on the one before: source and tokens, shape, price, then the rules of
GraphQL, whose own cost grows faster than the document. How a document is executed is not known here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    parse,
    validate,
)

from thread.api.cost import Pricing, Sum
from thread.api.tariff import Tariff, tariff_of
from thread.config import Settings
from thread.errors import LimitError

if TYPE_CHECKING:
    from thread.api.selections import Operation

MAX_SOURCE: Final = 200_000
"""Characters of a document."""
MAX_COMMENTS: Final = 1_000
"""Comments of a document."""
MAX_NESTING: Final = 32
"""Selections within each other, fragments written out."""
MAX_FIELDS: Final = 1_000
"""Fields of a document, fragments written out."""
MAX_REPEATS: Final = 2_000
"""Pairs of fields or fragments that meet at one place of the answer, each of which validation compares."""
MAX_DIRECTIVES: Final = 8
"""Directives at one place."""
MAX_VARIABLES: Final = 200
"""Variables that one operation declares."""
MAX_LITERALS: Final = 1_000
"""Values that are written into a document; more belong into variables."""
MAX_DIGITS: Final = 40
"""Characters of a number."""
MAX_VALUES: Final = 20_000
"""Values in the variables, those in lists and objects counted."""
MAX_VALUE_NESTING: Final = 16
"""Lists and objects within each other, in variables."""
MAX_MISTAKES: Final = 5
"""Mistakes of one document that are told; finding what was meant takes time for each."""
CACHED_DOCUMENTS: Final = 256
CACHED_SOURCE: Final = 4_096
"""Characters of the longest document that is kept."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Bill:
    """What a request was found to cost; the price is None while the document has not been read."""

    limit: int
    price: int | None = None


@dataclass(slots=True)
class Read:
    """A document that was read, and what was found out about it since."""

    document: DocumentNode
    mistakes: list[GraphQLError] | None = None
    shaped: bool = False
    operations: dict[str, Operation] | None = None
    """Plans of its operations by name; None: it is too long to be kept."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be executed, and the operation of it that was chosen."""

    read: Read
    operation: OperationDefinitionNode

    @property
    def document(self) -> DocumentNode:
        """The document."""
        return self.read.document


class Refused(Exception):
    """A document that may not be executed; the errors say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class Documents:
    """The gate before execution. Safe in any thread; keeps short documents that came before."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self._schema, self._settings = schema, settings
        self._tariff: Tariff = tariff_of(schema)
        self._kept: _Kept[str, Read] = _Kept(CACHED_DOCUMENTS)

    def bill(self) -> Bill:
        """A bill with nothing on it."""
        return Bill(self._settings.max_cost)

    def read(self, source: str) -> Read:
        """The document of a source.

        Raises:
            GraphQLSyntaxError: it is none, or too large for the parser's limits.
        """
        kept = self._kept.get(source)
        if kept is None:
            options: dict[str, Any] = {
                "max_lexical_tokens": self._settings.max_tokens,
                "max_source_length": MAX_SOURCE,
                "max_comments": MAX_COMMENTS,
            }
            kept = Read(parse(source, **options))
            if len(source) <= CACHED_SOURCE:
                kept.operations = {}
                self._kept.put(source, kept)
        return kept

    def check(self, read: Read, operation: OperationDefinitionNode, variables: Mapping[str, Any], bill: Bill) -> None:
        """Refuse what may not be executed; the price is written on the bill.

        Raises:
            LimitError: ``too-costly``: shape or price.
            Refused: the document is not valid against the schema.
        """
        refuse_values(variables)
        found = Pricing(read.document, self._tariff, variables, operation).of(operation)
        bill.price = found.total
        self._refuse_price(found)
        if not read.shaped:
            refuse_shape(read.document, self._tariff)
            read.shaped = True
        if read.mistakes is None:
            read.mistakes = validate(self._schema, read.document, max_errors=MAX_MISTAKES)
        if read.mistakes:
            raise Refused(read.mistakes)

    def _refuse_price(self, found: Sum) -> None:
        if found.total > self._settings.max_cost:
            points, name = found.costliest
            raise LimitError(
                f"The request may cost {found.total:,} points; at most {self._settings.max_cost:,} are allowed.",
                code="too-costly",
                hint=f"Ask for smaller pages, or for less inside each entry; {name[:60]} is {points:,} of it.",
            )


def refuse_values(variables: Mapping[str, Any]) -> None:
    """Refuse variables that are too many or nested too deeply.

    Raises:
        LimitError: ``too-costly``.
    """
    count, depth = 0, 0
    level: list[Mapping[str, Any] | list[Any]] = [variables]
    while level:
        depth += 1
        count += sum(len(each) for each in level)
        if count > MAX_VALUES or depth > MAX_VALUE_NESTING:
            what = f"hold more than {MAX_VALUES:,} values" if count > MAX_VALUES else "are nested too deeply"
            raise LimitError(f"The variables {what}.", code="too-costly", hint="Send less in one request.")
        inner = (value for each in level for value in (each.values() if isinstance(each, dict) else each))
        level = [value for value in inner if isinstance(value, dict | list)]


def refuse_shape(document: DocumentNode, tariff: Tariff) -> None:
    """Refuse a document whose shape would be costly to validate, whatever it asks for.

    Raises:
        LimitError: ``too-costly``.
    """
    definitions = executable(document)
    pricing = Pricing(document, tariff)
    sums = [pricing.of(definition) for definition in definitions]
    depth = max((found.depth for found in sums), default=0)
    if depth > MAX_NESTING:
        raise LimitError(
            f"The document nests {depth} selections; at most {MAX_NESTING} are allowed.",
            code="too-costly",
            hint="Nest fewer fields in each other.",
        )
    fields = sum(found.fields for found in sums)
    if fields > MAX_FIELDS:
        raise LimitError(
            f"The document selects {fields:,} fields; at most {MAX_FIELDS:,} are allowed.",
            code="too-costly",
            hint="Ask in several requests, or spread fewer fragments.",
        )
    for definition in definitions:
        declared = definition.variable_definitions or ()
        if len(declared) > MAX_VARIABLES:
            raise LimitError(
                f"{len(declared)} variables are declared; at most {MAX_VARIABLES} are allowed.",
                code="too-costly",
                hint="Send lists.",
            )
        _refuse_directives(definition, *declared)
    _refuse_repeats(document)


def executable(document: DocumentNode) -> list[OperationDefinitionNode | FragmentDefinitionNode]:
    """The operations and fragments of a document; validation refuses all else."""
    return [d for d in document.definitions if isinstance(d, OperationDefinitionNode | FragmentDefinitionNode)]


def _refuse_repeats(document: DocumentNode) -> None:
    """Count the pairs of fields that meet at one place of the answer, each of which validation compares; and values.

    Cost: bounded by MAX_FIELDS.
    """
    fragments = {d.name.value: d.selection_set for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    waiting: list[list[SelectionSetNode]] = [[definition.selection_set] for definition in executable(document)]
    pairs = literals = 0
    while waiting:
        together, spread = _together(waiting.pop(), fragments)
        pairs += spread * (spread - 1) // 2
        for nodes in together.values():
            literals += sum(_literals(argument.value) for node in nodes for argument in node.arguments or ())
            pairs += len(nodes) * (len(nodes) - 1) // 2
            inner = [node.selection_set for node in nodes if node.selection_set is not None]
            if inner:
                waiting.append(inner)
        if pairs > MAX_REPEATS:
            raise LimitError(
                "Too many equal fields, or too many fragments, meet at one place of the answer.",
                code="too-costly",
                hint=f"Select each field once; at most {MAX_REPEATS:,} pairs of them may meet.",
            )
        if literals > MAX_LITERALS:
            raise LimitError(
                f"More than {MAX_LITERALS:,} values are written into the document.",
                code="too-costly",
                hint="Send them as variables.",
            )


def _together(
    sets: Iterable[SelectionSetNode], fragments: Mapping[str, SelectionSetNode]
) -> tuple[dict[str, list[FieldNode]], int]:
    """Fields by their name in the answer, of selections that meet at one place; and how many fragments they spread."""
    found: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    waiting: list[SelectionNode] = [node for each in sets for node in each.selections]
    while waiting:
        node = waiting.pop()
        _refuse_directives(node)
        if isinstance(node, FieldNode):
            found.setdefault((node.alias or node.name).value, []).append(node)
        elif isinstance(node, InlineFragmentNode):
            waiting.extend(node.selection_set.selections)
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments and node.name.value not in seen:
            seen.add(node.name.value)
            waiting.extend(fragments[node.name.value].selections)
    return found, len(seen)


def _literals(root: ValueNode) -> int:
    """How many values a value holds.

    Raises:
        LimitError: ``too-costly``: a number without end.
    """
    count, waiting = 0, [root]
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, ListValueNode):
            waiting.extend(node.values)
        elif isinstance(node, ObjectValueNode):
            waiting.extend(entry.value for entry in node.fields)
        elif isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > MAX_DIGITS:
            raise LimitError(
                f"A number of {len(node.value):,} characters is written into the document.",
                code="too-costly",
                hint=f"At most {MAX_DIGITS} are read.",
            )
    return count


def _refuse_directives(*nodes: Node) -> None:
    for node in nodes:
        count = len(getattr(node, "directives", None) or ())
        if count > MAX_DIRECTIVES:
            raise LimitError(
                f"{count} directives stand at one place; at most {MAX_DIRECTIVES} are allowed.",
                code="too-costly",
                hint="Say @include or @skip once.",
            )


class _Kept(Generic[K, V]):
    """The values that were used last."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
