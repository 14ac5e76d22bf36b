"""Which documents are refused before they are validated, whatever they ask for?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask
from thread.api import documents
from thread.api.engine import Engine


def code(found: dict[str, Any]) -> str:
    return str(found["extensions"]["code"])


@pytest.fixture
def unvalidated(monkeypatch: pytest.MonkeyPatch) -> None:
    """What must be refused before validation, whose own cost is the danger, fails here if it gets there."""

    def reached(*_: Any, **__: Any) -> Any:
        raise AssertionError("validated")

    monkeypatch.setattr(documents, "validate", reached)


def many(template: str, count: int) -> str:
    return " ".join(template.replace("#", str(number)) for number in range(count))


SHAPES = {
    "depth": ("{" + "a{" * 40 + "b" + "}" * 40 + "}", "nests 41"),
    "depth through inline fragments": ("{" + "... {" * 40 + "__typename" + "}" * 41, "nests 41"),
    "depth through fragments": (
        "{ ...F0 } "
        + many("fragment F# on Query { a { ...G# } } fragment G# on Query { a { a { a { b } } } }", 1)
        + "".join(f" fragment H{i} on Query {{ a {{ ...H{i + 1} }} }}" for i in range(40))
        + " fragment H40 on Query { b }",
        "nests 81",
    ),
    "width through fragments": (
        "{ " + many("a#: service { ...F }", 40) + " } fragment F on ServiceInfo { " + many("b#: version", 60) + " }",
        "fields; at most",
    ),
    "field repetition": ("{" + "service { version } " * 100 + "}", "equal fields"),
    "field repetition below": ("{ service {" + "version " * 100 + "} " + "service { version } " * 20 + "}", "equal"),
    "fragments at one place": (
        "{" + many("...F#", 100) + "}" + many("fragment F# on Query { a#: __typename }", 100),
        "fragments, meet",
    ),
    "directives": ("{ service " + "@include(if: true) " * 9 + "{ version } }", "9 directives"),
    "directives of an operation": ("query " + "@a " * 9 + "{ service { version } }", "9 directives"),
    "directives of a variable": ("query($a: Int " + "@a " * 9 + ") { service { version } }", "9 directives"),
    "directives of a fragment": ("{ ...F } fragment F on Query " + "@a " * 9 + "{ __typename }", "9 directives"),
    "variables": ("query(" + many("$v#: Int", 201) + ") { service { version } }", "201 variables"),
    "literals": ("{ lineage(from: [" + '"a" ' * 1001 + "]) { missing } }", "values are written"),
    "a number without end": ('{ lineage(from: ["a"], input: {maxDepth: ' + "9" * 41 + "}) { missing } }", "A number"),
    "a bomb that is not asked for": (
        "{ service { version } }"
        + "".join(f" fragment G{i} on Query {{ ...G{i + 1} ...G{i + 1} }}" for i in range(25))
        + " fragment G25 on Query { __typename }",
        "fields; at most",
    ),
}


@pytest.mark.usefixtures("unvalidated")
@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_shape_that_would_be_costly_to_validate_is_refused(refuse: Ask, name: str) -> None:
    document, said = SHAPES[name]
    found = refuse(document)
    assert (code(found), said in found["message"]) == ("TOO_COSTLY", True), found


def test_what_another_operation_of_the_document_would_cost_is_not_asked_but_its_shape_is(engine: Engine) -> None:
    heavy = '{ asset(key: "x") { relations(first: 500) { edges { node { relations(first: 500) { totalCount } } } } } }'
    light = engine.execute(
        "query A { __typename } query B " + heavy.replace("totalCount", "edges { cursor }"), operation="A"
    )
    assert light.errors is None
    repeated = engine.execute("query A { __typename } query B { " + "__typename " * 200 + "}", operation="A")
    assert repeated.errors is not None


def test_fragments_that_double_sixty_times_are_refused_unvalidated(unvalidated: None, refuse: Ask) -> None:
    fragments = "".join(f"fragment F{i} on Asset {{ ...F{i + 1} ...F{i + 1} }} " for i in range(60))
    found = refuse('{ asset(key: "x") { ...F0 } } ' + fragments + "fragment F60 on Asset { iri }")
    assert code(found) == "TOO_COSTLY"
    assert "9,007,199,254,740,991 points" in found["message"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (["a"] * 20_001, "hold more than 20,000 values"),
        ([[["a"] * 200] * 200], "hold more than 20,000 values"),
        ({"a": {"b": [{"c": "d"} for _ in range(15_000)]}}, "hold more than 20,000 values"),
    ],
)
def test_variables_that_hold_too_much_are_refused_unvalidated(
    unvalidated: None, refuse: Ask, value: Any, said: str
) -> None:
    found = refuse("query($v: [ID!]!) { lineage(from: $v) { missing } }", v=value)
    assert (code(found), said in found["message"]) == ("TOO_COSTLY", True)


def test_variables_nested_without_end_are_refused_unvalidated(unvalidated: None, refuse: Ask) -> None:
    bomb: list[Any] = []
    for _ in range(500):
        bomb = [bomb]
    found = refuse("query($v: [ID!]!) { lineage(from: $v) { missing } }", v=bomb)
    assert (code(found), "nested too deeply" in found["message"]) == ("TOO_COSTLY", True)


def test_a_message_repeats_only_the_beginning_of_what_was_sent(refuse: Ask) -> None:
    found = refuse("{ " + "a" * 100_000 + " }")
    assert code(found) == "BAD_QUERY"
    assert len(found["message"]) <= 501


def test_some_mistakes_are_told_at_once_but_not_all(engine: Engine) -> None:
    result = engine.execute("{ " + many("nothing#", 500) + " }")
    assert result.errors is not None
    assert 4 < len(result.errors) < 10


def test_a_refused_document_is_refused_again_when_it_is_kept(refuse: Ask) -> None:
    document = "{ " + "service { version } " * 100 + "}"
    assert refuse(document) == refuse(document)


def test_what_is_allowed_is_answered_with_fragments_directives_and_aliases(ask: Ask) -> None:
    document = """query($yes: Boolean!) { a: service { ...F } b: service { ...F @include(if: $yes) } }
      fragment F on ServiceInfo { version }"""
    found = ask(document, yes=True)
    assert found["a"] == found["b"]


def test_a_document_of_several_operations_needs_a_name(engine: Engine) -> None:
    from strawberry.schema.exceptions import CannotGetOperationTypeError

    with pytest.raises(CannotGetOperationTypeError):
        engine.execute("query A { __typename } query B { __typename }")
    assert engine.execute("query A { __typename } query B { b: __typename }", operation="B").data == {"b": "Query"}
