"""The price of a document: an upper bound that a plain reckoning agrees with, told before anything is read."""

from __future__ import annotations

import math
from typing import Any

import pytest
from graphql import build_schema, get_introspection_query, get_operation_ast, parse
from hypothesis import given
from hypothesis import strategies as st

from tests.api.conftest import Ask
from tests.api.plant import open_demo
from thread.api.cost import SATURATED, Pricing, Sum
from thread.api.engine import Engine
from thread.api.tariff import ASSUMED, PAGE, Rate, Size, Tariff, tariff_of
from thread.service import Service

TARIFF: Tariff = {
    "Query": {
        "thing": Rate(7, "Thing"),
        "things": Rate(1, "Thing", True, Size(3, ("limit",))),
        "given": Rate(1, "Thing", True, Size(1, ("ids",))),
    },
    "Thing": {
        "name": Rate(),
        "parts": Rate(5, "Parts", False, Size(4, ("first", "last"), ("edges",))),
        "near": Rate(2, "Thing", True, Size(20, ("limit",)), defaults=(("limit", 6),)),
    },
    "Parts": {"total": Rate(), "edges": Rate(1, "Edge", True, None, by_parent=True)},
    "Edge": {"node": Rate(1, "Thing")},
}


def priced(document: str, **variables: Any) -> Sum:
    tree = parse(document)
    operation = get_operation_ast(tree)
    assert operation is not None
    return Pricing(tree, TARIFF, variables, operation).of(operation)


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        ("{ __typename }", {}, 1),
        ("{ thing { name } }", {}, 7 + 1),
        ("{ things { name } }", {}, 1 + 3 * (1 + 1)),
        ("{ things(limit: 10) { name } }", {}, 1 + 10 * (1 + 1)),
        ("{ things(limit: null) { name } }", {}, 1 + 3 * (1 + 1)),
        ("query($n: Int) { things(limit: $n) { name } }", {}, 1 + 3 * (1 + 1)),
        ("query($n: Int = 9) { things(limit: $n) { name } }", {}, 1 + 9 * (1 + 1)),
        ("query($n: Int = 9) { things(limit: $n) { name } }", {"n": 2}, 1 + 2 * (1 + 1)),
        ("query($n: Int = 9) { things(limit: $n) { name } }", {"n": None}, 1 + 3 * (1 + 1)),
        ("query($n: Int) { ...F } fragment F on Query { things(limit: $n) { name } }", {"n": 8}, 1 + 8 * (1 + 1)),
        ('{ given(ids: ["a", "b"]) { name } }', {}, 1 + 2 * (1 + 1)),
        ("query($i: [ID!]!) { given(ids: $i) { name } }", {"i": ["a", "b", "c"]}, 1 + 3 * (1 + 1)),
        ("{ thing { near { name } } }", {}, 7 + 2 + 6 * (1 + 1)),
        ("{ thing { near(limit: 1) { name } } }", {}, 7 + 2 + 1 * (1 + 1)),
        ("{ thing { parts { total } } }", {}, 7 + 5 + 1),
        ("{ thing { parts { edges { node { name } } } } }", {}, 7 + 5 + 1 + 4 * (1 + 1 + 1)),
        ("{ thing { parts(last: 9) { total edges { node { name } } } } }", {}, 7 + 5 + 1 + 1 + 9 * (1 + 1 + 1)),
        ("{ thing { parts(first: 2, last: 9) { edges { node { name } } } } }", {}, 7 + 5 + 1 + 9 * (1 + 1 + 1)),
        (
            "{ thing { parts(first: 2) { ...E } } } fragment E on Parts { edges { node { ... on Thing { name } } } }",
            {},
            7 + 5 + 1 + 2 * (1 + 1 + 1),
        ),
        (
            "{ thing { parts(first: 2) { edges { node { parts(first: 3) { edges { node { name } } } } } } } }",
            {},
            13 + 2 * (1 + 1 + 5 + 1 + 3 * 3),
        ),
        ("{ a: thing { name } b: thing { name name @skip(if: true) } }", {}, 7 + 1 + 7 + 2),
    ],
)
def test_a_price_is_what_a_reader_of_the_tariff_reckons(
    document: str, variables: dict[str, Any], expected: int
) -> None:
    assert priced(document, **variables).total == expected


@pytest.mark.parametrize("size", [2**31, 2**53, 2**64, 10**400])
def test_sizes_without_end_saturate(size: int) -> None:
    document = "{ things(limit: %d) { near(limit: %d) { name } } }" % (size, size)  # noqa: UP031  braces
    assert priced(document).total == SATURATED


@pytest.mark.parametrize("size", [2**70, 1e300, math.inf])
def test_sizes_without_end_saturate_in_variables_too(size: float) -> None:
    document = "query($n: Int) { things(limit: $n) { near(limit: $n) { name } } }"
    assert priced(document, n=size).total == SATURATED


@pytest.mark.parametrize("size", [-1, -(2**70), math.nan, "many", True, {"a": 1}])
def test_a_size_that_is_none_lowers_no_price_of_what_is_beside_it(size: Any) -> None:
    document = "query($n: Int) { things(limit: $n) { name } thing { name } }"
    assert priced(document, n=size).total >= 8


def test_fragments_that_double_sixty_times_are_priced_once_each() -> None:
    fragments = "".join(f"fragment F{i} on Thing {{ ...F{i + 1} ...F{i + 1} }} " for i in range(60))
    found = priced("{ thing { ...F0 } } " + fragments + "fragment F60 on Thing { name }")
    assert (found.total, found.fields) == (SATURATED, SATURATED)


def test_a_fragment_within_itself_is_priced_as_nothing_more() -> None:
    found = priced("{ thing { ...A } } fragment A on Thing { name ...B } fragment B on Thing { near { ...A } }")
    assert found.total == 7 + 1 + 2 + 6 * 1


LEAF = st.just("name")


def _selection(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    size = st.integers(0, 5)
    near = st.builds("near(limit: {}) {{ {} }}".format, size, inner)
    parts = st.builds("parts(first: {}) {{ total edges {{ node {{ {} }} }} }}".format, size, inner)
    inline = st.builds("... on Thing {{ {} }}".format, inner)
    spread = st.sampled_from(["...F0", "...F1", "...F2"])
    return st.lists(st.one_of(LEAF, near, parts, inline, spread), min_size=1, max_size=3).map(" ".join)


SELECTION = st.recursive(LEAF, _selection, max_leaves=6)


@given(SELECTION, st.lists(SELECTION, min_size=3, max_size=3))
def test_the_memoised_price_is_that_of_the_document_written_out(root: str, fragments: list[str]) -> None:
    """Oracle: replace each spread by its text, so that no fragment is left, and price that."""
    bodies = []
    for number, body in enumerate(fragments):  # a fragment spreads only those before it
        for other in range(number, 3):
            body = body.replace(f"...F{other}", "name")
        bodies.append(body)
    written = [bodies[0]]
    for number in (1, 2):
        body = bodies[number]
        for other in range(number):
            body = body.replace(f"...F{other}", "... { " + written[other] + " }")
        written.append(body)
    plain = root
    for number in range(3):
        plain = plain.replace(f"...F{number}", "... { " + written[number] + " }")
    defined = " ".join(f"fragment F{number} on Thing {{ {body} }}" for number, body in enumerate(bodies))
    spread, whole = priced("{ thing { " + root + " } } " + defined), priced("{ thing { " + plain + " } }")
    assert (spread.total, spread.fields, spread.depth) == (whole.total, whole.fields, whole.depth)


# -- the tariff of the schema that is served


def test_every_list_of_the_schema_has_a_length(engine: Engine) -> None:
    for owner, rates in tariff_of(engine.schema._schema).items():
        for name, rate in rates.items():
            assert not rate.listed or rate.size is not None or rate.by_parent, f"{owner}.{name} has no size"


def test_slicing_arguments_and_sized_fields_are_there(engine: Engine) -> None:
    schema = engine.schema._schema
    tariff = tariff_of(schema)
    for owner, rates in tariff.items():
        for name, rate in rates.items():
            if rate.size is None or owner.startswith("__"):
                continue
            field = schema.type_map[owner].fields[name]
            assert set(rate.size.slicing) <= set(field.args), f"{owner}.{name}"
            assert all(tariff[rate.returns or ""][sized].by_parent for sized in rate.size.sized), f"{owner}.{name}"


def test_pages_are_priced_by_the_page_that_they_give(engine: Engine) -> None:
    tariff = tariff_of(engine.schema._schema)
    assert tariff["Asset"]["relations"].size == Size(PAGE, ("first", "last"), ("edges",))
    assert tariff["Lineage"]["hits"].size == Size(100, ("first", "last"), ("edges",))
    assert tariff["Asset"]["identifiers"].size == Size(ASSUMED)


def test_the_printed_schema_states_prices_as_the_service_reckons(engine: Engine) -> None:
    """Oracle: the directives of the SDL, read back by a parser that knows nothing of ours."""
    printed = build_schema(engine.schema.as_str())
    tariff = tariff_of(engine.schema._schema)
    checked = 0
    for owner in ("Query", "Lineage", "Impact", "Asset", "Mutation"):
        for name, field in printed.type_map[owner].fields.items():  # type: ignore[attr-defined]  # objects all
            said = {d.name.value: d for d in field.ast_node.directives or ()}
            weight = {a.name.value: a.value.value for a in said["cost"].arguments}["weight"] if "cost" in said else "1"
            assert int(weight) == tariff[owner][name].weight, f"{owner}.{name}"
            checked += "cost" in said
    assert checked > 15


# -- what a client sees


def cost_of(engine: Engine, document: str, **variables: Any) -> dict[str, Any]:
    result = engine.execute(document, variables)
    assert result.extensions is not None
    return dict(result.extensions["cost"])


def test_every_answer_tells_its_price_and_the_limit(engine: Engine) -> None:
    limit = engine.service.settings.max_cost
    assert cost_of(engine, "{ service { version } }") == {"price": 11, "limit": limit}
    assert cost_of(engine, "{ nothing }") == {"price": 1, "limit": limit}
    assert cost_of(engine, "{ no") == {"price": None, "limit": limit}
    page = "relations(first: 500) { edges { node { %s } } }"
    heavy = '{ asset(key: "x") { ' + page % (page % "iri") + " } }"
    assert cost_of(engine, heavy)["price"] > limit


def test_what_costs_too_much_is_refused_before_anything_is_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touched(*_: Any) -> Any:
        raise AssertionError("executed")

    monkeypatch.setattr("thread.service.Service.lineage", touched)
    monkeypatch.setattr("thread.service.Service.view", touched)
    inner = "iri"
    for _ in range(4):
        inner = "relations(first: 100) { edges { node { %s } } }" % inner  # noqa: UP031  braces
    result = engine.execute('{ asset(key: "urn:t:line") { ' + inner + " } }")
    assert result.data is None
    assert result.errors is not None
    found = result.errors[0].formatted
    assert found["extensions"]["code"] == "TOO_COSTLY"
    assert "asset is " in found["extensions"]["hint"]


def test_the_limit_is_a_setting() -> None:
    service: Service = open_demo(max_cost=10)
    refused, allowed = (Engine(service).execute(d) for d in ("{ service { version } }", "{ __typename }"))
    service.close()
    assert refused.errors is not None
    assert allowed.errors is None


def test_the_usual_introspection_is_well_below_the_limit(ask: Ask, engine: Engine) -> None:
    document = get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)
    assert cost_of(engine, document)["price"] < engine.service.settings.max_cost / 4


def test_a_price_is_no_less_than_the_fields_of_the_answer(engine: Engine) -> None:
    """An upper bound: one point at least for each field that the answer holds."""
    document = """{ batch(key: "urn:t:b1") { iri relations(direction: BOTH, first: 20) { totalCount edges { cursor
      node { id iri label identifiers { scheme value } } } }
      lineage { hits(first: 20) { edges { degree node { iri } } } } } }"""
    result = engine.execute(document)
    assert result.errors is None
    assert result.extensions is not None
    held = 0
    waiting: list[Any] = [result.data]
    while waiting:
        value = waiting.pop()
        held += len(value) if isinstance(value, dict) else 0
        waiting += [v for v in (value.values() if isinstance(value, dict) else value) if isinstance(v, dict | list)]
    assert 10 < held <= result.extensions["cost"]["price"]
