"""Do plans give what graphql-core gives, byte for byte, and give up where it would report an error?"""

from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
import pytest
from strawberry.types.execution import ExecutionResult

from tests.api.demo import open_sample
from tests.api.selections.operations import Writer
from thread.api.engine import Engine
from thread.samples import Sample, generate
from thread.service import Service


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate("demo")


@pytest.fixture(scope="module")
def service(sample: Sample) -> Iterator[Service]:
    opened = open_sample(sample, "memory:")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def planned(service: Service) -> Engine:
    return Engine(service)


@pytest.fixture(scope="module")
def plain(service: Service) -> Engine:
    made = Engine(service)
    made.compiled = False
    return made


@pytest.fixture(scope="module")
def known(service: Service) -> list[str]:
    view = service.view(service.context())
    return [view.iri(node) for node in range(0, view.size, 3)] + ["P-1", "serial:WT-1027"]


def wire(result: ExecutionResult) -> Any:
    """What a client sees, without what differs from request to request."""
    errors = [error.formatted for error in result.errors or ()]
    return orjson.dumps([result.data, errors])


def both(planned: Engine, plain: Engine, document: str, variables: dict[str, Any] | None = None) -> ExecutionResult:
    """The answer by plan, after it was found equal to the plain one."""
    answers = [engine.execute(document, variables or {}) for engine in (planned, plain)]
    assert wire(answers[0]) == wire(answers[1]), document
    return answers[0]


class Witness:
    """Stands in for a schema and notes who was sent to the normal executor."""

    def __init__(self, schema: Any) -> None:
        self._inner, self.calls = schema, 0

    def execute_sync(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self._inner.execute_sync(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def fuzz(planned: Engine, plain: Engine, known: list[str], seeds: range) -> dict[str, int]:
    """Random operations both ways; how many were answered without an error, with one, and not at all."""
    met = {"answered": 0, "with errors": 0, "refused": 0}
    for seed in seeds:
        document, variables = Writer(plain.schema._schema, Random(seed), known).operation()
        witness = planned.schema = Witness(plain.schema)  # type: ignore[assignment]
        result = both(planned, plain, document, variables)
        if result.data is None:
            met["refused"] += 1
        elif result.errors:
            met["with errors"] += 1
        else:
            met["answered"] += 1
            assert not witness.calls, f"no plan for {document}"
    return met


def test_random_operations_are_answered_as_graphql_core_answers_them(
    planned: Engine, plain: Engine, known: list[str]
) -> None:
    met = fuzz(planned, plain, known, range(300))
    assert met["answered"] > 100
    assert met["with errors"] > 10


@pytest.mark.soak
def test_ten_thousand_random_operations(planned: Engine, plain: Engine, known: list[str]) -> None:
    fuzz(planned, plain, known, range(1_000, 11_000))


@pytest.mark.parametrize(
    "document",
    [
        '{ asset(key: "P-1") { label @skip(if: true) } }',
        '{ lineage(from: ["P-1"]) { hits { edges { node { id @include(if: false) } degree @skip(if: true) } } } }',
        "{ a: service { revision } b: service { revision version } b: service { backend } }",
        "query($k: String!) { asset(key: $k) { __typename ... on Entity { label } ... on Sensor { unit } } }",
        "query($k: String!, $s: Boolean = true) { asset(key: $k) @include(if: $s) { label @skip(if: $s) iri } }",
        "query($k: String!, $n: Int = 2) { asset(key: $k) { relations(first: $n) { totalCount edges { cursor } } } }",
        '{ nodes(ids: ["nobody", "nothing"]) { id } }',
        '{ lookup(ref: "nobody") { entities { id } problem { message __typename } } }',
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_merging_switches_defaults_and_nulls_are_those_of_graphql(
    planned: Engine, plain: Engine, document: str
) -> None:
    witness = planned.schema = Witness(plain.schema)  # type: ignore[assignment]
    for variables in ({"k": "P-1"}, {"k": "nobody"}, {"k": "P-1", "s": False, "n": 0}):
        both(planned, plain, document, variables)
    assert not witness.calls


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{ asset(key: "P-1") { relations(first: -1) { totalCount } label } }', "first"),
        ('query($n: Int) { asset(key: "P-1") { relations(first: $n) { totalCount } } }', "Int cannot represent"),
        ('{ lineage(from: ["P-1"], input: {maxDepth: 0}) { counts { total } } service { revision } }', "maxDepth"),
        ('{ asset(key: "P-1") { relations(after: "mangled") { edges { cursor } } iri } }', "cursor"),
    ],
    ids=["a page", "a variable", "an input", "a cursor"],
)  # fmt: skip
def test_an_answer_with_an_error_is_that_of_the_normal_executor(
    planned: Engine, plain: Engine, document: str, message: str
) -> None:
    result = both(planned, plain, document, {"n": 2**40})
    assert message in str(result.errors)


def test_a_value_that_no_leaf_can_show_is_an_error_and_travels_as_null(
    planned: Engine, plain: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = '{ service { entities } lookup(ref: "P-1") { totalCount } }'
    from thread.api.queries import Lookup

    for wrong in (2**31, float("nan"), None, "many"):
        monkeypatch.setattr(Lookup, "total_count", property(lambda _, value=wrong: value))
        result = both(planned, plain, document)
        assert result.data is None
        assert len(result.errors or ()) == 1


def test_mutations_and_introspection_have_no_plan(planned: Engine, plain: Engine) -> None:
    witness = planned.schema = Witness(plain.schema)  # type: ignore[assignment]
    both(planned, plain, '{ __type(name: "Asset") { name } service { revision } }')
    assert witness.calls == 1


def test_plans_of_many_settings_of_switches_are_bounded(planned: Engine, plain: Engine) -> None:
    names = [f"s{number}" for number in range(5)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"a{name}: revision @include(if: ${name})" for name in names)
    document = f"query({declared}) {{ service {{ {fields} }} }}"
    for number in range(32):
        both(planned, plain, document, {name: bool(number >> at & 1) for at, name in enumerate(names)})
    operations = planned.documents.read(document).operations
    assert operations is not None
    assert len(operations[""]._plans) <= 8
