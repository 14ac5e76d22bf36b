"""What do all parts of a mapping share? Their strictness, and what it means that something has vanished."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a mapping: frozen, and without words that are not known."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True, use_attribute_docstrings=True
    )


class Vanished(StrEnum):
    """What it means that a later snapshot of the table no longer says something."""

    END = "end"
    """It stopped being so at the time of the snapshot."""
    RETRACT = "retract"
    """It was never so."""
    KEEP = "keep"
    """Nothing: the table lists news, not everything."""


def as_list(given: Any) -> Any:
    """One value as a list of one."""
    return given if given is None or isinstance(given, (list, tuple)) else [given]


def file_name(name: str) -> str:
    """The name, if it is one of a file in the folder that is imported."""
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
        raise ValueError("a file lies in the folder that is imported: give its name, without .. or a drive")
    return name
