"""Qualifiers of values: said per row, whole blocks at a time or row by row, and only those that the ontology has."""

from pathlib import Path

import pytest

from tests.ingest.helpers import ONTOLOGY
from thread.errors import InputError
from thread.ingest import parse_mapping, read
from thread.terms import THR

MAPPING = """
source: plm
tables:
  notices:
    file: notices.csv
    entities:
      notice:
        kind: Document
        id: "notice/{Number}"
        attributes:
          affectedPart: {value: "{First}", qualifiers: {through: "{Last}"}}
          description: {value: "{Text}", required: true}
"""
ROWS = "Number,First,Last,Text\n1,A-10,A-19,ring\n2,B-7,,bolt\n"


def noted(folder: Path, rows: str) -> dict[str, dict[str, object]]:
    (folder / "notices.csv").write_text(rows, "utf-8")
    reading = read(parse_mapping(MAPPING, ONTOLOGY), folder, ONTOLOGY)
    facts = [fact for part in reading.parts for _, fact in part.facts()]
    return {str(f.value): dict(f.qualifiers) for f in facts if f.predicate == THR + "affectedPart"}


@pytest.mark.parametrize("more", ["", "3,C-1,C-2,\n"], ids=["in a block", "row by row"])
def test_a_range_of_part_numbers_comes_in(tmp_path: Path, more: str) -> None:
    assert noted(tmp_path, ROWS + more) == {"A-10": {THR + "through": "A-19"}, "B-7": {}}


def test_a_qualifier_that_the_attribute_has_not_is_named_with_those_near() -> None:
    with pytest.raises(InputError, match="affectedPart takes no quantity") as refused:
        parse_mapping(MAPPING.replace("through:", "quantity:"), ONTOLOGY)
    assert "through" in str(refused.value.hint)
