"""How large may what a command says be? The same limits for all commands, told in ``ServiceInfo.limits``."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from thread.errors import InputError

if TYPE_CHECKING:
    from thread.service.commands.frame import Place
    from thread.service.commands.model import Command

REQUEST_ID: Final = 200
"""Characters of a request id."""
NAME: Final = 2_000
"""Characters of a label, title, identifier, reference, IRI or reason."""
TEXT: Final = 100_000
"""Characters of a value of an attribute."""
LIST: Final = 500
"""References, attributes or identifiers in one list."""
ITEMS: Final = 5_000
"""Entities and links of one upsert."""
_PAIRS: Final = frozenset({"attributes", "qualifiers"})
"""Lists of names with their values."""
_LONG: Final = {"entities": ITEMS, "links": ITEMS}


def refuse_too_large(command: Command) -> None:
    """Refuse a command with a text or list above the limits.

    Raises:
        InputError: ``too-large``, with the place of the argument.
    """
    waiting: list[tuple[Any, Place]] = [(command, ("input",))]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, str):
            most = TEXT if place[-1] == "value" and "identifiers" not in place else NAME
            if len(value) > most:
                _refuse(f"{place[-1]} has {len(value)} characters; at most {most} are taken.", place)
        elif is_dataclass(value):
            waiting += [(getattr(value, each.name), (*place, _camel(each.name))) for each in fields(value)]
        elif isinstance(value, tuple):
            if len(place) > 1 and place[-2] in _PAIRS:
                waiting += [(each, (*place, name)) for name, each in zip(("name", "value"), value, strict=True)]
                continue
            most = _LONG.get(place[-1], LIST)
            if len(value) > most:
                _refuse(f"{place[-1]} has {len(value)} entries; at most {most} are taken.", place)
            waiting += [(each, (*place, str(number))) for number, each in enumerate(value)]


def _refuse(message: str, place: Place) -> None:
    hint = "service { limits } lists the limits; send several requests where a list is too long."
    raise InputError(message[0].upper() + message[1:], code="too-large", hint=hint, place=place)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
