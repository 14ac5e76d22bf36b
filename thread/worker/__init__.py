"""How is what users send parsed without danger? In a process of its own, with limits, that may die alone."""

from thread.worker.parsing import FORMATS, format_of, parse_rdf
from thread.worker.running import DEFAULT_LIMITS, Limits, run

__all__ = ["DEFAULT_LIMITS", "FORMATS", "Limits", "format_of", "parse_rdf", "run"]
