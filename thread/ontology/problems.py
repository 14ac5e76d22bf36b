"""How is a fault of an ontology file told? One value for all rules of ``lint``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from thread.errors import known_near
from thread.ontology import language as say
from thread.ontology.graph import Graph, Literal, Node
from thread.ontology.reading import Reading
from thread.terms import PREFIXES, local_name


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of an ontology file."""

    file: str
    subject: str
    """The kind, relation, attribute or medium, as a prefixed name or IRI."""
    rule: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}: {self.subject}: {self.message} {self.hint} ({self.rule})"


def short(node: Node) -> str:
    """A node as a person writes it.

    >>> short("urn:thread:ns#Asset")
    'thr:Asset'
    """
    if isinstance(node, Literal):
        return f'"{node.text}"'
    for prefix, namespace in PREFIXES.items():
        if node.startswith(namespace):
            return f"{prefix}:{node.removeprefix(namespace)}"
    return node


def near(node: Node, known: Iterable[str], noun: str) -> str:
    """A hint with the known words near a wrong one, as a person writes them."""
    by_name = {local_name(iri): short(iri) for iri in known}
    said = known_near(local_name(node) if isinstance(node, str) else node.text, by_name, noun)
    for name in sorted(by_name, key=len, reverse=True):
        if by_name[name] != name and f" {name}" in said:
            said = said.replace(f" {name}.", f" {by_name[name]}.").replace(f" {name},", f" {by_name[name]},")
    return said


class Rules:
    """A set of rules over one reading; subclasses yield problems."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.graph: Graph = reading.graph

    def check(self) -> Iterator[Problem]:
        """All faults that these rules find, in no order."""
        raise NotImplementedError

    def fault(
        self, subject: str, rule: str, message: str, hint: str, predicate: str | None = None, value: Node | None = None
    ) -> Problem:
        """A problem, placed in the file that says it."""
        graph = self.graph
        file = graph.file_of(subject, predicate, value) or graph.file_of(subject)
        for shape in graph.subjects(say.PATH, subject) if not file else ():  # named by a property shape alone
            file = graph.file_of(shape)
        return Problem(file, short(subject), rule, message, hint)
