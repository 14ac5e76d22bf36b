"""By which law does each link carry degradation? Its own, else that of the carrying kind, else the relation's."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thread.ontology.linklaws import law_of_link
from thread.ontology.model import Carries, Law
from thread.projection.view import Ints, View

NOTHING, HARD = -1, 0
_UNSAID = -2
Codes = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Laws:
    """Codes of laws: NOTHING, HARD, and from 1 on those of ``soft``."""

    code: Codes
    soft: tuple[Carries, ...]


def laws_of(
    view: View, kinds: npt.NDArray[np.int16], supplier: Ints, relation: Ints, row: Ints, is_part: npt.NDArray[np.bool_]
) -> Laws:
    """The law of every need, given who carries, by which relation and row.

    A part of a kind that says no law follows its criticality: hard where essential, nothing else.
    A law of a link that cannot be meant was refused when it was said.
    """
    ontology = view.ontology
    numbers: dict[Carries, int] = {}
    by_relation = np.array([_number(each.carries, numbers) for each in ontology.relations], np.int16)
    said = [each.carries for each in ontology.kinds]
    by_kind = np.array([_UNSAID if law is None else _number(law, numbers) for law in said] + [_UNSAID], np.int16)
    essential = np.array([kind.essential for kind in ontology.kinds] + [False])
    of_kind = by_kind[kinds[supplier]]
    code = np.where(is_part[relation] & ~essential[kinds[supplier]], np.int16(NOTHING), by_relation[relation])
    code = np.where(of_kind != _UNSAID, of_kind, code).astype(np.int16)
    at = view.qualified(row)
    for index, qualifiers in zip(at.tolist(), view.qualifiers(row[at]), strict=True):
        law = law_of_link(dict(qualifiers))
        if law is not None:
            code[index] = _number(law, numbers)
    return Laws(code, tuple(numbers))


def _number(law: Carries, numbers: dict[Carries, int]) -> int:
    if law.law in (Law.NOTHING, Law.HARD):
        return NOTHING if law.law is Law.NOTHING else HARD
    return numbers.setdefault(law, len(numbers) + 1)
