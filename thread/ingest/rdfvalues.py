"""Which entity or value is a term of RDF? Checked at the border: names, blank nodes, literals, units."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import quote

from thread.errors import InputError
from thread.facts import Value, ValueType
from thread.ingest.report import shown
from thread.ingest.rows import RowFault
from thread.ingest.statements import Blank, Literal, Named, Statements, Term
from thread.ingest.text import checked_iri
from thread.ontology.model import Attribute, Ontology
from thread.ontology.values import iri_fault, parse_value, value_fault
from thread.terms import Iri, unspelled

_BAD_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_MENDED = 20


class Names:
    """Which entity a term of one file stands for."""

    def __init__(self, statements: Statements, blanks: Mapping[int, str], namespace: str, *, lenient: bool) -> None:
        self._statements, self._blanks, self._namespace, self._lenient = statements, blanks, namespace, lenient
        self._names: dict[int, str | RowFault] = {}
        self._origins: dict[int, str] = {0: ""}
        self.mended: dict[str, str] = {}
        """Some of the IRIs that were none, and what they became."""

    def entity(self, number: int) -> str:
        """The IRI of the entity that a term names.

        Raises:
            RowFault: ``bad-iri``, ``bad-value``: it may not be the name of an entity.
        """
        found = self._names.get(number)
        if found is None:
            try:
                found = self._made(number)
            except RowFault as fault:
                found = fault
            self._names[number] = found
        if isinstance(found, RowFault):
            raise found
        return found

    def get(self, number: int) -> str | None:
        """As ``entity``; None where it may not be one."""
        try:
            return self.entity(number)
        except RowFault:
            return None

    def origin(self, file: str, graph: int) -> str:
        """Where a statement of this graph comes from: the file, with the named graph where there is one."""
        if graph not in self._origins:
            term = self._statements.term(graph)
            name = term.iri if isinstance(term, Named) else self._blanks.get(graph, "")
            self._origins[graph] = f" <{shown(name)}>" if name else ""
        return file + self._origins[graph]

    def _made(self, number: int) -> str:
        term = self._statements.term(number)
        if isinstance(term, Blank):
            return f"{self._namespace}blank/{self._blanks[number]}"
        if not isinstance(term, Named):
            hint = "Only things with an IRI can be linked."
            raise RowFault("bad-value", "a value stands where a thing is needed.", value=_said(term), hint=hint)
        iri = unicodedata.normalize("NFC", unspelled(term.iri))
        if self._lenient:
            better = mended(iri)
            if better != iri and len(self.mended) < _MENDED:
                self.mended[iri] = better
            iri = better
        checked_iri(iri, "")
        fault = iri_fault(iri)
        if fault is not None:
            raise RowFault(fault.code, fault.message, value=iri, hint=fault.hint)
        return iri


def mended(iri: str) -> str:
    """An IRI with what it may not hold percent-encoded, the same each time; one that is whole stays as it is.

    >>> mended("http://x/a b[1]%z"), mended("http://x/a%20b")
    ('http://x/a%20b%5B1%5D%25z', 'http://x/a%20b')
    """
    iri = _BAD_PERCENT.sub("%25", iri)
    return re.sub(r"[\x20<>\"{}|\\^`\[\]]", lambda found: quote(found.group(), safe=""), iri)


def literal_value(attribute: Attribute, term: object, texts: Mapping[str, str], ontology: Ontology) -> Value:
    """The value that a term gives an attribute.

    Args:
        texts: foreign individuals with the text that stands for them, such as units with their code.
    Raises:
        RowFault: ``bad-value``, ``bad-time``, ``bad-iri``.
    """
    text = _said(term)  # type: ignore[arg-type]  # a term
    if attribute.type is ValueType.IRI:
        value: Value = Iri(text)
    else:
        if isinstance(term, Named):
            known = texts.get(term.iri)
            if known is None:
                hint = "An alignment may say its text: align:text."
                raise RowFault("bad-value", f"{attribute.name} is a thing here.", value=term.iri, hint=hint)
            text = known
        elif not isinstance(term, Literal):
            raise RowFault("bad-value", f"{attribute.name} needs a value.", value=text, hint="Expected a literal.")
        try:
            value = parse_value(attribute, text)
        except InputError as error:
            raise RowFault(
                error.code, error.message, column=attribute.name, value=text, hint=error.hint or ""
            ) from error
    if isinstance(value, Decimal):  # 1.50 and 1.5 are one value, and are kept as one text
        value = Decimal(f"{value.normalize():f}") if value else Decimal(0)
    fault = value_fault(attribute, value, ontology.media)
    if fault is not None:
        raise RowFault(fault.code, fault.message, column=attribute.name, value=text, hint=fault.hint)
    return value


def _said(term: Term | None) -> str:
    match term:
        case Named():
            return term.iri
        case Literal():
            return term.text
        case Blank():
            return "_:" + term.label
        case _:
            return ""
