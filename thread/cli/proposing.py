"""How is a mapping proposed from a terminal?"""

from collections.abc import Sequence
from pathlib import Path

from thread.cli.frame import say
from thread.cli.schema import ontology_of


def map_(files: Sequence[Path], source: str | None, store: str | None) -> None:
    """Print a proposal as YAML."""
    from thread.ingest.proposing import propose

    say(propose(files, ontology_of(store), source).rstrip("\n"))
