"""A mapping that is wrong says where, what was expected, and which known words are near."""

import pytest

from tests.ingest.helpers import ONTOLOGY
from thread.errors import InputError
from thread.ingest import parse_mapping

GOOD = """
source: plant
tables:
  pumps:
    file: pumps.csv
    times: [Since]
    entities:
      pump:
        kind: Asset
        id: "pump/{Tag}"
        attributes: {age: {value: "{Age}", unit: a}}
        links: [{relation: partOf, to: skid, qualifiers: {quantity: "1"}}]
      skid: {kind: Asset, id: "skid/{Skid}"}
"""


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_mapping(text, ONTOLOGY)
    return caught.value


def changed(old: str, new: str) -> InputError:
    assert old in GOOD
    return refused(GOOD.replace(old, new))


def test_a_good_mapping_is_taken() -> None:
    assert list(parse_mapping(GOOD, ONTOLOGY).tables) == ["pumps"]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("kind: Asset\n", "kind: Aset\n", "unknown-kind", ["tables.pumps.entities.pump.kind", "Aset", "Asset"]),
        ("relation: partOf", "relation: partof", "unknown-relation", ["links.0.relation", "partof", "partOf"]),
        ("{age:", "{agee:", "unknown-attribute", ["attributes.agee", "age"]),
        ("quantity:", "quantty:", "unknown-attribute", ["qualifiers.quantty", "quantity"]),
        ("quantity:", "age:", "bad-mapping", ["partOf takes no age", "quantity"]),
        ("{age: {value: ", "{startedAt: {value: ", "wrong-domain", ["Asset has no startedAt"]),
        ("relation: partOf", "relation: installedIn", "wrong-domain", ["installedIn never starts at the kind Asset"]),
        ("to: skid", "to: skud", "bad-mapping", ["skud", "skid"]),
        ("to: skid", "too: skid", "bad-mapping", ["tables.pumps.entities.pump.links.0.too", "to"]),
        ("unit: a", "unit: kg", "bad-mapping", ["mass", "time"]),
        ("unit: a", "unit: years", "bad-mapping", ["years"]),
        ("{Tag}", "{Tag", "bad-mapping", ["brace"]),
        ("{Tag}", "{Tag|loud}", "bad-mapping", ["loud"]),
        ("{Tag}", "{Tag|pad}", "bad-mapping", ["pad", "argument"]),
        ("times: [Since]", "times: {Since: dd.mm.yyyy}", "bad-mapping", ["dd.mm.yyyy", "%d.%m.%Y"]),
        ("file: pumps.csv", "file: ../pumps.csv", "bad-mapping", ["tables.pumps.file"]),
        ("file: pumps.csv", "file: pumps.csv\n    read: {zone: Mars}", "bad-mapping", ["Mars", "Europe/Berlin"]),
        ("file: pumps.csv", "file: pumps.csv\n    read: {encoding: latin1x}", "bad-mapping", ["latin1x", "latin-1"]),
        ("source: plant", "source: no", "bad-mapping", ["source", "false", "quotes"]),
        ("source: plant", "sauce: plant", "bad-mapping", ["sauce", "source"]),
        ("source: plant", "source: plant\nsource: other", "bad-mapping", ["source", "twice"]),
        ("source: plant", "source: &x plant", "", []),
    ],
)
def test_a_wrong_word_is_named_with_its_place_and_the_words_near(
    old: str, new: str, code: str, words: list[str]
) -> None:
    if not code:
        assert parse_mapping(GOOD.replace(old, new), ONTOLOGY).source == "plant"
        return
    error = changed(old, new)
    assert error.code == code
    assert [word for word in words if word not in str(error)] == []


def test_an_alias_is_refused_because_a_small_file_could_stand_for_a_huge_one() -> None:
    assert "aliases" in str(refused("source: &a x\ntables: [*a, *a]"))


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "\x00", "{" * 3000])
def test_what_is_no_mapping_is_a_clear_error(text: str) -> None:
    assert refused(text).code == "bad-mapping"


def test_an_entity_without_a_name_is_refused() -> None:
    assert "cannot be named" in str(changed('        id: "pump/{Tag}"\n', ""))


def test_a_neighbour_needs_a_sequence() -> None:
    assert "sequence" in str(changed("    entities:", "    columns: {before: {previous: Tag}}\n    entities:"))


def test_a_look_up_needs_a_table() -> None:
    column = "    columns: {x: {lookup: {table: pmps, where: {Tag: Tag}, take: Age}}}\n    entities:"
    assert "pumps" in str(changed("    entities:", column))


def test_a_function_column_is_exactly_one_function() -> None:
    error = changed("    entities:", "    columns: {x: {text: a, next: b}}\n    entities:")
    assert "exactly one of text, previous, next, lookup, map" in str(error)


def test_words_of_a_users_ontology_are_named_by_prefix_or_iri() -> None:
    text = GOOD.replace("kind: Asset\n", "kind: thr:Asset\n").replace("partOf", "urn:thread:ns#partOf")
    assert parse_mapping(text, ONTOLOGY).tables["pumps"].entities["pump"].kind == "thr:Asset"
