"""How does help look? As typer prints it, less what only a programmer reads."""

import re
from collections.abc import Callable
from typing import Any, Final

import typer
from typer.core import TyperCommand

_NUMBER: Final = re.compile(r"(--[\w-]+) (<int(?: range)?>)")
_WORD: Final = re.compile(r"(--[\w-]+) (<[\w|\[\]]+>)")
_TYPE: Final = re.compile(r" <[\w|\[\] ]+>")
_RANGE: Final = re.compile(r"\b(\d+)<=x<=(\d+)\b|\bx>=(\d+)\b")


def plain(help_: str) -> str:
    """Help without the types of the program, as wide as it was: an option takes N or NAME, an argument is its name.

    >>> plain("--first <int range>  Entities.  [default: 9; 1<=x<=50]")
    '--first N            Entities.  [default: 9; 1 to 50]'
    >>> plain("REF <str>  An IRI.")
    'REF        An IRI.'
    """
    named = _NUMBER.sub(lambda found: f"{found[1]} {'N'.ljust(len(found[2]))}", help_)
    named = _WORD.sub(lambda found: f"{found[1]} {'NAME'.ljust(len(found[2]))}", named)
    named = _RANGE.sub(lambda found: f"{found[1]} to {found[2]}" if found[1] else f"from {found[3]}", named)
    return _TYPE.sub(lambda found: " " * len(found[0]), named)


class Command(TyperCommand):
    """A command whose help and usage are plain."""

    def get_help(self, ctx: Any) -> str:
        """The help, plain."""
        return plain(super().get_help(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words of the usage line, without braces around what is needed."""
        return [re.sub(r"[{}]", "", piece).replace("......", "...") for piece in super().collect_usage_pieces(ctx)]


class App(typer.Typer):
    """A command line of plain commands."""

    def command(self, name: str | None = None, **given: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # type: ignore[override]  # the other arguments are passed on
        """Add a command."""
        return super().command(name, cls=Command, **given)
