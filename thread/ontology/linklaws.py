"""Can the law that a link says for itself be meant? On the list, with a weight in [0, 1] where it has one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from thread.facts import Value
from thread.ontology.model import Carries, Law
from thread.ontology.values import Fault
from thread.terms import THR

CARRIES_AS: Final = THR + "carriesAs"
CARRIES_WEIGHT: Final = THR + "carriesWeight"
_WEIGHED: Final = (Law.CAP, Law.SLACK, Law.MIX)


def law_fault(said: Mapping[str, Value]) -> Fault | None:
    """What is wrong with the law among the qualifiers of a link; None: nothing, or it says none."""
    name, weight = said.get(CARRIES_AS), said.get(CARRIES_WEIGHT)
    if name is None and weight is None:
        return None
    law = next((each for each in Law if each.name == name), None)
    if law is None:
        known = ", ".join(each.name for each in Law)
        return Fault("bad-value", f"carriesAs is {name}, which is not a law.", f"Known: {known}.")
    if (law in _WEIGHED) != (weight is not None):
        wants = "needs a" if law in _WEIGHED else "takes no"
        return Fault("bad-value", f"{law.name} {wants} carriesWeight.", "CAP, SLACK and MIX have one.")
    if weight is not None and not (isinstance(weight, int | float | Decimal) and 0 <= weight <= 1):
        return Fault("bad-value", f"carriesWeight is {weight}, not in [0, 1].", "Write 0.8, for example.")
    return None


def law_of_link(said: Mapping[str, Value]) -> Carries | None:
    """The law that a link says for itself; None where it says none, or none that can be meant."""
    if CARRIES_AS not in said or law_fault(said) is not None:
        return None
    law, weight = Law[str(said[CARRIES_AS])], said.get(CARRIES_WEIGHT, 1)
    number = float(weight) if isinstance(weight, int | float | Decimal) else 1.0
    if law in _WEIGHED and number == (0.0 if law is Law.SLACK else 1.0):
        return Carries(Law.HARD)
    return Carries(law, number if law in _WEIGHED else 1.0)
