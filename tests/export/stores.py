"""How do tests make stores to bring things out of and into? With settings of another, or of an example."""

import shutil
from pathlib import Path

from thread.config import FILE


def copied_settings(source: Path, target: Path) -> Path:
    """A directory with the settings and the ontology of another store, and nothing in it."""
    target.mkdir()
    if (source / "ontology").is_dir():
        shutil.copytree(source / "ontology", target / "ontology")
    if (source / FILE).is_file():
        shutil.copy(source / FILE, target / FILE)
    return target
