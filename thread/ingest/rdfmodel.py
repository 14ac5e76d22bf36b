"""What can a mapping say of an RDF file? Part of the model of the language, see ``thread.ingest.model``."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from thread.ingest.parts import Part, Vanished, as_list, file_name


class RdfFile(Part):
    """One RDF file: Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML."""

    file: Annotated[str, AfterValidator(file_name)]
    optional: bool = False
    """Whether the file may be absent."""
    format: Annotated[str, Field(pattern=r"^(ttl|trig|nt|nq|jsonld|rdf|owl)$")] | None = None
    """Where the name does not end with it: ``ttl``, ``trig``, ``nt``, ``nq``, ``jsonld``, ``rdf``, ``owl``."""
    lenient: bool = False
    """Read IRIs that are none too, and percent-encode what they may not hold; else such a file is refused."""
    base: str | None = None
    """What relative IRIs of the file are relative to; without it such a file is refused."""
    align: Annotated[tuple[str, ...], BeforeValidator(as_list, json_schema_input_type=str | list[str])] = ()
    """Alignments that say what foreign words mean: names of shipped ones, ``brick``, or Turtle files beside it."""
    graphs: tuple[str, ...] = ()
    """Named graphs that count; none said: all, and what is in no graph."""
    classes: tuple[str, ...] = ()
    """Only things of these classes or kinds enter; none said: all."""
    namespaces: tuple[str, ...] = ()
    """Only things whose IRI begins so enter; none said: all."""
    vanished: Vanished = Vanished.END
