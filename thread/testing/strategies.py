"""Which histories should any projection survive? A toy ontology, and random change sets over it for Hypothesis."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from thread.clock import BEGIN, END
from thread.facts import ChangeSet, Fact, Op, PartBuilder, Qualifiers, Value, ValueType
from thread.ontology.model import Attribute, Carries, Kind, Law, Ontology, Relation, Role, Upstream
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, THR, TYPE, EntityId, Iri, UpperKind, local_name

KINDS = (UpperKind.ENTITY, UpperKind.ASSET, UpperKind.COMPONENT, UpperKind.EVENT, UpperKind.POSITION)
SINGLE_RELATION, MANY_RELATION, OTHER_RELATION = THR + "installedIn", THR + "dependsOn", THR + "partOf"
SINGLE_VALUE, MANY_VALUE = THR + "state", THR + "produces"
QUANTITY = THR + "quantity"
SOURCES = ("cmms", "plc", "hand")
RANKS = {"plc": 1, "hand": 2}


def toy_ontology() -> Ontology:
    """Five kinds, three relations (one single-valued), six attributes."""
    kinds = tuple(
        Kind(
            iri=iri,
            name=local_name(iri),
            ordinal=ordinal,
            label=local_name(iri),
            comment="",
            parents=() if iri == UpperKind.ENTITY else (UpperKind.ENTITY,),
            ancestors=frozenset({iri, UpperKind.ENTITY}),
            children=tuple(sorted(set(KINDS) - {iri})) if iri == UpperKind.ENTITY else (),
            essential=False,
            produces=frozenset(),
            conducts=False,
            conducts_when=None,
            feeds=None,
        )
        for ordinal, iri in enumerate(sorted(KINDS))
    )
    relations = tuple(
        _relation(iri, ordinal, iri == SINGLE_RELATION)
        for ordinal, iri in enumerate(sorted((SINGLE_RELATION, MANY_RELATION, OTHER_RELATION)))
    )
    predicates = ((SINGLE_VALUE, True), (MANY_VALUE, False), (IDENTIFIER, False), (LABEL, True), (QUANTITY, True))
    attributes = tuple(_attribute(iri, ordinal, single) for ordinal, (iri, single) in enumerate(sorted(predicates)))
    return Ontology(kinds, relations, attributes, {}, "toy")


def _relation(iri: str, ordinal: int, single: bool) -> Relation:
    return Relation(
        iri=iri,
        name=local_name(iri),
        ordinal=ordinal,
        label=local_name(iri),
        comment="",
        inverse=local_name(iri) + "Of",
        domain=frozenset({UpperKind.ENTITY}),
        range=frozenset({UpperKind.ENTITY}),
        single=single,
        role=Role.STRUCTURE,
        upstream=Upstream.OBJECT,
        symmetric=False,
        ancestors=frozenset({iri}),
        medium=None,
        carries=Carries(Law.NOTHING),
        carries_to=None,
        observes=False,
        qualifiers=(QUANTITY,),
    )


def _attribute(iri: str, ordinal: int, single: bool) -> Attribute:
    return Attribute(
        iri=iri,
        name=local_name(iri),
        ordinal=ordinal,
        label=local_name(iri),
        comment="",
        type=ValueType.TEXT,
        domain=frozenset({UpperKind.ENTITY}),
        single=single,
        required=False,
    )


entities = st.sampled_from([EntityId(f"urn:e:{letter}") for letter in "abcdef"])
instants = st.integers(0, 12)
starts = st.one_of(st.just(BEGIN), instants)
ends = st.one_of(st.just(END), instants)
values: st.SearchStrategy[Value] = st.sampled_from(
    [
        "x",
        "é",
        "1",
        1,
        True,
        1.0,
        -0.0,
        Decimal("1.0"),
        Decimal("1.00"),
        Iri("urn:m:air"),
        datetime(2024, 2, 29, tzinfo=UTC),
    ]
)
quantities: st.SearchStrategy[Qualifiers] = st.sampled_from([(), ((QUANTITY, Decimal(2)),), ((QUANTITY, 2),)])
schemes: st.SearchStrategy[Qualifiers] = st.sampled_from(
    [((SCHEME, "tag"),), ((SCHEME, "serial"),), ((SCHEME, "serial"), (SCOPE, "urn:e:a"))]
)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A fact of any sort; half of them are open at both ends, so that they meet."""
    subject, start, end = draw(entities), draw(starts), draw(ends)
    row = draw(st.integers(0, 2))
    match draw(st.integers(0, 5)):
        case 0:
            kind = draw(st.sampled_from([*KINDS, THR + "Unheard"]))
            return Fact(subject, TYPE, None, Iri(kind), start, end, (), "file.csv", row)
        case 1 | 2:
            relation = draw(st.sampled_from([SINGLE_RELATION, MANY_RELATION, OTHER_RELATION, THR + "unheard"]))
            qualifiers = draw(quantities)
            return Fact(subject, relation, draw(entities), None, start, end, qualifiers, "file.csv", row)
        case 3:
            value = draw(st.sampled_from(["S1", "S2", "S3"]))
            return Fact(subject, IDENTIFIER, None, value, start, end, draw(schemes), "other.csv", row)
        case _:
            attribute = draw(st.sampled_from([SINGLE_VALUE, MANY_VALUE, LABEL]))
            value_ = draw(st.sampled_from(["x", "é"])) if attribute == LABEL else draw(values)
            return Fact(subject, attribute, None, value_, start, end, (), "", row)


operations = st.tuples(facts(), st.sampled_from([Op.ASSERT] * 6 + [Op.END] * 2 + [Op.RETRACT]))


@st.composite
def histories(draw: st.DrawFn, largest: int = 8) -> list[ChangeSet]:
    """Change sets of several sources and runs; later ones come back to facts of earlier ones."""
    pool = draw(st.lists(facts(), min_size=1, max_size=10))
    found = []
    for number in range(draw(st.integers(1, largest))):
        builder = PartBuilder(limit=draw(st.sampled_from([2, 10_000])))
        for fact, op in draw(st.lists(operations, max_size=6)):
            builder.fact(fact, op)
        for fact in draw(st.lists(st.sampled_from(pool), max_size=6)):
            builder.fact(fact, draw(st.sampled_from([Op.ASSERT, Op.ASSERT, Op.ASSERT, Op.END, Op.RETRACT])))
        runs = [f"run{k}" for k in range(number)]
        found.append(
            ChangeSet(
                request_id=f"run{number}",
                source=draw(st.sampled_from(SOURCES)),
                parts=builder.parts(),
                run=draw(st.sampled_from(["", *runs])),
                withdraws=tuple(draw(st.lists(st.sampled_from(runs), max_size=1))) if runs else (),
            )
        )
    return found
