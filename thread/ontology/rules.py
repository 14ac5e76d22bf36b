"""Which rules over the whole graph does a state break? ``shapes.ttl``, run by a SHACL engine that is installed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal

from thread.clock import to_instant, to_text
from thread.errors import InputError
from thread.facts import Triple, Value
from thread.ontology.model import Ontology
from thread.resources import resource
from thread.terms import OWL, RDFS, SH, TYPE, XSD, Iri, local_name

if TYPE_CHECKING:
    import rdflib

SHAPES: Final = "ontology/shapes.ttl"
Engine = Literal["shacl", "pyshacl"]
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One entity that breaks one rule."""

    focus: str
    """IRI of the entity."""
    rule: str
    """Name of the rule, as in ``shapes.ttl``."""
    severity: str
    """``Violation``, ``Warning`` or ``Info``."""
    message: str
    """What is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What was checked by which engine, and all that breaks a rule, by entity."""

    engine: Engine
    triples: int
    breaches: tuple[Breach, ...]

    @property
    def violations(self) -> int:
        """How many are more than a warning."""
        return sum(breach.severity == "Violation" for breach in self.breaches)


def engine() -> Engine | None:
    """The SHACL engine that is installed, the fast one before the other; None: neither."""
    names: tuple[Engine, Engine] = ("shacl", "pyshacl")
    return next((name for name in names if find_spec(name) is not None), None)


def check_rules(triples: Iterable[Triple], ontology: Ontology, by: Engine | None = None) -> RuleReport:
    """Everything in a state that breaks a rule over the whole graph.

    Args:
        triples: the state.
        by: which engine; None: one that is installed.
    Raises:
        InputError: ``bad-config``: no engine is installed.
    Cost: 200,000 triples take pyshacl 17 s, the Rust engine under a second.
    """
    chosen = by or engine()
    if chosen is None:
        hint = 'Say: pip install "digital-thread[check]".'
        raise InputError("no SHACL engine is installed.", code="bad-config", hint=hint)
    lines = [_line(triple) for triple in triples]
    count = len(lines)
    for kind in ontology.kinds:
        lines.append(f"<{kind.iri}> <{TYPE}> <{OWL}Class> .")
        lines += [f"<{kind.iri}> <{RDFS}subClassOf> <{parent}> ." for parent in kind.parents]
    text = "\n".join(lines) + "\n"
    found = _by_shacl(text) if chosen == "shacl" else _by_pyshacl(text)
    return RuleReport(chosen, count, tuple(sorted(set(found))))


def _by_shacl(text: str) -> Iterator[Breach]:
    import shacl

    for result in shacl.Shapes.from_file(str(resource(SHAPES))).validate_turtle(text).results:
        rule = local_name((result.root_shape or "").strip("<>"))
        yield Breach(result.focus_node.strip("<>"), rule, result.severity, result.message or "")


def _by_pyshacl(text: str) -> Iterator[Breach]:
    import rdflib
    from pyshacl import validate

    shapes = rdflib.Graph().parse(resource(SHAPES), format="turtle")
    data = rdflib.Graph().parse(data=text, format="nt")
    _, found, _ = validate(data, shacl_graph=shapes)
    assert isinstance(found, rdflib.Graph)
    sh = rdflib.Namespace(SH)
    rules = _rule_by_message(shapes, sh)
    for result in found.subjects(rdflib.RDF.type, sh.ValidationResult):
        message = str(found.value(result, sh.resultMessage))
        severity = local_name(str(found.value(result, sh.resultSeverity)))
        yield Breach(str(found.value(result, sh.focusNode)), rules.get(message, ""), severity, message)


def _rule_by_message(shapes: "rdflib.Graph", sh: "rdflib.Namespace") -> dict[str, str]:
    """Names of the rules: a result names its property shape, which has none, but each message is of one rule."""
    import rdflib

    return {
        str(message): local_name(str(rule))
        for rule in shapes.subjects(rdflib.RDF.type, sh.NodeShape)
        for node in (rule, *shapes.objects(rule))
        for message in shapes.objects(node, sh.message)
    }


def _line(triple: Triple) -> str:
    value = f"<{triple.object}>" if triple.object is not None else _term(triple.value)
    return f"<{triple.subject}> <{triple.predicate}> {value} ."


def _term(value: Value | None) -> str:
    match value:
        case Iri():
            return f"<{value}>"
        case str():
            return f'"{value.translate(_ESCAPES)}"'
        case bool():
            return f'"{str(value).lower()}"^^<{XSD}boolean>'
        case int():
            return f'"{value}"^^<{XSD}integer>'
        case float():
            return f'"{value!r}"^^<{XSD}double>'
        case Decimal():
            return f'"{value:f}"^^<{XSD}decimal>'
        case datetime():
            return f'"{to_text(to_instant(value))}"^^<{XSD}dateTime>'
        case None:
            raise ValueError("a triple needs an object or a value")
