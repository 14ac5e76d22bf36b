"""What do the Turtle files say? Triples with the file that says each of them; no meaning yet."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from thread.errors import InputError
from thread.terms import RDF

_LARGEST: Final = 16 * 2**20
_NIL: Final = RDF + "nil"


class Literal(NamedTuple):
    """A literal as it is written: text, datatype IRI, language tag."""

    text: str
    datatype: str
    language: str = ""


Node = str | Literal
"""An IRI, a blank node (``_:…``) or a literal."""


class Graph:
    """Triples of one or more files, in order, with the file behind each."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.core: set[str] = set()
        """Names of the files that ship with the package: only they may say new ``thr:`` words."""
        self._objects: dict[str, dict[str, list[Node]]] = {}
        self._subjects: dict[tuple[str, Node], list[str]] = {}
        self._file: dict[tuple[str, str, Node], str] = {}

    def add(self, subject: str, predicate: str, value: Node, file: str = "") -> None:
        """Add a triple; a repeated one is nothing."""
        if (subject, predicate, value) in self._file:
            return
        self._file[subject, predicate, value] = file
        self._objects.setdefault(subject, {}).setdefault(predicate, []).append(value)
        self._subjects.setdefault((predicate, value), []).append(subject)

    def __iter__(self) -> Iterator[tuple[str, str, Node]]:
        return iter(self._file)

    def __contains__(self, triple: tuple[str, str, Node]) -> bool:
        return triple in self._file

    def subjects(self, predicate: str, value: Node) -> Sequence[str]:
        """Subjects of triples with this predicate and value, in the order of the files."""
        return self._subjects.get((predicate, value), ())

    def all_subjects(self) -> Iterable[str]:
        """Everything that something is said about."""
        return self._objects.keys()

    def predicates(self, subject: str) -> Iterable[str]:
        """What is said about a subject."""
        return self._objects.get(subject, {}).keys()

    def values(self, subject: str, predicate: str) -> Sequence[Node]:
        """Values of a predicate, in the order of the files."""
        return self._objects.get(subject, {}).get(predicate, ())

    def iris(self, subject: str, predicate: str) -> list[str]:
        """Values that are IRIs or blank nodes."""
        return [value for value in self.values(subject, predicate) if not isinstance(value, Literal)]

    def iri(self, subject: str, predicate: str) -> str | None:
        """The first value that is an IRI or blank node."""
        return next(iter(self.iris(subject, predicate)), None)

    def literal(self, subject: str, predicate: str) -> Literal | None:
        """The first literal, English or without a language before others."""
        found = [value for value in self.values(subject, predicate) if isinstance(value, Literal)]
        return min(found, key=lambda value: not (value.language or "en").startswith("en"), default=None)

    def text(self, subject: str, predicate: str) -> str | None:
        """Text of that literal."""
        found = self.literal(subject, predicate)
        return None if found is None else found.text

    def members(self, head: str) -> list[Node]:
        """Members of an RDF list; a list that is broken or runs in a circle ends where it breaks."""
        found: list[Node] = []
        seen: set[str] = set()
        while head != _NIL and head not in seen:
            seen.add(head)
            found += self.values(head, RDF + "first")[:1]
            head = self.iri(head, RDF + "rest") or _NIL
        return found

    def file_of(self, subject: str, predicate: str | None = None, value: Node | None = None) -> str:
        """The file that says it first; for messages."""
        for said, values in self._objects.get(subject, {}).items():
            if predicate in (None, said):
                for each in values:
                    if value in (None, each):
                        return self._file[subject, said, each]
        return ""


def read_graph(core: Iterable[Path], extensions: Iterable[Path] = ()) -> Graph:
    """The triples of Turtle files: the shipped ones, then the user's.

    Raises:
        InputError: ``bad-ontology``: a file is missing, too large or not Turtle; carries file and line.
    """
    graph = Graph()
    for path in core:
        graph.core.add(_read(graph, path))
    for path in extensions:
        _read(graph, path)
    return graph


def _read(graph: Graph, path: Path) -> str:
    import pyoxigraph as ox

    name = path.name if path.name not in graph.files else str(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{name} is over 16 MB.", code="bad-ontology", hint="An ontology is small.", file=name)
        quads = list(ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", code="bad-ontology", hint="Check the path.", file=name
        ) from error
    except SyntaxError as error:
        raise InputError(
            f"{name} line {error.lineno} is not Turtle: {error.msg}.",
            code="bad-ontology",
            hint="Mend the file; prefixes are listed in ontology/README.md.",
            file=name,
            line=error.lineno,
        ) from error
    graph.files.append(name)
    for quad in quads:
        graph.add(_name(quad.subject), quad.predicate.value, _node(quad.object), name)
    return name


def _name(node: object) -> str:
    import pyoxigraph as ox

    if isinstance(node, ox.NamedNode):
        return node.value
    return str(node)


def _node(node: object) -> Node:
    import pyoxigraph as ox

    if isinstance(node, ox.Literal):
        return Literal(node.value, node.datatype.value, node.language or "")
    return _name(node)
