"""How is the schema made? From the ontology, at start; and how is it printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from thread.api import (
    answers,
    asked_of_parts,
    asked_of_sources,
    audit,
    changes,
    choosing,
    collisions,
    common,
    coverage,
    differing,
    ending,
    entity,
    first,
    health,
    impact,
    lineage,
    mutations,
    orders,
    pages,
    parts,
    places,
    problems,
    queries,
    recalls,
    risk,
    search,
    siblings,
    sources,
    structures,
    subscriptions,
    upsert,
    uses,
    whatif,
    words,
)
from thread.api.documents import Prepared
from thread.api.kinds import RESTRICTED, publish_kinds, publish_words
from thread.api.publish import Namespace, members, publish, publish_enum, publish_input, publish_union
from thread.api.vocabulary import Vocabulary
from thread.ontology.model import Ontology

_ENUMS: Final[tuple[Any, ...]] = (
    words.Direction,
    *answers.ENUMS,
    *places.ENUMS,
    *structures.ENUMS,
    *differing.ENUMS,
    *recalls.ENUMS,
    *changes.ENUMS,
    *common.ENUMS,
    *lineage.ENUMS,
    *impact.ENUMS,
    *collisions.ENUMS,
    *health.ENUMS,
    problems.ProblemCode,
    *orders.ENUMS,
    *upsert.ENUMS,
    *audit.ENUMS,
    *whatif.ENUMS,
    *risk.ENUMS,
)
_INPUTS: Final[tuple[type, ...]] = (
    queries.AsOfInput,
    *lineage.INPUTS,
    *structures.INPUTS,
    *changes.INPUTS,
    *asked_of_parts.INPUTS,
    *impact.INPUTS,
    *upsert.INPUTS,
    *parts.INPUTS,
    *orders.INPUTS,
    *choosing.INPUTS,
    *ending.INPUTS,
    *whatif.INPUTS,
)
_OBJECTS: Final[tuple[type, ...]] = (
    pages.PageInfo,
    entity.Identifier,
    entity.FactConflict,
    entity.Qualifier,
    entity.RelationEdge,
    entity.RelationConnection,
    *answers.OBJECTS,
    *lineage.OBJECTS,
    *places.OBJECTS,
    *siblings.OBJECTS,
    *audit.OBJECTS,
    *sources.OBJECTS,
    *structures.OBJECTS,
    *uses.OBJECTS,
    *differing.OBJECTS,
    *recalls.OBJECTS,
    *changes.OBJECTS,
    *coverage.OBJECTS,
    *common.OBJECTS,
    *impact.OBJECTS,
    *collisions.OBJECTS,
    *health.OBJECTS,
    *queries.OBJECTS,
    *subscriptions.OBJECTS,
    *search.OBJECTS,
    *upsert.OBJECTS,
    *parts.OBJECTS,
    *orders.OBJECTS,
    *ending.OBJECTS,
    *whatif.OBJECTS,
    *risk.OBJECTS,
    *first.OBJECTS,
)
_BUILT_IN: Final = (
    "Problem",
    "Query",
    "Mutation",
    "Subscription",
    "Node",
    "Entity",
    "EntityKind",
    "RelationKind",
    RESTRICTED,
)


class _Schema(strawberry.Schema):
    """Leaves errors to ``thread.api.errors``; strawberry would print each with its traceback."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        pass


def vocabulary_of(ontology: Ontology) -> Vocabulary:
    """The words of an ontology; no kind of it takes the name of a type of ours."""
    ours = [cls.__name__ for cls in (*_ENUMS, *_INPUTS, *_OBJECTS, *problems.PROBLEMS)] + list(mutations.UNIONS)
    scalars = [definition.name for definition in words.SCALARS.values()]
    return Vocabulary(ontology, taken=[*ours, *scalars, *_BUILT_IN, "ID", "Int", "Float", "String", "Boolean"])


class GivenDocument(SchemaExtension):
    """Executes the document that ``thread.api.documents`` let pass, and neither reads nor validates it again.

    A caller that passes no document as its context gets the library's own parsing and validation.
    """

    def on_parse(self) -> Iterator[None]:
        """Take the document."""
        if isinstance(self.execution_context.context, Prepared):
            self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Nothing is wrong with it."""
        if isinstance(self.execution_context.context, Prepared):
            self.execution_context.pre_execution_errors = []
        yield


def build_schema(ontology: Ontology, vocabulary: Vocabulary | None = None) -> strawberry.Schema:
    """The GraphQL schema of an ontology; the root value of each request is an ``engine.Root``."""
    known = vocabulary or vocabulary_of(ontology)
    namespace: Namespace = {"datetime": words.DateTime, "Iri": words.IRI}
    namespace |= {name: getattr(words, name) for name in ("ID", "DateTime", "IRI", "Decimal")}
    for enum in _ENUMS:
        publish_enum(enum, namespace)
    publish_words(known, namespace)
    concrete = publish_kinds(known, namespace)
    for made in _INPUTS:
        publish_input(made, namespace)
    problems.publish_problems(namespace)
    failures = [made.__name__ for made in problems.PROBLEMS]
    payloads = {payload for payload, _ in mutations.UNIONS.values()}
    for made in _OBJECTS:
        publish(made, namespace, sources.OUTVOTED if made.__name__ in payloads else ())
    for name, (payload, said) in mutations.UNIONS.items():
        publish_union(name, said, (payload, *failures), namespace)
    further = (*members(asked_of_parts.PartQuestions), *members(asked_of_sources.SourceQuestions))
    query = publish(queries.Query, namespace, (*further, *queries.typed_roots(known)))
    return _Schema(
        query=query,
        mutation=publish(mutations.Mutation, namespace),
        subscription=publish(subscriptions.Subscription, namespace),
        types=concrete,
        extensions=[GivenDocument],
        config=StrawberryConfig(scalar_map=words.SCALARS),
    )


def print_schema(ontology: Ontology) -> str:
    """The schema as SDL, for ``schema/thread.graphql``."""
    return build_schema(ontology).as_str().strip() + "\n"
