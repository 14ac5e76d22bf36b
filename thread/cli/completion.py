"""How does a shell complete what is typed? By a script of its own that asks `thread` which words may come next."""

import os
from enum import StrEnum
from typing import Final

VARIABLE: Final = "_THREAD_COMPLETE"
"""Set by the script when it asks; then `thread` prints words and does nothing else."""


class Shell(StrEnum):
    """Shells that have a script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def script(shell: Shell) -> str:
    """The script that a shell reads at its start."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # not in its __all__

    return get_completion_script(prog_name="thread", complete_var=VARIABLE, shell=shell.value)


def answer_shells() -> None:
    """Let the command line answer a script that asks for words; nothing where none asks."""
    if VARIABLE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # as above

        completion_init()
