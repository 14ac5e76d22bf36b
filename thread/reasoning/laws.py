"""By which law does each link carry degradation? Its own, else that of the carrying kind, else the relation's."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from thread.errors import InputError
from thread.facts import Qualifiers
from thread.ontology.model import Carries, Law
from thread.projection.view import Ints, View
from thread.terms import THR

CARRIES_AS, CARRIES_WEIGHT = THR + "carriesAs", THR + "carriesWeight"
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

    Raises:
        InputError: ``bad-config``: a link says a law that is none.
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
        law = law_of_link(qualifiers)
        if law is not None:
            code[index] = _number(law, numbers)
    return Laws(code, tuple(numbers))


def _number(law: Carries, numbers: dict[Carries, int]) -> int:
    if law.law in (Law.NOTHING, Law.HARD):
        return NOTHING if law.law is Law.NOTHING else HARD
    return numbers.setdefault(law, len(numbers) + 1)


def law_of_link(qualifiers: Qualifiers) -> Carries | None:
    """The law that a link says for itself; None where it says none.

    Raises:
        InputError: ``bad-config``: a law that is not on the list, a weight outside [0, 1], one without the other.
    """
    told = dict(qualifiers)
    name, weight = told.get(CARRIES_AS), told.get(CARRIES_WEIGHT)
    if name is None and weight is None:
        return None
    try:
        law = Law(str(name).lower())
    except ValueError:
        known = ", ".join(each.name for each in Law)
        raise _refused(f"carriesAs is {name}, which is not a law.", f"Known: {known}.") from None
    weighed = law in (Law.CAP, Law.SLACK, Law.MIX)
    if weighed != (weight is not None):
        raise _refused(f"{law.name} {'needs a' if weighed else 'takes no'} carriesWeight.", "CAP, SLACK, MIX have one.")
    number = float(weight) if isinstance(weight, int | float | Decimal) else 1.0
    if not 0 <= number <= 1:
        raise _refused(f"carriesWeight is {weight}, not in [0, 1].", "Write 0.8, for example.")
    if weighed and number == (0.0 if law is Law.SLACK else 1.0):
        return Carries(Law.HARD)
    return Carries(law, number if weighed else 1.0)


def _refused(message: str, hint: str) -> InputError:
    return InputError(message, code="bad-config", hint=hint)
