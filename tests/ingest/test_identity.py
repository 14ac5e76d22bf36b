"""Identifiers decide who a row means: this reading first, then what the thread knows."""

from pathlib import Path

import pytest

from tests.ingest.helpers import Known, about, notes, reading_of, rules
from thread.terms import ENTITY, THR

PUMPS = """
source: plant
tables:
  pumps:
    file: pumps.csv
    entities:
      pump:
        kind: Asset
        identifiers: [{scheme: tag, value: "{Tag}"}, {scheme: sap, value: "{Sap}"}]
        label: "{Name}"
"""
OTHER = ENTITY + "other/1"
THIRD = ENTITY + "other/2"


def test_an_unknown_identifier_mints_the_iri_from_the_first_scheme(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\n23 A/1,77,Pump\n,78,Other\n"})
    assert 'label "Pump"' in about(reading, "tag/23%20A%2F1")
    assert 'label "Other"' in about(reading, "sap/78")


def test_an_identifier_that_the_thread_knows_means_its_bearer(tmp_path: Path) -> None:
    known = Known(("sap", None, "77", OTHER))
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,77,Pump\n"}, known)
    assert 'identifier "P-1" {scheme="tag"}' in about(reading, "other/1")
    assert about(reading, "tag/P-1") == []


def test_identifiers_of_two_entities_reject_the_row(tmp_path: Path) -> None:
    known = Known(("sap", None, "77", OTHER), ("tag", None, "P-1", THIRD))
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,77,Pump\nP-2,,Pump\n"}, known)
    assert rules(reading) == [(1, "identity-conflict")]
    assert OTHER in reading.report.rejected[0].message
    assert reading.report.counts[0].accepted == 1


def test_an_ambiguous_identifier_is_settled_by_another_one(tmp_path: Path) -> None:
    known = Known(("sap", None, "77", OTHER), ("sap", None, "77", THIRD), ("tag", None, "P-1", THIRD))
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,77,Pump\n"}, known)
    assert 'label "Pump"' in about(reading, "other/2")
    assert notes(reading) == [(1, "ambiguous-identifier")]


def test_an_ambiguous_identifier_alone_is_an_error_with_the_candidates(tmp_path: Path) -> None:
    known = Known(("sap", None, "77", OTHER), ("sap", None, "77", THIRD))
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,77,Pump\n"}, known)
    assert rules(reading) == [(1, "ambiguous-reference")]
    assert OTHER in reading.report.rejected[0].message
    assert THIRD in reading.report.rejected[0].message


def test_an_ambiguous_identifier_means_the_entity_that_was_made_from_it(tmp_path: Path) -> None:
    known = Known(("tag", None, "P-1", OTHER), ("tag", None, "P-1", ENTITY + "tag/P-1"))
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,,Pump\n"}, known)
    assert 'label "Pump"' in about(reading, "tag/P-1")
    assert notes(reading) == [(1, "ambiguous-identifier")]


def test_a_repeated_identifier_never_rejects_it_is_reported(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,77,One\nP-2,77,Two\n"})
    assert (rules(reading), notes(reading)) == ([], [(2, "ambiguous-identifier")])
    assert 'label "One"' in about(reading, "tag/P-1")
    assert 'label "Two"' in about(reading, "tag/P-2")


def test_two_rows_that_mean_one_known_entity_merge(tmp_path: Path) -> None:
    known = Known(("sap", None, "77", OTHER), ("tag", None, "P-1", OTHER))
    reading = reading_of(tmp_path, PUMPS, {"pumps.csv": "Tag,Sap,Name\nP-1,,One\n,77,\n"}, known)
    assert about(reading, "other/1") == [
        'identifier "77" {scheme="sap"}',
        'identifier "P-1" {scheme="tag"}',
        'label "One"',
        "type Asset",
    ]


LINKED = """
source: plant
tables:
  parts:
    file: parts.csv
    entities:
      part:
        kind: Asset
        id: "{Id}"
        identifiers: [{scheme: tag, value: "{Tag}", scope: "{Site}"}]
        links: [{relation: partOf, to: {ref: "{Of}"}}]
"""


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("B-2", "id-b"),
        ("tag:B-2", "id-b"),
        (ENTITY + "id-b", "id-b"),
        ("urn:plant:x", "urn:plant:x"),
        ("nobody", "nobody"),
    ],
)
def test_a_reference_is_an_iri_else_scheme_and_value_else_a_bare_value(
    tmp_path: Path, reference: str, target: str
) -> None:
    files: dict[str, str | bytes] = {"parts.csv": f"Id,Tag,Site,Of\nid-a,A-1,N,{reference}\nid-b,B-2,N,\n"}
    assert f"partOf {target}" in about(reading_of(tmp_path, LINKED, files), "id-a")


def test_an_ambiguous_bare_reference_is_an_error_with_the_candidates(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"parts.csv": "Id,Tag,Site,Of\nid-a,A,N,B\nid-b,B,N,\nid-c,B,S,\n"}
    reading = reading_of(tmp_path, LINKED, files)
    assert rules(reading) == [(1, "ambiguous-reference")]
    assert "id-b" in reading.report.rejected[0].message
    assert "id-c" in reading.report.rejected[0].message


def test_one_value_in_two_scopes_is_two_identifiers(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"parts.csv": "Id,Tag,Site,Of\nid-b,B,N,\nid-c,B,S,\n"}
    text = LINKED.replace('{ref: "{Of}"}', '{ref: "{Of}", scheme: tag, scope: N}')
    assert notes(reading_of(tmp_path, text, files)) == []


def test_a_dangling_reference_is_noted_unless_the_thread_has_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"parts.csv": "Id,Tag,Site,Of\nid-a,A,N,urn:plant:x\n"}
    assert notes(reading_of(tmp_path, LINKED, files)) == [(1, "dangling-reference")]
    assert notes(reading_of(tmp_path, LINKED, files, Known(kinds={"urn:plant:x": THR + "Asset"}))) == []


def test_a_link_to_a_known_entity_of_a_wrong_kind_rejects_its_row_only(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"parts.csv": "Id,Tag,Site,Of\nid-a,A,N,urn:plant:x\nid-b,B,N,id-a\n"}
    reading = reading_of(tmp_path, LINKED, files, Known(kinds={"urn:plant:x": THR + "Supplier"}))
    assert rules(reading) == [(1, "wrong-range")]
    assert about(reading, "id-a") == []
    assert "partOf id-a" in about(reading, "id-b")
    assert reading.report.facts == sum(part.size for part in reading.parts) == 3
