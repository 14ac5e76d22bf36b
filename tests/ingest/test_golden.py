"""Each folder of golden/ is a mapping with a good and a broken set of files, the facts and the report expected."""

import os
from pathlib import Path

import pytest

from tests.ingest.helpers import ONTOLOGY, lines
from thread.ingest import load_mapping, read

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


@pytest.mark.parametrize("which", ["good", "broken"])
@pytest.mark.parametrize("case", CASES)
def test_golden_files_give_the_facts_and_the_report_that_are_expected(case: str, which: str) -> None:
    folder = GOLDEN / case
    reading = read(load_mapping(folder / "mapping.yaml", ONTOLOGY), folder / which, ONTOLOGY)
    found = {
        f"{which}.facts.txt": "\n".join(lines(reading, places=True)) + "\n",
        f"{which}.report.txt": reading.report.to_table(),
    }
    if os.environ.get("THREAD_GOLDEN") == "write":
        for name, text in found.items():
            (folder / name).write_text(text)
    assert {name: (folder / name).read_text() for name in found} == found


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_never_stops_the_good_rows(case: str) -> None:
    folder = GOLDEN / case
    mapping = load_mapping(folder / "mapping.yaml", ONTOLOGY)
    good, broken = (read(mapping, folder / which, ONTOLOGY).report for which in ("good", "broken"))
    assert good.rejected_rows == 0
    assert broken.rejected_rows > 0
    assert broken.facts > 0
