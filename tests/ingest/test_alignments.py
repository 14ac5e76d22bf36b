"""Every shipped alignment is read, and every foreign word in it stands in the ontology that it aligns."""

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from thread.ingest.alignment import Alignment, Meaning, alignment_of
from thread.ingest.statements import Named, Statements
from thread.ontology import load_ontology
from thread.resources import resource
from thread.terms import PREFIXES, THR
from thread.worker import parse_rdf

FOLDER = resource("ontology/alignments")
ONTOLOGY = load_ontology([resource("ontology/samples/brick.ttl")])
FILES = {
    "iof": ["iof/Core.rdf", "iof/Maintenance.rdf", "iof/SupplyChain.rdf"],
    "lis14": ["fmea-uwa/LIS-14.ttl"],
    "sosa": ["sosa-ssn/2017-sosa.ttl", "sosa-ssn/2017-ssn.ttl"],
    "prov": ["prov/prov-o.ttl"],
    "brick": ["brick/Brick-1.4.ttl", "qudt/VOCAB_QUDT-UNITS-ALL.ttl.gz"],
}
OURS = (THR, "urn:thread:", *(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "skos")))


def alignment(name: str) -> Alignment:
    statements = Statements()
    statements.fill(parse_rdf(FOLDER / f"{name}.ttl", "ttl"))
    return alignment_of(ONTOLOGY, [(name, statements)])


def foreign_words(name: str) -> set[str]:
    quads = ox.parse((FOLDER / f"{name}.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    nodes = {node.value for quad in quads for node in (quad.subject, quad.object) if isinstance(node, ox.NamedNode)}
    return {iri for iri in nodes if not iri.startswith(OURS)}


def stated(folder: Path, files: list[str]) -> Iterator[str]:
    for file in files:
        raw = (folder / file).read_bytes()
        raw = gzip.decompress(raw) if file.endswith(".gz") else raw
        form = ox.RdfFormat.TURTLE if ".ttl" in file else ox.RdfFormat.RDF_XML
        for quad in ox.parse(raw, form, base_iri="http://base/", lenient=True):
            if isinstance(quad.subject, ox.NamedNode):
                yield quad.subject.value


def test_every_shipped_alignment_is_among_those_that_are_checked() -> None:
    assert {path.stem for path in FOLDER.glob("*.ttl")} == FILES.keys()


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_alignment_names_words_of_ours_that_there_are(name: str) -> None:
    made = alignment(name)
    words = foreign_words(name)
    meant = [iri for iri in words if made.kind_of(iri) or made.meanings_of(iri)]
    assert len(meant) > 5
    unsaid = [iri for iri in words - set(meant) if not (made.is_ignored(iri) or iri in made.near or iri in made.texts)]
    above = {up for ups in made.above.values() for up in ups}
    assert [iri for iri in unsaid if iri not in above] == []


def test_the_alignment_of_the_readme_means_what_it_says(tmp_path: Path) -> None:
    (example,) = re.findall(r"```ttl\n(.*?)```", resource("ontology/README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "own.ttl").write_text(example)
    statements = Statements()
    statements.fill(parse_rdf(tmp_path / "own.ttl", "ttl"))
    made = alignment_of(ONTOLOGY, [("own.ttl", statements)])
    plc = "http://plc.example/"

    assert [made.kind_of(plc + name) for name in ("Machine", "Probe", "Oil_Probe", "Thing")] == [
        *(THR + name for name in ("Asset", "Sensor", "Sensor")),
        None,
    ]
    assert made.kind_of("http://old.example/plc#Machine") == THR + "Asset"
    assert made.meanings_of(plc + "feeds") == [Meaning(THR + "suppliedWith", backward=True)]
    assert [meaning.word.removeprefix(THR) for meaning in made.meanings_of(plc + "in")] == [
        "hostedOn",
        "partOf",
        "locatedIn",
    ]
    assert made.meanings_of(plc + "nr") == [Meaning(THR + "identifier", scheme="inventory")]
    assert (made.texts[plc + "mmps"], made.is_ignored(plc + "colour")) == ("mm/s", True)


@pytest.mark.real_data
@pytest.mark.parametrize("name", sorted(FILES))
def test_every_aligned_word_stands_in_the_real_ontology(name: str) -> None:
    known = set(stated(Path(os.environ["THREAD_DATA"]) / "ontologies", FILES[name]))
    assert sorted(foreign_words(name) - known) == []


@pytest.mark.real_data
def test_a_real_ontology_may_stand_beside_an_alignment() -> None:
    made, more = Statements(), Statements()
    made.fill(parse_rdf(FOLDER / "brick.ttl", "ttl"))
    more.fill(parse_rdf(Path(os.environ["THREAD_DATA"]) / "ontologies/brick/Brick-1.4.ttl", "ttl"))
    both = alignment_of(ONTOLOGY, [("brick", made), ("Brick-1.4", more)])
    classes = [s.iri for s, p, o in more if isinstance(s, Named) and isinstance(o, Named) and o.iri.endswith("#Class")]
    points = [iri for iri in classes if both.kind_of(iri) == THR + "Sensor"]
    equipment = [iri for iri in classes if ONTOLOGY.is_a(both.kind_of(iri) or "", THR + "Asset")]
    assert (len(points) > 700, len(equipment) > 150) == (True, True)
