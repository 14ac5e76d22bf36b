"""The README of the ontology shows what is read, and its example is a file that loads."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ontology.turtle import write
from thread.ontology import Carries, Law, load_ontology
from thread.ontology.__main__ import main
from thread.ontology.tables import filled, media_table
from thread.resources import resource

README = resource("ontology/README.md").read_text(encoding="utf-8")


def test_the_tables_are_those_that_the_code_writes() -> None:
    assert filled(README, load_ontology()) == README, "run: python -m thread.ontology"


def test_the_tables_name_every_word() -> None:
    ontology = load_ontology()

    for item in (*ontology.kinds, *ontology.relations, *ontology.attributes):
        assert f"| `{item.name}`" in README


def test_the_example_loads_and_means_what_it_says(tmp_path: Path) -> None:
    (example,) = re.findall(r"```turtle\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "plant.ttl"
    path.write_text(example, encoding="utf-8")
    ontology = load_ontology([path])
    base = "https://example.org/plant#"

    cooled = ontology.relation[base + "cooledBy"]
    assert (cooled.inverse, cooled.carries, cooled.medium) == ("cools", Carries(Law.HARD), base + "ProcessCooling")
    assert ontology.kind[base + "ShutOffValve"].conducts_when == "OPEN"
    assert ontology.kind[base + "SafetyPlc"].essential
    assert ontology.attribute[base + "payload"].single
    assert "| `ProcessCooling` | yes | `Heat` |" in media_table(ontology.media)


def test_the_command_lists_the_faults_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "my:Robot rdfs:subClassOf thr:Asset .", "good.ttl")
    bad = write(tmp_path, "my:Gun rdfs:subClassOf thr:Aset .", "bad.ttl")

    assert main([str(good)]) == 0
    assert main([str(good), str(bad)]) == 1
    assert "bad.ttl: urn:my#Gun: thr:Aset is not a word of the ontology." in capsys.readouterr().out


def test_loading_imports_neither_rdflib_nor_pydantic() -> None:
    code = "import sys; from thread.ontology import load_ontology; load_ontology(); "
    code += "print(sorted({'rdflib', 'pydantic', 'pyshacl', 'numba'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_importing_the_ontology_does_not_parse_rdf() -> None:
    code = "import sys, thread.ontology, thread.ontology.shapes; print('pyoxigraph' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
