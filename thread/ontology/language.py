"""Which words does an ontology file use to describe kinds, relations, attributes and media?"""

from typing import Final

from thread.facts import ValueType
from thread.ontology.model import Law, Role, Upstream
from thread.terms import OWL, RDF, RDFS, SH, THR, XSD

TYPE: Final = RDF + "type"
LABEL: Final = RDFS + "label"
COMMENT: Final = RDFS + "comment"
SUBCLASS: Final = RDFS + "subClassOf"
SUBPROPERTY: Final = RDFS + "subPropertyOf"
DOMAIN: Final = RDFS + "domain"
RANGE: Final = RDFS + "range"
UNION: Final = OWL + "unionOf"
INVERSE: Final = OWL + "inverseOf"
CLASS: Final = OWL + "Class"
RDFS_CLASS: Final = RDFS + "Class"
OBJECT_PROPERTY: Final = OWL + "ObjectProperty"
DATATYPE_PROPERTY: Final = OWL + "DatatypeProperty"
FUNCTIONAL: Final = OWL + "FunctionalProperty"
SYMMETRIC: Final = OWL + "SymmetricProperty"

ENTITY: Final = THR + "Entity"
TERM: Final = THR + "Term"
MEDIUM_CLASS: Final = THR + "Medium"
GROUNDING_CLASS: Final = THR + "GroundingClass"

ROLE: Final = THR + "role"
UPSTREAM: Final = THR + "upstreamEnd"
QUALIFIER: Final = THR + "qualifier"
MEDIUM: Final = THR + "medium"
INTERCHANGEABLE: Final = THR + "interchangeable"
GROUNDED_WITH: Final = THR + "groundedWith"
FEEDS: Final = THR + "feeds"
PRODUCES: Final = THR + "produces"
CONDUCTS: Final = THR + "conducts"
CONDUCTS_WHEN: Final = THR + "conductsWhen"
CRITICALITY: Final = THR + "criticality"
COMMON_CAUSE: Final = THR + "commonCause"
BY: Final = THR + "by"
BETA: Final = THR + "beta"
BAD_SHARE: Final = THR + "badShare"
BAD_HAZARD: Final = THR + "badHazard"
CARRIES: Final = THR + "carries"
CARRIES_TO: Final = THR + "carriesTo"
LAW: Final = THR + "law"
WEIGHT: Final = THR + "weight"
MEMBER_OF: Final = THR + "memberOf"
OBSERVES: Final = THR + "observes"
UNIT: Final = THR + "unit"
ESSENTIAL: Final = THR + "Essential"
CAPS_AT: Final = THR + "capsAt"
BANDS: Final = THR + "bands"
MODE: Final = THR + "mode"
STALE_AFTER: Final = THR + "staleAfter"
INDICATOR: Final = THR + "Indicator"
HEALTH_RULE: Final = THR + "HealthRule"
GRADE: Final = THR + "Grade"
CAPS: Final = {
    THR + "CriticalOrder": "critical",
    THR + "MajorOrder": "major",
    THR + "MinorOrder": "minor",
    THR + "OverdueMaintenance": "overdue",
    THR + "AgeCollar": "collar",
    THR + "NoEvidence": "prior",
    THR + "PoorGrade": "poor",
    THR + "WatchGrade": "watch",
}
"""Health rules and grades that say ``thr:capsAt``, with their names in ``HealthRules``."""

ROLES: Final = {f"{THR}{role.value.capitalize()}Role": role for role in Role}
ENDS: Final = {
    THR + "ObjectEnd": Upstream.OBJECT,
    THR + "SubjectEnd": Upstream.SUBJECT,
    THR + "BothEnds": Upstream.BOTH,
    THR + "NoEnd": Upstream.NONE,
}
LAWS: Final = {f"{THR}{law.value.capitalize()}": law for law in Law}
STATES: Final = {THR + "Open": "OPEN", THR + "Closed": "CLOSED"}
CRITICALITIES: Final = {ESSENTIAL: True, THR + "NonEssential": False}
DATATYPES: Final = {
    XSD + "string": ValueType.TEXT,
    XSD + "integer": ValueType.INTEGER,
    XSD + "double": ValueType.REAL,
    XSD + "boolean": ValueType.BOOLEAN,
    XSD + "decimal": ValueType.DECIMAL,
    XSD + "dateTime": ValueType.TIME,
}

PATH: Final = SH + "path"
PROPERTY: Final = SH + "property"
DATATYPE: Final = SH + "datatype"
NODE_KIND: Final = SH + "nodeKind"
MIN_COUNT: Final = SH + "minCount"
MAX_COUNT: Final = SH + "maxCount"
PATTERN: Final = SH + "pattern"
ENUM: Final = SH + "in"
MINIMUM: Final = SH + "minInclusive"
MAXIMUM: Final = SH + "maxInclusive"
ABOVE: Final = SH + "minExclusive"
BELOW: Final = SH + "maxExclusive"
NAME: Final = SH + "name"
NOTE: Final = SH + "description"
SHAPE_WORDS: Final = frozenset(
    {PATH, DATATYPE, NODE_KIND, MIN_COUNT, MAX_COUNT, PATTERN, ENUM, MINIMUM, MAXIMUM, ABOVE, BELOW, NAME, NOTE}
    | {SH + word for word in ("message", "severity", "order", "group", "class")}
)
"""What a property shape of an ontology file may say: all of it is checked at every commit, or is a note."""

BOOLEAN: Final = XSD + "boolean"
NO_END: Final = THR + "NoEnd"
NOTHING: Final = THR + "Nothing"

KNOWN_WORDS: Final = {
    RDF: frozenset({"type", "first", "rest", "nil", "Property", "langString"}),
    RDFS: frozenset(
        [
            "subClassOf",
            "subPropertyOf",
            "domain",
            "range",
            "label",
            "comment",
            "seeAlso",
            "isDefinedBy",
            "Class",
            "Literal",
            "Datatype",
        ]
    ),
    OWL: frozenset(
        [
            "Ontology",
            "Class",
            "ObjectProperty",
            "DatatypeProperty",
            "AnnotationProperty",
            "FunctionalProperty",
            "SymmetricProperty",
            "InverseFunctionalProperty",
            "TransitiveProperty",
            "AsymmetricProperty",
            "IrreflexiveProperty",
            "NamedIndividual",
            "Thing",
            "unionOf",
            "inverseOf",
            "equivalentClass",
            "equivalentProperty",
            "disjointWith",
            "AllDisjointClasses",
            "members",
            "versionInfo",
            "versionIRI",
            "imports",
            "deprecated",
            "sameAs",
            "priorVersion",
        ]
    ),
}
"""Words of other vocabularies that an ontology file may use; a slip in one would otherwise be silence."""
