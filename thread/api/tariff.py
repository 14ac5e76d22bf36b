"""What does a field cost, and how long may its list be? Said by ``@cost`` and ``@listSize`` in the schema.

One point is about the work of one field of one answer. Most rates follow from the form of a field: 1 for the field,
a list is as long as its ``first``, ``last`` or ``limit``; ``WEIGHTS`` and ``SIZES`` hold what the form does not tell.
The directives are those of the GraphQL cost directives specification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
)
from strawberry.schema_directive import Location

ASSUMED: Final = 5
"""Entries of a list of which nothing is said."""
PAGE: Final = 50
"""Entries of a page of which no size is asked for."""
MUTATION: Final = 500
"""A change is checked, staged and synced."""
WEIGHTS: Final[dict[str, int]] = {
    "Query.lineage": 50,
    "Entity.lineage": 50,
    "Query.impact": 5_000,
    "InstallComponentPayload.impact": 5_000,
    "RemoveComponentPayload.impact": 5_000,
    "CloseWorkOrderPayload.impact": 5_000,
    "EndPayload.impact": 5_000,
    "InstallComponentPayload.siblings": 50,
    "RemoveComponentPayload.siblings": 50,
    "RecordFailurePayload.siblings": 50,
    "RecordFailurePayload.impact": 5_000,
    "OpenWorkOrderPayload.impact": 5_000,
    "Query.siblings": 50,
    "Query.audit": 50,
    "Query.sources": 500,
    "Query.change": 200,
    "Query.notices": 500,
    "Query.requiredParts": 100,
    "Query.failureRates": 100,
    "Query.coverage": 500,
    "Query.commonCause": 500,
    "CommonCause.suspects": 500,
    "CommonCause.completeness": 100,
    "ChangeImpact.rows": 20,
    "Query.recall": 200,
    "Query.trace": 100,
    "Recall.items": 20,
    "Recall.products": 50,
    "Recall.orders": 50,
    "Query.structure": 200,
    "Query.whereUsed": 100,
    "Query.diff": 400,
    "PartsOf.parts": 20,
    "PartsOf.lines": 20,
    "WhereUsed.designs": 20,
    "WhereUsed.units": 20,
    "DesignUse.path": 10,
    "Differences.entries": 50,
    "Difference.causes": 20,
    "Siblings.hits": 20,
    "Place.asset": 5,
    "Place.location": 2,
    "Place.stays": 5,
    "Query.whatIf": 100,
    "Query.risk": 500,
    "Query.importance": 1000,
    "Query.first": 5000,
    "Scenario.risk": 500,
    "Scenario.health": 1000,
    "Scenario.healthChanges": 1000,
    "Scenario.first": 5000,
    "Risk.contributions": 500,
    "Risk.importance": 500,
    "Risk.cutSets": 1000,
    "Risk.singlePoints": 200,
    "Risk.commonCauses": 500,
    "Risk.beliefs": 50,
    "Scenario.impact": 500,
    "Scenario.restored": 500,
    "Scenario.lineage": 50,
    "Query.lookup": 10,
    "Query.search": 100,
    "Query.health": 100,
    "Entity.health": 20,
    "Health.contributions": 200,
    "Health.certificate": 200,
    "Health.repairs": 200,
    "Health.exact": 200,
    "Health.known": 20,
    "Health.stale": 20,
    "Health.missingEvidence": 20,
    "Query.service": 10,
    "Entity.relations": 5,
    "Lineage.hits": 20,
    "Lineage.graph": 50,
    "Lineage.paths": 500,
    "Lineage.counts": 20,
    "Impact.effects": 50,
    "Impact.counts": 50,
    "Impact.groups": 200,
    "Impact.collisions": 200,
    "Impact.undatedOrders": 50,
    "Impact.alreadyDown": 50,
    "Impact.heldUpByLoop": 200,
    "Impact.observedByNothing": 200,
    "Impact.newSinglePoints": 500,
}
"""Points of a field itself, where it is not 1 (500 for a change)."""


@dataclass(frozen=True, slots=True)
class Size:
    """How long a list is: the greatest of its slicing arguments, else what is assumed."""

    assumed: int = ASSUMED
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()
    """Fields of the answer that are that long, where the answer is an object around lists."""


SIZES: Final[dict[str, Size]] = {
    "Query.lineage": Size(1, ("from",), ("roots", "missing")),
    "Query.impact": Size(1, ("of",), ("targets", "missing")),
    "Query.search": Size(25, ("first", "last"), ("edges",)),
    "Siblings.hits": Size(100, ("first", "last"), ("edges",)),
    "SiblingEdge.sharing": Size(4),
    "Audit.changes": Size(100, ("first", "last"), ("edges",)),
    "AuditEdge.replaced": Size(1),
    "AuditEdge.instead": Size(1),
    "AuditFact.qualifiers": Size(2),
    "SourceList.conflicts": Size(100, ("first",)),
    "SourceReport.runs": Size(20, ("last",)),
    "ChangeImpact.rows": Size(100, ("first", "last"), ("edges",)),
    "NoticeMatch.designs": Size(100, ("first",), ("nodes",)),
    "NoticeMatch.installed": Size(100, ("first",), ("nodes",)),
    "NoticeMatch.notInstalled": Size(100, ("first",), ("nodes",)),
    "NoticeMatch.undetermined": Size(100, ("first",), ("nodes",)),
    "RequiredPart.stock": Size(100, ("first",), ("nodes",)),
    "RequiredPart.alternates": Size(100, ("first",), ("nodes",)),
    "Coverage.rows": Size(50),
    "CommonCause.failures": Size(20),
    "CommonCause.suspects": Size(20, ("limit",)),
    "Suspect.failed": Size(20, ("first",), ("nodes",)),
    "Suspect.without": Size(20, ("first",), ("nodes",)),
    "Recall.items": Size(100, ("first", "last"), ("edges",)),
    "Recall.batches": Size(100, ("first",), ("nodes",)),
    "Recall.products": Size(100, ("first",), ("nodes",)),
    "Recall.orders": Size(100, ("first",), ("nodes",)),
    "Recall.workOrders": Size(100, ("first",), ("nodes",)),
    "Recall.failures": Size(100, ("first",), ("nodes",)),
    "Trace.batches": Size(100, ("first",)),
    "Trace.suppliers": Size(100, ("first",)),
    "Trace.parts": Size(100, ("first",)),
    "Trace.processSteps": Size(100, ("first",)),
    "PartsOf.parts": Size(100, ("first", "last"), ("edges",)),
    "PartsOf.lines": Size(100, ("first", "last"), ("edges",)),
    "WhereUsed.designs": Size(100, ("first", "last"), ("edges",)),
    "WhereUsed.units": Size(100, ("first", "last"), ("edges",)),
    "Differences.entries": Size(100, ("first", "last"), ("edges",)),
    "Query.nodes": Size(1, ("ids",)),
    "Query.health": Size(1, ("of",)),
    "Query.risk": Size(1, ("of",)),
    "Query.importance": Size(50, ("limit",)),
    "Scenario.risk": Size(1, ("of",)),
    "Scenario.health": Size(1, ("of",)),
    "Scenario.healthChanges": Size(100, ("limit",)),
    "Risk.contributions": Size(20, ("limit",)),
    "Risk.importance": Size(20, ("limit",)),
    "Risk.cutSets": Size(1),
    "CutSets.sets": Size(100),
    "CutSet.entities": Size(3),
    "Risk.singlePoints": Size(20),
    "MaintainFirst.candidates": Size(20, ("limit",)),
    "Health.contributions": Size(20, ("limit",)),
    "Health.repairs": Size(5, ("limit",)),
    "Health.missingEvidence": Size(20, ("limit",)),
    "Health.certificate": Size(2),
    "Lineage.hits": Size(100, ("first", "last"), ("edges",)),
    "Lineage.graph": Size(200, ("maxNodes",), ("nodes", "links")),
    "Lineage.paths": Size(10, ("limit",), ("paths",)),
    "Impact.effects": Size(100, ("first", "last"), ("edges",)),
    "IncompleteReason.nodes": Size(20, ("limit",)),
    "Completeness.reasons": Size(3),
    "EffectEdge.gates": Size(2),
    "RelationEdge.qualifiers": Size(2),
    "SearchEdge.matched": Size(2),
    "Link.qualifiers": Size(2),
}
"""Sizes of lists that their form does not tell."""
SIZED_BY_PARENT: Final = frozenset(
    {
        "Lineage.roots",
        "Lineage.missing",
        "Impact.targets",
        "Impact.missing",
        "Subgraph.nodes",
        "Subgraph.links",
        "PathList.paths",
        "EntityList.nodes",
    }
)
"""Lists that are as long as the field around them says; so are the ``edges`` of every connection."""
_PAGED: Final = ("first", "last")
_LIMITED: Final = ("limit",)
_BUILT_IN: Final = frozenset({"ID", "str", "int", "float", "bool", "Iri", "datetime"})


@strawberry.schema_directive(
    name="cost", locations=[Location.FIELD_DEFINITION], description="Points of the field itself; 1 where not said."
)
class Cost:
    """Points of a field."""

    weight: str


@strawberry.schema_directive(
    name="listSize",
    locations=[Location.FIELD_DEFINITION],
    description="How long a list is taken to be: the greatest of its slicing arguments, else the assumed size.",
)
class ListSize:
    """Length of a list."""

    assumed_size: int | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool | None = strawberry.UNSET


def price_tags(
    owner: str, name: str, annotation: str, arguments: Iterable[str], leaf: Callable[[str], bool]
) -> list[Any]:
    """The directives of a field before it is published.

    Args:
        owner, name: its type and its GraphQL name.
        annotation: what it returns, as text.
        arguments: GraphQL names of its arguments.
        leaf: tells whether a word of an annotation is a scalar or an enum.
    """
    tags: list[Any] = []
    weight = WEIGHTS.get(f"{owner}.{name}", MUTATION if owner == "Mutation" else 1)
    if weight != 1:
        tags.append(Cost(weight=str(weight)))
    size = SIZES.get(f"{owner}.{name}") or _size_by_form(owner, name, annotation, set(arguments), leaf)
    if size is not None:
        tags.append(
            ListSize(
                assumed_size=size.assumed,
                slicing_arguments=list(size.slicing) or strawberry.UNSET,
                sized_fields=list(size.sized) or strawberry.UNSET,
                require_one_slicing_argument=False if size.slicing else strawberry.UNSET,
            )
        )
    return tags


def _size_by_form(
    owner: str, name: str, annotation: str, arguments: set[str], leaf: Callable[[str], bool]
) -> Size | None:
    answer = annotation.removesuffix(" | None")
    if answer.endswith("Connection"):
        return Size(PAGE, tuple(each for each in _PAGED if each in arguments), ("edges",))
    inner = answer.removeprefix("list[").removesuffix("]").removesuffix(" | None")
    around = f"{owner}.{name}" in SIZED_BY_PARENT or (owner.endswith("Connection") and name == "edges")
    if not answer.startswith("list[") or inner in _BUILT_IN or leaf(inner) or around:
        return None
    return Size(ASSUMED, tuple(each for each in (*_PAGED, *_LIMITED) if each in arguments))


@dataclass(frozen=True, slots=True)
class Rate:
    """What one field costs, read from the schema."""

    weight: int = 1
    returns: str | None = None
    """The object, interface or union that it answers with; None for a leaf."""
    listed: bool = False
    """It answers with a list of those."""
    size: Size | None = None
    by_parent: bool = False
    """A list that is as long as the field around it says."""
    defaults: tuple[tuple[str, Any], ...] = ()
    """Defaults of the slicing arguments that have one."""


Tariff = Mapping[str, Mapping[str, Rate]]
"""Rates by type and field."""


def tariff_of(schema: GraphQLSchema) -> Tariff:
    """The rates of a schema: its directives, and for introspection the numbers of the schema itself."""
    found: dict[str, dict[str, Rate]] = {}
    sized: dict[str, set[str]] = {}
    for kind in _composites(schema):
        for name, field in kind.fields.items():
            rate = _rate(field)
            found.setdefault(kind.name, {})[name] = rate
            if rate.size is not None and rate.size.sized and rate.returns is not None:
                sized.setdefault(rate.returns, set()).update(rate.size.sized)
    for owner, names in sized.items():
        for name in names & set(found.get(owner, {})):
            rate = found[owner][name]
            found[owner][name] = Rate(rate.weight, rate.returns, rate.listed, None, by_parent=True)
    return found | _introspection(schema)


def _composites(schema: GraphQLSchema) -> Iterable[GraphQLObjectType | GraphQLInterfaceType]:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            yield kind


def _rate(field: GraphQLField) -> Rate:
    returned, listed = _named(field.type)
    composite = isinstance(returned, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
    weight, size = 1, None
    definition = field.extensions.get("strawberry-definition")
    for tag in getattr(definition, "directives", ()):
        if isinstance(tag, Cost):
            weight = int(tag.weight)
        elif isinstance(tag, ListSize):
            size = Size(tag.assumed_size or 1, tuple(tag.slicing_arguments or ()), tuple(tag.sized_fields or ()))
    defaults = tuple(
        (name, argument.default_value)
        for name, argument in field.args.items()
        if size is not None and name in size.slicing and argument.default_value is not Undefined
    )
    return Rate(weight, returned.name if composite else None, listed and composite, size, False, defaults)


def _named(given: Any) -> tuple[Any, bool]:
    listed = False
    while isinstance(given, GraphQLNonNull | GraphQLList):
        listed = listed or isinstance(given, GraphQLList)
        given = given.of_type
    return given, listed


def _introspection(schema: GraphQLSchema) -> dict[str, dict[str, Rate]]:
    """Rates of the introspection types: their lists are as long as those of this schema are on average."""
    kinds = [kind for kind in schema.type_map.values() if not kind.name.startswith("__")]
    fields = [field for kind in _composites(schema) for field in kind.fields.values()]
    share = max(len(kinds), 1)

    def listed(returns: str, count: int) -> Rate:
        return Rate(1, returns, True, Size(max(-(-count // share), 1)))

    arguments = sum(len(field.args) for field in fields)
    each_argument = Rate(1, "__InputValue", True, Size(max(-(-arguments // max(len(fields), 1)), 1)))
    inputs = sum(len(getattr(kind, "fields", ())) for kind in kinds) - len(fields)
    values = sum(len(getattr(kind, "values", ())) for kind in kinds)
    faces = sum(len(getattr(kind, "interfaces", ())) for kind in kinds)
    one = Rate(1, "__Type")
    return {
        "__schema": {
            "types": Rate(1, "__Type", True, Size(share)),
            "directives": Rate(1, "__Directive", True, Size(len(schema.directives))),
            **dict.fromkeys(("queryType", "mutationType", "subscriptionType"), one),
        },
        "__Type": {
            "fields": listed("__Field", len(fields)),
            "interfaces": listed("__Type", faces),
            "possibleTypes": listed("__Type", faces),
            "enumValues": listed("__EnumValue", values),
            "inputFields": listed("__InputValue", inputs),
            "ofType": one,
        },
        "__Field": {"args": each_argument, "type": one},
        "__Directive": {"args": each_argument},
        "__InputValue": {"type": one},
        "__EnumValue": {},
    }
