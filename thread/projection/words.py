"""Which numbers stand for which words? Predicates, kinds, values and qualifiers between facts and columns."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from thread.errors import InputError
from thread.facts import Qualifiers, Value, ValueType
from thread.facts.columns import decode_value, value_number, value_type
from thread.ontology.model import Ontology
from thread.terms import THR, TYPE, Iri, UpperKind

TEXTUAL: Final = np.array([ValueType.TEXT, ValueType.DECIMAL, ValueType.IRI], np.uint8)
CONTAINMENT: Final = (THR + "installedIn", THR + "partOf")
"""Relations that say what is in what."""


class Words:
    """Predicates are numbered: relations by their ordinal, then attributes, then the kind predicate."""

    def __init__(self, ontology: Ontology) -> None:
        relations, attributes = len(ontology.relations), len(ontology.attributes)
        if UpperKind.ENTITY not in ontology.kind:
            raise InputError("The ontology has no kind thr:Entity.", code="bad-ontology", hint="Restore thread.ttl.")
        self.relations, self.kind_at = relations, relations + attributes
        self.iris = [r.iri for r in ontology.relations] + [a.iri for a in ontology.attributes] + [TYPE]
        self.numbers = {iri: number for number, iri in enumerate(self.iris)}
        single = [r.single for r in ontology.relations] + [a.single for a in ontology.attributes] + [True]
        self.singles = np.array(single, np.uint8)
        self.kinds = {kind.iri: kind.ordinal for kind in ontology.kinds}
        self.kind_iris = [Iri(kind.iri) for kind in ontology.kinds]
        self.entity = self.kinds[UpperKind.ENTITY]
        within = ontology.subrelations(*(iri for iri in CONTAINMENT if iri in ontology.relation))
        self.containment = [relation.ordinal in within for relation in ontology.relations]

    def known_predicates(self, strings: Sequence[str], used: npt.NDArray[np.int32]) -> npt.NDArray[np.int16]:
        """Per string of a part the number of the predicate it names, -1 where it is not used or not known."""
        found = np.full(len(strings), -1, np.int16)
        for index in np.unique(used).tolist():
            found[index] = self.numbers.get(strings[index], -1)
        return found

    def known_kinds(self, strings: Sequence[str], used: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Per string of a part the kind it names, -1 where it is not used or not known."""
        found = np.full(len(strings), -1, np.int64)
        for index in np.unique(used).tolist():
            found[index] = self.kinds.get(strings[index], -1)
        return found


def pack_qualifiers(qualifiers: Qualifiers) -> str:
    """Qualifiers as a text that is equal exactly where they are, types included."""
    packed = []
    for name, value in qualifiers:
        kind = value_type(value)
        if kind in (ValueType.TEXT, ValueType.DECIMAL, ValueType.IRI):
            packed.append((name, int(kind), str(value)))
        else:
            packed.append((name, int(kind), value_number(value)))  # type: ignore[arg-type]  # not textual
    return orjson.dumps(packed).decode()


@lru_cache(maxsize=4096)
def unpack_qualifiers(text: str) -> Qualifiers:
    """What ``pack_qualifiers`` packed."""
    found: list[tuple[str, Value]] = []
    for name, kind, packed in orjson.loads(text):
        textual = isinstance(packed, str)
        value = decode_value(ValueType(kind), 0 if textual else packed, (packed,) if textual else ())
        assert value is not None
        found.append((name, value))
    return tuple(found)
