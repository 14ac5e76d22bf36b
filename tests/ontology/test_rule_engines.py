"""A state is checked by whichever engine is there, and both say the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec

import pyoxigraph as ox
import pytest

from tests.ontology.test_rules import FAULTS, GOOD
from tests.ontology.turtle import PREFIXES
from thread.errors import InputError
from thread.facts import Triple, Value
from thread.ontology import load_ontology, rules
from thread.ontology.rules import Breach, Engine, check_rules
from thread.terms import LABEL, THR, TYPE, XSD, EntityId, Iri

ONTOLOGY = load_ontology()
KNOWN: tuple[Engine, ...] = ("shacl", "pyshacl")
ENGINES = tuple(name for name in KNOWN if find_spec(name))
"""Those that are installed: the fast one is not built for every machine."""


def state(turtle: str) -> list[Triple]:
    """Triples as the projection gives them."""
    return list(_triples(turtle))


def _triples(turtle: str) -> Iterator[Triple]:
    for quad in ox.parse((PREFIXES + turtle).encode(), ox.RdfFormat.TURTLE):
        assert isinstance(quad.subject, ox.NamedNode)
        subject = EntityId(quad.subject.value)
        if isinstance(quad.object, ox.Literal):
            yield Triple(subject, quad.predicate.value, value=_value(quad.object))
        elif isinstance(quad.object, ox.NamedNode) and quad.predicate.value == TYPE:
            yield Triple(subject, TYPE, value=Iri(quad.object.value))
        elif isinstance(quad.object, ox.NamedNode):
            yield Triple(subject, quad.predicate.value, EntityId(quad.object.value))


def _value(literal: ox.Literal) -> Value:
    match literal.datatype.value.removeprefix(XSD):
        case "integer":
            return int(literal.value)
        case "dateTime":
            return datetime.fromisoformat(literal.value)
    return literal.value


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sound_plant_breaks_no_rule(engine: Engine) -> None:
    report = check_rules(state(GOOD), ONTOLOGY, engine)
    assert (report.breaches, report.violations, report.triples) == ((), 0, len(state(GOOD)))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_planted_fault_is_found_under_the_name_of_its_rule(engine: Engine) -> None:
    planted = "".join(
        text.replace("my:x", f"my:{rule}") for rule, text in FAULTS.items() if rule != "SerialIsInOnePosition"
    )
    found = check_rules(state(GOOD + planted), ONTOLOGY, engine).breaches
    assert {(b.rule, b.focus.removeprefix("urn:my#")) for b in found} == {
        (rule, rule) for rule in FAULTS if rule != "SerialIsInOnePosition"
    }
    assert all(breach.message.endswith((".", ":")) for breach in found)
    assert {b.severity for b in found} == {"Violation", "Warning"}


def test_both_engines_say_the_same_of_all_faults_together() -> None:
    planted = state(GOOD + "".join(text.replace("my:x", f"my:{rule}") for rule, text in FAULTS.items()))
    one, *others = (check_rules(planted, ONTOLOGY, engine).breaches for engine in ENGINES)
    assert all(other == one for other in others)
    assert len(one) >= len(FAULTS)


def test_a_rule_holds_for_subkinds_too() -> None:
    breaches = check_rules(state("my:f a thr:FailureEvent ."), ONTOLOGY).breaches
    assert [breach.rule for breach in breaches] == ["FailureNamesWhatFailed"]


@pytest.mark.parametrize("engine", ENGINES)
def test_values_of_every_type_reach_the_engine_whole(engine: Engine) -> None:
    values: list[Value] = ['a "b" \\ \n\r\t é', 3, 1.5e-9, Decimal("1E+3"), True, datetime(2024, 2, 29, tzinfo=UTC)]
    triples = [Triple(EntityId("urn:a"), LABEL, value=value) for value in values]
    triples.append(Triple(EntityId("urn:a"), THR + "produces", value=Iri("urn:m")))
    assert check_rules(triples, ONTOLOGY, engine).breaches == ()


def test_breaches_are_sorted_by_entity() -> None:
    turtle = "my:b a thr:FailureEvent . my:a a thr:FailureEvent . my:a a thr:Sensor ."
    found = check_rules(state(turtle), ONTOLOGY).breaches
    assert list(found) == sorted(found)
    assert isinstance(found[0], Breach)


def test_without_an_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        check_rules([], ONTOLOGY)
    assert "digital-thread[check]" in str(caught.value)
