"""The checker finds in arrays exactly what a plain reading finds fact by fact, and says it so that one can act."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ontology.turtle import write
from thread.clock import BEGIN, END
from thread.errors import CODES
from thread.facts import Fact, FactPart, Op, PartBuilder, Value, kind_fact, parts_of
from thread.ontology import Attribute, Ontology, Relation, load_ontology
from thread.ontology.shapes import Checker, KindsOf, Violation
from thread.ontology.values import iri_fault, value_fault
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, THR, TYPE, EntityId, Iri, UpperKind

EXTENSION = """
my:Pump rdfs:subClassOf thr:Asset .
my:cooledBy rdfs:subPropertyOf thr:suppliedWith ; thr:medium my:Water .
my:speed a owl:DatatypeProperty ; rdfs:range xsd:double .
my:Pump sh:property [ sh:path my:speed ; sh:maxCount 1 ; sh:minInclusive 0 ; sh:maxExclusive 100 ; sh:minCount 1 ] .
"""
Found = set[tuple[int, int, str]]


@pytest.fixture(scope="module")
def ontology(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    return load_ontology([write(tmp_path_factory.mktemp("shapes"), EXTENSION)])


@pytest.fixture(scope="module")
def checker(ontology: Ontology) -> Checker:
    return Checker(ontology)


class Twins:
    """The ontology and its checker; Hypothesis prints its arguments, and an ontology prints long."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology, self.checker = ontology, Checker(ontology)


@pytest.fixture(scope="module")
def twins(ontology: Ontology) -> Twins:
    return Twins(ontology)


def thr(name: str) -> str:
    return THR + name


def iri(name: str) -> EntityId:
    return EntityId(f"urn:e:{name}")


def nobody(names: Sequence[str]) -> list[str | None]:
    return [None] * len(names)


def all_of(kind: str) -> KindsOf:
    return lambda names: [kind] * len(names)


def codes(found: Sequence[Violation]) -> list[str]:
    return [violation.code for violation in found]


# fact by fact: the slow twin


def slow_check(ontology: Ontology, parts: Sequence[FactPart], stored: dict[str, str]) -> Found:
    facts = [(p, i, f) for p, part in enumerate(parts) for i, (op, f) in enumerate(part.facts()) if op is Op.ASSERT]
    kinds: dict[str, str | None] = dict(stored)
    for _, _, fact in facts:
        if fact.predicate == TYPE and isinstance(fact.value, Iri):
            kinds[fact.subject] = fact.value
    found = {(p, i, code) for p, i, fact in facts for code in slow_faults(ontology, fact, kinds)}
    for attribute in ontology.attributes:
        having = {fact.subject for _, _, fact in facts if fact.predicate == attribute.iri}
        for subject, kind in kinds.items():
            places = [
                (p, i) for p, i, f in facts if f.predicate == TYPE and f.subject == subject and type(f.value) is Iri
            ]
            needs = any(ontology.is_a(kind or "", each) for each in attribute.required_of)
            had = any(ontology.is_a(stored.get(subject, ""), each) for each in attribute.required_of)
            if places and needs and not had and subject not in having:
                found.add((*places[-1], "missing-value"))
    return found


def slow_faults(ontology: Ontology, fact: Fact, kinds: dict[str, str | None]) -> Iterator[str]:
    if fact.valid_to <= fact.valid_from:
        yield "order-of-times"
    for end in (fact.subject, fact.object):
        fault = iri_fault(end) if end is not None else None
        if fault is not None:
            yield fault.code
    if fact.predicate == TYPE:
        if not isinstance(fact.value, Iri) or fact.value not in ontology.kind:
            yield "unknown-kind"
        if fact.qualifiers:
            yield from ("unknown-attribute", "bad-value")[: 1 + unsorted(fact)]
    elif fact.predicate in ontology.relation:
        yield from slow_link_faults(ontology, ontology.relation[fact.predicate], fact, kinds)
    elif fact.predicate in ontology.attribute:
        yield from slow_value_faults(ontology, ontology.attribute[fact.predicate], fact, kinds)
    else:
        yield "unknown-attribute" if fact.object is None else "unknown-relation"


def unsorted(fact: Fact) -> bool:
    return any(left >= right for left, right in pairwise(name for name, _ in fact.qualifiers))


def fits(ontology: Ontology, kind: str | None, allowed: frozenset[str]) -> bool:
    if kind is None or kind not in ontology.kind:
        return bool(allowed)
    return any(ontology.is_a(kind, each) for each in allowed)


def slow_link_faults(ontology: Ontology, relation: Relation, fact: Fact, kinds: dict[str, str | None]) -> Iterator[str]:
    if not fits(ontology, kinds.get(fact.subject), relation.domain):
        yield "wrong-domain"
    if fact.object is None:
        yield "bad-value"
    elif not fits(ontology, kinds.get(fact.object), relation.range):
        yield "wrong-range"
    yield from slow_qualifier_faults(ontology, relation, fact)


def slow_value_faults(
    ontology: Ontology, attribute: Attribute, fact: Fact, kinds: dict[str, str | None]
) -> Iterator[str]:
    if not fits(ontology, kinds.get(fact.subject), attribute.domain):
        yield "wrong-domain"
    if fact.value is None:
        yield "bad-value"
    elif fault := value_fault(attribute, fact.value, ontology.media):
        yield fault.code
    yield from slow_qualifier_faults(ontology, attribute, fact)
    if attribute.iri == IDENTIFIER and SCHEME not in dict(fact.qualifiers):
        yield "missing-value"


def slow_qualifier_faults(ontology: Ontology, item: Relation | Attribute, fact: Fact) -> Iterator[str]:
    if unsorted(fact):
        yield "bad-value"
    for name, value in fact.qualifiers:
        if name not in item.qualifiers:
            yield "unknown-attribute"
        elif fault := value_fault(ontology.attribute[name], value, ontology.media):
            yield fault.code


NAMES = [iri(name) for name in "abcdefgh"] + [EntityId("urn:größe"), EntityId("not an iri"), EntityId("javascript:x")]
KINDS = ["Asset", "Component", "Position", "Sensor", "RedundancyGroup", "Batch", "FailureEvent", "Ghost"]
WORDS = [
    "dependsOn",
    "suppliedWith",
    "installedIn",
    "partOf",
    "monitors",
    "usesDesign",
    "failureOf",
    "memberOf",
    "ghost",
]
ATTRIBUTES = [
    "status",
    "quantity",
    "k",
    "weibullShape",
    "stub",
    "startedAt",
    "produces",
    "identifier",
    "scheme",
    "state",
]
VALUES: list[Value] = [
    "RUNNING", "running", "", "e\u0301", "A\u202e1", "23-KA", Decimal("1.5"), Decimal(-1), Decimal("NaN"), 0, 1, -1,
    2**62, 0.0, 0.5, -0.5, 100.0, 99.99999999999999, float("nan"), float("-inf"), True, False,
    datetime(2026, 1, 1, tzinfo=UTC),     Iri("urn:my#Water"), Iri("urn:my#Wtaer"), Iri("not an iri"),
]  # fmt: skip
QUALIFIERS = [
    (), (), ((SCHEME, "sap"),), ((SCHEME, "sap"), (SCOPE, "d1")), ((SCOPE, "d1"), (SCHEME, "sap")), ((SCHEME, ""),),
    ((SCOPE, "d1"),), ((thr("quantity"), Decimal(2)),), ((thr("quantity"), 2),), ((thr("ghost"), "x"),),
    ((thr("findNumber"), "10"), (thr("quantity"), Decimal(2))), ((SCHEME, "a"), (SCHEME, "b")),
]  # fmt: skip
names = st.sampled_from(NAMES)
times = st.sampled_from([(BEGIN, END), (0, END), (BEGIN, 5), (5, 5), (6, 5), (3, 4)])
qualifiers = st.sampled_from(QUALIFIERS)
kinds = st.sampled_from([*map(thr, KINDS), "urn:my#Pump"])
kind_facts = st.builds(lambda s, k: Fact(s, TYPE, value=Iri(k)), names, kinds)
links = st.builds(
    lambda s, p, o, t, q: Fact(s, p, object=o, valid_from=t[0], valid_to=t[1], qualifiers=q),
    names,
    st.sampled_from([*map(thr, WORDS), thr("k"), "urn:my#cooledBy", TYPE]),
    names,
    times,
    qualifiers,
)
values = st.builds(
    lambda s, p, v, t, q: Fact(s, p, value=v, valid_from=t[0], valid_to=t[1], qualifiers=q),
    names,
    st.sampled_from([*map(thr, ATTRIBUTES), thr("partOf"), LABEL, "urn:my#speed", TYPE]),
    st.sampled_from(VALUES),
    times,
    qualifiers,
)
changes = st.lists(
    st.lists(
        st.tuples(st.sampled_from([Op.ASSERT] * 8 + [Op.END, Op.RETRACT]), kind_facts | links | values), max_size=12
    ),
    max_size=3,
)
stores = st.dictionaries(st.sampled_from(NAMES[:8]), st.sampled_from([*map(thr, KINDS[:7]), "urn:my#Pump"]))


def parts(changed: list[list[tuple[Op, Fact]]]) -> list[FactPart]:
    found: list[FactPart] = []
    for facts in changed:
        builder = PartBuilder()
        for op, fact in facts:
            builder.fact(fact, op)
        found += builder.parts()
    return found


@settings(max_examples=250, deadline=None)
@given(changed=changes, stored=stores)
def test_the_checker_finds_what_a_plain_reading_finds(
    twins: Twins, changed: list[list[tuple[Op, Fact]]], stored: dict[str, str]
) -> None:
    change = parts(changed)

    found = twins.checker.check(change, lambda names: [stored.get(name) for name in names])

    assert {(v.part, v.index, v.code) for v in found} == slow_check(twins.ontology, change, stored)
    assert found == sorted(found, key=lambda v: (v.part, v.index))
    assert all(v.code in CODES and v.message for v in found)


# by hand


def test_a_plant_that_fits_has_no_violation(checker: Checker) -> None:
    facts = [
        kind_fact(iri("pump"), "urn:my#Pump"),
        Fact(iri("pump"), "urn:my#speed", value=0.0),
        Fact(iri("pump"), IDENTIFIER, value="23-KA-9101", qualifiers=((SCHEME, "tag"),)),
        kind_fact(iri("seal"), UpperKind.POSITION),
        Fact(iri("seal"), thr("partOf"), object=iri("pump"), qualifiers=((thr("quantity"), Decimal(1)),)),
        Fact(iri("serial"), thr("installedIn"), object=iri("seal"), valid_from=0, valid_to=10),
    ]

    assert checker.check(parts_of(facts), nobody) == []


def test_nothing_is_checked_of_an_empty_change(checker: Checker) -> None:
    assert checker.check([], nobody) == []


def test_a_stub_fits_every_domain_and_range(checker: Checker, ontology: Ontology) -> None:
    facts = [Fact(iri("a"), relation.iri, object=iri("b")) for relation in ontology.relations]

    assert checker.check(parts_of(facts), nobody) == []


def test_the_kind_said_in_the_change_counts_and_not_the_stored_one(checker: Checker) -> None:
    facts = [kind_fact(iri("a"), UpperKind.ASSET), Fact(iri("a"), thr("dependsOn"), object=iri("a"))]

    assert checker.check(parts_of(facts), all_of(UpperKind.SUPPLIER)) == []


def test_kinds_said_in_one_part_count_in_another(checker: Checker) -> None:
    first = parts_of([Fact(iri("a"), thr("dependsOn"), object=iri("b"))])
    second = parts_of([kind_fact(iri("b"), UpperKind.BATCH)])

    (found,) = checker.check([*first, *second], nobody)

    assert (found.part, found.index, found.code, found.value) == (0, 0, "wrong-range", iri("b"))


def test_each_entity_is_asked_for_once(checker: Checker) -> None:
    asked: list[str] = []

    def kinds_of(names: Sequence[str]) -> list[str | None]:
        asked.extend(names)
        return nobody(names)

    link = Fact(iri("a"), thr("dependsOn"), object=iri("b"))
    checker.check([*parts_of([link, link]), *parts_of([link, kind_fact(iri("b"), UpperKind.ASSET)])], kinds_of)

    assert asked == [iri("a")]


def test_a_violation_names_file_row_value_and_the_way_out(checker: Checker) -> None:
    fact = kind_fact(iri("a"), thr("Assset"), origin="assets.csv", row=14)

    (found,) = checker.check(parts_of([fact]), nobody)

    assert (found.origin, found.row, found.value) == ("assets.csv", 14, thr("Assset"))
    assert found.message.startswith("Row 14 of assets.csv: ")
    assert "Known kinds near it: Asset" in found.hint


def test_ending_or_retracting_what_the_ontology_no_longer_knows_is_allowed(checker: Checker) -> None:
    fact = Fact(iri("a"), "urn:old#relation", object=iri("b"))

    assert checker.check([*parts_of([fact], Op.END), *parts_of([fact], Op.RETRACT)], nobody) == []


def test_a_new_group_without_k_is_refused_and_a_known_one_may_be_described_again(checker: Checker) -> None:
    change = parts_of([kind_fact(iri("g"), UpperKind.REDUNDANCY_GROUP)])

    assert codes(checker.check(change, nobody)) == ["missing-value"]
    assert checker.check(change, all_of(UpperKind.REDUNDANCY_GROUP)) == []


def test_a_thing_that_becomes_a_kind_with_a_required_attribute_needs_it(checker: Checker) -> None:
    change = parts_of([kind_fact(iri("p"), "urn:my#Pump")])

    assert codes(checker.check(change, all_of(UpperKind.ASSET))) == ["missing-value"]


def test_an_end_before_or_at_its_start_is_reported(checker: Checker) -> None:
    facts = [Fact(iri("a"), LABEL, value="A", valid_from=5, valid_to=end) for end in (4, 5, 6)]

    assert [(v.index, v.code) for v in checker.check(parts_of(facts), nobody)] == [
        (0, "order-of-times"),
        (1, "order-of-times"),
    ]


def test_an_instant_that_no_calendar_names_is_refused(checker: Checker) -> None:
    facts = [Fact(iri("a"), LABEL, value="A", valid_from=-(2**62)), Fact(iri("b"), LABEL, value="B", valid_to=2**62)]

    assert codes(checker.check(parts_of(facts), nobody)) == ["bad-time", "bad-time"]


def test_a_time_value_that_no_calendar_names_is_refused(checker: Checker) -> None:
    (part,) = parts_of([Fact(iri("a"), thr("startedAt"), value=datetime(2026, 1, 1, tzinfo=UTC))])
    table = part.table.copy()
    table["value"] = 2**62

    assert codes(checker.check([FactPart(part.strings, part.qualifiers, table)], nobody)) == ["bad-time"]


def test_a_qualifier_is_no_attribute_of_an_entity(checker: Checker) -> None:
    assert codes(checker.check(parts_of([Fact(iri("a"), SCHEME, value="sap")]), nobody)) == ["wrong-domain"]


@pytest.mark.parametrize("kind", sorted(kind.iri for kind in load_ontology().kinds))
def test_every_end_is_judged_for_every_kind(kind: str, checker: Checker, ontology: Ontology) -> None:
    facts = [Fact(iri("a"), relation.iri, object=iri("stub")) for relation in ontology.relations]
    refused = {
        v.index for v in checker.check(parts_of(facts), lambda names: [None if "stub" in n else kind for n in names])
    }
    expected = {i for i, r in enumerate(ontology.relations) if not any(ontology.is_a(kind, each) for each in r.domain)}

    assert refused == expected


def test_a_part_of_the_full_size_is_read_by_columns(checker: Checker) -> None:
    """Work is guarded by counting: kinds are asked once, and no fact is turned into an object."""
    builder = PartBuilder()
    for number in range(10_000):
        builder.link(iri(str(number)), thr("dependsOn"), iri(str(number // 2)))
    (part,) = builder.parts()
    asked: list[int] = []

    class Columns(FactPart):
        """A part that may not be read fact by fact."""

        def fact_at(self, index: int) -> tuple[Op, Fact]:
            raise AssertionError(index)

        value_at = fact_at  # type: ignore[assignment]  # neither may be called

    def kinds_of(names: Sequence[str]) -> list[str | None]:
        asked.append(len(names))
        return [UpperKind.ASSET] * len(names)

    assert checker.check([Columns(part.strings, part.qualifiers, part.table)], kinds_of) == []
    assert asked == [10_000]
    assert isinstance(part.table, np.ndarray)
