"""Which words do all parts share? Namespaces, ids, names of upper kinds and relations."""

import re
from functools import lru_cache
from typing import Final, NewType
from urllib.parse import quote, unquote

THR: Final = "urn:thread:ns#"
"""Namespace of the ontology. A URN: nothing is ever fetched from it."""
ENTITY: Final = "urn:thread:id:"
"""Default namespace of entities that an import or a command mints."""

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SH: Final = "http://www.w3.org/ns/shacl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
PREFIXES: Final = {"thr": THR, "rdf": RDF, "rdfs": RDFS, "owl": OWL, "sh": SH, "xsd": XSD, "skos": SKOS}

EntityId = NewType("EntityId", str)
"""IRI of an entity, stable in every view and store."""


class Iri(str):
    """An IRI that is a value (a kind, a medium, an enumerated individual), not an entity of the thread."""

    __slots__ = ()


TYPE: Final = RDF + "type"
"""Predicate of the kind fact: an entity is present while one is in force."""
LABEL: Final = RDFS + "label"
IDENTIFIER: Final = THR + "identifier"
"""Value of an identifier; its qualifiers SCHEME and SCOPE make it (scheme, scope, value)."""
SCHEME: Final = THR + "scheme"
SCOPE: Final = THR + "scope"
STUB: Final = THR + "stub"
"""True on an entity that is only referred to: no source has described it."""


class UpperKind:
    """IRIs of the upper kinds: the only kinds that Python names."""

    ENTITY: Final = THR + "Entity"
    PRODUCT_DESIGN: Final = THR + "ProductDesign"
    DESIGN_REVISION: Final = THR + "DesignRevision"
    REQUIREMENT: Final = THR + "Requirement"
    DOCUMENT: Final = THR + "Document"
    PROCESS_STEP: Final = THR + "ProcessStep"
    ASSET: Final = THR + "Asset"
    POSITION: Final = THR + "Position"
    COMPONENT: Final = THR + "Component"
    BATCH: Final = THR + "Batch"
    SUPPLIER: Final = THR + "Supplier"
    SENSOR: Final = THR + "Sensor"
    WORK_ORDER: Final = THR + "WorkOrder"
    EVENT: Final = THR + "Event"
    FAILURE_EVENT: Final = THR + "FailureEvent"
    FAILURE_MODE: Final = THR + "FailureMode"
    REDUNDANCY_GROUP: Final = THR + "RedundancyGroup"
    LOCATION: Final = THR + "Location"
    ORDER: Final = THR + "Order"
    RESOURCE: Final = THR + "Resource"


ODD: Final = "urn:thread:graph:odd:"
"""An id that RDF would not take as an IRI is spelled under this prefix, percent-encoded."""
_CHARACTER = "A-Za-z0-9\\-._~!$&'()*+,;=\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd"
_SIGN = f"(?:[{_CHARACTER}:@/]|%[0-9A-Fa-f]{{2}})"
_SPELLED = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:[{_CHARACTER}:]*@)?[{_CHARACTER}]*(?::[0-9]*)?(?:/{_SIGN}*)?|(?!//){_SIGN}*)"
    rf"(?:\?(?:{_SIGN}|\?)*)?(?:#(?:{_SIGN}|\?)*)?"
)


@lru_cache(maxsize=65_536)
def spelled(iri: str) -> str:
    """An id as RDF can write it: itself where it is an IRI, else percent-encoded under ``ODD``.

    >>> spelled("urn:plant:P-101"), spelled("urn:plant:P[1]")
    ('urn:plant:P-101', 'urn:thread:graph:odd:urn%3Aplant%3AP%5B1%5D')
    """
    return iri if _SPELLED.fullmatch(iri) and not iri.startswith(ODD) else ODD + quote(iri, safe="")


def unspelled(iri: str) -> str:
    """The id that ``spelled`` spelled."""
    return unquote(iri.removeprefix(ODD)) if iri.startswith(ODD) else iri


_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-. ]+")


def local_name(iri: str) -> str:
    """The part of an IRI after its last ``#``, ``/`` or ``:``.

    >>> local_name("urn:thread:ns#installedIn")
    'installedIn'
    """
    return re.split(r"[#/:]", iri)[-1]


def upper_snake(name: str) -> str:
    """A kind or relation name as GraphQL enums and Neo4j spell it.

    >>> upper_snake("installedIn"), upper_snake("DesignRevision"), upper_snake("HVACZone")
    ('INSTALLED_IN', 'DESIGN_REVISION', 'HVAC_ZONE')
    """
    return "_".join(word for word in _WORD.split(name) if word).upper()
